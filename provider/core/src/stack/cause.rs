//! The first true cause of a failed operation, out of all its events. Knows no call: nested stacks' events come in.
//!
//! Source of the rules: CloudFormation's event streams as seen in public logs, and the way the CDK toolkit reads them.

use std::collections::BTreeMap;

use super::events::newest_attempt;
use super::hints::{self, Fields, Topic};
use super::status::StackStatus;
use crate::failure::{Cause, Message};
use crate::ports::{StackEvent, ValidationFinding};

/// The type of a group.
const GROUP: &str = "AWS::AutoScaling::AutoScalingGroup";
/// The type of a log group.
const LOG_GROUP: &str = "AWS::Logs::LogGroup";
/// Causes named at most.
const MOST_CAUSES: usize = 5;
/// Nested stacks within nested stacks followed at most.
const DEPTH: usize = 4;

/// What was read beside the stack's own events.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Evidence {
    /// Events of nested stacks by ARN, oldest first.
    pub nested: BTreeMap<String, Vec<StackEvent>>,
    /// Failed scaling activities by name of the group, newest first.
    pub activities: BTreeMap<String, Vec<String>>,
    /// What nodes that signalled failure say of themselves, by instance id.
    pub nodes: BTreeMap<String, String>,
}

/// Why an operation failed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Diagnosis {
    /// The first true cause, then others that stand on their own.
    pub causes: Vec<Cause>,
    /// What to write or run, one for each cause that the catalogue knows.
    pub hints: Vec<Message>,
    /// ARNs of nested stacks whose events would tell more.
    pub missing: Vec<String>,
}

/// What early validation found, as the cause that it would be.
#[must_use]
pub fn of_finding(finding: &ValidationFinding, fields: &Fields) -> Cause {
    let named = finding.path.split('/').skip_while(|part| *part != "Resources").nth(1).unwrap_or_default();
    let logical_id = if finding.logical_id.is_empty() { named } else { &finding.logical_id };
    let by_words = hints::find(&finding.reason).and_then(|hint| hint.topic);
    let by_words = by_words.and_then(|topic| fields.find(topic, logical_id));
    Cause {
        logical_id: logical_id.to_owned(),
        resource_type: finding.name.clone(),
        reason: if finding.path.is_empty() {
            finding.reason.clone()
        } else {
            format!("{} (at {})", finding.reason, finding.path)
        },
        field: by_words.or_else(|| fields.of_resource(logical_id)).cloned(),
        ..Cause::default()
    }
}

/// Reads the events of an operation, oldest first, and what was read beside them.
#[must_use]
pub fn diagnose(events: &[StackEvent], evidence: &Evidence, fields: &Fields) -> Diagnosis {
    let mut diagnosis = Diagnosis::default();
    let mut causes = causes_of(events);
    for cause in &mut causes {
        unfold(cause, &evidence.nested, &mut diagnosis.missing, DEPTH);
        explain_group(cause, &evidence.activities);
    }
    for mut cause in causes {
        let hint = hints::find(&cause.reason);
        let said = instance_of(&cause.reason).and_then(|id| evidence.nodes.get_key_value(id));
        cause.field = said.and_then(|(_, words)| fields.named_in(words)).or_else(|| {
            hint.and_then(|hint| hint.topic)
                .and_then(|topic| fields.find(topic, &cause.logical_id))
                .or_else(|| fields.of_resource(&cause.logical_id))
                .cloned()
        });
        if let Some(hint) = hint {
            diagnosis.add_hint(Message::new(hint.text));
            if matches!(hint.topic, Some(Topic::BootScript | Topic::BootTimeout)) {
                for message in boot_log(&cause, events, fields) {
                    diagnosis.add_hint(message);
                }
            }
        }
        cause.reason = match said {
            Some((id, words)) => format!("node {id} says: {words} ({})", cause.reason.trim()),
            None => unwrap_reason(&cause.reason),
        };
        diagnosis.causes.push(cause);
    }
    diagnosis
}

impl Diagnosis {
    fn add_hint(&mut self, message: Message) {
        if !self.hints.contains(&message) {
            self.hints.push(message);
        }
    }
}

/// Where the boot log of a group's nodes is. The rollback of a create removes it together with the nodes.
fn boot_log(cause: &Cause, events: &[StackEvent], fields: &Fields) -> Vec<Message> {
    let Some(role) = fields.role_of(&cause.logical_id) else { return Vec::new() };
    let instance = instance_of(&cause.reason).unwrap_or("INSTANCE");
    let group = events
        .iter()
        .find(|event| event.resource_type == LOG_GROUP && !event.physical_id.is_empty())
        .map_or_else(|| "the stack's log group".to_owned(), |event| format!("log group {}", event.physical_id));
    let mut messages = vec![Message::new(format!("the boot log is stream node-{role}-{instance} of {group}"))];
    let gone = events.iter().any(|event| event.is_of_stack() && event.status == "ROLLBACK_IN_PROGRESS");
    if let Some(path) = fields.find(Topic::OnFailure, "").filter(|_| gone) {
        let text = "the rollback of a create removes nodes and log: to read them, keep what failed: ";
        messages.push(Message::new(text).path(path));
    }
    messages
}

/// The instance whose signal AWS names.
fn instance_of(reason: &str) -> Option<&str> {
    let id = reason.split_once("UniqueId ")?.1.split_whitespace().next()?;
    Some(id.trim_end_matches(['.', ','])).filter(|id| id.starts_with("i-"))
}

/// Ids of resources whose deletion failed and did not succeed later, in the order of their first failure.
#[must_use]
pub fn not_deleted(events: &[StackEvent]) -> Vec<String> {
    let mut ids: Vec<String> = Vec::new();
    for event in events.iter().filter(|event| !event.is_of_stack()) {
        match event.status.as_str() {
            "DELETE_FAILED" if !ids.contains(&event.logical_id) => ids.push(event.logical_id.clone()),
            "DELETE_COMPLETE" | "DELETE_SKIPPED" => ids.retain(|id| *id != event.logical_id),
            _ => {}
        }
    }
    ids
}

/// Ids of resources that failed to update after a rollback began: those that a continued rollback may skip.
#[must_use]
pub fn not_rolled_back(events: &[StackEvent]) -> Vec<String> {
    let mut ids: Vec<String> = Vec::new();
    for event in rollback_part(events).iter().filter(|event| !event.is_of_stack()) {
        match event.status.as_str() {
            "UPDATE_FAILED" if !ids.contains(&event.logical_id) => ids.push(event.logical_id.clone()),
            "UPDATE_COMPLETE" => ids.retain(|id| *id != event.logical_id),
            _ => {}
        }
    }
    ids
}

fn causes_of(events: &[StackEvent]) -> Vec<Cause> {
    let split = rollback_start(events).unwrap_or(events.len());
    let (forward, back) = events.split_at(split);
    let ended =
        events.iter().rev().find(|event| event.is_of_stack()).map(|event| StackStatus::from(event.status.as_str()));
    let mut first = failures(forward, events);
    let second = failures(back, events);
    // A time limit or an alarm ends an operation without a failed resource. What fails while it is undone is no cause.
    if let Some((_, own)) = stack_reason(events, true).filter(|(at, _)| failures(&events[..*at], events).is_empty()) {
        first.insert(0, own);
    }
    if first.is_empty() && second.is_empty() {
        first.extend(stack_reason(events, false).map(|(_, cause)| cause));
    }
    let mut causes = match ended {
        // What is stuck is the rollback: its own failure comes first.
        Some(StackStatus::UpdateRollbackFailed) => [second, first].concat(),
        Some(StackStatus::RollbackFailed) => [first, second].concat(),
        _ if first.is_empty() => second,
        _ => first,
    };
    causes.truncate(MOST_CAUSES);
    let named = causes.len();
    let failed = events.iter().filter(|event| !event.is_of_stack() && event.status.ends_with("_FAILED")).count();
    if let Some(cause) = causes.first_mut() {
        cause.follows = failed.saturating_sub(named);
    }
    causes
}

/// Where a rollback begins, if one does.
fn rollback_start(events: &[StackEvent]) -> Option<usize> {
    events.iter().position(|event| {
        event.is_of_stack()
            && (StackStatus::from(event.status.as_str()).is_rollback()
                || event.status == "DELETE_IN_PROGRESS" && event.reason.contains("failed to"))
    })
}

fn rollback_part(events: &[StackEvent]) -> &[StackEvent] {
    events.get(rollback_start(events).unwrap_or(events.len())..).unwrap_or_default()
}

/// The resources that failed by themselves, each once.
fn failures(part: &[StackEvent], all: &[StackEvent]) -> Vec<Cause> {
    let mut causes: Vec<Cause> = Vec::new();
    for event in part.iter().filter(|event| !event.is_of_stack() && event.status.ends_with("_FAILED")) {
        if is_cancelled(&event.reason) || causes.iter().any(|cause| cause.logical_id == event.logical_id) {
            continue;
        }
        causes.push(Cause {
            logical_id: event.logical_id.clone(),
            resource_type: event.resource_type.clone(),
            physical_id: event.physical_id.clone(),
            status: event.status.clone(),
            reason: with_precursor(event, all),
            field: None,
            follows: 0,
        });
    }
    causes
}

/// Whether a failure is only the end of a resource whose sibling failed.
fn is_cancelled(reason: &str) -> bool {
    let reason = reason.to_lowercase();
    let noise = ["creation", "update", "deletion", "import"].map(|what| format!("resource {what} cancelled"));
    noise.iter().any(|noise| reason.contains(noise))
}

/// A group says which signals are missing, and a hook what it objects to, in an event before the one that fails the
/// resource.
fn with_precursor(event: &StackEvent, all: &[StackEvent]) -> String {
    let before = all.iter().take_while(|other| other.id != event.id);
    let of_resource: Vec<&StackEvent> =
        before.filter(|other| other.logical_id == event.logical_id && !other.is_of_stack()).collect();
    let precursor = if is_of_hook(&event.reason) {
        of_resource.iter().rev().find(|other| !other.hook.is_empty()).map(|other| other.hook.as_str())
    } else if is_about_signals(&event.reason) {
        let says = |other: &&StackEvent| {
            other.status.ends_with("_IN_PROGRESS")
                && (other.reason.starts_with("Failed to receive")
                    || other.reason.starts_with("Received FAILURE signal"))
        };
        of_resource.iter().rev().copied().find(says).map(|other| other.reason.as_str())
    } else {
        None
    };
    match precursor.map(str::trim) {
        Some(precursor) if !event.reason.contains(precursor) => format!("{precursor} {}", event.reason.trim()),
        _ => event.reason.clone(),
    }
}

fn is_of_hook(reason: &str) -> bool {
    reason.contains("hook(s) failed")
}

fn is_about_signals(reason: &str) -> bool {
    is_vague(reason) || reason.contains("FAILURE signal")
}

/// When no resource failed by itself, the stack says why: a time limit, an alarm, a cancelled update. `own`: only words
/// of its own, not a list of the resources that failed. With its place among the events.
fn stack_reason(events: &[StackEvent], own: bool) -> Option<(usize, Cause)> {
    let (at, event) = events.iter().enumerate().find(|(_, event)| {
        event.is_of_stack()
            && !event.reason.is_empty()
            && event.reason != "User Initiated"
            && !(own && is_summary(&event.reason))
            && (event.status.contains("ROLLBACK")
                || event.status.ends_with("_FAILED")
                || event.status == "DELETE_IN_PROGRESS")
    })?;
    let cause = Cause {
        logical_id: event.logical_id.clone(),
        resource_type: event.resource_type.clone(),
        physical_id: event.physical_id.clone(),
        status: event.status.clone(),
        reason: event.reason.clone(),
        field: None,
        follows: 0,
    };
    Some((at, cause))
}

/// Whether a stack only lists what failed: cancelled resources stand in that list too.
fn is_summary(reason: &str) -> bool {
    reason.contains("The following resource(s) failed")
}

/// Replaces the failure of a nested stack by the first cause inside it.
fn unfold(cause: &mut Cause, nested: &BTreeMap<String, Vec<StackEvent>>, missing: &mut Vec<String>, depth: usize) {
    let is_nested = cause.resource_type == "AWS::CloudFormation::Stack" && cause.reason.contains("Embedded stack arn");
    let Some(arn) = is_nested.then(|| nested_arn(&cause.reason)).flatten() else { return };
    if depth == 0 {
        return;
    }
    let Some(events) = nested.get(&arn) else {
        missing.push(arn);
        return;
    };
    if let Some(mut inner) = causes_of(newest_attempt(events)).into_iter().next() {
        unfold(&mut inner, nested, missing, depth - 1);
        inner.follows += cause.follows;
        inner.logical_id = format!("{}.{}", cause.logical_id, inner.logical_id);
        *cause = inner;
    }
}

/// Whether an event says that a group failed without saying why.
#[must_use]
pub fn wants_activities(event: &StackEvent) -> bool {
    event.resource_type == GROUP && !event.physical_id.is_empty() && is_vague(&event.reason)
}

fn is_vague(reason: &str) -> bool {
    ["Failed to receive", "SUCCESS signal(s) out of", "did not stabilize", "NotStabilized"]
        .iter()
        .any(|words| reason.contains(words))
}

/// Puts the reason of the newest failed activity before a group's own words.
fn explain_group(cause: &mut Cause, activities: &BTreeMap<String, Vec<String>>) {
    if cause.resource_type != GROUP || !is_vague(&cause.reason) {
        return;
    }
    let Some(all) = activities.get(&cause.physical_id) else { return };
    let telling = all.iter().find(|text| hints::find(text).is_some()).or_else(|| all.first());
    if let Some(activity) = telling.filter(|activity| !cause.reason.contains(activity.as_str())) {
        cause.reason = format!("{} {}", activity.trim(), cause.reason);
    }
}

fn nested_arn(reason: &str) -> Option<String> {
    let start = reason.find("arn:")?;
    let arn: String = reason[start..].chars().take_while(|c| !c.is_whitespace()).collect();
    Some(arn.trim_end_matches(['.', ',', ':']).to_owned())
}

/// AWS's words without the wrapping of resource handlers: the sentence, then the code that says what kind it is.
#[must_use]
pub fn unwrap_reason(reason: &str) -> String {
    let Some(start) = reason.find("Resource handler returned message: \"") else {
        return without_request(reason);
    };
    let inner = &reason[start + "Resource handler returned message: \"".len()..];
    let text = inner.rfind("\" (RequestToken").map_or(inner, |end| &inner[..end]);
    let code = inner.rsplit_once("HandlerErrorCode: ").map(|(_, code)| code.trim_end_matches([')', '.', ' ']));
    let text = without_request(text);
    match code {
        Some(code) if !code.is_empty() => format!("{text} [{code}]"),
        _ => text,
    }
}

/// Cuts `(Service: Ec2, Status Code: 400, Request ID: …)`, and keeps its error code.
fn without_request(text: &str) -> String {
    let Some(start) = text.find(" (Service: ") else { return text.trim().to_owned() };
    let Some(length) = text[start..].find(')') else { return text.trim().to_owned() };
    let bracket = &text[start..=start + length];
    let code = bracket.split(['(', ';', ',', ')']).find_map(|part| part.trim().strip_prefix("Error Code: "));
    let rest = text[start + length + 1..].trim();
    let mut clean = text[..start].trim().to_owned();
    if let Some(code) = code {
        clean.push_str(&format!(" [{code}]"));
    }
    if !rest.is_empty() {
        clean.push(' ');
        clean.push_str(rest);
    }
    clean
}

#[cfg(test)]
#[path = "cause_tests.rs"]
mod tests;
