//! EC2 objects of a stack other than templates and instances: security groups and rules, volumes, interfaces,
//! endpoints, addresses.

use super::table::{Identity, known};
use super::{Made, Outcome, Request, attributes, handler_error};
use crate::fake::intrinsics::text;
use crate::fake::stacks::Resource;
use crate::fake::state::{Place, State, object};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// The store of a type.
#[must_use]
pub fn kind(name: &str) -> &'static str {
    match name {
        "AWS::EC2::SecurityGroup" => "security-group",
        "AWS::EC2::Volume" => "volume",
        "AWS::EC2::NetworkInterface" => "network-interface",
        "AWS::EC2::VPCEndpoint" => "vpc-endpoint",
        "AWS::EC2::LaunchTemplate" => "launch-template",
        "AWS::EC2::Instance" => "instance",
        "AWS::EC2::EIP" => "address",
        "AWS::EC2::PrefixList" => "prefix-list",
        "AWS::EC2::SecurityGroupIngress" | "AWS::EC2::SecurityGroupEgress" => "security-group-rule",
        _ => "other",
    }
}

/// Makes the object.
pub fn create(w: &mut State, r: &Request) -> Result<Made, String> {
    let physical = match known(&r.kind).map(|k| k.identity) {
        Some(Identity::Id(prefix)) => format!("{prefix}{}", w.ids.hex(17)),
        _ => {
            let given = w.region(&r.place).kind(kind(&r.kind));
            let free = (1..=250).map(|n| format!("203.0.113.{n}")).find(|address| !given.contains_key(address));
            free.ok_or("The maximum number of addresses has been reached.")?
        }
    };
    let shape = shape(w, r, &physical)?;
    let attributes = attributes_of(w, r, &physical, &shape);
    w.region(&r.place).kind(kind(&r.kind)).insert(physical.clone(), shape);
    rule(w, r, &r.properties, true);
    let outcome = match r.kind.as_str() {
        "AWS::EC2::VPCEndpoint" => Outcome::After(w.durations.vpc_endpoint),
        _ => Outcome::After(w.durations.resource),
    };
    Ok(Made { physical, attributes, outcome })
}

fn attributes_of(w: &mut State, r: &Request, physical: &str, shape: &Value) -> Map<String, Value> {
    let mut out = attributes::of(w, r, physical);
    if let Some(secondary) = out.get_mut("SecondaryPrivateIpAddresses") {
        *secondary = json!(addresses(shape).into_iter().skip(1).collect::<Vec<_>>());
    }
    for (attribute, field) in [
        ("VpcId", "vpcId"),
        ("PrimaryPrivateIpAddress", "privateIpAddress"),
        ("PrivateIp", "privateIpAddress"),
        ("AvailabilityZone", "availabilityZone"),
        ("PrivateDnsName", "privateDnsName"),
        ("AllocationId", "allocationId"),
    ] {
        if let (true, Some(value)) = (out.contains_key(attribute), shape.get(field)) {
            out.insert(attribute.into(), value.clone());
        }
    }
    out
}

fn text_at(shape: Option<&Value>, field: &str) -> Value {
    shape.and_then(|s| s.get(field)).cloned().unwrap_or_default()
}

fn shape(w: &mut State, r: &Request, physical: &str) -> Result<Value, String> {
    let p = |name: &str| r.properties.get(name).map_or(Value::Null, |v| json!(text(v)));
    let account = json!(r.place.account);
    match r.kind.as_str() {
        "AWS::EC2::SecurityGroup" => {
            let vpc = r.text("VpcId");
            let vpc = if vpc.is_empty() {
                w.region(&r.place).ec2.get("vpc").and_then(|v| v.keys().next().cloned()).unwrap_or_default()
            } else {
                vpc
            };
            exists(w, r, "vpc", &vpc, "InvalidVpcID.NotFound", "vpc ID")?;
            let name = r.text("GroupName");
            let name = if name.is_empty() { r.generated_name(w) } else { name };
            Ok(json!({
                "groupId": physical, "groupName": name, "groupDescription": r.text("GroupDescription"),
                "vpcId": vpc, "ownerId": account, "tagSet": r.tag_set(),
                "ipPermissions": permissions(&r.properties, "SecurityGroupIngress"),
                "ipPermissionsEgress": permissions(&r.properties, "SecurityGroupEgress"),
            }))
        }
        "AWS::EC2::Volume" => Ok(object([
            ("volumeId", json!(physical)),
            ("size", p("Size")),
            ("volumeType", if r.text("VolumeType").is_empty() { json!("gp2") } else { p("VolumeType") }),
            ("availabilityZone", p("AvailabilityZone")),
            ("encrypted", json!(r.text("Encrypted") == "true")),
            ("iops", p("Iops")),
            ("status", json!("available")),
            ("createTime", json!(w.now.iso())),
            ("attachmentSet", json!([])),
            ("tagSet", r.tag_set()),
        ])),
        "AWS::EC2::NetworkInterface" => {
            let subnet_id = r.text("SubnetId");
            exists(w, r, "subnet", &subnet_id, "InvalidSubnetID.NotFound", "subnet ID")?;
            let address = address(w, &r.place, &subnet_id, &r.text("PrivateIpAddress"))?;
            let mut all = vec![json!({ "privateIpAddress": address, "primary": true })];
            for next in
                free(w, &r.place, &subnet_id, r.text("SecondaryPrivateIpAddressCount").parse().unwrap_or(0), &address)?
            {
                all.push(json!({ "privateIpAddress": next, "primary": false }));
            }
            let subnet = w.region(&r.place).ec2("subnet", &subnet_id).cloned();
            let groups: Vec<Value> = r
                .properties
                .get("GroupSet")
                .and_then(Value::as_array)
                .into_iter()
                .flatten()
                .map(|g| json!({ "groupId": text(g) }))
                .collect();
            Ok(object([
                ("networkInterfaceId", json!(physical)),
                ("subnetId", json!(subnet_id)),
                ("vpcId", text_at(subnet.as_ref(), "vpcId")),
                ("availabilityZone", text_at(subnet.as_ref(), "availabilityZone")),
                ("description", p("Description")),
                ("privateIpAddress", json!(address)),
                ("privateIpAddressesSet", json!(all)),
                ("privateDnsName", json!(format!("ip-{}.ec2.internal", address.replace('.', "-")))),
                ("status", json!("available")),
                ("groupSet", json!(groups)),
                ("tagSet", r.tag_set()),
            ]))
        }
        "AWS::EC2::VPCEndpoint" => {
            endpoint_conflict(w, r)?;
            let kind = r.text("VpcEndpointType");
            let list = |name: &str| r.properties.get(name).cloned().unwrap_or_else(|| json!([]));
            let groups: Vec<Value> = list("SecurityGroupIds")
                .as_array()
                .into_iter()
                .flatten()
                .map(|g| json!({ "groupId": text(g) }))
                .collect();
            Ok(object([
                ("vpcEndpointId", json!(physical)),
                ("vpcEndpointType", json!(if kind.is_empty() { "Gateway".into() } else { kind })),
                ("vpcId", p("VpcId")),
                ("serviceName", p("ServiceName")),
                ("state", json!("available")),
                ("privateDnsEnabled", json!(r.text("PrivateDnsEnabled") == "true")),
                ("routeTableIdSet", list("RouteTableIds")),
                ("subnetIdSet", list("SubnetIds")),
                ("groupSet", json!(groups)),
                ("creationTimestamp", json!(w.now.iso())),
                ("tagSet", r.tag_set()),
            ]))
        }
        "AWS::EC2::PrefixList" => Ok(object([
            ("prefixListId", json!(physical)),
            ("prefixListName", p("PrefixListName")),
            ("addressFamily", p("AddressFamily")),
            ("maxEntries", p("MaxEntries")),
            ("state", json!("create-complete")),
            ("version", json!(1)),
            ("entries", entries(&r.properties)),
            ("tagSet", r.tag_set()),
        ])),
        "AWS::EC2::EIP" => {
            let id = format!("eipalloc-{}", w.ids.hex(17));
            Ok(json!({ "publicIp": physical, "allocationId": id, "domain": "vpc", "tagSet": r.tag_set() }))
        }
        _ => Ok(json!({ "id": physical, "properties": r.properties })),
    }
}

fn exists(w: &mut State, r: &Request, kind: &'static str, id: &str, code: &str, what: &str) -> Result<(), String> {
    if w.region(&r.place).ec2(kind, id).is_some() {
        return Ok(());
    }
    let request = w.ids.uuid();
    let message = format!("The {what} '{id}' does not exist (Service: Ec2, Status Code: 400, Request ID: {request})");
    let _ = code;
    Err(handler_error(w, &message, "NotFound"))
}

/// Every private address of an interface, its own first.
#[must_use]
pub fn addresses(interface: &Value) -> Vec<String> {
    let all = interface["privateIpAddressesSet"].as_array().into_iter().flatten();
    all.map(|one| text(&one["privateIpAddress"])).collect()
}

/// As many free addresses of a subnet, none of them `but`.
fn free(w: &mut State, place: &Place, subnet: &str, count: usize, but: &str) -> Result<Vec<String>, String> {
    let mut found: Vec<String> = vec![but.to_owned()];
    while found.len() <= count {
        let next = next_free(w, place, subnet, &found)?;
        found.push(next);
    }
    Ok(found.split_off(1))
}

/// The asked-for or the next free address of a subnet.
pub fn address(w: &mut State, place: &Place, subnet: &str, wanted: &str) -> Result<String, String> {
    if wanted.is_empty() {
        return next_free(w, place, subnet, &[]);
    }
    let inside =
        wanted.parse().is_ok_and(|a: std::net::Ipv4Addr| block(w, place, subnet).is_ok_and(|net| net.contains(&a)));
    if !inside {
        return Err(format!(
            "Address {wanted} does not fall within the subnet's address range (Service: AmazonEC2; Status Code: 400; Error Code: InvalidParameterValue; Proxy: null)"
        ));
    }
    if used(w, place, subnet).contains(wanted) {
        return Err(format!(
            "Address {wanted} is in use. (Service: AmazonEC2; Status Code: 400; Error Code: InvalidIPAddress.InUse; Proxy: null)"
        ));
    }
    Ok(wanted.to_owned())
}

fn next_free(w: &mut State, place: &Place, subnet: &str, but: &[String]) -> Result<String, String> {
    let (net, used) = (block(w, place, subnet)?, used(w, place, subnet));
    net.hosts().skip(3).map(|a| a.to_string()).find(|a| !used.contains(a) && !but.contains(a)).ok_or_else(|| {
        format!(
            "There are not enough free addresses in subnet '{subnet}' to satisfy the requested number of instances."
        )
    })
}

fn block(w: &mut State, place: &Place, subnet: &str) -> Result<ipnet::Ipv4Net, String> {
    let block = w.region(place).ec2("subnet", subnet).and_then(|s| s["cidrBlock"].as_str()).unwrap_or("10.0.0.0/24");
    block.parse().map_err(|_| "invalid subnet".to_owned())
}

/// Addresses of a subnet that interfaces and living instances hold.
fn used(w: &mut State, place: &Place, subnet: &str) -> BTreeSet<String> {
    let region = w.region(place);
    let objects = |kind: &str| region.ec2.get(kind).into_iter().flat_map(|all| all.values());
    let living = |o: &&Value| o["subnetId"] == subnet && o.pointer("/instanceState/name") != Some(&json!("terminated"));
    let own =
        objects("network-interface").chain(objects("instance")).filter(living).map(|o| text(&o["privateIpAddress"]));
    own.chain(objects("network-interface").flat_map(addresses)).collect()
}

fn endpoint_conflict(w: &mut State, r: &Request) -> Result<(), String> {
    if r.text("PrivateDnsEnabled") != "true" {
        return Ok(());
    }
    let (vpc, service) = (r.text("VpcId"), r.text("ServiceName"));
    let taken = w.region(&r.place).kind("vpc-endpoint").values().any(|e| {
        e["vpcId"] == vpc.as_str() && e["serviceName"] == service.as_str() && e["privateDnsEnabled"] == json!(true)
    });
    if !taken {
        return Ok(());
    }
    let short = service.rsplit('.').next().unwrap_or_default();
    let request = w.ids.uuid();
    let message = format!(
        "private-dns-enabled cannot be set because there is already a conflicting DNS domain for {short}.{}.amazonaws.com in the VPC {vpc} (Service: Ec2, Status Code: 400, Request ID: {request})",
        r.place.region
    );
    Err(handler_error(w, &message, "GeneralServiceException"))
}

fn permissions(properties: &Value, key: &str) -> Value {
    properties.get(key).and_then(Value::as_array).into_iter().flatten().map(permission).collect()
}

/// Whether two stored rules let the same in, whatever their descriptions.
#[must_use]
pub fn same_rule(a: &Value, b: &Value) -> bool {
    let source = |rule: &Value, list: &str, field: &str| {
        rule[list].as_array().into_iter().flatten().map(|one| text(&one[field])).collect::<Vec<_>>()
    };
    ["ipProtocol", "fromPort", "toPort"].iter().all(|name| text(&a[*name]) == text(&b[*name]))
        && [("ipRanges", "cidrIp"), ("groups", "groupId"), ("prefixListIds", "prefixListId")]
            .iter()
            .all(|(list, field)| source(a, list, field) == source(b, list, field))
}

/// A stored rule as a template writes it.
#[must_use]
pub fn rule_of(permission: &Value) -> Value {
    let mut rule = object([
        ("IpProtocol", permission["ipProtocol"].clone()),
        ("FromPort", permission["fromPort"].clone()),
        ("ToPort", permission["toPort"].clone()),
    ]);
    for (list, field, name) in [
        ("ipRanges", "cidrIp", "CidrIp"),
        ("groups", "groupId", "SourceSecurityGroupId"),
        ("prefixListIds", "prefixListId", "SourcePrefixListId"),
    ] {
        if let Some(source) = permission[list].as_array().and_then(|all| all.first()) {
            rule[name] = source[field].clone();
            if !source["description"].is_null() {
                rule["Description"] = source["description"].clone();
            }
        }
    }
    rule
}

/// A template's rule as groups store it.
#[must_use]
pub fn permission(rule: &Value) -> Value {
    let p = |name: &str| rule.get(name).map_or(Value::Null, |v| json!(text(v)));
    let one = |value: Value, field: &str| {
        if value.is_null() { json!([]) } else { json!([{ field: value, "description": rule.get("Description") }]) }
    };
    let peer = if rule.get("SourceSecurityGroupId").is_some() {
        p("SourceSecurityGroupId")
    } else {
        p("DestinationSecurityGroupId")
    };
    object([
        ("ipProtocol", p("IpProtocol")),
        ("fromPort", p("FromPort")),
        ("toPort", p("ToPort")),
        ("ipRanges", one(p("CidrIp"), "cidrIp")),
        ("groups", one(peer, "groupId")),
        ("prefixListIds", one(p("SourcePrefixListId"), "prefixListId")),
    ])
}

/// The entries of a prefix list.
fn entries(properties: &Value) -> Value {
    let all = properties.get("Entries").and_then(Value::as_array).into_iter().flatten();
    all.map(|entry| json!({ "cidr": entry["Cidr"], "description": entry.get("Description") })).collect()
}

/// Adds a separate rule to its group, or takes it out.
fn rule(w: &mut State, r: &Request, properties: &Value, add: bool) {
    let list = match r.kind.as_str() {
        "AWS::EC2::SecurityGroupIngress" => "ipPermissions",
        "AWS::EC2::SecurityGroupEgress" => "ipPermissionsEgress",
        _ => return,
    };
    let group = properties.get("GroupId").map(text).unwrap_or_default();
    let wanted = permission(properties);
    if let Some(rules) = w
        .region(&r.place)
        .kind("security-group")
        .get_mut(&group)
        .and_then(|g| g.get_mut(list))
        .and_then(Value::as_array_mut)
    {
        if add {
            rules.push(wanted);
        } else if let Some(at) = rules.iter().position(|x| *x == wanted) {
            rules.remove(at);
        }
    }
}

/// Brings the object to the new properties, what others added kept.
pub fn update(w: &mut State, r: &Request, old: &Resource) -> Result<Made, String> {
    let store = kind(&r.kind);
    let missing = handler_error(w, &format!("The {store} '{}' does not exist", old.physical), "NotFound");
    let mut stored = w.region(&r.place).kind(store).get(&old.physical).cloned().ok_or(missing)?;
    let get = |v: &Value, k: &str| v.get(k).cloned().unwrap_or_default();
    if let Some(map) = stored.as_object_mut() {
        if map.contains_key("tagSet") {
            map.insert("tagSet".into(), r.tag_set());
        }
        let direct: &[(&str, &str)] = match store {
            "volume" => &[("Size", "size"), ("VolumeType", "volumeType"), ("Iops", "iops")],
            "vpc-endpoint" => &[("SubnetIds", "subnetIdSet"), ("RouteTableIds", "routeTableIdSet")],
            "network-interface" => &[("Description", "description")],
            _ => &[],
        };
        for (property, field) in direct {
            if let Some(value) = r.properties.get(*property) {
                map.insert((*field).into(), value.clone());
            }
        }
        for (property, field) in
            [("SecurityGroupIngress", "ipPermissions"), ("SecurityGroupEgress", "ipPermissionsEgress")]
        {
            if store == "security-group" && get(&r.properties, property) != get(&old.properties, property) {
                // Rules that separate resources made are not in the old list and stay.
                let before = permissions(&old.properties, property);
                let mut rules: Vec<Value> = map.get(field).and_then(Value::as_array).cloned().unwrap_or_default();
                rules.retain(|x| !before.as_array().is_some_and(|b| b.contains(x)));
                rules.extend(permissions(&r.properties, property).as_array().cloned().unwrap_or_default());
                map.insert(field.into(), Value::Array(rules));
            }
        }
    }
    if store == "prefix-list" {
        stored["entries"] = entries(&r.properties);
    }
    w.region(&r.place).kind(store).insert(old.physical.clone(), stored);
    Ok(Made {
        physical: old.physical.clone(),
        attributes: old.attributes.clone(),
        outcome: Outcome::After(w.durations.resource),
    })
}

/// Deletes the object, unless something still uses it.
pub fn delete(w: &mut State, r: &Request, old: &Resource) -> Result<Outcome, String> {
    let store = kind(&r.kind);
    if store == "instance" {
        super::compute::terminate(w, &r.place, &old.physical);
        return Ok(Outcome::After(w.durations.instance_termination));
    }
    if store == "security-group" {
        let id = old.physical.as_str();
        let region = w.region(&r.place);
        let uses = |o: &Value| o["groupSet"].as_array().is_some_and(|g| g.iter().any(|g| g["groupId"] == id));
        let live = |o: &Value| o.pointer("/instanceState/name") != Some(&json!("terminated"));
        let used = ["network-interface", "instance", "vpc-endpoint"]
            .iter()
            .any(|k| region.ec2.get(k).is_some_and(|all| all.values().any(|o| live(o) && uses(o))));
        if used {
            let request = w.ids.uuid();
            return Err(format!(
                "resource {id} has a dependent object (Service: AmazonEC2; Status Code: 400; Error Code: DependencyViolation; Request ID: {request}; Proxy: null)"
            ));
        }
    }
    rule(w, r, &old.properties, false);
    w.region(&r.place).kind(store).remove(&old.physical);
    Ok(Outcome::After(w.durations.cleanup))
}
