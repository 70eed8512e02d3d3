//! Rules of instance types and images.

use starburst_schema::Field;
use starburst_schema::codes::input::{
    IMAGE_ABSENT, IMAGE_ARCHITECTURE, MEMORY_DOES_NOT_FIT, NO_LOCAL_DISKS, TYPE_NOT_OFFERED,
};
use starburst_schema::fields::{alluxio, ec2};

use super::Case;
use super::reads::types_in_use;
use crate::cluster::defaults::effective;
use crate::cluster::request::text;
use crate::cluster::validate::Found;
use crate::failure::Message;

/// MiB that the operating system, the Alluxio worker and the least useful Presto heap take beside the cache.
const BESIDE_CACHE: u64 = (1 + 1 + 2) * 1024;
/// MiB that a coordinator takes: the system, an Alluxio master, a Presto heap. Source of the master's 4 GiB: Alluxio,
/// requirements; small sets of files do with less, so that 2 GiB count here.
const COORDINATOR: u64 = (1 + 2 + 2) * 1024;
/// Share of memory, in percent, that a cache in memory takes by default. Source: Alluxio on EMR, one third.
const DEFAULT_SHARE: u64 = 33;

/// All rules of this file.
pub fn rules(case: &Case<'_>, found: &mut Found) {
    offered(case, found);
    memory(case, found);
    disks(case, found);
    images(case, found);
}

fn offered(case: &Case<'_>, found: &mut Found) {
    for (field, name) in types_in_use(case.inputs) {
        let known = case.read.facts.instance_types.contains_key(&name);
        let zone = case.read.facts.subnet.as_ref().map(|subnet| subnet.zone.clone()).unwrap_or_default();
        let near = case.read.nearest.get(&name);
        let instead = near.map_or_else(
            || Message::new("write another type, or use a subnet of another zone"),
            |near| {
                Message::new(format!(
                    "write `{near}`, which is the nearest type there, or use a subnet of another zone"
                ))
            },
        );
        if case.read.types_read && !known {
            let message = Message::new(format!("{} has no instance type `{name}`", case.region));
            found.error(&TYPE_NOT_OFFERED, field, message, instead);
        } else if case.read.offered.as_ref().is_some_and(|offered| !offered.contains(&name)) {
            let message =
                Message::new(format!("instance type `{name}` is not offered in {zone}, the zone of the subnet"));
            found.error(&TYPE_NOT_OFFERED, field, message, instead);
        }
    }
}

fn memory(case: &Case<'_>, found: &mut Found) {
    let types = &case.read.facts.instance_types;
    let worker = text(case.inputs, &ec2::WORKER_INSTANCE_TYPE).and_then(|name| types.get(&name));
    if let Some(worker) = worker {
        let share = match text(case.inputs, &alluxio::WORKER_STORAGE_MEDIUM).as_deref() {
            Some("memory") => effective(case.inputs, &alluxio::WORKER_STORAGE_PERCENT)
                .as_integer()
                .and_then(|share| u64::try_from(share).ok())
                .unwrap_or(DEFAULT_SHARE),
            _ => 0,
        };
        let cache = worker.memory_mib * share / 100;
        if cache + BESIDE_CACHE > worker.memory_mib {
            let message = Message::new(format!(
                "{} has {} MiB; a cache of {cache} MiB and {BESIDE_CACHE} MiB for Presto, Alluxio and the system do not fit",
                worker.name, worker.memory_mib
            ));
            let instead =
                Message::new("write a larger type, or a smaller share in ").field(&alluxio::WORKER_STORAGE_PERCENT);
            found.error(&MEMORY_DOES_NOT_FIT, &ec2::WORKER_INSTANCE_TYPE, message, instead);
        }
    }
    let coordinator = text(case.inputs, &ec2::COORDINATOR_INSTANCE_TYPE).and_then(|name| types.get(&name));
    if let Some(small) = coordinator.filter(|kind| kind.memory_mib < COORDINATOR) {
        let message = Message::new(format!(
            "{} has {} MiB; a coordinator with an Alluxio master needs {COORDINATOR} MiB",
            small.name, small.memory_mib
        ));
        found.error(
            &MEMORY_DOES_NOT_FIT,
            &ec2::COORDINATOR_INSTANCE_TYPE,
            message,
            Message::new("write a larger type"),
        );
    }
}

fn disks(case: &Case<'_>, found: &mut Found) {
    if text(case.inputs, &alluxio::WORKER_STORAGE_MEDIUM).as_deref() != Some("instanceStore") {
        return;
    }
    let types = &case.read.facts.instance_types;
    let worker = text(case.inputs, &ec2::WORKER_INSTANCE_TYPE).and_then(|name| types.get(&name));
    if let Some(worker) = worker.filter(|worker| worker.instance_store_gb == 0) {
        let message = Message::new(format!("the cache shall be on local disks, and {} has none", worker.name));
        let instead = Message::new("write a type with local disks in ")
            .field(&ec2::WORKER_INSTANCE_TYPE)
            .text(", or another medium");
        found.error(&NO_LOCAL_DISKS, &alluxio::WORKER_STORAGE_MEDIUM, message, instead);
    }
}

fn images(case: &Case<'_>, found: &mut Found) {
    let own = !effective(case.inputs, &ec2::WORKER_IMAGE_ID).is_null();
    for (field, id) in
        [&ec2::IMAGE_ID, &ec2::WORKER_IMAGE_ID].iter().filter_map(|field| Some((*field, text(case.inputs, field)?)))
    {
        if !case.read.images_read.contains(&id) {
            continue;
        }
        let Some(image) = case.read.facts.images.get(&id) else {
            let message =
                Message::new(format!("image {id} does not exist in {}, or the account may not use it", case.region));
            let instead = Message::new("write an image of this region, or none for the newest Amazon Linux 2023");
            found.error(&IMAGE_ABSENT, field, message, instead);
            continue;
        };
        for role in roles_of(field, own) {
            let Some(name) = text(case.inputs, role) else { continue };
            let wanted = case.read.facts.architecture(&name);
            if !image.architecture.is_empty() && image.architecture != wanted {
                let message = Message::new(format!("{id} is for {}, and {name} is {wanted}", image.architecture));
                let instead = Message::new("write an image of the same architecture, or another type in ").field(role);
                found.error(&IMAGE_ARCHITECTURE, field, message, instead);
            }
        }
    }
}

/// The fields of the types that run an image.
fn roles_of(field: &Field, workers_have_own: bool) -> Vec<&'static Field> {
    if field.path == ec2::WORKER_IMAGE_ID.path {
        vec![&ec2::WORKER_INSTANCE_TYPE]
    } else if workers_have_own {
        vec![&ec2::COORDINATOR_INSTANCE_TYPE]
    } else {
        vec![&ec2::WORKER_INSTANCE_TYPE, &ec2::COORDINATOR_INSTANCE_TYPE]
    }
}
