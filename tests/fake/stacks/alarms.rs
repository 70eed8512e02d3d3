//! Rollback triggers: alarms that take a create or an update back while it runs or is monitored.

use super::{Kind, engine};
use crate::fake::intrinsics::text;
use crate::fake::state::{Place, State};
use serde_json::Value;

/// ARNs of a stack's triggers.
fn triggers(w: &mut State, arn: &str) -> Vec<String> {
    let configured = w.stack(arn).and_then(|s| s.rollback.get("RollbackTriggers").cloned()).unwrap_or_default();
    configured.as_array().into_iter().flatten().filter_map(|t| t.get("Arn").map(text)).collect()
}

/// Why the operation under way must be taken back now: a trigger in ALARM, or one that does not exist.
pub fn verdict(w: &mut State, arn: &str) -> Option<String> {
    let watched =
        w.stack(arn).and_then(|s| s.operation.as_ref()).is_some_and(|o| matches!(o.kind, Kind::Create | Kind::Update));
    if !watched {
        return None;
    }
    let place = Place::of_arn(arn);
    for trigger in triggers(w, arn) {
        let name = trigger.rsplit(':').next().unwrap_or_default().to_owned();
        let region = w.region(&place);
        let state = region.alarms.get(&trigger).copied();
        let made = region.objects.keys().any(|(kind, id)| kind.starts_with("AWS::CloudWatch::") && *id == name);
        match state {
            Some(true) => return Some(format!("Rollback triggered by alarm {trigger} in ALARM state. ")),
            None if !made => return Some(format!("Rollback trigger {trigger} does not exist. ")),
            _ => {}
        }
    }
    None
}

/// Sets an alarm's state and takes back what watches it.
pub fn set(w: &mut State, place: &Place, alarm: &str, on: bool) {
    w.region(place).alarms.insert(alarm.to_owned(), on);
    let stacks: Vec<String> = w.region(place).stacks.keys().cloned().collect();
    for arn in stacks {
        act(w, &arn);
    }
}

/// Takes the operation back if a trigger says so; true if it did.
pub fn act(w: &mut State, arn: &str) -> bool {
    let Some(reason) = verdict(w, arn) else { return false };
    engine::cancel_running(w, arn);
    engine::roll_back(w, arn, Some(&reason));
    true
}

/// How long the end of a create or update is delayed, in virtual milliseconds.
#[must_use]
pub fn window(rollback: &Value, updating: bool) -> i64 {
    let minutes = rollback.get("MonitoringTimeInMinutes").and_then(|m| text(m).parse::<i64>().ok()).unwrap_or(0);
    let any = rollback.get("RollbackTriggers").and_then(Value::as_array).is_some_and(|l| !l.is_empty());
    if updating || any { minutes * 60_000 } else { 0 }
}
