//! Stacks that the model of AWS left in a bad way by itself, and runs that lead on: without a hand where that is safe,
//! with the exact command where it is not.

use anyhow::{Context, Result, ensure};
use serde_json::{Value as Json, json};
use starburst_tests::fake::{NodeFate, Phase};

use super::{put, status, tried, workers};
use crate::harness::{Bench, Stored};
use crate::lifecycle::{created, failed, updated};
use crate::terraform::bench::TerraformBench;
use crate::terraform::client::Told;
use crate::terraform::lifecycle::{three_workers, with};

fn with_stack(count: u32, stack: Json) -> Json {
    let mut inputs = workers(count);
    inputs["stack"] = stack;
    inputs
}

fn typed(count: u32, stack: Json) -> Json {
    let mut inputs = with_stack(count, stack);
    inputs["ec2"]["workerInstanceType"] = json!("r5.4xlarge");
    inputs
}

async fn a_dead_create_makes_way() -> Result<()> {
    let bench = Bench::new().await?;
    bench.model.fail_resource("LogGroup", Phase::Create, "X already exists", 1);
    failed(bench.create(&workers(3)).await?)?;
    assert_eq!(status(&bench)?, "ROLLBACK_COMPLETE");
    bench.model.clear_calls();
    created(&bench, &workers(3)).await?;
    assert_eq!(tried(&bench), ["DeleteStack", "CreateStack"]);
    Ok(())
}

async fn a_leftover_of_a_change_set_makes_way() -> Result<()> {
    let bench = Bench::new().await?;
    let stored = created(&bench, &workers(3)).await?;
    bench.delete(&stored).await.map_err(|status| anyhow::anyhow!("{status}"))?;
    // Somebody's change set of type CREATE, with our owner's tag: what an interrupted tool leaves.
    let owner = json!([{ "Key": "starburst:owner", "Value": crate::harness::URN }]);
    let body = r#"{"Resources":{"T":{"Type":"AWS::SNS::Topic"}}}"#;
    let made = json!({
        "StackName": crate::harness::STACK, "ChangeSetName": "left", "ChangeSetType": "CREATE", "TemplateBody": body,
        "Tags": owner,
    });
    bench
        .model
        .call("cloudformation", "CreateChangeSet", made)
        .map_err(|error| anyhow::anyhow!("{}", error.message))?;
    assert_eq!(status(&bench)?, "REVIEW_IN_PROGRESS");
    bench.model.clear_calls();
    // Tags of a change set are not the stack's until it is executed: it is not known to be ours, and is left alone.
    let trouble = bench.create(&workers(3)).await?;
    match trouble {
        Ok(_) => assert_eq!(tried(&bench), ["DeleteStack", "CreateStack"]),
        Err(trouble) => {
            ensure!(trouble.text.contains("SB3002"), "{}", trouble.text);
            assert_eq!(tried(&bench), Vec::<String>::new());
        }
    }
    Ok(())
}

async fn a_paused_create_goes_on_where_failures_are_kept() -> Result<()> {
    let bench = Bench::new().await?;
    bench.model.fail_resource("LogGroup", Phase::Create, "X already exists", 1);
    let keeping = with_stack(3, json!({ "onFailure": "keep" }));
    let trouble = failed(bench.create(&keeping).await?)?;
    assert_eq!(status(&bench)?, "CREATE_FAILED");
    let kept = trouble.partial.context("what was made is kept in the state")?;
    bench.model.clear_calls();
    let mut again = keeping.clone();
    again["ec2"]["workerCount"] = json!(4);
    updated(&bench, &kept, &again).await?;
    assert_eq!(tried(&bench), ["UpdateStack"]);
    assert_eq!(status(&bench)?, "UPDATE_COMPLETE");
    Ok(())
}

async fn a_paused_update_is_rolled_back_first() -> Result<()> {
    let bench = Bench::new().await?;
    let stored = created(&bench, &with_stack(3, json!({ "onFailure": "keep" }))).await?;
    bench.model.fail_resource("Workers", Phase::Update, "Group did not stabilize.", 1);
    let trouble = failed(bench.update(&stored, &typed(3, json!({ "onFailure": "keep" }))).await?)?;
    assert_eq!(status(&bench)?, "UPDATE_FAILED");
    let kept = trouble.partial.unwrap_or(stored);
    bench.model.clear_calls();
    updated(&bench, &kept, &typed(4, json!({}))).await?;
    assert_eq!(tried(&bench), ["RollbackStack", "UpdateStack"]);
    Ok(())
}

/// A stack in UPDATE_ROLLBACK_FAILED, because neither the change nor its taking back of one resource succeeded.
async fn stuck() -> Result<(Bench, Stored)> {
    let bench = Bench::new().await?;
    let stored = created(&bench, &workers(3)).await?;
    bench.model.node_fate("Workers", NodeFate::Silent, 1);
    bench.model.fail_resource("WorkerNode", Phase::Restore, "The security group 'sg-1' does not exist", 1);
    let trouble = failed(bench.update(&stored, &typed(3, json!({}))).await?)?;
    assert_eq!(status(&bench)?, "UPDATE_ROLLBACK_FAILED", "{}", trouble.text);
    let command = "aws cloudformation continue-update-rollback --stack-name arn:";
    ensure!(
        trouble.text.contains(command) && trouble.text.contains("--resources-to-skip WorkerNode"),
        "{}",
        trouble.text
    );
    bench.model.clear_calls();
    let kept = trouble.partial.unwrap_or(stored);
    Ok((bench, kept))
}

async fn a_failed_rollback_is_continued_once_its_cause_is_cured() -> Result<()> {
    let (bench, stored) = stuck().await?;
    updated(&bench, &stored, &workers(4)).await?;
    assert_eq!(tried(&bench), ["ContinueUpdateRollback", "UpdateStack"]);
    Ok(())
}

async fn the_same_inputs_again_go_on_from_a_paused_update() -> Result<()> {
    let bench = Bench::new().await?;
    let keeping = json!({ "onFailure": "keep" });
    let stored = created(&bench, &with_stack(3, keeping.clone())).await?;
    bench.model.fail_resource("Workers", Phase::Update, "Group did not stabilize.", 1);
    let trouble = failed(bench.update(&stored, &typed(3, keeping.clone())).await?)?;
    let kept = trouble.partial.context("what changed is kept in the state")?;
    bench.model.clear_calls();
    updated(&bench, &kept, &typed(3, keeping)).await?;
    assert_eq!(tried(&bench), ["UpdateStack"], "the state has the new values already, and the stack has not");
    assert_eq!(status(&bench)?, "UPDATE_COMPLETE");
    Ok(())
}

async fn a_failed_rollback_skips_exactly_what_failed() -> Result<()> {
    let (bench, stored) = stuck().await?;
    let wrong = with_stack(4, json!({ "recovery": { "skipResources": ["LogGroup"] } }));
    let trouble = failed(bench.update(&stored, &wrong).await?)?;
    ensure!(
        trouble.text.contains("SB3014") && trouble.text.contains("only what failed: WorkerNode"),
        "{}",
        trouble.text
    );
    assert_eq!(tried(&bench), Vec::<String>::new());
    let right = with_stack(4, json!({ "recovery": { "skipResources": ["WorkerNode"] } }));
    updated(&bench, &stored, &right).await?;
    assert_eq!(tried(&bench), ["ContinueUpdateRollback", "UpdateStack"]);
    Ok(())
}

async fn a_failed_delete_retains_exactly_what_failed() -> Result<()> {
    let bench = Bench::new().await?;
    let stored = created(&bench, &workers(3)).await?;
    let reason =
        "resource sg-1 has a dependent object (Service: AmazonEC2; Status Code: 400; Error Code: DependencyViolation)";
    bench.model.fail_resource("SecurityGroup", Phase::Delete, reason, 10);
    let error = bench.delete(&stored).await.err().context("the delete went well")?.message().to_owned();
    assert_eq!(status(&bench)?, "DELETE_FAILED");
    let command = "aws cloudformation delete-stack --stack-name arn:";
    ensure!(error.contains(command) && error.contains("--retain-resources SecurityGroup"), "{error}");
    let naming = |id: &str| {
        let mut naming = stored.clone();
        naming.inputs["stack"]["recovery"] = json!({ "retainResources": [id] });
        naming
    };
    bench.model.clear_calls();
    let error = bench.delete(&naming("LogGroup")).await.err().context("it took a wrong id")?.message().to_owned();
    ensure!(error.contains("SB3014") && error.contains("only what failed: SecurityGroup"), "{error}");
    assert_eq!(tried(&bench), Vec::<String>::new(), "no blind retry");
    bench.delete(&naming("SecurityGroup")).await.map_err(|status| anyhow::anyhow!("{status}"))?;
    assert_eq!(tried(&bench), ["DeleteStack"]);
    Ok(())
}

#[tokio::test]
async fn a_plan_says_what_the_apply_will_do_about_a_stack_that_is_not_ready() -> Result<()> {
    let mut bench = TerraformBench::new().await?;
    bench.apply(&three_workers()).await?;
    let arn = bench.attributes()?["id"].as_str().context("no id")?.to_owned();
    let four = with(three_workers(), "/ec2/worker_count", json!(4));
    let cases = [
        ("UPDATE_ROLLBACK_FAILED", "the next apply continues the rollback first"),
        ("UPDATE_FAILED", "the next apply rolls it back to its last good state first"),
        ("UPDATE_IN_PROGRESS", "stack.on_conflict"),
        ("ROLLBACK_FAILED", "aws cloudformation delete-stack --stack-name arn:"),
        ("IMPORT_ROLLBACK_FAILED", "aws cloudformation describe-stack-events --stack-name arn:"),
    ];
    for (status, words) in cases {
        bench.model.with(|state| put(state, &arn, status));
        bench.clear_calls();
        let planned = bench.try_plan(&four).await?;
        let told = planned.told.iter().map(Told::text).collect::<Vec<_>>().join("\n");
        ensure!(told.contains(status) && told.contains(words), "{status}: {told}");
        let dead = status.ends_with("ROLLBACK_FAILED") && !status.starts_with("UPDATE");
        assert_eq!(planned.told.iter().any(|told| told.is_error), dead, "{status}: {told}");
        assert_eq!(crate::terraform::lifecycle::changes(&bench), Vec::<String>::new());
    }
    Ok(())
}

#[tokio::test]
async fn stuck_stacks_are_led_on() -> Result<()> {
    a_dead_create_makes_way().await.context("ROLLBACK_COMPLETE")?;
    a_leftover_of_a_change_set_makes_way().await.context("REVIEW_IN_PROGRESS")?;
    a_paused_create_goes_on_where_failures_are_kept().await.context("CREATE_FAILED")?;
    a_paused_update_is_rolled_back_first().await.context("UPDATE_FAILED")?;
    the_same_inputs_again_go_on_from_a_paused_update().await.context("UPDATE_FAILED, run again unchanged")?;
    a_failed_rollback_is_continued_once_its_cause_is_cured().await.context("UPDATE_ROLLBACK_FAILED, cured")?;
    a_failed_rollback_skips_exactly_what_failed().await.context("UPDATE_ROLLBACK_FAILED, skipped")?;
    a_failed_delete_retains_exactly_what_failed().await.context("DELETE_FAILED")?;
    println!("status_table: 8 recoveries led on, each with the calls that the table says");
    Ok(())
}
