//! Which front end speaks: a command for people first, then the name that the program was started by. Nothing else.

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use starburst_provider::outside::Outside;
use starburst_provider::{cli, log, runtime};

/// The name by which Terraform and OpenTofu start a provider begins with this.
const TERRAFORM: &str = "terraform-provider-";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args_os().map(|argument| argument.to_string_lossy().into_owned()).collect();
    if let Some(code) = cli::run(&arguments) {
        return code;
    }
    let program = arguments.first().map(Path::new).and_then(Path::file_name).unwrap_or_default();
    if program.to_string_lossy().starts_with(TERRAFORM) {
        eprintln!("this version speaks Pulumi's protocol alone; start it as pulumi-resource-starburst");
        return ExitCode::FAILURE;
    }
    log::start();
    match engine_address(arguments.get(1..).unwrap_or_default()) {
        Ok(engine) => runtime::run_pulumi(Arc::new(Outside::here()), engine),
        Err(why) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
    }
}

/// The engine's address: the one argument that is no flag. Flags are the engine's business and are passed over; only
/// `-tracing` takes a value of its own.
fn engine_address(arguments: &[String]) -> Result<Option<&str>, String> {
    let mut address = None;
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "-tracing" | "--tracing" => {
                arguments.next();
            }
            flag if flag.starts_with('-') => {}
            word if !word.contains(':') => {
                return Err(format!("{word} is neither a command nor an engine's address, HOST:PORT (see --help)"));
            }
            word if address.is_none() => address = Some(word),
            word => {
                return Err(format!("the engine's address is the only argument; {word} is one too many (see --help)"));
            }
        }
    }
    Ok(address)
}

#[cfg(test)]
mod tests {
    use super::engine_address;

    fn of(arguments: &[&str]) -> Result<Option<String>, String> {
        let arguments: Vec<String> = arguments.iter().map(ToString::to_string).collect();
        engine_address(&arguments).map(|address| address.map(str::to_owned))
    }

    #[test]
    fn flags_are_passed_over() {
        let address = Ok(Some("127.0.0.1:7".to_owned()));
        assert_eq!(of(&["127.0.0.1:7"]), address);
        assert_eq!(of(&["--logtostderr", "-v=9", "--tracing", "http://x", "127.0.0.1:7"]), address);
        assert_eq!(of(&["-unheard-of", "127.0.0.1:7"]), address);
        assert_eq!(of(&[]), Ok(None));
        assert_eq!(of(&["--logtostderr"]), Ok(None));
        assert!(of(&["127.0.0.1:7", "127.0.0.1:8"]).is_err());
    }

    #[test]
    fn a_misspelt_command_is_no_address() {
        assert!(of(&["explian"]).is_err_and(|why| why.contains("explian") && why.contains("--help")));
        assert!(of(&["127.0.0.1:7", "more"]).is_err());
    }
}
