//! Watching an operation by its events: new ones are told, the end is noticed, trouble is outlasted. Part of the machine.

use super::cause;
use super::events::{self, Feed, Took};
use super::machine::{Aim, Machine, Phase, STATUS_LINE};
use super::operation::Goal;
use super::poll::Pace;
use super::status::StackStatus;
use super::timers::Reason;
use super::token;
use crate::failure::Message;
use crate::ports::{CallError, CallErrorKind, Called, EventLine, EventPage, OnFailure, Progress, Stack, StackEvent};
use crate::time::{Millis, Timestamp};

/// Silence of the events after which the stack itself is asked, in case its last event was missed.
const SILENCE: Millis = Millis(60_000);
/// A stack that began so long before it was asked for is not the one that was asked for.
const OLD: Millis = Millis(30_000);

impl Machine {
    /// Begins to watch for an aim.
    pub(super) fn watch(&mut self, now: Timestamp, aim: Aim, feed: Feed, fresh: bool) {
        self.feed = feed;
        self.heard = now;
        self.asks_stack = self.without_events;
        self.attempts = 0;
        let known = self.feed.events().to_vec();
        self.tell(now, &known);
        if self.feed.status().is_some_and(|status| status.is_terminal()) {
            self.phase = Phase::Confirm(aim);
            return;
        }
        self.pace = Pace::new(now, self.stack_id.as_deref().unwrap_or(&self.operation.name));
        self.phase = Phase::Watch { aim, next: None, fresh };
        self.call_at(self.pace.next(now, false));
    }

    /// Failing to observe is not failing: the call is made again, later.
    pub(super) fn again_slower(&mut self, now: Timestamp, error: &CallError) {
        self.pace.troubled();
        if !self.warned && !matches!(error.kind, CallErrorKind::Throttled | CallErrorKind::NotFound) {
            self.warned = true;
            let text = format!(
                "stack {} cannot be observed at the moment ({} {}); CloudFormation goes on, and so does the attempt to read",
                self.operation.name, error.code, error.message
            );
            self.report(Progress::Warning(Message::new(text)));
        }
        self.call_at(self.pace.next(now, false));
    }

    pub(super) fn watched(&mut self, now: Timestamp, aim: Aim, fresh: bool, page: EventPage) {
        self.pace.answered();
        let new = match self.feed.take(page) {
            Took::Older(next) => {
                self.phase = Phase::Watch { aim, next: Some(next), fresh };
                return;
            }
            Took::All(new) => new,
        };
        if fresh && self.is_replay() {
            return self.create_anew();
        }
        if !new.is_empty() {
            self.heard = now;
            self.tell(now, &new);
        }
        let groups = self.groups_to_ask(&new);
        if !groups.is_empty() {
            self.phase = Phase::Activities { aim, groups };
            return;
        }
        if self.feed.status().is_some_and(|status| status.is_terminal()) {
            self.phase = Phase::Confirm(aim);
            return;
        }
        if now - self.heard >= SILENCE {
            self.heard = now;
            self.asks_stack = true;
        }
        self.phase = Phase::Watch { aim, next: None, fresh: false };
        self.look_again(now);
    }

    /// The next look at the events: sooner when the end is near.
    fn look_again(&mut self, now: Timestamp) {
        let finishing = self.feed.is_finishing(self.expected());
        let ending = !finishing && self.feed.is_ending_a_roll(now);
        self.call_at(if ending { self.pace.soon(now) } else { self.pace.next(now, finishing) });
    }

    /// Groups that just failed for want of instances. The stack's events say only that signals are missing; the reason
    /// is in the group's activities, and goes with the group when the rollback deletes it.
    fn groups_to_ask(&self, new: &[StackEvent]) -> Vec<String> {
        let mut groups: Vec<String> = Vec::new();
        for event in new.iter().filter(|event| cause::wants_activities(event)) {
            if !self.evidence.activities.contains_key(&event.physical_id) && !groups.contains(&event.physical_id) {
                groups.push(event.physical_id.clone());
            }
        }
        groups
    }

    pub(super) fn activities(
        &mut self,
        now: Timestamp,
        aim: Aim,
        mut groups: Vec<String>,
        answer: Called<Vec<String>>,
    ) {
        if !groups.is_empty() {
            // An answer that does not come leaves the stack's own words.
            self.evidence.activities.insert(groups.remove(0), answer.unwrap_or_default());
        }
        if groups.is_empty() {
            self.phase = Phase::Watch { aim, next: None, fresh: false };
            self.look_again(now);
        } else {
            self.phase = Phase::Activities { aim, groups };
        }
    }

    pub(super) fn asked_stack(&mut self, now: Timestamp, aim: Aim, stack: Option<Stack>) {
        self.pace.answered();
        self.asks_stack = self.without_events;
        let status = stack.as_ref().map_or(StackStatus::Absent, |stack| StackStatus::from(stack.status.as_str()));
        if status.is_terminal() {
            return self.confirmed(now, aim, stack);
        }
        self.phase = Phase::Watch { aim, next: None, fresh: false };
        self.call_at(self.pace.next(now, false));
    }

    /// Whether AWS answered a create with the ARN of a former stack, because it remembers the token. A stack that
    /// deletes itself when its creation fails carries the create's token to its end, and is told by its age.
    fn is_replay(&self) -> bool {
        let deletes_itself =
            self.operation.request.as_ref().is_some_and(|request| request.on_failure == OnFailure::Delete);
        let is_old = self.feed.events().first().is_some_and(|event| self.heard - event.time > OLD);
        self.operation.goal == Goal::Create
            && self.salt < 3
            && self.feed.newest_of_stack().is_some_and(|event| {
                let by_others = !deletes_itself || !token::is_for(&event.token, &self.content);
                event.status == "DELETE_COMPLETE" && (by_others || is_old)
            })
    }

    fn tell(&mut self, now: Timestamp, new: &[StackEvent]) {
        for event in new {
            let text = events::line(event, &self.feed, self.expected());
            let kept = event.is_of_stack()
                || event.status.ends_with("_FAILED")
                || !(event.reason.is_empty() || events::is_routine(&event.reason));
            self.report(Progress::Event(EventLine { text, kept, event: Box::new(event.clone()) }));
        }
        self.hear_of_nodes(now, new);
        self.timers.set(Reason::StatusLine, now + STATUS_LINE);
    }

    pub(super) fn status_line(&self, now: Timestamp) -> String {
        let name = &self.operation.name;
        match &self.phase {
            Phase::Watch { .. } | Phase::Confirm(_) => {
                let doing = self.feed.newest_of_stack().map_or_else(
                    || format!("{} requested", self.operation.goal.verb()),
                    |event| events::words(&event.status),
                );
                let far = events::how_far(&self.feed, self.expected());
                format!("stack {name}: {doing}, {far}, {} so far", now - self.began)
            }
            _ => format!("stack {name}: waiting for an answer of AWS, {} so far", now - self.began),
        }
    }

    /// How many resources are done at the end; an update touches only some, nobody knows how many.
    fn expected(&self) -> Option<usize> {
        self.operation.resources.filter(|_| self.operation.goal != Goal::Update)
    }
}
