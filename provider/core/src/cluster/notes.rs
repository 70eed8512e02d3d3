//! What users should read before they agree to a plan, one line each. Knows how to word a plan, and decides nothing.

use starburst_schema::fields::{alluxio, ec2, hive_metastore as hive, network, presto, stack, superset};
use starburst_schema::{Effect, Field, Role};

use super::api::{Plan, Prior, Roll};
use super::defaults::effective;
use super::own_template::{is_given, is_swapped};
use super::request;
use super::rolls;
use crate::failure::Message;
use crate::path::Path;
use crate::value::Value;

/// What a creation makes.
#[must_use]
pub fn of_creation(inputs: &Value) -> Vec<Message> {
    let mut notes = Vec::new();
    if let Some(nodes) = node_count(inputs) {
        notes.push(
            Message::default().quantity(u64::from(nodes), "nodes").text(format!(", {} node-hours a day", nodes * 24)),
        );
    }
    if is_given(inputs) {
        return Vec::new();
    }
    let capabilities = request::capabilities();
    if !capabilities.is_empty() {
        notes.push(Message::new(format!(
            "the template holds a role for the nodes: {} is acknowledged",
            capabilities.join(", ")
        )));
    }
    notes
}

/// What a change brings about.
#[must_use]
pub fn of_change(prior: &Prior, inputs: &Value, plan: &Plan) -> Vec<Message> {
    let mut notes = Vec::new();
    if !plan.replace.is_empty() {
        notes.extend(replacement(prior, plan));
        return notes;
    }
    if !plan.restart.is_empty() {
        notes.extend(restart(inputs, plan));
    }
    if is_swapped(&prior.inputs, inputs) {
        notes.extend(swap(inputs));
    }
    if is_given(inputs) || is_given(&prior.inputs) {
        return notes;
    }
    notes.extend(workers(prior, inputs, plan));
    notes.extend(plan.rolls.iter().map(|roll| of_roll(inputs, roll)));
    notes.extend(order(plan));
    if has(plan, &ec2::HA_COORDINATOR_COUNT) {
        notes.push(Message::new(
            "the Alluxio masters' quorum changes: members join and leave one at a time, and a majority has to be up throughout",
        ));
    }
    if has(plan, &stack::ROLE_ARN) && effective(inputs, &stack::ROLE_ARN).is_null() {
        let why = " is taken away, and the stack goes on using it: CloudFormation takes another role, but never none";
        notes.push(Message::of(&stack::ROLE_ARN).text(why));
    }
    notes.extend(losses(prior, inputs, plan));
    notes.extend(node_hours(prior, inputs));
    notes
}

/// In place, and yet all is new.
fn swap(inputs: &Value) -> Vec<Message> {
    let (new, old) =
        if is_given(inputs) { ("your template", "the bundled one") } else { ("the bundled template", "yours") };
    vec![
        Message::new(format!(
            "{new} takes the place of {old}: CloudFormation makes every resource of the one beside those of the other, and \
             removes these when all is there"
        )),
        Message::new(
            "queries on the old nodes end then, the cache and the journal of Alluxio and addresses are new; data in S3 stays",
        ),
    ]
}

fn replacement(prior: &Prior, plan: &Plan) -> Vec<Message> {
    let mut why = Message::new("a new stack takes the place of the old one, which goes first, because of ");
    why = listed(why, &plan.replace);
    let mut lost = vec!["the cache and the journal of Alluxio (mounts, pins, times to live)", "all running queries"];
    if rolls::nodes(Role::Metastore, &prior.inputs) == 1 && is_standalone(&prior.inputs) {
        lost.push("the metadata of the standalone metastore (a snapshot of its volume stays)");
    }
    if rolls::nodes(Role::Superset, &prior.inputs) == 1 {
        lost.push("Superset's dashboards and users (a snapshot of their volume stays)");
    }
    let mut notes = vec![why, Message::new(format!("lost with the old stack: {}", lost.join("; ")))];
    notes.push(Message::new("addresses and URLs of the cluster change; data in S3 stays"));
    notes
}

fn restart(inputs: &Value, plan: &Plan) -> Vec<Message> {
    let why = listed(Message::new("the whole cluster stops and starts because of "), &plan.restart);
    let outage = why
        .text(": running queries have up to ")
        .span(rolls::drain_timeout(inputs))
        .text(" to finish and are ended then; coordinators go first and workers after them, and no query runs for at most ")
        .span(rolls::outage_of_restart(inputs));
    let way_round = Message::new("a second cluster with the new values, made before this one goes, avoids the outage");
    vec![outage, way_round]
}

fn workers(prior: &Prior, inputs: &Value, plan: &Plan) -> Option<Message> {
    if !has(plan, &ec2::WORKER_COUNT) {
        return None;
    }
    if is_external(inputs) {
        return Some(
            Message::of(&ec2::WORKER_COUNT)
                .text(" has no effect on a cluster that exists while ")
                .field(&ec2::WORKER_SCALING)
                .text(" is `external`: the size of the group is kept"),
        );
    }
    let before = effective(&prior.inputs, &ec2::WORKER_COUNT).as_integer()?;
    let after = effective(inputs, &ec2::WORKER_COUNT).as_integer()?;
    let counts = format!("workers: from {before} to {after}");
    Some(if after < before {
        Message::new(format!("{counts}; the {} that leave finish their queries first, for at most ", before - after))
            .span(rolls::drain_timeout(inputs))
    } else {
        Message::new(counts)
    })
}

/// Whether the size of the worker group is the operators'.
#[must_use]
pub fn is_external(inputs: &Value) -> bool {
    effective(inputs, &ec2::WORKER_SCALING).as_text() == Some("external")
}

/// One line for a roll: batches, floor, how long, and what users of the cluster notice.
fn of_roll(inputs: &Value, roll: &Roll) -> Message {
    let likely = format!("about {} with short queries, at most ", roll.likely);
    let message = match roll.role {
        Role::Worker => Message::new(format!(
            "workers roll: {} in {} of {}, at least {} of {} stay in service, {likely}",
            counted(roll.nodes, "node", "nodes"),
            counted(roll.batches, "batch", "batches"),
            roll.batch_size,
            roll.floor,
            roll.largest
        ))
        .span(roll.at_most),
        Role::Coordinator if roll.nodes == 1 && roll.largest == 1 => {
            Message::new("the coordinator is replaced: new queries are refused, running ones have up to ")
                .span(rolls::drain_timeout(inputs))
                .text(" and are ended then, and an outage of one boot follows, at most ")
                .span(rolls::boot_timeout(inputs))
                .text(format!("; {likely}"))
                .span(roll.at_most)
        }
        Role::Coordinator => Message::new(format!(
            "coordinators roll: {} one by one, at least {} of {} stay in service, running queries end with each switch of \
             the active one, {likely}",
            counted(roll.nodes, "node", "nodes"),
            roll.floor,
            roll.largest
        ))
        .span(roll.at_most),
        Role::Metastore => Message::new("the metastore is replaced: tables cannot be resolved for one boot, at most ")
            .span(rolls::boot_timeout(inputs)),
        Role::Superset => {
            Message::new("Superset is replaced: it is away for one boot, at most ").span(rolls::boot_timeout(inputs))
        }
    };
    listed(message.text(" (because of "), &roll.because).text(")")
}

/// In which order rolls come that wait for each other: the template makes workers wait for the coordinators.
fn order(plan: &Plan) -> Option<Message> {
    let rolls = |role| plan.rolls.iter().any(|roll| roll.role == role);
    let waits = rolls(Role::Coordinator) && rolls(Role::Worker);
    waits.then(|| Message::new("coordinators roll first, and workers when all coordinators are ready"))
}

/// What a change in place or a restart loses.
fn losses(prior: &Prior, inputs: &Value, plan: &Plan) -> Vec<Message> {
    let mut notes = Vec::new();
    if has(plan, &alluxio::S3_ROOT_MOUNT) {
        notes.push(Message::new(
            "the journal of Alluxio is formatted: mounts, pins, times to live and the cache are lost; data in S3 stays",
        ));
    }
    if has(plan, &hive::TYPE) && is_standalone(&prior.inputs) && !is_standalone(inputs) {
        notes.push(Message::new(
            "the standalone metastore and its database go: table definitions are lost but for a snapshot of the volume",
        ));
    }
    let enabled = |inputs: &Value| effective(inputs, &superset::ENABLED).as_bool() == Some(true);
    if has(plan, &superset::ENABLED) && enabled(&prior.inputs) && !enabled(inputs) {
        notes.push(Message::new("Superset goes: dashboards and users are lost but for a snapshot of the volume"));
    }
    if has(plan, &network::VPC_ENDPOINTS) {
        notes.push(Message::new("VPC endpoints of the stack come or go; other hosts of the VPC may use them"));
    }
    if has(plan, &presto::HTTP_PORT) || has(plan, &presto::HTTPS_PORT) {
        notes.push(Message::new("clients of the cluster have to use the new port"));
    }
    notes
}

fn node_hours(prior: &Prior, inputs: &Value) -> Option<Message> {
    let (before, after) = (node_count(&prior.inputs)?, node_count(inputs)?);
    (before != after).then(|| Message::new(format!("node-hours a day: {} before, {} after", before * 24, after * 24)))
}

fn node_count(inputs: &Value) -> Option<u32> {
    effective(inputs, &ec2::WORKER_COUNT).as_integer()?;
    effective(inputs, &ec2::HA_COORDINATOR_COUNT).as_integer()?;
    let roles = [Role::Worker, Role::Coordinator, Role::Metastore, Role::Superset];
    Some(roles.iter().map(|role| rolls::nodes(*role, inputs)).sum())
}

fn is_standalone(inputs: &Value) -> bool {
    effective(inputs, &hive::TYPE).as_text() == Some("standalone")
}

fn has(plan: &Plan, field: &Field) -> bool {
    let path = Path::from(field);
    plan.changes.iter().any(|change| change.path == path && change.effect != Effect::Operational)
}

fn listed(mut message: Message, paths: &[Path]) -> Message {
    for (at, path) in paths.iter().enumerate() {
        message = if at > 0 { message.text(", ").path(path) } else { message.path(path) };
    }
    message
}

fn counted(number: u32, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}
