//! What a failed call of AWS means for the user. Knows no operation.

use starburst_schema::codes::{observe, refused};

use crate::failure::{Failure, FailureKind, Message};
use crate::ports::{CallError, CallErrorKind};

/// The failure that a call's error is when nothing else is known about it.
#[must_use]
pub fn from_call(error: &CallError) -> Failure {
    let (kind, code) = match error.kind {
        CallErrorKind::Throttled => (FailureKind::Unreachable, &observe::THROTTLED),
        CallErrorKind::Server | CallErrorKind::Transport => (FailureKind::Unreachable, &observe::UNREACHABLE),
        CallErrorKind::Denied => (FailureKind::Denied, &refused::DENIED),
        CallErrorKind::Credentials => (FailureKind::Denied, &refused::CREDENTIALS),
        CallErrorKind::NotFound => (FailureKind::Gone, &observe::GONE),
        CallErrorKind::AlreadyExists => (FailureKind::Refused, &refused::NAME_TAKEN),
        CallErrorKind::TokenReused => (FailureKind::Conflict, &refused::OPERATION_IN_PROGRESS),
        CallErrorKind::Capabilities => (FailureKind::Refused, &refused::CAPABILITIES),
        CallErrorKind::Limit => (FailureKind::Refused, &refused::LIMIT),
        CallErrorKind::Refused | CallErrorKind::Other => (FailureKind::Refused, &refused::REFUSED),
    };
    Failure::new(kind, code, Message::new(summary(error))).hint(Message::new(hint(error)))
}

/// As [`from_call`], with what was being done in front: `what` reads on, as in "stack X could not be described".
#[must_use]
pub fn from_call_while(error: &CallError, what: &str) -> Failure {
    let mut failure = from_call(error);
    failure.summary = Message::new(format!("{what}: ")).then(failure.summary);
    failure
}

fn summary(error: &CallError) -> String {
    let said = match (error.code.is_empty(), error.message.is_empty()) {
        (false, false) => format!("{}: {}", error.code, error.message),
        (true, false) => error.message.clone(),
        (false, true) => error.code.clone(),
        (true, true) => "no reason given".to_owned(),
    };
    match error.kind {
        CallErrorKind::Denied => format!("the caller may not perform {}: {said}", error.action),
        CallErrorKind::Credentials => format!("{} did not accept the AWS credentials: {said}", error.action),
        CallErrorKind::Transport => format!("{} got no answer: {said}", error.action),
        CallErrorKind::Server => format!("AWS failed in {}: {said}", error.action),
        CallErrorKind::Throttled => format!("AWS throttles {}: {said}", error.action),
        _ => format!("AWS refused {}: {said}", error.action),
    }
}

fn hint(error: &CallError) -> String {
    match error.kind {
        CallErrorKind::Denied => format!("allow {} in a policy of the caller, or use other credentials", error.action),
        CallErrorKind::Credentials => {
            "renew the credentials (`aws sts get-caller-identity` shows whether they work) and run the same command again"
                .into()
        }
        CallErrorKind::Transport => {
            "check the region, the endpoint and the network from this machine; the region's name is part of the address"
                .into()
        }
        CallErrorKind::Server => "run the same command again in a few minutes".into(),
        CallErrorKind::Throttled => "run the same command again with less in parallel".into(),
        CallErrorKind::NotFound => "the thing that the message names does not exist in this account and region".into(),
        CallErrorKind::AlreadyExists => "choose another name, or import what exists".into(),
        CallErrorKind::TokenReused => "run the same command again: the stack is read anew".into(),
        CallErrorKind::Capabilities => "acknowledge the capability that AWS names".into(),
        CallErrorKind::Limit => {
            "remove what is not needed, or ask for a higher quota with `aws service-quotas request-service-quota-increase`"
                .into()
        }
        CallErrorKind::Refused | CallErrorKind::Other => {
            "correct what AWS names and run the same command again; nothing was started".into()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::Client;

    fn error(kind: CallErrorKind) -> CallError {
        CallError { kind, action: "cloudformation:CreateStack".into(), code: "Code".into(), message: "words".into() }
    }

    #[test]
    fn each_kind_has_code_and_hint() {
        for (kind, number) in [
            (CallErrorKind::Throttled, 5002),
            (CallErrorKind::Denied, 2001),
            (CallErrorKind::Credentials, 2002),
            (CallErrorKind::NotFound, 5005),
            (CallErrorKind::AlreadyExists, 3002),
            (CallErrorKind::TokenReused, 3003),
            (CallErrorKind::Capabilities, 3006),
            (CallErrorKind::Limit, 3005),
            (CallErrorKind::Refused, 3001),
            (CallErrorKind::Server, 5001),
            (CallErrorKind::Transport, 5001),
            (CallErrorKind::Other, 3001),
        ] {
            let failure = from_call(&error(kind));
            assert_eq!(failure.code.number, number, "{kind:?}");
            let text = failure.render(Client::Pulumi);
            assert!(text.contains("cloudformation:CreateStack") && text.contains("words"), "{text}");
            assert!(!failure.hints.is_empty());
        }
    }

    #[test]
    fn what_was_being_done_comes_first() {
        let failure = from_call_while(&error(CallErrorKind::Denied), "stack a could not be created");
        assert!(failure.summary.render(Client::Pulumi).starts_with("stack a could not be created: the caller may not"));
    }
}
