//! Stacks as users have them, launched past the plugin: on CloudFormation's own page, so to say.

use std::collections::BTreeMap;

use anyhow::{Result, anyhow, ensure};
use serde_json::{Value as Json, json};
use starburst_tests::fake::{self, seed};

/// Name of the stack.
pub const NAME: &str = "presto-prod";
/// The older of the vendor's shapes.
pub const VENDOR_BEFORE: &str = "vendor-before";
/// The newer one.
pub const VENDOR_AFTER: &str = "vendor-after";
/// A company's own.
pub const PLAIN: &str = "plain";
/// Events after which a stack is at rest.
const EVENTS: usize = 100_000;

/// Each shape with the parameters that were given at its launch.
pub const SHAPES: &[(&str, &[(&str, &str)])] = &[
    (
        VENDOR_BEFORE,
        &[
            ("VPC", seed::VPC),
            ("Subnet", seed::PUBLIC_SUBNET),
            ("SelectedSubnetAutoAssignsPublicIp", "yes"),
            ("SecurityGroups", seed::SECURITY_GROUP),
            ("KeyName", seed::KEY_PAIR),
            ("WorkersCount", "2"),
            ("AlluxioS3RootMount", "s3://analytics-data/alluxio"),
            ("AlluxioProperties", "alluxio.user.file.metadata.sync.interval=1m"),
            ("MetastoreType", "External MySQL RDBS"),
            ("ExternalMetastoreHost", "db.example.com"),
            ("ExternalRdbmsMetastoreUserName", "hive"),
            ("ExternalRdbmsMetastorePassword", "a-database-password"),
            ("ExternalRdbmsMetastoreDatabaseName", "hive"),
            ("KeepCoordinatorNode", "yes"),
        ],
    ),
    (
        VENDOR_AFTER,
        &[
            ("VPC", seed::VPC),
            ("Subnet", seed::PUBLIC_SUBNET),
            ("SelectedSubnetAutoAssignsPublicIp", "yes"),
            ("SecurityGroups", seed::SECURITY_GROUP),
            ("KeyName", seed::KEY_PAIR),
            ("WorkersCount", "3"),
            ("MetastoreType", "AWS Glue Data catalog"),
            ("StarburstHttpPort", "8088"),
            ("WorkerMountVolume", "yes"),
            ("WorkerVolumeSize", "100"),
            ("WorkerVolumeType", "gp2"),
            ("EnableFips", "true"),
        ],
    ),
    (
        PLAIN,
        &[
            ("Network", seed::VPC),
            ("Subnet", seed::PUBLIC_SUBNET),
            ("NodeCount", "3"),
            ("RangerPassword", "a-ranger-password"),
            ("Team", "analytics"),
        ],
    ),
];

/// The text of a shape.
pub fn template(shape: &str) -> String {
    match shape {
        VENDOR_BEFORE => include_str!("templates/vendor-before.yaml"),
        VENDOR_AFTER => include_str!("templates/vendor-after.yaml"),
        _ => include_str!("templates/plain.yaml"),
    }
    .to_owned()
}

fn call(model: &fake::World, action: &str, request: Json) -> Result<Json> {
    model.call("cloudformation", action, request).map_err(|error| anyhow!("{action}: {error}"))
}

fn list(parameters: &BTreeMap<String, Option<String>>) -> Json {
    let one = |(name, text): (&String, &Option<String>)| match text {
        Some(text) => json!({ "ParameterKey": name, "ParameterValue": text }),
        None => json!({ "ParameterKey": name, "UsePreviousValue": "true" }),
    };
    parameters.iter().map(one).collect()
}

/// Launches a shape and waits until it is there; answers the ARN.
pub fn launch(model: &fake::World, shape: &str, parameters: &[(&str, &str)]) -> Result<String> {
    begin(model, shape, parameters)?;
    settled(model)
}

/// Status of the stack.
pub fn status(model: &fake::World) -> Result<String> {
    let shown = call(model, "DescribeStacks", json!({ "StackName": NAME }))?;
    Ok(shown["Stacks"][0]["StackStatus"].as_str().unwrap_or_default().to_owned())
}

/// Launches the bundled template with what has no default, and waits until it is there.
pub fn launch_bundled(model: &fake::World, name: &str) -> Result<()> {
    let parameters = [
        ("VPC", seed::VPC),
        ("Subnet", seed::PUBLIC_SUBNET),
        ("SecurityGroups", seed::SECURITY_GROUP),
        ("WorkersCount", "3"),
        ("AlluxioS3RootMount", "s3://analytics-data/alluxio"),
    ];
    launch_text(model, name, starburst_core::template::BODY, &parameters)
}

/// Launches any template, and waits until it is there.
pub fn launch_text(model: &fake::World, name: &str, text: &str, parameters: &[(&str, &str)]) -> Result<()> {
    let given = parameters.iter().map(|(name, text)| ((*name).to_owned(), Some((*text).to_owned()))).collect();
    let request = json!({
        "StackName": name, "TemplateBody": text, "Parameters": list(&given), "Capabilities": ["CAPABILITY_IAM"],
    });
    call(model, "CreateStack", request)?;
    model.settle(EVENTS);
    Ok(())
}

/// Begins to launch a shape.
pub fn begin(model: &fake::World, shape: &str, parameters: &[(&str, &str)]) -> Result<()> {
    let given = parameters.iter().map(|(name, text)| ((*name).to_owned(), Some((*text).to_owned()))).collect();
    let request = json!({
        "StackName": NAME, "TemplateBody": template(shape), "Parameters": list(&given),
        "Capabilities": ["CAPABILITY_IAM"], "Tags": [{ "Key": "cost-centre", "Value": "42" }],
    });
    call(model, "CreateStack", request).map(drop)
}

fn settled(model: &fake::World) -> Result<String> {
    model.settle(EVENTS);
    let shown = call(model, "DescribeStacks", json!({ "StackName": NAME }))?;
    let stack = &shown["Stacks"][0];
    let status = stack["StackStatus"].as_str().unwrap_or_default();
    ensure!(status == "CREATE_COMPLETE" || status == "UPDATE_COMPLETE", "{stack}");
    Ok(stack["StackId"].as_str().unwrap_or_default().to_owned())
}

/// The parameters of the stack as AWS shows them.
pub fn parameters(model: &fake::World) -> Result<BTreeMap<String, String>> {
    let shown = call(model, "DescribeStacks", json!({ "StackName": NAME }))?;
    let all = shown["Stacks"][0]["Parameters"].as_array().cloned().unwrap_or_default();
    let text = |value: &Json| value.as_str().unwrap_or_default().to_owned();
    Ok(all.iter().map(|one| (text(&one["ParameterKey"]), text(&one["ParameterValue"]))).collect())
}

/// Somebody changes the number of nodes and a parameter that only this template has.
pub fn change_in_the_console(model: &fake::World, shape: &str) -> Result<()> {
    let changed = match shape {
        VENDOR_BEFORE => [("WorkersCount", "5"), ("KeepCoordinatorNode", "no")],
        VENDOR_AFTER => [("WorkersCount", "5"), ("EnableFips", "false")],
        _ => [("NodeCount", "5"), ("Team", "platform")],
    };
    let mut given: BTreeMap<String, Option<String>> = parameters(model)?.into_keys().map(|name| (name, None)).collect();
    given.extend(changed.map(|(name, text)| (name.to_owned(), Some(text.to_owned()))));
    let request = json!({
        "StackName": NAME, "UsePreviousTemplate": "true", "Parameters": list(&given),
        "Capabilities": ["CAPABILITY_IAM"],
    });
    call(model, "UpdateStack", request)?;
    settled(model).map(drop)
}

/// Puts a text into the bucket of the seeded world.
pub fn store(model: &fake::World, key: &str, text: &str) {
    assert!(model.put_object(crate::harness::REGION, seed::BUCKET, key, text), "there is no bucket {}", seed::BUCKET);
}
