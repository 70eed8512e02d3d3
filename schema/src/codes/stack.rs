//! SB4…: an operation of the stack was started and failed.

use super::Code;

/// The stack failed and AWS restored the previous state.
pub static ROLLED_BACK: Code = Code::new(
    4001,
    "the operation failed and was rolled back",
    "A resource of the stack failed; CloudFormation restored what was there before.",
    "Correct the input that the message names and run the same command again.",
);

/// A rollback failed.
pub static ROLLBACK_FAILED: Code = Code::new(
    4002,
    "the operation failed, and so did its rollback",
    "A resource could not be brought back to its state before the operation.",
    "Cure the cause that the message names and run the same command again: the rollback is continued first. A resource that cannot be cured has to be skipped or deleted with the command that the message gives.",
);

/// A delete failed.
pub static DELETE_FAILED: Code = Code::new(
    4003,
    "the stack could not be deleted",
    "Some resources of the stack could not be deleted; the others are gone.",
    "Remove what holds the resources and run the same command again, or retain them: they then stay without a stack.",
);

/// An operation failed and the stack was left as it was at that moment.
pub static PAUSED: Code = Code::new(
    4004,
    "the operation failed and the stack was left as it is",
    "A resource failed, and rollback is switched off for the stack.",
    "Correct the input that the message names and run the same command again, or roll the stack back with the command that the message gives.",
);

/// The stack can only be deleted.
pub static DEAD: Code = Code::new(
    4005,
    "the stack can only be deleted",
    "The stack's creation failed, or its deletion began; CloudFormation accepts nothing but a delete.",
    "Replace the resource, or delete the stack with the command that the message gives.",
);

/// The stack is in a status that leads nowhere by itself.
pub static STUCK: Code = Code::new(
    4006,
    "the stack's status needs a decision",
    "CloudFormation reports a status from which the plugin has no safe way on.",
    "Look at the stack with the command that the message gives and decide.",
);

/// All codes of this file, ascending.
pub static CODES: &[&Code] = &[&ROLLED_BACK, &ROLLBACK_FAILED, &DELETE_FAILED, &PAUSED, &DEAD, &STUCK];
