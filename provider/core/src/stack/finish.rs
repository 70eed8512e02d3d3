//! How an attempt comes to its end: confirmation, settings that follow, diagnosis, interruption. Part of the machine.

use super::cause::{self, Evidence};
use super::endings;
use super::events::newest_attempt;
use super::machine::{Aim, Machine, Phase};
use super::operation::{Goal, Outcome};
use super::status::{Class, StackStatus};
use crate::ports::{Called, EventPage, Stack};
use crate::stack::call_failure::from_call_while;
use crate::time::{Millis, Timestamp};

/// Descriptions that may lag behind the events before the events are read again.
const MOST_STALE: u32 = 10;
/// Events of nested stacks read at most.
const MOST_NESTED: usize = 6;

impl Machine {
    pub(super) fn confirmed(&mut self, now: Timestamp, aim: Aim, stack: Option<Stack>) {
        self.pace.answered();
        self.stack = stack;
        let status = self.status();
        if status.is_busy() {
            // The description lags behind the events: soon again, and after a while less often.
            self.attempts += 1;
            self.phase = Phase::Confirm(aim);
            let soon = self.attempts < MOST_STALE;
            return self.call_at(if soon { now + Millis(1_000) } else { self.pace.next(now, false) });
        }
        self.attempts = 0;
        match aim {
            Aim::Own => self.ended(&status),
            Aim::Rest => {
                self.evidence = Evidence::default();
                if self.operation.goal == Goal::Create && status.class() == Class::Absent {
                    self.dead = self.stack_id.take();
                }
                self.phase = Phase::Look;
            }
            Aim::NameFree if status.class() == Class::Absent => {
                self.dead = self.stack_id.take();
                self.stack = None;
                self.phase = Phase::Look;
            }
            Aim::NameFree => self.diagnose(),
        }
    }

    fn ended(&mut self, status: &StackStatus) {
        let good = match self.operation.goal {
            Goal::Delete => status.class() == Class::Absent,
            Goal::Create => *status == StackStatus::CreateComplete || *status == StackStatus::UpdateComplete,
            Goal::Update => *status == StackStatus::UpdateComplete,
            Goal::Observe => true,
        };
        match (good, self.operation.goal) {
            (true, Goal::Delete) => self.finish(Outcome::Deleted),
            (true, _) => self.settle(),
            (false, _) => self.diagnose(),
        }
    }

    /// The stack is as asked; termination protection is a call of its own.
    pub(super) fn settle(&mut self) {
        let Some(stack) = self.stack.clone() else { return self.fail(endings::gone(&self.operation), false) };
        let wanted = self.operation.termination_protection;
        if let Some(on) = wanted.filter(|wanted| *wanted != stack.termination_protection) {
            self.phase = Phase::Protect(on);
            return;
        }
        self.finish(if self.unchanged && !self.touched {
            Outcome::Unchanged { stack }
        } else {
            Outcome::Succeeded { stack }
        });
    }

    pub(super) fn protected(&mut self, now: Timestamp, on: bool, answer: Called<()>) {
        match answer {
            Ok(()) => {
                self.touched = true;
                if let Some(stack) = &mut self.stack {
                    stack.termination_protection = on;
                }
                self.settle();
            }
            Err(error) if error.kind.is_passing() && self.attempts < MOST_STALE => {
                self.attempts += 1;
                self.phase = Phase::Protect(on);
                self.again_slower(now, &error);
            }
            Err(error) => {
                let what = format!(
                    "stack {} is {}, but its termination protection could not be changed",
                    self.operation.name,
                    self.operation.goal.past()
                );
                self.touched = true;
                self.fail(from_call_while(&error, &what), false);
            }
        }
    }

    /// Reads nested stacks where the cause is inside one, then ends.
    pub(super) fn diagnose(&mut self) {
        let diagnosis = cause::diagnose(newest_attempt(self.feed.events()), &self.evidence, &self.operation.fields);
        if !diagnosis.missing.is_empty() && self.evidence.nested.len() < MOST_NESTED {
            self.phase = Phase::Nested { waiting: diagnosis.missing };
            return;
        }
        let failure = endings::failed(&self.operation, self.stack.as_ref(), self.feed.events(), diagnosis);
        self.fail(failure, false);
    }

    /// A nested stack whose events cannot be read keeps its parent's words: diagnosis never holds up an ending for long.
    pub(super) fn nested_page(&mut self, _now: Timestamp, mut waiting: Vec<String>, answer: Called<EventPage>) {
        if waiting.is_empty() {
            return self.diagnose();
        }
        let arn = waiting.remove(0);
        let mut events = answer.map(|page| page.events).unwrap_or_default();
        events.reverse();
        self.evidence.nested.insert(arn, events);
        self.diagnose();
    }

    pub(super) fn interrupted(&mut self) {
        let failure = endings::interrupted(&self.operation, self.touched, self.phase == Phase::Cancelling);
        self.fail(failure, true);
    }

    pub(super) fn timed_out(&mut self) {
        let failure = endings::timed_out(&self.operation, self.touched);
        self.fail(failure, true);
    }
}
