//! Which front end speaks: a command for people, then the name that the program was started by. Nothing else.

use std::process::ExitCode;
use std::sync::Arc;

use starburst_provider::{cli, runtime};

fn main() -> ExitCode {
    ExitCode::SUCCESS
}
