//! A Pulumi program made ready to run: its files in a folder of its own, its packages linked, the plugin named.
//! It must not know what the program declares.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use super::{node, place, python, sdk};

/// The package's name as programs write it: in TypeScript this is `import * as starburst from "@presto-alluxio/starburst"`.
pub const TYPESCRIPT_PACKAGE: &str = "@presto-alluxio/starburst";

/// A program, and how it finds the SDK.
#[derive(Debug, Clone)]
pub enum Program {
    /// The text of `Pulumi.yaml`, resources included.
    Yaml(String),
    /// A folder with such a `Pulumi.yaml`.
    YamlFolder(PathBuf),
    /// A folder with `Pulumi.yaml` and `index.ts`; the SDK as [`super::sdk::typescript`] answers it, or none.
    TypeScript { folder: PathBuf, sdk: Option<PathBuf> },
    /// A folder with `Pulumi.yaml` and `__main__.py`; the SDK as [`super::sdk::python`] answers it, or none.
    Python { folder: PathBuf, sdk: Option<PathBuf> },
}

/// What the client needs in its environment to run the program.
#[derive(Debug, Default)]
pub(super) struct Prepared {
    /// Folders that come first on `PATH`.
    pub path: Vec<PathBuf>,
    pub env: Vec<(String, String)>,
}

impl Program {
    /// The program of `examples/typescript` with the SDK of this schema.
    pub fn typescript_example(schema_json: &Path) -> Result<Self> {
        Ok(Self::TypeScript { folder: example("typescript"), sdk: Some(sdk::typescript(schema_json)?) })
    }

    /// The program of `examples/python` with the SDK of this schema.
    pub fn python_example(schema_json: &Path) -> Result<Self> {
        Ok(Self::Python { folder: example("python"), sdk: Some(sdk::python(schema_json)?) })
    }

    /// The program of `examples/yaml`, which needs no SDK.
    pub fn yaml_example() -> Self {
        Self::YamlFolder(example("yaml"))
    }

    /// Puts the program into the empty folder `project`.
    pub(super) fn prepare(&self, project: &Path, plugin: Option<&Path>) -> Result<Prepared> {
        let mut prepared = Prepared::default();
        match self {
            Self::Yaml(text) => fs::write(project.join("Pulumi.yaml"), text).context("writing Pulumi.yaml")?,
            Self::YamlFolder(folder) => copy(folder, project)?,
            Self::TypeScript { folder, sdk } => {
                node::find("node")?;
                copy(folder, project)?;
                let own: Vec<_> = sdk.iter().map(|sdk| (TYPESCRIPT_PACKAGE, sdk.as_path())).collect();
                node::link(project, &own)?;
            }
            Self::Python { folder, sdk } => {
                copy(folder, project)?;
                prepared.path.push(python::Environment::Clients.bin()?);
                if let Some(sdk) = sdk {
                    prepared.env.push(("PYTHONPATH".to_owned(), sdk.display().to_string()));
                }
            }
        }
        if let Some(plugin) = plugin {
            name_plugin(&project.join("Pulumi.yaml"), plugin)?;
        }
        Ok(prepared)
    }
}

fn example(name: &str) -> PathBuf {
    place::workspace().join("examples").join(name)
}

/// Adds the folder of the plugin under test to the project, so that no installed plugin is taken instead.
fn name_plugin(file: &Path, plugin: &Path) -> Result<()> {
    let mut text = fs::read_to_string(file).with_context(|| format!("reading {}", file.display()))?;
    ensure!(!text.lines().any(|line| line.starts_with("plugins:")), "{} has `plugins:` already", file.display());
    // A JSON string is a YAML string, whatever the folder's name holds.
    let path = serde_json::to_string(&plugin.display().to_string())?;
    text.push_str(&format!("\nplugins:\n  providers:\n    - name: starburst\n      path: {path}\n"));
    fs::write(file, text).with_context(|| format!("writing {}", file.display()))
}

/// Copies a program without what is installed or built in its folder, and without its stacks' settings.
fn copy(from: &Path, to: &Path) -> Result<()> {
    for entry in fs::read_dir(from).with_context(|| format!("reading {}", from.display()))? {
        let entry = entry?;
        let name = entry.file_name();
        let text = name.to_string_lossy();
        let of_a_stack = text.starts_with("Pulumi.") && text.ends_with(".yaml") && text != "Pulumi.yaml";
        if of_a_stack || matches!(text.as_ref(), "node_modules" | "bin" | "sdks" | "venv" | "__pycache__") {
            continue;
        }
        let target = to.join(&name);
        if entry.file_type()?.is_dir() {
            fs::create_dir_all(&target).with_context(|| format!("making {}", target.display()))?;
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), &target).with_context(|| format!("copying {}", entry.path().display()))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_plugin_is_named_in_the_project() -> Result<()> {
        let folder = tempfile::tempdir()?;
        Program::Yaml("name: x\nruntime: yaml\n".to_owned()).prepare(folder.path(), Some(Path::new("/a \"b\"")))?;
        let text = fs::read_to_string(folder.path().join("Pulumi.yaml"))?;
        assert!(
            text.ends_with("plugins:\n  providers:\n    - name: starburst\n      path: \"/a \\\"b\\\"\"\n"),
            "{text}"
        );
        Ok(())
    }

    #[test]
    fn settings_of_stacks_and_installed_packages_stay_behind() -> Result<()> {
        let (from, to) = (tempfile::tempdir()?, tempfile::tempdir()?);
        for name in ["Pulumi.yaml", "Pulumi.prod.yaml", "index.ts"] {
            fs::write(from.path().join(name), "")?;
        }
        fs::create_dir(from.path().join("node_modules"))?;
        copy(from.path(), to.path())?;
        let mut names: Vec<_> =
            fs::read_dir(to.path())?.map(|entry| entry.map(|entry| entry.file_name())).collect::<Result<_, _>>()?;
        names.sort();
        assert_eq!(names, ["Pulumi.yaml", "index.ts"]);
        Ok(())
    }
}
