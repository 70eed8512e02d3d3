//! A release: every file that users install, made so that the same sources give the same bytes. Publishes nothing.
//!
//! `archives` packs the plugin for both clients · `sbom` lists what is linked into it · `notes` folds the changelog.

mod archives;
mod notes;
mod sbom;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use sha2::{Digest as _, Sha256};

use crate::artifact::root;
use crate::node_script::hex;
use crate::sdks::{self, Tools};
use crate::tool;

/// The version of everything: the workspace's.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
/// Where a plugin built for users lies.
const PLUGIN: &str = "target/dist/pulumi-resource-starburst";
/// The list of checksums over all files.
const SUMS: &str = "SHA256SUMS";
/// 1980-01-02: archives know no earlier time.
const EARLIEST: u64 = 315_619_200;

/// What a release is made from, and where it goes.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct Options {
    /// Folder that is made anew with the files of a release [default: target/release-files].
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// A plugin that was built already, in place of building one with profile `dist`.
    #[arg(long, value_name = "FILE")]
    plugin: Option<PathBuf>,
}

/// Names of all files of a release on this machine's platform.
pub fn names() -> Vec<String> {
    let mut names = vec![archives::pulumi(), archives::terraform(), archives::manifest(), archives::sums()];
    names.extend(sdks::artifacts().iter().filter_map(|path| {
        let file = path.rsplit('/').next()?;
        file.contains(VERSION).then(|| file.to_owned())
    }));
    names.extend([sbom::file(), notes::file(), SUMS.to_owned()]);
    names
}

/// Makes all files of a release.
pub fn make(options: &Options, tools: &Tools) -> Result<()> {
    let out = options.out.clone().unwrap_or_else(|| root().join("target/release-files"));
    let epoch = epoch()?;
    sdks::need(tools, &["cargo", "rustc"])?;
    let plugin = match &options.plugin {
        Some(plugin) => plugin.clone(),
        None => build_plugin()?,
    };
    tool::empty(&out)?;
    archives::write(&plugin, &out, epoch)?;
    for package in sdks::build(tools, epoch)? {
        let name = package.file_name().context("a package has a name")?;
        fs::copy(&package, out.join(name)).with_context(|| format!("copying {}", package.display()))?;
    }
    fs::write(out.join(sbom::file()), sbom::bill(epoch)?)?;
    fs::write(out.join(notes::file()), notes::notes()?)?;
    let all: Vec<String> = names().into_iter().filter(|name| name != SUMS).collect();
    fs::write(out.join(SUMS), sums_of(&out, &all)?)?;
    for name in names() {
        let bytes = fs::metadata(out.join(&name)).with_context(|| format!("{name} was not made"))?.len();
        println!("{bytes:>10} bytes  {}", out.join(name).display());
    }
    println!("To sign: gpg --detach-sign {}", out.join(archives::sums()).display());
    Ok(())
}

/// Lines as `sha256sum` writes them, sorted by name.
fn sums_of(folder: &Path, names: &[String]) -> Result<String> {
    let mut sorted = names.to_vec();
    sorted.sort_unstable();
    let mut text = String::new();
    for name in sorted {
        let content = fs::read(folder.join(&name)).with_context(|| format!("reading {name}"))?;
        text.push_str(&format!("{}  {name}\n", hex(&Sha256::digest(&content))));
    }
    Ok(text)
}

/// The time that every packed file carries: SOURCE_DATE_EPOCH (<https://reproducible-builds.org/specs/source-date-epoch>),
/// else the last commit's.
pub fn epoch() -> Result<u64> {
    let text = match std::env::var("SOURCE_DATE_EPOCH") {
        Ok(text) => text,
        Err(_) => {
            let git = Command::new("git").args(["log", "-1", "--format=%ct"]).current_dir(root()).output();
            git.ok().map(|done| String::from_utf8_lossy(&done.stdout).into_owned()).unwrap_or_default()
        }
    };
    match text.trim() {
        "" => Ok(EARLIEST),
        text => {
            text.parse().map(|seconds: u64| seconds.max(EARLIEST)).context("SOURCE_DATE_EPOCH is a number of seconds")
        }
    }
}

/// Paths of this machine are no part of what is shipped.
fn build_plugin() -> Result<PathBuf> {
    let home = std::env::var("CARGO_HOME").or_else(|_| std::env::var("HOME").map(|home| format!("{home}/.cargo")))?;
    let flags = format!("--remap-path-prefix={home}=/cargo --remap-path-prefix={}=/source", root().display());
    let mut cargo = Command::new("cargo");
    cargo.args(["build", "--locked", "--profile", "dist", "-p", "starburst-provider"]).current_dir(root());
    cargo.env("RUSTFLAGS", flags).env("CARGO_TARGET_DIR", root().join("target"));
    tool::run("building the plugin for users (some minutes the first time)", &mut cargo)?;
    let plugin = root().join(PLUGIN);
    if !plugin.is_file() {
        bail!("cargo made no {}", plugin.display());
    }
    Ok(plugin)
}
