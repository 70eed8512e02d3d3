//! A plan with the facts and rules that need reads of AWS.

use starburst_schema::fields::stack;

use super::api::{Asker, ChangeSetPreview, PreviewUse, Previewed, Prior, Settings};
use super::plan::{plan_at, refuse_errors};
use super::request::text;
use super::update_request::Update;
use super::{change_set, observe, outputs, own_template, preflight, sizes, standing};
use crate::failure::Failure;
use crate::ports::Ports;
use crate::time::Millis;
use crate::value::Value;

/// Previews a create (no prior) or an update; makes read-only calls, and none when nothing changes but operational
/// settings. Where a change set is asked for, an update makes one, which leaves the stack alone. `timeout`: how long the
/// operation may take, where the user says so.
///
/// # Errors
/// Violations of rules that need AWS or concern the change itself, and whatever kept them from being checked.
pub async fn preview(
    ports: Ports<'_>,
    asker: &Asker,
    settings: &Settings,
    prior: Option<&Prior>,
    inputs: &Value,
    usage: PreviewUse,
    timeout: Option<Millis>,
) -> Result<Previewed, Failure> {
    let mut plan = super::plan_under(Some(settings), prior, inputs);
    refuse_errors(&plan)?;
    let mut live = None;
    if let Some(prior) = prior.filter(|_| plan.touches_stack() && plan.replace.is_empty())
        && let Some(group) = sizes::of_operators(ports, prior, inputs).await?
    {
        plan = plan_at(settings, prior, inputs, group.desired);
        plan.notes.extend(sizes::kept(prior, &group));
        live = Some(group.desired);
    }
    let mut standing = None;
    let mut change_set = ChangeSetPreview::default();
    let mut warnings = Vec::new();
    if prior.is_none() || plan.touches_stack() {
        let facts = preflight::preflight(ports, asker, settings, prior, inputs, &plan, timeout).await?;
        plan.notes.extend(own_template::foreseen(facts.own.as_ref(), prior, inputs, &plan));
        standing = match prior {
            Some(prior) if plan.replace.is_empty() => standing::of_update(ports, prior, inputs).await?,
            Some(_) => None,
            None => standing::of_leftover(facts.leftover.as_deref(), inputs),
        };
        if let Some(prior) = prior.filter(|_| plan.replace.is_empty() && change_set::is_wanted(inputs)) {
            let update = Update { asker, settings, prior, inputs, plan: &plan, live };
            change_set = change_set::preview(ports, update, &facts, usage == PreviewUse::Shown).await?;
        }
        warnings = facts.warnings;
    }
    let name = text(inputs, &stack::NAME).unwrap_or_default();
    let known = observe::known(&name, &ports.identity.region());
    let outputs = outputs::foresee(inputs, prior.map(|prior| &prior.outputs), &plan, &known);
    Ok(Previewed { outputs, plan, warnings, standing, change_set })
}
