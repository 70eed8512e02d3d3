//! Derived parameters: what CloudFormation cannot compute and the plugin computes from inputs and reads of AWS.
//! Each has a default that is safe when the template is launched by hand.

use crate::field::ParameterType::{self, CommaDelimitedList, Number, String};

/// One derived template parameter.
#[derive(Debug, Clone, Copy)]
pub struct Derived {
    /// Its name in the bundled template; unique among all parameters.
    pub name: &'static str,
    /// Its CloudFormation type.
    pub kind: ParameterType,
    /// The value that the template has without the plugin.
    pub default: &'static str,
    /// The paths of the fields whose change makes the plugin compute it anew.
    pub from: &'static [&'static str],
    /// Whether the value is a secret (then the parameter is NoEcho).
    pub secret: bool,
    /// What it is and how it is computed, in one sentence.
    pub doc: &'static str,
}

/// Paths whose change makes secrets that the nodes use be read anew.
const NODE_SECRETS: &[&str] = &[
    "s3.accessKey",
    "s3.secretKey",
    "s3.accessKeySecretArn",
    "s3.secretKeySecretArn",
    "alluxio.secretProperties",
    "alluxio.secretPropertiesSecretArn",
    "stack.secretsRefresh",
];
/// Paths that name something which the nodes read.
const READS: &[&str] = &[
    "presto.coordinatorConfiguration",
    "presto.workerConfiguration",
    "presto.bootstrapScript",
    "presto.licenseUri",
    "presto.packageUri",
    "presto.https.certificateSecretArn",
    "alluxio.packageUri",
    "alluxio.secretPropertiesSecretArn",
    "hiveMetastore.mysqlDriverUri",
    "hiveMetastore.passwordSecretArn",
    "s3.accessKeySecretArn",
    "s3.secretKeySecretArn",
    "packages.mirrorUri",
];
/// Paths that say how the workers' group is cut into batches.
const BATCHES: &[&str] = &["ec2.workerCount", "ec2.rollingUpdate.maxBatchSize", "ec2.rollingUpdate.minInService"];

/// Paths whose change may reach no resource of the stack: options of the stack itself, and parameters that stand behind
/// a condition which does not hold. CloudFormation refuses an update in which nothing else changes.
const OPTIONS: &[&str] = &[
    "network.subnetAutoAssignsPublicIp",
    "network.routeTableIds",
    "ec2.permissionsBoundaryArn",
    "presto.externalAccessCidrs",
    "superset.instanceType",
    "stack.roleArn",
    "stack.notificationArns",
];

const fn row(
    name: &'static str,
    kind: ParameterType,
    default: &'static str,
    from: &'static [&'static str],
    doc: &'static str,
) -> Derived {
    Derived { name, kind, default, from, secret: false, doc }
}

/// All derived parameters, in the order in which they stand in the template.
#[rustfmt::skip]
pub static DERIVED: &[Derived] = &[
    row("VpcCidr", String, "127.0.0.1/32", &["network.vpcId"],
        "IPv4 network of the VPC, which reaches the stack's VPC endpoints; by hand a loopback network, so the nodes alone do."),
    row("AvailabilityZone", String, "", &["network.subnetId"],
        "Zone of the subnet; without it no volume outlives its node."),
    row("AccessCidrs", CommaDelimitedList,
        "127.0.0.2/32,127.0.0.3/32,127.0.0.4/32,127.0.0.5/32,127.0.0.6/32,127.0.0.7/32,127.0.0.8/32,127.0.0.9/32,127.0.0.10/32,127.0.0.11/32",
        &["network.subnetId", "presto.allowExternalAccessOnHttp", "presto.externalAccessCidrs"],
        "Ten networks that reach Presto, Alluxio's web interfaces and Superset: the subnet's, then every external one but the first (which the template takes from ExternalAccessCidrs); free places hold the loopback networks of the default."),
    row("VpcEndpoints", CommaDelimitedList, "auto,no,no,no,no,no,no,no,no,no",
        &["network.vpcId", "network.subnetId", "network.vpcEndpoints", "monitoring.cloudWatchMetrics", "hiveMetastore.type", "ec2.sessionManager"],
        "`yes` or `no` for the VPC endpoints of s3, cloudformation, ec2, autoscaling, secretsmanager, logs, monitoring, glue, ssm, ssmmessages, in this order; `auto` in the first place: the first six when SelectedSubnetAutoAssignsPublicIp is no."),
    row("RouteTables", CommaDelimitedList, "none", &["network.subnetId", "network.routeTableIds"],
        "Route tables that get the S3 gateway endpoint: the given ones, else the subnet's; `none` makes no such endpoint."),
    row("ReadableArns", CommaDelimitedList, "none", READS,
        "ARNs of the S3 objects and secrets that inputs name and nodes read: `arn:PARTITION:s3:::bucket/key` of each s3:// URI (of the mirror with `/*`), and the given secret ARNs; `none` for none."),
    row("RootDeviceName", String, "/dev/xvda", &["ec2.imageId", "ec2.imageRefresh"],
        "Device name of the image's root volume."),
    row("MetastoreInstanceType", String, "m5.large", &["ec2.coordinatorInstanceType", "ec2.imageId", "hiveMetastore.type"],
        "Instance type of the metastore node, which runs ImageId: m5.large for x86_64, m6g.large for arm64."),
    row("SupersetImageId", String, "resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64",
        &["superset.instanceType", "ec2.imageId", "ec2.imageRefresh"],
        "Image of the Superset node: ImageId when it suits the instance type, else the newest Amazon Linux 2023 of that architecture, resolved once."),
    row("WorkerMountVolume", String, "no", &["ec2.workerVolume.sizeGiB"],
        "`yes` when workers have an extra volume."),
    row("WorkersMaximum", Number, "1100", BATCHES,
        "Largest size of the worker group: worker count plus batch size, and not below the live size."),
    row("WorkersMinInService", Number, "0", BATCHES,
        "Workers that stay in service during a roll: minInService, else the worker count; 0 in an update that restarts the cluster."),
    row("WorkersBatchSize", Number, "1", BATCHES,
        "Workers replaced at once: maxBatchSize, a share rounded down and at least 1; the worker count in an update that restarts the cluster."),
    row("CoordinatorsMinInService", Number, "0", &["ec2.haCoordinatorCount"],
        "Coordinators that stay in service during a roll: one less than there are; 0 in an update that restarts the cluster."),
    row("CoordinatorsBatchSize", Number, "1", &["ec2.haCoordinatorCount"],
        "Coordinators replaced at once: 1; all in an update that restarts the cluster."),
    row("CoordinatorsPause", String, "PT45M", &["ec2.rollingUpdate.bootTimeout", "ec2.rollingUpdate.drainTimeout"],
        "How long a roll waits for a new coordinator: boot and drain time, at most PT1H; its slot may be taken until the drain ends."),
    row("BootTimeout", String, "PT15M", &["ec2.rollingUpdate.bootTimeout"],
        "How long a node may take to boot, as ISO 8601 duration."),
    row("DrainTimeout", Number, "1800", &["ec2.rollingUpdate.drainTimeout"],
        "How long a leaving node may take to drain, in seconds."),
    row("OnDrainTimeout", String, "terminate", &["ec2.rollingUpdate.onDrainTimeout"],
        "What happens then: `terminate` or `fail`."),
    row("SecretsRevision", String, "", NODE_SECRETS,
        "Changes whenever S3 keys or secret Alluxio properties do: a counter that the plugin raises, or the version ids of the named secrets; never made from a secret."),
    row("MetastoreSecretsRevision", String, "",
        &["hiveMetastore.password", "hiveMetastore.passwordSecretArn", "stack.secretsRefresh"],
        "The same for the password of the metastore's database."),
    row("CertificateRevision", String, "", &["presto.https.certificateSecretArn", "stack.secretsRefresh"],
        "The same for the certificate: version id of its secret."),
    row("OptionsRevision", String, "none", OPTIONS,
        "Digest that changes with inputs which may reach no resource; stands in the log group's metadata alone, so that CloudFormation carries the change out."),
    row("ResourceTypes", String, "full", &[],
        "`full`; `basic` for stand-ins of AWS that lack network interfaces, volumes, single ingress rules and prefix lists."),
];

#[cfg(test)]
mod tests {
    use super::DERIVED;
    use crate::fields::FIELDS;

    #[test]
    fn names_are_unique_among_all_parameters() {
        let mut names: Vec<&str> = DERIVED.iter().map(|derived| derived.name).collect();
        names.extend(FIELDS.iter().filter_map(|field| field.parameter).map(|parameter| parameter.name));
        let all = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all);
    }

    #[test]
    fn origins_are_fields() {
        for derived in DERIVED {
            for path in derived.from {
                assert!(FIELDS.iter().any(|field| field.path == *path), "{}: {path}", derived.name);
            }
        }
    }
}
