//! Rolls of nodes: how many, in which batches, how long at most. Numbers come from the effective settings alone.

use starburst_schema::fields::{ec2, hive_metastore as hive, superset};
use starburst_schema::format::{BatchSize, parse_batch_size, parse_duration};
use starburst_schema::{Effect, Field, Role};

use super::api::{Change, Prior, Roll};
use super::defaults::effective;
use crate::time::Millis;
use crate::value::Value;

/// Order in which rolls are shown and carried out.
const ROLES: &[Role] = &[Role::Worker, Role::Coordinator, Role::Metastore, Role::Superset];

/// The rolls that changes bring about, workers first. A restart of the whole cluster takes the place of rolls of
/// coordinators and workers.
#[must_use]
pub fn of(prior: &Prior, inputs: &Value, changes: &[Change], restarts: bool) -> Vec<Roll> {
    let rolls = ROLES.iter().filter(|role| !(restarts && matches!(role, Role::Worker | Role::Coordinator)));
    rolls.filter_map(|role| roll(*role, prior, inputs, changes)).collect()
}

fn roll(role: Role, prior: &Prior, inputs: &Value, changes: &[Change]) -> Option<Roll> {
    let rolls = |change: &&Change| matches!(change.effect, Effect::Roll(roles) if roles.contains(&role));
    let because: Vec<_> = changes.iter().filter(rolls).map(|change| change.path.clone()).collect();
    let there = nodes(role, &prior.inputs);
    let then = nodes(role, inputs);
    if because.is_empty() || then == 0 || there == 0 {
        return None;
    }
    // A size that changes too is set first, with nodes that are up to date already: the others roll.
    let nodes = there.min(then);
    let (boot, drain) = (boot_timeout(inputs), drain_timeout(inputs));
    let batch_size = if role == Role::Worker { batch_size(inputs, then).min(nodes) } else { 1 };
    let batches = nodes.div_ceil(batch_size.max(1));
    let (floor, each) = match role {
        Role::Worker => (worker_floor(inputs, then).min(there), Millis(boot.0 + drain.0)),
        Role::Coordinator => (there.min(then - 1), Millis(boot.0 + drain.0)),
        Role::Metastore | Role::Superset => (0, boot),
    };
    let at_most = Millis(each.0.saturating_mul(u64::from(batches)));
    Some(Roll { role, nodes, batch_size, batches, floor, at_most, because })
}

/// How many nodes of a role there are. An unknown number counts as the least there can be.
#[must_use]
pub fn nodes(role: Role, inputs: &Value) -> u32 {
    let count =
        |field: &Field| effective(inputs, field).as_integer().and_then(|count| u32::try_from(count).ok()).unwrap_or(1);
    match role {
        Role::Worker => count(&ec2::WORKER_COUNT),
        Role::Coordinator => count(&ec2::HA_COORDINATOR_COUNT),
        Role::Metastore => match effective(inputs, &hive::TYPE).as_text() {
            Some("standalone" | "mysql" | "postgresql") => 1,
            _ => 0,
        },
        Role::Superset => u32::from(effective(inputs, &superset::ENABLED).as_bool() == Some(true)),
    }
}

/// How many workers are replaced at once: as written, else the larger of 1 and 10 %.
#[must_use]
pub fn batch_size(inputs: &Value, nodes: u32) -> u32 {
    let written = effective(inputs, &ec2::ROLLING_UPDATE_MAX_BATCH_SIZE);
    let size = match written.as_text().and_then(parse_batch_size) {
        Some(BatchSize::Nodes(size)) => size,
        Some(BatchSize::Percent(share)) => nodes.saturating_mul(share) / 100,
        None => nodes / 10,
    };
    size.clamp(1, nodes.max(1))
}

/// How many workers stay in service during a roll: as written, else all of them.
#[must_use]
pub fn worker_floor(inputs: &Value, nodes: u32) -> u32 {
    let written = effective(inputs, &ec2::ROLLING_UPDATE_MIN_IN_SERVICE).as_integer();
    written.and_then(|floor| u32::try_from(floor).ok()).map_or(nodes, |floor| floor.min(nodes))
}

/// How long a node may take to boot.
#[must_use]
pub fn boot_timeout(inputs: &Value) -> Millis {
    seconds(inputs, &ec2::ROLLING_UPDATE_BOOT_TIMEOUT)
}

/// How long a leaving node may take to finish.
#[must_use]
pub fn drain_timeout(inputs: &Value) -> Millis {
    seconds(inputs, &ec2::ROLLING_UPDATE_DRAIN_TIMEOUT)
}

fn seconds(inputs: &Value, field: &Field) -> Millis {
    Millis::from_seconds(effective(inputs, field).as_text().and_then(parse_duration).unwrap_or_default())
}
