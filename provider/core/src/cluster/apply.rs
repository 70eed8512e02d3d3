//! Create, update and delete.

use super::api::{Applied, Asker, FailedApply, Prior, Settings};
use crate::failure::{Failure, FailureKind, Message};
use crate::ports::Ports;
use crate::time::Millis;
use crate::value::Value;

fn bug() -> Failure {
    Failure::new(FailureKind::Bug, &starburst_schema::codes::bug::BUG, Message::new("not written yet"))
}

/// Creates the cluster. `timeout`: `None` for the default of 60 minutes.
///
/// # Errors
/// See [`FailedApply`].
pub async fn create(
    _ports: Ports<'_>,
    _asker: &Asker,
    _settings: &Settings,
    _inputs: &Value,
    _timeout: Option<Millis>,
) -> Result<Applied, FailedApply> {
    Err(bug().into())
}

/// Updates the cluster in place.
///
/// # Errors
/// See [`FailedApply`].
pub async fn update(
    _ports: Ports<'_>,
    _asker: &Asker,
    _settings: &Settings,
    _prior: &Prior,
    _inputs: &Value,
    _timeout: Option<Millis>,
) -> Result<Applied, FailedApply> {
    Err(bug().into())
}

/// Deletes the cluster; one that is gone is fine.
///
/// # Errors
/// The stack still exists.
pub async fn delete(
    _ports: Ports<'_>,
    _asker: &Asker,
    _settings: &Settings,
    _prior: &Prior,
    _timeout: Option<Millis>,
) -> Result<(), Failure> {
    Err(bug())
}
