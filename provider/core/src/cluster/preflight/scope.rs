//! Which reads a change needs: a create all of them, an update those whose inputs change. Knows no port.

use starburst_schema::Effect;
use starburst_schema::Field;
use starburst_schema::fields::{
    alluxio, ec2, hive_metastore, monitoring, network, packages, presto, s3, stack, superset,
};

use crate::cluster::api::Plan;
use crate::path::Path;

/// Which reads are made.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Scope {
    /// The subnet alone, for nodes that come beside the old ones.
    pub subnet: bool,
    /// Subnet, VPC, route tables, endpoints.
    pub network: bool,
    /// Security groups.
    pub groups: bool,
    /// Key pair.
    pub key: bool,
    /// Instance types and whether the zone offers them.
    pub types: bool,
    /// Images.
    pub images: bool,
    /// Bucket of the root mount.
    pub mount: bool,
    /// Bucket for assets, and the local files themselves.
    pub assets: bool,
    /// Whether the stack's name is free.
    pub name: bool,
}

impl Scope {
    /// Without the reads of what the bundled template's nodes need: another template has nodes of its own.
    #[must_use]
    pub fn of_own_template(self) -> Self {
        Self { types: false, images: false, subnet: self.network, ..self }
    }

    /// The reads of a create (`creates`) or of an update.
    #[must_use]
    pub fn of(plan: &Plan, creates: bool) -> Self {
        if creates {
            return Self {
                subnet: true,
                network: true,
                groups: true,
                key: true,
                types: true,
                images: true,
                mount: true,
                assets: true,
                name: true,
            };
        }
        let any = |fields: &[&Field]| {
            plan.changes
                .iter()
                .filter(|change| change.effect != Effect::Operational)
                .any(|change| fields.iter().any(|field| change.path == Path::from(*field)))
        };
        let types = any(&[
            &ec2::WORKER_INSTANCE_TYPE,
            &ec2::COORDINATOR_INSTANCE_TYPE,
            &superset::INSTANCE_TYPE,
            &superset::ENABLED,
            &alluxio::WORKER_STORAGE_MEDIUM,
            &alluxio::WORKER_STORAGE_PERCENT,
        ]);
        let images = types || any(&[&ec2::IMAGE_ID, &ec2::WORKER_IMAGE_ID, &ec2::IMAGE_REFRESH]);
        Self {
            subnet: !plan.rolls.is_empty(),
            // The zone in which types have to be offered is the subnet's.
            network: types
                || any(network::FIELDS)
                || any(&[
                    &packages::MIRROR_URI,
                    &ec2::WORKER_COUNT,
                    &ec2::HA_COORDINATOR_COUNT,
                    &ec2::SESSION_MANAGER,
                    &monitoring::CLOUD_WATCH_METRICS,
                    &superset::ENABLED,
                    &hive_metastore::TYPE,
                ]),
            groups: any(&[&network::SECURITY_GROUP_IDS]),
            key: any(&[&ec2::KEY_NAME]),
            types: images,
            images,
            mount: any(&[&alluxio::S3_ROOT_MOUNT, &s3::ENDPOINT]),
            assets: any(&[
                &presto::COORDINATOR_CONFIGURATION,
                &presto::WORKER_CONFIGURATION,
                &presto::BOOTSTRAP_SCRIPT,
                &stack::ASSET_BUCKET,
            ]),
            name: false,
        }
    }
}
