//! Sizes of the worker group: what a newer image does not replace, what operators set, what a restart costs.

use anyhow::{Context, Result, ensure};
use serde_json::{Value as Json, json};
use starburst_schema::Role;
use starburst_tests::fake::state::Place;
use starburst_tests::fake::{ACCOUNT, World, seed};

use super::workers;
use super::world::{instances, loaded, pass, roll, with};
use crate::harness::{REGION, STACK};

/// A newer Amazon Linux 2023 appears.
fn publish_image(model: &World) {
    const NEWER: &str = "ami-0fedcba9876543210";
    let place = Place { account: ACCOUNT.into(), region: REGION.into() };
    model.with(|w| {
        let region = w.region(&place);
        let mut image = region.ec2("image", seed::IMAGE_X86).cloned().unwrap_or_default();
        image["imageId"] = json!(NEWER);
        image["name"] = json!("al2023-ami-2023.9.20261130.0-kernel-6.1-x86_64");
        image["creationDate"] = json!("2026-11-30T22:00:00.000Z");
        region.kind("image").insert(NEWER.into(), image);
        for value in region.ssm.values_mut().filter(|value| *value == seed::IMAGE_X86) {
            *value = NEWER.into();
        }
    });
}

#[tokio::test]
async fn more_workers_replace_no_node_though_a_newer_image_is_public() -> Result<()> {
    for waits in [true, false] {
        let (bench, stored) = loaded(&workers(3), waits).await?;
        publish_image(&bench.model);
        let rolled = roll(&bench, &stored, &workers(5)).await?;
        ensure!(rolled.result.is_ok() && rolled.after.len() == 5, "{:?}", rolled.after);
        ensure!(rolled.kept() == 3 && rolled.report.orders.is_empty(), "{} of 3 stay", rolled.kept());
        let versions: Vec<usize> = rolled.after.iter().map(|worker| worker.template.1).collect();
        ensure!(versions == [1; 5], "{versions:?}");
        ensure!(rolled.report.failed.is_empty(), "{:?}", rolled.report.failed);
    }
    Ok(())
}

/// Workers after a change of tags, on a group that an operator scaled from 5 to 7.
async fn tagged(scaling: &str, change: (&str, Json)) -> Result<(usize, usize)> {
    let inputs = with(workers(5), "/ec2/workerScaling", json!(scaling));
    let (bench, stored) = loaded(&inputs, true).await?;
    ensure!(bench.model.set_group_size(REGION, "Workers", 5, 7, 8), "there is a group of workers");
    pass(&bench.model, 600_000);
    ensure!(instances(&bench.model, "Workers").len() == 7, "the operator's size");
    let rolled = roll(&bench, &stored, &with(inputs, change.0, change.1)).await?;
    let why = rolled.result.as_ref().err().map(|trouble| trouble.text.as_str()).unwrap_or_default();
    ensure!(rolled.status == "UPDATE_COMPLETE" && rolled.result.is_ok(), "{}: {why}", rolled.status);
    ensure!(rolled.report.failed.is_empty() && rolled.report.cut_off.is_empty(), "{:?}", rolled.report.failed);
    let floor = rolled.floor(Role::Worker, 5, 5).context("no floor")?;
    ensure!(rolled.report.workers >= floor, "{} in service, not {floor}", rolled.report.workers);
    Ok((rolled.after.len(), rolled.kept()))
}

#[tokio::test]
async fn an_operators_size_outlives_a_change_of_tags_where_scaling_is_external() -> Result<()> {
    let tags = || ("/stack/tags", json!({ "team": "analytics" }));
    assert_eq!(tagged("external", tags()).await?, (7, 7));
    assert_eq!(tagged("fixed", tags()).await?, (5, 5));
    Ok(())
}

#[tokio::test]
async fn an_operators_size_outlives_a_roll_where_scaling_is_external() -> Result<()> {
    let bigger = || ("/ec2/workerInstanceType", json!("r5.4xlarge"));
    assert_eq!(tagged("external", bigger()).await?, (7, 0));
    assert_eq!(tagged("fixed", bigger()).await?, (5, 0));
    Ok(())
}

#[tokio::test]
async fn a_restart_ends_no_query_that_ran_and_takes_all_nodes_of_a_group_at_once() -> Result<()> {
    for waits in [true, false] {
        let (bench, stored) = loaded(&workers(3), waits).await?;
        let rolled = roll(&bench, &stored, &with(workers(3), "/presto/httpPort", json!(8090))).await?;
        let why = rolled.result.as_ref().err().map(|trouble| trouble.text.as_str()).unwrap_or_default();
        ensure!(rolled.status == "UPDATE_COMPLETE", "{}: {why}", rolled.status);
        ensure!(!rolled.plan.restart.is_empty(), "the plan says that the cluster restarts");
        assert_eq!((rolled.worker_batches.clone(), rolled.coordinator_batches.clone()), (vec![3], vec![1]));
        // Queries that come while no worker is there are the outage that the preview states.
        let torn = rolled.report.failed.iter().find(|why| why.contains("ended while"));
        ensure!(torn.is_none() && rolled.report.cut_off.is_empty(), "{torn:?}");
        ensure!(rolled.report.refused > 0, "{STACK} takes queries all the time");
    }
    Ok(())
}
