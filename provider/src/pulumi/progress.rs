//! Lines for the user, through the engine's log. A line never blocks an operation and never fails one.

use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use starburst_core::failure::{Client, Message};
use starburst_core::ports::{Progress as Line, ProgressSink};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tonic::transport::{Channel, Endpoint};

use super::wire::engine_client::EngineClient;
use super::wire::{LogRequest, LogSeverity};

/// How long one line may take to reach the engine; after that no further one is tried in the same call.
const LINE_TIMEOUT: Duration = Duration::from_secs(2);
/// How long the end of a call waits for its last lines.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(2);

/// The engine's own service; absent until an address is known.
#[derive(Clone, Default)]
pub struct Engine(Arc<RwLock<Option<EngineClient<Channel>>>>);

impl Engine {
    /// Uses the engine at this address from now on; an empty or unreadable one changes nothing. Connects at the first
    /// line. To be called inside the runtime.
    pub fn open(&self, address: &str) {
        if address.is_empty() {
            return;
        }
        let Ok(endpoint) = Endpoint::from_shared(format!("http://{address}")) else { return };
        let channel = endpoint.connect_timeout(LINE_TIMEOUT).timeout(LINE_TIMEOUT).connect_lazy();
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Some(EngineClient::new(channel));
    }

    /// The lines of one call, shown under the resource of that URN.
    pub fn progress(&self, urn: &str) -> Progress {
        let client = self.0.read().unwrap_or_else(PoisonError::into_inner).clone();
        let (sender, task) = match client {
            Some(client) => {
                let (sender, lines) = mpsc::unbounded_channel();
                (Some(sender), Some(tokio::spawn(send(client, lines))))
            }
            None => (None, None),
        };
        Progress { urn: urn.to_owned(), sender, task: Mutex::new(task) }
    }
}

async fn send(mut client: EngineClient<Channel>, mut lines: mpsc::UnboundedReceiver<LogRequest>) {
    while let Some(mut line) = lines.recv().await {
        // Only the newest of several status lines that wait matters.
        while line.ephemeral {
            match lines.try_recv() {
                Ok(next) if next.ephemeral => line = next,
                Ok(next) => {
                    if client.log(line).await.is_err() {
                        return;
                    }
                    line = next;
                }
                Err(_) => break,
            }
        }
        if client.log(line).await.is_err() {
            return;
        }
    }
}

/// The lines of one call.
pub struct Progress {
    urn: String,
    sender: Option<mpsc::UnboundedSender<LogRequest>>,
    task: Mutex<Option<JoinHandle<()>>>,
}

impl Progress {
    /// A line worth keeping.
    pub fn info(&self, message: &Message) {
        self.line(LogSeverity::Info, message.render(Client::Pulumi), false);
    }

    /// A line that the user should act on.
    pub fn warning(&self, text: String) {
        self.line(LogSeverity::Warning, text, false);
    }

    fn line(&self, severity: LogSeverity, message: String, ephemeral: bool) {
        if let Some(sender) = &self.sender {
            // The receiver is gone once the engine did not take a line; the operation goes on without lines.
            let _ = sender.send(LogRequest {
                severity: severity.into(),
                message,
                urn: self.urn.clone(),
                stream_id: 0,
                ephemeral,
            });
        }
    }

    /// Waits until the engine has every line, for a bounded time.
    pub async fn finish(mut self) {
        self.sender = None;
        let task = self.task.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(task) = task {
            let _ = tokio::time::timeout(DRAIN_TIMEOUT, task).await;
        }
    }
}

impl ProgressSink for Progress {
    fn report(&self, progress: Line) {
        match progress {
            Line::Status(message) => self.line(LogSeverity::Info, message.render(Client::Pulumi), true),
            Line::Info(message) => self.info(&message),
            Line::Warning(message) => self.warning(message.render(Client::Pulumi)),
        }
    }
}
