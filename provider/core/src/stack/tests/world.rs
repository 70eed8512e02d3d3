//! A scripted CloudFormation in virtual time: an accepted call plays the next script as events to come. Sleeping makes
//! time pass; nothing waits for real.

mod calls;

use std::collections::{BTreeMap, VecDeque};
use std::future::Future;
use std::pin::pin;
use std::sync::Mutex;
use std::task::{Context, Poll, Waker};

use super::scripts::Script;
use super::unused::Unused;
use crate::ports::*;
use crate::stack::{Goal, Operation, Outcome, OwnerTag};
use crate::time::{Millis, Timestamp};

/// What goes wrong with a call.
#[derive(Debug, Clone, PartialEq)]
pub enum Fault {
    /// This answer, and no effect.
    Answer(CallErrorKind, &'static str),
    /// The effect, and this answer.
    LostReply,
    /// The process is killed before the effect.
    KillBefore,
    /// The process is killed after the effect, before the answer.
    KillAfter,
    /// No answer ever.
    Hang,
}

/// What AWS answers to a repeated create.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repeat {
    SameId,
    AlreadyExists,
    TokenReused,
}

#[derive(Debug, Clone)]
struct Entry {
    stack: Stack,
    /// Tokens of all calls that it ever accepted.
    tokens: Vec<String>,
    events: Vec<StackEvent>,
}

pub struct State {
    pub now: u64,
    pub cancel_at: Option<u64>,
    pub killed: bool,
    entries: Vec<Entry>,
    pub scripts: VecDeque<Script>,
    pub faults: BTreeMap<usize, Fault>,
    /// Faults by action, for the given number of calls.
    pub faulty: BTreeMap<&'static str, (Fault, usize)>,
    pub calls: Vec<(u64, &'static str)>,
    pub accepted: Vec<String>,
    pub lines: Vec<(u64, Progress)>,
    pub repeat: Repeat,
    pub page: usize,
    pub nothing_to_do: bool,
    /// Change sets of the only stack: name, execution status, what it was made of.
    pub sets: Vec<Made>,
    /// What every change set holds.
    pub changes: Vec<ResourceChange>,
    /// Why every change set fails; empty when it does not.
    pub set_fails: &'static str,
    /// Failed activities of every group.
    pub activities: Vec<String>,
    /// Events of nested stacks, newest first.
    pub nested: BTreeMap<String, Vec<StackEvent>>,
}

/// A change set.
#[derive(Debug, Clone)]
pub struct Made {
    pub name: String,
    pub execution: &'static str,
    /// When it is ready.
    pub ready: u64,
}

pub struct World(pub Mutex<State>);

pub const NAME: &str = "analytics";

pub fn error(kind: CallErrorKind, action: &str, message: &str) -> CallError {
    CallError {
        kind,
        action: format!("cloudformation:{action}"),
        code: "ValidationError".into(),
        message: message.into(),
    }
}

pub fn owner() -> OwnerTag {
    OwnerTag { key: "starburst:owner".into(), value: "me".into() }
}

pub fn request(body: &str) -> StackRequest {
    StackRequest {
        template: TemplateSource::Body(body.into()),
        parameters: BTreeMap::new(),
        tags: BTreeMap::from([(owner().key, owner().value)]),
        capabilities: vec![],
        role_arn: None,
        notification_arns: vec![],
        policy_body: None,
        rollback_triggers: vec![],
        monitoring_minutes: None,
        on_failure: OnFailure::Rollback,
        express: false,
        token: String::new(),
    }
}

pub fn operation(goal: Goal) -> Operation {
    Operation {
        request: (goal != Goal::Delete).then(|| request(goal.verb())),
        owner: owner(),
        ..Operation::new(goal, NAME)
    }
}

impl World {
    pub fn new(scripts: Vec<Script>) -> Self {
        Self(Mutex::new(State {
            now: 1_000_000,
            cancel_at: None,
            killed: false,
            entries: Vec::new(),
            scripts: scripts.into(),
            faults: BTreeMap::new(),
            faulty: BTreeMap::new(),
            calls: Vec::new(),
            accepted: Vec::new(),
            lines: Vec::new(),
            repeat: Repeat::SameId,
            page: 3,
            nothing_to_do: false,
            sets: Vec::new(),
            changes: Vec::new(),
            set_fails: "",
            activities: Vec::new(),
            nested: BTreeMap::new(),
        }))
    }

    /// A world in which a stack of the given history is there already; answers its ARN.
    pub fn with_stack(&self, ours: bool, history: &[(&str, &str)]) -> String {
        let mut state = self.0.lock().unwrap();
        let id = format!("arn:aws:cloudformation:us-east-1:1:stack/{NAME}/{}", state.entries.len());
        let tags = if ours { BTreeMap::from([(owner().key, owner().value)]) } else { BTreeMap::new() };
        let stack = Stack { id: id.clone(), name: NAME.into(), tags, ..Stack::default() };
        let time = state.now - 60_000;
        let mut entry = Entry { stack, tokens: vec![], events: vec![] };
        for (logical_id, status) in history {
            entry.push(time, logical_id, status, "", "other");
        }
        state.entries.push(entry);
        id
    }

    pub fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    pub fn actions(&self) -> Vec<&'static str> {
        self.state().calls.iter().map(|(_, action)| *action).collect()
    }

    pub fn ports(&self) -> Ports<'_> {
        Ports {
            cloud_formation: self,
            change_sets: self,
            auto_scaling: self,
            compute: &Unused,
            identity: &Unused,
            objects: &Unused,
            secrets: &Unused,
            files: &Unused,
            clock: self,
            cancellation: self,
            progress: self,
        }
    }

    /// Runs an operation to its end; `None` when the process was killed.
    pub fn run(&self, operation: Operation) -> Option<Outcome> {
        self.drive(crate::stack::run(self.ports(), operation))
    }

    /// Drives a future of this world to its end; `None` when the process was killed.
    pub fn drive<T>(&self, future: impl Future<Output = T>) -> Option<T> {
        let mut future = pin!(future);
        let mut context = Context::from_waker(Waker::noop());
        for _ in 0..100 {
            if let Poll::Ready(outcome) = future.as_mut().poll(&mut context) {
                return Some(outcome);
            }
            if self.state().killed {
                self.state().killed = false;
                return None;
            }
        }
        panic!("the attempt neither ends nor sleeps");
    }

    /// Names of the change sets that are there.
    pub fn sets(&self) -> Vec<String> {
        self.state().sets.iter().map(|set| set.name.clone()).collect()
    }

    /// Notes a call; answers its fault, if it has one.
    fn begin(&self, action: &'static str) -> Option<Fault> {
        let mut state = self.state();
        let now = state.now;
        state.calls.push((now, action));
        let number = state.calls.len();
        let by_action = match state.faulty.get_mut(action) {
            Some((fault, left)) if *left > 0 => {
                *left -= 1;
                Some(fault.clone())
            }
            _ => None,
        };
        by_action.or_else(|| state.faults.remove(&number))
    }

    pub(super) async fn play<T: Send>(
        &self,
        action: &'static str,
        effect: impl FnOnce(&mut State) -> Called<T> + Send,
    ) -> Called<T> {
        match self.begin(action) {
            None => effect(&mut self.state()),
            Some(Fault::Answer(kind, message)) => Err(error(kind, action, message)),
            Some(Fault::LostReply) => {
                let _ = effect(&mut self.state());
                Err(error(CallErrorKind::Transport, action, "connection reset"))
            }
            Some(Fault::Hang) => std::future::pending().await,
            Some(Fault::KillBefore) => {
                self.state().killed = true;
                std::future::pending().await
            }
            Some(Fault::KillAfter) => {
                let _ = effect(&mut self.state());
                self.state().killed = true;
                std::future::pending().await
            }
        }
    }
}

impl Entry {
    fn push(&mut self, time: u64, logical_id: &str, status: &str, reason: &str, token: &str) {
        let own = logical_id == "@";
        self.events.push(StackEvent {
            id: format!("{}-{}", self.stack.id, self.events.len()),
            stack_id: self.stack.id.clone(),
            logical_id: if own { NAME.into() } else { logical_id.into() },
            physical_id: if own { self.stack.id.clone() } else { format!("physical-{logical_id}") },
            resource_type: match logical_id {
                _ if own || reason.contains("Embedded stack") => "AWS::CloudFormation::Stack",
                "Workers" => "AWS::AutoScaling::AutoScalingGroup",
                _ => "AWS::EC2::Thing",
            }
            .into(),
            status: status.into(),
            reason: reason.into(),
            token: token.into(),
            operation_id: String::new(),
            hook: String::new(),
            time: Timestamp(time),
        });
    }

    fn shown(&self, now: u64) -> Stack {
        let status = self
            .events
            .iter()
            .rev()
            .find(|event| event.is_of_stack() && event.time.0 <= now)
            .map_or("", |event| event.status.as_str());
        Stack { status: status.into(), ..self.stack.clone() }
    }
}

impl State {
    pub(super) fn find(&self, stack: &str) -> Option<usize> {
        let by_id = self.entries.iter().position(|entry| entry.stack.id == stack);
        by_id.or_else(|| {
            self.entries
                .iter()
                .position(|entry| entry.stack.name == stack && entry.shown(self.now).status != "DELETE_COMPLETE")
        })
    }

    pub(super) fn accept(&mut self, at: usize, what: &str, token: &str) {
        self.accepted.push(what.to_owned());
        let script = self.scripts.pop_front().unwrap_or_default();
        let now = self.now;
        let entry = &mut self.entries[at];
        entry.tokens.push(token.to_owned());
        entry.events.retain(|event| event.time.0 <= now);
        for (seconds, logical_id, status, reason) in script {
            entry.push(now + seconds * 1000, logical_id, status, reason, token);
        }
    }
}

pub const fn seconds(seconds: u64) -> Millis {
    Millis::from_seconds(seconds)
}
