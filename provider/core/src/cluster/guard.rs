//! Whose account and region a stack belongs to. "Gone" is believed, and a stack is touched, only where the ARN's
//! partition, region and account are those of the client.

use starburst_schema::codes;

use super::api::Settings;
use crate::failure::{Failure, FailureKind, Message};
use crate::ports::Ports;
use crate::stack::call_failure::from_call;

/// The parts of a stack's ARN.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StackArn {
    /// `aws`, `aws-cn`, …
    pub partition: String,
    /// Region.
    pub region: String,
    /// 12-digit account id.
    pub account: String,
    /// Name of the stack.
    pub name: String,
}

/// The parts of `arn:PARTITION:cloudformation:REGION:ACCOUNT:stack/NAME/ID`; `None` for anything else.
#[must_use]
pub fn parse(arn: &str) -> Option<StackArn> {
    let mut parts = arn.splitn(6, ':');
    let ("arn", partition, "cloudformation", region, account, resource) =
        (parts.next()?, parts.next()?, parts.next()?, parts.next()?, parts.next()?, parts.next()?)
    else {
        return None;
    };
    let name = resource.strip_prefix("stack/")?.split('/').next()?;
    Some(StackArn {
        partition: partition.to_owned(),
        region: region.to_owned(),
        account: account.to_owned(),
        name: name.to_owned(),
    })
}

/// Refuses an ARN of another partition or region. Calls nothing.
///
/// # Errors
/// The two regions, and what to write.
pub fn same_region(ports: Ports<'_>, id: &str) -> Result<(), Failure> {
    let Some(arn) = parse(id) else { return Ok(()) };
    let (region, partition) = (ports.identity.region(), ports.identity.partition());
    if arn.region == region && arn.partition == partition {
        return Ok(());
    }
    Err(Failure::new(
        FailureKind::Denied,
        &codes::refused::OTHER_REGION,
        Message::new(format!(
            "the cluster's stack is in {} ({}), and the provider is configured for {region} ({partition})",
            arn.region, arn.partition
        )),
    )
    .hint(Message::new(format!(
        "set the provider's region to {}; moving a cluster to another region means a new cluster under another name",
        arn.region
    ))))
}

/// Refuses an account that is not the ARN's, or that the configuration does not allow. One call, answered once per
/// process.
///
/// # Errors
/// The two accounts; whatever kept STS from answering.
pub async fn same_account(ports: Ports<'_>, settings: &Settings, id: Option<&str>) -> Result<String, Failure> {
    let caller = ports.identity.caller().await.map_err(|error| from_call(&error))?;
    let refused = |message: String| {
        Failure::new(FailureKind::Denied, &codes::refused::ACCOUNT_NOT_ALLOWED, Message::new(message))
            .hint(Message::new("use credentials of the right account, or correct the provider's list of accounts"))
    };
    if !settings.allowed_accounts.is_empty() && !settings.allowed_accounts.contains(&caller.account) {
        return Err(refused(format!("account {} is not among the accounts that the provider allows", caller.account)));
    }
    if settings.forbidden_accounts.contains(&caller.account) {
        return Err(refused(format!("account {} is one that the provider forbids", caller.account)));
    }
    match id.and_then(parse) {
        Some(arn) if arn.account != caller.account => Err(refused(format!(
            "the cluster's stack is in account {}, and the credentials belong to account {}",
            arn.account, caller.account
        ))),
        _ => Ok(caller.account),
    }
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn an_arn_tells_region_account_and_name() {
        let arn = parse("arn:aws-cn:cloudformation:cn-north-1:123456789012:stack/analytics-dev/0a1b")
            .map(|arn| (arn.partition, arn.region, arn.account, arn.name));
        let expected = ("aws-cn", "cn-north-1", "123456789012", "analytics-dev");
        assert_eq!(arn, Some((expected.0.into(), expected.1.into(), expected.2.into(), expected.3.into())));
        assert_eq!(parse("analytics-dev"), None);
        assert_eq!(parse("arn:aws:s3:::bucket"), None);
    }
}
