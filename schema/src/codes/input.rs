//! SB1…: the program can be corrected; no mutating call was made.

use super::Code;

/// A required input is absent.
pub static REQUIRED: Code = Code::new(
    1001,
    "a required input is absent",
    "A new cluster cannot be made without this input.",
    "Write the input that the message names.",
);

/// A local file cannot be read.
pub static UNREADABLE_FILE: Code = Code::new(
    1002,
    "a local file cannot be read",
    "The input names a file, folder or archive of this machine that is not there or cannot be read.",
    "Write a path that begins at the program's folder, or an s3:// URI.",
);

/// All codes of this file, ascending.
pub static CODES: &[&Code] = &[&REQUIRED, &UNREADABLE_FILE];
