//! Change sets: create, describe, execute, delete, list.

use super::early_validation::{self, Finding};
use super::error::{Answer, ApiError};
use super::intrinsics::UNKNOWN;
use super::paging;
use super::resources::{self, Recreation};
use super::services::drift;
use super::stacks::checks::{self, flag, get};
use super::stacks::plan::{self, Change};
use super::stacks::{Config, calls};
use super::state::{Place, State, object};
use super::time::Timestamp;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The words of a change set that leaves changes out because values were asked for.
const INCOMPLETE: &str = "[WARN] --include-property-values option can return incomplete ChangeSet data because: ChangeSet creation encountered resources whose values cannot be determined.";

/// A change set.
#[derive(Clone, Debug)]
pub struct ChangeSet {
    pub arn: String,
    pub name: String,
    pub description: String,
    pub created: Timestamp,
    pub status: String,
    pub execution: String,
    pub reason: Option<String>,
    pub config: Config,
    /// The call's parameters, for options that the execution applies.
    pub params: Value,
    pub changes: Vec<Change>,
    /// What early validation found.
    pub findings: Vec<Finding>,
    /// Whether it creates the stack.
    pub creates: bool,
    pub token: String,
}

/// The stack's ARN and the change set that `ChangeSetName` (and `StackName`) name.
pub fn find(w: &mut State, place: &Place, params: &Value) -> Result<(String, ChangeSet), ApiError> {
    let (set, stack) = (get(params, "ChangeSetName"), get(params, "StackName"));
    let region = w.region(place);
    if set.starts_with("arn:") {
        return region
            .stacks
            .values()
            .find_map(|s| Some((s.arn.clone(), s.change_sets.values().find(|c| c.arn == set)?.clone())))
            .ok_or_else(|| ApiError::new(404, "ChangeSetNotFound", format!("ChangeSet [{set}] does not exist")));
    }
    let arn =
        checks::find(region, &stack).ok_or_else(|| ApiError::validation(format!("Stack [{stack}] does not exist")))?;
    region
        .stacks
        .get(&arn)
        .and_then(|s| s.change_sets.get(&set))
        .filter(|c| c.execution != "EXECUTE_COMPLETE")
        .map(|c| (arn.clone(), c.clone()))
        .ok_or_else(|| ApiError::new(404, "ChangeSetNotFound", format!("ChangeSet [{set}] does not exist")))
}

/// CreateChangeSet.
pub fn create(w: &mut State, place: &Place, params: &Value) -> Answer {
    let (name, stack_name) = (get(params, "ChangeSetName"), get(params, "StackName"));
    let kind = get(params, "ChangeSetType");
    let existing = checks::find(w.region(place), &stack_name);
    let creates = kind == "CREATE";
    let arn = match (creates, existing) {
        (true, Some(arn)) => {
            if w.stack(&arn).is_some_and(|s| s.status != "REVIEW_IN_PROGRESS") {
                return Err(ApiError::validation(format!(
                    "Stack [{stack_name}] already exists and cannot be created again with the changeSet [{name}]."
                )));
            }
            arn
        }
        (true, None) => {
            checks::name(&stack_name)?;
            checks::config(w, place, params, None)?;
            let arn = calls::insert(w, place, &stack_name)?;
            calls::review(w, &arn);
            arn
        }
        (false, Some(arn)) => arn,
        (false, None) => return Err(ApiError::validation(format!("Stack [{stack_name}] does not exist"))),
    };
    let Some(mut stack) = w.stack(&arn).map(|s| s.clone_without_history()) else { return Ok(json!({})) };
    if !creates {
        calls::may_update(&stack, true)?;
    }
    if reverts(params) {
        stack.resources = drift::as_is(w, place, &stack);
    }
    let taken = w
        .stack(&arn)
        .and_then(|s| s.change_sets.get(&name))
        .filter(|c| c.execution != "EXECUTE_COMPLETE")
        .map(|c| (c.arn.clone(), c.token.clone()));
    let token = get(params, "ClientToken");
    if let Some((set, before)) = taken {
        if !token.is_empty() && before == token {
            return Ok(json!({ "Id": set, "StackId": arn }));
        }
        return Err(ApiError::new(400, "AlreadyExistsException", format!("ChangeSet [{name}] already exists")));
    }
    let config = checks::config(w, place, params, (!creates).then_some(&stack))?;
    let changes = plan::changes(w, &stack, &config).map_err(ApiError::validation)?;
    let findings = early_validation::check(w, place, &config, &changes);
    let id = w.ids.uuid();
    let set = ChangeSet {
        arn: place.arn("cloudformation", &format!("changeSet/{name}/{id}")),
        name: name.clone(),
        description: get(params, "Description"),
        created: w.now,
        status: "CREATE_PENDING".into(),
        execution: "UNAVAILABLE".into(),
        reason: None,
        config,
        params: params.clone(),
        changes,
        findings,
        creates,
        token,
    };
    let set_arn = set.arn.clone();
    if let Some(stack) = w.stack(&arn) {
        stack.change_sets.insert(name.clone(), set);
    }
    let stack_arn = arn.clone();
    w.after(w.durations.change_set, move |w| {
        let Some(set) = w.stack(&stack_arn).and_then(|s| s.change_sets.get_mut(&name)) else { return };
        if set.changes.is_empty() {
            set.status = "FAILED".into();
            set.reason = Some("The submitted information didn't contain changes. Submit different information to create a change set.".into());
        } else if set.findings.iter().any(|f| f.fails) {
            set.status = "FAILED".into();
            set.reason = Some(early_validation::REFUSED.into());
        } else {
            set.status = "CREATE_COMPLETE".into();
            set.execution = "AVAILABLE".into();
        }
    });
    Ok(json!({ "Id": set_arn, "StackId": arn }))
}

/// Whether a change set compares with what exists rather than with what the stack deployed last.
fn reverts(params: &Value) -> bool {
    get(params, "DeploymentMode") == "REVERT_DRIFT"
}

/// DescribeChangeSet.
pub fn describe(w: &mut State, place: &Place, params: &Value) -> Answer {
    let (arn, set) = find(w, place, params)?;
    let values = flag(params, "IncludePropertyValues");
    let size = w.settings.page_size;
    let stack_name = w.stack(&arn).map(|s| s.name.clone());
    let ready = set.status == "CREATE_COMPLETE" || set.status == "FAILED";
    let left_out = if values { w.settings.left_out_with_values.clone() } else { Vec::new() };
    let shown = |c: &&Change| ready && !left_out.contains(&c.logical);
    let all: Vec<Value> = set.changes.iter().filter(shown).map(|c| change(c, &set.config, values)).collect();
    let reason = if ready && set.changes.iter().any(|c| left_out.contains(&c.logical)) {
        Some(INCOMPLETE.to_owned())
    } else {
        set.reason.clone()
    };
    let call = format!("DescribeChangeSet:{}", set.arn);
    let (page, next) = paging::page(&all, &call, &get(params, "NextToken"), size)?;
    let parameters: Vec<Value> = set
        .config
        .parameters
        .iter()
        .map(|(k, p)| {
            let shown = if p.no_echo { "****" } else { p.given.as_str() };
            object([("ParameterKey", json!(k)), ("ParameterValue", json!(shown)), ("ResolvedValue", json!(p.resolved))])
        })
        .collect();
    Ok(object([
        ("ChangeSetName", json!(set.name)),
        ("ChangeSetId", json!(set.arn)),
        ("StackId", json!(arn)),
        ("StackName", json!(stack_name)),
        ("Description", if set.description.is_empty() { Value::Null } else { json!(set.description) }),
        ("Parameters", json!(parameters)),
        ("CreationTime", json!(set.created.iso())),
        ("ExecutionStatus", json!(set.execution)),
        ("Status", json!(set.status)),
        ("StatusReason", json!(reason)),
        ("Tags", set.config.tags.iter().map(|(k, v)| json!({ "Key": k, "Value": v })).collect()),
        ("Capabilities", json!(set.config.capabilities)),
        ("Changes", json!(page)),
        ("NextToken", json!(next)),
        ("IncludeNestedStacks", json!(false)),
        ("DeploymentMode", if reverts(&set.params) { json!("REVERT_DRIFT") } else { Value::Null }),
    ]))
}

fn change(c: &Change, config: &Config, values: bool) -> Value {
    let scope: BTreeSet<&str> = c.properties.iter().map(|(n, _, _)| area(n)).collect();
    let details: Vec<Value> = c.properties.iter().flat_map(|p| detail(c, p, config, values)).collect();
    let modify = c.action == "Modify";
    json!({
        "Type": "Resource",
        "ResourceChange": object([
            ("Action", json!(c.action)),
            ("LogicalResourceId", json!(c.logical)),
            ("PhysicalResourceId", if c.physical.is_empty() { Value::Null } else { json!(c.physical) }),
            ("ResourceType", json!(c.kind)),
            ("Replacement", if modify { json!(c.replacement) } else { Value::Null }),
            ("PolicyAction", policy_action(c, config)),
            ("Scope", json!(scope)),
            ("Details", json!(details)),
        ])
    })
}

fn policy_action(c: &Change, config: &Config) -> Value {
    let replaced = c.action == "Modify" && c.replacement == "True";
    if c.action != "Remove" && !replaced {
        return Value::Null;
    }
    let key = if replaced { "UpdateReplacePolicy" } else { "DeletionPolicy" };
    let policy = config.template.resource(&c.logical).get(key).and_then(Value::as_str).unwrap_or("Delete");
    json!(if replaced { format!("ReplaceAnd{policy}") } else { policy.to_owned() })
}

fn area(property: &str) -> &'static str {
    match property {
        "Tags" => "Tags",
        "Metadata" => "Metadata",
        _ => "Properties",
    }
}

/// The details of one property: one for each thing that its expression names, or a direct modification.
fn detail(c: &Change, property: &(String, Value, Value), config: &Config, values: bool) -> Vec<Value> {
    let (name, before, after) = property;
    let recreation = match resources::recreation(&c.kind, name) {
        Recreation::Always => "Always",
        Recreation::Conditionally => "Conditionally",
        Recreation::Never => "Never",
    };
    let expression =
        config.template.resource(&c.logical).pointer(&format!("/Properties/{name}")).cloned().unwrap_or_default();
    let mut names = BTreeSet::new();
    super::template::references(&expression, &mut names);
    let target = |attribute: &str| {
        let shown = |v: &Value| if v.is_null() { Value::Null } else { json!(super::intrinsics::text(v)) };
        let is_property = attribute == "Properties";
        object([
            ("Attribute", json!(attribute)),
            ("Name", if is_property { json!(name) } else { Value::Null }),
            ("RequiresRecreation", json!(if is_property { recreation } else { "Never" })),
            ("Path", if values { json!(format!("/{attribute}/{name}")) } else { Value::Null }),
            ("BeforeValue", if values { shown(before) } else { Value::Null }),
            ("AfterValue", if values { shown(after) } else { Value::Null }),
            (
                "AttributeChangeType",
                match (values, before.is_null(), after.is_null()) {
                    (false, _, _) => Value::Null,
                    (_, true, _) => json!("Add"),
                    (_, _, true) => json!("Remove"),
                    _ => json!("Modify"),
                },
            ),
        ])
    };
    let mut out = Vec::new();
    let unknown = after.to_string().contains(UNKNOWN);
    for cause in &names {
        if config.template.section("Parameters").contains_key(cause) {
            out.push(json!({ "Target": target(area(name)), "Evaluation": "Static", "ChangeSource": "ParameterReference", "CausingEntity": cause }));
        } else if unknown && config.template.section("Resources").contains_key(cause) {
            out.push(json!({ "Target": target(area(name)), "Evaluation": "Dynamic", "ChangeSource": "ResourceAttribute", "CausingEntity": cause }));
        }
    }
    let parameter = out.iter().any(|d| d["ChangeSource"] == "ParameterReference");
    if out.is_empty() || parameter {
        let evaluation = if parameter { "Dynamic" } else { "Static" };
        out.push(
            json!({ "Target": target(area(name)), "Evaluation": evaluation, "ChangeSource": "DirectModification" }),
        );
    }
    out
}

/// ExecuteChangeSet.
pub fn execute(w: &mut State, place: &Place, params: &Value) -> Answer {
    let (arn, set) = find(w, place, params)?;
    if checks::token(w, &arn, params, "ExecuteChangeSet")? {
        return Ok(json!({}));
    }
    if set.execution != "AVAILABLE" {
        let status = if set.status == "FAILED" { "FAILED" } else { set.execution.as_str() };
        return Err(ApiError::new(
            400,
            "InvalidChangeSetStatus",
            format!("ChangeSet [{}] cannot be executed in its current status of [{status}]", set.arn),
        ));
    }
    let mut options = set.params.clone();
    if let (Some(map), Some(own)) = (options.as_object_mut(), params.as_object()) {
        for key in ["ClientRequestToken", "DisableRollback"] {
            map.remove(key);
            if let Some(value) = own.get(key) {
                map.insert(key.into(), value.clone());
            }
        }
    }
    if let Some(stack) = w.stack(&arn) {
        stack.change_sets.retain(|n, c| *n == set.name || c.execution == "EXECUTE_COMPLETE");
        if let Some(done) = stack.change_sets.get_mut(&set.name) {
            done.execution = "EXECUTE_COMPLETE".into();
        }
        if set.creates {
            stack.updated = Some(stack.created);
        }
    }
    if set.creates {
        let now = w.now;
        if let Some(stack) = w.stack(&arn) {
            stack.updated = Some(now);
        }
        calls::start_create(w, &arn, set.config, &options)?;
    } else {
        if reverts(&set.params)
            && let Some(stack) = w.stack(&arn).map(|s| s.clone_without_history())
        {
            let resources = drift::as_is(w, place, &stack);
            if let Some(stack) = w.stack(&arn) {
                stack.resources = resources;
            }
        }
        calls::start_update(w, &arn, set.config, &options, "ExecuteChangeSet")?;
    }
    Ok(json!({}))
}

/// DeleteChangeSet.
pub fn delete(w: &mut State, place: &Place, params: &Value) -> Answer {
    match find(w, place, params) {
        Ok((arn, set)) => {
            if let Some(stack) = w.stack(&arn) {
                stack.change_sets.remove(&set.name);
            }
            Ok(json!({}))
        }
        Err(e) if e.code == "ChangeSetNotFound" => Ok(json!({})),
        Err(e) => Err(e),
    }
}

/// ListChangeSets.
pub fn list(w: &mut State, place: &Place, params: &Value) -> Answer {
    let name = get(params, "StackName");
    let size = w.settings.page_size;
    let arn = checks::find(w.region(place), &name)
        .ok_or_else(|| ApiError::validation(format!("Stack [{name}] does not exist")))?;
    let all: Vec<Value> = w
        .stack(&arn)
        .map(|s| {
            s.change_sets
                .values()
                .filter(|c| c.execution != "EXECUTE_COMPLETE")
                .map(|c| {
                    object([
                        ("StackId", json!(s.arn)),
                        ("StackName", json!(s.name)),
                        ("ChangeSetId", json!(c.arn)),
                        ("ChangeSetName", json!(c.name)),
                        ("ExecutionStatus", json!(c.execution)),
                        ("Status", json!(c.status)),
                        ("StatusReason", json!(c.reason)),
                        ("CreationTime", json!(c.created.iso())),
                    ])
                })
                .collect()
        })
        .unwrap_or_default();
    let (page, next) = paging::page(&all, "ListChangeSets", &get(params, "NextToken"), size)?;
    Ok(json!({ "Summaries": page, "NextToken": next }))
}
