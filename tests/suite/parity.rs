//! The same scenarios fed to both front ends, each against a model of AWS of its own, by real wire messages: the same
//! calls of AWS with equal bodies, the same violations, outputs and final state. Nothing here says what is right, only
//! that both clients get the same.
//!
//! `both` drives, `compare` says what counts as equal, `fields` walks the table of fields, `wrong` the corpus of wrong
//! programs, `tags` changes the provider's default tags.

mod both;
pub mod compare;
mod fields;
pub mod rows;
mod tags;
mod wrong;

use anyhow::{Result, ensure};
use serde_json::{Value as Json, json};
use starburst_tests::fake::{self, seed};

use crate::harness::{REGION, STACK};
use crate::terraform::core::Action;
use both::{Both, Outcome};
pub use fields::furnish;

/// The least that a cluster needs, as Pulumi spells it.
fn three_workers() -> Json {
    json!({
        "network": {
            "vpcId": seed::VPC, "subnetId": seed::PUBLIC_SUBNET, "securityGroupIds": [seed::SECURITY_GROUP],
        },
        "ec2": { "workerCount": 3 },
        "alluxio": { "s3RootMount": "s3://analytics-data/alluxio" },
        "stack": { "name": STACK },
    })
}

/// A program with a JSON patch over it; null takes away.
pub fn over(base: &Json, patch: &Json) -> Json {
    let mut program = base.clone();
    lay(&mut program, patch);
    program
}

fn lay(base: &mut Json, patch: &Json) {
    match (base, patch) {
        (Json::Object(base), Json::Object(patch)) => {
            for (key, value) in patch {
                if value.is_null() {
                    base.remove(key);
                } else {
                    lay(base.entry(key.clone()).or_insert_with(|| json!({})), value);
                }
            }
        }
        (base, patch) => *base = patch.clone(),
    }
}

#[tokio::test]
async fn a_life_is_the_same_under_both_clients() -> Result<()> {
    let mut both = Both::new().await?;
    assert_eq!(both.apply(&three_workers()).await?, Outcome::Done(Action::Create));
    assert_eq!(both.changes(), ["CreateStack"]);
    assert_eq!(both.apply(&three_workers()).await?, Outcome::Done(Action::NoOp));
    assert_eq!(both.changes(), Vec::<String>::new());
    let five = over(&three_workers(), &json!({ "ec2": { "workerCount": 5 } }));
    assert_eq!(both.apply(&five).await?, Outcome::Done(Action::Update));
    assert_eq!(both.changes(), ["UpdateStack"]);
    let bigger = over(&five, &json!({ "ec2": { "workerInstanceType": "r5.4xlarge" } }));
    assert_eq!(both.apply(&bigger).await?, Outcome::Done(Action::Update));
    for model in both.models() {
        ensure!(model.set_group_size(REGION, "Workers", 5, 6, 6), "there is a group of workers");
    }
    ensure!(both.refresh().await?, "it is there");
    assert_eq!(both.state()?["ec2"]["worker_count"], 6);
    assert_eq!(both.apply(&bigger).await?, Outcome::Done(Action::Update));
    assert_eq!(both.state()?["ec2"]["worker_count"], 5);
    both.destroy().await?;
    ensure!(both.models().iter().all(|model| model.stack_status(REGION, STACK).is_none()), "nothing is left");
    Ok(())
}

#[tokio::test]
async fn a_create_that_is_rolled_back_is_the_same_under_both_clients() -> Result<()> {
    let mut both = Both::new().await?;
    for model in both.models() {
        model.fail_resource("AWS::Logs::LogGroup", fake::Phase::Create, "quota", 1);
    }
    ensure!(matches!(both.apply(&three_workers()).await?, Outcome::Failed(_)), "it fails");
    ensure!(both.state()?.is_null(), "nothing is in the state");
    assert_eq!(both.apply(&three_workers()).await?, Outcome::Done(Action::Create));
    Ok(())
}

#[tokio::test]
async fn an_update_that_is_rolled_back_is_the_same_under_both_clients() -> Result<()> {
    let mut both = Both::new().await?;
    both.apply(&three_workers()).await?;
    for model in both.models() {
        model.no_capacity("r5.4xlarge");
    }
    let bigger = over(&three_workers(), &json!({ "ec2": { "workerInstanceType": "r5.4xlarge" } }));
    ensure!(matches!(both.apply(&bigger).await?, Outcome::Failed(_)), "it fails");
    ensure!(both.refresh().await?, "it is there");
    assert_eq!(both.apply(&three_workers()).await?, Outcome::Done(Action::NoOp));
    Ok(())
}

#[tokio::test]
async fn a_replacement_is_the_same_under_both_clients() -> Result<()> {
    let mut both = Both::new().await?;
    both.apply(&three_workers()).await?;
    let moved = json!({ "network": {
        "vpcId": seed::OTHER_VPC, "subnetId": seed::OTHER_SUBNET, "securityGroupIds": [seed::OTHER_SECURITY_GROUP],
    } });
    assert_eq!(both.apply(&over(&three_workers(), &moved)).await?, Outcome::Done(Action::Replace));
    Ok(())
}

#[tokio::test]
async fn an_import_is_the_same_under_both_clients_and_followed_by_no_change() -> Result<()> {
    let mut both = Both::new().await?;
    let written = over(
        &three_workers(),
        &json!({ "monitoring": { "logRetentionDays": 7 }, "stack": { "tags": { "team": "analytics" } } }),
    );
    both.apply(&written).await?;
    both.import(STACK).await?;
    assert_eq!(both.apply(&written).await?, Outcome::Done(Action::NoOp));
    Ok(())
}

#[tokio::test]
async fn a_stack_that_was_taken_away_is_gone_for_both_clients() -> Result<()> {
    let mut both = Both::new().await?;
    both.apply(&three_workers()).await?;
    for model in both.models() {
        ensure!(model.remove_stack(REGION, STACK), "there is a stack");
    }
    ensure!(!both.refresh().await?, "it is gone");
    assert_eq!(both.apply(&three_workers()).await?, Outcome::Done(Action::Create));
    Ok(())
}

#[tokio::test]
async fn a_protected_stack_is_kept_by_both_clients() -> Result<()> {
    let mut both = Both::new().await?;
    both.apply(&over(&three_workers(), &json!({ "stack": { "terminationProtection": true } }))).await?;
    let refused = both.try_destroy().await?;
    ensure!(matches!(refused, Outcome::Failed(_)), "{refused:?}");
    ensure!(both.refresh().await?, "it lives on");
    Ok(())
}
