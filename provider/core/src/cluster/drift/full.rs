//! CloudFormation's own drift detection: started, waited for, read in pages, and counted aloud. Whatever it cannot
//! compare is said by number and type.

use std::collections::BTreeSet;

use futures_util::future::{Either, select};

use super::Seen;
use super::fields::Difference;
use crate::failure::{Failure, FailureKind, Message};
use crate::ports::{CallError, DriftDetection, Ports, Progress, ResourceDrift, Stack, StackResource};
use crate::stack::call_failure::from_call;
use crate::stack::status::StackStatus;
use crate::time::{Millis, Timestamp};

/// Between two looks at a running detection.
const PAUSE: Millis = Millis::from_seconds(5);
/// A detection takes up to several minutes (CloudFormation API, DetectStackDrift); longer than this is given up.
const LONGEST: Millis = Millis::from_seconds(15 * 60);

/// Properties that the quick comparison has judged already, and better: CloudFormation knows neither who decides sizes
/// nor which rules separate resources made.
const JUDGED: &[(&str, &[&str])] = &[
    ("AWS::AutoScaling::AutoScalingGroup", &["/MinSize", "/MaxSize", "/DesiredCapacity", "/LaunchTemplate", "/Tags"]),
    ("AWS::EC2::SecurityGroup", &["/SecurityGroupIngress"]),
    ("AWS::EC2::SecurityGroupIngress", &[""]),
    ("AWS::EC2::PrefixList", &["/Entries"]),
    ("AWS::EC2::LaunchTemplate", &["/LaunchTemplateData"]),
    // The coordinators move the clients' address between their slots, and the public one with it.
    ("AWS::EC2::NetworkInterface", &["/SecondaryPrivateIpAddressCount", "/PrivateIpAddresses"]),
    ("AWS::EC2::EIPAssociation", &[""]),
];

/// Runs a detection and adds what it found. A place that lacks drift detection, or a status that does not allow it, is
/// said and no error.
///
/// # Errors
/// Passing failures of AWS, and a cancellation.
pub async fn detect(ports: Ports<'_>, stack: &Stack, status: &StackStatus, seen: &mut Seen) -> Result<(), Failure> {
    // CloudFormation allows detection in these alone (User Guide, "Detecting unmanaged changes").
    let allowed = matches!(
        status,
        StackStatus::CreateComplete
            | StackStatus::UpdateComplete
            | StackStatus::UpdateRollbackComplete
            | StackStatus::UpdateRollbackFailed
    );
    if !allowed {
        let text =
            format!("drift: CloudFormation detects none in {}; only the quick comparison was made", stack.status);
        seen.notes.push(Message::new(text));
        return Ok(());
    }
    ports.progress.report(Progress::Info(Message::new("drift detection of CloudFormation runs: up to some minutes")));
    let detection = match ports.cloud_formation.detect_drift(&stack.id).await {
        Ok(id) => wait(ports, &id).await?,
        Err(error) => return unavailable(&error, seen),
    };
    let drifts = match ports.cloud_formation.resource_drifts(&stack.id).await {
        Ok(drifts) => drifts,
        Err(error) => return unavailable(&error, seen),
    };
    if detection.status != "DETECTION_COMPLETE" {
        let why = if detection.reason.is_empty() { &detection.status } else { &detection.reason };
        seen.notes.push(Message::new(format!("drift: the detection did not end well, its results are partial: {why}")));
    }
    // AWS's own list: conditions on hidden parameters cannot be judged from outside.
    let all: Vec<StackResource> = match ports.cloud_formation.stack_resources(&stack.id).await {
        Ok(all) => all.into_iter().filter(|one| one.status != "DELETE_COMPLETE").collect(),
        Err(error) => return unavailable(&error, seen),
    };
    count(&all, &drifts, seen);
    for drift in &drifts {
        take(drift, seen);
    }
    Ok(())
}

fn unavailable(error: &CallError, seen: &mut Seen) -> Result<(), Failure> {
    if error.kind.is_passing() {
        return Err(from_call(error));
    }
    let text = format!("drift: CloudFormation's detection was not run, only the quick comparison: {}", error.message);
    seen.notes.push(Message::new(text));
    Ok(())
}

/// Waits for the end of a detection; one that takes too long is read as far as it came.
async fn wait(ports: Ports<'_>, id: &str) -> Result<DriftDetection, Failure> {
    let until = Timestamp(ports.clock.now().0 + LONGEST.0);
    loop {
        match ports.cloud_formation.drift_detection(id).await {
            Ok(state) if state.status != "DETECTION_IN_PROGRESS" => return Ok(state),
            Ok(state) if ports.clock.now() >= until => {
                return Ok(DriftDetection { reason: "it took longer than 15 minutes".to_owned(), ..state });
            }
            Err(error) if !error.kind.is_passing() || ports.clock.now() >= until => return Err(from_call(&error)),
            Ok(_) | Err(_) => {}
        }
        pause(ports).await?;
    }
}

/// A pause between two looks.
///
/// # Errors
/// The cancellation that ended it.
pub async fn pause(ports: Ports<'_>) -> Result<(), Failure> {
    let next = Timestamp(ports.clock.now().0 + PAUSE.0);
    match select(ports.cancellation.cancelled(), ports.clock.sleep_until(next)).await {
        Either::Left(_) => Err(Failure::new(
            FailureKind::Interrupted,
            &starburst_schema::codes::observe::INTERRUPTED,
            Message::new("the run was cancelled while AWS was looking for drift or reverting it"),
        )),
        Either::Right(_) => Ok(()),
    }
}

/// `drift: 31 of 38 resources compared, 7 not (types)`.
fn count(all: &[StackResource], drifts: &[ResourceDrift], seen: &mut Seen) {
    let compared: BTreeSet<&str> = drifts
        .iter()
        .filter(|drift| matches!(drift.status.as_str(), "IN_SYNC" | "MODIFIED" | "DELETED"))
        .map(|drift| drift.logical_id.as_str())
        .collect();
    let left: Vec<&StackResource> = all.iter().filter(|one| !compared.contains(one.logical_id.as_str())).collect();
    let types: BTreeSet<&str> = left.iter().map(|one| one.resource_type.as_str()).collect();
    let mut text = format!("drift: {} of {} resources compared", all.len() - left.len(), all.len());
    if !left.is_empty() {
        let types: Vec<&str> = types.into_iter().collect();
        text.push_str(&format!(", {} not ({})", left.len(), types.join(", ")));
    }
    seen.notes.push(Message::new(text));
}

fn take(drift: &ResourceDrift, seen: &mut Seen) {
    let judged = JUDGED.iter().find(|(kind, _)| *kind == drift.resource_type).map_or(&[][..], |(_, all)| all);
    if drift.status == "DELETED" {
        let known = seen.drifted.contains(&drift.logical_id);
        if !known {
            seen.found(Difference::gone(&drift.logical_id));
        }
    }
    if drift.status != "MODIFIED" {
        return;
    }
    for difference in &drift.differences {
        if !judged.iter().any(|own| difference.path.starts_with(own)) {
            let actual = if difference.actual == "null" { "" } else { difference.actual.as_str() };
            seen.found(Difference::new(&drift.logical_id, &difference.path, difference.expected.as_str(), actual));
        }
    }
}
