//! Stacks of templates that are not ours: made from one, adopted as they run, changed, and left again. The templates under
//! `existing_stacks/templates` are our own writing in the shape of what users have.

mod clients;
mod launched;
mod terraform;

use anyhow::{Context, Result, ensure};
use serde_json::{Value as Json, json};
use starburst_provider::pulumi::wire::diff_response::DiffChanges;
use starburst_tests::clients::{Run, command, plugin};
use starburst_tests::fake::seed;

use self::launched::{NAME, SHAPES, VENDOR_BEFORE, launch, template};
use crate::harness::{Bench, STACK, Stored};
use crate::lifecycle::{created, failed, updated};

/// What a program writes for the older of the vendor's shapes.
pub fn vendor() -> Json {
    json!({
        "network": {
            "vpcId": seed::VPC, "subnetId": seed::PUBLIC_SUBNET, "securityGroupIds": [seed::SECURITY_GROUP],
        },
        "ec2": { "workerCount": 2, "keyName": seed::KEY_PAIR, "workerInstanceType": "r5.4xlarge" },
        "alluxio": { "s3RootMount": "s3://analytics-data/alluxio" },
        "hiveMetastore": {
            "type": "mysql", "host": "db.example.com", "userName": "hive", "password": "a-database-password",
            "databaseName": "hive",
        },
        "stack": { "template": { "body": template(VENDOR_BEFORE), "capabilities": ["CAPABILITY_IAM"] } },
    })
}

fn parameter(bench: &Bench, stack: &str, name: &str) -> Result<String> {
    let shown = bench.model.call("cloudformation", "DescribeStacks", json!({ "StackName": stack }));
    let shown = shown.map_err(|error| anyhow::anyhow!("{error}"))?;
    let all = shown["Stacks"][0]["Parameters"].as_array().cloned().unwrap_or_default();
    let found = all.iter().find(|one| one["ParameterKey"] == name).with_context(|| format!("no {name}"))?;
    Ok(found["ParameterValue"].as_str().unwrap_or_default().to_owned())
}

#[tokio::test]
async fn a_cluster_of_an_own_template_lives() -> Result<()> {
    let bench = Bench::new().await?;
    let stored = created(&bench, &vendor()).await?;
    for (name, value) in [
        ("WorkersInstanceType", "r5.4xlarge"),
        ("MetastoreType", "External MySQL RDBS"),
        ("ExternalRdbmsMetastorePassword", "****"),
        ("CoordinatorInstanceType", "r4.4xlarge"),
        ("SelectedSubnetAutoAssignsPublicIp", "yes"),
    ] {
        assert_eq!(parameter(&bench, STACK, name)?, value, "{name}");
    }
    assert_eq!(stored.outputs["coordinatorUrl"], format!("http://coordinator.{STACK}:8080"));
    assert_eq!(stored.outputs["templateVersion"], 0);
    ensure!(stored.outputs["stackOutputs"]["MetastoreLogin"].is_null(), "a secret is shown: {}", stored.outputs);
    ensure!(stored.outputs["workerAutoScalingGroupName"].is_string(), "{}", stored.outputs);

    let refreshed = bench.refresh(&stored).await?.context("it is there")?;
    assert_eq!(refreshed.inputs, stored.inputs, "a refresh of what was just made finds nothing");

    let mut wanted = vendor();
    wanted["ec2"]["workerCount"] = json!(4);
    wanted["ec2"].as_object_mut().context("a section")?.remove("workerInstanceType");
    let changed = updated(&bench, &stored, &wanted).await?;
    assert_eq!(parameter(&bench, STACK, "WorkersCount")?, "4");
    assert_eq!(parameter(&bench, STACK, "WorkersInstanceType")?, "r4.4xlarge", "the template's default again");
    let update = bench.model.calls().into_iter().rfind(|call| call.action == "UpdateStack").context("an update")?;
    let sent = update.params.to_string();
    ensure!(!sent.contains("a-database-password"), "an unchanged secret was sent again: {sent}");
    bench.delete(&changed).await.map_err(|status| anyhow::anyhow!("{status}"))?;
    ensure!(bench.refresh(&changed).await?.is_none(), "it is gone");
    Ok(())
}

#[tokio::test]
async fn a_running_stack_of_every_shape_is_adopted_with_an_empty_plan() -> Result<()> {
    for (shape, parameters) in SHAPES {
        let bench = Bench::new().await?;
        let id = launch(&bench.model, shape, parameters)?;
        bench.model.clear_calls();
        for by in [NAME, id.as_str()] {
            let imported = bench.import(by).await?.with_context(|| format!("{shape}: not found by {by}"))?;
            ensure!(bench.model.calls().len() <= 12, "{shape}: {} calls", bench.model.calls().len());
            bench.model.clear_calls();
            let inputs = bench.checked(Some(&imported.inputs), &imported.inputs).await?;
            let diff = bench.diff(&imported, &inputs).await?;
            assert_eq!(diff.changes(), DiffChanges::DiffNone, "{shape} by {by}: {:?}", diff.diffs);
            let again = bench.refresh(&imported).await?.context("it is there")?;
            assert_eq!(again.inputs, imported.inputs, "{shape}");
            bench.model.clear_calls();
        }
        let imported = bench.import(NAME).await?.context("it is there")?;
        changes_and_drift(&bench, shape, imported).await?;
    }
    Ok(())
}

/// An adopted stack is changed by the program, then in the console.
async fn changes_and_drift(bench: &Bench, shape: &str, imported: Stored) -> Result<()> {
    let mut wanted = imported.inputs.clone();
    wanted["stack"]["tags"] = json!({ "team": "analytics" });
    let before = launched::parameters(&bench.model)?;
    let stored = updated(bench, &imported, &wanted).await.with_context(|| shape.to_owned())?;
    assert_eq!(launched::parameters(&bench.model)?, before, "{shape}: other parameters than the program's");
    launched::change_in_the_console(&bench.model, shape)?;
    let drifted = bench.refresh(&stored).await?.context("it is there")?;
    let inputs = bench.checked(Some(&drifted.inputs), &wanted).await?;
    let diff = bench.diff(&drifted, &inputs).await?;
    assert_eq!(diff.changes(), DiffChanges::DiffSome, "{shape}: drift is shown");
    let back = bench.update_with(&drifted, &inputs, false).await?;
    back.map_err(|trouble| anyhow::anyhow!("{shape}: {}", trouble.text))?;
    assert_eq!(launched::parameters(&bench.model)?, before, "{shape}: what the console changed is back");
    Ok(())
}

#[tokio::test]
async fn a_template_in_a_bucket_is_used_and_a_large_body_goes_through_one() -> Result<()> {
    let bench = Bench::new().await?;
    let text = template(VENDOR_BEFORE);
    launched::store(&bench.model, "joint.yaml", &text);
    let mut wanted = vendor();
    wanted["stack"]["template"] = json!({
        "url": "https://analytics-data.s3.amazonaws.com/joint.yaml", "capabilities": ["CAPABILITY_IAM"],
    });
    let stored = created(&bench, &wanted).await?;
    // The same template, with so many words that no request takes it.
    let large = format!("{text}\n# {}\n", "x".repeat(60_000));
    wanted["stack"]["template"] = json!({ "body": large, "capabilities": ["CAPABILITY_IAM"] });
    let trouble = failed(bench.update(&stored, &wanted).await?)?;
    ensure!(trouble.text.contains("SB1160"), "{}", trouble.text);
    wanted["stack"]["assetBucket"] = json!("analytics-data");
    wanted["ec2"]["workerCount"] = json!(3);
    updated(&bench, &stored, &wanted).await?;
    assert_eq!(parameter(&bench, STACK, "WorkersCount")?, "3");
    Ok(())
}

/// In place, which makes every resource of the bundled template and removes those of the other one.
#[tokio::test]
async fn a_cluster_can_leave_its_own_template_for_the_bundled_one() -> Result<()> {
    let bench = Bench::new().await?;
    let mut wanted = vendor();
    let stored = created(&bench, &wanted).await?;
    wanted["stack"] = json!({});
    wanted["hiveMetastore"] = json!(null);
    let stored = updated(&bench, &stored, &wanted).await?;
    assert_eq!(stored.outputs["templateVersion"], 1);
    let refreshed = bench.refresh(&stored).await?.context("it is there")?;
    let inputs = bench.checked(Some(&refreshed.inputs), &wanted).await?;
    let diff = bench.diff(&refreshed, &inputs).await?;
    assert_eq!(diff.changes(), DiffChanges::DiffNone, "{:?}: {}", diff.diffs, refreshed.inputs);
    Ok(())
}

/// The object behind a URL may change at any time: what a change set was made of is what the apply carries out.
#[tokio::test]
async fn a_change_set_holds_the_template_that_was_previewed() -> Result<()> {
    let bench = Bench::new().await?;
    launched::store(&bench.model, "joint.yaml", &template(VENDOR_BEFORE));
    let mut wanted = vendor();
    wanted["stack"]["preview"] = json!("changeSet");
    wanted["stack"]["template"] = json!({
        "url": "https://analytics-data.s3.amazonaws.com/joint.yaml", "capabilities": ["CAPABILITY_IAM"],
    });
    let stored = created(&bench, &wanted).await?;
    wanted["ec2"]["workerCount"] = json!(3);
    let inputs = bench.checked(Some(&stored.inputs), &wanted).await?;
    let previewed = bench.update_with(&stored, &inputs, true).await?;
    previewed.map_err(|trouble| anyhow::anyhow!("preview: {}", trouble.text))?;
    let other = template(VENDOR_BEFORE).replace("Outputs:", "  Topic: { Type: 'AWS::SNS::Topic' }\nOutputs:");
    launched::store(&bench.model, "joint.yaml", &other);
    let applied = bench.update_with(&stored, &inputs, false).await?;
    applied.map_err(|trouble| anyhow::anyhow!("apply: {}", trouble.text))?;
    assert_eq!(parameter(&bench, STACK, "WorkersCount")?, "3");
    let resources = bench.model.call("cloudformation", "ListStackResources", json!({ "StackName": STACK }));
    let resources = resources.map_err(|error| anyhow::anyhow!("{error}"))?.to_string();
    ensure!(resources.contains("WorkerTemplate") && !resources.contains("Topic"), "{resources}");
    Ok(())
}

#[tokio::test]
async fn a_template_that_cannot_be_used_is_refused_before_anything_is_made() -> Result<()> {
    let bench = Bench::new().await?;
    let url = |key: &str| json!({ "url": format!("https://analytics-data.s3.amazonaws.com/{key}") });
    launched::store(&bench.model, "broken.yaml", "Resources: [");
    launched::store(&bench.model, "other.yaml", "Resources: { Topic: { Type: 'AWS::SNS::Topic' } }");
    for (name, source, said) in [
        ("absent", url("nowhere.yaml"), &["SB1158", "stack.template.url"][..]),
        ("malformed", url("broken.yaml"), &["SB1158", "stack.template.url"]),
        ("without any parameter of ours", url("other.yaml"), &["SB1159", "network.vpcId", "ec2.workerCount"]),
        ("malformed body", json!({ "body": "{" }), &["SB1158", "stack.template.body"]),
        ("nothing to keep", json!({ "current": true }), &["SB1158", "stack.template.current"]),
        ("without capability", json!({ "body": template(VENDOR_BEFORE) }), &["SB1157", "CAPABILITY_IAM"]),
    ] {
        let mut wanted = vendor();
        wanted["stack"]["template"] = source;
        let trouble = failed(bench.create(&wanted).await?)?;
        for part in said {
            ensure!(trouble.text.contains(part), "{name}: no {part} in {}", trouble.text);
        }
        ensure!(!trouble.text.contains("a-database-password"), "{name}: a secret is told");
    }
    let made = bench.model.calls().into_iter().filter(|call| call.action.starts_with("Create")).count();
    assert_eq!(made, 0, "something was made");
    Ok(())
}

/// What people read before they use a template: kept beside this file, to be read as they would.
#[test]
fn a_template_is_looked_at_without_aws() -> Result<()> {
    let folder = tempfile::TempDir::with_prefix("templates-")?;
    let check = |name: &str, text: &str| -> Result<Run> {
        let file = folder.path().join(name);
        std::fs::write(&file, text)?;
        let mut command = std::process::Command::new(plugin::pulumi()?);
        command.args(["template", "check"]).arg(name).current_dir(folder.path()).env_clear();
        command::run(&mut command, std::time::Duration::from_secs(60))
    };
    for (shape, _) in SHAPES {
        let told = check("joint.yaml", &template(shape))?.success()?;
        insta::assert_snapshot!(format!("template_check_{}", shape.replace('-', "_")), told.stdout);
    }
    for (name, text) in [("malformed", "Resources: ["), ("empty", "Parameters: {}"), ("large", &"#".repeat(1_048_577))]
    {
        let told = check("joint.yaml", text)?.failure()?;
        insta::assert_snapshot!(format!("template_check_{name}"), told.stderr);
    }
    Ok(())
}

/// Service Catalog launched the bundled template: the cluster is read and imported, and touched by nobody but it.
#[tokio::test]
async fn a_provisioned_product_is_imported_and_left_to_service_catalog() -> Result<()> {
    const PRODUCT: &str = "SC-123456789012-pp-4u2wj6rtdb3hm";
    let bench = Bench::new().await?;
    launched::launch_bundled(&bench.model, PRODUCT)?;
    let imported = bench.import(PRODUCT).await?.context("it is there")?;
    let inputs = bench.checked(Some(&imported.inputs), &imported.inputs).await?;
    assert_eq!(bench.diff(&imported, &inputs).await?.changes(), DiffChanges::DiffNone);
    bench.model.clear_calls();
    let mut wanted = imported.inputs.clone();
    wanted["ec2"]["workerCount"] = json!(9);
    let trouble = failed(bench.update(&imported, &wanted).await?)?;
    for part in ["SB3015", "pp-4u2wj6rtdb3hm", "update-provisioned-product"] {
        ensure!(trouble.text.contains(part), "no {part} in {}", trouble.text);
    }
    let refused = bench.delete(&imported).await.err().context("it was deleted")?;
    ensure!(refused.message().contains("terminate-provisioned-product"), "{refused}");
    let touching = |action: &str| ["UpdateStack", "DeleteStack", "CreateChangeSet"].contains(&action);
    ensure!(!bench.model.calls().iter().any(|call| touching(&call.action)), "the stack was touched");
    Ok(())
}

#[tokio::test]
async fn a_stack_without_a_cluster_is_not_imported() -> Result<()> {
    let bench = Bench::new().await?;
    launched::launch_text(&bench.model, "buckets", "Resources: { Topic: { Type: 'AWS::SNS::Topic' } }", &[])?;
    let refused = bench.import("buckets").await.err().context("it was imported")?;
    ensure!(refused.to_string().contains("SB3008"), "{refused}");
    Ok(())
}

/// A cluster of the bundled template is recognised as before, whatever it is imported beside.
#[tokio::test]
async fn the_bundled_template_is_no_template_of_the_users() -> Result<()> {
    let bench = Bench::new().await?;
    let stored = created(&bench, &crate::lifecycle::three_workers()).await?;
    let imported = bench.import(&stored.id).await?.context("it is there")?;
    ensure!(imported.inputs["stack"]["template"].is_null(), "{}", imported.inputs);
    Ok(())
}
