//! A node from its boot to its end: the status tag, the coordinators' slots, registration in Presto and Alluxio.

use super::{Node, Role, Stage, drain, home, of, queries, watch};
use crate::fake::faults::NodeFate;
use crate::fake::groups::{Group, group, signals};
use crate::fake::intrinsics::text;
use crate::fake::resources::compute;
use crate::fake::state::{Place, State};
use crate::fake::time::Timestamp;

/// The tag in which a node says how it is.
pub const STATUS_TAG: &str = "starburst:status";
/// Milliseconds between two tries of a boot step.
const RETRY: i64 = 10_000;
/// Tries for a slot: the node script waits an hour, the longest that CloudFormation waits for a node.
const SLOT_TRIES: u32 = 360;
/// Tries for a registration.
const REGISTRATION_TRIES: u32 = 60;

/// Writes the node's status on its instance.
pub fn status(w: &mut State, place: &Place, id: &str, text: &str) {
    compute::set_tag(w, place, id, STATUS_TAG, text);
}

/// The node script begins.
pub fn begins(w: &mut State, place: &Place, name: &str, id: &str) {
    let Some((stack, role)) = home(w, place, name) else { return };
    let number = w.ids.number();
    let node = Node {
        role,
        group: name.to_owned(),
        stage: Stage::Booting,
        number,
        slot: false,
        in_alluxio: false,
        blocks: std::collections::BTreeSet::new(),
        deadline: Timestamp::default(),
        quiet: Timestamp::default(),
    };
    of(w, &stack).nodes.insert(id.to_owned(), node);
    status(w, place, id, "booting");
}

/// Presto and Alluxio run on the node: now others have to know it.
pub fn started(w: &mut State, place: &Place, name: &str, id: &str, fate: NodeFate) {
    if home(w, place, name).is_none() {
        signal(w, place, name, id, fate == NodeFate::Healthy);
        return;
    }
    match fate {
        NodeFate::Silent => {}
        NodeFate::Fails => broken(w, place, name, id, "starting Presto: Presto does not answer"),
        NodeFate::Healthy => join(w, place, name, id, 0),
    }
}

fn broken(w: &mut State, place: &Place, name: &str, id: &str, why: &str) {
    let Some((stack, _)) = home(w, place, name) else { return };
    if let Some(node) = of(w, &stack).nodes.get_mut(id) {
        node.stage = Stage::Broken;
    }
    status(w, place, id, &format!("boot failed: {why}"));
    signal(w, place, name, id, false);
    drain::told(w, place, name, id);
}

/// Takes a slot or registers, and tries again where that is not possible yet.
fn join(w: &mut State, place: &Place, name: &str, id: &str, tries: u32) {
    let Some((stack, role)) = home(w, place, name) else { return };
    let slots = group(w, place, name).map_or(usize::MAX, |g| slots(g));
    let coordinators = w.region(place).groups.values().any(|g| g.stack == stack && g.logical == "Coordinators");
    let cluster = of(w, &stack);
    let taken = cluster.nodes.values().filter(|n| n.slot).count() + cluster.leaving_slots;
    let known = cluster.coordinator().is_some() || !coordinators;
    let Some(node) = cluster.nodes.get_mut(id).filter(|n| n.stage == Stage::Booting) else { return };
    let (ready, most, why) = match role {
        Role::Coordinator => (taken < slots, SLOT_TRIES, "taking a slot: no slot is free"),
        Role::Worker => (known, REGISTRATION_TRIES, "registering: the coordinator does not know this worker"),
    };
    if ready {
        node.slot = role == Role::Coordinator;
        node.in_alluxio = true;
        node.stage = Stage::Active;
        status(w, place, id, "ready");
        watch::measure(w, &stack);
        signal(w, place, name, id, true);
        drain::told(w, place, name, id);
    } else if tries + 1 < most {
        let (p, n, i) = (place.clone(), name.to_owned(), id.to_owned());
        w.after(RETRY, move |w| join(w, &p, &n, &i, tries + 1));
    } else {
        broken(w, place, name, id, why);
    }
}

/// How many slots the group's tag lists: interfaces. Without any there is nothing to wait for.
fn slots(g: &Group) -> usize {
    let tag = g.tags.iter().find(|t| t["Key"] == "starburst:slots").map(|t| text(&t["Value"])).unwrap_or_default();
    match tag.split(',').filter(|part| part.starts_with("eni-")).count() {
        0 => usize::MAX,
        slots => slots,
    }
}

/// Signals CloudFormation. A node outside an operation meets a refusal, and goes on.
pub fn signal(w: &mut State, place: &Place, name: &str, id: &str, success: bool) {
    let Some(g) = group(w, place, name) else { return };
    let (arn, logical) = (g.stack.clone(), g.logical.clone());
    if w.stack(&arn).is_some_and(|s| s.moving()) {
        signals::receive(w, &arn, &logical, id, success);
    }
}

/// The instance ends, and with it what ran there.
pub fn ends(w: &mut State, place: &Place, name: &str, id: &str) {
    let Some((stack, _)) = home(w, place, name) else { return };
    let cluster = of(w, &stack);
    let Some(node) = cluster.nodes.remove(id) else { return };
    cluster.leaving_slots += usize::from(node.slot);
    cluster.report.dropped_blocks += node.blocks.len();
    queries::lost(w, &stack, id);
    watch::measure(w, &stack);
    if node.slot {
        // The interface is free when the instance is gone.
        w.after(w.durations.instance_termination, move |w| {
            let cluster = of(w, &stack);
            cluster.leaving_slots = cluster.leaving_slots.saturating_sub(1);
        });
    }
}
