//! The service over a real connection, with a world that has no AWS.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use prost_types::value::Kind;
use prost_types::{ListValue, Struct, Value as Wire};
use starburst_core::failure::{Failure, FailureKind, Message};
use starburst_core::ports::{Cancellation as _, LocalEntry, LocalFiles};
use starburst_core::value::Value;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tonic::Code;
use tonic::codegen::Service as _;
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
    channel: Channel,
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
    let endpoint = tonic::transport::Endpoint::from_shared(format!("http://{address}")).expect("an address");
    let channel = endpoint.connect().await.expect("a connection");
    Served { client: ResourceProviderClient::new(channel.clone()), channel, stop, ended }
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
    let configured =
        served.client.configure(ConfigureRequest { args: inputs(serde_json::json!({})), ..Default::default() });
    assert!(configured.await.expect("a configuration").into_inner().supports_preview);
    let first = served.client.create(create).await.expect_err("no region");
    assert_eq!(first.code(), Code::PermissionDenied);
    assert_eq!(first.message(), "SB2002: there is no region");
}

#[tokio::test]
async fn a_cancel_is_answered_at_once_and_later_calls_are_served() {
    let mut served = served().await;
    for _ in 0..2 {
        tokio::time::timeout(Duration::from_secs(1), served.client.cancel(()))
            .await
            .expect("in time")
            .expect("an answer");
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
    served
        .client
        .check(CheckRequest { urn: nested, r#type: CLUSTER.into(), ..Default::default() })
        .await
        .expect("ours");
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

#[tokio::test]
async fn bytes_that_are_no_message_are_refused() {
    let served = served().await;
    let mut raw = tonic::client::Grpc::new(served.channel);
    raw.ready().await.expect("a connection");
    // Field 2 of this message is a text where the check has an object.
    let nonsense = super::wire::status::Status { message: "no object".to_owned(), ..Default::default() };
    let codec = tonic_prost::ProstCodec::<super::wire::status::Status, super::wire::CheckResponse>::default();
    let path = http::uri::PathAndQuery::from_static("/pulumirpc.ResourceProvider/Check");
    let refused = raw.unary(tonic::Request::new(nonsense), path, codec).await.expect_err("no message");
    assert_eq!(refused.code(), Code::Internal);
    served.client.clone().get_plugin_info(()).await.expect("alive");
}

#[tokio::test]
async fn an_enormous_message_is_refused_before_it_is_read() {
    let mut served = served().await;
    // The head of a message of 400 MiB and one byte.
    let head = "\0\x19\0\0\x01".to_owned();
    let request = http::Request::post("http://localhost/pulumirpc.ResourceProvider/Check")
        .header("content-type", "application/grpc")
        .body(tonic::body::Body::new(head))
        .expect("a request");
    std::future::poll_fn(|context| served.channel.poll_ready(context)).await.expect("a connection");
    let answer = served.channel.call(request).await.expect("an answer");
    let status = tonic::Status::from_header_map(answer.headers()).expect("a status");
    assert_eq!(status.code(), Code::OutOfRange);
    served.client.get_plugin_info(()).await.expect("alive");
}

#[tokio::test]
async fn a_cancel_ends_what_runs_and_not_what_comes_later() {
    let provider = Provider::new(Arc::new(NoAws), None);
    let running = provider.session.cancellation();
    assert!(!running.is_cancelled());
    let waiting = tokio::spawn(async move {
        running.cancelled().await;
        running.is_cancelled()
    });
    tokio::task::yield_now().await;
    provider.cancel();
    assert!(tokio::time::timeout(Duration::from_secs(1), waiting).await.expect("in time").expect("no panic"));
    let later = provider.session.cancellation();
    assert!(!later.is_cancelled());
    assert!(tokio::time::timeout(Duration::from_millis(50), later.cancelled()).await.is_err());
}
