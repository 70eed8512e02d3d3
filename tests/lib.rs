//! What the tests, the demo and the benches share: the model of AWS (`fake`) and the real clients (`clients`).
//! Nothing of the plugin may depend on this crate.

pub mod clients;
pub mod demo;
pub mod fake;
