//! Views in the real engine when something goes wrong or gets another name: the engine neither fails nor ends for them.

use anyhow::{Context, Result, ensure};
use starburst_tests::clients::missing::or_skip;
use starburst_tests::clients::{Program, PulumiProject, place};
use starburst_tests::demo::Aws;
use starburst_tests::demo::stand_in::StandIn;
use starburst_tests::fake::Phase;

use super::views::views;
use super::{SPEED, project};

/// The program of the examples with one text in place of another.
fn program(changes: &[(&str, &str)]) -> Result<String> {
    let text = std::fs::read_to_string(place::workspace().join("examples/yaml/Pulumi.yaml"))?;
    changes.iter().try_fold(text, |text, (from, to)| {
        ensure!(text.contains(from), "the example has no {from:?}");
        Ok(text.replace(from, to))
    })
}

fn started(changes: &[(&str, &str)]) -> Result<(StandIn, PulumiProject)> {
    let stand_in = StandIn::start(Aws::Model, SPEED)?;
    let mut project = project(&stand_in, Program::Yaml(program(changes)?))?;
    project.set_env("STARBURST_PULUMI_VIEWS", "1");
    Ok((stand_in, project))
}

/// Status of the view of that name.
fn status(project: &PulumiProject, name: &str) -> Result<String> {
    let views = views(project)?;
    let (_, outputs) = views.iter().find(|(found, _)| found == name).with_context(|| format!("no view {name}"))?;
    Ok(outputs["status"].as_str().unwrap_or_default().to_owned())
}

#[test]
fn a_kept_failure_is_seen_in_the_views_and_destroyed_with_them() -> Result<()> {
    or_skip("a_kept_failure_is_seen_in_the_views_and_destroyed_with_them", kept_failure())
}

fn kept_failure() -> Result<()> {
    let (stand_in, project) = started(&[("      stack:\n", "      stack:\n        onFailure: keep\n")])?;
    let model = stand_in.world().context("the model")?;
    model.fail_resource("LogGroup", Phase::Create, "a quota", 1);
    let failed = project.up()?.failure()?;
    ensure!(failed.text().contains("a quota"), "{}", failed.text());
    assert_eq!(status(&project, "analytics-LogGroup")?, "CREATE_FAILED");
    project.destroy()?.success()?;
    assert_eq!(views(&project)?, []);
    project.preview(&[])?.success()?;
    Ok(())
}

#[test]
fn what_a_cleanup_leaves_behind_fails_no_update() -> Result<()> {
    or_skip("what_a_cleanup_leaves_behind_fails_no_update", cleanup())
}

fn cleanup() -> Result<()> {
    let (off, on) = ("      stack:\n", "      monitoring: { cloudWatchMetrics: true }\n      stack:\n");
    let (stand_in, project) = started(&[(off, on)])?;
    project.up()?.success()?;
    assert_eq!(status(&project, "analytics-Dashboard")?, "CREATE_COMPLETE");
    let model = stand_in.world().context("the model")?;
    model.fail_resource("Dashboard", Phase::Delete, "it is in use", 3);
    let file = project.folder().join("Pulumi.yaml");
    std::fs::write(&file, std::fs::read_to_string(&file)?.replace(on, off))?;
    project.up()?.success()?;
    ensure!(status(&project, "analytics-Dashboard").is_err(), "what is left behind is not the stack's any more");
    project.config_set_all(&[("workerCount", "4")])?;
    project.up()?.success()?;
    project.destroy()?.success()?;
    assert_eq!(views(&project)?, []);
    Ok(())
}

/// Gives the cluster another name, and an alias for the former one.
fn rename(project: &PulumiProject) -> Result<()> {
    let file = project.folder().join("Pulumi.yaml");
    let text = std::fs::read_to_string(&file)?;
    let name = "  renamed:\n    options: { aliases: [{ name: analytics }] }\n";
    Ok(std::fs::write(&file, text.replace("  analytics:\n", name).replace("${analytics.", "${renamed."))?)
}

/// URNs in the state of what is, or was, a view.
fn urns_of_views(project: &PulumiProject) -> Result<Vec<String>> {
    let state = project.stack_export()?;
    let all = state["deployment"]["resources"].as_array().cloned().unwrap_or_default();
    let views = all.iter().filter(|one| one["viewOf"].is_string());
    Ok(views.filter_map(|view| view["urn"].as_str().map(str::to_owned)).collect())
}

#[test]
fn an_alias_does_not_end_the_engine_and_its_views_can_be_taken_out() -> Result<()> {
    or_skip("an_alias_does_not_end_the_engine_and_its_views_can_be_taken_out", aliased())
}

fn aliased() -> Result<()> {
    let (_stand_in, project) = started(&[])?;
    project.up()?.success()?;
    rename(&project)?;
    project.config_set_all(&[("workerCount", "4")])?;
    let up = project.up()?.success()?;
    ensure!(up.text().contains("pulumi state delete"), "{}", up.text());
    // The engine leaves them to a name that is gone, and tells the plugin of them no more.
    let shown = project.run(&["stack", "--show-urns"])?.success()?.text();
    for urn in urns_of_views(&project)? {
        ensure!(shown.contains(&urn), "{urn} is not among {shown}");
        project.run(&["state", "delete", &urn, "--yes"])?.success()?;
    }
    project.config_set_all(&[("workerCount", "5")])?;
    project.up()?.success()?;
    let names: Vec<String> = views(&project)?.into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["renamed-Workers"], "those that the operation touched");
    project.destroy()?.success()?;
    assert_eq!(urns_of_views(&project)?, Vec::<String>::new());
    Ok(())
}
