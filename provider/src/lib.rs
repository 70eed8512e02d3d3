//! The plugin: front ends over the core, and the adapters that reach AWS and local files.
//!
//! Map: [`pulumi`] and [`terraform`] speak the two protocols · [`aws`] implements the core's ports with AWS's SDK ·
//! [`world`] is all that a front end knows of the adapters · [`session`] and [`settings`] are what both front ends share
//! · [`outside`] joins front ends and adapters · [`clock`] and [`files`] are the machine's own · [`runtime`] is the life
//! of the process, [`panic`] what a mistake leaves behind, [`log`] its log · [`progress_file`] is progress for clients
//! without a channel for it · [`cli`] is for people at a terminal.
//!
//! Invariants, as absences: front ends do not name the SDK; adapters decide nothing; nothing but the first line for
//! the client and the commands of `cli` prints to standard output.

pub mod aws;
pub mod cli;
pub mod clock;
pub mod files;
pub mod log;
pub mod outside;
pub mod panic;
pub mod progress_file;
pub mod pulumi;
pub mod runtime;
pub mod session;
pub mod settings;
pub mod terraform;
pub mod world;
