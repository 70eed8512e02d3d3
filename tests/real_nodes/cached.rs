//! A table that was there before the cluster is read through Alluxio with its location unaltered, and the second time from
//! the cache.

use anyhow::{Result, ensure};
use starburst_tests::real::cluster::{Cluster, Wanted};
use starburst_tests::real::{self, RealWorld, table};

/// Files of the large table: 314 MB together.
const FILES: u64 = 17;
/// Lines of each, of some 100 bytes.
const LINES: u64 = 200_000;

#[test]
fn the_second_read_of_a_large_table_comes_from_the_cache() -> Result<()> {
    let name = "cached::the_second_read_of_a_large_table_comes_from_the_cache";
    crate::in_a_long_world(name, crate::short::MEMORY, |base| {
        let world = RealWorld::start(base, &real::Options::default())?;
        table::fill(&world, FILES, LINES)?;
        let cluster = Cluster::with(base, world, Wanted { coordinators: 1, workers: 2, metastore: "standalone" })?;
        cluster.up_and_ask(2)?;
        table::register(&cluster)?;
        let (first, second) = (table::read(&cluster, FILES, LINES)?, table::read(&cluster, FILES, LINES)?);
        println!(
            "cached: first read {} MB from S3 in {:.1} s, second {} MB in {:.1} s",
            first.bytes / 1_000_000,
            first.took.as_secs_f64(),
            second.bytes / 1_000_000,
            second.took.as_secs_f64()
        );
        ensure!(first.bytes >= 300_000_000, "the first read took {} bytes", first.bytes);
        table::unaltered(&cluster)?;
        ensure!(second.bytes * 20 <= first.bytes, "the second read took {} bytes from S3", second.bytes);
        cluster.down()
    })
}
