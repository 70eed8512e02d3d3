//! CloudFormation: one method a call. What a status or an event means is the core's business.

use async_trait::async_trait;
use aws_config::SdkConfig;
use aws_sdk_cloudformation::Client;
use aws_sdk_cloudformation::primitives::DateTime;
use aws_sdk_cloudformation::types::{self, TemplateStage};
use starburst_core::ports::{
    CallError, CallErrorKind, Called, ChangeSetState, CloudFormation, DeleteRequest, DriftDetection, EventPage,
    ResourceDrift, Stack, StackEvent, StackRequest, StackResource, SummaryOf, TemplateSource, TemplateSummary, Updated,
};
use starburst_core::time::Timestamp;

use super::call_error::Failures;
use super::drift;
use super::redact::Redactor;
use super::stack_request as wire;
use super::template_summary;

/// UpdateStack's words when template, parameters and tags are as they were.
const NOTHING_TO_DO: &str = "No updates are to be performed";
/// Tags whose keys begin so are AWS's own and cannot be set.
const AWS_TAG: &str = "aws:";

/// CloudFormation.
pub struct CloudFormationClient {
    pub(super) client: Client,
    pub(super) failures: Failures,
}

impl CloudFormationClient {
    /// `endpoint` in place of AWS's own.
    #[must_use]
    pub fn new(sdk: &SdkConfig, endpoint: Option<String>, redactor: Redactor) -> Self {
        let mut config = aws_sdk_cloudformation::config::Builder::from(sdk).interceptor(super::call_log::CallLog);
        if let Some(url) = endpoint {
            config = config.endpoint_url(url);
        }
        Self { client: Client::from_conf(config.build()), failures: Failures::new("cloudformation", redactor) }
    }

    pub(super) fn redact(&self, text: Option<String>) -> String {
        text.map(|text| self.failures.redactor().redact(&text)).unwrap_or_default()
    }

    fn stack(&self, stack: types::Stack) -> Stack {
        let status_reason = self.redact(stack.stack_status_reason);
        let parameters = stack.parameters.unwrap_or_default().into_iter();
        let outputs = stack.outputs.unwrap_or_default().into_iter();
        let tags = stack.tags.unwrap_or_default().into_iter().filter_map(|tag| tag.key.zip(tag.value));
        let capabilities = stack.capabilities.unwrap_or_default();
        Stack {
            id: stack.stack_id.unwrap_or_default(),
            name: stack.stack_name.unwrap_or_default(),
            status: stack.stack_status.map(|status| status.as_str().to_owned()).unwrap_or_default(),
            status_reason,
            parameters: parameters.filter_map(|item| item.parameter_key.zip(item.parameter_value)).collect(),
            outputs: outputs.filter_map(|item| item.output_key.zip(item.output_value)).collect(),
            tags: tags.filter(|(key, _)| !key.starts_with(AWS_TAG)).collect(),
            capabilities: capabilities.iter().map(|capability| capability.as_str().to_owned()).collect(),
            role_arn: stack.role_arn.filter(|arn| !arn.is_empty()),
            notification_arns: stack.notification_arns.unwrap_or_default(),
            termination_protection: stack.enable_termination_protection.unwrap_or_default(),
            created: timestamp(stack.creation_time),
            parent_id: stack.parent_id.filter(|id| !id.is_empty()),
        }
    }

    /// What a failed hook said: the resource's own event names only the hook's type.
    fn hook(&self, event: &types::StackEvent) -> String {
        if event.hook_status != Some(types::HookStatus::HookCompleteFailed) {
            return String::new();
        }
        let kind = event.hook_type.as_deref().unwrap_or("a hook");
        format!("{kind}: {}", self.redact(event.hook_status_reason.clone()))
    }

    fn event(&self, event: types::StackEvent) -> StackEvent {
        StackEvent {
            hook: self.hook(&event),
            id: event.event_id.unwrap_or_default(),
            stack_id: event.stack_id.unwrap_or_default(),
            logical_id: event.logical_resource_id.unwrap_or_default(),
            physical_id: event.physical_resource_id.unwrap_or_default(),
            resource_type: event.resource_type.unwrap_or_default(),
            status: event.resource_status.map(|status| status.as_str().to_owned()).unwrap_or_default(),
            reason: self.redact(event.resource_status_reason),
            token: event.client_request_token.unwrap_or_default(),
            operation_id: event.operation_id.unwrap_or_default(),
            time: timestamp(event.timestamp),
        }
    }
}

/// An absent or impossible time is the beginning of time.
fn timestamp(time: Option<DateTime>) -> Timestamp {
    let millis = time.and_then(|time| time.to_millis().ok());
    Timestamp(millis.and_then(|millis| u64::try_from(millis).ok()).unwrap_or_default())
}

fn updated(error: CallError) -> Called<Updated> {
    let refused = error.kind == CallErrorKind::Refused;
    if refused && error.message.starts_with(NOTHING_TO_DO) { Ok(Updated::NothingToDo) } else { Err(error) }
}

fn resource(resource: types::StackResourceSummary) -> StackResource {
    StackResource {
        logical_id: resource.logical_resource_id.unwrap_or_default(),
        physical_id: resource.physical_resource_id.unwrap_or_default(),
        resource_type: resource.resource_type.unwrap_or_default(),
        status: resource.resource_status.map(|status| status.as_str().to_owned()).unwrap_or_default(),
    }
}

#[async_trait]
impl CloudFormation for CloudFormationClient {
    async fn describe_stack(&self, stack: &str) -> Called<Option<Stack>> {
        match self.client.describe_stacks().stack_name(stack).send().await {
            Ok(answer) => Ok(answer.stacks.unwrap_or_default().into_iter().next().map(|stack| self.stack(stack))),
            Err(error) => match self.failures.call("DescribeStacks", &error) {
                absent if absent.kind == CallErrorKind::NotFound => Ok(None),
                other => Err(other),
            },
        }
    }

    async fn list_stacks(&self, next: Option<&str>) -> Called<(Vec<Stack>, Option<String>)> {
        let answer = self.client.describe_stacks().set_next_token(next.map(str::to_owned)).send().await;
        let answer = answer.map_err(|error| self.failures.call("DescribeStacks", &error))?;
        let stacks = answer.stacks.unwrap_or_default().into_iter().map(|stack| self.stack(stack)).collect();
        Ok((stacks, answer.next_token))
    }

    async fn create_stack(&self, name: &str, termination_protection: bool, request: &StackRequest) -> Called<String> {
        let action = "CreateStack";
        wire::register_secrets(request, self.failures.redactor());
        let call = self.client.create_stack().stack_name(name);
        let call = match &request.template {
            TemplateSource::Body(body) => call.template_body(body),
            TemplateSource::Url(url) => call.template_url(url),
            TemplateSource::Previous => call,
        };
        let rollback = wire::has_rollback(request).then(|| wire::rollback(request));
        let answer = call
            .set_parameters(Some(wire::parameters(request)))
            .set_tags(Some(wire::tags(request)))
            .set_capabilities(Some(wire::capabilities(request)))
            .set_role_arn(request.role_arn.clone())
            .set_notification_arns(Some(request.notification_arns.clone()))
            .set_stack_policy_body(request.policy_body.clone())
            .set_rollback_configuration(rollback)
            .set_on_failure(wire::on_failure(request))
            .set_deployment_config(wire::deployment(request))
            .set_retain_except_on_create(wire::retain_except_on_create(request))
            .enable_termination_protection(termination_protection)
            .client_request_token(&request.token)
            .send()
            .await;
        let answer = answer.map_err(|error| self.failures.call(action, &error))?;
        answer.stack_id.ok_or_else(|| self.failures.incomplete(action, "stack id"))
    }

    async fn update_stack(&self, stack_id: &str, request: &StackRequest) -> Called<Updated> {
        wire::register_secrets(request, self.failures.redactor());
        let call = self.client.update_stack().stack_name(stack_id);
        let call = match &request.template {
            TemplateSource::Body(body) => call.template_body(body),
            TemplateSource::Url(url) => call.template_url(url),
            TemplateSource::Previous => call.use_previous_template(true),
        };
        let answer = call
            .set_parameters(Some(wire::parameters(request)))
            .set_tags(Some(wire::tags(request)))
            .set_capabilities(Some(wire::capabilities(request)))
            .set_role_arn(request.role_arn.clone())
            .set_notification_arns(Some(request.notification_arns.clone()))
            .set_stack_policy_body(request.policy_body.clone())
            .rollback_configuration(wire::rollback(request))
            .set_disable_rollback(wire::disable_rollback(request))
            .set_deployment_config(wire::deployment(request))
            .set_retain_except_on_create(wire::retain_except_on_create(request))
            .client_request_token(&request.token)
            .send()
            .await;
        match answer {
            Ok(_) => Ok(Updated::Started),
            Err(error) => updated(self.failures.call("UpdateStack", &error)),
        }
    }

    async fn delete_stack(&self, request: &DeleteRequest) -> Called<()> {
        let retain = (!request.retain.is_empty()).then(|| request.retain.clone());
        let answer = self
            .client
            .delete_stack()
            .stack_name(&request.stack_id)
            .set_retain_resources(retain)
            .set_role_arn(request.role_arn.clone())
            .client_request_token(&request.token)
            .send()
            .await;
        answer.map(drop).map_err(|error| self.failures.call("DeleteStack", &error))
    }

    async fn cancel_update(&self, stack_id: &str, token: &str) -> Called<()> {
        let call = self.client.cancel_update_stack().stack_name(stack_id).client_request_token(token);
        call.send().await.map(drop).map_err(|error| self.failures.call("CancelUpdateStack", &error))
    }

    async fn continue_update_rollback(&self, stack_id: &str, skip: &[String], token: &str) -> Called<()> {
        let skip = (!skip.is_empty()).then(|| skip.to_vec());
        let call = self.client.continue_update_rollback().stack_name(stack_id).client_request_token(token);
        let answer = call.set_resources_to_skip(skip).send().await;
        answer.map(drop).map_err(|error| self.failures.call("ContinueUpdateRollback", &error))
    }

    async fn rollback_stack(&self, stack_id: &str, token: &str) -> Called<()> {
        let call = self.client.rollback_stack().stack_name(stack_id).client_request_token(token);
        let answer = call.retain_except_on_create(true).send().await;
        answer.map(drop).map_err(|error| self.failures.call("RollbackStack", &error))
    }

    async fn set_termination_protection(&self, stack_id: &str, on: bool) -> Called<()> {
        let call = self.client.update_termination_protection().stack_name(stack_id);
        let answer = call.enable_termination_protection(on).send().await;
        answer.map(drop).map_err(|error| self.failures.call("UpdateTerminationProtection", &error))
    }

    async fn set_stack_policy(&self, stack_id: &str, body: &str) -> Called<()> {
        let answer = self.client.set_stack_policy().stack_name(stack_id).stack_policy_body(body).send().await;
        answer.map(drop).map_err(|error| self.failures.call("SetStackPolicy", &error))
    }

    async fn stack_events(&self, stack_id: &str, next: Option<&str>) -> Called<EventPage> {
        let call = self.client.describe_stack_events().stack_name(stack_id);
        let answer = call.set_next_token(next.map(str::to_owned)).send().await;
        let answer = answer.map_err(|error| self.failures.call("DescribeStackEvents", &error))?;
        let events = answer.stack_events.unwrap_or_default().into_iter().map(|event| self.event(event)).collect();
        Ok(EventPage { events, next: answer.next_token })
    }

    async fn stack_resources(&self, stack_id: &str) -> Called<Vec<StackResource>> {
        let mut pages = self.client.list_stack_resources().stack_name(stack_id).into_paginator().send();
        let mut resources = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| self.failures.call("ListStackResources", &error))?;
            resources.extend(page.stack_resource_summaries.unwrap_or_default().into_iter().map(resource));
        }
        Ok(resources)
    }

    async fn template(&self, stack_id: &str) -> Called<String> {
        let call = self.client.get_template().stack_name(stack_id).template_stage(TemplateStage::Original);
        let answer = call.send().await.map_err(|error| self.failures.call("GetTemplate", &error))?;
        answer.template_body.ok_or_else(|| self.failures.incomplete("GetTemplate", "template"))
    }

    async fn template_summary(&self, of: SummaryOf<'_>) -> Called<TemplateSummary> {
        template_summary::read(&self.client, &self.failures, of).await
    }

    async fn detect_drift(&self, stack_id: &str) -> Called<String> {
        drift::detect(&self.client, &self.failures, stack_id).await
    }

    async fn drift_detection(&self, detection: &str) -> Called<DriftDetection> {
        drift::detection(&self.client, &self.failures, detection).await
    }

    async fn resource_drifts(&self, stack_id: &str) -> Called<Vec<ResourceDrift>> {
        drift::resources(&self.client, &self.failures, stack_id).await
    }

    async fn create_revert(&self, stack: &Stack, name: &str, token: &str) -> Called<()> {
        drift::create_revert(&self.client, &self.failures, stack, (name, token)).await
    }

    async fn change_set(&self, stack_id: &str, name: &str) -> Called<Option<ChangeSetState>> {
        drift::change_set(&self.client, &self.failures, stack_id, name).await
    }

    async fn execute_change_set(&self, stack_id: &str, name: &str, token: &str) -> Called<()> {
        drift::execute(&self.client, &self.failures, stack_id, name, token).await
    }

    async fn delete_change_set(&self, stack_id: &str, name: &str) -> Called<()> {
        drift::delete(&self.client, &self.failures, stack_id, name).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(kind: CallErrorKind, message: &str) -> CallError {
        CallError { kind, action: String::new(), code: "ValidationError".into(), message: message.into() }
    }

    #[test]
    fn an_update_without_change_is_no_error() {
        let nothing = error(CallErrorKind::Refused, "No updates are to be performed.");
        assert_eq!(updated(nothing), Ok(Updated::NothingToDo));
        assert!(updated(error(CallErrorKind::Refused, "Template format error: YAML not well-formed.")).is_err());
    }

    #[test]
    fn times_are_kept_to_the_millisecond() {
        assert_eq!(timestamp(Some(DateTime::from_millis(1_700_000_000_123))), Timestamp(1_700_000_000_123));
        assert_eq!(timestamp(None), Timestamp(0));
        assert_eq!(timestamp(Some(DateTime::from_secs(-5))), Timestamp(0));
    }
}
