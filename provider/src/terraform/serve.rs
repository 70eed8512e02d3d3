//! How the services are served: a socket that the client alone reaches, TLS, limits, and an end that nothing holds up.
//! Knows no call of the provider.

use std::future::Future;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::{Semaphore, mpsc};
use tokio_rustls::TlsAcceptor;
use tokio_stream::wrappers::ReceiverStream;
use tonic::transport::server::Connected;
use tower_http::catch_panic::CatchPanicLayer;

use super::broker::{Broker, Controller, Ending, Stdio};
use super::go_plugin::grpc_broker_server::GrpcBrokerServer;
use super::go_plugin::grpc_controller_server::GrpcControllerServer;
use super::go_plugin::grpc_stdio_server::GrpcStdioServer;
use super::provider::Provider;
use super::socket::Socket;
use super::wire::provider_server::ProviderServer;
use crate::panic;

/// The largest message in either direction, in bytes: what Terraform's own provider servers allow.
pub const LARGEST_MESSAGE: usize = 256 * 1024 * 1024;
/// The name by which clients ask for the plugin's health.
const HEALTH: &str = "plugin";
/// How long open calls may take to end once the process was asked to end. Clients kill it after two seconds.
const LAST_MOMENTS: Duration = Duration::from_secs(1);
/// How long a stranger may take to agree on TLS.
const TLS_LIMIT: Duration = Duration::from_secs(10);
/// How many connections agree on TLS at once; others wait.
const TLS_AT_ONCE: usize = 16;
/// Pause after a connection that could not be accepted, such as for want of file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Who ends the process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lives {
    /// Its client: the process is the client's child.
    WithItsClient,
    /// A person: clients come and go.
    ByItself,
}

/// A connection, encrypted or not.
trait Wire: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Wire for T {}

impl Connected for Box<dyn Wire> {
    type ConnectInfo = ();
    fn connect_info(&self) {}
}

type Connections = mpsc::Sender<io::Result<Box<dyn Wire>>>;

/// The service with the sizes of Terraform's own servers.
#[must_use]
pub fn service(provider: Provider) -> ProviderServer<Provider> {
    ProviderServer::new(provider).max_decoding_message_size(LARGEST_MESSAGE).max_encoding_message_size(LARGEST_MESSAGE)
}

/// Serves until the client or `shutdown` ends it; then what runs is cancelled, and open calls have a second to answer.
///
/// # Errors
/// What the transport says when the listener is lost.
pub async fn serve(
    provider: Provider,
    socket: &Socket,
    tls: Option<TlsAcceptor>,
    lives: Lives,
    shutdown: impl Future<Output = ()> + Send,
) -> Result<(), tonic::transport::Error> {
    let ending = Ending::default();
    let (health, health_service) = tonic_health::server::health_reporter();
    health.set_service_status(HEALTH, tonic_health::ServingStatus::Serving).await;
    let (accepted, connections) = mpsc::channel(TLS_AT_ONCE);
    let controller = Controller { ending: (lives == Lives::WithItsClient).then(|| ending.clone()) };
    let serving = tonic::transport::Server::builder()
        .layer(CatchPanicLayer::custom(panic::answer))
        .add_service(service(provider.clone()))
        .add_service(GrpcControllerServer::new(controller))
        .add_service(GrpcStdioServer::new(Stdio(ending.clone())))
        .add_service(GrpcBrokerServer::new(Broker(ending.clone())))
        .add_service(health_service)
        .serve_with_incoming_shutdown(ReceiverStream::new(connections), ending.asked());
    let last_moments = async {
        tokio::select! {
            () = shutdown => ending.ask(),
            () = ending.asked() => {}
        }
        provider.stop();
        tokio::time::sleep(LAST_MOMENTS).await;
    };
    tokio::select! {
        ended = serving => ended,
        () = last_moments => Ok(()),
        () = accept(socket, tls, accepted) => Ok(()),
    }
}

/// Hands connections on for as long as the server takes them. Each agrees on TLS in a task of its own, so that one
/// that is slow holds up no other.
async fn accept(socket: &Socket, tls: Option<TlsAcceptor>, accepted: Connections) {
    let at_once = Arc::new(Semaphore::new(TLS_AT_ONCE));
    loop {
        let stream = match socket.accept().await {
            Ok(stream) => stream,
            Err(error) => {
                tracing::warn!("a connection could not be accepted: {error}");
                tokio::time::sleep(ACCEPT_PAUSE).await;
                continue;
            }
        };
        let Some(tls) = tls.clone() else {
            if accepted.send(Ok(Box::new(stream))).await.is_err() {
                return std::future::pending().await;
            }
            continue;
        };
        let Ok(turn) = at_once.clone().acquire_owned().await else { return };
        let accepted = accepted.clone();
        tokio::spawn(async move {
            match tokio::time::timeout(TLS_LIMIT, tls.accept(stream)).await {
                // A server that ends takes no more connections, and then nobody waits for this one.
                Ok(Ok(stream)) => drop(accepted.send(Ok(Box::new(stream))).await),
                Ok(Err(error)) => tracing::warn!("a connection was refused: {error}"),
                Err(_) => tracing::warn!("a connection did not agree on TLS within {TLS_LIMIT:?}"),
            }
            drop(turn);
        });
    }
}
