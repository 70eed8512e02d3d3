//! The wheel of the Python SDK, built by setuptools, typed (`py.typed` is the generator's).

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, ensure};

use super::{copy, tool_folder};
use crate::artifact::root;
use crate::tool;

/// Name of the wheel, after PEP 427.
pub const FILE: &str = concat!("pulumi_starburst-", env!("CARGO_PKG_VERSION"), "-py3-none-any.whl");
const PINS: &str = "sdk-gen/python/requirements.txt";

/// Builds the wheel of the SDK in `source` into `out`; answers its path.
pub fn build(source: &Path, out: &Path, python: Option<&Path>, epoch: u64) -> Result<PathBuf> {
    let python = match python {
        Some(python) => python.to_path_buf(),
        None => tool::python(&tool_folder("python"), &root().join(PINS))?,
    };
    // The generated project names a file that the generator puts elsewhere.
    copy(&source.join("pulumi_starburst/README.md"), &source.join("README.md"))?;
    copy(&root().join("LICENSE"), &source.join("LICENSE"))?;
    let mut pip = Command::new(python);
    pip.args(["-m", "pip", "wheel", "--quiet", "--disable-pip-version-check", "--no-input", "--no-index", "--no-deps"]);
    pip.args(["--no-build-isolation", "--wheel-dir"]).arg(out).arg(source);
    pip.env("SOURCE_DATE_EPOCH", epoch.to_string()).env("PYTHONHASHSEED", "0");
    tool::run("building the Python wheel", &mut pip)?;
    let wheel = out.join(FILE);
    ensure!(wheel.is_file(), "pip made no {}", wheel.display());
    Ok(wheel)
}
