//! The calls that the machine asks for, and what comes back. Plain data; knows nobody.

use std::collections::BTreeMap;

use crate::failure::Message;
use crate::ports::{Called, DeleteRequest, EventPage, Group, Progress, Stack, StackRequest, Updated};
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
}

impl Step {
    /// Whether the call changes something in AWS.
    #[must_use]
    pub fn is_mutating(&self) -> bool {
        !matches!(self, Self::Describe(_) | Self::Events(..) | Self::Activities(_) | Self::Groups(_) | Self::TagOf(..))
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
