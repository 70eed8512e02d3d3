//! CloudFormation as the core sees it.

use std::collections::BTreeMap;

use async_trait::async_trait;

use super::{Called, ChangeSetState, DriftDetection, ResourceDrift, SummaryOf, TemplateSummary, not_offered};
use crate::time::Timestamp;

/// The value of a parameter in a request.
#[derive(Clone, PartialEq, Eq)]
pub enum ParameterValue {
    /// This text.
    Text(String),
    /// This text, which must not be shown.
    Secret(String),
    /// What the stack has now.
    Previous,
}

impl std::fmt::Debug for ParameterValue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Text(text) => write!(f, "{text:?}"),
            Self::Secret(_) => f.write_str("[secret]"),
            Self::Previous => f.write_str("previous"),
        }
    }
}

/// The template of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TemplateSource {
    /// The text itself, at most 51,200 bytes.
    Body(String),
    /// Where AWS finds it.
    Url(String),
    /// What the stack has now.
    Previous,
}

/// What CreateStack and UpdateStack share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StackRequest {
    /// The template.
    pub template: TemplateSource,
    /// All parameters, by name. An absent one takes the template's default.
    pub parameters: BTreeMap<String, ParameterValue>,
    /// Tags of the stack and its resources, by key.
    pub tags: BTreeMap<String, String>,
    /// `CAPABILITY_IAM` and the like.
    pub capabilities: Vec<String>,
    /// The role that CloudFormation acts as.
    pub role_arn: Option<String>,
    /// Topics that get the stack's events.
    pub notification_arns: Vec<String>,
    /// The stack policy, JSON.
    pub policy_body: Option<String>,
    /// Alarms that roll an operation back.
    pub rollback_triggers: Vec<RollbackTrigger>,
    /// Minutes for which the alarms are watched after everything is deployed, 0 to 180.
    pub monitoring_minutes: Option<u16>,
    /// What happens to a failed operation.
    pub on_failure: OnFailure,
    /// Complete once configuration is applied, without waiting for readiness.
    pub express: bool,
    /// Client request token, 1 to 128 characters.
    pub token: String,
}

/// What happens to a failed operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnFailure {
    /// Back to what was there before.
    #[default]
    Rollback,
    /// Everything stays for inspection.
    Keep,
    /// The stack goes (create only).
    Delete,
}

/// An alarm that rolls an operation back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RollbackTrigger {
    /// ARN of the alarm.
    pub arn: String,
    /// `AWS::CloudWatch::Alarm` or `AWS::CloudWatch::CompositeAlarm`.
    pub kind: String,
}

/// What UpdateStack answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Updated {
    /// An update began.
    Started,
    /// "No updates are to be performed."
    NothingToDo,
}

/// A stack as DescribeStacks shows it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Stack {
    /// ARN.
    pub id: String,
    /// Name.
    pub name: String,
    /// Status, AWS's text.
    pub status: String,
    /// AWS's words on the status.
    pub status_reason: String,
    /// Parameters by name; NoEcho ones read `****`.
    pub parameters: BTreeMap<String, String>,
    /// Outputs by key.
    pub outputs: BTreeMap<String, String>,
    /// Tags by key, without AWS's own.
    pub tags: BTreeMap<String, String>,
    /// Capabilities given.
    pub capabilities: Vec<String>,
    /// The role that CloudFormation acts as.
    pub role_arn: Option<String>,
    /// Topics that get the stack's events.
    pub notification_arns: Vec<String>,
    /// Whether deletion is refused.
    pub termination_protection: bool,
    /// When it was made.
    pub created: Timestamp,
    /// ARN of the stack in which this one is nested.
    pub parent_id: Option<String>,
}

/// An event of a stack.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StackEvent {
    /// Opaque id.
    pub id: String,
    /// ARN of the stack.
    pub stack_id: String,
    /// Logical id; the stack's name for the stack's own events.
    pub logical_id: String,
    /// Physical id; the stack's ARN for the stack's own events.
    pub physical_id: String,
    /// Resource type; `AWS::CloudFormation::Stack` for the stack's own events and for nested stacks.
    pub resource_type: String,
    /// Resource status, AWS's text.
    pub status: String,
    /// AWS's words.
    pub reason: String,
    /// Token of the call that brought it about; empty for calls without one.
    pub token: String,
    /// Id of the operation; a rollback has another one than what it undoes. Empty where AWS gives none.
    pub operation_id: String,
    /// What a CloudFormation hook that failed the resource said: its type, then its reason. Empty for other events.
    pub hook: String,
    /// When, to the millisecond. Several events can share one: order is by position.
    pub time: Timestamp,
}

impl StackEvent {
    /// Whether it speaks of the stack itself.
    #[must_use]
    pub fn is_of_stack(&self) -> bool {
        self.physical_id == self.stack_id
    }
}

/// A page of events, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EventPage {
    /// Newest first.
    pub events: Vec<StackEvent>,
    /// Where the next, older page begins.
    pub next: Option<String>,
}

/// A resource of a stack.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StackResource {
    /// Logical id.
    pub logical_id: String,
    /// Physical id.
    pub physical_id: String,
    /// CloudFormation resource type.
    pub resource_type: String,
    /// Resource status, AWS's text.
    pub status: String,
}

/// What a delete asks.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DeleteRequest {
    /// ARN of the stack.
    pub stack_id: String,
    /// Logical ids to leave alone; only from `DELETE_FAILED`.
    pub retain: Vec<String>,
    /// The role that CloudFormation acts as.
    pub role_arn: Option<String>,
    /// Client request token.
    pub token: String,
}

/// CloudFormation.
#[async_trait]
pub trait CloudFormation: Send + Sync {
    /// A stack by name or ARN; `None` when AWS knows none (by ARN, a deleted one is known for 90 days).
    async fn describe_stack(&self, stack: &str) -> Called<Option<Stack>>;
    /// One page of all stacks that are not deleted.
    async fn list_stacks(&self, next: Option<&str>) -> Called<(Vec<Stack>, Option<String>)>;
    /// CreateStack; answers the ARN.
    async fn create_stack(&self, name: &str, termination_protection: bool, request: &StackRequest) -> Called<String>;
    /// UpdateStack.
    async fn update_stack(&self, stack_id: &str, request: &StackRequest) -> Called<Updated>;
    /// DeleteStack.
    async fn delete_stack(&self, request: &DeleteRequest) -> Called<()>;
    /// CancelUpdateStack.
    async fn cancel_update(&self, stack_id: &str, token: &str) -> Called<()>;
    /// ContinueUpdateRollback.
    async fn continue_update_rollback(&self, stack_id: &str, skip: &[String], token: &str) -> Called<()>;
    /// RollbackStack.
    async fn rollback_stack(&self, stack_id: &str, token: &str) -> Called<()>;
    /// UpdateTerminationProtection.
    async fn set_termination_protection(&self, stack_id: &str, on: bool) -> Called<()>;
    /// SetStackPolicy.
    async fn set_stack_policy(&self, stack_id: &str, body: &str) -> Called<()>;
    /// One page of events, newest first.
    async fn stack_events(&self, stack_id: &str, next: Option<&str>) -> Called<EventPage>;
    /// All resources, all pages.
    async fn stack_resources(&self, stack_id: &str) -> Called<Vec<StackResource>>;
    /// The template as it was given.
    async fn template(&self, stack_id: &str) -> Called<String>;
    /// GetTemplateSummary.
    async fn template_summary(&self, _of: SummaryOf<'_>) -> Called<TemplateSummary> {
        not_offered("cloudformation:GetTemplateSummary")
    }
    /// DetectStackDrift; answers the id of the detection.
    async fn detect_drift(&self, _stack_id: &str) -> Called<String> {
        not_offered("cloudformation:DetectStackDrift")
    }
    /// DescribeStackDriftDetectionStatus.
    async fn drift_detection(&self, _detection: &str) -> Called<DriftDetection> {
        not_offered("cloudformation:DescribeStackDriftDetectionStatus")
    }
    /// What the newest detection found, all pages.
    async fn resource_drifts(&self, _stack_id: &str) -> Called<Vec<ResourceDrift>> {
        not_offered("cloudformation:DescribeStackResourceDrifts")
    }
    /// CreateChangeSet that compares with what exists (`DeploymentMode=REVERT_DRIFT`) and leaves template, parameters
    /// and tags of the stack as they are.
    async fn create_revert(&self, _stack: &Stack, _name: &str, _token: &str) -> Called<()> {
        not_offered("cloudformation:CreateChangeSet")
    }
    /// DescribeChangeSet without its changes; `None` when there is none of that name.
    async fn change_set(&self, _stack_id: &str, _name: &str) -> Called<Option<ChangeSetState>> {
        not_offered("cloudformation:DescribeChangeSet")
    }
    /// ExecuteChangeSet.
    async fn execute_change_set(&self, _stack_id: &str, _name: &str, _token: &str) -> Called<()> {
        not_offered("cloudformation:ExecuteChangeSet")
    }
    /// DeleteChangeSet; an absent one is fine.
    async fn delete_change_set(&self, _stack_id: &str, _name: &str) -> Called<()> {
        not_offered("cloudformation:DeleteChangeSet")
    }
}
