//! SB5…: the plugin stopped watching, or could not; AWS may go on.

use super::Code;

/// AWS could not be reached.
pub static UNREACHABLE: Code = Code::new(
    5001,
    "AWS cannot be reached",
    "The network, the endpoint or AWS itself did not answer within the retry budget.",
    "Check the endpoint and the network, then run the same command again.",
);

/// AWS answered too many times that there are too many requests.
pub static THROTTLED: Code = Code::new(
    5002,
    "AWS throttles the account",
    "Too many requests are made in the account and region; AWS refused this one until the retry budget was used up.",
    "Run the same command again later, or with less in parallel.",
);

/// The run was cancelled.
pub static INTERRUPTED: Code = Code::new(
    5003,
    "the run was cancelled while AWS was at work",
    "Somebody stopped the command; CloudFormation goes on by itself.",
    "Run the same command again: it joins the operation that is under way.",
);

/// The deadline passed.
pub static TIMED_OUT: Code = Code::new(
    5004,
    "the operation took longer than its timeout",
    "The timeout of the resource passed before CloudFormation had finished; CloudFormation goes on by itself.",
    "Run the same command again to join the operation, with a longer timeout when it needs one.",
);

/// The stack is not there.
pub static GONE: Code = Code::new(
    5005,
    "the stack is not there",
    "The CloudFormation stack was deleted outside of this program.",
    "Refresh the state, then apply again: the cluster is made anew.",
);

/// All codes of this file, ascending.
pub static CODES: &[&Code] = &[&UNREACHABLE, &THROTTLED, &INTERRUPTED, &TIMED_OUT, &GONE];
