//! The provider's own configuration: normal form, violations, difference. Calls nothing; the first use of a resource
//! opens the connection.

use std::collections::{BTreeMap, BTreeSet};

use starburst_core::failure::Client;
use starburst_core::path::Casing;
use starburst_core::value::Value;
use tonic::Status;

use super::decode::decode;
use super::encode::{Unknowns, encode};
use super::provider::Provider;
use super::wire::diff_response::DiffChanges;
use super::wire::property_diff;
use super::wire::{
    CheckFailure, CheckRequest, CheckResponse, ConfigureRequest, ConfigureResponse, DiffRequest, DiffResponse,
    PropertyDiff,
};
use crate::settings::{ENGINES, normal_form};

/// Checks the settings; all violations at once.
pub fn check_config(request: &CheckRequest) -> Result<CheckResponse, Status> {
    let (inputs, wrong) = normal_form(&decode(request.news.as_ref())?);
    let failures = wrong
        .into_iter()
        .map(|wrong| CheckFailure {
            property: wrong.path.render(Casing::Camel),
            reason: wrong.why.render(Client::Pulumi),
        })
        .collect();
    Ok(CheckResponse { inputs: Some(encode(&inputs, Unknowns::Kept)), failures })
}

/// Says which settings differ. None replaces anything: a cluster knows its region and account by its ARN, and a
/// configuration that cannot reach it is an error of the cluster's own calls.
pub fn diff_config(request: &DiffRequest) -> Result<DiffResponse, Status> {
    let before = request.old_inputs.as_ref().or(request.olds.as_ref());
    let before = settings_of(&decode(before)?);
    let after = settings_of(&decode(request.news.as_ref())?);
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let mut detailed_diff = BTreeMap::new();
    for name in names {
        let kind = match (before.get(name), after.get(name)) {
            (None, Some(_)) => property_diff::Kind::Add,
            (Some(_), None) => property_diff::Kind::Delete,
            (Some(before), Some(after)) if before.exposed() != after.exposed() => property_diff::Kind::Update,
            _ => continue,
        };
        detailed_diff.insert(name.clone(), PropertyDiff { kind: kind.into(), input_diff: true });
    }
    let changes = if detailed_diff.is_empty() { DiffChanges::DiffNone } else { DiffChanges::DiffSome };
    Ok(DiffResponse {
        changes: changes.into(),
        diffs: detailed_diff.keys().cloned().collect(),
        has_detailed_diff: !detailed_diff.is_empty(),
        detailed_diff,
        ..DiffResponse::default()
    })
}

/// Takes the settings over.
pub fn configure(provider: &Provider, request: &ConfigureRequest) -> Result<ConfigureResponse, Status> {
    let (settings, wrong) = normal_form(&decode(request.args.as_ref())?.exposed());
    if !wrong.is_empty() {
        let lines = wrong
            .iter()
            .map(|wrong| format!("{}: {}", wrong.path.render(Casing::Camel), wrong.why.render(Client::Pulumi)));
        return Err(Status::invalid_argument(lines.collect::<Vec<_>>().join("\n")));
    }
    provider.configure_with(Value::Map(settings_of(&settings)));
    Ok(ConfigureResponse {
        accept_secrets: true,
        supports_preview: true,
        accept_resources: true,
        accept_outputs: true,
        supports_autonaming_configuration: true,
    })
}

/// The settings in normal form, without what is the engine's.
fn settings_of(inputs: &Value) -> BTreeMap<String, Value> {
    let (settings, _) = normal_form(inputs);
    let settings = settings.as_map().cloned().unwrap_or_default();
    settings.into_iter().filter(|(key, _)| !ENGINES.contains(&key.as_str())).collect()
}
