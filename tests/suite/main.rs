//! The one integration binary of the workspace: every scenario, by theme.

mod clients;
mod diagnosis;
mod faults;
mod generate;
mod handshake;
mod harness;
mod lifecycle;
mod model_world;
mod parity;
mod process;
mod properties;
mod regions;
mod registry;
mod template;
mod terraform;
mod terraform_clients;
mod watch;
mod wire;
