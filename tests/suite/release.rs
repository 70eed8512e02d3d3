//! A release, installed from its files alone in an empty home folder: by `pulumi plugin install`, from a filesystem
//! mirror of Terraform and OpenTofu, by `npm` and by `pip`. Made twice, it is the same.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::Value as Json;
use starburst_tests::clients::missing::or_skip;
use starburst_tests::clients::plugin::{self, PLATFORM, VERSION};
use starburst_tests::clients::python::Environment;
use starburst_tests::clients::{Client, Run, command, node, tools};
use tempfile::TempDir;

/// Bound on each command; the longest compiles the TypeScript SDK.
const LIMIT: Duration = Duration::from_secs(600);
/// A time of a commit, so that the files do not depend on the checkout.
const EPOCH: &str = "1790000000";

/// The files of a release by name, made from the plugin under test once for all tests.
fn files() -> Result<&'static Path> {
    static MADE: OnceLock<TempDir> = OnceLock::new();
    static MAKING: Mutex<()> = Mutex::new(());
    let _guard = MAKING.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(made) = MADE.get() {
        return Ok(made.path());
    }
    let folder = TempDir::with_prefix("release-")?;
    release(folder.path())?.success()?;
    Ok(MADE.get_or_init(|| folder).path())
}

/// The plugin without its symbols: a quarter of the size.
fn stripped() -> Result<&'static Path> {
    static STRIPPED: OnceLock<(TempDir, PathBuf)> = OnceLock::new();
    if let Some((_, path)) = STRIPPED.get() {
        return Ok(path);
    }
    let folder = TempDir::with_prefix("release-")?;
    let path = folder.path().join("plugin");
    command::run(Command::new("strip").arg("-o").arg(&path).arg(plugin::pulumi()?), LIMIT)?.success()?;
    Ok(&STRIPPED.get_or_init(|| (folder, path)).1)
}

fn release(out: &Path) -> Result<Run> {
    let mut command = Command::new(plugin::generator()?);
    command.arg("release").arg("--out").arg(out).arg("--plugin").arg(stripped()?);
    command.arg("--generator").arg(tools::sdk_generator()?);
    command.arg("--node-modules").arg(node::modules()?).env("SOURCE_DATE_EPOCH", EPOCH);
    command::run(&mut command, LIMIT)
}

/// Every file with the digest that `SHA256SUMS` gives it.
fn sums(folder: &Path) -> Result<BTreeMap<String, String>> {
    let text = fs::read_to_string(folder.join("SHA256SUMS")).context("reading SHA256SUMS")?;
    let pairs = text.lines().filter_map(|line| line.split_once("  "));
    Ok(pairs.map(|(digest, file)| (file.to_owned(), digest.to_owned())).collect())
}

fn made_twice() -> Result<()> {
    let first = sums(files()?)?;
    let again = TempDir::with_prefix("release-")?;
    release(again.path())?.success()?;
    assert_eq!(first, sums(again.path())?);
    let checked = command::run(Command::new("sha256sum").args(["--check", "SHA256SUMS"]).current_dir(files()?), LIMIT)?;
    checked.success()?;
    let listed = command::run(Command::new(plugin::generator()?).args(["release", "--dry-run"]), LIMIT)?.success()?;
    let names: Vec<&str> = listed.stdout.lines().filter(|name| *name != "SHA256SUMS").collect();
    for name in &names {
        ensure!(first.contains_key(*name), "{name} is listed and was not made");
    }
    assert_eq!(names.len(), first.len(), "{names:?}");
    let of_this_version = first.keys().filter(|name| name.contains(VERSION)).count();
    assert_eq!(of_this_version, first.len(), "a file without the version: {:?}", first.keys());
    Ok(())
}

#[test]
fn the_same_sources_give_the_same_files() -> Result<()> {
    or_skip("the_same_sources_give_the_same_files", made_twice())
}

/// A command that sees an empty home and the path of programs alone.
fn at_home(program: impl AsRef<std::ffi::OsStr>, home: &Path) -> Command {
    let mut command = Command::new(program);
    command.env_clear().env("HOME", home).env("TMPDIR", home).env("LANG", "C.UTF-8").current_dir(home);
    command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command
}

fn by_pulumi() -> Result<()> {
    let (home, os) = (TempDir::with_prefix("home-")?, PLATFORM.replace('_', "-"));
    let archive = files()?.join(format!("pulumi-resource-starburst-v{VERSION}-{os}.tar.gz"));
    let pulumi = |arguments: &[&str]| {
        let mut command = at_home(tools::pulumi()?, home.path());
        command.env("PULUMI_SKIP_UPDATE_CHECK", "1").env("PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION", "1");
        command::run(command.args(arguments), LIMIT)
    };
    let file = archive.display().to_string();
    pulumi(&["plugin", "install", "resource", "starburst", &format!("v{VERSION}"), "--file", &file])?.success()?;
    let installed = pulumi(&["plugin", "ls", "--json"])?.success()?;
    let installed: Json = serde_json::from_str(&installed.stdout).context("the list of plugins")?;
    let ours = installed.as_array().into_iter().flatten().find(|plugin| plugin["name"] == "starburst");
    let ours = ours.with_context(|| format!("no plugin: {installed}"))?;
    assert_eq!(ours["version"].as_str().map(|version| version.trim_start_matches('v')), Some(VERSION), "{ours}");
    // The engine starts what was installed, by name.
    let schema = pulumi(&["package", "get-schema", &format!("starburst@{VERSION}")])?.success()?;
    let schema: Json = serde_json::from_str(&schema.stdout).context("the schema")?;
    assert_eq!(schema["version"], VERSION);
    Ok(())
}

#[test]
fn pulumi_installs_the_tarball_and_starts_it() -> Result<()> {
    or_skip("pulumi_installs_the_tarball_and_starts_it", by_pulumi())
}

/// The zip as it is, or unpacked: both are layouts of a filesystem mirror.
fn mirror(home: &Path, unpacked: bool) -> Result<PathBuf> {
    let zip = format!("terraform-provider-starburst_{VERSION}_{PLATFORM}.zip");
    let mirror = home.join("mirror");
    for host in plugin::HOSTS {
        let place = mirror.join(host).join(plugin::SOURCE);
        if unpacked {
            let place = place.join(VERSION).join(PLATFORM);
            fs::create_dir_all(&place)?;
            let mut unzip = Command::new("python3");
            unzip.args(["-m", "zipfile", "-e"]).arg(files()?.join(&zip)).arg(&place);
            command::run(&mut unzip, LIMIT)?.success()?;
            let program = place.join(format!("terraform-provider-starburst_v{VERSION}"));
            // Python's own program forgets modes, other than `unzip`.
            fs::set_permissions(&program, std::os::unix::fs::PermissionsExt::from_mode(0o755))?;
        } else {
            fs::create_dir_all(&place)?;
            fs::copy(files()?.join(&zip), place.join(&zip))?;
        }
    }
    Ok(mirror)
}

fn by_terraform(client: Client, unpacked: bool) -> Result<()> {
    let home = TempDir::with_prefix("home-")?;
    let mirror = mirror(home.path(), unpacked)?;
    let settings = format!("provider_installation {{\n  filesystem_mirror {{ path = \"{}\" }}\n}}\n", mirror.display());
    fs::write(home.path().join("settings.tfrc"), settings)?;
    fs::create_dir(home.path().join("module"))?;
    let version = format!("version = \"{VERSION}\"");
    let module = format!(
        "terraform {{\n  required_providers {{\n    starburst = {{ source = \"{}\", {version} }}\n  }}\n}}\n",
        plugin::SOURCE
    );
    fs::write(home.path().join("module/main.tf"), module)?;
    let run = |arguments: &[&str]| {
        let mut command = client.command()?;
        command.env("HOME", home.path()).env("TF_CLI_CONFIG_FILE", home.path().join("settings.tfrc"));
        command.env("CHECKPOINT_DISABLE", "1").current_dir(home.path().join("module"));
        command::run(command.args(arguments), LIMIT)
    };
    run(&["init", "-input=false", "-no-color"])?.success()?;
    run(&["validate", "-no-color"])?.success()?;
    let schema = run(&["providers", "schema", "-json"])?.success()?;
    ensure!(schema.stdout.contains("starburst_presto_alluxio_cluster"), "{}", schema.stdout);
    let lock = fs::read_to_string(home.path().join("module/.terraform.lock.hcl"))?;
    ensure!(lock.contains(VERSION), "{lock}");
    Ok(())
}

fn every_client(unpacked: bool) -> Result<()> {
    for client in Client::ALL {
        by_terraform(client, unpacked).with_context(|| client.name())?;
    }
    Ok(())
}

#[test]
fn every_client_installs_the_zip_from_a_mirror() -> Result<()> {
    or_skip("every_client_installs_the_zip_from_a_mirror", every_client(false))
}

#[test]
fn every_client_installs_the_unpacked_zip_from_a_mirror() -> Result<()> {
    or_skip("every_client_installs_the_unpacked_zip_from_a_mirror", every_client(true))
}

/// On a machine without the programs that generate: one sentence each, before anything is begun.
#[test]
fn missing_programs_are_named_with_the_way_to_get_them() -> Result<()> {
    let nowhere = TempDir::with_prefix("path-")?;
    let without = |arguments: &[&str]| -> Result<String> {
        let mut command = Command::new(plugin::generator()?);
        Ok(command::run(command.args(arguments).env("PATH", nowhere.path()), LIMIT)?.failure()?.stderr)
    };
    insta::assert_snapshot!("without_programs_sdks", without(&["sdks"])?);
    insta::assert_snapshot!("without_programs_site", without(&["site"])?);
    insta::assert_snapshot!("without_programs_release", without(&["release"])?);
    Ok(())
}

/// Everything that an editor shows of a field comes with the package.
const PROGRAM: &str = r#"
import * as starburst from "@presto-alluxio/starburst";
const given: starburst.PrestoAlluxioClusterArgs = {
    network: { vpcId: "vpc-1", subnetId: "subnet-1", securityGroupIds: ["sg-1"] },
    ec2: { workerCount: 3 },
    alluxio: { s3RootMount: "s3://bucket/dir" },
    hiveMetastore: { type: starburst.HiveMetastoreType.Postgresql, host: "db" },
};
export const cluster = new starburst.PrestoAlluxioCluster("analytics", given);
export const url = cluster.coordinatorUrl.apply((url?: string) => url?.length ?? 0);
"#;

fn by_npm() -> Result<()> {
    let home = TempDir::with_prefix("home-")?;
    let tarball = files()?.join(format!("presto-alluxio-starburst-{VERSION}.tgz"));
    fs::write(home.path().join("package.json"), "{ \"name\": \"program\", \"private\": true }")?;
    // With the settings of this machine: Pulumi's runtime comes from its registry, the compiler from the pinned packages.
    let mut npm = Command::new(node::find("npm")?);
    npm.args(["install", "--prefer-offline", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"]);
    command::run(npm.arg(&tarball).current_dir(home.path()), LIMIT)?.success()?;
    let unpacked = home.path().join("node_modules/@presto-alluxio/starburst");
    fs::write(home.path().join("index.ts"), PROGRAM)?;
    let mut check = at_home(node::find("node")?, home.path());
    check.arg(node::typescript_compiler()?).args(["--strict", "--noEmit", "--skipLibCheck", "--target", "es2020"]);
    check.args(["--module", "commonjs", "--moduleResolution", "node", "--pretty", "false", "index.ts"]);
    command::run(&mut check, LIMIT)?.success()?;
    let types = fs::read_to_string(unpacked.join("types/input.d.ts"))?;
    ensure!(types.contains("Existing S3 address that is mounted"), "the fields have no descriptions");
    Ok(())
}

#[test]
fn npm_installs_the_tarball_and_a_strict_program_compiles() -> Result<()> {
    or_skip("npm_installs_the_tarball_and_a_strict_program_compiles", by_npm())
}

fn by_pip() -> Result<()> {
    let home = TempDir::with_prefix("home-")?;
    let python = Environment::Clients.bin()?.join("python");
    let wheel = files()?.join(format!("pulumi_starburst-{VERSION}-py3-none-any.whl"));
    let site = home.path().join("site");
    let mut pip = at_home(&python, home.path());
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-index", "--no-deps", "--target"]);
    command::run(pip.arg(&site).arg(&wheel), LIMIT)?.success()?;
    let mut import = at_home(&python, home.path());
    let program = "import pulumi_starburst as it; print(it.HiveMetastoreType.POSTGRESQL.value, it.__file__); \
                   import importlib.metadata as m; print(m.version('pulumi_starburst'))";
    let said = command::run(import.args(["-c", program]).env("PYTHONPATH", &site), LIMIT)?.success()?;
    ensure!(said.stdout.starts_with("postgresql "), "{said}");
    ensure!(said.stdout.contains(&site.display().to_string()), "another one was imported: {said}");
    ensure!(said.stdout.trim().ends_with(VERSION), "{said}");
    ensure!(site.join("pulumi_starburst/py.typed").is_file(), "the wheel has no types");
    Ok(())
}

#[test]
fn pip_installs_the_wheel() -> Result<()> {
    or_skip("pip_installs_the_wheel", by_pip())
}

#[test]
fn a_signable_list_covers_what_a_registry_serves() -> Result<()> {
    or_skip(
        "a_signable_list_covers_what_a_registry_serves",
        (|| {
            let all = sums(files()?)?;
            let list = fs::read_to_string(files()?.join(format!("terraform-provider-starburst_{VERSION}_SHA256SUMS")))?;
            let manifest = format!("terraform-provider-starburst_{VERSION}_manifest.json");
            for file in [format!("terraform-provider-starburst_{VERSION}_{PLATFORM}.zip"), manifest.clone()] {
                let line = format!("{}  {file}\n", all.get(&file).with_context(|| format!("no {file}"))?);
                ensure!(list.contains(&line), "{list}");
            }
            let manifest: Json = serde_json::from_str(&fs::read_to_string(files()?.join(manifest))?)?;
            assert_eq!(manifest["metadata"]["protocol_versions"][0], "6.0");
            let os = PLATFORM.replace('_', "-");
            let bill = fs::read_to_string(files()?.join(format!("starburst-v{VERSION}-{os}.cdx.json")))?;
            let bill: Json = serde_json::from_str(&bill)?;
            ensure!(bill["components"].as_array().is_some_and(|all| all.len() > 100), "a bill without materials");
            Ok(())
        })(),
    )
}
