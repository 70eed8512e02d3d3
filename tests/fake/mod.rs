//! The model of AWS.
