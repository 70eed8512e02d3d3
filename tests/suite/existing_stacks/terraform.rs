//! The same through Terraform's front end: a cluster of an own template, an adopted one, one that moved.

use anyhow::{Context, Result, ensure};
use serde_json::{Value as Json, json};
use starburst_tests::fake::seed;

use super::launched::{NAME, SHAPES, VENDOR_BEFORE, launch, template};
use crate::harness::STACK;
use crate::terraform::bench::{Stored, TerraformBench};
use crate::terraform::client::errors;
use crate::terraform::core::Action;
use crate::terraform::imports::{AWS, generated, moved};
use crate::terraform::value::decode;

fn vendor() -> Json {
    json!({
        "network": {
            "vpc_id": seed::VPC, "subnet_id": seed::PUBLIC_SUBNET, "security_group_ids": [seed::SECURITY_GROUP],
        },
        "ec2": { "worker_count": 2, "key_name": seed::KEY_PAIR, "worker_instance_type": "r5.4xlarge" },
        "alluxio": { "s3_root_mount": "s3://analytics-data/alluxio" },
        "stack": {
            "name": STACK, "template": { "body": template(VENDOR_BEFORE), "capabilities": ["CAPABILITY_IAM"] },
        },
    })
}

#[tokio::test]
async fn a_cluster_of_an_own_template_lives() -> Result<()> {
    let mut bench = TerraformBench::new().await?;
    let made = bench.apply(&vendor()).await?;
    assert_eq!(made.state["coordinator_url"], format!("http://coordinator.{STACK}:8080"));
    let planned = bench.plan(&vendor()).await?;
    assert_eq!(planned.action, Action::NoOp, "{:?}", planned.changes);
    let mut wanted = vendor();
    wanted["ec2"]["worker_count"] = json!(4);
    let changed = bench.apply(&wanted).await?;
    assert_eq!(changed.state["ec2"]["worker_count"], 4);
    assert_eq!(bench.plan(&wanted).await?.action, Action::NoOp);
    Ok(())
}

#[tokio::test]
async fn what_the_template_lacks_is_told_with_the_path_of_hcl() -> Result<()> {
    let mut bench = TerraformBench::new().await?;
    let mut wanted = vendor();
    wanted["monitoring"] = json!({ "log_retention_days": 7 });
    wanted["ec2"]["rolling_update"] = json!({ "max_batch_size": "2" });
    wanted["stack"]["template"]["parameters"] = json!({ "KeepCoordinatorNodes": "yes" });
    let told = format!("{:?}", bench.try_plan(&wanted).await?.told);
    for part in [
        "SB1159",
        "monitoring.log_retention_days",
        "ec2.rolling_update.max_batch_size",
        "SB1155",
        "`KeepCoordinatorNode` is near",
    ] {
        ensure!(told.contains(part), "no {part} in {told}");
    }
    Ok(())
}

#[tokio::test]
async fn a_running_stack_of_every_shape_is_imported_and_nothing_is_to_do() -> Result<()> {
    for (shape, parameters) in SHAPES {
        let mut bench = TerraformBench::new().await?;
        let id = launch(&bench.model, shape, parameters)?;
        for by in [NAME, id.as_str()] {
            bench.store(None);
            let imported = bench.try_import(by, &Json::Null).await?;
            ensure!(errors(&imported.told).is_empty(), "{shape}: {:?}", imported.told);
            assert_eq!(imported.state["id"], id.as_str(), "{shape}");
            let stack = imported.state["stack"].as_object().with_context(|| format!("{shape}: no section"))?;
            assert_eq!(stack["template"]["current"], true, "{shape}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_stack_of_every_shape_moves_from_the_provider_of_aws_and_nothing_is_to_do() -> Result<()> {
    for (shape, parameters) in SHAPES {
        let mut bench = TerraformBench::new().await?;
        let id = launch(&bench.model, shape, parameters)?;
        let imported = bench.import(NAME).await?.state;
        let config = generated(&bench, &imported).await?;
        let old = json!({ "id": id, "name": NAME, "parameters": {}, "outputs": {} });
        let answer = moved(bench.provider(), AWS, "aws_cloudformation_stack", &old).await?;
        ensure!(answer.diagnostics.is_empty(), "{shape}: {:?}", answer.diagnostics);
        let attributes = decode(answer.target_state.as_ref(), &bench.client().cluster)?.to_string();
        let identity = "null".to_owned();
        bench.store(Some(Stored { attributes, version: 0, private: answer.target_private, identity, tainted: false }));
        bench.model.clear_calls();
        let planned = bench.plan(&config).await?;
        assert_eq!(planned.action, Action::NoOp, "{shape}: {:?}", planned.changes);
        let touching = |action: &str| ["UpdateStack", "DeleteStack"].contains(&action);
        ensure!(!bench.model.calls().iter().any(|call| touching(&call.action)), "{shape} was touched");
    }
    Ok(())
}
