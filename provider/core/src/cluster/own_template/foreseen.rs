//! What a preview says of a template of the user's: the mapping where it can have changed, and what becomes of nodes.

use std::collections::BTreeSet;

use starburst_schema::fields::stack;
use starburst_schema::{DERIVED, FIELDS, Field};

use super::names;
use super::policies::on_change;
use super::reading::Own;
use super::source::{Source, source};
use super::table;
use crate::cluster::api::{Plan, Prior};
use crate::failure::Message;
use crate::path::Path;
use crate::value::Value;

/// Where the template comes from.
const SOURCES: &[&Field] = &[&stack::TEMPLATE_URL, &stack::TEMPLATE_BODY, &stack::TEMPLATE_CURRENT];
/// What fills its parameters by their own names, or leads inputs to them.
const MAPPING: &[&Field] =
    &[&stack::TEMPLATE_PARAMETERS, &stack::TEMPLATE_SECRET_PARAMETERS, &stack::TEMPLATE_PARAMETER_ALIASES];

/// The lines; none for the bundled template.
#[must_use]
pub fn foreseen(own: Option<&Own>, prior: Option<&Prior>, inputs: &Value, plan: &Plan) -> Vec<Message> {
    let Some(own) = own else { return Vec::new() };
    let mut lines = Vec::new();
    let other = prior.is_some() && plan.changes.iter().any(|change| is_within(&change.path, SOURCES));
    // To keep what the stack has is no change of it.
    let other = other && source(inputs) != Some(Source::Current);
    if prior.is_none() || other || plan.changes.iter().any(|change| is_within(&change.path, MAPPING)) {
        lines.push(Message::new("parameters of your template, and what fills each:"));
        lines.extend(table::lines(&own.foreseen(inputs, prior)));
    }
    if prior.is_some() && plan.replace.is_empty() {
        match &own.tree {
            Some(tree) if other => lines.extend(on_change(tree, None)),
            Some(tree) => lines.extend(on_change(tree, Some(&changed(own, inputs, plan)))),
            None => lines.push(Message::new(
                "the text of your template could not be read: what becomes of nodes follows from its update policies",
            )),
        }
    }
    lines
}

fn is_within(path: &Path, fields: &[&Field]) -> bool {
    fields.iter().any(|field| path.is_within(field.path))
}

/// Names of the template's parameters that the plan changes.
fn changed(own: &Own, inputs: &Value, plan: &Plan) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for change in &plan.changes {
        let field = FIELDS.iter().find(|field| Path::from(**field) == change.path);
        let carried = field.and_then(|field| field.parameter).map(|parameter| parameter.name);
        let path = change.path.render(crate::path::Casing::Camel);
        let derived = DERIVED.iter().filter(|row| row.from.contains(&path.as_str())).map(|row| row.name);
        let all = carried.into_iter().chain(derived);
        names.extend(all.filter_map(|name| names::target(&own.summary, inputs, name)).map(|found| found.name.clone()));
        if is_within(&change.path, MAPPING) {
            for side in [&change.before, &change.after] {
                names.extend(side.as_map().into_iter().flatten().map(|(name, _)| name.clone()));
            }
        }
    }
    names
}
