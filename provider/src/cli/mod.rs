//! For people at a terminal: help, version, the bundled template, explanations of error codes, shell completion; and,
//! which alone make calls: following a stack, a look at the account, a mirror of packages. Prints its data to standard
//! output and everything else to standard error.

mod doctor;
mod explain;
mod packages;
mod place;
mod template;
mod watch;

use std::path::Path;
use std::process::ExitCode;

use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand};
use starburst_core::failure::Client;

/// The words and flags that make the program a tool for people; anything else starts the plugin.
const OURS: [&str; 12] = [
    "permissions",
    "template",
    "explain",
    "watch",
    "doctor",
    "packages",
    "completion",
    "help",
    "--help",
    "-h",
    "--version",
    "-V",
];

/// The one flag that is no command, which front end speaks is decided elsewhere; and what the environment may say.
const AFTER: &str = "\
With --debug alone it keeps running for terraform or tofu to attach to, until Ctrl-C, and prints the environment variable \
that tells them where it is.

Environment of a run:
  STARBURST_LOG=debug            log each call of AWS, never its parameters
  STARBURST_PROGRESS_FILE=PATH   append the lines of each operation to a file
  STARBURST_PULUMI_VIEWS=1       show the stack's resources beneath the cluster in Pulumi, and keep them in its state";

/// A Presto and Alluxio cluster on AWS as one resource. Pulumi, Terraform and OpenTofu start this program themselves;
/// the commands are for people.
#[derive(Debug, Parser)]
#[command(version, after_help = AFTER)]
struct Line {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Print the bundled CloudFormation template, or look at one of your own.
    Template {
        #[command(subcommand)]
        what: Option<template::What>,
    },
    /// Explain an error code.
    Explain {
        /// The code, such as SB1001.
        code: String,
    },
    /// Follow what is under way in a CloudFormation stack, one line a change.
    Watch(watch::Watch),
    /// Look whether credentials, region and permissions suffice for a cluster; makes nothing.
    #[command(after_help = doctor::AFTER)]
    Doctor(doctor::Doctor),
    /// Print the least policy of those who deploy, or of CloudFormation's role.
    Permissions {
        /// Whose policy.
        #[arg(value_enum)]
        of: Whose,
    },
    /// Software of the nodes: a mirror for subnets without a way out.
    #[command(subcommand)]
    Packages(packages::Packages),
    /// Print the completion script of a shell.
    Completion {
        /// The shell.
        shell: clap_complete::Shell,
    },
}

/// Whose policy is printed.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Whose {
    /// What the plugin calls itself, in the name of whoever runs pulumi or terraform.
    Caller,
    /// What CloudFormation calls: for the role in stack.roleArn, or for the caller too where there is none.
    Resources,
}

impl Whose {
    const fn policy(self) -> &'static str {
        match self {
            Self::Caller => include_str!("../../../schema/generated/policies/caller.json"),
            Self::Resources => include_str!("../../../schema/generated/policies/resources.json"),
        }
    }
}

/// The name and the client of a program that was started by this path.
fn program(path: &str) -> (&'static str, Client) {
    let file = Path::new(path).file_name().unwrap_or_default();
    if file.to_string_lossy().starts_with("terraform-provider-") {
        ("terraform-provider-starburst", Client::Terraform)
    } else {
        ("pulumi-resource-starburst", Client::Pulumi)
    }
}

/// Carries the command line out when it is one for people; `None` when it is a client's.
#[must_use]
pub fn run(arguments: &[String]) -> Option<ExitCode> {
    if !OURS.contains(&arguments.get(1)?.as_str()) {
        return None;
    }
    let (name, client) = program(arguments.first()?);
    let command = Line::command().name(name).mut_subcommand("watch", |watch| watch.after_help(watch::after_help(name)));
    let line = command.clone().try_get_matches_from(arguments).and_then(|matches| Line::from_arg_matches(&matches));
    Some(match line.map(|line| line.command) {
        Ok(Command::Template { what: None }) => print(starburst_core::template::BODY),
        Ok(Command::Template { what: Some(template::What::Check { file }) }) => template::check(&file, client),
        Ok(Command::Explain { code }) => match explain::explain(&code) {
            Ok(text) => print(&text),
            Err(why) => {
                eprintln!("{why}");
                ExitCode::FAILURE
            }
        },
        Ok(Command::Watch(what)) => watch::run(&what, client),
        Ok(Command::Doctor(what)) => doctor::run(&what, client),
        Ok(Command::Packages(what)) => packages::run(&what, client),
        Ok(Command::Permissions { of }) => print(of.policy()),
        Ok(Command::Completion { shell }) => completion(shell, command, name),
        Err(other) => {
            // Help and version end here too; clap knows the stream and the code of each.
            let _ = other.print();
            ExitCode::from(u8::try_from(other.exit_code()).unwrap_or(1))
        }
    })
}

fn completion(shell: clap_complete::Shell, mut command: clap::Command, name: &str) -> ExitCode {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command, name, &mut script);
    print(&String::from_utf8_lossy(&script))
}

/// Prints data; a reader that went away early is no failure.
fn print(text: &str) -> ExitCode {
    use std::io::Write as _;
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(text.trim_end().as_bytes()).and_then(|()| out.write_all(b"\n"));
    ExitCode::SUCCESS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_programs_name_says_whose_words_are_spoken() {
        for (path, expected) in [
            ("/opt/terraform-provider-starburst_v0.1.0", ("terraform-provider-starburst", Client::Terraform)),
            ("terraform-provider-starburst", ("terraform-provider-starburst", Client::Terraform)),
            ("./pulumi-resource-starburst", ("pulumi-resource-starburst", Client::Pulumi)),
            ("", ("pulumi-resource-starburst", Client::Pulumi)),
        ] {
            assert_eq!(program(path), expected, "{path}");
        }
    }

    #[test]
    fn the_command_line_is_sound_and_every_command_is_known_as_ours() {
        Line::command().debug_assert();
        for command in Line::command().get_subcommands() {
            assert!(OURS.contains(&command.get_name()), "{}", command.get_name());
        }
    }
}
