//! The life of a cluster as a user of Terraform sees it: plans that say what happens, and nothing after it.

use anyhow::{Result, ensure};
use serde_json::{Value as Json, json};
use starburst_tests::fake::seed;

use super::bench::TerraformBench;
use super::client::errors;
use super::core::Action;
use super::value::is_unknown;
use crate::harness::{REGION, STACK};

/// The least that a cluster needs.
pub fn three_workers() -> Json {
    json!({
        "network": {
            "vpc_id": seed::VPC, "subnet_id": seed::PUBLIC_SUBNET, "security_group_ids": [seed::SECURITY_GROUP],
        },
        "ec2": { "worker_count": 3 },
        "alluxio": { "s3_root_mount": "s3://analytics-data/alluxio" },
        "stack": { "name": STACK, "owner": "suite/dev/joint" },
    })
}

/// The same with another value at a JSON pointer.
pub fn with(mut config: Json, pointer: &str, value: Json) -> Json {
    let mut place = &mut config;
    for name in pointer.trim_start_matches('/').split('/') {
        if place.is_null() {
            *place = json!({});
        }
        place = &mut place[name];
    }
    *place = value;
    config
}

/// Names of calls that changed something in AWS so far.
pub fn changes(bench: &TerraformBench) -> Vec<String> {
    let reads = ["Describe", "Get", "List", "Head"];
    let calls = bench.model.calls().into_iter().filter(|call| call.outcome == "ok");
    calls.map(|call| call.action).filter(|action| !reads.iter().any(|verb| action.starts_with(verb))).collect()
}

#[tokio::test]
async fn a_cluster_is_made_scaled_and_removed() -> Result<()> {
    let mut bench = TerraformBench::new().await?;
    let planned = bench.plan(&three_workers()).await?;
    assert_eq!(planned.action, Action::Create);
    assert_eq!(planned.told, [], "a create warns of nothing");
    assert_eq!(planned.state["stack_name"], STACK);
    ensure!(is_unknown(&planned.state["coordinator_url"]), "{}", planned.state);
    let made = bench.apply(&three_workers()).await?;
    assert_eq!(made.action, Action::Create);
    ensure!(made.state["coordinator_url"].as_str().is_some_and(|url| url.starts_with("http")), "{}", made.state);
    assert_eq!(made.state["presto"]["http_port"], 8080);
    assert_eq!(bench.plan(&three_workers()).await?.action, Action::NoOp);

    let five = with(three_workers(), "/ec2/worker_count", json!(5));
    let planned = bench.plan(&five).await?;
    assert_eq!(planned.action, Action::Update);
    assert_eq!(planned.state["coordinator_url"], made.state["coordinator_url"]);
    assert_eq!(bench.apply(&five).await?.state["ec2"]["worker_count"], 5);
    assert_eq!(bench.plan(&five).await?.action, Action::NoOp);

    assert_eq!(bench.destroy().await?.state, Json::Null);
    assert_eq!(changes(&bench), ["CreateStack", "UpdateStack", "DeleteStack"]);
    Ok(())
}

#[tokio::test]
async fn a_plan_warns_once_of_nodes_that_are_replaced_and_not_without_a_change() -> Result<()> {
    let mut bench = TerraformBench::new().await?;
    bench.apply(&three_workers()).await?;
    assert_eq!(bench.plan(&three_workers()).await?.told, []);
    let bigger = with(three_workers(), "/ec2/worker_instance_type", json!("r5.4xlarge"));
    let told = bench.plan(&bigger).await?.told;
    assert_eq!(told.len(), 1, "{told:?}");
    ensure!(told.iter().all(|told| told.text().contains("ec2.worker_instance_type")), "{told:?}");
    Ok(())
}

#[tokio::test]
async fn another_network_replaces_the_cluster_and_names_the_attributes() -> Result<()> {
    let mut bench = TerraformBench::new().await?;
    let made = bench.apply(&three_workers()).await?;
    let elsewhere = json!({
        "vpc_id": seed::OTHER_VPC, "subnet_id": seed::OTHER_SUBNET,
        "security_group_ids": [seed::OTHER_SECURITY_GROUP],
    });
    let moved = with(three_workers(), "/network", elsewhere);
    let planned = bench.plan(&moved).await?;
    assert_eq!(planned.action, Action::Replace);
    assert_eq!(planned.replace, ["network.vpc_id", "network.subnet_id"]);
    ensure!(is_unknown(&planned.state["id"]), "{}", planned.state);
    let done = bench.apply(&moved).await?;
    ensure!(done.state["id"] != made.state["id"], "{}", done.state);
    assert_eq!(changes(&bench), ["CreateStack", "DeleteStack", "CreateStack"]);
    Ok(())
}

#[tokio::test]
async fn drift_is_shown_by_refresh_and_reverted_by_apply() -> Result<()> {
    let mut bench = TerraformBench::new().await?;
    bench.apply(&three_workers()).await?;
    ensure!(bench.model.set_group_size(REGION, "Workers", 3, 4, 4), "there is a group of workers");
    let planned = bench.plan(&three_workers()).await?;
    assert_eq!(planned.action, Action::Update);
    assert_eq!(planned.changes.first().map(String::as_str), Some("ec2.worker_count: 4 → 3"));
    assert_eq!(bench.refresh().await?.state["ec2"]["worker_count"], 4);
    assert_eq!(bench.apply(&three_workers()).await?.state["ec2"]["worker_count"], 3);
    Ok(())
}

#[tokio::test]
async fn a_cluster_that_was_taken_away_is_made_again() -> Result<()> {
    let mut bench = TerraformBench::new().await?;
    bench.apply(&three_workers()).await?;
    ensure!(bench.model.remove_stack(REGION, STACK), "there is a stack");
    assert_eq!(bench.plan(&three_workers()).await?.action, Action::Create);
    assert_eq!(bench.refresh().await?.state, Json::Null);
    Ok(())
}

#[tokio::test]
async fn a_plan_changes_nothing_in_aws() -> Result<()> {
    let mut bench = TerraformBench::new().await?;
    bench.plan(&three_workers()).await?;
    assert_eq!(changes(&bench), Vec::<String>::new());
    ensure!(!bench.model.calls().is_empty(), "it looks");
    Ok(())
}

#[tokio::test]
async fn every_violation_is_told_at_validate_with_its_attribute() -> Result<()> {
    let bench = TerraformBench::new().await?;
    let config = with(three_workers(), "/ec2/worker_count", json!(0));
    let config = with(config, "/presto/http_port", json!(99_999));
    let config = with(config, "/network/vpc_id", json!("my-vpc"));
    let told = bench.try_validate(&config).await?;
    let paths: Vec<&str> = errors(&told).iter().map(|told| told.path.as_str()).collect();
    assert_eq!(paths, ["network.vpc_id", "ec2.worker_count", "presto.http_port"]);
    assert_eq!(bench.model.calls().len(), 0);
    Ok(())
}
