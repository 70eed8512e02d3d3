//! One deliberate mistake in each example: what the user then reads is kept beside this file, as snapshots, to be read as
//! a user would. Ids, times and paths of the run are left out.

use anyhow::{Context, Result, ensure};
use regex::Regex;
use serde_json::json;
use starburst_tests::clients::missing::or_skip;
use starburst_tests::clients::terraform::ProjectOptions;
use starburst_tests::clients::{Client, TerraformProject};
use starburst_tests::demo::Aws;
use starburst_tests::demo::stand_in::StandIn;
use starburst_tests::fake::seed;

use super::{NETWORK, SPEED, folder, project};

/// Every line that is about the mistake, without what differs between two runs. What Pulumi says of its own stack comes or
/// not, as the engine finds time.
fn told(text: &str) -> Result<String> {
    let begins = text.find("  starburst:index:PrestoAlluxioCluster (").or_else(|| text.find("Error:"));
    let shown = text[begins.context("nothing is told")?..].split("\nResources:").next().unwrap_or_default();
    let duration = Regex::new(r"\d+(\.\d+)?m?s\b")?;
    let of_the_cluster = shown.starts_with(' ');
    let lines = shown.lines().map(str::trim_end).take_while(|line| !(of_the_cluster && line.is_empty()));
    Ok(duration.replace_all(lines.collect::<Vec<_>>().join("\n").trim(), "[time]").into_owned())
}

fn pulumi(example: &str, config: &[(&str, &str)], secrets: &[(&str, &str)]) -> Result<()> {
    let stand_in = StandIn::start(Aws::Model, SPEED)?;
    let project = project(&stand_in, example, "dev", &[])?;
    project.config_set_all(&NETWORK)?;
    project.config_set_all(config)?;
    for (key, value) in secrets {
        project.config_set_secret(key, value)?;
    }
    let run = project.preview(&[])?.failure()?;
    insta::assert_snapshot!(format!("mistake_{}", example.replace(['/', '-'], "_")), told(&run.text())?);
    let calls = stand_in.world().context("the model")?.calls();
    let changed: Vec<_> = calls.iter().filter(|call| call.action.starts_with("Create")).collect();
    ensure!(changed.is_empty(), "{changed:?}");
    Ok(())
}

#[test]
fn of_the_network_example() -> Result<()> {
    // Everybody may come in, and the group is in another VPC.
    let config = [
        ("subnetId", seed::PRIVATE_SUBNET),
        ("securityGroupIds[0]", seed::OTHER_SECURITY_GROUP),
        ("instanceProfile", "analytics-nodes"),
        ("clients[0]", "10.0.0.0/33"),
    ];
    or_skip("of_the_network_example", pulumi("bring-your-own-network", &config, &[]))
}

#[test]
fn of_the_private_subnet() -> Result<()> {
    let config = [("subnetId", seed::ISOLATED_SUBNET), ("mirrorUri", "https://mirror.example.com/packages")];
    or_skip("of_the_private_subnet", pulumi("private-subnet", &config, &[]))
}

#[test]
fn of_the_store() -> Result<()> {
    let config = [("subnetId", seed::PUBLIC_SUBNET), ("endpoint", "store.example.com:9000")];
    let secrets = [("accessKey", "AKIAEXAMPLEOFASTORE0"), ("secretKey", "never-shown")];
    or_skip("of_the_store", pulumi("s3-compatible", &config, &secrets))
}

#[test]
fn of_the_highly_available() -> Result<()> {
    let config = [("subnetId", seed::OTHER_SUBNET), ("alarmTopicArn", "analytics")];
    or_skip("of_the_highly_available", pulumi("high-availability", &config, &[]))
}

#[test]
fn of_an_environment() -> Result<()> {
    let config = [
        ("subnetId", seed::PUBLIC_SUBNET),
        ("region", "us-east-1"),
        ("accountId", "123456789012"),
        ("workerCount", "0"),
        ("workerInstanceType", "r5.4xlarg"),
    ];
    or_skip("of_an_environment", pulumi("multi-environment/pulumi", &config, &[]))
}

fn postgresql() -> Result<()> {
    let stand_in = StandIn::start(Aws::Model, SPEED)?;
    let options = ProjectOptions::of_folder(Client::Tofu, &folder("external-postgresql"))?;
    let project = TerraformProject::new(ProjectOptions { env: stand_in.env(), ..options })?;
    project.set_variables(&json!({
        "vpc_id": seed::VPC, "subnet_id": seed::PUBLIC_SUBNET, "security_group_ids": [seed::SECURITY_GROUP],
        "s3_root_mount": "analytics-data/alluxio", "database_host": "", "database_password": "never-shown",
    }))?;
    let run = project.plan(&[])?.failure()?;
    insta::assert_snapshot!("mistake_external_postgresql", told(&run.text())?);
    Ok(())
}

#[test]
fn of_the_metastore() -> Result<()> {
    or_skip("of_the_metastore", postgresql())
}
