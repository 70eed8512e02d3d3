//! The life of the plugin's process: threads, first line, signals, orphan exit, panics. Knows no rule of the domain.
//!
//! Map: `pulumi` and `terraform` are a process of each protocol · `signals` and `orphan` tell when it ends.

mod orphan;
mod pulumi;
mod signals;
mod terraform;

use std::future::Future;
use std::io::Write as _;
use std::process::ExitCode;
use std::time::Duration;

pub use pulumi::run_pulumi;
pub use terraform::{run_terraform, run_terraform_attachable};

/// Calls wait for AWS nearly all the time.
const THREADS: usize = 2;
/// How long tasks that do not end by themselves are waited for.
const LAST_TASKS: Duration = Duration::from_millis(200);

/// Carries a server out on threads of its own; why it failed goes to standard error.
fn run(serving: impl Future<Output = Result<(), String>>) -> ExitCode {
    crate::panic::tell_the_place_alone();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(THREADS).enable_all().build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("the plugin cannot start its threads: {error}");
            return ExitCode::FAILURE;
        }
    };
    let ended = runtime.block_on(serving);
    runtime.shutdown_timeout(LAST_TASKS);
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
    }
}

/// The first thing on standard output, and the only one that a client reads.
fn print_first_line(line: impl std::fmt::Display) -> Result<(), String> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}")
        .and_then(|()| out.flush())
        .map_err(|error| format!("the plugin's address cannot be printed: {error}"))
}
