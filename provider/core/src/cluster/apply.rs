//! Create, update and delete: from a plan to the stack engine and back to outputs.

use std::collections::BTreeMap;

use starburst_schema::fields::stack as stack_fields;

use super::api::{Applied, Asker, FailedApply, Plan, Prior, Settings};
use super::assets::Upload;
use super::defaults::effective;
use super::plan::{plan_at, refuse_errors};
use super::provisioned_product::{self, Wanted};
use super::request::{self, OWNER_TAG, Parts, owner_tag, text, texts};
use super::state::ClusterState;
use super::update_request::{self, Update};
use super::{assets, change_set, derive, diagnosis, drift, guard, observe, outputs, preflight, revert, rolls, sizes};
use crate::failure::{Failure, FailureKind, Message};
use crate::ports::{Ports, Progress, Stack, StackRequest};
use crate::stack::{self, ChangeSetUse, Goal, OnConflict, OnInterrupt, Operation, Outcome, OwnerTag, Recovery};
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
    let facts = preflight::preflight(ports, asker, settings, None, inputs, &plan, timeout).await?;
    let (uploaded, mut state) = update_request::prepare(ports, inputs, ClusterState::default(), Upload::Yes).await?;
    state.own(facts.own.as_ref(), true);
    state.default_tags = Some(settings.default_tags.clone());
    state.derived = derive::derive(&derive::From {
        inputs,
        facts: &facts,
        stored: &BTreeMap::new(),
        plan: &plan,
        stack_id: None,
        workers: None,
        uploaded: &uploaded,
        partition: &ports.identity.partition(),
        basic_resources: settings.basic_resources,
    });
    let own = assets::own_template(ports, inputs, &facts, Upload::Yes).await?;
    let (request, derived) = request::build(&Parts {
        asker,
        settings,
        inputs,
        prior: None,
        uploaded: &uploaded,
        state: &state,
        keep_template: false,
        before: &BTreeMap::new(),
        own,
    });
    state.derived = derived;
    // How many resources the conditions of another template leave is not known.
    let resources = facts.own.is_none().then(|| drift::Expected::count(&request, &ports.identity.region()));
    let mut operation = operation(asker, inputs, Goal::Create, None, Some(request), timeout.unwrap_or(DEFAULT_TIMEOUT));
    operation.resources = resources;
    let outcome = stack::run(ports, operation).await;
    let (applied, stack) = conclude(ports, inputs, state, outcome).await?;
    let joined = facts.began.as_ref() == Some(&stack.id);
    Ok(Applied { joined, ..revert::noted(ports, applied, &stack).await })
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
    let mut plan = super::plan_under(Some(settings), Some(prior), inputs);
    refuse_errors(&plan)?;
    if !plan.touches_stack() && state.operation.is_none() {
        return Ok(Applied { id: prior.id.clone(), outputs: echo(inputs, &prior.outputs), joined: false });
    }
    let operators = sizes::of_operators(ports, prior, inputs).await?;
    let live = operators.as_ref().map(|group| group.desired);
    if let Some(live) = live {
        plan = plan_at(settings, prior, inputs, live);
    }
    let facts = preflight::preflight(ports, asker, settings, Some(prior), inputs, &plan, timeout).await?;
    let from = Update { asker, settings, prior, inputs, plan: &plan, live };
    let (request, state) = update_request::build(ports, from, &facts, Upload::Yes).await?;
    let limit = timeout.unwrap_or_else(|| default_update_timeout(prior, inputs, &plan));
    let mut operation = operation(asker, inputs, Goal::Update, Some(prior), Some(request), limit);
    if change_set::is_wanted(inputs) {
        operation.change_set = ChangeSetUse::Execute(change_set::shown(&plan));
    }
    let outcome = stack::run(ports, operation).await;
    let concluded = conclude(ports, inputs, state, outcome).await;
    if let Some(before) = &operators {
        let undone = matches!(&concluded, Err(failed) if failed.failure.kind == FailureKind::RolledBack);
        if undone || concluded.is_ok() {
            sizes::give_back(ports, before, &prior.id, undone).await;
        }
    }
    match concluded {
        Ok((applied, stack)) => revert::settle(ports, inputs, &prior.inputs, applied, &stack).await,
        Err(failed) => {
            if failed.failure.kind == FailureKind::RolledBack {
                revert::restore_sizes(ports, prior).await;
            }
            Err(failed)
        }
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
    provisioned_product::refuse(&prior.id, Wanted::Removal)?;
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

fn default_update_timeout(prior: &Prior, inputs: &Value, plan: &Plan) -> Millis {
    let (_, Millis(at_most)) = rolls::estimate(prior, inputs, plan);
    Millis(DEFAULT_TIMEOUT.0.max(at_most + at_most / 2))
}

/// Assets go with the cluster. What cannot be removed is left with a word: the cluster itself is gone.
async fn remove_assets(ports: Ports<'_>, inputs: &Value) {
    let Some(bucket) = text(inputs, &stack_fields::ASSET_BUCKET) else { return };
    let prefix = format!("{}/", assets::prefix(inputs));
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
        Outcome::Deleted | Outcome::Previewed { .. } => Err(Failure::new(
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
    Applied { id: stack.id.clone(), outputs: outputs::assemble(inputs, stack, &computed, state), joined: false }
}

async fn applied(ports: Ports<'_>, inputs: &Value, state: &ClusterState, stack: &Stack) -> Applied {
    let computed = observe::computed(ports, stack, state).await;
    Applied { id: stack.id.clone(), outputs: outputs::assemble(inputs, stack, &computed, state), joined: false }
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
