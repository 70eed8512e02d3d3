//! The calls by which drift is found and reverted: CloudFormation's detection, drift-aware change sets, and the rules and
//! launch data that EC2 has. Translates and never decides.

use aws_sdk_cloudformation::types::{self as stacks, ChangeSetType, DeploymentMode, Parameter, Tag};
use aws_sdk_cloudformation::{Client, types};
use aws_sdk_ec2::types as ec2;
use starburst_core::ports::{
    AccessGroup, CallErrorKind, Called, ChangeSetState, DriftDetection, IngressRule, LaunchData, LaunchVolume,
    PropertyDifference, ResourceDrift, Stack,
};

use super::call_error::Failures;

/// Tag by which CloudFormation marks the stack of an object.
pub const STACK_TAG: &str = "aws:cloudformation:stack-id";
/// Tag by which CloudFormation marks the resource that an object is.
const LOGICAL_ID_TAG: &str = "aws:cloudformation:logical-id";

pub async fn detect(client: &Client, failures: &Failures, stack_id: &str) -> Called<String> {
    let answer = client.detect_stack_drift().stack_name(stack_id).send().await;
    let answer = answer.map_err(|error| failures.call("DetectStackDrift", &error))?;
    answer.stack_drift_detection_id.ok_or_else(|| failures.incomplete("DetectStackDrift", "id"))
}

pub async fn detection(client: &Client, failures: &Failures, id: &str) -> Called<DriftDetection> {
    let call = client.describe_stack_drift_detection_status().stack_drift_detection_id(id);
    let answer = call.send().await.map_err(|error| failures.call("DescribeStackDriftDetectionStatus", &error))?;
    Ok(DriftDetection {
        status: answer.detection_status.map(|status| status.as_str().to_owned()).unwrap_or_default(),
        reason: failures.redactor().redact(&answer.detection_status_reason.unwrap_or_default()),
    })
}

pub async fn resources(client: &Client, failures: &Failures, stack_id: &str) -> Called<Vec<ResourceDrift>> {
    let mut found = Vec::new();
    let mut next: Option<String> = None;
    loop {
        let call = client.describe_stack_resource_drifts().stack_name(stack_id).set_next_token(next);
        let page = call.send().await.map_err(|error| failures.call("DescribeStackResourceDrifts", &error))?;
        found.extend(page.stack_resource_drifts.unwrap_or_default().into_iter().map(|drift| resource(drift, failures)));
        next = page.next_token.filter(|token| !token.is_empty());
        if next.is_none() {
            return Ok(found);
        }
    }
}

fn resource(drift: stacks::StackResourceDrift, failures: &Failures) -> ResourceDrift {
    let redact = |text: Option<String>| failures.redactor().redact(&text.unwrap_or_default());
    let differences = drift.property_differences.unwrap_or_default().into_iter();
    ResourceDrift {
        logical_id: drift.logical_resource_id.unwrap_or_default(),
        resource_type: drift.resource_type.unwrap_or_default(),
        status: drift.stack_resource_drift_status.map(|status| status.as_str().to_owned()).unwrap_or_default(),
        differences: differences
            .map(|difference| PropertyDifference {
                path: difference.property_path.unwrap_or_default(),
                expected: redact(difference.expected_value),
                actual: redact(difference.actual_value),
            })
            .collect(),
    }
}

pub async fn create_revert(
    client: &Client,
    failures: &Failures,
    stack: &Stack,
    (name, token): (&str, &str),
) -> Called<()> {
    let previous = |key: &String| Parameter::builder().parameter_key(key).use_previous_value(true).build();
    let tags = stack.tags.iter().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect();
    let capabilities = stack.capabilities.iter().map(|name| types::Capability::from(name.as_str())).collect();
    let call = client.create_change_set().stack_name(&stack.id).change_set_name(name).client_token(token);
    let answer = call
        .change_set_type(ChangeSetType::Update)
        .deployment_mode(DeploymentMode::RevertDrift)
        .use_previous_template(true)
        .set_parameters(Some(stack.parameters.keys().map(previous).collect()))
        .set_tags(Some(tags))
        .set_capabilities(Some(capabilities))
        .set_role_arn(stack.role_arn.clone())
        .set_notification_arns(Some(stack.notification_arns.clone()))
        .send()
        .await;
    answer.map(drop).map_err(|error| failures.call("CreateChangeSet", &error))
}

pub async fn change_set(
    client: &Client,
    failures: &Failures,
    stack_id: &str,
    name: &str,
) -> Called<Option<ChangeSetState>> {
    match client.describe_change_set().stack_name(stack_id).change_set_name(name).send().await {
        Ok(answer) => Ok(Some(ChangeSetState {
            status: answer.status.map(|status| status.as_str().to_owned()).unwrap_or_default(),
            reason: failures.redactor().redact(&answer.status_reason.unwrap_or_default()),
            execution: answer.execution_status.map(|status| status.as_str().to_owned()).unwrap_or_default(),
            reverts_drift: answer.deployment_mode == Some(DeploymentMode::RevertDrift),
        })),
        Err(error) => match failures.call("DescribeChangeSet", &error) {
            absent if absent.kind == CallErrorKind::NotFound => Ok(None),
            other => Err(other),
        },
    }
}

pub async fn execute(client: &Client, failures: &Failures, stack_id: &str, name: &str, token: &str) -> Called<()> {
    let call = client.execute_change_set().stack_name(stack_id).change_set_name(name).client_request_token(token);
    call.send().await.map(drop).map_err(|error| failures.call("ExecuteChangeSet", &error))
}

pub async fn delete(client: &Client, failures: &Failures, stack_id: &str, name: &str) -> Called<()> {
    match client.delete_change_set().stack_name(stack_id).change_set_name(name).send().await {
        Ok(_) => Ok(()),
        Err(error) => match failures.call("DeleteChangeSet", &error) {
            absent if absent.kind == CallErrorKind::NotFound => Ok(()),
            other => Err(other),
        },
    }
}

pub fn access_group(group: ec2::SecurityGroup) -> AccessGroup {
    let tags = group.tags.unwrap_or_default();
    let logical = tags.into_iter().find(|tag| tag.key.as_deref() == Some(LOGICAL_ID_TAG));
    AccessGroup {
        id: group.group_id.unwrap_or_default(),
        logical_id: logical.and_then(|tag| tag.value).unwrap_or_default(),
        ingress: group.ip_permissions.unwrap_or_default().into_iter().flat_map(rules).collect(),
    }
}

/// A rule of EC2 has several sources.
fn rules(permission: ec2::IpPermission) -> Vec<IngressRule> {
    let protocol = permission.ip_protocol.unwrap_or_default();
    let (from_port, to_port) = (permission.from_port.map(i64::from), permission.to_port.map(i64::from));
    let networks = permission.ip_ranges.unwrap_or_default().into_iter().filter_map(|range| range.cidr_ip);
    let networks_6 = permission.ipv6_ranges.unwrap_or_default().into_iter().filter_map(|range| range.cidr_ipv6);
    let groups = permission.user_id_group_pairs.unwrap_or_default().into_iter().filter_map(|pair| pair.group_id);
    let lists = permission.prefix_list_ids.unwrap_or_default().into_iter().filter_map(|list| list.prefix_list_id);
    let sources = networks.chain(networks_6).chain(groups).chain(lists);
    sources.map(|source| IngressRule { protocol: protocol.clone(), from_port, to_port, source }).collect()
}

pub fn launch_data(data: ec2::ResponseLaunchTemplateData) -> LaunchData {
    let profile = data.iam_instance_profile.and_then(|profile| profile.name.or(profile.arn));
    let disks = data.block_device_mappings.unwrap_or_default().into_iter().filter_map(|mapping| mapping.ebs);
    LaunchData {
        image_id: data.image_id.unwrap_or_default(),
        instance_type: data.instance_type.map(|kind| kind.as_str().to_owned()).unwrap_or_default(),
        key_name: data.key_name.unwrap_or_default(),
        instance_profile: profile.unwrap_or_default(),
        security_group_ids: data.security_group_ids.unwrap_or_default(),
        volumes: disks.map(volume).collect(),
        user_data: data.user_data.unwrap_or_default(),
    }
}

fn volume(disk: ec2::LaunchTemplateEbsBlockDevice) -> LaunchVolume {
    LaunchVolume {
        size: disk.volume_size.map(|size| size.to_string()).unwrap_or_default(),
        kind: disk.volume_type.map(|kind| kind.as_str().to_owned()).unwrap_or_default(),
        iops: disk.iops.map(|iops| iops.to_string()).unwrap_or_default(),
        kms_key_id: disk.kms_key_id.unwrap_or_default(),
    }
}
