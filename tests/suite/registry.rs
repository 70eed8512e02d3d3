//! The folder that a registry reads, judged by the registry's own program against what a real client says of the plugin;
//! and the form of everything that is written in HCL.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde_json::Value as Json;
use starburst_tests::clients::missing::or_skip;
use starburst_tests::clients::terraform::ProjectOptions;
use starburst_tests::clients::{Client, TerraformProject, judges, place, plugin};
use tempfile::TempDir;

/// A program that makes the client ask the plugin for its schema.
const PROGRAM: &str = "terraform {\n  required_providers {\n    starburst = {\n      source = \"presto-alluxio/starburst\"\n    }\n  }\n}\n";

/// The schema as the client prints it. Of the clients only a recent Terraform tells of list resources.
fn schema() -> Result<Json> {
    let options = ProjectOptions::new(Client::Terraform115, &[("main.tf", PROGRAM)]);
    let printed = TerraformProject::new(options)?.providers_schema()?;
    let providers = printed["provider_schemas"].as_object().context("there are no schemas")?;
    let (_, ours) = providers.iter().next().context("there is no provider")?;
    ensure!(ours["list_resource_schemas"].is_object(), "the client tells of no list resource");
    Ok(printed)
}

/// A copy of the folder.
fn copied() -> Result<TempDir> {
    let (from, to) = (place::workspace().join("schema/generated/registry"), TempDir::with_prefix("starburst-")?);
    for entry in walkdir::WalkDir::new(&from) {
        let entry = entry?;
        let there = to.path().join(entry.path().strip_prefix(&from)?);
        if entry.file_type().is_dir() {
            fs::create_dir_all(there)?;
        } else {
            fs::copy(entry.path(), there)?;
        }
    }
    Ok(to)
}

#[test]
fn a_registry_accepts_the_pages_and_misses_each_that_is_taken_away() -> Result<()> {
    or_skip("a_registry_accepts_the_pages_and_misses_each_that_is_taken_away", judged())
}

fn judged() -> Result<()> {
    let schema = schema()?;
    let folder = copied()?;
    judges::tfplugindocs(folder.path(), &schema)?;
    // A kind of which there is no page at all is not looked at: the test beside the generator does that.
    for page in [
        "data-sources/presto_alluxio_cluster.md",
        "data-sources/joint_template.md",
        "functions/parse_alluxio_properties.md",
        "functions/stack_name_from_arn.md",
    ] {
        let file = folder.path().join("docs").join(page);
        let aside = folder.path().join("aside");
        fs::rename(&file, &aside).with_context(|| format!("there is no {page}"))?;
        let missed = judges::tfplugindocs(folder.path(), &schema).err().map(|why| format!("{why:#}"));
        let name = Path::new(page).file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let missed = missed.with_context(|| format!("{page} is not missed"))?;
        let told = missed.lines().any(|line| line.contains("missing documentation file") && line.contains(&name));
        ensure!(told, "{page}: {missed}");
        fs::rename(&aside, &file)?;
    }
    Ok(())
}

#[test]
fn everything_in_hcl_is_formatted_as_the_client_does_it() -> Result<()> {
    or_skip("everything_in_hcl_is_formatted_as_the_client_does_it", formatted())
}

fn formatted() -> Result<()> {
    let project = TerraformProject::new(ProjectOptions::new(Client::Tofu, &[("main.tf", PROGRAM)]))?;
    for folder in ["examples/terraform", "schema/generated/registry/examples"] {
        let path = place::workspace().join(folder);
        let text = path.display().to_string();
        project.run(&["fmt", "-check", "-recursive", "-diff", "-no-color", &text])?.success()?;
    }
    project.write("untidy.tf", "locals {\n  a=1\n}\n")?;
    project.run(&["fmt", "-check", "-no-color"])?.failure()?;
    Ok(())
}

#[test]
fn the_program_that_imports_by_name_is_valid_for_every_client() -> Result<()> {
    let name = "the_program_that_imports_by_name_is_valid_for_every_client";
    for client in Client::ALL {
        let run = || {
            let folder = place::workspace().join("examples/terraform/import/by-name");
            TerraformProject::new(ProjectOptions::of_folder(client, &folder)?)?.validate()?.success()?;
            Ok(())
        };
        or_skip(name, run())?;
    }
    Ok(())
}

#[test]
fn the_module_and_the_programs_that_use_the_provider_of_aws_are_valid_and_the_modules_own_tests_pass() -> Result<()> {
    let name = "the_module_and_the_programs_that_use_the_provider_of_aws_are_valid_and_the_modules_own_tests_pass";
    or_skip(name, beside_the_provider_of_aws())
}

fn beside_the_provider_of_aws() -> Result<()> {
    let mirror = plugin::aws_provider_mirror()?;
    let examples = place::workspace().join("examples/terraform");
    // The root names the module beside it, so that the whole folder is there.
    let mut options = ProjectOptions::of_folder(Client::Terraform115, &examples)?;
    options.mirror = Some(mirror);
    let project = TerraformProject::new(options)?;
    for folder in ["root", "modules/analytics-cluster", "import/from-cloudformation"] {
        let there = format!("-chdir={folder}");
        project.run(&[&there, "init", "-input=false", "-no-color"])?.success()?;
        project.run(&[&there, "validate", "-no-color"])?.success()?;
    }
    let told = project.run(&["-chdir=modules/analytics-cluster", "test", "-no-color"])?.success()?.text();
    ensure!(told.contains("0 failed") && !told.contains("Success! 0 passed"), "{told}");
    Ok(())
}
