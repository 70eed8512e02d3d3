//! Writes stack events. Order in the list is order in time; an event is never changed.

use super::{Event, Stack};
use crate::fake::resources;
use crate::fake::state::State;

/// Sets the stack's status and writes its event.
pub fn stack(w: &mut State, arn: &str, status: &str, reason: &str) {
    let id = w.ids.uuid();
    let now = w.now;
    let Some(stack) = w.stack(arn) else { return };
    stack.status = status.to_owned();
    stack.reason = (!reason.is_empty()).then(|| reason.to_owned());
    if status == "DELETE_COMPLETE" {
        stack.deleted = Some(now);
    }
    let (operation, token) = current(stack);
    stack.events.push(Event {
        id,
        operation,
        logical: stack.name.clone(),
        physical: stack.arn.clone(),
        kind: "AWS::CloudFormation::Stack".into(),
        at: now,
        status: status.to_owned(),
        reason: reason.to_owned(),
        properties: None,
        token,
    });
}

/// Sets a resource's status and writes its event, with the physical id that the resource has now.
pub fn resource(w: &mut State, arn: &str, logical: &str, status: &str, reason: &str) {
    let Some(found) = w.stack(arn).and_then(|s| s.resources.get(logical)) else { return };
    let (kind, physical) = (found.kind.clone(), found.physical.clone());
    let properties = found.properties.to_string();
    let now = w.now;
    if let Some(found) = w.stack(arn).and_then(|s| s.resources.get_mut(logical)) {
        found.status = status.to_owned();
        found.reason = reason.to_owned();
        found.at = now;
    }
    object(w, arn, logical, &kind, &physical, status, reason, Some(properties));
}

/// Writes the event of an object that may no longer be the resource's present one.
#[allow(clippy::too_many_arguments)]
pub fn object(
    w: &mut State,
    arn: &str,
    logical: &str,
    kind: &str,
    physical: &str,
    status: &str,
    reason: &str,
    properties: Option<String>,
) {
    let now = w.now;
    let id = if resources::known(kind).is_some_and(|k| k.modern) {
        format!("{logical}-{}", w.ids.uuid())
    } else {
        format!("{logical}-{status}-{}", now.iso())
    };
    let Some(stack) = w.stack(arn) else { return };
    let (operation, token) = current(stack);
    // Two events of one resource may share status and time; an id never repeats.
    let id = if stack.events.iter().rev().take(40).any(|e| e.id == id) {
        format!("{id}-{}", stack.events.len())
    } else {
        id
    };
    stack.events.push(Event {
        id,
        operation,
        logical: logical.to_owned(),
        physical: physical.to_owned(),
        kind: kind.to_owned(),
        at: now,
        status: status.to_owned(),
        reason: reason.to_owned(),
        properties,
        token,
    });
}

fn current(stack: &Stack) -> (String, Option<String>) {
    match &stack.operation {
        Some(op) => (op.id.clone(), op.token.clone()),
        None => (stack.operations.last().map(|o| o.0.clone()).unwrap_or_default(), None),
    }
}
