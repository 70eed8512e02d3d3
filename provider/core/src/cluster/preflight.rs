//! Rules that need reads of AWS.

use super::api::{Asker, Plan, Prior, Settings};
use crate::failure::Failure;
use crate::ports::Ports;
use crate::value::Value;

/// What the reads found.
#[derive(Debug, Clone, Default)]
pub struct Facts {}

/// Checks the rules that need AWS.
///
/// # Errors
/// Violations, and whatever kept AWS from answering.
pub async fn preflight(
    _ports: Ports<'_>,
    _asker: &Asker,
    _settings: &Settings,
    _prior: Option<&Prior>,
    _inputs: &Value,
    _plan: &Plan,
) -> Result<Facts, Failure> {
    Ok(Facts::default())
}
