//! What a preview says of a template of the user's: the mapping where it can have changed, and what becomes of nodes.

use std::collections::BTreeSet;

use starburst_schema::{DERIVED, FIELDS};

use super::mapping::{Given, Mapped, computable, map};
use super::names;
use super::policies::on_change;
use super::reading::Own;
use super::source::{Source, source};
use super::table;
use crate::cluster::api::{Plan, Prior};
use crate::cluster::parameters::{self, Uploaded};
use crate::failure::Message;
use crate::path::Path;
use crate::value::Value;

/// The lines; none for the bundled template.
#[must_use]
pub fn foreseen(own: Option<&Own>, prior: Option<&Prior>, inputs: &Value, plan: &Plan) -> Vec<Message> {
    let Some(own) = own else { return Vec::new() };
    let mut lines = Vec::new();
    let about_template = |path: &Path| {
        ["stack.template.url", "stack.template.body", "stack.template.current"]
            .iter()
            .any(|it| *path == Path::field(it))
    };
    let other = prior.is_some() && plan.changes.iter().any(|change| about_template(&change.path));
    // To keep what the stack has is no change of it.
    let other = other && source(inputs) != Some(Source::Current);
    if prior.is_none() || other || plan.changes.iter().any(|change| is_of_mapping(&change.path)) {
        lines.push(Message::new("parameters of your template, and what fills each:"));
        lines.extend(table::lines(&mapped(own, prior, inputs)));
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

fn is_of_mapping(path: &Path) -> bool {
    let root = path.render(crate::path::Casing::Camel);
    ["stack.template.parameters", "stack.template.secretParameters", "stack.template.parameterAliases"]
        .iter()
        .any(|part| root.starts_with(part))
}

fn mapped<'a>(own: &'a Own, prior: Option<&Prior>, inputs: &Value) -> Mapped<'a> {
    let before = prior.map(|prior| &prior.inputs);
    let written = parameters::from_inputs(inputs, before, &Uploaded::new());
    map(
        &own.summary,
        Given { inputs, prior: before, written: &written, derived: &computable(), on_stack: own.on_stack.as_ref() },
    )
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
        if is_of_mapping(&change.path) {
            names.extend(change.path.steps().last().and_then(|step| match step {
                crate::path::Step::Key(key) => Some(key.clone()),
                crate::path::Step::Index(_) => None,
            }));
            for side in [&change.before, &change.after] {
                names.extend(side.as_map().into_iter().flatten().map(|(name, _)| name.clone()));
            }
        }
    }
    names
}
