//! The official provider of AWS beside the plugin, in one state or one program. It is 700 MB and on no package index: the
//! tests run where a mirror has it, and say so where none does.

use anyhow::{Context, Result, ensure};
use serde_json::{Value as Json, json};
use starburst_tests::clients::missing::or_skip;
use starburst_tests::clients::terraform::{Feature, Planned, ProjectOptions};
use starburst_tests::clients::{Client, TerraformProject, place, plugin};
use starburst_tests::demo::Aws;
use starburst_tests::demo::stand_in::StandIn;

use super::{ADDRESS, SPEED, STACK, cluster_lines, module, on_model};

#[test]
fn a_stack_of_the_aws_provider_moves_into_a_cluster() -> Result<()> {
    let name = "a_stack_of_the_aws_provider_moves_into_a_cluster";
    for client in Client::ALL.into_iter().filter(|client| client.can(Feature::MoveAcrossTypes)) {
        on_model(name, client, |stand_in, made| {
            made.apply(&[])?.success()?;
            let id = stand_in.stack(STACK)?.context("there is no stack")?.id;
            let moved = format!(
                "{}moved {{\n  from = aws_cloudformation_stack.old\n  to = {ADDRESS}\n}}\n",
                module(stand_in, &cluster_lines())
            );
            let aws = "aws = { source = \"registry.terraform.io/hashicorp/aws\" }";
            let moved = moved.replace("required_providers {\n", &format!("required_providers {{\n    {aws}\n"));
            let files = [("main.tf", moved.as_str()), ("terraform.tfstate", &state_of_aws(&id).to_string())];
            let project = TerraformProject::new(ProjectOptions {
                env: stand_in.env(),
                mirror: Some(plugin::aws_provider_mirror()?),
                ..ProjectOptions::new(client, &files)
            })?;
            let plan = project.plan(&[])?.success()?;
            ensure!(plan.text().contains("0 to add"), "{}: {}", client.name(), plan.text());
            ensure!(plan.text().contains("0 to destroy"), "{}: {}", client.name(), plan.text());
            project.apply(&[])?.success()?;
            assert_eq!(project.planned()?, Planned::Empty, "{}", client.name());
            let deleted = stand_in.world().context("the model")?.calls();
            ensure!(deleted.iter().all(|call| call.action != "DeleteStack"), "nothing was destroyed");
            Ok(())
        })?;
    }
    Ok(())
}

/// A state as the official provider of AWS leaves it, in the client's own form.
fn state_of_aws(id: &str) -> Json {
    json!({
        "version": 4, "terraform_version": "1.8.0", "serial": 1, "lineage": "8f1f6e9e-0000-4000-8000-000000000001",
        "outputs": {}, "resources": [{
            "mode": "managed", "type": "aws_cloudformation_stack", "name": "old",
            "provider": "provider[\"registry.terraform.io/hashicorp/aws\"]",
            "instances": [{
                "schema_version": 0, "private": "bm90IG91cnM=", "sensitive_attributes": [],
                "attributes": { "id": id, "name": STACK, "parameters": {}, "outputs": {} }
            }]
        }]
    })
}

/// A network as the module of a team finds it: by its tags.
const NETWORK: &str = r#"terraform {
  required_providers {
    aws = { source = "registry.terraform.io/hashicorp/aws" }
  }
}
resource "aws_vpc" "it" {
  cidr_block           = "10.40.0.0/16"
  enable_dns_hostnames = true
  tags                 = { Name = "analytics-dev" }
}
resource "aws_subnet" "it" {
  vpc_id                  = aws_vpc.it.id
  cidr_block              = "10.40.1.0/24"
  map_public_ip_on_launch = true
  tags                    = { Tier = "private" }
}
resource "aws_internet_gateway" "it" {
  vpc_id = aws_vpc.it.id
}
resource "aws_route" "out" {
  route_table_id         = aws_vpc.it.main_route_table_id
  destination_cidr_block = "0.0.0.0/0"
  gateway_id             = aws_internet_gateway.it.id
}
resource "aws_security_group" "it" {
  name   = "analytics"
  vpc_id = aws_vpc.it.id
  tags   = { Role = "analytics" }
}
"#;

/// Network look-up, buckets, cluster and outputs of `examples/terraform/root`, with both providers in one program.
#[test]
fn the_module_of_a_team_lives_on_ministack() -> Result<()> {
    let run = || {
        let mirror = plugin::aws_provider_mirror()?;
        let stand_in = StandIn::start(Aws::Ministack, SPEED)?;
        let client = Client::Terraform115;
        let project = |files: Vec<(String, String)>, variables: Json| -> Result<TerraformProject> {
            let options = ProjectOptions { files, env: stand_in.env(), ..ProjectOptions::new(client, &[]) };
            let project = TerraformProject::new(ProjectOptions { mirror: Some(mirror.clone()), ..options })?;
            project.set_variables(&variables)?;
            Ok(project)
        };
        project(vec![("main.tf".to_owned(), NETWORK.to_owned())], json!({}))?.apply(&[])?.success()?;
        let examples = ProjectOptions::of_folder(client, &place::workspace().join("examples/terraform"))?.files;
        let files = examples.into_iter().filter_map(|(name, text)| match name.strip_prefix("root/") {
            // The root module lies at the top here, and buckets of a stand-in have no host names of their own.
            Some(name) => {
                let text = text.replace("../modules", "./modules");
                Some((
                    name.to_owned(),
                    text.replace("provider \"aws\" {", "provider \"aws\" {\n  s3_use_path_style = true"),
                ))
            }
            None => name.starts_with("modules/").then_some((name, text)),
        });
        let values = json!({
            "environment": "dev", "region": starburst_tests::demo::stand_in::REGION, "account_id": "123456789012",
            "worker_count": 3, "protect": false,
        });
        let team = project(files.collect(), values)?;
        team.apply(&[])?.success()?;
        assert_eq!(team.planned()?, Planned::Empty);
        ensure!(stand_in.stack("analytics-dev")?.is_some(), "the module made the cluster's stack");
        team.destroy()?.success()?;
        ensure!(stand_in.stack("analytics-dev")?.is_none(), "the stack is still there");
        Ok(())
    };
    or_skip("the_module_of_a_team_lives_on_ministack", run())
}
