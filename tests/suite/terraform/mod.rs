//! The Terraform front end by wire messages, on the model of AWS, in virtual time: what a client's core sends, and the
//! rules by which it accepts an answer.
//!
//! Map: `schema` reads what the provider says of itself · `value` is the codec of the client, apart from the plugin's ·
//! `core` holds a client's rules of planning and applying · `client` makes the calls · `bench` is a client with a state
//! file, `commands` what it does where nothing may go wrong. Scenarios stand in the files with tests.

pub mod bench;
pub mod client;
mod commands;
pub mod core;
mod faults;
mod files;
pub mod imports;
pub mod lifecycle;
mod offered;
pub mod schema;
mod secrets;
mod unknown;
pub mod value;
