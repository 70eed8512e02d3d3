//! `pulumi`, its language hosts, the SDK generator, `tofu`, an old `terraform` and the judge of registry documentation:
//! found on `PATH`, or built once from the pinned modules in `go/`.
//! It must not know what they are used for.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use super::command::run;
use super::missing::Missing;
use super::place;
use super::progress::Progress;

/// A cold build of the client takes five minutes on two idle cores.
const BUILD_LIMIT: Duration = Duration::from_secs(40 * 60);
const PKG: &str = "github.com/pulumi/pulumi/pkg/v3";
const SDK: &str = "github.com/pulumi/pulumi/sdk/v3";
const YAML: &str = "github.com/pulumi/pulumi-yaml";
const TOFU: &str = "github.com/opentofu/opentofu";
const TERRAFORM: &str = "github.com/hashicorp/terraform";
const PLUGIN_GO: &str = "github.com/hashicorp/terraform-plugin-go";
const PLUGIN_DOCS: &str = "github.com/hashicorp/terraform-plugin-docs";
/// A script that lies beside the source of the Python host and must lie beside its executable.
const PYTHON_EXEC: &str = "pulumi-language-python-exec";

/// A tool written in Go that this project pins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tool {
    /// The command line client.
    Pulumi,
    /// The language hosts of Node.js and Python.
    Hosts,
    /// The language host of YAML programs.
    Yaml,
    /// The official SDK generators behind a small program of our own.
    SdkGen,
    /// OpenTofu.
    Tofu,
    /// Terraform 1.5.7, the last version under the MPL.
    Terraform,
    /// The judge of a provider's registry documentation.
    TfPluginDocs,
    /// Modules whose protocol files are read and of which nothing is built.
    Protocol,
}

impl Tool {
    const fn name(self) -> &'static str {
        match self {
            Self::Pulumi => "pulumi",
            Self::Hosts => "pulumi-hosts",
            Self::Yaml => "pulumi-yaml",
            Self::SdkGen => "sdk-gen",
            Self::Tofu => "tofu",
            Self::Terraform => "terraform",
            Self::TfPluginDocs => "tfplugindocs",
            Self::Protocol => "protocol",
        }
    }

    /// How long a first build takes on two idle cores.
    const fn cold_build(self) -> &'static str {
        match self {
            Self::Pulumi | Self::Tofu => "about 5 minutes",
            Self::Terraform => "about 3 minutes",
            Self::Hosts | Self::Yaml | Self::SdkGen | Self::TfPluginDocs | Self::Protocol => "about 1 minute",
        }
    }

    /// The folder of the module that pins it.
    fn module(self) -> PathBuf {
        match self {
            Self::Pulumi => place::pins().join("go/pulumi"),
            Self::Hosts => place::pins().join("go/hosts"),
            Self::Yaml => place::pins().join("go/yaml"),
            Self::SdkGen => place::workspace().join("sdk-gen/go"),
            Self::Tofu => place::pins().join("go/tofu"),
            Self::Terraform => place::pins().join("go/terraform"),
            Self::TfPluginDocs => place::pins().join("go/tfplugindocs"),
            Self::Protocol => place::pins().join("go/protocol"),
        }
    }

    /// The path of the Go module whose version is the tool's version.
    const fn pinned_path(self) -> &'static str {
        match self {
            Self::Pulumi | Self::SdkGen => PKG,
            Self::Hosts => SDK,
            Self::Yaml => YAML,
            Self::Tofu => TOFU,
            Self::Terraform => TERRAFORM,
            Self::TfPluginDocs => PLUGIN_DOCS,
            Self::Protocol => PLUGIN_GO,
        }
    }

    fn packages(self) -> Vec<String> {
        match self {
            Self::Pulumi => vec![format!("{PKG}/cmd/pulumi")],
            Self::Hosts => vec![
                format!("{SDK}/nodejs/cmd/pulumi-language-nodejs"),
                format!("{SDK}/python/cmd/pulumi-language-python"),
            ],
            Self::Yaml => vec![format!("{YAML}/cmd/pulumi-language-yaml")],
            Self::SdkGen => vec![".".to_owned()],
            Self::Tofu => vec![format!("{TOFU}/cmd/tofu")],
            Self::Terraform => vec![TERRAFORM.to_owned()],
            Self::TfPluginDocs => vec![format!("{PLUGIN_DOCS}/cmd/tfplugindocs")],
            Self::Protocol => Vec::new(),
        }
    }

    /// The version in the pin file, without the leading `v`.
    pub fn version(self) -> Result<String> {
        let file = self.module().join("go.mod");
        let text = fs::read_to_string(&file).with_context(|| format!("reading {}", file.display()))?;
        pinned_version(&text, self.pinned_path())
            .with_context(|| format!("{} has no version of {}", file.display(), self.pinned_path()))
    }

    /// The folder that holds the pinned tool's executables, built now if this is the first time.
    pub fn build(self) -> Result<PathBuf> {
        let version = self.version()?;
        let folder = place::tool_folder(&format!("{}-{version}", self.name()));
        let digest = place::digest_of(&self.sources()?)?;
        place::fill_once(&folder, &digest, |empty| {
            let _progress =
                Progress::start(format!("building {} {version} (once, {})", self.name(), self.cold_build()));
            self.compile(&version, empty)?;
            if self == Self::Hosts { copy_python_exec(&self.module(), empty) } else { Ok(()) }
        })?;
        Ok(folder)
    }

    fn sources(self) -> Result<Vec<PathBuf>> {
        let module = self.module();
        let mut files = Vec::new();
        for entry in fs::read_dir(&module).with_context(|| format!("reading {}", module.display()))? {
            let path = entry?.path();
            if path.extension().is_some_and(|end| end == "go" || end == "mod" || end == "sum") {
                files.push(path);
            }
        }
        files.sort();
        Ok(files)
    }

    fn compile(self, version: &str, into: &Path) -> Result<()> {
        let mut flags = String::from("-s -w");
        if self == Self::Pulumi {
            flags.push_str(&format!(" -X {SDK}/go/common/version.Version=v{version}"));
        }
        let mut command = go(&self.module())?;
        command.args(["build", "-mod=readonly", "-buildvcs=false", "-trimpath", "-ldflags", &flags, "-o"]);
        command.arg(format!("{}/", into.display())).args(self.packages());
        run(&mut command, BUILD_LIMIT)?.success().with_context(|| format!("building {} {version}", self.name()))?;
        Ok(())
    }
}

/// The client's executable, with language hosts that it finds: the one on `PATH` if it is at least the pinned version
/// and has its hosts beside it or on `PATH`, otherwise pinned ones.
pub fn pulumi() -> Result<&'static Path> {
    static FOUND: OnceLock<PathBuf> = OnceLock::new();
    if let Some(found) = FOUND.get() {
        return Ok(found);
    }
    let found = match installed()? {
        Some(installed) => installed,
        None => built()?,
    };
    Ok(FOUND.get_or_init(|| found))
}

/// The executable of the SDK generator.
pub fn sdk_generator() -> Result<PathBuf> {
    // `go build .` names the executable after the last part of the module's path.
    Ok(Tool::SdkGen.build()?.join("sdk-gen-go"))
}

/// The executable of OpenTofu: the one on `PATH` if it is at least the pinned version, otherwise the pinned one.
pub fn tofu() -> Result<PathBuf> {
    if let Some(found) = place::on_path("tofu") {
        let mut command = Command::new(&found);
        command.args(["version", "-json"]).env("CHECKPOINT_DISABLE", "1");
        let printed = run(&mut command, Duration::from_secs(60))?;
        let json: serde_json::Value = serde_json::from_str(&printed.stdout).unwrap_or_default();
        if is_at_least(json["terraform_version"].as_str().unwrap_or_default(), &Tool::Tofu.version()?) {
            return Ok(found);
        }
    }
    Ok(Tool::Tofu.build()?.join("tofu"))
}

/// The executable of the pinned old Terraform.
pub fn terraform() -> Result<PathBuf> {
    Ok(Tool::Terraform.build()?.join("terraform"))
}

/// The executable of the judge of registry documentation.
pub fn tfplugindocs() -> Result<PathBuf> {
    Ok(Tool::TfPluginDocs.build()?.join("tfplugindocs"))
}

/// The folder of a Go module that one of the pinned ones requires, with its sources.
pub(super) fn module_folder(tool: Tool, path: &str) -> Result<PathBuf> {
    let mut command = go(&tool.module())?;
    command.args(["list", "-mod=readonly", "-m", "-f", "{{.Dir}}", path]);
    let download = |command: &mut Command| run(command, Duration::from_secs(300));
    let mut listed = download(&mut command)?.success()?.stdout.trim().to_owned();
    if listed.is_empty() {
        download(go(&tool.module())?.args(["mod", "download", path]))?.success()?;
        listed = download(&mut command)?.success()?.stdout.trim().to_owned();
    }
    Ok(PathBuf::from(listed))
}

fn installed() -> Result<Option<PathBuf>> {
    let Some(pulumi) = place::on_path("pulumi") else { return Ok(None) };
    let beside = |host: &str| fs::canonicalize(&pulumi).is_ok_and(|real| real.with_file_name(host).is_file());
    let hosts = ["pulumi-language-nodejs", "pulumi-language-python", PYTHON_EXEC, "pulumi-language-yaml"];
    if hosts.iter().any(|host| !beside(host) && place::on_path(host).is_none()) {
        return Ok(None);
    }
    let printed =
        run(Command::new(&pulumi).arg("version").env("PULUMI_SKIP_UPDATE_CHECK", "1"), Duration::from_secs(60))?;
    Ok(is_at_least(printed.stdout.trim(), &Tool::Pulumi.version()?).then_some(pulumi))
}

/// Puts client and hosts into one folder: hosts beside the client are taken in silence, hosts on `PATH` with a warning
/// in every output.
fn built() -> Result<PathBuf> {
    let folders = [Tool::Pulumi.build()?, Tool::Hosts.build()?, Tool::Yaml.build()?];
    let together = place::tool_folder("pulumi-with-hosts");
    let stamps: Vec<_> = folders.iter().map(|folder| folder.join(place::COMPLETE)).collect();
    place::fill_once(&together, &place::digest_of(&stamps)?, |empty| {
        for folder in &folders {
            for entry in fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))? {
                let (from, to) = {
                    let entry = entry?;
                    (entry.path(), empty.join(entry.file_name()))
                };
                if !from.ends_with(place::COMPLETE) {
                    fs::hard_link(&from, &to).with_context(|| format!("linking {}", from.display()))?;
                }
            }
        }
        Ok(())
    })?;
    Ok(together.join("pulumi"))
}

/// `go`, run in `module`, deaf to settings of a surrounding workspace.
fn go(module: &Path) -> Result<Command> {
    let go = place::on_path("go")
        .ok_or_else(|| Missing::new("go", "it builds the pinned clients; install Go 1.26.6 or newer"))?;
    let mut command = Command::new(go);
    command.current_dir(module).env("GOWORK", "off").env_remove("GOFLAGS");
    Ok(command)
}

fn copy_python_exec(module: &Path, into: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let listed = run(go(module)?.args(["list", "-m", "-f", "{{.Dir}}", SDK]), Duration::from_secs(120))?.success()?;
    let from = Path::new(listed.stdout.trim()).join("python/cmd").join(PYTHON_EXEC);
    let to = into.join(PYTHON_EXEC);
    fs::copy(&from, &to).with_context(|| format!("copying {}", from.display()))?;
    fs::set_permissions(&to, fs::Permissions::from_mode(0o755)).with_context(|| format!("marking {}", to.display()))
}

fn pinned_version(go_mod: &str, path: &str) -> Option<String> {
    go_mod.lines().find_map(|line| {
        let mut words = line.trim().trim_start_matches("require ").split_whitespace();
        (words.next() == Some(path)).then(|| words.next())?.map(|version| version.trim_start_matches('v').to_owned())
    })
}

/// Compares `major.minor.patch`; anything else is not new enough.
fn is_at_least(found: &str, wanted: &str) -> bool {
    let parse = |text: &str| -> Result<Vec<u64>> {
        let plain = text.trim_start_matches('v').split(['-', '+']).next().unwrap_or_default();
        let parts = plain.split('.').map(str::parse).collect::<Result<Vec<u64>, _>>()?;
        if parts.len() == 3 { Ok(parts) } else { bail!("{text} is not a version") }
    };
    matches!((parse(found), parse(wanted)), (Ok(found), Ok(wanted)) if found >= wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_tool_has_a_pin() -> Result<()> {
        for tool in [
            Tool::Pulumi,
            Tool::Hosts,
            Tool::Yaml,
            Tool::SdkGen,
            Tool::Tofu,
            Tool::Terraform,
            Tool::TfPluginDocs,
            Tool::Protocol,
        ] {
            assert_eq!(tool.version()?.split('.').count(), 3, "{tool:?}");
        }
        Ok(())
    }

    #[test]
    fn the_generator_is_of_the_clients_version() -> Result<()> {
        assert_eq!(Tool::SdkGen.version()?, Tool::Pulumi.version()?);
        Ok(())
    }

    #[test]
    fn both_forms_of_require_are_read() {
        for text in ["require a/b v1.2.3\n", "require (\n\ta/b/c v9.9.9\n\ta/b v1.2.3 // indirect\n)\n"] {
            assert_eq!(pinned_version(text, "a/b").as_deref(), Some("1.2.3"));
        }
    }

    #[test]
    fn versions_are_compared_by_number() {
        assert!(is_at_least("v3.259.0", "3.259.0") && is_at_least("v3.1000.0", "3.259.0"));
        assert!(!is_at_least("v3.66.0", "3.259.0") && !is_at_least("", "3.259.0") && !is_at_least("dev", "3.259.0"));
    }
}
