//! EC2: the reads that rules about networks, instance types and images need, and tags. Where EC2 answers an error for
//! one absent id among several, a filter is used instead.

use std::collections::BTreeMap;

use async_trait::async_trait;
use aws_config::SdkConfig;
use aws_sdk_ec2::Client;
use aws_sdk_ec2::types::{self, Filter, LocationType, VpcAttributeName};
use starburst_core::ports::{
    AccessGroup, CallError, CallErrorKind, Called, Compute, Image, InstanceType, LaunchData, RouteTable, SecurityGroup,
    Subnet, Vpc, VpcEndpoint,
};

use super::call_error::Failures;
use super::drift;
use super::redact::Redactor;

/// Owner of Amazon's own images, under any account number and in any partition.
const AMAZON: &str = "amazon";
/// Names of the standard Amazon Linux 2023 images; the minimal and the container hosts' ones have other beginnings.
const AMAZON_LINUX: &str = "al2023-ami-2023.*-kernel-*";
/// A filter takes no more values.
const FILTER_VALUES: usize = 200;
/// CreateTags takes no more resources.
const TAGGED_A_CALL: usize = 500;
/// The route that leads to the internet.
const ANYWHERE: &str = "0.0.0.0/0";

/// EC2.
pub struct Ec2Client {
    client: Client,
    failures: Failures,
}

impl Ec2Client {
    /// `endpoint` in place of AWS's own.
    #[must_use]
    pub fn new(sdk: &SdkConfig, endpoint: Option<String>, redactor: Redactor) -> Self {
        let mut config = aws_sdk_ec2::config::Builder::from(sdk).interceptor(super::call_log::CallLog);
        if let Some(url) = endpoint {
            config = config.endpoint_url(url);
        }
        Self { client: Client::from_conf(config.build()), failures: Failures::new("ec2", redactor) }
    }

    pub(super) fn client(&self) -> &Client {
        &self.client
    }

    pub(super) fn failures(&self) -> &Failures {
        &self.failures
    }

    async fn dns_hostnames(&self, vpc_id: &str) -> Called<bool> {
        let call = self.client.describe_vpc_attribute().vpc_id(vpc_id).attribute(VpcAttributeName::EnableDnsHostnames);
        let answer = call.send().await.map_err(|error| self.failures.call("DescribeVpcAttribute", &error))?;
        Ok(answer.enable_dns_hostnames.and_then(|attribute| attribute.value).unwrap_or_default())
    }
}

fn filter(name: &str, values: &[String]) -> Filter {
    Filter::builder().name(name).set_values(Some(values.to_vec())).build()
}

fn only(name: &str, value: &str) -> Filter {
    Filter::builder().name(name).values(value).build()
}

/// An id in a wrong form names nothing either.
fn unless_absent<T>(error: CallError, absent: T) -> Called<T> {
    let no_id = error.code.ends_with(".Malformed");
    if no_id || error.kind == CallErrorKind::NotFound { Ok(absent) } else { Err(error) }
}

#[async_trait]
impl Compute for Ec2Client {
    async fn subnet(&self, id: &str) -> Called<Option<Subnet>> {
        match self.client.describe_subnets().subnet_ids(id).send().await {
            Ok(answer) => Ok(answer.subnets.unwrap_or_default().into_iter().next().map(subnet)),
            Err(error) => unless_absent(self.failures.call("DescribeSubnets", &error), None),
        }
    }

    async fn vpc(&self, id: &str) -> Called<Option<Vpc>> {
        let found = match self.client.describe_vpcs().vpc_ids(id).send().await {
            Ok(answer) => answer.vpcs.unwrap_or_default().into_iter().next(),
            Err(error) => unless_absent(self.failures.call("DescribeVpcs", &error), None)?,
        };
        let Some(found) = found else { return Ok(None) };
        let dns_hostnames = self.dns_hostnames(id).await?;
        let id = found.vpc_id.unwrap_or_default();
        Ok(Some(Vpc { id, cidr: found.cidr_block.unwrap_or_default(), dns_hostnames }))
    }

    async fn security_groups(&self, ids: &[String]) -> Called<Vec<SecurityGroup>> {
        let mut groups = Vec::new();
        for ids in ids.chunks(FILTER_VALUES) {
            let mut pages =
                self.client.describe_security_groups().filters(filter("group-id", ids)).into_paginator().send();
            while let Some(page) = pages.next().await {
                let page = page.map_err(|error| self.failures.call("DescribeSecurityGroups", &error))?;
                groups.extend(page.security_groups.unwrap_or_default().into_iter().map(|group| SecurityGroup {
                    id: group.group_id.unwrap_or_default(),
                    vpc_id: group.vpc_id.unwrap_or_default(),
                }));
            }
        }
        Ok(groups)
    }

    async fn key_pair_exists(&self, name: &str) -> Called<bool> {
        match self.client.describe_key_pairs().key_names(name).send().await {
            Ok(answer) => Ok(!answer.key_pairs.unwrap_or_default().is_empty()),
            Err(error) => unless_absent(self.failures.call("DescribeKeyPairs", &error), false),
        }
    }

    async fn route_tables(&self, vpc_id: &str) -> Called<Vec<RouteTable>> {
        let mut pages = self.client.describe_route_tables().filters(only("vpc-id", vpc_id)).into_paginator().send();
        let mut tables = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| self.failures.call("DescribeRouteTables", &error))?;
            tables.extend(page.route_tables.unwrap_or_default().into_iter().map(route_table));
        }
        Ok(tables)
    }

    async fn vpc_endpoints(&self, vpc_id: &str) -> Called<Vec<VpcEndpoint>> {
        let mut pages = self.client.describe_vpc_endpoints().filters(only("vpc-id", vpc_id)).into_paginator().send();
        let mut endpoints = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| self.failures.call("DescribeVpcEndpoints", &error))?;
            let there = page.vpc_endpoints.unwrap_or_default().into_iter().filter(is_there);
            endpoints.extend(there.map(vpc_endpoint));
        }
        Ok(endpoints)
    }

    async fn instance_types(&self, names: &[String]) -> Called<Vec<InstanceType>> {
        let mut known = Vec::new();
        for names in names.chunks(FILTER_VALUES) {
            let mut pages =
                self.client.describe_instance_types().filters(filter("instance-type", names)).into_paginator().send();
            while let Some(page) = pages.next().await {
                let page = page.map_err(|error| self.failures.call("DescribeInstanceTypes", &error))?;
                known.extend(page.instance_types.unwrap_or_default().into_iter().map(instance_type));
            }
        }
        Ok(known)
    }

    async fn offered_types(&self, zone: &str, pattern: Option<&str>) -> Called<Vec<String>> {
        let mut call = self.client.describe_instance_type_offerings().location_type(LocationType::AvailabilityZone);
        call = call.filters(only("location", zone));
        if let Some(pattern) = pattern {
            call = call.filters(only("instance-type", pattern));
        }
        let mut pages = call.into_paginator().send();
        let mut names = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| self.failures.call("DescribeInstanceTypeOfferings", &error))?;
            let offerings = page.instance_type_offerings.unwrap_or_default();
            names
                .extend(offerings.into_iter().filter_map(|offering| Some(offering.instance_type?.as_str().to_owned())));
        }
        names.sort_unstable();
        Ok(names)
    }

    async fn image(&self, id: &str) -> Called<Option<Image>> {
        match self.client.describe_images().image_ids(id).include_deprecated(true).send().await {
            Ok(answer) => Ok(answer.images.unwrap_or_default().into_iter().next().map(image)),
            Err(error) => {
                let error = self.failures.call("DescribeImages", &error);
                // An image that is not shared with this account is answered with AuthFailure.
                let not_shared = error.code == "AuthFailure" && error.kind == CallErrorKind::Denied;
                if not_shared { Ok(None) } else { unless_absent(error, None) }
            }
        }
    }

    async fn newest_image(&self, architecture: &str) -> Called<Option<Image>> {
        let call = self.client.describe_images().owners(AMAZON).filters(only("name", AMAZON_LINUX));
        let call = call.filters(only("architecture", architecture)).filters(only("state", "available"));
        let mut pages = call.into_paginator().send();
        let mut newest: Option<Image> = None;
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| self.failures.call("DescribeImages", &error))?;
            let found = page.images.unwrap_or_default().into_iter().map(image);
            newest = newer(newest, found);
        }
        Ok(newest)
    }

    async fn tag_of(&self, instances: &[String], key: &str) -> Called<BTreeMap<String, String>> {
        let ids = instances.get(..FILTER_VALUES).unwrap_or(instances);
        if ids.is_empty() {
            return Ok(BTreeMap::new());
        }
        let call = self.client.describe_tags().filters(filter("resource-id", ids)).filters(only("key", key));
        let answer = call.send().await.map_err(|error| self.failures.call("DescribeTags", &error))?;
        let redactor = self.failures.redactor();
        let value = |tag: types::TagDescription| Some((tag.resource_id?, redactor.redact(&tag.value?)));
        Ok(answer.tags.unwrap_or_default().into_iter().filter_map(value).collect())
    }

    async fn access_groups(&self, stack_id: &str) -> Called<Vec<AccessGroup>> {
        let of_stack = only(&format!("tag:{}", drift::STACK_TAG), stack_id);
        let mut pages = self.client.describe_security_groups().filters(of_stack).into_paginator().send();
        let mut groups = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| self.failures.call("DescribeSecurityGroups", &error))?;
            groups.extend(page.security_groups.unwrap_or_default().into_iter().map(drift::access_group));
        }
        Ok(groups)
    }

    async fn prefix_list(&self, id: &str) -> Called<Vec<String>> {
        let mut pages = self.client.get_managed_prefix_list_entries().prefix_list_id(id).into_paginator().send();
        let mut entries = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| self.failures.call("GetManagedPrefixListEntries", &error))?;
            entries.extend(page.entries.unwrap_or_default().into_iter().filter_map(|entry| entry.cidr));
        }
        Ok(entries)
    }

    async fn launch_data(&self, template_id: &str, version: &str) -> Called<Option<LaunchData>> {
        let call = self.client.describe_launch_template_versions().launch_template_id(template_id).versions(version);
        match call.send().await {
            Ok(answer) => {
                let found = answer.launch_template_versions.unwrap_or_default().into_iter().next();
                Ok(found.and_then(|version| version.launch_template_data).map(drift::launch_data))
            }
            Err(error) => unless_absent(self.failures.call("DescribeLaunchTemplateVersions", &error), None),
        }
    }

    async fn newest_launch_version(&self, template_id: &str) -> Called<Option<u64>> {
        let call = self.client.describe_launch_template_versions().launch_template_id(template_id).versions("$Latest");
        match call.send().await {
            Ok(answer) => {
                let found = answer.launch_template_versions.unwrap_or_default().into_iter().next();
                Ok(found.and_then(|version| version.version_number).and_then(|number| u64::try_from(number).ok()))
            }
            Err(error) => unless_absent(self.failures.call("DescribeLaunchTemplateVersions", &error), None),
        }
    }

    async fn tag(&self, ids: &[String], tags: &BTreeMap<String, String>) -> Called<()> {
        let tags: Vec<_> =
            tags.iter().map(|(key, value)| types::Tag::builder().key(key).value(value).build()).collect();
        if tags.is_empty() {
            return Ok(());
        }
        for ids in ids.chunks(TAGGED_A_CALL) {
            let call = self.client.create_tags().set_resources(Some(ids.to_vec())).set_tags(Some(tags.clone()));
            call.send().await.map_err(|error| self.failures.call("CreateTags", &error))?;
        }
        Ok(())
    }
}

/// The newest of all; of several with one time the one whose id is the greatest, so that the answer is always the same.
fn newer(newest: Option<Image>, found: impl Iterator<Item = Image>) -> Option<Image> {
    newest.into_iter().chain(found).max_by(|a, b| (&a.created, &a.id).cmp(&(&b.created, &b.id)))
}

fn subnet(subnet: types::Subnet) -> Subnet {
    let free = subnet.available_ip_address_count.and_then(|count| u32::try_from(count).ok());
    Subnet {
        id: subnet.subnet_id.unwrap_or_default(),
        vpc_id: subnet.vpc_id.unwrap_or_default(),
        cidr: subnet.cidr_block.unwrap_or_default(),
        zone: subnet.availability_zone.unwrap_or_default(),
        assigns_public_ip: subnet.map_public_ip_on_launch.unwrap_or_default(),
        free_addresses: free.unwrap_or_default(),
    }
}

fn route_table(table: types::RouteTable) -> RouteTable {
    let associations = table.associations.unwrap_or_default();
    let main = associations.iter().any(|association| association.main == Some(true));
    RouteTable {
        id: table.route_table_id.unwrap_or_default(),
        main,
        subnet_ids: associations.into_iter().filter_map(|association| association.subnet_id).collect(),
        default_route: table.routes.unwrap_or_default().into_iter().find_map(default_route),
    }
}

/// The kind of thing that the default route leads to. A route whose target is gone leads nowhere.
fn default_route(route: types::Route) -> Option<String> {
    if route.destination_cidr_block.as_deref() != Some(ANYWHERE) || route.state == Some(types::RouteState::Blackhole) {
        return None;
    }
    let target = route
        .gateway_id
        .or(route.nat_gateway_id)
        .or(route.transit_gateway_id)
        .or(route.vpc_peering_connection_id)
        .or(route.local_gateway_id)
        .or(route.carrier_gateway_id)
        .or(route.instance_id)
        .or(route.network_interface_id)
        .or(route.core_network_arn.map(|_| "core-network".to_owned()))?;
    target.split('-').next().map(str::to_owned)
}

fn is_there(endpoint: &types::VpcEndpoint) -> bool {
    endpoint.state.as_ref().is_none_or(|state| !state.as_str().eq_ignore_ascii_case("deleted"))
}

fn vpc_endpoint(endpoint: types::VpcEndpoint) -> VpcEndpoint {
    VpcEndpoint {
        id: endpoint.vpc_endpoint_id.unwrap_or_default(),
        service: endpoint.service_name.unwrap_or_default(),
        private_dns: endpoint.private_dns_enabled.unwrap_or_default(),
        tags: endpoint.tags.unwrap_or_default().into_iter().filter_map(|tag| tag.key.zip(tag.value)).collect(),
    }
}

fn instance_type(info: types::InstanceTypeInfo) -> InstanceType {
    let architectures = info.processor_info.and_then(|processor| processor.supported_architectures).unwrap_or_default();
    // Old types list i386 beside x86_64.
    let modern = architectures.iter().map(types::ArchitectureType::as_str).find(|name| *name != "i386");
    let vcpus = info.v_cpu_info.and_then(|vcpus| vcpus.default_v_cpus).and_then(|count| u32::try_from(count).ok());
    let memory = info.memory_info.and_then(|memory| memory.size_in_mib).and_then(|size| u64::try_from(size).ok());
    let disks = info.instance_storage_info.and_then(|disks| disks.total_size_in_gb);
    InstanceType {
        name: info.instance_type.map(|name| name.as_str().to_owned()).unwrap_or_default(),
        vcpus: vcpus.unwrap_or_default(),
        memory_mib: memory.unwrap_or_default(),
        architecture: modern.unwrap_or_default().to_owned(),
        instance_store_gb: disks.and_then(|size| u64::try_from(size).ok()).unwrap_or_default(),
    }
}

fn image(image: types::Image) -> Image {
    Image {
        id: image.image_id.unwrap_or_default(),
        name: image.name.unwrap_or_default(),
        architecture: image.architecture.map(|name| name.as_str().to_owned()).unwrap_or_default(),
        created: image.creation_date.unwrap_or_default(),
        root_device: image.root_device_name.unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_ec2::types::{Route, RouteState};

    use super::*;

    fn made(id: &str, created: &str) -> Image {
        Image { id: id.into(), created: created.into(), ..Image::default() }
    }

    #[test]
    fn the_newest_image_wins_whatever_page_it_stands_on() {
        let first = newer(None, [made("ami-1", "2026-01-02"), made("ami-2", "2026-03-01")].into_iter());
        let second = newer(first, [made("ami-3", "2025-12-01")].into_iter());
        assert_eq!(second.map(|image| image.id).as_deref(), Some("ami-2"));
    }

    #[test]
    fn the_default_route_tells_the_kind_of_its_target() {
        let route = |state: RouteState| Route::builder().destination_cidr_block(ANYWHERE).state(state);
        let nat = route(RouteState::Active).nat_gateway_id("nat-0a1").build();
        assert_eq!(default_route(nat).as_deref(), Some("nat"));
        let gone = route(RouteState::Blackhole).gateway_id("igw-1").build();
        assert_eq!(default_route(gone), None);
        let local = Route::builder().destination_cidr_block("10.0.0.0/16").gateway_id("local").build();
        assert_eq!(default_route(local), None);
    }

    #[test]
    fn an_id_in_a_wrong_form_names_nothing() {
        let malformed = CallError {
            kind: CallErrorKind::Refused,
            action: String::new(),
            code: "InvalidSubnetID.Malformed".into(),
            message: String::new(),
        };
        assert_eq!(unless_absent(malformed.clone(), false), Ok(false));
        assert!(unless_absent(CallError { code: "InvalidParameterValue".into(), ..malformed }, false).is_err());
    }
}
