//! What modules of Terraform and OpenTofu do with the resource: `for_each`, `ignore_changes`, `moved`, `check`, `removed`,
//! and tests with a provider that is mocked. `create_before_destroy` and `prevent_destroy` are in `terraform_clients.rs`.

use anyhow::{Context, Result, ensure};
use starburst_tests::clients::missing::or_skip;
use starburst_tests::clients::terraform::{Planned, ProjectOptions};
use starburst_tests::clients::{Client, TerraformProject};
use starburst_tests::demo::Aws;
use starburst_tests::demo::stand_in::StandIn;
use starburst_tests::fake::seed;

use super::{SPEED, count};

const HEAD: &str = "terraform {\n  required_providers {\n    starburst = { source = \"presto-alluxio/starburst\" }\n  }\n}\n\nprovider \"starburst\" {}\n\n";

/// Two clusters, or those that are named, under this name of the resource; with what else stands in the block.
fn clusters(name: &str, keys: &[&str], count: u8, block: &str) -> String {
    let keys: Vec<String> = keys.iter().map(|key| format!("\"{key}\"")).collect();
    format!(
        "resource \"starburst_presto_alluxio_cluster\" \"{name}\" {{\n  for_each = toset([{}])\n  network  = {{ vpc_id = \"{}\", subnet_id = \"{}\", security_group_ids = [\"{}\"] }}\n  ec2      = {{ worker_count = {count} }}\n  alluxio  = {{ s3_root_mount = \"s3://analytics-data/${{each.key}}\" }}\n  stack    = {{ name = \"modules-${{each.key}}\" }}\n{block}}}\n",
        keys.join(", "),
        seed::VPC,
        seed::PUBLIC_SUBNET,
        seed::SECURITY_GROUP
    )
}

const IGNORED: &str = "  lifecycle {\n    ignore_changes = [ec2.worker_count]\n  }\n";
const CHECK: &str = "\ncheck \"serving\" {\n  data \"starburst_presto_alluxio_cluster\" \"one\" {\n    stack_name = \"modules-one\"\n  }\n  assert {\n    condition     = data.starburst_presto_alluxio_cluster.one.workers_in_service == 99\n    error_message = \"ninety-nine workers are wanted\"\n  }\n}\n";

fn life(client: Client) -> Result<()> {
    let stand_in = StandIn::start(Aws::Model, SPEED)?;
    let module = HEAD.to_owned() + &clusters("all", &["one", "two"], 1, "");
    let files = [("main.tf", module.as_str())];
    let project = TerraformProject::new(ProjectOptions { env: stand_in.env(), ..ProjectOptions::new(client, &files) })?;
    project.apply(&[])?.success()?;
    assert_eq!(count(&stand_in, "CreateStack")?, 2, "for_each");
    assert_eq!(project.planned()?, Planned::Empty);

    // Another name, another count that is ignored, and a check that does not hold: a warning, and nothing to do.
    let renamed = "\nmoved {\n  from = starburst_presto_alluxio_cluster.all\n  to   = starburst_presto_alluxio_cluster.every\n}\n";
    project.write("main.tf", &(HEAD.to_owned() + &clusters("every", &["one", "two"], 5, IGNORED) + renamed + CHECK))?;
    let plan = project.plan(&[])?.success()?;
    ensure!(plan.text().contains("has moved to"), "{}", plan.text());
    ensure!(plan.text().contains("ninety-nine workers are wanted"), "the check says nothing: {}", plan.text());
    project.apply(&[])?.success()?;
    assert_eq!(count(&stand_in, "UpdateStack")?, 0, "moved and ignore_changes");

    // One leaves the program and stays in AWS.
    let kept =
        "\nremoved {\n  from = starburst_presto_alluxio_cluster.every\n  lifecycle {\n    destroy = false\n  }\n}\n";
    project.write("main.tf", &(HEAD.to_owned() + kept))?;
    let forgotten = project.apply(&[])?.success()?;
    ensure!(!forgotten.text().contains("2 destroyed"), "{}", forgotten.text());
    assert_eq!(count(&stand_in, "DeleteStack")?, 0, "removed");
    ensure!(stand_in.stack("modules-two")?.is_some(), "the stack is gone");
    project.destroy()?.success()?;
    Ok(())
}

#[test]
fn a_module_lives_in_opentofu() -> Result<()> {
    or_skip("a_module_lives_in_opentofu", life(Client::Tofu))
}

#[test]
fn a_module_lives_in_terraform() -> Result<()> {
    or_skip("a_module_lives_in_terraform", life(Client::Terraform115))
}

const MOCKED: &str = r#"
mock_provider "starburst" {
  mock_resource "starburst_presto_alluxio_cluster" {
    defaults = {
      coordinator_url = "http://10.0.0.10:8080"
    }
  }
}

run "two_clusters_are_named_after_their_keys" {
  command = apply

  assert {
    condition     = starburst_presto_alluxio_cluster.all["one"].stack.name == "modules-one"
    error_message = "the name"
  }
  assert {
    condition     = starburst_presto_alluxio_cluster.all["one"].coordinator_url == "http://10.0.0.10:8080"
    error_message = "the mock's address"
  }
}

run "one_of_them_is_overridden" {
  command = apply

  override_resource {
    target = starburst_presto_alluxio_cluster.all
    values = {
      coordinator_url = "http://10.0.0.99:8080"
    }
  }
  assert {
    condition     = starburst_presto_alluxio_cluster.all["two"].coordinator_url == "http://10.0.0.99:8080"
    error_message = "the override's address"
  }
}
"#;

fn mocked(client: Client) -> Result<()> {
    let stand_in = StandIn::start(Aws::Model, SPEED)?;
    // Terraform 1.15 goes further and makes up `stack.template` inside a section that is written: there the mocked provider
    // cannot be used with this resource. Both clients make up values for sections that a module leaves out, write-only ones too, and then refuse their own
    // values: a module that is tested with mocks writes these two sections down.
    let sections = "  s3             = {}\n  hive_metastore = {}\n";
    let module = HEAD.to_owned() + &clusters("all", &["one", "two"], 1, sections);
    let files = [("main.tf", module.as_str()), ("tests/mocked.tftest.hcl", MOCKED)];
    let project = TerraformProject::new(ProjectOptions { env: stand_in.env(), ..ProjectOptions::new(client, &files) })?;
    let run = project.run(&["test", "-no-color"])?.success()?;
    ensure!(run.text().contains("2 passed, 0 failed"), "{}", run.text());
    let calls = stand_in.world().context("the model")?.calls();
    ensure!(calls.is_empty(), "a mocked provider called AWS: {calls:?}");
    Ok(())
}

#[test]
fn a_module_is_tested_with_mocks_in_opentofu() -> Result<()> {
    or_skip("a_module_is_tested_with_mocks_in_opentofu", mocked(Client::Tofu))
}
