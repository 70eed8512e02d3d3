//! The services behind the calls: each turns an action and its parameters into an answer.

pub mod attach;
pub mod autoscaling;
pub mod cloudformation;
pub mod drift;
pub mod ec2;
pub mod json;
pub mod metrics;
pub mod outside;
pub mod s3;
pub mod sts;
pub mod tags;
