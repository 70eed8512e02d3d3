//! SB5…: the plugin stopped watching, or could not; AWS may go on.

use super::Code;

/// AWS could not be reached.
pub static UNREACHABLE: Code = Code::new(
    5001,
    "AWS cannot be reached",
    "The network, the endpoint or AWS itself did not answer within the retry budget.",
    "Check the endpoint and the network, then run the same command again.",
);

/// All codes of this file, ascending.
pub static CODES: &[&Code] = &[&UNREACHABLE];
