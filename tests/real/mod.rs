//! The world in which real nodes boot: behind the model of AWS, instances are network namespaces of this machine that run
//! the very user data of the joint template, in real time.
//!
//! - [`inside`]: a test goes on in private namespaces, so that nothing of it survives it, however it ends.
//! - [`network`]: the bridge that is the VPC, and the interfaces on it. [`machine`], [`machines`]: one node with its own
//!   root file system and processes; all of them behind the port of the model.
//! - [`image`]: what the image of the nodes holds. [`metadata`]: IMDSv2. [`credentials`]: the keys that it hands out.
//! - [`s3`]: the S3 of the nodes, which lets in only those keys. [`web`]: the small HTTP server of both.
//! - [`query`]: a question to Trino. [`thrift`]: questions to the metastore. [`databases`]: PostgreSQL and MariaDB.
//! - [`world`]: all of it together. [`cluster`]: a cluster in it, as its user has it. [`table`]: one that was there before.
//!
//! What it models is written in `SPEC.md` beside this file. Only [`cluster`] knows of the plugin; the world needs root, `ip`, `unshare`
//! and Java, and says by name what is missing.

pub mod cluster;
pub mod credentials;
pub mod databases;
pub mod image;
pub mod inside;
pub mod machine;
pub mod machines;
pub mod metadata;
pub mod network;
pub mod query;
pub mod s3;
pub mod table;
pub mod thrift;
pub mod web;
pub mod world;

pub use inside::inside;
pub use world::{Options, RealWorld};
