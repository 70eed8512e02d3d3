//! The one ordered table of fields.

pub mod alluxio;
pub mod ec2;
pub mod hive_metastore;
pub mod monitoring;
pub mod network;
pub mod packages;
pub mod presto;
pub mod s3;
pub mod stack;
pub mod superset;

use crate::field::{Constraint, Effect, Field, Kind};
use crate::format::Format;

/// A section or nested object of the inputs.
#[derive(Debug, Clone, Copy)]
pub struct Section {
    /// Dotted path in camelCase.
    pub path: &'static str,
    /// One sentence for users.
    pub doc: &'static str,
}

/// All sections and nested objects, in the order in which documentation lists them.
pub static SECTIONS: &[Section] = &[
    Section { path: "network", doc: "Where the cluster stands and how its nodes reach AWS." },
    Section { path: "ec2", doc: "The nodes: how many, of which type, and how they are replaced." },
    Section { path: "ec2.rootVolume", doc: "The encrypted root volume of every node." },
    Section { path: "ec2.workerVolume", doc: "An extra volume of each worker, mounted at /data." },
    Section { path: "ec2.rollingUpdate", doc: "How nodes are replaced." },
    Section { path: "presto", doc: "The query engine: ports, access, configuration, distribution." },
    Section { path: "presto.https", doc: "HTTPS on the coordinators." },
    Section { path: "alluxio", doc: "The cache: root mount, properties, storage, distribution." },
    Section { path: "alluxio.workerStorage", doc: "Where workers keep cached blocks, and how much." },
    Section { path: "hiveMetastore", doc: "The Hive metastore." },
    Section { path: "s3", doc: "Access to S3 or to S3-compatible storage for the Hive catalog and the root mount." },
    Section { path: "monitoring", doc: "Metrics, logs and alarms." },
    Section { path: "superset", doc: "Apache Superset." },
    Section { path: "packages", doc: "Where nodes get their software." },
    Section { path: "stack", doc: "The CloudFormation stack behind the cluster." },
    Section { path: "stack.template", doc: "A template of your own instead of the bundled one." },
    Section { path: "stack.recovery", doc: "How a stuck stack is led on." },
    Section { path: "stack.rollback", doc: "Alarms that roll an operation back." },
];

/// `region`.
pub static REGION: Field = Field::new("region", Kind::Text)
    .constraints(&[Constraint::Form(Format::Region)])
    .effect(Effect::Replace)
    .doc("AWS region of the cluster. Absent: the region of the provider.")
    .example("\"eu-central-1\"");

/// All fields, in the order in which documentation and messages list them.
pub static FIELDS: &[&Field] = &[
    &network::VPC_ID,
    &network::SUBNET_ID,
    &network::SECURITY_GROUP_IDS,
    &network::SUBNET_AUTO_ASSIGNS_PUBLIC_IP,
    &network::VPC_ENDPOINTS,
    &network::ROUTE_TABLE_IDS,
    &ec2::WORKER_COUNT,
    &ec2::WORKER_SCALING,
    &ec2::WORKER_INSTANCE_TYPE,
    &ec2::COORDINATOR_INSTANCE_TYPE,
    &ec2::HA_COORDINATOR_COUNT,
    &ec2::KEY_NAME,
    &ec2::SESSION_MANAGER,
    &ec2::INSTANCE_PROFILE,
    &ec2::PERMISSIONS_BOUNDARY_ARN,
    &ec2::IMAGE_ID,
    &ec2::WORKER_IMAGE_ID,
    &ec2::IMAGE_REFRESH,
    &ec2::ROOT_VOLUME_SIZE_GIB,
    &ec2::ROOT_VOLUME_TYPE,
    &ec2::KMS_KEY_ID,
    &ec2::WORKER_VOLUME_SIZE_GIB,
    &ec2::WORKER_VOLUME_TYPE,
    &ec2::WORKER_VOLUME_IOPS,
    &ec2::ROLLING_UPDATE_MAX_BATCH_SIZE,
    &ec2::ROLLING_UPDATE_MIN_IN_SERVICE,
    &ec2::ROLLING_UPDATE_BOOT_TIMEOUT,
    &ec2::ROLLING_UPDATE_DRAIN_TIMEOUT,
    &ec2::ROLLING_UPDATE_ON_DRAIN_TIMEOUT,
    &presto::HTTP_PORT,
    &presto::HTTPS_PORT,
    &presto::HTTPS_CERTIFICATE_SECRET_ARN,
    &presto::ALLOW_EXTERNAL_ACCESS_ON_HTTP,
    &presto::EXTERNAL_ACCESS_CIDRS,
    &presto::COORDINATOR_CONFIGURATION,
    &presto::WORKER_CONFIGURATION,
    &presto::BOOTSTRAP_SCRIPT,
    &presto::LICENSE_URI,
    &presto::PACKAGE_URI,
    &presto::PACKAGE_SHA256,
    &alluxio::S3_ROOT_MOUNT,
    &alluxio::PROPERTIES,
    &alluxio::SECRET_PROPERTIES,
    &alluxio::SECRET_PROPERTIES_SECRET_ARN,
    &alluxio::PACKAGE_URI,
    &alluxio::PACKAGE_SHA256,
    &alluxio::WORKER_STORAGE_MEDIUM,
    &alluxio::WORKER_STORAGE_PERCENT,
    &hive_metastore::TYPE,
    &hive_metastore::HOST,
    &hive_metastore::PORT,
    &hive_metastore::USER_NAME,
    &hive_metastore::PASSWORD,
    &hive_metastore::PASSWORD_SECRET_ARN,
    &hive_metastore::DATABASE_NAME,
    &hive_metastore::MYSQL_DRIVER_URI,
    &s3::ENDPOINT,
    &s3::ACCESS_KEY,
    &s3::ACCESS_KEY_SECRET_ARN,
    &s3::SECRET_KEY,
    &s3::SECRET_KEY_SECRET_ARN,
    &monitoring::CLOUD_WATCH_METRICS,
    &monitoring::LOG_RETENTION_DAYS,
    &monitoring::ALARM_TOPIC_ARN,
    &superset::ENABLED,
    &superset::INSTANCE_TYPE,
    &packages::MIRROR_URI,
    &stack::NAME,
    &stack::OWNER,
    &stack::TEMPLATE_VERSION,
    &stack::TAGS,
    &stack::TEMPLATE_URL,
    &stack::TEMPLATE_BODY,
    &stack::TEMPLATE_CURRENT,
    &stack::TEMPLATE_PARAMETERS,
    &stack::TEMPLATE_SECRET_PARAMETERS,
    &stack::TEMPLATE_PARAMETER_ALIASES,
    &stack::TEMPLATE_CAPABILITIES,
    &stack::PREVIEW,
    &stack::SECRETS_REFRESH,
    &stack::PREVENT_REPLACEMENT,
    &stack::RECOVERY_SKIP_RESOURCES,
    &stack::RECOVERY_RETAIN_RESOURCES,
    &stack::ROLE_ARN,
    &stack::NOTIFICATION_ARNS,
    &stack::POLICY_BODY,
    &stack::TERMINATION_PROTECTION,
    &stack::ROLLBACK_MONITORING_TIME_MINUTES,
    &stack::ROLLBACK_TRIGGERS,
    &stack::ON_FAILURE,
    &stack::DEPLOYMENT_MODE,
    &stack::ON_CONFLICT,
    &stack::ON_INTERRUPT,
    &stack::ASSET_BUCKET,
    &stack::DRIFT_DETECTION,
    &REGION,
];

/// The row with this dotted path.
#[must_use]
pub fn find(path: &str) -> Option<&'static Field> {
    FIELDS.iter().copied().find(|field| field.path == path)
}
