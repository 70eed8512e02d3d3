//! States that a former version wrote, kept under `states/VERSION/`: the present plugin reads them over the same cluster and
//! finds nothing to do. `STARBURST_RECORD_STATES=1` writes those of the present version.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use serde_json::{Value as Json, json};
use starburst_tests::clients::missing::or_skip;
use starburst_tests::clients::pulumi::DESTROY;
use starburst_tests::clients::terraform::ProjectOptions;
use starburst_tests::clients::{Client, Program, TerraformProject, place, plugin};
use starburst_tests::demo::Aws;
use starburst_tests::demo::driver::{quickstart, variables};
use starburst_tests::demo::stand_in::StandIn;

use super::{SPEED, project, sources};

const RECORD: &str = "STARBURST_RECORD_STATES";

/// Versions with states, and the file of a client in each.
fn recorded(file: &str, present: &str) -> Result<Vec<PathBuf>> {
    if std::env::var_os(RECORD).is_some() {
        let folder = sources("states").join(plugin::VERSION);
        fs::create_dir_all(&folder)?;
        fs::write(folder.join(file), present)?;
    }
    let mut all: Vec<PathBuf> =
        fs::read_dir(sources("states"))?.map(|entry| Ok(entry?.path().join(file))).collect::<Result<Vec<_>>>()?;
    all.retain(|path| path.is_file());
    ensure!(!all.is_empty(), "no version left a {file}");
    Ok(all)
}

/// The model gives a first stack the same ARN in every run, so that a recorded state is about the cluster that is there.
fn about(state: &str, arn: &str) -> Result<()> {
    ensure!(state.contains(arn), "the recorded state is about another stack than {arn}");
    Ok(())
}

fn of_pulumi() -> Result<()> {
    let stand_in = StandIn::start(Aws::Model, SPEED)?;
    let project = project(&stand_in, Program::yaml_example(), &[])?;
    let ids: Vec<_> = stand_in.ids.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
    project.config_set_all(&ids)?;
    project.up()?.success()?;
    let present = project.stack_export()?;
    let name = project.outputs()?["stackName"].as_str().context("no stackName")?.to_owned();
    let arn = stand_in.stack(&name)?.context("there is no stack")?.id;
    for file in recorded("pulumi.json", &format!("{present:#}\n"))? {
        let state = fs::read_to_string(&file)?;
        about(&state, &arn)?;
        let state: Json = serde_json::from_str(&state)?;
        project.stack_import(&state)?.success()?;
        project.preview(&["--expect-no-changes"])?.success().with_context(|| file.display().to_string())?;
        project.refresh()?.success()?;
        project.preview(&["--expect-no-changes"])?.success().with_context(|| file.display().to_string())?;
    }
    project.run(DESTROY)?.success().map(drop)
}

#[test]
fn a_state_of_pulumi_gives_an_empty_preview() -> Result<()> {
    or_skip("a_state_of_pulumi_gives_an_empty_preview", of_pulumi())
}

/// With a refresh the outputs may differ: the addresses of the cluster that is there are those of this run, in the order
/// in which its nodes came up.
fn no_change(project: &TerraformProject) -> Result<()> {
    let run = project.plan(&["-out=plan.bin"])?.success()?;
    let plan: Json = serde_json::from_str(&project.run(&["show", "-json", "plan.bin"])?.success()?.stdout)?;
    let changes = plan["resource_changes"].as_array().context("a plan names its resources")?;
    ensure!(!changes.is_empty() && changes.iter().all(|it| it["change"]["actions"] == json!(["no-op"])), "{run}");
    Ok(())
}

fn of_terraform() -> Result<()> {
    let stand_in = StandIn::start(Aws::Model, SPEED)?;
    let first = quickstart(Client::Tofu, &stand_in)?;
    first.apply(&[])?.success()?;
    let arn = stand_in.stack("joint-dev")?.context("there is no stack")?.id;
    for file in recorded("terraform.tfstate", &first.state_file())? {
        let state = fs::read_to_string(&file)?;
        about(&state, &arn)?;
        let folder = place::workspace().join("examples/terraform/quickstart");
        let mut options = ProjectOptions::of_folder(Client::Tofu, &folder)?;
        options.files.push(("terraform.tfstate".to_owned(), state));
        let project = TerraformProject::new(ProjectOptions { env: stand_in.env(), ..options })?;
        project.set_variables(&json!(variables(&stand_in)))?;
        let run = project.plan(&["-refresh=false", "-detailed-exitcode"])?;
        assert_eq!(run.status.code(), Some(0), "{}: {run}", file.display());
        no_change(&project).with_context(|| file.display().to_string())?;
    }
    first.destroy()?.success().map(drop)
}

#[test]
fn a_state_of_terraform_gives_an_empty_plan() -> Result<()> {
    or_skip("a_state_of_terraform_gives_an_empty_plan", of_terraform())
}
