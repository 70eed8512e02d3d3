//! The programs in `examples/` with the real clients on the model of AWS: each is previewed, made, found unchanged and
//! destroyed. Programs that are the smallest cluster run in `clients.rs` and `terraform_clients.rs`.

mod environments;
mod mistakes;
mod types;

use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use serde_json::json;
use starburst_tests::clients::missing::or_skip;
use starburst_tests::clients::pulumi::DESTROY;
use starburst_tests::clients::terraform::{Planned, ProjectOptions};
use starburst_tests::clients::{Client, Options, Program, PulumiProject, TerraformProject, place, plugin, sdk};
use starburst_tests::demo::Aws;
use starburst_tests::demo::stand_in::StandIn;
use starburst_tests::fake::seed;

/// Virtual seconds of the model in a second.
const SPEED: f64 = 120.0;
/// A value that must be found in no state.
const CANARY: &str = "canary-0f4c7d2be1";

fn folder(name: &str) -> PathBuf {
    place::workspace().join("examples").join(name)
}

fn schema() -> PathBuf {
    place::workspace().join("schema/generated/pulumi-schema.json")
}

/// The example, in the language that its files are written in.
fn program(name: &str) -> Result<Program> {
    let folder = folder(name);
    Ok(if folder.join("index.ts").is_file() {
        Program::TypeScript { folder, sdk: Some(sdk::typescript(&schema())?) }
    } else if folder.join("__main__.py").is_file() {
        Program::Python { folder, sdk: Some(sdk::python(&schema())?) }
    } else {
        Program::YamlFolder(folder)
    })
}

/// A project with the example, whose stack has this name.
fn project(stand_in: &StandIn, name: &str, stack: &str, env: &[(String, String)]) -> Result<PulumiProject> {
    let mut all = stand_in.env();
    all.extend(env.iter().cloned());
    let plugin = Some(plugin::folder()?.to_path_buf());
    PulumiProject::with(Options { plugin, env: all, stack: Some(stack.to_owned()), ..Options::new(program(name)?) })
}

const NETWORK: [(&str, &str); 3] = [
    ("vpcId", seed::VPC),
    ("securityGroupIds[0]", seed::SECURITY_GROUP),
    ("s3RootMount", "s3://analytics-data/alluxio"),
];

/// Preview, create, no change, destroy; then the stack is gone.
fn lives(stand_in: &StandIn, project: &PulumiProject) -> Result<()> {
    project.preview(&[])?.success()?;
    project.up()?.success()?;
    let name = project.outputs()?["stackName"].as_str().context("no output stackName")?.to_owned();
    ensure!(stand_in.stack(&name)?.is_some(), "there is no stack {name}");
    project.preview(&["--expect-no-changes"])?.success()?;
    project.run(DESTROY)?.success()?;
    ensure!(stand_in.stack(&name)?.is_none(), "the stack {name} is still there");
    Ok(())
}

fn runs(name: &str, config: &[(&str, &str)], secrets: &[(&str, &str)]) -> Result<()> {
    let stand_in = StandIn::start(Aws::Model, SPEED)?;
    let project = project(&stand_in, name, "dev", &[])?;
    project.config_set_all(&NETWORK)?;
    project.config_set_all(config)?;
    for (key, value) in secrets {
        project.config_set_secret(key, value)?;
    }
    lives(&stand_in, &project)?;
    for file in walkdir::WalkDir::new(project.state_folder()).into_iter().filter_map(Result::ok) {
        if file.file_type().is_file() {
            let text = String::from_utf8_lossy(&std::fs::read(file.path())?).into_owned();
            ensure!(!text.contains(CANARY), "{} holds the secret", file.path().display());
        }
    }
    Ok(())
}

#[test]
fn a_network_of_ones_own() -> Result<()> {
    let config =
        [("subnetId", seed::PRIVATE_SUBNET), ("instanceProfile", "analytics-nodes"), ("clients[0]", "10.0.0.0/8")];
    or_skip("a_network_of_ones_own", runs("bring-your-own-network", &config, &[]))
}

#[test]
fn a_subnet_without_a_way_out() -> Result<()> {
    let config = [("subnetId", seed::ISOLATED_SUBNET), ("mirrorUri", "s3://analytics-data/packages")];
    or_skip("a_subnet_without_a_way_out", runs("private-subnet", &config, &[]))
}

#[test]
fn a_store_that_speaks_s3() -> Result<()> {
    let config = [("subnetId", seed::PUBLIC_SUBNET), ("endpoint", "https://store.example.com:9000")];
    let secrets = [("accessKey", "AKIAEXAMPLEOFASTORE0"), ("secretKey", CANARY)];
    or_skip("a_store_that_speaks_s3", runs("s3-compatible", &config, &secrets))
}

#[test]
fn three_coordinators() -> Result<()> {
    let config = [("subnetId", seed::PUBLIC_SUBNET), ("alarmTopicArn", "arn:aws:sns:us-east-1:123456789012:analytics")];
    or_skip("three_coordinators", runs("high-availability", &config, &[]))
}

fn of_the_vendor() -> Result<()> {
    let stand_in = StandIn::start(Aws::Model, SPEED)?;
    let template = include_str!("existing_stacks/templates/vendor-before.yaml");
    let region = starburst_tests::demo::stand_in::REGION;
    ensure!(
        stand_in.world().context("the model")?.put_object(region, seed::BUCKET, "joint.yaml", template),
        "no bucket"
    );
    let project = project(&stand_in, "vendor-template", "dev", &[])?;
    project.config_set_all(&NETWORK)?;
    project.config_set_all(&[
        ("subnetId", seed::PUBLIC_SUBNET),
        ("keyName", seed::KEY_PAIR),
        ("templateUrl", "https://analytics-data.s3.us-east-1.amazonaws.com/joint.yaml"),
    ])?;
    lives(&stand_in, &project)
}

#[test]
fn a_template_of_the_vendors() -> Result<()> {
    or_skip("a_template_of_the_vendors", of_the_vendor())
}

fn postgresql(client: Client) -> Result<()> {
    let stand_in = StandIn::start(Aws::Model, SPEED)?;
    let options = ProjectOptions::of_folder(client, &folder("external-postgresql"))?;
    let project = TerraformProject::new(ProjectOptions { env: stand_in.env(), ..options })?;
    project.set_variables(&json!({
        "vpc_id": seed::VPC, "subnet_id": seed::PUBLIC_SUBNET, "security_group_ids": [seed::SECURITY_GROUP],
        "s3_root_mount": "s3://analytics-data/alluxio", "database_host": "db.example.com",
        "database_password": CANARY,
    }))?;
    project.validate()?.success()?;
    project.apply(&[])?.success()?;
    ensure!(project.outputs()?["hive_metastore_uri"].as_str().is_some_and(|uri| uri.starts_with("thrift://")));
    assert_eq!(project.planned()?, Planned::Empty);
    ensure!(!project.state_file().contains(CANARY), "the state holds the password");
    project.destroy()?.success()?;
    ensure!(stand_in.stack("analytics-postgresql")?.is_none(), "the stack is still there");
    Ok(())
}

#[test]
fn a_metastore_in_postgresql_by_opentofu() -> Result<()> {
    or_skip("a_metastore_in_postgresql_by_opentofu", postgresql(Client::Tofu))
}

#[test]
fn a_metastore_in_postgresql_by_terraform() -> Result<()> {
    or_skip("a_metastore_in_postgresql_by_terraform", postgresql(Client::Terraform115))
}
