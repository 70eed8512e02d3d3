//! CreateStack, UpdateStack, DeleteStack: what they refuse and what they start.

use super::checks::{self, flag, get, list};
use super::{Config, Kind, Operation, Stack, engine, events, plan};
use crate::fake::error::{Answer, ApiError};
use crate::fake::intrinsics::text;
use crate::fake::state::{Place, State};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// CreateStack.
pub fn create(w: &mut State, place: &Place, params: &Value) -> Answer {
    let name = get(params, "StackName");
    checks::name(&name)?;
    if let Some(arn) = checks::find(w.region(place), &name) {
        let review = w.stack(&arn).is_some_and(|s| s.status == "REVIEW_IN_PROGRESS");
        if !review {
            if checks::token(w, &arn, params, "CreateStack")? {
                return Ok(answer(w, &arn));
            }
            return Err(ApiError::new(400, "AlreadyExistsException", format!("Stack [{name}] already exists")));
        }
    }
    let has_choice = params.get("OnFailure").is_some() && params.get("DisableRollback").is_some();
    if has_choice {
        return Err(ApiError::validation("You can specify either DisableRollback or OnFailure, but not both."));
    }
    checks::role(w, &get(params, "RoleARN"))?;
    let config = checks::config(w, place, params, None)?;
    let arn = match checks::find(w.region(place), &name) {
        Some(arn) => {
            obsolete(w, &arn, "");
            arn
        }
        None => insert(w, place, &name)?,
    };
    start_create(w, &arn, config, params)
}

/// Marks every change set but one as overtaken.
pub fn obsolete(w: &mut State, arn: &str, but: &str) {
    let Some(stack) = w.stack(arn) else { return };
    for set in stack.change_sets.values_mut() {
        if set.name != but && set.execution == "AVAILABLE" {
            set.execution = "OBSOLETE".into();
        }
    }
}

/// A stack without template, at rest nowhere yet.
pub fn insert(w: &mut State, place: &Place, name: &str) -> Result<String, ApiError> {
    let living = w.region(place).stacks.values().filter(|s| s.status != "DELETE_COMPLETE").count();
    if living >= w.settings.stack_quota {
        let text = format!("Limit for stack has been exceeded: {}", w.settings.stack_quota);
        return Err(ApiError::new(400, "LimitExceededException", text));
    }
    let id = w.ids.uuid();
    let arn = place.arn("cloudformation", &format!("stack/{name}/{id}"));
    let stack = Stack {
        arn: arn.clone(),
        name: name.to_owned(),
        place: place.clone(),
        status: String::new(),
        reason: None,
        created: w.now,
        updated: None,
        deleted: None,
        config: Config::default(),
        role_arn: None,
        notification_arns: Vec::new(),
        rollback: json!({}),
        disable_rollback: false,
        timeout: None,
        protected: false,
        policy: None,
        outputs: Vec::new(),
        resources: BTreeMap::new(),
        events: Vec::new(),
        operation: None,
        last_failed: None,
        operations: Vec::new(),
        change_sets: BTreeMap::new(),
        tokens: Vec::new(),
        drift: None,
    };
    w.region(place).stacks.insert(arn.clone(), stack);
    Ok(arn)
}

/// Starts the creation of an empty stack.
pub fn start_create(w: &mut State, arn: &str, config: Config, params: &Value) -> Answer {
    let mut operation = operation(w, Kind::Create, params);
    operation.disable_rollback |= flag(params, "DisableRollback");
    if params.get("OnFailure").is_some() {
        operation.on_failure = get(params, "OnFailure");
    }
    let Some(stack) = w.stack(arn) else { return Err(ApiError::validation("Stack vanished")) };
    stack.config = config;
    stack.disable_rollback = operation.disable_rollback || operation.on_failure == "DO_NOTHING";
    stack.timeout = get(params, "TimeoutInMinutes").parse().ok();
    stack.protected = flag(params, "EnableTerminationProtection");
    options(stack, params);
    checks::accept_token(stack, params, "CreateStack");
    let timeout = stack.timeout;
    match engine::apply_nodes(w, arn) {
        Ok(nodes) => operation.nodes = nodes,
        Err(text) => {
            w.region(&Place::of_arn(arn)).stacks.remove(arn);
            return Err(ApiError::validation(text));
        }
    }
    let id = operation.id.clone();
    engine::begin(w, arn, operation, "CREATE_IN_PROGRESS", "User Initiated");
    if let Some(minutes) = timeout {
        let arn = arn.to_owned();
        w.after(minutes * 60_000, move |w| {
            let on =
                w.stack(&arn).and_then(|s| s.operation.as_ref()).is_some_and(|o| o.id == id && o.kind == Kind::Create);
            if on {
                engine::cancel_running(w, &arn);
                engine::roll_back(w, &arn, Some("Stack creation time exceeded the specified timeout. "));
            }
        });
    }
    Ok(answer(w, arn))
}

/// Settings that create and update share.
pub fn options(stack: &mut Stack, params: &Value) {
    if params.get("RoleARN").is_some() {
        stack.role_arn = Some(get(params, "RoleARN"));
    }
    if params.get("NotificationARNs").is_some() {
        stack.notification_arns = list(params, "NotificationARNs");
    }
    if let Some(new) = params.get("RollbackConfiguration").filter(|v| v.is_object()) {
        let kept = stack.rollback.get("RollbackTriggers").cloned();
        stack.rollback = new.clone();
        if let (None, Some(kept), Some(map)) = (new.get("RollbackTriggers"), kept, stack.rollback.as_object_mut()) {
            map.insert("RollbackTriggers".into(), kept);
        }
    }
    if params.get("StackPolicyBody").is_some() {
        stack.policy = Some(get(params, "StackPolicyBody"));
    }
}

/// A fresh operation with the token of the call.
pub fn operation(w: &mut State, kind: Kind, params: &Value) -> Operation {
    let token = get(params, "ClientRequestToken");
    Operation::new(kind, w.ids.uuid(), (!token.is_empty()).then_some(token))
}

/// StackId and the latest OperationId.
pub fn answer(w: &mut State, arn: &str) -> Value {
    let operation = w.stack(arn).and_then(|s| s.operations.last().map(|o| o.0.clone()));
    json!({ "StackId": arn, "OperationId": operation })
}

/// Refuses an update in a status that does not accept one.
pub fn may_update(stack: &Stack, disable_rollback: bool) -> Result<(), ApiError> {
    let status = stack.status.as_str();
    if matches!(status, "UPDATE_FAILED" | "CREATE_FAILED") {
        if disable_rollback {
            return Ok(());
        }
        return Err(ApiError::validation(format!(
            "This stack is currently in a non-terminal [{status}] state. To update the stack from this state, please use the disable-rollback parameter with update-stack API. To rollback to the last known good state, use the rollback-stack API"
        )));
    }
    let good = matches!(
        status,
        "CREATE_COMPLETE"
            | "UPDATE_COMPLETE"
            | "UPDATE_ROLLBACK_COMPLETE"
            | "IMPORT_COMPLETE"
            | "IMPORT_ROLLBACK_COMPLETE"
    );
    if good {
        return Ok(());
    }
    Err(ApiError::validation(format!("Stack:{} is in {status} state and can not be updated.", stack.arn)))
}

/// UpdateStack.
pub fn update(w: &mut State, place: &Place, params: &Value) -> Answer {
    let name = get(params, "StackName");
    let missing = || ApiError::validation(format!("Stack [{name}] does not exist"));
    let arn = checks::find(w.region(place), &name).ok_or_else(missing)?;
    if checks::token(w, &arn, params, "UpdateStack")? {
        return Ok(answer(w, &arn));
    }
    let stack = w.stack(&arn).ok_or_else(missing)?.clone_without_history();
    may_update(&stack, flag(params, "DisableRollback"))?;
    checks::role(w, &get(params, "RoleARN"))?;
    let config = checks::config(w, place, params, Some(&stack))?;
    let changes = plan::changes(w, &stack, &config).map_err(ApiError::validation)?;
    let retried = matches!(stack.status.as_str(), "UPDATE_FAILED" | "CREATE_FAILED");
    if changes.is_empty() && !retried {
        return Err(ApiError::validation("No updates are to be performed."));
    }
    start_update(w, &arn, config, params, "UpdateStack")
}

/// Starts an accepted update.
pub fn start_update(w: &mut State, arn: &str, config: Config, params: &Value, call: &str) -> Answer {
    let mut operation = operation(w, Kind::Update, params);
    operation.disable_rollback = flag(params, "DisableRollback");
    let during = get(params, "StackPolicyDuringUpdateBody");
    operation.policy_override = (!during.is_empty()).then_some(during);
    let now = w.now;
    let Some(stack) = w.stack(arn) else { return Err(ApiError::validation("Stack vanished")) };
    operation.previous = Some(std::mem::replace(&mut stack.config, config));
    stack.updated = Some(now);
    stack.disable_rollback = operation.disable_rollback;
    options(stack, params);
    checks::accept_token(stack, params, call);
    match engine::apply_nodes(w, arn) {
        Ok(nodes) => operation.nodes = nodes,
        Err(text) => {
            if let (Some(stack), Some(previous)) = (w.stack(arn), operation.previous) {
                stack.config = previous;
            }
            return Err(ApiError::validation(text));
        }
    }
    obsolete(w, arn, "");
    engine::begin(w, arn, operation, "UPDATE_IN_PROGRESS", "User Initiated");
    Ok(answer(w, arn))
}

/// DeleteStack.
pub fn delete(w: &mut State, place: &Place, params: &Value) -> Answer {
    let name = get(params, "StackName");
    let Some(arn) = checks::find(w.region(place), &name) else { return Ok(json!({})) };
    if checks::token(w, &arn, params, "DeleteStack")? {
        return Ok(json!({}));
    }
    let Some(stack) = w.stack(&arn) else { return Ok(json!({})) };
    let status = stack.status.clone();
    if matches!(status.as_str(), "DELETE_COMPLETE" | "DELETE_IN_PROGRESS") {
        return Ok(json!({}));
    }
    if stack.protected {
        return Err(ApiError::validation(format!(
            "Stack [{}] cannot be deleted while TerminationProtection is enabled",
            stack.name
        )));
    }
    let creating = status == "CREATE_IN_PROGRESS";
    if stack.moving() && !creating {
        return Err(ApiError::validation(format!("Stack cannot be deleted while in status {status}")));
    }
    let retain = list(params, "RetainResources");
    if !retain.is_empty() {
        let failed = |id: &String| stack.resources.get(id).is_some_and(|r| r.status == "DELETE_FAILED");
        if status != "DELETE_FAILED" {
            return Err(ApiError::validation(format!(
                "Invalid operation on stack [{}]. RetainResources can be specified only for stacks in the DELETE_FAILED state.",
                stack.arn
            )));
        }
        if !retain.iter().all(failed) {
            return Err(ApiError::validation(
                "The specified resources to retain must be in a valid state. Do not specify resources that are in the DELETE_COMPLETE state.",
            ));
        }
    }
    checks::accept_token(stack, params, "DeleteStack");
    if creating {
        engine::cancel_running(w, &arn);
    }
    let mut operation = operation(w, Kind::Delete, params);
    operation.retain = retain;
    operation.force = get(params, "DeletionMode") == "FORCE_DELETE_STACK";
    let Some(stack) = w.stack(&arn) else { return Ok(json!({})) };
    let victims = engine::existing(stack.resources.values());
    operation.nodes = engine::remove_nodes(victims, &dependencies(stack));
    obsolete(w, &arn, "");
    engine::begin(w, &arn, operation, "DELETE_IN_PROGRESS", "User Initiated");
    Ok(json!({}))
}

/// Dependencies by the definitions that the resources were made from.
fn dependencies(stack: &Stack) -> BTreeMap<String, std::collections::BTreeSet<String>> {
    let mut all = stack.config.template.dependencies();
    for resource in stack.resources.values() {
        if !all.contains_key(&resource.logical) {
            let mut names = std::collections::BTreeSet::new();
            crate::fake::template::references(&resource.definition, &mut names);
            all.insert(resource.logical.clone(), names);
        }
    }
    all
}

/// UpdateTerminationProtection.
pub fn protect(w: &mut State, place: &Place, params: &Value) -> Answer {
    let name = get(params, "StackName");
    let missing = || ApiError::validation(format!("Stack [{name}] does not exist"));
    let arn = checks::find(w.region(place), &name).ok_or_else(missing)?;
    let stack = w.stack(&arn).ok_or_else(missing)?;
    if stack.status.starts_with("DELETE_") && stack.status != "DELETE_FAILED" {
        let status = stack.status.clone();
        return Err(ApiError::validation(format!(
            "Termination protection cannot be changed for stack {arn} in status {status}"
        )));
    }
    stack.protected = flag(params, "EnableTerminationProtection");
    Ok(json!({ "StackId": arn }))
}

/// SetStackPolicy and GetStackPolicy.
pub fn policy(w: &mut State, place: &Place, params: &Value, set: bool) -> Answer {
    let name = get(params, "StackName");
    let missing = || ApiError::validation(format!("Stack [{name}] does not exist"));
    let arn = checks::find(w.region(place), &name).ok_or_else(missing)?;
    let stack = w.stack(&arn).ok_or_else(missing)?;
    if !set {
        return Ok(json!({ "StackPolicyBody": stack.policy }));
    }
    let body = params.get("StackPolicyBody").map(text).unwrap_or_default();
    let good = serde_json::from_str::<Value>(&body).is_ok_and(|p| p.get("Statement").is_some_and(Value::is_array));
    if !good {
        return Err(ApiError::validation("Error validating stack policy: Invalid stack policy"));
    }
    stack.policy = Some(body);
    Ok(json!({}))
}

/// Puts a stack into REVIEW_IN_PROGRESS: the work of a CREATE change set.
pub fn review(w: &mut State, arn: &str) {
    events::stack(w, arn, "REVIEW_IN_PROGRESS", "User Initiated");
}
