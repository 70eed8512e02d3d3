//! The short form: a coordinator, two workers and a metastore; made, asked, grown by one, destroyed.

use anyhow::{Result, ensure};
use starburst_tests::fake::seed;

use starburst_tests::real::cluster::{Cluster, Wanted};
use starburst_tests::real::table::{self, TABLE};

/// Heaps of 1.4 GB on a coordinator and three workers, Alluxio beside each, the metastore, the client and the world.
pub const MEMORY: u64 = 11;

#[test]
fn a_cluster_of_real_nodes_answers_grows_and_leaves_nothing() -> Result<()> {
    crate::in_a_world("short::a_cluster_of_real_nodes_answers_grows_and_leaves_nothing", MEMORY, |base| {
        let cluster = Cluster::new(base, Wanted { coordinators: 1, workers: 2, metastore: "standalone" })?;
        // What is read was there before the cluster.
        table::fill(&cluster.world, 4, 1_000)?;
        cluster.up_and_ask(2)?;
        table::register(&cluster)?;
        table::unaltered(&cluster)?;
        let rows = cluster.query(&format!("SELECT count(*), sum(amount) FROM {TABLE}"))?;
        ensure!(rows == [serde_json::json!([4_000, 1_998_000])], "the table holds something else: {rows:?}");
        let counted = cluster.world.s3.store().counted(seed::BUCKET);
        ensure!(counted.refused == 0, "S3 refuses the nodes: {counted:?}");
        cluster.say("a table at s3:// is read");
        cluster.project.config_set("workerCount", "3")?;
        cluster.up_and_ask(3)?;
        cluster.down()
    })
}

#[test]
fn a_roll_replaces_every_real_node_and_mounts_and_tables_survive() -> Result<()> {
    let name = "short::a_roll_replaces_every_real_node_and_mounts_and_tables_survive";
    crate::in_a_long_world(name, MEMORY, |base| {
        let cluster = Cluster::new(base, Wanted { coordinators: 1, workers: 2, metastore: "standalone" })?;
        table::fill(&cluster.world, 4, 1_000)?;
        cluster.up_and_ask(2)?;
        table::register(&cluster)?;
        let before = cluster.nodes("");
        cluster.project.config_set("refresh", "r2")?;
        cluster.up_and_ask(2)?;
        let after = cluster.nodes("");
        let kept: Vec<&String> = after.iter().filter(|id| before.contains(id)).collect();
        // Alluxio's properties are no business of the metastore.
        ensure!(after.len() == 4 && kept.len() == 1, "three nodes are others: {before:?} {after:?}");
        let rows = cluster.query(&format!("SELECT count(*) FROM {TABLE}"))?;
        ensure!(rows == [serde_json::json!([4_000])], "the table is lost: {rows:?}");
        cluster.down()
    })
}
