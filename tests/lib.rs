//! What the tests, the demo and the benches share: the model of AWS (`fake`), the real clients (`clients`) and the world
//! in which real nodes boot (`real`).
//! Nothing of the plugin may depend on this crate.

pub mod clients;
pub mod demo;
pub mod fake;
pub mod real;
