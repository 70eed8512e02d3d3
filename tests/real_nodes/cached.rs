//! A table that was there before the cluster, at `s3://` under the root mount: it is read through Alluxio with its
//! location unaltered, and the second time from the cache.

use std::fmt::Write as _;
use std::time::Instant;

use anyhow::{Result, ensure};
use serde_json::json;
use starburst_tests::fake::seed;
use starburst_tests::real::{self, RealWorld};

use crate::story::{Story, Wanted};

/// The table.
pub const TABLE: &str = "hive.sales.orders";
/// Where its files lie in the bucket.
const PREFIX: &str = "alluxio/sales/orders";
/// Files of the large table: 320 MB together.
const FILES: u64 = 16;
/// Lines of each, of some 100 bytes.
const LINES: u64 = 200_000;

/// Puts the files of the table where another tool would have written them: `files` of `lines` each.
pub fn fill(world: &RealWorld, files: u64, lines: u64) -> Result<()> {
    for file in 0..files {
        let mut text = String::new();
        for line in 0..lines {
            let amount = line % 1_000;
            writeln!(text, "{}|{amount}|{:0>80}", file * lines + line, line)?;
        }
        world.s3.store().put(seed::BUCKET, &format!("{PREFIX}/part-{file:05}.txt"), text.as_bytes())?;
    }
    Ok(())
}

/// Registers it in the metastore, at the location that it has.
pub fn register(story: &Story) -> Result<()> {
    story.query("CREATE SCHEMA hive.sales")?;
    story.query(&format!(
        "CREATE TABLE {TABLE} (id BIGINT, amount BIGINT, note VARCHAR) WITH (format = 'TEXTFILE', \
         textfile_field_separator = '|', external_location = 's3://{}/{PREFIX}')",
        seed::BUCKET
    ))?;
    let shown = story.query(&format!("SELECT DISTINCT \"$path\" FROM {TABLE}"))?;
    let unaltered = format!("s3://{}/{PREFIX}/", seed::BUCKET);
    ensure!(shown.iter().all(|row| row[0].as_str().is_some_and(|path| path.starts_with(&unaltered))), "{shown:?}");
    story.say("a table of another tool is registered");
    Ok(())
}

#[test]
fn the_second_read_of_a_large_table_comes_from_the_cache() -> Result<()> {
    let name = "cached::the_second_read_of_a_large_table_comes_from_the_cache";
    crate::in_a_long_world(name, crate::short::MEMORY, |base| {
        let world = RealWorld::start(base, &real::Options::default())?;
        fill(&world, FILES, LINES)?;
        let story = Story::with(base, world, Wanted { coordinators: 1, workers: 2, metastore: "standalone" })?;
        story.up_and_ask(2)?;
        register(&story)?;
        let (first, second) = (read(&story)?, read(&story)?);
        println!(
            "cached: first read {} MB from S3 in {:.1} s, second {} MB in {:.1} s",
            first.0 / 1_000_000,
            first.1,
            second.0 / 1_000_000,
            second.1
        );
        ensure!(first.0 >= 300_000_000, "the first read took {} bytes", first.0);
        ensure!(second.0 * 20 <= first.0, "the second read took {} bytes from S3", second.0);
        story.down()
    })
}

/// Reads all of it; bytes from S3 and seconds.
fn read(story: &Story) -> Result<(u64, f64)> {
    let before = story.world.s3.store().counted(seed::BUCKET).bytes;
    let begun = Instant::now();
    let rows = story.query(&format!("SELECT count(*), sum(amount), max(length(note)) FROM {TABLE}"))?;
    let took = begun.elapsed().as_secs_f64();
    ensure!(rows == [json!([FILES * LINES, FILES * LINES / 1_000 * 499_500, 80])], "it holds something else: {rows:?}");
    // Blocks are cached beside the query: their bytes are this read's.
    std::thread::sleep(std::time::Duration::from_secs(5));
    Ok((story.world.s3.store().counted(seed::BUCKET).bytes - before, took))
}
