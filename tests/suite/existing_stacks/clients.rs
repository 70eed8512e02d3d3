//! Stacks of foreign templates taken over by the real clients, with the configuration that they write for it.

use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use serde_json::json;
use starburst_tests::clients::missing::or_skip;
use starburst_tests::clients::program::TYPESCRIPT_PACKAGE;
use starburst_tests::clients::python::Environment;
use starburst_tests::clients::terraform::{Planned, ProjectOptions};
use starburst_tests::clients::{
    Client, Options, Program, PulumiProject, TerraformProject, command, node, place, plugin, sdk, tools,
};
use starburst_tests::demo::Aws;
use starburst_tests::demo::stand_in::StandIn;
use starburst_tests::fake;

use super::launched::{NAME, SHAPES, begin, status};

/// Virtual seconds of the model in a second.
const SPEED: f64 = 600.0;
const ADDRESS: &str = "starburst_presto_alluxio_cluster.analytics";

/// A stand-in with a stack of a shape, at rest.
fn with_stack(shape: &str, parameters: &[(&str, &str)]) -> Result<StandIn> {
    let stand_in = StandIn::start(Aws::Model, SPEED)?;
    begin(model(&stand_in)?, shape, parameters)?;
    for _ in 0..600 {
        match status(model(&stand_in)?)?.as_str() {
            "CREATE_COMPLETE" => return Ok(stand_in),
            "CREATE_IN_PROGRESS" => std::thread::sleep(Duration::from_millis(100)),
            other => bail!("{shape}: {other}"),
        }
    }
    bail!("{shape} does not come to rest")
}

fn model(stand_in: &StandIn) -> Result<&fake::World> {
    stand_in.world().map(|world| &**world).context("the model")
}

/// Nothing but reads since the stack was launched.
fn only_read(stand_in: &StandIn) -> Result<()> {
    let calls = model(stand_in)?.calls();
    let changing = |action: &str| ["UpdateStack", "DeleteStack", "CreateChangeSet"].contains(&action);
    ensure!(!calls.iter().any(|call| changing(&call.action)), "the stack was changed");
    Ok(())
}

fn by_terraform(client: Client) -> Result<()> {
    for (shape, parameters) in SHAPES {
        let stand_in = with_stack(shape, parameters)?;
        let text = format!(
            "terraform {{\n  required_providers {{\n    starburst = {{ source = \"{}\" }}\n  }}\n}}\nimport {{\n  to = {ADDRESS}\n  id = \"{NAME}\"\n}}\n",
            plugin::SOURCE
        );
        let project = TerraformProject::new(ProjectOptions {
            env: stand_in.env(),
            ..ProjectOptions::new(client, &[("main.tf", &text)])
        })?;
        let plan = project.plan(&["-generate-config-out=generated.tf"])?.success()?;
        let nothing = "1 to import, 0 to add, 0 to change, 0 to destroy";
        ensure!(plan.text().contains(nothing), "{shape}:\n{}", plan.text());
        project.apply(&[])?.success()?;
        assert_eq!(project.planned()?, Planned::Empty, "{shape}");
        only_read(&stand_in)?;
    }
    Ok(())
}

#[test]
fn opentofu_imports_every_shape_with_generated_configuration() -> Result<()> {
    or_skip("opentofu_imports_every_shape_with_generated_configuration", by_terraform(Client::Tofu))
}

#[test]
fn terraform_imports_every_shape_with_generated_configuration() -> Result<()> {
    or_skip("terraform_imports_every_shape_with_generated_configuration", by_terraform(Client::Terraform115))
}

fn by_pulumi() -> Result<()> {
    for (shape, parameters) in SHAPES {
        let stand_in = with_stack(shape, parameters)?;
        let empty = "name: adopted\nruntime: yaml\n".to_owned();
        let folder = plugin::folder()?.to_path_buf();
        let options = Options::new(Program::Yaml(empty));
        let project = PulumiProject::with(Options { plugin: Some(folder), env: stand_in.env(), ..options })?;
        project.import_("starburst:index:PrestoAlluxioCluster", "analytics", NAME)?.success()?;
        let state = project.stack_export()?;
        let resources = state["deployment"]["resources"].as_array().context("resources")?;
        let ours = resources.iter().find(|one| one["type"] == "starburst:index:PrestoAlluxioCluster");
        let inputs = ours.context("it is in the state")?["inputs"].clone();
        // The program that says what the state says, protected as the import leaves it.
        let program = json!({
            "name": "adopted", "runtime": "yaml", "resources": { "analytics": {
                "type": "starburst:PrestoAlluxioCluster", "properties": inputs, "options": { "protect": true },
            } },
        });
        std::fs::write(project.folder().join("Pulumi.yaml"), with_plugin(&project, program)?)?;
        let run = project.preview(&["--expect-no-changes"])?.success();
        run.with_context(|| format!("{shape}: {inputs:#}"))?;
        only_read(&stand_in)?;
        written_programs(&state).with_context(|| (*shape).to_owned())?;
    }
    Ok(())
}

/// The program that `pulumi import` would write, by the official generators, compiled against the SDKs.
fn written_programs(state: &serde_json::Value) -> Result<()> {
    const LIMIT: Duration = Duration::from_secs(600);
    let schema = place::workspace().join("schema/generated/pulumi-schema.json");
    let folder = tempfile::TempDir::with_prefix("imported-")?;
    std::fs::write(folder.path().join("state.json"), state.to_string())?;
    let generate = |language: &str| -> Result<std::path::PathBuf> {
        let out = folder.path().join(language);
        let mut command = Command::new(tools::sdk_generator()?);
        command.arg(&schema).arg(folder.path().join("state.json")).arg(language).arg(&out);
        command::run(&mut command, LIMIT)?.success()?;
        Ok(out)
    };
    let typescript = generate("nodejs")?;
    let sdk = sdk::typescript(&schema)?;
    node::link(&typescript, &[(TYPESCRIPT_PACKAGE, sdk.as_path())])?;
    let mut tsc = Command::new(node::find("node")?);
    tsc.arg(node::typescript_compiler()?).args(["--strict", "--noEmit", "--skipLibCheck", "--target", "es2020"]);
    tsc.args(["--module", "commonjs", "--moduleResolution", "node", "--pretty", "false", "index.ts"]);
    command::run(tsc.current_dir(&typescript), LIMIT)?.success()?;
    let python = generate("python")?;
    let mut mypy = Command::new(Environment::Types.bin()?.join("mypy"));
    mypy.arg("--python-executable").arg(Environment::Clients.bin()?.join("python")).arg("__main__.py");
    mypy.args(["--follow-imports", "silent"]).env("MYPYPATH", sdk::python(&schema)?).current_dir(&python);
    command::run(&mut mypy, LIMIT)?.success()?;
    for (file, said) in [(typescript.join("index.ts"), "stack"), (python.join("__main__.py"), "stack")] {
        let text = std::fs::read_to_string(&file)?;
        ensure!(text.contains(said) && text.contains("current"), "{}: {text}", file.display());
    }
    Ok(())
}

/// The project's own lines beside the program: where the plugin lies.
fn with_plugin(project: &PulumiProject, mut program: serde_json::Value) -> Result<String> {
    let present: serde_json::Value =
        serde_yaml_ng::from_str(&std::fs::read_to_string(project.folder().join("Pulumi.yaml"))?)?;
    program["plugins"] = present["plugins"].clone();
    Ok(serde_yaml_ng::to_string(&program)?)
}

#[test]
fn pulumi_imports_every_shape_and_the_program_of_its_inputs_changes_nothing() -> Result<()> {
    or_skip("pulumi_imports_every_shape_and_the_program_of_its_inputs_changes_nothing", by_pulumi())
}

/// A company's own template on a stand-in that nobody here wrote: made, found unchanged, scaled, taken over, destroyed.
fn on_ministack() -> Result<()> {
    let stand_in = StandIn::start(Aws::Ministack, SPEED)?;
    let id = |name: &str| {
        let found = stand_in.ids.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
        found.with_context(|| format!("no {name}"))
    };
    let module = |nodes: u32| -> Result<String> {
        Ok(format!(
            "terraform {{\n  required_providers {{\n    starburst = {{ source = \"{}\" }}\n  }}\n}}\nresource \"starburst_presto_alluxio_cluster\" \"analytics\" {{\n  network = {{ subnet_id = \"{}\" }}\n  stack = {{\n    name = \"{NAME}\"\n    template = {{\n      body = file(\"template.yaml\")\n      parameters = {{ Network = \"{}\", Team = \"analytics\", NodeCount = \"{nodes}\" }}\n    }}\n  }}\n}}\n",
            plugin::SOURCE,
            id("subnetId")?,
            id("vpcId")?
        ))
    };
    let template = super::launched::template(super::launched::PLAIN);
    let files = [("main.tf", module(2)?), ("template.yaml", template)];
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (*name, text.as_str())).collect();
    let project =
        TerraformProject::new(ProjectOptions { env: stand_in.env(), ..ProjectOptions::new(Client::Tofu, &files) })?;
    project.apply(&[])?.success()?;
    assert_eq!(project.planned()?, Planned::Empty, "after the create");
    project.write("main.tf", &module(3)?)?;
    project.apply(&[])?.success()?;
    assert_eq!(project.planned()?, Planned::Empty, "after the update");
    project.run(&["state", "rm", ADDRESS])?.success()?;
    ensure!(stand_in.stack(NAME)?.is_some(), "to forget it left it alone");
    project.run(&["import", "-input=false", "-no-color", ADDRESS, NAME])?.success()?;
    project.destroy()?.success()?;
    ensure!(stand_in.stack(NAME)?.is_none(), "it is gone");
    Ok(())
}

#[test]
fn opentofu_makes_a_cluster_of_a_plain_template_on_ministack() -> Result<()> {
    or_skip("opentofu_makes_a_cluster_of_a_plain_template_on_ministack", on_ministack())
}
