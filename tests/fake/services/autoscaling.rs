//! EC2 Auto Scaling's actions.

use crate::fake::error::{Answer, ApiError};
use crate::fake::groups::{Group, Hook, group, health, nodes, scaling};
use crate::fake::intrinsics::text;
use crate::fake::paging;
use crate::fake::stacks::checks::{flag, get, list};
use crate::fake::state::{Place, State, object};
use serde_json::{Value, json};

/// Answers one call.
pub fn call(w: &mut State, place: &Place, action: &str, p: &Value) -> Answer {
    let name = get(p, "AutoScalingGroupName");
    match action {
        "DescribeAutoScalingGroups" => describe_all(w, place, p),
        "DescribeScalingActivities" => activities(w, place, p),
        "DescribeAutoScalingInstances" => instances(w, place, p),
        "DescribeLifecycleHooks" => {
            let wanted = list(p, "LifecycleHookNames");
            let found = find(w, place, &name)?;
            let hooks: Vec<Value> = found
                .hooks
                .values()
                .filter(|h| wanted.is_empty() || wanted.contains(&h.name))
                .map(|h| json!({
                    "LifecycleHookName": h.name, "AutoScalingGroupName": found.name, "LifecycleTransition": h.transition,
                    "HeartbeatTimeout": h.heartbeat, "GlobalTimeout": (h.heartbeat * 100).min(172_800), "DefaultResult": h.default_result,
                    "NotificationMetadata": if h.metadata.is_empty() { Value::Null } else { json!(h.metadata) },
                }))
                .collect();
            Ok(json!({ "LifecycleHooks": hooks }))
        }
        "SetDesiredCapacity" => {
            let desired = number(p, "DesiredCapacity").unwrap_or(0);
            let found = find(w, place, &name)?;
            if desired > found.max || desired < found.min {
                let (word, bound) = if desired > found.max { ("above", found.max) } else { ("below", found.min) };
                let which = if desired > found.max { "max" } else { "min" };
                return Err(ApiError::validation(format!(
                    "New SetDesiredCapacity value {desired} is {word} {which} value {bound} for the AutoScalingGroup."
                )));
            }
            found.desired = desired;
            scaling::reconcile(w, place, &name);
            Ok(json!({}))
        }
        "UpdateAutoScalingGroup" => update(w, place, &name, p),
        "RecordLifecycleActionHeartbeat" | "CompleteLifecycleAction" => lifecycle(w, place, &name, action, p),
        "TerminateInstanceInAutoScalingGroup" => terminate(w, place, p),
        "SetInstanceHealth" => {
            let id = get(p, "InstanceId");
            if health::set(w, place, &id, get(p, "HealthStatus") == "Unhealthy") {
                return Ok(json!({}));
            }
            Err(ApiError::validation(format!("Instance Id not found - No managed instance found for instance ID {id}")))
        }
        "SuspendProcesses" | "ResumeProcesses" => {
            const ALL: [&str; 9] = [
                "Launch",
                "Terminate",
                "AddToLoadBalancer",
                "AlarmNotification",
                "AZRebalance",
                "HealthCheck",
                "InstanceRefresh",
                "ReplaceUnhealthy",
                "ScheduledActions",
            ];
            let given = list(p, "ScalingProcesses");
            let wanted = if given.is_empty() { ALL.map(str::to_owned).to_vec() } else { given };
            let found = find(w, place, &name)?;
            for process in wanted {
                if action == "SuspendProcesses" {
                    found.suspended.insert(process);
                } else {
                    found.suspended.remove(&process);
                }
            }
            scaling::reconcile(w, place, &name);
            health::look(w, place, &name);
            Ok(json!({}))
        }
        "PutLifecycleHook" => {
            let hook = find(w, place, &name)?.hooks.entry(get(p, "LifecycleHookName")).or_insert_with(|| Hook {
                name: get(p, "LifecycleHookName"),
                transition: get(p, "LifecycleTransition"),
                heartbeat: 3600,
                default_result: "ABANDON".to_owned(),
                metadata: String::new(),
            });
            if p.get("NotificationMetadata").is_some() {
                hook.metadata = get(p, "NotificationMetadata");
            }
            if let Some(seconds) = number(p, "HeartbeatTimeout").and_then(|seconds| i64::try_from(seconds).ok()) {
                hook.heartbeat = seconds;
            }
            if p.get("DefaultResult").is_some() {
                hook.default_result = get(p, "DefaultResult");
            }
            Ok(json!({}))
        }
        "CreateOrUpdateTags" => {
            for tag in p.get("Tags").and_then(Value::as_array).into_iter().flatten() {
                let found = find(w, place, &get(tag, "ResourceId"))?;
                found.tags.retain(|t| t["Key"] != tag["Key"]);
                found.tags.push(json!({ "Key": tag["Key"], "Value": tag["Value"], "PropagateAtLaunch": flag(tag, "PropagateAtLaunch") }));
            }
            Ok(json!({}))
        }
        _ => Err(ApiError::new(
            400,
            "InvalidAction",
            format!("Could not find operation {action} for version 2011-01-01"),
        )),
    }
}

fn number(p: &Value, name: &str) -> Option<usize> {
    p.get(name).and_then(|v| text(v).parse().ok())
}

fn find<'a>(w: &'a mut State, place: &Place, name: &str) -> Result<&'a mut Group, ApiError> {
    group(w, place, name).ok_or_else(|| {
        ApiError::validation(format!("AutoScalingGroup name not found - AutoScalingGroup '{name}' not found"))
    })
}

fn update(w: &mut State, place: &Place, name: &str, p: &Value) -> Answer {
    let found = find(w, place, name)?;
    let (min, max) = (number(p, "MinSize").unwrap_or(found.min), number(p, "MaxSize").unwrap_or(found.max));
    let desired = number(p, "DesiredCapacity").unwrap_or_else(|| found.desired.clamp(min.min(max), max));
    if min > max {
        return Err(ApiError::validation("Max bound must be greater than or equal to min bound"));
    }
    if desired < min || desired > max {
        return Err(ApiError::validation(format!(
            "Desired capacity:{desired} must be between the specified min size:{min} and max size:{max}"
        )));
    }
    (found.min, found.max, found.desired) = (min, max, desired);
    if let Some(template) = p.get("LaunchTemplate") {
        found.template = (get(template, "LaunchTemplateId"), get(template, "Version"));
    }
    scaling::reconcile(w, place, name);
    Ok(json!({}))
}

fn lifecycle(w: &mut State, place: &Place, name: &str, action: &str, p: &Value) -> Answer {
    let (hook, token) = (get(p, "LifecycleHookName"), get(p, "LifecycleActionToken"));
    let mut id = get(p, "InstanceId");
    let found = find(w, place, name)?;
    if id.is_empty() {
        id = found
            .instances
            .iter()
            .find(|i| i.held.as_ref().is_some_and(|h| h.token == token))
            .map(|i| i.id.clone())
            .unwrap_or_default();
    }
    let done = if action == "CompleteLifecycleAction" {
        nodes::complete(w, place, name, &id, &hook, &get(p, "LifecycleActionResult"))
    } else {
        nodes::heartbeat(w, place, name, &id, &hook)
    };
    if done {
        Ok(json!({}))
    } else {
        Err(ApiError::validation(format!("No active Lifecycle Action found with instance ID {id}")))
    }
}

fn terminate(w: &mut State, place: &Place, p: &Value) -> Answer {
    let id = get(p, "InstanceId");
    let found =
        w.region(place).groups.values().find(|g| g.instances.iter().any(|i| i.id == id)).map(|g| g.name.clone());
    let name = found.ok_or_else(|| {
        ApiError::validation(format!("Instance Id not found - No managed instance found for instance ID: {id}"))
    })?;
    if flag(p, "ShouldDecrementDesiredCapacity")
        && let Some(g) = group(w, place, &name)
    {
        if g.desired <= g.min {
            return Err(ApiError::validation(format!(
                "Currently, desiredSize equals minSize ({}). Terminating instance without replacement will violate group's min size constraint. Either set shouldDecrementDesiredCapacity flag to false or lower group's min size.",
                g.min
            )));
        }
        g.desired -= 1;
    }
    let cause =
        format!("At {} instance {id} was taken out of service in response to a user request.", w.now.iso_seconds());
    nodes::terminate(w, place, &name, &id, &cause);
    scaling::reconcile(w, place, &name);
    Ok(
        json!({ "Activity": { "ActivityId": w.ids.uuid(), "AutoScalingGroupName": name, "Cause": cause, "StartTime": w.now.iso(), "StatusCode": "InProgress" } }),
    )
}

fn describe_all(w: &mut State, place: &Place, p: &Value) -> Answer {
    let wanted = list(p, "AutoScalingGroupNames");
    let size = number(p, "MaxRecords").unwrap_or(w.settings.page_size).min(100);
    let filters: Vec<(String, Vec<String>)> = p
        .get("Filters")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .map(|f| (get(f, "Name"), list(f, "Values")))
        .collect();
    let at = place.clone();
    let region = w.region(place);
    let all: Vec<Value> = region
        .groups
        .values()
        .filter(|g| wanted.is_empty() || wanted.contains(&g.name))
        .filter(|g| filters.iter().all(|(name, values)| filtered(g, name, values)))
        .map(|g| describe(&at, g))
        .collect();
    let (page, next) = paging::page(&all, "DescribeAutoScalingGroups", &get(p, "NextToken"), size)?;
    Ok(json!({ "AutoScalingGroups": page, "NextToken": next }))
}

fn filtered(g: &Group, name: &str, values: &[String]) -> bool {
    let tag = |wanted: &dyn Fn(&str, &str) -> bool| g.tags.iter().any(|t| wanted(&text(&t["Key"]), &text(&t["Value"])));
    match name {
        "tag-key" => tag(&|k, _| values.iter().any(|v| v == k)),
        "tag-value" => tag(&|_, t| values.iter().any(|v| v == t)),
        _ => name.strip_prefix("tag:").is_none_or(|key| tag(&|k, t| k == key && values.iter().any(|v| v == t))),
    }
}

fn describe(place: &Place, g: &Group) -> Value {
    let instances: Vec<Value> = g
        .instances
        .iter()
        .map(|i| {
            json!({
                "InstanceId": i.id, "InstanceType": i.kind, "AvailabilityZone": i.zone, "LifecycleState": i.state,
                "HealthStatus": if i.unhealthy { "Unhealthy" } else { "Healthy" }, "ProtectedFromScaleIn": i.protected,
                "LaunchTemplate": { "LaunchTemplateId": i.template.0, "Version": i.template.1.to_string() },
            })
        })
        .collect();
    let tags: Vec<Value> = g
        .tags
        .iter()
        .map(|t| json!({ "ResourceId": g.name, "ResourceType": "auto-scaling-group", "Key": t["Key"], "Value": t["Value"], "PropagateAtLaunch": t["PropagateAtLaunch"] }))
        .collect();
    let mut zones: Vec<&str> = g.instances.iter().map(|i| i.zone.as_str()).collect();
    zones.sort_unstable();
    zones.dedup();
    let zones = if zones.is_empty() { json!([format!("{}a", place.region)]) } else { json!(zones) };
    let suspended: Vec<Value> =
        g.suspended.iter().map(|s| json!({ "ProcessName": s, "SuspensionReason": "User suspended" })).collect();
    object([
        ("AutoScalingGroupName", json!(g.name)),
        (
            "AutoScalingGroupARN",
            json!(place.arn("autoscaling", &format!("autoScalingGroup::autoScalingGroupName/{}", g.name))),
        ),
        ("LaunchTemplate", json!({ "LaunchTemplateId": g.template.0, "Version": g.template.1 })),
        ("MinSize", json!(g.min)),
        ("MaxSize", json!(g.max)),
        ("DesiredCapacity", json!(g.desired)),
        ("DefaultCooldown", json!(300)),
        ("AvailabilityZones", zones),
        ("HealthCheckType", json!("EC2")),
        ("HealthCheckGracePeriod", json!(0)),
        ("Instances", json!(instances)),
        ("CreatedTime", json!(g.created.iso())),
        ("SuspendedProcesses", json!(suspended)),
        ("VPCZoneIdentifier", json!(g.subnets.join(","))),
        ("Tags", json!(tags)),
        ("TerminationPolicies", if g.policies.is_empty() { json!(["Default"]) } else { json!(g.policies) }),
        ("NewInstancesProtectedFromScaleIn", json!(g.protect_new)),
        ("Status", if g.deleting { json!("Delete in progress") } else { Value::Null }),
    ])
}

fn instances(w: &mut State, place: &Place, p: &Value) -> Answer {
    let wanted = list(p, "InstanceIds");
    let size = w.settings.page_size;
    let all: Vec<Value> = w
        .region(place)
        .groups
        .values()
        .flat_map(|g| g.instances.iter().map(move |i| (g, i)))
        .filter(|(_, i)| wanted.is_empty() || wanted.contains(&i.id))
        .map(|(g, i)| {
            json!({
                "InstanceId": i.id, "InstanceType": i.kind, "AutoScalingGroupName": g.name, "AvailabilityZone": i.zone,
                "LifecycleState": i.state, "HealthStatus": if i.unhealthy { "UNHEALTHY" } else { "HEALTHY" }, "ProtectedFromScaleIn": i.protected,
                "LaunchTemplate": { "LaunchTemplateId": i.template.0, "Version": i.template.1.to_string() },
            })
        })
        .collect();
    let (page, next) = paging::page(&all, "DescribeAutoScalingInstances", &get(p, "NextToken"), size)?;
    Ok(json!({ "AutoScalingInstances": page, "NextToken": next }))
}

fn activities(w: &mut State, place: &Place, p: &Value) -> Answer {
    let name = get(p, "AutoScalingGroupName");
    let deleted = flag(p, "IncludeDeletedGroups");
    let size = number(p, "MaxRecords").unwrap_or(w.settings.page_size).min(100);
    let region = w.region(place);
    let all: Vec<Value> = region
        .activities
        .iter()
        .rev()
        .filter(|a| name.is_empty() || a["AutoScalingGroupName"] == name.as_str())
        .filter(|a| deleted || region.groups.contains_key(a["AutoScalingGroupName"].as_str().unwrap_or_default()))
        .cloned()
        .collect();
    let (page, next) = paging::page(&all, "DescribeScalingActivities", &get(p, "NextToken"), size)?;
    Ok(json!({ "Activities": page, "NextToken": next }))
}
