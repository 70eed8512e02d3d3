//! CloudFormation as a state machine, and the loop that drives it.
