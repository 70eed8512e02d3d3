//! Brings a group to its desired capacity: launches, scale-in, activities.

use super::{Instance, group, nodes, rolling};
use crate::fake::faults::NodeFate;
use crate::fake::resources::compute;
use crate::fake::state::{Place, State};
use crate::fake::time::Timestamp;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Launches or terminates until as many instances count as are desired.
pub fn reconcile(w: &mut State, place: &Place, name: &str) {
    let Some(g) = group(w, place, name) else { return };
    let (live, desired) = (g.live().count(), if g.deleting { 0 } else { g.desired });
    let may_launch = !g.suspended.contains("Launch") && !g.deleting && !g.retrying;
    let may_terminate = !g.suspended.contains("Terminate") || g.deleting;
    if live < desired && may_launch {
        for n in live..desired {
            if !launch(w, place, name, n) {
                break;
            }
        }
    } else if live > desired && may_terminate {
        for _ in desired..live {
            match choose(w, place, name) {
                Some(id) => {
                    let cause = format!(
                        "At {} a user request update of AutoScalingGroup constraints changing the desired capacity from {live} to {desired}.",
                        w.now.iso_seconds()
                    );
                    nodes::terminate(w, place, name, &id, &cause);
                }
                None => {
                    activity(
                        w,
                        place,
                        name,
                        "Could not scale",
                        "",
                        "Failed",
                        "Could not scale to desired capacity because all remaining instances are protected from scale-in.",
                    );
                    break;
                }
            }
        }
    }
}

fn launch(w: &mut State, place: &Place, name: &str, before: usize) -> bool {
    let Some(g) = group(w, place, name) else { return false };
    let (template, logical) = (g.template.clone(), g.logical.clone());
    let Some(subnet) = subnet(g) else { return false };
    let protected = g.protect_new;
    let tags = g.tags.clone();
    let region = w.region(place);
    let zone =
        region.ec2("subnet", &subnet).and_then(|s| s["availabilityZone"].as_str()).unwrap_or_default().to_owned();
    let found = compute::version(w, place, &template.0, &template.1);
    let problem = match w.faults.launch(&logical) {
        Some(text) => Some(text),
        None => match &found {
            None => Some(format!("The launch template {} with version {} does not exist.", template.0, template.1)),
            Some((_, data)) => compute::launch_problem(w, place, data, &zone),
        },
    };
    let id = format!("i-{}", w.ids.hex(17));
    let problem = problem.or_else(|| {
        let data = found.as_ref().map(|f| f.1.clone()).unwrap_or_default();
        compute::record_instance(w, place, &id, &data, &subnet, tag_set(&tags, name)).err()
    });
    if let Some(problem) = problem {
        launch_failed(w, place, name, &problem);
        return false;
    }
    let Some((version, data)) = found else { return false };
    let cause = format!(
        "At {} an instance was started in response to a difference between desired and actual capacity, increasing the capacity from {before} to {}.",
        w.now.iso_seconds(),
        before + 1
    );
    // A real machine signals and answers its hooks itself.
    let fate = if w.machines.0.is_some() { NodeFate::Silent } else { w.faults.node(&logical) };
    let kind = data.get("InstanceType").map(crate::fake::intrinsics::text).unwrap_or_default();
    let instance = Instance {
        id: id.clone(),
        zone,
        subnet,
        kind,
        state: "Pending".into(),
        template: (template.0, version),
        protected,
        launched: w.now,
        fate,
        held: None,
        unhealthy: false,
    };
    if let Some(g) = group(w, place, name) {
        g.instances.push(instance);
        g.failures = 0;
    }
    activity(w, place, name, &format!("Launching a new EC2 instance: {id}"), &cause, "Successful", "");
    nodes::boot(w, place, name, &id);
    true
}

fn tag_set(tags: &[Value], group: &str) -> Value {
    let mut set: Vec<Value> = tags
        .iter()
        .filter(|t| t.get("PropagateAtLaunch").map(crate::fake::intrinsics::text).as_deref() == Some("true"))
        .map(|t| json!({ "key": t["Key"], "value": t["Value"] }))
        .collect();
    set.push(json!({ "key": "aws:autoscaling:groupName", "value": group }));
    Value::Array(set)
}

/// The subnet with the fewest instances.
fn subnet(g: &super::Group) -> Option<String> {
    g.subnets.iter().min_by_key(|s| g.live().filter(|i| i.subnet == **s).count()).cloned()
}

fn launch_failed(w: &mut State, place: &Place, name: &str, problem: &str) {
    let message = if problem.ends_with("Launching EC2 instance failed.") {
        problem.to_owned()
    } else {
        format!(
            "{} Launching EC2 instance failed.",
            if problem.ends_with('.') { problem.to_owned() } else { format!("{problem}.") }
        )
    };
    activity(w, place, name, "Launching a new EC2 instance.  Status Reason: ", "", "Failed", &message);
    let retry = w.durations.launch_retry;
    let Some(g) = group(w, place, name) else { return };
    g.failures += 1;
    g.retrying = true;
    g.last_problem = message;
    let wait = retry * (1 << g.failures.min(4).saturating_sub(1));
    let (place, name) = (place.clone(), name.to_owned());
    w.after(wait, move |w| {
        if let Some(g) = group(w, &place, &name) {
            g.retrying = false;
        }
        reconcile(w, &place, &name);
        rolling::poke(w, &place, &name);
    });
}

/// Which instance a scale-in takes: the fullest zone, unprotected, by the group's first termination policy.
fn choose(w: &mut State, place: &Place, name: &str) -> Option<String> {
    let g = group(w, place, name)?;
    let deleting = g.deleting;
    let mut zones: BTreeMap<&str, usize> = BTreeMap::new();
    for i in g.live() {
        *zones.entry(i.zone.as_str()).or_default() += 1;
    }
    let fullest = zones.iter().max_by_key(|(_, n)| **n).map(|(z, _)| (*z).to_owned())?;
    let candidates: Vec<&Instance> = g.live().filter(|i| deleting || !i.protected).collect();
    let in_zone: Vec<&Instance> = candidates.iter().filter(|i| i.zone == fullest).copied().collect();
    let pool = if in_zone.is_empty() { candidates } else { in_zone };
    let policy = g.policies.first().map_or("Default", String::as_str);
    let chosen = match policy {
        "NewestInstance" => pool.iter().max_by_key(|i| (i.launched, i.id.clone())),
        "OldestInstance" => pool.iter().min_by_key(|i| (i.launched, i.id.clone())),
        _ => pool.iter().min_by_key(|i| (i.template.1, i.launched, i.id.clone())),
    };
    chosen.map(|i| i.id.clone())
}

/// Records a scaling activity.
pub fn activity(w: &mut State, place: &Place, name: &str, description: &str, cause: &str, status: &str, message: &str) {
    let id = w.ids.uuid();
    let now: Timestamp = w.now;
    let entry = crate::fake::state::object([
        ("ActivityId", json!(id)),
        ("AutoScalingGroupName", json!(name)),
        (
            "Description",
            json!(format!(
                "{description}{}",
                if status == "Failed" && description.ends_with(": ") { message } else { "" }
            )),
        ),
        (
            "Cause",
            json!(if cause.is_empty() {
                format!(
                    "At {} an instance was started in response to a difference between desired and actual capacity.",
                    now.iso_seconds()
                )
            } else {
                cause.to_owned()
            }),
        ),
        ("StartTime", json!(now.iso())),
        ("EndTime", json!(now.iso())),
        ("StatusCode", json!(status)),
        ("StatusMessage", if message.is_empty() { Value::Null } else { json!(message) }),
        ("Progress", json!(100)),
        ("Details", json!("{}")),
    ]);
    w.region(place).activities.push(entry);
}
