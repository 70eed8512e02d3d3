//! CloudFormation, the clock and the listeners of one engine of the crowd. Knows the model's answers, and of the calls
//! only those that a creation makes.

use std::task::Poll;

use async_trait::async_trait;
use aws_sdk_cloudformation::primitives::{DateTime, DateTimeFormat};
use serde_json::{Value as Json, json};
use starburst_core::ports::{
    CallError, CallErrorKind, Called, Cancellation, Clock, CloudFormation, DeleteRequest, EventPage, Progress,
    ProgressSink, Stack, StackEvent, StackRequest, StackResource, TemplateSource, Updated,
};
use starburst_core::time::Timestamp;

use super::crowd::One;

#[async_trait]
impl Clock for One<'_> {
    fn now(&self) -> Timestamp {
        Timestamp(self.crowd.now())
    }

    async fn sleep_until(&self, time: Timestamp) {
        std::future::poll_fn(|_| {
            if self.crowd.now() >= time.0 {
                return Poll::Ready(());
            }
            self.crowd.wake(self.number, time.0);
            Poll::Pending
        })
        .await;
    }
}

#[async_trait]
impl Cancellation for One<'_> {
    fn is_cancelled(&self) -> bool {
        false
    }
    async fn cancelled(&self) {
        std::future::pending().await
    }
}

impl ProgressSink for One<'_> {
    fn report(&self, _: Progress) {}
}

#[async_trait]
impl CloudFormation for One<'_> {
    async fn describe_stack(&self, stack: &str) -> Called<Option<Stack>> {
        match self.call("DescribeStacks", json!({ "StackName": stack })).await {
            Ok(answer) => Ok(answer["Stacks"].get(0).map(described)),
            Err(error) if error.kind == CallErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn create_stack(&self, name: &str, _: bool, request: &StackRequest) -> Called<String> {
        let TemplateSource::Body(body) = &request.template else { return Err(never("CreateStack")) };
        let tags: Vec<Json> = request.tags.iter().map(|(key, value)| json!({ "Key": key, "Value": value })).collect();
        let params = json!({
            "StackName": name,
            "TemplateBody": body,
            "Tags": tags,
            "Capabilities": request.capabilities,
            "ClientRequestToken": request.token,
        });
        self.call("CreateStack", params).await.map(|answer| text(&answer["StackId"]))
    }

    async fn stack_events(&self, stack_id: &str, next: Option<&str>) -> Called<EventPage> {
        let mut params = json!({ "StackName": stack_id });
        if let Some(next) = next {
            params["NextToken"] = json!(next);
        }
        let answer = self.call("DescribeStackEvents", params).await?;
        let events = answer["StackEvents"].as_array().into_iter().flatten().map(event).collect();
        Ok(EventPage { events, next: answer["NextToken"].as_str().map(str::to_owned) })
    }

    async fn list_stacks(&self, _: Option<&str>) -> Called<(Vec<Stack>, Option<String>)> {
        Err(never("ListStacks"))
    }
    async fn update_stack(&self, _: &str, _: &StackRequest) -> Called<Updated> {
        Err(never("UpdateStack"))
    }
    async fn delete_stack(&self, _: &DeleteRequest) -> Called<()> {
        Err(never("DeleteStack"))
    }
    async fn cancel_update(&self, _: &str, _: &str) -> Called<()> {
        Err(never("CancelUpdateStack"))
    }
    async fn continue_update_rollback(&self, _: &str, _: &[String], _: &str) -> Called<()> {
        Err(never("ContinueUpdateRollback"))
    }
    async fn rollback_stack(&self, _: &str, _: &str) -> Called<()> {
        Err(never("RollbackStack"))
    }
    async fn set_termination_protection(&self, _: &str, _: bool) -> Called<()> {
        Err(never("UpdateTerminationProtection"))
    }
    async fn set_stack_policy(&self, _: &str, _: &str) -> Called<()> {
        Err(never("SetStackPolicy"))
    }
    async fn stack_resources(&self, _: &str) -> Called<Vec<StackResource>> {
        Err(never("ListStackResources"))
    }
    async fn template(&self, _: &str) -> Called<String> {
        Err(never("GetTemplate"))
    }
}

/// A call that a creation which goes well has no use for.
fn never(action: &str) -> CallError {
    let (action, code) = (format!("cloudformation:{action}"), "NotHere".to_owned());
    CallError { kind: CallErrorKind::Other, action, code, message: "a creation does not call this".to_owned() }
}

fn described(stack: &Json) -> Stack {
    let tags = stack["Tags"].as_array().into_iter().flatten();
    Stack {
        id: text(&stack["StackId"]),
        name: text(&stack["StackName"]),
        status: text(&stack["StackStatus"]),
        status_reason: text(&stack["StackStatusReason"]),
        tags: tags.map(|tag| (text(&tag["Key"]), text(&tag["Value"]))).collect(),
        created: time(&stack["CreationTime"]),
        ..Stack::default()
    }
}

fn event(event: &Json) -> StackEvent {
    StackEvent {
        id: text(&event["EventId"]),
        stack_id: text(&event["StackId"]),
        logical_id: text(&event["LogicalResourceId"]),
        physical_id: text(&event["PhysicalResourceId"]),
        resource_type: text(&event["ResourceType"]),
        status: text(&event["ResourceStatus"]),
        reason: text(&event["ResourceStatusReason"]),
        token: text(&event["ClientRequestToken"]),
        operation_id: text(&event["OperationId"]),
        hook: String::new(),
        time: time(&event["Timestamp"]),
    }
}

fn text(value: &Json) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn time(value: &Json) -> Timestamp {
    let read = DateTime::from_str(value.as_str().unwrap_or_default(), DateTimeFormat::DateTime);
    let millis = read.ok().and_then(|time| time.to_millis().ok()).unwrap_or_default();
    Timestamp(u64::try_from(millis).unwrap_or_default())
}
