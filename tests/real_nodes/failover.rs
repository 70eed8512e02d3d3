//! Another coordinator takes over: the active one killed, stopped and gone on with, and its node removed. Measured is
//! how long no query succeeds at the one URL; never do two nodes answer for it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use starburst_tests::real;

use starburst_tests::real::cluster::{Cluster, Wanted};

/// Three coordinators with a heap of 1.4 GB and an Alluxio master each, and a worker.
const MEMORY: u64 = 12;
/// For a query that may meet nobody.
const ANSWER: Duration = Duration::from_secs(10);
/// Within this it must have happened on a busy machine; what it took is printed.
const LIMIT: Duration = Duration::from_secs(300);

#[test]
fn a_standby_takes_over_from_a_coordinator_that_dies_hangs_or_is_removed() -> Result<()> {
    let name = "failover::a_standby_takes_over_from_a_coordinator_that_dies_hangs_or_is_removed";
    crate::in_a_long_world(name, MEMORY, |base| {
        let cluster = Cluster::new(base, Wanted { coordinators: 3, workers: 1, metastore: "none" })?;
        cluster.up_and_ask(1)?;
        let url = cluster.coordinator()?;
        let address = url.trim_start_matches("http://").split(':').next().context("the URL has a host")?.to_owned();
        let two = AtomicBool::new(false);
        let over = AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                while !over.load(Ordering::Relaxed) {
                    let several = cluster.world.answering(&address).is_ok_and(|all| all.len() > 1);
                    two.fetch_or(several, Ordering::Relaxed);
                    std::thread::sleep(Duration::from_millis(200));
                }
            });
            let all = takeovers(&cluster, &url, &address);
            over.store(true, Ordering::Relaxed);
            all
        })?;
        ensure!(!two.load(Ordering::Relaxed), "two nodes answered for {address} at a time");
        cluster.down()
    })
}

fn takeovers(cluster: &Cluster, url: &str, address: &str) -> Result<()> {
    let mut told = Vec::new();
    // The removed one first: nobody answers its hook, and the destroy would wait for it.
    for (name, how) in [("removed", ""), ("killed", "KILL"), ("stopped", "STOP")] {
        let active = cluster.world.holder(address);
        ensure!(!active.is_empty(), "nobody holds {address}");
        if how.is_empty() {
            cluster.world.terminate(&active)?;
        } else {
            cluster.world.on(&active, "systemctl", &["kill", "-s", how, "presto"])?;
        }
        let took = silence(cluster, url)?;
        ensure!(cluster.world.holder(address) != active, "the address stayed on {active}");
        cluster.say(&format!("the active coordinator {name}: {took} s until a query succeeded"));
        if how == "STOP" {
            cluster.world.on(&active, "systemctl", &["kill", "-s", "CONT", "presto"])?;
            std::thread::sleep(Duration::from_secs(20));
            ask(url)?;
            ensure!(cluster.world.holder(address) != active, "the one that woke up took the address back");
        }
        told.push(format!("{name} {took} s"));
        standbys(cluster, address)?;
    }
    println!("failover: {}; never two answering", told.join(", "));
    Ok(())
}

/// Seconds until a query is answered that fails at first; the first question comes at once.
fn silence(cluster: &Cluster, url: &str) -> Result<u64> {
    let begun = Instant::now();
    let mut failed = false;
    loop {
        match ask(url) {
            Ok(()) if failed => return Ok(begun.elapsed().as_secs()),
            Ok(()) => {}
            Err(_) => failed = true,
        }
        ensure!(begun.elapsed() < LIMIT, "no query succeeds\n{}", cluster.world.logs());
        std::thread::sleep(Duration::from_millis(500));
    }
}

/// A query that a worker has to take part in.
fn ask(url: &str) -> Result<()> {
    let rows = real::query::query(url, "SELECT count(*) FROM tpch.tiny.nation", ANSWER)?;
    ensure!(rows == [serde_json::json!([25])], "{rows:?}");
    Ok(())
}

/// Waits until three coordinators are up again.
fn standbys(cluster: &Cluster, address: &str) -> Result<()> {
    let begun = Instant::now();
    loop {
        let nodes = cluster.nodes("coordinator");
        let up = nodes.iter().filter(|id| {
            let shell = "curl -sf -m 3 http://127.0.0.1:8080/v1/info | grep -q '\"starting\":false'";
            cluster.world.on(id, "bash", &["-c", shell]).is_ok()
        });
        if up.count() == 3 && !cluster.world.holder(address).is_empty() {
            return Ok(());
        }
        ensure!(begun.elapsed() < LIMIT, "the coordinators do not come back\n{}", cluster.world.logs());
        std::thread::sleep(Duration::from_secs(2));
    }
}
