//! Rules of time: what a change takes by its settings, against the credentials' life and the operation's own limit.

use starburst_schema::codes::input::{LONGER_THAN_CREDENTIALS, LONGER_THAN_TIMEOUT};
use starburst_schema::fields::{ec2, stack};

use super::Case;
use crate::cluster::request::text;
use crate::cluster::rolls;
use crate::cluster::state::ClusterState;
use crate::cluster::validate::Found;
use crate::failure::{Message, Severity, Violation};
use crate::path::Path;
use crate::ports::Ports;
use crate::time::Millis;

/// All rules of this file. A change that moves no node has no estimate, and breaks none of them.
pub fn rules(case: &Case<'_>, ports: Ports<'_>, limit: Option<Millis>, found: &mut Found) {
    let Some(prior) = case.prior else { return };
    let (likely, at_most) = rolls::estimate(prior, case.inputs, case.plan);
    if let Some(limit) = limit.filter(|limit| at_most > *limit) {
        let message = takes(likely, at_most).text(", and the timeout of this update is ").span(limit);
        let instead =
            Message::new("raise the timeout to ").span(at_most).text(" or more; CloudFormation goes on without it");
        found.push(Violation::warning(
            &LONGER_THAN_TIMEOUT,
            Path::from(&ec2::ROLLING_UPDATE_DRAIN_TIMEOUT),
            message,
            instead,
        ));
    }
    credentials(case, ports, (likely, at_most), found);
}

/// An error where the roll is likely to outlive the credentials, a warning where it may.
fn credentials(case: &Case<'_>, ports: Ports<'_>, (likely, at_most): (Millis, Millis), found: &mut Found) {
    let Some(expiry) = ports.identity.credentials_expire() else { return };
    let now = ports.clock.now();
    // Credentials that are out of date are renewed by the next call, nobody knows for how long.
    if text(case.inputs, &stack::ROLE_ARN).is_some() || expiry <= now {
        return;
    }
    let left = expiry - now;
    // What an interrupted run began goes on either way: to follow it to its end takes no more than that.
    let goes_on = ClusterState::of(case.prior).is_ok_and(|state| state.operation.is_some());
    let severity = match () {
        () if likely > left && !goes_on => Severity::Error,
        () if at_most > left => Severity::Warning,
        () => return,
    };
    let message = takes(likely, at_most)
        .text(", and the credentials live for ")
        .span(left)
        .text(" more; CloudFormation acts with them and stops in the middle when they expire");
    let instead = Message::new("write the ARN of a service role, or use credentials that live longer");
    let violation = Violation::warning(&LONGER_THAN_CREDENTIALS, Path::from(&stack::ROLE_ARN), message, instead);
    found.push(Violation { severity, ..violation });
}

fn takes(likely: Millis, at_most: Millis) -> Message {
    Message::new("this change takes about ").span(likely).text(" with short queries, at most ").span(at_most)
}
