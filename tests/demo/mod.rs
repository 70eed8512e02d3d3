//! The demo: up, scale, roll, drift, revert, destroy, with a real client against a stand-in for AWS.
//!
//! `story` holds the steps, `real_nodes` those on real servers, `driver` the clients, `stand_in` the worlds, `screen` what
//! is printed. Checks are real: a step that did not do
//! what it says ends the demo with an error.

pub mod driver;
mod real_nodes;
mod screen;
pub mod stand_in;
mod story;

use anyhow::Result;
use clap::{Parser, ValueEnum};

/// Creates, scales, rolls, repairs and destroys a cluster with the real `pulumi` or `tofu`, on a stand-in for AWS: nothing
/// is charged, and nothing but loopback is reached once the tools are there.
#[derive(Debug, Clone, Parser)]
#[command(name = "cargo demo", version)]
pub struct Arguments {
    /// Language of the Pulumi program.
    #[arg(long, value_enum, default_value_t = Language::Typescript)]
    pub language: Language,
    /// Tell the story with the real `tofu` and the quick start in HCL instead.
    #[arg(long, conflicts_with = "language")]
    pub terraform: bool,
    /// Boot the nodes for real: Trino, Alluxio and a Hive metastore from the template's own user data, as network
    /// namespaces of this machine. Needs Linux, root, `ip`, Java 11 and 11 GiB of memory; takes about ten minutes.
    #[arg(long, conflicts_with_all = ["terraform", "language", "aws", "keep", "speed"])]
    pub real_nodes: bool,
    /// Stand-in for AWS: the project's own model of AWS, or MiniStack, which nobody here wrote.
    #[arg(long, value_enum, default_value_t = Aws::Model)]
    pub aws: Aws,
    /// Leave the cluster as it is after the last change instead of destroying it, and wait for Enter before the
    /// stand-in goes.
    #[arg(long)]
    pub keep: bool,
    /// Virtual seconds of the model of AWS in one real second.
    #[arg(long, default_value_t = 60.0, value_parser = speed)]
    pub speed: f64,
}

fn speed(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(speed) if (1.0..=1000.0).contains(&speed) => Ok(speed),
        _ => Err("a number from 1 to 1000".to_owned()),
    }
}

/// Languages of the demo's program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Language {
    /// `examples/typescript`, typed by the generated SDK.
    Typescript,
    /// `examples/python`, typed by the generated SDK.
    Python,
    /// `examples/yaml`, which needs no SDK.
    Yaml,
}

/// Stand-ins for AWS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Aws {
    /// The project's model of AWS, in this process.
    Model,
    /// MiniStack.
    Ministack,
}

/// Runs the demo.
///
/// # Errors
/// The step that did not do what it says, with what the client printed.
pub fn run(arguments: &Arguments) -> Result<()> {
    if arguments.real_nodes { real_nodes::tell() } else { story::tell(arguments) }
}
