//! Brings back what was changed outside of the program and what an update alone leaves as it is: CloudFormation touches
//! no property whose template value is the same (see the decisions on reverting). Sizes and tags of groups are set at
//! the groups; everything else is brought back by a drift-aware change set.

use starburst_schema::fields::{ec2, stack as stack_fields};

use super::api::{Applied, FailedApply, Prior, STATE_KEY};
use super::defaults::effective;
use super::drift::{self, Expected};
use super::request::{CLUSTER_TAG, OWNER_TAG, text};
use super::state::ClusterState;
use crate::failure::{Client, Failure, Message};
use crate::path::Path;
use crate::ports::{CallErrorKind, ChangeSetState, Group, Ports, Progress, Stack};
use crate::stack::call_failure::from_call;
use crate::stack::status::StackStatus;
use crate::template;
use crate::time::{Millis, Timestamp};
use crate::value::Value;

/// Name of the drift-aware change set; there is at most one a stack.
const NAME: &str = "starburst-revert";
/// How long a drift-aware change set may take to be made.
const MAKING: Millis = Millis::from_seconds(5 * 60);
/// How long its execution may take: a roll of every group of the largest cluster.
const EXECUTING: Millis = Millis::from_seconds(12 * 60 * 60);

/// Sets the stack policy, sizes and tags of groups, and reverts what the last refresh found, after an update of the
/// stack went well.
///
/// # Errors
/// A call that was refused; the stack itself is as asked.
pub async fn settle(
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
        set.map_err(|error| trouble(from_call(&error)))?;
    }
    set_groups(ports, inputs, stack).await.map_err(trouble)?;
    let mut state = ClusterState::among(&applied.outputs).unwrap_or_default();
    if !state.drifted.is_empty() && revert(ports, stack, &state).await.map_err(trouble)? {
        state.drifted.clear();
        state.drifted_inputs.clear();
    }
    Ok(noted(ports, with_state(applied, &state), stack).await)
}

/// Notes which launch template versions the groups have now, so that a refresh can tell a foreign one. A group that
/// cannot be read is noted by the next refresh.
pub async fn noted(ports: Ports<'_>, applied: Applied, stack: &Stack) -> Applied {
    let Ok(mut state) = ClusterState::among(&applied.outputs) else { return applied };
    let Ok(groups) = ports.auto_scaling.stack_groups(&stack.id).await else { return applied };
    // A group that is still foreign keeps the version that was noted before.
    let kept = state.versions.clone();
    state.versions = drift::by_logical_id(&stack.id, groups)
        .into_iter()
        .map(|(id, group)| {
            let foreign = state.drifted.contains(&id);
            let old = kept.get(&id).filter(|_| foreign).cloned();
            (id, old.unwrap_or(group.launch_template_version))
        })
        .collect();
    with_state(applied, &state)
}

fn with_state(applied: Applied, state: &ClusterState) -> Applied {
    let mut outputs = applied.outputs.as_map().cloned().unwrap_or_default();
    outputs.insert(STATE_KEY.to_owned(), state.to_value());
    Applied { outputs: Value::Map(outputs), ..applied }
}

/// A roll that failed can leave the group larger than it was: CloudFormation raises it for the time of the roll and
/// may not lower it again. What cannot be restored is told, and does not hide why the update failed.
pub async fn restore_sizes(ports: Ports<'_>, prior: &Prior) {
    let sizes = async {
        let stack = ports.cloud_formation.describe_stack(&prior.id).await.map_err(|error| error.message)?;
        match stack {
            Some(stack) => {
                set_groups(ports, &prior.inputs, &stack).await.map_err(|failure| failure.summary.render(Client::Pulumi))
            }
            None => Ok(()),
        }
    };
    if let Err(why) = sizes.await {
        let told = format!("the size of the worker group could not be looked at after the rollback: {why}");
        ports.progress.report(Progress::Warning(Message::new(told)));
    }
}

/// Sets sizes and tags of all groups to what program and template say, where they differ.
async fn set_groups(ports: Ports<'_>, inputs: &Value, stack: &Stack) -> Result<(), Failure> {
    let Ok(drift::Found { groups, .. }) = drift::groups_of(ports, stack).await? else { return Ok(()) };
    let region = ports.identity.region();
    let expected = Expected::new(stack, &region);
    for (logical_id, group) in &groups {
        let wanted = if logical_id == template::WORKERS { worker_sizes(inputs, stack, group) } else { None };
        let ours = logical_id != template::WORKERS;
        let wanted = wanted.or_else(|| ours.then(|| drift::sizes(&expected, logical_id)).flatten());
        if let Some((min, desired, max)) = wanted.filter(|wanted| *wanted != (group.min, group.desired, group.max)) {
            if group.desired != desired {
                ports.progress.report(Progress::Info(Message::new(format!(
                    "setting the desired capacity of group {} from {} to {desired}, as the program says",
                    group.name, group.desired
                ))));
            }
            let set = ports.auto_scaling.set_sizes(&group.name, min, desired, max).await;
            set.map_err(|error| from_call(&error))?;
        }
        set_tags(ports, stack, &expected, logical_id, group).await?;
    }
    Ok(())
}

/// What the program says of the workers' group; `None` where operators decide.
fn worker_sizes(inputs: &Value, stack: &Stack, group: &Group) -> Option<(u32, u32, u32)> {
    if text(inputs, &ec2::WORKER_SCALING).as_deref() != Some("fixed") {
        return None;
    }
    let wanted = effective(inputs, &ec2::WORKER_COUNT).as_integer().and_then(|count| u32::try_from(count).ok())?;
    let written = stack.parameters.get(template::WORKER_MAXIMUM).and_then(|text| text.parse().ok());
    Some((wanted, wanted, written.unwrap_or(group.max).max(wanted)))
}

/// Puts back tags of the stack and of the template; running instances get those that new ones would get.
async fn set_tags(
    ports: Ports<'_>,
    stack: &Stack,
    expected: &Expected<'_>,
    logical_id: &str,
    group: &Group,
) -> Result<(), Failure> {
    let own = |key: &&String| *key == OWNER_TAG || *key == CLUSTER_TAG;
    let spread = stack.tags.iter().filter(|(key, _)| !own(key)).map(|(key, tag)| (key.clone(), tag.clone(), true));
    let wanted = drift::written_tags(expected, logical_id).into_iter().chain(spread);
    let missing: Vec<(String, String, bool)> =
        wanted.filter(|(key, value, _)| group.tags.get(key) != Some(value)).collect();
    if missing.is_empty() || group.tags.is_empty() {
        return Ok(());
    }
    ports.progress.report(Progress::Info(Message::new(format!("putting back the tags of group {}", group.name))));
    ports.auto_scaling.set_tags(&group.name, &missing).await.map_err(|error| from_call(&error))?;
    let on_nodes = missing.into_iter().filter(|tag| tag.2).map(|(key, value, _)| (key, value)).collect();
    let nodes: Vec<String> = group.instances.iter().map(|instance| instance.id.clone()).collect();
    // A node that just went cannot be tagged, and need not be.
    if let Err(error) = ports.compute.tag(&nodes, &on_nodes).await
        && error.kind != CallErrorKind::NotFound
    {
        let told = format!("running nodes of group {} keep their tags: {}", group.name, error.message);
        ports.progress.report(Progress::Warning(Message::new(told)));
    }
    Ok(())
}

/// Brings back what the last refresh found, by a change set that compares with what exists. Answers whether all of it
/// is back; what is not is told.
async fn revert(ports: Ports<'_>, stack: &Stack, state: &ClusterState) -> Result<bool, Failure> {
    let which = state.drifted.iter().cloned().collect::<Vec<_>>().join(", ");
    let told = |text: String| ports.progress.report(Progress::Warning(Message::new(text)));
    ports.progress.report(Progress::Info(Message::new(format!("reverting drift of {which} by a change set"))));
    let (name, token) = (NAME, format!("{NAME}-{}", ports.clock.now().0));
    let mut created = ports.cloud_formation.create_revert(stack, name, &token).await;
    if created.as_ref().is_err_and(|error| error.kind == CallErrorKind::AlreadyExists) {
        // A run that was killed left it; what it compared with is out of date.
        ports.cloud_formation.delete_change_set(&stack.id, name).await.map_err(|error| from_call(&error))?;
        created = ports.cloud_formation.create_revert(stack, name, &token).await;
    }
    if let Err(error) = created {
        if error.kind.is_passing() {
            return Err(from_call(&error));
        }
        told(format!("drift of {which} is not reverted: CloudFormation makes no such change set: {}", error.message));
        return Ok(false);
    }
    let made = made(ports, stack, name).await;
    match made {
        Ok(set) if set.execution == "AVAILABLE" && set.reverts_drift => {}
        other => {
            let deleted = ports.cloud_formation.delete_change_set(&stack.id, name).await;
            if let Err(error) = deleted {
                told(format!("change set {name} stays: {}", error.message));
            }
            let set = other?;
            let nothing = set.reason.contains("didn't contain changes") || set.reason.contains("No updates are to be");
            if !(nothing && set.reverts_drift) {
                told(format!("drift of {which} is not reverted: {}", words(&set)));
            }
            return Ok(nothing && set.reverts_drift);
        }
    }
    let executed = ports.cloud_formation.execute_change_set(&stack.id, name, &token).await;
    executed.map_err(|error| from_call(&error))?;
    let ended = at_rest(ports, stack).await?;
    if ended.status != "UPDATE_COMPLETE" {
        told(format!("drift of {which} is not reverted: the stack ended in {}: {}", ended.status, ended.status_reason));
    }
    Ok(ended.status == "UPDATE_COMPLETE")
}

fn words(set: &ChangeSetState) -> String {
    if !set.reverts_drift {
        return "this region does not know change sets that compare with what exists".to_owned();
    }
    format!("the change set is {} {}", set.status, set.reason)
}

/// Waits until a change set is made, or cannot be.
async fn made(ports: Ports<'_>, stack: &Stack, name: &str) -> Result<ChangeSetState, Failure> {
    let until = Timestamp(ports.clock.now().0 + MAKING.0);
    loop {
        match ports.cloud_formation.change_set(&stack.id, name).await {
            Ok(Some(set)) if !set.status.ends_with("_PENDING") && !set.status.ends_with("_IN_PROGRESS") => {
                return Ok(set);
            }
            Ok(set) if ports.clock.now() >= until => return Ok(set.unwrap_or_default()),
            Err(error) if !error.kind.is_passing() || ports.clock.now() >= until => return Err(from_call(&error)),
            Ok(_) | Err(_) => {}
        }
        drift::pause(ports).await?;
    }
}

/// Waits until the stack is at rest.
async fn at_rest(ports: Ports<'_>, stack: &Stack) -> Result<Stack, Failure> {
    let until = Timestamp(ports.clock.now().0 + EXECUTING.0);
    loop {
        drift::pause(ports).await?;
        match ports.cloud_formation.describe_stack(&stack.id).await {
            Ok(Some(now)) if !StackStatus::from(now.status.as_str()).is_busy() || ports.clock.now() >= until => {
                return Ok(now);
            }
            Err(error) if !error.kind.is_passing() || ports.clock.now() >= until => return Err(from_call(&error)),
            Ok(_) | Err(_) => {}
        }
    }
}
