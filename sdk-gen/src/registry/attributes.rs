//! Attributes as Markdown: who gives each, its type, what it means, and for a nested object a list of its own. Knows no
//! page.

use starburst_schema::terraform::{Attribute, Mode, Part, Shape, spelled};
use starburst_schema::{Field, Kind};

use crate::pulumi_types::{description, effect};

/// Whether an attribute stands under a heading.
type Belongs = fn(&Attribute) -> bool;

/// The headings under which attributes are listed, in this order.
const GROUPS: [(&str, Belongs); 3] = [
    ("Required", |attribute| attribute.mode == Mode::Required),
    ("Optional", |attribute| matches!(attribute.mode, Mode::Optional | Mode::OptionalComputed)),
    ("Read-Only", |attribute| attribute.mode == Mode::Computed),
];

/// All attributes by who gives them, then the nested ones, each once.
pub fn schema(attributes: &[Attribute]) -> String {
    let mut text = groups("", attributes, "###");
    nested("", attributes, &mut text);
    text
}

/// The lines of the nested attribute `timeouts`.
pub fn timeouts(attributes: &[Attribute]) -> String {
    let limits = attributes.iter().filter(|attribute| matches!(attribute.role, Part::Timeouts));
    limits.flat_map(|timeouts| timeouts.children()).map(|limit| line("timeouts", limit)).collect()
}

fn groups(prefix: &str, attributes: &[Attribute], heading: &str) -> String {
    let mut text = String::new();
    for (title, belongs) in GROUPS {
        let lines: String =
            attributes.iter().filter(|attribute| belongs(attribute)).map(|each| line(prefix, each)).collect();
        if !lines.is_empty() {
            text.push_str(&format!("{heading} {title}\n\n{lines}\n"));
        }
    }
    text
}

fn nested(prefix: &str, attributes: &[Attribute], text: &mut String) {
    for attribute in attributes.iter().filter(|attribute| !attribute.children().is_empty()) {
        let path = joined(prefix, &attribute.name);
        text.push_str(&format!("<a id=\"{}\"></a>\n### Nested Schema for `{path}`\n\n", anchor(&path)));
        text.push_str(&groups(&path, attribute.children(), "####"));
        nested(&path, attribute.children(), text);
    }
}

/// `- `name` (Type) what it means.`
fn line(prefix: &str, attribute: &Attribute) -> String {
    let mut kinds = vec![kind(&attribute.shape)];
    if attribute.sensitive {
        kinds.push("Sensitive");
    }
    if attribute.write_only {
        kinds.push("Write-only");
    }
    let below = if attribute.children().is_empty() {
        String::new()
    } else {
        let path = joined(prefix, &attribute.name);
        format!(" (see [below for nested schema](#{}))", anchor(&path))
    };
    format!("- `{}` ({}) {}{}{below}\n", attribute.name, kinds.join(", "), attribute.doc, facts(attribute))
}

/// What the table says beside the attribute's own text: choices, default, form, what a change does, parameter.
fn facts(attribute: &Attribute) -> String {
    let mut facts = Vec::new();
    match attribute.role {
        Part::Input(field) | Part::Region(field) => {
            facts.extend(choices(field));
            let described = description(field);
            let beside = described.strip_prefix(field.doc).unwrap_or(&described).trim();
            // An element of a list of objects changes with the list, whose line says what that does.
            let element = matches!(attribute.role, Part::Input(_)) && !field.path.contains('.');
            let beside = if element { beside.trim_end_matches(effect(field.effect)).trim() } else { beside };
            facts.push(spelled(beside).replace("The preview says", "The plan says"));
            if let Some(parameter) = field.parameter {
                facts.push(format!("Template parameter: `{}`.", parameter.name));
            }
        }
        Part::Setting(Some(setting)) if !setting.environment.is_empty() => {
            let names: Vec<String> = setting.environment.iter().map(|name| format!("`{name}`")).collect();
            facts.push(format!("Environment: {}.", names.join(", ")));
        }
        _ => {}
    }
    facts.iter().filter(|fact| !fact.is_empty()).map(|fact| format!(" {fact}")).collect()
}

/// The closed set of values, where the text does not name all of them.
fn choices(field: &Field) -> Option<String> {
    let Kind::Choice(choices) = field.kind else { return None };
    let named: Vec<String> = choices.iter().map(|choice| format!("`{choice}`")).collect();
    let told = named.iter().all(|choice| field.doc.contains(choice.as_str()));
    (!told).then(|| format!("One of {}.", named.join(", ")))
}

/// The type, in the words of the registry.
fn kind(shape: &Shape) -> &'static str {
    match shape {
        Shape::Bool => "Boolean",
        Shape::Number => "Number",
        Shape::Text => "String",
        Shape::List => "List of String",
        Shape::Set => "Set of String",
        Shape::Map => "Map of String",
        Shape::Object(_) => "Attributes",
        Shape::Objects(_) => "Attributes List",
    }
}

fn joined(prefix: &str, name: &str) -> String {
    if prefix.is_empty() { name.to_owned() } else { format!("{prefix}.{name}") }
}

/// Where a nested schema stands on its page.
fn anchor(path: &str) -> String {
    format!("nestedatt--{}", path.replace('.', "--"))
}
