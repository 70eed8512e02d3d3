//! What a change of an argument does, as one table: for a reader who asks which arguments are cheap to change. Knows no
//! attribute's meaning.

use starburst_schema::terraform::{Attribute, Part};
use starburst_schema::{Effect, Role};

use super::{is_argument, path_of};

/// Whether an effect stands in a line.
type Belongs = fn(Effect) -> bool;

/// The effects in the order of what they cost, each with the sentence of the table.
const EFFECTS: [(&str, Belongs); 8] = [
    ("nothing at AWS", |effect| effect == Effect::Operational),
    ("updates the stack; no node is replaced", |effect| effect == Effect::InPlace),
    ("replaces the metastore or the Superset node", |effect| {
        matches!(effect, Effect::Roll([Role::Metastore] | [Role::Superset]))
    }),
    ("replaces the workers in batches", |effect| matches!(effect, Effect::Roll([Role::Worker]))),
    ("replaces the coordinators", |effect| matches!(effect, Effect::Roll([Role::Coordinator]))),
    ("replaces coordinators and workers in batches", |effect| matches!(effect, Effect::Roll([_, _, ..]))),
    ("stops and starts the whole cluster", |effect| effect == Effect::Restart),
    ("replaces the cluster", |effect| effect == Effect::Replace),
];

/// The heading and the table.
pub fn table(attributes: &[Attribute]) -> String {
    let mut fields = Vec::new();
    collect(attributes, &mut fields);
    let mut text = String::from(
        "## What a change does\n\n\
         The plan says it for the change at hand, with the number of batches and what goes out of service. Arguments \
         of `stack` that are in no line depend on the change; their plan says what it does.\n\n\
         | a change of | does |\n| --- | --- |\n",
    );
    for (words, belongs) in EFFECTS {
        let names: Vec<&str> =
            fields.iter().filter(|(_, effect)| belongs(*effect)).map(|(name, _)| name.as_str()).collect();
        if !names.is_empty() {
            text.push_str(&format!("| `{}` | {words} |\n", names.join("`, `")));
        }
    }
    text
}

fn collect(attributes: &[Attribute], fields: &mut Vec<(String, Effect)>) {
    for attribute in attributes.iter().filter(|attribute| is_argument(attribute)) {
        match attribute.role {
            // The leaves of a list of objects change with the list.
            Part::Input(field) | Part::Region(field) => {
                fields.extend(path_of(attribute).map(|path| (path, field.effect)));
            }
            _ => collect(attribute.children(), fields),
        }
    }
}
