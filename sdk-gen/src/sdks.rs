//! The SDKs, made from the checked-in Pulumi schema by the official generators, and what is installed of them: an npm
//! tarball and a Python wheel. They are built, not checked in.

mod npm;
mod wheel;

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use crate::artifact::root;
use crate::tool;

const LANGUAGES: &[&str] = &["nodejs", "python", "go"];
const SCHEMA: &str = "schema/generated/pulumi-schema.json";
/// Where everything here is made, relative to the repository's root.
const FOLDER: &str = "target/sdks";

/// Tools that may be there already. Without them they are made, pinned, under the target folder.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct Tools {
    /// An executable built from sdk-gen/go, in place of `go run`.
    #[arg(long, value_name = "FILE")]
    generator: Option<PathBuf>,
    /// A node_modules folder with the packages of tests/clients/node, in place of installing them.
    #[arg(long, value_name = "DIR")]
    node_modules: Option<PathBuf>,
    /// A Python with setuptools, in place of a virtual environment of its own.
    #[arg(long, value_name = "FILE")]
    python: Option<PathBuf>,
}

/// What is made, relative to the repository's root: a folder a language, then the packages.
pub fn artifacts() -> Vec<String> {
    let folders = LANGUAGES.iter().map(|language| format!("{FOLDER}/{language}"));
    folders.chain([npm::FILE, wheel::FILE].iter().map(|file| format!("{FOLDER}/{file}"))).collect()
}

/// Looks for what must be there before the first folder is emptied, and for `more`.
pub fn need(tools: &Tools, more: &[&str]) -> Result<()> {
    let own = [("go", tools.generator.is_none()), ("node", true), ("npm", true), ("python3", tools.python.is_none())];
    let own = own.iter().filter(|(_, needed)| *needed).map(|(name, _)| *name);
    tool::need(&own.chain(more.iter().copied()).collect::<Vec<_>>())
}

/// Writes the SDK of every language and packs those that are installed from a file. `epoch`: the time, in seconds since
/// 1970, that everything packed carries.
pub fn build(tools: &Tools, epoch: u64) -> Result<Vec<PathBuf>> {
    need(tools, &[])?;
    let folder = root().join(FOLDER);
    for language in LANGUAGES {
        let out = folder.join(language);
        // A file that the generator no longer makes must not stay.
        tool::empty(&out)?;
        let mut command = match &tools.generator {
            Some(generator) => Command::new(generator),
            None => {
                let mut command = Command::new("go");
                command.args(["run", "."]).current_dir(root().join("sdk-gen/go"));
                command
            }
        };
        tool::run(&format!("generating {language}"), command.arg(root().join(SCHEMA)).arg(language).arg(&out))?;
    }
    let tarball = npm::pack(&folder.join("nodejs"), &folder, tools.node_modules.as_deref())?;
    let wheel = wheel::build(&folder.join("python"), &folder, tools.python.as_deref(), epoch)?;
    Ok(vec![tarball, wheel])
}

/// The folder of a tool of this module's own.
fn tool_folder(name: &str) -> PathBuf {
    root().join(FOLDER).join("tools").join(name)
}

/// Copies a file, with both paths in the error.
fn copy(from: &Path, to: &Path) -> Result<()> {
    use anyhow::Context as _;
    std::fs::copy(from, to).with_context(|| format!("copying {} to {}", from.display(), to.display()))?;
    Ok(())
}
