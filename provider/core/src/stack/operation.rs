//! What the engine is asked to do and how it ended. Plain data; knows no call.

use serde::{Deserialize, Serialize};

use super::change_set::{ChangeSetUse, Prepared};
use super::hints::Fields;
use crate::failure::Failure;
use crate::ports::{Stack, StackRequest};
use crate::time::{Millis, Timestamp};

/// What an operation is after.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Goal {
    /// A new stack.
    Create,
    /// A changed stack.
    Update,
    /// No stack.
    Delete,
    /// Know what is there.
    Observe,
}

impl Goal {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Create, Self::Update, Self::Delete, Self::Observe];

    /// The verb.
    #[must_use]
    pub const fn verb(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Update => "update",
            Self::Delete => "delete",
            Self::Observe => "observe",
        }
    }

    /// The verb of what was done.
    #[must_use]
    pub const fn past(self) -> &'static str {
        match self {
            Self::Create => "created",
            Self::Update => "updated",
            Self::Delete => "deleted",
            Self::Observe => "read",
        }
    }
}

/// What to do when somebody else's operation runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnConflict {
    /// Refuse at once.
    #[default]
    Fail,
    /// Wait until it has ended, then go on.
    Wait,
}

/// What to do with a running update when the client cancels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnInterrupt {
    /// Leave it to AWS; the next run joins it.
    #[default]
    Detach,
    /// Cancel it, so that CloudFormation rolls it back.
    CancelUpdate,
}

/// How a stuck stack is led on.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Recovery {
    /// Logical ids that a continued rollback skips.
    pub skip: Vec<String>,
    /// Logical ids that a second delete leaves alone.
    pub retain: Vec<String>,
}

/// A tag by which the caller's own stack is recognised.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OwnerTag {
    /// Key.
    pub key: String,
    /// Value.
    pub value: String,
}

/// One attempt to bring a stack to a goal.
#[derive(Debug, Clone, PartialEq)]
pub struct Operation {
    /// What it is after.
    pub goal: Goal,
    /// Name of the stack.
    pub name: String,
    /// ARN, once it is known; absent for a create.
    pub id: Option<String>,
    /// What the stack is made from; the engine fills in the token. Absent for a delete.
    pub request: Option<StackRequest>,
    /// The role of a delete.
    pub role_arn: Option<String>,
    /// Whether deletion shall be refused from now on; `None` leaves it alone.
    pub termination_protection: Option<bool>,
    /// By which tag an existing stack is recognised as the caller's.
    pub owner: OwnerTag,
    /// What tells this resource from one that it replaces under the same name and owner; may be empty.
    pub instance: String,
    /// What to do when somebody else's operation runs.
    pub on_conflict: OnConflict,
    /// What to do with a running update when the client cancels.
    pub on_interrupt: OnInterrupt,
    /// How long the whole attempt may take.
    pub timeout: Millis,
    /// How a stuck stack is led on.
    pub recovery: Recovery,
    /// Which inputs stand behind the template's resources.
    pub fields: Fields,
    /// What an update does with change sets.
    pub change_set: ChangeSetUse,
    /// How many resources the template makes; `None` where nobody counted.
    pub resources: Option<usize>,
    /// What the last run left when it stopped watching.
    pub stub: Option<Stub>,
}

impl Operation {
    /// An operation with no options and a timeout of 60 minutes.
    #[must_use]
    pub fn new(goal: Goal, name: impl Into<String>) -> Self {
        Self {
            goal,
            name: name.into(),
            id: None,
            request: None,
            role_arn: None,
            termination_protection: None,
            owner: OwnerTag::default(),
            instance: String::new(),
            on_conflict: OnConflict::default(),
            on_interrupt: OnInterrupt::default(),
            timeout: Millis::from_seconds(3600),
            recovery: Recovery::default(),
            fields: Fields::default(),
            change_set: ChangeSetUse::No,
            resources: None,
            stub: None,
        }
    }
}

/// What a later run needs to join an operation that this run stopped watching. Holds no secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Stub {
    /// What the operation was after.
    pub goal: Goal,
    /// Name of the stack.
    pub stack_name: String,
    /// ARN, if it was known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stack_id: Option<String>,
    /// Client request token; empty when no mutating call was made.
    pub token: String,
    /// When the attempt began.
    pub began: Timestamp,
    /// The last status seen, AWS's text.
    pub status: String,
}

/// How an operation ended.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// The stack is as asked.
    Succeeded {
        /// It, as AWS describes it now.
        stack: Stack,
    },
    /// The stack was as asked already; nothing was changed.
    Unchanged {
        /// It, as AWS describes it now.
        stack: Stack,
    },
    /// The stack is gone.
    Deleted,
    /// An update was previewed by change set; the stack was left alone.
    Previewed {
        /// It, as AWS describes it now; `None` when it is not there.
        stack: Option<Stack>,
        /// What the preview came to.
        prepared: Prepared,
    },
    /// Anything else.
    Failed {
        /// Why.
        failure: Failure,
        /// What AWS described last; a dead stack of a failed create included.
        stack: Option<Box<Stack>>,
        /// What the next run needs to join; absent when nothing goes on.
        stub: Option<Stub>,
        /// Whether a mutating call was made, or may have been.
        after_touch: bool,
    },
}

impl Outcome {
    /// The ARN of a stack that the client's state has to keep. `None` when nothing is there: nothing was made, a
    /// failed create was rolled back (the next create removes what is left), or the stack was deleted.
    #[must_use]
    pub fn remaining_id(&self) -> Option<&str> {
        use super::status::{Class, StackStatus};
        match self {
            Self::Succeeded { stack } | Self::Unchanged { stack } => Some(&stack.id),
            Self::Deleted => None,
            Self::Previewed { stack, .. } => stack.as_ref().map(|stack| stack.id.as_str()),
            Self::Failed { stack: Some(stack), after_touch: true, .. } => {
                let status = StackStatus::from(stack.status.as_str());
                let leftover = matches!(status.class(), Class::Absent | Class::Review)
                    || matches!(status, StackStatus::RollbackComplete);
                (!leftover && !stack.id.is_empty()).then_some(stack.id.as_str())
            }
            Self::Failed { stub, after_touch: true, .. } => stub.as_ref().and_then(|stub| stub.stack_id.as_deref()),
            Self::Failed { .. } => None,
        }
    }

    /// The stack as AWS described it last.
    #[must_use]
    pub fn stack(&self) -> Option<&Stack> {
        match self {
            Self::Succeeded { stack } | Self::Unchanged { stack } => Some(stack),
            Self::Deleted => None,
            Self::Previewed { stack, .. } => stack.as_ref(),
            Self::Failed { stack, .. } => stack.as_deref(),
        }
    }

    /// The failure, if it is one.
    #[must_use]
    pub fn failure(&self) -> Option<&Failure> {
        match self {
            Self::Failed { failure, .. } => Some(failure),
            _ => None,
        }
    }
}
