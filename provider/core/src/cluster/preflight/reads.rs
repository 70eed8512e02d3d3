//! The reads themselves, independent ones at the same time. A read that the caller may not make becomes a warning;
//! credentials and transport are failures. Knows no rule.

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;

use futures_util::future::{join, join_all, join4, join5};
use starburst_schema::Field;
use starburst_schema::codes::input::NOT_CHECKED;
use starburst_schema::fields::{alluxio, ec2, network, s3, stack, superset};
use starburst_schema::format::s3_parts;

use super::facts::Facts;
use super::scope::Scope;
use crate::cluster::defaults::effective;
use crate::cluster::instance_types::{nearest_offered, parse};
use crate::cluster::request::{text, texts};
use crate::failure::{Failure, Message, Violation};
use crate::path::Path;
use crate::ports::{CallErrorKind, Called, Ports, SecurityGroup, Stack};
use crate::stack::call_failure::from_call;
use crate::value::Value;

/// What rules need beside the facts that last.
#[derive(Debug, Default)]
pub struct Readings {
    /// What lasts.
    pub facts: Facts,
    /// Security groups that exist, when they were read.
    pub groups: Option<Vec<SecurityGroup>>,
    /// Whether the key pair exists, when it was read.
    pub key_exists: Option<bool>,
    /// Instance types that the subnet's zone offers, of those in use, when it was read.
    pub offered: Option<BTreeSet<String>>,
    /// Whether AWS answered which instance types it knows.
    pub types_read: bool,
    /// The nearest type that the zone offers, by the name of one that it does not.
    pub nearest: BTreeMap<String, String>,
    /// Ids of images that AWS was asked for.
    pub images_read: BTreeSet<String>,
    /// Root mount and asset bucket: the bucket, and its region or that it is not there.
    pub buckets: Vec<(&'static Field, String, Bucket)>,
    /// The stack that has the name, when it was read.
    pub namesake: Option<Stack>,
}

/// What was found of a bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Bucket {
    /// It is there, in this region when AWS tells.
    There(Option<String>),
    /// It is not there.
    Absent,
}

/// Settles what a read answered: `None` where it was not made, is not allowed, or found nothing.
fn settled<T>(called: Option<Called<T>>, field: &Field, warnings: &mut Vec<Violation>) -> Result<Option<T>, Failure> {
    match called {
        None => Ok(None),
        Some(Ok(answer)) => Ok(Some(answer)),
        Some(Err(error)) => match error.kind {
            CallErrorKind::Credentials
            | CallErrorKind::Transport
            | CallErrorKind::Server
            | CallErrorKind::Throttled => Err(from_call(&error)),
            CallErrorKind::NotFound => Ok(None),
            _ => {
                let message = Message::new(format!(
                    "this was not checked, because AWS refused {} ({})",
                    error.action, error.code
                ));
                let instead =
                    Message::new(format!("allow {} to learn of mistakes before anything is made", error.action));
                warnings.push(Violation::warning(&NOT_CHECKED, Path::from(field), message, instead));
                Ok(None)
            }
        },
    }
}

/// Makes a call, or none.
async fn when<T>(wanted: bool, call: impl Future<Output = Called<T>>) -> Option<Called<T>> {
    if wanted { Some(call.await) } else { None }
}

/// The instance types in use, with the fields that name them.
pub fn types_in_use(inputs: &Value) -> Vec<(&'static Field, String)> {
    let mut fields: Vec<&'static Field> = vec![&ec2::WORKER_INSTANCE_TYPE, &ec2::COORDINATOR_INSTANCE_TYPE];
    if effective(inputs, &superset::ENABLED).as_bool() == Some(true) {
        fields.push(&superset::INSTANCE_TYPE);
    }
    fields.into_iter().filter_map(|field| Some((field, text(inputs, field)?))).collect()
}

/// Makes the reads of a scope.
///
/// # Errors
/// Credentials, transport and throttling.
pub async fn read(ports: Ports<'_>, inputs: &Value, scope: Scope) -> Result<Readings, Failure> {
    let mut readings = Readings::default();
    join_network(ports, inputs, scope, &mut readings).await?;
    nodes(ports, inputs, scope, &mut readings).await?;
    images(ports, inputs, scope, &mut readings).await?;
    nearest(ports, inputs, &mut readings).await?;
    Ok(readings)
}

async fn join_network(ports: Ports<'_>, inputs: &Value, scope: Scope, readings: &mut Readings) -> Result<(), Failure> {
    let compute = ports.compute;
    let subnet_id = text(inputs, &network::SUBNET_ID).unwrap_or_default();
    let vpc_id = text(inputs, &network::VPC_ID).unwrap_or_default();
    let group_ids = texts(inputs, &network::SECURITY_GROUP_IDS);
    let key = text(inputs, &ec2::KEY_NAME).unwrap_or_default();
    let name = text(inputs, &stack::NAME).unwrap_or_default();
    let vpc_wanted = scope.network && !vpc_id.is_empty();
    let net = join4(
        when((scope.subnet || scope.network) && !subnet_id.is_empty(), compute.subnet(&subnet_id)),
        when(vpc_wanted, compute.vpc(&vpc_id)),
        when(vpc_wanted, compute.route_tables(&vpc_id)),
        when(vpc_wanted, compute.vpc_endpoints(&vpc_id)),
    );
    let rest = join5(
        when(scope.groups && !group_ids.is_empty(), compute.security_groups(&group_ids)),
        when(scope.key && !key.is_empty(), compute.key_pair_exists(&key)),
        when(scope.name && !name.is_empty(), ports.cloud_formation.describe_stack(&name)),
        bucket(ports, scope.mount && effective(inputs, &s3::ENDPOINT).is_null(), &alluxio::S3_ROOT_MOUNT, inputs),
        bucket(ports, scope.assets, &stack::ASSET_BUCKET, inputs),
    );
    let ((subnet, vpc, tables, endpoints), (groups, key_exists, namesake, mount, assets)) = join(net, rest).await;
    let facts = &mut readings.facts;
    let warnings = &mut facts.warnings;
    facts.subnet = settled(subnet, &network::SUBNET_ID, warnings)?.flatten();
    facts.vpc = settled(vpc, &network::VPC_ID, warnings)?.flatten();
    facts.route_tables = settled(tables, &network::VPC_ID, warnings)?;
    facts.endpoints = settled(endpoints, &network::VPC_ENDPOINTS, warnings)?;
    readings.groups = settled(groups, &network::SECURITY_GROUP_IDS, warnings)?;
    readings.key_exists = settled(key_exists, &ec2::KEY_NAME, warnings)?;
    readings.namesake = settled(namesake, &stack::NAME, warnings)?.flatten();
    for (field, name, called) in [mount, assets].into_iter().flatten() {
        let found = match called {
            Err(error) if error.kind == CallErrorKind::NotFound => Some(Bucket::Absent),
            other => settled(Some(other), field, warnings)?.map(Bucket::There),
        };
        readings.buckets.extend(found.map(|found| (field, name, found)));
    }
    Ok(())
}

/// A field that names a bucket, the bucket, and what AWS said of it.
type BucketCall = (&'static Field, String, Called<Option<String>>);

async fn bucket(ports: Ports<'_>, wanted: bool, field: &'static Field, inputs: &Value) -> Option<BucketCall> {
    let named = text(inputs, field).filter(|_| wanted)?;
    let name = s3_parts(&named).map_or(named.clone(), |(bucket, _)| bucket.to_owned());
    let called = ports.objects.bucket(&name).await;
    Some((field, name, called))
}

async fn nodes(ports: Ports<'_>, inputs: &Value, scope: Scope, readings: &mut Readings) -> Result<(), Failure> {
    let in_use = types_in_use(inputs);
    let names: Vec<String> = in_use.iter().map(|(_, name)| name.clone()).collect::<BTreeSet<_>>().into_iter().collect();
    let zone = readings.facts.subnet.as_ref().map(|subnet| subnet.zone.clone()).unwrap_or_default();
    let (types, offered) = join(
        when(scope.types && !names.is_empty(), ports.compute.instance_types(&names)),
        join_all(names.iter().map(|name| {
            when(scope.types && !zone.is_empty(), ports.compute.offered_types(&zone, Some(name.as_str())))
        })),
    )
    .await;
    let warnings = &mut readings.facts.warnings;
    if let Some(types) = settled(types, &ec2::WORKER_INSTANCE_TYPE, warnings)? {
        readings.types_read = true;
        readings.facts.instance_types = types.into_iter().map(|known| (known.name.clone(), known)).collect();
    }
    let mut all = Some(BTreeSet::new());
    for called in offered {
        match (settled(called, &ec2::WORKER_INSTANCE_TYPE, warnings)?, &mut all) {
            (Some(names), Some(all)) => all.extend(names),
            _ => all = None,
        }
    }
    readings.offered = all.filter(|_| scope.types && !zone.is_empty());
    Ok(())
}

/// For types that the zone does not offer: what it offers of the family, or of the size in related families.
async fn nearest(ports: Ports<'_>, inputs: &Value, readings: &mut Readings) -> Result<(), Failure> {
    let Some(zone) = readings.facts.subnet.as_ref().map(|subnet| subnet.zone.clone()) else { return Ok(()) };
    let Some(offered) = readings.offered.clone() else { return Ok(()) };
    for (field, name) in types_in_use(inputs) {
        let Some(parts) = parse(&name).filter(|_| !offered.contains(&name)) else { continue };
        let (family, size) = (format!("{}.*", parts.family), format!("{}*.{}", parts.letters, parts.size));
        let (family, size) =
            join(ports.compute.offered_types(&zone, Some(&family)), ports.compute.offered_types(&zone, Some(&size)))
                .await;
        let warnings = &mut readings.facts.warnings;
        let mut candidates = settled(Some(family), field, warnings)?.unwrap_or_default();
        candidates.extend(settled(Some(size), field, warnings)?.unwrap_or_default());
        if let Some(near) = nearest_offered(&name, &candidates) {
            readings.nearest.insert(name.clone(), near.to_owned());
        }
    }
    Ok(())
}

/// Images that are written are looked up; for roles without one the newest of their architecture is.
async fn images(ports: Ports<'_>, inputs: &Value, scope: Scope, readings: &mut Readings) -> Result<(), Failure> {
    if !scope.images {
        return Ok(());
    }
    let written: Vec<(&'static Field, String)> = [&ec2::IMAGE_ID, &ec2::WORKER_IMAGE_ID]
        .into_iter()
        .filter_map(|field| Some((field, text(inputs, field)?)))
        .collect();
    let architectures = architectures_to_resolve(inputs, &readings.facts);
    let (found, newest) = join(
        join_all(written.iter().map(|(_, id)| ports.compute.image(id))),
        join_all(architectures.iter().map(|architecture| ports.compute.newest_image(architecture))),
    )
    .await;
    let warnings = &mut readings.facts.warnings;
    let mut images = BTreeMap::new();
    for ((field, id), called) in written.iter().zip(found) {
        let absent = matches!(&called, Err(error) if error.kind == CallErrorKind::NotFound);
        match settled(Some(called), field, warnings)? {
            Some(image) => {
                readings.images_read.insert(id.clone());
                images.extend(image.map(|image| (id.clone(), image)));
            }
            None if absent => {
                readings.images_read.insert(id.clone());
            }
            None => {}
        }
    }
    for (architecture, called) in architectures.iter().zip(newest) {
        let image = settled(Some(called), &ec2::IMAGE_ID, warnings)?.flatten();
        if let Some(image) = image {
            images.insert(image.id.clone(), image.clone());
            readings.facts.newest_images.insert(architecture.clone(), image);
        }
    }
    readings.facts.images = images;
    Ok(())
}

/// Architectures of the roles whose image is not written. Superset shares the image of the others where it can.
fn architectures_to_resolve(inputs: &Value, facts: &Facts) -> BTreeSet<String> {
    let written = |field| !effective(inputs, field).is_null();
    let mut architectures = BTreeSet::new();
    for (field, name) in types_in_use(inputs) {
        let own = match field.path {
            path if path == superset::INSTANCE_TYPE.path => false,
            path if path == ec2::WORKER_INSTANCE_TYPE.path => written(&ec2::WORKER_IMAGE_ID) || written(&ec2::IMAGE_ID),
            _ => written(&ec2::IMAGE_ID),
        };
        if !own {
            architectures.insert(facts.architecture(&name));
        }
    }
    architectures
}
