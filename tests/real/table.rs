//! A table that was there before the cluster, at `s3://` under the root mount, as another tool wrote it. Knows how it is
//! written, registered and read; not who does it when.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use serde_json::json;

use super::RealWorld;
use super::cluster::Cluster;
use crate::fake::seed;

/// The table.
pub const TABLE: &str = "hive.sales.orders";
/// Where its files lie in the bucket.
const PREFIX: &str = "alluxio/sales/orders";

/// One read of all of it.
#[derive(Debug, Clone, Copy)]
pub struct Read {
    /// Bytes that S3 sent meanwhile.
    pub bytes: u64,
    /// Until the answer.
    pub took: Duration,
}

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
pub fn register(cluster: &Cluster) -> Result<()> {
    cluster.query("CREATE SCHEMA hive.sales")?;
    cluster.query(&format!(
        "CREATE TABLE {TABLE} (id BIGINT, amount BIGINT, note VARCHAR) WITH (format = 'TEXTFILE', \
         textfile_field_separator = '|', external_location = 's3://{}/{PREFIX}')",
        seed::BUCKET
    ))?;
    Ok(())
}

/// Its location is the one that it had: files are shown at `s3://`. Reads all of it.
pub fn unaltered(cluster: &Cluster) -> Result<()> {
    let shown = cluster.query(&format!("SELECT DISTINCT \"$path\" FROM {TABLE}"))?;
    let unaltered = format!("s3://{}/{PREFIX}/", seed::BUCKET);
    ensure!(shown.iter().all(|row| row[0].as_str().is_some_and(|path| path.starts_with(&unaltered))), "{shown:?}");
    Ok(())
}

/// Reads all of it, where it was filled with `files` of `lines` each.
pub fn read(cluster: &Cluster, files: u64, lines: u64) -> Result<Read> {
    let sent = || cluster.world.s3.store().counted(seed::BUCKET).bytes;
    let (before, begun) = (sent(), Instant::now());
    let rows = cluster.query(&format!("SELECT count(*), sum(amount), max(length(note)) FROM {TABLE}"))?;
    let took = begun.elapsed();
    let expected = json!([files * lines, files * lines / 1_000 * 499_500, 80]);
    ensure!(rows == [expected], "the table holds something else: {rows:?}");
    // Blocks are cached beside the query: their bytes are this read's.
    std::thread::sleep(Duration::from_secs(5));
    Ok(Read { bytes: sent() - before, took })
}
