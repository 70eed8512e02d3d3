//! Auto Scaling groups and the launch template versions that they refer to, against what the stack deployed.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::Seen;
use super::expected::{Expected, text};
use super::fields::Difference;
use crate::cluster::request::{CLUSTER_TAG, OWNER_TAG};
use crate::cluster::state::ClusterState;
use crate::failure::{Failure, Message};
use crate::ports::{Group, LaunchData, Ports, Stack};
use crate::stack::call_failure::from_call;
use crate::template;

/// Tag by which CloudFormation says which resource an object is.
const LOGICAL_ID_TAG: &str = "aws:cloudformation:logical-id";
/// Tag by which CloudFormation says which stack an object belongs to.
const STACK_TAG: &str = "aws:cloudformation:stack-id";
/// Type of a group.
const GROUP: &str = "AWS::AutoScaling::AutoScalingGroup";

/// The groups of a stack by logical id. A stand-in of AWS may not know the filter and answer those of others too.
pub fn by_logical_id(stack_id: &str, groups: Vec<Group>) -> BTreeMap<String, Group> {
    let own = groups.into_iter().filter(|group| group.tags.get(STACK_TAG).is_some_and(|id| id == stack_id));
    own.filter_map(|group| Some((group.tags.get(LOGICAL_ID_TAG)?.clone(), group))).collect()
}

/// Smallest size, desired capacity and largest size that the template gives a group.
#[must_use]
pub fn sizes(expected: &Expected<'_>, logical_id: &str) -> Option<(u32, u32, u32)> {
    let properties = expected.properties(logical_id);
    let size = |name: &str| text(&properties[name]).parse::<u32>().ok();
    let min = size("MinSize")?;
    Some((min, size("DesiredCapacity").unwrap_or(min), size("MaxSize")?))
}

/// Compares all groups.
///
/// # Errors
/// Passing failures of the read of a launch template.
pub async fn compare(
    ports: Ports<'_>,
    stack: &Stack,
    state: &ClusterState,
    expected: &Expected<'_>,
    groups: &BTreeMap<String, Group>,
    seen: &mut Seen,
) -> Result<(), Failure> {
    for logical_id in expected.resources().into_iter().filter(|(_, kind)| kind == GROUP).map(|(id, _)| id) {
        let Some(group) = groups.get(&logical_id) else {
            if seen.all_groups {
                seen.found(Difference::gone(&logical_id));
            }
            continue;
        };
        compare_sizes(expected, &logical_id, group, seen);
        compare_tags(stack, expected, &logical_id, group, seen);
        for process in &group.suspended {
            seen.notes.push(Message::new(format!(
                "drift: process {process} of group {} ({logical_id}) is suspended; no update resumes it, this does: \
                 aws autoscaling resume-processes --auto-scaling-group-name {} --scaling-processes {process}",
                group.name, group.name
            )));
        }
        compare_version(ports, state, expected, &logical_id, group, seen).await?;
    }
    Ok(())
}

/// A desired capacity stands for its input; bounds alone have none.
fn compare_sizes(expected: &Expected<'_>, logical_id: &str, group: &Group, seen: &mut Seen) {
    if logical_id == template::WORKERS && !seen.sizes_are_ours {
        return;
    }
    let Some((min, desired, max)) = sizes(expected, logical_id) else { return };
    let size = |name: &str, wanted: u32, live: u32| {
        (wanted != live).then(|| Difference::new(logical_id, name, wanted.to_string(), live.to_string()))
    };
    if let Some(difference) = size("/DesiredCapacity", desired, group.desired) {
        seen.resized(difference);
        return;
    }
    for difference in [size("/MinSize", min, group.min), size("/MaxSize", max, group.max)].into_iter().flatten() {
        seen.notes.push(difference.note(expected));
    }
}

/// Tags of the stack and of the template that a group lost or has with another value. Tags that others added stay.
fn compare_tags(stack: &Stack, expected: &Expected<'_>, logical_id: &str, group: &Group, seen: &mut Seen) {
    for (key, wanted) in stack.tags.iter().filter(|(key, _)| *key != OWNER_TAG && *key != CLUSTER_TAG) {
        let live = group.tags.get(key);
        if live != Some(wanted) && !seen.tags.iter().any(|tag| tag.0 == *key) {
            seen.tags.push((key.clone(), live.cloned()));
        }
    }
    for (key, wanted, _) in written_tags(expected, logical_id) {
        let live = group.tags.get(&key).cloned().unwrap_or_default();
        if live != wanted {
            let difference = Difference::new(logical_id, &format!("/Tags/{key}"), wanted, live);
            seen.notes.push(difference.note(expected));
        }
    }
}

/// The template's own tags of a group whose values follow from the parameters, and whether instances get them.
#[must_use]
pub fn written_tags(expected: &Expected<'_>, logical_id: &str) -> Vec<(String, String, bool)> {
    let properties = expected.properties(logical_id);
    let tags = properties["Tags"].as_array().cloned().unwrap_or_default();
    let tag = |tag: &Json| (text(&tag["Key"]), text(&tag["Value"]), text(&tag["PropagateAtLaunch"]) == "true");
    tags.iter().map(tag).filter(|(_, value, _)| !value.contains("${")).collect()
}

/// The version of the launch template: as the last apply left it, or with the same content under another number.
async fn compare_version(
    ports: Ports<'_>,
    state: &ClusterState,
    expected: &Expected<'_>,
    logical_id: &str,
    group: &Group,
    seen: &mut Seen,
) -> Result<(), Failure> {
    let version = group.launch_template_version.clone();
    if group.launch_template_id.is_empty() || state.versions.get(logical_id) == Some(&version) {
        seen.versions.insert(logical_id.to_owned(), version);
        return Ok(());
    }
    let data = match ports.compute.launch_data(&group.launch_template_id, &version).await {
        Ok(data) => data,
        Err(error) if error.kind.is_passing() => return Err(from_call(&error)),
        Err(error) => {
            seen.notes.push(Message::new(format!(
                "drift: version {version} of the launch template of {logical_id} was not compared: {}",
                error.message
            )));
            return Ok(());
        }
    };
    let node = text(&expected.properties(logical_id)["LaunchTemplate"]["LaunchTemplateId"]);
    let node = node.trim_start_matches("${").trim_end_matches('}').to_owned();
    let differences = data.map(|data| compare_data(expected, &node, &data)).unwrap_or_default();
    match (differences.is_empty(), state.versions.get(logical_id)) {
        // The same content: a foreign update of the stack itself made the version, or nobody noted it yet.
        (true, _) => drop(seen.versions.insert(logical_id.to_owned(), version)),
        (false, known) => {
            let known = known.cloned();
            if let Some(known) = &known {
                seen.versions.insert(logical_id.to_owned(), known.clone());
            }
            let property = "/LaunchTemplate/Version";
            let was = known.unwrap_or_else(|| "the stack's".to_owned());
            let difference = Difference::new(logical_id, property, was, version);
            seen.notes.push(difference.note(expected));
            seen.drifted.insert(logical_id.to_owned());
            seen.differences.extend(differences);
        }
    }
    Ok(())
}

/// Launch data against the template's, as far as inputs decide it. Values that only AWS knows are not compared.
fn compare_data(expected: &Expected<'_>, node: &str, data: &LaunchData) -> Vec<Difference> {
    let written = &expected.properties(node)["LaunchTemplateData"];
    let mut live = vec![
        ("/ImageId".to_owned(), data.image_id.clone()),
        ("/InstanceType".to_owned(), data.instance_type.clone()),
        ("/KeyName".to_owned(), data.key_name.clone()),
        ("/IamInstanceProfile/Name".to_owned(), data.instance_profile.clone()),
    ];
    for (at, volume) in data.volumes.iter().enumerate() {
        let ebs = |name: &str| format!("/BlockDeviceMappings/{at}/Ebs/{name}");
        live.push((ebs("VolumeSize"), volume.size.clone()));
        live.push((ebs("VolumeType"), volume.kind.clone()));
        live.push((ebs("KmsKeyId"), volume.kms_key_id.clone()));
        live.push((ebs("Iops"), volume.iops.clone()));
    }
    let groups = written["SecurityGroupIds"].as_array().cloned().unwrap_or_default();
    // The stack's own group comes first, under an id that only AWS knows.
    let wanted: Vec<String> = groups.iter().map(text).filter(|id| !id.contains("${")).collect();
    let own: Vec<String> = data.security_group_ids.iter().skip(groups.len() - wanted.len()).cloned().collect();
    let mut found = Vec::new();
    if wanted != own {
        found.push(Difference::new(node, "/LaunchTemplateData/SecurityGroupIds", wanted.join(","), own.join(",")));
    }
    for (property, live) in live {
        let wanted = text(written.pointer(&property).unwrap_or(&Json::Null));
        // An own instance profile has a generated name; its prefix is the stack's.
        let generated = wanted.contains("${") && live.contains("InstanceProfile");
        // A public parameter that AWS resolves is the image that it resolved to.
        let resolved = wanted.starts_with("resolve:");
        if wanted != live && !generated && !resolved {
            found.push(Difference::new(node, &format!("/LaunchTemplateData{property}"), wanted, live));
        }
    }
    found
}
