//! The pin files of what nodes install: lines `URI SHA-256`, `#` begins a comment.
//! It must not know how the packages are obtained.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::clients::place;

/// A file of a Maven repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Package {
    /// Where it is published, `https://…`.
    pub uri: String,
    /// Its SHA-256, lower-case hex.
    pub sha256: String,
}

impl Package {
    /// The last segment of its URI.
    pub fn file(&self) -> &str {
        self.uri.rsplit('/').next().unwrap_or(&self.uri)
    }
}

fn alluxio_file() -> PathBuf {
    place::pins().join("java/alluxio-2.9.4.txt")
}

fn published_files() -> [PathBuf; 2] {
    let folder = place::workspace().join("provider/core/src/template/bootstrap");
    [folder.join("engine.txt"), folder.join("metastore.txt")]
}

/// Everything that the mirror's content depends on.
pub(super) fn files() -> Vec<PathBuf> {
    let mut files = published_files().to_vec();
    files.push(alluxio_file());
    files
}

/// What is taken as it is published.
pub(super) fn published() -> Result<Vec<Package>> {
    let mut all = Vec::new();
    for file in published_files() {
        all.extend(read(&file)?);
    }
    Ok(all)
}

/// The jars of Alluxio's servers.
pub(super) fn alluxio() -> Result<Vec<Package>> {
    read(&alluxio_file())
}

fn read(file: &Path) -> Result<Vec<Package>> {
    let text = fs::read_to_string(file).with_context(|| format!("reading {}", file.display()))?;
    parse(&text).with_context(|| format!("reading {}", file.display()))
}

fn parse(text: &str) -> Result<Vec<Package>> {
    let mut packages: Vec<Package> = Vec::new();
    for line in text.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty()) {
        let Some((uri, sha256)) = line.split_once(' ') else { bail!("{line}: a line is URI and SHA-256") };
        let hex = sha256.len() == 64 && sha256.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        if !hex || !uri.starts_with("https://") {
            bail!("{line}: a line is an https URI and 64 lower-case hex digits");
        }
        let package = Package { uri: uri.to_owned(), sha256: sha256.to_owned() };
        if packages.iter().any(|other| other.file() == package.file()) {
            bail!("{}: the mirror is flat, a file name may stand once", package.file());
        }
        packages.push(package);
    }
    Ok(packages)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pin_file_reads_and_names_what_nodes_run() -> Result<()> {
        let published = published()?;
        for part in ["trino-server-", "hive-standalone-metastore-", "hadoop-aws-", "postgresql-", "mysql-connector-j-"]
        {
            assert!(published.iter().any(|package| package.file().starts_with(part)), "{part}");
        }
        let alluxio = alluxio()?;
        for part in ["core-server-master", "core-server-worker", "core-server-proxy", "shell", "underfs-s3a"] {
            let file = format!("alluxio-{part}-2.9.4.jar");
            assert!(alluxio.iter().any(|package| package.file() == file), "{file}");
        }
        Ok(())
    }

    #[test]
    fn a_line_without_a_checksum_or_a_repeated_name_is_refused() {
        let sum = "0".repeat(64);
        assert!(parse("https://a/b.jar\n").is_err());
        assert!(parse("https://a/b.jar 00\n").is_err());
        assert!(parse(&format!("http://a/b.jar {sum}\n")).is_err());
        assert!(parse(&format!("https://a/b.jar {sum}\nhttps://c/b.jar {sum}\n")).is_err());
        assert!(parse(&format!("# note\nhttps://a/b.jar {sum}\n")).is_ok_and(|packages| packages.len() == 1));
    }
}
