//! Moves a stack: starts what is ready, ends operations, turns failures into rollbacks. What happens to one resource
//! is in `nodes`.

use super::plan::Evaluation;
use super::{Action, Kind, Node, Operation, Output, Progress, Resource, Undo, events, nodes};
use crate::fake::intrinsics::text;
use crate::fake::state::State;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Starts an operation: its first event now, its first resource after the configured time.
pub fn begin(w: &mut State, arn: &str, operation: Operation, status: &str, reason: &str) {
    let kind = match operation.kind {
        Kind::Create => "CREATE_STACK",
        Kind::Update | Kind::UpdateCleanup => "UPDATE_STACK",
        Kind::Delete => "DELETE_STACK",
        Kind::CreateRollback | Kind::UpdateRollback | Kind::UpdateRollbackCleanup => "ROLLBACK",
    };
    let Some(stack) = w.stack(arn) else { return };
    stack.operations.push((operation.id.clone(), kind));
    stack.operation = Some(operation);
    events::stack(w, arn, status, reason);
    let arn = arn.to_owned();
    w.after(w.durations.stack_start, move |w| step(w, &arn));
}

/// Nodes that make or change every active resource of the stack's configuration.
pub fn apply_nodes(w: &mut State, arn: &str) -> Result<BTreeMap<String, Node>, String> {
    let place = crate::fake::state::Place::of_arn(arn);
    let region = w.region(&place);
    let Some(stack) = region.stacks.get(arn) else { return Ok(BTreeMap::new()) };
    let active = Evaluation::new(&stack.config, stack, region).active()?;
    let dependencies = stack.config.template.dependencies();
    Ok(active
        .iter()
        .map(|id| {
            let after = dependencies.get(id).map(|d| d & &active).unwrap_or_default();
            (id.clone(), Node { action: Action::Apply, after, progress: Progress::Waiting, attempts: 0 })
        })
        .collect())
}

/// Nodes that remove objects in reverse dependency order.
#[must_use]
pub fn remove_nodes(
    victims: Vec<Resource>,
    dependencies: &BTreeMap<String, BTreeSet<String>>,
) -> BTreeMap<String, Node> {
    let ids: BTreeSet<String> = victims.iter().map(|v| v.logical.clone()).collect();
    victims
        .into_iter()
        .map(|victim| {
            let after = dependencies
                .iter()
                .filter(|(id, needs)| ids.contains(*id) && needs.contains(&victim.logical))
                .map(|(id, _)| id.clone())
                .collect();
            let node = Node {
                action: Action::Remove(Box::new(victim.clone())),
                after,
                progress: Progress::Waiting,
                attempts: 0,
            };
            (victim.logical, node)
        })
        .collect()
}

/// Starts every node that is ready; ends the operation when none is left.
pub fn step(w: &mut State, arn: &str) {
    loop {
        let Some(operation) = w.stack(arn).and_then(|s| s.operation.as_ref()) else { return };
        if operation.ending {
            return;
        }
        if super::alarms::act(w, arn) {
            return;
        }
        let Some(operation) = w.stack(arn).and_then(|s| s.operation.as_ref()) else { return };
        let applying = matches!(operation.kind, Kind::Create | Kind::Update);
        if applying && !operation.failed.is_empty() && rolls_back(operation) {
            end_soon(w, arn);
            return;
        }
        let settled = |id: &String| operation.nodes.get(id).is_none_or(|n| n.progress == Progress::Done);
        let ready: Vec<String> = operation
            .nodes
            .iter()
            .filter(|(_, n)| n.progress == Progress::Waiting && n.after.iter().all(settled))
            .map(|(id, _)| id.clone())
            .collect();
        if ready.is_empty() {
            if !operation.nodes.values().any(|n| matches!(n.progress, Progress::Running(_))) {
                complete(w, arn);
            }
            return;
        }
        for logical in ready {
            let run = w.ids.number();
            if let Some(node) = node(w, arn, &logical) {
                node.progress = Progress::Running(run);
            }
            nodes::start(w, arn, &logical, run);
        }
    }
}

fn rolls_back(operation: &Operation) -> bool {
    !operation.disable_rollback && operation.on_failure != "DO_NOTHING"
}

/// A node of the operation under way.
pub fn node<'a>(w: &'a mut State, arn: &str, logical: &str) -> Option<&'a mut Node> {
    w.stack(arn)?.operation.as_mut()?.nodes.get_mut(logical)
}

/// Whether this run of a node still counts.
pub fn live(w: &mut State, arn: &str, logical: &str, run: u64) -> bool {
    node(w, arn, logical).is_some_and(|n| n.progress == Progress::Running(run))
}

fn end_soon(w: &mut State, arn: &str) {
    let Some(operation) = w.stack(arn).and_then(|s| s.operation.as_mut()) else { return };
    operation.ending = true;
    let id = operation.id.clone();
    let arn = arn.to_owned();
    w.after(w.durations.event, move |w| {
        if w.stack(&arn).and_then(|s| s.operation.as_ref()).is_some_and(|o| o.id == id) {
            cancel_running(w, &arn);
            roll_back(w, &arn, None);
        }
    });
}

/// Ends what is in flight with the noise that siblings of a failure get.
pub fn cancel_running(w: &mut State, arn: &str) {
    let Some(operation) = w.stack(arn).and_then(|s| s.operation.as_mut()) else { return };
    operation.ending = true;
    let creating = operation.kind == Kind::Create;
    let mut running = Vec::new();
    for (id, node) in &mut operation.nodes {
        if matches!(node.progress, Progress::Running(_)) {
            node.progress = Progress::Failed;
            running.push(id.clone());
        }
    }
    operation.failed.extend(running.iter().cloned());
    for logical in running {
        crate::fake::groups::abandon(w, arn, &logical);
        let fresh =
            w.stack(arn).and_then(|s| s.resources.get(&logical)).is_some_and(|r| r.status.starts_with("CREATE"));
        let (status, reason) = if creating || fresh {
            ("CREATE_FAILED", "Resource creation cancelled")
        } else {
            ("UPDATE_FAILED", "Resource update cancelled")
        };
        events::resource(w, arn, &logical, status, reason);
    }
}

/// Turns a failed or cancelled create or update into what its settings say. `cause` replaces the summary.
pub fn roll_back(w: &mut State, arn: &str, cause: Option<&str>) {
    let fresh = w.ids.uuid();
    let Some(stack) = w.stack(arn) else { return };
    let Some(old) = stack.operation.take() else { return };
    let list = old.failed.join(", ");
    match old.kind {
        Kind::Create => {
            let summary =
                cause.map_or_else(|| format!("The following resource(s) failed to create: [{list}]. "), str::to_owned);
            let delete = old.on_failure == "DELETE";
            let kind = if delete { Kind::Delete } else { Kind::CreateRollback };
            let mut operation = Operation::new(kind, fresh, old.token.clone());
            let victims = existing(stack.resources.values());
            operation.nodes = remove_nodes(victims, &stack.config.template.dependencies());
            let (status, wish) = if delete {
                ("DELETE_IN_PROGRESS", "Delete requested by user.")
            } else {
                ("ROLLBACK_IN_PROGRESS", "Rollback requested by user.")
            };
            begin(w, arn, operation, status, &format!("{summary}{wish}"));
        }
        Kind::Update => {
            let summary =
                cause.map_or_else(|| format!("The following resource(s) failed to update: [{list}]. "), str::to_owned);
            let created: Vec<&String> =
                old.undo.iter().filter_map(|u| if let Undo::Created(id) = u { Some(id) } else { None }).collect();
            let failed_new: Vec<&str> = old.failed.iter().filter(|f| created.contains(f)).map(String::as_str).collect();
            let failed_old: Vec<&str> =
                old.failed.iter().filter(|f| !created.contains(f)).map(String::as_str).collect();
            let summary = if cause.is_some() || failed_new.is_empty() {
                summary
            } else if failed_old.is_empty() {
                format!("The following resource(s) failed to create: [{}]. ", failed_new.join(", "))
            } else {
                format!(
                    "The following resource(s) failed to create: [{}]. The following resource(s) failed to update: [{}]. ",
                    failed_new.join(", "),
                    failed_old.join(", ")
                )
            };
            begin_update_rollback(w, arn, &old, fresh, &summary);
        }
        _ => {}
    }
}

fn begin_update_rollback(w: &mut State, arn: &str, old: &Operation, id: String, reason: &str) {
    let Some(stack) = w.stack(arn) else { return };
    let mut operation = Operation::new(Kind::UpdateRollback, id, old.token.clone());
    if let Some(previous) = &old.previous {
        stack.config = previous.clone();
    }
    operation.cleanup.clone_from(&old.cleanup);
    let mut earlier: Vec<Resource> = Vec::new();
    for undo in &old.undo {
        match undo {
            Undo::Created(logical) => {
                if let Some(new) = stack.resources.get(logical) {
                    operation.cleanup.push(new.clone());
                }
            }
            Undo::Changed(resource) => earlier.push((**resource).clone()),
        }
    }
    // What was replaced is not to be cleaned up any more: it comes back.
    operation.cleanup.retain(|c| !earlier.iter().any(|e| e.physical == c.physical));
    let ids: BTreeSet<String> = earlier.iter().map(|e| e.logical.clone()).collect();
    let dependencies = stack.config.template.dependencies();
    operation.nodes = earlier
        .into_iter()
        .map(|resource| {
            let after = dependencies
                .iter()
                .filter(|(id, needs)| ids.contains(*id) && needs.contains(&resource.logical))
                .map(|(id, _)| id.clone())
                .collect();
            let logical = resource.logical.clone();
            let action = Action::Restore(Box::new(resource));
            (logical, Node { action, after, progress: Progress::Waiting, attempts: 0 })
        })
        .collect();
    begin(w, arn, operation, "UPDATE_ROLLBACK_IN_PROGRESS", reason);
}

/// Resources whose object exists.
pub fn existing<'a>(resources: impl Iterator<Item = &'a Resource>) -> Vec<Resource> {
    resources.filter(|r| !r.physical.is_empty() && r.status != "DELETE_COMPLETE").cloned().collect()
}

fn complete(w: &mut State, arn: &str) {
    let Some(operation) = w.stack(arn).and_then(|s| s.operation.clone()) else { return };
    let failed = operation.failed.join(", ");
    let clean = operation.failed.is_empty();
    match operation.kind {
        Kind::Create if clean => {
            if let Err(text) = outputs(w, arn) {
                roll_back(w, arn, Some(&format!("{text}. ")));
            } else {
                after_window(w, arn, Kind::Create, |w, arn, _| settle(w, arn, "CREATE_COMPLETE", ""));
            }
        }
        Kind::Create => {
            settle(w, arn, "CREATE_FAILED", &format!("The following resource(s) failed to create: [{failed}]. "));
        }
        Kind::Update if clean => updated(w, arn),
        Kind::Update => {
            if let Some(stack) = w.stack(arn) {
                stack.last_failed = Some(Box::new(operation.clone()));
            }
            settle(w, arn, "UPDATE_FAILED", &format!("The following resource(s) failed to update: [{failed}]. "));
        }
        Kind::UpdateCleanup if clean => settle(w, arn, "UPDATE_COMPLETE", ""),
        Kind::UpdateCleanup => {
            settle(w, arn, "UPDATE_COMPLETE", "Update successful. One or more resources could not be deleted.");
        }
        Kind::UpdateRollback if clean => {
            let status = "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS";
            clean_up(w, arn, Kind::UpdateRollbackCleanup, operation.cleanup, status);
        }
        Kind::UpdateRollback => {
            // The operation stays, so that it can be continued.
            if let Some(op) = w.stack(arn).and_then(|s| s.operation.as_mut()) {
                op.ending = true;
            }
            let reason = format!("The following resource(s) failed to update: [{failed}]. ");
            events::stack(w, arn, "UPDATE_ROLLBACK_FAILED", reason.trim_end());
        }
        Kind::UpdateRollbackCleanup => {
            let _ = outputs(w, arn);
            settle(w, arn, "UPDATE_ROLLBACK_COMPLETE", "");
        }
        Kind::CreateRollback if clean => settle(w, arn, "ROLLBACK_COMPLETE", ""),
        Kind::CreateRollback => {
            settle(w, arn, "ROLLBACK_FAILED", &format!("The following resource(s) failed to delete: [{failed}]. "));
        }
        Kind::Delete if clean => {
            if let Some(stack) = w.stack(arn) {
                stack.outputs.clear();
            }
            settle(w, arn, "DELETE_COMPLETE", "");
        }
        Kind::Delete => {
            settle(w, arn, "DELETE_FAILED", &format!("The following resource(s) failed to delete: [{failed}]. "));
        }
    }
}

fn settle(w: &mut State, arn: &str, status: &str, reason: &str) {
    events::stack(w, arn, status, reason);
    if let Some(stack) = w.stack(arn) {
        stack.operation = None;
    }
}

fn updated(w: &mut State, arn: &str) {
    if let Err(text) = outputs(w, arn) {
        roll_back(w, arn, Some(&format!("{text}. ")));
        return;
    }
    after_window(w, arn, Kind::Update, |w, arn, operation| {
        let Some(stack) = w.stack(arn) else { return };
        let keep: BTreeSet<String> = operation.nodes.keys().cloned().collect();
        let mut victims = operation.cleanup.clone();
        victims.extend(existing(stack.resources.values().filter(|r| !keep.contains(&r.logical))));
        clean_up(w, arn, Kind::UpdateCleanup, victims, "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS");
    });
}

/// Runs `end` after the monitoring time, unless an alarm took the operation back meanwhile.
fn after_window(w: &mut State, arn: &str, kind: Kind, end: impl FnOnce(&mut State, &str, &Operation) + Send + 'static) {
    let Some(stack) = w.stack(arn) else { return };
    let window = super::alarms::window(&stack.rollback, kind == Kind::Update);
    let Some(operation) = stack.operation.as_mut() else { return };
    operation.ending = true;
    if window == 0 {
        let copy = operation.clone();
        end(w, arn, &copy);
        return;
    }
    let id = operation.id.clone();
    let arn = arn.to_owned();
    w.after(window, move |w| {
        let operation = w.stack(&arn).and_then(|s| s.operation.clone());
        if let Some(operation) = operation.filter(|o| o.id == id && o.kind == kind) {
            end(w, &arn, &operation);
        }
    });
}

fn clean_up(w: &mut State, arn: &str, kind: Kind, victims: Vec<Resource>, status: &str) {
    let Some(stack) = w.stack(arn) else { return };
    let dependencies = stack.config.template.dependencies();
    let Some(operation) = stack.operation.as_mut() else { return };
    operation.kind = kind;
    operation.ending = false;
    operation.nodes = remove_nodes(victims.into_iter().filter(|v| !v.physical.is_empty()).collect(), &dependencies);
    if kind == Kind::UpdateRollbackCleanup {
        for undo in std::mem::take(&mut operation.undo) {
            if let Undo::Created(logical) = undo {
                stack.resources.remove(&logical);
            }
        }
    }
    stack.resources.retain(|_, r| !(r.physical.is_empty() && r.status.ends_with("FAILED")));
    events::stack(w, arn, status, "");
    let arn = arn.to_owned();
    w.after(w.durations.event, move |w| step(w, &arn));
}

fn outputs(w: &mut State, arn: &str) -> Result<(), String> {
    let place = crate::fake::state::Place::of_arn(arn);
    let region = w.region(&place);
    let Some(stack) = region.stacks.get(arn) else { return Ok(()) };
    let evaluation = Evaluation::new(&stack.config, stack, region);
    let mut list = Vec::new();
    for (key, definition) in stack.config.template.section("Outputs") {
        if !evaluation.condition(definition.get("Condition").and_then(Value::as_str))? {
            continue;
        }
        let part = |tree: Option<&Value>| tree.map(|t| evaluation.eval(t).map(|v| text(&v))).transpose();
        list.push(Output {
            key: key.clone(),
            value: part(definition.get("Value"))?.unwrap_or_default(),
            description: definition.get("Description").map(text).unwrap_or_default(),
            export: part(definition.get("Export").and_then(|e| e.get("Name")))?,
        });
    }
    if let Some(stack) = w.stack(arn) {
        stack.outputs = list;
    }
    Ok(())
}
