//! A Pulumi project with one stack in a folder of its own, driven by the real client without any network but loopback.
//! It must not know the resource; programs, configuration and environment come from the caller.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::Value;
use tempfile::TempDir;

use super::command::{Line, Run, Running};
use super::program::Program;
use super::tools;

/// Arguments of the operations without questions and without the preview before them.
pub const UP: &[&str] = &["up", "--yes", "--skip-preview", "--non-interactive"];
/// See [`UP`].
pub const PREVIEW: &[&str] = &["preview", "--non-interactive"];
/// See [`UP`].
pub const REFRESH: &[&str] = &["refresh", "--yes", "--skip-preview", "--non-interactive"];
/// See [`UP`].
pub const DESTROY: &[&str] = &["destroy", "--yes", "--skip-preview", "--non-interactive"];

const PASSPHRASE: &str = "a passphrase for tests";

/// What a project is made from.
#[derive(Debug, Clone)]
pub struct Options {
    pub program: Program,
    /// The folder that holds the plugin; none for a program without it.
    pub plugin: Option<PathBuf>,
    /// The Pulumi stack's name; absent means `dev`.
    pub stack: Option<String>,
    /// Added to the client's environment, which is inherited but for every variable of Pulumi and of AWS.
    pub env: Vec<(String, String)>,
    /// How long one command may take.
    pub limit: Duration,
}

impl Options {
    /// The program without plugin, on stack `dev`, ten minutes a command.
    pub fn new(program: Program) -> Self {
        Self { program, plugin: None, stack: None, env: Vec::new(), limit: Duration::from_secs(600) }
    }
}

/// A project whose files, state and client settings lie in one temporary folder, which goes with it.
#[derive(Debug)]
pub struct PulumiProject {
    folder: TempDir,
    env: Vec<(String, String)>,
    path: std::ffi::OsString,
    client: PathBuf,
    stack: String,
    limit: Duration,
}

impl PulumiProject {
    /// Makes the project and its stack `dev`; `plugin_dir` holds the plugin under test.
    pub fn new(program: Program, plugin_dir: &Path, env: &[(String, String)]) -> Result<Self> {
        Self::with(Options { plugin: Some(plugin_dir.to_path_buf()), env: env.to_vec(), ..Options::new(program) })
    }

    /// Makes the project and its stack.
    pub fn with(options: Options) -> Result<Self> {
        let client = tools::pulumi()?.to_path_buf();
        let folder = TempDir::with_prefix("starburst-").context("making a temporary folder")?;
        for name in ["project", "state", "home"] {
            fs::create_dir(folder.path().join(name)).with_context(|| format!("making the folder {name}"))?;
        }
        let prepared = options.program.prepare(&folder.path().join("project"), options.plugin.as_deref())?;
        let ambient = std::env::var_os("PATH").unwrap_or_default();
        let path = std::env::join_paths(prepared.path.into_iter().chain(std::env::split_paths(&ambient)))?;
        let mut env = prepared.env;
        env.extend(options.env);
        let stack = options.stack.unwrap_or_else(|| "dev".to_owned());
        let project = Self { folder, env, path, client, stack, limit: options.limit };
        project.run(&["stack", "init", &project.stack, "--non-interactive"])?.success()?;
        Ok(project)
    }

    /// The folder with `Pulumi.yaml`; files may be changed between two commands.
    pub fn folder(&self) -> PathBuf {
        self.folder.path().join("project")
    }

    /// The folder of the file backend: every byte that the client stores.
    pub fn state_folder(&self) -> PathBuf {
        self.folder.path().join("state")
    }

    /// The Pulumi stack's name.
    pub fn stack(&self) -> &str {
        &self.stack
    }

    /// Sets or replaces a variable for all further commands.
    pub fn set_env(&mut self, name: &str, value: &str) {
        self.env.push((name.to_owned(), value.to_owned()));
    }

    /// `pulumi up`, whatever its status.
    pub fn up(&self) -> Result<Run> {
        self.run(UP)
    }

    /// `pulumi preview` with further arguments, for example `--expect-no-changes`.
    pub fn preview(&self, args: &[&str]) -> Result<Run> {
        self.run(&[PREVIEW, args].concat())
    }

    /// `pulumi refresh`.
    pub fn refresh(&self) -> Result<Run> {
        self.run(REFRESH)
    }

    /// `pulumi destroy`.
    pub fn destroy(&self) -> Result<Run> {
        self.run(DESTROY)
    }

    /// `pulumi import`, without code generation, which the pinned hosts cannot do.
    pub fn import_(&self, type_token: &str, name: &str, id: &str) -> Result<Run> {
        let args = ["import", type_token, name, id, "--yes", "--skip-preview", "--non-interactive"];
        self.run(&[&args[..], &["--generate-code=false", "--protect=false"]].concat())
    }

    /// The state as it is stored: secrets stay encrypted.
    pub fn stack_export(&self) -> Result<Value> {
        self.json(&["stack", "export"])
    }

    /// The state with its secrets in clear.
    pub fn stack_export_with_secrets(&self) -> Result<Value> {
        self.json(&["stack", "export", "--show-secrets"])
    }

    /// Replaces the state.
    pub fn stack_import(&self, state: &Value) -> Result<Run> {
        let file = self.folder.path().join("import.json");
        fs::write(&file, state.to_string()).context("writing a state to import")?;
        self.run(&["stack", "import", "--file", &file.display().to_string()])
    }

    /// The stack's outputs, secrets in clear.
    pub fn outputs(&self) -> Result<Value> {
        self.json(&["stack", "output", "--json", "--show-secrets"])
    }

    /// Sets one value of the configuration; a key without a namespace is the project's own.
    pub fn config_set(&self, key: &str, value: &str) -> Result<()> {
        self.config_set_all(&[(key, value)])
    }

    /// Sets values of the configuration by one command. A key may be a path (`network.securityGroupIds[0]`).
    pub fn config_set_all(&self, values: &[(&str, &str)]) -> Result<()> {
        let values: Vec<String> = values.iter().map(|(key, value)| format!("{key}={value}")).collect();
        let mut args = vec!["config", "set-all", "--path"];
        for value in &values {
            args.extend(["--plaintext", value]);
        }
        self.run(&args)?.success().map(drop)
    }

    /// Sets one secret value of the configuration.
    pub fn config_set_secret(&self, key: &str, value: &str) -> Result<()> {
        self.run(&["config", "set-all", "--path", "--secret", &format!("{key}={value}")])?.success().map(drop)
    }

    /// Any command of the client, to its end, whatever its status.
    pub fn run(&self, args: &[&str]) -> Result<Run> {
        self.stream(args, &mut |_| ())
    }

    /// The same, with every line handed on as it is printed.
    pub fn stream(&self, args: &[&str], each: &mut dyn FnMut(&Line)) -> Result<Run> {
        self.spawn(args)?.wait(each)
    }

    /// Starts a command that can be interrupted: [`Running::until`], [`Running::interrupt`], [`Running::wait`].
    pub fn spawn(&self, args: &[&str]) -> Result<Running> {
        Running::spawn(&mut self.command(args), self.limit)
    }

    /// Runs a program of the user's that drives the client itself, such as one of the Automation API: with the client and
    /// the plugin on its path, in the project's folder and with its environment.
    pub fn drive(&self, program: &Path, args: &[&str], plugin: &Path) -> Result<Run> {
        let mut command = Command::new(program);
        command.args(args).current_dir(self.folder());
        isolate(&mut command, self.folder.path());
        let own = [self.client.parent().unwrap_or(Path::new("/")).to_path_buf(), plugin.to_path_buf()];
        let path = std::env::join_paths(own.into_iter().chain(std::env::split_paths(&self.path)))?;
        command.env("PATH", path).envs(self.env.iter().map(|(name, value)| (name, value)));
        super::command::run(&mut command, self.limit)
    }

    fn json(&self, args: &[&str]) -> Result<Value> {
        let run = self.run(args)?.success()?;
        serde_json::from_str(&run.stdout).with_context(|| format!("`{}` printed something else than JSON", run.command))
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(&self.client);
        command.args(args).current_dir(self.folder());
        isolate(&mut command, self.folder.path());
        command.env("PATH", &self.path).envs(self.env.iter().map(|(name, value)| (name, value)));
        command
    }
}

/// Keeps the client away from the network, and from the settings and credentials of the person who runs the tests: what
/// it reads and stores lies in `folder`.
pub(super) fn isolate(command: &mut Command, folder: &Path) {
    for (name, _) in std::env::vars_os() {
        if ["PULUMI_", "AWS_"].iter().any(|prefix| name.to_string_lossy().starts_with(prefix)) {
            command.env_remove(name);
        }
    }
    command
        .env("PULUMI_BACKEND_URL", format!("file://{}", folder.join("state").display()))
        .env("PULUMI_HOME", folder.join("home"))
        .env("PULUMI_CONFIG_PASSPHRASE", PASSPHRASE)
        .env("PULUMI_SKIP_UPDATE_CHECK", "true")
        .env("PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION", "true")
        .env("PULUMI_DISABLE_REGISTRY_RESOLVE", "true")
        .env("NO_COLOR", "1")
        .env("AWS_CONFIG_FILE", folder.join("no-config"))
        .env("AWS_SHARED_CREDENTIALS_FILE", folder.join("no-credentials"))
        .env("AWS_EC2_METADATA_DISABLED", "true");
}

#[cfg(test)]
mod tests {
    use super::super::missing::or_skip;
    use super::*;

    /// `up`, an output, an empty preview and `destroy` of a program that declares no resource.
    fn lives(program: Program) -> Result<()> {
        let project = PulumiProject::with(Options::new(program))?;
        project.config_set("greeting", "good morning")?;
        project.up()?.success()?;
        assert_eq!(project.outputs()?["said"], "good morning");
        project.preview(&["--expect-no-changes"])?.success()?;
        project.destroy()?.success()?;
        assert!(project.stack_export()?["deployment"]["resources"].as_array().is_none_or(Vec::is_empty));
        Ok(())
    }

    fn folder(runtime: &str, files: &[(&str, &str)]) -> Result<TempDir> {
        let folder = TempDir::new()?;
        fs::write(folder.path().join("Pulumi.yaml"), format!("name: empty\nruntime: {runtime}\n"))?;
        for (name, text) in files {
            fs::write(folder.path().join(name), text)?;
        }
        Ok(folder)
    }

    #[test]
    fn a_yaml_program_runs() -> Result<()> {
        let text = "name: empty\nruntime: yaml\nconfig:\n  greeting: { type: string }\noutputs:\n  said: ${greeting}\n";
        or_skip("a_yaml_program_runs", lives(Program::Yaml(text.to_owned())))
    }

    #[test]
    fn a_typescript_program_runs() -> Result<()> {
        let program = "import * as pulumi from \"@pulumi/pulumi\";\nexport const said: string = new pulumi.Config().require(\"greeting\");\n";
        let settings = r#"{"compilerOptions":{"strict":true,"target":"es2022","module":"commonjs","moduleResolution":"node"},"files":["index.ts"]}"#;
        let package = r#"{"name":"empty","main":"index.ts"}"#;
        let folder =
            folder("nodejs", &[("index.ts", program), ("tsconfig.json", settings), ("package.json", package)])?;
        let program = Program::TypeScript { folder: folder.path().to_path_buf(), sdk: None };
        or_skip("a_typescript_program_runs", lives(program))
    }

    #[test]
    fn a_python_program_runs() -> Result<()> {
        let program = "import pulumi\npulumi.export('said', pulumi.Config().require('greeting'))\n";
        let folder = folder("python", &[("__main__.py", program)])?;
        or_skip("a_python_program_runs", lives(Program::Python { folder: folder.path().to_path_buf(), sdk: None }))
    }
}
