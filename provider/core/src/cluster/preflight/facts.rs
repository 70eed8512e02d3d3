//! What the reads found, for rules and for derived parameters. Knows no rule.

use std::collections::BTreeMap;

use starburst_schema::fields::network;

use crate::cluster::defaults::effective;
use crate::cluster::instance_types::architecture_of;
use crate::cluster::own_template::Own;
use crate::failure::Violation;
use crate::ports::{Image, InstanceType, RouteTable, Subnet, Vpc, VpcEndpoint};
use crate::value::Value;

/// What the reads found. `None` and absent entries: not read, not there, or the caller may not read it.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// Account id of the caller.
    pub account: Option<String>,
    /// The subnet.
    pub subnet: Option<Subnet>,
    /// The VPC.
    pub vpc: Option<Vpc>,
    /// All route tables of the VPC.
    pub route_tables: Option<Vec<RouteTable>>,
    /// All endpoints of the VPC, the stack's own included.
    pub endpoints: Option<Vec<VpcEndpoint>>,
    /// Instance types by name.
    pub instance_types: BTreeMap<String, InstanceType>,
    /// Images that the inputs name and the newest ones, by id.
    pub images: BTreeMap<String, Image>,
    /// The newest Amazon Linux 2023 image by architecture, for roles whose image is not written.
    pub newest_images: BTreeMap<String, Image>,
    /// ARN of the stack that an earlier create of this very resource began, when a create finds one.
    pub began: Option<String>,
    /// Status of that stack.
    pub leftover: Option<String>,
    /// The template of the user's, where the inputs name one.
    pub own: Option<Own>,
    /// What was found and does not stop the run, and which rules were not checked.
    pub warnings: Vec<Violation>,
}

impl Facts {
    /// Architecture of an instance type: what AWS said, else what the name tells.
    #[must_use]
    pub fn architecture(&self, instance_type: &str) -> String {
        let read = self.instance_types.get(instance_type).map(|known| known.architecture.clone());
        read.filter(|known| !known.is_empty()).unwrap_or_else(|| architecture_of(instance_type).to_owned())
    }

    /// The route table that the subnet uses: its own, else the VPC's main one.
    #[must_use]
    pub fn subnet_route_table(&self) -> Option<&RouteTable> {
        let (tables, subnet) = (self.route_tables.as_ref()?, self.subnet.as_ref()?);
        let own = tables.iter().find(|table| table.subnet_ids.contains(&subnet.id));
        own.or_else(|| tables.iter().find(|table| table.main))
    }

    /// Whether nodes get public addresses: as written, else as the subnet has it.
    #[must_use]
    pub fn public_addresses(&self, inputs: &Value) -> Option<bool> {
        let written = effective(inputs, &network::SUBNET_AUTO_ASSIGNS_PUBLIC_IP);
        if written.is_unknown() {
            return None;
        }
        written.as_bool().or_else(|| self.subnet.as_ref().map(|subnet| subnet.assigns_public_ip))
    }

    /// Whether nodes reach the internet: a default route to an internet gateway needs public addresses, any other
    /// target (NAT, transit gateway, appliance) does not. `None` where the reads do not tell.
    #[must_use]
    pub fn way_out(&self, inputs: &Value) -> Option<bool> {
        match self.subnet_route_table()?.default_route.as_deref() {
            None => Some(false),
            Some("igw") => self.public_addresses(inputs),
            Some(_) => Some(true),
        }
    }
}
