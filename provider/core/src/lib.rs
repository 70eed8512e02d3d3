//! The domain of `starburst:PrestoAlluxioCluster`, without IO.
//!
//! Map: [`value`], [`path`], [`time`] and [`failure`] know nobody · [`ports`] are the traits through which the world
//! is reached · [`stack`] drives one CloudFormation stack as a state machine and knows neither `cluster` nor
//! `template` · [`template`] holds the bundled joint template · [`cluster`] is the resource: check, plan, apply, read.
//!
//! Invariants, as absences: nothing here names the AWS SDK, tonic, prost or tokio; nothing reads the clock, the
//! environment, files or the network; nothing draws random numbers; nothing prints. Time comes in as an argument or
//! through [`ports::Clock`]. No message holds a field's name as a literal, nor a [`value::Value`].
#![deny(missing_docs)]

pub mod cluster;
pub mod failure;
pub mod path;
pub mod ports;
pub mod stack;
pub mod template;
pub mod time;
pub mod value;
