//! Synchronous checks that several stack calls share: names, bodies, capabilities, roles, tokens, stack policies.

use super::{Config, Resource, Stack};
use crate::fake::error::ApiError;
use crate::fake::intrinsics::text;
use crate::fake::state::{Place, Region, State};
use crate::fake::template::{MAX_BODY, MAX_BODY_S3, Template};
use crate::fake::{parameters, resources};
use serde_json::Value;
use std::collections::BTreeMap;

/// A parameter as text, empty when absent.
#[must_use]
pub fn get(params: &Value, name: &str) -> String {
    params.get(name).map(text).unwrap_or_default()
}

/// A parameter as a list of texts.
#[must_use]
pub fn list(params: &Value, name: &str) -> Vec<String> {
    params.get(name).and_then(Value::as_array).map(|l| l.iter().map(text).collect()).unwrap_or_default()
}

/// A flag.
#[must_use]
pub fn flag(params: &Value, name: &str) -> bool {
    get(params, name) == "true"
}

/// Refuses what is no stack name.
pub fn name(value: &str) -> Result<(), ApiError> {
    let good = value.len() <= 128
        && value.starts_with(|c: char| c.is_ascii_alphabetic())
        && value.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    if good {
        return Ok(());
    }
    let rule = if value.len() > 128 {
        "Member must have length less than or equal to 128"
    } else {
        "Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*|arn:[-a-zA-Z0-9:/._+]*"
    };
    Err(ApiError::validation(format!(
        "1 validation error detected: Value '{value}' at 'stackName' failed to satisfy constraint: {rule}"
    )))
}

/// The ARN of a stack given by name or ARN; by name only if it is not deleted.
#[must_use]
pub fn find(region: &Region, id: &str) -> Option<String> {
    if id.starts_with("arn:") {
        return region.stacks.contains_key(id).then(|| id.to_owned());
    }
    region.stacks.values().find(|s| s.name == id && s.status != "DELETE_COMPLETE").map(|s| s.arn.clone())
}

/// The template of a call: body, URL, or that of the stack.
pub fn template(
    w: &mut State,
    place: &Place,
    params: &Value,
    previous: Option<&Template>,
) -> Result<Template, ApiError> {
    let (body, url) = (get(params, "TemplateBody"), get(params, "TemplateURL"));
    if flag(params, "UsePreviousTemplate") {
        return previous.cloned().ok_or_else(|| ApiError::validation("No previous template was found."));
    }
    match (body.is_empty(), url.is_empty()) {
        (false, true) if body.len() > MAX_BODY => Err(ApiError::validation(format!(
            "1 validation error detected: Value '{}' at 'templateBody' failed to satisfy constraint: Member must have length less than or equal to {MAX_BODY}",
            body.chars().take(256).collect::<String>()
        ))),
        (false, true) => Template::parse(&body),
        (true, false) => {
            let body = from_s3(w, place, &url)?;
            if body.len() > MAX_BODY_S3 {
                return Err(ApiError::validation(format!("Template may not exceed {MAX_BODY_S3} bytes in size.")));
            }
            Template::parse(&body)
        }
        (true, true) => Err(ApiError::validation("Either Template URL or Template Body must be specified.")),
        (false, false) => Err(ApiError::validation("You cannot specify both Template URL and Template Body.")),
    }
}

fn from_s3(w: &mut State, place: &Place, url: &str) -> Result<String, ApiError> {
    let wrong = || ApiError::validation("TemplateURL must be a supported URL.");
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://")).ok_or_else(wrong)?;
    let (host, path) = rest.split_once('/').ok_or_else(wrong)?;
    let path = path.split('?').next().unwrap_or_default();
    let (bucket, key) = match host.split_once(".s3") {
        Some((bucket, tail)) if tail.starts_with('.') || tail.starts_with('-') => (bucket, path),
        _ => path.split_once('/').ok_or_else(wrong)?,
    };
    let region = w.region(place);
    let object = region.buckets.get(bucket).and_then(|b| b.objects.get(key));
    let (bytes, _, _) = object.ok_or_else(|| {
        ApiError::validation("S3 error: The specified key does not exist.\nFor more information check http://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html")
    })?;
    String::from_utf8(bytes.clone()).map_err(|_| wrong())
}

/// The new configuration of a create or update, all synchronous checks done.
pub fn config(w: &mut State, place: &Place, params: &Value, stack: Option<&Stack>) -> Result<Config, ApiError> {
    let template = template(w, place, params, stack.map(|s| &s.config.template))?;
    let previous = stack.map(|s| &s.config.parameters);
    let given = params.get("Parameters").cloned().unwrap_or_default();
    let parameters = parameters::resolve(&template, &given, previous, w.region(place))?;
    let capabilities = list(params, "Capabilities");
    if let Some((needed, _)) = template.capabilities()
        && !capabilities.iter().any(|c| c == needed || c == "CAPABILITY_NAMED_IAM")
    {
        return Err(ApiError::new(
            400,
            "InsufficientCapabilitiesException",
            format!("Requires capabilities : [{needed}]"),
        ));
    }
    attributes(&template)?;
    let tags = match params.get("Tags") {
        None => stack.map(|s| s.config.tags.clone()).unwrap_or_default(),
        Some(tags) => tag_map(tags)?,
    };
    Ok(Config { template, parameters, tags, capabilities })
}

/// Stack tags of a call; more than 50 or one that begins with `aws:` is refused.
fn tag_map(tags: &Value) -> Result<BTreeMap<String, String>, ApiError> {
    let map: BTreeMap<String, String> =
        tags.as_array().map(|l| l.iter().map(|t| (get(t, "Key"), get(t, "Value"))).collect()).unwrap_or_default();
    if map.len() > 50 {
        return Err(ApiError::validation(
            "1 validation error detected: Value at 'tags' failed to satisfy constraint: Member must have length less than or equal to 50",
        ));
    }
    if map.keys().any(|k| k.starts_with("aws:")) {
        return Err(ApiError::validation("aws: prefixed tag key names are not allowed for external use."));
    }
    Ok(map)
}

/// Refuses `GetAtt` of attributes that the type does not have.
fn attributes(template: &Template) -> Result<(), ApiError> {
    fn visit(tree: &Value, template: &Template) -> Result<(), ApiError> {
        match tree {
            Value::Array(items) => items.iter().try_for_each(|i| visit(i, template)),
            Value::Object(map) => {
                if let Some(Value::Array(parts)) = map.get("Fn::GetAtt").filter(|_| map.len() == 1)
                    && let (Some(id), Some(name)) =
                        (parts.first().and_then(Value::as_str), parts.get(1).and_then(Value::as_str))
                    && let Some(kind) = resources::known(template.resource_type(id))
                    && !kind.attributes.is_empty()
                    && !kind.attributes.contains(&name)
                {
                    return Err(ApiError::validation(format!(
                        "Template error: resource {id} does not support attribute type {name} in Fn::GetAtt"
                    )));
                }
                map.values().try_for_each(|v| visit(v, template))
            }
            _ => Ok(()),
        }
    }
    visit(&template.tree, template)
}

/// Refuses a service role that the model knows to be unusable.
pub fn role(w: &mut State, arn: &str) -> Result<(), ApiError> {
    let good = arn.contains(":role/") && !w.settings.unusable_roles.iter().any(|r| r == arn);
    if arn.is_empty() || good { Ok(()) } else { Err(ApiError::validation("Role ARN is invalid or cannot be assumed")) }
}

/// Whether this token was accepted before for this call: then the call is a repeat, or an error.
pub fn token(w: &mut State, arn: &str, params: &Value, call: &str) -> Result<bool, ApiError> {
    let token = get(params, "ClientRequestToken");
    if token.is_empty() {
        return Ok(false);
    }
    let mode = w.settings.repeated_tokens;
    let Some(stack) = w.stack(arn) else { return Ok(false) };
    let Some((_, before)) = stack.tokens.iter().find(|(t, _)| *t == token) else { return Ok(false) };
    let taken = || Err(ApiError::new(400, "TokenAlreadyExistsException", "A client request token already exists."));
    if before != call {
        return taken();
    }
    match mode {
        crate::fake::settings::RepeatedTokens::SameAnswer => Ok(true),
        crate::fake::settings::RepeatedTokens::AlreadyExists => Ok(false),
        crate::fake::settings::RepeatedTokens::TokenAlreadyExists => taken(),
    }
}

/// Remembers an accepted token.
pub fn accept_token(stack: &mut Stack, params: &Value, call: &str) {
    let token = get(params, "ClientRequestToken");
    if !token.is_empty() {
        stack.tokens.push((token, call.to_owned()));
    }
}

/// The reason with which a stack policy forbids an action on a resource.
#[must_use]
pub fn denied(policy: &str, action: &str, resource: &Resource) -> Option<String> {
    let policy: Value = serde_json::from_str(policy).ok()?;
    let statements = policy.get("Statement")?.as_array()?;
    let texts = |v: Option<&Value>| match v {
        Some(Value::Array(l)) => l.iter().map(text).collect(),
        Some(other) => vec![text(other)],
        None => Vec::new(),
    };
    let fits = |statement: &Value| {
        let actions = texts(statement.get("Action"));
        let targets = texts(statement.get("Resource"));
        let excluded = texts(statement.get("NotResource"));
        let id = format!("LogicalResourceId/{}", resource.logical);
        let types = texts(statement.pointer("/Condition/StringEquals/ResourceType"));
        actions.iter().any(|a| a == "Update:*" || a == "*" || a == action)
            && (targets.iter().any(|t| matches(t, &id))
                || (!excluded.is_empty() && !excluded.iter().any(|t| matches(t, &id))))
            && (types.is_empty() || types.contains(&resource.kind))
    };
    let effect = |wanted: &str| {
        statements.iter().position(|s| s.get("Effect").and_then(Value::as_str) == Some(wanted) && fits(s))
    };
    let number = match (effect("Deny"), effect("Allow")) {
        (Some(n), _) => n + 1,
        (None, Some(_)) => return None,
        (None, None) => 1,
    };
    Some(format!(
        "Action denied by stack policy: Statement [#{number}] does not allow [{action}] for resource [LogicalResourceId/{}];",
        resource.logical
    ))
}

fn matches(pattern: &str, id: &str) -> bool {
    match pattern.split_once('*') {
        Some((prefix, _)) => id.starts_with(prefix),
        None => pattern == id,
    }
}
