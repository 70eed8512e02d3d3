//! CancelUpdateStack, ContinueUpdateRollback, RollbackStack, SignalResource.

use super::checks::{self, get, list};
use super::{Kind, Progress, calls, engine, events};
use crate::fake::error::{Answer, ApiError};
use crate::fake::groups;
use crate::fake::state::{Place, State};
use serde_json::{Value, json};

fn find(w: &mut State, place: &Place, params: &Value) -> Result<(String, String), ApiError> {
    let name = get(params, "StackName");
    let missing = || ApiError::validation(format!("Stack [{name}] does not exist"));
    let arn = checks::find(w.region(place), &name).ok_or_else(missing)?;
    let status = w.stack(&arn).ok_or_else(missing)?.status.clone();
    Ok((arn, status))
}

/// CancelUpdateStack.
pub fn cancel(w: &mut State, place: &Place, params: &Value) -> Answer {
    let (arn, status) = find(w, place, params)?;
    if checks::token(w, &arn, params, "CancelUpdateStack")? {
        return Ok(json!({}));
    }
    if status != "UPDATE_IN_PROGRESS" {
        return Err(ApiError::validation("CancelUpdateStack cannot be called from current stack status"));
    }
    if let Some(stack) = w.stack(&arn) {
        checks::accept_token(stack, params, "CancelUpdateStack");
    }
    engine::cancel_running(w, &arn);
    engine::roll_back(w, &arn, Some("User Initiated"));
    Ok(json!({}))
}

/// ContinueUpdateRollback.
pub fn continue_rollback(w: &mut State, place: &Place, params: &Value) -> Answer {
    let (arn, status) = find(w, place, params)?;
    if status != "UPDATE_ROLLBACK_FAILED" {
        return Err(ApiError::validation(format!("Stack:{arn} is in {status} state and can not continue rollback.")));
    }
    let skip = list(params, "ResourcesToSkip");
    let fresh = w.ids.uuid();
    let token = get(params, "ClientRequestToken");
    let Some(mut operation) = w.stack(&arn).and_then(|s| s.operation.clone()) else {
        return Err(ApiError::validation("Rollback cannot be continued"));
    };
    if let Some(wrong) = skip.iter().find(|id| !operation.failed.contains(id)) {
        return Err(ApiError::validation(format!(
            "Resource [{wrong}] cannot be skipped: only resources that failed in the rollback can be"
        )));
    }
    for (logical, node) in &mut operation.nodes {
        if node.progress == Progress::Failed {
            node.progress = if skip.contains(logical) { Progress::Done } else { Progress::Waiting };
        }
    }
    operation.failed.clear();
    operation.ending = false;
    operation.id = fresh;
    operation.token = (!token.is_empty()).then_some(token);
    engine::begin(w, &arn, operation, "UPDATE_ROLLBACK_IN_PROGRESS", "User Initiated");
    for logical in skip {
        events::resource(w, &arn, &logical, "UPDATE_COMPLETE", "");
    }
    Ok(json!({}))
}

/// RollbackStack.
pub fn rollback(w: &mut State, place: &Place, params: &Value) -> Answer {
    let (arn, status) = find(w, place, params)?;
    match status.as_str() {
        "CREATE_FAILED" => {
            let mut operation = calls::operation(w, Kind::CreateRollback, params);
            let Some(stack) = w.stack(&arn) else { return Ok(json!({})) };
            let victims = engine::existing(stack.resources.values());
            operation.nodes = engine::remove_nodes(victims, &stack.config.template.dependencies());
            engine::begin(w, &arn, operation, "ROLLBACK_IN_PROGRESS", "User Initiated");
        }
        "UPDATE_FAILED" => {
            let Some(undone) = w.stack(&arn).and_then(|s| s.last_failed.take()) else {
                return Err(ApiError::validation("Stack has no last known stable state"));
            };
            let mut undone = *undone;
            let token = get(params, "ClientRequestToken");
            undone.token = (!token.is_empty()).then_some(token);
            undone.kind = Kind::Update;
            if let Some(stack) = w.stack(&arn) {
                stack.operation = Some(undone);
            }
            engine::roll_back(w, &arn, Some("User Initiated"));
        }
        _ => {
            return Err(ApiError::validation(format!("Stack:{arn} is in {status} state and can not be rolled back.")));
        }
    }
    Ok(calls::answer(w, &arn))
}

/// SignalResource.
pub fn signal(w: &mut State, place: &Place, params: &Value) -> Answer {
    let (arn, status) = find(w, place, params)?;
    let logical = get(params, "LogicalResourceId");
    let stack = w.stack(&arn);
    if !stack.as_ref().is_some_and(|s| s.moving()) {
        return Err(ApiError::validation(format!("Stack {arn} is in {status} state and cannot be signaled")));
    }
    if !stack.is_some_and(|s| s.resources.contains_key(&logical)) {
        return Err(ApiError::validation(format!("Resource {logical} does not exist for stack {arn}")));
    }
    let success = get(params, "Status") == "SUCCESS";
    groups::signals::receive(w, &arn, &logical, &get(params, "UniqueId"), success);
    Ok(json!({}))
}
