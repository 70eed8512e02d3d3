//! AWS as preflight sees it, in memory: what exists, what the caller may not read, and which calls were made.

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::pin::pin;
use std::sync::Mutex;
use std::task::{Context, Poll, Waker};

use async_trait::async_trait;

use crate::cluster::own_template;
use crate::ports::*;
use crate::time::Timestamp;

/// What exists.
#[derive(Default)]
pub struct World {
    pub subnets: Vec<Subnet>,
    pub vpcs: Vec<Vpc>,
    pub groups: Vec<SecurityGroup>,
    pub keys: BTreeSet<String>,
    pub tables: Vec<RouteTable>,
    pub endpoints: Vec<VpcEndpoint>,
    pub types: Vec<InstanceType>,
    pub offered: Vec<String>,
    pub images: Vec<Image>,
    /// Buckets and their regions.
    pub buckets: BTreeMap<String, String>,
    pub stack: Option<Stack>,
    pub account: String,
    /// When the credentials expire; the present is the beginning of time.
    pub expiry: Option<Timestamp>,
    /// The worker group.
    pub workers: Option<Group>,
    /// Local files by path: names and contents.
    pub files: BTreeMap<String, Vec<(String, String)>>,
    /// The template of the stack, and of every URL.
    pub template: String,
    /// How calls fail, by action.
    pub faults: BTreeMap<&'static str, CallErrorKind>,
    pub calls: Mutex<Vec<&'static str>>,
}

impl World {
    fn call<T>(&self, action: &'static str, answer: T) -> Called<T> {
        if let Ok(mut calls) = self.calls.lock() {
            calls.push(action);
        }
        match self.faults.get(action) {
            Some(kind) => {
                Err(CallError { kind: *kind, action: action.into(), code: "Fault".into(), message: "as told".into() })
            }
            None => Ok(answer),
        }
    }

    /// The ports of this world.
    pub fn ports(&self) -> Ports<'_> {
        Ports {
            cloud_formation: self,
            change_sets: &crate::ports::NoChangeSets,
            auto_scaling: self,
            compute: self,
            identity: self,
            objects: self,
            secrets: self,
            files: self,
            clock: self,
            cancellation: self,
            progress: self,
        }
    }
}

/// Runs a future that never waits.
pub fn now<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    match future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(answer) => answer,
        Poll::Pending => panic!("nothing here waits"),
    }
}

#[async_trait]
impl Compute for World {
    async fn subnet(&self, id: &str) -> Called<Option<Subnet>> {
        self.call("ec2:DescribeSubnets", self.subnets.iter().find(|subnet| subnet.id == id).cloned())
    }
    async fn vpc(&self, id: &str) -> Called<Option<Vpc>> {
        self.call("ec2:DescribeVpcs", self.vpcs.iter().find(|vpc| vpc.id == id).cloned())
    }
    async fn security_groups(&self, ids: &[String]) -> Called<Vec<SecurityGroup>> {
        let found = self.groups.iter().filter(|group| ids.contains(&group.id)).cloned().collect();
        self.call("ec2:DescribeSecurityGroups", found)
    }
    async fn key_pair_exists(&self, name: &str) -> Called<bool> {
        self.call("ec2:DescribeKeyPairs", self.keys.contains(name))
    }
    async fn route_tables(&self, _vpc_id: &str) -> Called<Vec<RouteTable>> {
        self.call("ec2:DescribeRouteTables", self.tables.clone())
    }
    async fn vpc_endpoints(&self, _vpc_id: &str) -> Called<Vec<VpcEndpoint>> {
        self.call("ec2:DescribeVpcEndpoints", self.endpoints.clone())
    }
    async fn instance_types(&self, names: &[String]) -> Called<Vec<InstanceType>> {
        let known = self.types.iter().filter(|known| names.contains(&known.name)).cloned().collect();
        self.call("ec2:DescribeInstanceTypes", known)
    }
    async fn offered_types(&self, _zone: &str, pattern: Option<&str>) -> Called<Vec<String>> {
        let fits = |name: &String| pattern.is_none_or(|pattern| matches(pattern, name));
        let offered = self.offered.iter().filter(|name| fits(name)).cloned().collect();
        self.call("ec2:DescribeInstanceTypeOfferings", offered)
    }
    async fn image(&self, id: &str) -> Called<Option<Image>> {
        self.call("ec2:DescribeImages", self.images.iter().find(|image| image.id == id).cloned())
    }
    async fn newest_image(&self, architecture: &str) -> Called<Option<Image>> {
        let newest = self.images.iter().filter(|image| image.architecture == architecture);
        self.call("ec2:DescribeImages", newest.max_by(|a, b| a.created.cmp(&b.created)).cloned())
    }
    async fn tag_of(&self, _instances: &[String], _key: &str) -> Called<BTreeMap<String, String>> {
        self.call("ec2:DescribeTags", BTreeMap::new())
    }
    async fn tag(&self, _ids: &[String], _tags: &BTreeMap<String, String>) -> Called<()> {
        panic!("preflight changes nothing")
    }
}

/// One star at most, as the rules use it.
fn matches(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        Some((begin, end)) => name.starts_with(begin) && name.ends_with(end),
        None => pattern == name,
    }
}

#[async_trait]
impl ObjectStore for World {
    async fn bucket(&self, bucket: &str) -> Called<Option<String>> {
        let region = self.call("s3:ListBucket", self.buckets.get(bucket).cloned())?;
        region.map(Some).ok_or_else(|| CallError {
            kind: CallErrorKind::NotFound,
            action: "s3:ListBucket".into(),
            code: "NotFound".into(),
            message: String::new(),
        })
    }
    async fn exists(&self, _bucket: &str, _key: &str) -> Called<bool> {
        self.call("s3:GetObject", false)
    }
    async fn put(&self, _bucket: &str, _key: &str, _content: Vec<u8>) -> Called<()> {
        panic!("preflight changes nothing")
    }
    async fn delete(&self, _bucket: &str, _key: &str) -> Called<()> {
        panic!("preflight changes nothing")
    }
    async fn keys(&self, _bucket: &str, _prefix: &str) -> Called<Vec<String>> {
        self.call("s3:ListBucket", Vec::new())
    }
}

#[async_trait]
impl Identity for World {
    async fn caller(&self) -> Called<Caller> {
        self.call("sts:GetCallerIdentity", Caller { account: self.account.clone(), arn: String::new() })
    }
    fn region(&self) -> String {
        "eu-central-1".into()
    }
    fn partition(&self) -> String {
        "aws".into()
    }
    fn credentials_expire(&self) -> Option<Timestamp> {
        self.expiry
    }
}

#[async_trait]
impl CloudFormation for World {
    async fn describe_stack(&self, stack: &str) -> Called<Option<Stack>> {
        // By ARN there is a stack that is ready, unless a test says otherwise.
        let ready = || Stack { id: stack.to_owned(), status: "CREATE_COMPLETE".into(), ..Stack::default() };
        let known = self.stack.clone().filter(|known| [&known.name, &known.id].contains(&&stack.to_owned()));
        let known = known.or_else(|| stack.starts_with("arn:").then(ready));
        self.call("cloudformation:DescribeStacks", known)
    }
    async fn template(&self, _id: &str) -> Called<String> {
        self.call("cloudformation:GetTemplate", self.template.clone())
    }
    async fn template_summary(&self, of: SummaryOf<'_>) -> Called<TemplateSummary> {
        let text = if let SummaryOf::Body(body) = of { body } else { &self.template };
        let summary = own_template::tree(text).map(|tree| own_template::summary_of(&tree)).unwrap_or_default();
        self.call("cloudformation:GetTemplateSummary", summary)
    }
    async fn list_stacks(&self, _next: Option<&str>) -> Called<(Vec<Stack>, Option<String>)> {
        self.call("cloudformation:ListStacks", (Vec::new(), None))
    }
    async fn create_stack(&self, _name: &str, _protect: bool, _request: &StackRequest) -> Called<String> {
        panic!("preflight changes nothing")
    }
    async fn update_stack(&self, _id: &str, _request: &StackRequest) -> Called<Updated> {
        panic!("preflight changes nothing")
    }
    async fn delete_stack(&self, _request: &DeleteRequest) -> Called<()> {
        panic!("preflight changes nothing")
    }
    async fn cancel_update(&self, _id: &str, _token: &str) -> Called<()> {
        panic!("preflight changes nothing")
    }
    async fn continue_update_rollback(&self, _id: &str, _skip: &[String], _token: &str) -> Called<()> {
        panic!("preflight changes nothing")
    }
    async fn rollback_stack(&self, _id: &str, _token: &str) -> Called<()> {
        panic!("preflight changes nothing")
    }
    async fn set_termination_protection(&self, _id: &str, _on: bool) -> Called<()> {
        panic!("preflight changes nothing")
    }
    async fn set_stack_policy(&self, _id: &str, _body: &str) -> Called<()> {
        panic!("preflight changes nothing")
    }
    async fn stack_events(&self, _id: &str, _next: Option<&str>) -> Called<EventPage> {
        self.call("cloudformation:DescribeStackEvents", EventPage::default())
    }
    async fn stack_resources(&self, _id: &str) -> Called<Vec<StackResource>> {
        self.call("cloudformation:ListStackResources", Vec::new())
    }
}

#[async_trait]
impl AutoScaling for World {
    async fn stack_groups(&self, _: &str) -> Called<Vec<Group>> {
        self.call("autoscaling:DescribeAutoScalingGroups", self.workers.iter().cloned().collect())
    }
    async fn groups(&self, _names: &[String]) -> Called<Vec<Group>> {
        self.call("autoscaling:DescribeAutoScalingGroups", self.workers.iter().cloned().collect())
    }
    async fn set_sizes(&self, _name: &str, _min: u32, _desired: u32, _max: u32) -> Called<()> {
        panic!("preflight changes nothing")
    }
    async fn failed_activities(&self, _name: &str) -> Called<Vec<String>> {
        self.call("autoscaling:DescribeScalingActivities", Vec::new())
    }
}

#[async_trait]
impl Secrets for World {
    async fn value(&self, _arn: &str) -> Called<Option<String>> {
        self.call("secretsmanager:GetSecretValue", None)
    }
    async fn version(&self, _arn: &str) -> Called<Option<String>> {
        self.call("secretsmanager:DescribeSecret", None)
    }
}

#[async_trait]
impl LocalFiles for World {
    async fn entries(&self, path: &str) -> Result<Vec<LocalEntry>, String> {
        let files = self.files.get(path).ok_or_else(|| "it is not there".to_owned())?;
        let entry =
            |(name, content): &(String, String)| LocalEntry { name: name.clone(), content: content.clone().into() };
        Ok(files.iter().map(entry).collect())
    }
    fn pack(&self, entries: &[LocalEntry]) -> Result<Vec<u8>, String> {
        Ok(entries.iter().flat_map(|entry| entry.content.clone()).collect())
    }
}

#[async_trait]
impl Clock for World {
    fn now(&self) -> Timestamp {
        Timestamp(0)
    }
    async fn sleep_until(&self, _time: Timestamp) {}
}

#[async_trait]
impl Cancellation for World {
    fn is_cancelled(&self) -> bool {
        false
    }
    async fn cancelled(&self) {
        std::future::pending().await
    }
}

impl ProgressSink for World {
    fn report(&self, _progress: Progress) {}
}
