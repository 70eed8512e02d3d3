//! Nodes without a way out: they boot through the endpoints that their stack makes, and fail in time without any.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde_json::json;
use starburst_tests::clients::pulumi::{DESTROY, UP};
use starburst_tests::fake::{ACCOUNT, seed, state::Place};
use starburst_tests::real::cluster::{Cluster, Wanted};
use starburst_tests::real::world::REGION;

/// A coordinator and a worker.
const MEMORY: u64 = 6;
const SMALL: Wanted = Wanted { coordinators: 1, workers: 1, metastore: "none" };
/// Until the first node is launched, on a busy machine.
const LAUNCH: Duration = Duration::from_secs(180);

#[test]
fn a_cluster_without_a_way_out_boots_through_the_endpoints_that_its_stack_makes() -> Result<()> {
    let name = "private::a_cluster_without_a_way_out_boots_through_the_endpoints_that_its_stack_makes";
    crate::in_a_long_world(name, MEMORY, |base| {
        let cluster = Cluster::with_a_mistake(base, SMALL, seed::PUBLIC_SUBNET, seed::ISOLATED_SUBNET)?;
        cluster.up_and_ask(1)?;
        let endpoints = cluster.world.model.with(|w| {
            let place = Place { account: ACCOUNT.to_owned(), region: REGION.to_owned() };
            let all = w.region(&place).kind("vpc-endpoint").values();
            all.map(|endpoint| endpoint["serviceName"].to_string()).collect::<Vec<_>>()
        });
        cluster.say(&format!("all of it through {} endpoints", endpoints.len()));
        ensure!(endpoints.iter().any(|service| service.contains("s3")), "there is one of S3: {endpoints:?}");
        cluster.down()
    })
}

#[test]
fn nodes_that_lose_every_way_to_aws_fail_within_their_boot_time() -> Result<()> {
    let name = "private::nodes_that_lose_every_way_to_aws_fail_within_their_boot_time";
    crate::in_a_long_world(name, MEMORY, |base| {
        let cluster = Cluster::with_a_mistake(base, SMALL, "bootTimeout: 10m", "bootTimeout: 5m")?;
        let run = std::thread::scope(|scope| {
            let up = scope.spawn(|| cluster.project.run(UP));
            let cut = cut_off(&cluster);
            let run = up.join().ok().context("the client's thread ended")?;
            cut.and(run)
        })?;
        let text = run.text();
        ensure!(!run.status.success(), "the cluster came up without a network\n{text}");
        let line = text.lines().find(|line| line.contains("cause:")).with_context(|| format!("no cause\n{text}"))?;
        cluster.say(line.trim());
        ensure!(text.contains("Coordinators") && text.contains("signal"), "{text}");
        ensure!(cluster.world.instances().is_empty(), "an instance is left after the rollback");
        ensure!(cluster.project.run(DESTROY)?.status.success(), "what is left of it cannot be destroyed");
        Ok(())
    })
}

/// Takes the route to the outside away as soon as the first node is launched.
fn cut_off(cluster: &Cluster) -> Result<()> {
    let begun = Instant::now();
    while cluster.world.instances().is_empty() {
        ensure!(begun.elapsed() < LAUNCH, "no node is launched");
        std::thread::sleep(Duration::from_millis(100));
    }
    cluster.world.model.with(|w| {
        let place = Place { account: ACCOUNT.to_owned(), region: REGION.to_owned() };
        for table in w.region(&place).kind("route-table").values_mut() {
            table["routeSet"] = json!([]);
        }
    });
    Ok(())
}
