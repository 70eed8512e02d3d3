//! The wheels of Superset as the archive that a package mirror holds. It must not know how a node uses it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use super::{PACK_LIMIT, download};
use crate::clients::command::run;
use crate::clients::missing::Missing;
use crate::clients::place;
use crate::clients::progress::Progress;

/// The archive, as the node script asks for it.
pub const ARCHIVE: &str = "superset-6.1.0-wheels.tar";

/// A folder with the archive, and the line of `SHA256SUMS` for it; made now if this is the first time.
///
/// # Errors
/// [`Missing`] without Python 3.11, whose wheels nodes need; any other error of `pip`.
pub fn superset() -> Result<(PathBuf, String)> {
    let pins = place::pins().join("python/requirements-superset.txt");
    let folder = place::tool_folder("superset-wheels");
    place::fill_once(&folder, &place::digest_of(std::slice::from_ref(&pins))?, |folder| fill(&pins, folder))?;
    let line = format!("{}  {ARCHIVE}\n", download::sha256(&folder.join(ARCHIVE))?);
    Ok((folder, line))
}

/// What has no wheel is built; the rest is downloaded. Every file has its digest in the pins.
fn fill(pins: &Path, folder: &Path) -> Result<()> {
    let why = "Superset's wheels are of that release; install it with venv and pip";
    let python = place::on_path("python3.11").ok_or_else(|| Missing::new("python3.11", why))?;
    let staging = tempfile::tempdir_in(folder).context("making a folder for wheels")?;
    let _progress = Progress::start("downloading the wheels of Superset (once, 330 MB)".to_owned());
    let mut wheels = Command::new(python);
    wheels.args(["-m", "pip", "wheel", "--quiet", "--disable-pip-version-check", "--no-deps", "--require-hashes"]);
    run(wheels.arg("-w").arg(staging.path()).arg("-r").arg(pins), PACK_LIMIT)?.success().context("fetching wheels")?;
    let mut names: Vec<_> = fs::read_dir(staging.path())?.flatten().map(|entry| entry.file_name()).collect();
    names.sort();
    let mut pack = Command::new("tar");
    pack.arg("-C").arg(staging.path()).arg("-cf").arg(folder.join(ARCHIVE)).args(names);
    run(&mut pack, PACK_LIMIT)?.success().context("packing the wheels")?;
    Ok(())
}
