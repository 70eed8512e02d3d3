//! Which input stands behind which part of the stack: data for the engine's diagnosis.

use starburst_schema::FIELDS;
use starburst_schema::fields::{ec2, hive_metastore, network, presto, stack as fields, superset};

use crate::path::Path;
use crate::stack::{Fields, Topic};
use crate::template;

/// The groups and the role of their nodes, as `node.conf` of the bootstrap has it.
const ROLES: &[(&str, &str)] = &[
    (template::COORDINATORS, "coordinator"),
    (template::WORKERS, "worker"),
    (template::METASTORE, "metastore"),
    (template::SUPERSET, "superset"),
];

/// Inputs behind topics and behind the bundled template's resources.
#[must_use]
pub fn fields_of_resources() -> Fields {
    let topics = [
        (Topic::Image, &ec2::IMAGE_ID),
        (Topic::KeyPair, &ec2::KEY_NAME),
        (Topic::SecurityGroup, &network::SECURITY_GROUP_IDS),
        (Topic::Subnet, &network::SUBNET_ID),
        (Topic::Vpc, &network::VPC_ID),
        (Topic::RootVolume, &ec2::ROOT_VOLUME_SIZE_GIB),
        (Topic::InstanceProfile, &ec2::INSTANCE_PROFILE),
        (Topic::VpcEndpoints, &network::VPC_ENDPOINTS),
        (Topic::Role, &fields::ROLE_ARN),
        (Topic::BootTimeout, &ec2::ROLLING_UPDATE_BOOT_TIMEOUT),
        (Topic::BootScript, &presto::BOOTSTRAP_SCRIPT),
        (Topic::StackPolicy, &fields::POLICY_BODY),
        (Topic::Encryption, &ec2::KMS_KEY_ID),
        (Topic::Sizes, &ec2::WORKER_COUNT),
        (Topic::RollbackTriggers, &fields::ROLLBACK_TRIGGERS),
        (Topic::OnFailure, &fields::ON_FAILURE),
        (Topic::Tags, &fields::TAGS),
        (Topic::TerminationProtection, &fields::TERMINATION_PROTECTION),
        (Topic::Retain, &fields::RECOVERY_RETAIN_RESOURCES),
        (Topic::Skip, &fields::RECOVERY_SKIP_RESOURCES),
        (Topic::OnConflict, &fields::ON_CONFLICT),
        (Topic::StackName, &fields::NAME),
    ];
    let of_workers = [template::WORKERS, template::WORKER_LAUNCH_TEMPLATE];
    let of_resources = [
        (Topic::InstanceType, &of_workers[..], &ec2::WORKER_INSTANCE_TYPE),
        (Topic::Image, &of_workers[..], &ec2::WORKER_IMAGE_ID),
        (Topic::InstanceType, &[template::COORDINATORS, "CoordinatorNode"], &ec2::COORDINATOR_INSTANCE_TYPE),
        (Topic::InstanceType, &[template::METASTORE, "MetastoreNode"], &hive_metastore::TYPE),
        (Topic::InstanceType, &[template::SUPERSET, "SupersetNode"], &superset::INSTANCE_TYPE),
    ];
    let mut all = Fields::default();
    for (topic, field) in topics {
        all = all.topic(topic, Path::from(field));
    }
    for (topic, logical_ids, field) in of_resources {
        for logical_id in logical_ids {
            all = all.topic_of(topic, *logical_id, Path::from(field));
        }
    }
    for (logical_id, role) in ROLES {
        all = all.role(*logical_id, role);
    }
    for (logical_id, path) in template::FIELDS_OF_RESOURCES {
        all = all.resource(*logical_id, Path::field(path));
    }
    all.with_status_tag(template::STATUS_TAG).with_inputs(FIELDS.iter().map(|field| field.path))
}
