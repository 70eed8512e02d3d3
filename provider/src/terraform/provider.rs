//! One configured provider and what its calls reach: connection, cancellation, progress, and which apply made which
//! stack. Knows no call of the protocol.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use starburst_core::cluster::{self, PreviewUse};
use starburst_core::failure::{Client, Failure};
use starburst_core::ports::Ports;
use starburst_core::value::Value;

use super::diagnostics;
use super::wire::Diagnostic;
use crate::progress_file::ProgressFile;
use crate::session::{Cancelled, Session, hide_secrets};
use crate::world::{Connection, World};

/// One provider, as a client sees it. Clones share everything.
#[derive(Clone)]
pub struct Provider {
    pub(super) session: Session,
    made: Arc<Mutex<BTreeMap<String, String>>>,
    /// Ids of clusters that were read since they were planned.
    fresh: Arc<Mutex<BTreeSet<String>>>,
    applies: Arc<AtomicU64>,
}

/// What one call of a resource needs.
pub(super) struct Operation {
    /// The way to AWS.
    pub connection: Arc<dyn Connection>,
    cancelled: Cancelled,
    progress: ProgressFile,
}

impl Operation {
    /// Everything that the core may reach.
    pub(super) fn ports(&self) -> Ports<'_> {
        self.connection.ports(&self.cancelled, &self.progress)
    }

    /// Keeps every secret of these inputs out of AWS's words.
    pub(super) fn hide_secrets_of(&self, inputs: &Value) {
        hide_secrets(self.connection.as_ref(), inputs);
    }

    /// What the run warned of.
    pub(super) fn finish(&self) -> Vec<Diagnostic> {
        diagnostics::warnings(self.progress.take_warnings())
    }
}

impl Provider {
    /// A provider that is not configured yet.
    #[must_use]
    pub fn new(world: Arc<dyn World>) -> Self {
        Self { session: Session::new(world), made: Arc::default(), fresh: Arc::default(), applies: Arc::default() }
    }

    /// Ends whatever runs; calls that come later are served.
    pub fn stop(&self) {
        self.session.cancel();
    }

    pub(super) fn world(&self) -> &dyn World {
        self.session.world()
    }

    /// Everything that a call for a cluster of these inputs may reach.
    pub(super) async fn operation(&self, inputs: &Value) -> Result<Operation, Failure> {
        let cancelled = self.session.cancellation();
        let connection = self.session.connection(inputs).await?;
        let name = cluster::request::name_of(inputs).unwrap_or_default();
        Ok(Operation { connection, cancelled, progress: ProgressFile::from_env(&name, Client::Terraform) })
    }

    /// Notes that a cluster was read.
    pub(super) fn was_read(&self, id: &str) {
        self.fresh.lock().unwrap_or_else(PoisonError::into_inner).insert(id.to_owned());
    }

    /// Whether a plan is one that people look at: a client reads before it plans, and plans once more, without a read,
    /// on its way to the apply.
    pub(super) fn preview_use(&self, id: &str) -> PreviewUse {
        let read = self.fresh.lock().unwrap_or_else(PoisonError::into_inner).remove(id);
        if read { PreviewUse::Shown } else { PreviewUse::Again }
    }

    /// A text that no other apply has, here or in another process.
    pub(super) fn next_apply(&self) -> String {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let count = self.applies.fetch_add(1, Ordering::Relaxed);
        format!("{}-{}-{count}", since.as_millis(), std::process::id())
    }

    /// Remembers which apply made or joined a stack.
    pub(super) fn remember(&self, id: &str, apply: &str) {
        self.made().insert(id.to_owned(), apply.to_owned());
    }

    /// Forgets a stack whose object another apply, or an import, brought into the state.
    pub(super) fn forget(&self, id: &str, apply: &str) {
        let mut made = self.made();
        if made.get(id).is_some_and(|known| known != apply) {
            made.remove(id);
        }
    }

    /// Whether an apply in this process made another object of this very stack.
    pub(super) fn is_taken_over(&self, id: &str, apply: &str) -> bool {
        self.made().get(id).is_some_and(|known| known != apply)
    }

    fn made(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, String>> {
        self.made.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
