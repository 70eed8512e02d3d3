//! The life of a group's instance: boot, launch hook, service, signal, termination hook, end.

use super::{Held, Hook, group, rolling, scaling};
use crate::fake::cluster;
use crate::fake::faults::NodeFate;
use crate::fake::machines;
use crate::fake::resources::compute;
use crate::fake::state::{Place, State};

const LAUNCHING: &str = "autoscaling:EC2_INSTANCE_LAUNCHING";
const TERMINATING: &str = "autoscaling:EC2_INSTANCE_TERMINATING";

fn set(w: &mut State, place: &Place, name: &str, id: &str, state: &str) {
    if let Some(i) = group(w, place, name).and_then(|g| g.instances.iter_mut().find(|i| i.id == id)) {
        i.state = state.to_owned();
    }
    if let Some((stack, _)) = cluster::home(w, place, name) {
        cluster::watch::measure(w, &stack);
    }
}

fn state(w: &mut State, place: &Place, name: &str, id: &str) -> String {
    group(w, place, name)
        .and_then(|g| g.instances.iter().find(|i| i.id == id))
        .map(|i| i.state.clone())
        .unwrap_or_default()
}

/// Starts a launched instance.
pub fn boot(w: &mut State, place: &Place, name: &str, id: &str) {
    let (p, n, i) = (place.clone(), name.to_owned(), id.to_owned());
    w.after(w.durations.instance_running, move |w| {
        if state(w, &p, &n, &i) != "Pending" {
            return;
        }
        compute::set_state(w, &p, &i, "running");
        if !machines::launch(w, &p, &i) {
            cluster::nodes::begins(w, &p, &n, &i);
        }
        match hook(w, &p, &n, LAUNCHING) {
            Some(hook) => hold(w, &p, &n, &i, &hook, "Pending:Wait"),
            None => in_service(w, &p, &n, &i),
        }
    });
    let (p, n, i) = (place.clone(), name.to_owned(), id.to_owned());
    w.after(w.durations.instance_boot, move |w| {
        let Some(g) = group(w, &p, &n) else { return };
        let found = g.instances.iter().find(|x| x.id == i && !x.state.ends_with(":Proceed"));
        let Some(fate) = found.map(|x| x.fate).filter(|fate| *fate != NodeFate::Silent) else { return };
        cluster::nodes::started(w, &p, &n, &i, fate);
    });
}

fn hook(w: &mut State, place: &Place, name: &str, transition: &str) -> Option<Hook> {
    group(w, place, name)?.hooks.values().find(|h| h.transition == transition).cloned()
}

fn hold(w: &mut State, place: &Place, name: &str, id: &str, hook: &Hook, state: &str) {
    let token = w.ids.uuid();
    let now = w.now;
    let heartbeat = hook.heartbeat * 1000;
    let own_work = if state == "Pending:Wait" { w.durations.launch_hook } else { w.durations.drain };
    set(w, place, name, id, state);
    let drains = cluster::home(w, place, name).is_some();
    if let Some(i) = group(w, place, name).and_then(|g| g.instances.iter_mut().find(|i| i.id == id)) {
        i.held = Some(Held {
            hook: hook.name.clone(),
            token,
            until: now.plus_ms(heartbeat),
            limit: now.plus_ms((heartbeat * 100).min(48 * 3_600_000)),
        });
        if i.fate != NodeFate::Silent && !(drains && state == "Terminating:Wait") {
            let (p, n, i, h) = (place.clone(), name.to_owned(), id.to_owned(), hook.name.clone());
            w.after(own_work, move |w| {
                let _ = complete(w, &p, &n, &i, &h, "CONTINUE");
            });
        }
    }
    watch(w, place, name, id, &hook.name, heartbeat);
    if drains && state == "Terminating:Wait" {
        cluster::drain::told(w, place, name, id);
    }
    rolling::poke(w, place, name);
}

/// Ends the hold by its default result when no heartbeat came.
fn watch(w: &mut State, place: &Place, name: &str, id: &str, hook: &str, ms: i64) {
    let (p, n, i, h) = (place.clone(), name.to_owned(), id.to_owned(), hook.to_owned());
    w.after(ms, move |w| {
        let now = w.now;
        let held = group(w, &p, &n)
            .and_then(|g| g.instances.iter().find(|x| x.id == i))
            .and_then(|x| x.held.clone())
            .filter(|held| held.hook == h);
        let Some(held) = held else { return };
        if held.until > now {
            watch(w, &p, &n, &i, &h, held.until.0 - now.0);
            return;
        }
        let result = group(w, &p, &n)
            .and_then(|g| g.hooks.get(&h))
            .map_or_else(|| "ABANDON".into(), |x| x.default_result.clone());
        let _ = complete(w, &p, &n, &i, &h, &result);
    });
}

/// CompleteLifecycleAction; false when no such hook holds the instance.
pub fn complete(w: &mut State, place: &Place, name: &str, id: &str, hook: &str, result: &str) -> bool {
    let found = group(w, place, name).and_then(|g| g.instances.iter_mut().find(|i| i.id == id));
    let Some(instance) = found.filter(|i| i.held.as_ref().is_some_and(|h| h.hook == hook)) else { return false };
    instance.held = None;
    if instance.state == "Pending:Wait" {
        if result == "CONTINUE" {
            set(w, place, name, id, "Pending:Proceed");
            in_service(w, place, name, id);
        } else {
            set(w, place, name, id, "Pending");
            terminate(w, place, name, id, "A lifecycle hook was abandoned.");
        }
    } else {
        set(w, place, name, id, "Terminating:Proceed");
        end(w, place, name, id);
    }
    true
}

/// RecordLifecycleActionHeartbeat; false when no such hook holds the instance.
pub fn heartbeat(w: &mut State, place: &Place, name: &str, id: &str, hook: &str) -> bool {
    let now = w.now;
    let Some(g) = group(w, place, name) else { return false };
    let Some(ms) = g.hooks.get(hook).map(|h| h.heartbeat * 1000) else { return false };
    let Some(held) = g.instances.iter_mut().find(|i| i.id == id).and_then(|i| i.held.as_mut()) else { return false };
    if held.hook != hook {
        return false;
    }
    held.until = now.plus_ms(ms).min(held.limit);
    true
}

fn in_service(w: &mut State, place: &Place, name: &str, id: &str) {
    set(w, place, name, id, "InService");
    rolling::poke(w, place, name);
}

/// Takes an instance out of the group: hook, then its end.
pub fn terminate(w: &mut State, place: &Place, name: &str, id: &str, cause: &str) {
    let waiting = state(w, place, name, id);
    if waiting.is_empty() || waiting.starts_with("Terminat") {
        return;
    }
    set(w, place, name, id, "Terminating");
    scaling::activity(w, place, name, &format!("Terminating EC2 instance: {id}"), cause, "Successful", "");
    match hook(w, place, name, TERMINATING) {
        Some(hook) if waiting == "InService" => hold(w, place, name, id, &hook, "Terminating:Wait"),
        _ => end(w, place, name, id),
    }
}

fn end(w: &mut State, place: &Place, name: &str, id: &str) {
    cluster::nodes::ends(w, place, name, id);
    compute::terminate(w, place, id);
    let (p, n, i) = (place.clone(), name.to_owned(), id.to_owned());
    w.after(w.durations.instance_termination, move |w| {
        if let Some(g) = group(w, &p, &n) {
            g.instances.retain(|x| x.id != i);
        }
        scaling::reconcile(w, &p, &n);
        rolling::poke(w, &p, &n);
    });
}
