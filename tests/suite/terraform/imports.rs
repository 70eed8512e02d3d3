//! Clusters that are there already: taken over by name, ARN, identity or from another resource, and configurations that
//! are written for them. Nothing of it changes anything in AWS.

use anyhow::{Context, Result, ensure};
use serde_json::{Value as Json, json};
use starburst_provider::terraform::server::Provider;
use starburst_provider::terraform::wire;
use starburst_provider::terraform::wire::provider_server::Provider as _;
use tonic::Request;

use super::bench::{Stored, TerraformBench};
use super::client::{CLUSTER, errors, spoken};
use super::core::Action;
use super::lifecycle::{changes, three_workers, with};
use super::value::{decode, encode};
use crate::harness::STACK;

/// A cluster that differs from the defaults here and there.
fn written() -> Json {
    let config = with(three_workers(), "/monitoring/log_retention_days", json!(7));
    let config = with(config, "/stack/tags", json!({ "team": "analytics" }));
    with(config, "/stack/on_conflict", json!("wait"))
}

/// A cluster in AWS, and an empty state; its ARN.
async fn forgotten(bench: &mut TerraformBench) -> Result<String> {
    let made = bench.apply(&written()).await?;
    bench.store(None);
    bench.clear_calls();
    made.state["id"].as_str().map(str::to_owned).context("no id")
}

#[tokio::test]
async fn an_import_by_name_arn_or_identity_is_followed_by_an_empty_plan() -> Result<()> {
    let mut bench = TerraformBench::new().await?;
    let arn = forgotten(&mut bench).await?;
    let identity = json!({ "stack_id": arn });
    for (id, identity) in [(STACK, &Json::Null), (arn.as_str(), &Json::Null), ("", &identity)] {
        bench.store(None);
        let imported = bench.try_import(id, identity).await?;
        ensure!(errors(&imported.told).is_empty(), "{:?}", imported.told);
        assert_eq!(imported.state["id"], arn.as_str(), "{id}");
        let planned = bench.plan(&written()).await?;
        assert_eq!(planned.action, Action::NoOp, "{id}: {:?}", planned.changes);
    }
    assert_eq!(changes(&bench), Vec::<String>::new());
    Ok(())
}

#[tokio::test]
async fn what_is_not_there_is_not_imported() -> Result<()> {
    let mut bench = TerraformBench::new().await?;
    for id in ["no-such-stack", ""] {
        let refused = bench.try_import(id, &Json::Null).await?;
        ensure!(!errors(&refused.told).is_empty(), "{id:?} is imported");
        ensure!(bench.stored().is_none(), "{id:?} is in the state");
    }
    Ok(())
}

/// MoveResourceState of a provider that was never configured.
pub async fn moved(
    provider: &Provider,
    address: &str,
    kind: &str,
    state: &Json,
) -> Result<wire::move_resource_state::Response> {
    let raw = |json: &Json| wire::RawState { json: json.to_string().into_bytes(), ..Default::default() };
    let request = wire::move_resource_state::Request {
        source_provider_address: address.to_owned(),
        source_type_name: kind.to_owned(),
        source_state: Some(raw(state)),
        target_type_name: CLUSTER.to_owned(),
        source_private: b"\xff private bytes of another provider".to_vec(),
        ..Default::default()
    };
    spoken(provider.move_resource_state(Request::new(request)).await)
}

/// Where the official provider of AWS comes from.
pub const AWS: &str = "registry.terraform.io/hashicorp/aws";

#[tokio::test]
async fn a_stack_of_the_official_provider_is_adopted_without_a_call_and_nothing_changes() -> Result<()> {
    let mut bench = TerraformBench::new().await?;
    let arn = forgotten(&mut bench).await?;
    let fresh = super::client::Client::start(crate::model_world::start(Default::default()).await?.world).await?;
    let stack = json!({ "id": arn, "name": STACK, "parameters": { "WorkersCount": "3" }, "outputs": {} });
    let answer = moved(&fresh.provider, AWS, "aws_cloudformation_stack", &stack).await?;
    ensure!(answer.diagnostics.is_empty(), "{:?}", answer.diagnostics);
    assert_eq!(bench.model.calls().len(), 0);
    let state = decode(answer.target_state.as_ref(), &fresh.cluster)?;
    assert_eq!(state["id"], arn.as_str());
    let (attributes, identity) = (state.to_string(), "null".to_owned());
    bench.store(Some(Stored { attributes, version: 0, private: answer.target_private, identity, tainted: false }));
    let planned = bench.plan(&written()).await?;
    assert_eq!(planned.action, Action::NoOp, "{:?}", planned.changes);
    assert_eq!(changes(&bench), Vec::<String>::new());
    Ok(())
}

#[tokio::test]
async fn other_resources_and_states_without_an_arn_are_not_adopted() -> Result<()> {
    let bench = TerraformBench::new().await?;
    let arn = json!({ "id": "arn:aws:cloudformation:us-east-1:123456789012:stack/a/b" });
    for (address, kind, state) in [
        (AWS, "aws_vpc", &arn),
        ("registry.terraform.io/somebody/other", "aws_cloudformation_stack", &arn),
        (AWS, "aws_cloudformation_stack", &json!({ "id": "analytics" })),
        (AWS, "aws_cloudformation_stack", &json!([1])),
    ] {
        let answer = moved(bench.provider(), address, kind, state).await?;
        let told = bench.client().told(&answer.diagnostics, &bench.client().cluster)?;
        ensure!(errors(&told).len() == 1 && answer.target_state.is_none(), "{address} {kind} {state}: {told:?}");
        ensure!(told.iter().all(|told| told.detail.contains("mport")), "what to do instead: {told:?}");
    }
    Ok(())
}

/// The configuration that a client writes for an imported state.
pub async fn generated(bench: &TerraformBench, state: &Json) -> Result<Json> {
    let cluster = bench.client().cluster.clone();
    let request = wire::generate_resource_config::Request {
        type_name: CLUSTER.to_owned(),
        state: Some(encode(state, &cluster)?),
    };
    let answer = spoken(bench.provider().generate_resource_config(Request::new(request)).await)?;
    ensure!(answer.diagnostics.is_empty(), "{:?}", answer.diagnostics);
    decode(answer.config.as_ref(), &cluster)
}

#[tokio::test]
async fn a_configuration_that_is_written_for_an_import_is_valid_and_changes_nothing() -> Result<()> {
    let mut bench = TerraformBench::new().await?;
    forgotten(&mut bench).await?;
    let imported = bench.import(STACK).await?;
    let config = generated(&bench, &imported.state).await?;
    bench.validate(&config).await?;
    ensure!(config["presto"].is_null(), "what a program need not write is left out: {config}");
    assert_eq!(config["monitoring"]["log_retention_days"], 7);
    let planned = bench.plan(&config).await?;
    assert_eq!(planned.action, Action::NoOp, "{:?}", planned.changes);
    Ok(())
}

#[tokio::test]
async fn a_state_of_an_older_shape_is_read_with_what_is_known_of_it() -> Result<()> {
    let mut bench = TerraformBench::new().await?;
    bench.apply(&three_workers()).await?;
    let stored = bench.stored().context("it is stored")?;
    let mut attributes: Json = serde_json::from_str(&stored.attributes)?;
    attributes["an_attribute_that_is_gone"] = json!({ "deep": [1, 2] });
    if let Some(map) = attributes.as_object_mut() {
        map.remove("superset");
        map.remove("dashboard_url");
    }
    bench.store(Some(Stored { attributes: attributes.to_string(), ..stored.clone() }));
    let planned = bench.plan(&three_workers()).await?;
    assert_eq!(planned.action, Action::NoOp, "{:?}", planned.changes);
    bench.store(Some(Stored { attributes: "[]".to_owned(), ..stored }));
    ensure!(!errors(&bench.try_plan(&three_workers()).await?.told).is_empty(), "a list is no state");
    Ok(())
}
