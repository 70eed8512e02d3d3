//! The adapter between the core's ports and the AWS SDK: it translates and never decides. Nothing outside this folder
//! names an SDK type, and nothing here knows the resource, its inputs or a client.
//!
//! Map: [`config`] turns settings into clients · [`http`], [`retry`] and [`credentials`] are its parts · one file a
//! service · [`call_error`] says what a failed call means · `call_log` logs calls · [`dry_run`] asks EC2 without doing · [`expiry`] knows how long credentials live · [`redact`] keeps secrets out of texts.

pub mod autoscaling;
pub mod call_error;
mod call_log;
mod change_sets;
pub mod cloudformation;
pub mod config;
pub mod credentials;
pub mod ec2;
pub mod expiry;
pub mod http;
pub mod redact;
pub mod retry;
pub mod s3;
pub mod secretsmanager;
pub mod sts;
mod template_summary;

mod drift;
pub mod dry_run;
mod stack_request;
#[cfg(test)]
mod wire_tests;

pub use config::{AssumeRole, Aws, AwsConfig, StaticKeys, WebIdentity, clients};
pub use redact::Redactor;
