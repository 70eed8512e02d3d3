//! What the provider offers beside the resource: data sources, functions, the list, the ephemeral resource; and which
//! calls of the protocol it answers at all.

use std::collections::BTreeSet;

use anyhow::{Context, Result, ensure};
use prost::Message as _;
use prost_types::FileDescriptorSet;
use serde_json::{Value as Json, json};
use starburst_provider::terraform::wire;
use starburst_provider::terraform::wire::provider_server::{Provider as _, ProviderServer};
use starburst_provider::terraform::{DESCRIPTORS, server::Provider};
use tokio_stream::StreamExt as _;
use tonic::codegen::http::uri::PathAndQuery;
use tonic::{Code, Request};
use tonic_prost::ProstCodec;

use super::bench::TerraformBench;
use super::client::{CLUSTER, spoken};
use super::lifecycle::{three_workers, with};
use super::schema::{Attribute, attributes, type_of};
use super::value::{decode, decode_one, encode, encode_one};
use crate::harness::STACK;

/// Calls that the provider does not answer, with the reason.
const REFUSED: [(&str, &str); 11] = [
    ("PlanAction", "there are no actions"),
    ("ValidateActionConfig", "there are no actions"),
    ("InvokeAction", "there are no actions"),
    ("ValidateStateStoreConfig", "there are no state stores"),
    ("ConfigureStateStore", "there are no state stores"),
    ("ReadStateBytes", "there are no state stores"),
    ("WriteStateBytes", "there are no state stores"),
    ("LockState", "there are no state stores"),
    ("UnlockState", "there are no state stores"),
    ("GetStates", "there are no state stores"),
    ("DeleteState", "there are no state stores"),
];

/// One call with an empty message, as a client's channel makes it.
async fn called(provider: &Provider, name: &str, streams: bool) -> Result<Code> {
    let mut grpc = tonic::client::Grpc::new(ProviderServer::new(provider.clone()));
    let path = PathAndQuery::try_from(format!("/tfplugin6.Provider/{name}"))?;
    let status = if streams {
        let mut answer = match grpc.server_streaming(Request::new(()), path, ProstCodec::<(), ()>::default()).await {
            Ok(answer) => answer.into_inner(),
            Err(status) => return Ok(status.code()),
        };
        let first = answer.next().await.context("a stream without an event")?;
        first.err()
    } else {
        grpc.unary(Request::new(()), path, ProstCodec::<(), ()>::default()).await.err()
    };
    Ok(status.map_or(Code::Ok, |status| status.code()))
}

#[tokio::test]
async fn every_call_of_the_protocol_is_answered_or_refused_for_a_reason() -> Result<()> {
    let bench = TerraformBench::new().await?;
    let descriptors = FileDescriptorSet::decode(DESCRIPTORS)?;
    let services = descriptors.file.iter().filter(|file| file.package() == "tfplugin6").flat_map(|file| &file.service);
    let methods: Vec<_> = services.flat_map(|service| &service.method).collect();
    assert_eq!(methods.len(), 36);
    let names: BTreeSet<&str> = methods.iter().map(|method| method.name()).collect();
    for (name, _) in REFUSED {
        ensure!(names.contains(name), "there is no call {name}");
    }
    for method in methods {
        let refused = REFUSED.iter().any(|(name, _)| *name == method.name());
        let expected = if refused { Code::Unimplemented } else { Code::Ok };
        let code = called(bench.provider(), method.name(), method.server_streaming()).await?;
        assert_eq!(code, expected, "{}", method.name());
    }
    Ok(())
}

#[tokio::test]
async fn metadata_and_schemas_name_the_same() -> Result<()> {
    let bench = TerraformBench::new().await?;
    let metadata = spoken(bench.provider().get_metadata(Request::new(Default::default())).await)?;
    let schemas = spoken(bench.provider().get_provider_schema(Request::new(Default::default())).await)?;
    let set = |names: Vec<String>| names.into_iter().collect::<BTreeSet<_>>();
    let of = |names: Vec<&String>| names.into_iter().cloned().collect::<BTreeSet<_>>();
    let names = |schemas: &std::collections::BTreeMap<String, wire::Schema>| of(schemas.keys().collect());
    assert_eq!(
        set(metadata.resources.into_iter().map(|one| one.type_name).collect()),
        names(&schemas.resource_schemas)
    );
    assert_eq!(
        set(metadata.data_sources.into_iter().map(|one| one.type_name).collect()),
        names(&schemas.data_source_schemas)
    );
    assert_eq!(
        set(metadata.ephemeral_resources.into_iter().map(|one| one.type_name).collect()),
        names(&schemas.ephemeral_resource_schemas)
    );
    assert_eq!(
        set(metadata.list_resources.into_iter().map(|one| one.type_name).collect()),
        names(&schemas.list_resource_schemas)
    );
    assert_eq!(
        set(metadata.functions.into_iter().map(|one| one.name).collect()),
        of(schemas.functions.keys().collect())
    );
    assert_eq!(metadata.server_capabilities, schemas.server_capabilities);
    Ok(())
}

#[tokio::test]
async fn types_that_there_are_not_are_errors_and_no_plugin_faults() -> Result<()> {
    let bench = TerraformBench::new().await?;
    let provider = bench.provider();
    let type_name = "starburst_nothing".to_owned();
    let request = wire::validate_resource_config::Request { type_name: type_name.clone(), ..Default::default() };
    let mut told = spoken(provider.validate_resource_config(Request::new(request)).await)?.diagnostics;
    let request = wire::validate_data_resource_config::Request { type_name: type_name.clone(), ..Default::default() };
    told.extend(spoken(provider.validate_data_resource_config(Request::new(request)).await)?.diagnostics);
    let request = wire::read_data_source::Request { type_name: type_name.clone(), ..Default::default() };
    told.extend(spoken(provider.read_data_source(Request::new(request)).await)?.diagnostics);
    let request = wire::open_ephemeral_resource::Request { type_name: type_name.clone(), ..Default::default() };
    told.extend(spoken(provider.open_ephemeral_resource(Request::new(request)).await)?.diagnostics);
    let request = wire::plan_resource_change::Request { type_name, ..Default::default() };
    told.extend(spoken(provider.plan_resource_change(Request::new(request)).await)?.diagnostics);
    assert_eq!(told.len(), 5);
    ensure!(told.iter().all(|told| told.detail.contains("starburst_nothing")), "{told:?}");
    Ok(())
}

/// The result of a function of one text, or its error: text and argument.
async fn function(name: &str, text: &str) -> Result<std::result::Result<Json, (String, Option<i64>)>> {
    // A function is called before anything is configured.
    let world = crate::model_world::start(Default::default()).await?;
    let provider = Provider::new(world.world);
    let functions = spoken(provider.get_functions(Request::new(Default::default())).await)?.functions;
    let answers = functions.get(name).and_then(|found| found.r#return.as_ref()).context("no such function")?;
    let shape = type_of(&answers.r#type)?;
    let argument = encode_one(&json!(text), &super::schema::Shape::Text)?;
    let request = wire::call_function::Request { name: name.to_owned(), arguments: vec![argument] };
    let answer = spoken(provider.call_function(Request::new(request)).await)?;
    Ok(match answer.error {
        Some(error) => Err((error.text, error.function_argument)),
        None => Ok(decode_one(answer.result.as_ref(), &shape)?),
    })
}

#[tokio::test]
async fn functions_answer_without_configuration_and_name_a_wrong_argument() -> Result<()> {
    let parsed = function("parse_alluxio_properties", "# a comment\nalluxio.a=1\nalluxio.b : two\n").await?;
    assert_eq!(parsed, Ok(json!({ "alluxio.a": "1", "alluxio.b": "two" })));
    let arn = "arn:aws:cloudformation:us-east-1:123456789012:stack/analytics/0a0a0a0a";
    assert_eq!(function("stack_name_from_arn", arn).await?, Ok(json!("analytics")));
    let (text, argument) = function("stack_name_from_arn", "analytics").await?.err().context("no ARN")?;
    ensure!(text.contains("ARN"), "{text}");
    assert_eq!(argument, Some(0));
    Ok(())
}

async fn data(
    bench: &TerraformBench,
    kind: &str,
    config: &Json,
) -> Result<(Json, Vec<wire::Diagnostic>, Vec<Attribute>)> {
    let schemas = spoken(bench.provider().get_provider_schema(Request::new(Default::default())).await)?;
    let shape = attributes(schemas.data_source_schemas.get(kind).context("no such data source")?)?;
    let sent = Some(encode(config, &shape)?);
    let request = wire::read_data_source::Request { type_name: kind.to_owned(), config: sent, ..Default::default() };
    let answer = spoken(bench.provider().read_data_source(Request::new(request)).await)?;
    let state = if answer.state.is_some() { decode(answer.state.as_ref(), &shape)? } else { Json::Null };
    Ok((state, answer.diagnostics, shape))
}

#[tokio::test]
async fn the_data_source_reads_a_cluster_by_name_or_arn_as_it_is_now() -> Result<()> {
    let mut bench = TerraformBench::new().await?;
    let made = bench.apply(&three_workers()).await?;
    let arn = made.state["id"].as_str().context("no id")?.to_owned();
    for id in [STACK, arn.as_str()] {
        let (state, told, _) = data(&bench, CLUSTER, &json!({ "stack_name": id })).await?;
        ensure!(told.is_empty(), "{told:?}");
        assert_eq!(state["stack_name"], id, "a configured value stays");
        assert_eq!(state["coordinator_url"], made.state["coordinator_url"]);
        assert_eq!(state["workers_in_service"], 3);
        ensure!(!super::value::has_unknown(&state), "{state}");
    }
    let (_, told, shape) = data(&bench, CLUSTER, &json!({ "stack_name": "no-such-stack" })).await?;
    let told = bench.client().told(&told, &shape)?;
    ensure!(told.iter().any(|told| told.is_error && told.path == "stack_name"), "{told:?}");
    Ok(())
}

#[tokio::test]
async fn the_template_is_shown_without_a_call() -> Result<()> {
    let bench = TerraformBench::new().await?;
    let (state, told, _) = data(&bench, "starburst_joint_template", &json!({})).await?;
    ensure!(told.is_empty(), "{told:?}");
    ensure!(
        state["body"].as_str().is_some_and(|body| body.contains("AWS::AutoScaling::AutoScalingGroup")),
        "no template"
    );
    serde_json::from_str::<Json>(state["node_policy"].as_str().context("no policy")?)?;
    assert_eq!(bench.model.calls().len(), 0);
    Ok(())
}

async fn listed(bench: &TerraformBench, limit: i64, whole: bool) -> Result<Vec<wire::list_resource::Event>> {
    let schemas = spoken(bench.provider().get_provider_schema(Request::new(Default::default())).await)?;
    let shape = attributes(schemas.list_resource_schemas.get(CLUSTER).context("no list")?)?;
    let config = Some(encode(&json!({}), &shape)?);
    let type_name = CLUSTER.to_owned();
    let request = wire::list_resource::Request { type_name, config, include_resource_object: whole, limit };
    let mut stream = spoken(bench.provider().list_resource(Request::new(request)).await)?;
    let mut events = Vec::new();
    while let Some(event) = stream.next().await {
        events.push(event?);
    }
    Ok(events)
}

#[tokio::test]
async fn clusters_are_listed_with_identity_and_state_up_to_the_limit() -> Result<()> {
    let mut bench = TerraformBench::new().await?;
    let mut ids = BTreeSet::new();
    for name in ["first", "second"] {
        let made = bench.apply(&with(three_workers(), "/stack/name", json!(name))).await?;
        ids.insert(made.state["id"].to_string());
        bench.store(None);
    }
    let events = listed(&bench, 0, true).await?;
    let mut found = BTreeSet::new();
    for event in &events {
        ensure!(event.diagnostic.is_empty() && !event.display_name.is_empty(), "{event:?}");
        let identity = event.identity.as_ref().context("no identity")?;
        let identity = decode(identity.identity_data.as_ref(), &bench.client().identity)?;
        found.insert(identity["stack_id"].to_string());
        let object = decode(event.resource_object.as_ref(), &bench.client().cluster)?;
        assert_eq!(object["ec2"]["worker_count"], 3);
    }
    assert_eq!(found, ids);
    assert_eq!(listed(&bench, 1, false).await?.len(), 1);
    ensure!(listed(&bench, 1, false).await?.iter().all(|event| event.resource_object.is_none()), "nobody asked for it");
    Ok(())
}

#[tokio::test]
async fn the_password_of_superset_is_read_when_it_is_needed_and_in_no_state() -> Result<()> {
    let mut bench = TerraformBench::new().await?;
    let made = bench.apply(&with(three_workers(), "/superset/enabled", json!(true))).await?;
    let arn = made.state["superset_admin_password_secret_arn"].clone();
    ensure!(arn.as_str().is_some_and(|arn| arn.starts_with("arn:aws:secretsmanager:")), "{}", made.state);
    let schemas = spoken(bench.provider().get_provider_schema(Request::new(Default::default())).await)?;
    let kind = "starburst_superset_admin_password";
    let shape = attributes(schemas.ephemeral_resource_schemas.get(kind).context("no such resource")?)?;
    let open = async |arn: &Json| {
        let config = Some(encode(&json!({ "secret_arn": arn }), &shape)?);
        let type_name = kind.to_owned();
        let request = wire::open_ephemeral_resource::Request { type_name, config, ..Default::default() };
        spoken(bench.provider().open_ephemeral_resource(Request::new(request)).await)
    };
    let answer = open(&arn).await?;
    ensure!(answer.diagnostics.is_empty(), "{:?}", answer.diagnostics);
    let result = decode(answer.result.as_ref(), &shape)?;
    let password = result["password"].as_str().context("no password")?;
    let stored = bench.stored().context("it is stored")?;
    ensure!(!password.is_empty() && !stored.attributes.contains(password), "the state holds the password");
    ensure!(!String::from_utf8_lossy(&stored.private).contains(password), "the private state holds the password");
    let wrong = open(&json!("arn:aws:secretsmanager:us-east-1:123456789012:secret:none-AbCdEf")).await?;
    ensure!(wrong.result.is_none() && !wrong.diagnostics.is_empty(), "{wrong:?}");
    Ok(())
}
