//! Secrets Manager: values and versions of secrets. What is read is kept out of every later text.

use async_trait::async_trait;
use aws_config::SdkConfig;
use aws_sdk_secretsmanager::Client;
use starburst_core::ports::{CallError, CallErrorKind, Called, Secrets};

use super::call_error::Failures;
use super::redact::Redactor;

/// The stage of the version that is in force.
const CURRENT: &str = "AWSCURRENT";

/// Secrets Manager.
pub struct SecretsClient {
    client: Client,
    failures: Failures,
}

impl SecretsClient {
    /// `endpoint` in place of AWS's own.
    #[must_use]
    pub fn new(sdk: &SdkConfig, endpoint: Option<String>, redactor: Redactor) -> Self {
        let mut config = aws_sdk_secretsmanager::config::Builder::from(sdk).interceptor(super::call_log::CallLog);
        if let Some(url) = endpoint {
            config = config.endpoint_url(url);
        }
        Self { client: Client::from_conf(config.build()), failures: Failures::new("secretsmanager", redactor) }
    }
}

/// A secret that is marked for deletion can no longer be read, as if it were gone.
fn unless_gone<T>(error: CallError) -> Called<Option<T>> {
    let marked = error.code == "InvalidRequestException" && error.message.contains("marked for deletion");
    if marked || error.kind == CallErrorKind::NotFound { Ok(None) } else { Err(error) }
}

#[async_trait]
impl Secrets for SecretsClient {
    async fn value(&self, arn: &str) -> Called<Option<String>> {
        match self.client.get_secret_value().secret_id(arn).send().await {
            Ok(answer) => {
                if let Some(text) = &answer.secret_string {
                    self.failures.redactor().register(text);
                }
                Ok(answer.secret_string)
            }
            Err(error) => unless_gone(self.failures.call("GetSecretValue", &error)),
        }
    }

    async fn version(&self, arn: &str) -> Called<Option<String>> {
        match self.client.describe_secret().secret_id(arn).send().await {
            Ok(answer) => Ok(answer
                .version_ids_to_stages
                .unwrap_or_default()
                .into_iter()
                .find(|(_, stages)| stages.iter().any(|stage| stage == CURRENT))
                .map(|(id, _)| id)),
            Err(error) => unless_gone(self.failures.call("DescribeSecret", &error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(kind: CallErrorKind, code: &str, message: &str) -> CallError {
        CallError { kind, action: String::new(), code: code.into(), message: message.into() }
    }

    #[test]
    fn a_secret_marked_for_deletion_is_gone() {
        let marked = error(
            CallErrorKind::Refused,
            "InvalidRequestException",
            "You can't perform this operation on the secret because it was marked for deletion.",
        );
        assert_eq!(unless_gone::<()>(marked), Ok(None));
        assert_eq!(unless_gone::<()>(error(CallErrorKind::NotFound, "ResourceNotFoundException", "")), Ok(None));
        assert!(unless_gone::<()>(error(CallErrorKind::Denied, "AccessDeniedException", "")).is_err());
    }
}
