//! The failures that an attempt can end in, in words: what happened, why, and the exact command that leads on.
//! Knows no call.

use starburst_schema::codes::{bug, observe, refused, stack as codes};

use super::call_failure::from_call_while;
use super::cause::{self, Diagnosis};
use super::hints::{Fields, Topic};
use super::operation::{Goal, Operation};
use super::status::StackStatus;
use super::step::Step;
use crate::failure::{Advice, Failure, FailureKind, Message};
use crate::ports::{CallError, Stack, StackEvent, ValidationFinding};

/// A request is needed and absent.
pub(super) fn no_request() -> Failure {
    Failure::new(FailureKind::Bug, &bug::BUG, Message::new("an operation that needs a request came without one"))
}

/// The name belongs to another stack, or to the very one that is to be replaced.
pub(super) fn name_taken(operation: &Operation, stack: &Stack) -> Failure {
    let own = operation.goal == Goal::Create && stack.tags.get(&operation.owner.key) == Some(&operation.owner.value);
    let whose = if own {
        "is this resource's own: a replacement cannot have its name while it is there"
    } else {
        "is not this resource's"
    };
    let summary = format!("a stack named {} exists already ({}, {}) and {whose}", stack.name, stack.id, stack.status);
    let rename = match operation.fields.find(Topic::StackName, "") {
        Some(path) => Message::new("choose another name in ").path(path),
        None => Message::new("choose another name for the stack"),
    };
    let failure = Failure::new(FailureKind::Conflict, &refused::NAME_TAKEN, Message::new(summary)).hint(rename);
    let (anew, over) = if own {
        let anew = "to make the cluster anew, destroy it first and run the same command again";
        (Some(Message::new(anew)), "where the client's state has lost the cluster, take it over: ")
    } else {
        (None, "to take the existing stack over: ")
    };
    let failure = anew.into_iter().fold(failure, Failure::hint);
    failure.hint(Message::new(over).command(Advice::Import(stack.id.clone())))
}

/// Another operation runs.
pub(super) fn conflict(operation: &Operation, status: &StackStatus) -> Failure {
    let summary = format!("stack {} is in {status}: another operation is in progress", operation.name);
    let failure = Failure::new(FailureKind::Conflict, &refused::OPERATION_IN_PROGRESS, Message::new(summary))
        .hint(Message::new("when it has ended, run ").command(Advice::Apply));
    match operation.fields.find(Topic::OnConflict, "") {
        Some(path) => failure.hint(Message::new("or let the resource wait for other operations: ").path(path)),
        None => failure,
    }
}

/// The failure that an update of a stack in this status would end in, for those who know it before.
#[must_use]
pub fn cannot_be_updated(name: &str, id: &str, status: &StackStatus, fields: Fields) -> Failure {
    let operation = Operation { id: Some(id.to_owned()), fields, ..Operation::new(Goal::Update, name) };
    match status {
        StackStatus::Absent | StackStatus::DeleteComplete => gone(&operation),
        _ => at_rest(&operation, status, id),
    }
}

/// The user names other resources to leave out than those that failed.
pub(super) fn not_failed(operation: &Operation, topic: Topic, named: &[String], failed: &[String]) -> Failure {
    let summary = format!(
        "stack {}: the resources to leave out ({}) are not exactly those that failed",
        operation.name,
        named.join(", ")
    );
    let failure = Failure::new(FailureKind::Refused, &refused::NOT_FAILED, Message::new(summary));
    let instead = match operation.fields.find(topic, "") {
        Some(path) => Message::new("write in ").path(path),
        None => Message::new("name"),
    };
    let failed = if failed.is_empty() { "nothing: no resource failed".to_owned() } else { failed.join(", ") };
    failure.hint(instead.text(format!(" only what failed: {failed}; or nothing, when the cause is cured")))
}

/// The stack changed after the preview.
pub(super) fn moved(operation: &Operation) -> Failure {
    let summary = format!("stack {} changed after it was previewed; nothing was done", operation.name);
    Failure::new(FailureKind::Conflict, &refused::STACK_MOVED, Message::new(summary))
        .hint(Message::new("look at the new preview, then run ").command(Advice::Apply))
}

/// A change set that had to be made anew does more than was shown.
pub(super) fn does_more(operation: &Operation, beyond: &[String]) -> Failure {
    let summary = format!(
        "the change set of stack {} had to be made anew and does more than was shown: it removes or replaces {}; nothing was done",
        operation.name,
        beyond.join(", ")
    );
    Failure::new(FailureKind::Conflict, &refused::DOES_MORE, Message::new(summary))
        .hint(Message::new("look at the new preview, then run ").command(Advice::Apply))
}

/// CloudFormation could not make a change set.
pub(super) fn no_change_set(operation: &Operation, reason: &str) -> Failure {
    let reason = if reason.is_empty() { "no reason given" } else { reason };
    let summary = format!("CloudFormation made no change set of stack {}: {reason}", operation.name);
    Failure::new(FailureKind::Refused, &refused::NO_CHANGE_SET, Message::new(summary))
        .hint(Message::new("correct what AWS's words name; nothing was changed"))
}

/// Early validation refused the change set.
pub(super) fn invalid(operation: &Operation, reason: &str, findings: &[ValidationFinding]) -> Failure {
    let summary = format!("CloudFormation's early validation refuses the change of stack {}", operation.name);
    let mut failure = Failure::new(FailureKind::Refused, &refused::EARLY_VALIDATION, Message::new(summary));
    for finding in findings.iter().filter(|finding| finding.fails) {
        failure.causes.push(cause::of_finding(finding, &operation.fields));
    }
    if failure.causes.is_empty() {
        failure = failure.hint(Message::new(format!("AWS says: {reason}")));
    }
    failure.hint(Message::new("nothing was changed"))
}

/// The stack is not there.
pub(super) fn gone(operation: &Operation) -> Failure {
    let summary = format!("stack {} is not there", operation.id.as_deref().unwrap_or(&operation.name));
    Failure::new(FailureKind::Gone, &observe::GONE, Message::new(summary)).hint(
        Message::new("take it out of the state with ")
            .command(Advice::Refresh)
            .text(", then run ")
            .command(Advice::Apply),
    )
}

/// The stack is at rest in a status in which the goal cannot be reached.
pub(super) fn at_rest(operation: &Operation, status: &StackStatus, id: &str) -> Failure {
    let summary =
        Message::new(format!("stack {} is in {status} and cannot be {}", operation.name, operation.goal.past()));
    let delete = format!("aws cloudformation delete-stack --stack-name {id}");
    match status {
        StackStatus::CreateFailed | StackStatus::UpdateFailed => {
            let failure = Failure::new(FailureKind::Stuck, &codes::PAUSED, summary).hint(
                Message::new("to begin anew, replace the resource, or remove the stack: ").command(Advice::Aws(delete)),
            );
            match operation.fields.find(Topic::OnFailure, "") {
                Some(path) => failure.hint(Message::new("to go on from here, keep failed operations: ").path(path)),
                None => failure,
            }
        }
        StackStatus::UpdateRollbackFailed => {
            continue_hint(operation, Failure::new(FailureKind::Stuck, &codes::ROLLBACK_FAILED, summary), id, &[])
        }
        StackStatus::RollbackComplete
        | StackStatus::RollbackFailed
        | StackStatus::DeleteFailed
        | StackStatus::ReviewInProgress => Failure::new(FailureKind::Stuck, &codes::DEAD, summary)
            .hint(Message::new("replace the resource, or remove the stack: ").command(Advice::Aws(delete))),
        _ => Failure::new(FailureKind::Stuck, &codes::STUCK, summary).hint(
            Message::new("look at it: ")
                .command(Advice::Aws(format!("aws cloudformation describe-stack-events --stack-name {id}"))),
        ),
    }
}

/// AWS refused a mutating call.
pub(super) fn refused(operation: &Operation, step: &Step, error: &CallError, stack: Option<&Stack>) -> Failure {
    let what = format!("stack {} could not be {}", operation.name, operation.goal.past());
    if error.message.contains("TerminationProtection") {
        let failure = Failure::new(
            FailureKind::Refused,
            &refused::PROTECTED,
            Message::new(format!("stack {} is protected against deletion", operation.name)),
        );
        return match operation.fields.find(Topic::TerminationProtection, "") {
            Some(path) => failure
                .hint(Message::new("switch ").path(path).text(" off with ").command(Advice::Apply).text(" first")),
            None => failure.hint(Message::new("switch the protection off first")),
        };
    }
    let mut failure = from_call_while(error, &what);
    if let Some(hint) = super::hints::find(&error.message) {
        let mut message = Message::new(hint.text);
        if let Some(path) = hint.topic.and_then(|topic| operation.fields.find(topic, "")) {
            message = message.text(": ").path(path);
        }
        failure.hints.insert(0, message);
    }
    let id = stack.map_or(operation.name.as_str(), |stack| stack.id.as_str());
    match step {
        Step::Continue(..) => continue_hint(operation, stuck(failure, &codes::ROLLBACK_FAILED), id, &[]),
        Step::Rollback(..) => {
            let command = format!("aws cloudformation rollback-stack --stack-name {id}");
            stuck(failure, &codes::PAUSED).hint(Message::new("roll back by hand: ").command(Advice::Aws(command)))
        }
        _ => failure,
    }
}

fn stuck(mut failure: Failure, code: &'static starburst_schema::Code) -> Failure {
    failure.kind = FailureKind::Stuck;
    failure.code = code;
    failure
}

/// The operation ended otherwise than well.
pub(super) fn failed(
    operation: &Operation,
    stack: Option<&Stack>,
    events: &[StackEvent],
    diagnosis: Diagnosis,
) -> Failure {
    let status = stack.map_or(StackStatus::Absent, |stack| StackStatus::from(stack.status.as_str()));
    let id = stack.map_or(operation.name.as_str(), |stack| stack.id.as_str());
    let name = &operation.name;
    let goal = operation.goal;
    let (kind, code, summary) = match status {
        StackStatus::UpdateRollbackFailed | StackStatus::RollbackFailed | StackStatus::ImportRollbackFailed => (
            FailureKind::Stuck,
            &codes::ROLLBACK_FAILED,
            format!("stack {name} could not be {}, and its rollback failed: it is in {status}", goal.past()),
        ),
        StackStatus::CreateFailed | StackStatus::UpdateFailed => (
            FailureKind::Stuck,
            &codes::PAUSED,
            format!("stack {name} could not be {} and was left as it is: it is in {status}", goal.past()),
        ),
        StackStatus::DeleteFailed => {
            (FailureKind::Stuck, &codes::DELETE_FAILED, format!("stack {name} could not be deleted: it is in {status}"))
        }
        StackStatus::RollbackComplete | StackStatus::Absent | StackStatus::DeleteComplete if goal == Goal::Create => (
            FailureKind::RolledBack,
            &codes::ROLLED_BACK,
            format!("stack {name} could not be created, and what had been made was removed again"),
        ),
        StackStatus::Absent | StackStatus::DeleteComplete => {
            (FailureKind::Gone, &observe::GONE, format!("stack {name} was deleted while it was being {}", goal.past()))
        }
        ref ready if ready.is_ready() => (
            FailureKind::RolledBack,
            &codes::ROLLED_BACK,
            format!("stack {name} could not be {} and is back in its former state", goal.past()),
        ),
        _ => {
            (FailureKind::Stuck, &codes::STUCK, format!("stack {name} could not be {}: it is in {status}", goal.past()))
        }
    };
    let mut failure = Failure::new(kind, code, Message::new(summary));
    failure.causes = diagnosis.causes;
    failure.hints = diagnosis.hints;
    lead_on(operation, failure, &status, id, events)
}

/// The exact command, or input, that leads on from a stuck status.
fn lead_on(operation: &Operation, failure: Failure, status: &StackStatus, id: &str, events: &[StackEvent]) -> Failure {
    match status {
        StackStatus::UpdateRollbackFailed => continue_hint(operation, failure, id, &cause::not_rolled_back(events)),
        StackStatus::DeleteFailed | StackStatus::RollbackFailed => {
            let ids = cause::not_deleted(events);
            let command = if *status == StackStatus::DeleteFailed && !ids.is_empty() {
                format!("aws cloudformation delete-stack --stack-name {id} --retain-resources {}", ids.join(" "))
            } else {
                format!("aws cloudformation delete-stack --stack-name {id}")
            };
            let failure = if ids.is_empty() {
                failure
            } else {
                failure.hint(Message::new(format!("still there: {}", ids.join(", "))))
            };
            let failure = match operation.fields.find(Topic::Retain, "") {
                Some(path) if *status == StackStatus::DeleteFailed => failure
                    .hint(Message::new("to leave them behind, name them in ").path(path).text(" and delete again")),
                _ => failure,
            };
            failure.hint(Message::new("by hand: ").command(Advice::Aws(command)))
        }
        StackStatus::CreateFailed => failure.hint(
            Message::new("to give it up: ")
                .command(Advice::Aws(format!("aws cloudformation delete-stack --stack-name {id}"))),
        ),
        StackStatus::UpdateFailed => failure.hint(
            Message::new("to go back to the last good state: ")
                .command(Advice::Aws(format!("aws cloudformation rollback-stack --stack-name {id}"))),
        ),
        StackStatus::RollbackComplete => failure.hint(
            Message::new(format!("the empty stack {id} stays for inspection; the next attempt removes it: "))
                .command(Advice::Apply),
        ),
        _ => failure,
    }
}

fn continue_hint(operation: &Operation, failure: Failure, id: &str, skip: &[String]) -> Failure {
    let skipped = if skip.is_empty() { String::new() } else { format!(" --resources-to-skip {}", skip.join(" ")) };
    let command = format!("aws cloudformation continue-update-rollback --stack-name {id}{skipped}");
    let failure = failure
        .hint(Message::new("cure the cause, then ").command(Advice::Apply).text(" continues the rollback first"));
    let failure = match operation.fields.find(Topic::Skip, "") {
        Some(path) => {
            failure.hint(Message::new("a resource that cannot be cured is skipped by naming it in ").path(path))
        }
        None => failure,
    };
    failure.hint(Message::new("by hand: ").command(Advice::Aws(command)))
}

/// The client cancelled.
pub(super) fn interrupted(operation: &Operation, touched: bool, cancelling: bool) -> Failure {
    let what = format!("the run was cancelled while stack {} was being {}", operation.name, operation.goal.past());
    let rest = match (touched, cancelling) {
        (false, _) => "; nothing was changed",
        (true, true) => "; the update is being cancelled, and CloudFormation rolls it back",
        (true, false) => "; CloudFormation goes on",
    };
    let failure = Failure::new(FailureKind::Interrupted, &observe::INTERRUPTED, Message::new(format!("{what}{rest}")));
    if touched { failure.hint(Message::new("to join it again, run ").command(Advice::Apply)) } else { failure }
}

/// The deadline passed.
pub(super) fn timed_out(operation: &Operation, touched: bool) -> Failure {
    let summary = Message::new(format!("stack {} was not {} within ", operation.name, operation.goal.past()))
        .span(operation.timeout)
        .text(if touched { "; CloudFormation goes on" } else { "; nothing was changed" });
    let failure = Failure::new(FailureKind::TimedOut, &observe::TIMED_OUT, summary)
        .hint(Message::new("to join it again, run ").command(Advice::Apply));
    match operation.fields.find(Topic::Timeout, "") {
        Some(path) => failure.hint(Message::new("a longer timeout stands in ").path(path)),
        None => failure,
    }
}
