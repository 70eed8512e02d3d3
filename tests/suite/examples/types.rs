//! The example programs against the SDKs, judged strictly: `tsc --strict`, `mypy --strict`, `pyright`, `go vet`.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use starburst_tests::clients::command::run;
use starburst_tests::clients::missing::{Missing, or_skip};
use starburst_tests::clients::program::TYPESCRIPT_PACKAGE;
use starburst_tests::clients::python::Environment;
use starburst_tests::clients::{node, place, sdk};
use tempfile::TempDir;

use super::{folder, schema};

/// Bound on each judge; `go vet` compiles Pulumi's SDK the first time.
const LIMIT: Duration = Duration::from_secs(15 * 60);

/// Example folders with this file in them, at any depth.
fn with(file: &str) -> Vec<std::path::PathBuf> {
    let all = walkdir::WalkDir::new(folder("")).sort_by_file_name().into_iter().filter_map(Result::ok);
    all.filter(|entry| entry.file_name() == file)
        .filter_map(|entry| entry.path().parent().map(Path::to_path_buf))
        .filter(|path| !path.components().any(|part| part.as_os_str() == "node_modules"))
        .collect()
}

fn by_tsc() -> Result<()> {
    let sdk = sdk::typescript(&schema())?;
    let programs = with("index.ts");
    ensure!(programs.len() >= 4, "examples in TypeScript: {programs:?}");
    for program in programs {
        let copy = TempDir::with_prefix("types-")?;
        for file in ["index.ts", "tsconfig.json"] {
            fs::copy(program.join(file), copy.path().join(file)).with_context(|| program.display().to_string())?;
        }
        node::link(copy.path(), &[(TYPESCRIPT_PACKAGE, sdk.as_path())])?;
        let mut tsc = Command::new(node::find("node")?);
        tsc.arg(node::typescript_compiler()?).args(["--strict", "--pretty", "false", "-p", "."]);
        run(tsc.current_dir(copy.path()), LIMIT)?.success().with_context(|| program.display().to_string())?;
    }
    Ok(())
}

#[test]
fn typescript_examples_are_strict() -> Result<()> {
    or_skip("typescript_examples_are_strict", by_tsc())
}

/// `mypy --strict` on the program in a folder. Faults inside the SDK are the generator's, and not shown to those who
/// install the wheel either.
fn mypy(folder: &Path, sdk: &Path) -> Result<Command> {
    fs::write(folder.join("mypy.ini"), "[mypy]\n[mypy-pulumi_starburst.*]\nfollow_imports = silent\n")?;
    let mut mypy = Command::new(Environment::Types.bin()?.join("mypy"));
    mypy.args(["--strict", "--python-executable"]).arg(Environment::Clients.bin()?.join("python")).arg("__main__.py");
    mypy.env("MYPYPATH", sdk).current_dir(folder);
    Ok(mypy)
}

fn by_mypy_and_pyright() -> Result<()> {
    let sdk = sdk::python(&schema())?;
    let clients = Environment::Clients.bin()?;
    let programs = with("__main__.py");
    ensure!(programs.len() >= 2, "examples in Python: {programs:?}");
    for program in &programs {
        let copy = TempDir::with_prefix("types-")?;
        let main = copy.path().join("__main__.py");
        fs::copy(program.join("__main__.py"), &main)?;
        run(&mut mypy(copy.path(), &sdk)?, LIMIT)?
            .success()
            .with_context(|| format!("mypy on {}", program.display()))?;
        let settings = serde_json::json!({ "typeCheckingMode": "strict", "extraPaths": [sdk] });
        fs::write(copy.path().join("pyrightconfig.json"), settings.to_string())?;
        let mut pyright = Command::new(node::find("node")?);
        pyright.arg(node::modules()?.join("pyright/index.js")).arg("--pythonpath").arg(clients.join("python"));
        pyright.current_dir(copy.path());
        run(&mut pyright, LIMIT)?.success().with_context(|| format!("pyright on {}", program.display()))?;
    }
    // A judge that sees no types would find no fault either.
    let wrong = TempDir::with_prefix("types-")?;
    let main = wrong.path().join("__main__.py");
    fs::write(
        &main,
        "import pulumi_starburst as s\n\ns.PrestoAlluxioCluster(\"x\", ec2={\"worker_count\": \"three\"})\n",
    )?;
    let found = run(&mut mypy(wrong.path(), &sdk)?, LIMIT)?.failure()?;
    ensure!(found.stdout.contains("error:"), "{found}");
    Ok(())
}

#[test]
fn python_examples_are_strict() -> Result<()> {
    or_skip("python_examples_are_strict", by_mypy_and_pyright())
}

fn by_go_vet() -> Result<()> {
    let go = place::on_path("go").ok_or_else(|| Missing::new("go", "it checks the Go example; install Go 1.26.6"))?;
    let sdk = sdk::go(&schema())?;
    let copy = TempDir::with_prefix("types-")?;
    for file in ["main.go", "go.mod", "go.sum"] {
        fs::copy(folder("go").join(file), copy.path().join(file))?;
    }
    let module = fs::read_to_string(copy.path().join("go.mod"))?;
    let relative = "../../target/sdks/go";
    ensure!(module.contains(relative), "{module}");
    fs::write(copy.path().join("go.mod"), module.replace(relative, &sdk.display().to_string()))?;
    let mut vet = Command::new(go);
    vet.args(["vet", "-mod=mod", "./..."]).current_dir(copy.path());
    run(&mut vet, LIMIT)?.success().map(drop)
}

#[test]
fn the_go_example_type_checks() -> Result<()> {
    or_skip("the_go_example_type_checks", by_go_vet())
}
