//! The stack's resources as views, in the real engine's display and state, and the progress file beside its lines.

use anyhow::{Context, Result, ensure};
use serde_json::Value as Json;
use starburst_tests::clients::missing::or_skip;
use starburst_tests::clients::{Program, PulumiProject};
use starburst_tests::demo::Aws;
use starburst_tests::demo::stand_in::StandIn;

use super::{SPEED, project};

/// Views in the state: name and outputs.
pub fn views(project: &PulumiProject) -> Result<Vec<(String, Json)>> {
    let state = project.stack_export()?;
    let resources = state["deployment"]["resources"].as_array().cloned().unwrap_or_default();
    let owners: Vec<&Json> = resources.iter().filter(|one| one["id"].is_string()).map(|one| &one["urn"]).collect();
    let views = resources.iter().filter(|one| one["viewOf"].is_string());
    views
        .map(|view| {
            ensure!(owners.contains(&&view["viewOf"]), "{} is a view of nothing", view["urn"]);
            let name = view["urn"].as_str().and_then(|urn| urn.rsplit("::").next()).context("no name")?;
            // The end of the name tells one stack from another.
            let (name, _) = name.rsplit_once('-').context("no part of the stack's id")?;
            Ok((name.to_owned(), view["outputs"].clone()))
        })
        .collect()
}

fn names(project: &PulumiProject) -> Result<Vec<String>> {
    Ok(views(project)?.into_iter().map(|(name, _)| name).collect())
}

#[test]
fn resources_of_the_stack_are_views_where_they_are_asked_for() -> Result<()> {
    or_skip("resources_of_the_stack_are_views_where_they_are_asked_for", life_with_views())
}

fn life_with_views() -> Result<()> {
    let stand_in = StandIn::start(Aws::Model, SPEED)?;
    let mut project = project(&stand_in, Program::yaml_example())?;
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("progress.log");
    project.set_env("STARBURST_PULUMI_VIEWS", "1");
    project.set_env("STARBURST_PROGRESS_FILE", &file.display().to_string());
    let up = project.up()?.success()?;
    ensure!(up.text().contains("starburst:aws/autoscaling:AutoScalingGroup analytics-Workers"), "{}", up.text());
    let made = views(&project)?;
    let workers = made.iter().find(|(name, _)| name == "analytics-Workers").context("no view of the workers")?;
    ensure!(workers.1["status"] == "CREATE_COMPLETE" && workers.1["physicalId"].is_string(), "{}", workers.1);
    let told = std::fs::read_to_string(&file)?;
    ensure!(told.contains(" Workers (AWS::AutoScaling::AutoScalingGroup): created"), "{told}");
    project.preview(&["--expect-no-changes"])?.success()?;

    // A replacement by the same inputs is the very stack: its views are there once.
    let state = project.stack_export()?;
    let all = state["deployment"]["resources"].as_array().context("no resources")?;
    let cluster = all.iter().find(|one| one["type"] == "starburst:index:PrestoAlluxioCluster").context("no cluster")?;
    let urn = cluster["urn"].as_str().context("no URN")?.to_owned();
    project.run(&["up", "--yes", "--skip-preview", "--replace", &urn])?.success()?;
    let mut left = names(&project)?;
    left.dedup();
    assert_eq!(left.len(), made.len(), "{left:?}");
    project.preview(&["--expect-no-changes"])?.success()?;

    project.config_set_all(&[("workerInstanceType", "r5.4xlarge")])?;
    project.up()?.success()?;
    let rolled = views(&project)?;
    let workers = rolled.iter().find(|(name, _)| name == "analytics-Workers").context("no view of the workers")?;
    ensure!(workers.1["status"] == "UPDATE_COMPLETE", "{}", workers.1);
    assert_eq!(rolled.len(), made.len(), "what the update did not touch is kept");

    project.refresh()?.success()?;
    project.preview(&["--expect-no-changes"])?.success()?;
    assert_eq!(names(&project)?.len(), made.len());

    // Once there, they are kept in step without the variable too.
    project.set_env("STARBURST_PULUMI_VIEWS", "");
    project.config_set_all(&[("workerCount", "4")])?;
    project.up()?.success()?;
    assert_eq!(names(&project)?.len(), made.len());

    project.destroy()?.success()?;
    assert_eq!(names(&project)?, Vec::<String>::new());
    Ok(())
}

#[test]
fn views_go_with_a_cluster_that_is_found_gone() -> Result<()> {
    or_skip("views_go_with_a_cluster_that_is_found_gone", gone_with_views())
}

fn gone_with_views() -> Result<()> {
    let stand_in = StandIn::start(Aws::Model, SPEED)?;
    let mut project = project(&stand_in, Program::yaml_example())?;
    ensure!(!project.up()?.success()?.text().contains("starburst:aws/"), "views that nobody asked for");
    assert_eq!(names(&project)?, Vec::<String>::new());
    project.set_env("STARBURST_PULUMI_VIEWS", "true");
    project.config_set_all(&[("workerCount", "4")])?;
    project.up()?.success()?;
    assert_eq!(names(&project)?, ["analytics-Workers"], "those that the operation touched");

    let name = project.outputs()?["stackName"].as_str().context("no output stackName")?.to_owned();
    let model = stand_in.world().context("the model")?;
    model
        .call("cloudformation", "DeleteStack", serde_json::json!({ "StackName": name }))
        .map_err(|why| anyhow::anyhow!("{why}"))?;
    super::wait_for("the stack's end", || stand_in.stack(&name).is_ok_and(|stack| stack.is_none()))?;
    project.refresh()?.success()?;
    assert_eq!(names(&project)?, Vec::<String>::new());
    project.up()?.success()?;
    ensure!(names(&project)?.len() > 5, "a new cluster has its own");
    project.destroy()?.success()?;
    Ok(())
}
