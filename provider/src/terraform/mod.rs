//! The Terraform and OpenTofu front end: plugin protocol 6 over the cluster of the core.
//!
//! Map: [`server`] serves · `provider` is what its calls share · `handshake`, `tls`, `socket`, `broker`, `serve` are the
//! life of a plugin · `config`, `schema` speak of the provider itself · `check`, `plan`, `apply`, `read`, `import`,
//! `list`, `data`, `ephemeral`, `functions`, `generate` answer for what it offers · `tree` joins the attributes of a
//! client with the inputs and outputs of the core, `planned` makes the state that a plan promises, `shapes` holds the
//! attributes · [`decode`] and [`encode`] translate values, `upgrade` what other versions stored, `private` what no user
//! sees, `identity` who is who · `diagnostics` carries what users read.
//!
//! Invariants, as absences: no file here names AWS's SDK, none holds the name of a field, and a plan depends on nothing
//! but what the client sent and what the rules of the core read.
//!
//! Decided: the client's state holds effective values, defaults included; what the program did not write is listed in
//! the private state · an error that follows from the program or from AWS is a diagnostic, never a gRPC error.

mod apply;
pub mod broker;
mod check;
#[cfg(test)]
mod codec_tests;
mod config;
mod data;
pub mod decode;
mod diagnostics;
pub mod encode;
mod ephemeral;
mod functions;
mod generate;
pub mod handshake;
mod identity;
mod import;
mod list;
mod plan;
mod planned;
mod private;
mod provider;
mod read;
mod schema;
pub mod serve;
pub mod server;
mod shapes;
pub mod socket;
pub mod tls;
mod tree;
mod upgrade;

/// Messages and service of plugin protocol 6, generated from `proto/terraform`.
#[allow(clippy::all, clippy::pedantic, missing_docs)]
pub mod wire {
    tonic::include_proto!("tfplugin6");
}

/// Services that every plugin of this kind has beside its own, generated from `proto/terraform`.
#[allow(clippy::all, clippy::pedantic, missing_docs)]
pub mod go_plugin {
    tonic::include_proto!("plugin");
}

/// The compiled descriptors of `proto/terraform`, as a serialised `FileDescriptorSet`.
pub const DESCRIPTORS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/terraform.pb"));
