//! Guard rails of rolls.

use starburst_schema::codes::input::{
    BATCH_OF_ALL, BOOT_TIMEOUT, DRAIN_TIMEOUT, SHORT_BOOT, SHORT_DRAIN, TOO_MANY_IN_SERVICE,
};
use starburst_schema::fields::ec2;
use starburst_schema::format::{BatchSize, parse_batch_size};

use super::{Found, Rule, View};
use crate::cluster::rolls::{DECOMMISSION, SHORTEST_DRAIN, USUAL_BOOT};
use crate::failure::Message;
use crate::template;
use crate::time::Millis;

/// The rules.
pub static RULES: &[Rule] = &[in_service, batch, boot, drain];

/// Seconds that CloudFormation waits for a node, at most. Source: update policy, PauseTime.
const LONGEST_BOOT: u64 = 60 * 60;
/// Seconds that an instance can stay in a lifecycle hook, at most: 48 hours or 100 heartbeat timeouts, whichever is less.
/// Source: EC2 Auto Scaling, lifecycle hooks.
const LONGEST_IN_HOOK: u64 = {
    let beats = 100 * template::DRAIN_HEARTBEAT;
    if beats < 48 * 60 * 60 { beats } else { 48 * 60 * 60 }
};
/// Seconds of the hook that are left for Presto when Alluxio has had its own.
const LONGEST_DRAIN: u64 = LONGEST_IN_HOOK - DECOMMISSION.seconds();
/// Seconds below which neither booting nor draining can end.
const SHORTEST: u64 = 60;

fn in_service(view: &View<'_>, found: &mut Found) {
    let field = &ec2::ROLLING_UPDATE_MIN_IN_SERVICE;
    let (Some(least), Some(workers)) = (view.integer(field), view.integer(&ec2::WORKER_COUNT)) else { return };
    if least > workers {
        let message = Message::new(format!("{least} workers cannot stay in service where ")).field(&ec2::WORKER_COUNT);
        let instead = Message::new(format!("write at most {workers}"));
        found.error(&TOO_MANY_IN_SERVICE, field, message.text(format!(" is {workers}")), instead);
    }
}

fn batch(view: &View<'_>, found: &mut Found) {
    let field = &ec2::ROLLING_UPDATE_MAX_BATCH_SIZE;
    let (Some(text), Some(workers)) = (view.text(field), view.integer(&ec2::WORKER_COUNT)) else { return };
    let all = match parse_batch_size(&text) {
        Some(BatchSize::Nodes(nodes)) => i64::from(nodes) >= workers,
        Some(BatchSize::Percent(share)) => share == 100,
        None => false,
    };
    if all && workers > 1 {
        let message = Message::new(format!("one batch replaces all {workers} workers, and their caches with them"));
        found.warn(&BATCH_OF_ALL, field, message, Message::new("write a smaller batch"));
    }
}

fn boot(view: &View<'_>, found: &mut Found) {
    let field = &ec2::ROLLING_UPDATE_BOOT_TIMEOUT;
    if let Some(given) = view.seconds(field).filter(|seconds| !(SHORTEST..=LONGEST_BOOT).contains(seconds)) {
        let message = bounds(SHORTEST, LONGEST_BOOT, given);
        found.error(&BOOT_TIMEOUT, field, message, Message::new("write a time from `1m` to `60m`"));
    } else if view.seconds(field).is_some_and(|seconds| seconds < USUAL_BOOT.seconds()) {
        let message = Message::new("a node takes about ").span(USUAL_BOOT).text(" to boot when nothing is slow");
        found.warn(&SHORT_BOOT, field, message, Message::new("write `3m` or more; `15m` leaves room"));
    }
}

fn drain(view: &View<'_>, found: &mut Found) {
    let field = &ec2::ROLLING_UPDATE_DRAIN_TIMEOUT;
    if let Some(given) = view.seconds(field).filter(|seconds| !(SHORTEST..=LONGEST_DRAIN).contains(seconds)) {
        let message = bounds(SHORTEST, LONGEST_DRAIN, given);
        let instead = format!("write a time from `1m` to `{}m`", LONGEST_DRAIN / 60);
        found.error(&DRAIN_TIMEOUT, field, message, Message::new(instead));
    } else if view.seconds(field).is_some_and(|seconds| seconds < SHORTEST_DRAIN.seconds()) {
        let message =
            Message::new("Presto takes ").span(SHORTEST_DRAIN).text(" to end in order even when it runs no query");
        found.warn(&SHORT_DRAIN, field, message, Message::new("write `4m` or more"));
    }
}

fn bounds(least: u64, most: u64, given: u64) -> Message {
    Message::new("the time must be between ")
        .span(Millis::from_seconds(least))
        .text(" and ")
        .span(Millis::from_seconds(most))
        .text(", and is ")
        .span(Millis::from_seconds(given))
}
