//! The drain of a node that its group lets go: as `node.sh` does it, step by step. How long it may take and what
//! happens then stands in the hook's metadata, `SECONDS terminate|fail`.

use super::{Order, Role, Stage, home, nodes, of, queries, watch};
use crate::fake::groups::{self, group};
use crate::fake::state::{Place, State};

/// Seconds of a drain whose hook says nothing.
const LIMIT: i64 = 1_800;

/// The hook that holds the instance, with its limit in seconds and its policy.
fn terms(w: &mut State, place: &Place, name: &str, id: &str) -> Option<(String, i64, String)> {
    let g = group(w, place, name)?;
    let held = g.instances.iter().find(|i| i.id == id)?.held.as_ref()?.hook.clone();
    let hook = g.hooks.get(&held).filter(|h| h.transition.ends_with("TERMINATING"))?;
    let mut words = hook.metadata.split_whitespace();
    let limit = words.next().and_then(|s| s.parse().ok()).unwrap_or(LIMIT);
    Some((held, limit, words.next().unwrap_or("terminate").to_owned()))
}

/// The node looks whether its hook holds it. One that still boots looks when it has booted.
pub fn told(w: &mut State, place: &Place, name: &str, id: &str) {
    let (Some((stack, _)), Some((hook, limit, _))) = (home(w, place, name), terms(w, place, name, id)) else { return };
    let (now, grace) = (w.now, w.durations.drain);
    let cluster = of(w, &stack);
    let (all, own) = (queries::in_flight(cluster), queries::left(cluster, id));
    let Some(node) = cluster.nodes.get_mut(id) else { return };
    match node.stage {
        Stage::Booting | Stage::Draining => {}
        Stage::Broken => {
            groups::nodes::complete(w, place, name, id, &hook, "CONTINUE");
        }
        Stage::Active => {
            node.stage = Stage::Draining;
            node.deadline = now.plus_ms(limit * 1000);
            node.quiet = now.plus_ms(if node.role == Role::Worker { grace } else { 0 });
            let order = Order { at: now, id: id.to_owned(), role: node.role, all, own, cut_off: 0 };
            cluster.orders.push(order);
            nodes::status(w, place, id, "draining");
            watch::measure(w, &stack);
            look(w, place, name, id);
        }
    }
}

/// One turn of the node's loop.
fn look(w: &mut State, place: &Place, name: &str, id: &str) {
    let (Some((stack, role)), Some((hook, limit, policy))) = (home(w, place, name), terms(w, place, name, id)) else {
        return;
    };
    let now = w.now;
    let cluster = of(w, &stack);
    let left = queries::left(cluster, id);
    let Some(node) = cluster.nodes.get(id) else { return };
    let over = left == 0 && now >= node.quiet;
    if !over && now < node.deadline {
        let text = match left {
            0 => "draining".to_owned(),
            1 => "draining, 1 query left".to_owned(),
            n => format!("draining, {n} queries left"),
        };
        nodes::status(w, place, id, &text);
        groups::nodes::heartbeat(w, place, name, id, &hook);
        let (p, n, i) = (place.clone(), name.to_owned(), id.to_owned());
        w.after(w.durations.drain_look, move |w| look(w, &p, &n, &i));
        return;
    }
    if over {
        nodes::status(w, place, id, "drained");
    } else {
        nodes::status(w, place, id, &format!("not drained within {limit} seconds"));
        queries::doom(of(w, &stack), id);
        if policy == "fail" {
            nodes::signal(w, place, name, id, false);
        }
    }
    if role == Role::Coordinator {
        groups::nodes::complete(w, place, name, id, &hook, "CONTINUE");
        return;
    }
    let (p, n, i) = (place.clone(), name.to_owned(), id.to_owned());
    w.after(w.durations.decommission, move |w| {
        let cluster = of(w, &stack);
        if let Some(node) = cluster.nodes.get_mut(&i) {
            node.in_alluxio = false;
            let dropped = std::mem::take(&mut node.blocks).len();
            cluster.report.dropped_blocks += dropped;
            cluster.report.decommissioned += 1;
        }
        groups::nodes::complete(w, &p, &n, &i, &hook, "CONTINUE");
    });
}
