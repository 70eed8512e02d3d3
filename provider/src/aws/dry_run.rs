//! Whether EC2 would let the caller do it: calls with DryRun, which make nothing. EC2 looks at permissions, and says
//! `DryRunOperation` instead of doing what was asked.

use aws_sdk_ec2::types::{RequestLaunchTemplateData, VolumeType};
use starburst_core::ports::{CallError, Called};

use super::ec2::Ec2Client;

/// EC2's code for "you may".
const ALLOWED: &str = "DryRunOperation";
/// Name of what would be made.
const NAME: &str = "starburst-doctor";
/// A type that every region has; nothing is launched.
const TYPE: &str = "m5.large";

/// A call that would make something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DryRun {
    /// In this VPC, or in the default one.
    CreateSecurityGroup(Option<String>),
    /// In this subnet.
    CreateNetworkInterface(String),
    /// In this zone.
    CreateVolume(String),
    /// Of a small instance.
    CreateLaunchTemplate,
    /// From this image, and in this subnet if one is given.
    RunInstances(String, Option<String>),
}

impl DryRun {
    /// The call's name, as permissions spell it after `ec2:`.
    #[must_use]
    pub const fn action(&self) -> &'static str {
        match self {
            Self::CreateSecurityGroup(_) => "CreateSecurityGroup",
            Self::CreateNetworkInterface(_) => "CreateNetworkInterface",
            Self::CreateVolume(_) => "CreateVolume",
            Self::CreateLaunchTemplate => "CreateLaunchTemplate",
            Self::RunInstances(..) => "RunInstances",
        }
    }
}

impl Ec2Client {
    /// Asks whether the caller may do this. Makes nothing.
    ///
    /// # Errors
    /// [`starburst_core::ports::CallErrorKind::Denied`] when the caller may not; others when EC2 could not tell.
    pub async fn may(&self, what: &DryRun) -> Called<()> {
        match self.dry(what).await {
            Err(error) if error.code == ALLOWED => Ok(()),
            Err(error) => Err(error),
            // A stand-in that does not know the flag.
            Ok(()) => Ok(()),
        }
    }

    async fn dry(&self, what: &DryRun) -> Result<(), CallError> {
        let (client, failures) = (self.client(), self.failures());
        let action = what.action();
        match what {
            DryRun::CreateSecurityGroup(vpc) => {
                let call = client.create_security_group().group_name(NAME).description(NAME).set_vpc_id(vpc.clone());
                call.dry_run(true).send().await.map(drop).map_err(|error| failures.call(action, &error))
            }
            DryRun::CreateNetworkInterface(subnet) => {
                let call = client.create_network_interface().subnet_id(subnet).dry_run(true);
                call.send().await.map(drop).map_err(|error| failures.call(action, &error))
            }
            DryRun::CreateVolume(zone) => {
                let call = client.create_volume().availability_zone(zone).size(1).volume_type(VolumeType::Gp3);
                call.encrypted(true).dry_run(true).send().await.map(drop).map_err(|error| failures.call(action, &error))
            }
            DryRun::CreateLaunchTemplate => {
                let data = RequestLaunchTemplateData::builder().instance_type(TYPE.into()).build();
                let call = client.create_launch_template().launch_template_name(NAME).launch_template_data(data);
                call.dry_run(true).send().await.map(drop).map_err(|error| failures.call(action, &error))
            }
            DryRun::RunInstances(image, subnet) => {
                let call = client.run_instances().image_id(image).instance_type(TYPE.into()).min_count(1).max_count(1);
                let call = call.set_subnet_id(subnet.clone()).dry_run(true);
                call.send().await.map(drop).map_err(|error| failures.call(action, &error))
            }
        }
    }
}
