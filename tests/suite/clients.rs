//! The real `pulumi` drives the plugin's executable: one whole life for each language and stand-in, and what only a
//! real client can show: Ctrl-C, what the engine stores, and what it prints.

mod view_failures;
mod views;

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use starburst_tests::clients::missing::or_skip;
use starburst_tests::clients::pulumi::{DESTROY, PREVIEW, UP};
use starburst_tests::clients::{Options, Program, PulumiProject, place, plugin, schema_judge};
use starburst_tests::demo::Aws;
use starburst_tests::demo::stand_in::StandIn;
use starburst_tests::fake;

/// Virtual seconds of the model in a second: a cluster boots in a few seconds.
const SPEED: f64 = 60.0;
/// A value that must be found nowhere.
const CANARY: &str = "canary-5f1d0c7b9e";

fn project(stand_in: &StandIn, program: Program) -> Result<PulumiProject> {
    let options = Options::new(program);
    let project =
        PulumiProject::with(Options { plugin: Some(plugin::folder()?.to_path_buf()), env: stand_in.env(), ..options })?;
    let ids: Vec<_> = stand_in.ids.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
    project.config_set_all(&ids)?;
    Ok(project)
}

/// Preview, create, no change, scale, another type, refresh, destroy.
fn whole_life(aws: Aws, program: Program) -> Result<()> {
    let stand_in = StandIn::start(aws, SPEED)?;
    let project = project(&stand_in, program)?;
    project.preview(&[])?.success()?;
    project.up()?.success()?;
    let name = project.outputs()?["stackName"].as_str().context("no output stackName")?.to_owned();
    let stack = stand_in.stack(&name)?.context("there is no stack")?;
    assert_eq!(stand_in.workers(&stack)?.desired, 3);
    project.preview(&["--expect-no-changes"])?.success()?;

    project.config_set_all(&[("workerCount", "5"), ("workerInstanceType", "r5.4xlarge")])?;
    let preview = project.preview(&["--diff"])?.success()?;
    ensure!(preview.text().contains("batch"), "the preview says nothing of batches:\n{}", preview.text());
    project.up()?.success()?;
    assert_eq!(stand_in.workers(&stack)?.desired, 5);

    project.refresh()?.success()?;
    project.preview(&["--expect-no-changes"])?.success()?;
    project.destroy()?.success()?;
    ensure!(stand_in.stack(&name)?.is_none(), "the stack is still there");
    Ok(())
}

fn schema() -> std::path::PathBuf {
    place::workspace().join("schema/generated/pulumi-schema.json")
}

#[test]
fn a_typescript_program_on_the_model_of_aws() -> Result<()> {
    let name = "a_typescript_program_on_the_model_of_aws";
    or_skip(name, Program::typescript_example(&schema()).and_then(|program| whole_life(Aws::Model, program)))
}

#[test]
fn a_typescript_program_on_ministack() -> Result<()> {
    let name = "a_typescript_program_on_ministack";
    or_skip(name, Program::typescript_example(&schema()).and_then(|program| whole_life(Aws::Ministack, program)))
}

#[test]
fn a_yaml_program_on_the_model_of_aws() -> Result<()> {
    or_skip("a_yaml_program_on_the_model_of_aws", whole_life(Aws::Model, Program::yaml_example()))
}

#[test]
fn a_yaml_program_on_ministack() -> Result<()> {
    or_skip("a_yaml_program_on_ministack", whole_life(Aws::Ministack, Program::yaml_example()))
}

#[test]
fn a_python_program_on_the_model_of_aws() -> Result<()> {
    let name = "a_python_program_on_the_model_of_aws";
    or_skip(name, Program::python_example(&schema()).and_then(|program| whole_life(Aws::Model, program)))
}

#[test]
fn pulumi_accepts_the_schema() -> Result<()> {
    or_skip(
        "pulumi_accepts_the_schema",
        (|| {
            schema_judge::check(&schema())?.success()?;
            let answered = schema_judge::get(&plugin::pulumi()?)?.success()?;
            ensure!(answered.stdout.contains("PrestoAlluxioCluster"), "get-schema shows the resource");
            Ok(())
        })(),
    )
}

#[test]
fn ctrl_c_in_the_middle_keeps_what_is_needed_to_go_on() -> Result<()> {
    or_skip(
        "ctrl_c_in_the_middle_keeps_what_is_needed_to_go_on",
        (|| {
            // Slow enough that the create is still running when the signal comes.
            let stand_in = StandIn::start(Aws::Model, 4.0)?;
            let project = project(&stand_in, Program::yaml_example())?;
            let running = project.spawn(UP)?;
            let world = stand_in.world().context("the model")?;
            wait_for("a stack", || world.calls().iter().any(|call| call.action == "CreateStack"))?;
            std::thread::sleep(Duration::from_secs(2));
            running.interrupt()?;
            let stopped = running.wait(&mut |_| ())?.failure()?;
            ensure!(!stopped.text().contains("exited prematurely"), "{}", stopped.text());
            project.up()?.success()?;
            let created =
                world.calls().iter().filter(|call| call.action == "CreateStack" && call.outcome == "ok").count();
            assert_eq!(created, 1, "the second run joined the first");
            project.run(DESTROY)?.success()?;
            Ok(())
        })(),
    )
}

/// Looks for something ten times a second, for a minute.
pub fn wait_for(what: &str, mut there: impl FnMut() -> bool) -> Result<()> {
    for _ in 0..600 {
        if there() {
            return Ok(());
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    anyhow::bail!("no {what} within a minute")
}

#[test]
fn a_secret_is_found_in_no_state_log_template_or_event() -> Result<()> {
    or_skip("a_secret_is_found_in_no_state_log_template_or_event", secrets())
}

fn secrets() -> Result<()> {
    let stand_in = StandIn::start(Aws::Model, SPEED)?;
    let logs = tempfile::tempdir()?;
    let log = logs.path().join("plugin.log");
    let attached = Attached::start(&stand_in, &log)?;
    let mut project = project(&stand_in, Program::Yaml(program_with_secrets()))?;
    // The client attaches to a plugin that runs already, so that all it logs can be read.
    project.set_env("PULUMI_DEBUG_PROVIDERS", &format!("starburst:{}", attached.port));
    let mut printed = String::new();
    for args in [PREVIEW, UP, DESTROY] {
        let verbose = [args, &["--debug"]].concat();
        printed.push_str(&project.run(&verbose)?.success()?.text());
    }
    drop(attached);
    let logged = std::fs::read_to_string(&log)?;
    ensure!(logged.contains("TRACE") || logged.contains("DEBUG"), "the plugin logs at trace level:\n{logged}");
    for (what, text) in [("the client's output", &printed), ("the plugin's log", &logged)] {
        ensure!(!text.contains(CANARY), "{what} holds the secret: {}", around(text));
    }
    for file in walkdir::WalkDir::new(project.state_folder()).into_iter().filter_map(Result::ok) {
        if file.file_type().is_file() {
            let text = String::from_utf8_lossy(&std::fs::read(file.path())?).into_owned();
            ensure!(!text.contains(CANARY), "{} holds the secret", file.path().display());
        }
    }
    let world = stand_in.world().context("the model")?;
    for call in world.calls() {
        ensure!(!call.params.to_string().contains(CANARY), "the record of {} holds the secret", call.action);
    }
    Ok(())
}

/// A plugin that was started by hand, as with a debugger; dropping it ends it.
struct Attached {
    child: std::process::Child,
    port: u16,
}

impl Attached {
    fn start(stand_in: &StandIn, log: &std::path::Path) -> Result<Self> {
        let mut child = std::process::Command::new(plugin::pulumi()?)
            .envs(stand_in.env())
            .env("STARBURST_LOG", "trace")
            .stdin(std::process::Stdio::null())
            .stdout(std::process::Stdio::piped())
            .stderr(std::fs::File::create(log)?)
            .spawn()?;
        let mut line = String::new();
        let stdout = child.stdout.take().context("its output")?;
        std::io::BufRead::read_line(&mut std::io::BufReader::new(stdout), &mut line)?;
        let port = line.trim().parse().with_context(|| format!("the port line says {line:?}"))?;
        Ok(Self { child, port })
    }
}

impl Drop for Attached {
    fn drop(&mut self) {
        // Both fail when it has ended already, which is what is wanted.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn around(text: &str) -> String {
    text.lines().find(|line| line.contains(CANARY)).unwrap_or_default().chars().take(400).collect()
}

fn program_with_secrets() -> String {
    format!(
        "name: canary\nruntime: yaml\nconfig:\n  vpcId: {{ type: string }}\n  subnetId: {{ type: string }}\n  securityGroupIds: {{ type: array, items: {{ type: string }} }}\n  s3RootMount: {{ type: string }}\nresources:\n  joint:\n    type: starburst:PrestoAlluxioCluster\n    properties:\n      network:\n        vpcId: ${{vpcId}}\n        subnetId: ${{subnetId}}\n        securityGroupIds: ${{securityGroupIds}}\n      ec2: {{ workerCount: 2, keyName: {key} }}\n      alluxio:\n        s3RootMount: ${{s3RootMount}}\n        secretProperties: {{ some.secret.value: {CANARY}-a }}\n      hiveMetastore:\n        type: postgresql\n        host: db.example.com\n        port: 5432\n        userName: hive\n        password: {CANARY}-b\n        databaseName: hive\n",
        key = fake::seed::KEY_PAIR
    )
}
