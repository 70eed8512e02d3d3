//! A test or a demo that goes on in private namespaces of its own: network, mounts, processes. When it ends, or is killed, the
//! kernel ends every process, mount, interface and namespace of it. Must not know what it does.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use tempfile::TempDir;

use crate::clients::{Missing, Run, Running, place};

/// Set in the environment of the process inside: the folder for everything big, which the process outside removes.
pub const FOLDER: &str = "STARBURST_REAL_NODES_FOLDER";

/// Runs `body` inside private namespaces with a folder for everything that it writes. `name` is the full name of the
/// calling test: the test binary is started once more for it alone. Errors with [`Missing`] where the machine cannot.
pub fn inside(name: &str, limit: Duration, body: impl FnOnce(&Path) -> Result<()>) -> Result<()> {
    if let Some(folder) = folder() {
        return body(&folder);
    }
    let run = again(&["--exact", name, "--nocapture", "--include-ignored"], limit)?;
    ensure!(run.status.success(), "{name} ended with {} inside its namespaces", run.status);
    ensure!(run.stdout.contains("1 passed"), "no test of the name {name} ran inside");
    Ok(())
}

/// The folder for everything big, where this process is the one inside.
#[must_use]
pub fn folder() -> Option<PathBuf> {
    std::env::var_os(FOLDER).map(PathBuf::from)
}

/// Starts this program once more with these arguments, inside private namespaces, and prints its lines. Errors with
/// [`Missing`] where the machine cannot.
pub fn again(arguments: &[&str], limit: Duration) -> Result<Run> {
    needs()?;
    let base = place::target().join("tmp");
    std::fs::create_dir_all(&base)?;
    let folder = TempDir::with_prefix_in("real-nodes-", &base).context("making a folder for the nodes")?;
    let mut command = Command::new("setpriv");
    command
        .args(["--pdeathsig", "KILL", "--", "unshare", "--net", "--mount", "--pid", "--uts", "--ipc"])
        .args(["--fork", "--kill-child", "--mount-proc", "--"])
        .arg(std::env::current_exe().context("finding this program")?)
        .args(arguments)
        .env(FOLDER, folder.path());
    Running::spawn(&mut command, limit)?.wait(&mut |line| println!("{}", line.text))
}

/// What the machine must have.
fn needs() -> Result<(), Missing> {
    let why = "nodes run in namespaces of their own";
    let root = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let root = root.lines().any(|line| line.starts_with("Uid:") && line.split_whitespace().nth(2) == Some("0"));
    if !root {
        return Err(Missing::new("root", format!("{why}; run the test as root")));
    }
    for tool in ["ip", "unshare", "nsenter", "setpriv", "chroot", "mount", "useradd", "curl", "unzip"] {
        if place::on_path(tool).is_none() {
            return Err(Missing::new(tool, format!("{why}; install iproute2, util-linux, passwd, curl and unzip")));
        }
    }
    let tried = Command::new("unshare")
        .args(["--net", "--mount", "--pid", "--fork", "--mount-proc", "sh", "-c"])
        .arg("mount -t tmpfs t /mnt && cd /mnt && mkdir u w m && mount -t overlay o -o lowerdir=/,upperdir=u,workdir=w m")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    match tried {
        Ok(status) if status.success() => Ok(()),
        _ => {
            Err(Missing::new("the right to make namespaces and overlays", format!("{why}; a container may forbid it")))
        }
    }
}
