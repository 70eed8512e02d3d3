//! Every reason to wake up. Knows no clock: the present comes in.

use std::collections::BTreeMap;

use crate::time::Timestamp;

/// Why the machine wakes up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// The attempt has taken as long as it may.
    Deadline,
    /// A cancelled run has waited as long as it may for the cancelling call.
    CancelLimit,
    /// The next call is due.
    Call,
    /// Users have seen nothing for a while.
    StatusLine,
    /// The nodes of a group are looked at.
    Nodes,
}

/// When the machine wakes up next, by reason.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Timers(BTreeMap<Reason, Timestamp>);

impl Timers {
    /// Sets a reason's time.
    pub fn set(&mut self, reason: Reason, time: Timestamp) {
        self.0.insert(reason, time);
    }

    /// Removes a reason.
    pub fn clear(&mut self, reason: Reason) {
        self.0.remove(&reason);
    }

    /// The reason's time, when it is set.
    #[must_use]
    pub fn at(&self, reason: Reason) -> Option<Timestamp> {
        self.0.get(&reason).copied()
    }

    /// Whether the reason is set and its time has come.
    #[must_use]
    pub fn is_due(&self, reason: Reason, now: Timestamp) -> bool {
        self.0.get(&reason).is_some_and(|time| *time <= now)
    }

    /// Whether the reason is set and its time is still to come.
    #[must_use]
    pub fn is_ahead(&self, reason: Reason, now: Timestamp) -> bool {
        self.0.get(&reason).is_some_and(|time| *time > now)
    }

    /// The earliest time of all reasons.
    #[must_use]
    pub fn next(&self) -> Option<Timestamp> {
        self.0.values().min().copied()
    }

    /// The earliest time at which a call that is under way is given up.
    #[must_use]
    pub fn give_up(&self) -> Option<Timestamp> {
        [Reason::Deadline, Reason::CancelLimit].iter().filter_map(|reason| self.0.get(reason)).min().copied()
    }
}
