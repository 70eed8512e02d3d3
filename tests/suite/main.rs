//! The one integration binary of the workspace: every scenario, by theme.

mod clients;
mod faults;
mod generate;
mod harness;
mod lifecycle;
mod process;
mod properties;
mod regions;
mod template;
mod wire;
