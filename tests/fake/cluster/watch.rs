//! What the simulated cluster measures, and how a test reads it: queries by outcome, nodes told to go, the least that
//! was in service.

use super::queries::{self, Load, Outcome};
use super::{Role, Stage, of};
use crate::fake::stacks::checks;
use crate::fake::state::State;
use crate::fake::time::Timestamp;
use crate::fake::world::{World, place};

/// A node that was told to go while it served.
#[derive(Clone, Debug)]
pub struct Order {
    pub at: Timestamp,
    pub id: String,
    pub role: Role,
    /// Queries in flight in the whole cluster.
    pub all: usize,
    /// Queries in flight that needed this node.
    pub own: usize,
    /// Queries that its limit cut off.
    pub cut_off: usize,
}

/// What was measured since [`World::observe`].
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Fewest workers at any moment that were in service, registered and not draining.
    pub workers: usize,
    /// The same of coordinators.
    pub coordinators: usize,
    pub most_in_flight: usize,
    /// Nodes that were told to go.
    pub orders: Vec<Order>,
    /// Queries that were in flight at some moment.
    pub in_flight: usize,
    pub finished: usize,
    pub refused: usize,
    pub running: usize,
    /// Why queries failed; those that a drain's limit cut off are not among them.
    pub failed: Vec<String>,
    /// Nodes whose limit cut a query off, once for each query.
    pub cut_off: Vec<String>,
    pub splits: u64,
    pub cache_hits: u64,
    pub cache_misses: u64,
    pub decommissioned: usize,
    /// Cached blocks that went with their worker; the data stays in S3.
    pub dropped_blocks: usize,
    since: Timestamp,
    first_order: usize,
}

/// Nodes of a role that are in service, registered and not draining.
#[must_use]
pub fn serving(w: &mut State, stack: &str, role: Role) -> usize {
    let active: Vec<(String, String)> = of(w, stack)
        .nodes
        .iter()
        .filter(|(_, n)| n.role == role && n.stage == Stage::Active && n.in_alluxio)
        .map(|(id, n)| (n.group.clone(), id.clone()))
        .collect();
    let place = crate::fake::state::Place::of_arn(stack);
    let groups = &w.region(&place).groups;
    let in_service = |(group, id): &&(String, String)| {
        groups.get(group).is_some_and(|g| g.instances.iter().any(|i| i.id == *id && i.state == "InService"))
    };
    active.iter().filter(in_service).count()
}

/// Takes the low-water marks.
pub fn measure(w: &mut State, stack: &str) {
    let (workers, coordinators) = (serving(w, stack, Role::Worker), serving(w, stack, Role::Coordinator));
    let report = &mut of(w, stack).report;
    report.workers = report.workers.min(workers);
    report.coordinators = report.coordinators.min(coordinators);
}

impl World {
    fn cluster<T>(&self, region: &str, stack: &str, run: impl FnOnce(&mut State, &str) -> T) -> Option<T> {
        let place = place(region);
        self.with(|w| {
            let arn = checks::find(w.region(&place), stack)?;
            Some(run(w, &arn))
        })
    }

    /// Starts or ends the load on the cluster of a stack. False when there is no such stack.
    pub fn load(&self, region: &str, stack: &str, load: Option<Load>) -> bool {
        self.cluster(region, stack, |w, arn| queries::load(w, arn, load)).is_some()
    }

    /// Begins to measure anew.
    pub fn observe(&self, region: &str, stack: &str) {
        self.cluster(region, stack, |w, arn| {
            let now = w.now;
            let cluster = of(w, arn);
            cluster.report = Report {
                workers: usize::MAX,
                coordinators: usize::MAX,
                splits: cluster.report.splits,
                since: now,
                first_order: cluster.orders.len(),
                ..Report::default()
            };
            cluster.report.most_in_flight = queries::in_flight(cluster);
            measure(w, arn);
        });
    }

    /// What was measured since then. Queries that ran at that time count too.
    #[must_use]
    pub fn observed(&self, region: &str, stack: &str) -> Report {
        let found = self.cluster(region, stack, |w, arn| {
            let cluster = of(w, arn);
            let mut report = cluster.report.clone();
            report.orders = cluster.orders[report.first_order..].to_vec();
            for query in cluster.queries.iter().filter(|q| q.end.is_none_or(|end| end >= report.since)) {
                report.in_flight += usize::from(query.outcome != Outcome::Refused);
                match &query.outcome {
                    Outcome::Running => report.running += 1,
                    Outcome::Finished => report.finished += 1,
                    Outcome::Refused => report.refused += 1,
                    Outcome::Failed(why) => report.failed.push(why.clone()),
                    Outcome::CutOff(node) => report.cut_off.push(node.clone()),
                }
            }
            report
        });
        found.unwrap_or_default()
    }

    /// Puts a query that never ends on a worker. False when that takes no splits.
    pub fn endless_query(&self, region: &str, stack: &str, worker: &str) -> bool {
        self.cluster(region, stack, |w, arn| queries::endless(w, arn, worker)).unwrap_or(false)
    }
}
