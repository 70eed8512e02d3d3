//! How long a call may take and how often it is tried. The figures make an endpoint that does not answer an error in
//! less than 20 seconds, while a throttled call gets its five attempts.

use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;

/// Attempts of a call when the configuration does not say.
pub const ATTEMPTS: u32 = 5;

/// All that it takes to get credentials: a role by way of STS, a program of the user's.
pub const CREDENTIALS: Duration = Duration::from_secs(15);

/// Until a connection stands, TLS included. All attempts and pauses together stay below the 20 seconds above.
const CONNECT: Duration = Duration::from_millis(2400);
/// The longest first pause; each further one may be twice as long. The SDK draws it between zero and that.
const PAUSE: Duration = Duration::from_millis(500);
/// No pause is longer.
const LONGEST_PAUSE: Duration = Duration::from_secs(8);
/// One attempt, from connection to the last byte of the answer.
const ATTEMPT: Duration = Duration::from_secs(20);
/// All attempts and the pauses between them.
const OPERATION: Duration = Duration::from_secs(60);
/// A body of many megabytes may go out over a slow line.
const UPLOAD_ATTEMPT: Duration = Duration::from_secs(10 * 60);
/// All attempts of an upload.
const UPLOAD: Duration = Duration::from_secs(20 * 60);

/// Standard retries: exponential pauses with jitter, and a bucket that stops retries when all calls fail.
/// `max_retries` counts what follows the first attempt.
#[must_use]
pub fn retries(max_retries: Option<u32>) -> RetryConfig {
    let attempts = max_retries.map_or(ATTEMPTS, |retries| retries.saturating_add(1));
    RetryConfig::standard().with_max_attempts(attempts).with_initial_backoff(PAUSE).with_max_backoff(LONGEST_PAUSE)
}

/// Limits of a call whose request and answer are small.
#[must_use]
pub fn timeouts() -> TimeoutConfig {
    limits(ATTEMPT, OPERATION)
}

/// Limits of a call that may carry a file.
#[must_use]
pub fn upload_timeouts() -> TimeoutConfig {
    limits(UPLOAD_ATTEMPT, UPLOAD)
}

fn limits(attempt: Duration, operation: Duration) -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(CONNECT)
        .operation_attempt_timeout(attempt)
        .operation_timeout(operation)
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn max_retries_counts_what_follows_the_first_attempt() {
        assert_eq!(retries(None).max_attempts(), 5);
        assert_eq!(retries(Some(0)).max_attempts(), 1);
        assert_eq!(retries(Some(u32::MAX)).max_attempts(), u32::MAX);
    }

    #[test]
    fn an_unreachable_endpoint_is_known_in_less_than_20_seconds() {
        let pauses: Duration = (0..ATTEMPTS - 1).map(|nth| (PAUSE * 2_u32.pow(nth)).min(LONGEST_PAUSE)).sum();
        assert!(CONNECT * ATTEMPTS + pauses < Duration::from_secs(20));
    }
}
