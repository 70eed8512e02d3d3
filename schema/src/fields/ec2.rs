//! Fields of section `ec2`: the nodes.

use crate::field::{ALL_NODES, COORDINATORS, Constraint, Effect, Field, Kind, Parameter, WORKERS};
use crate::format::Format;

/// `ec2.workerCount`.
pub static WORKER_COUNT: Field = Field::new("ec2.workerCount", Kind::Integer)
    .required()
    .constraints(&[Constraint::Range(1, 1000)])
    .parameter(Parameter::number("WorkersCount"))
    .doc("Number of workers, 1 to 1000. Fewer workers leave once they are drained.")
    .example("3");

/// `ec2.workerScaling`.
pub static WORKER_SCALING: Field = Field::new("ec2.workerScaling", Kind::Choice(&["fixed", "external"]))
    .default("\"fixed\"")
    .effect(Effect::Operational)
    .doc("Whether an operator's change of the worker group is drift and reverted (`fixed`), or the live size is kept (`external`).")
    .example("\"fixed\"");

/// `ec2.workerInstanceType`.
pub static WORKER_INSTANCE_TYPE: Field = Field::new("ec2.workerInstanceType", Kind::Text)
    .default("\"r4.4xlarge\"")
    .constraints(&[Constraint::Form(Format::InstanceType)])
    .effect(Effect::Roll(WORKERS))
    .parameter(Parameter::text("WorkerInstanceType").aliases(&["WorkersInstanceType"]))
    .doc("Instance type of the workers.")
    .example("\"r5.4xlarge\"");

/// `ec2.coordinatorInstanceType`.
pub static COORDINATOR_INSTANCE_TYPE: Field = Field::new("ec2.coordinatorInstanceType", Kind::Text)
    .default("\"r4.4xlarge\"")
    .constraints(&[Constraint::Form(Format::InstanceType)])
    .effect(Effect::Roll(COORDINATORS))
    .parameter(Parameter::text("CoordinatorInstanceType"))
    .doc("Instance type of the coordinators.")
    .example("\"r5.4xlarge\"");

/// `ec2.haCoordinatorCount`.
pub static HA_COORDINATOR_COUNT: Field = Field::new("ec2.haCoordinatorCount", Kind::Integer)
    .default("1")
    .constraints(&[Constraint::Range(1, 5)])
    .effect(Effect::Roll(ALL_NODES))
    .parameter(Parameter::number("HACoordinatorsCount").aliases(&["CoordinatorInstanceCount"]))
    .doc("Number of coordinators and Alluxio masters, 1 to 5: one active, the others standing by. An even number tolerates no more losses than one less.")
    .example("3");

/// `ec2.keyName`.
pub static KEY_NAME: Field = Field::new("ec2.keyName", Kind::Text)
    .constraints(&[Constraint::Length(1, 255)])
    .effect(Effect::Roll(ALL_NODES))
    .parameter(Parameter::text("KeyName"))
    .doc("Name of an existing EC2 key pair for SSH. Absent: no key; see `ec2.sessionManager`.")
    .example("\"analytics\"");

/// `ec2.sessionManager`.
pub static SESSION_MANAGER: Field = Field::new("ec2.sessionManager", Kind::Bool)
    .default("false")
    .effect(Effect::Roll(ALL_NODES))
    .parameter(Parameter::yes_no("SessionManager"))
    .doc("Whether nodes can be reached by Session Manager, without keys.")
    .example("true");

/// `ec2.instanceProfile`.
pub static INSTANCE_PROFILE: Field = Field::new("ec2.instanceProfile", Kind::Text)
    .constraints(&[Constraint::Form(Format::NameOrArn("iam"))])
    .effect(Effect::Roll(ALL_NODES))
    .parameter(Parameter::text("IamInstanceProfile").aliases(&["InstanceProfile"]))
    .doc("Name or ARN of an instance profile for the nodes. Absent: the stack makes role and profile.")
    .example("\"presto-nodes\"");

/// `ec2.permissionsBoundaryArn`.
pub static PERMISSIONS_BOUNDARY_ARN: Field = Field::new("ec2.permissionsBoundaryArn", Kind::Text)
    .constraints(&[Constraint::Form(Format::Arn("iam"))])
    .parameter(Parameter::text("PermissionsBoundary"))
    .doc("ARN of the permissions boundary of the role that the stack makes.")
    .example("\"arn:aws:iam::123456789012:policy/boundary\"");

/// `ec2.imageId`.
pub static IMAGE_ID: Field = Field::new("ec2.imageId", Kind::Text)
    .constraints(&[Constraint::Form(Format::Id("ami"))])
    .effect(Effect::Roll(ALL_NODES))
    .parameter(Parameter::text("ImageId"))
    .computed()
    .doc("AMI of the nodes. Absent: the newest Amazon Linux 2023, resolved once and kept.")
    .example("\"ami-0123456789abcdef0\"");

/// `ec2.workerImageId`.
pub static WORKER_IMAGE_ID: Field = Field::new("ec2.workerImageId", Kind::Text)
    .constraints(&[Constraint::Form(Format::Id("ami"))])
    .effect(Effect::Roll(WORKERS))
    .parameter(Parameter::text("WorkerImageId"))
    .computed()
    .doc("AMI of the workers. Absent: as `ec2.imageId`, for their architecture.")
    .example("\"ami-0123456789abcdef0\"");

/// `ec2.imageRefresh`.
pub static IMAGE_REFRESH: Field = Field::new("ec2.imageRefresh", Kind::Text)
    .effect(Effect::Roll(ALL_NODES))
    .constraints(&[Constraint::Length(1, 128)])
    .doc("Any text; a new one resolves the newest image again.")
    .example("\"2026-11\"");

/// `ec2.rootVolume.sizeGiB`.
pub static ROOT_VOLUME_SIZE_GIB: Field = Field::new("ec2.rootVolume.sizeGiB", Kind::Integer)
    .default("50")
    .constraints(&[Constraint::Range(8, 16384)])
    .effect(Effect::Roll(ALL_NODES))
    .parameter(Parameter::number("RootVolumeSize").aliases(&["Ec2RootVolumeSize"]))
    .doc("Size of the root volumes in GiB, 8 to 16384.")
    .example("100");

/// `ec2.rootVolume.type`.
pub static ROOT_VOLUME_TYPE: Field = Field::new("ec2.rootVolume.type", Kind::Choice(&["gp3", "gp2"]))
    .default("\"gp3\"")
    .effect(Effect::Roll(ALL_NODES))
    .parameter(Parameter::text("RootVolumeType"))
    .doc("Type of the root volumes.")
    .example("\"gp3\"");

/// `ec2.kmsKeyId`.
pub static KMS_KEY_ID: Field = Field::new("ec2.kmsKeyId", Kind::Text)
    .constraints(&[Constraint::Length(1, 2048)])
    .effect(Effect::Roll(ALL_NODES))
    .parameter(Parameter::text("VolumeKmsKey"))
    .doc("Id, alias or ARN of the KMS key of all volumes. Absent: the account's default key for EBS.")
    .example("\"alias/analytics\"");

/// `ec2.workerVolume.sizeGiB`.
pub static WORKER_VOLUME_SIZE_GIB: Field = Field::new("ec2.workerVolume.sizeGiB", Kind::Integer)
    .constraints(&[Constraint::Range(4, 16384)])
    .effect(Effect::Roll(WORKERS))
    .parameter(Parameter::number("WorkerVolumeSize"))
    .doc("Size of an extra volume of each worker, mounted at /data, in GiB, 4 to 16384. Absent: no such volume.")
    .example("200");

/// `ec2.workerVolume.type`.
pub static WORKER_VOLUME_TYPE: Field =
    Field::new("ec2.workerVolume.type", Kind::Choice(&["gp3", "gp2", "io1", "io2", "st1"]))
        .default("\"gp3\"")
        .effect(Effect::Roll(WORKERS))
        .parameter(Parameter::text("WorkerVolumeType"))
        .doc("Type of the extra volume.")
        .example("\"gp3\"");

/// `ec2.workerVolume.iops`.
pub static WORKER_VOLUME_IOPS: Field = Field::new("ec2.workerVolume.iops", Kind::Integer)
    .constraints(&[Constraint::Range(100, 64000)])
    .effect(Effect::Roll(WORKERS))
    .parameter(Parameter::number("WorkerVolumeIOPS"))
    .doc("Provisioned operations per second of the extra volume, for gp3, io1 and io2.")
    .example("3000");

/// `ec2.rollingUpdate.maxBatchSize`.
pub static ROLLING_UPDATE_MAX_BATCH_SIZE: Field = Field::new("ec2.rollingUpdate.maxBatchSize", Kind::Text)
    .constraints(&[Constraint::Form(Format::BatchSize)])
    .effect(Effect::Operational)
    .doc("How many nodes are replaced at once: a number such as `2` or a share such as `10%`. Absent: the larger of 1 and 10 %.")
    .example("\"2\"");

/// `ec2.rollingUpdate.minInService`.
pub static ROLLING_UPDATE_MIN_IN_SERVICE: Field = Field::new("ec2.rollingUpdate.minInService", Kind::Integer)
    .constraints(&[Constraint::Range(0, 1000)])
    .effect(Effect::Operational)
    .doc("How many workers stay in service during a roll. Absent: all of them, new ones come first.")
    .example("2");

/// `ec2.rollingUpdate.bootTimeout`.
pub static ROLLING_UPDATE_BOOT_TIMEOUT: Field = Field::new("ec2.rollingUpdate.bootTimeout", Kind::Text)
    .default("\"15m\"")
    .constraints(&[Constraint::Form(Format::Duration)])
    .effect(Effect::Operational)
    .doc("How long a node may take to boot, at most 60m.")
    .example("\"20m\"");

/// `ec2.rollingUpdate.drainTimeout`.
pub static ROLLING_UPDATE_DRAIN_TIMEOUT: Field = Field::new("ec2.rollingUpdate.drainTimeout", Kind::Text)
    .default("\"30m\"")
    .constraints(&[Constraint::Form(Format::Duration)])
    .effect(Effect::Operational)
    .doc("How long a leaving worker may take to finish its queries.")
    .example("\"45m\"");

/// `ec2.rollingUpdate.onDrainTimeout`.
pub static ROLLING_UPDATE_ON_DRAIN_TIMEOUT: Field =
    Field::new("ec2.rollingUpdate.onDrainTimeout", Kind::Choice(&["terminate", "fail"]))
        .default("\"terminate\"")
        .effect(Effect::Operational)
        .doc("What happens to a worker that is not drained in time.")
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
