//! What happens to one resource within an operation: its events, the call of its handler, its end.

use super::plan::{Evaluation, differences, replacement};
use super::{Action, Kind, Progress, Resource, Undo, engine, events};
use crate::fake::faults::Phase;
use crate::fake::resources::{self, Outcome, Request};
use crate::fake::state::{Place, State};
use serde_json::{Value, json};

const REPLACES: &str = "Requested update requires the creation of a new physical resource; hence creating one.";

/// Starts a node that has just become `Running(run)`.
pub fn start(w: &mut State, arn: &str, logical: &str, run: u64) {
    let Some(action) = engine::node(w, arn, logical).map(|n| n.action.clone()) else { return };
    match action {
        Action::Apply => {
            let Some(stack) = w.stack(arn) else { return };
            let kind = stack.config.template.resource_type(logical).to_owned();
            let exists = stack.resources.get(logical).is_some_and(|r| r.kind == kind && !r.physical.is_empty());
            if exists { modify(w, arn, logical, run) } else { create(w, arn, logical, &kind, run) }
        }
        Action::Restore(old) => restore(w, arn, *old, run),
        Action::Remove(victim) => remove(w, arn, *victim, run),
    }
}

fn undo(w: &mut State, arn: &str, entry: Undo) {
    if let Some(op) = w.stack(arn).and_then(|s| s.operation.as_mut())
        && op.kind == Kind::Update
    {
        op.undo.push(entry);
    }
}

fn create(w: &mut State, arn: &str, logical: &str, kind: &str, run: u64) {
    undo(w, arn, Undo::Created(logical.to_owned()));
    let Some(stack) = w.stack(arn) else { return };
    let definition = stack.config.template.resource(logical).clone();
    let tags = stack.tags_of(logical);
    let fresh =
        Resource { logical: logical.to_owned(), kind: kind.to_owned(), definition, tags, ..Resource::default() };
    stack.resources.insert(logical.to_owned(), fresh);
    if let Err(text) = resolve(w, arn, logical) {
        events::resource(w, arn, logical, "CREATE_IN_PROGRESS", "");
        fail(w, arn, logical, run, &text);
        return;
    }
    events::resource(w, arn, logical, "CREATE_IN_PROGRESS", "");
    later(w, arn, logical, run, make);
}

/// Puts resolved properties of the present configuration into the resource.
fn resolve(w: &mut State, arn: &str, logical: &str) -> Result<(), String> {
    let region = w.region(&Place::of_arn(arn));
    let Some(stack) = region.stacks.get(arn) else { return Ok(()) };
    let evaluation = Evaluation::new(&stack.config, stack, region);
    let (properties, metadata) = evaluation.resource(logical)?;
    let definition = evaluation.definition(logical);
    if let Some(resource) = w.stack(arn).and_then(|s| s.resources.get_mut(logical)) {
        resource.properties = properties;
        resource.metadata = metadata;
        resource.definition = definition;
    }
    Ok(())
}

fn later(
    w: &mut State,
    arn: &str,
    logical: &str,
    run: u64,
    job: impl FnOnce(&mut State, &str, &str, u64) + Send + 'static,
) {
    let (arn, logical) = (arn.to_owned(), logical.to_owned());
    w.after(w.durations.event, move |w| {
        if engine::live(w, &arn, &logical, run) {
            job(w, &arn, &logical, run);
        }
    });
}

fn request(w: &mut State, arn: &str, resource: &Resource, run: u64, restoring: bool) -> Request {
    let name = w.stack(arn).map(|s| s.name.clone()).unwrap_or_default();
    Request {
        stack: arn.to_owned(),
        stack_name: name,
        place: Place::of_arn(arn),
        logical: resource.logical.clone(),
        kind: resource.kind.clone(),
        run,
        properties: resource.properties.clone(),
        tags: resource.tags.clone(),
        definition: resource.definition.clone(),
        restoring,
    }
}

/// Makes the object of a resource whose properties are resolved.
fn make(w: &mut State, arn: &str, logical: &str, run: u64) {
    let Some(resource) = w.stack(arn).and_then(|s| s.resources.get(logical).cloned()) else { return };
    let verb = if resource.status.starts_with("UPDATE") { "UPDATE" } else { "CREATE" };
    if let Some(reason) = w.faults.resource(logical, &resource.kind, Phase::Create) {
        fail(w, arn, logical, run, &reason);
        return;
    }
    let request = request(w, arn, &resource, run, false);
    match resources::create(w, &request) {
        Err(reason) => fail(w, arn, logical, run, &reason),
        Ok(made) => {
            if let Some(stored) = w.stack(arn).and_then(|s| s.resources.get_mut(logical)) {
                stored.physical = made.physical;
                stored.attributes = made.attributes;
            }
            events::resource(w, arn, logical, &format!("{verb}_IN_PROGRESS"), "Resource creation Initiated");
            conclude(w, arn, logical, run, made.outcome);
        }
    }
}

fn conclude(w: &mut State, arn: &str, logical: &str, run: u64, outcome: Outcome) {
    if let Outcome::After(ms) = outcome {
        let (arn, logical) = (arn.to_owned(), logical.to_owned());
        w.after(ms, move |w| finish(w, &arn, &logical, run, Ok(())));
    }
}

/// Ends a run: what watches a group calls it too. A late call of an abandoned run has no effect.
pub fn finish(w: &mut State, arn: &str, logical: &str, run: u64, result: Result<(), String>) {
    if !engine::live(w, arn, logical, run) {
        return;
    }
    if let Err(reason) = result {
        fail(w, arn, logical, run, &reason);
        return;
    }
    let action = engine::node(w, arn, logical).map(|n| n.action.clone());
    match action {
        Some(Action::Remove(victim)) => removed(w, arn, &victim),
        Some(Action::Restore(old)) => {
            if let Some(stack) = w.stack(arn) {
                let mut back = (*old).clone();
                back.status = "UPDATE_IN_PROGRESS".into();
                stack.resources.insert(logical.to_owned(), back);
            }
            events::resource(w, arn, logical, "UPDATE_COMPLETE", "");
        }
        _ => {
            let status = w.stack(arn).and_then(|s| s.resources.get(logical)).map(|r| r.status.clone());
            let verb = if status.unwrap_or_default().starts_with("UPDATE") { "UPDATE" } else { "CREATE" };
            events::resource(w, arn, logical, &format!("{verb}_COMPLETE"), "");
        }
    }
    done(w, arn, logical);
    engine::step(w, arn);
}

fn done(w: &mut State, arn: &str, logical: &str) {
    if let Some(node) = engine::node(w, arn, logical) {
        node.progress = Progress::Done;
    }
}

fn fail(w: &mut State, arn: &str, logical: &str, run: u64, reason: &str) {
    if !engine::live(w, arn, logical, run) {
        return;
    }
    let action = engine::node(w, arn, logical).map(|n| n.action.clone());
    if let Some(Action::Remove(victim)) = &action {
        remove_failed(w, arn, victim, reason);
        return;
    }
    let status = w.stack(arn).and_then(|s| s.resources.get(logical)).map(|r| r.status.clone()).unwrap_or_default();
    let verb =
        if status.starts_with("UPDATE") || matches!(action, Some(Action::Restore(_))) { "UPDATE" } else { "CREATE" };
    events::resource(w, arn, logical, &format!("{verb}_FAILED"), reason);
    if let Some(node) = engine::node(w, arn, logical) {
        node.progress = Progress::Failed;
    }
    if let Some(op) = w.stack(arn).and_then(|s| s.operation.as_mut()) {
        op.failed.push(logical.to_owned());
    }
    engine::step(w, arn);
}

fn modify(w: &mut State, arn: &str, logical: &str, run: u64) {
    let Some(old) = w.stack(arn).and_then(|s| s.resources.get(logical).cloned()) else { return };
    let region = w.region(&Place::of_arn(arn));
    let Some(stack) = region.stacks.get(arn) else { return };
    let tags = stack.tags_of(logical);
    let evaluation = Evaluation::new(&stack.config, stack, region);
    let definition = evaluation.definition(logical);
    let resolved = evaluation.resource(logical);
    let (properties, metadata) = match resolved {
        Ok(pair) => pair,
        Err(text) => {
            set_status(w, arn, logical, "UPDATE_IN_PROGRESS");
            fail(w, arn, logical, run, &text);
            return;
        }
    };
    let changed = differences(&old, &properties, &metadata, &tags);
    if changed.is_empty() {
        if let Some(resource) = w.stack(arn).and_then(|s| s.resources.get_mut(logical)) {
            resource.definition = definition;
        }
        done(w, arn, logical);
        return;
    }
    undo(w, arn, Undo::Changed(Box::new(old.clone())));
    let replaces = replacement(&old.kind, &changed) == "True" || will_replace(&old, &definition, &changed);
    if let Some(text) = refusal(w, arn, &old, &properties, replaces) {
        set_status(w, arn, logical, "UPDATE_IN_PROGRESS");
        events::resource(w, arn, logical, "UPDATE_IN_PROGRESS", if replaces { REPLACES } else { "" });
        fail(w, arn, logical, run, &text);
        return;
    }
    let reason = if replaces { REPLACES } else { "" };
    if let Some(resource) = w.stack(arn).and_then(|s| s.resources.get_mut(logical)) {
        resource.properties = properties;
        resource.metadata = metadata;
        resource.definition = definition;
        resource.tags = tags;
    }
    events::resource(w, arn, logical, "UPDATE_IN_PROGRESS", reason);
    if replaces {
        if let Some(op) = w.stack(arn).and_then(|s| s.operation.as_mut()) {
            op.cleanup.push(old);
        }
        later(w, arn, logical, run, make);
    } else {
        later(w, arn, logical, run, move |w, arn, logical, run| {
            change(w, arn, logical, run, &old, Phase::Update);
        });
    }
}

fn set_status(w: &mut State, arn: &str, logical: &str, status: &str) {
    if let Some(resource) = w.stack(arn).and_then(|s| s.resources.get_mut(logical)) {
        resource.status = status.to_owned();
    }
}

/// A group whose update policy replaces it does so for what would otherwise roll it.
fn will_replace(old: &Resource, definition: &Value, changed: &[(String, Value, Value)]) -> bool {
    let wish = definition.pointer("/UpdatePolicy/AutoScalingReplacingUpdate/WillReplace");
    old.kind == "AWS::AutoScaling::AutoScalingGroup"
        && wish.is_some_and(|v| crate::fake::intrinsics::text(v) == "true")
        && changed.iter().any(|(name, _, _)| crate::fake::groups::rolls_on(name))
}

/// Why CloudFormation does not even try this change.
fn refusal(w: &mut State, arn: &str, old: &Resource, properties: &Value, replaces: bool) -> Option<String> {
    let stack = w.stack(arn)?;
    let operation = stack.operation.as_ref()?;
    let policy = operation.policy_override.as_ref().or(stack.policy.as_ref());
    if let Some(policy) = policy {
        let action = if replaces { "Update:Replace" } else { "Update:Modify" };
        if let Some(text) = super::checks::denied(policy, action, old) {
            return Some(text);
        }
    }
    if !replaces {
        return None;
    }
    if operation.disable_rollback {
        return Some("Replacement type updates not supported on stack with disable-rollback.".into());
    }
    let name = resources::known(&old.kind).map_or("", |k| k.name_property);
    let named = (!name.is_empty()).then(|| properties.get(name)).flatten()?;
    (old.properties.get(name) == Some(named)).then(|| {
        format!(
            "CloudFormation cannot update a stack when a custom-named resource requires replacing. Rename {} and update the stack again.",
            crate::fake::intrinsics::text(named)
        )
    })
}

fn change(w: &mut State, arn: &str, logical: &str, run: u64, old: &Resource, phase: Phase) {
    let Some(current) = w.stack(arn).and_then(|s| s.resources.get(logical).cloned()) else { return };
    if let Some(reason) = w.faults.resource(logical, &current.kind, phase) {
        fail(w, arn, logical, run, &reason);
        return;
    }
    let restoring = phase == Phase::Restore;
    let target = match (restoring, engine::node(w, arn, logical).map(|n| n.action.clone())) {
        (true, Some(Action::Restore(earlier))) => *earlier,
        _ => current.clone(),
    };
    let request = request(w, arn, &target, run, restoring);
    let from = if restoring { &current } else { old };
    match resources::update(w, &request, from) {
        Err(reason) => fail(w, arn, logical, run, &reason),
        Ok(made) => {
            if let Some(stored) = w.stack(arn).and_then(|s| s.resources.get_mut(logical))
                && !restoring
            {
                stored.attributes = made.attributes;
            }
            conclude(w, arn, logical, run, made.outcome);
        }
    }
}

fn restore(w: &mut State, arn: &str, old: Resource, run: u64) {
    let logical = old.logical.clone();
    let Some(current) = w.stack(arn).and_then(|s| s.resources.get(&logical).cloned()) else { return };
    if current.physical == old.physical {
        events::resource(w, arn, &logical, "UPDATE_IN_PROGRESS", "");
        later(w, arn, &logical, run, |w, arn, logical, run| {
            let Some(current) = w.stack(arn).and_then(|s| s.resources.get(logical).cloned()) else { return };
            change(w, arn, logical, run, &current, Phase::Restore);
        });
        return;
    }
    if let Some(stack) = w.stack(arn) {
        stack.resources.insert(logical.clone(), old.clone());
        if let Some(op) = stack.operation.as_mut()
            && !current.physical.is_empty()
        {
            op.cleanup.push(current);
        }
    }
    events::resource(w, arn, &logical, "UPDATE_IN_PROGRESS", "");
    later(w, arn, &logical, run, |w, arn, logical, run| {
        let kind = w.stack(arn).and_then(|s| s.resources.get(logical)).map(|r| r.kind.clone()).unwrap_or_default();
        match w.faults.resource(logical, &kind, Phase::Restore) {
            Some(reason) => fail(w, arn, logical, run, &reason),
            None => finish(w, arn, logical, run, Ok(())),
        }
    });
}

fn remove(w: &mut State, arn: &str, victim: Resource, run: u64) {
    let Some(operation) = w.stack(arn).and_then(|s| s.operation.as_ref()) else { return };
    let (kind, retain) = (operation.kind, operation.retain.contains(&victim.logical));
    let policy = match kind {
        Kind::UpdateCleanup
            if w.stack(arn).is_some_and(|s| s.resources.contains_key(&victim.logical))
                && w.stack(arn)
                    .and_then(|s| s.resources.get(&victim.logical))
                    .is_some_and(|r| r.physical != victim.physical) =>
        {
            "UpdateReplacePolicy"
        }
        _ => "DeletionPolicy",
    };
    let policy = victim.definition.get(policy).and_then(Value::as_str).unwrap_or("Delete").to_owned();
    let rollback = matches!(kind, Kind::CreateRollback | Kind::UpdateRollbackCleanup);
    if retain || policy == "Retain" || (policy == "RetainExceptOnCreate" && !rollback) {
        event(w, arn, &victim, "DELETE_SKIPPED", "");
        forget(w, arn, &victim);
        done(w, arn, &victim.logical);
        return;
    }
    event(w, arn, &victim, "DELETE_IN_PROGRESS", "");
    attempt(w, arn, victim, run);
}

fn attempt(w: &mut State, arn: &str, victim: Resource, run: u64) {
    let logical = victim.logical.clone();
    later(w, arn, &logical, run, move |w, arn, logical, run| {
        if let Some(reason) = w.faults.resource(logical, &victim.kind, Phase::Delete) {
            fail(w, arn, logical, run, &reason);
            return;
        }
        let request = request(w, arn, &victim, run, false);
        match resources::delete(w, &request, &victim) {
            Err(reason) => fail(w, arn, logical, run, &reason),
            Ok(outcome) => conclude(w, arn, logical, run, outcome),
        }
    });
}

fn event(w: &mut State, arn: &str, victim: &Resource, status: &str, reason: &str) {
    let present = w.stack(arn).and_then(|s| s.resources.get(&victim.logical)).map(|r| r.physical.clone());
    if present.as_deref() == Some(&victim.physical) {
        events::resource(w, arn, &victim.logical, status, reason);
    } else {
        let properties = Some(json!(victim.properties).to_string());
        events::object(w, arn, &victim.logical, &victim.kind, &victim.physical, status, reason, properties);
    }
}

fn removed(w: &mut State, arn: &str, victim: &Resource) {
    event(w, arn, victim, "DELETE_COMPLETE", "");
    forget(w, arn, victim);
}

/// Takes the resource out of a living stack; a deleted stack still lists it.
fn forget(w: &mut State, arn: &str, victim: &Resource) {
    let Some(stack) = w.stack(arn) else { return };
    let cleanup =
        stack.operation.as_ref().is_some_and(|o| matches!(o.kind, Kind::UpdateCleanup | Kind::UpdateRollbackCleanup));
    if cleanup && stack.resources.get(&victim.logical).is_some_and(|r| r.physical == victim.physical) {
        stack.resources.remove(&victim.logical);
    }
}

fn remove_failed(w: &mut State, arn: &str, victim: &Resource, reason: &str) {
    event(w, arn, victim, "DELETE_FAILED", reason);
    let Some(operation) = w.stack(arn).and_then(|s| s.operation.as_mut()) else { return };
    let kind = operation.kind;
    let force = operation.force;
    let Some(node) = operation.nodes.get_mut(&victim.logical) else { return };
    node.attempts += 1;
    let cleanup = matches!(kind, Kind::UpdateCleanup | Kind::UpdateRollbackCleanup);
    if cleanup && node.attempts < 3 {
        let Progress::Running(run) = node.progress else { return };
        event(w, arn, victim, "DELETE_IN_PROGRESS", "");
        attempt(w, arn, victim.clone(), run);
        return;
    }
    if force {
        node.progress = Progress::Done;
        event(w, arn, victim, "DELETE_SKIPPED", "");
    } else {
        node.progress = Progress::Failed;
        operation.failed.push(victim.logical.clone());
        if cleanup {
            forget(w, arn, victim);
        }
    }
    engine::step(w, arn);
}
