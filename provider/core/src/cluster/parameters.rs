//! Fields to template parameters and back: the texts that CloudFormation stores. Knows no single field.

use std::collections::BTreeMap;

use starburst_schema::{FIELDS, Field, Kind, ParameterEncoding};

use super::defaults::effective;
use crate::path::Path;
use crate::ports::ParameterValue;
use crate::value::{FileSource, Value};

/// What CloudFormation shows in place of a NoEcho parameter's value. Never sent back.
pub const NO_ECHO: &str = "****";

/// Where uploaded files and folders lie, by the path of the field that names them.
pub type Uploaded = BTreeMap<Path, String>;

/// All parameters that carry fields, by parameter name. With a prior, unchanged secrets and inputs that are "kept"
/// are sent as the previous value.
#[must_use]
pub fn from_inputs(inputs: &Value, prior: Option<&Value>, uploaded: &Uploaded) -> BTreeMap<String, ParameterValue> {
    let mut parameters = BTreeMap::new();
    for field in FIELDS {
        let Some(parameter) = field.parameter else { continue };
        if let Some(value) = parameter_value(field, inputs, prior, uploaded) {
            parameters.insert(parameter.name.to_owned(), value);
        }
    }
    parameters
}

fn parameter_value(
    field: &'static Field,
    inputs: &Value,
    prior: Option<&Value>,
    uploaded: &Uploaded,
) -> Option<ParameterValue> {
    let path = Path::from(field);
    let written = inputs.at(&path);
    if let Some(prior) = prior {
        let kept = written.is_null() && field.required;
        // Import cannot read NoEcho values: absent on both sides means that the stack's own value is right.
        let same_secret = field.is_secret() && written.exposed() == prior.at(&path).exposed();
        if kept || same_secret {
            return Some(ParameterValue::Previous);
        }
    }
    let text = match uploaded.get(&path) {
        Some(uri) => uri.clone(),
        None => encode(field, &effective(inputs, field))?,
    };
    Some(if field.is_secret() { ParameterValue::Secret(text) } else { ParameterValue::Text(text) })
}

/// The text of a field's effective value in its parameter; `None` where the parameter is left to its default.
#[must_use]
pub fn encode(field: &Field, value: &Value) -> Option<String> {
    let parameter = field.parameter?;
    let value = value.peeled();
    if value.is_null() {
        return None;
    }
    match parameter.encoding {
        ParameterEncoding::YesNo => value.as_bool().map(|flag| if flag { "yes" } else { "no" }.to_owned()),
        ParameterEncoding::CommaList => Some(texts(value)?.join(",")),
        ParameterEncoding::KeyValues => {
            let pairs: Option<Vec<String>> =
                value.as_map()?.iter().map(|(key, value)| Some(format!("{key}={}", scalar(value)?))).collect();
            Some(pairs?.join(","))
        }
        ParameterEncoding::Literal(literals) => {
            let ours = value.as_text()?;
            literals.iter().find(|(name, _)| *name == ours).map(|(_, literal)| (*literal).to_owned())
        }
        ParameterEncoding::NameOfArn => scalar(value).and_then(|text| text.rsplit('/').next().map(str::to_owned)),
        ParameterEncoding::Text | ParameterEncoding::UploadedUri => scalar(value),
    }
}

/// The value that a parameter's text stands for; `Null` for the empty text and for what AWS hides.
#[must_use]
pub fn decode(field: &Field, text: &str) -> Value {
    let Some(parameter) = field.parameter else { return Value::Null };
    if text.is_empty() || text == NO_ECHO {
        return Value::Null;
    }
    match parameter.encoding {
        ParameterEncoding::YesNo => Value::Bool(text == "yes"),
        ParameterEncoding::CommaList => {
            let mut items: Vec<&str> = text.split(',').map(str::trim).collect();
            if matches!(field.kind, Kind::Set) {
                items.sort_unstable();
                items.dedup();
            }
            Value::List(items.into_iter().map(Value::text).collect())
        }
        ParameterEncoding::KeyValues => Value::Map(
            text.split(',')
                .filter_map(|pair| pair.split_once('='))
                .map(|(key, value)| (key.to_owned(), Value::text(value)))
                .collect(),
        ),
        ParameterEncoding::Literal(literals) => literals
            .iter()
            .find(|(_, literal)| literal.eq_ignore_ascii_case(text))
            .map_or(Value::Null, |(ours, _)| Value::text(*ours)),
        ParameterEncoding::Text | ParameterEncoding::NameOfArn | ParameterEncoding::UploadedUri => match field.kind {
            Kind::Integer => text.parse().map_or(Value::Null, Value::integer),
            Kind::Bool => Value::Bool(matches!(text, "yes" | "true")),
            _ => Value::text(text),
        },
    }
}

fn texts(value: &Value) -> Option<Vec<String>> {
    value.as_list()?.iter().map(scalar).collect()
}

/// A single value as text; `None` for lists, maps and what is only on this machine.
#[must_use]
pub fn scalar(value: &Value) -> Option<String> {
    match value.peeled() {
        Value::Text(text) => Some(text.clone()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Number(_) => value.as_integer().map(|number| number.to_string()),
        Value::File(file) => match &file.source {
            Some(FileSource::Uri(uri)) => Some(uri.clone()),
            _ => None,
        },
        _ => None,
    }
}
