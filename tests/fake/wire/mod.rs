//! The wire: HTTP/1.1 on loopback, Query, EC2, JSON 1.1 and S3 protocols around the model.

pub mod query;
pub mod server;
pub mod xml;

pub use server::{Server, serve, serve_at, serve_on};
