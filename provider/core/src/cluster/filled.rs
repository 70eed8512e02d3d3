//! What the plugin filled in for computed fields that the program leaves to it, and when that may change. Knows no
//! single field but those of the table's column.

use starburst_schema::{FIELDS, Field, outputs as names};

use super::api::Plan;
use super::parameters;
use super::state::ClusterState;
use crate::path::Path;
use crate::value::Value;

/// Values of the computed fields that `inputs` leaves out, from the record among the outputs; the empty object where
/// none is known.
#[must_use]
pub fn filled(inputs: &Value, outputs: &Value) -> Value {
    let state = ClusterState::among(outputs).unwrap_or_default();
    let mut filled = Value::Map(std::collections::BTreeMap::new());
    for field in FIELDS.iter().filter(|field| field.computed && inputs.at(&Path::from(**field)).is_null()) {
        let stored = field.parameter.and_then(|parameter| state.derived.get(parameter.name));
        if let Some(text) = stored {
            filled.put(&Path::from(*field), parameters::decode(field, text));
        }
    }
    filled
}

/// Whether a change can alter what was filled in for this field.
#[must_use]
pub fn is_unsettled(plan: &Plan, field: &Field) -> bool {
    !plan.replace.is_empty() || is_image(field) && plan.unknown_outputs.contains(names::IMAGE_IDS)
}

fn is_image(field: &Field) -> bool {
    let images = crate::template::IMAGE_PARAMETERS;
    field.parameter.is_some_and(|parameter| images.iter().any(|(_, image)| *image == parameter.name))
}

/// Whether the record among the outputs names an operation that an earlier run left under way.
#[must_use]
pub fn is_under_way(outputs: &Value) -> bool {
    ClusterState::among(outputs).is_ok_and(|state| state.operation.is_some())
}
