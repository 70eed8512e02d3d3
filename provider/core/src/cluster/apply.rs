//! Create, update and delete: from a plan to the stack engine and back to outputs.

use std::collections::BTreeMap;

use starburst_schema::fields::{ec2, stack as stack_fields};

use super::api::{Applied, Asker, FailedApply, Plan, Prior, Settings};
use super::defaults::effective;
use super::parameters::Uploaded;
use super::plan::refuse_errors;
use super::request::{self, OWNER_TAG, Parts, owner_tag, text, texts};
use super::state::{ClusterState, STATE_VERSION};
use super::{assets, derive, diagnosis, guard, observe, outputs, preflight, rolls};
use crate::failure::{Failure, FailureKind, Message};
use crate::path::Path;
use crate::ports::{ParameterValue, Ports, Progress, Stack, StackRequest};
use crate::stack::{self, Goal, OnConflict, OnInterrupt, Operation, Outcome, OwnerTag, Recovery};
use crate::template;
use crate::time::Millis;
use crate::value::Value;

/// Default time for a create or a delete.
const DEFAULT_TIMEOUT: Millis = Millis::from_seconds(60 * 60);

/// Creates the cluster. `timeout`: `None` for the default of 60 minutes.
///
/// # Errors
/// See [`FailedApply`]. A create that AWS rolled back leaves nothing in the client's state; one that was interrupted
/// leaves what the next run needs to join it.
pub async fn create(
    ports: Ports<'_>,
    asker: &Asker,
    settings: &Settings,
    inputs: &Value,
    timeout: Option<Millis>,
) -> Result<Applied, FailedApply> {
    let plan = super::plan(None, inputs);
    refuse_errors(&plan)?;
    let facts = preflight::preflight(ports, asker, settings, None, inputs, &plan).await?;
    let (uploaded, mut state) = prepare(ports, inputs, ClusterState::default()).await?;
    state.template_version = template::VERSION;
    state.default_tags = Some(settings.default_tags.clone());
    state.derived = derive::derive(&derive::From {
        inputs,
        facts: &facts,
        stored: &BTreeMap::new(),
        plan: &plan,
        stack_id: None,
        uploaded: &uploaded,
        partition: &ports.identity.partition(),
        basic_resources: settings.basic_resources,
    });
    let request = request::build(&Parts {
        asker,
        settings,
        inputs,
        prior: None,
        uploaded: &uploaded,
        state: &state,
        keep_template: false,
    });
    let operation = operation(asker, inputs, Goal::Create, None, Some(request), timeout.unwrap_or(DEFAULT_TIMEOUT));
    let outcome = stack::run(ports, operation).await;
    conclude(ports, inputs, state, outcome).await.map(|(applied, _)| applied)
}

/// Updates the cluster in place. Settings that never touch the stack cause no call at all. `timeout`: `None` for the
/// larger of 60 minutes and 1.5 times the preview's estimate.
///
/// # Errors
/// See [`FailedApply`]. An update that AWS rolled back keeps the old values in the client's state.
pub async fn update(
    ports: Ports<'_>,
    asker: &Asker,
    settings: &Settings,
    prior: &Prior,
    inputs: &Value,
    timeout: Option<Millis>,
) -> Result<Applied, FailedApply> {
    let state = ClusterState::of(Some(prior)).map_err(super::read::newer_state)?;
    guard::same_region(ports, &prior.id)?;
    let plan = super::plan_under(Some(settings), Some(prior), inputs);
    refuse_errors(&plan)?;
    if !plan.touches_stack() && state.operation.is_none() {
        return Ok(Applied { id: prior.id.clone(), outputs: echo(inputs, &prior.outputs) });
    }
    let facts = preflight::preflight(ports, asker, settings, Some(prior), inputs, &plan).await?;
    let (uploaded, mut state) = prepare(ports, inputs, state).await?;
    state.default_tags = Some(settings.default_tags.clone());
    state.derived = derive::derive(&derive::From {
        inputs,
        facts: &facts,
        stored: &state.derived,
        plan: &plan,
        stack_id: Some(&prior.id),
        uploaded: &uploaded,
        partition: &ports.identity.partition(),
        basic_resources: settings.basic_resources,
    });
    let live = live_workers(ports, prior, inputs).await?;
    if let Some(live) = live {
        let room = live.saturating_add(rolls::batch_size(inputs, live));
        let written = state.derived.get(template::WORKER_MAXIMUM).and_then(|text| text.parse().ok());
        state.derived.insert(template::WORKER_MAXIMUM.to_owned(), written.unwrap_or(room).max(room).to_string());
    }
    let mut request = request::build(&Parts {
        asker,
        settings,
        inputs,
        prior: Some(&prior.inputs),
        uploaded: &uploaded,
        state: &state,
        keep_template: state.template_version != template::VERSION,
    });
    if let (Some(live), Some(parameter)) = (live, ec2::WORKER_COUNT.parameter) {
        request.parameters.insert(parameter.name.to_owned(), ParameterValue::Text(live.to_string()));
    }
    let limit = timeout.unwrap_or_else(|| default_update_timeout(&plan));
    let operation = operation(asker, inputs, Goal::Update, Some(prior), Some(request), limit);
    let outcome = stack::run(ports, operation).await;
    match conclude(ports, inputs, state, outcome).await {
        Ok((applied, stack)) => settle(ports, inputs, &prior.inputs, applied, &stack).await,
        Err(failed) => {
            if failed.failure.kind == FailureKind::RolledBack {
                restore_sizes(ports, prior).await;
            }
            Err(failed)
        }
    }
}

/// How many workers operators want now, where the size is theirs. An update that sent the program's number would set
/// the group back to it.
async fn live_workers(ports: Ports<'_>, prior: &Prior, inputs: &Value) -> Result<Option<u32>, Failure> {
    if text(inputs, &ec2::WORKER_SCALING).as_deref() != Some("external") {
        return Ok(None);
    }
    let stack = ports.cloud_formation.describe_stack(&prior.id).await;
    match stack.map_err(|error| stack::call_failure::from_call(&error))? {
        Some(stack) => Ok(observe::workers(ports, &stack).await?.map(|group| group.desired)),
        None => Ok(None),
    }
}

/// A roll that failed can leave the group larger than it was: CloudFormation raises it for the time of the roll and
/// may not lower it again. What cannot be restored is told, and does not hide why the update failed.
async fn restore_sizes(ports: Ports<'_>, prior: &Prior) {
    let sizes = async {
        let stack = ports.cloud_formation.describe_stack(&prior.id).await.map_err(|error| error.message)?;
        match stack {
            Some(stack) => set_sizes(ports, &prior.inputs, &stack)
                .await
                .map_err(|failure| failure.summary.render(crate::failure::Client::Pulumi)),
            None => Ok(()),
        }
    };
    if let Err(why) = sizes.await {
        let told = format!("the size of the worker group could not be looked at after the rollback: {why}");
        ports.progress.report(Progress::Warning(Message::new(told)));
    }
}

/// Deletes the cluster; one that is gone is fine.
///
/// # Errors
/// The stack still exists, or it cannot be known whether it does.
pub async fn delete(
    ports: Ports<'_>,
    asker: &Asker,
    settings: &Settings,
    prior: &Prior,
    timeout: Option<Millis>,
) -> Result<(), Failure> {
    guard::same_region(ports, &prior.id)?;
    guard::same_account(ports, settings, Some(&prior.id)).await?;
    let limit = timeout.unwrap_or(DEFAULT_TIMEOUT);
    let operation = operation(asker, &prior.inputs, Goal::Delete, Some(prior), None, limit);
    match stack::run(ports, operation).await {
        Outcome::Failed { failure, .. } => Err(failure),
        _ => {
            remove_assets(ports, &prior.inputs).await;
            Ok(())
        }
    }
}

fn default_update_timeout(plan: &Plan) -> Millis {
    let estimate: u64 = plan.rolls.iter().map(|roll| roll.at_most.0).sum();
    Millis(DEFAULT_TIMEOUT.0.max(estimate + estimate / 2))
}

/// Uploads local files and notes where they lie.
async fn prepare(
    ports: Ports<'_>,
    inputs: &Value,
    mut state: ClusterState,
) -> Result<(Uploaded, ClusterState), Failure> {
    let bucket = text(inputs, &stack_fields::ASSET_BUCKET);
    let uploaded = assets::upload(ports, inputs, bucket.as_deref(), &asset_prefix(inputs)).await?;
    state.version = STATE_VERSION;
    state.operation = None;
    state.uploaded =
        uploaded.iter().map(|(path, uri)| (path.render(crate::path::Casing::Camel), uri.clone())).collect();
    Ok((uploaded, state))
}

fn asset_prefix(inputs: &Value) -> String {
    format!("starburst/{}", text(inputs, &stack_fields::NAME).unwrap_or_default())
}

/// Assets go with the cluster. What cannot be removed is left with a word: the cluster itself is gone.
async fn remove_assets(ports: Ports<'_>, inputs: &Value) {
    let Some(bucket) = text(inputs, &stack_fields::ASSET_BUCKET) else { return };
    let prefix = format!("{}/", asset_prefix(inputs));
    let keys = ports.objects.keys(&bucket, &prefix).await.unwrap_or_default();
    for key in keys {
        if let Err(error) = ports.objects.delete(&bucket, &key).await {
            ports
                .progress
                .report(Progress::Warning(Message::new(format!("s3://{bucket}/{key} stays: {}", error.message))));
        }
    }
}

fn operation(
    asker: &Asker,
    inputs: &Value,
    goal: Goal,
    prior: Option<&Prior>,
    request: Option<StackRequest>,
    timeout: Millis,
) -> Operation {
    let flag = |field: &starburst_schema::Field, wanted: &str| text(inputs, field).as_deref() == Some(wanted);
    let protect = effective(inputs, &stack_fields::TERMINATION_PROTECTION).as_bool().unwrap_or(false);
    Operation {
        id: prior.map(|prior| prior.id.clone()),
        request,
        role_arn: text(inputs, &stack_fields::ROLE_ARN),
        termination_protection: (goal != Goal::Delete).then_some(protect),
        owner: OwnerTag { key: OWNER_TAG.to_owned(), value: owner_tag(&asker.owner) },
        on_conflict: if flag(&stack_fields::ON_CONFLICT, "wait") { OnConflict::Wait } else { OnConflict::Fail },
        on_interrupt: if flag(&stack_fields::ON_INTERRUPT, "cancelUpdate") {
            OnInterrupt::CancelUpdate
        } else {
            OnInterrupt::Detach
        },
        timeout,
        recovery: Recovery {
            skip: texts(inputs, &stack_fields::RECOVERY_SKIP_RESOURCES),
            retain: texts(inputs, &stack_fields::RECOVERY_RETAIN_RESOURCES),
        },
        fields: diagnosis::fields_of_resources(),
        resources: None,
        stub: ClusterState::of(prior).ok().and_then(|state| state.operation),
        ..Operation::new(goal, text(inputs, &stack_fields::NAME).unwrap_or_default())
    }
}

/// From an outcome to outputs and the stack behind them, or to a failure with what exists.
async fn conclude(
    ports: Ports<'_>,
    inputs: &Value,
    mut state: ClusterState,
    outcome: Outcome,
) -> Result<(Applied, Stack), FailedApply> {
    let remaining = outcome.remaining_id().map(str::to_owned);
    match outcome {
        Outcome::Succeeded { stack } | Outcome::Unchanged { stack } => {
            Ok((applied(ports, inputs, &state, &stack).await, stack))
        }
        Outcome::Deleted => Err(Failure::new(
            FailureKind::Gone,
            &starburst_schema::codes::observe::GONE,
            Message::new("the stack is not there any more"),
        )
        .into()),
        Outcome::Failed { failure, stack, stub, .. } => {
            state.operation = stub;
            let partial = match (keeps_partial(failure.kind), remaining) {
                (true, Some(id)) => {
                    let stack = stack.map(|stack| *stack).unwrap_or_default();
                    Some(partial(ports, inputs, &state, &Stack { id, ..stack }))
                }
                _ => None,
            };
            Err(FailedApply { failure, partial })
        }
    }
}

/// Whether the client's state has to hold something after such an end. A refusal or a rollback leaves what was there.
const fn keeps_partial(kind: FailureKind) -> bool {
    matches!(
        kind,
        FailureKind::Stuck
            | FailureKind::Interrupted
            | FailureKind::TimedOut
            | FailureKind::Unreachable
            | FailureKind::Bug
    )
}

/// What a later run needs, from what is known without another call.
fn partial(ports: Ports<'_>, inputs: &Value, state: &ClusterState, stack: &Stack) -> Applied {
    let mut computed = observe::known(&stack.name, &ports.identity.region());
    computed.insert(starburst_schema::outputs::STACK_ID, Value::text(stack.id.as_str()));
    Applied { id: stack.id.clone(), outputs: outputs::assemble(inputs, stack, &computed, state) }
}

async fn applied(ports: Ports<'_>, inputs: &Value, state: &ClusterState, stack: &Stack) -> Applied {
    let computed = observe::computed(ports, stack, state).await;
    Applied { id: stack.id.clone(), outputs: outputs::assemble(inputs, stack, &computed, state) }
}

/// What CloudFormation leaves alone because the template did not change: the stack policy, and group sizes that an
/// operator changed (see the decision on reverting group sizes).
async fn settle(
    ports: Ports<'_>,
    inputs: &Value,
    before: &Value,
    applied: Applied,
    stack: &Stack,
) -> Result<Applied, FailedApply> {
    let trouble = |failure: Failure| FailedApply { failure, partial: Some(applied.clone()) };
    let policy = Path::from(&stack_fields::POLICY_BODY);
    if let Some(body) = inputs.at(&policy).as_text().filter(|body| before.at(&policy).as_text() != Some(body)) {
        let set = ports.cloud_formation.set_stack_policy(&stack.id, body).await;
        set.map_err(|error| trouble(stack::call_failure::from_call(&error)))?;
    }
    set_sizes(ports, inputs, stack).await.map_err(trouble)?;
    Ok(applied)
}

/// Sets the worker group to what the inputs say, where it differs and the program owns its size.
async fn set_sizes(ports: Ports<'_>, inputs: &Value, stack: &Stack) -> Result<(), Failure> {
    if text(inputs, &ec2::WORKER_SCALING).as_deref() != Some("fixed") {
        return Ok(());
    }
    let workers = observe::workers(ports, stack).await?;
    let wanted = effective(inputs, &ec2::WORKER_COUNT).as_integer().and_then(|count| u32::try_from(count).ok());
    let (Some(group), Some(wanted)) = (workers, wanted) else { return Ok(()) };
    if group.desired == wanted {
        return Ok(());
    }
    ports.progress.report(Progress::Info(Message::new(format!(
        "setting the desired capacity of group {} from {} to {wanted}, as the program says",
        group.name, group.desired
    ))));
    let written = stack.parameters.get(template::WORKER_MAXIMUM).and_then(|text| text.parse().ok());
    let max = written.unwrap_or(group.max).max(wanted);
    ports
        .auto_scaling
        .set_sizes(&group.name, wanted, wanted, max)
        .await
        .map_err(|error| stack::call_failure::from_call(&error))
}

/// New inputs over old outputs: for changes that never touch the stack.
fn echo(inputs: &Value, outputs: &Value) -> Value {
    let mut all = inputs.as_map().cloned().unwrap_or_default();
    for (key, value) in outputs.as_map().into_iter().flatten() {
        let is_output =
            key == super::api::STATE_KEY || starburst_schema::OUTPUTS.iter().any(|output| output.name == key);
        if is_output {
            all.insert(key.clone(), value.clone());
        }
    }
    Value::Map(all)
}
