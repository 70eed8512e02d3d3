//! STS: who calls, read once.

use async_trait::async_trait;
use aws_config::SdkConfig;
use aws_sdk_sts::Client;
use starburst_core::ports::{Called, Caller, Identity};
use starburst_core::time::Timestamp;
use tokio::sync::OnceCell;

use super::call_error::Failures;
use super::expiry::Expiry;
use super::redact::Redactor;

/// Regions whose names begin so belong to another partition than `aws`. After the SDK's own `partitions.json`.
const PARTITIONS: [(&str, &str); 7] = [
    ("cn-", "aws-cn"),
    ("us-gov-", "aws-us-gov"),
    ("us-iso-", "aws-iso"),
    ("us-isob-", "aws-iso-b"),
    ("eu-isoe-", "aws-iso-e"),
    ("us-isof-", "aws-iso-f"),
    ("eusc-", "aws-eusc"),
];

/// STS.
pub struct StsClient {
    client: Client,
    failures: Failures,
    region: String,
    expiry: Expiry,
    caller: OnceCell<Caller>,
}

impl StsClient {
    /// `endpoint` in place of AWS's own; `expiry` of the credentials of all clients.
    #[must_use]
    pub fn new(sdk: &SdkConfig, endpoint: Option<String>, region: String, expiry: Expiry, redactor: Redactor) -> Self {
        let mut config = aws_sdk_sts::config::Builder::from(sdk).interceptor(super::call_log::CallLog);
        if let Some(url) = endpoint {
            config = config.endpoint_url(url);
        }
        let client = Client::from_conf(config.build());
        Self { client, failures: Failures::new("sts", redactor), region, expiry, caller: OnceCell::new() }
    }

    async fn ask(&self) -> Called<Caller> {
        let action = "GetCallerIdentity";
        let answer = self.client.get_caller_identity().send().await;
        let answer = answer.map_err(|error| self.failures.call(action, &error))?;
        match (answer.account, answer.arn) {
            (Some(account), Some(arn)) => Ok(Caller { account, arn }),
            _ => Err(self.failures.incomplete(action, "account")),
        }
    }
}

#[async_trait]
impl Identity for StsClient {
    async fn caller(&self) -> Called<Caller> {
        self.caller.get_or_try_init(|| self.ask()).await.cloned()
    }

    fn region(&self) -> String {
        self.region.clone()
    }

    fn partition(&self) -> String {
        partition_of(&self.region).to_owned()
    }

    fn credentials_expire(&self) -> Option<Timestamp> {
        self.expiry.get()
    }
}

/// The partition that a region belongs to.
#[must_use]
pub fn partition_of(region: &str) -> &'static str {
    PARTITIONS.iter().find(|(prefix, _)| region.starts_with(prefix)).map_or("aws", |(_, partition)| partition)
}

#[cfg(test)]
mod tests {
    use super::partition_of;

    #[test]
    fn regions_tell_their_partition() {
        let table = [
            ("us-east-1", "aws"),
            ("eu-central-2", "aws"),
            ("cn-north-1", "aws-cn"),
            ("us-gov-west-1", "aws-us-gov"),
            ("us-iso-east-1", "aws-iso"),
            ("us-isob-east-1", "aws-iso-b"),
            ("eusc-de-east-1", "aws-eusc"),
        ];
        for (region, partition) in table {
            assert_eq!(partition_of(region), partition, "{region}");
        }
    }
}
