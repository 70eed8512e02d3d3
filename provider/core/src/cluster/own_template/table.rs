//! The mapping as a table for people: a line for each parameter that the template declares.

use starburst_schema::fields::stack as fields;

use super::mapping::{Filler, Mapped, Row};
use crate::failure::Message;
use crate::ports::ParameterValue;

/// Longest value that is shown, in characters.
const LONGEST: usize = 60;

/// The lines, parameters in columns. No secret is among them.
#[must_use]
pub fn lines(mapped: &Mapped<'_>) -> Vec<Message> {
    let width = mapped.0.iter().map(|row| row.parameter.name.chars().count()).max().unwrap_or(0);
    mapped.0.iter().map(|row| line(row, width)).collect()
}

fn line(row: &Row<'_>, width: usize) -> Message {
    let message = Message::new(format!("{:<width$}  ", row.parameter.name));
    let value = match &row.value {
        Some(ParameterValue::Text(text)) if !row.parameter.no_echo => format!(" = {}", shortened(text)),
        Some(ParameterValue::Text(_) | ParameterValue::Secret(_)) => " (not shown)".to_owned(),
        Some(ParameterValue::Previous) | None => String::new(),
    };
    match row.filler {
        Filler::Field(field) if row.value == Some(ParameterValue::Previous) => {
            message.field(field).text(", as the stack has it")
        }
        Filler::Field(field) => message.field(field).text(value),
        Filler::Derived(_) => message.text("computed by the plugin"),
        Filler::Given => message.field(&fields::TEMPLATE_PARAMETERS).text(value),
        Filler::Secret => message.field(&fields::TEMPLATE_SECRET_PARAMETERS).text(value),
        Filler::Kept => message.text("as the stack has it"),
        Filler::Default => {
            let default = row.parameter.default.as_deref().filter(|_| !row.parameter.no_echo).unwrap_or_default();
            message.text(format!("the template's default: {}", shortened(default)))
        }
        Filler::Nothing => message.text("has no value"),
    }
}

fn shortened(text: &str) -> String {
    let short: String = text.chars().take(LONGEST).collect();
    if short.len() < text.len() { format!("{short}…") } else { short }
}
