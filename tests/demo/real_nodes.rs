//! The demo on real servers: a cluster boots, reads a table that was there before it, grows, is rolled under queries and
//! goes. Knows the steps and what is checked after each; how nodes run is the business of `real`.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde_json::json;

use super::screen::Screen;
use crate::clients::pulumi::{DESTROY, PREVIEW, UP};
use crate::clients::{Line, node_packages, place, plugin, tools};
use crate::fake::seed;
use crate::real::cluster::{Cluster, Wanted};
use crate::real::{self, RealWorld, inside, table, world};

/// For the whole demo.
const LIMIT: Duration = Duration::from_secs(40 * 60);
/// Files of the table, 18.5 MB each.
const FILES: u64 = 8;
/// Lines of each.
const LINES: u64 = 200_000;
/// Splits that do nothing for twenty seconds each, so that queries are there at any moment of the roll.
const SLOW: &str = "CREATE TABLE blackhole.default.slow (a BIGINT) WITH (split_count = 6, pages_per_split = 20, \
                    rows_per_page = 10, page_processing_delay = '1s')";
const ROWS: u64 = 6 * 20 * 10;

/// Tells the whole story; the process goes on in namespaces of its own.
pub fn tell() -> Result<()> {
    if let Some(folder) = inside::folder() {
        return Story { screen: Screen::new(), cluster: prepared(&folder)? }.tell();
    }
    println!("Getting what it takes: the plugin, the pulumi CLI, what runs on the nodes (once: about 1.5 GB)");
    real::image::find()?;
    node_packages::mirror()?;
    plugin::folder()?;
    tools::pulumi()?;
    println!("All of it is in {}; nothing but this machine is reached from here on.", place::target().display());
    let run = inside::again(&["--real-nodes"], LIMIT)?;
    ensure!(run.status.success(), "the demo ended with {}", run.status);
    Ok(())
}

/// A world that holds a table, and no cluster yet.
fn prepared(folder: &std::path::Path) -> Result<Cluster> {
    let world = RealWorld::start(folder, &world::Options::default())?;
    table::fill(&world, FILES, LINES)?;
    Cluster::with(folder, world, Wanted { coordinators: 1, workers: 2, metastore: "standalone" })
}

struct Story {
    screen: Screen,
    cluster: Cluster,
}

impl Story {
    fn tell(mut self) -> Result<()> {
        self.create()?;
        self.read()?;
        self.grow()?;
        self.roll()?;
        self.destroy()?;
        self.screen.summary("What was done, on real servers");
        Ok(())
    }

    fn create(&mut self) -> Result<()> {
        self.screen.step("Create: a coordinator, two workers, a Hive metastore, each a node that boots", &typed(UP));
        self.act(PREVIEW)?;
        let begun = Instant::now();
        self.act(UP)?;
        let rows = self.cluster.query("SELECT count(*) FROM tpch.tiny.orders")?;
        ensure!(rows == [json!([15_000])], "{rows:?}");
        let url = self.cluster.coordinator()?;
        self.screen.found("create", &format!("the first query is answered at {url}"), begun.elapsed());
        Ok(())
    }

    fn read(&mut self) -> Result<()> {
        let title = format!("A table that was at s3://{} before the cluster is read twice", seed::BUCKET);
        self.screen.step(&title, "");
        table::register(&self.cluster)?;
        for which in ["first read", "second read"] {
            let read = table::read(&self.cluster, FILES, LINES)?;
            let fact = format!("{:.1} MB came from S3, the rest from Alluxio's cache", read.bytes as f64 / 1e6);
            self.screen.found(which, &fact, read.took);
        }
        table::unaltered(&self.cluster)
    }

    fn grow(&mut self) -> Result<()> {
        self.screen
            .step("Scale: two workers become three", &format!("pulumi config set workerCount 3 && {}", typed(UP)));
        self.cluster.project.config_set("workerCount", "3")?;
        let begun = Instant::now();
        self.act(UP)?;
        let workers = self.cluster.nodes("worker").len();
        ensure!(workers == 3, "{workers} workers run");
        self.screen.found("scale 2 → 3", "the new worker is registered in Trino and in Alluxio", begun.elapsed());
        Ok(())
    }

    fn roll(&mut self) -> Result<()> {
        let command = format!("pulumi config set percent 11 && {}", typed(UP));
        self.screen.step("More memory for the cache: every worker is replaced, under queries", &command);
        self.cluster.query(SLOW)?;
        let before = self.cluster.nodes("worker");
        self.cluster.project.config_set("percent", "11")?;
        self.act(PREVIEW)?;
        let begun = Instant::now();
        let over = AtomicBool::new(false);
        let url = self.cluster.coordinator()?;
        let (asked, done) = std::thread::scope(|scope| {
            let asked = scope.spawn(|| ask(&url, &over));
            let done = self.act(UP);
            over.store(true, Ordering::Relaxed);
            (asked.join(), done)
        });
        done?;
        let asked = asked.ok().context("the thread of the queries ended")??;
        let kept = self.cluster.nodes("worker").iter().filter(|id| before.contains(id)).count();
        ensure!(kept == 0, "{kept} workers are still the old ones");
        let fact = format!("3 workers drained and replaced under {asked} queries of 20 s or more, none failed");
        self.screen.found("roll", &fact, begun.elapsed());
        Ok(())
    }

    fn destroy(&mut self) -> Result<()> {
        self.screen.step("Destroy", &typed(DESTROY));
        let begun = Instant::now();
        self.act(DESTROY)?;
        ensure!(self.cluster.world.instances().is_empty(), "an instance is left");
        let left = self.cluster.world.end()?;
        ensure!(left.is_empty(), "nodes leave behind: {left:#?}");
        self.screen.found("destroy", "no node is left, nor anything of one", begun.elapsed());
        Ok(())
    }

    /// Runs the client and shows what it prints.
    fn act(&self, arguments: &[&str]) -> Result<()> {
        let screen = &self.screen;
        self.cluster.command(arguments, &mut |line: &Line| screen.line(&line.text)).map(drop)
    }
}

fn typed(arguments: &[&str]) -> String {
    format!("pulumi {}", arguments.join(" "))
}

/// One query after the other until it is over; how many were answered, and an error for the first that was not.
fn ask(url: &str, over: &AtomicBool) -> Result<u32> {
    let mut answered = 0;
    while !over.load(Ordering::Relaxed) {
        let rows = real::query::query(url, "SELECT count(*) FROM blackhole.default.slow", LIMIT)?;
        ensure!(rows == [json!([ROWS])], "a query is answered with {rows:?}");
        answered += 1;
    }
    Ok(answered)
}
