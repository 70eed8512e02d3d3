//! Derived parameters: what CloudFormation cannot compute, from inputs and from what the reads of AWS found. Each is
//! computed when it is absent or when one of its fields changes, and kept otherwise, so that none flips by itself.

use std::collections::BTreeMap;

use starburst_schema::fields::{alluxio, ec2, hive_metastore, monitoring, network, packages, presto, superset};
use starburst_schema::{DERIVED, FIELDS, Field, Role};

use super::api::Plan;
use super::defaults::effective;
use super::parameters::Uploaded;
use super::preflight::Facts;
use super::{request, rolls};
use crate::path::Path;
use crate::ports::VpcEndpoint;
use crate::stack::token;
use crate::template;
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
    /// How many workers there are, where the size of their group is the operators'.
    pub workers: Option<u32>,
    /// Where local files lie that were uploaded.
    pub uploaded: &'a Uploaded,
    /// Partition of the region, for ARNs.
    pub partition: &'a str,
    /// Whether a stand-in of AWS lacks interfaces, volumes and prefix lists.
    pub basic_resources: bool,
}

/// Parameters that are computed in every run: what a restart sets is for one update.
const PASSING: &[&str] =
    &["WorkersBatchSize", "WorkersMinInService", "CoordinatorsBatchSize", "CoordinatorsMinInService"];
/// Seconds that CloudFormation waits for a node, at most. Source: update policy, PauseTime.
const LONGEST_PAUSE: u64 = 60 * 60;
/// Characters of a revision that is a digest: two in a row that are equal are as good as impossible.
const REVISION_LENGTH: usize = 12;
/// Placeholder of an empty list; CloudFormation has none.
const NONE: &str = "none";

/// All derived parameters by name, and those parameters of computed fields that the program leaves to the plugin.
#[must_use]
pub fn derive(from: &From<'_>) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    for derived in DERIVED {
        let passing = PASSING.contains(&derived.name);
        let kept = from.stored.get(derived.name).filter(|_| !passing && !from.changes(derived.from));
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

/// A network as EC2 keeps it, with the bits behind the prefix cleared; what is no IPv4 network, as it is.
fn canonical(network: &str) -> String {
    let parts = || {
        let (address, length) = network.split_once('/')?;
        let (address, length) = (address.parse::<std::net::Ipv4Addr>().ok()?, length.parse::<u32>().ok()?);
        let mask = u32::MAX.checked_shl(32_u32.checked_sub(length)?).unwrap_or(0);
        Some(format!("{}/{length}", std::net::Ipv4Addr::from(u32::from(address) & mask)))
    };
    parts().unwrap_or_else(|| network.to_owned())
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
        let sizes = |role, nodes| rolls::sizes(role, inputs, nodes, self.restarts());
        let workers = sizes(Role::Worker, self.workers.unwrap_or_else(|| rolls::nodes(Role::Worker, inputs)));
        let coordinators = sizes(Role::Coordinator, rolls::nodes(Role::Coordinator, inputs));
        Some(match name {
            "ResourceTypes" => if self.basic_resources { "basic" } else { "full" }.to_owned(),
            "WorkersMaximum" => workers.max.to_string(),
            "WorkersBatchSize" => workers.batch.to_string(),
            "WorkersMinInService" => workers.in_service.to_string(),
            "CoordinatorsBatchSize" => coordinators.batch.to_string(),
            "CoordinatorsMinInService" => coordinators.in_service.to_string(),
            "CoordinatorsPause" => {
                let both = rolls::boot_timeout(inputs).seconds() + rolls::drain_timeout(inputs).seconds();
                format!("PT{}S", both.min(LONGEST_PAUSE))
            }
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
            "ReadableArns" => self.readable_arns(),
            "WorkerMountVolume" => yes_no(!inputs.at(&Path::from(&ec2::WORKER_VOLUME_SIZE_GIB)).is_null()),
            "RootDeviceName" => self.root_device()?,
            "SupersetImageId" => self.superset_image()?,
            "MetastoreInstanceType" => self.metastore_type().to_owned(),
            "OptionsRevision" => self.options_revision(name),
            _ if name.ends_with("Revision") => self.next_revision(name),
            _ => return None,
        })
    }

    fn restarts(&self) -> bool {
        !self.plan.restart.is_empty() && self.stack_id.is_some()
    }

    /// The subnet, and with external access every network that the program names but the first, which the template
    /// takes from its own parameter; free places keep loopback networks. A prefix list takes no network twice: where
    /// the subnet is also the first one, a loopback network stands in its place.
    fn access_networks(&self) -> String {
        let open = effective(self.inputs, &presto::ALLOW_EXTERNAL_ACCESS_ON_HTTP).as_bool() == Some(true);
        let written = if open { request::texts(self.inputs, &presto::EXTERNAL_ACCESS_CIDRS) } else { Vec::new() };
        let mut written = written.into_iter();
        // The template's own place: the first network, or the loopback network that stands in for it.
        let own = written.next().unwrap_or_else(|| "127.0.0.1/32".to_owned());
        let mut seen = std::collections::BTreeSet::from([canonical(&own)]);
        let subnet = self.facts.subnet.iter().map(|subnet| subnet.cidr.clone());
        let spare = (2..=u8::MAX).map(|host| format!("127.0.0.{host}/32"));
        let all = subnet.chain(written).chain(spare).filter(|network| seen.insert(canonical(network)));
        all.take(template::ACCESS_PLACES).collect::<Vec<_>>().join(",")
    }

    /// What nodes read by name: objects of `s3://` URIs, and secrets.
    fn readable_arns(&self) -> String {
        let partition = self.partition;
        let mut arns = std::collections::BTreeSet::new();
        for field in FIELDS.iter().filter(|field| field.parameter.is_some()) {
            let path = Path::from(*field);
            let uploaded = self.uploaded.get(&path).cloned();
            let Some(text) = uploaded.or_else(|| request::text(self.inputs, field)) else { continue };
            if text.starts_with("arn:") && text.contains(":secretsmanager:") {
                arns.insert(text);
            } else if let Some(rest) = text.strip_prefix("s3://").filter(|_| field.path != alluxio::S3_ROOT_MOUNT.path)
            {
                let all = if field.path == packages::MIRROR_URI.path { "/*" } else { "" };
                arns.insert(format!("arn:{partition}:s3:::{}{all}", rest.trim_end_matches('/')));
            }
        }
        if arns.is_empty() { NONE.to_owned() } else { arns.into_iter().collect::<Vec<_>>().join(",") }
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
        let places = template::ENDPOINT_SERVICES.iter().map(|service| yes_no(makes(service)));
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
        // A create that was killed has made endpoints too; the run that joins it must ask for the same again.
        let stack = self.stack_id.or(self.facts.began.as_deref());
        let own = |endpoint: &VpcEndpoint| {
            stack.is_some_and(|id| endpoint.tags.get("aws:cloudformation:stack-id").is_some_and(|tag| tag == id))
        };
        let ending = format!(".{service}");
        self.facts.endpoints.iter().flatten().any(|endpoint| endpoint.service.ends_with(&ending) && !own(endpoint))
    }

    fn root_device(&self) -> Option<String> {
        let mut known = self.facts.images.values();
        known.find(|image| !image.root_device.is_empty()).map(|image| image.root_device.clone())
    }

    /// Superset's image, where the image of the others is of another architecture.
    fn superset_image(&self) -> Option<String> {
        if effective(self.inputs, &superset::ENABLED).as_bool() != Some(true) {
            return None;
        }
        let wanted = self.architecture(&superset::INSTANCE_TYPE);
        let written = request::text(self.inputs, &ec2::IMAGE_ID);
        let suits = |id: &String| self.facts.images.get(id).is_some_and(|image| image.architecture == wanted);
        written.filter(suits).or_else(|| self.facts.newest_images.get(&wanted).map(|image| image.id.clone()))
    }

    /// A number that grows whenever a secret behind it changes: it stands in user data, so that nodes roll, and
    /// tells nothing of the secret.
    fn next_revision(&self, name: &str) -> String {
        let last = self.stored.get(name).and_then(|text| text.parse::<u64>().ok());
        last.map_or(1, |last| last.saturating_add(1)).to_string()
    }

    /// A digest of the inputs that may reach no resource. The value before is part of it: what was changed outside and is
    /// set back is a change too. The same run again gives the same value, so that it recognises its own operation.
    fn options_revision(&self, name: &str) -> String {
        let from = DERIVED.iter().find(|derived| derived.name == name).map_or(&[][..], |derived| derived.from);
        let fields = FIELDS.iter().filter(|field| from.contains(&field.path));
        let inputs: Vec<_> =
            fields.map(|field| (field.path, request::plain_json(&effective(self.inputs, field)))).collect();
        let before = self.stored.get(name).map(String::as_str).unwrap_or_default();
        let written = serde_json::json!([before, inputs]).to_string();
        token::digest(&[written.as_bytes()]).chars().take(REVISION_LENGTH).collect()
    }

    /// The parameter of a computed field, where the program leaves it to the plugin.
    fn fill_in(&self, field: &Field, all: &mut BTreeMap<String, String>, compute: impl Fn(&Facts) -> Option<String>) {
        let Some(parameter) = field.parameter else { return };
        if !self.inputs.at(&Path::from(field)).is_null() {
            return;
        }
        let stored = self.stored.get(parameter.name).cloned();
        if let Some(value) = stored.or_else(|| compute(self.facts)) {
            all.insert(parameter.name.to_owned(), value);
        }
    }

    /// The image that the program names for all nodes, else the newest one for the role's architecture, unless one of that
    /// architecture is kept already.
    fn fill_in_image(&self, field: &Field, instance_type: &Field, all: &mut BTreeMap<String, String>) {
        let Some(parameter) = field.parameter else { return };
        if !self.inputs.at(&Path::from(field)).is_null() {
            return;
        }
        let of_all =
            if field.path == ec2::WORKER_IMAGE_ID.path { request::text(self.inputs, &ec2::IMAGE_ID) } else { None };
        if let Some(id) = of_all {
            all.insert(parameter.name.to_owned(), id);
            return;
        }
        let wanted = self.architecture(instance_type);
        let other_architecture = self.plan.changes.iter().any(|change| {
            change.path == Path::from(instance_type)
                && change.before.as_text().is_some_and(|before| self.facts.architecture(before) != wanted)
        });
        let refreshed = self.stack_id.is_some() && self.changes(&[ec2::IMAGE_REFRESH.path, ec2::IMAGE_ID.path]);
        let kept = self.stored.get(parameter.name).filter(|_| !refreshed && !other_architecture);
        let newest = || self.facts.newest_images.get(&wanted).map(|image| image.id.clone());
        if let Some(id) = kept.cloned().or_else(newest) {
            all.insert(parameter.name.to_owned(), id);
        }
    }

    fn architecture(&self, instance_type: &Field) -> String {
        request::text(self.inputs, instance_type)
            .map_or_else(|| "x86_64".to_owned(), |name| self.facts.architecture(&name))
    }

    /// The metastore's node: small, of the coordinators' architecture, because they share an image.
    fn metastore_type(&self) -> &'static str {
        match self.architecture(&ec2::COORDINATOR_INSTANCE_TYPE).as_str() {
            "arm64" => "m6g.large",
            _ => "m5.large",
        }
    }
}
