//! `stack.preview = changeSet` through both front ends on the model of AWS, and by real clients on MiniStack: what was
//! previewed is what is executed, nothing is left behind, and a stack that moved is a conflict.

use anyhow::{Context, Result, ensure};
use serde_json::{Value as Json, json};
use starburst_tests::fake::Effect;
use starburst_tests::fake::early_validation::Finding;

use crate::harness::{Bench, REGION, STACK, Stored};
use crate::lifecycle::{created, failed, three_workers};
use crate::terraform::bench::TerraformBench;
use crate::terraform::client::{Told, errors};

mod clients;

/// What every scenario counts for the score.
#[derive(Debug, Default)]
struct Score {
    previews: usize,
    executed: usize,
    conflicts: usize,
}

/// The cluster with so many workers, previewed by change set.
fn workers(count: u32) -> Json {
    let mut inputs = three_workers();
    inputs["ec2"]["workerCount"] = json!(count);
    inputs["stack"] = json!({ "preview": "changeSet" });
    inputs
}

/// The same for the other front end.
fn hcl(count: u32, name: &str) -> Json {
    json!({
        "network": {
            "vpc_id": starburst_tests::fake::seed::VPC,
            "subnet_id": starburst_tests::fake::seed::PUBLIC_SUBNET,
            "security_group_ids": [starburst_tests::fake::seed::SECURITY_GROUP],
        },
        "ec2": { "worker_count": count },
        "alluxio": { "s3_root_mount": "s3://analytics-data/alluxio" },
        "stack": { "name": name, "preview": "changeSet" },
    })
}

/// Names of the change sets that a stack has.
fn sets(model: &starburst_tests::fake::World, stack: &str) -> Result<Vec<String>> {
    let answer = model.call("cloudformation", "ListChangeSets", json!({ "StackName": stack }));
    let answer = answer.map_err(|error| anyhow::anyhow!("{}", error.message))?;
    let all = answer["Summaries"].as_array().cloned().unwrap_or_default();
    Ok(all.iter().filter_map(|set| set["ChangeSetName"].as_str().map(str::to_owned)).collect())
}

/// Accepted mutating calls of CloudFormation since the log was cleared, with the change set's name where one is given.
fn accepted(model: &starburst_tests::fake::World) -> Vec<(String, String)> {
    let verbs = ["Create", "Update", "Delete", "Execute", "Cancel", "Continue", "Rollback"];
    let mutating = |action: &str| verbs.iter().any(|verb| action.starts_with(verb));
    let calls = model.calls().into_iter();
    let calls = calls.filter(|call| call.service == "cloudformation" && call.outcome == "ok" && mutating(&call.action));
    calls
        .map(|call| {
            let name = call.params["ChangeSetName"].as_str().unwrap_or_default().to_owned();
            (call.action, name)
        })
        .collect()
}

fn actions(calls: &[(String, String)]) -> Vec<&str> {
    calls.iter().map(|(action, _)| action.as_str()).collect()
}

/// Any stack in REVIEW_IN_PROGRESS.
fn in_review(model: &starburst_tests::fake::World) -> usize {
    model.with(|state| {
        let stacks = state.places.values().flat_map(|region| region.stacks.values());
        stacks.filter(|stack| stack.status == "REVIEW_IN_PROGRESS").count()
    })
}

/// Somebody else updates the stack: a tag.
fn foreign_update(model: &starburst_tests::fake::World, stack: &str) -> Result<()> {
    let described = model.call("cloudformation", "DescribeStacks", json!({ "StackName": stack }));
    let described = described.map_err(|error| anyhow::anyhow!("{}", error.message))?;
    let kept = described["Stacks"][0]["Parameters"].as_array().cloned().unwrap_or_default();
    let kept: Vec<Json> =
        kept.iter().map(|p| json!({ "ParameterKey": p["ParameterKey"], "UsePreviousValue": "true" })).collect();
    let mut tags = described["Stacks"][0]["Tags"].as_array().cloned().unwrap_or_default();
    tags.push(json!({ "Key": "by", "Value": "somebody" }));
    let update = json!({
        "StackName": stack, "UsePreviousTemplate": "true", "Parameters": kept, "Tags": tags,
        "Capabilities": ["CAPABILITY_IAM"],
    });
    model.call("cloudformation", "UpdateStack", update).map_err(|error| anyhow::anyhow!("{}", error.message))?;
    model.settle(10_000);
    Ok(())
}

async fn preview(bench: &Bench, stored: &Stored, inputs: &Json) -> Result<std::result::Result<Stored, String>> {
    let checked = bench.checked(Some(&stored.inputs), inputs).await?;
    Ok(bench.update_with(stored, &checked, true).await?.map_err(|trouble| trouble.text))
}

async fn apply(bench: &Bench, stored: &Stored, inputs: &Json) -> Result<std::result::Result<Stored, String>> {
    Ok(bench.update(stored, inputs).await?.map_err(|trouble| trouble.text))
}

fn well<T>(result: std::result::Result<T, String>) -> Result<T> {
    result.map_err(|text| anyhow::anyhow!(text))
}

async fn a_create_makes_no_change_set(score: &mut Score) -> Result<()> {
    let bench = Bench::new().await?;
    let checked = bench.checked(None, &workers(3)).await?;
    ensure!(bench.create_with(&checked, true).await?.is_ok(), "the preview of a create");
    score.previews += 1;
    assert_eq!(actions(&accepted(&bench.model)), Vec::<&str>::new());
    created(&bench, &workers(3)).await?;
    assert_eq!(actions(&accepted(&bench.model)), ["CreateStack"]);
    assert_eq!(in_review(&bench.model), 0);
    Ok(())
}

async fn what_was_previewed_is_executed(score: &mut Score) -> Result<()> {
    let bench = Bench::new().await?;
    let stored = created(&bench, &workers(3)).await?;
    bench.model.clear_calls();
    well(preview(&bench, &stored, &workers(5)).await?)?;
    well(preview(&bench, &stored, &workers(5)).await?)?;
    score.previews += 2;
    let made = accepted(&bench.model);
    assert_eq!(actions(&made), ["CreateChangeSet"], "a second preview uses the first one's");
    assert_eq!(sets(&bench.model, STACK)?, [made[0].1.as_str()]);
    bench.model.clear_calls();
    let stored = well(apply(&bench, &stored, &workers(5)).await?)?;
    let done = accepted(&bench.model);
    assert_eq!(done, [("ExecuteChangeSet".to_owned(), made[0].1.clone())]);
    score.executed += 1;
    assert_eq!(sets(&bench.model, STACK)?, Vec::<String>::new());
    // Another change, another change set; and a destroy takes everything along.
    well(preview(&bench, &stored, &workers(4)).await?)?;
    well(preview(&bench, &stored, &workers(6)).await?)?;
    score.previews += 2;
    assert_eq!(sets(&bench.model, STACK)?.len(), 1, "an earlier preview's goes");
    bench.delete(&stored).await.map_err(|status| anyhow::anyhow!("{status}"))?;
    Ok(())
}

async fn a_plan_shows_it_and_its_apply_executes_it(score: &mut Score) -> Result<()> {
    let mut bench = TerraformBench::new().await?;
    bench.apply(&hcl(3, "joint-plan")).await?;
    bench.clear_calls();
    // One resource is left out where values are asked for; the plan has it all the same.
    bench.model.settings(|settings| settings.left_out_with_values = vec!["Workers".into()]);
    let planned = bench.plan(&hcl(5, "joint-plan")).await?;
    score.previews += 1;
    let told = planned.told.iter().map(Told::text).collect::<Vec<_>>().join("\n");
    ensure!(planned.told.iter().any(|told| told.summary == "What CloudFormation will do"), "{told}");
    ensure!(told.contains("Workers (AWS::AutoScaling::AutoScalingGroup) changes in place"), "{told}");
    ensure!(told.contains("ec2.worker_count"), "the input behind it is named: {told}");
    let made = accepted(&bench.model);
    assert_eq!(actions(&made), ["CreateChangeSet"]);
    bench.clear_calls();
    bench.restart().await?;
    let applied = bench.apply_planned(planned, &hcl(5, "joint-plan")).await?;
    ensure!(errors(&applied.told).is_empty(), "{:?}", applied.told);
    assert_eq!(accepted(&bench.model), [("ExecuteChangeSet".to_owned(), made[0].1.clone())]);
    score.executed += 1;
    assert_eq!(sets(&bench.model, "joint-plan")?, Vec::<String>::new());
    bench.clear_calls();
    bench.plan(&hcl(5, "joint-plan")).await?;
    assert_eq!(actions(&accepted(&bench.model)), Vec::<&str>::new(), "a plan without change makes nothing");
    Ok(())
}

async fn a_stack_that_moved_is_a_conflict(score: &mut Score) -> Result<()> {
    let bench = Bench::new().await?;
    let stored = created(&bench, &workers(3)).await?;
    well(preview(&bench, &stored, &workers(5)).await?)?;
    foreign_update(&bench.model, STACK)?;
    bench.model.clear_calls();
    let trouble = failed(bench.update(&stored, &workers(5)).await?)?;
    ensure!(trouble.text.contains("SB3010"), "{}", trouble.text);
    assert_eq!(accepted(&bench.model), Vec::new());
    let again = well(preview(&bench, &stored, &workers(5)).await?);
    ensure!(again.is_ok(), "a fresh preview is allowed");
    well(apply(&bench, &stored, &workers(5)).await?)?;

    let mut bench = TerraformBench::new().await?;
    bench.apply(&hcl(3, "joint-moved")).await?;
    let planned = bench.plan(&hcl(5, "joint-moved")).await?;
    foreign_update(&bench.model, "joint-moved")?;
    bench.clear_calls();
    bench.restart().await?;
    let applied = bench.apply_planned(planned, &hcl(5, "joint-moved")).await?;
    let told = errors(&applied.told).iter().map(|told| told.text()).collect::<Vec<_>>().join("\n");
    ensure!(told.contains("SB3010"), "{told}");
    assert_eq!(accepted(&bench.model), Vec::new());
    bench.apply(&hcl(5, "joint-moved")).await?;
    score.previews += 4;
    score.executed += 2;
    score.conflicts += 2;
    Ok(())
}

async fn one_that_is_gone_is_made_anew(score: &mut Score) -> Result<()> {
    let bench = Bench::new().await?;
    let stored = created(&bench, &workers(3)).await?;
    well(preview(&bench, &stored, &workers(5)).await?)?;
    let name = sets(&bench.model, STACK)?.pop().context("no change set")?;
    let gone = json!({ "StackName": STACK, "ChangeSetName": name });
    bench
        .model
        .call("cloudformation", "DeleteChangeSet", gone)
        .map_err(|error| anyhow::anyhow!("{}", error.message))?;
    bench.model.clear_calls();
    well(apply(&bench, &stored, &workers(5)).await?)?;
    let done = accepted(&bench.model);
    assert_eq!(actions(&done), ["CreateChangeSet", "ExecuteChangeSet"]);
    assert_eq!(done[1].1, name, "the same request of the same state has the same name");
    assert_eq!(sets(&bench.model, STACK)?, Vec::<String>::new());
    score.previews += 1;
    score.executed += 1;
    Ok(())
}

async fn early_validation_names_the_input(score: &mut Score) -> Result<()> {
    let bench = Bench::new().await?;
    let stored = created(&bench, &workers(3)).await?;
    let finding = Finding {
        logical: "Workers".into(),
        name: "PROPERTY_VALIDATION".into(),
        reason: "The instance type r9.huge is not supported.".into(),
        path: "/Resources/Workers/Properties/LaunchTemplate".into(),
        fails: true,
    };
    bench.model.settings(|settings| settings.validations = vec![finding.clone()]);
    bench.model.clear_calls();
    let text = preview(&bench, &stored, &workers(5)).await?.err().context("the preview went well")?;
    ensure!(text.contains("SB3013") && text.contains("ec2.workerInstanceType") && text.contains("r9.huge"), "{text}");
    assert_eq!(sets(&bench.model, STACK)?, Vec::<String>::new(), "the failed change set is gone");
    // A warning alone refuses nothing, and is told.
    let mut bench = TerraformBench::new().await?;
    bench.apply(&hcl(3, "joint-warned")).await?;
    bench.model.settings(|settings| settings.validations = vec![Finding { fails: false, ..finding }]);
    let planned = bench.plan(&hcl(5, "joint-warned")).await?;
    let told = planned.told.iter().map(Told::text).collect::<Vec<_>>().join("\n");
    ensure!(told.contains("r9.huge") && told.contains("ec2.worker_instance_type"), "{told}");
    score.previews += 2;
    Ok(())
}

async fn trouble_on_the_way_leaves_one_update(score: &mut Score) -> Result<()> {
    for action in ["ListChangeSets", "CreateChangeSet", "DescribeChangeSet", "ExecuteChangeSet"] {
        for effect in [Effect::Throttle, Effect::LostReply] {
            let bench = Bench::new().await?;
            let stored = created(&bench, &workers(3)).await?;
            bench.model.clear_calls();
            bench.model.fault("cloudformation", action, 0, 1, effect.clone());
            well(preview(&bench, &stored, &workers(5)).await?)?;
            bench.model.fault("cloudformation", action, 0, 1, effect.clone());
            well(apply(&bench, &stored, &workers(5)).await?).with_context(|| format!("{action} {effect:?}"))?;
            let events = bench.model.events(REGION, STACK);
            let updates = events.iter().filter(|(id, status, _)| id == STACK && status == "UPDATE_IN_PROGRESS").count();
            assert_eq!(updates, 1, "{action} {effect:?}");
            assert_eq!(sets(&bench.model, STACK)?, Vec::<String>::new());
            score.previews += 1;
            score.executed += 1;
        }
    }
    Ok(())
}

#[tokio::test]
async fn what_is_previewed_by_change_set_is_what_is_done() -> Result<()> {
    let mut score = Score::default();
    a_create_makes_no_change_set(&mut score).await.context("create")?;
    what_was_previewed_is_executed(&mut score).await.context("executed")?;
    a_plan_shows_it_and_its_apply_executes_it(&mut score).await.context("plan")?;
    a_stack_that_moved_is_a_conflict(&mut score).await.context("moved")?;
    one_that_is_gone_is_made_anew(&mut score).await.context("gone")?;
    early_validation_names_the_input(&mut score).await.context("early validation")?;
    trouble_on_the_way_leaves_one_update(&mut score).await.context("trouble")?;
    println!(
        "change_sets: {} previews, {} executed as previewed, {} of 2 moved stacks refused without a mutating call, \
         0 left behind, 0 stacks in review",
        score.previews, score.executed, score.conflicts
    );
    Ok(())
}
