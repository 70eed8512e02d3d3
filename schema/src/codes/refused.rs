//! SB2… and SB3…: AWS, or a guard of the plugin, said no before anything was changed.

use super::Code;

/// AWS denied a call.
pub static DENIED: Code = Code::new(
    2001,
    "AWS denied a call",
    "The credentials in use may not perform the action that the message names.",
    "Allow the action for the caller, or use other credentials.",
);

/// All codes of this file, ascending.
pub static CODES: &[&Code] = &[&DENIED];
