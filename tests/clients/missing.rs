//! A prerequisite that this machine does not have, as a value that a test can tell from a failure.
//! It must not decide whether a test may be skipped; that is said where the test stands.

use std::fmt;
use std::io::Write;

use anyhow::Result;

/// A program or a feature of the machine that is needed and not there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    /// What is not there, as a person would look for it: `go`, `node`.
    pub what: String,
    /// Why it is needed and what to do about it.
    pub why: String,
}

impl Missing {
    /// Says that `what` is not there, and why it is needed.
    pub fn new(what: impl Into<String>, why: impl Into<String>) -> Self {
        Self { what: what.into(), why: why.into() }
    }
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is not there: {}", self.what, self.why)
    }
}

impl std::error::Error for Missing {}

/// The line `SKIPPED name: reason` when the error says that a prerequisite is missing; none for every other error,
/// which is a failure of the test.
pub fn skipped(name: &str, error: &anyhow::Error) -> Option<String> {
    error.chain().find_map(|cause| cause.downcast_ref::<Missing>()).map(|missing| format!("SKIPPED {name}: {missing}"))
}

/// The same result, but none of its errors that say that a prerequisite is missing: the line of [`skipped`] is printed
/// instead, past the test runner's capture, so that nothing is skipped in silence.
pub fn or_skip(name: &str, result: Result<()>) -> Result<()> {
    let Err(error) = result else { return Ok(()) };
    let Some(line) = skipped(name, &error) else { return Err(error) };
    // Nothing can be told where standard error is closed.
    let _ = writeln!(std::io::stderr(), "{line}");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use anyhow::Context;

    #[test]
    fn a_missing_tool_is_recognised_below_other_context() {
        let error = Err::<(), _>(Missing::new("go", "it builds the client")).context("preparing").unwrap_err();
        assert_eq!(
            skipped("lifecycle", &error).as_deref(),
            Some("SKIPPED lifecycle: go is not there: it builds the client")
        );
    }

    #[test]
    fn any_other_error_is_not_a_reason_to_skip() {
        assert_eq!(skipped("lifecycle", &anyhow::anyhow!("disk full")), None);
    }
}
