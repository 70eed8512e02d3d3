//! The plugin under test, built once for a test process.
//! It must not know how the plugin works; it builds an executable.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result, ensure};

use super::command::run;
use super::missing::Missing;
use super::place;
use super::progress::Progress;

/// The plugin's executable under Pulumi.
pub const PULUMI_PLUGIN: &str = "pulumi-resource-starburst";

/// The same executable under Terraform and OpenTofu.
pub const TERRAFORM_PLUGIN: &str = "terraform-provider-starburst";
/// The executable that generates what is checked in and packs a release.
const GENERATOR: &str = "sdk-gen";
/// Registries that clients look at when a source names none.
pub const HOSTS: [&str; 2] = ["registry.terraform.io", "registry.opentofu.org"];
/// Namespace and name of the provider on a registry.
pub const SOURCE: &str = "presto-alluxio/starburst";
/// The plugin's version: that of the workspace.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
/// Environment variable that names a filesystem mirror with the official provider of AWS.
const AWS_PROVIDER_MIRROR: &str = "STARBURST_AWS_PROVIDER_MIRROR";
/// This machine, as Go names it.
pub const PLATFORM: &str = match (cfg!(target_os = "macos"), cfg!(target_arch = "aarch64")) {
    (false, false) => "linux_amd64",
    (false, true) => "linux_arm64",
    (true, false) => "darwin_amd64",
    (true, true) => "darwin_arm64",
};

/// A cold build compiles the AWS SDK.
const BUILD_LIMIT: Duration = Duration::from_secs(60 * 60);

/// The folder that holds [`PULUMI_PLUGIN`], built from the present sources.
///
/// `cargo test` does not build the executables of other crates, so an old one might lie there. The build selects the
/// packages and kinds of target that make cargo choose the same features as `cargo test --workspace` does: nothing
/// of the dependencies is compiled a second time. That holds as long as no package has a dependency for its tests
/// alone, since `cargo build` leaves those out; a test below watches it.
pub fn folder() -> Result<&'static Path> {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    static BUILDING: Mutex<()> = Mutex::new(());
    let _guard = BUILDING.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(folder) = BUILT.get() {
        return Ok(folder);
    }
    let folder = build()?;
    Ok(BUILT.get_or_init(|| folder))
}

/// The plugin's executable under Pulumi, built from the present sources.
pub fn pulumi() -> Result<PathBuf> {
    Ok(folder()?.join(PULUMI_PLUGIN))
}

/// The program that generates and packs, built from the present sources.
pub fn generator() -> Result<PathBuf> {
    Ok(folder()?.join(GENERATOR))
}

/// Fills a folder in the layout of a filesystem mirror of Terraform, for both registries, with an executable of the
/// plugin under the name that makes it speak Terraform's protocol.
pub fn mirror(executable: &Path, folder: &Path) -> Result<()> {
    for host in HOSTS {
        let place = folder.join(host).join(SOURCE).join(VERSION).join(PLATFORM);
        fs::create_dir_all(&place).with_context(|| format!("making {}", place.display()))?;
        let name = place.join(format!("{TERRAFORM_PLUGIN}_v{VERSION}"));
        // A temporary folder may lie on another file system.
        if fs::hard_link(executable, &name).is_err() {
            fs::copy(executable, &name).with_context(|| format!("copying {}", name.display()))?;
        }
    }
    Ok(())
}

/// The filesystem mirror with the official provider of AWS that the environment names.
pub fn aws_provider_mirror() -> Result<PathBuf> {
    let why = format!(
        "it is 700 MB and published on no package index; name a filesystem mirror that holds it in {AWS_PROVIDER_MIRROR}"
    );
    let folder = std::env::var_os(AWS_PROVIDER_MIRROR).map(PathBuf::from);
    Ok(folder.ok_or_else(|| Missing::new("the AWS provider of Terraform", why))?)
}

fn build() -> Result<PathBuf> {
    let target = place::target();
    let (profile, folder) = if cfg!(debug_assertions) { ("dev", "debug") } else { ("release", "release") };
    let folder = target.join(folder);
    let _progress = Progress::start(format!("building {PULUMI_PLUGIN}"));
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command
        .current_dir(place::workspace())
        .args([
            "build",
            "--quiet",
            "--locked",
            "--workspace",
            "--bin",
            PULUMI_PLUGIN,
            "--bin",
            GENERATOR,
            "--profile",
            profile,
            "--target-dir",
        ])
        .arg(&target);
    run(&mut command, BUILD_LIMIT)?.success().with_context(|| format!("building {PULUMI_PLUGIN}"))?;
    ensure!(
        folder.join(PULUMI_PLUGIN).is_file(),
        "the build of {PULUMI_PLUGIN} left no executable in {}",
        folder.display()
    );
    Ok(folder)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// Names of the packages in `table` of every member.
    fn dependencies(table: &str) -> Result<BTreeSet<String>> {
        let read = |folder: &Path| -> Result<toml::Table> {
            let file = folder.join("Cargo.toml");
            fs::read_to_string(&file)?.parse().with_context(|| format!("reading {}", file.display()))
        };
        let root = read(&place::workspace())?;
        let members = root["workspace"]["members"].as_array().context("the workspace has no members")?;
        let mut names = BTreeSet::new();
        for member in members {
            let manifest = read(&place::workspace().join(member.as_str().context("a member is a string")?))?;
            let table = manifest.get(table).and_then(toml::Value::as_table);
            names.extend(table.into_iter().flat_map(|table| table.keys().cloned()));
        }
        Ok(names)
    }

    #[test]
    fn no_package_is_a_dependency_of_tests_alone() -> Result<()> {
        let (all, tests) = (dependencies("dependencies")?, dependencies("dev-dependencies")?);
        let alone: Vec<_> = tests.difference(&all).collect();
        assert!(
            alone.is_empty(),
            "cargo test would compile the AWS SDK a second time; add to [dependencies] of tests/Cargo.toml: {alone:?}"
        );
        Ok(())
    }
}
