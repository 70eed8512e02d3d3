//! A plan with the facts and rules that need reads of AWS.

use starburst_schema::fields::stack;

use super::api::{Asker, Previewed, Prior, Settings};
use super::plan::refuse_errors;
use super::request::text;
use super::{observe, outputs, preflight};
use crate::failure::Failure;
use crate::ports::Ports;
use crate::value::Value;

/// Previews a create (no prior) or an update; makes read-only calls, and none when nothing changes but operational
/// settings.
///
/// # Errors
/// Violations of rules that need AWS or concern the change itself, and whatever kept them from being checked.
pub async fn preview(
    ports: Ports<'_>,
    asker: &Asker,
    settings: &Settings,
    prior: Option<&Prior>,
    inputs: &Value,
) -> Result<Previewed, Failure> {
    let plan = super::plan_under(Some(settings), prior, inputs);
    refuse_errors(&plan)?;
    let warnings = if prior.is_none() || plan.touches_stack() {
        preflight::preflight(ports, asker, settings, prior, inputs, &plan).await?.warnings
    } else {
        Vec::new()
    };
    let name = text(inputs, &stack::NAME).unwrap_or_default();
    let known = observe::known(&name, &ports.identity.region());
    let outputs = outputs::foresee(inputs, prior.map(|prior| &prior.outputs), &plan, &known);
    Ok(Previewed { outputs, plan, warnings })
}
