//! One attempt to bring a stack to a goal, as a machine without IO: occurrences go in, calls and lines come out.
//! Holds no port, draws nothing at random, can be cloned and printed between any two calls. Begin with [`Machine::poll`].
//!
//! The way of every attempt: look (describe) → history (newest operation of an existing stack) → decide (the table) →
//! mutate → watch (events) → confirm (describe) → diagnose (events of nested stacks) → done.

use std::collections::VecDeque;

use super::cause::Evidence;
use super::events::{Feed, History};
use super::nodes::Nodes;
use super::operation::{Goal, OnInterrupt, Operation, Outcome, Stub};
use super::poll::Pace;
use super::prepare::Preparing;
use super::status::StackStatus;
use super::step::{self, Occurrence, Output, Reply, Step};
use super::timers::{Reason, Timers};
use super::token::{self, Call};
use crate::failure::{Failure, FailureKind};
use crate::ports::{CallErrorKind, Progress, Stack};
use crate::time::{Millis, Timestamp};

/// Longest silence while waiting.
pub(super) const STATUS_LINE: Millis = Millis(10_000);
/// How long the call that cancels an update may hold up a cancelled run.
const CANCEL_LIMIT: Millis = Millis(700);

/// Where the attempt is.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Phase {
    /// The stack is described, to decide.
    Look,
    /// Its newest operation is read, page by page.
    History { history: History, next: Option<String> },
    /// A mutating call is due.
    Mutate(Step),
    /// The update goes by change set.
    Prepare(Box<Preparing>),
    /// CloudFormation is at work.
    Watch { aim: Aim, next: Option<String>, fresh: bool },
    /// The events say that it has ended.
    Confirm(Aim),
    /// A group failed; why its instances did not launch is read while the group is still there.
    Activities { aim: Aim, groups: Vec<String> },
    /// It failed; events of nested stacks are read.
    Nested { waiting: Vec<String> },
    /// The stack is as asked; its termination protection follows.
    Protect(bool),
    /// The client cancelled, and the update is being cancelled.
    Cancelling,
}

/// What is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Aim {
    /// The operation itself.
    Own,
    /// The deletion of a dead stack, so that its name is free.
    NameFree,
    /// Rest, to decide anew.
    Rest,
}

/// The machine.
#[derive(Debug, Clone)]
pub struct Machine {
    pub(super) operation: Operation,
    pub(super) began: Timestamp,
    pub(super) phase: Phase,
    pub(super) timers: Timers,
    /// What of the token says what is asked.
    pub(super) content: String,
    /// The token of the last mutating call towards the goal.
    pub(super) token: String,
    pub(super) stack_id: Option<String>,
    pub(super) stack: Option<Stack>,
    /// ARN of the dead stack that made way.
    pub(super) dead: Option<String>,
    /// Whether AWS was, or may have been, changed.
    pub(super) touched: bool,
    /// Whether AWS answered that nothing was to be done.
    pub(super) unchanged: bool,
    /// Whether the rollback was continued already.
    pub(super) continued: bool,
    /// Calls made anew because their reply was lost or AWS was busy.
    pub(super) attempts: u32,
    /// How often the table was asked.
    pub(super) decisions: u32,
    /// Counts up when AWS answers that a token was used before and nothing of it is there.
    pub(super) salt: u32,
    pub(super) token_was_used: bool,
    pub(super) before: String,
    pub(super) boundary: Option<String>,
    pub(super) feed: Feed,
    pub(super) evidence: Evidence,
    pub(super) pace: Pace,
    pub(super) nodes: Nodes,
    /// When the last event came.
    pub(super) heard: Timestamp,
    /// Whether the next look asks the stack itself and not its events.
    pub(super) asks_stack: bool,
    /// Whether events may not be read.
    pub(super) without_events: bool,
    /// Whether the user was told that reading is difficult.
    pub(super) warned: bool,
    awaiting: Option<Step>,
    cancelled: bool,
    reports: VecDeque<Progress>,
    outcome: Option<Outcome>,
}

impl Machine {
    /// An attempt that begins now.
    #[must_use]
    pub fn new(operation: Operation, now: Timestamp) -> Self {
        let mut timers = Timers::default();
        timers.set(Reason::Deadline, now + operation.timeout);
        timers.set(Reason::StatusLine, now + STATUS_LINE);
        let content = content_of(&operation);
        let stack_id = operation.id.clone().filter(|_| operation.goal != Goal::Create);
        let pace = Pace::new(now, stack_id.as_deref().unwrap_or(&operation.name));
        Self {
            began: now,
            phase: Phase::Look,
            timers,
            content,
            token: String::new(),
            stack_id,
            stack: None,
            dead: None,
            touched: false,
            unchanged: false,
            continued: false,
            attempts: 0,
            decisions: 0,
            salt: 0,
            token_was_used: false,
            before: String::new(),
            boundary: None,
            feed: Feed::default(),
            evidence: Evidence::default(),
            pace,
            nodes: Nodes::default(),
            heard: now,
            asks_stack: false,
            without_events: false,
            warned: false,
            awaiting: None,
            cancelled: false,
            reports: VecDeque::new(),
            outcome: None,
            operation,
        }
    }

    /// Whether the client's wish to stop has arrived here.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.cancelled
    }

    /// When a call that is under way is given up.
    #[must_use]
    pub fn give_up(&self) -> Option<Timestamp> {
        self.timers.give_up()
    }

    /// What the machine wants. After [`Output::Call`] it wants a reply, a tick or the cancellation before it is asked
    /// again.
    pub fn poll(&mut self, now: Timestamp) -> Output {
        if let Some(line) = self.reports.pop_front() {
            return Output::Report(line);
        }
        if let Some(outcome) = &self.outcome {
            return Output::Done(Box::new(outcome.clone()));
        }
        if self.timers.is_due(Reason::StatusLine, now) {
            self.timers.set(Reason::StatusLine, now + STATUS_LINE);
            return Output::Report(step::status(self.status_line(now)));
        }
        let waits = self.awaiting.is_some() || self.timers.is_ahead(Reason::Call, now);
        if waits {
            return match self.read_of_nodes(now) {
                Some(step) => Output::Beside(step),
                None => Output::WaitUntil(self.timers.next().unwrap_or(now)),
            };
        }
        self.timers.clear(Reason::Call);
        let step = self.step();
        self.pace.called();
        self.awaiting = Some(step.clone());
        Output::Call(step)
    }

    /// Tells the machine what happened.
    pub fn handle(&mut self, now: Timestamp, occurrence: Occurrence) {
        if self.outcome.is_some() {
            return;
        }
        match occurrence {
            Occurrence::Reply(Reply::Groups(answer)) => self.saw_groups(now, answer),
            Occurrence::Reply(Reply::TagOf(answer)) => self.saw_tags(now, answer),
            Occurrence::Reply(reply) => {
                self.awaiting = None;
                self.on_reply(now, reply);
            }
            Occurrence::Cancelled if !self.cancelled => self.on_cancelled(now),
            Occurrence::Cancelled => {}
            Occurrence::Tick if self.timers.is_due(Reason::CancelLimit, now) => self.interrupted(),
            Occurrence::Tick if self.timers.is_due(Reason::Deadline, now) => {
                self.touched |= self.mutation_is_under_way();
                self.timed_out();
            }
            Occurrence::Tick => {}
        }
    }

    fn step(&mut self) -> Step {
        let id = self.stack_id.clone().unwrap_or_else(|| self.operation.name.clone());
        match &mut self.phase {
            Phase::Look if self.operation.goal == Goal::Create => Step::Describe(self.operation.name.clone()),
            Phase::Look | Phase::Confirm(_) => Step::Describe(id),
            Phase::History { next, .. } => {
                Step::Events(self.stack.as_ref().map_or(id, |stack| stack.id.clone()), next.clone())
            }
            Phase::Watch { .. } if self.asks_stack => Step::Describe(id),
            Phase::Watch { next, .. } => Step::Events(id, next.clone()),
            Phase::Mutate(step) => step.clone(),
            // By name: stand-ins of AWS know change sets by the stack's name alone, and the name of a stack that is there
            // is its own.
            Phase::Prepare(preparing) => preparing.step(&self.operation.name),
            Phase::Nested { waiting } => Step::Events(waiting.first().cloned().unwrap_or(id), None),
            Phase::Activities { groups, .. } => Step::Activities(groups.first().cloned().unwrap_or_default()),
            Phase::Protect(on) => Step::Protect(id, *on),
            Phase::Cancelling => {
                let content = token::content(Call::Cancel, &id, &[], "");
                Step::Cancel(id, token::token(&content, &self.token))
            }
        }
    }

    fn on_reply(&mut self, now: Timestamp, reply: Reply) {
        let phase = std::mem::replace(&mut self.phase, Phase::Look);
        match (phase, reply) {
            (Phase::Look, Reply::Stack(answer)) => self.looked(now, answer),
            (Phase::History { history, next }, Reply::Page(answer)) => self.history_page(now, history, next, answer),
            (Phase::Mutate(step), reply) => self.mutated(now, step, reply),
            (Phase::Prepare(preparing), reply) => self.prepared(now, preparing, reply),
            (Phase::Watch { aim, fresh, .. }, Reply::Page(Ok(page))) => self.watched(now, aim, fresh, page),
            (Phase::Watch { aim, .. }, Reply::Stack(Ok(stack))) => self.asked_stack(now, aim, stack),
            (Phase::Watch { aim, fresh, .. }, Reply::Page(Err(error)) | Reply::Stack(Err(error))) => {
                self.feed.rewind();
                // Without the right to read events, the stack itself is asked; a stack that is gone as well.
                self.without_events |= error.kind == CallErrorKind::Denied;
                self.asks_stack |= matches!(error.kind, CallErrorKind::Denied | CallErrorKind::NotFound);
                self.phase = Phase::Watch { aim, next: None, fresh };
                self.again_slower(now, &error);
            }
            (Phase::Confirm(aim), Reply::Stack(Ok(stack))) => self.confirmed(now, aim, stack),
            (Phase::Confirm(aim), Reply::Stack(Err(error))) => {
                self.phase = Phase::Confirm(aim);
                self.again_slower(now, &error);
            }
            (Phase::Nested { waiting }, Reply::Page(answer)) => self.nested_page(now, waiting, answer),
            (Phase::Activities { aim, groups }, Reply::Activities(answer)) => self.activities(now, aim, groups, answer),
            (Phase::Protect(on), Reply::Done(answer)) => self.protected(now, on, answer),
            (Phase::Cancelling, _) => self.interrupted(),
            (phase, _) => self.phase = phase,
        }
    }

    fn on_cancelled(&mut self, now: Timestamp) {
        self.cancelled = true;
        self.touched |= self.mutation_is_under_way();
        let updating = matches!(self.phase, Phase::Watch { aim: Aim::Own, .. })
            && self.operation.goal == Goal::Update
            && matches!(self.feed.status(), None | Some(StackStatus::UpdateInProgress));
        if updating && self.operation.on_interrupt == OnInterrupt::CancelUpdate {
            self.phase = Phase::Cancelling;
            self.awaiting = None;
            self.timers.clear(Reason::Call);
            self.timers.set(Reason::CancelLimit, now + CANCEL_LIMIT);
        } else {
            self.interrupted();
        }
    }

    fn mutation_is_under_way(&self) -> bool {
        self.awaiting.as_ref().is_some_and(Step::is_mutating)
    }

    pub(super) fn call_at(&mut self, time: Timestamp) {
        self.timers.set(Reason::Call, time);
    }

    pub(super) fn report(&mut self, line: Progress) {
        self.reports.push_back(line);
    }

    pub(super) fn finish(&mut self, outcome: Outcome) {
        self.outcome = Some(outcome);
    }

    /// Ends the attempt with a failure.
    pub(super) fn fail(&mut self, failure: Failure, resumable: bool) {
        // A stack that is stuck has not got what the inputs say: the next run, with the same inputs, goes on from there.
        let goes_on = resumable || failure.kind == FailureKind::Stuck && self.operation.goal != Goal::Delete;
        let stub = (goes_on && self.touched).then(|| self.stub());
        let stack = self.stack.clone().or_else(|| self.known_stack());
        self.finish(Outcome::Failed { failure, stack: stack.map(Box::new), stub, after_touch: self.touched });
    }

    /// What is known of a stack that was made and not described yet.
    fn known_stack(&self) -> Option<Stack> {
        let id = self.stack_id.clone().filter(|_| self.touched)?;
        let just_made = self.operation.goal == Goal::Create && matches!(self.phase, Phase::Watch { .. });
        let status = match self.feed.newest_of_stack() {
            Some(event) => event.status.clone(),
            None if just_made => StackStatus::CreateInProgress.text().to_owned(),
            None => String::new(),
        };
        Some(Stack { id, name: self.operation.name.clone(), status, ..Stack::default() })
    }

    fn stub(&self) -> Stub {
        let seen = self.feed.newest_of_stack().map(|event| event.status.clone());
        Stub {
            goal: self.operation.goal,
            stack_name: self.operation.name.clone(),
            stack_id: self.stack_id.clone(),
            token: self.token.clone(),
            began: self.began,
            status: seen.or_else(|| self.stack.as_ref().map(|stack| stack.status.clone())).unwrap_or_default(),
        }
    }
}

fn content_of(operation: &Operation) -> String {
    let request = operation.request.as_ref().map(token::request_bytes).unwrap_or_default();
    let stack = operation.id.as_deref().unwrap_or(&operation.name);
    match operation.goal {
        Goal::Create => token::content(Call::Create, &operation.name, &request, &operation.instance),
        Goal::Update => token::content(Call::Update, stack, &request, ""),
        Goal::Delete => token::content(Call::Delete, stack, &[], ""),
        Goal::Observe => String::new(),
    }
}
