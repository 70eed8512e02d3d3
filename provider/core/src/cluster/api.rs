//! The types that cross the border between the resource and the front ends.

use std::collections::{BTreeMap, BTreeSet};

use starburst_schema::{Effect, Role};

use crate::failure::{Client, Failure, Message, Violation};
use crate::path::Path;
use crate::time::Millis;
use crate::value::Value;

/// Name of the hidden output in which the plugin keeps what a later run needs and AWS does not give back. Clients do
/// not show keys that begin with two underscores.
pub const STATE_KEY: &str = "__state";

/// What the provider's configuration means for a cluster.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Settings {
    /// The only accounts that may be touched; empty for any.
    pub allowed_accounts: Vec<String>,
    /// Accounts that must not be touched.
    pub forbidden_accounts: Vec<String>,
    /// Tags for every cluster; a cluster's own tag of the same key wins.
    pub default_tags: BTreeMap<String, String>,
    /// Keys of tags that are left alone.
    pub ignore_tags: BTreeSet<String>,
    /// Beginnings of keys of tags that are left alone.
    pub ignore_tag_prefixes: Vec<String>,
    /// Whether the endpoint is a stand-in of AWS that lacks network interfaces, volumes and prefix lists: then the
    /// template leaves them out, and outputs that name them are absent.
    pub basic_resources: bool,
}

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asker {
    /// Which client.
    pub client: Client,
    /// Who owns the stack: the URN under Pulumi, the `stack.owner` input under Terraform. Becomes a tag by which a
    /// create that was killed is recognised.
    pub owner: String,
}

/// Where an absent stack name comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StackNaming {
    /// Proposed; may be shortened to what CloudFormation allows.
    Propose(String),
    /// Must be used exactly.
    Enforce(String),
    /// The user must write one.
    Required,
}

/// What [`super::check`] takes.
#[derive(Debug, Clone, Copy)]
pub struct CheckRequest<'a> {
    /// Who asks.
    pub asker: &'a Asker,
    /// What the user wrote.
    pub inputs: &'a Value,
    /// The checked inputs of the last run; `None` for a new cluster and for a replacement.
    pub prior: Option<&'a Value>,
    /// Where an absent stack name comes from.
    pub naming: &'a StackNaming,
}

/// What [`super::check`] answers.
#[derive(Debug, Clone, PartialEq)]
pub struct Checked {
    /// Normal form: only what the user wrote (plus the stack's name), sets sorted, secrets wrapped, numbers as
    /// numbers. Defaults are not written in: they are part of the table.
    pub inputs: Value,
    /// Everything to correct, in the order of the table; warnings last.
    pub violations: Vec<Violation>,
}

/// The cluster as the client's state knows it.
#[derive(Debug, Clone, PartialEq)]
pub struct Prior {
    /// ARN of the stack.
    pub id: String,
    /// Checked inputs.
    pub inputs: Value,
    /// Outputs, [`STATE_KEY`] included.
    pub outputs: Value,
}

/// One field that changes.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// Which.
    pub path: Path,
    /// Effective value before; `Null` for none.
    pub before: Value,
    /// Effective value after; `Null` for none.
    pub after: Value,
    /// What it does.
    pub effect: Effect,
}

/// Nodes of one role that are replaced in batches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Roll {
    /// Which nodes.
    pub role: Role,
    /// How many are replaced; nodes that the same change adds are new already.
    pub nodes: u32,
    /// How many at once.
    pub batch_size: u32,
    /// How many batches.
    pub batches: u32,
    /// How many are in service at any time (the floor).
    pub floor: u32,
    /// How many there are at most while it goes on.
    pub largest: u32,
    /// An estimate: nodes boot and leave as usual, and queries are short.
    pub likely: Millis,
    /// An estimate from the settings: every boot and every drain at its longest.
    pub at_most: Millis,
    /// The paths whose change brings it about.
    pub because: Vec<Path>,
}

/// What a change does, computed once and read by previews, diffs and the apply.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Plan {
    /// Fields whose effective value changes, in the order of the table.
    pub changes: Vec<Change>,
    /// Paths that force a new stack.
    pub replace: Vec<Path>,
    /// Whether the old stack has to go first because names or endpoints would collide.
    pub delete_before_replace: bool,
    /// Rolls, in the order in which they begin.
    pub rolls: Vec<Roll>,
    /// Whether the whole cluster stops and starts, and why.
    pub restart: Vec<Path>,
    /// Names of outputs that the change can alter.
    pub unknown_outputs: BTreeSet<String>,
    /// Names of outputs that it cannot alter.
    pub stable_outputs: BTreeSet<String>,
    /// What users should read before they agree, one line each: rolls, outages, losses.
    pub notes: Vec<Message>,
    /// Warnings that come from the change itself.
    pub warnings: Vec<Violation>,
}

impl Plan {
    /// Whether anything changes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }
    /// Whether the stack itself has to be updated or replaced.
    #[must_use]
    pub fn touches_stack(&self) -> bool {
        self.changes.iter().any(|change| change.effect != Effect::Operational)
    }
}

/// What [`super::preview`] answers.
#[derive(Debug, Clone, PartialEq)]
pub struct Previewed {
    /// Outputs as far as they are known; [`Value::Unknown`] where the change can alter them.
    pub outputs: Value,
    /// The plan.
    pub plan: Plan,
    /// Warnings of rules that need AWS.
    pub warnings: Vec<Violation>,
    /// What the apply will do first, where the stack's status is not ready.
    pub standing: Option<Message>,
    /// What CloudFormation itself says, where a change set was asked for.
    pub change_set: ChangeSetPreview,
}

/// A preview by change set, in words.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ChangeSetPreview {
    /// Name of the change set that the apply executes; `None` when there is none.
    pub name: Option<String>,
    /// What it does, one line a resource; empty when no change set was asked for.
    pub lines: Vec<Message>,
    /// What early validation warns of, and what will keep the apply from executing it.
    pub warnings: Vec<Message>,
}

/// Whether a preview may make change sets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PreviewUse {
    /// People look at it: change sets of earlier previews give way to a fresh one.
    Shown,
    /// It is computed again on the way to an apply: what was shown must stay as it is.
    Again,
}

/// A cluster after an operation.
#[derive(Debug, Clone, PartialEq)]
pub struct Applied {
    /// ARN of the stack.
    pub id: String,
    /// Outputs, [`STATE_KEY`] included.
    pub outputs: Value,
    /// Whether a create found the stack of an earlier create of the very same request, and made none.
    pub joined: bool,
}

/// An operation that did not end well.
#[derive(Debug, Clone, PartialEq)]
pub struct FailedApply {
    /// Why.
    pub failure: Failure,
    /// What exists now and must be kept in the client's state; `None` when nothing does, or nothing changed.
    pub partial: Option<Applied>,
}

impl From<Failure> for FailedApply {
    fn from(failure: Failure) -> Self {
        Self { failure, partial: None }
    }
}

/// A cluster as it is.
#[derive(Debug, Clone, PartialEq)]
pub struct ReadCluster {
    /// ARN of the stack.
    pub id: String,
    /// Inputs in the normal form of `check`: the given ones, overwritten with live values where these differ; for an
    /// import, those that differ from the defaults.
    pub inputs: Value,
    /// Outputs, [`STATE_KEY`] included.
    pub outputs: Value,
    /// What the user should know: what was not checked, a newer image, a stuck status.
    pub notes: Vec<Message>,
}

/// A cluster that can be imported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// ARN of the stack.
    pub id: String,
    /// Name of the stack.
    pub name: String,
}
