//! Resource signals: who waits for them and what they do. Wait conditions are here because they wait the same way.

use super::{rolling, say};
use crate::fake::resources::{Outcome, Request};
use crate::fake::stacks::nodes;
use crate::fake::state::{Place, State};

/// A signal of `id` to a resource of a stack in motion.
pub fn receive(w: &mut State, arn: &str, logical: &str, id: &str, success: bool) {
    let place = Place::of_arn(arn);
    let found = w
        .region(&place)
        .groups
        .values()
        .find(|g| g.stack == arn && g.logical == logical && g.instances.iter().any(|i| i.id == id))
        .map(|g| g.name.clone());
    if let Some(name) = found {
        rolling::signalled(w, &place, &name, id, success);
        return;
    }
    let kind = w.stack(arn).and_then(|s| s.resources.get(logical)).map(|r| r.kind.clone()).unwrap_or_default();
    if kind != "AWS::CloudFormation::WaitCondition" {
        return;
    }
    let word = if success { "SUCCESS" } else { "FAILURE" };
    say(w, arn, logical, &format!("Received {word} signal with UniqueId {id}"));
    let run = match crate::fake::stacks::engine::node(w, arn, logical).map(|n| n.progress) {
        Some(crate::fake::stacks::Progress::Running(run)) => run,
        _ => return,
    };
    let result = if success {
        Ok(())
    } else {
        Err(format!("WaitCondition received failed message: 'signalled' for uniqueId: {id}"))
    };
    if result.is_err() || collect(w, arn, logical, id) {
        nodes::finish(w, arn, logical, run, result);
    }
}

/// Counts a success of a wait condition; true when it has all.
fn collect(w: &mut State, arn: &str, logical: &str, id: &str) -> bool {
    let Some(resource) = w.stack(arn).and_then(|s| s.resources.get_mut(logical)) else { return false };
    let count = resource
        .definition
        .pointer("/CreationPolicy/ResourceSignal/Count")
        .or_else(|| resource.properties.get("Count"))
        .map(crate::fake::intrinsics::text)
        .and_then(|c| c.parse().ok())
        .unwrap_or(1usize);
    resource.attributes.insert(format!("signal {id}"), serde_json::json!(true));
    resource.attributes.keys().filter(|k| k.starts_with("signal ")).count() >= count
}

/// Starts the wait of a wait condition.
pub fn wait_condition(w: &mut State, r: &Request) -> Outcome {
    let own = r.text("Timeout").parse::<i64>().ok().map(|s| s * 1000);
    let policy = r.definition.pointer("/CreationPolicy/ResourceSignal/Timeout").map(crate::fake::intrinsics::text);
    let timeout = policy.map_or(own.unwrap_or(300_000), |t| super::watch::duration(&t, 300_000));
    let (arn, logical, run) = (r.stack.clone(), r.logical.clone(), r.run);
    w.after(timeout, move |w| {
        let text = "Failed to receive 1 resource signal(s) within the specified duration".to_owned();
        nodes::finish(w, &arn, &logical, run, Err(text));
    });
    Outcome::Watched
}
