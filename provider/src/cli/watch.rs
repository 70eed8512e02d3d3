//! The command that follows a stack: lines to standard output, the cause of a failure to standard error. Changes
//! nothing in AWS.

use std::io::Write as _;
use std::process::ExitCode;

use async_trait::async_trait;
use clap::Args;
use starburst_core::cluster::{fields_of_resources, guard};
use starburst_core::failure::{Client, Failure};
use starburst_core::ports::{Cancellation, Clock as _, Ports, Progress, ProgressSink};
use starburst_core::stack::{Followed, Follower};
use starburst_core::time::Millis;
use starburst_schema::format::{Format, parse_duration};
use tokio::sync::Notify;

use super::place::Place;
use crate::clock::SystemClock;
use crate::outside::Outside;
use crate::world::World as _;
use crate::{log, panic};

/// What a shell calls a program that was interrupted: 128 and the number of the signal.
const INTERRUPTED: u8 = 130;

/// What to watch and where.
#[derive(Debug, Args)]
pub struct Watch {
    /// Name or ARN of the stack.
    stack: String,
    #[command(flatten)]
    place: Place,
    /// Keep waiting for the next operation until interrupted; the stack need not exist yet.
    #[arg(long)]
    follow: bool,
    /// End after this time, such as 90s, 15m or 2h; CloudFormation goes on.
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    timeout: Option<Millis>,
}

/// The end of the help text.
pub fn after_help(program: &str) -> String {
    format!(
        "Ends with 0 when nothing is under way or what was under way ended well, with 1 when it failed, when its end \
         does not come in time or when there is no such stack, with 130 when interrupted. With --follow the last \
         operation counts. It only reads, and ending it changes nothing.\n\n\
         Examples:\n  \
         {program} watch analytics-dev --region eu-central-1\n  \
         {program} watch analytics-dev --follow --timeout 2h"
    )
}

/// Follows a stack to the end that the flags ask for. Messages are spelled for this client.
pub fn run(watch: &Watch, client: Client) -> ExitCode {
    panic::tell_the_place_alone();
    log::start(log::Reader::Person);
    match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime.block_on(until_interrupted(watch, client)),
        Err(error) => {
            eprintln!("the program cannot start: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn until_interrupted(watch: &Watch, client: Client) -> ExitCode {
    let lines = Lines { client, unread: Notify::new() };
    tokio::select! {
        ended = follow(watch, &lines) => match ended {
            Ok(code) => code,
            Err(failure) => tell(&failure, client),
        },
        // Dropped in the middle of whatever it reads.
        interrupted = tokio::signal::ctrl_c() => match interrupted {
            Ok(()) => ExitCode::from(INTERRUPTED),
            Err(error) => {
                eprintln!("the program cannot listen for signals: {error}");
                ExitCode::FAILURE
            }
        },
        // As `head` does when it has seen enough.
        () = lines.unread.notified() => ExitCode::SUCCESS,
    }
}

async fn follow(watch: &Watch, lines: &Lines) -> Result<ExitCode, Failure> {
    let region = guard::parse(&watch.stack).map(|arn| arn.region);
    let connection = Outside::here().connect(&watch.place.settings(region)).await?;
    let ports = connection.ports(&Never, lines);
    guard::same_region(ports, &watch.stack)?;
    let mut follower = Follower::new(&watch.stack, fields_of_resources(), SystemClock.now(), watch.timeout);
    let mut code = ExitCode::SUCCESS;
    loop {
        match one(watch, &mut follower, ports, lines).await? {
            Some(ended) => code = ended,
            None if watch.follow => {}
            None => return Ok(code),
        }
        if !watch.follow || !follower.wait(ports).await? {
            return Ok(code);
        }
    }
}

/// Follows what is under way; the code to end with after it, or `None` when nothing was.
async fn one(
    watch: &Watch,
    follower: &mut Follower,
    ports: Ports<'_>,
    lines: &Lines,
) -> Result<Option<ExitCode>, Failure> {
    let (name, then) = (&watch.stack, if watch.follow { "; waiting for the next operation" } else { "" });
    Ok(match follower.follow(ports).await? {
        Followed::Absent if watch.follow => {
            lines.print(&format!("stack {name}: not there yet; waiting for its creation"));
            Some(ExitCode::FAILURE)
        }
        Followed::Absent => {
            eprintln!("there is no stack {name} in this account and region; --follow waits for its creation");
            Some(ExitCode::FAILURE)
        }
        Followed::AtRest(status) => {
            lines.print(&format!("stack {name}: nothing is under way, it is in {status}{then}"));
            None
        }
        Followed::Well(status) => {
            lines.print(&format!("stack {name}: ended well, it is in {status}{then}"));
            Some(ExitCode::SUCCESS)
        }
        Followed::Failed(failure) => Some(tell(&failure, lines.client)),
    })
}

pub(super) fn tell(failure: &Failure, client: Client) -> ExitCode {
    eprintln!("{}", failure.render(client));
    ExitCode::FAILURE
}

fn duration(text: &str) -> Result<Millis, String> {
    let seconds = parse_duration(text).ok_or_else(|| format!("must be {}", Format::Duration.describe()))?;
    Ok(Millis::from_seconds(seconds))
}

/// Nobody cancels but by ending the program.
pub(super) struct Never;

#[async_trait]
impl Cancellation for Never {
    fn is_cancelled(&self) -> bool {
        false
    }
    async fn cancelled(&self) {
        std::future::pending::<()>().await;
    }
}

/// Every line at once on standard output.
struct Lines {
    client: Client,
    /// Told when nobody reads them any more.
    unread: Notify,
}

impl Lines {
    fn print(&self, line: &str) {
        let mut out = std::io::stdout().lock();
        if writeln!(out, "{line}").and_then(|()| out.flush()).is_err() {
            self.unread.notify_one();
        }
    }
}

impl ProgressSink for Lines {
    fn report(&self, progress: Progress) {
        match progress {
            Progress::Warning(text) => self.print(&format!("warning: {}", text.render(self.client))),
            other => self.print(&other.text().render(self.client)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_of_time_needs_its_unit() {
        assert_eq!(duration("90s"), Ok(Millis(90_000)));
        assert_eq!(duration("2h"), Ok(Millis(7_200_000)));
        for wrong in ["", "90", "0s", "1d", "-1s"] {
            assert!(duration(wrong).is_err_and(|why| why.contains("15m")), "{wrong}");
        }
    }
}
