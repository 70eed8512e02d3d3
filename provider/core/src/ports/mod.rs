//! The traits through which the core reaches the world, and the types that cross them. Adapters translate and never
//! decide; the core decides and never calls anything else.

mod change_sets;
mod cloud_formation;
mod drift;
mod reads;
mod template_summary;

use async_trait::async_trait;

pub use change_sets::*;
pub use cloud_formation::*;
pub use drift::*;
pub use reads::*;
pub use template_summary::*;

use crate::failure::Message;
use crate::time::Timestamp;

/// Why a call of AWS did not answer what was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallError {
    /// What it means for the caller.
    pub kind: CallErrorKind,
    /// `service:Action`, as permissions spell it.
    pub action: String,
    /// AWS's error code; empty when no answer came.
    pub code: String,
    /// AWS's words, or those of the transport; redacted.
    pub message: String,
}

/// What a failed call means. Retries within the SDK's budget have been made already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallErrorKind {
    /// Too many requests.
    Throttled,
    /// The caller may not do it.
    Denied,
    /// Credentials are absent, wrong or out of date.
    Credentials,
    /// The thing is not there.
    NotFound,
    /// A thing of that name is there.
    AlreadyExists,
    /// The client request token was used for another request.
    TokenReused,
    /// The request lacks a capability that the template needs.
    Capabilities,
    /// A quota is used up.
    Limit,
    /// AWS refused the request as it stands (`ValidationError`).
    Refused,
    /// AWS failed (5xx).
    Server,
    /// No answer came: name resolution, connection, TLS, timeout. The request may have had its effect.
    Transport,
    /// Anything else.
    Other,
}

impl CallErrorKind {
    /// Whether the same call may well succeed a little later.
    #[must_use]
    pub const fn is_passing(self) -> bool {
        matches!(self, Self::Throttled | Self::Server | Self::Transport)
    }
    /// Whether the request may have had its effect although no answer came.
    #[must_use]
    pub const fn may_have_happened(self) -> bool {
        matches!(self, Self::Server | Self::Transport)
    }
}

/// What every port answers.
pub type Called<T> = Result<T, CallError>;

/// The answer of a port that lacks a call: doubles of AWS that need not know drift.
pub(crate) fn not_offered<T>(action: &str) -> Called<T> {
    let message = "this is not offered here".to_owned();
    Err(CallError { kind: CallErrorKind::Other, action: action.to_owned(), code: String::new(), message })
}

/// Time.
#[async_trait]
pub trait Clock: Send + Sync {
    /// The present.
    fn now(&self) -> Timestamp;
    /// Returns at that time, not before.
    async fn sleep_until(&self, time: Timestamp);
}

/// Whether the client wants the running operation to stop.
#[async_trait]
pub trait Cancellation: Send + Sync {
    /// Whether it was asked for already.
    fn is_cancelled(&self) -> bool;
    /// Returns when it is asked for.
    async fn cancelled(&self);
}

/// What users see while an operation runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// The line that says what is happening now; replaces the one before.
    Status(Message),
    /// Something worth keeping: a decision, a node that changes.
    Info(Message),
    /// A stack event: each comes once, in the order in which AWS has them.
    Event(EventLine),
    /// Something that the user should act on.
    Warning(Message),
}

impl Progress {
    /// The line itself.
    #[must_use]
    pub const fn text(&self) -> &Message {
        match self {
            Self::Status(text) | Self::Info(text) | Self::Warning(text) => text,
            Self::Event(event) => &event.text,
        }
    }
}

/// A stack event for users.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventLine {
    /// Its line.
    pub text: Message,
    /// Whether it is worth keeping: it says more than that one resource goes its usual way.
    pub kept: bool,
    /// The event.
    pub event: Box<StackEvent>,
}

/// Where progress goes. Never blocks for long and never fails an operation.
pub trait ProgressSink: Send + Sync {
    /// Takes one line.
    fn report(&self, progress: Progress);
}

/// One entry of a local folder or archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalEntry {
    /// Path with `/` between its parts, relative to the folder.
    pub name: String,
    /// The content.
    pub content: Vec<u8>,
}

/// Files of the program's machine.
#[async_trait]
pub trait LocalFiles: Send + Sync {
    /// All files below a folder, or in a `.zip` archive, sorted by name; one entry for a single file. The path is
    /// relative to the program's folder. Err: one sentence without the word "failed".
    async fn entries(&self, path: &str) -> Result<Vec<LocalEntry>, String>;
    /// A canonical archive: names sorted, times and modes fixed, so that equal content gives equal bytes.
    fn pack(&self, entries: &[LocalEntry]) -> Result<Vec<u8>, String>;
}

/// Everything that an operation may reach.
#[derive(Clone, Copy)]
pub struct Ports<'a> {
    /// CloudFormation.
    pub cloud_formation: &'a dyn CloudFormation,
    /// Change sets of CloudFormation.
    pub change_sets: &'a dyn ChangeSets,
    /// EC2 Auto Scaling.
    pub auto_scaling: &'a dyn AutoScaling,
    /// EC2.
    pub compute: &'a dyn Compute,
    /// STS.
    pub identity: &'a dyn Identity,
    /// S3.
    pub objects: &'a dyn ObjectStore,
    /// Secrets Manager.
    pub secrets: &'a dyn Secrets,
    /// Local files.
    pub files: &'a dyn LocalFiles,
    /// Time.
    pub clock: &'a dyn Clock,
    /// Cancellation of this operation.
    pub cancellation: &'a dyn Cancellation,
    /// Progress of this operation.
    pub progress: &'a dyn ProgressSink,
}
