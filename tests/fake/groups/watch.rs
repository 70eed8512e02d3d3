//! What CloudFormation watches a group for, as data: the settings of a roll, the stage, the signals of a batch.

use crate::fake::intrinsics::text;
use crate::fake::resources::Request;
use crate::fake::state::State;
use serde_json::Value;
use std::collections::BTreeSet;

/// The settings of a roll and what it has counted.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    pub rolls: bool,
    /// Launch template version that instances shall have.
    pub target: usize,
    /// MinInstancesInService.
    pub keep: usize,
    /// MaxBatchSize.
    pub most: usize,
    pub percent: f64,
    /// Milliseconds.
    pub pause: i64,
    pub pause_text: String,
    pub signals: bool,
    pub suspend: Vec<String>,
    pub batch: usize,
    /// Obsolete instances at the start.
    pub total: usize,
    pub terminated: usize,
    /// Desired capacity before it was raised.
    pub before: usize,
    pub template: (usize, usize, Option<usize>),
    pub restoring: bool,
}

impl Plan {
    /// From an `AutoScalingRollingUpdate`, which may be null.
    #[must_use]
    pub fn new(policy: &Value, r: &Request, total: usize) -> Self {
        let get = |k: &str| policy.get(k).map(text);
        let number = |k: &str, default: usize| get(k).and_then(|v| v.parse().ok()).unwrap_or(default);
        let signals = get("WaitOnResourceSignals").as_deref() == Some("true");
        let default_pause = if signals { "PT5M" } else { "PT0S" };
        let pause_text = get("PauseTime").unwrap_or_else(|| default_pause.to_owned());
        let size = |k: &str| r.properties.get(k).and_then(|v| text(v).parse::<usize>().ok());
        Self {
            keep: number("MinInstancesInService", 0),
            most: number("MaxBatchSize", 1),
            percent: get("MinSuccessfulInstancesPercent").and_then(|v| v.parse().ok()).unwrap_or(100.0),
            pause: duration(&pause_text, 0),
            pause_text,
            signals,
            suspend: policy
                .get("SuspendProcesses")
                .and_then(Value::as_array)
                .map(|l| l.iter().map(text).collect())
                .unwrap_or_default(),
            total,
            template: (size("MinSize").unwrap_or(0), size("MaxSize").unwrap_or(0), size("DesiredCapacity")),
            restoring: r.restoring,
            ..Self::default()
        }
    }
}

/// Where a watch is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Waiting for the signals of a creation.
    Creating,
    /// Waiting for a size change, and for signals of added instances if the policy wants them.
    Sizing,
    /// Waiting for instances added before the first termination.
    Growing,
    /// Waiting for these to go, then for so many replacements.
    Terminating(Vec<String>, usize),
    /// Waiting for replacements.
    Refilling,
    /// The fixed pause after a batch.
    Pausing,
    /// Waiting for the last instance to go.
    Deleting,
}

/// Signals of one batch.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    pub need: usize,
    pub seen: BTreeSet<String>,
    /// Tells the timer of this batch from older ones.
    pub number: u64,
}

/// What CloudFormation watches a group for.
#[derive(Clone, Debug)]
pub struct Work {
    pub stack: String,
    pub logical: String,
    pub run: u64,
    pub plan: Plan,
    pub stage: Stage,
    pub batch: Option<Batch>,
    pub successes: usize,
    pub failures: usize,
    /// Signals asked for in all, the base of the percentage.
    pub expected: usize,
    pub suspended_by_us: Vec<String>,
}

impl Work {
    /// A watch in this stage.
    #[must_use]
    pub fn new(r: &Request, plan: Plan, stage: Stage) -> Self {
        Self {
            stack: r.stack.clone(),
            logical: r.logical.clone(),
            run: r.run,
            plan,
            stage,
            batch: None,
            successes: 0,
            failures: 0,
            expected: 0,
            suspended_by_us: Vec::new(),
        }
    }

    /// The watch of a creation: signals if the creation policy asks for them.
    pub fn creating(w: &mut State, r: &Request, desired: usize) -> Self {
        let mut plan = Plan::new(&Value::Null, r, 0);
        let policy = r.definition.get("CreationPolicy").cloned().unwrap_or_default();
        plan.percent = policy
            .pointer("/AutoScalingCreationPolicy/MinSuccessfulInstancesPercent")
            .and_then(|v| text(v).parse().ok())
            .unwrap_or(100.0);
        let signal = policy.get("ResourceSignal");
        let count = signal.map(|s| s.get("Count").and_then(|c| text(c).parse().ok()).unwrap_or(1usize));
        plan.signals = count.is_some_and(|c| c > 0);
        plan.pause = signal.and_then(|s| s.get("Timeout")).map_or(300_000, |t| duration(&text(t), 300_000));
        let mut work = Self::new(r, plan, Stage::Creating);
        if let Some(need) = count.filter(|c| *c > 0) {
            work.expected = need;
            work.batch = Some(Batch { need, seen: BTreeSet::new(), number: w.ids.number() });
        } else {
            work.expected = desired;
        }
        work
    }
}

/// An ISO 8601 duration such as `PT15M` in milliseconds.
#[must_use]
pub fn duration(text: &str, default: i64) -> i64 {
    let Some(rest) = text.strip_prefix("PT") else { return default };
    let mut total = 0;
    let mut digits = String::new();
    for c in rest.chars() {
        if c.is_ascii_digit() {
            digits.push(c);
            continue;
        }
        let n: i64 = digits.parse().unwrap_or(0);
        digits.clear();
        total += n * match c {
            'H' => 3_600_000,
            'M' => 60_000,
            _ => 1000,
        };
    }
    total
}

#[cfg(test)]
mod tests {
    use super::duration;

    #[test]
    fn durations_are_iso_8601() {
        assert_eq!(duration("PT15M", 0), 900_000);
        assert_eq!(duration("PT1H30M5S", 0), 5_405_000);
        assert_eq!(duration("nonsense", 7), 7);
    }
}
