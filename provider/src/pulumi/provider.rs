//! One configured provider and what its calls reach: connection, cancellation, progress, who asks. Knows no call of the
//! protocol.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use starburst_core::cluster::{self, Asker};
use starburst_core::failure::{Client, Failure};
use starburst_core::value::Value;
use tonic::Status;

use super::CLUSTER;
use super::progress::{Engine, Progress};
use super::views::Target;
use super::wire::View;
use crate::session::{Cancelled, Session, hide_secrets};
use crate::world::{Connection, World};

/// One provider, as the engine sees it. Clones share everything.
#[derive(Clone)]
pub struct Provider {
    pub(super) session: Session,
    pub(super) engine: Engine,
    /// Ids of stacks that a create of this process found, made by an earlier one of the same request.
    joined: Arc<Mutex<BTreeSet<String>>>,
    /// Whether the engine said that it takes views.
    views: Arc<AtomicBool>,
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
        let provider = Self {
            session: Session::new(world),
            engine: Engine::default(),
            joined: Arc::default(),
            views: Arc::default(),
        };
        provider.engine.open(engine.unwrap_or_default());
        provider
    }

    /// Notes that a create joined a stack that was there.
    pub(super) fn joined(&self, id: &str) {
        self.joined.lock().unwrap_or_else(PoisonError::into_inner).insert(id.to_owned());
    }

    /// Whether a create of this process joined that stack: then the resource that the engine deletes now is the one that
    /// it believes replaced, and both are the same stack. Answers so once.
    pub(super) fn is_replaced_by_itself(&self, id: &str) -> bool {
        self.joined.lock().unwrap_or_else(PoisonError::into_inner).remove(id)
    }

    /// Ends whatever runs; calls that come later are served.
    pub fn cancel(&self) {
        self.session.cancel();
    }

    pub(super) fn world(&self) -> &dyn World {
        self.session.world()
    }

    pub(super) fn progress(&self, urn: &str) -> Progress {
        self.engine.progress(urn, "")
    }

    /// Notes what the engine says that it can do.
    pub(super) fn greeted(&self, takes_views: bool) {
        self.views.store(takes_views, Ordering::Relaxed);
    }

    /// Where the views of an operation go.
    pub(super) fn views(&self, address: &str, token: &str, old: Vec<View>) -> Target {
        let supported = self.views.load(Ordering::Relaxed);
        Target { supported, address: address.to_owned(), token: token.to_owned(), old }
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
        let stack = cluster::request::name_of(inputs).unwrap_or_default();
        Ok(Operation { connection, cancelled, progress: self.engine.progress(urn, &stack), asker: asker(urn) })
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
