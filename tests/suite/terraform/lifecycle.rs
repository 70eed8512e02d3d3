//! The life of a cluster as a user of Terraform sees it.

use anyhow::{Result, ensure};
use serde_json::{Value as Json, json};
use starburst_tests::fake::seed;

use super::bench::TerraformBench;
use super::core::Action;

/// The least that a cluster needs.
pub fn three_workers() -> Json {
    json!({
        "network": {
            "vpc_id": seed::VPC, "subnet_id": seed::PUBLIC_SUBNET, "security_group_ids": [seed::SECURITY_GROUP],
        },
        "ec2": { "worker_count": 3 },
        "alluxio": { "s3_root_mount": "s3://analytics-data/alluxio" },
        "stack": { "name": "suite-dev-joint", "owner": "suite/dev/joint" },
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

#[tokio::test]
async fn a_cluster_is_made_scaled_and_removed() -> Result<()> {
    let mut bench = TerraformBench::new().await?;
    let made = bench.apply(&three_workers()).await?;
    assert_eq!(made.action, Action::Create);
    ensure!(made.state["coordinator_url"].as_str().is_some_and(|url| url.starts_with("http")), "{}", made.state);
    assert_eq!(bench.plan(&three_workers()).await?.action, Action::NoOp);

    let five = with(three_workers(), "/ec2/worker_count", json!(5));
    let planned = bench.plan(&five).await?;
    assert_eq!(planned.action, Action::Update);
    let scaled = bench.apply(&five).await?;
    assert_eq!(scaled.state["ec2"]["worker_count"], 5);
    assert_eq!(bench.plan(&five).await?.action, Action::NoOp);

    assert_eq!(bench.destroy().await?.state, Json::Null);
    Ok(())
}
