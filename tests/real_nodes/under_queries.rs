//! Scaling and rolling under queries: each runs for a minute or more on every worker, and none fails when its worker
//! leaves, because that one finishes its splits first.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use serde_json::json;
use starburst_tests::clients::pulumi::UP;
use starburst_tests::real;

use starburst_tests::real::cluster::{Cluster, Wanted};

/// Five workers.
const MEMORY: u64 = 14;
/// Queries at a time.
const AT_A_TIME: usize = 4;
/// For one of them.
const QUERY: Duration = Duration::from_secs(600);
/// Splits that do nothing for a minute each, four on each of three workers, so that two cores run all of it.
const SLOW: &str = "CREATE TABLE blackhole.default.slow (a BIGINT) WITH (split_count = 12, pages_per_split = 60, \
                    rows_per_page = 10, page_processing_delay = '1s')";
const ROWS: u64 = 12 * 60 * 10;

#[test]
fn no_query_fails_when_workers_come_and_go() -> Result<()> {
    let name = "under_queries::no_query_fails_when_workers_come_and_go";
    crate::in_a_long_world(name, MEMORY, |base| {
        let cluster = Cluster::new(base, Wanted { coordinators: 1, workers: 3, metastore: "none" })?;
        cluster.up_and_ask(3)?;
        cluster.query(SLOW)?;
        let url = cluster.coordinator()?;
        let (over, done) = (AtomicBool::new(false), Mutex::new(Vec::new()));
        let left = std::thread::scope(|scope| {
            for number in 0..AT_A_TIME {
                let (url, over, done) = (&url, &over, &done);
                scope.spawn(move || {
                    std::thread::sleep(Duration::from_secs(15 * number as u64));
                    while !over.load(Ordering::Relaxed) {
                        let begun = Instant::now();
                        let rows = real::query::query(url, "SELECT count(*) FROM blackhole.default.slow", QUERY);
                        let right = rows.and_then(|rows| {
                            ensure!(rows == [json!([ROWS])], "{rows:?}");
                            Ok(begun.elapsed())
                        });
                        done.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(right);
                    }
                });
            }
            // All of them run on all workers.
            std::thread::sleep(Duration::from_secs(70));
            let left = come_and_go(&cluster);
            over.store(true, Ordering::Relaxed);
            left
        })?;
        let done = done.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
        let failed: Vec<String> = done.iter().filter_map(|one| one.as_ref().err().map(|e| format!("{e:#}"))).collect();
        let shortest = done.iter().flatten().min().copied().unwrap_or_default();
        println!(
            "under queries: {} queries of {} s or more, {} failed; {} workers left, each with queries on it",
            done.len(),
            shortest.as_secs(),
            failed.len(),
            left.len()
        );
        ensure!(failed.is_empty(), "{failed:#?}\n{}", cluster.world.logs());
        ensure!(shortest >= Duration::from_secs(60), "a query took {shortest:?} only");
        for id in &left {
            let log = cluster.world.log(id);
            let line = log.lines().find(|line| line.contains("draining, "));
            ensure!(line.is_some(), "{id} had no query when it was drained:\n{log}");
        }
        cluster.down()
    })
}

/// Three workers, five, three again, and all of them replaced; gives those that left.
fn come_and_go(cluster: &Cluster) -> Result<Vec<String>> {
    let mut left = Vec::new();
    for (key, value) in [("workerCount", "5"), ("workerCount", "3"), ("percent", "11")] {
        let before = cluster.nodes("worker");
        cluster.project.config_set(key, value)?;
        cluster.act(UP)?;
        let after = cluster.nodes("worker");
        left.extend(before.into_iter().filter(|id| !after.contains(id)));
    }
    Ok(left)
}
