//! Ten clusters in one program beside a program with one, on the model of AWS: time, memory and processes of the plugin.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Context, Result};
use starburst_tests::clients::pulumi::{DESTROY, UP};
use starburst_tests::clients::{Options, Program, PulumiProject};
use starburst_tests::fake;

use super::{Running, Table, model, program};

/// Clusters of the larger program.
const MANY: usize = 10;
/// The client works on four resources for each core unless it is told: on two cores two clusters would wait.
const TOGETHER: &[&str] = &["--parallel", "16"];
/// Runs of `up`, each side; they alternate.
const UPS: usize = 5;
/// Virtual seconds of the model in a second. Slow enough that a cluster takes seconds, as most of its time AWS works.
const SPEED: f64 = 60.0;
/// How often the plugin's processes are looked at.
const EVERY: Duration = Duration::from_millis(10);

/// What was seen of the plugin's processes.
#[derive(Debug, Default, Clone, Copy)]
struct Seen {
    /// The most at one time.
    processes: usize,
    /// The highest resident memory of one of them, in bytes.
    peak: u64,
}

/// Measures `up` of both programs.
pub fn measure(plugin: &Path, runtime: &tokio::runtime::Runtime, table: &mut Table) -> Result<()> {
    let server = runtime.block_on(fake::serve(fake::World::new(fake::WorldConfig::real(SPEED))))?;
    let folder = plugin.parent().context("the plugin's folder")?.to_path_buf();
    let project = |clusters: usize| {
        let options = Options::new(Program::Yaml(program(clusters)));
        PulumiProject::with(Options { plugin: Some(folder.clone()), env: model(&server), ..options })
    };
    let (one, many) = (project(1)?, project(MANY)?);
    let (mut single, mut several, mut seen, mut alone) = (Vec::new(), Vec::new(), Seen::default(), 0);
    let (up, destroy) = ([UP, TOGETHER].concat(), [DESTROY, TOGETHER].concat());
    for _ in 0..UPS {
        let (run, now) = watched(plugin, || one.up());
        single.push(run?.success()?.elapsed);
        alone = alone.max(now.processes);
        one.destroy()?.success()?;
        let (run, now) = watched(plugin, || many.run(&up));
        several.push(run?.success()?.elapsed);
        seen = Seen { processes: seen.processes.max(now.processes), peak: seen.peak.max(now.peak) };
        many.run(&destroy)?.success()?;
    }
    table.times("up of one cluster", &mut single, "");
    table.times(&format!("up of {MANY} clusters in one program"), &mut several, "");
    let ratio = several[UPS / 2].as_secs_f64() / single[UPS / 2].as_secs_f64();
    table.row("ratio", &format!("{ratio:.2}"), "≤ 1.5");
    let processes = format!("{} ({alone} with one cluster)", seen.processes);
    table.row("processes of the plugin at a time, that of the YAML host included", &processes, "one that serves");
    table.row("peak memory of a process", &format!("{:.1} MB", seen.peak as f64 / 1e6), "≤ 60 MB");
    Ok(())
}

/// Looks at all processes of the plugin while something runs.
fn watched<T>(plugin: &Path, run: impl FnOnce() -> T) -> (T, Seen) {
    let (over, plugin) = (Arc::new(AtomicBool::new(false)), plugin.to_path_buf());
    let watcher = {
        let over = over.clone();
        std::thread::spawn(move || {
            let mut seen = Seen::default();
            while !over.load(Ordering::Relaxed) {
                let peaks = peaks(&plugin);
                seen.processes = seen.processes.max(peaks.len());
                seen.peak = seen.peak.max(peaks.into_iter().max().unwrap_or_default());
                std::thread::sleep(EVERY);
            }
            seen
        })
    };
    let result = run();
    over.store(true, Ordering::Relaxed);
    (result, watcher.join().unwrap_or_default())
}

/// The highest resident memory so far of each running process of this executable.
fn peaks(plugin: &Path) -> Vec<u64> {
    let processes = std::fs::read_dir("/proc").into_iter().flatten().flatten().map(|process| process.path());
    let ours = processes.filter(|folder| std::fs::read_link(folder.join("exe")).is_ok_and(|exe| exe == plugin));
    ours.filter_map(|folder: PathBuf| Running::memory_of(&folder).ok()).map(|(_, peak)| peak as u64).collect()
}
