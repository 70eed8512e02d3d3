//! The plugin: front ends over the core, and the adapters that reach AWS and local files.
//!
//! Map: [`pulumi`] speaks Pulumi's protocol · [`aws`] implements the core's ports with AWS's SDK · [`world`] is all
//! that a front end knows of the adapters · [`runtime`] is the life of the process · [`cli`] is for people at a
//! terminal.
//!
//! Invariants, as absences: front ends do not name the SDK; adapters decide nothing; nothing but the port line and the
//! commands of `cli` prints to standard output.

pub mod cli;
pub mod pulumi;
pub mod runtime;
pub mod world;
