//! The port behind which instances can be real machines: who launches them and what EC2 attaches to them. Without one
//! the instances of a cluster's groups are simulated in virtual time (`cluster/`). Knows neither namespaces nor processes.

use super::catalogue;
use super::groups::group;
use super::intrinsics::text;
use super::resources::compute;
use super::state::{Place, State};
use serde_json::{Value, json};
use std::fmt;

/// What a machine is launched with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Launch {
    pub id: String,
    pub place: Place,
    /// Primary private address in its subnet.
    pub address: String,
    pub zone: String,
    pub kind: String,
    /// Memory of the instance type in MiB.
    pub memory: u64,
    /// As the launch template holds it, in base64.
    pub user_data: String,
}

/// Real machines. The model calls it with its state locked: an implementation takes the order and returns at once, and
/// never calls the model from here.
pub trait Machines: Send + Sync {
    /// Launches a machine.
    fn launch(&self, launch: Launch);
    /// Ends a machine with all that runs on it.
    fn terminate(&self, id: &str);
    /// A second network interface with an address of its own.
    fn attach_interface(&self, id: &str, interface: &str, address: &str);
    /// Takes it away again.
    fn detach_interface(&self, id: &str, interface: &str);
    /// An address of clients goes to another interface; `from` is the machine that held it, empty for none. Whether the
    /// system of the next machine answers for it is that system's business.
    fn move_address(&self, address: &str, from: &str);
    /// A volume, found by its id.
    fn attach_volume(&self, id: &str, volume: &str);
    /// Takes it away again.
    fn detach_volume(&self, id: &str, volume: &str);
}

/// The state's slot for them.
#[derive(Clone, Default)]
pub struct Slot(pub Option<std::sync::Arc<dyn Machines>>);

impl fmt::Debug for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "real machines" } else { "simulated machines" })
    }
}

/// Launches the machine of an instance; false where instances are simulated.
pub fn launch(w: &mut State, place: &Place, id: &str) -> bool {
    let Some(machines) = w.machines.0.clone() else { return false };
    let Some(found) = w.region(place).ec2("instance", id) else { return true };
    let field = |name: &str| found.get(name).map(text).unwrap_or_default();
    let kind = field("instanceType");
    machines.launch(Launch {
        id: id.to_owned(),
        place: place.clone(),
        address: field("privateIpAddress"),
        zone: found.pointer("/placement/availabilityZone").map(text).unwrap_or_default(),
        memory: catalogue::find(&kind).map_or(0, |spec| spec.memory),
        kind,
        user_data: field("userData"),
    });
    true
}

/// What an instance's metadata shows of its group: `InService`, or `Terminated` from the moment at which the group lets
/// it go. Source: EC2 Auto Scaling, target lifecycle state through instance metadata.
pub fn target_state(w: &mut State, place: &Place, id: &str) -> Option<&'static str> {
    let region = w.region(place);
    let instance = region.groups.values().flat_map(|g| &g.instances).find(|i| i.id == id)?;
    Some(if instance.counts() { "InService" } else { "Terminated" })
}

/// The health check of a machine whose system ended by itself.
pub fn lost(w: &mut State, place: &Place, id: &str) {
    let name = w.region(place).groups.values().find(|g| g.instances.iter().any(|i| i.id == id)).map(|g| g.name.clone());
    let alive = name.and_then(|name| group(w, place, &name).map(|g| g.live().any(|i| i.id == id)));
    if alive == Some(true) {
        compute::set_state(w, place, id, "stopped");
        super::groups::health::lost(w, place, id);
    }
}

/// Marks an interface, or a volume, as attached.
pub fn attached(object: &mut Value, instance: &str, attachment: &str, at: &str) {
    let volume = object.get("volumeId").cloned();
    object["status"] = json!("in-use");
    let mut whole = json!({ "instanceId": instance, "status": "attached", "deleteOnTermination": false });
    let (field, own) = match volume {
        Some(id) => ("attachmentSet", json!({ "volumeId": id, "device": at })),
        None => ("attachment", json!({ "attachmentId": attachment, "deviceIndex": at })),
    };
    if let (Some(whole), Some(own)) = (whole.as_object_mut(), own.as_object()) {
        whole.extend(own.clone());
    }
    object[field] = if field == "attachmentSet" { json!([whole]) } else { whole };
}

/// The instance that holds an interface or a volume; empty for none.
#[must_use]
pub fn holder(object: &Value) -> String {
    let at = if object.get("volumeId").is_some() { "/attachmentSet/0/instanceId" } else { "/attachment/instanceId" };
    object.pointer(at).map(text).unwrap_or_default()
}

/// Marks it as free.
pub fn detached(object: &mut Value) {
    object["status"] = json!("available");
    if object.get("volumeId").is_some() {
        object["attachmentSet"] = json!([]);
    } else if let Some(map) = object.as_object_mut() {
        map.remove("attachment");
    }
}

/// An instance is gone: what was attached to it is free.
pub fn release(w: &mut State, place: &Place, id: &str) {
    for kind in ["network-interface", "volume"] {
        for object in w.region(place).kind(kind).values_mut().filter(|object| holder(object) == id) {
            detached(object);
        }
    }
}
