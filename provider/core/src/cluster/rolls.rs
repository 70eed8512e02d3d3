//! Rolls of nodes: how many, in which batches, how long. The numbers of the preview and of the template's derived
//! parameters come from [`sizes`], and what CloudFormation makes of them from [`Course`].

use starburst_schema::fields::{ec2, hive_metastore as hive, superset};
use starburst_schema::format::{BatchSize, parse_batch_size, parse_duration};
use starburst_schema::{Effect, Field, Role};

use super::api::{Change, Plan, Prior, Roll};
use super::defaults::effective;
use super::rolling_update::{Course, Group};
use crate::path::Path;
use crate::time::Millis;
use crate::value::Value;

/// Order in which rolls are shown: the template lets workers and Superset wait for the coordinators.
const ROLES: &[Role] = &[Role::Coordinator, Role::Metastore, Role::Worker, Role::Superset];

/// How long a boot takes when nothing is slow. Source: measured creations of groups, 60 to 180 s to the first signal.
pub const USUAL_BOOT: Millis = Millis::from_seconds(180);
/// The least that a worker takes to leave: Presto waits its grace period of 2 minutes twice. Source: Trino, graceful
/// shutdown, `shutdown.grace-period`.
pub const SHORTEST_DRAIN: Millis = Millis::from_seconds(240);
/// How long EC2 takes to end an instance. Source: measured, 53 to 77 s without a hook.
const USUAL_TERMINATION: Millis = Millis::from_seconds(60);
/// The same when it is slow.
const SLOW_TERMINATION: Millis = Millis::from_seconds(120);
/// How long the node script lets Alluxio decommission a worker, after the drain.
pub const DECOMMISSION: Millis = Millis::from_seconds(300);

/// How a group is cut into batches: what the template's derived parameters say of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sizes {
    /// MaxSize.
    pub max: u32,
    /// MinInstancesInService.
    pub in_service: u32,
    /// MaxBatchSize.
    pub batch: u32,
}

/// Sizes of a role's group of so many nodes. In a restart all nodes go at once: mixed ones cannot work together.
#[must_use]
pub fn sizes(role: Role, inputs: &Value, nodes: u32, restarts: bool) -> Sizes {
    match role {
        Role::Worker => {
            let batch = batch_size(inputs, nodes);
            let max = nodes.saturating_add(batch);
            if restarts {
                Sizes { max, in_service: 0, batch: nodes }
            } else {
                Sizes { max, in_service: worker_floor(inputs, nodes), batch }
            }
        }
        Role::Coordinator if restarts => Sizes { max: nodes, in_service: 0, batch: nodes },
        Role::Coordinator => Sizes { max: nodes, in_service: nodes.saturating_sub(1), batch: 1 },
        Role::Metastore | Role::Superset => Sizes { max: 1, in_service: 0, batch: 1 },
    }
}

/// The rolls that changes bring about, in the order in which they are carried out. A restart of the whole cluster takes
/// the place of rolls of coordinators and workers.
#[must_use]
pub fn of(prior: &Prior, inputs: &Value, changes: &[Change], restarts: bool) -> Vec<Roll> {
    let rolls = ROLES.iter().filter(|role| !(restarts && matches!(role, Role::Worker | Role::Coordinator)));
    rolls.filter_map(|role| roll(*role, prior, inputs, changes)).collect()
}

fn roll(role: Role, prior: &Prior, inputs: &Value, changes: &[Change]) -> Option<Roll> {
    let rolls = |change: &&Change| matches!(change.effect, Effect::Roll(roles) if roles.contains(&role));
    let because: Vec<_> = changes.iter().filter(rolls).map(|change| change.path.clone()).collect();
    let (there, size) = (nodes(role, &prior.inputs), nodes(role, inputs));
    if because.is_empty() || size == 0 || there == 0 {
        return None;
    }
    let (course, grows) = course(role, inputs, there, size, false);
    let (likely, at_most) = duration(role, inputs, course, grows);
    Some(Roll {
        role,
        nodes: there.min(size),
        batch_size: course.batch,
        batches: course.rounds,
        floor: course.lowest.min(there),
        largest: course.largest,
        likely,
        at_most,
        because,
    })
}

/// The course of a roll, and whether nodes are added first. Source: a size change in the same update comes before the
/// roll, with launch data that is new already.
fn course(role: Role, inputs: &Value, there: u32, size: u32, restarts: bool) -> (Course, bool) {
    let Sizes { max, in_service, batch } = sizes(role, inputs, size, restarts);
    let group = Group { obsolete: there.min(size), desired: size, max, in_service, batch };
    (Course::of(group), size > there)
}

/// How long a course takes: when nodes boot and leave as usual and queries are short, and at most.
fn duration(role: Role, inputs: &Value, course: Course, grows: bool) -> (Millis, Millis) {
    let boots = u64::from(course.boots) + u64::from(grows);
    let rounds = u64::from(course.rounds);
    let limit = boot_timeout(inputs);
    let (leaves, left) = leaving(role, inputs);
    let usual = limit.0.min(USUAL_BOOT.0);
    (Millis(boots * usual + rounds * leaves.0), Millis(boots * limit.0 + rounds * left.0))
}

/// How long a batch takes to leave: with short queries, and at most.
fn leaving(role: Role, inputs: &Value) -> (Millis, Millis) {
    let drain = drain_timeout(inputs);
    let usual = drain.0.min(SHORTEST_DRAIN.0) + USUAL_TERMINATION.0;
    match role {
        Role::Worker => (Millis(usual), Millis(drain.0 + DECOMMISSION.0 + SLOW_TERMINATION.0)),
        Role::Coordinator => (Millis(usual), Millis(drain.0 + SLOW_TERMINATION.0)),
        Role::Metastore | Role::Superset => (USUAL_TERMINATION, SLOW_TERMINATION),
    }
}

/// How long an update takes by its settings: with short queries, and at most. Zero where no node comes or goes.
#[must_use]
pub fn estimate(prior: &Prior, inputs: &Value, plan: &Plan) -> (Millis, Millis) {
    if !plan.replace.is_empty() {
        return (Millis(0), Millis(0));
    }
    let mut parts: Vec<(Millis, Millis)> = plan.rolls.iter().map(|roll| (roll.likely, roll.at_most)).collect();
    if plan.restart.is_empty() {
        let rolled = plan.rolls.iter().any(|roll| roll.role == Role::Worker);
        let (there, size) = (nodes(Role::Worker, &prior.inputs), nodes(Role::Worker, inputs));
        // Whether nodes are added is part of a roll's numbers already.
        if size < there {
            parts.push(leaving(Role::Worker, inputs));
        } else if size > there && !rolled {
            let boot = boot_timeout(inputs);
            parts.push((Millis(boot.0.min(USUAL_BOOT.0)), boot));
        }
    } else {
        parts.extend([Role::Coordinator, Role::Worker].map(|role| of_restart(role, prior, inputs)));
    }
    let sum = |all: &mut dyn Iterator<Item = Millis>| Millis(all.map(|part| part.0).sum());
    (sum(&mut parts.iter().map(|part| part.0)), sum(&mut parts.iter().map(|part| part.1)))
}

/// How long one group of a restart takes.
fn of_restart(role: Role, prior: &Prior, inputs: &Value) -> (Millis, Millis) {
    let (course, grows) = course(role, inputs, nodes(role, &prior.inputs), nodes(role, inputs), true);
    duration(role, inputs, course, grows)
}

/// How long no query runs in a restart, at most: from the coordinators' leaving until all workers are there again.
#[must_use]
pub fn outage_of_restart(inputs: &Value) -> Millis {
    let (boot, (_, workers)) = (boot_timeout(inputs), leaving(Role::Worker, inputs));
    Millis(SLOW_TERMINATION.0 + boot.0 + workers.0 + boot.0)
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

/// The inputs with the size that the worker group has, where its size is the operators'.
#[must_use]
pub fn at_size(inputs: &Value, workers: u32) -> Value {
    let mut sized = inputs.clone();
    sized.put(&Path::from(&ec2::WORKER_COUNT), Value::integer(i64::from(workers)));
    sized
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
