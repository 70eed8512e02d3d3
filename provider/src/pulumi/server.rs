//! The service and how it is served: one method a call, each handed on to the file of its name. Decides nothing.

use std::future::Future;
use std::time::Duration;

use futures_util::stream;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tonic::codegen::BoxStream;
use tonic::transport::server::TcpIncoming;
use tonic::{Request, Response, Status};
use tower_http::catch_panic::CatchPanicLayer;

pub use super::provider::Provider;
use super::wire::resource_provider_server::{ResourceProvider, ResourceProviderServer};
use super::wire::{
    CheckRequest, CheckResponse, ConfigureRequest, ConfigureResponse, CreateRequest, CreateResponse, DeleteRequest,
    DiffRequest, DiffResponse, GetMappingRequest, GetMappingResponse, GetMappingsRequest, GetMappingsResponse,
    GetSchemaRequest, GetSchemaResponse, InvokeRequest, InvokeResponse, ListRequest, ListResponse, PluginAttach,
    PluginInfo, ProviderHandshakeRequest, ProviderHandshakeResponse, ReadRequest, ReadResponse, UpdateRequest,
    UpdateResponse,
};
use super::{apply, check, config, functions, handshake, list, mapping, plan, read, schema};
use crate::panic;

/// The largest message in either direction, in bytes: what the engine itself allows.
pub const LARGEST_MESSAGE: usize = 400 * 1024 * 1024;
/// How long open calls may take to end once the process was asked to end.
const LAST_MOMENTS: Duration = Duration::from_secs(2);

type Answer<T> = Result<Response<T>, Status>;

#[tonic::async_trait]
impl ResourceProvider for Provider {
    async fn handshake(&self, request: Request<ProviderHandshakeRequest>) -> Answer<ProviderHandshakeResponse> {
        let request = request.into_inner();
        self.engine.open(&request.engine_address);
        self.greeted(request.supports_views);
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
