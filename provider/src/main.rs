//! Which front end speaks: a command for people first, then the name that the program was started by, then the
//! environment, then the arguments. Nothing else.

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use starburst_provider::outside::Outside;
use starburst_provider::terraform::handshake;
use starburst_provider::{cli, log, runtime};

/// The name by which Pulumi starts a provider begins with this.
const PULUMI: &str = "pulumi-resource-";
/// The name by which Terraform and OpenTofu start a provider begins with this.
const TERRAFORM: &str = "terraform-provider-";
/// The flag that keeps the plugin running for Terraform and OpenTofu to attach to, as other providers write it too.
const DEBUG: [&str; 2] = ["-debug", "--debug"];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args_os().map(|argument| argument.to_string_lossy().into_owned()).collect();
    if let Some(code) = cli::run(&arguments) {
        return code;
    }
    let world = Arc::new(Outside::here());
    match speaker(&arguments, handshake::is_client(&|name| std::env::var(name).ok())) {
        Ok(Speaker::Pulumi(engine)) => {
            log::start(log::Reader::Person);
            runtime::run_pulumi(world, engine)
        }
        Ok(Speaker::Terraform) => {
            log::start(log::Reader::Terraform);
            runtime::run_terraform(world)
        }
        Ok(Speaker::Attachable) => {
            log::start(log::Reader::Person);
            runtime::run_terraform_attachable(world)
        }
        Err(why) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
    }
}

/// Whom the process speaks to.
#[derive(Debug, PartialEq, Eq)]
enum Speaker<'a> {
    /// The Pulumi engine at this address, or any that attaches.
    Pulumi(Option<&'a str>),
    /// The Terraform or OpenTofu process that started this one.
    Terraform,
    /// Terraform and OpenTofu processes that a person tells where this one is.
    Attachable,
}

/// Decides by the name first: the environment of a client is inherited by whatever it starts, a Pulumi engine too.
fn speaker(arguments: &[String], client: bool) -> Result<Speaker<'_>, String> {
    let program = arguments.first().map(Path::new).and_then(Path::file_name).unwrap_or_default().to_string_lossy();
    let rest = arguments.get(1..).unwrap_or_default();
    if let [only] = rest
        && DEBUG.contains(&only.as_str())
    {
        return Ok(Speaker::Attachable);
    }
    let pulumi = program.starts_with(PULUMI);
    match program.starts_with(TERRAFORM) {
        _ if client && !pulumi => Ok(Speaker::Terraform),
        true => Err(handshake::not_for_people()),
        false => engine_address(rest).map(Speaker::Pulumi),
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
    use super::{Speaker, speaker};

    fn of(name: &str, arguments: &[&str], client: bool) -> Result<String, String> {
        let line: Vec<String> = std::iter::once(&name).chain(arguments).map(ToString::to_string).collect();
        speaker(&line, client).map(|speaker| format!("{speaker:?}"))
    }

    fn said(speaker: Speaker<'_>) -> Result<String, String> {
        Ok(format!("{speaker:?}"))
    }

    #[test]
    fn flags_are_passed_over() {
        let of = |arguments: &[&str]| of("pulumi-resource-starburst", arguments, false);
        let address = said(Speaker::Pulumi(Some("127.0.0.1:7")));
        assert_eq!(of(&["127.0.0.1:7"]), address);
        assert_eq!(of(&["--logtostderr", "-v=9", "--tracing", "http://x", "127.0.0.1:7"]), address);
        assert_eq!(of(&["-unheard-of", "127.0.0.1:7"]), address);
        assert_eq!(of(&[]), said(Speaker::Pulumi(None)));
        assert_eq!(of(&["--logtostderr"]), said(Speaker::Pulumi(None)));
        assert!(of(&["127.0.0.1:7", "127.0.0.1:8"]).is_err());
    }

    #[test]
    fn a_misspelt_command_is_no_address() {
        let of = |arguments: &[&str]| of("pulumi-resource-starburst", arguments, false);
        assert!(of(&["explian"]).is_err_and(|why| why.contains("explian") && why.contains("--help")));
        assert!(of(&["127.0.0.1:7", "more"]).is_err());
    }

    #[test]
    fn the_name_goes_before_the_environment_and_that_before_the_arguments() {
        let (pulumi, terraform) = ("/opt/pulumi-resource-starburst", "plugins/terraform-provider-starburst_v0.1.0");
        let address = "127.0.0.1:7";
        let engine = said(Speaker::Pulumi(Some(address)));
        for client in [false, true] {
            assert_eq!(of(pulumi, &[address], client), engine, "{client}");
        }
        assert_eq!(of(terraform, &[], true), said(Speaker::Terraform));
        assert_eq!(of("starburst", &[], true), said(Speaker::Terraform));
        assert_eq!(of("starburst", &[address], false), engine);
        assert_eq!(of("starburst", &[], false), said(Speaker::Pulumi(None)));
    }

    #[test]
    fn without_a_client_terraforms_name_tells_what_it_is() {
        for arguments in [&[][..], &["127.0.0.1:7"], &["explian"]] {
            let why = of("terraform-provider-starburst", arguments, false);
            assert!(why.is_err_and(|why| why.contains("Terraform") && why.contains("--help")), "{arguments:?}");
        }
    }

    #[test]
    fn debugging_needs_no_client_whatever_the_name() {
        for name in ["terraform-provider-starburst", "pulumi-resource-starburst", "starburst"] {
            for flag in ["-debug", "--debug"] {
                assert_eq!(of(name, &[flag], false), said(Speaker::Attachable), "{name} {flag}");
            }
        }
        assert_eq!(
            of("pulumi-resource-starburst", &["--debug", "127.0.0.1:7"], false),
            said(Speaker::Pulumi(Some("127.0.0.1:7")))
        );
    }
}
