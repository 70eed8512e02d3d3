//! The other services as the core sees them: EC2, Auto Scaling, STS, S3, Secrets Manager.

use std::collections::BTreeMap;

use async_trait::async_trait;

use super::{AccessGroup, Called, LaunchData, not_offered};
use crate::time::Timestamp;

/// An Auto Scaling group.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Group {
    /// Name, which is also the physical id in the stack.
    pub name: String,
    /// Smallest size.
    pub min: u32,
    /// Largest size.
    pub max: u32,
    /// Desired capacity.
    pub desired: u32,
    /// Launch template version that the group refers to, as AWS gives it.
    pub launch_template_version: String,
    /// Its instances.
    pub instances: Vec<GroupInstance>,
    /// Suspended processes.
    pub suspended: Vec<String>,
    /// Launch template that the group refers to.
    pub launch_template_id: String,
    /// Tags by key, AWS's own included: a group of a stack carries `aws:cloudformation:logical-id`.
    pub tags: BTreeMap<String, String>,
}

/// An instance of a group.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct GroupInstance {
    /// Instance id.
    pub id: String,
    /// Instance type.
    pub instance_type: String,
    /// Lifecycle state, AWS's text (`InService`, `Terminating:Wait`, …).
    pub lifecycle_state: String,
    /// `Healthy` or `Unhealthy`.
    pub health: String,
    /// Launch template version that it was launched from.
    pub launch_template_version: String,
}

/// EC2 Auto Scaling.
#[async_trait]
pub trait AutoScaling: Send + Sync {
    /// The groups with these names that exist, in any order.
    async fn groups(&self, names: &[String]) -> Called<Vec<Group>>;
    /// All groups of a stack, found by the tag that CloudFormation gives them.
    async fn stack_groups(&self, _stack_id: &str) -> Called<Vec<Group>> {
        not_offered("autoscaling:DescribeAutoScalingGroups")
    }
    /// UpdateAutoScalingGroup, sizes alone.
    async fn set_sizes(&self, name: &str, min: u32, desired: u32, max: u32) -> Called<()>;
    /// CreateOrUpdateTags: key, value, and whether new instances get the tag.
    async fn set_tags(&self, _name: &str, _tags: &[(String, String, bool)]) -> Called<()> {
        not_offered("autoscaling:CreateOrUpdateTags")
    }
    /// The newest failed scaling activities, AWS's words, newest first, at most ten.
    async fn failed_activities(&self, name: &str) -> Called<Vec<String>>;
}

/// A subnet.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Subnet {
    /// Subnet id.
    pub id: String,
    /// VPC id.
    pub vpc_id: String,
    /// IPv4 network.
    pub cidr: String,
    /// Availability zone, for example `us-east-1a`.
    pub zone: String,
    /// Whether new interfaces get public addresses.
    pub assigns_public_ip: bool,
    /// Addresses that are free.
    pub free_addresses: u32,
}

/// A VPC.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Vpc {
    /// VPC id.
    pub id: String,
    /// IPv4 network.
    pub cidr: String,
    /// Whether hosts get DNS names (needed by private DNS of endpoints).
    pub dns_hostnames: bool,
}

/// A security group.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SecurityGroup {
    /// Group id.
    pub id: String,
    /// VPC id.
    pub vpc_id: String,
}

/// A route table.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RouteTable {
    /// Route table id.
    pub id: String,
    /// Whether it is the VPC's main table.
    pub main: bool,
    /// Subnets that are associated with it explicitly.
    pub subnet_ids: Vec<String>,
    /// Kind of the target of the default route `0.0.0.0/0`: the prefix of its id (`igw`, `nat`, `tgw`, …), if any.
    pub default_route: Option<String>,
}

/// A VPC endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct VpcEndpoint {
    /// Endpoint id.
    pub id: String,
    /// Service name, for example `com.amazonaws.us-east-1.s3`.
    pub service: String,
    /// Whether the service's public name resolves to it.
    pub private_dns: bool,
    /// Tags by key: an endpoint of a stack carries `aws:cloudformation:stack-id`.
    pub tags: BTreeMap<String, String>,
}

/// An instance type.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct InstanceType {
    /// Its name.
    pub name: String,
    /// Virtual CPUs.
    pub vcpus: u32,
    /// Memory in MiB.
    pub memory_mib: u64,
    /// `x86_64` or `arm64`.
    pub architecture: String,
    /// Local disks in GB, all together; 0 for none.
    pub instance_store_gb: u64,
}

/// An image.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Image {
    /// Image id.
    pub id: String,
    /// Name.
    pub name: String,
    /// `x86_64` or `arm64`.
    pub architecture: String,
    /// ISO 8601 text, comparable as text.
    pub created: String,
    /// Device name of the root volume.
    pub root_device: String,
}

/// EC2 reads.
#[async_trait]
pub trait Compute: Send + Sync {
    /// A subnet, if it exists.
    async fn subnet(&self, id: &str) -> Called<Option<Subnet>>;
    /// A VPC, if it exists.
    async fn vpc(&self, id: &str) -> Called<Option<Vpc>>;
    /// The security groups with these ids that exist.
    async fn security_groups(&self, ids: &[String]) -> Called<Vec<SecurityGroup>>;
    /// Whether a key pair of that name exists.
    async fn key_pair_exists(&self, name: &str) -> Called<bool>;
    /// All route tables of a VPC.
    async fn route_tables(&self, vpc_id: &str) -> Called<Vec<RouteTable>>;
    /// All endpoints of a VPC that are not deleted.
    async fn vpc_endpoints(&self, vpc_id: &str) -> Called<Vec<VpcEndpoint>>;
    /// The instance types with these names that AWS knows.
    async fn instance_types(&self, names: &[String]) -> Called<Vec<InstanceType>>;
    /// Names of all instance types that a zone offers, or only those that match a pattern such as `r5.*`.
    async fn offered_types(&self, zone: &str, pattern: Option<&str>) -> Called<Vec<String>>;
    /// An image, if it exists and may be used.
    async fn image(&self, id: &str) -> Called<Option<Image>>;
    /// The newest Amazon Linux 2023 image of an architecture.
    async fn newest_image(&self, architecture: &str) -> Called<Option<Image>>;
    /// The values of one tag by the id of the instance that has it; of at most 200 instances, one call.
    async fn tag_of(&self, instances: &[String], key: &str) -> Called<BTreeMap<String, String>>;
    /// The security groups of a stack, found by the tag that CloudFormation gives them.
    async fn access_groups(&self, _stack_id: &str) -> Called<Vec<AccessGroup>> {
        not_offered("ec2:DescribeSecurityGroups")
    }
    /// The networks of a customer's prefix list.
    async fn prefix_list(&self, _id: &str) -> Called<Vec<String>> {
        not_offered("ec2:GetManagedPrefixListEntries")
    }
    /// What a version of a launch template says; `None` when there is no such version.
    async fn launch_data(&self, _template_id: &str, _version: &str) -> Called<Option<LaunchData>> {
        not_offered("ec2:DescribeLaunchTemplateVersions")
    }
    /// The number of a launch template's newest version; `None` when there is no such template.
    async fn newest_launch_version(&self, _template_id: &str) -> Called<Option<u64>> {
        not_offered("ec2:DescribeLaunchTemplateVersions")
    }
    /// Puts tags on instances, volumes and interfaces.
    async fn tag(&self, ids: &[String], tags: &BTreeMap<String, String>) -> Called<()>;
}

/// Who calls.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Caller {
    /// 12-digit account id.
    pub account: String,
    /// ARN of the identity.
    pub arn: String,
}

/// STS.
#[async_trait]
pub trait Identity: Send + Sync {
    /// Who calls; read once per process.
    async fn caller(&self) -> Called<Caller>;
    /// The region of this configuration.
    fn region(&self) -> String;
    /// The partition of the region: `aws`, `aws-cn`, `aws-us-gov`, …
    fn partition(&self) -> String;
    /// When the credentials of the last call expire. `None`: they do not, their source does not say, or no call was made
    /// yet. Calls nothing.
    fn credentials_expire(&self) -> Option<Timestamp> {
        None
    }
}

/// S3.
#[async_trait]
pub trait ObjectStore: Send + Sync {
    /// The region of a bucket that exists, when AWS tells; one that does not is [`CallErrorKind::NotFound`].
    async fn bucket(&self, bucket: &str) -> Called<Option<String>>;
    /// Whether an object exists.
    async fn exists(&self, bucket: &str, key: &str) -> Called<bool>;
    /// The text of an object; `None` when it is not there.
    async fn text(&self, _bucket: &str, _key: &str) -> Called<Option<String>> {
        not_offered("s3:GetObject")
    }
    /// Writes an object.
    async fn put(&self, bucket: &str, key: &str, content: Vec<u8>) -> Called<()>;
    /// Removes an object; an absent one is fine.
    async fn delete(&self, bucket: &str, key: &str) -> Called<()>;
    /// Keys that begin with a prefix.
    async fn keys(&self, bucket: &str, prefix: &str) -> Called<Vec<String>>;
}

/// Secrets Manager.
#[async_trait]
pub trait Secrets: Send + Sync {
    /// The text of a secret's current version.
    async fn value(&self, arn: &str) -> Called<Option<String>>;
    /// The id of a secret's current version.
    async fn version(&self, arn: &str) -> Called<Option<String>>;
}
