//! What an absent value means: the table's defaults, applied in one place.

use starburst_schema::Field;

use super::own_template;
use crate::path::Path;
use crate::value::Value;

/// The value that a field has in effect: what is written, else the default, else `Null`.
#[must_use]
pub fn effective(inputs: &Value, field: &Field) -> Value {
    let written = inputs.at(&Path::from(field));
    if written.is_null() { default_under(inputs, field) } else { written.clone() }
}

/// The default of a field beside these inputs: a template of the user's has defaults of its own for whatever reaches its
/// parameters, and the table does not know them.
#[must_use]
pub fn default_under(inputs: &Value, field: &Field) -> Value {
    if field.parameter.is_some() && own_template::is_given(inputs) { Value::Null } else { default_of(field) }
}

/// The table's default of a field; `Null` for none.
#[must_use]
pub fn default_of(field: &Field) -> Value {
    field
        .default
        .and_then(|json| serde_json::from_str::<serde_json::Value>(json).ok())
        .map_or(Value::Null, |json| Value::from(&json))
}
