//! Following what others do to a stack: the operation under way is watched to its end with the lines and the diagnosis
//! of an own one, and the next one is waited for. Makes no call that changes anything.

use std::sync::Mutex;

use starburst_schema::codes::observe;

use super::call_failure::from_call_while;
use super::driver::drive;
use super::events::{Feed, History, Took, begins_operation, newest_attempt};
use super::hints::Fields;
use super::machine::{Aim, Machine};
use super::operation::{Goal, Operation, Outcome};
use super::poll::Pace;
use super::status::{Class, StackStatus};
use super::step;
use crate::failure::{Client, Failure, FailureKind, Message};
use crate::ports::{CallError, CallErrorKind, Called, Clock, Ports, Progress, ProgressSink, Stack, StackEvent};
use crate::time::{Millis, Timestamp};

/// Silence after which it is said how far an operation is.
const SILENCE: Millis = Millis(60_000);

/// Looks at most that may contradict the events.
const MOST_STALE: u32 = 10;

/// A stack that is followed.
#[derive(Debug, Clone)]
pub struct Follower {
    /// Name or ARN, as it was given.
    stack: String,
    fields: Fields,
    began: Timestamp,
    timeout: Option<Millis>,
    /// ARN of the stack that was seen last, unless it is gone.
    id: Option<String>,
    /// The newest event that was seen.
    newest: Option<String>,
    /// An operation that began while one was waited for.
    begun: Option<(Stack, Vec<StackEvent>)>,
}

/// What a look at a stack came to.
#[derive(Debug, Clone, PartialEq)]
pub enum Followed {
    /// There is no such stack.
    Absent,
    /// Nothing is under way; the stack's status.
    AtRest(StackStatus),
    /// An operation was under way and ended as it should; the stack's status.
    Well(StackStatus),
    /// An operation was under way and ended otherwise.
    Failed(Failure),
}

impl Follower {
    /// Follows the stack of that name or ARN from now on, at most for that time. `fields` says which inputs stand
    /// behind the template's resources.
    #[must_use]
    pub fn new(stack: &str, fields: Fields, now: Timestamp, timeout: Option<Millis>) -> Self {
        let (stack, id, newest) = (stack.to_owned(), None, None);
        Self { stack, fields, began: now, timeout, id, newest, begun: None }
    }

    /// Watches the operation that is under way, or that [`Self::wait`] has found, to its end. Each change is a line.
    ///
    /// # Errors
    /// Whatever kept AWS from answering at the beginning, and the end of the time.
    pub async fn follow(&mut self, ports: Ports<'_>) -> Result<Followed, Failure> {
        let (stack, events) = match self.begun.take() {
            Some(begun) => begun,
            None => match self.look(ports).await? {
                Looked::Operation(stack, events) => (*stack, events),
                Looked::Rest(rest) => return Ok(rest),
            },
        };
        self.watch(ports, stack, events).await
    }

    /// Waits until an operation begins after those that were seen. `false`: none can, because the stack is gone for
    /// good, or none did in time.
    ///
    /// # Errors
    /// AWS refuses the look.
    pub async fn wait(&mut self, ports: Ports<'_>) -> Result<bool, Failure> {
        let by_arn = self.stack.starts_with("arn:");
        let mut pace = Pace::new(ports.clock.now(), &self.stack);
        let mut without_events = false;
        while self.id.is_some() || !by_arn {
            let next = pace.next(ports.clock.now(), false);
            if next >= self.deadline() {
                ports.clock.sleep_until(self.deadline()).await;
                return Ok(false);
            }
            ports.clock.sleep_until(next).await;
            pace.called();
            let looked = match self.id.clone().filter(|_| !without_events) {
                Some(id) => self.begun_since(ports, &id).await,
                None => self.begun_anew(ports).await,
            };
            match looked {
                Ok(None) => pace.answered(),
                Ok(begun) => {
                    self.begun = begun;
                    return Ok(true);
                }
                Err(error) if error.kind == CallErrorKind::Denied && !without_events => without_events = true,
                Err(error) if error.kind == CallErrorKind::NotFound => self.id = None,
                Err(error) if error.kind.is_passing() => pace.troubled(),
                Err(error) => return Err(self.unreadable(&error)),
            }
        }
        Ok(false)
    }

    fn deadline(&self) -> Timestamp {
        self.timeout.map_or(Timestamp(u64::MAX), |timeout| self.began + timeout)
    }

    async fn look(&mut self, ports: Ports<'_>) -> Result<Looked, Failure> {
        let mut looks = 0;
        loop {
            looks += 1;
            let described = ports.cloud_formation.describe_stack(&self.stack).await;
            let Some(stack) = described.map_err(|error| self.unreadable(&error))? else {
                return Ok(Looked::Rest(Followed::Absent));
            };
            let history = history(ports, &stack.id).await.map_err(|error| self.unreadable(&error))?;
            self.saw(&stack, history.newest());
            let status = StackStatus::from(stack.status.as_str());
            let told = history.newest_of_stack().map(|event| StackStatus::from(event.status.as_str()));
            if status.class() == Class::Absent || !status.is_busy() && !told.as_ref().is_some_and(StackStatus::is_busy)
            {
                return Ok(Looked::Rest(Followed::AtRest(status)));
            }
            // One of the two answers is older than the other: events of what has just begun may be on their way.
            if told.is_none_or(|told| told.is_busy()) || looks >= MOST_STALE {
                return Ok(Looked::Operation(Box::new(stack), history.operation()));
            }
            ports.clock.sleep_until(ports.clock.now() + Millis(1_000)).await;
        }
    }

    async fn watch(&mut self, ports: Ports<'_>, stack: Stack, events: Vec<StackEvent>) -> Result<Followed, Failure> {
        let begun = Begun::of(&stack, &events);
        let now = ports.clock.now();
        let operation = Operation {
            id: Some(stack.id.clone()),
            timeout: self.deadline() - now,
            fields: self.fields.clone(),
            ..Operation::new(begun.goal, stack.name.as_str())
        };
        ports.progress.report(step::info(format!("stack {}: following what is under way", stack.name)));
        let mut machine = Machine::joining(operation, now, stack, events);
        let seldom = Seldom::new(ports, &machine.operation.name);
        let outcome = drive(Ports { progress: &seldom, ..ports }, &mut machine).await;
        self.newest = machine.feed.events().last().map(|event| event.id.clone()).or(self.newest.take());
        let status = outcome.stack().map_or(StackStatus::Absent, |stack| StackStatus::from(stack.status.as_str()));
        if status.class() == Class::Absent {
            self.id = None;
        }
        match outcome {
            Outcome::Failed { failure, .. } if failure.kind == FailureKind::TimedOut => Err(self.out_of_time()),
            Outcome::Failed { failure, .. } if !begun.ends_well_in(&status) => Ok(Followed::Failed(failure)),
            Outcome::Deleted => Ok(Followed::Well(StackStatus::DeleteComplete)),
            _ => Ok(Followed::Well(status)),
        }
    }

    /// An operation that began after the newest event that was seen.
    async fn begun_since(&mut self, ports: Ports<'_>, id: &str) -> Called<Option<(Stack, Vec<StackEvent>)>> {
        let mut feed = Feed::after(self.newest.clone());
        let mut next: Option<String> = None;
        let new = loop {
            match feed.take(ports.cloud_formation.stack_events(id, next.as_deref()).await?) {
                Took::All(new) => break new,
                Took::Older(older) => next = Some(older),
            }
        };
        let begins = new.iter().any(|event| event.is_of_stack() && begins_operation(event));
        if !begins {
            self.newest = new.last().map(|event| event.id.clone()).or(self.newest.take());
            return Ok(None);
        }
        let stack = ports.cloud_formation.describe_stack(id).await?;
        Ok(stack.map(|stack| (stack, newest_attempt(&new).to_vec())))
    }

    /// A stack of that name that is new, or one whose events may not be read and that is busy.
    async fn begun_anew(&mut self, ports: Ports<'_>) -> Called<Option<(Stack, Vec<StackEvent>)>> {
        let Some(stack) = ports.cloud_formation.describe_stack(&self.stack).await? else { return Ok(None) };
        let status = StackStatus::from(stack.status.as_str());
        if matches!(status.class(), Class::Absent | Class::Review) || self.id.is_some() && !status.is_busy() {
            return Ok(None);
        }
        let history = history(ports, &stack.id).await?;
        self.saw(&stack, history.newest());
        Ok(Some((stack, history.operation())))
    }

    fn saw(&mut self, stack: &Stack, newest: Option<&StackEvent>) {
        let gone = StackStatus::from(stack.status.as_str()).class() == Class::Absent;
        self.id = (!gone).then(|| stack.id.clone());
        self.newest = newest.map(|event| event.id.clone());
    }

    fn unreadable(&self, error: &CallError) -> Failure {
        from_call_while(error, &format!("stack {} could not be read", self.stack))
    }

    fn out_of_time(&self) -> Failure {
        let summary = Message::new(format!("what is under way in stack {} did not end within ", self.stack))
            .span(self.timeout.unwrap_or_default())
            .text("; CloudFormation goes on");
        Failure::new(FailureKind::TimedOut, &observe::TIMED_OUT, summary)
    }
}

impl Machine {
    /// A machine that has only to watch an operation, and knows its events so far, oldest first.
    fn joining(operation: Operation, now: Timestamp, stack: Stack, events: Vec<StackEvent>) -> Self {
        let mut machine = Self::new(operation, now);
        machine.stack_id = Some(stack.id.clone());
        machine.stack = Some(stack);
        machine.watch(now, Aim::Own, Feed::with(events), false);
        machine
    }
}

enum Looked {
    Operation(Box<Stack>, Vec<StackEvent>),
    Rest(Followed),
}

/// The newest operation's events; none where they may not be read.
async fn history(ports: Ports<'_>, id: &str) -> Called<History> {
    let mut history = History::default();
    let mut next: Option<String> = None;
    loop {
        let page = match ports.cloud_formation.stack_events(id, next.as_deref()).await {
            Err(error) if matches!(error.kind, CallErrorKind::Denied | CallErrorKind::NotFound) => return Ok(history),
            page => page?,
        };
        next = history.take(page, |_| true);
        if next.is_none() {
            return Ok(history);
        }
    }
}

/// What an operation began as: it says what it is after.
struct Begun {
    goal: Goal,
    import: bool,
    rollback: bool,
}

impl Begun {
    fn of(stack: &Stack, events: &[StackEvent]) -> Self {
        let first = events.iter().find(|event| event.is_of_stack() && begins_operation(event));
        let status = StackStatus::from(first.map_or(stack.status.as_str(), |event| event.status.as_str()));
        use StackStatus as S;
        let goal = match status {
            S::CreateInProgress | S::CreateComplete | S::RollbackInProgress => Goal::Create,
            S::DeleteInProgress => Goal::Delete,
            _ => Goal::Update,
        };
        let import = matches!(status, S::ImportInProgress);
        Self { goal, import, rollback: first.is_some() && status.is_rollback() }
    }

    /// Imports, and rollbacks that a person asked for, have ends of their own; the machine judges all others.
    fn ends_well_in(&self, status: &StackStatus) -> bool {
        self.import && *status == StackStatus::ImportComplete
            || self.rollback && (status.is_ready() || *status == StackStatus::RollbackComplete)
    }
}

/// Passes lines on, and of those that only say how far an operation is, those after a silence.
struct Seldom<'a> {
    to: &'a dyn ProgressSink,
    clock: &'a dyn Clock,
    prefix: String,
    last: Mutex<Timestamp>,
}

impl<'a> Seldom<'a> {
    fn new(ports: Ports<'a>, stack: &str) -> Self {
        // Lines of events begin with a logical id, which holds no blank.
        let prefix = format!("stack {stack}: ");
        Self { to: ports.progress, clock: ports.clock, prefix, last: Mutex::new(ports.clock.now()) }
    }
}

impl ProgressSink for Seldom<'_> {
    fn report(&self, line: Progress) {
        let now = self.clock.now();
        let Ok(mut last) = self.last.lock() else { return };
        let far = matches!(&line, Progress::Status(text) if text.render(Client::Pulumi).starts_with(&self.prefix));
        if !far || now - *last >= SILENCE {
            *last = now;
            self.to.report(line);
        }
    }
}
