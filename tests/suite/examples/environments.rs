//! `examples/multi-environment`: environments beside each other, the wrong account, a name that is somebody else's,
//! protection, and the table in which two differ.

use anyhow::{Context, Result, ensure};
use serde_json::{Value as Json, json};
use starburst_tests::clients::missing::or_skip;
use starburst_tests::clients::pulumi::DESTROY;
use starburst_tests::clients::terraform::{Planned, ProjectOptions};
use starburst_tests::clients::{Client, PulumiProject, TerraformProject};
use starburst_tests::demo::Aws;
use starburst_tests::demo::stand_in::{REGION, StandIn};
use starburst_tests::fake::{ACCOUNT, CallRecord, seed};

use super::{NETWORK, SPEED, folder, project};

const PULUMI: &str = "multi-environment/pulumi";

/// The program as the environment of that name, with ids of the model in place of the file's.
fn environment(stand_in: &StandIn, name: &str) -> Result<PulumiProject> {
    let project = project(stand_in, PULUMI, name, &[])?;
    // A project of the tests starts without the files of its stacks.
    let file = folder(PULUMI).join(format!("Pulumi.{name}.yaml"));
    let file: Json = serde_yaml_ng::from_str(&std::fs::read_to_string(&file).context("the environment's file")?)?;
    for (key, value) in file["config"].as_object().into_iter().flatten() {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        if !value.is_array() {
            project.config_set(key, &text)?;
        }
    }
    project.config_set_all(&NETWORK)?;
    project.config_set_all(&[("subnetId", seed::PUBLIC_SUBNET), ("region", REGION), ("accountId", ACCOUNT)])?;
    Ok(project)
}

/// Calls that change something, with the stack that each names.
fn mutations(stand_in: &StandIn) -> Result<Vec<(String, String)>> {
    let changes = |call: &CallRecord| {
        !["Describe", "Get", "List", "Head"].iter().any(|read| call.action.starts_with(read)) && call.outcome == "ok"
    };
    let of = |call: CallRecord| {
        let stack = call.params["StackName"].as_str().unwrap_or_default();
        // A name, or an ARN with the name in it.
        let name = stack.split('/').nth(1).unwrap_or(stack).to_owned();
        (call.action, if name.is_empty() { call.params.to_string() } else { name })
    };
    Ok(stand_in.world().context("the model")?.calls().into_iter().filter(changes).map(of).collect())
}

fn beside_each_other() -> Result<()> {
    let stand_in = StandIn::start(Aws::Model, SPEED)?;
    let (dev, prod) = (environment(&stand_in, "dev")?, environment(&stand_in, "prod")?);
    prod.config_set_secret("alluxioSecrets", "{ \"fs.example.key\": \"canary-77c1\" }")?;
    std::thread::scope(|scope| {
        let other = scope.spawn(|| dev.up()?.success());
        prod.up()?.success()?;
        other.join().ok().context("the other client's thread ended")?
    })?;
    let touched = mutations(&stand_in)?;
    for name in ["analytics-dev-cluster", "analytics-prod-cluster"] {
        ensure!(stand_in.stack(name)?.is_some(), "there is no {name}");
        let made = touched.iter().filter(|(action, stack)| action == "CreateStack" && stack == name).count();
        assert_eq!(made, 1, "{touched:?}");
    }
    let world = stand_in.world().context("the model")?;
    world.clear_calls();
    dev.config_set("workerCount", "4")?;
    dev.up()?.success()?;
    for (action, named) in mutations(&stand_in)? {
        ensure!(!named.contains("prod"), "a change of dev touched prod: {action} {named}");
    }
    let differ = compare(&stand_in)?;
    for row in ["ec2.workerCount", "ec2.haCoordinatorCount", "stack.terminationProtection"] {
        ensure!(differ.lines().any(|line| line.starts_with(row)), "no row {row}:\n{differ}");
    }
    ensure!(!differ.contains("canary"), "{differ}");
    insta::assert_snapshot!("differences", differ);

    let refused = prod.run(DESTROY)?.failure()?;
    ensure!(refused.text().contains("protect"), "{}", refused.text());
    dev.run(DESTROY)?.success()?;
    prod.config_set("protected", "false")?;
    prod.up()?.success()?;
    prod.run(DESTROY)?.success()?;
    ensure!(stand_in.stack("analytics-prod-cluster")?.is_none(), "prod is still there");
    Ok(())
}

/// The table of the inputs in which dev and prod differ.
fn compare(stand_in: &StandIn) -> Result<String> {
    let look = project(stand_in, "multi-environment/compare", "look", &[])?;
    look.config_set_all(&[("left", "analytics-dev-cluster"), ("right", "analytics-prod-cluster")])?;
    look.up()?.success()?;
    Ok(look.outputs()?["differences"].as_str().context("no output differences")?.to_owned())
}

#[test]
fn two_environments_at_once_never_touch_each_other() -> Result<()> {
    or_skip("two_environments_at_once_never_touch_each_other", beside_each_other())
}

fn refused_beforehand() -> Result<()> {
    let stand_in = StandIn::start(Aws::Model, SPEED)?;
    let dev = environment(&stand_in, "dev")?;
    dev.config_set("accountId", "210987654321")?;
    let refused = dev.up()?.failure()?;
    ensure!(refused.text().contains("SB2003") && refused.text().contains(ACCOUNT), "{}", refused.text());
    assert_eq!(mutations(&stand_in)?, [], "something was changed in the wrong account");

    dev.config_set("accountId", ACCOUNT)?;
    let world = stand_in.world().context("the model")?;
    let body = json!({ "Resources": { "Topic": { "Type": "AWS::SNS::Topic" } } }).to_string();
    let request = json!({ "StackName": "analytics-dev-cluster", "TemplateBody": body });
    world.call("cloudformation", "CreateStack", request).map_err(|error| anyhow::anyhow!("{error}"))?;
    world.clear_calls();
    let taken = dev.up()?.failure()?;
    ensure!(taken.text().contains("SB3002") || taken.text().contains("exists"), "{}", taken.text());
    assert_eq!(mutations(&stand_in)?, [], "somebody else's stack was touched");
    Ok(())
}

#[test]
fn a_wrong_account_and_a_name_of_others_are_refused_before_anything_is_made() -> Result<()> {
    or_skip("a_wrong_account_and_a_name_of_others_are_refused_before_anything_is_made", refused_beforehand())
}

/// Values of the variables of an environment, with ids of the model in place of the file's.
fn variables(environment: &str, protected: bool) -> Json {
    json!({
        "environment": environment, "account_id": ACCOUNT, "region": REGION, "vpc_id": seed::VPC,
        "subnet_id": seed::PUBLIC_SUBNET, "security_group_ids": [seed::SECURITY_GROUP],
        "s3_root_mount": "s3://analytics-data/alluxio", "worker_count": 2, "protected": protected,
    })
}

fn by_terraform() -> Result<()> {
    let stand_in = StandIn::start(Aws::Model, SPEED)?;
    let made = |name: &str, protected: bool| -> Result<TerraformProject> {
        let options = ProjectOptions::of_folder(Client::Tofu, &folder("multi-environment/terraform"))?;
        let project = TerraformProject::new(ProjectOptions { env: stand_in.env(), ..options })?;
        project.set_variables(&variables(name, protected))?;
        Ok(project)
    };
    let (dev, prod) = (made("dev", false)?, made("prod", true)?);
    std::thread::scope(|scope| {
        let other = scope.spawn(|| dev.apply(&[])?.success());
        prod.apply(&[])?.success()?;
        other.join().ok().context("the other client's thread ended")?
    })?;
    assert_eq!((dev.planned()?, prod.planned()?), (Planned::Empty, Planned::Empty));
    // The variables of one environment over the state of the other, both ways.
    for (state, wrong, word) in [
        (&dev, variables("prod", true), "prevent_replacement"),
        (&prod, variables("dev", false), "termination_protection"),
    ] {
        state.set_variables(&wrong)?;
        stand_in.world().context("the model")?.clear_calls();
        let refused = state.apply(&[])?.failure()?;
        ensure!(refused.text().contains(word), "{word}: {}", refused.text());
        assert_eq!(mutations(&stand_in)?, [], "{word}");
    }
    dev.set_variables(&variables("dev", false))?;
    prod.set_variables(&variables("prod", true))?;
    let refused = prod.destroy()?.failure()?;
    ensure!(refused.text().contains("termination_protection"), "{}", refused.text());
    dev.destroy()?.success()?;
    prod.set_variables(&variables("prod", false))?;
    prod.apply(&[])?.success()?;
    prod.destroy()?.success()?;
    Ok(())
}

#[test]
fn environments_of_one_module() -> Result<()> {
    or_skip("environments_of_one_module", by_terraform())
}
