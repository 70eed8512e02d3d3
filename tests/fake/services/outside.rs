//! Calls by which people change a stack's objects behind CloudFormation's back: rules, prefix lists and launch template
//! versions of EC2, retention of CloudWatch Logs, alarms and dashboards of CloudWatch. Knows nothing of stacks.

use crate::fake::error::{Answer, ApiError};
use crate::fake::intrinsics::text;
use crate::fake::resources::{compute, network};
use crate::fake::services::metrics;
use crate::fake::stacks::checks::{get, list};
use crate::fake::state::{Object, Place, State};
use serde_json::{Value, json};

/// Kind of a log stream among the objects of a region; its id is `GROUP:STREAM`, its properties are its events.
pub const LOG_STREAM: &str = "log-stream";

/// EC2's writes; `None` for an action that is not here.
pub fn ec2(w: &mut State, place: &Place, action: &str, p: &Value) -> Option<Answer> {
    Some(match action {
        "AuthorizeSecurityGroupIngress" => rules(w, place, p, true),
        "RevokeSecurityGroupIngress" => rules(w, place, p, false),
        "GetManagedPrefixListEntries" => entries(w, place, p),
        "ModifyManagedPrefixList" => modify_list(w, place, p),
        "CreateLaunchTemplateVersion" => new_version(w, place, p),
        "DeleteLaunchTemplateVersions" => delete_versions(w, place, p),
        _ => return None,
    })
}

/// One rule for each source of a permission, as the groups store them.
fn single(permission: &Value) -> Vec<Value> {
    let part = |name: &str| permission.get(name).and_then(Value::as_array).cloned().unwrap_or_default();
    let base = |source: &str, value: Value| {
        json!({ "IpProtocol": permission["IpProtocol"], "FromPort": permission["FromPort"],
            "ToPort": permission["ToPort"], source: value })
    };
    let ranges = part("IpRanges").into_iter().map(|range| base("CidrIp", range["CidrIp"].clone()));
    let groups =
        part("UserIdGroupPairs").into_iter().map(|pair| base("SourceSecurityGroupId", pair["GroupId"].clone()));
    let lists = part("PrefixListIds").into_iter().map(|id| base("SourcePrefixListId", id["PrefixListId"].clone()));
    ranges.chain(groups).chain(lists).map(|rule| network::permission(&rule)).collect()
}

fn rules(w: &mut State, place: &Place, p: &Value, add: bool) -> Answer {
    let id = get(p, "GroupId");
    let wanted: Vec<Value> =
        p.get("IpPermissions").and_then(Value::as_array).into_iter().flatten().flat_map(single).collect();
    let missing = || ApiError::new(400, "InvalidGroup.NotFound", format!("The security group '{id}' does not exist"));
    let group = w.region(place).kind("security-group").get_mut(&id).ok_or_else(missing)?;
    let rules = group.get_mut("ipPermissions").and_then(Value::as_array_mut).ok_or_else(missing)?;
    for rule in wanted {
        let at = rules.iter().position(|have| network::same_rule(have, &rule));
        match (add, at) {
            (true, Some(_)) => {
                let text = "the specified rule already exists";
                return Err(ApiError::new(400, "InvalidPermission.Duplicate", text));
            }
            (true, None) => rules.push(rule),
            (false, Some(at)) => drop(rules.remove(at)),
            (false, None) => {
                let text = "The specified rule does not exist in this security group.";
                return Err(ApiError::new(400, "InvalidPermission.NotFound", text));
            }
        }
    }
    Ok(json!({ "return": true }))
}

fn prefix_list<'a>(w: &'a mut State, place: &Place, id: &str) -> Result<&'a mut Value, ApiError> {
    let text = format!("The prefix list ID '{id}' does not exist");
    let missing = ApiError::new(400, "InvalidPrefixListID.NotFound", text);
    w.region(place).kind("prefix-list").get_mut(id).ok_or(missing)
}

fn entries(w: &mut State, place: &Place, p: &Value) -> Answer {
    let found = prefix_list(w, place, &get(p, "PrefixListId"))?;
    Ok(json!({ "entrySet": found["entries"] }))
}

fn modify_list(w: &mut State, place: &Place, p: &Value) -> Answer {
    let found = prefix_list(w, place, &get(p, "PrefixListId"))?;
    let cidrs = |name: &str| -> Vec<String> {
        p.get(name).and_then(Value::as_array).into_iter().flatten().map(|entry| get(entry, "Cidr")).collect()
    };
    let (add, remove) = (cidrs("AddEntry"), cidrs("RemoveEntry"));
    let mut entries = found["entries"].as_array().cloned().unwrap_or_default();
    entries.retain(|entry| !remove.contains(&text(&entry["cidr"])));
    entries.extend(add.into_iter().map(|cidr| json!({ "cidr": cidr })));
    if let Some(map) = found.as_object_mut() {
        let version = map.get("version").and_then(Value::as_u64).unwrap_or(1);
        map.insert("version".into(), json!(version + 1));
        map.insert("entries".into(), json!(entries));
    }
    Ok(json!({ "prefixList": { "prefixListId": found["prefixListId"], "version": found["version"] } }))
}

/// A version whose data are those of another one with what is given on top.
fn new_version(w: &mut State, place: &Place, p: &Value) -> Answer {
    let id = get(p, "LaunchTemplateId");
    let text = format!("The specified launch template, with template ID {id}, does not exist.");
    let missing = ApiError::new(400, "InvalidLaunchTemplateId.NotFound", text);
    let found = w.region(place).kind("launch-template").get_mut(&id).ok_or(missing)?;
    let source = get(p, "SourceVersion").parse::<usize>().unwrap_or(1);
    let versions = found.get_mut("versions").and_then(Value::as_array_mut);
    let Some(versions) = versions else { return Ok(json!({})) };
    let mut data = versions.get(source.saturating_sub(1)).cloned().unwrap_or_default();
    for (key, value) in p["LaunchTemplateData"].as_object().into_iter().flatten() {
        data[key] = value.clone();
    }
    versions.push(data);
    let latest = versions.len();
    found["latestVersionNumber"] = json!(latest);
    Ok(json!({ "launchTemplateVersion": { "launchTemplateId": id, "versionNumber": latest } }))
}

fn edit(w: &mut State, place: &Place, kind: &str, id: &str, change: impl FnOnce(&mut Value)) -> Answer {
    let object = w.region(place).objects.get_mut(&(kind.to_owned(), id.to_owned()));
    let missing = || ApiError::new(400, "ResourceNotFoundException", format!("{id} does not exist"));
    change(&mut object.ok_or_else(missing)?.properties);
    Ok(json!({}))
}

/// CloudWatch Logs.
pub fn logs(w: &mut State, place: &Place, action: &str, p: &Value) -> Answer {
    match action {
        "PutRetentionPolicy" => {
            let days = p["retentionInDays"].clone();
            edit(w, place, "AWS::Logs::LogGroup", &get(p, "logGroupName"), |own| own["RetentionInDays"] = days)
        }
        "CreateLogStream" => {
            let key = stream(w, place, p)?;
            if w.region(place).objects.contains_key(&key) {
                let text = "The specified log stream already exists";
                return Err(ApiError::new(400, "ResourceAlreadyExistsException", text));
            }
            let empty = Object { properties: json!([]), stack: String::new() };
            w.region(place).objects.insert(key, empty);
            Ok(json!({}))
        }
        "PutLogEvents" => {
            let key = stream(w, place, p)?;
            let missing =
                || ApiError::new(400, "ResourceNotFoundException", "The specified log stream does not exist.");
            let object = w.region(place).objects.get_mut(&key).ok_or_else(missing)?;
            let events = p["logEvents"].as_array().cloned().unwrap_or_default();
            object.properties.as_array_mut().ok_or_else(missing)?.extend(events.clone());
            for event in &events {
                metrics::from_event(w, place, &get(event, "message"));
            }
            metrics::look(w);
            Ok(json!({ "nextSequenceToken": "" }))
        }
        _ => Err(ApiError::new(400, "UnknownOperationException", action)),
    }
}

/// The key of the call's log stream, whose group has to exist.
fn stream(w: &mut State, place: &Place, p: &Value) -> Result<(String, String), ApiError> {
    let (group, name) = (get(p, "logGroupName"), get(p, "logStreamName"));
    if !w.region(place).objects.contains_key(&("AWS::Logs::LogGroup".to_owned(), group.clone())) {
        return Err(ApiError::new(400, "ResourceNotFoundException", "The specified log group does not exist."));
    }
    Ok((LOG_STREAM.to_owned(), format!("{group}:{name}")))
}

/// CloudWatch.
pub fn monitoring(w: &mut State, place: &Place, action: &str, p: &Value) -> Answer {
    match action {
        "PutMetricData" => metrics::put(w, place, p),
        "PutMetricAlarm" => edit(w, place, "AWS::CloudWatch::Alarm", &get(p, "AlarmName"), |own| {
            for (key, value) in p.as_object().into_iter().flatten().filter(|(key, _)| *key != "AlarmName") {
                own[key] = value.clone();
            }
        }),
        "DeleteAlarms" | "DeleteDashboards" => {
            let (kind, names) = if action == "DeleteAlarms" {
                ("AWS::CloudWatch::Alarm", list(p, "AlarmNames"))
            } else {
                ("AWS::CloudWatch::Dashboard", list(p, "DashboardNames"))
            };
            for name in names {
                w.region(place).objects.remove(&(kind.to_owned(), name));
            }
            Ok(json!({}))
        }
        _ => Err(ApiError::new(400, "InvalidAction", format!("Could not find operation {action}"))),
    }
}

/// Takes versions of a launch template away; their numbers are not given again. The default one stays.
fn delete_versions(w: &mut State, place: &Place, p: &Value) -> Answer {
    let id = get(p, "LaunchTemplateId");
    let text = format!("The specified launch template, with template ID {id}, does not exist.");
    let missing = || ApiError::new(400, "InvalidLaunchTemplateId.NotFound", text.clone());
    let found = w.region(place).kind("launch-template").get_mut(&id).ok_or_else(missing)?;
    let default = found["defaultVersionNumber"].as_u64();
    let (mut deleted, mut kept) = (Vec::new(), Vec::new());
    for number in list(p, "LaunchTemplateVersion").iter().filter_map(|number| number.parse::<u64>().ok()) {
        let at = usize::try_from(number).ok().and_then(|number| number.checked_sub(1));
        let version = at.and_then(|at| found["versions"].get_mut(at)).filter(|version| !version.is_null());
        match version.filter(|_| default != Some(number)) {
            Some(version) => {
                *version = Value::Null;
                deleted.push(json!({ "launchTemplateId": id, "versionNumber": number }));
            }
            None => kept.push(json!({ "launchTemplateId": id, "versionNumber": number })),
        }
    }
    let latest = compute::latest(found);
    found["latestVersionNumber"] = json!(latest);
    let sets = [
        ("successfullyDeletedLaunchTemplateVersionSet", deleted),
        ("unsuccessfullyDeletedLaunchTemplateVersionSet", kept),
    ];
    Ok(Value::Object(sets.into_iter().map(|(name, set)| (name.to_owned(), json!(set))).collect()))
}
