//! An update by change set: earlier ones are found or removed, one is made and read to its last page, and executed or
//! told. Part of the machine; begins where the table says `update`.

use super::change_set::{self, ChangeSet, ChangeSetUse, Prepared, Readiness};
use super::endings;
use super::events::Feed;
use super::machine::{Aim, Machine, Phase};
use super::operation::Outcome;
use super::step::{self, Reply, Step};
use crate::ports::{
    CallError, CallErrorKind, Called, ChangeSetPage, ChangeSetSummary, StackRequest, ValidationFinding,
};
use crate::stack::call_failure::from_call_while;
use crate::time::{Millis, Timestamp};

/// Calls made anew at most when AWS is busy or no answer comes.
const MOST_ATTEMPTS: u32 = 6;
/// Pages read at most. Source: 500 resources per template, some of which need a page of their own.
const MOST_PAGES: usize = 600;
/// How long a change set that is being made is looked at every second; then less often.
const SOON: Millis = Millis(15_000);

/// Where the making is.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Stage {
    /// Which change sets there are.
    List,
    /// Those of earlier previews go.
    Remove { left: Vec<String>, then_make: bool },
    /// CreateChangeSet.
    Make,
    /// DescribeChangeSet until it is made, then page by page.
    Read { values: bool, next: Option<String> },
    /// What early validation found.
    Findings,
    /// A change set that is of no use goes; then the attempt ends this way.
    Discard(Box<End>),
    /// ExecuteChangeSet.
    Execute,
}

/// How an attempt ends once its change set is gone.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum End {
    NothingToDo,
    Failed(crate::failure::Failure),
}

/// An update by change set on its way.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Preparing {
    stage: Stage,
    set: ChangeSet,
    request: Box<StackRequest>,
    began: Timestamp,
    pages: usize,
    readiness: Readiness,
    reason: String,
    /// Made in this run, and therefore seen by nobody.
    unseen: bool,
    /// How often it was not there when it was read.
    vanished: u32,
}

impl Preparing {
    /// The call of this stage.
    pub(super) fn step(&self, stack: &str) -> Step {
        let (stack, name) = (stack.to_owned(), self.set.name.clone());
        match &self.stage {
            Stage::List => Step::ChangeSets(stack),
            Stage::Remove { left, .. } => Step::RemoveChangeSet(stack, left.first().cloned().unwrap_or(name)),
            Stage::Make => Step::MakeChangeSet(stack, name, self.request.clone()),
            Stage::Read { values, next } => Step::ChangeSet(stack, name, *values, next.clone()),
            Stage::Findings => Step::Findings(self.set.id.clone()),
            Stage::Discard(_) => Step::RemoveChangeSet(stack, name),
            Stage::Execute => Step::ExecuteChangeSet(stack, name, self.request.clone()),
        }
    }
}

impl Machine {
    fn previews(&self) -> bool {
        matches!(self.operation.change_set, ChangeSetUse::Preview { .. })
    }

    /// Begins the way by change set. The name is the token of the update: what is asked, and of which state of the stack.
    pub(super) fn prepare(&mut self, now: Timestamp, request: StackRequest) {
        let set = ChangeSet { name: request.token.clone(), ..ChangeSet::default() };
        self.phase = Phase::Prepare(Box::new(Preparing {
            stage: Stage::List,
            set,
            request: Box::new(request),
            began: now,
            pages: 0,
            readiness: Readiness::Pending,
            reason: String::new(),
            unseen: false,
            vanished: 0,
        }));
    }

    fn go(&mut self, mut preparing: Box<Preparing>, stage: Stage) {
        preparing.stage = stage;
        self.phase = Phase::Prepare(preparing);
    }

    pub(super) fn prepared(&mut self, now: Timestamp, preparing: Box<Preparing>, reply: Reply) {
        match reply {
            Reply::ChangeSets(Ok(all)) => self.listed(preparing, &all),
            Reply::ChangeSetPage(Ok(page)) => self.page(now, preparing, page),
            Reply::Findings(answer) => self.findings(preparing, answer),
            Reply::ChangeSets(Err(error)) | Reply::ChangeSetPage(Err(error)) => {
                self.prepare_again(now, preparing, &error);
            }
            Reply::Done(answer) => self.done(now, preparing, answer),
            _ => self.phase = Phase::Prepare(preparing),
        }
    }

    fn listed(&mut self, preparing: Box<Preparing>, all: &[ChangeSetSummary]) {
        let own = change_set::own(all, &preparing.set.name, &self.content);
        match self.operation.change_set {
            ChangeSetUse::Preview { renew: false } if !own.wanted => {
                let what = if own.moved { Prepared::Moved } else { Prepared::Absent };
                self.previewed(what);
            }
            ChangeSetUse::Preview { renew: true } if !own.others.is_empty() => {
                self.go(preparing, Stage::Remove { left: own.others, then_make: !own.wanted });
            }
            ChangeSetUse::Preview { .. } => self.make_or_read(preparing, !own.wanted),
            _ if own.available => self.go(preparing, Stage::Execute),
            _ if own.moved => self.fail(endings::moved(&self.operation), false),
            // One of that name that cannot be executed would be in the way.
            _ if own.others.contains(&preparing.set.name) => {
                let left = vec![preparing.set.name.clone()];
                self.go(preparing, Stage::Remove { left, then_make: true });
            }
            _ => self.make_or_read(preparing, !own.wanted),
        }
    }

    fn make_or_read(&mut self, preparing: Box<Preparing>, make: bool) {
        let values = self.previews();
        self.go(preparing, if make { Stage::Make } else { Stage::Read { values, next: None } });
    }

    fn done(&mut self, now: Timestamp, mut preparing: Box<Preparing>, answer: Called<()>) {
        match (preparing.stage.clone(), answer) {
            (Stage::Remove { left, then_make }, answer) => {
                // One that cannot be removed now is obsolete after the update, and goes with the next preview.
                if let Err(error) = answer.as_ref().map_err(Clone::clone) {
                    self.report(step::info(format!("a change set of an earlier preview stays: {}", error.message)));
                }
                match left.split_first() {
                    Some((_, rest)) if !rest.is_empty() => {
                        let left = rest.to_vec();
                        self.go(preparing, Stage::Remove { left, then_make });
                    }
                    _ => self.make_or_read(preparing, then_make),
                }
            }
            (Stage::Make, Ok(())) => {
                preparing.unseen = true;
                self.attempts = 0;
                self.make_or_read(preparing, false);
            }
            (Stage::Make, Err(error)) if error.kind == CallErrorKind::AlreadyExists => {
                preparing.unseen = true;
                self.make_or_read(preparing, false);
            }
            (Stage::Execute, Ok(())) => {
                self.touched = true;
                self.watch(now, Aim::Own, Feed::after(self.boundary.clone()), false);
            }
            (Stage::Execute, Err(error)) => self.not_executed(now, &preparing, &error),
            (Stage::Discard(end), _) => self.end_without(*end),
            (_, Err(error)) => self.prepare_again(now, preparing, &error),
            (_, Ok(())) => self.phase = Phase::Prepare(preparing),
        }
    }

    fn end_without(&mut self, end: End) {
        match end {
            End::NothingToDo if self.previews() => self.previewed(Prepared::Made(Box::default())),
            End::NothingToDo => {
                self.unchanged = true;
                self.settle();
            }
            End::Failed(failure) => self.fail(failure, false),
        }
    }

    /// The events tell whether it was executed all the same; and a change set that is gone or obsolete means that the
    /// stack was changed by somebody else.
    fn not_executed(&mut self, now: Timestamp, preparing: &Preparing, error: &CallError) {
        if error.kind.is_passing() {
            return self.look_again_after(now, error);
        }
        self.attempts += 1;
        let stale = error.code == "InvalidChangeSetStatus" || error.kind == CallErrorKind::NotFound;
        if stale && self.attempts <= 2 {
            self.phase = Phase::Look;
            return self.call_at(now + Millis(1_000));
        }
        if stale {
            return self.fail(endings::moved(&self.operation), false);
        }
        let step = preparing.step(&self.operation.name);
        self.refused(now, &step, error);
    }

    fn page(&mut self, now: Timestamp, mut preparing: Box<Preparing>, page: Option<ChangeSetPage>) {
        self.attempts = 0;
        self.pace.answered();
        let Some(page) = page else {
            // Somebody removed it between two calls, or AWS does not show yet what it has just made.
            preparing.vanished += 1;
            if preparing.vanished > MOST_ATTEMPTS {
                return self.fail(endings::no_change_set(&self.operation, "it is not there after it was made"), false);
            }
            self.call_at(now + Millis(1_000));
            return self.go(preparing, Stage::List);
        };
        preparing.readiness = change_set::readiness(&page);
        preparing.set.id.clone_from(&page.id);
        preparing.reason.clone_from(&page.reason);
        match preparing.readiness {
            Readiness::Pending => {
                let every = if now - preparing.began < SOON { Millis(1_000) } else { Millis(3_000) };
                self.phase = Phase::Prepare(preparing);
                self.call_at(now + every);
            }
            Readiness::Ready => self.take_page(preparing, page),
            Readiness::Nothing => self.go(preparing, Stage::Discard(Box::new(End::NothingToDo))),
            Readiness::Invalid => self.go(preparing, Stage::Findings),
            Readiness::Unusable => {
                let failure = endings::no_change_set(&self.operation, &preparing.reason);
                self.go(preparing, Stage::Discard(Box::new(End::Failed(failure))));
            }
        }
    }

    fn take_page(&mut self, mut preparing: Box<Preparing>, page: ChangeSetPage) {
        let Stage::Read { values, .. } = preparing.stage else { return self.phase = Phase::Prepare(preparing) };
        let incomplete = values && change_set::is_incomplete(&page);
        preparing.pages += 1;
        change_set::merge(&mut preparing.set.changes, page.changes);
        match page.next {
            Some(next) if preparing.pages < MOST_PAGES => self.go(preparing, Stage::Read { values, next: Some(next) }),
            _ if incomplete => self.go(preparing, Stage::Read { values: false, next: None }),
            _ => self.read(preparing),
        }
    }

    /// All pages are here.
    fn read(&mut self, preparing: Box<Preparing>) {
        if self.previews() {
            return self.go(preparing, Stage::Findings);
        }
        let ChangeSetUse::Execute(shown) = &self.operation.change_set else { return };
        let beyond = if preparing.unseen { change_set::beyond(&preparing.set.changes, shown) } else { Vec::new() };
        if beyond.is_empty() {
            return self.go(preparing, Stage::Execute);
        }
        let failure = endings::does_more(&self.operation, &beyond);
        self.go(preparing, Stage::Discard(Box::new(End::Failed(failure))));
    }

    /// Findings that may not be read are no reason to fail: the change set itself says whether it is valid.
    fn findings(&mut self, mut preparing: Box<Preparing>, answer: Called<Vec<ValidationFinding>>) {
        preparing.set.findings = answer.unwrap_or_default();
        if preparing.readiness == Readiness::Invalid {
            let failure = endings::invalid(&self.operation, &preparing.reason, &preparing.set.findings);
            return self.go(preparing, Stage::Discard(Box::new(End::Failed(failure))));
        }
        self.previewed(Prepared::Made(Box::new(preparing.set)));
    }

    pub(super) fn previewed(&mut self, prepared: Prepared) {
        let stack = self.stack.clone();
        self.finish(Outcome::Previewed { stack, prepared });
    }

    fn prepare_again(&mut self, now: Timestamp, preparing: Box<Preparing>, error: &CallError) {
        self.attempts += 1;
        if error.kind.is_passing() && self.attempts <= MOST_ATTEMPTS {
            self.phase = Phase::Prepare(preparing);
            return self.call_at(now + Millis((500 << self.attempts).min(30_000)));
        }
        let what = format!("no change set of stack {} could be made", self.operation.name);
        self.fail(from_call_while(error, &what), false);
    }
}
