//! EC2's reads, with filters, and its few writes.

use super::{attach, tags};
use crate::fake::catalogue::{self, SPECS};
use crate::fake::error::{Answer, ApiError};
use crate::fake::groups::health;
use crate::fake::intrinsics::text;
use crate::fake::paging;
use crate::fake::resources::{compute, network};
use crate::fake::services::outside;
use crate::fake::stacks::checks::{get, list};
use crate::fake::state::{Place, State};
use serde_json::{Value, json};

/// A describe call: action, store, id parameter, output field, code and text of a missing id.
struct Read(&'static str, &'static str, &'static str, &'static str, &'static str, &'static str);

static READS: &[Read] = &[
    Read("DescribeVpcs", "vpc", "VpcId", "vpcSet", "InvalidVpcID.NotFound", "The vpc ID '{}' does not exist"),
    Read(
        "DescribeSubnets",
        "subnet",
        "SubnetId",
        "subnetSet",
        "InvalidSubnetID.NotFound",
        "The subnet ID '{}' does not exist",
    ),
    Read(
        "DescribeSecurityGroups",
        "security-group",
        "GroupId",
        "securityGroupInfo",
        "InvalidGroup.NotFound",
        "The security group '{}' does not exist",
    ),
    Read(
        "DescribeKeyPairs",
        "key-pair",
        "KeyName",
        "keySet",
        "InvalidKeyPair.NotFound",
        "The key pair '{}' does not exist",
    ),
    Read(
        "DescribeImages",
        "image",
        "ImageId",
        "imagesSet",
        "InvalidAMIID.NotFound",
        "The image id '[{}]' does not exist",
    ),
    Read(
        "DescribeRouteTables",
        "route-table",
        "RouteTableId",
        "routeTableSet",
        "InvalidRouteTableID.NotFound",
        "The routeTable ID '{}' does not exist",
    ),
    Read(
        "DescribeVpcEndpoints",
        "vpc-endpoint",
        "VpcEndpointId",
        "vpcEndpointSet",
        "InvalidVpcEndpointId.NotFound",
        "The Vpc Endpoint Id '{}' does not exist",
    ),
    Read(
        "DescribeVolumes",
        "volume",
        "VolumeId",
        "volumeSet",
        "InvalidVolume.NotFound",
        "The volume '{}' does not exist.",
    ),
    Read(
        "DescribeNetworkInterfaces",
        "network-interface",
        "NetworkInterfaceId",
        "networkInterfaceSet",
        "InvalidNetworkInterfaceID.NotFound",
        "The networkInterface ID '{}' does not exist",
    ),
    Read(
        "DescribeLaunchTemplates",
        "launch-template",
        "LaunchTemplateId",
        "launchTemplates",
        "InvalidLaunchTemplateId.NotFound",
        "The specified launch template, with template ID {}, does not exist.",
    ),
    Read(
        "DescribeInstances",
        "instance",
        "InstanceId",
        "reservationSet",
        "InvalidInstanceID.NotFound",
        "The instance ID '{}' does not exist",
    ),
    Read(
        "DescribeAddresses",
        "address",
        "AllocationId",
        "addressesSet",
        "InvalidAllocationID.NotFound",
        "The allocation ID '{}' does not exist",
    ),
];

/// Calls whose DryRun is answered. Whether the caller may was judged before.
const DRY: [&str; 5] =
    ["CreateSecurityGroup", "CreateVolume", "CreateNetworkInterface", "CreateLaunchTemplate", "RunInstances"];

/// Answers one call.
pub fn call(w: &mut State, place: &Place, action: &str, p: &Value) -> Answer {
    if DRY.contains(&action) && get(p, "DryRun") == "true" {
        let text = "Request would have succeeded, but DryRun flag is set.";
        return Err(ApiError::new(412, "DryRunOperation", text));
    }
    if let Some(read) = READS.iter().find(|r| r.0 == action) {
        return describe(w, place, read, p);
    }
    match action {
        "DescribeInstanceTypes" => types(w, p),
        "DescribeInstanceTypeOfferings" => offerings(w, place, p),
        "DescribeLaunchTemplateVersions" => versions(w, place, p),
        "DescribeAvailabilityZones" => Ok(
            json!({ "availabilityZoneInfo": place.zones().iter().map(|z| json!({ "zoneName": z, "zoneState": "available", "regionName": place.region, "optInStatus": "opt-in-not-required" })).collect::<Vec<_>>() }),
        ),
        "DescribeVpcAttribute" => {
            let id = get(p, "VpcId");
            if w.region(place).ec2("vpc", &id).is_none() {
                return Err(ApiError::new(400, "InvalidVpcID.NotFound", format!("The vpc ID '{id}' does not exist")));
            }
            let attribute = get(p, "Attribute");
            Ok(json!({ "vpcId": id, attribute: { "value": true } }))
        }
        "CreateTags" | "DeleteTags" => tags::write(w, place, p, action == "CreateTags"),
        "DescribeTags" => tags::describe(w, place, p),
        "TerminateInstances" => {
            for id in list(p, "InstanceId") {
                compute::terminate(w, place, &id);
                health::lost(w, place, &id);
            }
            Ok(json!({ "instancesSet": [] }))
        }
        _ => attach::call(w, place, action, p).or_else(|| outside::ec2(w, place, action, p)).unwrap_or_else(|| {
            Err(ApiError::new(400, "InvalidAction", format!("The action {action} is not valid for this web service.")))
        }),
    }
}

pub(super) fn filters(p: &Value) -> Vec<(String, Vec<String>)> {
    p.get("Filter")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .map(|f| (get(f, "Name"), list(f, "Value")))
        .collect()
}

pub(super) fn page(w: &State, all: &[Value], action: &str, field: &str, p: &Value) -> Answer {
    let size = p.get("MaxResults").and_then(|m| text(m).parse().ok()).unwrap_or(w.settings.page_size);
    let (page, next) = paging::page(all, action, &get(p, "NextToken"), size)?;
    Ok(json!({ field: page, "nextToken": next }))
}

fn describe(w: &mut State, place: &Place, read: &Read, p: &Value) -> Answer {
    let Read(action, kind, parameter, field, code, message) = read;
    let mut wanted = list(p, parameter);
    if *kind == "launch-template" {
        let names = list(p, "LaunchTemplateName");
        let stored = w.region(place).kind(kind);
        for name in names {
            let id = stored
                .values()
                .find(|t| t["launchTemplateName"] == name.as_str())
                .map(|t| text(&t["launchTemplateId"]));
            wanted.push(id.ok_or_else(|| {
                ApiError::new(
                    400,
                    "InvalidLaunchTemplateName.NotFoundException",
                    "At least one of the launch templates specified in the request does not exist.",
                )
            })?);
        }
    }
    let stored = w.region(place).kind(kind);
    if let Some(gone) = wanted.iter().find(|id| !stored.contains_key(*id)) {
        return Err(ApiError::new(400, code, message.replace("{}", gone)));
    }
    let filters = filters(p);
    let owners = list(p, "Owner");
    let mut all: Vec<Value> = stored
        .iter()
        .filter(|(id, _)| wanted.is_empty() || wanted.contains(id))
        .filter(|(_, o)| filters.iter().all(|(name, values)| matches(o, name, values)))
        .filter(|(_, o)| {
            owners.is_empty()
                || owners.iter().any(|x| o["imageOwnerAlias"] == x.as_str() || o["imageOwnerId"] == x.as_str())
        })
        .map(|(_, o)| shown(o))
        .collect();
    if *kind == "instance" {
        all = all.into_iter().map(|i| json!({ "reservationId": format!("r-{}", &text(&i["instanceId"])[2..]), "ownerId": place.account, "instancesSet": [i] })).collect();
    }
    page(w, &all, action, field, p)
}

/// A stored object without what only the model needs.
fn shown(object: &Value) -> Value {
    let mut out = object.clone();
    if let Some(map) = out.as_object_mut() {
        map.remove("versions");
        map.remove("userData");
    }
    out
}

/// Whether an object passes a filter: a tag, or a field whose name is the filter's in camel case.
fn matches(object: &Value, name: &str, values: &[String]) -> bool {
    let any = |actual: &str| values.iter().any(|v| wildcard(v, actual));
    let tags = || object["tagSet"].as_array().into_iter().flatten();
    if let Some(key) = name.strip_prefix("tag:") {
        return tags().any(|t| t["key"] == key && any(&text(&t["value"])));
    }
    match name {
        "tag-key" => return tags().any(|t| any(&text(&t["key"]))),
        "instance-state-name" => return any(&text(&object["instanceState"]["name"])),
        "availability-zone" => {
            let nested = object.pointer("/placement/availabilityZone").unwrap_or(&object["availabilityZone"]);
            return any(&text(nested));
        }
        "state" | "vpc-endpoint-state" => {
            return any(&text(object.get("state").or_else(|| object.get("imageState")).unwrap_or(&Value::Null)));
        }
        "addresses.private-ip-address" => return network::addresses(object).iter().any(|address| any(address)),
        "owner-alias" => return any(&text(&object["imageOwnerAlias"])),
        "group-id" | "instance.group-id" => {
            return any(&text(&object["groupId"]))
                || object["groupSet"].as_array().is_some_and(|g| g.iter().any(|g| any(&text(&g["groupId"]))));
        }
        _ => {}
    }
    if let Some(field) = name.strip_prefix("association.") {
        let field = camel(field);
        return object["associationSet"].as_array().is_some_and(|l| l.iter().any(|a| any(&text(&a[&field]))));
    }
    if let Some(field) = name.strip_prefix("route.") {
        let field = camel(field);
        return object["routeSet"].as_array().is_some_and(|l| l.iter().any(|a| any(&text(&a[&field]))));
    }
    any(&text(&object[camel(name)]))
}

fn camel(name: &str) -> String {
    let mut out = String::new();
    let mut upper = false;
    for c in name.chars() {
        match c {
            '-' => upper = true,
            c if upper => {
                out.extend(c.to_uppercase());
                upper = false;
            }
            c => out.push(c),
        }
    }
    out
}

pub(super) fn wildcard(pattern: &str, actual: &str) -> bool {
    if !pattern.contains(['*', '?']) {
        return pattern == actual;
    }
    let expression = regex::escape(pattern).replace("\\*", ".*").replace("\\?", ".");
    regex::Regex::new(&format!("^{expression}$")).is_ok_and(|r| r.is_match(actual))
}

fn types(w: &State, p: &Value) -> Answer {
    let wanted = list(p, "InstanceType");
    let unknown: Vec<&String> = wanted.iter().filter(|t| catalogue::find(t).is_none()).collect();
    if !unknown.is_empty() {
        let names: Vec<&str> = unknown.iter().map(|s| s.as_str()).collect();
        let text = format!("The following supplied instance types do not exist: [{}]", names.join(", "));
        return Err(ApiError::new(400, "InvalidInstanceType", text));
    }
    let filters = filters(p);
    let all: Vec<Value> = SPECS
        .iter()
        .filter(|s| wanted.is_empty() || wanted.iter().any(|n| n == s.name))
        .filter(|s| {
            filters.iter().all(|(name, values)| {
                let any = |actual: &str| values.iter().any(|v| wildcard(v, actual));
                match name.as_str() {
                    "instance-type" => any(s.name),
                    "processor-info.supported-architecture" => any(s.architecture),
                    "memory-info.size-in-mib" => any(&s.memory.to_string()),
                    "vcpu-info.default-vcpus" => any(&s.vcpus.to_string()),
                    "instance-storage-supported" => any(&(s.disks.0 > 0).to_string()),
                    _ => true,
                }
            })
        })
        .map(catalogue::describe)
        .collect();
    page(w, &all, "DescribeInstanceTypes", "instanceTypeSet", p)
}

fn offerings(w: &State, place: &Place, p: &Value) -> Answer {
    let by_zone = get(p, "LocationType") == "availability-zone";
    let locations = if by_zone { place.zones() } else { vec![place.region.clone()] };
    let filters = filters(p);
    let kind = if by_zone { "availability-zone" } else { "region" };
    let mut all = Vec::new();
    for s in SPECS {
        for location in &locations {
            let good = (!by_zone || catalogue::offered(s, location))
                && filters.iter().all(|(name, values)| {
                    let actual = if name == "location" { location.as_str() } else { s.name };
                    values.iter().any(|v| wildcard(v, actual))
                });
            if good {
                all.push(json!({ "instanceType": s.name, "locationType": kind, "location": location }));
            }
        }
    }
    page(w, &all, "DescribeInstanceTypeOfferings", "instanceTypeOfferingSet", p)
}

fn versions(w: &mut State, place: &Place, p: &Value) -> Answer {
    let (id, name) = (get(p, "LaunchTemplateId"), get(p, "LaunchTemplateName"));
    let wanted = list(p, "LaunchTemplateVersion");
    let found = w
        .region(place)
        .kind("launch-template")
        .values()
        .find(|t| t["launchTemplateId"] == id.as_str() || t["launchTemplateName"] == name.as_str())
        .cloned()
        .ok_or_else(|| {
            ApiError::new(
                400,
                "InvalidLaunchTemplateId.NotFound",
                format!("The specified launch template, with template ID {id}, does not exist."),
            )
        })?;
    let latest = compute::latest(&found);
    let default = text(&found["defaultVersionNumber"]);
    let stored = found["versions"].as_array().cloned().unwrap_or_default();
    let all: Vec<Value> = stored
        .iter()
        .enumerate()
        .map(|(n, data)| (n + 1, data))
        .filter(|(_, data)| !data.is_null())
        .filter(|(n, _)| {
            wanted.is_empty()
                || wanted.iter().any(|v| {
                    *v == n.to_string() || (v == "$Latest" && *n == latest) || (v == "$Default" && *v == default)
                })
        })
        .map(|(n, data)| {
            json!({
                "launchTemplateId": found["launchTemplateId"], "launchTemplateName": found["launchTemplateName"],
                "versionNumber": n, "defaultVersion": n.to_string() == default, "createTime": found["createTime"],
                "launchTemplateData": launch_data(data),
            })
        })
        .rev()
        .collect();
    page(w, &all, "DescribeLaunchTemplateVersions", "launchTemplateVersionSet", p)
}

/// The parts of launch data that clients read, in EC2's casing.
fn launch_data(data: &Value) -> Value {
    let mut out = serde_json::Map::new();
    for (from, to) in
        [("ImageId", "imageId"), ("InstanceType", "instanceType"), ("KeyName", "keyName"), ("UserData", "userData")]
    {
        if let Some(value) = data.get(from) {
            out.insert(to.into(), json!(text(value)));
        }
    }
    let groups = compute::security_groups(data);
    if !groups.is_empty() {
        out.insert("securityGroupIdSet".into(), json!(groups));
    }
    if let Some(name) = data.pointer("/IamInstanceProfile/Name") {
        out.insert("iamInstanceProfile".into(), json!({ "name": name }));
    }
    let disk = |mapping: &Value| {
        let ebs = |name: &str| mapping["Ebs"].get(name).map_or(Value::Null, |value| json!(text(value)));
        json!({ "deviceName": mapping["DeviceName"], "ebs": {
            "volumeSize": ebs("VolumeSize"), "volumeType": ebs("VolumeType"), "iops": ebs("Iops"),
            "kmsKeyId": ebs("KmsKeyId"), "encrypted": ebs("Encrypted"),
        } })
    };
    if let Some(disks) = data.get("BlockDeviceMappings").and_then(Value::as_array) {
        out.insert("blockDeviceMappingSet".into(), disks.iter().map(disk).collect());
    }
    Value::Object(out)
}
