//! Previews by change set with real clients, on the model of AWS and on MiniStack, which makes its change sets itself.

use anyhow::{Context, Result, ensure};
use starburst_tests::clients::missing::or_skip;
use starburst_tests::clients::{Client, Options, Program, PulumiProject, plugin};
use starburst_tests::demo::Aws;
use starburst_tests::demo::driver::{quickstart, variables};
use starburst_tests::demo::stand_in::StandIn;

/// Virtual seconds of the model in a second.
const SPEED: f64 = 60.0;
/// Where the examples' `stack` begins, and what it asks for here.
const YAML: (&str, &str) = ("      stack:\n", "      stack:\n        preview: changeSet\n");
const HCL: (&str, &str) = ("  stack = {\n", "  stack = {\n    preview = \"changeSet\"\n");

fn edited(text: &str, (from, to): (&str, &str)) -> Result<String> {
    ensure!(text.contains(from), "the example has no {from:?}");
    Ok(text.replacen(from, to, 1))
}

fn pulumi(aws: Aws) -> Result<()> {
    let stand_in = StandIn::start(aws, SPEED)?;
    let plugin = Some(plugin::folder()?.to_path_buf());
    let project =
        PulumiProject::with(Options { plugin, env: stand_in.env(), ..Options::new(Program::yaml_example()) })?;
    let program = project.folder().join("Pulumi.yaml");
    std::fs::write(&program, edited(&std::fs::read_to_string(&program)?, YAML)?)?;
    let ids: Vec<_> = stand_in.ids.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
    project.config_set_all(&ids)?;
    project.up()?.success()?;
    let name = project.outputs()?["stackName"].as_str().context("no output stackName")?.to_owned();
    let stack = stand_in.stack(&name)?.context("there is no stack")?;

    project.config_set("workerCount", "5")?;
    let preview = project.preview(&["--diff"])?.success()?;
    ensure!(preview.text().contains("change set starburst-update-"), "{}", preview.text());
    ensure!(preview.text().contains("Workers (AWS::AutoScaling::AutoScalingGroup)"), "{}", preview.text());
    project.up()?.success()?;
    assert_eq!(stand_in.workers(&stack)?.desired, 5);
    let executed = stand_in.world().map(|world| {
        let calls = world.calls();
        let count = |action: &str| calls.iter().filter(|call| call.action == action && call.outcome == "ok").count();
        (count("CreateChangeSet"), count("ExecuteChangeSet"), count("UpdateStack"))
    });
    ensure!(executed.is_none_or(|counts| counts == (1, 1, 0)), "{executed:?}");
    project.preview(&["--expect-no-changes"])?.success()?;
    project.destroy()?.success()?;
    Ok(())
}

fn terraform(aws: Aws) -> Result<()> {
    let stand_in = StandIn::start(aws, SPEED)?;
    let project = quickstart(Client::Tofu, &stand_in)?;
    let program = std::fs::read_to_string(project.folder().join("main.tf"))?;
    project.write("main.tf", &edited(&program, HCL)?)?;
    project.apply(&[])?.success()?;
    let mut values = serde_json::json!(variables(&stand_in));
    values["worker_count"] = serde_json::json!(5);
    project.set_variables(&values)?;
    let plan = project.plan(&["-out", "saved"])?.success()?;
    ensure!(plan.text().contains("What CloudFormation will do"), "{}", plan.text());
    ensure!(plan.text().contains("Workers (AWS::AutoScaling::AutoScalingGroup)"), "{}", plan.text());
    project.apply(&["saved"])?.success()?;
    let executed = stand_in.world().map(|world| {
        let calls = world.calls();
        let count = |action: &str| calls.iter().filter(|call| call.action == action && call.outcome == "ok").count();
        (count("CreateChangeSet"), count("ExecuteChangeSet"), count("UpdateStack"))
    });
    ensure!(executed.is_none_or(|counts| counts == (1, 1, 0)), "{executed:?}");
    project.destroy()?.success()?;
    Ok(())
}

#[test]
fn pulumi_on_the_model_of_aws() -> Result<()> {
    or_skip("change_sets_by_pulumi_on_the_model_of_aws", pulumi(Aws::Model))
}

#[test]
fn pulumi_on_ministack() -> Result<()> {
    or_skip("change_sets_by_pulumi_on_ministack", pulumi(Aws::Ministack))
}

#[test]
fn opentofu_on_the_model_of_aws() -> Result<()> {
    or_skip("change_sets_by_opentofu_on_the_model_of_aws", terraform(Aws::Model))
}

#[test]
fn opentofu_on_ministack() -> Result<()> {
    or_skip("change_sets_by_opentofu_on_ministack", terraform(Aws::Ministack))
}
