//! Values that are not known at plan: never a false error, and an apply that knows them keeps what the plan promised.

use anyhow::{Context, Result, ensure};
use serde_json::{Value as Json, json};
use starburst_schema::FIELDS;
use starburst_schema::fields::stack::TEMPLATE_PREFIX;
use starburst_schema::terraform::resource;

use super::bench::TerraformBench;
use super::client::errors;
use super::core::Action;
use super::lifecycle::three_workers;
use super::value::{complete, encode, unknown};
use crate::harness::STACK;
use crate::parity::rows::ROWS;
use crate::parity::{compare::snake, over};

/// A configuration of a row with this value of its field, in Terraform's words.
fn config(path: &str, with: &str, value: &Json) -> Result<Json> {
    let patch = path.rsplit('.').fold(value.clone(), |inner, name| json!({ name: inner }));
    let base = over(&json!({ "stack": { "name": STACK } }), &serde_json::from_str(with)?);
    let attributes = resource::cluster();
    let written = snake(&over(&base, &patch), &attributes);
    Ok(over(&over(&three_workers(), &written), &json!({})))
}

#[tokio::test]
async fn an_unknown_value_of_any_field_is_no_error_and_its_apply_keeps_the_plan() -> Result<()> {
    let mut wrong = Vec::new();
    for row in ROWS.iter().filter(|row| !(row.path.starts_with(TEMPLATE_PREFIX) && row.path.contains("template."))) {
        if let Err(why) = with_unknown(row.path, row.with, row.first).await {
            wrong.push(format!("{}: {why:#}", row.path));
        }
    }
    ensure!(wrong.is_empty(), "{} fields:\n{}", wrong.len(), wrong.join("\n"));
    Ok(())
}

async fn with_unknown(path: &str, with: &str, value: &str) -> Result<()> {
    let mut bench = TerraformBench::instant().await?;
    crate::parity::furnish(&bench.model);
    let open = config(path, with, &unknown())?;
    let known = config(path, with, &serde_json::from_str(value)?)?;
    ensure!(FIELDS.iter().any(|field| field.path == path), "no such field");
    let planned = bench.plan(&open).await.context("plan")?;
    ensure!(planned.action == Action::Create, "{:?}", planned.action);
    bench.restart().await?;
    let done = bench.apply_planned(planned, &known).await.context("apply")?;
    ensure!(errors(&done.told).is_empty(), "apply: {:?}", done.told);
    // The same of a cluster that is there: unknown, it may be another value, and turns out to be the same.
    let planned = bench.plan(&open).await.context("plan of what is there")?;
    bench.restart().await?;
    match planned.action {
        Action::Update => {
            let done = bench.apply_planned(planned, &known).await.context("apply to what is there")?;
            ensure!(errors(&done.told).is_empty(), "apply to what is there: {:?}", done.told);
        }
        Action::Replace => {}
        action => anyhow::bail!("an unknown value plans {action:?}"),
    }
    Ok(())
}

#[tokio::test]
async fn an_unknown_section_is_no_error() -> Result<()> {
    let mut bench = TerraformBench::instant().await?;
    for section in ["presto", "hive_metastore", "s3", "monitoring", "superset", "packages"] {
        let open = over(&three_workers(), &json!({ section: unknown() }));
        let planned = bench.plan(&open).await.with_context(|| section)?;
        assert_eq!(planned.action, Action::Create, "{section}");
        bench.restart().await?;
        let done = bench.apply_planned(planned, &three_workers()).await.with_context(|| section)?;
        ensure!(errors(&done.told).is_empty(), "{section}: {:?}", done.told);
        bench.destroy().await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_wholly_unknown_program_validates() -> Result<()> {
    let bench = TerraformBench::instant().await?;
    let all = json!({
        "network": unknown(), "ec2": unknown(), "presto": unknown(), "alluxio": unknown(), "s3": unknown(),
        "stack": unknown(), "hive_metastore": unknown(), "monitoring": unknown(), "superset": unknown(),
        "packages": unknown(), "region": unknown(), "timeouts": unknown(),
    });
    assert_eq!(bench.validate(&all).await?, []);
    Ok(())
}

#[tokio::test]
async fn the_same_request_gives_the_same_plan_to_the_byte() -> Result<()> {
    use starburst_provider::terraform::wire;
    use starburst_provider::terraform::wire::provider_server::Provider as _;
    let mut bench = TerraformBench::new().await?;
    bench.apply(&three_workers()).await?;
    let stored = bench.stored().context("it is stored")?;
    let cluster = bench.client().cluster.clone();
    let prior: Json = serde_json::from_str(&stored.attributes)?;
    let config = complete(&over(&three_workers(), &json!({ "ec2": { "worker_count": 5 } })), &cluster)?;
    let proposed = super::core::proposed(&cluster, &prior, &config);
    let mut answers = Vec::new();
    for _ in 0..2 {
        bench.restart().await?;
        let request = wire::plan_resource_change::Request {
            type_name: super::client::CLUSTER.to_owned(),
            prior_state: Some(encode(&prior, &cluster)?),
            proposed_new_state: Some(encode(&proposed, &cluster)?),
            config: Some(encode(&config, &cluster)?),
            prior_private: stored.private.clone(),
            ..Default::default()
        };
        answers.push(bench.provider().plan_resource_change(tonic::Request::new(request)).await?.into_inner());
    }
    assert_eq!(answers.first(), answers.last());
    Ok(())
}
