//! Outputs of the resource, from what the stack answers. Knows no single output but those that the plugin computes.

use std::collections::BTreeMap;

use starburst_schema::{OUTPUTS, Output, OutputKind};

use super::api::{Plan, STATE_KEY};
use super::state::ClusterState;
use crate::ports::Stack;
use crate::value::Value;

/// Outputs that the plugin computes rather than reads from the stack's outputs, by name.
pub type Computed = BTreeMap<&'static str, Value>;

/// Inputs echoed, every output, and the hidden record.
#[must_use]
pub fn assemble(inputs: &Value, stack: &Stack, computed: &Computed, state: &ClusterState) -> Value {
    let mut all = inputs.as_map().cloned().unwrap_or_default();
    for output in OUTPUTS {
        let value = match computed.get(output.name) {
            Some(value) => value.clone(),
            None => from_stack(output, stack),
        };
        all.insert(output.name.to_owned(), if is_secret(output) { wrap(value) } else { value });
    }
    all.insert(STATE_KEY.to_owned(), state.to_value());
    Value::Map(all)
}

/// Inputs echoed, and every output as far as it is known before the change is carried out.
#[must_use]
pub fn foresee(inputs: &Value, prior: Option<&Value>, plan: &Plan, known: &Computed) -> Value {
    let mut all = inputs.as_map().cloned().unwrap_or_default();
    let prior = prior.and_then(Value::as_map);
    for output in OUTPUTS {
        let value = match (known.get(output.name), prior.and_then(|prior| prior.get(output.name))) {
            (Some(value), _) => value.clone(),
            (None, Some(before)) if !plan.unknown_outputs.contains(output.name) => before.clone(),
            _ => Value::Unknown,
        };
        all.insert(output.name.to_owned(), if is_secret(output) { wrap(value) } else { value });
    }
    Value::Map(all)
}

fn from_stack(output: &Output, stack: &Stack) -> Value {
    match (text_of(output, stack), output.kind) {
        (None, _) => Value::Null,
        (Some(text), OutputKind::Integer) => text.parse().map_or(Value::Null, Value::integer),
        (Some(text), OutputKind::List) => Value::List(text.split(',').map(Value::text).collect()),
        (Some(text), _) => Value::text(text.as_str()),
    }
}

/// The stack's text for an output; `None` for none and for the empty text.
#[must_use]
pub fn text_of<'a>(output: &Output, stack: &'a Stack) -> Option<&'a String> {
    output.stack_outputs.iter().find_map(|key| stack.outputs.get(*key)).filter(|text| !text.is_empty())
}

fn is_secret(output: &Output) -> bool {
    output.exposure == starburst_schema::Exposure::Secret
}

fn wrap(value: Value) -> Value {
    if value.is_null() { value } else { value.secret() }
}
