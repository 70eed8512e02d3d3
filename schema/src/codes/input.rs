//! SB1…: the program can be corrected; no mutating call was made.

use super::Code;

/// A required input is absent.
pub static REQUIRED: Code = Code::new(
    1001,
    "a required input is absent",
    "A new cluster cannot be made without this input.",
    "Write the input that the message names.",
);

/// All codes of this file, ascending.
pub static CODES: &[&Code] = &[&REQUIRED];
