//! EC2 Auto Scaling: groups, their instances, their sizes, their failed activities.

use async_trait::async_trait;
use aws_config::SdkConfig;
use aws_sdk_autoscaling::Client;
use aws_sdk_autoscaling::types::{self, ScalingActivityStatusCode};
use starburst_core::ports::{AutoScaling, Called, Group, GroupInstance};

use super::call_error::Failures;
use super::drift::STACK_TAG;
use super::redact::Redactor;

/// DescribeAutoScalingGroups takes no more names at once.
const NAMES_A_CALL: usize = 100;
/// As many activities are looked at for failed ones; the most that one call gives.
const ACTIVITIES: i32 = 100;
/// As many failed activities are handed on.
const FAILED: usize = 10;

/// EC2 Auto Scaling.
pub struct AutoScalingClient {
    client: Client,
    failures: Failures,
}

impl AutoScalingClient {
    /// `endpoint` in place of AWS's own.
    #[must_use]
    pub fn new(sdk: &SdkConfig, endpoint: Option<String>, redactor: Redactor) -> Self {
        let mut config = aws_sdk_autoscaling::config::Builder::from(sdk).interceptor(super::call_log::CallLog);
        if let Some(url) = endpoint {
            config = config.endpoint_url(url);
        }
        Self { client: Client::from_conf(config.build()), failures: Failures::new("autoscaling", redactor) }
    }
}

#[async_trait]
impl AutoScaling for AutoScalingClient {
    async fn groups(&self, names: &[String]) -> Called<Vec<Group>> {
        let mut groups = Vec::new();
        for names in names.chunks(NAMES_A_CALL) {
            let request = self.client.describe_auto_scaling_groups();
            let request = request.set_auto_scaling_group_names(Some(names.to_vec()));
            let mut pages = request.into_paginator().send();
            while let Some(page) = pages.next().await {
                let page = page.map_err(|error| self.failures.call("DescribeAutoScalingGroups", &error))?;
                groups.extend(page.auto_scaling_groups.unwrap_or_default().into_iter().map(group));
            }
        }
        Ok(groups)
    }

    async fn stack_groups(&self, stack_id: &str) -> Called<Vec<Group>> {
        let filter = types::Filter::builder().name(format!("tag:{STACK_TAG}")).values(stack_id).build();
        let mut pages = self.client.describe_auto_scaling_groups().filters(filter).into_paginator().send();
        let mut groups = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| self.failures.call("DescribeAutoScalingGroups", &error))?;
            groups.extend(page.auto_scaling_groups.unwrap_or_default().into_iter().map(group));
        }
        Ok(groups)
    }

    async fn set_sizes(&self, name: &str, min: u32, desired: u32, max: u32) -> Called<()> {
        let answer = self
            .client
            .update_auto_scaling_group()
            .auto_scaling_group_name(name)
            .min_size(size_out(min))
            .desired_capacity(size_out(desired))
            .max_size(size_out(max))
            .send()
            .await;
        answer.map(drop).map_err(|error| self.failures.call("UpdateAutoScalingGroup", &error))
    }

    async fn set_tags(&self, name: &str, tags: &[(String, String, bool)]) -> Called<()> {
        let mut call = self.client.create_or_update_tags();
        for (key, value, spread) in tags {
            let tag = types::Tag::builder().resource_id(name).resource_type("auto-scaling-group");
            call = call.tags(tag.key(key).value(value).propagate_at_launch(*spread).build());
        }
        call.send().await.map(drop).map_err(|error| self.failures.call("CreateOrUpdateTags", &error))
    }

    async fn failed_activities(&self, name: &str) -> Called<Vec<String>> {
        let request = self.client.describe_scaling_activities();
        let answer = request.auto_scaling_group_name(name).max_records(ACTIVITIES).send().await;
        let answer = answer.map_err(|error| self.failures.call("DescribeScalingActivities", &error))?;
        let activities = answer.activities.unwrap_or_default();
        let failed = activities.into_iter().filter(|activity| {
            matches!(
                activity.status_code,
                Some(ScalingActivityStatusCode::Failed | ScalingActivityStatusCode::Cancelled)
            )
        });
        let texts = failed.filter_map(|activity| activity.status_message.or(activity.description));
        Ok(texts.take(FAILED).map(|text| self.failures.redactor().redact(&text)).collect())
    }
}

fn group(group: types::AutoScalingGroup) -> Group {
    let mixed = || {
        let template = group.mixed_instances_policy.as_ref()?.launch_template.as_ref()?;
        template.launch_template_specification.as_ref()?.version.clone()
    };
    let own = group.launch_template.as_ref().and_then(|template| template.version.clone());
    let launch_template_version = own.or_else(mixed).unwrap_or_default();
    let launch_template_id =
        group.launch_template.as_ref().and_then(|template| template.launch_template_id.clone()).unwrap_or_default();
    let tags = group.tags.unwrap_or_default().into_iter().filter_map(|tag| tag.key.zip(tag.value)).collect();
    Group {
        name: group.auto_scaling_group_name.unwrap_or_default(),
        min: size_in(group.min_size),
        max: size_in(group.max_size),
        desired: size_in(group.desired_capacity),
        launch_template_version,
        instances: group.instances.unwrap_or_default().into_iter().map(instance).collect(),
        suspended: group
            .suspended_processes
            .unwrap_or_default()
            .into_iter()
            .filter_map(|process| process.process_name)
            .collect(),
        launch_template_id,
        tags,
    }
}

fn instance(instance: types::Instance) -> GroupInstance {
    GroupInstance {
        id: instance.instance_id.unwrap_or_default(),
        instance_type: instance.instance_type.unwrap_or_default(),
        lifecycle_state: instance.lifecycle_state.map(|state| state.as_str().to_owned()).unwrap_or_default(),
        health: instance.health_status.unwrap_or_default(),
        launch_template_version: instance.launch_template.and_then(|template| template.version).unwrap_or_default(),
    }
}

fn size_in(size: Option<i32>) -> u32 {
    size.and_then(|size| u32::try_from(size).ok()).unwrap_or_default()
}

/// Groups hold far fewer instances than the wire's number can say.
fn size_out(size: u32) -> i32 {
    i32::try_from(size).unwrap_or(i32::MAX)
}

#[cfg(test)]
mod tests {
    use aws_sdk_autoscaling::types::{AutoScalingGroup, Instance, LaunchTemplateSpecification, LifecycleState};

    use super::*;

    #[test]
    fn a_group_keeps_sizes_versions_and_states() {
        let version = |version: &str| LaunchTemplateSpecification::builder().version(version).build();
        let member = Instance::builder()
            .instance_id("i-1")
            .lifecycle_state(LifecycleState::TerminatingWait)
            .launch_template(version("3"))
            .build();
        let wire = AutoScalingGroup::builder()
            .auto_scaling_group_name("workers")
            .min_size(1)
            .desired_capacity(2)
            .max_size(3)
            .launch_template(version("4"))
            .instances(member)
            .build();
        let group = group(wire);
        assert_eq!((group.min, group.desired, group.max), (1, 2, 3));
        assert_eq!(group.launch_template_version, "4");
        assert_eq!(group.instances[0].lifecycle_state, "Terminating:Wait");
        assert_eq!(group.instances[0].launch_template_version, "3");
    }
}
