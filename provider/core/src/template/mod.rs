//! The bundled joint template: one static text, its version, and the names in it that others need. Made by `sdk-gen`
//! from the table, the fragments in `resources/` and the scripts in `bootstrap/`; knows nothing of stacks, AWS or clients.

pub mod packages;
mod settings;
#[cfg(test)]
mod tests;

use starburst_schema::Role;

pub use settings::{Bundled, recognise, with_settings};

/// The template as it is sent: compact YAML, at most 51,200 bytes with the settings that [`with_settings`] adds.
/// Source of the limit: CloudFormation quotas, template body in a request.
pub const BODY: &str = include_str!("../../../../schema/generated/joint-template.yaml");
/// Bytes of a template body in a request. Source: CloudFormation, quotas.
pub const LARGEST_BODY: usize = 51_200;
/// The same tree in JSON, for those who look into it.
pub const JSON: &str = include_str!("../../../../schema/generated/joint-template.json");
/// Its version. A change of a resource's definition that is released raises it.
pub const VERSION: u32 = 1;

/// Logical id of the coordinator group.
pub const COORDINATORS: &str = "Coordinators";
/// Logical id of the worker group.
pub const WORKERS: &str = "Workers";
/// Logical id of the metastore group.
pub const METASTORE: &str = "Metastore";
/// Logical id of the Superset group.
pub const SUPERSET: &str = "Superset";
/// Logical id of the group of a role.
#[must_use]
pub fn group_of(role: Role) -> &'static str {
    match role {
        Role::Coordinator => COORDINATORS,
        Role::Worker => WORKERS,
        Role::Metastore => METASTORE,
        Role::Superset => SUPERSET,
    }
}

/// Logical id of the workers' launch template.
pub const WORKER_LAUNCH_TEMPLATE: &str = "WorkerNode";
/// Name of the lifecycle hook that holds a leaving coordinator or worker until it is drained.
pub const DRAIN_HOOK: &str = "drain";
/// Heartbeat timeout of that hook in seconds. A node that drains renews it; one that is dead is let go after it.
pub const DRAIN_HEARTBEAT: u64 = 600;
/// Tag in which a node says how its boot or its drain goes, at most 256 characters.
pub const STATUS_TAG: &str = "starburst:status";

/// Parameter that holds the largest size of the worker group.
pub const WORKER_MAXIMUM: &str = "WorkersMaximum";
/// Image parameters by role.
pub const IMAGE_PARAMETERS: &[(&str, &str)] =
    &[("coordinator", "ImageId"), ("worker", "WorkerImageId"), ("superset", "SupersetImageId")];
/// Services of the places of parameter `VpcEndpoints`, as they end the names of VPC endpoint services.
pub const ENDPOINT_SERVICES: &[&str] = &[
    "s3",
    "cloudformation",
    "ec2",
    "autoscaling",
    "secretsmanager",
    "logs",
    "monitoring",
    "glue",
    "ssm",
    "ssmmessages",
];
/// Number of places of parameter `AccessCidrs`.
pub const ACCESS_PLACES: usize = 10;
/// Resource types that `ResourceTypes=basic` leaves out, for stand-ins of AWS that lack them.
pub const TYPES_LEFT_OUT: &[&str] =
    &["AWS::EC2::NetworkInterface", "AWS::EC2::Volume", "AWS::EC2::SecurityGroupIngress", "AWS::EC2::PrefixList"];

/// The input behind each resource: what to change when it fails and AWS's words name nothing closer.
pub const FIELDS_OF_RESOURCES: &[(&str, &str)] = &[
    ("SecurityGroup", "network.vpcId"),
    ("NodeToNode", "network.vpcId"),
    ("Access", "presto.externalAccessCidrs"),
    ("EndpointGroup", "network.vpcEndpoints"),
    ("S3GatewayEndpoint", "network.vpcEndpoints"),
    ("CloudFormationEndpoint", "network.vpcEndpoints"),
    ("EC2Endpoint", "network.vpcEndpoints"),
    ("AutoScalingEndpoint", "network.vpcEndpoints"),
    ("SecretsManagerEndpoint", "network.vpcEndpoints"),
    ("LogsEndpoint", "network.vpcEndpoints"),
    ("MonitoringEndpoint", "network.vpcEndpoints"),
    ("GlueEndpoint", "network.vpcEndpoints"),
    ("SSMEndpoint", "network.vpcEndpoints"),
    ("SSMMessagesEndpoint", "network.vpcEndpoints"),
    ("Role", "ec2.permissionsBoundaryArn"),
    ("InstanceProfile", "ec2.instanceProfile"),
    ("MetastorePassword", "hiveMetastore.password"),
    ("NodeSecrets", "s3.secretKey"),
    ("Slot1", "network.subnetId"),
    ("PublicAddress", "presto.allowExternalAccessOnHttp"),
    ("PublicAddressAssociation", "presto.allowExternalAccessOnHttp"),
    ("Slot2", "network.subnetId"),
    ("Slot3", "network.subnetId"),
    ("Slot4", "network.subnetId"),
    ("Slot5", "network.subnetId"),
    ("Journal1", "ec2.kmsKeyId"),
    ("Journal2", "ec2.kmsKeyId"),
    ("Journal3", "ec2.kmsKeyId"),
    ("Journal4", "ec2.kmsKeyId"),
    ("Journal5", "ec2.kmsKeyId"),
    ("CoordinatorNode", "ec2.coordinatorInstanceType"),
    (COORDINATORS, "ec2.coordinatorInstanceType"),
    (WORKER_LAUNCH_TEMPLATE, "ec2.workerInstanceType"),
    (WORKERS, "ec2.workerInstanceType"),
    ("MetastoreSlot", "network.subnetId"),
    ("MetastoreVolume", "ec2.kmsKeyId"),
    ("MetastoreNode", "hiveMetastore.type"),
    (METASTORE, "hiveMetastore.type"),
    ("SupersetPassword", "superset.enabled"),
    ("SupersetSlot", "network.subnetId"),
    ("SupersetVolume", "ec2.kmsKeyId"),
    ("SupersetNode", "superset.instanceType"),
    (SUPERSET, "superset.instanceType"),
    ("LogGroup", "monitoring.logRetentionDays"),
    ("Dashboard", "monitoring.cloudWatchMetrics"),
    ("WorkersMissing", "monitoring.alarmTopicArn"),
    ("CoordinatorsMissing", "monitoring.alarmTopicArn"),
];

/// The path of the input behind a resource.
#[must_use]
pub fn logical_id_field(logical_id: &str) -> Option<&'static str> {
    FIELDS_OF_RESOURCES.iter().find(|(id, _)| *id == logical_id).map(|(_, path)| *path)
}

/// The longest value that a parameter of the template takes, in characters: its own bound, else CloudFormation's 4,096.
#[must_use]
pub fn longest_value(parameter: &str) -> usize {
    let start = format!(" {parameter}: {{Type: ");
    let line = BODY.lines().find(|line| line.starts_with(&start)).unwrap_or_default();
    let bound = line.split_once("MaxLength: ").and_then(|(_, rest)| rest.split([',', '}']).next()?.parse().ok());
    bound.unwrap_or(4096)
}

/// Whether an output shows what a secret parameter holds. None of the bundled template does: a test holds that.
#[must_use]
pub fn is_sensitive_output(_key: &str) -> bool {
    false
}
