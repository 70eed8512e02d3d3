//! Secrets: every secret leaf is wrapped for the engine, whether the program did so or not, and no error quotes one.

use anyhow::{Context, Result, ensure};
use serde_json::{Value as Json, json};
use starburst_provider::pulumi::wire;
use starburst_provider::pulumi::wire::resource_provider_server::ResourceProvider as _;
use starburst_tests::fake::{ApiError, Effect, Phase};
use tonic::Request;

use super::{clear_faults, created, failed};
use crate::harness::{Bench, REGION, Stored, Trouble, to_struct};
use crate::lifecycle::three_workers;

/// The key that marks a special value on the wire, and the mark of a secret.
const SIGNATURE: &str = "4dabf18193072939515e22adb298388d";
const SECRET: &str = "1b47061264138c4ac30d75fd1eb44270";
/// Values that must be found nowhere. One has what JSON writes in other signs.
const PASSWORD: &str = "canary-5f1d\"0c\\7b9e";
const PROPERTY: &str = "canary-of-alluxio";
const KEY: &str = "canary-of-s3-secret-key";
const KEY_ID: &str = "CANARYACCESSKEY00001";

/// Secrets as plain texts, which is what a careless program writes.
fn careless() -> Json {
    let mut program = three_workers();
    program["alluxio"]["secretProperties"] = json!({ "some.secret.value": PROPERTY });
    program["hiveMetastore"] = json!({
        "type": "postgresql", "host": "db.example.com", "userName": "hive", "password": PASSWORD, "databaseName": "hive",
    });
    program["s3"] = json!({ "accessKey": KEY_ID, "secretKey": KEY });
    program
}

const LEAVES: [&str; 4] = ["/alluxio/secretProperties", "/hiveMetastore/password", "/s3/accessKey", "/s3/secretKey"];

fn all_wrapped(values: &Json) -> Result<()> {
    for pointer in LEAVES {
        let leaf = values.pointer(pointer).with_context(|| format!("{pointer} is gone"))?;
        ensure!(leaf[SIGNATURE] == SECRET, "{pointer} is not wrapped: {leaf}");
    }
    Ok(())
}

/// Where a canary stands outside a secret.
fn loose(value: &Json) -> bool {
    match value {
        Json::Object(map) if map.get(SIGNATURE).is_some_and(|mark| mark == SECRET) => false,
        Json::Object(map) => map.values().any(loose),
        Json::Array(items) => items.iter().any(loose),
        other => quotes(&other.to_string()) || other.as_str().is_some_and(quotes),
    }
}

/// Whether a text holds a secret, plain or as JSON writes it.
fn quotes(text: &str) -> bool {
    let escaped = Json::from(PASSWORD).to_string();
    [PASSWORD, escaped.trim_matches('"'), PROPERTY, KEY, KEY_ID].iter().any(|secret| text.contains(secret))
}

#[tokio::test]
async fn every_secret_is_wrapped_by_check_create_and_read() -> Result<()> {
    let bench = Bench::new().await?;
    let inputs = bench.checked(None, &careless()).await?;
    all_wrapped(&inputs).context("check")?;
    ensure!(!loose(&inputs), "check: {inputs}");
    let stored = created(&bench, &careless()).await?;
    all_wrapped(&stored.outputs).context("create")?;
    ensure!(!loose(&stored.outputs), "create: {}", stored.outputs);
    // An engine that lost the marks, as after an export and import of the state.
    let bare = Stored { inputs: bare(&stored.inputs), outputs: bare(&stored.outputs), ..stored };
    let fresh = bench.refresh(&bare).await?.context("it is gone")?;
    all_wrapped(&fresh.inputs).context("read, inputs")?;
    all_wrapped(&fresh.outputs).context("read, outputs")?;
    ensure!(!loose(&fresh.inputs) && !loose(&fresh.outputs), "read: {} {}", fresh.inputs, fresh.outputs);
    Ok(())
}

fn bare(value: &Json) -> Json {
    match value {
        Json::Object(map) if map.get(SIGNATURE).is_some_and(|mark| mark == SECRET) => bare(&value["value"]),
        Json::Object(map) => map.iter().map(|(key, value)| (key.clone(), bare(value))).collect(),
        Json::Array(items) => items.iter().map(bare).collect(),
        other => other.clone(),
    }
}

fn redacted(trouble: &Trouble) -> Result<()> {
    ensure!(trouble.text.contains("[secret]"), "the words of AWS are told: {}", trouble.text);
    ensure!(!quotes(&trouble.text), "a secret is quoted: {}", trouble.text);
    Ok(())
}

/// What AWS might say when it does not like a value.
fn words() -> [String; 3] {
    let document = json!({ "password": PASSWORD }).to_string();
    [
        format!("Value '{PASSWORD}' is not valid"),
        format!("The document {document} is malformed"),
        format!("'{PROPERTY}', '{KEY_ID}' and '{KEY}' are not valid"),
    ]
}

#[tokio::test]
async fn a_failed_resource_that_quotes_a_secret_is_told_without_it() -> Result<()> {
    for reason in words() {
        let bench = Bench::new().await?;
        bench.model.fail_resource("AWS::Logs::LogGroup", Phase::Create, &reason, 1);
        redacted(&failed(bench.create(&careless()).await?)?)?;
    }
    Ok(())
}

#[tokio::test]
async fn a_failed_launch_that_quotes_a_secret_is_told_without_it() -> Result<()> {
    for reason in words() {
        let bench = Bench::new().await?;
        bench.model.fail_launches("Workers", &reason, 100);
        redacted(&failed(bench.create(&careless()).await?)?)?;
    }
    Ok(())
}

#[tokio::test]
async fn a_refused_call_that_quotes_a_secret_is_told_without_it() -> Result<()> {
    for reason in words() {
        let bench = Bench::new().await?;
        bench.model.fault("cloudformation", "CreateStack", 0, 1, Effect::Error(ApiError::validation(reason.as_str())));
        redacted(&failed(bench.create(&careless()).await?)?)?;
    }
    Ok(())
}

#[tokio::test]
async fn a_refused_read_that_quotes_a_secret_is_told_without_it() -> Result<()> {
    for reason in words() {
        let bench = Bench::new().await?;
        let stored = created(&bench, &careless()).await?;
        // A new configuration, as in a new process: the secrets are known from the state alone.
        let args = Some(to_struct(&json!({ "region": REGION })));
        let configure = wire::ConfigureRequest { args, ..Default::default() };
        bench.provider().configure(Request::new(configure)).await?;
        let refusal = Effect::Error(ApiError::validation(reason.as_str()));
        bench.model.fault("cloudformation", "DescribeStacks", 0, 100, refusal);
        let told = bench.refresh(&stored).await.err().context("a refused read")?.to_string();
        clear_faults(&bench);
        ensure!(told.contains("[secret]") && !quotes(&told), "{told}");
    }
    Ok(())
}
