//! Deterministic client request tokens: the same operation gives the same token in every run, so that a run that was
//! killed recognises its own work. Knows no stack but by its name.
//!
//! A token is `starburst-OPERATION-CONTENT-BEFORE`: CONTENT is a digest of what is asked of which stack (secrets go
//! in, and nothing comes out again), BEFORE one of what the stack was before. A rerun compares CONTENT with the token
//! on the newest stack event; BEFORE makes the same request after a rollback a new one for AWS.

use sha2::{Digest, Sha256};

use crate::ports::{OnFailure, ParameterValue, StackRequest, TemplateSource};

/// What every token of the plugin begins with.
const PREFIX: &str = "starburst";
/// Hexadecimal digits of each of the two digests: 96 bits.
const DIGITS: usize = 24;

/// What a token is for; part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Call {
    /// CreateStack.
    Create,
    /// UpdateStack.
    Update,
    /// DeleteStack.
    Delete,
    /// CancelUpdateStack.
    Cancel,
    /// ContinueUpdateRollback.
    Continue,
    /// RollbackStack.
    Rollback,
}

impl Call {
    const fn word(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Update => "update",
            Self::Delete => "delete",
            Self::Cancel => "cancel",
            Self::Continue => "continue",
            Self::Rollback => "rollback",
        }
    }
}

/// Hexadecimal SHA-256 of parts; parts never run into each other.
#[must_use]
pub fn digest(parts: &[&[u8]]) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part);
    }
    hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The part of a token that says what is asked: everything but what the stack was before.
///
/// `stack`: name for a create, ARN otherwise. `instance`: what tells the resource from one that it replaces.
#[must_use]
pub fn content(call: Call, stack: &str, request: &[u8], instance: &str) -> String {
    let hex = digest(&[call.word().as_bytes(), stack.as_bytes(), request, instance.as_bytes()]);
    format!("{PREFIX}-{}-{}", call.word(), hex.get(..DIGITS).unwrap_or(&hex))
}

/// The token of a call: [`content`] and what the stack was before (id of its newest stack event; for a create the ARN
/// of a dead stack of that name, else empty). 1 to 128 characters of `[a-zA-Z0-9][-a-zA-Z0-9]*`.
#[must_use]
pub fn token(content: &str, before: &str) -> String {
    let hex = digest(&[content.as_bytes(), before.as_bytes()]);
    format!("{content}-{}", hex.get(..DIGITS).unwrap_or(&hex))
}

/// Whether a token on an event was made for this content.
#[must_use]
pub fn is_for(token: &str, content: &str) -> bool {
    !content.is_empty() && token.strip_prefix(content).is_some_and(|rest| rest.starts_with('-'))
}

/// Whether a name is one that an update's token gives: change sets are named by it.
#[must_use]
pub fn is_of_update(name: &str) -> bool {
    name.strip_prefix(PREFIX).and_then(|rest| rest.strip_prefix("-update-")).is_some_and(|rest| rest.contains('-'))
}

/// The bytes of a request that go into a digest. Holds secrets: never show or keep it.
#[must_use]
pub fn request_bytes(request: &StackRequest) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut put = |part: &str| {
        bytes.extend_from_slice(&(part.len() as u64).to_be_bytes());
        bytes.extend_from_slice(part.as_bytes());
    };
    let (kind, template) = match &request.template {
        TemplateSource::Body(body) => ("body", body.as_str()),
        TemplateSource::Url(url) => ("url", url.as_str()),
        TemplateSource::Previous => ("previous", ""),
    };
    put(kind);
    put(template);
    for (name, value) in &request.parameters {
        let (kind, text) = match value {
            ParameterValue::Text(text) => ("text", text.as_str()),
            ParameterValue::Secret(text) => ("secret", text.as_str()),
            ParameterValue::Previous => ("previous", ""),
        };
        put(name);
        put(kind);
        put(text);
    }
    put("tags");
    for (key, value) in &request.tags {
        put(key);
        put(value);
    }
    put("options");
    request.capabilities.iter().for_each(|capability| put(capability));
    put(request.role_arn.as_deref().unwrap_or_default());
    request.notification_arns.iter().for_each(|arn| put(arn));
    put(request.policy_body.as_deref().unwrap_or_default());
    for trigger in &request.rollback_triggers {
        put(&trigger.arn);
        put(&trigger.kind);
    }
    put(&request.monitoring_minutes.map(|minutes| minutes.to_string()).unwrap_or_default());
    put(match request.on_failure {
        OnFailure::Rollback => "rollback",
        OnFailure::Keep => "keep",
        OnFailure::Delete => "delete",
    });
    put(if request.express { "express" } else { "standard" });
    bytes
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn request(secret: &str) -> StackRequest {
        StackRequest {
            template: TemplateSource::Body("{}".into()),
            parameters: BTreeMap::from([("Password".to_owned(), ParameterValue::Secret(secret.to_owned()))]),
            tags: BTreeMap::new(),
            capabilities: vec!["CAPABILITY_IAM".into()],
            role_arn: None,
            notification_arns: vec![],
            policy_body: None,
            rollback_triggers: vec![],
            monitoring_minutes: None,
            on_failure: OnFailure::Rollback,
            express: false,
            token: String::new(),
        }
    }

    #[test]
    fn a_token_is_one_that_aws_accepts_and_the_same_each_time() {
        let content = content(Call::Create, "analytics", &request_bytes(&request("s3cret")), "");
        let token = super::token(&content, "");
        assert_eq!(token, super::token(&content, ""));
        assert!(token.len() <= 128 && token.starts_with("starburst-create-"), "{token}");
        assert!(token.chars().all(|c| c.is_ascii_alphanumeric() || c == '-'));
        assert!(!token.contains("s3cret"));
        assert!(is_for(&token, &content));
    }

    #[test]
    fn whatever_differs_gives_another_token() {
        let base = content(Call::Create, "a", &request_bytes(&request("x")), "");
        for other in [
            content(Call::Update, "a", &request_bytes(&request("x")), ""),
            content(Call::Create, "b", &request_bytes(&request("x")), ""),
            content(Call::Create, "a", &request_bytes(&request("y")), ""),
            content(Call::Create, "a", &request_bytes(&request("x")), "second"),
        ] {
            assert_ne!(base, other);
            assert!(!is_for(&token(&other, ""), &base));
        }
        assert_ne!(token(&base, ""), token(&base, "event-1"));
        let mut tagged = request("x");
        tagged.tags.insert("team".into(), "data".into());
        assert_ne!(request_bytes(&tagged), request_bytes(&request("x")));
    }

    #[test]
    fn parts_do_not_run_into_each_other() {
        assert_ne!(digest(&[b"ab", b"c"]), digest(&[b"a", b"bc"]));
        assert_eq!(digest(&[]).len(), 64);
    }
}
