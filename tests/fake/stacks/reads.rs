//! CloudFormation's reads: stacks, events, resources, templates.

use super::checks::{self, get};
use super::{Event, Resource, Stack};
use crate::fake::early_validation;
use crate::fake::error::{Answer, ApiError};
use crate::fake::intrinsics::text;
use crate::fake::paging;
use crate::fake::state::{Place, State, object};
use crate::fake::time::Timestamp;
use serde_json::{Value, json};

/// How long a deleted stack can be read by ARN.
const KEPT: i64 = 90 * 86_400_000;

fn find<'a>(w: &'a mut State, place: &Place, params: &Value) -> Result<&'a mut Stack, ApiError> {
    let name = get(params, "StackName");
    let now = w.now;
    let missing = || ApiError::validation(format!("Stack [{name}] does not exist"));
    let arn = checks::find(w.region(place), &name).ok_or_else(missing)?;
    let stack = w.stack(&arn).ok_or_else(missing)?;
    if expired(stack, now) { Err(missing()) } else { Ok(stack) }
}

fn expired(stack: &Stack, now: Timestamp) -> bool {
    stack.deleted.is_some_and(|at| now > at.plus_ms(KEPT))
}

fn pairs(map: &std::collections::BTreeMap<String, String>) -> Value {
    map.iter().map(|(k, v)| json!({ "Key": k, "Value": v })).collect()
}

/// DescribeStacks.
pub fn stacks(w: &mut State, place: &Place, params: &Value) -> Answer {
    let name = get(params, "StackName");
    let size = w.settings.page_size;
    let now = w.now;
    if !name.is_empty() {
        let missing = || ApiError::validation(format!("Stack with id {name} does not exist"));
        let arn = checks::find(w.region(place), &name).ok_or_else(missing)?;
        let stack = w.stack(&arn).filter(|s| !expired(s, now)).ok_or_else(missing)?;
        return Ok(json!({ "Stacks": [describe(stack)] }));
    }
    let mut all: Vec<&Stack> = w.region(place).stacks.values().filter(|s| s.status != "DELETE_COMPLETE").collect();
    all.sort_by(|a, b| b.created.cmp(&a.created).then(a.arn.cmp(&b.arn)));
    let all: Vec<Value> = all.into_iter().map(describe).collect();
    let (page, next) = paging::page(&all, "DescribeStacks", &get(params, "NextToken"), size)?;
    Ok(json!({ "Stacks": page, "NextToken": next }))
}

fn describe(stack: &Stack) -> Value {
    let parameters: Vec<Value> = stack
        .config
        .parameters
        .iter()
        .map(|(name, p)| {
            let shown = if p.no_echo { "****" } else { p.given.as_str() };
            object([
                ("ParameterKey", json!(name)),
                ("ParameterValue", json!(shown)),
                ("ResolvedValue", json!(p.resolved)),
            ])
        })
        .collect();
    let outputs: Vec<Value> = stack
        .outputs
        .iter()
        .map(|o| {
            object([
                ("OutputKey", json!(o.key)),
                ("OutputValue", json!(o.value)),
                ("Description", if o.description.is_empty() { Value::Null } else { json!(o.description) }),
                ("ExportName", json!(o.export)),
            ])
        })
        .collect();
    let gone = stack.status == "DELETE_COMPLETE";
    let description = stack.config.template.description();
    let drift = match &stack.drift {
        Some((status, at)) => json!({ "StackDriftStatus": status, "LastCheckTimestamp": at.iso() }),
        None => json!({ "StackDriftStatus": "NOT_CHECKED" }),
    };
    object([
        ("StackId", json!(stack.arn)),
        ("StackName", json!(stack.name)),
        ("Description", if description.is_empty() { Value::Null } else { json!(description) }),
        ("Parameters", json!(parameters)),
        ("CreationTime", json!(stack.created.iso())),
        ("LastUpdatedTime", json!(stack.updated.map(Timestamp::iso))),
        ("DeletionTime", json!(stack.deleted.map(Timestamp::iso))),
        ("RollbackConfiguration", stack.rollback.clone()),
        ("StackStatus", json!(stack.status)),
        ("StackStatusReason", json!(stack.reason)),
        ("DisableRollback", json!(stack.disable_rollback)),
        ("NotificationARNs", json!(stack.notification_arns)),
        ("TimeoutInMinutes", json!(stack.timeout)),
        ("Capabilities", json!(stack.config.capabilities)),
        ("Outputs", json!(outputs)),
        ("RoleARN", json!(stack.role_arn.clone().filter(|r| !r.is_empty()))),
        ("Tags", pairs(&stack.config.tags)),
        ("EnableTerminationProtection", if gone { Value::Null } else { json!(stack.protected) }),
        ("DriftInformation", drift),
        (
            "LastOperations",
            stack
                .operations
                .iter()
                .rev()
                .take(5)
                .map(|(id, kind)| json!({ "OperationId": id, "OperationType": kind }))
                .collect(),
        ),
    ])
}

/// ListStacks.
pub fn list(w: &mut State, place: &Place, params: &Value) -> Answer {
    let wanted = checks::list(params, "StackStatusFilter");
    let (size, now) = (w.settings.page_size, w.now);
    let mut all: Vec<&Stack> = w.region(place).stacks.values().filter(|s| !expired(s, now)).collect();
    all.sort_by(|a, b| b.created.cmp(&a.created).then(a.arn.cmp(&b.arn)));
    let all: Vec<Value> = all
        .into_iter()
        .filter(|s| wanted.is_empty() || wanted.contains(&s.status))
        .map(|s| {
            object([
                ("StackId", json!(s.arn)),
                ("StackName", json!(s.name)),
                ("TemplateDescription", json!(s.config.template.description())),
                ("CreationTime", json!(s.created.iso())),
                ("LastUpdatedTime", json!(s.updated.map(Timestamp::iso))),
                ("DeletionTime", json!(s.deleted.map(Timestamp::iso))),
                ("StackStatus", json!(s.status)),
                ("StackStatusReason", json!(s.reason)),
                ("DriftInformation", json!({ "StackDriftStatus": "NOT_CHECKED" })),
            ])
        })
        .collect();
    let (page, next) = paging::page(&all, "ListStacks", &get(params, "NextToken"), size)?;
    Ok(json!({ "StackSummaries": page, "NextToken": next }))
}

/// DescribeStackEvents: newest first, in pages that new events do not shift.
pub fn events(w: &mut State, place: &Place, params: &Value) -> Answer {
    let size = w.settings.event_page_size.max(1);
    let stack = find(w, place, params)?;
    let call = format!("DescribeStackEvents:{}", stack.arn);
    // The token holds how many of the oldest events are still to come.
    let left = paging::position(&call, &get(params, "NextToken"), stack.events.len())?.min(stack.events.len());
    let from = left.saturating_sub(size);
    let page: Vec<Value> = stack.events[from..left].iter().rev().map(|e| event(stack, e)).collect();
    let next = (from > 0).then(|| paging::token(&call, from));
    Ok(json!({ "StackEvents": page, "NextToken": next }))
}

fn event(stack: &Stack, e: &Event) -> Value {
    object([
        ("StackId", json!(stack.arn)),
        ("EventId", json!(e.id)),
        ("StackName", json!(stack.name)),
        ("OperationId", json!(e.operation)),
        ("LogicalResourceId", json!(e.logical)),
        ("PhysicalResourceId", json!(e.physical)),
        ("ResourceType", json!(e.kind)),
        ("Timestamp", json!(e.at.iso())),
        ("ResourceStatus", json!(e.status)),
        ("ResourceStatusReason", if e.reason.is_empty() { Value::Null } else { json!(e.reason) }),
        ("ResourceProperties", json!(e.properties)),
        ("ClientRequestToken", json!(e.token)),
    ])
}

/// DescribeEvents: the events of operations.
pub fn operation_events(w: &mut State, place: &Place, params: &Value) -> Answer {
    if !get(params, "ChangeSetName").is_empty() {
        return early_validation::events(w, place, params);
    }
    let size = w.settings.event_page_size.max(1);
    let operation = get(params, "OperationId");
    let failed_only = params.pointer("/Filters/FailedEvents").map(text).is_some_and(|v| v == "true");
    let name = get(params, "StackName");
    let region = w.region(place);
    let stack = if name.is_empty() {
        region.stacks.values().find(|s| s.operations.iter().any(|(id, _)| *id == operation))
    } else {
        checks::find(region, &name).and_then(|arn| region.stacks.get(&arn))
    };
    let Some(stack) = stack else {
        let text = if name.is_empty() && operation.is_empty() {
            "One of ChangeSetName, OperationId or StackName must be specified".to_owned()
        } else {
            format!("Stack [{name}] does not exist")
        };
        return Err(ApiError::validation(text));
    };
    let all: Vec<Value> = stack
        .events
        .iter()
        .rev()
        .filter(|e| operation.is_empty() || e.operation == operation)
        .filter(|e| !failed_only || e.status.ends_with("_FAILED"))
        .map(|e| {
            let mut shown = event(stack, e);
            let kind = stack.operations.iter().find(|(id, _)| *id == e.operation).map(|o| o.1);
            let status = if e.status.ends_with("FAILED") {
                "FAILED"
            } else if e.status.ends_with("COMPLETE") {
                "SUCCEEDED"
            } else {
                "IN_PROGRESS"
            };
            if let Some(map) = shown.as_object_mut() {
                map.insert("OperationType".into(), json!(kind));
                map.insert("OperationStatus".into(), json!(status));
                map.insert(
                    "EventType".into(),
                    json!(if status == "FAILED" { "PROVISIONING_ERROR" } else { "PROGRESS_EVENT" }),
                );
                map.remove("StackName");
            }
            shown
        })
        .collect();
    let (page, next) = paging::page(&all, "DescribeEvents", &get(params, "NextToken"), size)?;
    Ok(json!({ "OperationEvents": page, "NextToken": next }))
}

fn resource(stack: &Stack, r: &Resource, time: &str) -> Value {
    let mut shown = object([
        ("LogicalResourceId", json!(r.logical)),
        ("PhysicalResourceId", json!(r.physical)),
        ("ResourceType", json!(r.kind)),
        ("ResourceStatus", json!(r.status)),
        ("ResourceStatusReason", if r.reason.is_empty() { Value::Null } else { json!(r.reason) }),
        ("DriftInformation", json!({ "StackResourceDriftStatus": "NOT_CHECKED" })),
        (time, json!(r.at.iso())),
    ]);
    if let Some(map) = shown.as_object_mut()
        && time != "LastUpdatedTimestamp"
    {
        map.insert("StackId".into(), json!(stack.arn));
        map.insert("StackName".into(), json!(stack.name));
    }
    shown
}

/// DescribeStackResources: at most 100, no pages.
pub fn resources(w: &mut State, place: &Place, params: &Value) -> Answer {
    let physical = get(params, "PhysicalResourceId");
    let logical = get(params, "LogicalResourceId");
    if get(params, "StackName").is_empty() && !physical.is_empty() {
        let region = w.region(place);
        let stack = region
            .stacks
            .values()
            .find(|s| s.status != "DELETE_COMPLETE" && s.resources.values().any(|r| r.physical == physical))
            .ok_or_else(|| ApiError::validation(format!("Stack for {physical} does not exist")))?;
        let all: Vec<Value> = stack.resources.values().take(100).map(|r| resource(stack, r, "Timestamp")).collect();
        return Ok(json!({ "StackResources": all }));
    }
    let stack = find(w, place, params)?;
    let all: Vec<Value> = stack
        .resources
        .values()
        .filter(|r| logical.is_empty() || r.logical == logical)
        .take(100)
        .map(|r| resource(stack, r, "Timestamp"))
        .collect();
    Ok(json!({ "StackResources": all }))
}

/// DescribeStackResource.
pub fn one_resource(w: &mut State, place: &Place, params: &Value) -> Answer {
    let logical = get(params, "LogicalResourceId");
    let stack = find(w, place, params)?;
    let found = stack
        .resources
        .get(&logical)
        .ok_or_else(|| ApiError::validation(format!("Resource {logical} does not exist for stack {}", stack.name)))?;
    let mut detail = resource(stack, found, "LastUpdatedTimestamp");
    if let Some(map) = detail.as_object_mut() {
        map.insert("StackId".into(), json!(stack.arn));
        map.insert("StackName".into(), json!(stack.name));
        map.insert("Metadata".into(), json!(found.metadata.to_string()));
    }
    Ok(json!({ "StackResourceDetail": detail }))
}

/// ListStackResources.
pub fn list_resources(w: &mut State, place: &Place, params: &Value) -> Answer {
    let size = w.settings.page_size;
    let stack = find(w, place, params)?;
    let all: Vec<Value> = stack.resources.values().map(|r| resource(stack, r, "LastUpdatedTimestamp")).collect();
    let call = format!("ListStackResources:{}", stack.arn);
    let (page, next) = paging::page(&all, &call, &get(params, "NextToken"), size)?;
    Ok(json!({ "StackResourceSummaries": page, "NextToken": next }))
}

/// GetTemplate.
pub fn template(w: &mut State, place: &Place, params: &Value) -> Answer {
    let set = get(params, "ChangeSetName");
    let body = if set.is_empty() {
        find(w, place, params)?.config.template.body.clone()
    } else {
        crate::fake::changesets::find(w, place, params)?.1.config.template.body
    };
    Ok(json!({ "TemplateBody": body, "StagesAvailable": ["Original", "Processed"] }))
}

/// GetTemplateSummary.
pub fn summary(w: &mut State, place: &Place, params: &Value) -> Answer {
    let template = if get(params, "StackName").is_empty() {
        checks::template(w, place, params, None)?
    } else {
        let stack = find(w, place, params)?;
        if stack.status == "REVIEW_IN_PROGRESS" {
            return Err(ApiError::validation("GetTemplateSummary cannot be called on REVIEW_IN_PROGRESS stacks."));
        }
        stack.config.template.clone()
    };
    let parameters: Vec<Value> = template
        .section("Parameters")
        .iter()
        .map(|(name, p)| {
            let own = |key: &str| p.get(key).map_or(Value::Null, |v| json!(text(v)));
            let constraints = object([
                (
                    "AllowedValues",
                    p.get("AllowedValues")
                        .map_or(Value::Null, |l| l.as_array().into_iter().flatten().map(|v| json!(text(v))).collect()),
                ),
                ("AllowedPattern", own("AllowedPattern")),
                ("ConstraintDescription", own("ConstraintDescription")),
                ("MinLength", own("MinLength")),
                ("MaxLength", own("MaxLength")),
                ("MinValue", own("MinValue")),
                ("MaxValue", own("MaxValue")),
            ]);
            object([
                ("ParameterKey", json!(name)),
                ("ParameterType", own("Type")),
                ("DefaultValue", own("Default")),
                ("NoEcho", json!(p.get("NoEcho").is_some_and(|v| text(v) == "true"))),
                ("Description", own("Description")),
                ("ParameterConstraints", constraints),
            ])
        })
        .collect();
    let mut kinds: Vec<&str> = template.section("Resources").keys().map(|id| template.resource_type(id)).collect();
    kinds.sort_unstable();
    kinds.dedup();
    let (capabilities, reason) = match template.capabilities() {
        Some((name, reason)) => (json!([name]), json!(reason)),
        None => (json!([]), Value::Null),
    };
    Ok(object([
        ("Parameters", json!(parameters)),
        ("Description", json!(template.description())),
        ("Capabilities", capabilities),
        ("CapabilitiesReason", reason),
        ("ResourceTypes", json!(kinds)),
        ("Version", json!("2010-09-09")),
        ("Metadata", template.tree.get("Metadata").map_or(Value::Null, |m| json!(m.to_string()))),
        ("DeclaredTransforms", json!([])),
    ]))
}

/// ValidateTemplate.
pub fn validate(w: &mut State, place: &Place, params: &Value) -> Answer {
    let template = checks::template(w, place, params, None)?;
    let parameters: Vec<Value> = template
        .section("Parameters")
        .iter()
        .map(|(name, p)| {
            object([
                ("ParameterKey", json!(name)),
                ("DefaultValue", p.get("Default").map_or(Value::Null, |v| json!(text(v)))),
                ("NoEcho", json!(p.get("NoEcho").is_some_and(|v| text(v) == "true"))),
                ("Description", p.get("Description").cloned().unwrap_or_default()),
            ])
        })
        .collect();
    let capabilities = template.capabilities();
    Ok(object([
        ("Parameters", json!(parameters)),
        ("Description", json!(template.description())),
        ("Capabilities", capabilities.as_ref().map_or_else(|| json!([]), |c| json!([c.0]))),
        ("CapabilitiesReason", capabilities.map_or(Value::Null, |c| json!(c.1))),
        ("DeclaredTransforms", json!([])),
    ]))
}
