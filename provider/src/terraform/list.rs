//! ListResource: clusters that can be imported, found by the plugin's own tag.

use starburst_core::cluster::{self, Listed};
use starburst_core::value::Value;
use starburst_schema::terraform::others::LIST_REGION;

use super::encode::encode;
use super::provider::Provider;
use super::shapes::{CLUSTER, LIST};
use super::wire::{Diagnostic, list_resource as wire, validate_list_resource_config};
use super::{diagnostics, identity, tree};

/// A configuration has the right shape by then; there is no rule beside that.
pub fn validate(request: &validate_list_resource_config::Request) -> Vec<Diagnostic> {
    diagnostics::decoded(request.config.as_ref(), &LIST).err().unwrap_or_default()
}

/// Every cluster of the account and region that the plugin made, at most as many as asked for.
pub async fn list(provider: &Provider, request: &wire::Request) -> Vec<wire::Event> {
    let refused = |diagnostic: Vec<Diagnostic>| vec![wire::Event { diagnostic, ..Default::default() }];
    let config = match diagnostics::decoded(request.config.as_ref(), &LIST) {
        Ok(config) => config.unwrap_or_default(),
        Err(told) => return refused(told),
    };
    let region = config.as_map().and_then(|map| map.get(LIST_REGION)).cloned().unwrap_or_default();
    let inputs = Value::Map(std::iter::once((LIST_REGION.to_owned(), region)).collect());
    let operation = match provider.operation(&inputs).await {
        Ok(operation) => operation,
        Err(failure) => return refused(diagnostics::failure(&failure, &LIST)),
    };
    let found = match cluster::list(operation.ports()).await {
        Ok(found) => found,
        Err(failure) => return refused(diagnostics::failure(&failure, &LIST)),
    };
    let most = usize::try_from(request.limit).ok().filter(|limit| *limit > 0).unwrap_or(usize::MAX);
    let mut events = Vec::new();
    for listed in found.into_iter().take(most) {
        let whole = if request.include_resource_object { Some(object(&operation, &listed).await) } else { None };
        events.push(event(&listed, whole));
    }
    events
}

fn event(listed: &Listed, whole: Option<Result<Value, Vec<Diagnostic>>>) -> wire::Event {
    let (object, diagnostic) = match whole {
        None => (None, Vec::new()),
        Some(Ok(object)) => (Some(encode(Some(&object), &CLUSTER)), Vec::new()),
        Some(Err(diagnostic)) => (None, diagnostic),
    };
    wire::Event {
        identity: identity::of(&Value::text(listed.id.as_str())),
        display_name: listed.name.clone(),
        resource_object: object,
        diagnostic,
    }
}

/// The state that an import of it would have.
async fn object(operation: &super::provider::Operation, listed: &Listed) -> Result<Value, Vec<Diagnostic>> {
    let told = |failure| diagnostics::failure(&failure, &CLUSTER);
    let found =
        cluster::read(operation.ports(), operation.connection.settings(), &listed.id, None).await.map_err(told)?;
    let Some(found) = found else {
        let detail = format!("Stack {} was deleted while the list was made.", listed.name);
        return Err(vec![diagnostics::warning("A cluster is gone", detail)]);
    };
    let filled = cluster::filled(&found.inputs, &found.outputs);
    Ok(tree::observed(&CLUSTER, &Value::Null, &found.inputs, &found.outputs, &filled))
}
