//! The model's time: virtual (a test moves it) or real with a speed factor.
//! Nothing here knows what happens at a time.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A moment: milliseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// This moment plus `ms` milliseconds.
    #[must_use]
    pub fn plus_ms(self, ms: i64) -> Self {
        Self(self.0 + ms)
    }

    /// The form that AWS writes: `2026-11-22T21:23:00.123Z`.
    #[must_use]
    pub fn iso(self) -> String {
        let (y, mo, d, h, mi, s, ms) = self.parts();
        format!("{y:04}-{mo:02}-{d:02}T{h:02}:{mi:02}:{s:02}.{ms:03}Z")
    }

    /// The form of activity sentences: `2026-11-22T21:23:00Z`.
    #[must_use]
    pub fn iso_seconds(self) -> String {
        let (y, mo, d, h, mi, s, _) = self.parts();
        format!("{y:04}-{mo:02}-{d:02}T{h:02}:{mi:02}:{s:02}Z")
    }

    /// The form of HTTP headers: `Sun, 22 Nov 2026 21:23:00 GMT`.
    #[must_use]
    pub fn http(self) -> String {
        const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
        const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
        let (y, mo, d, h, mi, s, _) = self.parts();
        let day = DAYS[usize::try_from(self.0.div_euclid(86_400_000).rem_euclid(7)).unwrap_or(0)];
        let month = MONTHS[usize::try_from(mo - 1).unwrap_or(0)];
        format!("{day}, {d:02} {month} {y:04} {h:02}:{mi:02}:{s:02} GMT")
    }

    /// Seconds since the epoch, as the JSON protocols write times.
    #[must_use]
    pub fn seconds(self) -> f64 {
        self.0 as f64 / 1000.0
    }

    fn parts(self) -> (i64, i64, i64, i64, i64, i64, i64) {
        let days = self.0.div_euclid(86_400_000);
        let in_day = self.0.rem_euclid(86_400_000);
        // The civil calendar from a day number, by eras of 400 years.
        let z = days + 719_468;
        let era = z.div_euclid(146_097);
        let doe = z.rem_euclid(146_097);
        let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
        let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
        let mp = (5 * doy + 2) / 153;
        let day = doy - (153 * mp + 2) / 5 + 1;
        let month = if mp < 10 { mp + 3 } else { mp - 9 };
        let year = yoe + era * 400 + i64::from(month <= 2);
        (year, month, day, in_day / 3_600_000, in_day / 60_000 % 60, in_day / 1000 % 60, in_day % 1000)
    }
}

/// The start of virtual time: 2026-11-02T09:00:00Z.
pub const EPOCH: Timestamp = Timestamp(1_793_610_000_000);

/// A clock that only a test moves. Clones share the same time.
#[derive(Clone, Debug)]
pub struct SimClock(Arc<AtomicI64>);

impl Default for SimClock {
    fn default() -> Self {
        Self(Arc::new(AtomicI64::new(EPOCH.0)))
    }
}

impl SimClock {
    /// A clock at [`EPOCH`].
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The present virtual time.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::SeqCst))
    }

    /// Moves time forward.
    pub fn advance(&self, by: Duration) {
        let ms = i64::try_from(by.as_millis()).unwrap_or(i64::MAX / 4);
        self.0.fetch_add(ms, Ordering::SeqCst);
    }

    /// Moves time to `to`; an earlier moment changes nothing.
    pub fn advance_to(&self, to: Timestamp) {
        self.0.fetch_max(to.0, Ordering::SeqCst);
    }
}

/// What the model reads the time from.
#[derive(Clone, Debug)]
pub enum Clock {
    /// Moved by the test.
    Simulated(SimClock),
    /// Real time multiplied by a factor: 100 means that one virtual second lasts 10 ms.
    Real {
        /// When the clock was made.
        start: SystemTime,
        /// Virtual seconds in one real second, above 0.
        speed: f64,
    },
}

impl Clock {
    /// Real time, `speed` virtual seconds a second, starting at the present moment.
    #[must_use]
    pub fn real(speed: f64) -> Self {
        Self::Real { start: SystemTime::now(), speed }
    }

    /// The present time of the model.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        match self {
            Self::Simulated(clock) => clock.now(),
            Self::Real { start, speed } => {
                let begun = start.duration_since(UNIX_EPOCH).unwrap_or_default().as_millis() as i64;
                let passed = start.elapsed().unwrap_or_default().as_secs_f64() * 1000.0 * speed;
                Timestamp(begun + passed as i64)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_times_as_aws_does() {
        assert_eq!(Timestamp(0).iso(), "1970-01-01T00:00:00.000Z");
        assert_eq!(EPOCH.iso(), "2026-11-02T09:00:00.000Z");
        assert_eq!(Timestamp(951_782_400_000).iso_seconds(), "2000-02-29T00:00:00Z");
        assert_eq!(Timestamp(0).http(), "Thu, 01 Jan 1970 00:00:00 GMT");
    }

    #[test]
    fn clones_of_a_simulated_clock_share_time() {
        let clock = SimClock::new();
        let other = clock.clone();
        clock.advance(Duration::from_secs(5));
        assert_eq!(other.now(), EPOCH.plus_ms(5000));
        other.advance_to(EPOCH);
        assert_eq!(clock.now(), EPOCH.plus_ms(5000));
    }
}
