//! Drift detection: compares what a template set explicitly with what exists.

use crate::fake::error::{Answer, ApiError};
use crate::fake::intrinsics::text;
use crate::fake::paging;
use crate::fake::resources::network;
use crate::fake::stacks::Resource;
use crate::fake::stacks::checks::{self, get};
use crate::fake::state::{Place, State, object};
use serde_json::{Value, json};

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
        if let Some(stack) = w.stack(&arn) {
            stack.drift = Some((status.to_owned(), now));
        }
        w.region(&at).drifts.insert(key.clone(), json!({
            "StackId": arn, "StackDriftDetectionId": key, "DetectionStatus": "DETECTION_COMPLETE",
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
            let actual = actual(w, place, r);
            let differences: Vec<Value> = actual.iter().flat_map(|(_, d)| d.clone()).collect();
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
                ("ActualProperties", actual.as_ref().map_or(Value::Null, |a| json!(a.0.to_string()))),
                ("PropertyDifferences", json!(differences)),
                ("StackResourceDriftStatus", json!(status)),
                ("Timestamp", json!(now.iso())),
            ])
        })
        .collect()
}

/// Actual properties and the differences from the template, or none for an object that is gone.
fn actual(w: &mut State, place: &Place, r: &Resource) -> Option<(Value, Vec<Value>)> {
    let region = w.region(place);
    let mut shown = r.properties.clone();
    let mut set = |name: &str, value: Value| {
        if let Some(map) = shown.as_object_mut()
            && map.contains_key(name)
        {
            map.insert(name.to_owned(), value);
        }
    };
    match r.kind.as_str() {
        "AWS::AutoScaling::AutoScalingGroup" => {
            let g = region.groups.get(&r.physical)?;
            set("MinSize", json!(g.min.to_string()));
            set("MaxSize", json!(g.max.to_string()));
            set("DesiredCapacity", json!(g.desired.to_string()));
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
    let differences =
        r.properties
            .as_object()?
            .iter()
            .filter_map(|(name, expected)| {
                let actual = shown.get(name)?;
                (text(expected) != text(actual)).then(|| json!({
                "PropertyPath": format!("/{name}"), "ExpectedValue": text(expected), "ActualValue": text(actual),
                "DifferenceType": "NOT_EQUAL",
            }))
            })
            .collect();
    Some((shown, differences))
}
