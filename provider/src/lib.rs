//! The plugin: front ends over the core, and the adapters that reach AWS and local files.
//!
//! Map: [`pulumi`] speaks Pulumi's protocol · [`aws`] implements the core's ports with AWS's SDK · [`world`] is all
//! that a front end knows of the adapters · [`outside`] joins the two · [`clock`] and [`files`] are the machine's own ·
//! [`runtime`] is the life of the process, [`log`] its log · [`cli`] is for people at a terminal.
//!
//! Invariants, as absences: front ends do not name the SDK; adapters decide nothing; nothing but the port line and the
//! commands of `cli` prints to standard output.

pub mod aws;
pub mod cli;
pub mod clock;
pub mod files;
pub mod log;
pub mod outside;
pub mod pulumi;
pub mod runtime;
pub mod world;
