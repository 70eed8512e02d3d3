//! Lines as an engine receives them.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use starburst_core::failure::Message;
use starburst_core::ports::{Progress as Line, ProgressSink};
use tokio::net::TcpListener;
use tonic::transport::server::TcpIncoming;
use tonic::{Request, Response, Status};

use super::progress::Engine;
use super::wire::engine_server::{Engine as EngineService, EngineServer};
use super::wire::{LogRequest, LogSeverity};

#[derive(Clone, Default)]
struct Listening {
    lines: Arc<Mutex<Vec<LogRequest>>>,
    deaf: bool,
}

#[tonic::async_trait]
impl EngineService for Listening {
    async fn log(&self, request: Request<LogRequest>) -> Result<Response<()>, Status> {
        if self.deaf {
            std::future::pending::<()>().await;
        }
        self.lines.lock().expect("lines").push(request.into_inner());
        Ok(Response::new(()))
    }
}

async fn address_of(engine: Listening) -> String {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
    let address = listener.local_addr().expect("an address").to_string();
    let server = tonic::transport::Server::builder().add_service(EngineServer::new(engine));
    tokio::spawn(server.serve_with_incoming(TcpIncoming::from(listener)));
    address
}

#[tokio::test]
async fn lines_arrive_in_order_under_the_resource() {
    let listening = Listening::default();
    let engine = Engine::default();
    engine.open(&address_of(listening.clone()).await);
    let progress = engine.progress("urn:x", "analytics");
    progress.report(Line::Info(Message::new("one")));
    progress.report(Line::Status(Message::new("two")));
    progress.report(Line::Warning(Message::new("three")));
    progress.finish().await;
    let lines = listening.lines.lock().expect("lines").clone();
    let told: Vec<_> = lines.iter().map(|line| (line.severity(), line.message.as_str(), line.ephemeral)).collect();
    let expected =
        [(LogSeverity::Info, "one", false), (LogSeverity::Info, "two", true), (LogSeverity::Warning, "three", false)];
    assert_eq!(told, expected);
    assert!(lines.iter().all(|line| line.urn == "urn:x"));
}

#[tokio::test]
async fn of_many_status_lines_only_the_newest_matter() {
    let listening = Listening::default();
    let engine = Engine::default();
    engine.open(&address_of(listening.clone()).await);
    let progress = engine.progress("urn:x", "analytics");
    for at in 0..10_000 {
        progress.report(Line::Status(Message::new(at.to_string())));
    }
    progress.finish().await;
    let lines = listening.lines.lock().expect("lines").clone();
    assert_eq!(lines.last().map(|line| line.message.as_str()), Some("9999"));
    assert!(lines.len() < 1_000, "{} lines", lines.len());
}

#[tokio::test]
async fn an_engine_that_does_not_listen_delays_nothing_but_the_end() {
    for address in [address_of(Listening { deaf: true, ..Listening::default() }).await, "127.0.0.1:1".to_owned()] {
        let engine = Engine::default();
        engine.open(&address);
        let progress = engine.progress("urn:x", "analytics");
        let start = Instant::now();
        progress.report(Line::Info(Message::new("nobody hears this")));
        assert!(start.elapsed() < Duration::from_millis(100));
        progress.finish().await;
        assert!(start.elapsed() < Duration::from_secs(4));
    }
}

#[tokio::test]
async fn without_an_engine_lines_go_nowhere() {
    let engine = Engine::default();
    engine.open("");
    engine.open("no address at all");
    let progress = engine.progress("urn:x", "analytics");
    progress.report(Line::Info(Message::new("x")));
    progress.finish().await;
}
