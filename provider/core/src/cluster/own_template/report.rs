//! What a template is to the plugin, from its text alone: for people who look before they use it. Calls nothing.

use starburst_schema::{FIELDS, OUTPUTS};

use super::names::{self, Sources};
use super::policies::on_change;
use super::summary::summary_of;
use super::text::Tree;
use crate::failure::Message;
use crate::ports::{TemplateParameter, TemplateSummary};
use crate::value::Value;

/// Lines under headings: parameters and what fills each, inputs without a parameter, capabilities, groups, outputs.
#[must_use]
pub fn report(tree: &Tree) -> Vec<Message> {
    let summary = summary_of(tree);
    let mut lines = vec![Message::new("Parameters, and what fills each:")];
    let width = summary.parameters.iter().map(|parameter| parameter.name.chars().count()).max().unwrap_or(0);
    let sources = Sources::of(&summary, &Value::Null);
    let each = |parameter| indented(line(parameter, sources.get(parameter), width));
    lines.extend(summary.parameters.iter().map(each));
    lines.extend(section("Inputs that reach no parameter:", lost(&summary)));
    let mut needed = summary.capabilities.clone();
    if !summary.transforms.is_empty() {
        needed.push(format!("CAPABILITY_AUTO_EXPAND (it is changed by {})", summary.transforms.join(", ")));
    }
    lines.extend(section("Capabilities that you acknowledge:", needed.into_iter().map(Message::new).collect()));
    lines.extend(section("When nodes change:", on_change(tree, None)));
    lines.extend(section("Outputs of the cluster:", outputs(tree)));
    lines
}

fn indented(line: Message) -> Message {
    Message::new("  ").then(line)
}

fn section(title: &str, lines: Vec<Message>) -> Vec<Message> {
    let lines = if lines.is_empty() { vec![Message::new("none")] } else { lines };
    [Message::new(""), Message::new(title)].into_iter().chain(lines.into_iter().map(indented)).collect()
}

fn line(parameter: &TemplateParameter, sources: &[&'static str], width: usize) -> Message {
    let fields: Vec<_> = sources.iter().filter_map(|name| names::field(name)).collect();
    let mut message = Message::new(format!("{:<width$}  ", parameter.name));
    message = match fields.as_slice() {
        [] if sources.is_empty() => {
            let extra = if parameter.no_echo { "stack.template.secretParameters" } else { "stack.template.parameters" };
            message.path(&crate::path::Path::field(extra))
        }
        [] => message.text("computed by the plugin"),
        [first, others @ ..] => {
            others.iter().fold(message.field(first), |message, field| message.text(", ").field(field))
        }
    };
    let mut marks = Vec::new();
    match &parameter.default {
        None => marks.push("required".to_owned()),
        Some(default) if !parameter.no_echo && !default.is_empty() => marks.push(format!("default {default}")),
        Some(_) => {}
    }
    if !parameter.allowed.is_empty() {
        marks.push(format!("one of {}", parameter.allowed.join(", ")));
    }
    if parameter.is_looked_up() {
        marks.push("a name in Systems Manager".to_owned());
    }
    if marks.is_empty() { message } else { message.text(format!("  ({})", marks.join("; "))) }
}

/// Inputs of the cluster that this template has no parameter for.
fn lost(summary: &TemplateSummary) -> Vec<Message> {
    let there = |name: &str| names::target(summary, &Value::Null, name).is_some();
    let carried = FIELDS.iter().filter_map(|field| Some((*field, field.parameter?)));
    carried.filter(|(_, parameter)| !there(parameter.name)).map(|(field, _)| Message::of(field)).collect()
}

fn outputs(tree: &Tree) -> Vec<Message> {
    let has = |key: &&&str| !tree["Outputs"][**key].is_null();
    let found = OUTPUTS.iter().filter_map(|output| Some((output.name, *output.stack_outputs.iter().find(has)?)));
    found.map(|(name, key)| Message::new(format!("{name} = {key}"))).collect()
}
