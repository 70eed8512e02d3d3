//! Tests of the model by rule number (R…) and failure number (F…) of the behaviour reference, in virtual time.

mod calls;
mod failures;
mod machines;
mod nodes;
mod rolling;
mod updates;
mod wire;

use super::error::ApiError;
use super::settings::WorldConfig;
use super::time::SimClock;
use super::world::World;
use serde_json::{Value, json};
use std::sync::Arc;

/// A world on a simulated clock.
fn world() -> Arc<World> {
    World::new(WorldConfig::simulated(&SimClock::new()))
}

/// A stack with a security group, a role, a launch template and a group of workers.
fn template(policy: &Value) -> Value {
    json!({
        "Parameters": {
            "Workers": { "Type": "Number", "Default": 3, "MinValue": 0 },
            "Kind": { "Type": "String", "Default": "r5.xlarge" },
            "Image": { "Type": "String", "Default": super::seed::IMAGE_X86 },
            "Most": { "Type": "Number", "Default": 9 },
            "Password": { "Type": "String", "Default": "secret", "NoEcho": true }
        },
        "Resources": {
            "Access": { "Type": "AWS::EC2::SecurityGroup", "Properties": {
                "GroupDescription": "access", "VpcId": super::seed::VPC } },
            "Role": { "Type": "AWS::IAM::Role", "Properties": { "AssumeRolePolicyDocument": {} } },
            "Launch": { "Type": "AWS::EC2::LaunchTemplate", "Properties": { "LaunchTemplateData": {
                "ImageId": { "Ref": "Image" }, "InstanceType": { "Ref": "Kind" },
                "SecurityGroupIds": [{ "Fn::GetAtt": ["Access", "GroupId"] }] } } },
            "Group": { "Type": "AWS::AutoScaling::AutoScalingGroup",
                "CreationPolicy": { "ResourceSignal": { "Count": { "Ref": "Workers" }, "Timeout": "PT15M" } },
                "UpdatePolicy": policy,
                "Properties": {
                    "MinSize": { "Ref": "Workers" }, "MaxSize": { "Ref": "Most" },
                    "DesiredCapacity": { "Ref": "Workers" },
                    "VPCZoneIdentifier": [super::seed::PRIVATE_SUBNET],
                    "LaunchTemplate": { "LaunchTemplateId": { "Ref": "Launch" },
                        "Version": { "Fn::GetAtt": ["Launch", "LatestVersionNumber"] } } } }
        },
        "Outputs": { "Name": { "Value": { "Ref": "Group" } } }
    })
}

fn policy(keep: usize, most: usize) -> Value {
    json!({ "AutoScalingRollingUpdate": {
        "MinInstancesInService": keep, "MaxBatchSize": most, "WaitOnResourceSignals": true, "PauseTime": "PT10M" } })
}

fn parameters(given: &[(&str, &str)]) -> Value {
    given.iter().map(|(k, v)| json!({ "ParameterKey": k, "ParameterValue": v })).collect()
}

fn create(w: &World, template: &Value, given: &[(&str, &str)]) -> Result<Value, ApiError> {
    w.call(
        "cloudformation",
        "CreateStack",
        json!({
            "StackName": "s", "TemplateBody": template.to_string(), "Parameters": parameters(given),
            "Capabilities": ["CAPABILITY_IAM"], "ClientRequestToken": "create-1"
        }),
    )
}

fn update(w: &World, template: &Value, given: &[(&str, &str)]) -> Result<Value, ApiError> {
    w.call(
        "cloudformation",
        "UpdateStack",
        json!({
            "StackName": "s", "TemplateBody": template.to_string(), "Parameters": parameters(given),
            "Capabilities": ["CAPABILITY_IAM"]
        }),
    )
}

/// Creates the stack and lets it come to rest.
fn created(template: &Value, given: &[(&str, &str)]) -> Arc<World> {
    let w = world();
    create(&w, template, given).unwrap();
    w.settle(100_000);
    assert_eq!(status(&w), "CREATE_COMPLETE", "{:#?}", w.events("us-east-1", "s"));
    w
}

fn status(w: &World) -> String {
    w.stack_status("us-east-1", "s").unwrap_or_default()
}

/// Sizes of the only group and the versions that its instances run.
fn group(w: &World) -> (usize, usize, usize, Vec<usize>) {
    w.with(|s| {
        let g = s.region(&super::state::Place { account: super::ACCOUNT.into(), region: "us-east-1".into() });
        let g = g.groups.values().next().unwrap().clone();
        (g.min, g.desired, g.max, g.live().map(|i| i.template.1).collect())
    })
}

/// Reasons of all events of a resource with this status, oldest first.
fn reasons(w: &World, logical: &str, status: &str) -> Vec<String> {
    w.events("us-east-1", "s").into_iter().filter(|(l, s, _)| l == logical && s == status).map(|e| e.2).collect()
}
