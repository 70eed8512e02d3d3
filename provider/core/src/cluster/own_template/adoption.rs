//! A running stack of a template that is not ours, as inputs: what differs from the template's defaults. Calls nothing.

use starburst_schema::fields::stack as fields;
use starburst_schema::{DERIVED, Field};

use super::names::{self, Sources};
use super::values::{fit, ours};
use crate::cluster::parameters::{self, NO_ECHO};
use crate::cluster::state::ClusterState;
use crate::path::Path;
use crate::ports::{Stack, TemplateParameter, TemplateSummary};
use crate::value::Value;

/// Whether a template can be that of a cluster: it knows an input, or makes groups of nodes.
#[must_use]
pub fn is_a_cluster(summary: &TemplateSummary) -> bool {
    summary.resource_types.iter().any(|kind| kind == "AWS::AutoScaling::AutoScalingGroup")
        || !Sources::of(summary, &Value::Null).is_empty()
}

/// Inputs of a stack that no program describes yet, and in the record what the plugin computes for such a template.
pub fn adopted(stack: &Stack, summary: &TemplateSummary, inputs: &mut Value, state: &mut ClusterState) {
    inputs.put(&Path::from(&fields::TEMPLATE_CURRENT), Value::Bool(true));
    if !stack.capabilities.is_empty() {
        let given = stack.capabilities.iter().map(Value::text).collect();
        inputs.put(&Path::from(&fields::TEMPLATE_CAPABILITIES), Value::List(given));
    }
    let sources = Sources::of(summary, inputs);
    for parameter in &summary.parameters {
        let Some(live) = shown(stack, parameter) else { continue };
        for name in sources.get(parameter).iter().copied() {
            if names::field(name).is_none_or(|field| field.computed) && is_derived(name) {
                state.derived.insert(name.to_owned(), live.to_owned());
            }
        }
        if parameter.default.as_deref() != Some(live) {
            put(parameter, live, sources.get(parameter), inputs);
        }
    }
}

/// Puts live values where they differ from what the inputs say of a stack that has this template.
pub fn refreshed(stack: &Stack, summary: &TemplateSummary, state: &ClusterState, inputs: &mut Value) {
    let sources = Sources::of(summary, inputs);
    for parameter in &summary.parameters {
        let Some(live) = shown(stack, parameter) else { continue };
        if described(parameter, sources.get(parameter), state, inputs).is_none_or(|text| text != live) {
            put(parameter, live, sources.get(parameter), inputs);
        }
    }
}

/// The live value, where AWS shows it.
fn shown<'a>(stack: &'a Stack, parameter: &TemplateParameter) -> Option<&'a str> {
    let live = stack.parameters.get(&parameter.name)?;
    (!parameter.no_echo && live != NO_ECHO).then_some(live.as_str())
}

fn is_derived(name: &str) -> bool {
    DERIVED.iter().any(|derived| derived.name == name && !derived.secret)
}

/// The text that the inputs lead to: what is written, else what the record has, else the template's default.
fn described(
    parameter: &TemplateParameter,
    sources: &[&'static str],
    state: &ClusterState,
    inputs: &Value,
) -> Option<String> {
    let extra = inputs.at(&Path::from(&fields::TEMPLATE_PARAMETERS).key(&parameter.name));
    if let Some(text) = extra.as_text() {
        return Some(fit(None, text, parameter).unwrap_or_else(|()| text.to_owned()));
    }
    let written = sources.iter().filter_map(|name| names::field(name)).find_map(|field| {
        let text = match state.uploaded.get(field.path) {
            Some(uri) => uri.clone(),
            None => parameters::encode(field, inputs.at(&Path::from(field)))?,
        };
        Some(fit(Some(field), &text, parameter).unwrap_or(text))
    });
    let recorded = || sources.iter().find_map(|name| state.derived.get(*name).cloned());
    written.or_else(recorded).or_else(|| parameter.default.clone())
}

/// Puts a live value where it belongs: into every input of the parameter, else under its own name.
fn put(parameter: &TemplateParameter, live: &str, sources: &[&'static str], inputs: &mut Value) {
    let is_default = parameter.default.as_deref() == Some(live);
    let fields: Vec<&'static Field> = sources.iter().filter_map(|name| names::field(name)).collect();
    let own = Path::from(&fields::TEMPLATE_PARAMETERS).key(&parameter.name);
    let by_name = !inputs.at(&own).is_null() || parameter.is_looked_up();
    let values: Vec<(&Field, Value)> = if by_name {
        Vec::new()
    } else {
        fields.into_iter().map(|field| (field, parameters::decode(field, &ours(field, live)))).collect()
    };
    let understood = !values.is_empty() && values.iter().all(|(_, value)| !value.is_null() || live.is_empty());
    if understood {
        for (field, value) in values {
            let value = if is_default { Value::Null } else { value };
            inputs.put(&Path::from(field), if field.is_secret() && !value.is_null() { value.secret() } else { value });
        }
    } else if !sources.iter().any(|name| is_derived(name)) {
        inputs.put(&own, if is_default { Value::Null } else { Value::text(live) });
    }
}
