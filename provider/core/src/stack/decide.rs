//! From what was read to what is done: the table's decisions become calls and waits. Part of the machine; knows no call's
//! wire form.

use super::cause;
use super::change_set::{ChangeSetUse, Prepared};
use super::endings;
use super::events::{Feed, History};
use super::hints::Topic;
use super::machine::{Aim, Machine, Phase};
use super::operation::{Goal, OnConflict, Outcome};
use super::status::StackStatus;
use super::step::{self, Reply, Step};
use super::table::{self, Decision};
use super::token::{self, Call};
use crate::failure::Failure;
use crate::ports::{CallError, CallErrorKind, Called, DeleteRequest, EventPage, OnFailure, Stack, Updated};
use crate::stack::call_failure::from_call_while;
use crate::time::{Millis, Timestamp};

/// Calls made anew at most after a lost reply or an answer that passes.
const MOST_ATTEMPTS: u32 = 6;
/// Decisions at most in one attempt: a stack that others keep changing is a conflict in the end.
const MOST_DECISIONS: u32 = 20;
/// Throttled looks at most before anything was changed; the SDK has made its own retries by then.
const MOST_THROTTLED: u32 = 3;
/// Looks at most that may contradict the events.
const MOST_STALE: u32 = 10;

impl Machine {
    pub(super) fn looked(&mut self, now: Timestamp, answer: Called<Option<Stack>>) {
        let stack = match answer {
            Ok(stack) => stack,
            Err(error) if error.kind == CallErrorKind::NotFound => None,
            Err(error) => return self.could_not_look(now, &error),
        };
        self.pace.answered();
        self.stack = stack;
        let Some(stack) = &self.stack else { return self.decide(now, &History::default()) };
        let goal = self.operation.goal;
        if goal == Goal::Create && !self.is_ours(stack) {
            return self.fail(endings::name_taken(&self.operation, stack), false);
        }
        if goal != Goal::Create {
            self.stack_id = Some(stack.id.clone());
        }
        if goal == Goal::Observe || self.status() == StackStatus::DeleteComplete {
            return self.decide(now, &History::default());
        }
        self.phase = Phase::History { history: History::default(), next: None };
    }

    /// Before anything was changed, an answer that does not come is the end; after that it is waited for.
    fn could_not_look(&mut self, now: Timestamp, error: &CallError) {
        if self.touched {
            self.phase = Phase::Look;
            return self.again_slower(now, error);
        }
        if error.kind == CallErrorKind::Throttled && self.attempts < MOST_THROTTLED {
            self.attempts += 1;
            self.phase = Phase::Look;
            return self.call_at(now + Millis(500 << self.attempts));
        }
        self.fail(from_call_while(error, &format!("stack {} could not be read", self.operation.name)), false);
    }

    pub(super) fn history_page(
        &mut self,
        now: Timestamp,
        mut history: History,
        page: Option<String>,
        answer: Called<EventPage>,
    ) {
        match answer {
            Ok(answer) => {
                let content = self.content.clone();
                // Which resources failed stands in all of the newest operation's events.
                let whole = self.names_resources();
                match history.take(answer, |token| whole || token::is_for(token, &content)) {
                    Some(next) => self.phase = Phase::History { history, next: Some(next) },
                    None => self.decide(now, &history),
                }
            }
            // Without the right to read events nothing can be recognised, but everything else works.
            Err(error) if matches!(error.kind, CallErrorKind::Denied | CallErrorKind::NotFound) => {
                self.decide(now, &history);
            }
            Err(error) if self.touched => {
                self.phase = Phase::History { history, next: page };
                self.again_slower(now, &error);
            }
            Err(error) if error.kind == CallErrorKind::Throttled => self.could_not_look(now, &error),
            Err(error) => {
                let what = format!("the events of stack {} could not be read", self.operation.name);
                self.fail(from_call_while(&error, &what), false);
            }
        }
    }

    fn is_ours(&self, stack: &Stack) -> bool {
        let owner = &self.operation.owner;
        !owner.key.is_empty() && stack.tags.get(&owner.key) == Some(&owner.value)
    }

    pub(super) fn status(&self) -> StackStatus {
        self.stack.as_ref().map_or(StackStatus::Absent, |stack| StackStatus::from(stack.status.as_str()))
    }

    fn keeps_failures(&self) -> bool {
        self.operation.request.as_ref().is_some_and(|request| request.on_failure == OnFailure::Keep)
    }

    fn decide(&mut self, now: Timestamp, history: &History) {
        self.decisions += 1;
        self.before = history.newest_of_stack().map(|event| event.id.clone()).unwrap_or_default();
        self.boundary = history.newest().map(|event| event.id.clone());
        if self.token_was_used {
            self.token_was_used = false;
            self.salt += 1;
        }
        let status = self.status();
        if matches!(self.operation.change_set, ChangeSetUse::Preview { .. }) {
            return self.decide_preview(now, &status);
        }
        if token::is_for(history.token(), &self.content) && self.join(now, &status, history) {
            return;
        }
        let told = history.newest_of_stack().map(|event| StackStatus::from(event.status.as_str()));
        if status.is_busy() && told.is_some_and(|told| told.is_terminal()) && self.decisions <= MOST_STALE {
            // One of the two answers is older than the other: both are read again.
            self.phase = Phase::Look;
            return self.call_at(now + Millis(1_000));
        }
        if self.decisions > MOST_DECISIONS {
            return self.fail(endings::conflict(&self.operation, &status), false);
        }
        match table::decide(&status, self.operation.goal) {
            Decision::JoinOrConflict => self.conflict(now, &status, history),
            Decision::AwaitThenDecide => self.await_rest(now),
            Decision::AwaitDeletion => {
                self.touched = true;
                self.watch(now, Aim::Own, Feed::with(history.operation()), false);
            }
            decision => match self.unfit(decision, history) {
                Some(failure) => self.fail(failure, false),
                None => self.act(now, decision, &status),
            },
        }
    }

    /// Whether the user names resources that a repair of this stack shall leave out.
    fn names_resources(&self) -> bool {
        let recovery = &self.operation.recovery;
        match self.status() {
            StackStatus::UpdateRollbackFailed => !recovery.skip.is_empty(),
            StackStatus::DeleteFailed => !recovery.retain.is_empty(),
            _ => false,
        }
    }

    /// Exactly the resources that failed may be left out: AWS refuses others, one that is fine would be lost, and one
    /// that is not named would fail again.
    fn unfit(&self, decision: Decision, history: &History) -> Option<Failure> {
        if !self.names_resources() {
            return None;
        }
        let (named, failed, topic) = match decision {
            Decision::ContinueThenUpdate if !self.continued => {
                (&self.operation.recovery.skip, cause::not_rolled_back(&history.operation()), Topic::Skip)
            }
            Decision::DeleteRetaining => {
                (&self.operation.recovery.retain, cause::not_deleted(&history.operation()), Topic::Retain)
            }
            _ => return None,
        };
        // Without the right to read events nobody can tell; AWS's own check remains.
        let unknown = history.newest().is_none();
        let same = named.len() == failed.len() && named.iter().all(|id| failed.contains(id));
        (!unknown && !same).then(|| endings::not_failed(&self.operation, topic, named, &failed))
    }

    /// A preview only tells: what is not ready to be updated is left alone.
    fn decide_preview(&mut self, now: Timestamp, status: &StackStatus) {
        match table::decide(status, Goal::Update) {
            Decision::Update => self.act(now, Decision::Update, status),
            _ => self.previewed(Prepared::NotReady(status.text().to_owned())),
        }
    }

    /// Joins the operation that an earlier run began; `false` when it has ended in a way that asks for a new one.
    fn join(&mut self, now: Timestamp, status: &StackStatus, history: &History) -> bool {
        let joins = match self.operation.goal {
            Goal::Create => {
                matches!(status, StackStatus::CreateInProgress | StackStatus::CreateComplete)
                    || *status == StackStatus::CreateFailed && self.keeps_failures()
            }
            Goal::Update => status.is_busy() || *status == StackStatus::UpdateComplete,
            Goal::Delete | Goal::Observe => false,
        };
        if !joins {
            return false;
        }
        self.token = history.token().to_owned();
        self.stack_id = self.stack.as_ref().map(|stack| stack.id.clone());
        if *status == StackStatus::UpdateComplete && self.operation.goal == Goal::Update {
            // The very same update has ended well already: its events are history, not progress.
            self.unchanged = true;
            self.settle();
            return true;
        }
        self.touched = true;
        self.report(step::info(format!(
            "stack {}: joining the {} that is under way or has just ended",
            self.operation.name,
            self.operation.goal.verb()
        )));
        self.watch(now, Aim::Own, Feed::with(history.operation()), false);
        true
    }

    fn conflict(&mut self, now: Timestamp, status: &StackStatus, history: &History) {
        let own_earlier =
            self.operation.stub.as_ref().is_some_and(|stub| !stub.token.is_empty() && stub.token == history.token());
        if own_earlier || self.operation.on_conflict == OnConflict::Wait {
            self.await_rest(now);
        } else {
            self.fail(endings::conflict(&self.operation, status), false);
        }
    }

    fn await_rest(&mut self, now: Timestamp) {
        let status = self.status();
        self.stack_id = self.stack.as_ref().map(|stack| stack.id.clone());
        self.report(step::info(format!("stack {} is in {status}: waiting until it is at rest", self.operation.name)));
        self.watch(now, Aim::Rest, Feed::after(self.boundary.clone()), false);
    }

    fn act(&mut self, now: Timestamp, decision: Decision, status: &StackStatus) {
        let id = self.stack.as_ref().map(|stack| stack.id.clone()).unwrap_or_default();
        match decision {
            Decision::Create => self.create(),
            Decision::DeleteThenCreate => self.delete(&id, Call::Create),
            Decision::Update => self.update(now, &id),
            Decision::UpdateIfKeeping | Decision::RollBackThenUpdate if self.keeps_failures() => self.update(now, &id),
            Decision::RollBackThenUpdate => {
                let content = token::content(Call::Rollback, &id, &[], "");
                self.phase = Phase::Mutate(Step::Rollback(id, token::token(&content, &self.before)));
            }
            Decision::ContinueThenUpdate if !self.continued => {
                let skip = self.operation.recovery.skip.clone();
                let content = token::content(Call::Continue, &id, skip.join(",").as_bytes(), "");
                self.phase = Phase::Mutate(Step::Continue(id, skip, token::token(&content, &self.before)));
            }
            Decision::Delete | Decision::DeleteRetaining => self.delete(&id, Call::Delete),
            Decision::Nothing => self.finish(Outcome::Deleted),
            Decision::Gone => self.fail(endings::gone(&self.operation), false),
            Decision::Report => match self.stack.clone() {
                Some(stack) => self.finish(Outcome::Succeeded { stack }),
                None => self.fail(endings::gone(&self.operation), false),
            },
            Decision::NameTaken => match self.stack.clone() {
                Some(stack) => self.fail(endings::name_taken(&self.operation, &stack), false),
                None => self.fail(endings::gone(&self.operation), false),
            },
            // The rollback was continued just now, and its events say why it failed again.
            Decision::ContinueThenUpdate => self.diagnose(),
            _ => self.fail(endings::at_rest(&self.operation, status, &id), false),
        }
    }

    fn create(&mut self) {
        let Some(mut request) = self.operation.request.clone() else { return self.fail(endings::no_request(), false) };
        let mut before = self.dead.clone().unwrap_or_default();
        if self.salt > 0 {
            before.push_str(&format!("+{}", self.salt));
        }
        request.token = token::token(&self.content, &before);
        self.token.clone_from(&request.token);
        let protected = self.operation.termination_protection.unwrap_or(false);
        self.phase = Phase::Mutate(Step::Create(self.operation.name.clone(), protected, Box::new(request)));
    }

    /// AWS answered with a stack that is long gone: the same again under a new token.
    pub(super) fn create_anew(&mut self) {
        self.stack_id = None;
        self.salt += 1;
        self.create();
    }

    fn update(&mut self, now: Timestamp, id: &str) {
        let Some(mut request) = self.operation.request.clone() else { return self.fail(endings::no_request(), false) };
        let salt = if self.salt > 0 { format!("+{}", self.salt) } else { String::new() };
        request.token = token::token(&self.content, &format!("{}{salt}", self.before));
        self.token.clone_from(&request.token);
        if self.operation.change_set != ChangeSetUse::No {
            return self.prepare(now, request);
        }
        self.phase = Phase::Mutate(Step::Update(id.to_owned(), Box::new(request)));
    }

    fn delete(&mut self, id: &str, aim: Call) {
        // Only from DELETE_FAILED may resources be retained.
        let failed_before = self.status() == StackStatus::DeleteFailed;
        let retain = if failed_before { self.operation.recovery.retain.clone() } else { Vec::new() };
        let content = token::content(Call::Delete, id, &[], "");
        let token = token::token(&content, &self.before);
        if aim == Call::Delete {
            self.token.clone_from(&token);
        } else {
            self.report(step::info(format!(
                "stack {} ({}): removing it, then creating anew",
                self.operation.name,
                self.status()
            )));
        }
        let role_arn = self.operation.role_arn.clone();
        self.phase = Phase::Mutate(Step::Delete(DeleteRequest { stack_id: id.to_owned(), retain, role_arn, token }));
    }

    pub(super) fn mutated(&mut self, now: Timestamp, step: Step, reply: Reply) {
        match (step, reply) {
            (_, Reply::Created(Err(error)) | Reply::Updated(Err(error)) | Reply::Done(Err(error)))
                if error.kind.is_passing() =>
            {
                self.look_again_after(now, &error);
            }
            (Step::Create(..), Reply::Created(Ok(id))) => {
                self.touched = true;
                self.stack_id = Some(id);
                self.stack = None;
                self.watch(now, Aim::Own, Feed::after(None), true);
            }
            (Step::Create(..), Reply::Created(Err(error)))
                if matches!(error.kind, CallErrorKind::AlreadyExists | CallErrorKind::TokenReused) && self.salt < 3 =>
            {
                self.token_was_used = error.kind == CallErrorKind::TokenReused;
                self.phase = Phase::Look;
                self.call_at(now + Millis(1_000));
            }
            (Step::Update(..), Reply::Updated(Ok(Updated::Started))) => {
                self.touched = true;
                self.watch(now, Aim::Own, Feed::after(self.boundary.clone()), false);
            }
            (Step::Update(..), Reply::Updated(Ok(Updated::NothingToDo))) => {
                self.unchanged = true;
                self.settle();
            }
            (Step::Delete(request), Reply::Done(Ok(()))) => self.deleting(now, request.stack_id),
            (Step::Delete(_), Reply::Done(Err(error))) if error.kind == CallErrorKind::NotFound => {
                self.phase = Phase::Look;
            }
            (step @ (Step::Continue(..) | Step::Rollback(..)), Reply::Done(Ok(()))) => {
                self.touched = true;
                self.continued |= matches!(step, Step::Continue(..));
                self.watch(now, Aim::Rest, Feed::after(self.boundary.clone()), false);
            }
            (step, Reply::Created(Err(error)) | Reply::Updated(Err(error)) | Reply::Done(Err(error))) => {
                self.refused(now, &step, &error);
            }
            (step, _) => self.phase = Phase::Mutate(step),
        }
    }

    fn deleting(&mut self, now: Timestamp, id: String) {
        let aim = if self.operation.goal == Goal::Create { Aim::NameFree } else { Aim::Own };
        // A dead stack that makes way is not what the user's state holds: only the goal's own calls touch.
        self.touched |= aim == Aim::Own;
        self.stack_id = Some(id);
        self.watch(now, aim, Feed::after(self.boundary.clone()), false);
    }

    /// The request may have had its effect, or will have it a little later: the stack is looked at before it is repeated.
    pub(super) fn look_again_after(&mut self, now: Timestamp, error: &CallError) {
        self.attempts += 1;
        self.touched |= error.kind.may_have_happened();
        if self.attempts > MOST_ATTEMPTS {
            let what = format!("stack {} could not be {}", self.operation.name, self.operation.goal.past());
            return self.fail(from_call_while(error, &what), true);
        }
        self.phase = Phase::Look;
        self.call_at(now + Millis((1_000 << self.attempts).min(30_000)));
    }

    pub(super) fn refused(&mut self, now: Timestamp, step: &Step, error: &CallError) {
        let moved =
            ["can not be updated", "cannot be deleted while in status", "cannot be called from current stack status"];
        let is_role = error.message.contains("Role ARN is invalid or cannot be assumed");
        let repeats = is_role
            || moved.iter().any(|words| error.message.contains(words))
            || error.kind == CallErrorKind::TokenReused;
        self.attempts += 1;
        // A role that was made seconds ago, and a stack that moved between two calls, are both cured by a second look.
        if repeats && self.attempts <= MOST_ATTEMPTS / 2 {
            self.token_was_used = error.kind == CallErrorKind::TokenReused;
            self.phase = Phase::Look;
            return self.call_at(now + Millis(2_000));
        }
        let failure = endings::refused(&self.operation, step, error, self.stack.as_ref());
        self.fail(failure, false);
    }
}
