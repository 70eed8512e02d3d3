//! Rules of the place: VPC, subnet, security groups, ways out.

use std::collections::BTreeSet;

use starburst_schema::Role;
use starburst_schema::codes::input::{
    ENDPOINTS_MISSING, GROUP_ABSENT, GROUP_ELSEWHERE, NO_DNS_NAMES, NO_WAY_OUT, ROUTE_TABLE_ABSENT, SUBNET_ABSENT,
    SUBNET_ELSEWHERE, SUBNET_FULL, VPC_ABSENT,
};
use starburst_schema::fields::{ec2, hive_metastore, monitoring, network, packages};

use super::Case;
use super::scope::Scope;
use crate::cluster::api::Roll;
use crate::cluster::defaults::effective;
use crate::cluster::request::{text, texts};
use crate::cluster::rolls;
use crate::cluster::validate::Found;
use crate::failure::Message;
use crate::template;
use crate::value::Value;

/// All rules of this file.
pub fn rules(case: &Case<'_>, scope: Scope, found: &mut Found) {
    addresses(case, found);
    if scope.network {
        vpc_and_subnet(case, found);
        ways_out(case, found);
        route_tables(case, found);
    }
    groups(case, found);
    key(case, found);
}

fn not_read(case: &Case<'_>, field: &starburst_schema::Field) -> bool {
    let path = crate::path::Path::from(field);
    case.read.facts.warnings.iter().any(|warning| warning.path == path)
}

fn vpc_and_subnet(case: &Case<'_>, found: &mut Found) {
    let facts = &case.read.facts;
    let vpc_id = text(case.inputs, &network::VPC_ID);
    let region = &case.region;
    if let Some(id) = vpc_id.as_ref().filter(|_| facts.vpc.is_none() && !not_read(case, &network::VPC_ID)) {
        let message = Message::new(format!("{id} does not exist in {region}"));
        found.error(
            &VPC_ABSENT,
            &network::VPC_ID,
            message,
            Message::new("write an existing VPC of this account and region"),
        );
    }
    match (&facts.subnet, text(case.inputs, &network::SUBNET_ID)) {
        (None, Some(id)) if !not_read(case, &network::SUBNET_ID) => {
            let message = Message::new(format!("{id} does not exist in {region}"));
            let instead = Message::new("write an existing subnet of this account and region");
            found.error(&SUBNET_ABSENT, &network::SUBNET_ID, message, instead);
        }
        (Some(subnet), _) if vpc_id.as_ref().is_some_and(|id| *id != subnet.vpc_id) => {
            let message = Message::new(format!("{} is in {}, and not in the VPC of ", subnet.id, subnet.vpc_id))
                .field(&network::VPC_ID);
            let instead = Message::new(format!("write a subnet of that VPC, or {} as the VPC", subnet.vpc_id));
            found.error(&SUBNET_ELSEWHERE, &network::SUBNET_ID, message, instead);
        }
        _ => {}
    }
}

/// Nodes of all roles; each coordinator slot has an address of its own beside its node's.
fn addresses_needed(inputs: &Value) -> u32 {
    let roles = [Role::Worker, Role::Coordinator, Role::Metastore, Role::Superset];
    let nodes: u32 = roles.iter().map(|role| rolls::nodes(*role, inputs)).sum();
    nodes + rolls::nodes(Role::Coordinator, inputs)
}

fn addresses(case: &Case<'_>, found: &mut Found) {
    let Some(subnet) = &case.read.facts.subnet else { return };
    if effective(case.inputs, &ec2::WORKER_COUNT).is_unknown() {
        return;
    }
    let held = case.prior.map_or(0, |prior| addresses_needed(&prior.inputs));
    // Where a group grows for the time of its roll, nodes come beside the old ones.
    let beside = |roll: &Roll| roll.largest.saturating_sub(rolls::nodes(roll.role, case.inputs));
    let beside: u32 = case.plan.rolls.iter().map(beside).sum();
    let more = addresses_needed(case.inputs).saturating_sub(held) + beside;
    if more > subnet.free_addresses {
        let message = Message::new(format!(
            "{} ({}) has {} free addresses, and this takes {more} more",
            subnet.id, subnet.cidr, subnet.free_addresses
        ));
        let instead = Message::new("use a larger subnet, or fewer nodes in ").field(&ec2::WORKER_COUNT);
        found.error(&SUBNET_FULL, &network::SUBNET_ID, message, instead);
    }
}

/// Nodes fetch their software from public places unless a mirror is given, and call AWS either way.
fn ways_out(case: &Case<'_>, found: &mut Found) {
    let facts = &case.read.facts;
    if facts.way_out(case.inputs) != Some(false) {
        return;
    }
    if effective(case.inputs, &packages::MIRROR_URI).is_null() {
        let target = facts.subnet_route_table().and_then(|table| table.default_route.clone());
        let why = match target {
            Some(_) => "nodes have no public addresses, so that the internet gateway does not serve them",
            None => "its route table has no default route",
        };
        let subnet = facts.subnet.as_ref().map(|subnet| subnet.id.clone()).unwrap_or_default();
        let message =
            Message::new(format!("nodes in {subnet} have no way out: {why}; their software comes from public places"));
        let instead = Message::new("write a mirror in S3, or use a subnet with NAT or public addresses");
        found.error(&NO_WAY_OUT, &packages::MIRROR_URI, message, instead);
    }
    if text(case.inputs, &network::VPC_ENDPOINTS).as_deref() == Some("none") {
        endpoints_missing(case, found);
    } else if facts.vpc.as_ref().is_some_and(|vpc| !vpc.dns_hostnames) {
        let message = Message::new(
            "the endpoints of the stack answer to the services' names only where the VPC has DNS host names",
        );
        let instead = Message::new(
            "switch DNS host names on for the VPC (`aws ec2 modify-vpc-attribute --enable-dns-hostnames`)",
        );
        found.error(&NO_DNS_NAMES, &network::VPC_ID, message, instead);
    }
}

/// Whether the nodes of these inputs call a service.
fn is_called(inputs: &Value, service: &str) -> bool {
    let on = |field| effective(inputs, field).as_bool() == Some(true);
    match service {
        "monitoring" => on(&monitoring::CLOUD_WATCH_METRICS),
        "glue" => text(inputs, &hive_metastore::TYPE).as_deref() == Some("glue"),
        "ssm" | "ssmmessages" => on(&ec2::SESSION_MANAGER),
        _ => true,
    }
}

fn endpoints_missing(case: &Case<'_>, found: &mut Found) {
    let Some(endpoints) = &case.read.facts.endpoints else { return };
    let there: BTreeSet<&str> = endpoints.iter().filter_map(|endpoint| endpoint.service.rsplit('.').next()).collect();
    let missing: Vec<&str> = template::ENDPOINT_SERVICES
        .iter()
        .copied()
        .filter(|service| is_called(case.inputs, service) && !there.contains(service))
        .collect();
    if !missing.is_empty() {
        let message =
            Message::new(format!("the nodes have no way out and the VPC has no endpoints for {}", missing.join(", ")));
        let instead = Message::new("write `auto`, or make these endpoints first");
        found.error(&ENDPOINTS_MISSING, &network::VPC_ENDPOINTS, message, instead);
    }
}

fn route_tables(case: &Case<'_>, found: &mut Found) {
    let Some(tables) = &case.read.facts.route_tables else { return };
    for id in texts(case.inputs, &network::ROUTE_TABLE_IDS) {
        if !tables.iter().any(|table| table.id == id) {
            let message = Message::new(format!("{id} is no route table of the VPC"));
            found.error(&ROUTE_TABLE_ABSENT, &network::ROUTE_TABLE_IDS, message, Message::default());
        }
    }
}

fn groups(case: &Case<'_>, found: &mut Found) {
    let Some(groups) = &case.read.groups else { return };
    let vpc_id = text(case.inputs, &network::VPC_ID);
    for id in texts(case.inputs, &network::SECURITY_GROUP_IDS) {
        match groups.iter().find(|group| group.id == id) {
            None => {
                let message = Message::new(format!("{id} does not exist in {}", case.region));
                let instead = Message::new("write existing security groups of the VPC");
                found.error(&GROUP_ABSENT, &network::SECURITY_GROUP_IDS, message, instead);
            }
            Some(group) if vpc_id.as_ref().is_some_and(|vpc| *vpc != group.vpc_id) => {
                let message = Message::new(format!("{id} is in {}, and not in the VPC of ", group.vpc_id))
                    .field(&network::VPC_ID);
                found.error(
                    &GROUP_ELSEWHERE,
                    &network::SECURITY_GROUP_IDS,
                    message,
                    Message::new("write one of that VPC"),
                );
            }
            Some(_) => {}
        }
    }
}

fn key(case: &Case<'_>, found: &mut Found) {
    if case.read.key_exists == Some(false) {
        let name = text(case.inputs, &ec2::KEY_NAME).unwrap_or_default();
        let message = Message::new(format!("key pair `{name}` does not exist in {}", case.region));
        let instead = Message::new("write an existing key pair, or use ").field(&ec2::SESSION_MANAGER);
        found.error(&starburst_schema::codes::input::KEY_PAIR_ABSENT, &ec2::KEY_NAME, message, instead);
    }
}
