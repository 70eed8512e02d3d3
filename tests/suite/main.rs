//! The one integration binary of the workspace: every scenario, by theme.

mod clients;
mod generate;
mod harness;
mod lifecycle;
mod properties;
mod wire;
