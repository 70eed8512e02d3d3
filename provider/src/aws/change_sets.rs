//! Change sets: one method a call. What a change set means, and when one is made, is the core's business.

use async_trait::async_trait;
use aws_sdk_cloudformation::types::{self, ChangeSetType, EventFilter};
use starburst_core::ports::{
    CallErrorKind, Called, ChangeDetail, ChangeSetPage, ChangeSetSummary, ChangeSets, ResourceChange, StackRequest,
    TemplateSource, ValidationFinding,
};

use super::cloudformation::CloudFormationClient;
use super::stack_request as wire;

/// Pages read at most, of summaries and of findings.
const MOST_PAGES: usize = 100;

fn summary(summary: types::ChangeSetSummary) -> ChangeSetSummary {
    ChangeSetSummary {
        name: summary.change_set_name.unwrap_or_default(),
        status: summary.status.map(|status| status.as_str().to_owned()).unwrap_or_default(),
        execution: summary.execution_status.map(|status| status.as_str().to_owned()).unwrap_or_default(),
    }
}

impl CloudFormationClient {
    fn change(&self, change: types::ResourceChange) -> ResourceChange {
        ResourceChange {
            logical_id: change.logical_resource_id.unwrap_or_default(),
            resource_type: change.resource_type.unwrap_or_default(),
            action: change.action.map(|action| action.as_str().to_owned()).unwrap_or_default(),
            replacement: change.replacement.map(|replaced| replaced.as_str().to_owned()).unwrap_or_default(),
            policy: change.policy_action.map(|policy| policy.as_str().to_owned()).unwrap_or_default(),
            details: change.details.unwrap_or_default().into_iter().map(|detail| self.detail(detail)).collect(),
        }
    }

    fn detail(&self, detail: types::ResourceChangeDetail) -> ChangeDetail {
        let mut of = ChangeDetail {
            source: detail.change_source.map(|source| source.as_str().to_owned()).unwrap_or_default(),
            entity: detail.causing_entity.unwrap_or_default(),
            evaluation: detail.evaluation.map(|evaluation| evaluation.as_str().to_owned()).unwrap_or_default(),
            ..ChangeDetail::default()
        };
        let Some(target) = detail.target else { return of };
        of.attribute = target.attribute.map(|attribute| attribute.as_str().to_owned()).unwrap_or_default();
        of.name = target.name.unwrap_or_default();
        of.path = target.path.unwrap_or_default();
        of.recreation = target.requires_recreation.map(|needs| needs.as_str().to_owned()).unwrap_or_default();
        of.before = target.before_value.map(|text| self.redact(Some(text)));
        of.after = target.after_value.map(|text| self.redact(Some(text)));
        of
    }

    fn finding(&self, event: types::OperationEvent) -> Option<ValidationFinding> {
        let name = event.validation_name?;
        // Checks that passed or were skipped are listed as well.
        event.validation_status.filter(|status| status.as_str() == "FAILED")?;
        Some(ValidationFinding {
            logical_id: event.logical_resource_id.unwrap_or_default(),
            name,
            reason: self.redact(event.validation_status_reason),
            path: event.validation_path.unwrap_or_default(),
            fails: event.validation_failure_mode.is_none_or(|mode| mode.as_str() == "FAIL"),
        })
    }
}

#[async_trait]
impl ChangeSets for CloudFormationClient {
    async fn change_sets(&self, stack_id: &str) -> Called<Vec<ChangeSetSummary>> {
        let mut all = Vec::new();
        let mut pages = self.client.list_change_sets().stack_name(stack_id).into_paginator().send();
        for _ in 0..MOST_PAGES {
            let Some(page) = pages.next().await else { break };
            let page = page.map_err(|error| self.failures.call("ListChangeSets", &error))?;
            all.extend(page.summaries.unwrap_or_default().into_iter().map(summary));
        }
        Ok(all)
    }

    async fn create_change_set(&self, stack_id: &str, name: &str, request: &StackRequest) -> Called<()> {
        wire::register_secrets(request, self.failures.redactor());
        let call = self.client.create_change_set().stack_name(stack_id).change_set_name(name);
        let call = match &request.template {
            TemplateSource::Body(body) => call.template_body(body),
            TemplateSource::Url(url) => call.template_url(url),
            TemplateSource::Previous => call.use_previous_template(true),
        };
        let answer = call
            .change_set_type(ChangeSetType::Update)
            .set_parameters(Some(wire::parameters(request)))
            .set_tags(Some(wire::tags(request)))
            .set_capabilities(Some(wire::capabilities(request)))
            .set_role_arn(request.role_arn.clone())
            .set_notification_arns(Some(request.notification_arns.clone()))
            .rollback_configuration(wire::rollback(request))
            .set_deployment_config(wire::deployment(request))
            .client_token(name)
            .send()
            .await;
        answer.map(drop).map_err(|error| self.failures.call("CreateChangeSet", &error))
    }

    async fn change_set(
        &self,
        stack_id: &str,
        name: &str,
        values: bool,
        next: Option<&str>,
    ) -> Called<Option<ChangeSetPage>> {
        let call = self.client.describe_change_set().stack_name(stack_id).change_set_name(name);
        let call = call.set_next_token(next.map(str::to_owned)).set_include_property_values(values.then_some(true));
        let answer = match call.send().await {
            Ok(answer) => answer,
            Err(error) => {
                return match self.failures.call("DescribeChangeSet", &error) {
                    absent if absent.kind == CallErrorKind::NotFound => Ok(None),
                    other => Err(other),
                };
            }
        };
        let changes = answer.changes.unwrap_or_default().into_iter().filter_map(|change| change.resource_change);
        Ok(Some(ChangeSetPage {
            id: answer.change_set_id.unwrap_or_default(),
            status: answer.status.map(|status| status.as_str().to_owned()).unwrap_or_default(),
            execution: answer.execution_status.map(|status| status.as_str().to_owned()).unwrap_or_default(),
            reason: self.redact(answer.status_reason),
            changes: changes.map(|change| self.change(change)).collect(),
            next: answer.next_token,
        }))
    }

    async fn execute_change_set(&self, stack_id: &str, name: &str, request: &StackRequest) -> Called<()> {
        let call = self.client.execute_change_set().stack_name(stack_id).change_set_name(name);
        let answer = call
            .client_request_token(&request.token)
            .set_disable_rollback(wire::disable_rollback(request))
            .set_retain_except_on_create(wire::retain_except_on_create(request))
            .send()
            .await;
        answer.map(drop).map_err(|error| self.failures.call("ExecuteChangeSet", &error))
    }

    async fn delete_change_set(&self, stack_id: &str, name: &str) -> Called<()> {
        let call = self.client.delete_change_set().stack_name(stack_id).change_set_name(name);
        match call.send().await.map_err(|error| self.failures.call("DeleteChangeSet", &error)) {
            Err(error) if error.kind == CallErrorKind::NotFound => Ok(()),
            other => other.map(drop),
        }
    }

    async fn validation_findings(&self, change_set_id: &str) -> Called<Vec<ValidationFinding>> {
        let filter = EventFilter::builder().failed_events(true).build();
        let call = self.client.describe_events().change_set_name(change_set_id).filters(filter);
        let mut pages = call.into_paginator().send();
        let mut found = Vec::new();
        for _ in 0..MOST_PAGES {
            let Some(page) = pages.next().await else { break };
            let page = page.map_err(|error| self.failures.call("DescribeEvents", &error))?;
            let events = page.operation_events.unwrap_or_default().into_iter();
            found.extend(events.filter_map(|event| self.finding(event)));
        }
        Ok(found)
    }
}
