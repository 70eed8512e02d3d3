//! PlanResourceChange: what a change does, as the state that it promises. The same request gives the same answer, so
//! that the plan which an apply makes again is the one that was shown.

use starburst_core::cluster::{self, Plan, PreviewUse, Previewed, Prior};
use starburst_core::failure::{Failure, Severity};
use starburst_core::path::Path;
use starburst_core::time::Millis;
use starburst_core::value::Value;

use super::encode::encode;
use super::planned::From;
use super::private::Private;
use super::provider::Provider;
use super::shapes::CLUSTER;
use super::wire::deferred::Reason;
use super::wire::plan_resource_change as wire;
use super::wire::{ClientCapabilities, Deferred, Diagnostic};
use super::{apply, check, diagnostics, identity, private, tree};

/// Headline of the one warning that a plan gives.
const WARNING: &str = "This plan takes nodes of the cluster out of service";

/// Headline over what a stack that is not ready means for the apply.
const STANDING: &str = "The stack is not ready";
/// Headline over what a change set does.
const CHANGE_SET: &str = "What CloudFormation will do";
/// Headline over what early validation, or the stack itself, says against it.
const CHANGE_SET_WARNING: &str = "About the change set";

/// Why a plan ends early: what the user reads.
type Refused = Vec<Diagnostic>;

/// Answers a request; whatever goes wrong is a diagnostic.
pub async fn plan(provider: &Provider, request: wire::Request) -> wire::Response {
    match planned(provider, &request).await {
        Ok(answer) => answer,
        Err(diagnostics) => {
            // A client that reads an error looks at nothing else, but wants an object all the same.
            let planned_state = request.prior_state.clone();
            wire::Response { planned_state, planned_private: request.prior_private, diagnostics, ..Default::default() }
        }
    }
}

async fn planned(provider: &Provider, request: &wire::Request) -> Result<wire::Response, Refused> {
    let object = |value| diagnostics::decoded(value, &CLUSTER);
    let stored = object(request.prior_state.as_ref())?;
    if object(request.proposed_new_state.as_ref())?.is_none() {
        return Ok(destruction(request));
    }
    let config = object(request.config.as_ref())?.unwrap_or_default();
    let private = private::parse(&request.prior_private)?;
    let prior = stored.as_ref().map(|stored| prior(stored, &private, Some(&config)));
    let inputs = tree::inputs(&config, &CLUSTER);
    let checked = check::checked(provider, inputs, prior.as_ref().map(|prior| &prior.inputs)).await;
    let errors = checked.errors();
    if !errors.is_empty() {
        return Err(diagnostics::violations(&errors, &CLUSTER));
    }
    let change = provider.session.plan(prior.as_ref(), &checked.inputs);
    let resumes = prior.as_ref().is_some_and(|prior| cluster::is_under_way(&prior.outputs));
    let timeout = apply::timeout(&config, if prior.is_some() { "update" } else { "create" })?;
    let looked = look(provider, prior.as_ref(), &checked.inputs, &change, timeout).await?;
    let from = From {
        config: &config,
        prior: stored.as_ref(),
        inputs: &checked.inputs,
        plan: &change,
        foreseen: looked.as_ref().map(|looked| &looked.outputs),
        resumes,
    };
    let state = from.state(&CLUSTER);
    // Where the size of the group is the operators', only AWS knows the numbers of a roll.
    let mut found = told(looked.as_ref().map_or(&change, |looked| &looked.plan));
    if let Some(looked) = &looked {
        found.extend(diagnostics::notes(STANDING, looked.standing.as_slice()));
        found.extend(diagnostics::violations(&looked.warnings, &CLUSTER));
        found.extend(diagnostics::notes(CHANGE_SET, &looked.change_set.lines));
        found.extend(diagnostics::notes(CHANGE_SET_WARNING, &looked.change_set.warnings));
    }
    Ok(wire::Response {
        planned_state: Some(encode(Some(&state), &CLUSTER)),
        requires_replace: change
            .replace
            .iter()
            .filter(|_| stored.is_some())
            .map(|path| diagnostics::attribute_path(path, &CLUSTER))
            .collect(),
        planned_private: request.prior_private.clone(),
        diagnostics: found,
        planned_identity: identity::of(state.at(&Path::root().key("id"))),
        deferred: deferred(provider, request.client_capabilities.as_ref()),
        ..Default::default()
    })
}

/// Terraform asks for a plan of a destruction too; there is nothing to promise, but something to say where the stack
/// stays.
fn destruction(request: &wire::Request) -> wire::Response {
    let superseded = Private::parse(&request.prior_private).is_ok_and(|private| private.superseded);
    let stays = "The stack goes on as the object that took this one's place; the state forgets this one.";
    let told = superseded.then(|| diagnostics::warning("Nothing of the stack is deleted", stays));
    wire::Response {
        planned_state: Some(encode(None, &CLUSTER)),
        planned_private: request.prior_private.clone(),
        diagnostics: told.into_iter().collect(),
        ..Default::default()
    }
}

/// What stands for a provider that cannot reach AWS before other resources exist, where the client takes that.
pub fn deferred(provider: &Provider, client: Option<&ClientCapabilities>) -> Option<Deferred> {
    let allowed = client.is_some_and(|client| client.deferral_allowed);
    (allowed && provider.session.is_unknown()).then(|| Deferred { reason: Reason::ProviderConfigUnknown.into() })
}

/// The cluster behind a stored state, as the core knows it.
pub fn prior(stored: &Value, private: &Private, config: Option<&Value>) -> Prior {
    Prior {
        id: stored.at(&Path::root().key("id")).as_text().unwrap_or_default().to_owned(),
        inputs: tree::prior_inputs(stored, private, config, &CLUSTER),
        outputs: private.with_record(tree::outputs(stored)),
    }
}

/// The rules and facts that need AWS, where something changes and AWS can be reached already. Their answers are
/// diagnostics; nothing of them but what follows from the inputs stands in the planned state.
async fn look(
    provider: &Provider,
    prior: Option<&Prior>,
    inputs: &Value,
    change: &Plan,
    timeout: Option<Millis>,
) -> Result<Option<Previewed>, Refused> {
    let told = |failure: Failure| diagnostics::failure(&failure, &CLUSTER);
    cluster::refuse_errors(change).map_err(told)?;
    if prior.is_some() && change.is_empty() || provider.session.is_unknown() {
        return Ok(None);
    }
    let operation = provider.operation(inputs).await.map_err(told)?;
    operation.hide_secrets_of(inputs);
    let ports = operation.ports();
    let asker = identity::asker(inputs);
    let usage = provider.preview_use(prior.map_or("", |prior| prior.id.as_str()));
    let settings = operation.connection.settings();
    let previewed = cluster::preview(ports, &asker, settings, prior, inputs, usage, timeout).await;
    let mut previewed = previewed.map_err(told)?;
    if usage == PreviewUse::Again {
        // What the apply will do was shown by the plan before.
        previewed.change_set.lines.clear();
        previewed.standing = None;
    }
    Ok(Some(previewed))
}

/// One warning, only when nodes roll, are replaced or go out of service; and what the change itself is warned of.
fn told(change: &Plan) -> Vec<Diagnostic> {
    let disturbs = !change.rolls.is_empty() || !change.restart.is_empty() || !change.replace.is_empty();
    let mut found = if disturbs { diagnostics::notes(WARNING, &change.notes) } else { Vec::new() };
    let warnings = change.warnings.iter().filter(|found| found.severity == Severity::Warning);
    found.extend(warnings.map(|warning| diagnostics::violation(warning, &CLUSTER)));
    found
}
