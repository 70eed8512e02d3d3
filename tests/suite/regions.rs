//! A cluster that names its own region works there, whatever the provider's is; operators' sizes survive updates.

use anyhow::{Context, Result, anyhow, ensure};
use serde_json::{Value as Json, json};
use starburst_provider::pulumi::wire::diff_response::DiffChanges;

use crate::harness::{Bench, REGION, STACK, Stored};
use crate::lifecycle::three_workers;

const ELSEWHERE: &str = "eu-west-1";

async fn created(bench: &Bench, inputs: &Json) -> Result<Stored> {
    bench.create(inputs).await?.map_err(|trouble| anyhow!("create: {}", trouble.text))
}

fn stack_in(bench: &Bench, region: &str) -> bool {
    bench.model.call_in(region, "cloudformation", "DescribeStacks", json!({ "StackName": STACK })).is_ok()
}

#[tokio::test]
async fn a_cluster_lives_in_the_region_that_it_names() -> Result<()> {
    let bench = Bench::new().await?;
    let mut inputs = three_workers();
    inputs["region"] = json!(ELSEWHERE);
    let stored = created(&bench, &inputs).await?;
    ensure!(stored.id.contains(&format!(":{ELSEWHERE}:")), "the stack is elsewhere: {}", stored.id);
    assert_eq!(stored.outputs["region"], ELSEWHERE);
    assert_eq!((stack_in(&bench, ELSEWHERE), stack_in(&bench, REGION)), (true, false));

    let fresh = bench.refresh(&stored).await?.context("it is gone")?;
    let checked = bench.checked(Some(&fresh.inputs), &inputs).await?;
    let diff = bench.diff(&fresh, &checked).await?;
    assert_eq!(diff.changes, DiffChanges::DiffNone as i32, "{:?}", diff.detailed_diff);

    inputs["ec2"]["workerCount"] = json!(4);
    let stored = bench.update(&fresh, &inputs).await?.map_err(|trouble| anyhow!("update: {}", trouble.text))?;
    bench.delete(&stored).await?;
    assert_eq!((stack_in(&bench, ELSEWHERE), stack_in(&bench, REGION)), (false, false));
    Ok(())
}

#[tokio::test]
async fn clusters_of_one_name_in_two_regions_do_not_meet() -> Result<()> {
    let bench = Bench::new().await?;
    let here = created(&bench, &three_workers()).await?;
    let mut inputs = three_workers();
    inputs["region"] = json!(ELSEWHERE);
    let there = created(&bench, &inputs).await?;
    ensure!(here.id != there.id, "two stacks");
    bench.delete(&there).await?;
    ensure!(bench.refresh(&here).await?.is_some(), "the cluster of the provider's region lives on");
    Ok(())
}

#[tokio::test]
async fn a_state_whose_region_is_not_the_ids_touches_nothing() -> Result<()> {
    let bench = Bench::new().await?;
    let mut stored = created(&bench, &three_workers()).await?;
    stored.inputs["region"] = json!(ELSEWHERE);
    let status = bench.delete(&stored).await.err().context("another region must be refused")?;
    ensure!(status.message().contains(ELSEWHERE) && status.message().contains(REGION), "{}", status.message());
    ensure!(stack_in(&bench, REGION), "the stack lives on");
    Ok(())
}

#[tokio::test]
async fn an_update_leaves_the_size_that_operators_chose() -> Result<()> {
    let bench = Bench::new().await?;
    let mut inputs = three_workers();
    inputs["ec2"]["workerScaling"] = json!("external");
    let stored = created(&bench, &inputs).await?;
    let group = stored.outputs["workerAutoScalingGroupName"].as_str().context("no group")?.to_owned();
    let scale = json!({ "AutoScalingGroupName": group, "MinSize": 1, "MaxSize": 9, "DesiredCapacity": 5 });
    bench.model.call("autoscaling", "UpdateAutoScalingGroup", scale).map_err(|error| anyhow!("{error}"))?;
    bench.model.settle(100);

    inputs["stack"] = json!({ "tags": { "team": "data" } });
    let stored = bench.update(&stored, &inputs).await?.map_err(|trouble| anyhow!("update: {}", trouble.text))?;
    assert_eq!(desired(&bench, &group), Some(5));
    let fresh = bench.refresh(&stored).await?.context("it is gone")?;
    let checked = bench.checked(Some(&fresh.inputs), &inputs).await?;
    let diff = bench.diff(&fresh, &checked).await?;
    assert_eq!(diff.changes, DiffChanges::DiffNone as i32, "{:?}", diff.detailed_diff);
    Ok(())
}

fn desired(bench: &Bench, name: &str) -> Option<usize> {
    bench.model.with(|state| {
        let mut groups = state.places.values().flat_map(|place| place.groups.values());
        groups.find(|group| group.name == name).map(|group| group.desired)
    })
}
