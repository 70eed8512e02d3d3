//! The life of a cluster through the front end's own wire messages, on the model of AWS, in virtual time: what a user
//! sees of create, update, refresh, import and delete, and what happens when AWS says no.

use anyhow::{Context, Result, ensure};
use serde_json::{Value as Json, json};
use starburst_provider::pulumi::wire::diff_response::DiffChanges;
use starburst_tests::fake::{self, seed};
use tonic::Code;

use crate::harness::{Bench, REGION, STACK, Stored, Trouble};

/// The least that a cluster needs.
pub fn three_workers() -> Json {
    json!({
        "network": {
            "vpcId": seed::VPC, "subnetId": seed::PUBLIC_SUBNET, "securityGroupIds": [seed::SECURITY_GROUP],
        },
        "ec2": { "workerCount": 3 },
        "alluxio": { "s3RootMount": "s3://analytics-data/alluxio" },
    })
}

fn with(mut inputs: Json, pointer: &str, value: Json) -> Json {
    let (parent, leaf) = pointer.rsplit_once('/').unwrap_or(("", pointer));
    if inputs.pointer(parent).is_none() {
        let (above, name) = parent.rsplit_once('/').unwrap_or(("", parent));
        inputs.pointer_mut(above).and_then(Json::as_object_mut).map(|map| map.insert(name.to_owned(), json!({})));
    }
    inputs.pointer_mut(parent).and_then(Json::as_object_mut).map(|map| map.insert(leaf.to_owned(), value));
    inputs
}

/// Check and create, which must go well.
pub async fn created(bench: &Bench, inputs: &Json) -> Result<Stored> {
    bench.create(inputs).await?.map_err(|trouble| anyhow::anyhow!("create: {}", trouble.text))
}

/// Check and update, which must go well.
pub async fn updated(bench: &Bench, stored: &Stored, inputs: &Json) -> Result<Stored> {
    bench.update(stored, inputs).await?.map_err(|trouble| anyhow::anyhow!("update: {}", trouble.text))
}

/// What went wrong, which something must.
pub fn failed(result: std::result::Result<Stored, Trouble>) -> Result<Trouble> {
    match result {
        Ok(stored) => anyhow::bail!("it went well: {}", stored.id),
        Err(trouble) => Ok(trouble),
    }
}

fn stack_status(bench: &Bench) -> Option<String> {
    let answer = bench.model.call("cloudformation", "DescribeStacks", json!({ "StackName": STACK })).ok()?;
    let text = answer.to_string();
    text.split("StackStatus\":\"").nth(1)?.split('"').next().map(str::to_owned)
}

/// Mutating calls of CloudFormation and Auto Scaling that were accepted so far.
fn accepted(bench: &Bench) -> Vec<String> {
    let mutating = |action: &str| {
        ["Create", "Update", "Delete", "Execute", "Cancel", "Continue", "Rollback", "Set", "Put"]
            .iter()
            .any(|verb| action.starts_with(verb))
    };
    let calls = bench.model.calls();
    calls.into_iter().filter(|call| call.outcome == "ok" && mutating(&call.action)).map(|call| call.action).collect()
}

#[tokio::test]
async fn a_cluster_is_made_scaled_and_removed() -> Result<()> {
    let bench = Bench::new().await?;
    let stored = created(&bench, &three_workers()).await?;
    ensure!(stored.id.contains(&format!("stack/{STACK}/")), "the id is the stack's ARN: {}", stored.id);
    ensure!(stored.outputs["coordinatorUrl"].as_str().is_some_and(|url| url.starts_with("http")), "{}", stored.outputs);
    assert_eq!(stored.outputs["stackName"], STACK);

    let five = with(three_workers(), "/ec2/workerCount", json!(5));
    let checked = bench.checked(Some(&stored.inputs), &five).await?;
    let diff = bench.diff(&stored, &checked).await?;
    assert_eq!(diff.changes, DiffChanges::DiffSome as i32);
    ensure!(diff.replaces.is_empty(), "scaling replaces nothing");
    assert_eq!(diff.detailed_diff.keys().map(String::as_str).collect::<Vec<_>>(), ["ec2.workerCount"]);
    let stored = updated(&bench, &stored, &five).await?;

    bench.delete(&stored).await?;
    assert_eq!(stack_status(&bench), None);
    assert_eq!(accepted(&bench), ["CreateStack", "UpdateStack", "DeleteStack"]);
    Ok(())
}

#[tokio::test]
async fn nothing_changes_after_a_create_and_a_refresh() -> Result<()> {
    let bench = Bench::new().await?;
    let stored = created(&bench, &three_workers()).await?;
    bench.model.clear_calls();
    let fresh = bench.refresh(&stored).await?.context("it is gone")?;
    ensure!(bench.model.calls().len() <= 5, "a refresh without change makes {} calls", bench.model.calls().len());
    assert_eq!(fresh.inputs, stored.inputs);
    let checked = bench.checked(Some(&fresh.inputs), &three_workers()).await?;
    let diff = bench.diff(&fresh, &checked).await?;
    assert_eq!(diff.changes, DiffChanges::DiffNone as i32, "{:?}", diff.detailed_diff);
    Ok(())
}

#[tokio::test]
async fn another_instance_type_rolls_the_workers() -> Result<()> {
    let bench = Bench::new().await?;
    let stored = created(&bench, &three_workers()).await?;
    let bigger = with(three_workers(), "/ec2/workerInstanceType", json!("r5.4xlarge"));
    let stored = updated(&bench, &stored, &bigger).await?;
    let group = stored.outputs["workerAutoScalingGroupName"].as_str().context("no group")?.to_owned();
    let types = bench.model.with(|state| {
        let groups = state.places.values().flat_map(|region| region.groups.values());
        let workers = groups.filter(|found| found.name == group).flat_map(|found| found.instances.clone());
        workers.map(|instance| instance.kind).collect::<Vec<_>>()
    });
    assert_eq!(types, ["r5.4xlarge"; 3]);
    Ok(())
}

#[tokio::test]
async fn changed_tags_reach_the_stack_and_replace_no_node() -> Result<()> {
    let bench = Bench::new().await?;
    let stored = created(&bench, &three_workers()).await?;
    let tagged = with(three_workers(), "/stack", json!({ "tags": { "team": "analytics" } }));
    let stored = updated(&bench, &stored, &tagged).await?;
    let fresh = bench.refresh(&stored).await?.context("it is gone")?;
    assert_eq!(fresh.inputs["stack"]["tags"], json!({ "team": "analytics" }));
    Ok(())
}

#[tokio::test]
async fn a_create_that_fails_leaves_no_resource_and_names_the_cause() -> Result<()> {
    let bench = Bench::new().await?;
    let reason = "The AMI ID ami-0a0a0a0a0a0a0a0a0 does not exist. Launching EC2 instance failed.";
    bench.model.fail_launches("Workers", reason, 100);
    let trouble = failed(bench.create(&three_workers()).await?)?;
    ensure!(trouble.partial.is_none(), "nothing is left for the state");
    assert_eq!(trouble.code, Code::Aborted, "{}", trouble.text);
    ensure!(trouble.text.contains("SB4001") && trouble.text.contains("Workers"), "{}", trouble.text);
    ensure!(!trouble.text.contains("cancelled"), "a cancelled sibling is no cause: {}", trouble.text);
    ensure!(trouble.text.contains("does not exist"), "{}", trouble.text);
    Ok(())
}

#[tokio::test]
async fn a_failed_create_is_followed_by_a_good_one_of_the_same_name() -> Result<()> {
    let bench = Bench::new().await?;
    bench.model.fail_resource("AWS::Logs::LogGroup", fake::Phase::Create, "quota", 1);
    failed(bench.create(&three_workers()).await?)?;
    let stored = created(&bench, &three_workers()).await?;
    ensure!(bench.refresh(&stored).await?.is_some(), "the second create made it");
    assert_eq!(stack_status(&bench).as_deref(), Some("CREATE_COMPLETE"));
    Ok(())
}

#[tokio::test]
async fn an_update_that_fails_is_rolled_back_and_keeps_the_old_values() -> Result<()> {
    let bench = Bench::new().await?;
    let stored = created(&bench, &three_workers()).await?;
    bench.model.no_capacity("r5.4xlarge");
    let bigger = with(three_workers(), "/ec2/workerInstanceType", json!("r5.4xlarge"));
    let trouble = failed(bench.update(&stored, &bigger).await?)?;
    assert_eq!(trouble.code, Code::Aborted, "{}", trouble.text);
    ensure!(trouble.partial.is_none(), "the old state stays as it is");
    ensure!(trouble.text.contains("ec2.workerInstanceType"), "the input is named: {}", trouble.text);
    assert_eq!(stack_status(&bench).as_deref(), Some("UPDATE_ROLLBACK_COMPLETE"));
    let fresh = bench.refresh(&stored).await?.context("it is gone")?;
    assert_eq!(fresh.inputs, stored.inputs);
    Ok(())
}

#[tokio::test]
async fn a_count_changed_outside_is_shown_and_reverted() -> Result<()> {
    let bench = Bench::new().await?;
    let stored = created(&bench, &three_workers()).await?;
    ensure!(bench.model.set_group_size(REGION, "Workers", 3, 4, 4), "there is a group of workers");
    let fresh = bench.refresh(&stored).await?.context("it is gone")?;
    assert_eq!(fresh.inputs["ec2"]["workerCount"], 4);
    let checked = bench.checked(Some(&fresh.inputs), &three_workers()).await?;
    let diff = bench.diff(&fresh, &checked).await?;
    assert_eq!(diff.detailed_diff.keys().map(String::as_str).collect::<Vec<_>>(), ["ec2.workerCount"]);
    let reverted = updated(&bench, &fresh, &three_workers()).await?;
    let again = bench.refresh(&reverted).await?.context("it is gone")?;
    assert_eq!(again.inputs["ec2"]["workerCount"], 3);
    Ok(())
}

#[tokio::test]
async fn a_stack_removed_outside_is_gone() -> Result<()> {
    let bench = Bench::new().await?;
    let stored = created(&bench, &three_workers()).await?;
    ensure!(bench.model.remove_stack(REGION, STACK), "there is a stack");
    ensure!(bench.refresh(&stored).await?.is_none(), "a refresh answers that it is gone");
    bench.delete(&stored).await?;
    Ok(())
}

#[tokio::test]
async fn an_import_by_name_or_arn_is_followed_by_no_change() -> Result<()> {
    let bench = Bench::new().await?;
    let written = with(three_workers(), "/monitoring", json!({ "logRetentionDays": 7 }));
    let written = with(written, "/stack", json!({ "tags": { "team": "analytics" }, "onConflict": "wait" }));
    let stored = created(&bench, &written).await?;
    for id in [STACK, stored.id.as_str()] {
        let imported = bench.import(id).await?.context("nothing to import")?;
        assert_eq!(imported.id, stored.id);
        let checked = bench.checked(Some(&imported.inputs), &written).await?;
        let diff = bench.diff(&imported, &checked).await?;
        assert_eq!(diff.changes, DiffChanges::DiffNone as i32, "import of {id}: {:?}", diff.detailed_diff);
    }
    ensure!(bench.import("no-such-stack").await?.is_none(), "an unknown name is nothing");
    Ok(())
}

#[tokio::test]
async fn operational_settings_call_nothing() -> Result<()> {
    let bench = Bench::new().await?;
    let stored = created(&bench, &three_workers()).await?;
    bench.model.clear_calls();
    let other = with(three_workers(), "/stack", json!({ "onConflict": "wait", "onInterrupt": "cancelUpdate" }));
    updated(&bench, &stored, &other).await?;
    assert_eq!(bench.model.calls().len(), 0);
    Ok(())
}

#[tokio::test]
async fn a_name_taken_by_a_foreign_stack_is_refused_before_anything_is_made() -> Result<()> {
    let bench = Bench::new().await?;
    let body = json!({ "Resources": { "Topic": { "Type": "AWS::SNS::Topic" } } }).to_string();
    let made = bench.model.call("cloudformation", "CreateStack", json!({ "StackName": STACK, "TemplateBody": body }));
    made.map_err(|error| anyhow::anyhow!("{error}"))?;
    bench.model.settle(100);
    bench.model.clear_calls();
    let trouble = failed(bench.create(&three_workers()).await?)?;
    ensure!(trouble.text.contains(STACK), "{}", trouble.text);
    assert_eq!(accepted(&bench), Vec::<String>::new());
    Ok(())
}

#[tokio::test]
async fn a_protected_stack_is_not_dropped_from_the_state() -> Result<()> {
    let bench = Bench::new().await?;
    let stored = created(&bench, &with(three_workers(), "/stack", json!({ "terminationProtection": true }))).await?;
    let status = bench.delete(&stored).await.err().context("the deletion must be refused")?;
    ensure!(status.message().contains("terminationProtection"), "{}", status.message());
    ensure!(bench.refresh(&stored).await?.is_some(), "the stack lives on");
    Ok(())
}

#[tokio::test]
async fn a_provider_of_another_region_or_account_touches_nothing() -> Result<()> {
    let bench = Bench::new().await?;
    let mut stored = created(&bench, &three_workers()).await?;
    bench.model.clear_calls();
    let there = stored.id.replace("us-east-1", "eu-west-1");
    let ours = std::mem::replace(&mut stored.id, there);
    let status = bench.delete(&stored).await.err().context("another region must be refused")?;
    ensure!(status.message().contains("eu-west-1"), "{}", status.message());
    stored.id = ours.replace(fake::ACCOUNT, "999999999999");
    let status = bench.delete(&stored).await.err().context("another account must be refused")?;
    ensure!(status.message().contains("999999999999"), "{}", status.message());
    assert_eq!(accepted(&bench), Vec::<String>::new());
    Ok(())
}

#[tokio::test]
async fn a_replacement_with_the_same_inputs_never_deletes_the_stack_that_it_is() -> Result<()> {
    // What `pulumi up --replace URN` does: the engine calls Create as for a resource that is not there, then Delete with
    // the id of the old one.
    let bench = Bench::new().await?;
    let old = created(&bench, &three_workers()).await?;
    let anew = created(&bench, &three_workers()).await?;
    assert_eq!(anew.id, old.id, "it joined, as after a run that was killed");
    bench.delete(&old).await.map_err(|status| anyhow::anyhow!("{status}"))?;
    assert_eq!(stack_status(&bench).as_deref(), Some("CREATE_COMPLETE"), "the cluster is alive");
    assert_eq!(accepted(&bench), ["CreateStack"]);
    bench.delete(&anew).await.map_err(|status| anyhow::anyhow!("{status}"))?;
    assert_eq!(stack_status(&bench), None, "a deletion that is meant deletes");
    Ok(())
}
