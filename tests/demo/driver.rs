//! The clients that can tell the story: each says how a user would type a step, and does it. Knows no step.

use std::cell::RefCell;
use std::collections::BTreeMap;

use anyhow::{Result, bail, ensure};
use serde_json::{Value, json};

use super::Language;
use super::stand_in::StandIn;
use crate::clients::pulumi::{DESTROY, PREVIEW, REFRESH, UP};
use crate::clients::terraform::{APPLY, ProjectOptions};
use crate::clients::{Client, Line, Options, Program, PulumiProject, Run, TerraformProject, place, plugin};

/// A client with a program and a stand-in for AWS.
pub enum Driver {
    /// `pulumi` with a program in one of its languages.
    Pulumi(PulumiProject),
    /// `tofu` with the module of the quick start, and the values of its variables.
    Tofu(TerraformProject, RefCell<BTreeMap<String, Value>>),
}

/// What a step of the story asks a client to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// Say what would be done.
    Preview,
    /// Do it.
    Up,
    /// Look what differs from the state, and take it over.
    Refresh,
    /// Say that nothing is left to do, or fail.
    Nothing,
    /// Remove everything.
    Destroy,
}

impl Driver {
    /// `pulumi` with an example.
    pub fn pulumi(stand_in: &StandIn, language: Language) -> Result<Self> {
        let schema = place::workspace().join("schema/generated/pulumi-schema.json");
        let program = match language {
            Language::Typescript => Program::typescript_example(&schema)?,
            Language::Python => Program::python_example(&schema)?,
            Language::Yaml => Program::yaml_example(),
        };
        let folder = plugin::folder()?.to_path_buf();
        let project =
            PulumiProject::with(Options { plugin: Some(folder), env: stand_in.env(), ..Options::new(program) })?;
        let ids: Vec<_> = stand_in.ids.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
        project.config_set_all(&ids)?;
        Ok(Self::Pulumi(project))
    }

    /// `tofu` with the quick start.
    pub fn tofu(stand_in: &StandIn) -> Result<Self> {
        let project = quickstart(Client::Tofu, stand_in)?;
        Ok(Self::Tofu(project, RefCell::new(variables(stand_in))))
    }

    /// Sets a value of the program, by the name that Pulumi's examples give it; answers what a user would type.
    pub fn set(&self, name: &str, value: &Value) -> Result<String> {
        match self {
            Self::Pulumi(project) => {
                let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                project.config_set(name, &text)?;
                Ok(format!("pulumi config set {name} {text} && "))
            }
            Self::Tofu(project, values) => {
                let name = starburst_schema::naming::snake_case(name);
                values.borrow_mut().insert(name.clone(), value.clone());
                project.set_variables(&json!(*values.borrow()))?;
                Ok(format!("TF_VAR_{name}={} ", value.as_str().map_or_else(|| value.to_string(), str::to_owned)))
            }
        }
    }

    /// What a user would type.
    pub fn command(&self, act: Act) -> &'static str {
        match (self, act) {
            (Self::Pulumi(_), Act::Preview) => "pulumi preview",
            (Self::Pulumi(_), Act::Up) => "pulumi up",
            (Self::Pulumi(_), Act::Refresh) => "pulumi refresh",
            (Self::Pulumi(_), Act::Nothing) => "pulumi preview --expect-no-changes",
            (Self::Pulumi(_), Act::Destroy) => "pulumi destroy",
            (Self::Tofu(..), Act::Preview) => "tofu plan",
            (Self::Tofu(..), Act::Up) => "tofu apply",
            (Self::Tofu(..), Act::Refresh) => "tofu apply -refresh-only",
            (Self::Tofu(..), Act::Nothing) => "tofu plan -detailed-exitcode",
            (Self::Tofu(..), Act::Destroy) => "tofu destroy",
        }
    }

    /// Does it, with every line handed on as it is printed.
    pub fn act(&self, act: Act, each: &mut dyn FnMut(&Line)) -> Result<Run> {
        let run = match self {
            Self::Pulumi(project) => project.stream(&pulumi_arguments(act), each)?,
            Self::Tofu(project, _) => project.stream(&tofu_arguments(act), each)?,
        };
        ensure!(run.status.success(), "`{}` ended with {}", run.command, run.status);
        Ok(run)
    }

    /// One output of the program, by the name that Pulumi's examples give it.
    pub fn output(&self, name: &str) -> Result<String> {
        let (outputs, name) = match self {
            Self::Pulumi(project) => (project.outputs()?, name.to_owned()),
            Self::Tofu(project, _) => (project.outputs()?, starburst_schema::naming::snake_case(name)),
        };
        match &outputs[&name] {
            Value::String(text) => Ok(text.clone()),
            _ => bail!("the program has no output {name}"),
        }
    }

    /// How the client spells the field of the table.
    pub fn spelled(&self, field: &str) -> String {
        match self {
            Self::Pulumi(_) => field.to_owned(),
            Self::Tofu(..) => starburst_schema::naming::snake_case(field),
        }
    }

    /// The folder of the program.
    pub fn folder(&self) -> std::path::PathBuf {
        match self {
            Self::Pulumi(project) => project.folder(),
            Self::Tofu(project, _) => project.folder(),
        }
    }
}

fn pulumi_arguments(act: Act) -> Vec<&'static str> {
    match act {
        Act::Preview => [PREVIEW, &["--diff"]].concat(),
        Act::Up => UP.to_vec(),
        Act::Refresh => [REFRESH, &["--diff"]].concat(),
        Act::Nothing => [PREVIEW, &["--expect-no-changes"]].concat(),
        Act::Destroy => DESTROY.to_vec(),
    }
}

fn tofu_arguments(act: Act) -> Vec<&'static str> {
    let quiet = ["-input=false", "-no-color"];
    match act {
        Act::Preview => [&["plan"][..], &quiet].concat(),
        Act::Up => APPLY.to_vec(),
        Act::Refresh => [APPLY, &["-refresh-only"]].concat(),
        Act::Nothing => [&["plan", "-detailed-exitcode"][..], &quiet].concat(),
        Act::Destroy => [&["destroy", "-auto-approve"][..], &quiet].concat(),
    }
}

/// The module of the quick start with a client and a stand-in.
pub fn quickstart(client: Client, stand_in: &StandIn) -> Result<TerraformProject> {
    let folder = place::workspace().join("examples/terraform/quickstart");
    let options = ProjectOptions::of_folder(client, &folder)?;
    let project = TerraformProject::new(ProjectOptions { env: stand_in.env(), ..options })?;
    project.set_variables(&json!(variables(stand_in)))?;
    Ok(project)
}

/// Values of the quick start's variables for what there is in a stand-in.
pub fn variables(stand_in: &StandIn) -> BTreeMap<String, Value> {
    let mut values = BTreeMap::new();
    for (key, value) in &stand_in.ids {
        match key.split_once('[') {
            Some((list, _)) => {
                let list = values.entry(starburst_schema::naming::snake_case(list)).or_insert_with(|| json!([]));
                if let Some(items) = list.as_array_mut() {
                    items.push(json!(value));
                }
            }
            None => {
                values.insert(starburst_schema::naming::snake_case(key), json!(value));
            }
        }
    }
    values
}
