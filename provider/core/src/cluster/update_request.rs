//! From a plan to the request of an update: the same for the preview by change set and for the apply, so that one
//! recognises what the other made.

use starburst_schema::Role;
use starburst_schema::fields::{ec2, stack as stack_fields};

use super::api::{Asker, Plan, Prior, Settings};
use super::assets::{self, Upload};
use super::own_template::is_given;
use super::parameters::Uploaded;
use super::preflight::Facts;
use super::request::{self, Parts, text};
use super::state::{ClusterState, STATE_VERSION};
use super::{derive, rolls};
use crate::failure::Failure;
use crate::ports::{ParameterValue, Ports, StackRequest};
use crate::template;
use crate::value::Value;

/// What an update is made from.
#[derive(Clone, Copy)]
pub struct Update<'a> {
    /// Who asks.
    pub asker: &'a Asker,
    /// The provider's configuration.
    pub settings: &'a Settings,
    /// The cluster as the client's state knows it.
    pub prior: &'a Prior,
    /// Checked inputs.
    pub inputs: &'a Value,
    /// What they change.
    pub plan: &'a Plan,
    /// How many workers operators want now, where the size is theirs.
    pub live: Option<u32>,
}

/// The request and the record that goes with it. `upload`: whether local files are written to the bucket or only named.
///
/// # Errors
/// Files that cannot be read, and whatever kept AWS from answering.
pub async fn build(
    ports: Ports<'_>,
    update: Update<'_>,
    facts: &Facts,
    upload: Upload,
) -> Result<(StackRequest, ClusterState), Failure> {
    let Update { asker, settings, prior, inputs, plan, live } = update;
    let state = ClusterState::of(Some(prior)).map_err(super::read::newer_state)?;
    let (uploaded, mut state) = prepare(ports, inputs, state, upload).await?;
    state.default_tags = Some(settings.default_tags.clone());
    let before = state.derived.clone();
    state.derived = derive::derive(&derive::From {
        inputs,
        facts,
        stored: &state.derived,
        plan,
        stack_id: Some(&prior.id),
        workers: live,
        uploaded: &uploaded,
        partition: &ports.identity.partition(),
        basic_resources: settings.basic_resources,
    });
    if let Some(live) = live {
        let room = rolls::sizes(Role::Worker, inputs, live, false).max;
        let written = state.derived.get(template::WORKER_MAXIMUM).and_then(|text| text.parse().ok());
        state.derived.insert(template::WORKER_MAXIMUM.to_owned(), written.unwrap_or(room).max(room).to_string());
    }
    let own = assets::own_template(ports, inputs, facts, upload).await?;
    state.own(facts.own.as_ref(), is_given(&prior.inputs));
    let (mut request, derived) = request::build(&Parts {
        asker,
        settings,
        inputs,
        // What a former template had is nothing that the bundled one could keep.
        prior: (facts.own.is_some() || !is_given(&prior.inputs)).then_some(&prior.inputs),
        uploaded: &uploaded,
        state: &state,
        keep_template: state.template_version != template::VERSION,
        before: &before,
        own,
    });
    state.derived = derived;
    let bundled = facts.own.is_none();
    if let (Some(live), Some(parameter), true) = (live, ec2::WORKER_COUNT.parameter, bundled) {
        request.parameters.insert(parameter.name.to_owned(), ParameterValue::Text(live.to_string()));
    }
    Ok((request, state))
}

/// Uploads local files, or only finds out where they will lie, and notes it.
///
/// # Errors
/// Files that cannot be read, and whatever kept S3 from taking them.
pub async fn prepare(
    ports: Ports<'_>,
    inputs: &Value,
    mut state: ClusterState,
    upload: Upload,
) -> Result<(Uploaded, ClusterState), Failure> {
    let bucket = text(inputs, &stack_fields::ASSET_BUCKET);
    let uploaded = assets::places(ports, inputs, bucket.as_deref(), &assets::prefix(inputs), upload).await?;
    state.version = STATE_VERSION;
    state.operation = None;
    state.uploaded =
        uploaded.iter().map(|(path, uri)| (path.render(crate::path::Casing::Camel), uri.clone())).collect();
    Ok((uploaded, state))
}
