//! What programs do with providers and resources beyond naming their inputs, by the real clients on the model of AWS:
//! options of resources, several regions, references between stacks, the Automation API, unit tests with mocks; and what
//! modules of Terraform do.

mod modules;
mod states;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use serde_json::Value as Json;
use starburst_tests::clients::missing::or_skip;
use starburst_tests::clients::program::TYPESCRIPT_PACKAGE;
use starburst_tests::clients::pulumi::{DESTROY, UP};
use starburst_tests::clients::python::Environment;
use starburst_tests::clients::{Options, Program, PulumiProject, command, node, place, plugin, sdk};
use starburst_tests::demo::Aws;
use starburst_tests::demo::stand_in::StandIn;
use starburst_tests::fake::seed;
use tempfile::TempDir;

/// Virtual seconds of the model in a second.
const SPEED: f64 = 120.0;
/// A value that must be found in no state.
const CANARY: &str = "canary-5b1f90ce37";
const LIMIT: std::time::Duration = std::time::Duration::from_secs(300);

fn sources(name: &str) -> PathBuf {
    place::workspace().join("tests/suite/programs").join(name)
}

fn schema() -> PathBuf {
    place::workspace().join("schema/generated/pulumi-schema.json")
}

/// A project whose files are those of a folder, or a YAML text.
fn project(stand_in: &StandIn, program: Program, env: &[(String, String)]) -> Result<PulumiProject> {
    let mut all = stand_in.env();
    all.extend(env.iter().cloned());
    let project = PulumiProject::with(Options {
        plugin: Some(plugin::folder()?.to_path_buf()),
        env: all,
        ..Options::new(program)
    })?;
    Ok(project)
}

fn typescript(name: &str) -> Result<Program> {
    Ok(Program::TypeScript { folder: sources(name), sdk: Some(sdk::typescript(&schema())?) })
}

/// The calls of an action, by the name of the stack and the region's tag where the model has it.
fn count(stand_in: &StandIn, action: &str) -> Result<usize> {
    let world = stand_in.world().context("the model")?;
    Ok(world.calls().iter().filter(|call| call.action == action && call.outcome == "ok").count())
}

fn stack_in(stand_in: &StandIn, region: &str, name: &str) -> Result<Option<String>> {
    Ok(stand_in.world().context("the model")?.stack_status(region, name))
}

fn options_of_resources() -> Result<()> {
    let stand_in = StandIn::start(Aws::Model, SPEED)?;
    let project = project(&stand_in, typescript("options")?, &[])?;
    project.config_set_all(&[
        ("vpcId", seed::VPC),
        ("subnetId", seed::PUBLIC_SUBNET),
        ("groupId", seed::SECURITY_GROUP),
        ("step", "first"),
    ])?;
    project.config_set_secret("token", CANARY)?;
    project.up()?.success()?;
    ensure!(stack_in(&stand_in, "us-east-1", "options-a")?.as_deref() == Some("CREATE_COMPLETE"), "two regions: one");
    ensure!(
        stack_in(&stand_in, "eu-central-1", "options-b")?.as_deref() == Some("CREATE_COMPLETE"),
        "two regions: two"
    );
    let calls = stand_in.world().context("the model")?.calls();
    let of = |name: &str| {
        let at = calls.iter().position(|call| call.action == "CreateStack" && call.params["StackName"] == name);
        at.with_context(|| format!("{name} was not made"))
    };
    let (a, b) = (of("options-a")?, of("options-b")?);
    ensure!(a < b, "dependsOn: b was begun before a");
    for (at, tags) in [(a, ["team", "data", "added", "by-transform"]), (b, ["team", "other", "added", "by-transform"])]
    {
        let shown = calls[at].params["Tags"].to_string();
        ensure!(tags.iter().all(|tag| shown.contains(tag)), "default tags and the transform's: {shown}");
    }
    for call in &calls {
        ensure!(!call.params.to_string().contains(CANARY), "the record of {} holds the secret", call.action);
    }
    ensure!(!project.stack_export()?.to_string().contains(CANARY), "the state holds the secret");

    project.config_set("step", "replaced")?;
    let replaced = project.preview(&["--diff"])?.success()?;
    ensure!(replaced.text().contains("replace"), "replaceOnChanges: {}", replaced.text());
    // Another name by an alias, and a count that is ignored: nothing to do.
    project.config_set("step", "renamed")?;
    project.preview(&["--expect-no-changes"])?.success()?;
    project.up()?.success()?;
    let refused = project.run(DESTROY)?.failure()?;
    ensure!(refused.text().contains("protect"), "{}", refused.text());

    // b leaves the program and stays in AWS.
    project.config_set("step", "without-b")?;
    project.up()?.success()?;
    assert_eq!(count(&stand_in, "DeleteStack")?, 0, "retainOnDelete");
    ensure!(stack_in(&stand_in, "eu-central-1", "options-b")?.is_some(), "b is gone");
    project.config_set("step", "unprotected")?;
    project.up()?.success()?;
    project.run(DESTROY)?.success()?;
    assert_eq!(count(&stand_in, "DeleteStack")?, 1);
    Ok(())
}

#[test]
fn options_of_resources_hold_over_two_regions() -> Result<()> {
    or_skip("options_of_resources_hold_over_two_regions", options_of_resources())
}

fn references() -> Result<()> {
    let (stand_in, shared) = (StandIn::start(Aws::Model, SPEED)?, TempDir::with_prefix("backend-")?);
    let backend = ("PULUMI_BACKEND_URL".to_owned(), format!("file://{}", shared.path().display()));
    let first = project(&stand_in, Program::yaml_example(), std::slice::from_ref(&backend))?;
    let ids: Vec<_> = stand_in.ids.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
    first.config_set_all(&ids)?;
    first.up()?.success()?;
    let text = "name: reader\nruntime: yaml\nresources:\n  cluster:\n    type: pulumi:pulumi:StackReference\n    properties: { name: organization/presto-alluxio/dev }\noutputs:\n  url: ${cluster.outputs[\"coordinatorUrl\"]}\n";
    let second = project(&stand_in, Program::Yaml(text.to_owned()), &[backend])?;
    second.up()?.success()?;
    assert_eq!(second.outputs()?["url"], first.outputs()?["coordinatorUrl"]);
    first.run(DESTROY)?.success()?;
    Ok(())
}

#[test]
fn another_stack_reads_the_coordinators_url() -> Result<()> {
    or_skip("another_stack_reads_the_coordinators_url", references())
}

/// Runs a program of the Automation API that makes, previews and destroys one cluster, and prints what it saw as JSON.
fn automated(program: &Path, arguments: &[&str], carrier: Program, env: &[(String, String)]) -> Result<()> {
    let stand_in = StandIn::start(Aws::Model, SPEED)?;
    // The carrier's folder has the packages; its own program is not run.
    let project = project(&stand_in, carrier, env)?;
    let run = project.drive(program, arguments, plugin::folder()?)?.success()?;
    let line = run.stdout.lines().rfind(|line| line.starts_with('{')).with_context(|| format!("no result: {run}"))?;
    let seen: Json = serde_json::from_str(line)?;
    assert_eq!(seen["created"], "create", "{seen}");
    assert_eq!(seen["again"], "same", "{seen}");
    ensure!(seen["url"].as_str().is_some_and(|url| url.starts_with("http://")), "{seen}");
    assert_eq!((count(&stand_in, "CreateStack")?, count(&stand_in, "DeleteStack")?), (1, 1));
    Ok(())
}

fn automation_in_typescript() -> Result<()> {
    let node = node::find("node")?;
    let carrier = typescript("automation")?;
    automated(&node, &["-r", "ts-node/register/transpile-only", "index.ts"], carrier, &[])
}

#[test]
fn the_automation_api_drives_it_in_typescript() -> Result<()> {
    or_skip("the_automation_api_drives_it_in_typescript", automation_in_typescript())
}

fn automation_in_python() -> Result<()> {
    let python = Environment::Clients.bin()?.join("python");
    let carrier = Program::Python { folder: sources("automation-python"), sdk: Some(sdk::python(&schema())?) };
    automated(&python, &["__main__.py"], carrier, &[])
}

#[test]
fn the_automation_api_drives_it_in_python() -> Result<()> {
    or_skip("the_automation_api_drives_it_in_python", automation_in_python())
}

fn mocks_in_typescript() -> Result<()> {
    let folder = place::workspace().join("examples/testing/typescript");
    let copy = TempDir::with_prefix("mocks-")?;
    for entry in fs::read_dir(&folder)? {
        let entry = entry?;
        if entry.path().is_file() {
            fs::copy(entry.path(), copy.path().join(entry.file_name()))?;
        }
    }
    node::link(copy.path(), &[(TYPESCRIPT_PACKAGE, sdk::typescript(&schema())?.as_path())])?;
    let mut node = std::process::Command::new(node::find("node")?);
    node.args(["-r", "ts-node/register/transpile-only", "--test", "cluster.test.ts"]).current_dir(copy.path());
    let run = command::run(&mut node, LIMIT)?.success()?;
    ensure!(run.text().contains("pass 2"), "{run}");
    Ok(())
}

#[test]
fn a_program_is_tested_with_mocks_in_typescript() -> Result<()> {
    or_skip("a_program_is_tested_with_mocks_in_typescript", mocks_in_typescript())
}

fn mocks_in_python() -> Result<()> {
    let mut python = std::process::Command::new(Environment::Clients.bin()?.join("python"));
    python.args(["-B", "-m", "unittest", "-v", "test_cluster"]);
    python.current_dir(place::workspace().join("examples/testing/python")).env("PYTHONPATH", sdk::python(&schema())?);
    let run = command::run(&mut python, LIMIT)?.success()?;
    ensure!(run.text().contains("Ran 2 tests"), "{run}");
    Ok(())
}

#[test]
fn a_program_is_tested_with_mocks_in_python() -> Result<()> {
    or_skip("a_program_is_tested_with_mocks_in_python", mocks_in_python())
}

/// Ten clusters in one program.
fn ten() -> String {
    let mut text = String::from("name: ten\nruntime: yaml\nresources:\n");
    for number in 0..10 {
        text.push_str(&format!(
            "  c{number}:\n    type: starburst:PrestoAlluxioCluster\n    properties:\n      network: {{ vpcId: {}, subnetId: {}, securityGroupIds: [{}] }}\n      ec2: {{ workerCount: 1 }}\n      alluxio: {{ s3RootMount: \"s3://analytics-data/c{number}\" }}\n",
            seed::VPC,
            seed::PUBLIC_SUBNET,
            seed::SECURITY_GROUP
        ));
    }
    text
}

fn one_process() -> Result<()> {
    let stand_in = StandIn::start(Aws::Model, SPEED)?;
    // A folder of its own with a plugin that writes down each start before it becomes the real one.
    let folder = TempDir::with_prefix("counted-")?;
    let (plugin, starts) = (folder.path().join(plugin::PULUMI_PLUGIN), folder.path().join("starts"));
    let script =
        format!("#!/bin/sh\necho started >>'{}'\nexec '{}' \"$@\"\n", starts.display(), plugin::pulumi()?.display());
    fs::write(&plugin, script)?;
    fs::set_permissions(&plugin, std::os::unix::fs::PermissionsExt::from_mode(0o755))?;
    let options = Options::new(Program::Yaml(ten()));
    let project =
        PulumiProject::with(Options { plugin: Some(folder.path().to_path_buf()), env: stand_in.env(), ..options })?;
    let before = fs::read_to_string(&starts).unwrap_or_default().lines().count();
    project.run(UP)?.success()?;
    let during = fs::read_to_string(&starts)?.lines().count() - before;
    assert_eq!(count(&stand_in, "CreateStack")?, 10);
    // The YAML host reads the schema from a plugin of its own; the engine works with one.
    ensure!(during <= 2, "{during} plugin processes for ten clusters");
    project.run(DESTROY)?.success()?;
    Ok(())
}

#[test]
fn ten_clusters_share_one_plugin() -> Result<()> {
    or_skip("ten_clusters_share_one_plugin", one_process())
}
