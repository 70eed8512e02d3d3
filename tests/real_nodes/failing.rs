//! Boots that fail: the stack rolls back by itself, and the plugin's error carries the reason that the node gave.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use starburst_tests::clients::pulumi::{DESTROY, UP};

use starburst_tests::real::cluster::{Cluster, Wanted};

/// A coordinator that gets as far as Alluxio's master at most.
const MEMORY: u64 = 3;
const ONE: Wanted = Wanted { coordinators: 1, workers: 1, metastore: "none" };

/// A program with one mistake: its creation fails with all of these words, and leaves nothing.
fn fails(base: &Path, right: &str, wrong: &str, words: &[&str]) -> Result<()> {
    let cluster = Cluster::with_a_mistake(base, ONE, right, wrong)?;
    let run = cluster.project.run(UP)?;
    let text = run.text();
    ensure!(!run.status.success(), "the cluster came up\n{text}");
    for word in words {
        ensure!(text.contains(word), "nothing says {word:?}\n{text}\n{}", cluster.world.logs());
    }
    let line = text.lines().find(|line| line.contains(words[0])).context("the line with the reason")?;
    cluster.say(line.trim());
    ensure!(cluster.world.instances().is_empty(), "an instance is left after the rollback");
    ensure!(cluster.project.run(DESTROY)?.status.success(), "what is left of it cannot be destroyed");
    Ok(())
}

#[test]
fn a_package_with_another_checksum_fails_the_boot_with_that_reason() -> Result<()> {
    crate::in_a_world("failing::a_package_with_another_checksum_fails_the_boot_with_that_reason", MEMORY, |base| {
        let sum =
            starburst_tests::clients::node_packages::sha256_of(starburst_tests::clients::node_packages::SMALL_ENGINE)?;
        fails(base, &sum, &"0".repeat(64), &["has another checksum than 000000000000", "input: presto.packageUri"])
    })
}

#[test]
fn a_bootstrap_script_that_fails_is_named_with_its_status() -> Result<()> {
    crate::in_a_world("failing::a_bootstrap_script_that_fails_is_named_with_its_status", MEMORY, |base| {
        let script = base.join("prepare.sh");
        std::fs::write(&script, "echo \"preparing a $1\"\nexit 3\n")?;
        let wrong = format!("bootstrapScript: '{}'\n        packageUri", script.display());
        fails(base, "packageUri", &wrong, &["presto.bootstrapScript ended with status 3"])
    })
}

#[test]
fn a_root_mount_that_cannot_be_written_fails_before_alluxio_starts() -> Result<()> {
    let name = "failing::a_root_mount_that_cannot_be_written_fails_before_alluxio_starts";
    crate::in_a_long_world(name, MEMORY, |base| {
        fails(
            base,
            "s3://analytics-data/alluxio",
            "s3://somebody-elses/alluxio",
            &["alluxio.s3RootMount", "cannot be written"],
        )
    })
}

#[test]
fn a_missing_package_is_named_with_its_uri() -> Result<()> {
    crate::in_a_long_world("failing::a_missing_package_is_named_with_its_uri", MEMORY, |base| {
        fails(base, "few-plugins", "no-plugins", &["trino-server-476-no-plugins.tar.gz cannot be read"])
    })
}

#[test]
fn a_configuration_that_cannot_be_read_is_named_with_its_uri() -> Result<()> {
    crate::in_a_long_world("failing::a_configuration_that_cannot_be_read_is_named_with_its_uri", MEMORY, |base| {
        let folder = format!("'{}/configuration/coordinator'", base.display());
        fails(base, &folder, "s3://analytics-data/none.zip", &["s3://analytics-data/none.zip cannot be read"])
    })
}

#[test]
fn a_metastore_that_does_not_answer_is_named_with_its_address() -> Result<()> {
    crate::in_a_long_world("failing::a_metastore_that_does_not_answer_is_named_with_its_address", MEMORY, |base| {
        let wrong = "type: external, host: 10.0.0.1, port: 9";
        fails(base, "type: none", wrong, &["hiveMetastore: nothing answers at 10.0.0.1:9"])
    })
}

#[test]
fn a_machine_with_too_little_memory_is_told_before_or_at_its_boot() -> Result<()> {
    crate::in_a_long_world("failing::a_machine_with_too_little_memory_is_told_before_or_at_its_boot", MEMORY, |base| {
        let (right, wrong) = ("coordinatorInstanceType: t3.large", "coordinatorInstanceType: t3.small");
        fails(base, right, wrong, &["ec2.coordinatorInstanceType"])
    })
}
