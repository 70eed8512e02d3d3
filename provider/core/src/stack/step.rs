//! The calls that the machine asks for, and what comes back. Plain data; knows nobody.

use std::collections::BTreeMap;

use crate::failure::Message;
use crate::ports::{
    Called, ChangeSetPage, ChangeSetSummary, DeleteRequest, EventPage, Group, Progress, Stack, StackRequest, Updated,
    ValidationFinding,
};
use crate::stack::operation::Outcome;
use crate::time::Timestamp;

/// One call.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// DescribeStacks, by name or ARN.
    Describe(String),
    /// DescribeStackEvents: the ARN and the page.
    Events(String, Option<String>),
    /// CreateStack: name, termination protection, request.
    Create(String, bool, Box<StackRequest>),
    /// UpdateStack: ARN and request.
    Update(String, Box<StackRequest>),
    /// DeleteStack.
    Delete(DeleteRequest),
    /// CancelUpdateStack: ARN and token.
    Cancel(String, String),
    /// ContinueUpdateRollback: ARN, logical ids to skip, token.
    Continue(String, Vec<String>, String),
    /// RollbackStack: ARN and token.
    Rollback(String, String),
    /// DescribeScalingActivities: name of the group.
    Activities(String),
    /// DescribeAutoScalingGroups: names.
    Groups(Vec<String>),
    /// DescribeTags: ids of instances, and the key.
    TagOf(Vec<String>, String),
    /// UpdateTerminationProtection: ARN and whether deletion is refused.
    Protect(String, bool),
    /// ListChangeSets: ARN.
    ChangeSets(String),
    /// DescribeChangeSet: ARN, name, whether values are wanted, the page.
    ChangeSet(String, String, bool, Option<String>),
    /// CreateChangeSet: ARN, name, request. The stack itself is left alone.
    MakeChangeSet(String, String, Box<StackRequest>),
    /// DeleteChangeSet: ARN and name. The stack itself is left alone.
    RemoveChangeSet(String, String),
    /// ExecuteChangeSet: ARN, name, request.
    ExecuteChangeSet(String, String, Box<StackRequest>),
    /// DescribeEvents: ARN of the change set.
    Findings(String),
}

impl Step {
    /// Whether the call changes the stack.
    #[must_use]
    pub fn is_mutating(&self) -> bool {
        !matches!(
            self,
            Self::Describe(_)
                | Self::Events(..)
                | Self::Activities(_)
                | Self::Groups(_)
                | Self::TagOf(..)
                | Self::ChangeSets(_)
                | Self::ChangeSet(..)
                | Self::MakeChangeSet(..)
                | Self::RemoveChangeSet(..)
                | Self::Findings(_)
        )
    }
}

/// What a call answered.
#[derive(Debug, Clone, PartialEq)]
pub enum Reply {
    /// To [`Step::Describe`].
    Stack(Called<Option<Stack>>),
    /// To [`Step::Events`].
    Page(Called<EventPage>),
    /// To [`Step::Create`].
    Created(Called<String>),
    /// To [`Step::Update`].
    Updated(Called<Updated>),
    /// To [`Step::Activities`].
    Activities(Called<Vec<String>>),
    /// To [`Step::ChangeSets`].
    ChangeSets(Called<Vec<ChangeSetSummary>>),
    /// To [`Step::ChangeSet`].
    ChangeSetPage(Called<Option<ChangeSetPage>>),
    /// To [`Step::Findings`].
    Findings(Called<Vec<ValidationFinding>>),
    /// To [`Step::Groups`].
    Groups(Called<Vec<Group>>),
    /// To [`Step::TagOf`].
    TagOf(Called<BTreeMap<String, String>>),
    /// To all others.
    Done(Called<()>),
}

/// What happens to the machine.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "one lives at a time, and it is taken apart at once")]
pub enum Occurrence {
    /// The call that was asked for was answered.
    Reply(Reply),
    /// Time has passed.
    Tick,
    /// The client wants the run to stop.
    Cancelled,
}

/// What the machine wants next.
#[derive(Debug, Clone, PartialEq)]
pub enum Output {
    /// This call.
    Call(Step),
    /// This call, beside the waits: its reply is handed in when it comes, and nothing waits for it. At most one at a
    /// time.
    Beside(Step),
    /// This line shown.
    Report(Progress),
    /// To be asked again at that time, or when something happens.
    WaitUntil(Timestamp),
    /// Nothing any more.
    Done(Box<Outcome>),
}

/// A line that replaces the one before.
#[must_use]
pub fn status(text: impl Into<String>) -> Progress {
    Progress::Status(Message::new(text))
}

/// A line worth keeping.
#[must_use]
pub fn info(text: impl Into<String>) -> Progress {
    Progress::Info(Message::new(text))
}
