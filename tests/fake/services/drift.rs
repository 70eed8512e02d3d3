//! Drift detection: compares what a template set explicitly with what exists.

use crate::fake::error::{Answer, ApiError};
use crate::fake::groups::Group;
use crate::fake::intrinsics::text;
use crate::fake::paging;
use crate::fake::resources::network;
use crate::fake::stacks::checks::{self, get};
use crate::fake::stacks::{Resource, Stack};
use crate::fake::state::{Place, State, object};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// DetectStackDrift.
pub fn detect(w: &mut State, place: &Place, p: &Value) -> Answer {
    let name = get(p, "StackName");
    let missing = || ApiError::validation(format!("Stack [{name}] does not exist"));
    let arn = checks::find(w.region(place), &name).ok_or_else(missing)?;
    let status = w.stack(&arn).ok_or_else(missing)?.status.clone();
    if !matches!(
        status.as_str(),
        "CREATE_COMPLETE" | "UPDATE_COMPLETE" | "UPDATE_ROLLBACK_COMPLETE" | "UPDATE_ROLLBACK_FAILED"
    ) {
        return Err(ApiError::validation(format!("Drift detection cannot be performed on stack in [{status}] state.")));
    }
    let id = w.ids.uuid();
    let now = w.now;
    w.region(place).drifts.insert(id.clone(), json!({
        "StackId": arn, "StackDriftDetectionId": id, "DetectionStatus": "DETECTION_IN_PROGRESS", "Timestamp": now.iso(),
    }));
    let (at, key) = (place.clone(), id.clone());
    w.after(w.durations.drift, move |w| {
        let found = compare_all(w, &at, &arn);
        let drifted = found.iter().filter(|d| d["StackResourceDriftStatus"] != "IN_SYNC").count();
        let status = if drifted > 0 { "DRIFTED" } else { "IN_SYNC" };
        let now = w.now;
        let failure = w.settings.drift_failure.clone();
        let ended = if failure.is_some() { "DETECTION_FAILED" } else { "DETECTION_COMPLETE" };
        if let Some(stack) = w.stack(&arn) {
            stack.drift = Some((status.to_owned(), now));
        }
        w.region(&at).drifts.insert(key.clone(), json!({
            "StackId": arn, "StackDriftDetectionId": key, "DetectionStatus": ended, "DetectionStatusReason": failure,
            "StackDriftStatus": status, "DriftedStackResourceCount": drifted, "Timestamp": now.iso(), "found": found,
        }));
    });
    Ok(json!({ "StackDriftDetectionId": id }))
}

/// DescribeStackDriftDetectionStatus.
pub fn status(w: &mut State, place: &Place, p: &Value) -> Answer {
    let id = get(p, "StackDriftDetectionId");
    let mut found = w
        .region(place)
        .drifts
        .get(&id)
        .cloned()
        .ok_or_else(|| ApiError::validation(format!("Invalid DriftDetectionId: {id}")))?;
    if let Some(map) = found.as_object_mut() {
        map.remove("found");
    }
    Ok(found)
}

/// DescribeStackResourceDrifts: the newest finished detection.
pub fn resources(w: &mut State, place: &Place, p: &Value) -> Answer {
    let name = get(p, "StackName");
    let size = w.settings.page_size;
    let arn = checks::find(w.region(place), &name)
        .ok_or_else(|| ApiError::validation(format!("Stack [{name}] does not exist")))?;
    let wanted = checks::list(p, "StackResourceDriftStatusFilters");
    let all: Vec<Value> = w
        .region(place)
        .drifts
        .values()
        .filter(|d| d["StackId"] == arn.as_str() && d.get("found").is_some())
        .max_by_key(|d| d["Timestamp"].as_str().unwrap_or_default().to_owned())
        .and_then(|d| d["found"].as_array().cloned())
        .unwrap_or_default()
        .into_iter()
        .filter(|d| wanted.is_empty() || wanted.iter().any(|s| d["StackResourceDriftStatus"] == s.as_str()))
        .collect();
    let (page, next) = paging::page(&all, "DescribeStackResourceDrifts", &get(p, "NextToken"), size)?;
    Ok(json!({ "StackResourceDrifts": page, "NextToken": next }))
}

fn compare_all(w: &mut State, place: &Place, arn: &str) -> Vec<Value> {
    let resources: Vec<Resource> = w.stack(arn).map(|s| s.resources.values().cloned().collect()).unwrap_or_default();
    let now = w.now;
    let types = w.settings.drift_types.clone();
    resources
        .iter()
        .filter(|r| types.contains(&r.kind))
        .map(|r| {
            let actual = actual(w, place, &resources, r);
            let mut differences = Vec::new();
            if let Some(actual) = &actual {
                compare("", &r.properties, actual, &mut differences);
            }
            let status = match &actual {
                None => "DELETED",
                Some(_) if differences.is_empty() => "IN_SYNC",
                Some(_) => "MODIFIED",
            };
            object([
                ("StackId", json!(arn)),
                ("LogicalResourceId", json!(r.logical)),
                ("PhysicalResourceId", json!(r.physical)),
                ("ResourceType", json!(r.kind)),
                ("ExpectedProperties", json!(r.properties.to_string())),
                ("ActualProperties", actual.as_ref().map_or(Value::Null, |a| json!(a.to_string()))),
                ("PropertyDifferences", json!(differences)),
                ("StackResourceDriftStatus", json!(status)),
                ("Timestamp", json!(now.iso())),
            ])
        })
        .collect()
}

/// The resources of a stack as they are, those that are gone left out: what a drift-aware change set starts from.
pub fn as_is(w: &mut State, place: &Place, stack: &Stack) -> BTreeMap<String, Resource> {
    let all: Vec<Resource> = stack.resources.values().cloned().collect();
    let types = w.settings.drift_types.clone();
    let mut found = BTreeMap::new();
    for resource in &all {
        let mut resource = resource.clone();
        if types.contains(&resource.kind) {
            match actual(w, place, &all, &resource) {
                Some(properties) => resource.properties = properties,
                None => continue,
            }
        }
        found.insert(resource.logical.clone(), resource);
    }
    found
}

/// Differences of values that the template set, each with a JSON pointer; an array that grew has ADD for the new items.
fn compare(path: &str, expected: &Value, actual: &Value, out: &mut Vec<Value>) {
    let mut push = |path: String, expected: Value, actual: Value, kind: &str| {
        out.push(json!({ "PropertyPath": path, "ExpectedValue": text(&expected), "ActualValue": text(&actual),
            "DifferenceType": kind }));
    };
    match (expected, actual) {
        (Value::Object(expected), Value::Object(actual)) => {
            for (name, value) in expected {
                let path = format!("{path}/{name}");
                match actual.get(name) {
                    Some(actual) => compare(&path, value, actual, out),
                    None => out
                        .push(json!({ "PropertyPath": path, "ExpectedValue": text(value), "ActualValue": "null",
                        "DifferenceType": "REMOVE" })),
                }
            }
        }
        (Value::Array(expected), Value::Array(actual)) => {
            for (at, actual) in actual.iter().enumerate().skip(expected.len()) {
                push(format!("{path}/{at}"), json!("null"), actual.clone(), "ADD");
            }
            for (at, expected) in expected.iter().enumerate().skip(actual.len()) {
                push(format!("{path}/{at}"), expected.clone(), json!("null"), "REMOVE");
            }
            for (at, (expected, actual)) in expected.iter().zip(actual).enumerate() {
                compare(&format!("{path}/{at}"), expected, actual, out);
            }
        }
        _ if text(expected) != text(actual) => push(path.to_owned(), expected.clone(), actual.clone(), "NOT_EQUAL"),
        _ => {}
    }
}

/// The properties that an object has now, in the template's form; none for an object that is gone.
fn actual(w: &mut State, place: &Place, all: &[Resource], r: &Resource) -> Option<Value> {
    let region = w.region(place);
    let mut shown = r.properties.clone();
    let mut set = |name: &str, value: Value| {
        if let Some(now) = shown.get_mut(name)
            && text(now) != text(&value)
        {
            *now = value;
        }
    };
    match r.kind.as_str() {
        "AWS::AutoScaling::AutoScalingGroup" => {
            let g = region.groups.get(&r.physical)?;
            set("MinSize", json!(g.min.to_string()));
            set("MaxSize", json!(g.max.to_string()));
            set("DesiredCapacity", json!(g.desired.to_string()));
            group(&mut shown, g);
        }
        "AWS::EC2::SecurityGroup" => {
            let live = region.ec2("security-group", &r.physical)?["ipPermissions"].clone();
            if shown.get("SecurityGroupIngress").is_some() {
                shown["SecurityGroupIngress"] = ingress(&shown["SecurityGroupIngress"], &live, all, &r.physical);
            }
        }
        "AWS::EC2::SecurityGroupIngress" => {
            let group = r.properties.get("GroupId").map(text).unwrap_or_default();
            let wanted = network::permission(&r.properties);
            let live = region.ec2("security-group", &group)?["ipPermissions"].clone();
            live.as_array()?.iter().find(|rule| network::same_rule(rule, &wanted))?;
        }
        "AWS::EC2::PrefixList" => {
            let live = region.ec2("prefix-list", &r.physical)?["entries"].clone();
            let cidrs: Vec<Value> = live.as_array()?.iter().map(|entry| json!({ "Cidr": entry["cidr"] })).collect();
            shown["Entries"] = json!(cidrs);
        }
        k if k.starts_with("AWS::EC2::") => {
            region.ec2(network::kind(k), &r.physical)?;
        }
        "AWS::AutoScaling::LifecycleHook" => {
            let group = r.properties.get("AutoScalingGroupName").map(text).unwrap_or_default();
            let hook = region.groups.get(&group)?.hooks.get(&r.physical)?;
            set("HeartbeatTimeout", json!(hook.heartbeat));
            set("DefaultResult", json!(hook.default_result));
        }
        "AWS::SecretsManager::Secret" => {
            region.secrets.get(&r.physical)?;
        }
        _ => {
            let object = region.objects.get(&(r.kind.clone(), r.physical.clone()))?;
            for (name, value) in object.properties.as_object()? {
                if name != "Tags" {
                    set(name, value.clone());
                }
            }
        }
    }
    Some(shown)
}

/// Launch template version, hooks and tags of a group.
fn group(shown: &mut Value, g: &Group) {
    if let Some(template) = shown.get_mut("LaunchTemplate")
        && text(&template["Version"]) != g.template.1
    {
        template["Version"] = json!(g.template.1);
    }
    for hook in shown.get_mut("LifecycleHookSpecificationList").and_then(Value::as_array_mut).into_iter().flatten() {
        let Some(live) = g.hooks.get(&text(&hook["LifecycleHookName"])) else { continue };
        if text(&hook["HeartbeatTimeout"]) != live.heartbeat.to_string() {
            hook["HeartbeatTimeout"] = json!(live.heartbeat);
        }
        hook["DefaultResult"] = json!(live.default_result);
    }
    for tag in shown.get_mut("Tags").and_then(Value::as_array_mut).into_iter().flatten() {
        if let Some(live) = g.tags.iter().find(|live| live["Key"] == tag["Key"])
            && live["Value"] != tag["Value"]
        {
            tag["Value"] = live["Value"].clone();
        }
    }
}

/// The rules of a group but for those that separate resources of the stack made: the template's where they still are,
/// then the others.
fn ingress(written: &Value, live: &Value, all: &[Resource], group: &str) -> Value {
    let mut live: Vec<Value> = live.as_array().cloned().unwrap_or_default();
    let separate = all.iter().filter(|r| r.kind == "AWS::EC2::SecurityGroupIngress");
    for rule in separate.filter(|r| r.properties.get("GroupId").map(text).as_deref() == Some(group)) {
        let wanted = network::permission(&rule.properties);
        live.retain(|have| !network::same_rule(have, &wanted));
    }
    let mut rules: Vec<Value> = Vec::new();
    for rule in written.as_array().into_iter().flatten() {
        let wanted = network::permission(rule);
        if let Some(at) = live.iter().position(|have| network::same_rule(have, &wanted)) {
            live.remove(at);
            rules.push(rule.clone());
        }
    }
    rules.extend(live.iter().map(network::rule_of));
    json!(rules)
}
