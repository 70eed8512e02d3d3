//! What is refused of inputs beside a template of the user's. Everything at once; calls nothing.

use starburst_schema::codes::input::{
    CAPABILITY_MISSING, NO_PARAMETER, PARAMETER_TWICE, PARAMETER_WITHOUT_VALUE, UNKNOWN_PARAMETER, VALUE_NOT_TAKEN,
};
use starburst_schema::fields::{self, stack};
use starburst_schema::{DERIVED, FIELDS, Field};

use super::mapping::{Filler, Mapped, Row};
use super::names::{self, Sources};
use super::reading::Own;
use crate::cluster::defaults::default_of;
use crate::cluster::request::texts;
use crate::cluster::validate::{Found, nearest};
use crate::failure::Message;
use crate::path::Path;
use crate::ports::{ParameterValue, TemplateParameter};
use crate::value::Value;

/// All rules of a template as it was read.
pub fn violations(own: &Own, mapped: &Mapped<'_>, inputs: &Value, found: &mut Found) {
    for field in FIELDS.iter().filter(|field| !has_place(own, inputs, field)) {
        without_parameter(own, field, found);
    }
    for row in &mapped.0 {
        parameter(row, own, inputs, found);
    }
    unknown_names(own, inputs, found);
    capabilities(own, inputs, found);
}

/// Whether what is written in a field reaches the stack.
fn has_place(own: &Own, inputs: &Value, field: &Field) -> bool {
    let written = inputs.at(&Path::from(field));
    let of_stack = field.path.starts_with("stack.") || field.path == fields::REGION.path;
    if written.is_null() || of_stack || *written == default_of(field) {
        return true;
    }
    let there = |name: &str| names::target(&own.summary, inputs, name).is_some();
    match field.parameter {
        Some(parameter) => there(parameter.name),
        None => {
            let mut behind = DERIVED.iter().filter(|derived| derived.from.contains(&field.path)).peekable();
            behind.peek().is_none() || behind.any(|derived| there(derived.name))
        }
    }
}

fn without_parameter(own: &Own, field: &Field, found: &mut Found) {
    let name = field.parameter.map_or(field.path, |parameter| parameter.name);
    let message = Message::new(match field.parameter {
        Some(parameter) => format!("your template has no parameter for this: {}", known_as(&parameter)),
        None => "your template has no parameter by which this could reach the nodes".to_owned(),
    });
    let all = own.summary.parameters.iter().map(|parameter| parameter.name.as_str());
    let instead = match nearest(name, all).filter(|_| field.parameter.is_some()) {
        Some(near) => Message::new(format!("if it is `{near}`, write {{ {name} = \"{near}\" }} in "))
            .field(&stack::TEMPLATE_PARAMETER_ALIASES)
            .text("; else remove the input"),
        None => Message::new("remove the input, or name the parameter in ")
            .field(&stack::TEMPLATE_PARAMETER_ALIASES)
            .text(" if it has another name"),
    };
    found.error(&NO_PARAMETER, field, message, instead);
}

/// Every name by which an input is looked for.
fn known_as(parameter: &starburst_schema::Parameter) -> String {
    let names = std::iter::once(parameter.name).chain(parameter.aliases.iter().copied());
    format!("it declares no {}", names.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" and no "))
}

fn parameter(row: &Row<'_>, own: &Own, inputs: &Value, found: &mut Found) {
    let name = &row.parameter.name;
    if matches!(row.filler, Filler::Nothing) {
        missing(row.parameter, own, inputs, found);
    }
    // What the plugin computes is not known yet.
    if !row.taken && !matches!(row.filler, Filler::Derived(_)) {
        let message = match &row.value {
            Some(ParameterValue::Text(text)) if !row.parameter.no_echo => format!("`{text}` is no value of `{name}`"),
            _ => format!("the value is none of `{name}`"),
        };
        let instead = if row.parameter.is_looked_up() {
            Message::new(format!(
                "`{name}` takes the name of a parameter in Systems Manager, such as /images/presto: write that in "
            ))
            .field(&stack::TEMPLATE_PARAMETERS)
        } else {
            Message::new(format!("write one of {}", row.parameter.allowed.join(", ")))
        };
        found.error_at(&VALUE_NOT_TAKEN, place(row.filler, name), Message::new(message), instead);
    }
    if let Some(rival) = row.rival {
        let message = Message::new(format!("`{name}` is filled by ")).path(&place(row.filler, name)).text(" too");
        found.error_at(&PARAMETER_TWICE, place(rival, name), message, Message::new("keep one of the two"));
    }
}

/// The input that fills a parameter.
fn place(filler: Filler, name: &str) -> Path {
    match filler {
        Filler::Field(field) => Path::from(field),
        Filler::Secret => Path::from(&stack::TEMPLATE_SECRET_PARAMETERS).key(name),
        _ => Path::from(&stack::TEMPLATE_PARAMETERS).key(name),
    }
}

fn missing(parameter: &TemplateParameter, own: &Own, inputs: &Value, found: &mut Found) {
    let sources = Sources::of(&own.summary, inputs);
    let mut message = Message::new(format!("your template needs a value of `{}`", parameter.name));
    if !parameter.description.is_empty() {
        message = message.text(format!(" ({})", parameter.description.trim_end_matches('.')));
    }
    match sources.get(parameter).iter().find_map(|name| names::field(name)) {
        Some(field) => {
            let instead = Message::new(format!("write a value such as {}", field.example));
            found.error(&PARAMETER_WITHOUT_VALUE, field, message, instead);
        }
        None => {
            let field =
                if parameter.no_echo { &stack::TEMPLATE_SECRET_PARAMETERS } else { &stack::TEMPLATE_PARAMETERS };
            let path = Path::from(field).key(&parameter.name);
            found.error_at(&PARAMETER_WITHOUT_VALUE, path, message, Message::new("write it here"));
        }
    }
}

/// Entries by a name that the template does not declare, and aliases of what no input fills.
fn unknown_names(own: &Own, inputs: &Value, found: &mut Found) {
    let declared = || own.summary.parameters.iter().map(|parameter| parameter.name.as_str());
    let mut refuse = |path: Path, name: &str, near: Option<&str>, what: &str| {
        let message = Message::new(format!("{what} `{name}`"));
        let instead = Message::new(near.map_or("remove the entry".to_owned(), |near| format!("`{near}` is near")));
        found.error_at(&UNKNOWN_PARAMETER, path, message, instead);
    };
    for field in [&stack::TEMPLATE_PARAMETERS, &stack::TEMPLATE_SECRET_PARAMETERS] {
        let path = Path::from(field);
        for name in inputs.at(&path).as_map().into_iter().flatten().map(|(name, _)| name) {
            if own.summary.parameter(name).is_none() {
                refuse(path.key(name), name, nearest(name, declared()), "your template declares no parameter");
            }
        }
    }
    let path = Path::from(&stack::TEMPLATE_PARAMETER_ALIASES);
    for (ours, theirs) in inputs.at(&path).as_map().into_iter().flatten() {
        if !names::canonical().any(|known| known == ours) {
            let near = nearest(ours, names::canonical());
            refuse(path.key(ours), ours, near, "the bundled template, whose names stand on the left, has no");
        }
        if let Some(theirs) = theirs.as_text().filter(|theirs| own.summary.parameter(theirs).is_none()) {
            refuse(path.key(ours), theirs, nearest(theirs, declared()), "your template declares no parameter");
        }
    }
}

fn capabilities(own: &Own, inputs: &Value, found: &mut Found) {
    let given = texts(inputs, &stack::TEMPLATE_CAPABILITIES);
    let has = |name: &str| given.iter().any(|one| one == name);
    let missing = |name: &&String| match name.as_str() {
        // The larger one contains the smaller one. Source: CloudFormation API, CreateStack.
        "CAPABILITY_IAM" => !has("CAPABILITY_IAM") && !has("CAPABILITY_NAMED_IAM"),
        other => !has(other),
    };
    let why = own.summary.capabilities_reason.trim();
    for name in own.summary.capabilities.iter().filter(missing) {
        refuse_capability(name, if why.is_empty() { "it makes identities" } else { why }, found);
    }
    let macros = !own.summary.transforms.is_empty() && !own.summary.capabilities.iter().any(|one| one == AUTO_EXPAND);
    if macros && !has(AUTO_EXPAND) {
        let why = format!("it is changed by {}", own.summary.transforms.join(", "));
        refuse_capability(AUTO_EXPAND, &why, found);
    }
}

/// The capability that macros need.
const AUTO_EXPAND: &str = "CAPABILITY_AUTO_EXPAND";

fn refuse_capability(name: &str, why: &str, found: &mut Found) {
    let message = Message::new(format!("your template needs the capability {name}: {why}"));
    let instead = Message::new(format!("add \"{name}\" once you have read what the template makes"));
    found.error(&CAPABILITY_MISSING, &stack::TEMPLATE_CAPABILITIES, message, instead);
}
