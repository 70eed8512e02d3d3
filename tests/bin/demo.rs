//! `cargo demo`: the main job, from nothing, told step by step with the real client.

use clap::Parser;
use starburst_tests::demo::{Arguments, run};

fn main() -> std::process::ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nerror: {error:#}");
            std::process::ExitCode::FAILURE
        }
    }
}
