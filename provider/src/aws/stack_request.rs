//! What CreateStack and UpdateStack share, as the SDK's types. On an update an absent list means "as before" and an
//! empty one "none", so lists are always given there.

use aws_sdk_cloudformation::types::{
    Capability, DeploymentConfig, DeploymentConfigMode, OnFailure as WireOnFailure, Parameter, RollbackConfiguration,
    RollbackTrigger, Tag,
};
use starburst_core::ports::{OnFailure, ParameterValue, StackRequest};

use super::redact::Redactor;

/// The request's parameters, in the order of their names.
pub fn parameters(request: &StackRequest) -> Vec<Parameter> {
    let parameter = |(name, value): (&String, &ParameterValue)| {
        let parameter = Parameter::builder().parameter_key(name);
        match value {
            ParameterValue::Text(text) | ParameterValue::Secret(text) => parameter.parameter_value(text),
            ParameterValue::Previous => parameter.use_previous_value(true),
        }
        .build()
    };
    request.parameters.iter().map(parameter).collect()
}

/// Makes sure that no answer shows a secret of the request.
pub fn register_secrets(request: &StackRequest, redactor: &Redactor) {
    for value in request.parameters.values() {
        if let ParameterValue::Secret(secret) = value {
            redactor.register(secret);
        }
    }
}

/// The request's tags.
pub fn tags(request: &StackRequest) -> Vec<Tag> {
    request.tags.iter().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect()
}

/// The request's capabilities.
pub fn capabilities(request: &StackRequest) -> Vec<Capability> {
    request.capabilities.iter().map(|name| Capability::from(name.as_str())).collect()
}

/// The alarms that roll the operation back.
pub fn rollback(request: &StackRequest) -> RollbackConfiguration {
    let triggers = request
        .rollback_triggers
        .iter()
        .map(|trigger| RollbackTrigger::builder().arn(&trigger.arn).r#type(&trigger.kind).build())
        .collect();
    RollbackConfiguration::builder()
        .set_rollback_triggers(Some(triggers))
        .set_monitoring_time_in_minutes(request.monitoring_minutes.map(i32::from))
        .build()
}

/// Whether a new stack needs [`rollback`] at all.
pub fn has_rollback(request: &StackRequest) -> bool {
    !request.rollback_triggers.is_empty() || request.monitoring_minutes.is_some()
}

/// What CreateStack does with a failure; absent in express mode, which has a place of its own for it.
pub fn on_failure(request: &StackRequest) -> Option<WireOnFailure> {
    if request.express {
        return None;
    }
    Some(match request.on_failure {
        OnFailure::Rollback => WireOnFailure::Rollback,
        OnFailure::Keep => WireOnFailure::DoNothing,
        OnFailure::Delete => WireOnFailure::Delete,
    })
}

/// UpdateStack's own word for [`on_failure`]; always said, because express mode has another default.
pub fn disable_rollback(request: &StackRequest) -> Option<bool> {
    (!request.express).then_some(request.on_failure == OnFailure::Keep)
}

/// Express mode, in which rollback is off unless it is asked for.
pub fn deployment(request: &StackRequest) -> Option<DeploymentConfig> {
    request.express.then(|| {
        DeploymentConfig::builder()
            .mode(DeploymentConfigMode::Express)
            .disable_rollback(request.on_failure == OnFailure::Keep)
            .build()
    })
}

/// A rollback removes what the failed operation made, even what the template retains or snapshots on deletion: it
/// holds nothing yet, and its name would be in the way of the next attempt.
pub fn retain_except_on_create(request: &StackRequest) -> Option<bool> {
    (request.on_failure != OnFailure::Keep).then_some(true)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use starburst_core::ports::TemplateSource;

    use super::*;

    fn request(on_failure: OnFailure, express: bool) -> StackRequest {
        StackRequest {
            template: TemplateSource::Previous,
            parameters: BTreeMap::from([
                ("Count".to_owned(), ParameterValue::Text("3".to_owned())),
                ("Password".to_owned(), ParameterValue::Secret("correct horse".to_owned())),
                ("Token".to_owned(), ParameterValue::Previous),
            ]),
            tags: BTreeMap::new(),
            capabilities: vec!["CAPABILITY_IAM".to_owned()],
            role_arn: None,
            notification_arns: Vec::new(),
            policy_body: None,
            rollback_triggers: Vec::new(),
            monitoring_minutes: None,
            on_failure,
            express,
            token: "t".to_owned(),
        }
    }

    #[test]
    fn unchanged_secrets_are_not_sent_again() {
        let parameters = parameters(&request(OnFailure::Rollback, false));
        let sent: Vec<_> =
            parameters.iter().map(|parameter| (parameter.parameter_value(), parameter.use_previous_value())).collect();
        assert_eq!(sent, [(Some("3"), None), (Some("correct horse"), None), (None, Some(true))]);
    }

    #[test]
    fn secrets_of_a_request_are_redacted_from_then_on() {
        let redactor = Redactor::default();
        register_secrets(&request(OnFailure::Rollback, false), &redactor);
        assert_eq!(redactor.redact("got correct horse"), "got [secret]");
    }

    #[test]
    fn express_mode_says_rollback_in_its_own_place_alone() {
        let standard = request(OnFailure::Keep, false);
        assert_eq!(on_failure(&standard), Some(WireOnFailure::DoNothing));
        assert_eq!(disable_rollback(&standard), Some(true));
        assert_eq!(deployment(&standard), None);
        let express = request(OnFailure::Rollback, true);
        assert_eq!(on_failure(&express), None);
        assert_eq!(disable_rollback(&express), None);
        assert_eq!(deployment(&express).and_then(|config| config.disable_rollback()), Some(false));
    }

    #[test]
    fn lists_are_given_even_when_empty() {
        assert_eq!(rollback(&request(OnFailure::Rollback, false)).rollback_triggers, Some(Vec::new()));
        assert!(!has_rollback(&request(OnFailure::Rollback, false)));
    }
}
