//! What a change does, computed once: which nodes roll, what is replaced, which outputs it can alter.

use std::collections::BTreeSet;

use starburst_schema::codes::input::{EXPRESS_WITH_ROLLS, REPLACEMENT_PREVENTED};
use starburst_schema::fields::stack;
use starburst_schema::outputs::STACK_ID;
use starburst_schema::{Effect, OUTPUTS, Reach};

use super::api::{Change, Plan, Prior, Settings};
use super::defaults::effective;
use super::diff;
use super::notes;
use super::own_template::{is_given, is_swapped};
use super::rolls;
use super::tags;
use crate::failure::{Failure, Message, Severity, Violation};
use crate::path::Path;
use crate::value::Value;

/// What carrying out these inputs does to the cluster; `None` for one that does not exist yet. Says nothing of the
/// provider's default tags.
///
/// [`Plan::warnings`] holds violations of both severities: a caller turns those of [`crate::failure::Severity::Error`]
/// into a failure and shows the rest.
#[must_use]
pub fn plan(prior: Option<&Prior>, inputs: &Value) -> Plan {
    match prior {
        None => creation(inputs),
        Some(prior) => change(prior, inputs, diff::changes(prior, inputs), None),
    }
}

/// The same under settings of the provider, whose default tags are part of what a cluster is. `None` for settings of
/// which the tags are not known yet.
#[must_use]
pub fn plan_under(settings: Option<&Settings>, prior: Option<&Prior>, inputs: &Value) -> Plan {
    match prior {
        None => creation(inputs),
        Some(prior) => change(prior, inputs, changes_under(settings, prior, inputs), None),
    }
}

/// The plan of a change of a cluster whose size is the operators': rolls and notes tell of so many workers.
#[must_use]
pub fn plan_at(settings: &Settings, prior: &Prior, inputs: &Value, workers: u32) -> Plan {
    change(prior, inputs, changes_under(Some(settings), prior, inputs), Some(workers))
}

fn changes_under(settings: Option<&Settings>, prior: &Prior, inputs: &Value) -> Vec<Change> {
    let mut changes = diff::changes(prior, inputs);
    tags::add_change(settings, prior, inputs, &mut changes);
    changes
}

/// Errors that concern the change itself: nothing is carried out, nor previewed further.
///
/// # Errors
/// All violations of severity error.
pub fn refuse_errors(plan: &Plan) -> Result<(), Failure> {
    let errors: Vec<_> = plan.warnings.iter().filter(|found| found.severity == Severity::Error).cloned().collect();
    if errors.is_empty() { Ok(()) } else { Err(Failure::invalid(errors)) }
}

fn creation(inputs: &Value) -> Plan {
    let changes = diff::additions(inputs);
    let (stable_outputs, unknown_outputs) = outputs(|reach| !matches!(reach, Reach::Never));
    let mut plan = Plan { changes, unknown_outputs, stable_outputs, ..Plan::default() };
    plan.notes = notes::of_creation(inputs);
    plan
}

fn change(prior: &Prior, inputs: &Value, changes: Vec<Change>, workers: Option<u32>) -> Plan {
    let paths = |wanted: &dyn Fn(Effect) -> bool| -> Vec<Path> {
        changes.iter().filter(|change| wanted(change.effect)).map(|change| change.path.clone()).collect()
    };
    let replace = paths(&|effect| effect == Effect::Replace);
    let restart = if replace.is_empty() { paths(&|effect| effect == Effect::Restart) } else { Vec::new() };
    let sized = workers.map(|workers| {
        let prior = Prior { inputs: rolls::at_size(&prior.inputs, workers), ..prior.clone() };
        (prior, rolls::at_size(inputs, workers))
    });
    let (from, to) = sized.as_ref().map_or((prior, inputs), |(prior, inputs)| (prior, inputs));
    // What another template does to nodes is in its update policies, which the preview reads.
    let own = is_given(inputs) || is_given(&prior.inputs);
    let restart = if own { Vec::new() } else { restart };
    let rolls =
        if replace.is_empty() && !own { rolls::of(from, to, &changes, !restart.is_empty()) } else { Vec::new() };
    // Another template has other outputs.
    let of_template = |change: &Change| change.path.is_within(stack::TEMPLATE_PREFIX);
    let anew = !replace.is_empty() || changes.iter().any(of_template);
    let (mut stable_outputs, mut unknown_outputs) = outputs(|reach| reaches(reach, &changes, anew));
    if replace.is_empty() && unknown_outputs.remove(STACK_ID) {
        stable_outputs.insert(STACK_ID.to_owned());
    }
    let mut plan = Plan {
        changes,
        replace,
        // The new stack would take the old one's name, fixed addresses and endpoint names.
        delete_before_replace: true,
        rolls,
        restart,
        unknown_outputs,
        stable_outputs,
        ..Plan::default()
    };
    plan.warnings = violations(prior, inputs, &plan);
    plan.notes = notes::of_change(from, to, &plan);
    plan
}

/// Names of the outputs that stay, and of those that a change can alter.
fn outputs(altered: impl Fn(Reach) -> bool) -> (BTreeSet<String>, BTreeSet<String>) {
    let names = |unknown: bool| {
        let chosen = OUTPUTS.iter().filter(|output| altered(output.reach) == unknown);
        chosen.map(|output| output.name.to_owned()).collect()
    };
    (names(false), names(true))
}

fn reaches(reach: Reach, changes: &[Change], replaced: bool) -> bool {
    match reach {
        Reach::Never => false,
        _ if replaced => true,
        Reach::Replacement => false,
        Reach::Fields(paths) => changes
            .iter()
            .filter(|change| change.effect != Effect::Operational)
            .any(|change| paths.iter().any(|path| change.path.is_within(path))),
        Reach::AnyUpdate => changes.iter().any(|change| change.effect != Effect::Operational),
    }
}

/// Rules that concern the change itself.
fn violations(prior: &Prior, inputs: &Value, plan: &Plan) -> Vec<Violation> {
    let mut violations = Vec::new();
    let prevented = effective(inputs, &stack::PREVENT_REPLACEMENT).as_bool() == Some(true);
    if prevented && is_swapped(&prior.inputs, inputs) {
        let message = Message::new("another template replaces every resource of the stack, and ")
            .field(&stack::PREVENT_REPLACEMENT)
            .text(" forbids that");
        let instead = Message::new("keep the template as it is, or allow the replacement first");
        violations.push(Violation::error(
            &REPLACEMENT_PREVENTED,
            Path::field(stack::TEMPLATE_PREFIX),
            message,
            instead,
        ));
    }
    if prevented {
        for path in &plan.replace {
            let message = Message::new("this change needs a new stack, and ")
                .field(&stack::PREVENT_REPLACEMENT)
                .text(" forbids that");
            let instead = Message::new("take the change back, or allow the replacement first");
            violations.push(Violation::error(&REPLACEMENT_PREVENTED, path.clone(), message, instead));
        }
    }
    let replaces_nodes = !plan.rolls.is_empty() || !plan.restart.is_empty();
    if replaces_nodes && effective(inputs, &stack::DEPLOYMENT_MODE).as_text() == Some("express") {
        let mut message =
            Message::new("the express mode ends before nodes are ready, and these changes replace nodes: ");
        let because = plan.rolls.iter().flat_map(|roll| &roll.because).chain(&plan.restart);
        for (at, path) in because.collect::<BTreeSet<_>>().into_iter().enumerate() {
            message = if at > 0 { message.text(", ").path(path) } else { message.path(path) };
        }
        let path = Path::from(&stack::DEPLOYMENT_MODE);
        let instead = Message::new("write `standard` for this change");
        violations.push(Violation::error(&EXPRESS_WITH_ROLLS, path, message, instead));
    }
    violations
}
