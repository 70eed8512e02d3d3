//! Launch templates with versions, and instances outside groups.

use super::{Made, Outcome, Request, handler_error, network};
use crate::fake::intrinsics::text;
use crate::fake::machines;
use crate::fake::stacks::Resource;
use crate::fake::state::{Place, State};
use serde_json::{Map, Value, json};

/// Makes a launch template with version 1.
pub fn create_template(w: &mut State, r: &Request) -> Result<Made, String> {
    let id = format!("lt-{}", w.ids.hex(17));
    let own = r.text("LaunchTemplateName");
    let name = if own.is_empty() { format!("{}_{}", r.logical, w.ids.suffix()) } else { own };
    if w.region(&r.place).kind("launch-template").values().any(|t| t["launchTemplateName"] == name.as_str()) {
        return Err(handler_error(w, &format!("Launch template name already in use: {name}"), "AlreadyExists"));
    }
    let shape = json!({
        "launchTemplateId": id, "launchTemplateName": name, "createTime": w.now.iso(),
        "defaultVersionNumber": 1, "latestVersionNumber": 1, "tagSet": r.tag_set(),
        "versions": [r.properties.get("LaunchTemplateData").cloned().unwrap_or_default()],
    });
    w.region(&r.place).kind("launch-template").insert(id.clone(), shape);
    let attributes = template_attributes(&id, 1);
    Ok(Made { physical: id, attributes, outcome: Outcome::After(w.durations.resource) })
}

fn template_attributes(id: &str, latest: usize) -> Map<String, Value> {
    Map::from_iter([
        ("LatestVersionNumber".to_owned(), json!(latest.to_string())),
        ("DefaultVersionNumber".to_owned(), json!("1")),
        ("LaunchTemplateId".to_owned(), json!(id)),
    ])
}

/// Number of the newest version that is there; deleted ones are `null`.
pub fn latest(template: &Value) -> usize {
    let versions = template["versions"].as_array();
    versions.and_then(|all| all.iter().rposition(|data| !data.is_null())).map_or(1, |at| at + 1)
}

/// Adds a version when the data changed; a rollback adds none and counts on the old version being there.
pub fn update_template(w: &mut State, r: &Request, old: &Resource) -> Result<Made, String> {
    let missing = format!(
        "The specified launch template, with template ID {}, does not exist. (Service: AmazonEC2; Status Code: 400; Error Code: InvalidLaunchTemplateId.NotFound; Proxy: null)",
        old.physical
    );
    let template = w.region(&r.place).kind("launch-template").get_mut(&old.physical).ok_or(missing)?;
    let data = r.properties.get("LaunchTemplateData").cloned().unwrap_or_default();
    let tags = r.tag_set();
    let mut latest = latest(template);
    if !r.restoring
        && old.properties.get("LaunchTemplateData") != Some(&data)
        && let Some(versions) = template["versions"].as_array_mut()
    {
        versions.push(data);
        latest = versions.len();
    }
    if let Some(map) = template.as_object_mut() {
        map.insert("latestVersionNumber".into(), json!(latest));
        map.insert("tagSet".into(), tags);
    }
    Ok(Made {
        physical: old.physical.clone(),
        attributes: template_attributes(&old.physical, latest),
        outcome: Outcome::After(w.durations.resource),
    })
}

/// Data of a version: a number, `$Latest` or `$Default`; with the number that it stands for.
pub fn version(w: &mut State, place: &Place, id: &str, wanted: &str) -> Option<(usize, Value)> {
    let region = w.region(place);
    let template = region
        .kind("launch-template")
        .values()
        .find(|t| t["launchTemplateId"] == id || t["launchTemplateName"] == id)?;
    let versions = template["versions"].as_array()?;
    let number = match wanted {
        "$Latest" => latest(template),
        "$Default" | "" => template["defaultVersionNumber"].as_u64().and_then(|n| usize::try_from(n).ok()).unwrap_or(1),
        n => n.parse().ok()?,
    };
    let data = versions.get(number.checked_sub(1)?).filter(|data| !data.is_null())?;
    Some((number, data.clone()))
}

/// What a launch needs, checked as EC2 checks it: image, type, zone, architecture, key, groups.
pub fn launch_problem(w: &mut State, place: &Place, data: &Value, zone: &str) -> Option<String> {
    let get = |k: &str| data.get(k).map(text).unwrap_or_default();
    let (image, kind, key) = (get("ImageId"), get("InstanceType"), get("KeyName"));
    let image = resolve_image(w, place, &image);
    let no_capacity = w.faults.no_capacity.contains(&kind);
    let region = w.region(place);
    let Some(found) = region.ec2("image", &image) else {
        return Some(format!("The image id '[{image}]' does not exist"));
    };
    let Some(spec) = crate::fake::catalogue::find(&kind) else {
        return Some(format!("Invalid instance type: {kind}"));
    };
    if !crate::fake::catalogue::offered(spec, zone) {
        return Some(format!(
            "Your requested instance type ({kind}) is not supported in your requested Availability Zone ({zone}). Please retry your request by not specifying an Availability Zone or choosing another one."
        ));
    }
    let architecture = found["architecture"].as_str().unwrap_or_default();
    if architecture != spec.architecture {
        return Some(format!(
            "The requested instance type's architecture ({}) does not match the architecture in the manifest for {image} ({architecture})",
            spec.architecture
        ));
    }
    if !key.is_empty() && region.ec2("key-pair", &key).is_none() {
        return Some(format!("The key pair '{key}' does not exist"));
    }
    if let Some(gone) = security_groups(data).into_iter().find(|g| region.ec2("security-group", g).is_none()) {
        return Some(format!("The security group '{gone}' does not exist"));
    }
    no_capacity.then(|| format!(
        "We currently do not have sufficient {kind} capacity in the Availability Zone you requested ({zone}). Our system will be working on provisioning additional capacity."
    ))
}

fn resolve_image(w: &mut State, place: &Place, image: &str) -> String {
    match image.strip_prefix("resolve:ssm:") {
        Some(name) => w.region(place).ssm.get(name).cloned().unwrap_or_else(|| image.to_owned()),
        None => image.to_owned(),
    }
}

/// Group ids of launch data, from the top level or the first interface.
#[must_use]
pub fn security_groups(data: &Value) -> Vec<String> {
    let list = |v: Option<&Value>| v.and_then(Value::as_array).map(|l| l.iter().map(text).collect::<Vec<_>>());
    list(data.get("SecurityGroupIds")).or_else(|| list(data.pointer("/NetworkInterfaces/0/Groups"))).unwrap_or_default()
}

/// Records an instance in EC2.
pub fn record_instance(
    w: &mut State,
    place: &Place,
    id: &str,
    data: &Value,
    subnet: &str,
    tags: Value,
) -> Result<(), String> {
    let address = network::address(w, place, subnet, "")?;
    let get = |k: &str| data.get(k).map(text).unwrap_or_default();
    let image = resolve_image(w, place, &get("ImageId"));
    let now = w.now;
    let found = w.region(place).ec2("subnet", subnet).cloned().unwrap_or_default();
    let groups: Vec<Value> = security_groups(data).iter().map(|g| json!({ "groupId": g })).collect();
    let profile =
        data.pointer("/IamInstanceProfile/Arn").or_else(|| data.pointer("/IamInstanceProfile/Name")).map(text);
    let public = found["mapPublicIpOnLaunch"] == json!(true);
    let mut shape = json!({
        "instanceId": id, "imageId": image, "instanceState": { "code": 0, "name": "pending" },
        "privateDnsName": format!("ip-{}.ec2.internal", address.replace('.', "-")),
        "privateIpAddress": address, "keyName": get("KeyName"), "instanceType": get("InstanceType"),
        "launchTime": now.iso(), "placement": { "availabilityZone": found["availabilityZone"], "tenancy": "default" },
        "subnetId": subnet, "vpcId": found["vpcId"], "groupSet": groups, "tagSet": tags,
        "architecture": crate::fake::catalogue::find(&get("InstanceType")).map(|s| s.architecture),
        "monitoring": { "state": "disabled" }, "rootDeviceType": "ebs", "rootDeviceName": "/dev/xvda",
        "userData": get("UserData"),
    });
    if let Some(map) = shape.as_object_mut() {
        if let Some(profile) = profile {
            map.insert("iamInstanceProfile".into(), json!({ "arn": profile, "id": "AIPAMODEL" }));
        }
        if public {
            map.insert("ipAddress".into(), json!(format!("198.51.100.{}", now.0.rem_euclid(250) + 1)));
        }
    }
    w.region(place).kind("instance").insert(id.to_owned(), shape);
    Ok(())
}

/// Sets an instance's state as EC2 shows it.
pub fn set_state(w: &mut State, place: &Place, id: &str, name: &str) {
    let code = match name {
        "pending" => 0,
        "running" => 16,
        "shutting-down" => 32,
        "terminated" => 48,
        "stopping" => 64,
        _ => 80,
    };
    if let Some(map) = w.region(place).kind("instance").get_mut(id).and_then(Value::as_object_mut) {
        map.insert("instanceState".into(), json!({ "code": code, "name": name }));
    }
}

/// Writes a tag of an instance.
pub fn set_tag(w: &mut State, place: &Place, id: &str, key: &str, value: &str) {
    let Some(instance) = w.region(place).kind("instance").get_mut(id).and_then(Value::as_object_mut) else { return };
    let mut tags = instance.get("tagSet").and_then(Value::as_array).cloned().unwrap_or_default();
    tags.retain(|t| t["key"] != key);
    tags.push(json!({ "key": key, "value": value }));
    instance.insert("tagSet".into(), json!(tags));
}

/// Terminates an instance; it stays describable for a while.
pub fn terminate(w: &mut State, place: &Place, id: &str) {
    set_state(w, place, id, "shutting-down");
    if let Some(machines) = &w.machines.0 {
        machines.terminate(id);
    }
    let (at, id) = (place.clone(), id.to_owned());
    w.after(w.durations.instance_termination, move |w| {
        set_state(w, &at, &id, "terminated");
        machines::release(w, &at, &id);
        w.after(w.durations.terminated_visible, move |w| {
            w.region(&at).kind("instance").remove(&id);
        });
    });
}

/// Makes an instance of its own.
pub fn create_instance(w: &mut State, r: &Request) -> Result<Made, String> {
    let mut data = r.properties.clone();
    if let Some(template) = r.properties.get("LaunchTemplate") {
        let get = |k: &str| template.get(k).map(text).unwrap_or_default();
        let id = if get("LaunchTemplateId").is_empty() { get("LaunchTemplateName") } else { get("LaunchTemplateId") };
        let base = version(w, &r.place, &id, &get("Version")).map(|v| v.1).unwrap_or_default();
        if let (Some(map), Some(base)) = (data.as_object_mut(), base.as_object()) {
            for (k, v) in base {
                map.entry(k.clone()).or_insert_with(|| v.clone());
            }
        }
    }
    let subnet = r.text("SubnetId");
    let region = w.region(&r.place);
    let subnet =
        if subnet.is_empty() { region.kind("subnet").keys().next().cloned().unwrap_or_default() } else { subnet };
    let zone =
        region.ec2("subnet", &subnet).and_then(|s| s["availabilityZone"].as_str()).unwrap_or_default().to_owned();
    if let Some(text) = launch_problem(w, &r.place, &data, &zone) {
        let request = w.ids.uuid();
        return Err(format!("{text} (Service: AmazonEC2; Status Code: 400; Request ID: {request}; Proxy: null)"));
    }
    let id = format!("i-{}", w.ids.hex(17));
    record_instance(w, &r.place, &id, &data, &subnet, r.tag_set())?;
    let (place, copy) = (r.place.clone(), id.clone());
    w.after(w.durations.instance_running, move |w| set_state(w, &place, &copy, "running"));
    let shape = w.region(&r.place).ec2("instance", &id).cloned().unwrap_or_default();
    let attributes = Map::from_iter([
        ("AvailabilityZone".to_owned(), json!(zone)),
        ("PrivateIp".to_owned(), shape["privateIpAddress"].clone()),
        ("PrivateDnsName".to_owned(), shape["privateDnsName"].clone()),
        ("PublicIp".to_owned(), shape.get("ipAddress").cloned().unwrap_or_else(|| json!(""))),
        ("PublicDnsName".to_owned(), json!("")),
        ("InstanceId".to_owned(), json!(id)),
        ("VpcId".to_owned(), shape["vpcId"].clone()),
    ]);
    Ok(Made { physical: id, attributes, outcome: Outcome::After(w.durations.instance_running + 5_000) })
}
