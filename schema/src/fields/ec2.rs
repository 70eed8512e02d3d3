//! Fields of section `ec2`: the nodes.

use crate::field::{ALL_NODES, COORDINATORS, Constraint, Effect, Field, Kind, Parameter, ParameterEncoding, WORKERS};
use crate::format::Format;

/// `ec2.workerCount`.
pub static WORKER_COUNT: Field = Field::new("ec2.workerCount", Kind::Integer)
    .required()
    .constraints(&[Constraint::Range(1, 1000)])
    .parameter(Parameter::number("WorkersCount"))
    .doc(
        "Number of workers, 1 to 1000, beside the coordinators; each runs Presto and Alluxio. With fewer \
         workers, those that leave are drained first.",
    )
    .example("3");

/// `ec2.workerScaling`.
pub static WORKER_SCALING: Field = Field::new("ec2.workerScaling", Kind::Choice(&["fixed", "external"]))
    .default("\"fixed\"")
    .effect(Effect::Operational)
    .doc(
        "Who decides the size of the worker group: with `fixed` an operator's change is drift and is \
         reverted, with `external` the live size is kept.",
    )
    .example("\"fixed\"");

/// `ec2.workerInstanceType`.
pub static WORKER_INSTANCE_TYPE: Field = Field::new("ec2.workerInstanceType", Kind::Text)
    .default("\"r4.4xlarge\"")
    .constraints(&[Constraint::Form(Format::InstanceType)])
    .effect(Effect::Roll(WORKERS))
    .parameter(Parameter::text("WorkerInstanceType").aliases(&["WorkersInstanceType"]))
    .doc("EC2 instance type of the workers; its memory is shared by Presto and the Alluxio worker.")
    .example("\"r5.4xlarge\"");

/// `ec2.coordinatorInstanceType`.
pub static COORDINATOR_INSTANCE_TYPE: Field = Field::new("ec2.coordinatorInstanceType", Kind::Text)
    .default("\"r4.4xlarge\"")
    .constraints(&[Constraint::Form(Format::InstanceType)])
    .effect(Effect::Roll(COORDINATORS))
    .parameter(Parameter::text("CoordinatorInstanceType"))
    .doc("EC2 instance type of the coordinators; its memory is shared by Presto and the Alluxio master.")
    .example("\"r5.4xlarge\"");

/// `ec2.haCoordinatorCount`.
pub static HA_COORDINATOR_COUNT: Field = Field::new("ec2.haCoordinatorCount", Kind::Integer)
    .default("1")
    .constraints(&[Constraint::Range(1, 5)])
    .effect(Effect::Roll(ALL_NODES))
    .parameter(Parameter::number("HACoordinatorsCount").aliases(&["CoordinatorInstanceCount"]))
    .doc(
        "Number of coordinators, which are the Alluxio masters too, 1 to 5: one is active, the others \
         stand by. Choose 1, 3 or 5: the quorum of an even number survives no more losses than that of \
         one less.",
    )
    .example("3");

/// `ec2.keyName`.
pub static KEY_NAME: Field = Field::new("ec2.keyName", Kind::Text)
    .constraints(&[Constraint::Length(1, 255)])
    .effect(Effect::Roll(ALL_NODES))
    .parameter(Parameter::text("KeyName"))
    .doc(
        "Name of an existing EC2 key pair for SSH. Absent: no key is installed; `ec2.sessionManager` \
         gives access without one.",
    )
    .example("\"analytics\"");

/// `ec2.sessionManager`.
pub static SESSION_MANAGER: Field = Field::new("ec2.sessionManager", Kind::Bool)
    .default("false")
    .effect(Effect::Roll(ALL_NODES))
    .parameter(Parameter::yes_no("SessionManager"))
    .doc(
        "Whether the nodes can be reached by Session Manager, without keys and open ports; the policy and \
         the endpoints that it needs are made.",
    )
    .example("true");

/// `ec2.instanceProfile`.
pub static INSTANCE_PROFILE: Field = Field::new("ec2.instanceProfile", Kind::Text)
    .constraints(&[Constraint::Form(Format::NameOrArn("iam"))])
    .effect(Effect::Roll(ALL_NODES))
    .parameter(
        Parameter::text("IamInstanceProfile").aliases(&["InstanceProfile"]).encoding(ParameterEncoding::NameOfArn),
    )
    .doc(
        "Name or ARN of an existing instance profile for the nodes. Absent: the stack makes a role and a \
         profile with the permissions that the nodes need.",
    )
    .example("\"presto-nodes\"");

/// `ec2.permissionsBoundaryArn`.
pub static PERMISSIONS_BOUNDARY_ARN: Field = Field::new("ec2.permissionsBoundaryArn", Kind::Text)
    .constraints(&[Constraint::Form(Format::Arn("iam"))])
    .parameter(Parameter::text("PermissionsBoundary"))
    .doc("ARN of the IAM policy that bounds the role which the stack makes. Absent: no boundary.")
    .example("\"arn:aws:iam::123456789012:policy/boundary\"");

/// `ec2.imageId`.
pub static IMAGE_ID: Field = Field::new("ec2.imageId", Kind::Text)
    .constraints(&[Constraint::Form(Format::Id("ami"))])
    .effect(Effect::Roll(ALL_NODES))
    .parameter(Parameter::text("ImageId"))
    .computed()
    .doc(
        "AMI of the nodes. Absent: the newest Amazon Linux 2023 for the architecture of the coordinators, \
         resolved once and kept.",
    )
    .example("\"ami-0123456789abcdef0\"");

/// `ec2.workerImageId`.
pub static WORKER_IMAGE_ID: Field = Field::new("ec2.workerImageId", Kind::Text)
    .constraints(&[Constraint::Form(Format::Id("ami"))])
    .effect(Effect::Roll(WORKERS))
    .parameter(Parameter::text("WorkerImageId"))
    .computed()
    .doc(
        "AMI of the workers where it differs from `ec2.imageId`. Absent: `ec2.imageId`, or else the \
         newest Amazon Linux 2023 for their architecture, resolved once and kept.",
    )
    .example("\"ami-0123456789abcdef0\"");

/// `ec2.imageRefresh`.
pub static IMAGE_REFRESH: Field = Field::new("ec2.imageRefresh", Kind::Text)
    .effect(Effect::Roll(ALL_NODES))
    .constraints(&[Constraint::Length(1, 128)])
    .doc(
        "Any text, such as a date; a new text resolves the newest image again. Absent: images stay as \
         they are.",
    )
    .example("\"2026-11\"");

/// `ec2.rootVolume.sizeGiB`.
pub static ROOT_VOLUME_SIZE_GIB: Field = Field::new("ec2.rootVolume.sizeGiB", Kind::Integer)
    .default("50")
    .constraints(&[Constraint::Range(8, 16384)])
    .effect(Effect::Roll(ALL_NODES))
    .parameter(Parameter::number("RootVolumeSize").aliases(&["Ec2RootVolumeSize"]))
    .doc("Size of the root volume of every node in GiB, 8 to 16384; the volume is encrypted.")
    .example("100");

/// `ec2.rootVolume.type`.
pub static ROOT_VOLUME_TYPE: Field = Field::new("ec2.rootVolume.type", Kind::Choice(&["gp3", "gp2"]))
    .default("\"gp3\"")
    .effect(Effect::Roll(ALL_NODES))
    .parameter(Parameter::text("RootVolumeType"))
    .doc("EBS type of the root volume of every node: `gp3` or `gp2`.")
    .example("\"gp3\"");

/// `ec2.kmsKeyId`.
pub static KMS_KEY_ID: Field = Field::new("ec2.kmsKeyId", Kind::Text)
    .default("\"alias/aws/ebs\"")
    .constraints(&[Constraint::Form(Format::KmsKey)])
    .effect(Effect::Roll(ALL_NODES))
    .parameter(Parameter::text("VolumeKmsKey"))
    .doc(
        "KMS key that encrypts all volumes: its id, its ARN, or an alias such as `alias/analytics`. \
         Absent: `alias/aws/ebs`, the key that AWS keeps for EBS.",
    )
    .example("\"alias/analytics\"");

/// `ec2.workerVolume.sizeGiB`.
pub static WORKER_VOLUME_SIZE_GIB: Field = Field::new("ec2.workerVolume.sizeGiB", Kind::Integer)
    .constraints(&[Constraint::Range(4, 16384)])
    .effect(Effect::Roll(WORKERS))
    .parameter(Parameter::text("WorkerVolumeSize"))
    .doc(
        "Size of an extra encrypted volume of each worker, mounted at `/data`, in GiB, 4 to 16384; `io1` \
         starts at 10, `st1` at 125. Absent: workers have no such volume.",
    )
    .example("200");

/// `ec2.workerVolume.type`.
pub static WORKER_VOLUME_TYPE: Field =
    Field::new("ec2.workerVolume.type", Kind::Choice(&["gp3", "gp2", "io1", "io2", "st1"]))
        .default("\"gp3\"")
        .effect(Effect::Roll(WORKERS))
        .parameter(Parameter::text("WorkerVolumeType"))
        .doc("EBS type of the extra volume: `gp3`, `gp2`, `io1`, `io2` or `st1`.")
        .example("\"gp3\"");

/// `ec2.workerVolume.iops`.
pub static WORKER_VOLUME_IOPS: Field = Field::new("ec2.workerVolume.iops", Kind::Integer)
    .constraints(&[Constraint::Range(100, 64000)])
    .effect(Effect::Roll(WORKERS))
    .parameter(Parameter::text("WorkerVolumeIOPS"))
    .doc(
        "Provisioned operations per second of the extra volume, 100 to 64000, for `gp3` (from 3000), \
         `io1` and `io2`, which need it. Absent: what EBS gives `gp3` by itself.",
    )
    .example("3000");

/// `ec2.rollingUpdate.maxBatchSize`.
pub static ROLLING_UPDATE_MAX_BATCH_SIZE: Field = Field::new("ec2.rollingUpdate.maxBatchSize", Kind::Text)
    .constraints(&[Constraint::Form(Format::BatchSize)])
    .effect(Effect::Operational)
    .doc(
        "How many nodes are replaced at once: a number such as `2`, or a share of the group such as \
         `10%`. Absent: 10 % of the group, and at least 1.",
    )
    .example("\"2\"");

/// `ec2.rollingUpdate.minInService`.
pub static ROLLING_UPDATE_MIN_IN_SERVICE: Field = Field::new("ec2.rollingUpdate.minInService", Kind::Integer)
    .constraints(&[Constraint::Range(0, 1000)])
    .effect(Effect::Operational)
    .doc(
        "How many workers stay in service during a roll, 0 to 1000. Absent: all of them, since new \
         workers come before the old ones leave.",
    )
    .example("2");

/// `ec2.rollingUpdate.bootTimeout`.
pub static ROLLING_UPDATE_BOOT_TIMEOUT: Field = Field::new("ec2.rollingUpdate.bootTimeout", Kind::Text)
    .default("\"15m\"")
    .constraints(&[Constraint::Form(Format::Duration)])
    .effect(Effect::Operational)
    .doc(
        "How long a new node may take until it serves, `1m` to `60m`; then the operation fails and is \
         rolled back.",
    )
    .example("\"20m\"");

/// `ec2.rollingUpdate.drainTimeout`.
pub static ROLLING_UPDATE_DRAIN_TIMEOUT: Field = Field::new("ec2.rollingUpdate.drainTimeout", Kind::Text)
    .default("\"30m\"")
    .constraints(&[Constraint::Form(Format::Duration)])
    .effect(Effect::Operational)
    .doc("How long a leaving node may take to finish its queries, `1m` to `995m`.")
    .example("\"45m\"");

/// `ec2.rollingUpdate.onDrainTimeout`.
pub static ROLLING_UPDATE_ON_DRAIN_TIMEOUT: Field =
    Field::new("ec2.rollingUpdate.onDrainTimeout", Kind::Choice(&["terminate", "fail"]))
        .default("\"terminate\"")
        .effect(Effect::Operational)
        .doc(
            "What happens when a leaving node is not drained in time: `terminate` ends it with its queries, \
         `fail` ends the operation.",
        )
        .example("\"terminate\"");

/// All fields of this section, in order.
pub static FIELDS: &[&Field] = &[
    &WORKER_COUNT,
    &WORKER_SCALING,
    &WORKER_INSTANCE_TYPE,
    &COORDINATOR_INSTANCE_TYPE,
    &HA_COORDINATOR_COUNT,
    &KEY_NAME,
    &SESSION_MANAGER,
    &INSTANCE_PROFILE,
    &PERMISSIONS_BOUNDARY_ARN,
    &IMAGE_ID,
    &WORKER_IMAGE_ID,
    &IMAGE_REFRESH,
    &ROOT_VOLUME_SIZE_GIB,
    &ROOT_VOLUME_TYPE,
    &KMS_KEY_ID,
    &WORKER_VOLUME_SIZE_GIB,
    &WORKER_VOLUME_TYPE,
    &WORKER_VOLUME_IOPS,
    &ROLLING_UPDATE_MAX_BATCH_SIZE,
    &ROLLING_UPDATE_MIN_IN_SERVICE,
    &ROLLING_UPDATE_BOOT_TIMEOUT,
    &ROLLING_UPDATE_DRAIN_TIMEOUT,
    &ROLLING_UPDATE_ON_DRAIN_TIMEOUT,
];
