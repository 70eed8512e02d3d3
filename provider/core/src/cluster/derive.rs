//! Derived parameters: what CloudFormation cannot compute, from inputs and from what the reads of AWS found. Each is
//! computed when it is absent or when one of its fields changes, and kept otherwise, so that none flips by itself.

use std::collections::BTreeMap;

use starburst_schema::fields::{ec2, hive_metastore, monitoring, network, presto, superset};
use starburst_schema::{DERIVED, Field, Role};

use super::api::Plan;
use super::defaults::effective;
use super::preflight::Facts;
use super::{request, rolls};
use crate::path::Path;
use crate::ports::VpcEndpoint;
use crate::value::Value;

/// What derived parameters are computed from.
pub struct From<'a> {
    /// Checked inputs.
    pub inputs: &'a Value,
    /// What the reads found.
    pub facts: &'a Facts,
    /// What was computed before.
    pub stored: &'a BTreeMap<String, String>,
    /// What changes.
    pub plan: &'a Plan,
    /// ARN of the stack, if there is one: its own endpoints count as absent.
    pub stack_id: Option<&'a str>,
    /// Whether a stand-in of AWS lacks interfaces, volumes and prefix lists.
    pub basic_resources: bool,
}

/// Networks that the prefix list has room for: the subnet's and ten others.
const ACCESS_ENTRIES: usize = 11;
/// Placeholder of an empty place in a list; CloudFormation has no empty lists.
const NONE: &str = "none";
/// Services of the list of endpoints, in the template's order. Every node needs the first six.
const SERVICES: &[&str] = &[
    "s3",
    "cloudformation",
    "ec2",
    "autoscaling",
    "secretsmanager",
    "logs",
    "monitoring",
    "glue",
    "ssm",
    "ssmmessages",
];

/// All derived parameters by name, and those parameters of computed fields that the program leaves to the plugin.
#[must_use]
pub fn derive(from: &From<'_>) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    for derived in DERIVED {
        let kept = from.stored.get(derived.name).filter(|_| !from.changes(derived.from));
        let value = match kept {
            Some(kept) => Some(kept.clone()),
            None => from.compute(derived.name),
        };
        if let Some(value) = value {
            all.insert(derived.name.to_owned(), value);
        }
    }
    from.fill_in(&network::SUBNET_AUTO_ASSIGNS_PUBLIC_IP, &mut all, |facts| {
        facts.subnet.as_ref().map(|subnet| yes_no(subnet.assigns_public_ip))
    });
    from.fill_in_image(&ec2::IMAGE_ID, &ec2::COORDINATOR_INSTANCE_TYPE, &mut all);
    from.fill_in_image(&ec2::WORKER_IMAGE_ID, &ec2::WORKER_INSTANCE_TYPE, &mut all);
    all
}

fn yes_no(flag: bool) -> String {
    if flag { "yes" } else { "no" }.to_owned()
}

impl From<'_> {
    fn changes(&self, paths: &[&str]) -> bool {
        let below = |changed: &str, path: &str| {
            changed == path || changed.strip_prefix(path).is_some_and(|rest| rest.starts_with('.'))
        };
        self.plan.changes.iter().any(|change| {
            let changed = change.path.render(crate::path::Casing::Camel);
            paths.iter().any(|path| below(&changed, path))
        })
    }

    /// A value for a new cluster, or after one of its fields changed. Source of each meaning: its row in the table.
    fn compute(&self, name: &str) -> Option<String> {
        let inputs = self.inputs;
        let workers = rolls::nodes(Role::Worker, inputs);
        let batch = rolls::batch_size(inputs, workers);
        Some(match name {
            "ResourceTypes" => if self.basic_resources { "basic" } else { "full" }.to_owned(),
            "WorkersMaximum" => (workers + batch).to_string(),
            "WorkersBatchSize" => batch.to_string(),
            "WorkersMinInService" => rolls::worker_floor(inputs, workers).to_string(),
            "CoordinatorsBatchSize" => "1".to_owned(),
            "CoordinatorsMinInService" => rolls::nodes(Role::Coordinator, inputs).saturating_sub(1).to_string(),
            "BootTimeout" => format!("PT{}S", rolls::boot_timeout(inputs).seconds()),
            "DrainTimeout" => rolls::drain_timeout(inputs).seconds().to_string(),
            "OnDrainTimeout" => request::text(inputs, &ec2::ROLLING_UPDATE_ON_DRAIN_TIMEOUT)?,
            "AvailabilityZone" => self.facts.subnet.as_ref()?.zone.clone(),
            "VpcCidr" => self.facts.vpc.as_ref()?.cidr.clone(),
            "AccessCidrs" => self.access_networks(),
            "RouteTables" => self.route_tables(),
            "VpcEndpoints" => self.endpoints(),
            "InstanceProfileIsArn" => {
                yes_no(request::text(inputs, &ec2::INSTANCE_PROFILE).is_some_and(|profile| profile.starts_with("arn:")))
            }
            "ImageArchitecture" => self.architecture(&ec2::COORDINATOR_INSTANCE_TYPE),
            "WorkerMountVolume" => yes_no(!inputs.at(&Path::from(&ec2::WORKER_VOLUME_SIZE_GIB)).is_null()),
            "RootDeviceName" => self.root_device()?,
            "SupersetImageId" => self.superset_image()?,
            "MetastoreInstanceType" => self.metastore_type().to_owned(),
            _ if name.ends_with("Revision") => self.next_revision(name),
            _ => return None,
        })
    }

    /// The subnet, and with external access the networks that the program names.
    fn access_networks(&self) -> String {
        let mut networks: Vec<String> = self.facts.subnet.iter().map(|subnet| subnet.cidr.clone()).collect();
        if effective(self.inputs, &presto::ALLOW_EXTERNAL_ACCESS_ON_HTTP).as_bool() == Some(true) {
            networks.extend(request::texts(self.inputs, &presto::EXTERNAL_ACCESS_CIDRS));
        }
        networks.dedup();
        networks.resize(ACCESS_ENTRIES, NONE.to_owned());
        networks.join(",")
    }

    fn route_tables(&self) -> String {
        let written = request::texts(self.inputs, &network::ROUTE_TABLE_IDS);
        if !written.is_empty() {
            return written.join(",");
        }
        self.facts.subnet_route_table().map_or_else(|| NONE.to_owned(), |table| table.id.clone())
    }

    /// Which endpoints the stack makes, by position.
    fn endpoints(&self) -> String {
        let wanted = request::text(self.inputs, &network::VPC_ENDPOINTS).unwrap_or_default();
        // Where the caller may not read the routes, a subnet with public addresses is taken to have a way out.
        let public = self.facts.public_addresses(self.inputs).unwrap_or(false);
        let way_out = self.facts.way_out(self.inputs).unwrap_or(public);
        let makes = |service: &&str| match wanted.as_str() {
            "all" => self.needs(service),
            "auto" => !way_out && self.needs(service) && !self.has_endpoint(service),
            _ => false,
        };
        let places = SERVICES.iter().map(|service| if makes(service) { *service } else { "no" });
        places.collect::<Vec<_>>().join(",")
    }

    fn needs(&self, service: &str) -> bool {
        let flag = |field: &Field| effective(self.inputs, field).as_bool() == Some(true);
        match service {
            "monitoring" => flag(&monitoring::CLOUD_WATCH_METRICS),
            "glue" => request::text(self.inputs, &hive_metastore::TYPE).as_deref() == Some("glue"),
            "ssm" | "ssmmessages" => flag(&ec2::SESSION_MANAGER),
            _ => true,
        }
    }

    /// Whether the VPC has an endpoint of a service that is not this stack's own.
    fn has_endpoint(&self, service: &str) -> bool {
        let own = |endpoint: &VpcEndpoint| {
            self.stack_id.is_some_and(|id| endpoint.tags.get("aws:cloudformation:stack-id").is_some_and(|tag| tag == id))
        };
        let ending = format!(".{service}");
        self.facts.endpoints.iter().flatten().any(|endpoint| endpoint.service.ends_with(&ending) && !own(endpoint))
    }

    fn root_device(&self) -> Option<String> {
        let known = self.facts.images.values().chain(self.facts.newest_images.values());
        known.map(|image| image.root_device.clone()).find(|device| !device.is_empty())
    }

    /// Superset's image, where the image of the others is of another architecture.
    fn superset_image(&self) -> Option<String> {
        let wanted = self.architecture(&superset::INSTANCE_TYPE);
        if effective(self.inputs, &superset::ENABLED).as_bool() != Some(true) {
            return Some(String::new());
        }
        self.facts.newest_images.get(&wanted).map(|image| image.id.clone())
    }

    /// A number that grows whenever a secret behind it changes: it stands in user data, so that nodes roll, and
    /// tells nothing of the secret.
    fn next_revision(&self, name: &str) -> String {
        let last = self.stored.get(name).and_then(|text| text.parse::<u64>().ok());
        last.map_or(1, |last| last.saturating_add(1)).to_string()
    }

    /// The parameter of a computed field, where the program leaves it to the plugin.
    fn fill_in(
        &self,
        field: &Field,
        all: &mut BTreeMap<String, String>,
        compute: impl Fn(&Facts) -> Option<String>,
    ) {
        let Some(parameter) = field.parameter else { return };
        if !self.inputs.at(&Path::from(field)).is_null() {
            return;
        }
        let stored = self.stored.get(parameter.name).cloned();
        if let Some(value) = stored.or_else(|| compute(self.facts)) {
            all.insert(parameter.name.to_owned(), value);
        }
    }

    /// The newest image for a role's architecture, unless one of that architecture is kept already.
    fn fill_in_image(&self, field: &Field, instance_type: &Field, all: &mut BTreeMap<String, String>) {
        let Some(parameter) = field.parameter else { return };
        if !self.inputs.at(&Path::from(field)).is_null() {
            return;
        }
        let wanted = self.architecture(instance_type);
        let other_architecture = self.plan.changes.iter().any(|change| {
            change.path == Path::from(instance_type)
                && change.before.as_text().is_some_and(|before| self.facts.architecture(before) != wanted)
        });
        let refreshed = self.stack_id.is_some() && self.changes(&[ec2::IMAGE_REFRESH.path]);
        let kept = self.stored.get(parameter.name).filter(|_| !refreshed && !other_architecture);
        let newest = || self.facts.newest_images.get(&wanted).map(|image| image.id.clone());
        if let Some(id) = kept.cloned().or_else(newest) {
            all.insert(parameter.name.to_owned(), id);
        }
    }

    fn architecture(&self, instance_type: &Field) -> String {
        request::text(self.inputs, instance_type).map_or_else(|| "x86_64".to_owned(), |name| self.facts.architecture(&name))
    }

    /// The metastore's node: small, of the coordinators' architecture, because they share an image.
    fn metastore_type(&self) -> &'static str {
        match self.architecture(&ec2::COORDINATOR_INSTANCE_TYPE).as_str() {
            "arm64" => "m6g.large",
            _ => "m5.large",
        }
    }
}
