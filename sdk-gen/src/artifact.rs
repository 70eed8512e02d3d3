//! A generated file, and the three modes: write it, compare it in memory, or list it.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use similar::TextDiff;

/// Lines of a difference that are shown; a stale file is made anew, not mended by hand.
const SHOWN_LINES: usize = 40;

/// What to do with the generated files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Write those that differ.
    Write,
    /// Show what differs; the tree is not touched.
    Check,
    /// List files and sizes.
    DryRun,
}

/// One generated file.
#[derive(Debug, Clone)]
pub struct Artifact {
    path: String,
    content: String,
}

impl Artifact {
    /// A file at a path relative to the repository's root.
    pub fn new(path: impl Into<String>, content: String) -> Self {
        Self { path: path.into(), content }
    }

    /// The path relative to the repository's root.
    #[cfg(test)]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The text.
    #[cfg(test)]
    pub fn content(&self) -> &str {
        &self.content
    }
}

/// Treats all files; `false` when a check found a stale one.
pub fn process(artifacts: &[Artifact], mode: Mode) -> Result<bool> {
    let mut fresh = true;
    for artifact in artifacts {
        let path = root().join(&artifact.path);
        let current = read(&path)?;
        let same = current == artifact.content;
        match mode {
            Mode::DryRun => println!("{:>9} bytes  {}", artifact.content.len(), artifact.path),
            Mode::Check if same => {}
            Mode::Check => {
                fresh = false;
                show(artifact, &current);
            }
            Mode::Write if same => println!("unchanged  {}", artifact.path),
            Mode::Write => {
                write(&path, &artifact.content)?;
                println!("written    {}", artifact.path);
            }
        }
    }
    Ok(fresh)
}

/// The repository's root.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_path_buf()
}

/// The checked-in text; empty for a file that is not there yet.
fn read(path: &Path) -> Result<String> {
    match std::fs::read_to_string(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(String::new()),
        other => other.with_context(|| format!("reading {}", path.display())),
    }
}

fn write(path: &Path, content: &str) -> Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))?;
    }
    std::fs::write(path, content).with_context(|| format!("writing {}", path.display()))
}

fn show(artifact: &Artifact, current: &str) {
    println!("stale: {}", artifact.path);
    let diff = TextDiff::from_lines(current, &artifact.content);
    let text = diff.unified_diff().context_radius(1).header("checked in", "generated").to_string();
    let lines: Vec<&str> = text.lines().collect();
    for line in lines.iter().take(SHOWN_LINES) {
        println!("  {}", line.chars().take(200).collect::<String>());
    }
    if lines.len() > SHOWN_LINES {
        println!("  … {} further lines", lines.len() - SHOWN_LINES);
    }
}
