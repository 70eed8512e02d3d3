//! The real clock. Knows nothing of what is waited for.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use async_trait::async_trait;
use starburst_core::ports::Clock;
use starburst_core::time::Timestamp;

/// The longest sleep without a look at the clock: a machine that was asleep itself meanwhile has missed the timer.
const LOOK: Duration = Duration::from_secs(30);

/// The system's clock, with tokio's timers.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

#[async_trait]
impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
    }

    async fn sleep_until(&self, time: Timestamp) {
        loop {
            let left = time - self.now();
            if left.0 == 0 {
                return;
            }
            tokio::time::sleep(Duration::from_millis(left.0).min(LOOK)).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use starburst_core::time::Millis;

    use super::*;

    #[tokio::test]
    async fn sleeps_until_the_time_and_not_less() {
        let clock = SystemClock;
        let end = clock.now() + Millis(30);
        clock.sleep_until(end).await;
        assert!(clock.now() >= end);
    }

    #[tokio::test]
    async fn a_time_that_is_over_does_not_wait() {
        let done = tokio::time::timeout(Duration::from_secs(5), SystemClock.sleep_until(Timestamp(0))).await;
        assert!(done.is_ok());
    }
}
