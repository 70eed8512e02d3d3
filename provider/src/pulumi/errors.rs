//! Failures to gRPC errors. The code tells the engine whether anything may have happened; the text is for the user.

use prost::Message as _;
use prost_types::Any;
use starburst_core::cluster::FailedApply;
use starburst_core::failure::{Client, Failure, FailureKind};
use tonic::{Code, Status};

use super::encode::{Unknowns, encode};
use super::wire::{ErrorResourceInitFailed, status};

/// The code of a failure. Only a mistake of the plugin leaves the state unknown to the engine.
fn code(kind: FailureKind) -> Code {
    match kind {
        FailureKind::Invalid => Code::InvalidArgument,
        FailureKind::Denied => Code::PermissionDenied,
        FailureKind::Refused | FailureKind::Stuck => Code::FailedPrecondition,
        FailureKind::Conflict | FailureKind::RolledBack => Code::Aborted,
        FailureKind::Interrupted => Code::Cancelled,
        FailureKind::TimedOut => Code::DeadlineExceeded,
        FailureKind::Unreachable => Code::Unavailable,
        FailureKind::Gone => Code::NotFound,
        FailureKind::Bug => Code::Internal,
    }
}

/// A failure after which the engine's state stays as it is.
pub fn status(failure: &Failure) -> Status {
    Status::new(code(failure.kind), failure.render(Client::Pulumi))
}

/// A failed create or update; what exists goes into the engine's state.
pub fn failed_apply(failed: &FailedApply) -> Status {
    let Some(partial) = &failed.partial else { return status(&failed.failure) };
    let text = failed.failure.render(Client::Pulumi);
    let details = ErrorResourceInitFailed {
        id: partial.id.clone(),
        properties: Some(encode(&partial.outputs, Unknowns::LeftOut)),
        reasons: text.lines().map(|line| line.trim().to_owned()).filter(|line| !line.is_empty()).collect(),
        inputs: None,
        refresh_before_update: false,
    };
    let code = code(failed.failure.kind);
    let envelope = status::Status {
        code: code as i32,
        message: text.clone(),
        details: vec![Any {
            type_url: "type.googleapis.com/pulumirpc.ErrorResourceInitFailed".to_owned(),
            value: details.encode_to_vec(),
        }],
    };
    Status::with_details(code, text, envelope.encode_to_vec().into())
}
