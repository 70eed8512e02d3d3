//! Check: what the program wrote, to normal form and failures by property. Calls no AWS.

use starburst_core::cluster::{self, StackNaming};
use starburst_core::failure::{Client, Severity, Violation};
use starburst_core::value::Value;
use tonic::Status;

use super::decode::decode;
use super::encode::{Unknowns, encode};
use super::provider::{Provider, asker, known_type};
use super::wire::check_request::AutonamingOptions;
use super::wire::check_request::autonaming_options::Mode;
use super::wire::{CheckFailure, CheckRequest, CheckResponse};

/// Checks; user's mistakes are failures of an answer that is well otherwise.
pub async fn check(provider: &Provider, request: CheckRequest) -> Result<CheckResponse, Status> {
    known_type(&request.r#type, &request.urn)?;
    let prior = request.olds.as_ref().filter(|olds| !olds.fields.is_empty());
    let prior = prior.map(|olds| decode(Some(olds))).transpose()?;
    let mut inputs = without_hidden(decode(request.news.as_ref())?);
    let mut violations = cluster::local_files::digest_local_paths(provider.world().files(), &mut inputs).await;
    let naming = naming(&request.urn, request.autonaming.as_ref());
    let checked = cluster::check(&cluster::CheckRequest {
        asker: &asker(&request.urn),
        inputs: &inputs,
        prior: prior.as_ref(),
        naming: &naming,
    });
    violations.extend(checked.violations);
    let progress = provider.progress(&request.urn);
    let (errors, warnings): (Vec<_>, Vec<_>) =
        violations.into_iter().partition(|violation| violation.severity == Severity::Error);
    for warning in &warnings {
        progress.warning(in_words(warning));
    }
    progress.finish().await;
    Ok(CheckResponse {
        inputs: Some(encode(&checked.inputs, Unknowns::Kept)),
        failures: errors.iter().map(failure).collect(),
    })
}

fn failure(violation: &Violation) -> CheckFailure {
    CheckFailure { property: violation.path.render(Client::Pulumi.casing()), reason: violation.render(Client::Pulumi) }
}

/// A violation in one line, path included.
pub fn in_words(violation: &Violation) -> String {
    let path = violation.path.render(Client::Pulumi.casing());
    let reason = violation.render(Client::Pulumi);
    if path.is_empty() { reason } else { format!("{path}: {reason}") }
}

/// Keys with two underscores are the engine's own and the bridge's.
fn without_hidden(inputs: Value) -> Value {
    match inputs {
        Value::Map(map) => Value::Map(map.into_iter().filter(|(key, _)| !key.starts_with("__")).collect()),
        other => other,
    }
}

/// Where an absent name comes from: what the user configured, else project, stack and name of the resource.
fn naming(urn: &str, options: Option<&AutonamingOptions>) -> StackNaming {
    let Some(options) = options else { return StackNaming::Propose(proposal(urn)) };
    match options.mode() {
        Mode::Propose => StackNaming::Propose(allowed(&options.proposed_name)),
        Mode::Enforce => StackNaming::Enforce(options.proposed_name.clone()),
        Mode::Disable => StackNaming::Required,
    }
}

/// `project-stack-name` of `urn:pulumi:STACK::PROJECT::TYPE::NAME`. Nothing random: the old cluster of a replacement
/// goes first, and a run that was killed finds its stack again.
fn proposal(urn: &str) -> String {
    let mut parts = urn.trim_start_matches("urn:pulumi:").splitn(4, "::");
    let stack = parts.next().unwrap_or_default();
    let project = parts.next().unwrap_or_default();
    let name = parts.nth(1).unwrap_or_default();
    allowed(&format!("{project}-{stack}-{name}"))
}

/// The nearest name that CloudFormation takes: letters, digits and hyphens, a letter first.
fn allowed(name: &str) -> String {
    let mut allowed = String::with_capacity(name.len());
    for c in name.chars() {
        let c = if c.is_ascii_alphanumeric() { c } else { '-' };
        if c != '-' || !allowed.ends_with('-') {
            allowed.push(c);
        }
    }
    let allowed = allowed.trim_matches('-');
    if allowed.starts_with(|c: char| c.is_ascii_alphabetic()) { allowed.to_owned() } else { format!("s-{allowed}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_made_of_project_stack_and_resource() {
        let urn = "urn:pulumi:dev::shop::starburst:index:PrestoAlluxioCluster::joint";
        assert_eq!(proposal(urn), "shop-dev-joint");
        let nested = "urn:pulumi:org_1/dev::3rd.shop::my:Own$starburst:index:PrestoAlluxioCluster::joint::x_";
        assert_eq!(proposal(nested), "s-3rd-shop-org-1-dev-joint-x");
    }

    #[test]
    fn the_users_naming_comes_first() {
        let with = |mode: Mode| {
            let options = AutonamingOptions { proposed_name: "an_y".to_owned(), mode: mode.into() };
            naming("urn:pulumi:dev::shop::t::joint", Some(&options))
        };
        assert_eq!(with(Mode::Propose), StackNaming::Propose("an-y".to_owned()));
        assert_eq!(with(Mode::Enforce), StackNaming::Enforce("an_y".to_owned()));
        assert_eq!(with(Mode::Disable), StackNaming::Required);
        assert_eq!(naming("urn:pulumi:dev::shop::t::joint", None), StackNaming::Propose("shop-dev-joint".to_owned()));
    }
}
