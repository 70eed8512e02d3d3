//! Outputs of the resource: name, shape, secrecy, where the stack answers them, what can change them. And what functions
//! and data sources answer beside them.

use crate::field::Exposure;

/// One output of the resource.
#[derive(Debug, Clone, Copy)]
pub struct Output {
    /// camelCase name; unique, also against the sections of the inputs.
    pub name: &'static str,
    /// The shape of the value.
    pub kind: OutputKind,
    /// Whether it is wrapped as a secret.
    pub exposure: Exposure,
    /// Output keys of templates that answer it, ours first, then vendors' names; empty where the plugin computes it.
    pub stack_outputs: &'static [&'static str],
    /// Whether every cluster has a value.
    pub always: bool,
    /// Which changes make it unknown in a preview.
    pub reach: Reach,
    /// One sentence for users.
    pub doc: &'static str,
}

/// The shape of an output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutputKind {
    /// A text.
    Text,
    /// A whole number.
    Integer,
    /// Text by text key.
    Map,
    /// A list of texts.
    List,
}

/// Which changes can alter an output. A replacement of the stack alters every output but those named `Never`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Follows from the inputs alone (the stack's name, the region).
    Never,
    /// Only a replacement.
    Replacement,
    /// A replacement, or a change of a field with one of these paths (a section's path covers its fields).
    Fields(&'static [&'static str]),
    /// Any update.
    AnyUpdate,
}

// Names that code beside this table uses.

/// Name of output `stackId`.
pub const STACK_ID: &str = "stackId";
/// Name of output `stackName`.
pub const STACK_NAME: &str = "stackName";
/// Name of output `region`.
pub const REGION: &str = "region";
/// Name of output `supersetAdminPassword`.
pub const SUPERSET_ADMIN_PASSWORD: &str = "supersetAdminPassword";
/// Name of the output with the coordinators' group.
pub const COORDINATOR_AUTO_SCALING_GROUP_NAME: &str = "coordinatorAutoScalingGroupName";
/// Name of output `workerAutoScalingGroupName`.
pub const WORKER_AUTO_SCALING_GROUP_NAME: &str = "workerAutoScalingGroupName";
/// Name of output `imageIds`.
pub const IMAGE_IDS: &str = "imageIds";
/// Name of output `templateVersion`.
pub const TEMPLATE_VERSION: &str = "templateVersion";
/// Name of output `stackOutputs`.
pub const STACK_OUTPUTS: &str = "stackOutputs";
/// Name of output `sensitiveStackOutputs`.
pub const SENSITIVE_STACK_OUTPUTS: &str = "sensitiveStackOutputs";

/// All outputs, in the order in which documentation lists them.
pub static OUTPUTS: &[Output] = &[
    Output {
        name: STACK_ID,
        kind: OutputKind::Text,
        exposure: Exposure::Plain,
        stack_outputs: &[],
        always: true,
        reach: Reach::Replacement,
        doc: "ARN of the CloudFormation stack; also the id of the resource.",
    },
    Output {
        name: STACK_NAME,
        kind: OutputKind::Text,
        exposure: Exposure::Plain,
        stack_outputs: &[],
        always: true,
        reach: Reach::Never,
        doc: "Name of the CloudFormation stack.",
    },
    Output {
        name: REGION,
        kind: OutputKind::Text,
        exposure: Exposure::Plain,
        stack_outputs: &[],
        always: true,
        reach: Reach::Never,
        doc: "AWS region of the cluster.",
    },
    Output {
        name: "coordinatorUrl",
        kind: OutputKind::Text,
        exposure: Exposure::Plain,
        stack_outputs: &["PrestoCoordinatorURL", "StarburstCoordinatorURL", "CoordinatorDashboard"],
        always: false,
        reach: Reach::Fields(&["presto.httpPort", "presto.https"]),
        doc: "URL of the coordinator: web interface, JDBC and REST.",
    },
    Output {
        name: "coordinatorPublicAddress",
        kind: OutputKind::Text,
        exposure: Exposure::Plain,
        stack_outputs: &["PrestoPublicAddress"],
        always: false,
        reach: Reach::Fields(&["presto.allowExternalAccessOnHttp"]),
        doc: "Elastic IP of the coordinator, with the port of `coordinatorUrl`; only with external access in a public subnet.",
    },
    Output {
        name: "alluxioUiUrl",
        kind: OutputKind::Text,
        exposure: Exposure::Plain,
        stack_outputs: &["AlluxioUIURL"],
        always: false,
        reach: Reach::Replacement,
        doc: "URL of the web interface of the leading Alluxio master, port 19999.",
    },
    Output {
        name: "hiveMetastoreUri",
        kind: OutputKind::Text,
        exposure: Exposure::Plain,
        stack_outputs: &["HiveMetastoreURI"],
        always: false,
        reach: Reach::Fields(&["hiveMetastore"]),
        doc: "Thrift URI of the Hive metastore; absent without one.",
    },
    Output {
        name: "supersetUrl",
        kind: OutputKind::Text,
        exposure: Exposure::Plain,
        stack_outputs: &["SupersetURL"],
        always: false,
        reach: Reach::Fields(&["superset"]),
        doc: "URL of Superset; absent without it.",
    },
    Output {
        name: SUPERSET_ADMIN_PASSWORD,
        kind: OutputKind::Text,
        exposure: Exposure::Secret,
        stack_outputs: &["SupersetAdminPasswordSecretArn"],
        always: false,
        reach: Reach::Fields(&["superset", "stack.secretsRefresh"]),
        doc: "Password of the Superset user `admin`; absent without Superset.",
    },
    Output {
        name: "dashboardUrl",
        kind: OutputKind::Text,
        exposure: Exposure::Plain,
        stack_outputs: &["DashboardURL"],
        always: false,
        reach: Reach::Fields(&["monitoring"]),
        doc: "URL of the CloudWatch dashboard; absent without metrics.",
    },
    Output {
        name: "logGroupName",
        kind: OutputKind::Text,
        exposure: Exposure::Plain,
        stack_outputs: &["LogGroupName"],
        always: false,
        reach: Reach::Replacement,
        doc: "Name of the log group of the nodes.",
    },
    Output {
        name: "sshCommand",
        kind: OutputKind::Text,
        exposure: Exposure::Plain,
        stack_outputs: &["PrestoSSH", "StarburstSSH"],
        always: false,
        reach: Reach::Fields(&["ec2.keyName", "ec2.haCoordinatorCount"]),
        doc: "Command that opens a shell on the active coordinator.",
    },
    Output {
        name: COORDINATOR_AUTO_SCALING_GROUP_NAME,
        kind: OutputKind::Text,
        exposure: Exposure::Plain,
        stack_outputs: &["CoordinatorAutoScalingGroupName"],
        always: false,
        reach: Reach::Replacement,
        doc: "Name of the Auto Scaling group of the coordinators.",
    },
    Output {
        name: WORKER_AUTO_SCALING_GROUP_NAME,
        kind: OutputKind::Text,
        exposure: Exposure::Plain,
        stack_outputs: &["WorkerAutoScalingGroupName"],
        always: false,
        reach: Reach::Replacement,
        doc: "Name of the Auto Scaling group of the workers.",
    },
    Output {
        name: "securityGroupId",
        kind: OutputKind::Text,
        exposure: Exposure::Plain,
        stack_outputs: &["SecurityGroupId"],
        always: false,
        reach: Reach::Replacement,
        doc: "Id of the security group of the cluster.",
    },
    Output {
        name: "instanceProfileArn",
        kind: OutputKind::Text,
        exposure: Exposure::Plain,
        stack_outputs: &["InstanceProfileArn"],
        always: false,
        reach: Reach::Fields(&["ec2.instanceProfile"]),
        doc: "ARN or name of the instance profile of the nodes.",
    },
    Output {
        name: IMAGE_IDS,
        kind: OutputKind::Map,
        exposure: Exposure::Plain,
        stack_outputs: &[],
        always: true,
        reach: Reach::Fields(&[
            "ec2.imageId",
            "ec2.workerImageId",
            "ec2.imageRefresh",
            "ec2.workerInstanceType",
            "ec2.coordinatorInstanceType",
        ]),
        doc: "AMI of the nodes, by role.",
    },
    Output {
        name: TEMPLATE_VERSION,
        kind: OutputKind::Integer,
        exposure: Exposure::Plain,
        stack_outputs: &[],
        always: true,
        reach: Reach::Fields(&["stack.templateVersion", "stack.template"]),
        doc: "Version of the bundled template that the stack has; 0 for a template of your own.",
    },
    Output {
        name: STACK_OUTPUTS,
        kind: OutputKind::Map,
        exposure: Exposure::Plain,
        stack_outputs: &[],
        always: true,
        reach: Reach::AnyUpdate,
        doc: "All outputs of the stack by key, but for those in `sensitiveStackOutputs`.",
    },
    Output {
        name: SENSITIVE_STACK_OUTPUTS,
        kind: OutputKind::Map,
        exposure: Exposure::Secret,
        stack_outputs: &[],
        always: true,
        reach: Reach::AnyUpdate,
        doc: "Outputs of the stack that refer to a secret parameter, by key.",
    },
];

/// One value that a function or data source answers beside the outputs of the resource, or without them.
#[derive(Debug, Clone, Copy)]
pub struct Answer {
    /// camelCase name; unique, also against the outputs.
    pub name: &'static str,
    /// The shape of the value.
    pub kind: OutputKind,
    /// One sentence for users.
    pub doc: &'static str,
}

/// Name of the stack's status in [`LOOKUP_OUTPUTS`]. The one among them that always has a value.
pub const STATUS: &str = "status";
/// Name of the worker group's size in [`LOOKUP_OUTPUTS`].
pub const WORKERS_DESIRED: &str = "workersDesired";
/// Name of the number of serving workers in [`LOOKUP_OUTPUTS`].
pub const WORKERS_IN_SERVICE: &str = "workersInService";
/// Name of the number of serving coordinators in [`LOOKUP_OUTPUTS`].
pub const COORDINATORS_IN_SERVICE: &str = "coordinatorsInService";
/// Name of the inputs in [`LOOKUP_OUTPUTS`].
pub const INPUTS: &str = "inputs";

/// What a look at a cluster answers beside its outputs that are no secret.
pub static LOOKUP_OUTPUTS: &[Answer] = &[
    Answer { name: STATUS, kind: OutputKind::Text, doc: "Status of the stack, as CloudFormation names it." },
    Answer { name: WORKERS_DESIRED, kind: OutputKind::Integer, doc: "Desired capacity of the worker group." },
    Answer { name: WORKERS_IN_SERVICE, kind: OutputKind::Integer, doc: "Workers that are in service." },
    Answer { name: COORDINATORS_IN_SERVICE, kind: OutputKind::Integer, doc: "Coordinators that are in service." },
    Answer {
        name: INPUTS,
        kind: OutputKind::Map,
        doc: "The cluster's inputs as an import would write them, by path such as `ec2.workerCount`, each as text; those \
              that have their default or are secret are left out. Comparing two environments is comparing two of these.",
    },
];

/// Name of the template's text in [`JOINT_TEMPLATE_OUTPUTS`].
pub const BODY: &str = "body";
/// Name of the template's version in [`JOINT_TEMPLATE_OUTPUTS`].
pub const VERSION: &str = "version";
/// Name of the resource types in [`JOINT_TEMPLATE_OUTPUTS`].
pub const RESOURCE_TYPES: &str = "resourceTypes";
/// Name of the policy of the nodes' role in [`JOINT_TEMPLATE_OUTPUTS`].
pub const NODE_POLICY: &str = "nodePolicy";

/// What is answered about the bundled template; all of it always.
pub static JOINT_TEMPLATE_OUTPUTS: &[Answer] = &[
    Answer { name: BODY, kind: OutputKind::Text, doc: "The template as it is sent to CloudFormation." },
    Answer { name: VERSION, kind: OutputKind::Integer, doc: "Its version." },
    Answer { name: RESOURCE_TYPES, kind: OutputKind::List, doc: "Resource types that it can create, sorted." },
    Answer { name: NODE_POLICY, kind: OutputKind::Text, doc: "Policy of the nodes' role, as JSON." },
];
