//! The service over a real connection, with a world that has no AWS.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use prost_types::value::Kind;
use prost_types::{ListValue, Struct, Value as Wire};
use starburst_core::failure::{Failure, FailureKind, Message};
use starburst_core::ports::{LocalEntry, LocalFiles};
use starburst_core::value::Value;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tonic::Code;
use tonic::transport::Channel;

use super::CLUSTER;
use super::encode::{Unknowns, encode};
use super::server::{Provider, serve};
use super::wire::resource_provider_client::ResourceProviderClient;
use super::wire::{
    CallRequest, CheckRequest, ConfigureRequest, CreateRequest, DiffRequest, GetMappingRequest, GetSchemaRequest,
    InvokeRequest, ListRequest, ProviderHandshakeRequest,
};
use crate::world::{Connection, World};

struct NoAws;

#[async_trait]
impl LocalFiles for NoAws {
    async fn entries(&self, path: &str) -> Result<Vec<LocalEntry>, String> {
        assert!(path != "panic", "secret words of a panic");
        Err("there is no such file".to_owned())
    }
    fn pack(&self, _: &[LocalEntry]) -> Result<Vec<u8>, String> {
        Ok(Vec::new())
    }
}

#[async_trait]
impl World for NoAws {
    fn files(&self) -> &dyn LocalFiles {
        self
    }
    async fn connect(&self, _: &Value) -> Result<Arc<dyn Connection>, Failure> {
        let code = &starburst_schema::codes::refused::CREDENTIALS;
        Err(Failure::new(FailureKind::Denied, code, Message::new("there is no region")))
    }
}

struct Served {
    client: ResourceProviderClient<Channel>,
    stop: oneshot::Sender<()>,
    ended: tokio::task::JoinHandle<Result<(), tonic::transport::Error>>,
}

async fn served() -> Served {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let (stop, stopped) = oneshot::channel::<()>();
    let ended = tokio::spawn(serve(Provider::new(Arc::new(NoAws), None), listener, async {
        let _ = stopped.await;
    }));
    let client = ResourceProviderClient::connect(format!("http://{address}")).await.expect("a connection");
    Served { client: client.max_encoding_message_size(usize::MAX), stop, ended }
}

fn inputs(json: serde_json::Value) -> Option<Struct> {
    Some(encode(&Value::from(&json), Unknowns::Kept))
}

const URN: &str = "urn:pulumi:dev::shop::starburst:index:PrestoAlluxioCluster::joint";

fn check(news: Option<Struct>) -> CheckRequest {
    CheckRequest { urn: URN.to_owned(), olds: Some(Struct::default()), news, ..CheckRequest::default() }
}

#[tokio::test]
async fn the_first_calls_of_an_engine_are_answered() {
    let mut served = served().await;
    let shaken = served.client.handshake(ProviderHandshakeRequest::default()).await.expect("a handshake").into_inner();
    assert!(shaken.accept_secrets && shaken.accept_resources && shaken.accept_outputs);
    assert!(shaken.supports_autonaming_configuration && !shaken.accepts_byte_string);
    let version = served.client.get_plugin_info(()).await.expect("a version").into_inner().version;
    let schema = served.client.get_schema(GetSchemaRequest::default()).await.expect("a schema").into_inner().schema;
    let schema: serde_json::Value = serde_json::from_str(&schema).expect("JSON");
    assert_eq!(schema["name"], "starburst");
    assert_eq!(schema["version"], version);
    let mapping = served.client.get_mapping(GetMappingRequest::default()).await.expect("a mapping").into_inner();
    assert!(mapping.data.is_empty());
    let components = served.client.call(CallRequest::default()).await.expect_err("no components");
    assert_eq!(components.code(), Code::Unimplemented);
}

#[tokio::test]
async fn configure_calls_nothing_and_the_first_use_says_what_is_missing() {
    let mut served = served().await;
    let create = CreateRequest { urn: URN.to_owned(), properties: inputs(serde_json::json!({})), ..Default::default() };
    let early = served.client.create(create.clone()).await.expect_err("not configured");
    assert_eq!(early.code(), Code::Internal);
    let configured = served.client.configure(ConfigureRequest { args: inputs(serde_json::json!({})), ..Default::default() });
    assert!(configured.await.expect("a configuration").into_inner().supports_preview);
    let first = served.client.create(create).await.expect_err("no region");
    assert_eq!(first.code(), Code::PermissionDenied);
    assert_eq!(first.message(), "SB2002: there is no region");
}

#[tokio::test]
async fn a_cancel_is_answered_at_once_and_later_calls_are_served() {
    let mut served = served().await;
    for _ in 0..2 {
        tokio::time::timeout(Duration::from_secs(1), served.client.cancel(())).await.expect("in time").expect("an answer");
        served.client.get_plugin_info(()).await.expect("an answer");
    }
}

#[tokio::test]
async fn what_is_unknown_is_an_argument_error() {
    let mut served = served().await;
    let urn = "urn:pulumi:dev::shop::starburst:index:Nothing::joint".to_owned();
    let answers = [
        served.client.check(CheckRequest { urn: urn.clone(), ..Default::default() }).await.err(),
        served.client.diff(DiffRequest { r#type: "starburst:index:Nothing".into(), ..Default::default() }).await.err(),
        served.client.invoke(InvokeRequest { tok: "starburst:index:nothing".into(), ..Default::default() }).await.err(),
        served.client.list(ListRequest { token: "nothing".into(), ..Default::default() }).await.err(),
        served.client.get_schema(GetSchemaRequest { version: 7, ..Default::default() }).await.err(),
    ];
    for (at, answer) in answers.into_iter().enumerate() {
        assert_eq!(answer.map(|status| status.code()), Some(Code::InvalidArgument), "call {at}");
    }
    let nested = "urn:pulumi:dev::shop::my:Own$starburst:index:PrestoAlluxioCluster::joint".to_owned();
    served.client.check(CheckRequest { urn: nested, r#type: CLUSTER.into(), ..Default::default() }).await.expect("ours");
}

#[tokio::test]
async fn deep_enormous_and_panicking_calls_leave_the_server_alive() {
    let mut served = served().await;
    let mut deep = Wire { kind: Some(Kind::BoolValue(true)) };
    for _ in 0..200 {
        deep = Wire { kind: Some(Kind::ListValue(ListValue { values: vec![deep] })) };
    }
    let news = Struct { fields: [("network".to_owned(), deep)].into() };
    let refused = served.client.check(check(Some(news))).await.expect_err("too deep");
    assert_eq!(refused.code(), Code::Internal);
    served.client.get_plugin_info(()).await.expect("alive after deep nesting");

    let field = starburst_schema::FIELDS.iter().find(|field| matches!(field.kind, starburst_schema::Kind::Folder));
    if let Some(field) = field {
        let mut news = Value::Null;
        news.put(&starburst_core::path::Path::from(*field), Value::text("panic"));
        let bug = served.client.check(check(Some(encode(&news, Unknowns::Kept)))).await.expect_err("a panic");
        assert_eq!(bug.code(), Code::Internal);
        assert!(bug.message().starts_with("SB9001: "), "{}", bug.message());
        assert!(!bug.message().contains("secret words"));
        served.client.get_plugin_info(()).await.expect("alive after a panic");

        news.put(&starburst_core::path::Path::from(*field), Value::text("./missing"));
        let answer = served.client.check(check(Some(encode(&news, Unknowns::Kept)))).await.expect("an answer");
        let failures = answer.into_inner().failures;
        assert!(failures.iter().any(|failure| failure.property == field.path), "{failures:?}");
    }
}

#[tokio::test]
async fn serving_ends_when_it_is_asked_to() {
    let served = served().await;
    served.stop.send(()).expect("a server that listens");
    let ended = tokio::time::timeout(Duration::from_secs(4), served.ended).await.expect("in time").expect("no panic");
    assert!(ended.is_ok());
}
