//! `template check FILE`: what a template of the user's is to the plugin, without a call.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Subcommand;
use starburst_core::cluster::own_template;
use starburst_core::failure::Client;

/// Bytes of a template that CloudFormation takes from a bucket. Source: CloudFormation, quotas.
const LARGEST: usize = 1_048_576;

/// What is done with a template.
#[derive(Debug, Subcommand)]
pub enum What {
    /// Show which input fills each parameter of a template of your own, which capabilities it needs, and what becomes of
    /// nodes; asks nothing of AWS.
    Check {
        /// The template, JSON or YAML.
        file: PathBuf,
    },
}

/// Prints the report; an unreadable template is told with its line.
pub fn check(file: &Path, client: Client) -> ExitCode {
    match report(file, client) {
        Ok(text) => super::print(&text),
        Err(why) => {
            eprintln!("{}: {why}", file.display());
            ExitCode::FAILURE
        }
    }
}

fn report(file: &Path, client: Client) -> Result<String, String> {
    let text = std::fs::read_to_string(file).map_err(|error| error.to_string())?;
    if text.len() > LARGEST {
        return Err(format!("it has {} bytes, and CloudFormation takes {LARGEST} at most", text.len()));
    }
    let lines = own_template::report(&own_template::tree(&text)?);
    Ok(lines.iter().map(|line| line.render(client)).collect::<Vec<_>>().join("\n"))
}
