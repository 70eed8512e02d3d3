//! For people at a terminal: help, version, the bundled template, explanations of error codes. Makes no call and needs
//! no configuration. Prints its data to standard output and everything else to standard error.

mod explain;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// The words and flags that make the program a tool for people; anything else starts the plugin.
const OURS: [&str; 7] = ["template", "explain", "help", "--help", "-h", "--version", "-V"];

/// A Presto and Alluxio cluster on AWS as one resource. Started by the Pulumi engine, with its address as the only
/// argument; without one it waits to be attached to.
#[derive(Debug, Parser)]
#[command(name = "pulumi-resource-starburst", version)]
struct Line {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Print the bundled CloudFormation template.
    Template,
    /// Explain an error code.
    Explain {
        /// The code, such as SB1001.
        code: String,
    },
}

/// Carries the command line out when it is one for people; `None` when it is a client's.
#[must_use]
pub fn run(arguments: &[String]) -> Option<ExitCode> {
    if !OURS.contains(&arguments.get(1)?.as_str()) {
        return None;
    }
    Some(match Line::try_parse_from(arguments) {
        Ok(Line { command: Command::Template }) => print(starburst_core::template::BODY),
        Ok(Line { command: Command::Explain { code } }) => match explain::explain(&code) {
            Ok(text) => print(&text),
            Err(why) => {
                eprintln!("{why}");
                ExitCode::FAILURE
            }
        },
        Err(other) => {
            // Help and version end here too; clap knows the stream and the code of each.
            let _ = other.print();
            ExitCode::from(u8::try_from(other.exit_code()).unwrap_or(1))
        }
    })
}

/// Prints data; a reader that went away early is no failure.
fn print(text: &str) -> ExitCode {
    use std::io::Write as _;
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(text.trim_end().as_bytes()).and_then(|()| out.write_all(b"\n"));
    ExitCode::SUCCESS
}
