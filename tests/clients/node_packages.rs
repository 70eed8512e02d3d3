//! What the nodes of a cluster install, as the package mirror that the template's parameter of that name means: a folder
//! with the packages under the last segments of their URIs, and `SHA256SUMS`.
//! It must not know how a node uses them.

mod download;
mod pins;
mod superset;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

use anyhow::{Context, Result};

use super::command::run;
use super::missing::Missing;
use super::place;
use super::progress::Progress;
pub use pins::Package;
pub use superset::superset;

/// Packing 180 MB of jars takes half a minute on two idle cores.
const PACK_LIMIT: Duration = Duration::from_secs(10 * 60);
/// The top folder of the archive that is made.
const ALLUXIO: &str = "alluxio-2.9.4";
/// The name of the archive that is made, as its publisher calls it.
pub const ALLUXIO_ARCHIVE: &str = "alluxio-2.9.4-bin.tar.gz";

/// The engine with few plugins, made from the published archive: a package of one's own, as users bring it. Unpacking the
/// published one takes each node ten times as long.
pub const SMALL_ENGINE: &str = "trino-server-476-few-plugins.tar.gz";
/// What it keeps.
const PLUGINS: [&str; 6] = ["blackhole", "hive", "jmx", "memory", "password-authenticators", "tpch"];
const ENGINE: &str = "trino-server-476";

/// The folder of the mirror, filled now if this is the first time; about 1.4 GB are downloaded then.
///
/// Maven Central has no archive of Alluxio's servers: it is made from their jars, in the layout of the published one
/// (`assembly/*.jar`, `conf/`), without start scripts and web pages.
///
/// # Errors
/// [`Missing`] when `curl` or `tar` is not there or the repository cannot be reached; any other error for a package
/// that is not what its pin says.
pub fn mirror() -> Result<PathBuf> {
    static FOUND: OnceLock<PathBuf> = OnceLock::new();
    if let Some(found) = FOUND.get() {
        return Ok(found.clone());
    }
    let digest = format!("{} {}", place::digest_of(&pins::files())?, PLUGINS.join(" "));
    let folder = place::tool_folder(&format!("node-packages-{}", &digest[..12]));
    place::fill_once(&folder, &digest, fill)?;
    Ok(FOUND.get_or_init(|| folder).clone())
}

/// The packages of the mirror that are downloaded as they are: engine, metastore and its jars.
///
/// # Errors
/// A pin file that cannot be read or has a line of another form.
pub fn published() -> Result<Vec<Package>> {
    pins::published()
}

fn fill(folder: &Path) -> Result<()> {
    let (published, jars) = (pins::published()?, pins::alluxio()?);
    let kept = place::tool_folder("downloads");
    {
        let all: Vec<_> = published.iter().chain(&jars).cloned().collect();
        download::all(&all, &kept)?;
    }
    for package in &published {
        link(&kept.join(&package.sha256), &folder.join(package.file()))?;
    }
    let _progress = Progress::start("packing Alluxio and a small Trino (once, about 2 minutes)".to_owned());
    pack(&jars, &kept, folder)?;
    let mut sums = String::new();
    for package in &published {
        sums.push_str(&format!("{}  {}\n", package.sha256, package.file()));
    }
    shrink(folder)?;
    for made in [ALLUXIO_ARCHIVE, SMALL_ENGINE] {
        sums.push_str(&format!("{}  {made}\n", download::sha256(&folder.join(made))?));
    }
    fs::write(folder.join("SHA256SUMS"), sums).context("writing SHA256SUMS")
}

/// The same jars give the same archive: names are sorted, times and owners are fixed.
fn pack(jars: &[Package], kept: &Path, folder: &Path) -> Result<()> {
    let tar = place::on_path("tar").ok_or_else(|| Missing::new("tar", "it packs Alluxio for the nodes"))?;
    let staging = tempfile::tempdir_in(folder).context("making a folder for the jars of Alluxio")?;
    let top = staging.path().join(ALLUXIO);
    for inner in ["assembly", "conf"] {
        fs::create_dir_all(top.join(inner)).with_context(|| format!("making {inner}/"))?;
    }
    for jar in jars {
        link(&kept.join(&jar.sha256), &top.join("assembly").join(jar.file()))?;
    }
    let mut command = Command::new(tar);
    command.arg("-C").arg(staging.path());
    command.args(["--sort=name", "--mtime=@0", "--owner=0", "--group=0", "--numeric-owner"]);
    // Two jars may be one file here; in the archive each is a file of its own.
    command.args(["--mode=u=rwX,go=rX", "--hard-dereference", "-czf"]).arg(folder.join(ALLUXIO_ARCHIVE)).arg(ALLUXIO);
    run(&mut command, PACK_LIMIT)?.success().context("packing Alluxio")?;
    Ok(())
}

/// Plugins share jars as hard links, so that the whole archive is unpacked before any is left out.
fn shrink(folder: &Path) -> Result<()> {
    let tar = place::on_path("tar").ok_or_else(|| Missing::new("tar", "it packs Trino for the nodes"))?;
    let staging = tempfile::tempdir_in(folder).context("making a folder for Trino")?;
    let mut unpack = Command::new(&tar);
    unpack.arg("-C").arg(staging.path()).arg("-xzf").arg(folder.join(format!("{ENGINE}.tar.gz")));
    run(&mut unpack, PACK_LIMIT)?.success().context("unpacking Trino")?;
    for plugin in fs::read_dir(staging.path().join(ENGINE).join("plugin")).context("listing the plugins of Trino")? {
        let plugin = plugin?;
        if !PLUGINS.iter().any(|kept| plugin.file_name() == *kept) {
            fs::remove_dir_all(plugin.path()).with_context(|| format!("removing {}", plugin.path().display()))?;
        }
    }
    let mut pack = Command::new(tar);
    pack.arg("-C").arg(staging.path()).args(["--sort=name", "--mtime=@0", "--owner=0", "--group=0", "--numeric-owner"]);
    run(pack.arg("-czf").arg(folder.join(SMALL_ENGINE)).arg(ENGINE), PACK_LIMIT)?.success().context("packing Trino")?;
    Ok(())
}

/// The checksum of a file of the mirror, lower-case hex.
///
/// # Errors
/// Those of [`mirror`], and a file that is not in it.
pub fn sha256_of(file: &str) -> Result<String> {
    let sums = fs::read_to_string(mirror()?.join("SHA256SUMS")).context("reading SHA256SUMS")?;
    let line = sums.lines().find_map(|line| line.strip_suffix(&format!("  {file}")));
    Ok(line.with_context(|| format!("the mirror has no {file}"))?.to_owned())
}

fn link(from: &Path, to: &Path) -> Result<()> {
    fs::hard_link(from, to).with_context(|| format!("linking {} to {}", from.display(), to.display()))
}
