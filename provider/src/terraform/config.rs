//! The provider's own configuration. Calls nothing; the first use of a resource opens the connection. Values that are
//! not known yet are no violations.

use starburst_core::failure::Client;
use starburst_core::time::Millis;
use starburst_core::value::Value;

use super::diagnostics;
use super::provider::Provider;
use super::shapes::PROVIDER;
use super::wire::{Diagnostic, DynamicValue, configure_provider, validate_provider_config};
use crate::settings::normal_form;

/// Checks the settings; all violations at once.
pub fn validate(request: &validate_provider_config::Request) -> Vec<Diagnostic> {
    match settings(request.config.as_ref()) {
        Ok(_) => Vec::new(),
        Err(diagnostics) => diagnostics,
    }
}

/// Takes the settings over. Objects made under earlier ones are forgotten by nobody but their own clients.
pub fn configure(provider: &Provider, request: &configure_provider::Request) -> Vec<Diagnostic> {
    match settings(request.config.as_ref()) {
        Ok(settings) => {
            provider.session.configure(settings);
            Vec::new()
        }
        Err(diagnostics) => diagnostics,
    }
}

/// The settings in normal form, as the core and the adapters have them.
fn settings(config: Option<&DynamicValue>) -> Result<Value, Vec<Diagnostic>> {
    let config = diagnostics::decoded(config, &PROVIDER)?.unwrap_or_default();
    let (settings, wrong) = normal_form(&config);
    if wrong.is_empty() {
        return Ok(settings);
    }
    let each = wrong.into_iter().map(|wrong| {
        let name = wrong.path.render(Client::Terraform.casing());
        let detail = format!("{name}: {}", wrong.why.render(Client::Terraform));
        diagnostics::at(diagnostics::error("A setting of the provider is wrong", detail), &wrong.path, &PROVIDER)
    });
    Err(each.collect())
}

/// A length of time as Go writes it: decimal numbers, each with a unit (`h`, `m`, `s`, `ms`, `us`, `ns`), added up.
/// Source: Go, package time, ParseDuration; the form that `timeouts` has in all providers.
///
/// # Errors
/// A sentence that names the form.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to be positive; a cast saturates")]
pub fn duration(text: &str) -> Result<Millis, String> {
    let wrong = || format!("{text:?} is no length of time: write a number and a unit, such as 90m or 1h30m");
    let mut rest = text;
    let mut milliseconds = 0.0;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.').ok_or_else(wrong)?;
        let (number, after) = rest.split_at(digits);
        let unit = after.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(after.len());
        let (unit, after) = after.split_at(unit);
        let scale = match unit {
            "h" => 3_600_000.0,
            "m" => 60_000.0,
            "s" => 1_000.0,
            "ms" => 1.0,
            "us" | "µs" | "μs" => 0.001,
            "ns" => 0.000_001,
            _ => return Err(wrong()),
        };
        milliseconds += number.parse::<f64>().map_err(|_| wrong())? * scale;
        rest = after;
    }
    if milliseconds >= 1.0 { Ok(Millis(milliseconds as u64)) } else { Err(wrong()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_time_are_read_as_go_writes_them() {
        assert_eq!(duration("90m"), Ok(Millis(5_400_000)));
        assert_eq!(duration("1h30m"), Ok(Millis(5_400_000)));
        assert_eq!(duration("1.5s"), Ok(Millis(1_500)));
        for wrong in ["", "90", "m", "-5m", "5 m", "1h30", "0s", "five minutes"] {
            assert!(duration(wrong).is_err_and(|why| why.contains("90m")), "{wrong}");
        }
    }
}
