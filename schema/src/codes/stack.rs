//! SB4…: an operation of the stack was started and failed.

use super::Code;

/// The stack failed and AWS restored the previous state.
pub static ROLLED_BACK: Code = Code::new(
    4001,
    "the operation failed and was rolled back",
    "A resource of the stack failed; CloudFormation restored what was there before.",
    "Correct the input that the message names and run the same command again.",
);

/// All codes of this file, ascending.
pub static CODES: &[&Code] = &[&ROLLED_BACK];
