//! The load: queries arrive, their splits run on workers in waves, and a query ends well or with the node that it
//! needed.

use super::{Cluster, of};
use crate::fake::state::State;
use crate::fake::time::Timestamp;
use std::collections::BTreeMap;

/// Blocks of the tables that queries read.
const BLOCKS: u64 = 96;

/// What clients do to the cluster.
#[derive(Clone, Debug)]
pub struct Load {
    /// Milliseconds between two queries.
    pub every: i64,
    /// Splits of a wave.
    pub splits: usize,
    /// Waves, each of which begins when the one before is through.
    pub waves: usize,
    /// Shortest and longest duration of a split, in milliseconds.
    pub split: (i64, i64),
}

impl Default for Load {
    /// About twenty queries in flight, of two to four minutes each.
    fn default() -> Self {
        Self { every: 7_000, splits: 12, waves: 3, split: (8_000, 70_000) }
    }
}

/// How a query ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    Running,
    Finished,
    /// No coordinator took it.
    Refused,
    /// A node that it needed ended, which is named with what happened.
    Failed(String),
    /// It still ran on this node when the node's drain reached its limit.
    CutOff(String),
}

/// One query.
#[derive(Clone, Debug)]
pub struct Query {
    pub coordinator: String,
    pub begin: Timestamp,
    pub end: Option<Timestamp>,
    pub outcome: Outcome,
    /// Workers of the running splits, by split.
    pub running: BTreeMap<u64, String>,
    waves: usize,
    /// Node whose drain reached its limit under this query.
    doomed: Option<String>,
}

/// Queries that run.
#[must_use]
pub fn in_flight(cluster: &Cluster) -> usize {
    cluster.queries.iter().filter(|q| q.outcome == Outcome::Running).count()
}

/// Running queries that need this node: as coordinator, or for a split.
#[must_use]
pub fn left(cluster: &Cluster, id: &str) -> usize {
    cluster.queries.iter().filter(|q| needs(q, id)).count()
}

fn needs(q: &Query, id: &str) -> bool {
    q.outcome == Outcome::Running && (q.coordinator == id || q.running.values().any(|w| w == id))
}

/// Starts or ends the load of a stack's cluster.
pub fn load(w: &mut State, stack: &str, load: Option<Load>) {
    let cluster = of(w, stack);
    cluster.load = load;
    cluster.generation += 1;
    let generation = cluster.generation;
    arrival(w, stack, generation);
}

fn arrival(w: &mut State, stack: &str, generation: u64) {
    let cluster = of(w, stack);
    let Some(load) = cluster.load.clone().filter(|_| cluster.generation == generation) else { return };
    begin(w, stack, load.waves);
    let stack = stack.to_owned();
    w.after(load.every, move |w| arrival(w, &stack, generation));
}

/// A query comes in; answers its number.
fn begin(w: &mut State, stack: &str, waves: usize) -> usize {
    let now = w.now;
    let cluster = of(w, stack);
    let coordinator = cluster.coordinator().cloned();
    let refused = coordinator.is_none();
    cluster.queries.push(Query {
        coordinator: coordinator.unwrap_or_default(),
        begin: now,
        end: refused.then_some(now),
        outcome: if refused { Outcome::Refused } else { Outcome::Running },
        running: BTreeMap::new(),
        waves,
        doomed: None,
    });
    let number = cluster.queries.len() - 1;
    cluster.report.most_in_flight = cluster.report.most_in_flight.max(in_flight(cluster));
    if !refused {
        wave(w, stack, number);
    }
    number
}

/// Puts the splits of the next wave on active workers; a worker that caches the block is preferred.
fn wave(w: &mut State, stack: &str, number: usize) {
    let now = w.now;
    let cluster = of(w, stack);
    let load = cluster.load.clone().unwrap_or_default();
    let workers = cluster.workers();
    let Some(query) = cluster.queries.get_mut(number).filter(|q| q.outcome == Outcome::Running) else { return };
    if query.waves == 0 {
        (query.outcome, query.end) = (Outcome::Finished, Some(now));
        return;
    }
    query.waves -= 1;
    if workers.is_empty() {
        (query.outcome, query.end) = (Outcome::Failed("no worker is active".into()), Some(now));
        return;
    }
    let mut splits = Vec::new();
    for _ in 0..load.splits {
        let block = cluster.draw(BLOCKS);
        let cached =
            workers.iter().find(|id| cluster.nodes.get(*id).is_some_and(|n| n.blocks.contains(&block))).cloned();
        let worker = match cached {
            Some(id) => {
                cluster.report.cache_hits += 1;
                id
            }
            None => {
                cluster.report.cache_misses += 1;
                let at = usize::try_from(cluster.draw(workers.len() as u64)).unwrap_or(0);
                workers[at].clone()
            }
        };
        let span = u64::try_from(load.split.1 - load.split.0).unwrap_or(0) + 1;
        let ms = load.split.0 + i64::try_from(cluster.draw(span)).unwrap_or(0);
        if let Some(node) = cluster.nodes.get_mut(&worker) {
            node.blocks.insert(block);
        }
        let split = cluster.report.splits;
        cluster.report.splits += 1;
        cluster.queries[number].running.insert(split, worker);
        splits.push((split, ms));
    }
    for (split, ms) in splits {
        finish_later(w, stack, number, split, ms);
    }
}

fn finish_later(w: &mut State, stack: &str, number: usize, split: u64, ms: i64) {
    let stack = stack.to_owned();
    w.after(ms, move |w| {
        let query = of(w, &stack).queries.get_mut(number).filter(|q| q.outcome == Outcome::Running);
        let Some(query) = query else { return };
        query.running.remove(&split);
        if query.running.is_empty() {
            wave(w, &stack, number);
        }
    });
}

/// A query with one split that never ends, on this worker. False when it is no worker that takes splits.
pub fn endless(w: &mut State, stack: &str, worker: &str) -> bool {
    if !of(w, stack).workers().iter().any(|id| id == worker) {
        return false;
    }
    let now = w.now;
    let cluster = of(w, stack);
    let split = cluster.report.splits;
    cluster.report.splits += 1;
    let Some(coordinator) = cluster.coordinator().cloned() else { return false };
    cluster.queries.push(Query {
        coordinator,
        begin: now,
        end: None,
        outcome: Outcome::Running,
        running: BTreeMap::from([(split, worker.to_owned())]),
        waves: 0,
        doomed: None,
    });
    true
}

/// The limit of a node's drain is reached: what still needs the node is cut off when it goes.
pub fn doom(cluster: &mut Cluster, id: &str) {
    let mut count = 0;
    for query in cluster.queries.iter_mut().filter(|q| needs(q, id)) {
        query.doomed = Some(id.to_owned());
        count += 1;
    }
    if let Some(order) = cluster.orders.iter_mut().rfind(|o| o.id == id) {
        order.cut_off = count;
    }
}

/// A node is gone: what needed it ends.
pub fn lost(w: &mut State, stack: &str, id: &str) {
    let now = w.now;
    for query in of(w, stack).queries.iter_mut().filter(|q| needs(q, id)) {
        query.end = Some(now);
        query.outcome = match &query.doomed {
            Some(node) if node == id => Outcome::CutOff(id.to_owned()),
            _ => Outcome::Failed(format!("{id} ended while the query needed it")),
        };
    }
}
