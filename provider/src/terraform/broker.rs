//! The services of go-plugin beside the provider: the controller that ends the process, and the two streams that its
//! clients keep open. None of them knows anything of the provider.

use futures_util::stream::{self, StreamExt as _};
use futures_util::{future, pin_mut};
use tokio::sync::watch;
use tonic::codegen::BoxStream;
use tonic::{Request, Response, Status, Streaming};

use super::go_plugin::grpc_broker_server::GrpcBroker;
use super::go_plugin::grpc_controller_server::GrpcController;
use super::go_plugin::grpc_stdio_server::GrpcStdio;
use super::go_plugin::{ConnInfo, Empty, StdioData};

/// The end of the process: asked for once, seen by all. Clones share it.
#[derive(Debug, Clone)]
pub struct Ending(watch::Sender<bool>);

impl Default for Ending {
    fn default() -> Self {
        Self(watch::Sender::new(false))
    }
}

impl Ending {
    /// Asks for the end.
    pub fn ask(&self) {
        self.0.send_replace(true);
    }

    /// Returns once the end was asked for.
    pub fn asked(&self) -> impl Future<Output = ()> + Send + use<> {
        let sender = self.0.clone();
        async move {
            // The sender that is held here keeps the wait from failing.
            let _ = sender.subscribe().wait_for(|asked| *asked).await;
        }
    }
}

/// Ends the process when its client asks.
#[derive(Debug, Clone)]
pub struct Controller {
    /// What to ask; absent in a process that outlives its clients.
    pub ending: Option<Ending>,
}

#[tonic::async_trait]
impl GrpcController for Controller {
    async fn shutdown(&self, _: Request<Empty>) -> Result<Response<Empty>, Status> {
        if let Some(ending) = &self.ending {
            ending.ask();
        }
        Ok(Response::new(Empty {}))
    }
}

/// Carries no output: the plugin prints none after its handshake, and its log goes to standard error. Open streams
/// would hold up the end of the server, so they end with it.
#[derive(Debug, Clone)]
pub struct Stdio(pub Ending);

#[tonic::async_trait]
impl GrpcStdio for Stdio {
    async fn stream_stdio(&self, _: Request<()>) -> Result<Response<BoxStream<StdioData>>, Status> {
        Ok(Response::new(Box::pin(stream::pending().take_until(self.0.asked()))))
    }
}

/// Opens no further connection.
#[derive(Debug, Clone)]
pub struct Broker(pub Ending);

#[tonic::async_trait]
impl GrpcBroker for Broker {
    async fn start_stream(
        &self,
        request: Request<Streaming<ConnInfo>>,
    ) -> Result<Response<BoxStream<ConnInfo>>, Status> {
        let mut offered = request.into_inner();
        let ending = self.0.asked();
        let over = async move {
            let hung_up = async move { while let Ok(Some(_)) = offered.message().await {} };
            pin_mut!(hung_up, ending);
            future::select(hung_up, ending).await;
        };
        Ok(Response::new(Box::pin(stream::pending().take_until(Box::pin(over)))))
    }
}
