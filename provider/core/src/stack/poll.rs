//! How often a running operation is looked at. Pure numbers; knows no event.
//!
//! Budget: at most 0.3 calls per second averaged over a wait of five minutes or more, completion noticed at most 2 s
//! late in the median and 5 s at worst.

use super::token::digest;
use crate::time::{Millis, Timestamp};

/// Until when, since the wait began, and how often.
const STEPS: [(Millis, Millis); 2] = [(Millis(10_000), Millis(1_000)), (Millis(60_000), Millis(2_500))];
/// How often after that.
const SLOW: Millis = Millis(5_000);
/// How often once nothing but the stack's own last event is missing.
const FINISHING: Millis = Millis(1_000);
/// How often at the end of a roll, while there is room in the budget.
const ENDING: Millis = Millis(2_000);
/// Slowest, when AWS throttles or does not answer.
const SLOWEST: Millis = Millis(30_000);
/// The wait from which on the budget holds.
const BUDGET_FROM: u64 = 300_000;
/// Calls per 1,000 seconds that the pace plans with; the rest of the 300 is for confirming the end.
const BUDGET: u64 = 290;

/// The pace of one wait.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pace {
    began: Timestamp,
    calls: u64,
    trouble: u32,
    seed: u64,
}

impl Pace {
    /// A wait that begins now; different stacks get different jitter.
    #[must_use]
    pub fn new(now: Timestamp, stack: &str) -> Self {
        let hex = digest(&[stack.as_bytes()]);
        let seed = hex.get(..8).and_then(|hex| u64::from_str_radix(hex, 16).ok()).unwrap_or_default();
        Self { began: now, calls: 0, trouble: 0, seed }
    }

    /// A call was made.
    pub fn called(&mut self) {
        self.calls += 1;
    }

    /// The call was answered.
    pub fn answered(&mut self) {
        self.trouble = 0;
    }

    /// The call was throttled or lost: slower from now on.
    pub fn troubled(&mut self) {
        self.trouble = (self.trouble + 1).min(6);
    }

    /// When the next look is due. `finishing`: all resources are done, and only the stack's own last event is missing.
    #[must_use]
    pub fn next(&self, now: Timestamp, finishing: bool) -> Timestamp {
        let waited = now - self.began;
        let base = STEPS.iter().find(|(until, _)| waited < *until).map_or(SLOW, |(_, every)| *every);
        let every = if self.trouble > 0 {
            Millis((base.0 << self.trouble).min(SLOWEST.0))
        } else if finishing && self.can_afford(waited) {
            FINISHING
        } else {
            base
        };
        now + Millis(every.0 - self.jitter(every))
    }

    /// When the next look is due at the end of a roll.
    #[must_use]
    pub fn soon(&self, now: Timestamp) -> Timestamp {
        if self.trouble > 0 || !self.can_afford(now - self.began) {
            return self.next(now, false);
        }
        self.next(now, false).min(now + Millis(ENDING.0 - self.jitter(ENDING)))
    }

    /// Whether one more look a second now leaves enough for the slow looks until the budget is counted.
    fn can_afford(&self, waited: Millis) -> bool {
        let still_to_come = BUDGET_FROM.saturating_sub(waited.0) / SLOW.0;
        (self.calls + still_to_come + 2) * 1_000_000 <= BUDGET * waited.0.max(BUDGET_FROM)
    }

    /// Up to a twentieth less, from the stack's id and the number of the call, so that stacks do not call in step.
    fn jitter(&self, every: Millis) -> u64 {
        let mixed = (self.seed ^ self.calls.wrapping_mul(0x9E37_79B9)) & 0xFFFF;
        every.0 / 20 * mixed / 0xFFFF
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn looks(until: u64, finishing_from: u64, stack: &str) -> Vec<u64> {
        let mut pace = Pace::new(Timestamp(0), stack);
        let mut now = Timestamp(0);
        let mut times = Vec::new();
        while now.0 < until {
            now = pace.next(now, now.0 >= finishing_from);
            pace.called();
            times.push(now.0);
        }
        times
    }

    #[test]
    fn a_wait_of_five_minutes_stays_in_the_budget() {
        for seconds in [300, 420, 900, 3600] {
            for stack in ["a", "b", "c", "d", "e"] {
                // Two calls before and one after the wait belong to the operation as well.
                let calls = looks(seconds * 1000, seconds * 1000 - 6_000, stack).len() as u64 + 3;
                assert!(calls * 1000 <= 300 * seconds, "{stack}: {calls} calls in {seconds} s");
            }
        }
    }

    #[test]
    fn a_long_cleanup_stays_in_the_budget_too() {
        let calls = looks(1_200_000, 120_000, "a").len();
        assert!(calls <= 360, "{calls}");
    }

    #[test]
    fn the_end_is_noticed_in_time() {
        let mut late: Vec<u64> = (0..400)
            .map(|n| {
                let end = 5_000 + n * 3_333;
                let times = looks(end, end.saturating_sub(6_000), &format!("stack-{n}"));
                times.last().copied().unwrap_or_default() - end
            })
            .collect();
        late.sort_unstable();
        assert!(late[late.len() / 2] <= 2_000, "{}", late[late.len() / 2]);
        assert!(late[late.len() - 1] <= 5_000);
    }

    #[test]
    fn the_end_of_a_roll_is_looked_at_every_two_seconds_as_long_as_the_budget_lasts() {
        let mut pace = Pace::new(Timestamp(0), "a");
        let mut now = Timestamp(0);
        while now.0 < 600_000 {
            now = pace.next(now, false);
            pace.called();
        }
        assert!((pace.soon(now) - now).0 <= 2_000);
        while now.0 < 1_800_000 {
            now = pace.soon(now);
            pace.called();
        }
        assert!(pace.calls * 1000 <= 300 * now.0 / 1000, "{} calls", pace.calls);
    }

    #[test]
    fn trouble_slows_down_and_an_answer_ends_it() {
        let mut pace = Pace::new(Timestamp(0), "a");
        let now = Timestamp(100_000);
        for _ in 0..9 {
            pace.troubled();
        }
        assert!((pace.next(now, true) - now).0 > 28_000);
        pace.answered();
        assert!((pace.next(now, false) - now).0 <= 5_000);
    }
}
