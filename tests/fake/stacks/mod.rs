//! Stacks: their data, and the modules that move them. A stack changes only through an [`Operation`].

pub mod alarms;
pub mod calls;
pub mod checks;
pub mod engine;
pub mod events;
pub mod nodes;
pub mod plan;
pub mod reads;
pub mod recovery;

use super::changesets::ChangeSet;
use super::parameters::Parameter;
use super::state::Place;
use super::template::Template;
use super::time::Timestamp;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// What a stack is made from.
#[derive(Clone, Debug, Default)]
pub struct Config {
    pub template: Template,
    pub parameters: BTreeMap<String, Parameter>,
    pub tags: BTreeMap<String, String>,
    pub capabilities: Vec<String>,
}

/// One output of a stack.
#[derive(Clone, Debug)]
pub struct Output {
    pub key: String,
    pub value: String,
    pub description: String,
    pub export: Option<String>,
}

/// One resource as the stack last applied it.
#[derive(Clone, Debug, Default)]
pub struct Resource {
    pub logical: String,
    pub kind: String,
    /// Empty until the object exists.
    pub physical: String,
    pub status: String,
    pub reason: String,
    pub at: Timestamp,
    /// Properties with every expression resolved.
    pub properties: Value,
    /// Resolved metadata.
    pub metadata: Value,
    /// The definition in the template: policies and dependencies.
    pub definition: Value,
    /// Answers to `GetAtt`.
    pub attributes: Map<String, Value>,
    /// Stack tags that the object carries.
    pub tags: BTreeMap<String, String>,
}

/// What an operation is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Create,
    CreateRollback,
    Update,
    UpdateCleanup,
    UpdateRollback,
    UpdateRollbackCleanup,
    Delete,
}

/// What is to be done with one resource.
#[derive(Clone, Debug)]
pub enum Action {
    /// Make it, or bring it to its new definition.
    Apply,
    /// Bring it back to this.
    Restore(Box<Resource>),
    /// Remove this object.
    Remove(Box<Resource>),
}

/// How far a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    Waiting,
    /// Under way; the number tells a late call-back of an abandoned run from a true one.
    Running(u64),
    Done,
    Failed,
}

/// One resource within an operation.
#[derive(Clone, Debug)]
pub struct Node {
    pub action: Action,
    /// Logical ids that must be done first.
    pub after: BTreeSet<String>,
    pub progress: Progress,
    /// Attempts of a clean-up deletion.
    pub attempts: u32,
}

/// What a rollback of an update has to take back.
#[derive(Clone, Debug)]
pub enum Undo {
    Created(String),
    /// The resource before it was changed or replaced.
    Changed(Box<Resource>),
}

/// An operation under way, its automatic rollback and clean-up included.
#[derive(Clone, Debug)]
pub struct Operation {
    /// The OperationId of its events.
    pub id: String,
    pub kind: Kind,
    pub token: Option<String>,
    pub nodes: BTreeMap<String, Node>,
    /// Failed logical ids in order, cancelled ones included.
    pub failed: Vec<String>,
    pub disable_rollback: bool,
    /// `ROLLBACK`, `DO_NOTHING` or `DELETE`.
    pub on_failure: String,
    /// The configuration before an update.
    pub previous: Option<Config>,
    pub undo: Vec<Undo>,
    /// Objects that the clean-up removes.
    pub cleanup: Vec<Resource>,
    /// Logical ids that a delete leaves alone.
    pub retain: Vec<String>,
    /// Whether a delete skips what fails.
    pub force: bool,
    /// A stack policy that replaces the stored one during this update.
    pub policy_override: Option<String>,
    /// Nothing is started any more.
    pub ending: bool,
}

impl Operation {
    /// A new operation without nodes.
    #[must_use]
    pub fn new(kind: Kind, id: String, token: Option<String>) -> Self {
        Self {
            id,
            kind,
            token,
            nodes: BTreeMap::new(),
            failed: Vec::new(),
            disable_rollback: false,
            on_failure: "ROLLBACK".into(),
            previous: None,
            undo: Vec::new(),
            cleanup: Vec::new(),
            retain: Vec::new(),
            force: false,
            policy_override: None,
            ending: false,
        }
    }
}

/// One event of a stack.
#[derive(Clone, Debug)]
pub struct Event {
    pub id: String,
    pub operation: String,
    pub logical: String,
    pub physical: String,
    pub kind: String,
    pub at: Timestamp,
    pub status: String,
    pub reason: String,
    pub properties: Option<String>,
    pub token: Option<String>,
}

/// A stack.
#[derive(Clone, Debug)]
pub struct Stack {
    pub arn: String,
    pub name: String,
    pub place: Place,
    pub status: String,
    pub reason: Option<String>,
    pub created: Timestamp,
    pub updated: Option<Timestamp>,
    pub deleted: Option<Timestamp>,
    pub config: Config,
    pub role_arn: Option<String>,
    pub notification_arns: Vec<String>,
    /// RollbackConfiguration as given.
    pub rollback: Value,
    pub disable_rollback: bool,
    /// Minutes.
    pub timeout: Option<i64>,
    pub protected: bool,
    pub policy: Option<String>,
    pub outputs: Vec<Output>,
    pub resources: BTreeMap<String, Resource>,
    /// Oldest first.
    pub events: Vec<Event>,
    pub operation: Option<Operation>,
    /// A failed update whose rollback was disabled: RollbackStack takes it back.
    pub last_failed: Option<Box<Operation>>,
    /// Operation type by OperationId, oldest first.
    pub operations: Vec<(String, &'static str)>,
    /// By name; executed and obsolete ones stay.
    pub change_sets: BTreeMap<String, ChangeSet>,
    /// Accepted tokens with their calls.
    pub tokens: Vec<(String, String)>,
    pub drift: Option<(String, Timestamp)>,
}

impl Stack {
    /// Whether an operation is under way.
    #[must_use]
    pub fn moving(&self) -> bool {
        self.status.ends_with("_IN_PROGRESS") && self.status != "REVIEW_IN_PROGRESS"
    }

    /// The stack tags and the three `aws:` tags of a resource.
    #[must_use]
    pub fn tags_of(&self, logical: &str) -> BTreeMap<String, String> {
        let mut tags = self.config.tags.clone();
        tags.insert("aws:cloudformation:stack-name".into(), self.name.clone());
        tags.insert("aws:cloudformation:stack-id".into(), self.arn.clone());
        tags.insert("aws:cloudformation:logical-id".into(), logical.to_owned());
        tags
    }
}
