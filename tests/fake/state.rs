//! The whole state of the model and its event queue. Every service module works on this; it knows no wire format
//! and no lock.

use super::durations::Durations;
use super::faults::Faults;
use super::groups::Group;
use super::ids::Ids;
use super::stacks::Stack;
use super::time::{EPOCH, Timestamp};
use serde_json::{Map, Value};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

/// An account and a region: nothing is shared between two of these.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// Twelve digits.
    pub account: String,
    /// For example `us-east-1`.
    pub region: String,
}

impl Place {
    /// The place that an ARN names.
    #[must_use]
    pub fn of_arn(arn: &str) -> Self {
        let mut parts = arn.split(':').skip(3);
        Self {
            region: parts.next().unwrap_or_default().to_owned(),
            account: parts.next().unwrap_or_default().to_owned(),
        }
    }

    /// The ARN partition of the region.
    #[must_use]
    pub fn partition(&self) -> &'static str {
        if self.region.starts_with("cn-") {
            "aws-cn"
        } else if self.region.starts_with("us-gov-") {
            "aws-us-gov"
        } else {
            "aws"
        }
    }

    /// An ARN of this place.
    #[must_use]
    pub fn arn(&self, service: &str, rest: &str) -> String {
        format!("arn:{}:{service}:{}:{}:{rest}", self.partition(), self.region, self.account)
    }

    /// The three zones of the region.
    #[must_use]
    pub fn zones(&self) -> Vec<String> {
        ["a", "b", "c"].iter().map(|z| format!("{}{z}", self.region)).collect()
    }
}

/// An AWS object without a store of its own (role, alarm, log group, …).
#[derive(Clone, Debug, Default)]
pub struct Object {
    /// Its CloudFormation properties as applied, tags included.
    pub properties: Value,
    /// The stack that owns it, empty for none.
    pub stack: String,
}

/// A secret of Secrets Manager.
#[derive(Clone, Debug, Default)]
pub struct Secret {
    pub arn: String,
    pub name: String,
    /// Version id, value, stages; oldest first.
    pub versions: Vec<(String, String, Vec<String>)>,
    pub description: String,
    pub tags: Value,
    pub created: Timestamp,
    pub deleted: Option<Timestamp>,
}

/// A bucket with its objects: bytes, time of the last write, content type; and the SHA-256 (base64) of those that were
/// written with one.
#[derive(Clone, Debug, Default)]
pub struct Bucket {
    pub objects: BTreeMap<String, (Vec<u8>, Timestamp, String)>,
    pub sums: BTreeMap<String, String>,
    pub created: Timestamp,
}

/// Everything in one account and region.
#[derive(Clone, Debug, Default)]
pub struct Region {
    /// Stacks by ARN, deleted ones included.
    pub stacks: BTreeMap<String, Stack>,
    /// EC2 objects by kind and id, each in the shape in which EC2 describes it.
    pub ec2: BTreeMap<&'static str, BTreeMap<String, Value>>,
    /// Auto Scaling groups by name.
    pub groups: BTreeMap<String, Group>,
    /// Scaling activities, oldest first, of deleted groups too.
    pub activities: Vec<Value>,
    /// Everything else by type and physical id.
    pub objects: BTreeMap<(String, String), Object>,
    pub secrets: BTreeMap<String, Secret>,
    pub buckets: BTreeMap<String, Bucket>,
    pub ssm: BTreeMap<String, String>,
    /// CloudWatch alarms by ARN: whether they are in ALARM.
    pub alarms: BTreeMap<String, bool>,
    /// What CloudWatch keeps of metrics, the state of alarms on them, and what these told their topics.
    pub metrics: super::services::metrics::Metrics,
    /// Drift detections by id.
    pub drifts: BTreeMap<String, Value>,
}

impl Region {
    /// The EC2 objects of one kind.
    pub fn kind(&mut self, kind: &'static str) -> &mut BTreeMap<String, Value> {
        self.ec2.entry(kind).or_default()
    }

    /// One EC2 object.
    #[must_use]
    pub fn ec2(&self, kind: &'static str, id: &str) -> Option<&Value> {
        self.ec2.get(kind)?.get(id)
    }

    /// Values of all exports of living stacks.
    #[must_use]
    pub fn exports(&self) -> BTreeMap<String, Value> {
        self.stacks
            .values()
            .filter(|s| s.status != "DELETE_COMPLETE")
            .flat_map(|s| s.outputs.iter())
            .filter_map(|o| Some((o.export.clone()?, Value::String(o.value.clone()))))
            .collect()
    }
}

type Job = Box<dyn FnOnce(&mut State) + Send>;

struct Due {
    at: Timestamp,
    seq: u64,
    job: Job,
}

impl PartialEq for Due {
    fn eq(&self, other: &Self) -> bool {
        (self.at, self.seq) == (other.at, other.seq)
    }
}
impl Eq for Due {}
impl PartialOrd for Due {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Due {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.at, self.seq).cmp(&(other.at, other.seq))
    }
}

/// The model's state.
pub struct State {
    /// The time up to which events have run.
    pub now: Timestamp,
    queue: BinaryHeap<Reverse<Due>>,
    pub ids: Ids,
    pub durations: Durations,
    pub settings: super::settings::Settings,
    pub places: BTreeMap<Place, Region>,
    pub faults: Faults,
    /// Presto and Alluxio of each stack, by its ARN.
    pub clusters: BTreeMap<String, super::cluster::Cluster>,
    /// What reads see while they lie behind.
    pub past: super::lag::Past,
    /// Real machines behind the instances; none where they are simulated.
    pub machines: super::machines::Slot,
}

impl State {
    /// An empty state at [`EPOCH`]; places come to be when they are first touched.
    #[must_use]
    pub fn new(seed: u64, durations: Durations, settings: super::settings::Settings) -> Self {
        Self {
            now: EPOCH,
            queue: BinaryHeap::new(),
            ids: Ids::new(seed),
            durations,
            settings,
            places: BTreeMap::new(),
            faults: Faults::default(),
            clusters: BTreeMap::new(),
            past: super::lag::Past::default(),
            machines: super::machines::Slot::default(),
        }
    }

    /// The same state once more; `None` while anything is still to happen.
    #[must_use]
    pub fn copied(&self) -> Option<Self> {
        self.queue.is_empty().then(|| Self {
            now: self.now,
            queue: BinaryHeap::new(),
            ids: self.ids.clone(),
            durations: self.durations.clone(),
            settings: self.settings.clone(),
            places: self.places.clone(),
            faults: self.faults.clone(),
            clusters: self.clusters.clone(),
            past: super::lag::Past::default(),
            machines: super::machines::Slot::default(),
        })
    }

    /// The content of a place, seeded on the first touch.
    pub fn region(&mut self, place: &Place) -> &mut Region {
        let now = self.now;
        self.places.entry(place.clone()).or_insert_with(|| super::seed::region(place, now))
    }

    /// Runs `job` in `ms` virtual milliseconds.
    pub fn after(&mut self, ms: i64, job: impl FnOnce(&mut State) + Send + 'static) {
        let seq = self.ids.number();
        self.queue.push(Reverse(Due { at: self.now.plus_ms(ms.max(0)), seq, job: Box::new(job) }));
    }

    /// Runs everything that is due up to `to`, each at its own time.
    pub fn advance_to(&mut self, to: Timestamp) {
        while self.queue.peek().is_some_and(|due| due.0.at <= to) {
            if let Some(Reverse(due)) = self.queue.pop() {
                self.now = self.now.max(due.at);
                super::lag::keep(self);
                (due.job)(self);
            }
        }
        self.now = self.now.max(to);
    }

    /// When the next event is due.
    #[must_use]
    pub fn next_wakeup(&self) -> Option<Timestamp> {
        self.queue.peek().map(|due| due.0.at)
    }

    /// A stack by ARN.
    pub fn stack(&mut self, arn: &str) -> Option<&mut Stack> {
        self.places.get_mut(&Place::of_arn(arn))?.stacks.get_mut(arn)
    }
}

/// A JSON object from pairs; null values are left out.
pub fn object<const N: usize>(pairs: [(&str, Value); N]) -> Value {
    Value::Object(
        pairs.into_iter().filter(|(_, v)| !v.is_null()).map(|(k, v)| (k.to_owned(), v)).collect::<Map<_, _>>(),
    )
}
