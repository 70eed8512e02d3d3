//! The package mirror of the nodes: what is in it is what its pins say, in the layout that the node script expects.

use std::fs;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};
use starburst_tests::clients::missing::or_skip;
use starburst_tests::clients::node_packages::{ALLUXIO_ARCHIVE, mirror, published};
use starburst_tests::clients::{command, place};

const LIMIT: Duration = Duration::from_secs(300);

#[test]
fn the_mirror_holds_every_package_with_its_checksum() -> Result<()> {
    or_skip("the_mirror_holds_every_package_with_its_checksum", holds_every_package())
}

fn holds_every_package() -> Result<()> {
    let folder = mirror()?;
    let sums = fs::read_to_string(folder.join("SHA256SUMS")).context("reading SHA256SUMS")?;
    for package in published()? {
        assert!(sums.contains(&format!("{}  {}\n", package.sha256, package.file())), "{}", package.file());
    }
    assert!(sums.contains(&format!("  {ALLUXIO_ARCHIVE}\n")));
    let mut check = Command::new("sha256sum");
    command::run(check.args(["--check", "--strict", "--quiet", "SHA256SUMS"]).current_dir(&folder), LIMIT)?
        .success()?;
    Ok(())
}

#[test]
fn the_archive_of_alluxio_has_the_layout_of_the_published_one() -> Result<()> {
    or_skip("the_archive_of_alluxio_has_the_layout_of_the_published_one", has_the_layout())
}

fn has_the_layout() -> Result<()> {
    let folder = mirror()?;
    let listed = command::run(Command::new("tar").arg("-tzf").arg(folder.join(ALLUXIO_ARCHIVE)), LIMIT)?.success()?;
    let names: Vec<_> = listed.stdout.lines().collect();
    for part in
        ["core-server-master", "core-server-worker", "core-server-proxy", "shell", "underfs-s3a", "underfs-local"]
    {
        let name = format!("alluxio-2.9.4/assembly/alluxio-{part}-2.9.4.jar");
        assert!(names.contains(&name.as_str()), "{name}");
    }
    assert!(names.contains(&"alluxio-2.9.4/conf/"));
    assert!(names.iter().all(|name| name.starts_with("alluxio-2.9.4/")));
    // No lock of another program is left behind, and nothing else is in the mirror than what the sums name.
    let sums = fs::read_to_string(folder.join("SHA256SUMS"))?;
    for entry in fs::read_dir(&folder)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        let own = name == "SHA256SUMS" || name == place::COMPLETE;
        assert!(own || sums.contains(&format!("  {name}\n")), "{name}");
    }
    Ok(())
}
