//! The real `tofu` and two real `terraform`s drive the plugin's executable: one whole life for each client and stand-in,
//! and what only a real client can show.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::{Value as Json, json};
use starburst_tests::clients::missing::or_skip;
use starburst_tests::clients::terraform::{APPLY, Feature, Planned, ProjectOptions};
use starburst_tests::clients::{Client, TerraformProject};
use starburst_tests::demo::Aws;
use starburst_tests::demo::driver::{quickstart, variables};
use starburst_tests::demo::stand_in::StandIn;

use crate::clients::wait_for;

mod beside_aws;

/// Virtual seconds of the model in a second: a cluster boots in a few seconds.
const SPEED: f64 = 60.0;
/// A value that must be found nowhere.
const CANARY: &str = "canary-81c2d7f3aa";
/// Address of the resource in the quick start.
const ADDRESS: &str = "starburst_presto_alluxio_cluster.analytics";
/// Name of its stack.
const STACK: &str = "joint-dev";

/// Values of the quick start's variables, some of them others than what there is.
fn with(stand_in: &StandIn, changes: Json) -> Json {
    let mut values = json!(variables(stand_in));
    for (name, value) in changes.as_object().into_iter().flatten() {
        values[name] = value.clone();
    }
    values
}

/// Validate, plan, create, no change, scale and another type, drift, refresh, revert, taken away, created anew, destroy.
fn whole_life(client: Client, aws: Aws) -> Result<()> {
    let stand_in = StandIn::start(aws, SPEED)?;
    let project = quickstart(client, &stand_in)?;
    project.validate()?.success()?;
    assert_eq!(project.planned()?, Planned::Changes);
    project.apply(&[])?.success()?;
    assert_eq!(project.outputs()?["stack_name"], STACK);
    assert_eq!(project.planned()?, Planned::Empty);
    let stack = stand_in.stack(STACK)?.context("there is no stack")?;
    assert_eq!(stand_in.workers(&stack)?.desired, 3);

    project.set_variables(&with(&stand_in, json!({ "worker_count": 5, "worker_instance_type": "r5.4xlarge" })))?;
    let plan = project.plan(&[])?.success()?;
    ensure!(plan.text().contains("batches"), "a warning says how nodes roll:\n{}", plan.text());
    if aws == Aws::Model {
        // MiniStack knows no instance types, which is worth warnings of its own.
        assert_eq!(plan.text().matches("Warning:").count(), 1, "{}", plan.text());
    }
    project.apply(&[])?.success()?;
    let stack = stand_in.stack(STACK)?.context("there is no stack")?;
    let group = stand_in.workers(&stack)?;
    assert_eq!(group.desired, 5);

    stand_in.set_desired(&group, 7)?;
    let drift = project.plan(&["-refresh-only"])?.success()?;
    ensure!(drift.text().contains("worker_count") && drift.text().contains('7'), "{}", drift.text());
    project.apply(&["-refresh-only"])?.success()?;
    assert_eq!(project.planned()?, Planned::Changes);
    project.apply(&[])?.success()?;
    assert_eq!(stand_in.workers(&stack)?.desired, 5);
    assert_eq!(project.planned()?, Planned::Empty);

    project.destroy()?.success()?;
    ensure!(stand_in.stack(STACK)?.is_none(), "the stack is still there");
    Ok(())
}

#[test]
fn opentofu_on_the_model_of_aws() -> Result<()> {
    or_skip("opentofu_on_the_model_of_aws", whole_life(Client::Tofu, Aws::Model))
}

#[test]
fn opentofu_on_ministack() -> Result<()> {
    or_skip("opentofu_on_ministack", whole_life(Client::Tofu, Aws::Ministack))
}

#[test]
fn an_old_terraform_on_the_model_of_aws() -> Result<()> {
    or_skip("an_old_terraform_on_the_model_of_aws", whole_life(Client::Terraform15, Aws::Model))
}

#[test]
fn an_old_terraform_on_ministack() -> Result<()> {
    or_skip("an_old_terraform_on_ministack", whole_life(Client::Terraform15, Aws::Ministack))
}

#[test]
fn a_recent_terraform_on_the_model_of_aws() -> Result<()> {
    or_skip("a_recent_terraform_on_the_model_of_aws", whole_life(Client::Terraform115, Aws::Model))
}

#[test]
fn a_recent_terraform_on_ministack() -> Result<()> {
    or_skip("a_recent_terraform_on_ministack", whole_life(Client::Terraform115, Aws::Ministack))
}

/// A test's body with a client, on the model.
fn on_model(name: &str, client: Client, body: impl FnOnce(&StandIn, &TerraformProject) -> Result<()>) -> Result<()> {
    let run = || {
        let stand_in = StandIn::start(Aws::Model, SPEED)?;
        let project = quickstart(client, &stand_in)?;
        body(&stand_in, &project)
    };
    or_skip(name, run())
}

#[test]
fn a_cluster_that_was_taken_away_is_made_anew() -> Result<()> {
    on_model("a_cluster_that_was_taken_away_is_made_anew", Client::Tofu, |stand_in, project| {
        project.apply(&[])?.success()?;
        let world = stand_in.world().context("the model")?;
        world.remove_stack(starburst_tests::demo::stand_in::REGION, STACK);
        let plan = project.plan(&[])?.success()?;
        ensure!(plan.text().contains("1 to add"), "{}", plan.text());
        project.apply(&[])?.success()?;
        assert_eq!(project.planned()?, Planned::Empty);
        project.destroy()?.success()?;
        Ok(())
    })
}

#[test]
fn a_change_of_the_subnet_replaces_the_old_cluster_first() -> Result<()> {
    on_model("a_change_of_the_subnet_replaces_the_old_cluster_first", Client::Terraform115, |stand_in, project| {
        project.apply(&[])?.success()?;
        let other = starburst_tests::fake::seed::PRIVATE_SUBNET;
        project.set_variables(&with(stand_in, json!({ "subnet_id": other })))?;
        let plan = project.plan(&[])?.success()?;
        ensure!(plan.text().contains("forces replacement"), "{}", plan.text());
        ensure!(plan.text().contains("takes the place of the old one"), "{}", plan.text());
        project.apply(&[])?.success()?;
        assert_eq!(project.planned()?, Planned::Empty);
        Ok(())
    })
}

#[test]
fn an_import_with_generated_configuration_changes_nothing() -> Result<()> {
    let name = "an_import_with_generated_configuration_changes_nothing";
    for client in Client::ALL {
        on_model(name, client, |stand_in, made| {
            made.apply(&[])?.success()?;
            let id = stand_in.stack(STACK)?.context("there is no stack")?.id;
            let mut ids = vec![format!("id = \"{STACK}\""), format!("id = \"{id}\"")];
            if client.can(Feature::IdentityImport) {
                ids.push(format!("identity = {{ stack_id = \"{id}\" }}"));
            }
            for by in ids {
                let importing = format!("{PROVIDERS}import {{\n  to = {ADDRESS}\n  {by}\n}}\n");
                let project = TerraformProject::new(ProjectOptions {
                    env: stand_in.env(),
                    ..ProjectOptions::new(client, &[("main.tf", &importing)])
                })?;
                if client == Client::Terraform15 {
                    // It cannot read back what it generates for attributes inside objects.
                    let by_hand = module(stand_in, &cluster_lines()).replace(PROVIDERS, "");
                    project.write("generated.tf", &by_hand)?;
                }
                let generate =
                    if client == Client::Terraform15 { &[][..] } else { &["-generate-config-out=generated.tf"] };
                let plan = project.plan(generate)?.success()?;
                let nothing = plan.text().contains("1 to import, 0 to add, 0 to change, 0 to destroy");
                ensure!(nothing, "{} by {by}:\n{}", client.name(), plan.text());
                project.apply(&[])?.success()?;
                assert_eq!(project.planned()?, Planned::Empty, "{} by {by}", client.name());
            }
            Ok(())
        })?;
    }
    Ok(())
}

const PROVIDERS: &str =
    "terraform {\n  required_providers {\n    starburst = { source = \"presto-alluxio/starburst\" }\n  }\n}\n";

#[test]
fn ctrl_c_in_the_middle_of_a_create_is_a_warning_and_the_next_apply_goes_on() -> Result<()> {
    let name = "ctrl_c_in_the_middle_of_a_create_is_a_warning_and_the_next_apply_goes_on";
    let run = || {
        // Slow enough that the create is still running when the signal comes.
        let stand_in = StandIn::start(Aws::Model, 8.0)?;
        let project = quickstart(Client::Tofu, &stand_in)?;
        let running = project.spawn(APPLY)?;
        let world = stand_in.world().context("the model")?;
        wait_for("a stack", || world.calls().iter().any(|call| call.action == "CreateStack"))?;
        std::thread::sleep(Duration::from_secs(1));
        running.interrupt()?;
        let stopped = running.wait(&mut |_| ())?;
        ensure!(stopped.text().contains("goes on in AWS"), "{}", stopped.text());
        ensure!(project.state_file().contains("arn:aws:cloudformation"), "the state holds the stack");
        ensure!(!project.state_file().contains("\"status\": \"tainted\""), "the object is not tainted");
        let plan = project.plan(&[])?.success()?;
        ensure!(plan.text().contains("0 to add, 1 to change, 0 to destroy"), "{}", plan.text());
        project.apply(&[])?.success()?;
        assert_eq!(project.planned()?, Planned::Empty);
        let created = world.calls().iter().filter(|call| call.action == "CreateStack" && call.outcome == "ok").count();
        assert_eq!(created, 1, "the second run joined the first");
        Ok(())
    };
    or_skip(name, run())
}

/// What the quick start says of its cluster beside what every module here does.
fn cluster_lines() -> String {
    "  ec2 = { worker_count = 3 }".to_owned()
}

/// A module with a provider, a cluster of the stand-in's ids, and further lines of the resource.
fn module(stand_in: &StandIn, lines: &str) -> String {
    let ids = json!(variables(stand_in));
    format!(
        "{PROVIDERS}resource \"starburst_presto_alluxio_cluster\" \"analytics\" {{\n  network = {{\n    vpc_id = {}\n    subnet_id = {}\n    security_group_ids = {}\n  }}\n  alluxio = {{ s3_root_mount = {} }}\n  stack = {{\n    name = \"{STACK}\"\n    tags = {{ environment = \"dev\" }}\n  }}\n{lines}\n}}\n",
        ids["vpc_id"], ids["subnet_id"], ids["security_group_ids"], ids["s3_root_mount"]
    )
}

fn project_of(client: Client, stand_in: &StandIn, text: &str) -> Result<TerraformProject> {
    let options = ProjectOptions::new(client, &[("main.tf", text)]);
    TerraformProject::new(ProjectOptions { env: stand_in.env(), ..options })
}

#[test]
fn every_mistake_is_told_at_its_line_before_anything_is_called() -> Result<()> {
    for client in Client::ALL {
        let run = || {
            let stand_in = StandIn::start(Aws::Model, SPEED)?;
            let lines = "  ec2 = {\n    worker_count = 0\n    rolling_update = { boot_timeout = \"2h\" }\n  }\n  presto = { http_port = 99999 }";
            let project = project_of(client, &stand_in, &module(&stand_in, lines))?;
            let told = project.validate()?.failure()?.text();
            for place in ["ec2.worker_count", "ec2.rolling_update.boot_timeout", "presto.http_port"] {
                ensure!(told.contains(place), "{} does not name {place}:\n{told}", client.name());
            }
            ensure!(stand_in.world().context("the model")?.calls().is_empty(), "nothing is called");
            Ok(())
        };
        or_skip("every_mistake_is_told_at_its_line_before_anything_is_called", run())?;
    }
    Ok(())
}

#[test]
fn a_write_only_secret_is_in_no_state_plan_log_or_call_and_old_clients_say_why() -> Result<()> {
    let name = "a_write_only_secret_is_in_no_state_plan_log_or_call_and_old_clients_say_why";
    let metastore = |version: u32| {
        format!(
            "  ec2 = {{ worker_count = 2 }}\n  hive_metastore = {{\n    type = \"postgresql\"\n    host = \"db.example.com\"\n    user_name = \"hive\"\n    database_name = \"hive\"\n    password_wo = \"{CANARY}-{version}\"\n    password_wo_version = {version}\n  }}"
        )
    };
    let run = || {
        let stand_in = StandIn::start(Aws::Model, SPEED)?;
        let mut project = project_of(Client::Tofu, &stand_in, &module(&stand_in, &metastore(1)))?;
        project.set_env("TF_LOG", "trace");
        project.set_env("TF_LOG_PATH", "trace.log");
        let mut printed = project.apply(&[])?.success()?.text();
        assert_eq!(project.planned()?, Planned::Empty);
        project.write("main.tf", &module(&stand_in, &metastore(2)))?;
        project.run(&["plan", "-input=false", "-no-color", "-out=saved.plan"])?.success()?;
        printed.push_str(&project.run(&["apply", "-no-color", "saved.plan"])?.success()?.text());
        let log = std::fs::read_to_string(project.folder().join("trace.log"))?;
        ensure!(log.contains("starburst"), "the log holds lines of the plugin");
        let ours: String = log.lines().filter(|line| line.contains("provider.terraform-provider-starburst")).collect();
        let state = project.state_file();
        for (what, text) in [("the output", &printed), ("the plugin's log", &ours), ("the state", &state)] {
            ensure!(!text.contains(CANARY), "{what} holds the secret");
        }
        let calls = stand_in.world().context("the model")?.calls();
        ensure!(calls.iter().all(|call| !call.params.to_string().contains(CANARY)), "a recorded call holds the secret");
        let updates = calls.iter().filter(|call| call.action == "UpdateStack").count();
        assert_eq!(updates, 1, "another version sends the secret again, and nothing else does");
        let old = project_of(Client::Terraform15, &stand_in, &module(&stand_in, &metastore(1)))?;
        let told = old.validate()?.failure()?.text();
        ensure!(told.contains("1.11"), "an old client is told which one it takes:\n{told}");
        Ok(())
    };
    or_skip(name, run())
}

#[test]
fn functions_data_sources_and_the_schema_are_there() -> Result<()> {
    let name = "functions_data_sources_and_the_schema_are_there";
    for client in Client::ALL {
        on_model(name, client, |stand_in, made| {
            made.apply(&[])?.success()?;
            let functions = if client.can(Feature::Functions) {
                "output \"parsed\" { value = provider::starburst::parse_alluxio_properties(\"a.b=1\\nc=2\") }\noutput \"named\" { value = provider::starburst::stack_name_from_arn(data.starburst_presto_alluxio_cluster.it.stack_id) }\n"
            } else {
                ""
            };
            let text = format!(
                "{PROVIDERS}data \"starburst_presto_alluxio_cluster\" \"it\" {{ stack_name = \"{STACK}\" }}\ndata \"starburst_joint_template\" \"bundled\" {{}}\noutput \"status\" {{ value = data.starburst_presto_alluxio_cluster.it.status }}\noutput \"workers\" {{ value = data.starburst_presto_alluxio_cluster.it.workers_in_service }}\noutput \"types\" {{ value = data.starburst_joint_template.bundled.resource_types }}\n{functions}"
            );
            let project = project_of(client, stand_in, &text)?;
            project.apply(&[])?.success()?;
            let outputs = project.outputs()?;
            assert_eq!((&outputs["status"], &outputs["workers"]), (&json!("CREATE_COMPLETE"), &json!(3)));
            ensure!(outputs["types"].as_array().is_some_and(|types| types.len() > 10), "{outputs}");
            if client.can(Feature::Functions) {
                assert_eq!((&outputs["parsed"]["a.b"], &outputs["named"]), (&json!("1"), &json!(STACK)));
            }
            let schema = project.providers_schema()?.to_string();
            ensure!(schema.contains("starburst_presto_alluxio_cluster"), "{} shows the schema", client.name());
            Ok(())
        })?;
    }
    Ok(())
}

#[test]
fn clusters_are_listed_where_the_client_can() -> Result<()> {
    on_model("clusters_are_listed_where_the_client_can", Client::Terraform115, |_, project| {
        project.apply(&[])?.success()?;
        let query = "list \"starburst_presto_alluxio_cluster\" \"all\" {\n  provider = starburst\n}\n";
        project.write("all.tfquery.hcl", query)?;
        let listed = project.run(&["query", "-no-color"])?.success()?;
        ensure!(listed.text().contains(STACK) && listed.text().contains("stack_id="), "{}", listed.text());
        Ok(())
    })
}

#[test]
fn the_clients_own_tests_run_against_the_plugin() -> Result<()> {
    let name = "the_clients_own_tests_run_against_the_plugin";
    for client in Client::ALL.into_iter().filter(|client| client.can(Feature::Tests)) {
        on_model(name, client, |stand_in, project| {
            let test = "run \"creates\" {\n  assert {\n    condition     = output.stack_name == \"joint-dev\"\n    error_message = \"another name\"\n  }\n}\nrun \"scales\" {\n  variables { worker_count = 4 }\n  assert {\n    condition     = starburst_presto_alluxio_cluster.analytics.ec2.worker_count == 4\n    error_message = \"another count\"\n  }\n}\n";
            project.write("cluster.tftest.hcl", test)?;
            let run = project.run(&["test", "-no-color"])?.success()?;
            ensure!(run.text().contains("2 passed, 0 failed"), "{}: {}", client.name(), run.text());
            ensure!(stand_in.stack(STACK)?.is_none(), "the client destroyed what it made");
            let wrong = test.replace("== 4", "== 40");
            project.write("cluster.tftest.hcl", &wrong)?;
            project.run(&["test", "-no-color"])?.failure()?;
            Ok(())
        })?;
    }
    Ok(())
}

#[test]
fn create_before_destroy_with_the_same_name_touches_nothing() -> Result<()> {
    let name = "create_before_destroy_with_the_same_name_touches_nothing";
    let run = || {
        let stand_in = StandIn::start(Aws::Model, SPEED)?;
        let first = "  ec2 = { worker_count = 2 }\n  lifecycle { create_before_destroy = true }";
        let project = project_of(Client::Tofu, &stand_in, &module(&stand_in, first))?;
        project.apply(&[])?.success()?;
        let id = stand_in.stack(STACK)?.context("there is no stack")?.id;
        let world = stand_in.world().context("the model")?;
        let mutations = || {
            let mutating = ["CreateStack", "UpdateStack", "DeleteStack"];
            world.calls().iter().filter(|call| mutating.contains(&call.action.as_str()) && call.outcome == "ok").count()
        };
        let before = mutations();
        // The very same request would be joined, and another one meets a name that is taken: both end with the hint.
        let same = project.apply(&[&format!("-replace={ADDRESS}")])?.failure()?;
        ensure!(same.text().contains("create_before_destroy"), "{}", same.text());
        project.apply(&[])?.success()?;
        assert_eq!(project.planned()?, Planned::Empty);
        let other = module(&stand_in, first)
            .replace(starburst_tests::fake::seed::PUBLIC_SUBNET, starburst_tests::fake::seed::PRIVATE_SUBNET);
        project.write("main.tf", &other)?;
        let refused = project.apply(&[])?.failure()?;
        ensure!(refused.text().contains("create_before_destroy"), "{}", refused.text());
        assert_eq!(mutations(), before, "nothing was touched");
        assert_eq!(stand_in.stack(STACK)?.context("the stack is there")?.id, id);
        Ok(())
    };
    or_skip(name, run())
}
