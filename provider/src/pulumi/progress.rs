//! Lines for the user, through the engine's log. A line never blocks an operation and never fails one.

use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use starburst_core::failure::{Client, Message};
use starburst_core::ports::{Progress as Line, ProgressSink};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tonic::transport::{Channel, Endpoint};

use super::views::{Owner, Views};
use super::wire::engine_client::EngineClient;
use super::wire::{LogRequest, LogSeverity};
use crate::progress_file::ProgressFile;

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
    pub fn progress(&self, urn: &str, stack: &str) -> Progress {
        let client = self.0.read().unwrap_or_else(PoisonError::into_inner).clone();
        let (sender, task) = match client {
            Some(client) => {
                let (sender, lines) = mpsc::unbounded_channel();
                (Some(sender), Some(tokio::spawn(send(client, lines))))
            }
            None => (None, None),
        };
        let file = ProgressFile::from_env(stack, Client::Pulumi);
        Progress { urn: urn.to_owned(), sender, task: Mutex::new(task), file, views: None }
    }
}

/// A line on its way, and whether the next such line takes its place when both wait.
struct Waiting {
    line: LogRequest,
    passing: bool,
}

async fn send(mut client: EngineClient<Channel>, mut lines: mpsc::UnboundedReceiver<Waiting>) {
    while let Some(mut waiting) = lines.recv().await {
        // Only the newest of several passing lines that wait matters.
        while waiting.passing {
            match lines.try_recv() {
                Ok(next) if next.passing => waiting = next,
                Ok(next) => {
                    if client.log(waiting.line).await.is_err() {
                        return;
                    }
                    waiting = next;
                }
                Err(_) => break,
            }
        }
        if client.log(waiting.line).await.is_err() {
            return;
        }
    }
}

/// How long the engine shows a line.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Lasts {
    /// Among the diagnostics at the end too.
    Kept,
    /// Until the next one, and each is shown.
    Shown,
    /// Until the next one; left out when that is there already.
    Passing,
}

/// The lines of one call.
pub struct Progress {
    urn: String,
    sender: Option<mpsc::UnboundedSender<Waiting>>,
    task: Mutex<Option<JoinHandle<()>>>,
    file: ProgressFile,
    views: Option<Views>,
}

impl Progress {
    /// Shows the stack's resources as these views too.
    pub fn show(&mut self, views: Option<Views>) {
        self.views = views;
    }

    /// Tells the engine the views of a cluster of which it is known whether it stays in the engine's state, and waits
    /// until the engine has every line, for a bounded time.
    pub async fn close(mut self, owner: Option<Owner>) {
        if let (Some(views), Some(owner)) = (self.views.take(), owner)
            && let Some(refused) = views.publish(owner).await
        {
            self.warning(refused);
        }
        self.finish().await;
    }

    /// A line worth keeping.
    pub fn info(&self, message: &Message) {
        self.line(LogSeverity::Info, message.render(Client::Pulumi), Lasts::Kept);
    }

    /// A line that the user should act on.
    pub fn warning(&self, text: String) {
        self.line(LogSeverity::Warning, text, Lasts::Kept);
    }

    fn line(&self, severity: LogSeverity, message: String, lasts: Lasts) {
        if let Some(sender) = &self.sender {
            // The receiver is gone once the engine did not take a line; the operation goes on without lines.
            let ephemeral = lasts != Lasts::Kept;
            let line =
                LogRequest { severity: severity.into(), message, urn: self.urn.clone(), stream_id: 0, ephemeral };
            let _ = sender.send(Waiting { line, passing: lasts == Lasts::Passing });
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
        self.file.report(progress.clone());
        match progress {
            Line::Status(message) => self.line(LogSeverity::Info, message.render(Client::Pulumi), Lasts::Passing),
            Line::Info(message) => self.info(&message),
            Line::Warning(message) => self.warning(message.render(Client::Pulumi)),
            Line::Event(event) => {
                if let Some(views) = &self.views {
                    views.take(&event.event);
                }
                let lasts = if event.kept { Lasts::Kept } else { Lasts::Shown };
                self.line(LogSeverity::Info, event.text.render(Client::Pulumi), lasts);
            }
        }
    }
}
