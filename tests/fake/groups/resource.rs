//! The resource `AWS::AutoScaling::AutoScalingGroup` and its hooks: from properties to a group.

use super::watch::{Plan, Stage, Work};
use super::{Group, Hook, group, rolling, rolls_on, scaling};
use crate::fake::intrinsics::text;
use crate::fake::resources::{Made, Outcome, Request, compute, handler_error};
use crate::fake::stacks::Resource;
use crate::fake::state::{Place, State};
use serde_json::{Map, Value, json};

fn number(properties: &Value, name: &str) -> Option<usize> {
    properties.get(name).and_then(|v| text(v).parse().ok())
}

fn refused(w: &mut State, message: &str) -> String {
    let request = w.ids.uuid();
    format!(
        "{message} (Service: AmazonAutoScaling; Status Code: 400; Error Code: ValidationError; Request ID: {request}; Proxy: null)"
    )
}

/// Launch template id and version as given.
fn template(w: &mut State, place: &Place, properties: &Value) -> (String, String) {
    let spec = properties
        .get("LaunchTemplate")
        .or_else(|| properties.pointer("/MixedInstancesPolicy/LaunchTemplate/LaunchTemplateSpecification"))
        .cloned()
        .unwrap_or_default();
    let get = |k: &str| spec.get(k).map(text).unwrap_or_default();
    let name = get("LaunchTemplateName");
    let id = if get("LaunchTemplateId").is_empty() {
        let templates = w.region(place).kind("launch-template");
        templates
            .iter()
            .find(|(_, t)| t["launchTemplateName"] == name.as_str())
            .map(|(id, _)| id.clone())
            .unwrap_or(name)
    } else {
        get("LaunchTemplateId")
    };
    (id, get("Version"))
}

fn subnets(w: &mut State, place: &Place, properties: &Value) -> Vec<String> {
    match properties.get("VPCZoneIdentifier") {
        Some(Value::Array(list)) => list.iter().map(text).collect(),
        Some(other) => text(other).split(',').map(|s| s.trim().to_owned()).collect(),
        None => w.region(place).kind("subnet").keys().take(1).cloned().collect(),
    }
}

fn hook_of(properties: &Value, name: String) -> Hook {
    let get = |k: &str| properties.get(k).map(text).unwrap_or_default();
    let result = get("DefaultResult");
    Hook {
        name,
        transition: get("LifecycleTransition"),
        heartbeat: get("HeartbeatTimeout").parse().unwrap_or(3600),
        default_result: if result.is_empty() { "ABANDON".into() } else { result },
        metadata: get("NotificationMetadata"),
    }
}

/// Sizes in order, or Auto Scaling's refusal.
fn sizes(w: &mut State, min: usize, max: usize, desired: usize) -> Result<(), String> {
    if min > max {
        return Err(refused(w, "Max bound must be greater than or equal to min bound"));
    }
    if desired < min || desired > max {
        return Err(refused(
            w,
            &format!("Desired capacity:{desired} must be between the specified min size:{min} and max size:{max}"),
        ));
    }
    Ok(())
}

/// What EC2's dry run of the launch template finds before any launch.
fn dry_run(w: &mut State, place: &Place, template: &(String, String)) -> Result<(), String> {
    let Some((_, data)) = compute::version(w, place, &template.0, &template.1) else {
        return Err(refused(
            w,
            &format!(
                "You must use a valid fully-formed launch template. The specified launch template, with template ID {}, does not exist.",
                template.0
            ),
        ));
    };
    let get = |k: &str| data.get(k).map(text).unwrap_or_default();
    let (image, kind, key) = (get("ImageId"), get("InstanceType"), get("KeyName"));
    let region = w.region(place);
    let shown = match image.strip_prefix("resolve:ssm:") {
        Some(name) => region.ssm.get(name).cloned().unwrap_or_else(|| image.clone()),
        None => image,
    };
    let problem = if region.ec2("image", &shown).is_none() {
        Some(format!("The image id '[{shown}]' does not exist"))
    } else if crate::fake::catalogue::find(&kind).is_none() {
        Some(format!("Invalid instance type: '{kind}'"))
    } else if !key.is_empty() && region.ec2("key-pair", &key).is_none() {
        Some(format!("The key pair '{key}' does not exist"))
    } else {
        compute::security_groups(&data)
            .into_iter()
            .find(|g| region.ec2("security-group", g).is_none())
            .map(|g| format!("The security group '{g}' does not exist"))
    };
    match problem {
        Some(text) => Err(refused(w, &format!("You must use a valid fully-formed launch template. {text}"))),
        None => Ok(()),
    }
}

fn tags(r: &Request) -> Vec<Value> {
    let mut tags: Vec<Value> =
        r.tags.iter().map(|(k, v)| json!({ "Key": k, "Value": v, "PropagateAtLaunch": true })).collect();
    for own in r.properties.get("Tags").and_then(Value::as_array).into_iter().flatten() {
        tags.retain(|t| t["Key"] != own["Key"]);
        let spread = own.get("PropagateAtLaunch").map(text).as_deref() == Some("true");
        tags.push(json!({ "Key": own["Key"], "Value": own["Value"], "PropagateAtLaunch": spread }));
    }
    tags
}

fn common(w: &mut State, r: &Request, g: &mut Group) {
    g.tags = tags(r);
    g.subnets = subnets(w, &r.place, &r.properties);
    g.template = template(w, &r.place, &r.properties);
    g.protect_new = r.text("NewInstancesProtectedFromScaleIn") == "true";
    g.policies = r
        .properties
        .get("TerminationPolicies")
        .and_then(Value::as_array)
        .map(|l| l.iter().map(text).collect())
        .unwrap_or_default();
    for hook in r.properties.get("LifecycleHookSpecificationList").and_then(Value::as_array).into_iter().flatten() {
        let name = hook.get("LifecycleHookName").map(text).unwrap_or_default();
        g.hooks.insert(name.clone(), hook_of(hook, name));
    }
    g.properties = r.properties.clone();
}

/// Makes the group, and watches its first instances.
pub fn create(w: &mut State, r: &Request) -> Result<Made, String> {
    let own = r.text("AutoScalingGroupName");
    let name = if own.is_empty() { r.generated_name(w) } else { own };
    if w.region(&r.place).groups.contains_key(&name) {
        return Err(handler_error(
            w,
            &format!("AutoScalingGroup by this name already exists - A group with the name {name} already exists"),
            "AlreadyExists",
        ));
    }
    let (min, max) = (number(&r.properties, "MinSize").unwrap_or(0), number(&r.properties, "MaxSize").unwrap_or(0));
    let desired = number(&r.properties, "DesiredCapacity").unwrap_or(min);
    sizes(w, min, max, desired)?;
    let mut g = Group {
        name: name.clone(),
        min,
        max,
        desired,
        stack: r.stack.clone(),
        logical: r.logical.clone(),
        created: w.now,
        ..Group::default()
    };
    common(w, r, &mut g);
    dry_run(w, &r.place, &g.template)?;
    g.work = Some(Work::creating(w, r, desired));
    w.region(&r.place).groups.insert(name.clone(), g);
    let (place, copy) = (r.place.clone(), name.clone());
    // The instances start after the resource's own event.
    w.after(1, move |w| {
        scaling::reconcile(w, &place, &copy);
        rolling::poke(w, &place, &copy);
    });
    rolling::arm(w, &r.place, &name);
    let arn = r.place.arn("autoscaling", &format!("autoScalingGroup:{}:autoScalingGroupName/{name}", w.ids.uuid()));
    let attributes = Map::from_iter([("AutoScalingGroupARN".to_owned(), json!(arn))]);
    Ok(Made { physical: name, attributes, outcome: Outcome::Watched })
}

/// Changes the group; rolls it if the change and the policy say so.
pub fn update(w: &mut State, r: &Request, old: &Resource) -> Result<Made, String> {
    let name = old.physical.clone();
    let Some(before) = group(w, &r.place, &name).map(|g| g.clone()) else {
        return Err(refused(w, &format!("AutoScalingGroup name not found - null: {name}")));
    };
    let mut g = before.clone();
    common(w, r, &mut g);
    if g.template != before.template {
        dry_run(w, &r.place, &g.template)?;
    }
    let policy = r.definition.get("UpdatePolicy").cloned().unwrap_or_default();
    resize(w, r, old, &policy, &before, &mut g)?;
    let rolling_policy = policy.get("AutoScalingRollingUpdate").filter(|p| p.is_object() || p.is_null());
    let changed =
        ["LaunchTemplate", "LaunchConfigurationName", "VPCZoneIdentifier", "PlacementGroup", "MixedInstancesPolicy"]
            .iter()
            .any(|p| rolls_on(p) && old.properties.get(*p) != r.properties.get(*p));
    let target = compute::version(w, &r.place, &g.template.0, &g.template.1).map_or(0, |v| v.0);
    let obsolete = rolling::obsolete(&g, target);
    let rolls = rolling_policy.is_some() && (changed || !obsolete.is_empty()) && !obsolete.is_empty();
    let mut plan = Plan::new(rolling_policy.unwrap_or(&Value::Null), r, obsolete.len());
    if rolls && plan.keep >= g.max {
        return Err("MinInstancesInService must be less than the autoscaling group's MaxSize".into());
    }
    if plan.pause > 3_600_000 {
        return Err("PauseTime must not be greater than PT1H".into());
    }
    plan.rolls = rolls;
    plan.target = target;
    let mut work = Work::new(r, plan, Stage::Sizing);
    let grown = g.desired.saturating_sub(before.live().count());
    if rolling_policy.is_some() {
        for process in &work.plan.suspend {
            if g.suspended.insert(process.clone()) {
                work.suspended_by_us.push(process.clone());
            }
        }
    }
    g.work = Some(work);
    w.region(&r.place).groups.insert(name.clone(), g);
    let (place, copy) = (r.place.clone(), name.clone());
    w.after(1, move |w| rolling::sizing(w, &place, &copy, grown));
    Ok(Made { physical: name, attributes: old.attributes.clone(), outcome: Outcome::Watched })
}

/// Sizes that an update of the group resource sets.
fn resize(
    w: &mut State,
    r: &Request,
    old: &Resource,
    policy: &Value,
    before: &Group,
    g: &mut Group,
) -> Result<(), String> {
    let ignore = policy
        .pointer("/AutoScalingScheduledAction/IgnoreUnmodifiedGroupSizeProperties")
        .is_some_and(|v| text(v) == "true");
    let wanted = |name: &str, live: usize| {
        let new = number(&r.properties, name);
        let same = number(&old.properties, name) == new;
        if ignore && same { live } else { new.unwrap_or(live) }
    };
    g.min = wanted("MinSize", before.min);
    g.max = wanted("MaxSize", before.max);
    g.desired = wanted("DesiredCapacity", before.desired);
    if number(&r.properties, "DesiredCapacity").is_none() || ignore {
        g.desired = g.desired.clamp(g.min.min(g.max), g.max);
    }
    sizes(w, g.min, g.max, g.desired)
}

/// Empties the group and removes it when the last instance is gone.
pub fn delete(w: &mut State, r: &Request, old: &Resource) -> Result<Outcome, String> {
    let Some(g) = group(w, &r.place, &old.physical) else { return Ok(Outcome::After(w.durations.cleanup)) };
    (g.min, g.desired, g.deleting) = (0, 0, true);
    g.work = Some(Work::new(r, Plan::new(&Value::Null, r, 0), Stage::Deleting));
    let (place, name) = (r.place.clone(), old.physical.clone());
    w.after(1, move |w| {
        scaling::reconcile(w, &place, &name);
        rolling::poke(w, &place, &name);
    });
    Ok(Outcome::Watched)
}

/// Makes or changes a hook of its own.
pub fn put_hook(w: &mut State, r: &Request, existing: &str) -> Result<Made, String> {
    let own = r.text("LifecycleHookName");
    let name = match (existing, own.is_empty()) {
        ("", false) => own,
        ("", true) => r.generated_name(w),
        (name, _) => name.to_owned(),
    };
    let group_name = r.text("AutoScalingGroupName");
    let missing = refused(w, &format!("AutoScalingGroup name not found - null: {group_name}"));
    let hook = hook_of(&r.properties, name.clone());
    if !(30..=7200).contains(&hook.heartbeat) {
        return Err(refused(w, "Heartbeat timeout must be between 30 and 7200 seconds"));
    }
    let g = group(w, &r.place, &group_name).ok_or(missing)?;
    g.hooks.insert(name.clone(), hook);
    Ok(Made { physical: name, attributes: Map::new(), outcome: Outcome::After(w.durations.resource) })
}

/// Removes a hook.
pub fn delete_hook(w: &mut State, r: &Request, old: &Resource) -> Result<Outcome, String> {
    let name = old.properties.get("AutoScalingGroupName").map(text).unwrap_or_default();
    if let Some(g) = group(w, &r.place, &name) {
        g.hooks.remove(&old.physical);
    }
    Ok(Outcome::After(w.durations.cleanup))
}
