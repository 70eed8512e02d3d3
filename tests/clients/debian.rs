//! Packages of the distribution, downloaded and unpacked below a folder without being installed. Knows no package.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::Result;

use super::progress::Progress;
use super::{Missing, command, place};

/// For one step of a fetch.
const LIMIT: Duration = Duration::from_secs(300);

/// Downloads `packages` and what they lean on and this machine lacks, and unpacks them below `folder`.
///
/// # Errors
/// [`Missing`] without `apt-get` and `dpkg-deb`, or where the first cannot fetch them.
pub fn fetch(name: &str, packages: &[&str], folder: &Path) -> Result<()> {
    let missing = |why: String| Missing::new(name.to_owned(), why);
    for tool in ["apt-get", "dpkg-deb"] {
        place::on_path(tool).ok_or_else(|| missing(format!("{tool} fetches it where it is not installed")))?;
    }
    let _progress = Progress::start(format!("downloading {name} from the distribution (once)"));
    let mut plan = Command::new("apt-get");
    plan.args(["--simulate", "--no-install-recommends", "install"]).args(packages);
    let planned = command::run(&mut plan, LIMIT)?;
    let names: Vec<&str> =
        planned.stdout.lines().filter_map(|line| line.strip_prefix("Inst ")?.split(' ').next()).collect();
    if names.is_empty() {
        return Err(missing(format!("apt-get does not know it, run apt-get update: {}", planned.stderr.trim())).into());
    }
    let mut download = Command::new("apt-get");
    download.args(["-o", "APT::Sandbox::User=root", "download"]).args(&names).current_dir(folder);
    let done = command::run(&mut download, LIMIT)?;
    if !done.status.success() {
        return Err(missing(format!("apt-get cannot download it: {}", done.stderr.trim())).into());
    }
    let archives = fs::read_dir(folder)?.flatten().map(|entry| entry.path());
    for archive in archives.filter(|path| path.extension().is_some_and(|end| end == "deb")) {
        command::run(Command::new("dpkg-deb").arg("-x").arg(&archive).arg(folder), LIMIT)?.success()?;
        println!("fetched {}", archive.file_name().unwrap_or_default().to_string_lossy());
        fs::remove_file(archive)?;
    }
    Ok(())
}
