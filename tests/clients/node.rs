//! The Node.js packages of `node/package-lock.json`, installed once, and projects that use them by symbolic links.
//! It must not know which program is run with them.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};

use super::command::run;
use super::missing::Missing;
use super::place;
use super::progress::Progress;

const INSTALL_LIMIT: Duration = Duration::from_secs(15 * 60);

/// The folder `node_modules` of the pinned packages, installed now if this is the first time.
pub fn modules() -> Result<PathBuf> {
    let pins = place::pins().join("node");
    let files = [pins.join("package.json"), pins.join("package-lock.json")];
    let folder = place::tool_folder("node-clients");
    place::fill_once(&folder, &place::digest_of(&files)?, |empty| {
        find("node")?;
        let npm = find("npm")?;
        let _progress = Progress::start("installing node-clients (once)");
        for file in &files {
            let to = empty.join(file.file_name().unwrap_or_default());
            fs::copy(file, to).with_context(|| format!("copying {}", file.display()))?;
        }
        let mut command = Command::new(npm);
        command.current_dir(empty).args(["ci", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"]);
        run(&mut command, INSTALL_LIMIT)?.success().context("installing node-clients")?;
        Ok(())
    })?;
    Ok(folder.join("node_modules"))
}

/// The TypeScript compiler, to be run with `node`.
pub fn typescript_compiler() -> Result<PathBuf> {
    Ok(modules()?.join("typescript/bin/tsc"))
}

/// Makes `project/node_modules` with a link to every pinned package and to each of `own` (name with scope, folder).
///
/// A package of `own` needs the pinned ones too; Node.js looks for them from where the folder really is, so
/// [`link_dependencies`] must have been called for it.
pub fn link(project: &Path, own: &[(&str, &Path)]) -> Result<()> {
    let into = project.join("node_modules");
    fs::create_dir_all(&into).with_context(|| format!("making {}", into.display()))?;
    let pinned = modules()?;
    for entry in fs::read_dir(&pinned).with_context(|| format!("reading {}", pinned.display()))? {
        let entry = entry?;
        link_one(&entry.path(), &into.join(entry.file_name()))?;
    }
    for (name, folder) in own {
        let to = into.join(name);
        if let Some(scope) = to.parent() {
            fs::create_dir_all(scope).with_context(|| format!("making {}", scope.display()))?;
        }
        link_one(folder, &to)?;
    }
    Ok(())
}

/// Lets the package in `folder` find the pinned packages.
pub fn link_dependencies(folder: &Path) -> Result<()> {
    link_one(&modules()?, &folder.join("node_modules"))
}

/// The executable `name`, or what is missing.
pub fn find(name: &str) -> Result<PathBuf> {
    let why = "it runs TypeScript programs; install Node.js 20 or newer";
    Ok(place::on_path(name).ok_or_else(|| Missing::new(name, why))?)
}

fn link_one(from: &Path, to: &Path) -> Result<()> {
    symlink(from, to).with_context(|| format!("linking {} to {}", to.display(), from.display()))
}
