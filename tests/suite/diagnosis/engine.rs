//! A stream through the state machine of the stack engine, as AWS would have answered its calls. No socket, no clock.

use anyhow::{Result, bail};
use starburst_core::cluster::fields_of_resources;
use starburst_core::failure::Failure;
use starburst_core::ports::{EventPage, OnFailure, Stack, StackEvent, StackRequest, TemplateSource, Updated};
use starburst_core::stack::machine::Machine;
use starburst_core::stack::step::{Occurrence, Output, Reply, Step};
use starburst_core::stack::{Goal, Operation, Outcome, OwnerTag};
use starburst_core::time::Timestamp;

use super::corpus::{ARN, BEGAN, NAME, Stream, events};

/// What an attempt asks for at most before it is called stuck.
const MOST: usize = 500;
/// Events of a page: several pages are read.
const PAGE: usize = 5;

/// How the operation of a stream ends.
pub fn failure(stream: &Stream) -> Result<Failure> {
    let mut aws = Aws { stream, events: events(ARN, &stream.events), token: None };
    match aws.run(operation(stream)?)? {
        Outcome::Failed { failure, .. } => Ok(failure),
        other => bail!("{}: ended well: {other:?}", stream.name),
    }
}

fn operation(stream: &Stream) -> Result<Operation> {
    let goal = match stream.operation.as_str() {
        "create" => Goal::Create,
        "update" => Goal::Update,
        "delete" => Goal::Delete,
        other => bail!("{}: no such operation: {other}", stream.name),
    };
    let mut operation = Operation::new(goal, NAME);
    operation.owner = owner();
    operation.fields = fields_of_resources();
    operation.id = (goal != Goal::Create).then(|| ARN.to_owned());
    let deletes = goal == Goal::Create && stream.ended().starts_with("DELETE");
    operation.request = (goal != Goal::Delete).then(|| StackRequest {
        template: TemplateSource::Body("{}".into()),
        parameters: [].into(),
        tags: [(owner().key, owner().value)].into(),
        capabilities: Vec::new(),
        role_arn: None,
        notification_arns: Vec::new(),
        policy_body: None,
        rollback_triggers: Vec::new(),
        monitoring_minutes: None,
        on_failure: if deletes { OnFailure::Delete } else { OnFailure::Rollback },
        express: false,
        token: String::new(),
    });
    Ok(operation)
}

fn owner() -> OwnerTag {
    OwnerTag { key: "starburst:owner".into(), value: "suite".into() }
}

struct Aws<'a> {
    stream: &'a Stream,
    events: Vec<StackEvent>,
    /// Token of the mutating call, once it was made.
    token: Option<String>,
}

impl Aws<'_> {
    fn run(&mut self, operation: Operation) -> Result<Outcome> {
        let mut now = Timestamp(BEGAN);
        let mut machine = Machine::new(operation, now);
        for _ in 0..MOST {
            match machine.poll(now) {
                Output::Call(step) => {
                    let reply = self.answer(&step);
                    machine.handle(now, Occurrence::Reply(reply));
                }
                Output::WaitUntil(then) => {
                    now = then.max(now);
                    machine.handle(now, Occurrence::Tick);
                }
                // What single nodes do is no part of a diagnosis; it is never answered, and nothing waits for it.
                Output::Report(_) | Output::Beside(_) => {}
                Output::Done(outcome) => return Ok(*outcome),
            }
        }
        bail!("{}: never became idle", self.stream.name)
    }

    fn answer(&mut self, step: &Step) -> Reply {
        match step {
            Step::Describe(_) => Reply::Stack(Ok(self.stack())),
            Step::Events(id, next) => Reply::Page(Ok(self.page(id, next.as_deref()))),
            Step::Activities(group) => {
                let of_group = group.strip_prefix("id-").and_then(|id| self.stream.activities.get(id));
                Reply::Activities(Ok(of_group.cloned().unwrap_or_default()))
            }
            Step::Create(_, _, request) => {
                self.token = Some(request.token.clone());
                Reply::Created(Ok(ARN.to_owned()))
            }
            Step::Update(_, request) => {
                self.token = Some(request.token.clone());
                Reply::Updated(Ok(Updated::Started))
            }
            Step::Delete(request) => {
                self.token = Some(request.token.clone());
                Reply::Done(Ok(()))
            }
            _ => Reply::Done(Ok(())),
        }
    }

    /// Before the call, the stack of the last good operation, or none.
    fn stack(&self) -> Option<Stack> {
        if self.token.is_none() && self.stream.operation == "create" {
            return None;
        }
        let status = if self.token.is_some() { self.stream.ended() } else { "CREATE_COMPLETE" };
        Some(Stack {
            id: ARN.to_owned(),
            name: NAME.to_owned(),
            status: status.to_owned(),
            tags: [(owner().key, owner().value)].into(),
            ..Stack::default()
        })
    }

    fn page(&self, id: &str, next: Option<&str>) -> EventPage {
        if let Some(nested) = self.stream.nested.get(id) {
            return EventPage { events: events(id, nested).into_iter().rev().collect(), next: None };
        }
        let old = |number: u32, status: &str| StackEvent {
            id: format!("old-{number}"),
            stack_id: ARN.to_owned(),
            logical_id: NAME.to_owned(),
            physical_id: ARN.to_owned(),
            resource_type: "AWS::CloudFormation::Stack".to_owned(),
            status: status.to_owned(),
            time: Timestamp(BEGAN - 86_400_000),
            ..StackEvent::default()
        };
        let mut all: Vec<StackEvent> = Vec::new();
        if self.stream.operation != "create" {
            all.extend([old(1, "CREATE_IN_PROGRESS"), old(2, "CREATE_COMPLETE")]);
        }
        if let Some(token) = &self.token {
            all.extend(self.events.iter().map(|event| StackEvent { token: token.clone(), ..event.clone() }));
        }
        all.reverse();
        let from: usize = next.and_then(|next| next.parse().ok()).unwrap_or_default();
        let end = all.len().min(from + PAGE);
        let next = (end < all.len()).then(|| end.to_string());
        EventPage { events: all.get(from..end).unwrap_or_default().to_vec(), next }
    }
}
