//! Inputs that a new cluster needs.

use starburst_schema::FIELDS;
use starburst_schema::codes::input::REQUIRED;

use super::stack::has_own_template;
use super::{Found, Rule, View};
use crate::failure::Message;

/// The rules.
pub static RULES: &[Rule] = &[required];

/// Absent means "kept" for a cluster that exists.
fn required(view: &View<'_>, found: &mut Found) {
    // A template of the user's asks for what it declares.
    if view.prior().is_some() || has_own_template(view) {
        return;
    }
    for field in FIELDS.iter().filter(|field| field.required && view.absent(field)) {
        let instead = Message::new(format!("write a value such as {}", field.example));
        found.error(&REQUIRED, field, Message::new("a new cluster needs this input"), instead);
    }
}
