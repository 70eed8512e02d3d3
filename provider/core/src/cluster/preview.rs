//! A plan with the facts and rules that need reads of AWS.

use starburst_schema::fields::stack;

use super::api::{Asker, Plan, Previewed, Prior, Settings};
use super::request::text;
use super::{observe, outputs, preflight};
use crate::failure::{Failure, Severity};
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
    let plan = super::plan(prior, inputs);
    refuse(&plan)?;
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

/// Errors that concern the change itself.
fn refuse(plan: &Plan) -> Result<(), Failure> {
    let errors: Vec<_> = plan.warnings.iter().filter(|found| found.severity == Severity::Error).cloned().collect();
    if errors.is_empty() { Ok(()) } else { Err(Failure::invalid(errors)) }
}
