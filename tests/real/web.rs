//! A small HTTP server that tells who calls. Must not know what is served.

use std::convert::Infallible;
use std::future::Future;
use std::net::{IpAddr, SocketAddr};

use anyhow::{Context, Result};
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// An answer, in memory or as a stream.
pub type Answer = Response<UnsyncBoxBody<Bytes, std::io::Error>>;

/// A running server; it stops when dropped.
#[derive(Debug)]
pub struct Web(JoinHandle<()>);

impl Drop for Web {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// An answer in memory.
pub fn answer(status: u16, kind: &str, body: impl Into<Bytes>) -> Answer {
    let body = Full::new(body.into()).map_err(|never: Infallible| match never {}).boxed_unsync();
    let mut answer = Response::new(body);
    *answer.status_mut() = http::StatusCode::from_u16(status).unwrap_or_default();
    if let Ok(kind) = kind.parse() {
        answer.headers_mut().insert(http::header::CONTENT_TYPE, kind);
    }
    answer
}

/// Serves on this address.
pub async fn serve<F, R>(address: SocketAddr, handle: F) -> Result<Web>
where
    F: Fn(IpAddr, Request<Incoming>) -> R + Clone + Send + Sync + 'static,
    R: Future<Output = Answer> + Send + 'static,
{
    let listener = TcpListener::bind(address).await.with_context(|| format!("listening on {address}"))?;
    Ok(Web(tokio::spawn(async move {
        let mut connections = tokio::task::JoinSet::new();
        loop {
            let accepted = tokio::select! {
                accepted = listener.accept() => accepted,
                Some(_) = connections.join_next() => continue,
            };
            let Ok((stream, peer)) = accepted else { continue };
            let _ = stream.set_nodelay(true);
            let handle = handle.clone();
            connections.spawn(async move {
                let service = service_fn(move |request| {
                    let answered = handle(peer.ip(), request);
                    async move { Ok::<_, Infallible>(answered.await) }
                });
                // An error here is a client that went away.
                let _ =
                    hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
            });
        }
    })))
}
