//! The caller's policy beside what the plugin really called: a whole life under it, every right that it uses taken away
//! once, and nothing in it that no life uses. CloudFormation's own rights are not observed: the model does its work itself.

use std::collections::BTreeSet;

use anyhow::{Context, Result, ensure};
use serde_json::{Value as Json, json};
use starburst_schema::permissions::{PLUGIN, action_of};
use starburst_tests::fake;

use crate::harness::{Bench, REGION, STACK, Stored};

/// Rights that the lives below do not use, with what does.
const ELSEWHERE: &[(&str, &str)] = &[
    ("autoscaling:CreateOrUpdateTags", "parity::tags: tags of groups"),
    ("autoscaling:DescribeScalingActivities", "diagnosis: launches that fail"),
    ("cloudformation:CancelUpdateStack", "faults: an update that is interrupted with cancelUpdate"),
    ("cloudformation:ContinueUpdateRollback", "status_table::recoveries"),
    ("cloudformation:DeleteChangeSet", "change_sets: a preview that is not applied"),
    ("cloudformation:DescribeStackDriftDetectionStatus", "drift: full detection"),
    ("cloudformation:DescribeStackResourceDrifts", "drift: full detection"),
    ("cloudformation:DetectStackDrift", "drift: full detection"),
    ("cloudformation:DetectStackResourceDrift", "CloudFormation asks for it behind DetectStackDrift"),
    ("cloudformation:GetTemplateSummary", "existing_stacks: a template of the user's"),
    ("cloudformation:ListStackResources", "drift: full detection, and what a failed deletion left"),
    ("cloudformation:RollbackStack", "status_table::recoveries"),
    ("cloudformation:SetStackPolicy", "rolls: a stack policy that changes"),
    ("cloudformation:TagResource", "CloudFormation asks for it behind CreateStack and UpdateStack with tags"),
    ("cloudformation:UntagResource", "CloudFormation asks for it behind UpdateStack with fewer tags"),
    ("ec2:CreateTags", "parity::tags: tags of running nodes"),
    ("iam:PassRole", "stack.roleArn: no call of its own"),
    ("s3:DeleteObject", "terraform::files: local folders after a destroy"),
    ("s3:GetObject", "inputs that name objects"),
    ("s3:PutObject", "terraform::files: local folders"),
    ("secretsmanager:DescribeSecret", "secrets that are named by ARN"),
];

fn policy() -> Vec<String> {
    PLUGIN.iter().flat_map(|need| need.actions).map(|action| (*action).to_owned()).collect()
}

fn inputs() -> Json {
    json!({
        "network": {
            "vpcId": fake::seed::VPC, "subnetId": fake::seed::PUBLIC_SUBNET,
            "securityGroupIds": [fake::seed::SECURITY_GROUP],
        },
        "ec2": { "workerCount": 2, "keyName": fake::seed::KEY_PAIR },
        "alluxio": { "s3RootMount": "s3://analytics-data/alluxio" },
        "superset": { "enabled": true },
    })
}

fn with(mut inputs: Json, pointer: &str, value: Json) -> Json {
    if let Some(place) = inputs.pointer_mut(pointer) {
        *place = value;
    }
    inputs
}

/// Create, preview by change set, roll, drift, refresh, revert, import, destroy. The first failure ends it.
async fn life(bench: &Bench) -> Result<()> {
    let stored = done(bench.create(&inputs()).await?)?;
    let mut next = with(inputs(), "/ec2/workerCount", json!(3));
    next["ec2"]["workerInstanceType"] = json!("r5.4xlarge");
    next["stack"] = json!({ "preview": "changeSet", "terminationProtection": true });
    let checked = bench.checked(Some(&stored.inputs), &next).await?;
    done(bench.update_with(&stored, &checked, true).await?)?;
    let stored = done(bench.update(&stored, &next).await?)?;
    let group = stored.outputs["workerAutoScalingGroupName"].as_str().context("the group's name")?.to_owned();
    ensure!(bench.model.set_group_size(REGION, &group, 1, 5, 9), "there is no group {group}");
    let drifted = bench.refresh(&stored).await?.context("a cluster")?;
    next["stack"] = json!({ "terminationProtection": false });
    let stored = done(bench.update(&drifted, &next).await?)?;
    bench.import(STACK).await?.context("a cluster to import")?;
    bench.delete(&stored).await.map_err(|status| anyhow::anyhow!("{}", status.message()))
}

fn done(answer: std::result::Result<Stored, crate::harness::Trouble>) -> Result<Stored> {
    answer.map_err(|trouble| anyhow::anyhow!("{}", trouble.text))
}

/// The IAM actions behind the recorded calls that were not somebody else's.
fn used(bench: &Bench) -> BTreeSet<String> {
    bench.model.calls().iter().map(|call| action_of(&call.service, &call.action)).collect()
}

#[tokio::test]
async fn a_whole_life_needs_no_more_than_the_callers_policy_and_uses_what_it_has() -> Result<()> {
    let bench = Bench::new().await?;
    bench.model.settings(|settings| settings.allowed = Some(policy()));
    life(&bench).await.context("a life under the policy")?;
    let (used, policy) = (used(&bench), policy());
    let missing: Vec<_> = used.iter().filter(|action| !policy.contains(action)).collect();
    ensure!(missing.is_empty(), "called and not in the policy: {missing:?}");
    let idle: BTreeSet<&str> = policy.iter().map(String::as_str).filter(|action| !used.contains(*action)).collect();
    let elsewhere: BTreeSet<&str> = ELSEWHERE.iter().map(|(action, _)| *action).collect();
    assert_eq!(idle, elsewhere, "rights that this life does not use (left), and those that are known for it");
    Ok(())
}

#[tokio::test]
async fn each_right_that_is_taken_away_is_named_or_done_without() -> Result<()> {
    let bench = Bench::new().await?;
    life(&bench).await?;
    let (mut named, mut without) = (Vec::new(), Vec::new());
    for action in used(&bench) {
        if action == "sts:GetCallerIdentity" {
            continue;
        }
        let bench = Bench::new().await?;
        bench.model.settings(|settings| {
            settings.allowed = Some(policy().into_iter().filter(|allowed| *allowed != action).collect());
        });
        match life(&bench).await {
            // Reads that only tell more: the plugin goes on without, and says so.
            Ok(()) => without.push(action),
            Err(error) => {
                let text = format!("{error:#}");
                ensure!(text.contains(&action), "{action} is taken away, and the error does not name it: {text}");
                named.push(action);
            }
        }
    }
    for needed in ["cloudformation:CreateStack", "cloudformation:UpdateStack", "cloudformation:DeleteStack"] {
        ensure!(named.iter().any(|action| action == needed), "{needed} is not needed: {named:?}");
    }
    let reads = |action: &String| {
        let call = action.split(':').nth(1).unwrap_or_default();
        ["Describe", "Get", "List"].iter().any(|read| call.starts_with(read))
    };
    ensure!(without.iter().all(reads), "a change that is left out in silence: {without:?}");
    Ok(())
}
