//! States and identities that other versions of the plugin stored, in the form of this one. Calls nothing.

use starburst_core::value::Value;
use starburst_schema::codes::refused::NEWER_STATE;
use starburst_schema::terraform::{IDENTITY_VERSION, STATE_VERSION};

use super::decode::decode_stored;
use super::encode::encode;
use super::shapes::CLUSTER;
use super::wire::{Diagnostic, upgrade_resource_identity, upgrade_resource_state};
use super::{diagnostics, identity};

/// Attributes that are gone are left out, those that came are null until the next read.
pub fn state(request: &upgrade_resource_state::Request) -> upgrade_resource_state::Response {
    let refused = |diagnostic| upgrade_resource_state::Response { upgraded_state: None, diagnostics: vec![diagnostic] };
    if request.version > STATE_VERSION {
        return refused(newer(request.version, STATE_VERSION));
    }
    match decode_stored(request.raw_state.as_ref(), &CLUSTER) {
        Ok(state) => upgrade_resource_state::Response {
            upgraded_state: Some(encode(state.as_ref(), &CLUSTER)),
            diagnostics: Vec::new(),
        },
        Err(malformed) => refused(diagnostics::error(
            "The stored state cannot be read",
            format!("{malformed}. Restore the state from a backup, or import the cluster anew."),
        )),
    }
}

/// The same for an identity.
pub fn identity(request: &upgrade_resource_identity::Request) -> upgrade_resource_identity::Response {
    let answer =
        |upgraded_identity, diagnostics| upgrade_resource_identity::Response { upgraded_identity, diagnostics };
    if request.version > IDENTITY_VERSION {
        return answer(None, vec![newer(request.version, IDENTITY_VERSION)]);
    }
    match identity::id_in_stored(request.raw_identity.as_ref()) {
        Ok(Some(id)) => answer(identity::of(&Value::text(id)), Vec::new()),
        Ok(None) => answer(
            None,
            vec![diagnostics::error(
                "The stored identity names no stack",
                format!("It has no {}. Import the cluster anew by its name or ARN.", identity::NAME),
            )],
        ),
        Err(malformed) => answer(None, vec![diagnostics::malformed(&malformed)]),
    }
}

fn newer(stored: i64, known: i64) -> Diagnostic {
    let detail = format!(
        "It has version {stored}, and version {} of the plugin reads version {known} and older. {}",
        env!("CARGO_PKG_VERSION"),
        NEWER_STATE.cure
    );
    diagnostics::error(format!("{NEWER_STATE}: {}", NEWER_STATE.title), detail)
}
