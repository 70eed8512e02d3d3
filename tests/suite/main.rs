//! The one integration binary of the workspace: every scenario, by theme.

mod change_sets;
mod clients;
mod diagnosis;
mod drift;
mod faults;
mod generate;
mod handshake;
mod harness;
mod kill_matrix;
mod lifecycle;
mod model_world;
mod node_packages;
mod parity;
mod polling;
mod process;
mod properties;
mod regions;
mod registry;
mod rolling;
mod rolls;
mod status_table;
mod template;
mod terraform;
mod terraform_clients;
mod watch;
mod wire;
