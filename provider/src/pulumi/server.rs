//! The service and how it is served: one method a call, each handed on to the file of its name. Decides nothing.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use futures_util::stream;
use starburst_core::cluster::Asker;
use starburst_core::failure::{Client, Failure};
use starburst_core::value::Value;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tonic::codegen::BoxStream;
use tonic::transport::server::TcpIncoming;
use tonic::{Request, Response, Status};
use tower_http::catch_panic::CatchPanicLayer;

use super::progress::{Engine, Progress};
use super::wire::resource_provider_server::{ResourceProvider, ResourceProviderServer};
use super::wire::{
    CheckRequest, CheckResponse, ConfigureRequest, ConfigureResponse, CreateRequest, CreateResponse, DeleteRequest,
    DiffRequest, DiffResponse, GetMappingRequest, GetMappingResponse, GetMappingsRequest, GetMappingsResponse,
    GetSchemaRequest, GetSchemaResponse, InvokeRequest, InvokeResponse, ListRequest, ListResponse, PluginAttach,
    PluginInfo, ProviderHandshakeRequest, ProviderHandshakeResponse, ReadRequest, ReadResponse, UpdateRequest,
    UpdateResponse,
};
use super::{CLUSTER, apply, check, config, functions, handshake, list, mapping, plan, read, schema};
use crate::panic;
use crate::session::{Cancelled, Session, hide_secrets};
use crate::world::{Connection, World};

/// The largest message in either direction, in bytes: what the engine itself allows.
pub const LARGEST_MESSAGE: usize = 400 * 1024 * 1024;
/// How long open calls may take to end once the process was asked to end.
const LAST_MOMENTS: Duration = Duration::from_secs(2);

/// One provider, as the engine sees it. Clones share everything.
#[derive(Clone)]
pub struct Provider {
    pub(super) session: Session,
    engine: Engine,
}

/// What one call of a resource needs.
pub(super) struct Operation {
    /// The way to AWS.
    pub connection: Arc<dyn Connection>,
    /// Cancellation of this call.
    pub cancelled: Cancelled,
    /// Lines for the user.
    pub progress: Progress,
    /// Who asks.
    pub asker: Asker,
}

impl Provider {
    /// A provider that is not configured yet. `engine` is the address of the engine's own service, when known.
    #[must_use]
    pub fn new(world: Arc<dyn World>, engine: Option<&str>) -> Self {
        let provider = Self { session: Session::new(world), engine: Engine::default() };
        provider.engine.open(engine.unwrap_or_default());
        provider
    }

    /// Ends whatever runs; calls that come later are served.
    pub fn cancel(&self) {
        self.session.cancel();
    }

    pub(super) fn world(&self) -> &dyn World {
        self.session.world()
    }

    pub(super) fn progress(&self, urn: &str) -> Progress {
        self.engine.progress(urn)
    }

    pub(super) fn configure_with(&self, config: Value) {
        self.session.configure(config);
    }

    /// Everything that a call for this URN may reach, in the provider's region.
    pub(super) async fn operation(&self, urn: &str) -> Result<Operation, Failure> {
        self.operation_in(urn, &Value::Null).await
    }

    /// The same in the region that the inputs of a cluster name, if they do.
    pub(super) async fn operation_in(&self, urn: &str, inputs: &Value) -> Result<Operation, Failure> {
        let cancelled = self.session.cancellation();
        let connection = self.session.connection(inputs).await?;
        Ok(Operation { connection, cancelled, progress: self.progress(urn), asker: asker(urn) })
    }
}

impl Operation {
    /// Keeps every secret of these inputs out of AWS's words.
    pub(super) fn hide_secrets_of(&self, inputs: &Value) {
        hide_secrets(self.connection.as_ref(), inputs);
    }
}

/// Who asks, for a URN.
pub(super) fn asker(urn: &str) -> Asker {
    Asker { client: Client::Pulumi, owner: urn.to_owned() }
}

/// Refuses every type but the one that there is. The engine fills `kind` in; older ones leave it out, and then the
/// URN says it.
pub(super) fn known_type(kind: &str, urn: &str) -> Result<(), Status> {
    let from_urn = urn.split("::").nth(2).and_then(|types| types.rsplit('$').next()).unwrap_or_default();
    let asked = if kind.is_empty() { from_urn } else { kind };
    if asked.is_empty() || asked == CLUSTER {
        return Ok(());
    }
    Err(Status::invalid_argument(format!("the resource type {asked} is unknown; the package has {CLUSTER} alone")))
}

type Answer<T> = Result<Response<T>, Status>;

#[tonic::async_trait]
impl ResourceProvider for Provider {
    async fn handshake(&self, request: Request<ProviderHandshakeRequest>) -> Answer<ProviderHandshakeResponse> {
        let request = request.into_inner();
        self.engine.open(&request.engine_address);
        Ok(Response::new(handshake::answer()))
    }
    async fn get_plugin_info(&self, _: Request<()>) -> Answer<PluginInfo> {
        Ok(Response::new(handshake::plugin_info()))
    }
    async fn attach(&self, request: Request<PluginAttach>) -> Answer<()> {
        self.engine.open(&request.into_inner().address);
        Ok(Response::new(()))
    }
    async fn cancel(&self, _: Request<()>) -> Answer<()> {
        Provider::cancel(self);
        Ok(Response::new(()))
    }
    async fn get_schema(&self, request: Request<GetSchemaRequest>) -> Answer<GetSchemaResponse> {
        schema::get_schema(&request.into_inner()).map(Response::new)
    }
    async fn check_config(&self, request: Request<CheckRequest>) -> Answer<CheckResponse> {
        config::check_config(&request.into_inner()).map(Response::new)
    }
    async fn diff_config(&self, request: Request<DiffRequest>) -> Answer<DiffResponse> {
        config::diff_config(&request.into_inner()).map(Response::new)
    }
    async fn configure(&self, request: Request<ConfigureRequest>) -> Answer<ConfigureResponse> {
        config::configure(self, &request.into_inner()).map(Response::new)
    }
    async fn check(&self, request: Request<CheckRequest>) -> Answer<CheckResponse> {
        check::check(self, request.into_inner()).await.map(Response::new)
    }
    async fn diff(&self, request: Request<DiffRequest>) -> Answer<DiffResponse> {
        plan::diff(self, &request.into_inner()).await.map(Response::new)
    }
    async fn create(&self, request: Request<CreateRequest>) -> Answer<CreateResponse> {
        apply::create(self, request.into_inner()).await.map(Response::new)
    }
    async fn update(&self, request: Request<UpdateRequest>) -> Answer<UpdateResponse> {
        apply::update(self, request.into_inner()).await.map(Response::new)
    }
    async fn delete(&self, request: Request<DeleteRequest>) -> Answer<()> {
        apply::delete(self, request.into_inner()).await.map(Response::new)
    }
    async fn read(&self, request: Request<ReadRequest>) -> Answer<ReadResponse> {
        read::read(self, request.into_inner()).await.map(Response::new)
    }
    async fn list(&self, request: Request<ListRequest>) -> Answer<BoxStream<ListResponse>> {
        let found = list::list(self, &request.into_inner()).await?;
        Ok(Response::new(Box::pin(stream::iter(found.into_iter().map(Ok)))))
    }
    async fn invoke(&self, request: Request<InvokeRequest>) -> Answer<InvokeResponse> {
        functions::invoke(self, &request.into_inner()).await.map(Response::new)
    }
    async fn get_mapping(&self, _: Request<GetMappingRequest>) -> Answer<GetMappingResponse> {
        Ok(Response::new(mapping::get_mapping()))
    }
    async fn get_mappings(&self, _: Request<GetMappingsRequest>) -> Answer<GetMappingsResponse> {
        Ok(Response::new(mapping::get_mappings()))
    }
}

/// The service with the engine's message sizes.
#[must_use]
pub fn service(provider: Provider) -> ResourceProviderServer<Provider> {
    ResourceProviderServer::new(provider)
        .max_decoding_message_size(LARGEST_MESSAGE)
        .max_encoding_message_size(LARGEST_MESSAGE)
}

/// Serves until `shutdown` ends; then what runs is cancelled, and open calls have two seconds to answer.
///
/// # Errors
/// What the transport says when the listener is lost.
pub async fn serve(
    provider: Provider,
    listener: TcpListener,
    shutdown: impl Future<Output = ()> + Send,
) -> Result<(), tonic::transport::Error> {
    let (asked, mut heard) = watch::channel(false);
    let mut heard_too = heard.clone();
    let serving = tonic::transport::Server::builder()
        .layer(CatchPanicLayer::custom(panic::answer))
        .add_service(service(provider.clone()))
        .serve_with_incoming_shutdown(TcpIncoming::from(listener).with_nodelay(Some(true)), async move {
            let _ = heard.wait_for(|asked| *asked).await;
        });
    let last_moments = async move {
        shutdown.await;
        provider.cancel();
        let _ = asked.send(true);
        let _ = heard_too.wait_for(|asked| *asked).await;
        tokio::time::sleep(LAST_MOMENTS).await;
    };
    tokio::select! {
        ended = serving => ended,
        () = last_moments => Ok(()),
    }
}
