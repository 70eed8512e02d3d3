//! What a program says before anything is made: mistakes, all at once; values that are not known yet; previews.

use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};
use serde_json::{Value as Json, json};

use super::{created, failed, mutating};
use crate::harness::Bench;
use crate::lifecycle::three_workers;

/// Stands for a value that is not known yet.
const UNKNOWN: &str = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

#[tokio::test]
async fn all_mistakes_are_told_at_once_each_with_its_place() -> Result<()> {
    let bench = Bench::new().await?;
    let program = json!({
        "network": { "vpcId": "vpc-nonsense", "subnetId": "subnet-0b0b0b0b", "securityGroupIds": [] },
        "ec2": { "workerCount": 0, "workersInstanceType": "r5.xlarge" },
        "presto": { "httpPort": 70000 },
        "hiveMetastore": { "type": "oracle" },
        "alluxio": { "s3RootMount": "s3://analytics-data/alluxio" },
    });
    let (_, failures) = bench.check(None, &program).await?;
    let found: BTreeMap<&str, &str> = failures.iter().map(|(path, why)| (path.as_str(), why.as_str())).collect();
    let expected = [
        "ec2.workerCount",
        "ec2.workersInstanceType",
        "hiveMetastore.type",
        "network.securityGroupIds",
        "network.vpcId",
        "presto.httpPort",
    ];
    assert_eq!(found.keys().copied().collect::<Vec<_>>(), expected, "{failures:#?}");
    assert_eq!(failures.len(), expected.len(), "none twice: {failures:#?}");
    ensure!(found.values().all(|why| why.starts_with("SB1")), "{failures:#?}");
    assert_eq!(bench.model.calls().len(), 0, "a check calls nothing");
    Ok(())
}

#[tokio::test]
async fn mistakes_that_only_aws_knows_are_told_at_once_before_anything_is_made() -> Result<()> {
    let bench = Bench::new().await?;
    let mut program = three_workers();
    program["network"]["securityGroupIds"] = json!(["sg-0123456789abcdef0"]);
    program["ec2"]["keyName"] = json!("nobody-made-it");
    program["ec2"]["workerInstanceType"] = json!("r5.7xlarge");
    program["alluxio"]["s3RootMount"] = json!("s3://nobody-made-it/alluxio");
    let inputs = bench.checked(None, &program).await?;
    for preview in [true, false] {
        let trouble = failed(bench.create_with(&inputs, preview).await?)?;
        for path in ["network.securityGroupIds", "ec2.keyName", "ec2.workerInstanceType", "alluxio.s3RootMount"] {
            ensure!(trouble.text.contains(path), "{path} is not named:\n{}", trouble.text);
        }
        ensure!(trouble.partial.is_none(), "nothing was made");
    }
    assert_eq!(mutating(&bench), Vec::<String>::new());
    Ok(())
}

#[tokio::test]
async fn a_value_that_is_not_known_yet_is_no_mistake() -> Result<()> {
    let pointers = [
        "/network/vpcId",
        "/network/subnetId",
        "/network/securityGroupIds",
        "/network/securityGroupIds/0",
        "/ec2/workerCount",
        "/alluxio/s3RootMount",
        "/network",
        "/ec2",
        "/alluxio",
    ];
    for pointer in pointers {
        let bench = Bench::new().await?;
        let mut program = three_workers();
        *program.pointer_mut(pointer).context("no such input")? = json!(UNKNOWN);
        let (inputs, failures) = bench.check(None, &program).await?;
        ensure!(failures.is_empty(), "{pointer}: {failures:?}");
        assert_eq!(inputs.pointer(pointer), Some(&json!(UNKNOWN)), "it stays unknown");
        let preview = bench.create_with(&inputs, true).await?;
        preview.map_err(|trouble| anyhow::anyhow!("preview with {pointer}: {}", trouble.text))?;
        assert_eq!(mutating(&bench), Vec::<String>::new());
    }
    Ok(())
}

#[tokio::test]
async fn a_preview_of_a_create_makes_nothing_and_knows_no_output() -> Result<()> {
    let bench = Bench::new().await?;
    let inputs = bench.checked(None, &three_workers()).await?;
    let preview = bench.create_with(&inputs, true).await?;
    let preview = preview.map_err(|trouble| anyhow::anyhow!("{}", trouble.text))?;
    ensure!(preview.id.is_empty(), "there is no id yet: {}", preview.id);
    for output in ["stackId", "coordinatorUrl", "workerAutoScalingGroupName", "stackOutputs"] {
        assert_eq!(plain(&preview.outputs[output]), json!(UNKNOWN), "{output}");
    }
    assert_eq!(preview.outputs["ec2"]["workerCount"], 3, "inputs are echoed");
    assert_eq!(mutating(&bench), Vec::<String>::new());
    ensure!(bench.model.with(|state| state.places.values().all(|region| region.stacks.is_empty())), "no stack");
    Ok(())
}

/// What is inside a secret.
fn plain(value: &Json) -> Json {
    value.get("value").cloned().unwrap_or_else(|| value.clone())
}

#[tokio::test]
async fn a_preview_without_change_calls_nothing() -> Result<()> {
    let bench = Bench::new().await?;
    let stored = created(&bench, &three_workers()).await?;
    let inputs = bench.checked(Some(&stored.inputs), &three_workers()).await?;
    bench.model.clear_calls();
    let preview = bench.update_with(&stored, &inputs, true).await?;
    let preview = preview.map_err(|trouble| anyhow::anyhow!("{}", trouble.text))?;
    assert_eq!(bench.model.calls().len(), 0);
    assert_eq!(preview.outputs["coordinatorUrl"], stored.outputs["coordinatorUrl"], "known outputs stay known");
    Ok(())
}
