//! SB9…: mistakes of the plugin itself.

use super::Code;

/// The plugin contradicted itself.
pub static BUG: Code = Code::new(
    9001,
    "the plugin made a mistake",
    "A request could not be carried out because of a mistake in the plugin; nothing was done that the message does not name.",
    "Report it with the message, and run the same command again: the state is kept.",
);

/// All codes of this file, ascending.
pub static CODES: &[&Code] = &[&BUG];
