//! The small Presto and Alluxio that nodes of the groups `Coordinators` and `Workers` run: who is registered, which
//! queries run where, which blocks are cached. Everything happens in virtual time and follows from the seed. What
//! groups, hooks and CloudFormation do is not known here.

pub mod drain;
pub mod nodes;
pub mod queries;
pub mod watch;

use super::state::{Place, State};
use super::time::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

pub use queries::{Load, Outcome, Query};
pub use watch::{Order, Report};

/// What a node does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Presto coordinator and Alluxio master.
    Coordinator,
    /// Presto worker and Alluxio worker.
    Worker,
}

impl Role {
    /// The role of the nodes of a group, by the group's logical id; `None` for nodes that run neither.
    #[must_use]
    pub fn of(logical: &str) -> Option<Self> {
        match logical {
            "Coordinators" => Some(Self::Coordinator),
            "Workers" => Some(Self::Worker),
            _ => None,
        }
    }
}

/// How far a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Neither registered nor able to answer its hook.
    Booting,
    /// Its boot ended with an error.
    Broken,
    /// Registered; takes queries or splits.
    Active,
    /// Takes nothing any more.
    Draining,
}

/// A node.
#[derive(Clone, Debug)]
pub struct Node {
    pub role: Role,
    pub group: String,
    pub stage: Stage,
    /// Order of arrival: the first active coordinator is the one that clients use.
    pub number: u64,
    /// Whether it holds one of the coordinators' slots.
    pub slot: bool,
    /// Whether the Alluxio masters list it.
    pub in_alluxio: bool,
    /// Blocks that its Alluxio worker caches.
    pub blocks: BTreeSet<u64>,
    /// When a drain that began has to end.
    pub deadline: Timestamp,
    /// Before this Presto does not leave: it gives coordinators time to notice.
    pub quiet: Timestamp,
}

/// The cluster of one stack.
#[derive(Clone, Debug, Default)]
pub struct Cluster {
    /// By instance id; a node goes when its instance does.
    pub nodes: BTreeMap<String, Node>,
    /// Nodes whose instances end and still hold a slot.
    pub leaving_slots: usize,
    pub load: Option<Load>,
    /// Tells arrivals of the present load from those of an earlier one.
    pub generation: u64,
    pub queries: Vec<Query>,
    /// Nodes that were told to go, in order.
    pub orders: Vec<Order>,
    pub report: Report,
    /// State of the generator of durations and places.
    random: u64,
}

impl Cluster {
    /// The coordinator that takes new queries.
    #[must_use]
    pub fn coordinator(&self) -> Option<&String> {
        let active = self.nodes.iter().filter(|(_, n)| n.role == Role::Coordinator && n.stage == Stage::Active);
        active.min_by_key(|(_, n)| n.number).map(|(id, _)| id)
    }

    /// Workers that take splits, in a fixed order.
    #[must_use]
    pub fn workers(&self) -> Vec<String> {
        let active = |n: &Node| n.role == Role::Worker && n.stage == Stage::Active && n.in_alluxio;
        self.nodes.iter().filter(|(_, n)| active(n)).map(|(id, _)| id.clone()).collect()
    }

    /// A number below `bound`, from the seed.
    fn draw(&mut self, bound: u64) -> u64 {
        // A linear congruential generator with Knuth's constants; its upper bits are good enough for durations.
        self.random = self.random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.random >> 33) % bound.max(1)
    }
}

/// The cluster of a stack, made on first use.
pub fn of<'a>(w: &'a mut State, stack: &str) -> &'a mut Cluster {
    let State { clusters, ids, .. } = w;
    clusters.entry(stack.to_owned()).or_insert_with(|| Cluster { random: ids.number(), ..Cluster::default() })
}

/// Stack and role of an instance's group; `None` where the group's nodes run neither Presto nor Alluxio.
#[must_use]
pub fn home(w: &mut State, place: &Place, group: &str) -> Option<(String, Role)> {
    let g = w.region(place).groups.get(group)?;
    Role::of(&g.logical).map(|role| (g.stack.clone(), role))
}
