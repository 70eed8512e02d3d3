//! The project's model of AWS: CloudFormation, EC2 Auto Scaling, EC2, STS, S3, Secrets Manager and Systems Manager as
//! far as a stack and its clients need them, on the real wire or in process, in virtual or real time. What it does
//! and why is written in `SPEC.md`. It knows nothing of the plugin.

pub mod catalogue;
pub mod changesets;
pub mod cluster;
pub mod durations;
pub mod early_validation;
pub mod error;
pub mod faults;
pub mod groups;
pub mod ids;
pub mod intrinsics;
pub mod lag;
pub mod machines;
pub mod paging;
pub mod parameters;
pub mod priming;
pub mod reach;
pub mod resources;
pub mod seed;
pub mod services;
pub mod settings;
pub mod stacks;
pub mod state;
pub mod template;
pub mod time;
pub mod wire;
pub mod world;

#[cfg(test)]
mod tests;

pub use error::ApiError;
pub use faults::{Effect, NodeFate, Phase};
pub use settings::{RepeatedTokens, Settings, WorldConfig};
pub use time::{Clock, SimClock, Timestamp};
pub use wire::{Server, serve, serve_at, serve_on};
pub use world::{ACCOUNT, CallRecord, World};
