//! Auto Scaling groups: their data and what other modules may ask of them.

pub mod health;
pub mod nodes;
pub mod resource;
pub mod rolling;
pub mod scaling;
pub mod signals;
pub mod watch;

use super::faults::NodeFate;
use super::stacks::events;
use super::state::{Place, State};
use super::time::Timestamp;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// A lifecycle hook.
#[derive(Clone, Debug)]
pub struct Hook {
    pub name: String,
    /// `autoscaling:EC2_INSTANCE_LAUNCHING` or `autoscaling:EC2_INSTANCE_TERMINATING`.
    pub transition: String,
    /// Seconds.
    pub heartbeat: i64,
    /// `CONTINUE` or `ABANDON`.
    pub default_result: String,
    /// NotificationMetadata: what the group tells whoever answers the hook.
    pub metadata: String,
}

/// A hook that holds an instance.
#[derive(Clone, Debug)]
pub struct Held {
    pub hook: String,
    pub token: String,
    pub until: Timestamp,
    /// No heartbeat reaches beyond this.
    pub limit: Timestamp,
}

/// An instance of a group.
#[derive(Clone, Debug)]
pub struct Instance {
    pub id: String,
    pub zone: String,
    pub subnet: String,
    pub kind: String,
    /// Lifecycle state.
    pub state: String,
    /// Launch template id and version number that it runs.
    pub template: (String, usize),
    pub protected: bool,
    pub launched: Timestamp,
    pub fate: NodeFate,
    pub held: Option<Held>,
    /// Whether a health check found it unhealthy.
    pub unhealthy: bool,
}

impl Instance {
    /// Whether it counts towards the group's capacity.
    #[must_use]
    pub fn counts(&self) -> bool {
        !self.state.starts_with("Terminat")
    }
}

/// A group.
#[derive(Clone, Debug, Default)]
pub struct Group {
    pub name: String,
    pub min: usize,
    pub max: usize,
    pub desired: usize,
    /// Launch template id and version as given.
    pub template: (String, String),
    pub subnets: Vec<String>,
    /// `Key`, `Value`, `PropagateAtLaunch`.
    pub tags: Vec<Value>,
    pub hooks: BTreeMap<String, Hook>,
    pub instances: Vec<Instance>,
    pub suspended: BTreeSet<String>,
    pub stack: String,
    pub logical: String,
    pub created: Timestamp,
    pub protect_new: bool,
    pub policies: Vec<String>,
    pub deleting: bool,
    /// Failed launches in a row.
    pub failures: u32,
    pub retrying: bool,
    pub last_problem: String,
    pub work: Option<watch::Work>,
    /// Everything else that describes echo.
    pub properties: Value,
}

impl Group {
    /// Instances that count.
    pub fn live(&self) -> impl Iterator<Item = &Instance> {
        self.instances.iter().filter(|i| i.counts())
    }

    /// How many are in service.
    #[must_use]
    pub fn in_service(&self) -> usize {
        self.instances.iter().filter(|i| i.state == "InService").count()
    }

    /// Whether Auto Scaling publishes how many are in service.
    #[must_use]
    pub fn collects_metrics(&self) -> bool {
        self.properties["MetricsCollection"].to_string().contains("GroupInServiceInstances")
    }
}

/// Properties of a group whose change rolls it.
#[must_use]
pub fn rolls_on(property: &str) -> bool {
    matches!(
        property,
        "LaunchTemplate" | "LaunchConfigurationName" | "VPCZoneIdentifier" | "PlacementGroup" | "MixedInstancesPolicy"
    )
}

/// A group by place and name.
pub fn group<'a>(w: &'a mut State, place: &Place, name: &str) -> Option<&'a mut Group> {
    w.region(place).groups.get_mut(name)
}

/// Drops the watch of a group whose operation ended under it.
pub fn abandon(w: &mut State, arn: &str, logical: &str) {
    let place = Place::of_arn(arn);
    for group in w.region(&place).groups.values_mut() {
        if group.stack == arn
            && group.logical == logical
            && let Some(work) = group.work.take()
        {
            group.retrying = false;
            for process in work.suspended_by_us {
                group.suspended.remove(&process);
            }
        }
    }
}

/// Writes a progress event of a group without changing its status.
pub fn say(w: &mut State, arn: &str, logical: &str, text: &str) {
    say_as(w, arn, logical, "", text);
}

/// The same under a verb of its own (`UPDATE` during a creation).
pub fn say_as(w: &mut State, arn: &str, logical: &str, verb: &str, text: &str) {
    let Some(found) = w.stack(arn).and_then(|s| s.resources.get(logical)) else { return };
    let own = if found.status.starts_with("CREATE") { "CREATE" } else { "UPDATE" };
    let verb = if verb.is_empty() { own } else { verb };
    let (kind, physical) = (found.kind.clone(), found.physical.clone());
    let properties = found.properties.to_string();
    events::object(w, arn, logical, &kind, &physical, &format!("{verb}_IN_PROGRESS"), text, Some(properties));
}
