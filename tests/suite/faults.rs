//! What goes wrong between the plugin and AWS, on the model, in virtual time: credentials, permissions, throttling,
//! broken connections. An operation goes on where it can, and ends with a plain word where it cannot; nothing is made
//! twice. What stops a run in the middle is in `interrupted`, what must not be seen in `secrets`, what a program may
//! say in `programs`.

mod interrupted;
mod programs;
mod secrets;

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::{Value as Json, json};
use starburst_provider::pulumi::wire;
use starburst_provider::pulumi::wire::resource_provider_server::ResourceProvider as _;
use starburst_tests::fake::{ApiError, Effect, RepeatedTokens, seed};
use tonic::{Code, Request};

use crate::harness::{Bench, STACK, TYPE, to_struct};
use crate::lifecycle::{created, failed, three_workers, updated};

/// Real time that nothing here may take, however busy the machine is.
const FAR_TOO_LONG: Duration = Duration::from_secs(180);

fn five_workers() -> Json {
    let mut inputs = three_workers();
    inputs["ec2"]["workerCount"] = json!(5);
    inputs
}

/// How many operations of this kind (`CREATE`, `UPDATE`, `DELETE`) were started, on all stacks that ever were.
fn started(bench: &Bench, kind: &str) -> usize {
    let status = format!("{kind}_IN_PROGRESS");
    bench.model.with(|state| {
        let stacks = state.places.values().flat_map(|region| region.stacks.values());
        stacks
            .flat_map(|stack| stack.events.iter().filter(|event| event.logical == stack.name))
            .filter(|event| event.status == status)
            .count()
    })
}

/// Calls of this action, whatever was answered.
fn calls(bench: &Bench, action: &str) -> usize {
    bench.model.calls().iter().filter(|call| call.action == action).count()
}

/// Calls that were to change something, whatever was answered.
fn mutating(bench: &Bench) -> Vec<String> {
    let reads = ["Describe", "Get", "List", "Head"];
    let calls = bench.model.calls().into_iter();
    calls.filter(|call| !reads.iter().any(|verb| call.action.starts_with(verb))).map(|call| call.action).collect()
}

/// A create of a cluster of this name, for calls that the bench has no helper for.
fn create_request(name: &str, inputs: &Json, seconds: f64) -> wire::CreateRequest {
    wire::CreateRequest {
        urn: format!("urn:pulumi:dev::suite::{TYPE}::{name}"),
        properties: Some(to_struct(inputs)),
        timeout: seconds,
        r#type: TYPE.to_owned(),
        ..Default::default()
    }
}

/// One page of events is held back until long after the test; answers once that page was asked for.
fn hold_events(bench: &Bench) {
    let day = Duration::from_secs(86_400).as_millis();
    let hold = Effect::Delay(u64::try_from(day).unwrap_or(u64::MAX));
    bench.model.fault("cloudformation", "DescribeStackEvents", 0, 100, hold);
}

fn clear_faults(bench: &Bench) {
    bench.model.with(|state| state.faults.calls.clear());
}

fn held(bench: &Bench) -> bool {
    bench.model.with(|state| state.faults.calls.iter().any(|fault| fault.times < 100))
}

async fn until(what: &str, mut there: impl FnMut() -> bool) -> Result<()> {
    let seen = async {
        while !there() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    tokio::time::timeout(FAR_TOO_LONG, seen).await.with_context(|| format!("never: {what}"))
}

#[tokio::test]
async fn credentials_that_aws_does_not_take_are_named_and_nothing_is_made() -> Result<()> {
    for key in ["AKIAINVALID000000001", "AKIABADSIGNATURE0001", "AKIAEXPIRED000000001"] {
        let bench = Bench::with_config(json!({ "accessKey": key, "secretKey": "a-key-for-the-model" })).await?;
        let trouble = failed(bench.create(&three_workers()).await?)?;
        assert_eq!(trouble.code, Code::PermissionDenied, "{key}: {}", trouble.text);
        ensure!(trouble.text.contains("SB2002"), "{key}: {}", trouble.text);
        ensure!(trouble.text.contains("hint:"), "{key}: {}", trouble.text);
        ensure!(trouble.partial.is_none(), "{key}: nothing was made");
        assert_eq!(mutating(&bench), Vec::<String>::new(), "{key}");
    }
    Ok(())
}

#[tokio::test]
async fn expired_credentials_lose_no_cluster() -> Result<()> {
    let bench = Bench::new().await?;
    let stored = created(&bench, &three_workers()).await?;
    bench.model.fault("", "", 0, 1_000, Effect::ExpiredToken);
    ensure!(bench.refresh(&stored).await.is_err(), "a refresh without credentials knows nothing");
    let status = bench.delete(&stored).await.err().context("a delete without credentials")?;
    ensure!(status.message().contains("SB2002"), "{}", status.message());
    clear_faults(&bench);
    ensure!(bench.refresh(&stored).await?.is_some(), "the cluster is there");
    Ok(())
}

#[tokio::test]
async fn a_forbidden_create_names_the_action() -> Result<()> {
    let bench = Bench::new().await?;
    bench.model.settings(|settings| settings.denied.push("cloudformation:CreateStack".to_owned()));
    let trouble = failed(bench.create(&three_workers()).await?)?;
    assert_eq!(trouble.code, Code::PermissionDenied, "{}", trouble.text);
    ensure!(trouble.text.contains("SB2001"), "{}", trouble.text);
    ensure!(trouble.text.contains("cloudformation:CreateStack"), "{}", trouble.text);
    ensure!(trouble.partial.is_none(), "nothing was made");
    assert_eq!(calls(&bench, "CreateStack"), 1, "a refusal is not asked for again");
    Ok(())
}

#[tokio::test]
async fn forbidden_updates_and_deletes_keep_the_state() -> Result<()> {
    let bench = Bench::new().await?;
    let stored = created(&bench, &three_workers()).await?;
    bench.model.settings(|settings| {
        settings.denied = vec!["cloudformation:UpdateStack".to_owned(), "cloudformation:DeleteStack".to_owned()];
    });
    let trouble = failed(bench.update(&stored, &five_workers()).await?)?;
    ensure!(trouble.text.contains("SB2001") && trouble.text.contains("UpdateStack"), "{}", trouble.text);
    ensure!(trouble.partial.is_none(), "the old state stays as it is");
    let status = bench.delete(&stored).await.err().context("a forbidden delete")?;
    ensure!(status.message().contains("cloudformation:DeleteStack"), "{}", status.message());
    assert_eq!((started(&bench, "UPDATE"), started(&bench, "DELETE")), (0, 0));
    Ok(())
}

#[tokio::test]
async fn reads_that_are_forbidden_stop_no_create() -> Result<()> {
    let reads = [
        "ec2:DescribeSubnets",
        "ec2:DescribeVpcs",
        "ec2:DescribeRouteTables",
        "ec2:DescribeVpcEndpoints",
        "ec2:DescribeSecurityGroups",
        "ec2:DescribeInstanceTypes",
        "ec2:DescribeInstanceTypeOfferings",
        "s3:HeadBucket",
        "cloudformation:DescribeStackEvents",
        "autoscaling:DescribeAutoScalingGroups",
    ];
    for read in reads {
        let bench = Bench::new().await?;
        bench.model.settings(|settings| settings.denied.push(read.to_owned()));
        created(&bench, &three_workers()).await.with_context(|| read.to_owned())?;
        assert_eq!(started(&bench, "CREATE"), 1, "{read}");
    }
    Ok(())
}

#[tokio::test]
async fn throttling_fails_no_operation() -> Result<()> {
    for action in ["CreateStack", "UpdateStack", "DeleteStack", "DescribeStacks", "DescribeStackEvents"] {
        let bench = Bench::new().await?;
        // More in a row than the SDK itself tries.
        bench.model.fault("cloudformation", action, 1, 5, Effect::Throttle);
        bench.model.fault("cloudformation", action, 0, 4, Effect::Throttle);
        let stored = created(&bench, &three_workers()).await.with_context(|| action.to_owned())?;
        let stored = updated(&bench, &stored, &five_workers()).await.with_context(|| action.to_owned())?;
        bench.delete(&stored).await.with_context(|| action.to_owned())?;
        let operations = (started(&bench, "CREATE"), started(&bench, "UPDATE"), started(&bench, "DELETE"));
        assert_eq!(operations, (1, 1, 1), "{action}");
    }
    Ok(())
}

/// One life in which `times` calls of `action` in a row meet `effect`.
async fn one_life_with(effect: &Effect, action: &str, times: u32, tokens: RepeatedTokens) -> Result<()> {
    let bench = Bench::new().await?;
    bench.model.settings(|settings| settings.repeated_tokens = tokens);
    bench.model.fault("cloudformation", action, 0, times, effect.clone());
    let stored = created(&bench, &three_workers()).await?;
    let stored = updated(&bench, &stored, &five_workers()).await?;
    bench.delete(&stored).await?;
    let operations = (started(&bench, "CREATE"), started(&bench, "UPDATE"), started(&bench, "DELETE"));
    ensure!(operations == (1, 1, 1), "creates, updates, deletes: {operations:?}");
    // An effect that came through is found before the call is repeated as often as it could be.
    ensure!(bench.model.with(|state| state.faults.calls.iter().all(|fault| fault.times < times)), "the fault was met");
    Ok(())
}

#[tokio::test]
async fn a_call_without_an_answer_is_made_good_and_never_twice() -> Result<()> {
    use RepeatedTokens::{AlreadyExists, SameAnswer, TokenAlreadyExists};
    let server = Effect::Error(ApiError::new(500, "InternalFailure", "An internal error occurred."));
    let busy = Effect::Error(ApiError::new(503, "ServiceUnavailable", "Try again."));
    // Once, which the SDK makes good by itself, and more often than it tries. What AWS says to a token that it has seen
    // matters where an earlier call took effect.
    let mut cases = vec![(busy, 1, SameAnswer), (server, 4, SameAnswer)];
    for times in [1, 4] {
        cases.push((Effect::ResetBefore, times, SameAnswer));
        cases.extend([SameAnswer, AlreadyExists, TokenAlreadyExists].map(|said| (Effect::LostReply, times, said)));
    }
    // The SDK's pauses are real: all lives at once.
    let mut lives = tokio::task::JoinSet::new();
    for action in ["CreateStack", "UpdateStack", "DeleteStack"] {
        for (effect, times, tokens) in cases.clone() {
            lives.spawn(async move {
                let life = one_life_with(&effect, action, times, tokens).await;
                life.with_context(|| format!("{action} {effect:?} {times} {tokens:?}"))
            });
        }
    }
    while let Some(life) = lives.join_next().await {
        life??;
    }
    Ok(())
}

#[tokio::test]
async fn an_endpoint_that_nobody_answers_is_told_and_nothing_is_made() -> Result<()> {
    // A port that was free a moment ago and is closed again.
    let port = std::net::TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
    let bench = Bench::with_config(json!({ "endpointUrl": format!("http://127.0.0.1:{port}") })).await?;
    let inputs = bench.checked(None, &three_workers()).await?;
    let create = tokio::time::timeout(FAR_TOO_LONG, bench.create_with(&inputs, false));
    let trouble = failed(create.await.context("the attempts have no end")??)?;
    assert_eq!(trouble.code, Code::Unavailable, "{}", trouble.text);
    ensure!(trouble.text.contains("SB5001"), "{}", trouble.text);
    ensure!(trouble.partial.is_none(), "nothing was made");
    assert_eq!(bench.model.calls().len(), 0);
    Ok(())
}

#[tokio::test]
async fn five_clusters_at_once_share_the_rates_of_an_account() -> Result<()> {
    let bench = Bench::new().await?;
    bench.model.settings(|settings| {
        // The first reads of five runs fit: within the SDK's own pauses, which are real, the model's time stands still.
        let rates = [("CreateStack", 0.5, 1.0), ("DescribeStacks", 1.0, 10.0), ("DescribeStackEvents", 2.0, 4.0)];
        settings.rates = rates
            .into_iter()
            .map(|(action, rate, burst)| (format!("cloudformation:{action}"), (rate, burst)))
            .collect();
    });
    let mut creates = tokio::task::JoinSet::new();
    for number in 0..5 {
        let name = format!("joint-{number}");
        let mut inputs = bench.checked(None, &three_workers()).await?;
        inputs["stack"]["name"] = json!(format!("{STACK}-{number}"));
        let (provider, request) = (bench.provider().clone(), create_request(&name, &inputs, 0.0));
        creates.spawn(async move { provider.create(Request::new(request)).await });
    }
    while let Some(made) = creates.join_next().await {
        made?.map_err(|status| anyhow::anyhow!("{}", status.message()))?;
    }
    assert_eq!(started(&bench, "CREATE"), 5);
    ensure!(bench.model.calls().iter().any(|call| call.outcome.contains("Throttling")), "the rates were felt");
    Ok(())
}

/// The subnet has no way out: its stack makes endpoints, which a joining run must not take for somebody else's.
fn isolated() -> Json {
    let mut inputs = three_workers();
    inputs["network"]["subnetId"] = json!(seed::ISOLATED_SUBNET);
    // The subnet's zone has none of the default type.
    inputs["ec2"]["workerInstanceType"] = json!("r5.4xlarge");
    inputs["ec2"]["coordinatorInstanceType"] = json!("r5.4xlarge");
    inputs["packages"] = json!({ "mirrorUri": "s3://analytics-data/packages" });
    inputs
}
