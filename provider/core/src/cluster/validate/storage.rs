//! Rules of volumes and of the workers' cache.

use starburst_schema::codes::input::{
    IOPS_OUT_OF_BOUNDS, IOPS_REQUIRED, IOPS_UNUSED, MEMORY_DOES_NOT_FIT, NO_LOCAL_DISKS, NO_WORKER_VOLUME, VOLUME_SIZE,
    VOLUME_WITHOUT_SIZE,
};
use starburst_schema::fields::{alluxio, ec2};

use super::{Found, Rule, View};
use crate::cluster::instance_types::surely_diskless;
use crate::failure::Message;

/// The rules.
pub static RULES: &[Rule] = &[volume_without_size, volume_size, iops, medium, memory_share];

/// Largest share of memory, in percent, that a cache in memory can take and leave Presto room.
const LARGEST_MEMORY_SHARE: i64 = 60;

/// What a type of volume takes. Source: EBS, volume types (the vendor's page has the older limits of io1).
struct Limits {
    least_size: i64,
    iops: Option<(i64, i64)>,
    iops_for_each_gib: i64,
    iops_required: bool,
}

fn limits(kind: &str) -> Limits {
    match kind {
        "io1" => Limits { least_size: 10, iops: Some((100, 64_000)), iops_for_each_gib: 50, iops_required: true },
        "io2" => Limits { least_size: 4, iops: Some((100, 64_000)), iops_for_each_gib: 1_000, iops_required: true },
        "gp3" => Limits { least_size: 4, iops: Some((3_000, 64_000)), iops_for_each_gib: 500, iops_required: false },
        "st1" => Limits { least_size: 125, iops: None, iops_for_each_gib: 0, iops_required: false },
        _ => Limits { least_size: 4, iops: None, iops_for_each_gib: 0, iops_required: false },
    }
}

fn volume_without_size(view: &View<'_>, found: &mut Found) {
    if !view.absent(&ec2::WORKER_VOLUME_SIZE_GIB) {
        return;
    }
    for field in [&ec2::WORKER_VOLUME_TYPE, &ec2::WORKER_VOLUME_IOPS] {
        if view.known(field) {
            let message = Message::new("the volume exists only with a size");
            let instead = Message::new("write ").field(&ec2::WORKER_VOLUME_SIZE_GIB).text(", or remove this input");
            found.error(&VOLUME_WITHOUT_SIZE, field, message, instead);
        }
    }
}

fn volume_size(view: &View<'_>, found: &mut Found) {
    let (Some(size), Some(kind)) = (view.integer(&ec2::WORKER_VOLUME_SIZE_GIB), view.text(&ec2::WORKER_VOLUME_TYPE))
    else {
        return;
    };
    let least = limits(&kind).least_size;
    if size < least {
        let message = Message::new(format!("a volume of type {kind} has at least {least} GiB, and {size} are given"));
        let instead =
            Message::new(format!("write {least} or more, or another type in ")).field(&ec2::WORKER_VOLUME_TYPE);
        found.error(&VOLUME_SIZE, &ec2::WORKER_VOLUME_SIZE_GIB, message, instead);
    }
}

fn iops(view: &View<'_>, found: &mut Found) {
    let field = &ec2::WORKER_VOLUME_IOPS;
    let Some(kind) = view.text(&ec2::WORKER_VOLUME_TYPE) else { return };
    let limits = limits(&kind);
    let size = view.integer(&ec2::WORKER_VOLUME_SIZE_GIB);
    if limits.iops_required && size.is_some() && view.absent(field) {
        let message = Message::new(format!("volumes of type {kind} are made with a number of operations per second"));
        found.error(&IOPS_REQUIRED, field, message, Message::new("write a number, or use type gp3"));
    }
    let Some(given) = view.integer(field) else { return };
    let Some((least, most)) = limits.iops else {
        if size.is_some() {
            let message = Message::new(format!("the performance of type {kind} follows from its size"));
            let instead = Message::new("remove the number, or use gp3, io1 or io2");
            found.warn(&IOPS_UNUSED, field, message, instead);
        }
        return;
    };
    let Some(size) = size else { return };
    let most = most.min((size * limits.iops_for_each_gib).max(least));
    if !(least..=most).contains(&given) {
        let message = Message::new(format!(
            "{size} GiB of type {kind} take {least} to {most} operations per second, and {given} are given"
        ));
        let instead =
            Message::new("write a number within these bounds, or a larger ").field(&ec2::WORKER_VOLUME_SIZE_GIB);
        found.error(&IOPS_OUT_OF_BOUNDS, field, message, instead);
    }
}

fn medium(view: &View<'_>, found: &mut Found) {
    let field = &alluxio::WORKER_STORAGE_MEDIUM;
    match view.text(field).as_deref() {
        Some("volume") if view.absent(&ec2::WORKER_VOLUME_SIZE_GIB) => {
            let message = Message::new("the cache shall be on the extra volume, and there is none");
            let instead = Message::new("write ").field(&ec2::WORKER_VOLUME_SIZE_GIB).text(", or another medium");
            found.error(&NO_WORKER_VOLUME, field, message, instead);
        }
        Some("instanceStore") => {
            let kind = view.text(&ec2::WORKER_INSTANCE_TYPE).filter(|kind| surely_diskless(kind));
            if let Some(kind) = kind {
                let message = Message::new(format!("the cache shall be on local disks, and {kind} has none"));
                let instead = Message::new("write a type with local disks such as `r5d.4xlarge` in ")
                    .field(&ec2::WORKER_INSTANCE_TYPE)
                    .text(", or another medium");
                found.error(&NO_LOCAL_DISKS, field, message, instead);
            }
        }
        _ => {}
    }
}

/// Cache, heap, Alluxio and the system share the memory; whether they fit a type is known once AWS told its memory.
fn memory_share(view: &View<'_>, found: &mut Found) {
    if view.text(&alluxio::WORKER_STORAGE_MEDIUM).as_deref() != Some("memory") {
        return;
    }
    let field = &alluxio::WORKER_STORAGE_PERCENT;
    if let Some(share) = view.integer(field).filter(|share| *share > LARGEST_MEMORY_SHARE) {
        let message = Message::new(format!("{share} % of memory for the cache leave Presto too little"));
        let instead = Message::new(format!("write at most {LARGEST_MEMORY_SHARE}, or keep the cache on disks"));
        found.error(&MEMORY_DOES_NOT_FIT, field, message, instead);
    }
}
