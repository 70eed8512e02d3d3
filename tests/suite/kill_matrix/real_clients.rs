//! Real clients whose plugin gets SIGKILL at a chosen call: the command fails, the same command is given again, and in
//! the end every operation happened once. The model runs in real time, sixty times as fast.

use std::path::Path;
use std::process::Command;
use std::sync::LazyLock;

use anyhow::{Context, Result, ensure};
use serde_json::json;
use starburst_tests::clients::command::Running;
use starburst_tests::clients::plugin::{PULUMI_PLUGIN, TERRAFORM_PLUGIN, folder};
use starburst_tests::clients::pulumi::{DESTROY, UP};
use starburst_tests::clients::terraform::{APPLY, Planned};
use starburst_tests::clients::{Client, Options, Program, PulumiProject};
use starburst_tests::demo::Aws;
use starburst_tests::demo::driver::{quickstart, variables};
use starburst_tests::demo::stand_in::StandIn;
use starburst_tests::fake::{Effect, World};

use crate::clients::wait_for;

/// Virtual seconds of the model in a second.
const SPEED: f64 = 60.0;

/// At which call: its action, how many of them pass first, and the moment.
type Kill = (&'static str, u32, Effect);

/// How many times a plugin of a real client was killed, each time with the right end; run by whoever asks first.
pub static KILLED: LazyLock<Result<usize>> = LazyLock::new(|| {
    let tofu = std::thread::spawn(tofu);
    let killed = pulumi()?;
    Ok(killed + tofu.join().map_err(|_| anyhow::anyhow!("the run of tofu panicked"))??)
});

fn pulumi() -> Result<usize> {
    let stand_in = StandIn::start(Aws::Model, SPEED)?;
    let world = stand_in.world().context("the model")?;
    let options = Options::new(Program::yaml_example());
    let project =
        PulumiProject::with(Options { plugin: Some(folder()?.to_path_buf()), env: stand_in.env(), ..options })?;
    let ids: Vec<_> = stand_in.ids.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
    project.config_set_all(&ids)?;
    let creates = [
        ("CreateStack", 0, Effect::HoldBefore),
        ("CreateStack", 0, Effect::HoldAfter),
        ("DescribeStackEvents", 0, Effect::HoldBefore),
    ];
    let updates = [("UpdateStack", 0, Effect::HoldAfter), ("DescribeStackEvents", 0, Effect::HoldAfter)];
    let deletes = [("DeleteStack", 0, Effect::HoldBefore), ("DeleteStack", 0, Effect::HoldAfter)];
    let mut killed = 0;
    killed += kills(world, PULUMI_PLUGIN, &creates, || project.spawn(UP))?;
    project.up()?.success()?;
    project.preview(&["--expect-no-changes"])?.success()?;
    project.config_set("workerCount", "5")?;
    killed += kills(world, PULUMI_PLUGIN, &updates, || project.spawn(UP))?;
    project.up()?.success()?;
    project.preview(&["--expect-no-changes"])?.success()?;
    killed += kills(world, PULUMI_PLUGIN, &deletes, || project.spawn(DESTROY))?;
    project.destroy()?.success()?;
    every_operation_once(world)?;
    Ok(killed)
}

fn tofu() -> Result<usize> {
    let stand_in = StandIn::start(Aws::Model, SPEED)?;
    let world = stand_in.world().context("the model")?;
    let project = quickstart(Client::Tofu, &stand_in)?;
    let creates = [("CreateStack", 0, Effect::HoldAfter), ("DescribeStackEvents", 0, Effect::HoldBefore)];
    let updates = [("UpdateStack", 0, Effect::HoldBefore), ("UpdateStack", 0, Effect::HoldAfter)];
    let deletes = [("DeleteStack", 0, Effect::HoldAfter)];
    let mut killed = 0;
    killed += kills(world, TERRAFORM_PLUGIN, &creates, || project.spawn(APPLY))?;
    project.apply(&[])?.success()?;
    assert_eq!(project.planned()?, Planned::Empty);
    let mut values = json!(variables(&stand_in));
    values["worker_count"] = json!(5);
    project.set_variables(&values)?;
    killed += kills(world, TERRAFORM_PLUGIN, &updates, || project.spawn(APPLY))?;
    project.apply(&[])?.success()?;
    assert_eq!(project.planned()?, Planned::Empty);
    let destroy = ["destroy", "-auto-approve", "-input=false", "-no-color"];
    killed += kills(world, TERRAFORM_PLUGIN, &deletes, || project.spawn(&destroy))?;
    project.destroy()?.success()?;
    every_operation_once(world)?;
    Ok(killed)
}

/// Runs the command once for each kill; every run must fail. Gives how many there were.
fn kills(world: &World, plugin: &str, kills: &[Kill], start: impl Fn() -> Result<Running>) -> Result<usize> {
    for (action, skip, moment) in kills {
        let held = world.held();
        world.fault("cloudformation", action, *skip, 1, moment.clone());
        let running = start()?;
        let arrived = wait_for(action, || world.held() > held);
        world.with(|state| state.faults.calls.clear());
        if let Err(error) = arrived {
            anyhow::bail!("{error}; the client said: {}", running.wait(&mut |_| ())?);
        }
        let plugins = descendants(running.pid(), plugin)?;
        ensure!(!plugins.is_empty(), "the client has no plugin at {action}");
        for process in plugins {
            let status = Command::new("kill").args(["-KILL", &process.to_string()]).status()?;
            ensure!(status.success(), "process {process} could not be killed");
        }
        running.wait(&mut |_| ())?.failure().with_context(|| format!("killed at {action}, {moment:?}"))?;
    }
    Ok(kills.len())
}

/// Processes of this executable that the client started, or one that it started.
fn descendants(client: u32, executable: &str) -> Result<Vec<u32>> {
    let mut parents = Vec::new();
    for entry in std::fs::read_dir("/proc")?.filter_map(Result::ok) {
        let Ok(process) = entry.file_name().to_string_lossy().parse::<u32>() else { continue };
        // A process may end while this reads.
        let Ok(stat) = std::fs::read_to_string(entry.path().join("stat")) else { continue };
        let parent = stat.rsplit_once(')').and_then(|(_, rest)| rest.split_whitespace().nth(1)?.parse::<u32>().ok());
        let name = std::fs::read(entry.path().join("cmdline")).unwrap_or_default();
        let first = String::from_utf8_lossy(name.split(|byte| *byte == 0).next().unwrap_or_default()).into_owned();
        let name = Path::new(&first).file_name().unwrap_or_default().to_string_lossy().into_owned();
        parents.push((process, parent.unwrap_or_default(), name));
    }
    let mut family = vec![client];
    let mut at = 0;
    while let Some(parent) = family.get(at).copied() {
        family.extend(parents.iter().filter(|(_, of, _)| *of == parent).map(|(process, ..)| *process));
        at += 1;
    }
    let ours =
        parents.into_iter().filter(|(process, _, name)| family.contains(process) && name.starts_with(executable));
    Ok(ours.map(|(process, ..)| process).collect())
}

fn every_operation_once(world: &World) -> Result<()> {
    let operations = world.with(|state| {
        let stacks = state.places.values().flat_map(|region| region.stacks.values());
        stacks.map(|stack| stack.operations.iter().map(|(_, kind)| *kind).collect::<Vec<_>>()).collect::<Vec<_>>()
    });
    ensure!(operations == [["CREATE_STACK", "UPDATE_STACK", "DELETE_STACK"]], "{operations:?}");
    Ok(())
}
