//! Files and folders of the program's machine, and the canonical archive of them. Equal content gives equal bytes,
//! wherever and whenever it is packed. Knows neither what the files are for nor where they go.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Cursor, Read, Write as _};
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use starburst_core::ports::{LocalEntry, LocalFiles};
use walkdir::WalkDir;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, System, ZipArchive, ZipWriter};

/// All content of one folder, archive or file together.
pub const LARGEST: u64 = 256 << 20;
/// Files of one folder or archive.
pub const MOST: usize = 10_000;
/// How hard to compress; fixed, because the bytes depend on it.
const EFFORT: i64 = 6;
/// Mode of a file.
const PLAIN: u32 = 0o644;
/// Mode of a file that begins with `#!`: content alone decides, so that a checkout's modes do not matter.
const SCRIPT: u32 = 0o755;

/// Files below the program's folder, or wherever an absolute path leads.
#[derive(Debug, Clone)]
pub struct ProgramFiles {
    root: PathBuf,
}

impl ProgramFiles {
    /// `root` is what relative paths start from.
    #[must_use]
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// Relative paths start from the folder in which the process runs, which is the program's.
    #[must_use]
    pub fn here() -> Self {
        Self::new(".")
    }
}

#[async_trait]
impl LocalFiles for ProgramFiles {
    async fn entries(&self, path: &str) -> Result<Vec<LocalEntry>, String> {
        let (place, shown) = (self.root.join(path), path.to_owned());
        let read = tokio::task::spawn_blocking(move || read(&place, &shown)).await;
        read.unwrap_or_else(|_| Err(format!("{path} cannot be read")))
    }

    fn pack(&self, entries: &[LocalEntry]) -> Result<Vec<u8>, String> {
        pack(entries)
    }
}

/// Entries by name, bounded in number and size.
struct Collected<'a> {
    shown: &'a str,
    left: u64,
    entries: BTreeMap<String, Vec<u8>>,
}

impl<'a> Collected<'a> {
    fn new(shown: &'a str) -> Self {
        Self { shown, left: LARGEST, entries: BTreeMap::new() }
    }

    /// Never reads more than what is left, whatever size the source claims to have.
    fn add(&mut self, name: String, source: impl Read) -> Result<(), String> {
        let shown = self.shown;
        let mut content = Vec::new();
        let read = source.take(self.left.saturating_add(1)).read_to_end(&mut content);
        let read = read.map_err(|error| format!("{name} in {shown} cannot be read: {error}"))? as u64;
        if read > self.left {
            return Err(format!("{shown} holds more than {} MiB; take out what nodes do not need", LARGEST >> 20));
        }
        self.left -= read;
        if self.entries.len() >= MOST {
            return Err(format!("{shown} holds more than {MOST} files; take out what nodes do not need"));
        }
        if self.entries.insert(name.clone(), content).is_some() {
            return Err(format!("{shown} holds {name} twice"));
        }
        Ok(())
    }

    fn sorted(self) -> Vec<LocalEntry> {
        self.entries.into_iter().map(|(name, content)| LocalEntry { name, content }).collect()
    }
}

fn read(place: &Path, shown: &str) -> Result<Vec<LocalEntry>, String> {
    let metadata = std::fs::metadata(place).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => format!("{shown} does not exist"),
        _ => format!("{shown} cannot be read: {error}"),
    })?;
    let mut collected = Collected::new(shown);
    if metadata.is_dir() {
        read_folder(place, &mut collected)?;
    } else if !metadata.is_file() {
        return Err(format!("{shown} is neither a file nor a folder"));
    } else if has_ending(place, "zip") {
        read_archive(place, &mut collected)?;
    } else {
        let name = place.file_name().and_then(|name| name.to_str());
        let name = name.ok_or_else(|| format!("{shown} has a name that is not UTF-8"))?;
        collected.add(name.to_owned(), open(place, shown)?)?;
    }
    Ok(collected.sorted())
}

fn has_ending(place: &Path, ending: &str) -> bool {
    place.extension().is_some_and(|found| found.eq_ignore_ascii_case(ending))
}

fn open(place: &Path, shown: &str) -> Result<File, String> {
    File::open(place).map_err(|error| format!("{shown} cannot be read: {error}"))
}

fn read_folder(place: &Path, collected: &mut Collected<'_>) -> Result<(), String> {
    let shown = collected.shown;
    let inside = place.canonicalize().map_err(|error| format!("{shown} cannot be read: {error}"))?;
    for entry in WalkDir::new(place).follow_links(true).min_depth(1).sort_by_file_name() {
        let entry = entry.map_err(|error| said_of(&error, shown))?;
        let name = entry_name(place, entry.path(), shown)?;
        // A link is yielded before what it leads to is entered.
        if entry.path_is_symlink() {
            let target = entry.path().canonicalize().map_err(|error| format!("{name} in {shown}: {error}"))?;
            if !target.starts_with(&inside) {
                return Err(format!("{name} in {shown} is a link that leads out of the folder; copy the file instead"));
            }
        }
        let kind = entry.file_type();
        if kind.is_file() {
            let file = open(entry.path(), &name)?;
            collected.add(name, file)?;
        } else if !kind.is_dir() {
            return Err(format!("{name} in {shown} is neither a file nor a folder"));
        }
    }
    Ok(())
}

/// The walker's error without the absolute path in it.
fn said_of(error: &walkdir::Error, shown: &str) -> String {
    if error.loop_ancestor().is_some() {
        return format!("a link in {shown} leads back to a folder that holds it");
    }
    let name = error.path().and_then(Path::file_name).map_or_else(String::new, |name| name.display().to_string());
    match error.io_error() {
        Some(cause) if cause.kind() == std::io::ErrorKind::NotFound => {
            format!("{name} in {shown} is a link to something that does not exist")
        }
        Some(cause) => format!("{name} in {shown} cannot be read: {cause}"),
        None => format!("{name} in {shown} cannot be read"),
    }
}

/// The name below the folder, with `/` on every system.
fn entry_name(folder: &Path, path: &Path, shown: &str) -> Result<String, String> {
    let below = path.strip_prefix(folder).unwrap_or(path);
    slashed(below).ok_or_else(|| format!("{} in {shown} has a name that is not UTF-8", below.display()))
}

fn slashed(path: &Path) -> Option<String> {
    let parts: Option<Vec<&str>> = path.iter().map(|part| part.to_str()).collect();
    parts.map(|parts| parts.join("/"))
}

fn read_archive(place: &Path, collected: &mut Collected<'_>) -> Result<(), String> {
    let shown = collected.shown;
    let broken = |error: zip::result::ZipError| format!("{shown} is not an archive that can be read: {error}");
    let mut archive = ZipArchive::new(open(place, shown)?).map_err(broken)?;
    for index in 0..archive.len() {
        let entry = archive.by_index(index).map_err(broken)?;
        if entry.is_dir() {
            continue;
        }
        let inside = entry.enclosed_name().as_deref().and_then(slashed);
        let Some(name) = inside.filter(|_| entry.is_file()) else {
            let name = entry.name().map_err(broken)?;
            return Err(format!("{name} in {shown} is a link or lies outside the archive's own folder"));
        };
        collected.add(name, entry)?;
    }
    Ok(())
}

/// See [`LocalFiles::pack`].
fn pack(entries: &[LocalEntry]) -> Result<Vec<u8>, String> {
    let mut sorted: Vec<&LocalEntry> = entries.iter().collect();
    sorted.sort_by(|a, b| a.name.cmp(&b.name));
    let broken = |error: &dyn std::fmt::Display| format!("the files cannot be packed: {error}");
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for entry in sorted {
        let mode = if entry.content.starts_with(b"#!") { SCRIPT } else { PLAIN };
        let options = SimpleFileOptions::default()
            .system(System::Unix)
            .compression_method(CompressionMethod::Deflated)
            .compression_level(Some(EFFORT))
            .last_modified_time(DateTime::default())
            .unix_permissions(mode);
        archive.start_file(&entry.name, options).map_err(|error| broken(&error))?;
        archive.write_all(&entry.content).map_err(|error| broken(&error))?;
    }
    Ok(archive.finish().map_err(|error| broken(&error))?.into_inner())
}

#[cfg(test)]
#[path = "files_tests.rs"]
mod tests;
