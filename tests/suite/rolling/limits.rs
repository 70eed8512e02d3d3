//! Drains that cannot end: what `drainTimeout` and `onDrainTimeout` then decide, and what it costs.

use anyhow::{Context, Result, ensure};
use serde_json::{Value as Json, json};

use super::world::{Rolled, instances, loaded, roll, with};
use super::{rolling, workers};
use crate::harness::{Bench, REGION, STACK};

const BIGGER: &str = "r5.4xlarge";

/// The status that a node wrote on itself.
fn told(bench: &Bench, id: &str) -> Result<String> {
    let answer = bench.model.call("ec2", "DescribeInstances", json!({ "InstanceId": [id] }));
    let answer = answer.map_err(|error| anyhow::anyhow!("{error}"))?;
    let tags = &answer["reservationSet"][0]["instancesSet"][0]["tagSet"];
    let tag = tags.as_array().into_iter().flatten().find(|tag| tag["key"] == "starburst:status");
    tag.and_then(|tag| tag["value"].as_str()).map(str::to_owned).context("the node says nothing")
}

/// Three workers roll, one of which runs a query that never ends.
async fn stuck(policy: &str, waits: bool, hears: bool) -> Result<(Rolled, String, String)> {
    let settings = json!({ "drainTimeout": "5m", "onDrainTimeout": policy });
    let inputs = rolling(workers(3), settings);
    let (bench, stored) = loaded(&inputs, waits).await?;
    bench.model.settings(|settings| settings.failure_of_leaving_nodes = hears);
    let victim = instances(&bench.model, "Workers")[0].id.clone();
    ensure!(bench.model.endless_query(REGION, STACK, &victim), "{victim} takes no splits");
    let rolled = roll(&bench, &stored, &with(inputs, "/ec2/workerInstanceType", json!(BIGGER))).await?;
    let said = told(&bench, &victim)?;
    Ok((rolled, victim, said))
}

/// Exactly the query that never ends was lost, on the node that said so.
fn only_that_one(rolled: &Rolled, victim: &str, said: &str, floor: usize) -> Result<()> {
    ensure!(rolled.report.failed.is_empty(), "{:?}", rolled.report.failed);
    ensure!(rolled.report.cut_off == [victim.to_owned()], "{:?}, not {victim}", rolled.report.cut_off);
    let order = rolled.report.orders.iter().find(|order| order.id == victim).context("it was never told to go")?;
    ensure!(order.cut_off == 1 && order.own > 0, "{order:?}");
    ensure!(said == "not drained within 300 seconds", "{said}");
    ensure!(rolled.report.workers >= floor, "only {} workers in service", rolled.report.workers);
    Ok(())
}

#[tokio::test]
async fn a_drain_that_cannot_end_is_cut_off_and_the_roll_goes_on() -> Result<()> {
    for waits in [true, false] {
        let (rolled, victim, said) = stuck("terminate", waits, true).await?;
        only_that_one(&rolled, &victim, &said, 3)?;
        ensure!(rolled.result.is_ok() && rolled.status == "UPDATE_COMPLETE", "{}", rolled.status);
        ensure!(
            rolled.after.len() == 3 && rolled.after.iter().all(|worker| worker.kind == BIGGER),
            "{:?}",
            rolled.after
        );
    }
    Ok(())
}

#[tokio::test]
async fn a_drain_that_cannot_end_rolls_back_where_the_program_says_fail() -> Result<()> {
    for waits in [true, false] {
        let (rolled, victim, said) = stuck("fail", waits, true).await?;
        // The rollback begins while the place of the node that was lost is filled: CloudFormation waits until the new one
        // is in service, which it is before Presto and Alluxio know it.
        only_that_one(&rolled, &victim, &said, 2)?;
        let trouble = rolled.result.as_ref().err().context("the update goes well")?;
        ensure!(rolled.status == "UPDATE_ROLLBACK_COMPLETE", "{}: {}", rolled.status, trouble.text);
        let kind = &rolled.before[0].kind;
        ensure!(rolled.after.len() == 3 && rolled.after.iter().all(|now| now.kind == *kind), "{:?}", rolled.after);
    }
    Ok(())
}

#[tokio::test]
async fn where_cloudformation_does_not_hear_a_leaving_node_fail_means_terminate() -> Result<()> {
    let (rolled, victim, said) = stuck("fail", true, false).await?;
    only_that_one(&rolled, &victim, &said, 3)?;
    ensure!(rolled.status == "UPDATE_COMPLETE", "{}", rolled.status);
    Ok(())
}

#[tokio::test]
async fn a_coordinator_ends_what_still_runs_at_its_limit() -> Result<()> {
    for waits in [true, false] {
        let (bench, stored) = loaded(&workers(3), waits).await?;
        let worker = instances(&bench.model, "Workers")[0].id.clone();
        let coordinator = instances(&bench.model, "Coordinators")[0].id.clone();
        ensure!(bench.model.endless_query(REGION, STACK, &worker), "{worker} takes no splits");
        let bigger: Json = with(workers(3), "/ec2/coordinatorInstanceType", json!(BIGGER));
        let rolled = roll(&bench, &stored, &bigger).await?;
        let why = rolled.result.as_ref().err().map(|trouble| trouble.text.as_str()).unwrap_or_default();
        ensure!(rolled.status == "UPDATE_COMPLETE", "CloudFormation waits: {waits}: {}: {why}", rolled.status);
        ensure!(rolled.report.cut_off == [coordinator.clone()], "{:?}", rolled.report.cut_off);
        ensure!(rolled.report.failed.is_empty(), "{:?}", rolled.report.failed);
        ensure!(rolled.report.refused > 0, "queries are refused from the order on");
        ensure!(told(&bench, &coordinator)? == "not drained within 1800 seconds", "{}", told(&bench, &coordinator)?);
    }
    Ok(())
}
