//! What the image of the nodes holds beside this machine's own system: the stand-ins of the folder `image/`, two Java
//! runtimes, the `aws` command. Must not know how a node is started, nor what it fetches.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use crate::clients::python::Environment;
use crate::clients::{Missing, place};

/// The image.
#[derive(Debug, Clone)]
pub struct Image {
    /// The folder with the stand-ins.
    pub folder: PathBuf,
    /// Java 17, for Alluxio.
    pub java_17: PathBuf,
    /// Java 25, for Trino.
    pub java_25: PathBuf,
    /// The `aws` command.
    pub aws: PathBuf,
    /// Folders of this machine that nodes must see under the same path.
    pub binds: Vec<PathBuf>,
}

/// Finds all of it, or says what is missing.
pub fn find() -> Result<Image> {
    let folder = place::workspace().join("tests/real/image");
    let aws = Environment::Aws.bin()?.join("aws");
    let mut binds = vec![place::target().join("tools")];
    // A virtual environment leans on the Python that it was made with.
    let python = aws.parent().map(|bin| bin.join("python")).and_then(|python| std::fs::canonicalize(python).ok());
    binds.extend(python.as_deref().and_then(Path::parent).and_then(Path::parent).map(Path::to_path_buf));
    binds.retain(|folder| folder.is_dir() && folder != Path::new("/usr"));
    Ok(Image { folder, java_17: java(17)?, java_25: java(25)?, aws, binds })
}

/// A Java of this feature release: by `JAVA_HOME_17_X64` and the like, or in `/usr/lib/jvm`.
fn java(release: u32) -> Result<PathBuf> {
    let named = ["X64", "ARM64"].iter().filter_map(|kind| std::env::var_os(format!("JAVA_HOME_{release}_{kind}")));
    let mut all: Vec<PathBuf> = named.map(PathBuf::from).collect();
    all.extend(std::fs::read_dir("/usr/lib/jvm").into_iter().flatten().flatten().map(|entry| entry.path()));
    let found = all.into_iter().find(|home| feature(home) == Some(release));
    let home = found.and_then(|home| std::fs::canonicalize(home).ok());
    let why = format!("nodes run on it; install it below /usr/lib/jvm or name it in JAVA_HOME_{release}_X64");
    Ok(home.ok_or_else(|| Missing::new(format!("Java {release}"), why))?)
}

fn feature(home: &Path) -> Option<u32> {
    let text = std::fs::read_to_string(home.join("release")).ok().or_else(|| {
        let said = Command::new(home.join("bin/java")).arg("-version").output().ok()?;
        Some(String::from_utf8_lossy(&said.stderr).replace("version", "JAVA_VERSION="))
    })?;
    let line = text.lines().find(|line| line.contains("JAVA_VERSION="))?;
    line.split('"').nth(1)?.split('.').next()?.parse().ok()
}
