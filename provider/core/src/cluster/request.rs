//! From inputs to a request of CloudFormation: template, parameters, tags, capabilities, options.

use std::collections::BTreeMap;

use starburst_schema::fields::{self, stack as stack_fields};
use starburst_schema::{Effect, FIELDS};

use super::api::{Asker, Settings};
use super::defaults::effective;
use super::own_template::Own;
use super::parameters::{self, Uploaded};
use super::state::ClusterState;
use crate::path::Path;
use crate::ports::{OnFailure, ParameterValue, RollbackTrigger, StackRequest, TemplateSource};
use crate::template;
use crate::value::Value;

/// Tag that says whose stack it is; by it a create that was killed is recognised.
pub const OWNER_TAG: &str = "starburst:owner";
/// Tag by which clusters are found.
pub const CLUSTER_TAG: &str = "starburst:cluster";
/// Longest value of a tag. Source: EC2, tag restrictions.
const TAG_VALUE_LENGTH: usize = 256;

/// What a request is made from.
pub struct Parts<'a> {
    /// Who asks.
    pub asker: &'a Asker,
    /// The provider's configuration.
    pub settings: &'a Settings,
    /// Checked inputs.
    pub inputs: &'a Value,
    /// Checked inputs of the last run.
    pub prior: Option<&'a Value>,
    /// Where uploaded files lie.
    pub uploaded: &'a Uploaded,
    /// The record with derived parameters and template version.
    pub state: &'a ClusterState,
    /// Whether the stack keeps the template that it has, because it is not the bundled one of this build.
    pub keep_template: bool,
    /// The computed values that the record had.
    pub before: &'a BTreeMap<String, String>,
    /// The template of the user's and where AWS finds it.
    pub own: Option<(&'a Own, TemplateSource)>,
}

/// The request, and the computed values that the record keeps: beside a template of the user's those alone that it takes.
#[must_use]
pub fn build(parts: &Parts<'_>) -> (StackRequest, BTreeMap<String, String>) {
    let inputs = parts.inputs;
    let mut derived = parts.state.derived.clone();
    let (template, parameters, capabilities) = match &parts.own {
        Some((own, source)) => {
            let given = texts(inputs, &stack_fields::TEMPLATE_CAPABILITIES);
            let mapped = own.mapped(inputs, parts.prior, parts.uploaded, &parts.state.derived);
            derived = mapped.computed(&parts.state.derived, parts.before);
            (source.clone(), mapped.parameters(), given)
        }
        None if parts.keep_template => (TemplateSource::Previous, bundled_parameters(parts), capabilities()),
        None => {
            let body = template::with_settings(&operational(inputs));
            (TemplateSource::Body(body), bundled_parameters(parts), capabilities())
        }
    };
    let request = StackRequest {
        template,
        parameters,
        tags: tags(parts),
        capabilities,
        role_arn: text(inputs, &stack_fields::ROLE_ARN),
        notification_arns: texts(inputs, &stack_fields::NOTIFICATION_ARNS),
        policy_body: text(inputs, &stack_fields::POLICY_BODY),
        rollback_triggers: triggers(inputs),
        monitoring_minutes: effective(inputs, &stack_fields::ROLLBACK_MONITORING_TIME_MINUTES)
            .as_integer()
            .and_then(|minutes| u16::try_from(minutes).ok()),
        on_failure: match text(inputs, &stack_fields::ON_FAILURE).as_deref() {
            Some("keep") => OnFailure::Keep,
            Some("delete") => OnFailure::Delete,
            _ => OnFailure::Rollback,
        },
        express: text(inputs, &stack_fields::DEPLOYMENT_MODE).as_deref() == Some("express"),
        token: String::new(),
    };
    (request, derived)
}

fn bundled_parameters(parts: &Parts<'_>) -> BTreeMap<String, ParameterValue> {
    let mut all = parameters::from_inputs(parts.inputs, parts.prior, parts.uploaded);
    for (name, text) in &parts.state.derived {
        all.insert(name.clone(), ParameterValue::Text(text.clone()));
    }
    all
}

/// The least capabilities that the bundled template needs. CloudFormation looks at the template, not at its
/// conditions: a role that no input asks for needs the acknowledgement too. The template names no role, so that
/// `CAPABILITY_NAMED_IAM` is never needed.
#[must_use]
pub fn capabilities() -> Vec<String> {
    vec!["CAPABILITY_IAM".to_owned()]
}

/// Tags of the stack: the provider's defaults, the cluster's own, and the two by which the plugin knows it.
#[must_use]
pub fn tags(parts: &Parts<'_>) -> BTreeMap<String, String> {
    let mut tags = parts.settings.default_tags.clone();
    if let Some(own) = effective(parts.inputs, &stack_fields::TAGS).as_map() {
        for (key, value) in own {
            if let Some(text) = value.as_text() {
                tags.insert(key.clone(), text.to_owned());
            }
        }
    }
    tags.insert(OWNER_TAG.to_owned(), owner_tag(&parts.asker.owner));
    tags.insert(CLUSTER_TAG.to_owned(), text(parts.inputs, &stack_fields::NAME).unwrap_or_default());
    tags
}

/// The name of the stack that these inputs describe, once it is known.
#[must_use]
pub fn name_of(inputs: &Value) -> Option<String> {
    text(inputs, &stack_fields::NAME)
}

/// Who owns a cluster whose client does not say: what the user wrote, else the name of the stack.
#[must_use]
pub fn owner_of(inputs: &Value) -> String {
    let named = || format!("terraform:{}", name_of(inputs).unwrap_or_default());
    text(inputs, &stack_fields::OWNER).unwrap_or_else(named)
}

/// An owner as a tag value: characters that tags refuse become `_`, and whatever had to change ends in a digest, so
/// that two owners never share a value. Source: EC2, tag restrictions: letters, digits, spaces and `+ - = . _ : / @`.
#[must_use]
pub fn owner_tag(owner: &str) -> String {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "+-=._:/@ ".contains(c);
    let clean: String = owner.chars().map(|c| if allowed(c) { c } else { '_' }).collect();
    if clean == owner && clean.len() <= TAG_VALUE_LENGTH {
        return clean;
    }
    let digest = crate::stack::token::digest(&[owner.as_bytes()]);
    let room = TAG_VALUE_LENGTH - 17;
    format!("{}-{}", &clean[..clean.len().min(room)], &digest[..16])
}

/// Inputs that the stack itself does not hold, as JSON for the template's metadata: an import finds them there.
#[must_use]
pub fn operational(inputs: &Value) -> serde_json::Value {
    let mut recorded = serde_json::Map::new();
    for field in FIELDS {
        let local = field.parameter.is_none() && !field.is_secret();
        let elsewhere = [
            stack_fields::NAME.path,
            stack_fields::TAGS.path,
            stack_fields::ROLE_ARN.path,
            stack_fields::NOTIFICATION_ARNS.path,
            stack_fields::TERMINATION_PROTECTION.path,
            fields::REGION.path,
        ]
        .contains(&field.path);
        let transient = field.path.starts_with(fields::stack::TEMPLATE_PREFIX) && field.effect != Effect::Operational;
        let value = inputs.at(&Path::from(*field));
        if local
            && !elsewhere
            && !transient
            && let Some(json) = plain_json(value)
        {
            recorded.insert(field.path.to_owned(), json);
        }
    }
    serde_json::Value::Object(recorded)
}

/// A value as JSON; `None` for a secret, an unknown value and a local file.
pub(super) fn plain_json(value: &Value) -> Option<serde_json::Value> {
    Some(match value {
        Value::Bool(flag) => (*flag).into(),
        Value::Number(_) => value.as_integer()?.into(),
        Value::Text(text) => text.clone().into(),
        Value::List(items) => items.iter().map(plain_json).collect::<Option<Vec<_>>>()?.into(),
        Value::Map(map) => {
            let pairs = map.iter().map(|(key, value)| Some((key.clone(), plain_json(value)?)));
            serde_json::Value::Object(pairs.collect::<Option<serde_json::Map<_, _>>>()?)
        }
        _ => return None,
    })
}

fn triggers(inputs: &Value) -> Vec<RollbackTrigger> {
    let listed = effective(inputs, &stack_fields::ROLLBACK_TRIGGERS);
    let of = |trigger: &Value, key: &str| trigger.at(&Path::root().key(key)).as_text().map(str::to_owned);
    listed
        .as_list()
        .unwrap_or_default()
        .iter()
        .filter_map(|trigger| Some(RollbackTrigger { arn: of(trigger, "arn")?, kind: of(trigger, "type")? }))
        .collect()
}

/// The effective text of a field.
#[must_use]
pub fn text(inputs: &Value, field: &starburst_schema::Field) -> Option<String> {
    effective(inputs, field).as_text().map(str::to_owned)
}

/// The effective texts of a list or set.
#[must_use]
pub fn texts(inputs: &Value, field: &starburst_schema::Field) -> Vec<String> {
    let value = effective(inputs, field);
    value.as_list().unwrap_or_default().iter().filter_map(|item| item.as_text().map(str::to_owned)).collect()
}
