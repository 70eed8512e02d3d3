//! The one ordered table of fields.

use crate::field::Field;

/// A section or nested object of the inputs.
#[derive(Debug, Clone, Copy)]
pub struct Section {
    /// Dotted path in camelCase.
    pub path: &'static str,
    /// One sentence for users.
    pub doc: &'static str,
}

/// All sections and nested objects, in the order in which documentation lists them.
pub static SECTIONS: &[Section] = &[];

/// All fields, in the order in which documentation and messages list them.
pub static FIELDS: &[&Field] = &[];

/// The row with this dotted path.
#[must_use]
pub fn find(path: &str) -> Option<&'static Field> {
    FIELDS.iter().copied().find(|field| field.path == path)
}
