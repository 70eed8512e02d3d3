//! The Pulumi front end: the resource provider service over the cluster of the core.
//!
//! Map: [`server`] serves · `provider` is what its calls share · `handshake`, `config`, `schema` speak of the plugin itself · `check`, `plan`, `apply`,
//! `read`, `import`, `list`, `functions` answer for the resource · [`decode`] and [`encode`] translate values,
//! `mapping` what Terraform's converter asks · `progress`, [`views`] and `errors` carry what users read.
//!
//! Invariants, as absences: no file here names AWS's SDK, and none holds the name of a field.
//!
//! Decided: prost's limit of 100 nested messages stays (32 objects deep; the resource needs five), because without it a
//! message of some megabytes could use up the stack · Cancel ends what runs and nothing that comes later, because the
//! engine also sends it at the end of every command and an attached plugin serves the next one · a provider's
//! configuration never replaces a cluster.

mod apply;
mod check;
#[cfg(test)]
mod codec_tests;
mod config;
pub mod decode;
pub mod encode;
mod errors;
mod functions;
mod handshake;
mod import;
mod list;
mod mapping;
mod plan;
mod progress;
#[cfg(test)]
mod progress_tests;
mod provider;
mod read;
mod schema;
pub mod server;
#[cfg(test)]
mod server_tests;
pub mod views;
#[cfg(test)]
mod views_tests;

/// Messages and services of the wire, generated from `proto/pulumi`.
#[allow(clippy::all, clippy::pedantic, missing_docs)]
pub mod wire {
    tonic::include_proto!("pulumirpc");

    /// The shape of Google's status message, for error details.
    pub mod status {
        tonic::include_proto!("google.rpc");
    }
}

/// The compiled descriptors of `proto/pulumi`, as a serialised `FileDescriptorSet`.
pub const DESCRIPTORS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/pulumi.pb"));

/// The package's name.
pub const PACKAGE: &str = "starburst";

/// Type token of the resource.
pub const CLUSTER: &str = "starburst:index:PrestoAlluxioCluster";
