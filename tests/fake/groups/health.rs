//! Health checks: an instance that is found unhealthy is replaced, unless that is suspended.

use super::{group, nodes, scaling};
use crate::fake::cluster;
use crate::fake::state::{Place, State};

/// An instance of a group fails: it crashed, or somebody terminated it behind the group's back. What ran there ends at
/// once; a health check finds it later.
pub fn lost(w: &mut State, place: &Place, id: &str) {
    let found = w.region(place).groups.values().find(|g| g.instances.iter().any(|i| i.id == id));
    let Some(name) = found.map(|g| g.name.clone()) else { return };
    cluster::nodes::ends(w, place, &name, id);
    let (place, id) = (place.clone(), id.to_owned());
    w.after(w.durations.health_check, move |w| {
        let found = group(w, &place, &name).and_then(|g| g.instances.iter_mut().find(|i| i.id == id && i.counts()));
        if let Some(instance) = found {
            instance.unhealthy = true;
            look(w, &place, &name);
        }
    });
}

/// A node says of itself, or somebody says of it, that it is unhealthy: the next look replaces it.
pub fn set(w: &mut State, place: &Place, id: &str, unhealthy: bool) -> bool {
    let mut groups = w.region(place).groups.values_mut();
    let found = groups.find_map(|g| {
        let name = g.name.clone();
        g.instances.iter_mut().find(|i| i.id == id && i.counts()).map(|i| (name, i))
    });
    let Some((name, instance)) = found else { return false };
    instance.unhealthy = unhealthy;
    look(w, place, &name);
    true
}

/// Replaces what is unhealthy; does nothing while HealthCheck or ReplaceUnhealthy is suspended.
pub fn look(w: &mut State, place: &Place, name: &str) {
    let Some(g) = group(w, place, name) else { return };
    if g.suspended.contains("HealthCheck") || g.suspended.contains("ReplaceUnhealthy") || g.deleting {
        return;
    }
    let ids: Vec<String> = g.live().filter(|i| i.unhealthy).map(|i| i.id.clone()).collect();
    for id in &ids {
        let cause = format!(
            "At {} an instance was taken out of service in response to an EC2 health check indicating it has been terminated or stopped.",
            w.now.iso_seconds()
        );
        nodes::terminate(w, place, name, id, &cause);
    }
    if !ids.is_empty() {
        scaling::reconcile(w, place, name);
    }
}
