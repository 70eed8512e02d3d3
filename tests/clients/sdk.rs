//! The SDKs of the plugin, generated from its schema by the official generators, once for each schema.
//! It must not know what the schema says but its name and version.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::Value;

use super::command::run;
use super::progress::Progress;
use super::{node, place, tools};

const LIMIT: Duration = Duration::from_secs(10 * 60);

/// The compiled TypeScript SDK, ready to be linked as `node_modules/@presto-alluxio/starburst`.
pub fn typescript(schema_json: &Path) -> Result<PathBuf> {
    let folder = made("nodejs", schema_json, |folder| {
        let compiler = node::typescript_compiler()?;
        node::link_dependencies(folder)?;
        let mut command = Command::new(node::find("node")?);
        command.arg(compiler).args(["--pretty", "false"]).current_dir(folder);
        run(&mut command, LIMIT)?.success().context("compiling the generated TypeScript SDK")?;
        // What is published is the folder of the compiled files with the manifest in it.
        fs::copy(folder.join("package.json"), folder.join("bin/package.json")).context("copying package.json")?;
        Ok(())
    })?;
    Ok(folder.join("bin"))
}

/// The Python SDK, ready to stand in `PYTHONPATH`.
pub fn python(schema_json: &Path) -> Result<PathBuf> {
    made("python", schema_json, |folder| name_distribution(folder, schema_json))
}

/// The Go SDK: a folder with one package for each module.
pub fn go(schema_json: &Path) -> Result<PathBuf> {
    made("go", schema_json, |_| Ok(()))
}

fn made(language: &str, schema_json: &Path, finish: impl FnOnce(&Path) -> Result<()>) -> Result<PathBuf> {
    let generator = tools::sdk_generator()?;
    let pins = place::pins().join("node/package-lock.json");
    let generation = generator.with_file_name(place::COMPLETE);
    let digest = place::digest_of(&[schema_json.to_path_buf(), generation, pins])?;
    let name = digest.get(..12).unwrap_or(&digest);
    let folder = place::target().join("sdk").join(language).join(name);
    // It links to the pinned packages by their path: a copy elsewhere is not the same.
    place::fill_once(&folder, &format!("{digest} {}", folder.display()), |empty| {
        let _progress = Progress::start(format!("generating the {language} SDK"));
        let mut command = Command::new(generator);
        command.arg(schema_json).arg(language).arg(empty);
        run(&mut command, LIMIT)?.success().with_context(|| format!("generating the {language} SDK"))?;
        finish(empty)
    })?;
    Ok(folder)
}

/// The generated code asks for its own version as an installed distribution has it.
fn name_distribution(folder: &Path, schema_json: &Path) -> Result<()> {
    let schema: Value = serde_json::from_slice(&fs::read(schema_json)?)?;
    let version = schema["version"].as_str().unwrap_or("0.0.0");
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let package = entry.file_name().to_string_lossy().into_owned();
        if entry.path().join("__init__.py").is_file() {
            let info = folder.join(format!("{package}-{version}.dist-info"));
            fs::create_dir_all(&info)?;
            fs::write(info.join("METADATA"), format!("Metadata-Version: 2.1\nName: {package}\nVersion: {version}\n"))?;
        }
    }
    Ok(())
}
