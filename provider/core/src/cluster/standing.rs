//! What the stack's present status means for the next apply: said by previews and refreshes, so that nobody learns it
//! from a failing run. Words the engine's table, and decides nothing.

use starburst_schema::fields::stack as stack_fields;

use super::api::Prior;
use super::diagnosis;
use super::request::{name_of, text};
use crate::failure::{Failure, Message};
use crate::ports::{CallErrorKind, Ports};
use crate::stack::call_failure::from_call;
use crate::stack::status::StackStatus;
use crate::stack::table::{Decision, decide};
use crate::stack::{self, Goal};
use crate::value::Value;

/// What the next operation does about a status that is not ready; `None` where there is nothing to say.
#[must_use]
pub fn ahead(name: &str, status: &StackStatus, goal: Goal, inputs: &Value) -> Option<Message> {
    let is = |what: &str| Message::new(format!("stack {name} is in {status} ({}): {what}", status.meaning()));
    let keeps = text(inputs, &stack_fields::ON_FAILURE).as_deref() == Some("keep");
    let waits = text(inputs, &stack_fields::ON_CONFLICT).as_deref() == Some("wait");
    Some(match decide(status, goal) {
        Decision::DeleteThenCreate => is("the next apply removes what is left and creates the cluster anew"),
        Decision::RollBackThenUpdate | Decision::UpdateIfKeeping if keeps => {
            is("the next apply goes on from here, because failed operations are kept")
        }
        Decision::RollBackThenUpdate => is("the next apply rolls it back to its last good state first"),
        Decision::UpdateIfKeeping => is("the next apply will be refused unless ")
            .field(&stack_fields::ON_FAILURE)
            .text(" is `keep`; destroying and creating it anew is the other way"),
        Decision::ContinueThenUpdate => {
            is("the next apply continues the rollback first; what cannot be cured is named in ")
                .field(&stack_fields::RECOVERY_SKIP_RESOURCES)
        }
        Decision::DeleteRetaining => is("the next destroy deletes it again; what shall stay is named in ")
            .field(&stack_fields::RECOVERY_RETAIN_RESOURCES),
        Decision::JoinOrConflict if waits => is("the next apply waits until it is at rest"),
        Decision::JoinOrConflict => {
            is("the next apply joins it if it is its own operation, and is refused otherwise; ")
                .field(&stack_fields::ON_CONFLICT)
                .text(" = `wait` waits")
        }
        Decision::AwaitThenDecide | Decision::AwaitDeletion => is("the next apply waits until it is at rest"),
        Decision::Dead | Decision::Stuck => is("it cannot be updated"),
        _ => return None,
    })
}

/// What a preview of an update says: one read. A status that no update leads out of is a failure already.
///
/// # Errors
/// The stack cannot be updated as it is, or is not there; whatever kept AWS from answering.
pub async fn of_update(ports: Ports<'_>, prior: &Prior, inputs: &Value) -> Result<Option<Message>, Failure> {
    let name = name_of(inputs).unwrap_or_default();
    let found = match ports.cloud_formation.describe_stack(&prior.id).await {
        Ok(found) => found,
        // What may not be read is not spoken of; the apply will say.
        Err(error) if error.kind == CallErrorKind::Denied => return Ok(None),
        Err(error) => return Err(from_call(&error)),
    };
    let status = found.map_or(StackStatus::Absent, |stack| StackStatus::from(stack.status.as_str()));
    if is_dead_end(&status) {
        return Err(stack::cannot_be_updated(&name, &prior.id, &status, diagnosis::fields_of_resources()));
    }
    Ok(ahead(&name, &status, Goal::Update, inputs))
}

/// What a preview of a create says of a stack that an earlier create of this very resource left.
#[must_use]
pub fn of_leftover(status: Option<&str>, inputs: &Value) -> Option<Message> {
    ahead(&name_of(inputs).unwrap_or_default(), &StackStatus::from(status?), Goal::Create, inputs)
}

/// Whether an update of a stack in this status is certain to be refused: only deletion or a person leads on.
#[must_use]
fn is_dead_end(status: &StackStatus) -> bool {
    matches!(decide(status, Goal::Update), Decision::Dead | Decision::Stuck | Decision::Gone)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::Client;
    use crate::stack::status::KNOWN;

    fn said(status: &str, json: &str) -> Option<String> {
        let inputs =
            serde_json::from_str::<serde_json::Value>(json).map(|json| Value::from(&json)).unwrap_or(Value::Null);
        let message = ahead("analytics", &StackStatus::from(status), Goal::Update, &inputs);
        message.map(|message| message.render(Client::Terraform))
    }

    #[test]
    fn every_status_that_is_not_ready_is_spoken_of() {
        for (status, text) in KNOWN {
            let quiet = status.is_ready() || status == StackStatus::DeleteComplete;
            assert_eq!(said(text, "{}").is_none(), quiet, "{text}");
        }
    }

    #[test]
    fn inputs_decide_what_is_said() {
        let has =
            |status, json, words: &str| assert!(said(status, json).is_some_and(|text| text.contains(words)), "{words}");
        has("UPDATE_ROLLBACK_FAILED", "{}", "continues the rollback first");
        has("UPDATE_ROLLBACK_FAILED", "{}", "stack.recovery.skip_resources");
        has("UPDATE_FAILED", "{}", "rolls it back");
        has("UPDATE_FAILED", r#"{"stack":{"onFailure":"keep"}}"#, "goes on from here");
        has("UPDATE_IN_PROGRESS", "{}", "is refused otherwise");
        has("UPDATE_IN_PROGRESS", r#"{"stack":{"onConflict":"wait"}}"#, "waits until it is at rest");
        has("ROLLBACK_FAILED", "{}", "cannot be updated");
    }
}
