//! The npm tarball of the TypeScript SDK: compiled files with their types, and a manifest without what only a build needs.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use super::{copy, tool_folder};
use crate::artifact::root;
use crate::tool;

/// Name of the tarball, as `npm pack` gives it.
pub const FILE: &str = concat!("presto-alluxio-starburst-", env!("CARGO_PKG_VERSION"), ".tgz");
/// The pinned packages: Pulumi's runtime and the compiler.
const PINS: &str = "tests/clients/node";

/// Compiles the SDK in `source` and packs it into `out`; answers the tarball.
pub fn pack(source: &Path, out: &Path, modules: Option<&Path>) -> Result<PathBuf> {
    let modules = match modules {
        Some(modules) => modules.to_path_buf(),
        None => install()?,
    };
    let link = source.join("node_modules");
    std::os::unix::fs::symlink(&modules, &link).with_context(|| format!("linking {}", link.display()))?;
    let mut compile = Command::new("node");
    compile.arg(modules.join("typescript/bin/tsc")).args(["--pretty", "false"]).current_dir(source);
    tool::run("compiling the TypeScript SDK", &mut compile)?;
    let compiled = source.join("bin");
    fs::write(compiled.join("package.json"), manifest(&source.join("package.json"))?)?;
    copy(&root().join("LICENSE"), &compiled.join("LICENSE"))?;
    copy(&source.join("README.md"), &compiled.join("README.md"))?;
    let mut pack = Command::new("npm");
    pack.args(["pack", "--ignore-scripts", "--loglevel=error", "--pack-destination"]).arg(out).current_dir(&compiled);
    tool::run("packing the TypeScript SDK", &mut pack)?;
    let tarball = out.join(FILE);
    ensure!(tarball.is_file(), "npm made no {}", tarball.display());
    Ok(tarball)
}

/// The manifest of what is installed: the compiled files lie beside it.
fn manifest(source: &Path) -> Result<String> {
    let text = fs::read_to_string(source).with_context(|| format!("reading {}", source.display()))?;
    let mut manifest: Value = serde_json::from_str(&text).with_context(|| format!("reading {}", source.display()))?;
    let fields = manifest.as_object_mut().context("package.json is an object")?;
    fields.remove("scripts");
    fields.remove("devDependencies");
    fields.insert("main".to_owned(), json!("index.js"));
    fields.insert("types".to_owned(), json!("index.d.ts"));
    Ok(serde_json::to_string_pretty(&manifest)? + "\n")
}

fn install() -> Result<PathBuf> {
    let folder = tool_folder("node");
    let lock = fs::read_to_string(root().join(PINS).join("package-lock.json"))?;
    let modules = folder.join("node_modules");
    // The copy of the lock is written last of what is compared, so that a broken-off installation is made anew.
    if fs::read_to_string(folder.join("installed-lock.json")).is_ok_and(|installed| installed == lock) {
        return Ok(modules);
    }
    tool::empty(&folder)?;
    for file in ["package.json", "package-lock.json"] {
        copy(&root().join(PINS).join(file), &folder.join(file))?;
    }
    let mut npm = Command::new("npm");
    npm.args(["ci", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"]).current_dir(&folder);
    tool::run("installing the TypeScript compiler (once)", &mut npm)?;
    fs::write(folder.join("installed-lock.json"), lock)?;
    Ok(modules)
}
