//! ReadResource: refresh, and the second half of an import or move. Starts from the stored state and overwrites what
//! AWS answers differently.

use starburst_core::cluster::{self, Prior, ReadCluster};
use starburst_core::path::Path;
use starburst_core::value::Value;

use super::encode::encode;
use super::private::Private;
use super::provider::Provider;
use super::shapes::CLUSTER;
use super::wire::{Diagnostic, read_resource as wire};
use super::{diagnostics, identity, plan, private, tree};

/// Headline of the warning with what a read found worth knowing.
const WARNING: &str = "About the cluster";

/// Answers a request; a cluster that is gone is null.
pub async fn read(provider: &Provider, request: wire::Request) -> wire::Response {
    let unchanged = |diagnostics, deferred| wire::Response {
        new_state: request.current_state.clone(),
        private: request.private.clone(),
        new_identity: request.current_identity.clone(),
        diagnostics,
        deferred,
    };
    if provider.session.is_unknown() {
        // Nobody can look yet; what the state says stands until somebody can.
        return unchanged(Vec::new(), plan::deferred(provider, request.client_capabilities.as_ref()));
    }
    match observed(provider, &request).await {
        Ok(answer) => answer,
        Err(diagnostics) => unchanged(diagnostics, None),
    }
}

async fn observed(provider: &Provider, request: &wire::Request) -> Result<wire::Response, Vec<Diagnostic>> {
    let Some(stored) = diagnostics::decoded(request.current_state.as_ref(), &CLUSTER)? else {
        return Ok(gone(Vec::new()));
    };
    let known = private::parse(&request.private)?;
    let prior = plan::prior(&stored, &known, None);
    let operation =
        provider.operation(&prior.inputs).await.map_err(|failure| diagnostics::failure(&failure, &CLUSTER))?;
    operation.hide_secrets_of(&prior.inputs);
    // Without a record nothing but the id is known: an import, or a move.
    let before: Option<&Prior> = known.record.is_some().then_some(&prior);
    let found = cluster::read(operation.ports(), operation.connection.settings(), &prior.id, before).await;
    let warnings = operation.finish();
    let found = found.map_err(|failure| diagnostics::failure(&failure, &CLUSTER))?;
    let Some(found) = found else { return Ok(gone(warnings)) };
    provider.was_read(&found.id);
    provider.forget(&found.id, &known.apply);
    let mut told = diagnostics::notes(WARNING, &found.notes);
    told.extend(warnings);
    Ok(answer(&found, &stored, &known, told))
}

fn answer(found: &ReadCluster, stored: &Value, known: &Private, diagnostics: Vec<Diagnostic>) -> wire::Response {
    let filled = cluster::filled(&found.inputs, &found.outputs);
    let state = tree::observed(&CLUSTER, stored, &found.inputs, &found.outputs, &filled);
    let private = tree::describing(known.clone().recording(&found.outputs), &found.inputs, None, &CLUSTER);
    wire::Response {
        new_state: Some(encode(Some(&state), &CLUSTER)),
        private: private.to_bytes(),
        new_identity: identity::of(state.at(&Path::root().key("id"))),
        diagnostics,
        deferred: None,
    }
}

fn gone(diagnostics: Vec<Diagnostic>) -> wire::Response {
    wire::Response { new_state: Some(encode(None, &CLUSTER)), diagnostics, ..Default::default() }
}
