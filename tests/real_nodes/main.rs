//! Real nodes: the bundled template's own user data boots Trino, Alluxio and the other servers of the stack on network
//! namespaces of this machine, and a client of the plugin makes, scales, rolls and destroys the stack. Skipped by name
//! without root, `ip` or Java; the long forms run with `STARBURST_REAL_NODES=full`.

mod cached;
mod failing;
mod failover;
mod https;
mod metastore;
mod monitoring;
mod one;
mod private;
mod short;
mod superset;
mod under_queries;
mod user_data;

use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Result, ensure};
use starburst_tests::clients::missing::or_skip;
use starburst_tests::clients::{Missing, judges, node_packages, place, plugin, tools};
use starburst_tests::real;

/// For one world from its first to its last second.
const LIMIT: Duration = Duration::from_secs(40 * 60);

/// A test inside namespaces of its own; what can only be built with a network is built before.
/// `memory` is what the nodes of the test take, in GiB; 1 stands for nodes that install nothing.
fn in_a_world(name: &str, memory: u64, body: impl FnOnce(&Path) -> Result<()>) -> Result<()> {
    let needs = || {
        if memory > 1 {
            node_packages::mirror()?;
        }
        plugin::folder()?;
        tools::pulumi()?;
        Ok(())
    };
    in_a_world_with(name, memory, needs, body)
}

/// The same; `needs` gets what is needed while there is a network.
fn in_a_world_with(
    name: &str,
    memory: u64,
    needs: impl FnOnce() -> Result<()>,
    body: impl FnOnce(&Path) -> Result<()>,
) -> Result<()> {
    // One world at a time: two cores boot no two clusters.
    static ALONE: Mutex<()> = Mutex::new(());
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let run = || {
        let free = free_memory();
        if free < memory {
            let why = format!("the nodes of this test take as much, and {free} GiB are free");
            return Err(Missing::new(format!("{memory} GiB of memory"), why).into());
        }
        // Inside there is no network: what can only be had with one is there before.
        real::image::find()?;
        needs()?;
        real::inside(name, LIMIT, body)
    };
    or_skip(name, run())
}

/// The same for a long form, which takes many minutes.
fn in_a_long_world(name: &str, memory: u64, body: impl FnOnce(&Path) -> Result<()>) -> Result<()> {
    if std::env::var_os("STARBURST_REAL_NODES").is_none_or(|wanted| wanted != "full") {
        let missing = Missing::new("STARBURST_REAL_NODES=full", "this form takes ten minutes or more");
        return or_skip(name, Err(missing.into()));
    }
    in_a_world(name, memory, body)
}

/// GiB that a test may take.
fn free_memory() -> u64 {
    let text = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("MemAvailable:")).unwrap_or_default();
    line.trim().trim_end_matches("kB").trim().parse::<u64>().unwrap_or_default() / 1024 / 1024
}

#[test]
fn shellcheck_finds_nothing_in_the_stand_ins_of_the_image() -> Result<()> {
    let check = || {
        let folder = place::workspace().join("tests/real/image");
        for entry in std::fs::read_dir(&folder)? {
            let said = judges::shellcheck(&entry?.path())?;
            ensure!(said.is_empty(), "{said}");
        }
        Ok(())
    };
    or_skip("shellcheck_finds_nothing_in_the_stand_ins_of_the_image", check())
}
