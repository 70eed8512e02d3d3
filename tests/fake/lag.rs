//! Eventual consistency: reads of EC2 and Auto Scaling that lie behind what was written, by the setting `lag`.

use super::error::Answer;
use super::groups::Group;
use super::state::{Place, State};
use super::time::Timestamp;
use serde_json::Value;
use std::collections::{BTreeMap, VecDeque};

type Objects = BTreeMap<&'static str, BTreeMap<String, Value>>;
type Seen = BTreeMap<Place, (Objects, BTreeMap<String, Group>)>;

/// Earlier states of what is read, oldest first; each is what was there before its time.
#[derive(Default)]
pub struct Past(VecDeque<(Timestamp, Seen)>);

/// Keeps the present state for reads that lie behind, before it changes. Nothing is kept while reads do not lag.
pub fn keep(w: &mut State) {
    if w.settings.lag <= 0 {
        return;
    }
    let (now, oldest) = (w.now, w.now.plus_ms(-w.settings.lag));
    // One state a second is enough.
    if w.past.0.back().is_some_and(|(at, _)| at.plus_ms(1_000) > now) {
        return;
    }
    let seen = w.places.iter().map(|(p, r)| (p.clone(), (r.ec2.clone(), r.groups.clone()))).collect();
    w.past.0.push_back((now, seen));
    while w.past.0.front().is_some_and(|(at, _)| *at <= oldest) {
        w.past.0.pop_front();
    }
}

/// Answers a call; a read sees the state of `lag` ago, as far as there is one.
pub fn answer(
    w: &mut State,
    place: &Place,
    service: &str,
    action: &str,
    run: impl FnOnce(&mut State) -> Answer,
) -> Answer {
    let oldest = w.now.plus_ms(-w.settings.lag);
    let lags = w.settings.lag > 0 && matches!(service, "ec2" | "autoscaling") && action.starts_with("Describe");
    if !lags {
        keep(w);
        return run(w);
    }
    let seen = w.past.0.iter().find(|(at, _)| *at > oldest);
    let Some((ec2, groups)) = seen.and_then(|(_, places)| places.get(place)).cloned() else { return run(w) };
    let region = w.region(place);
    let (ec2, groups) = (std::mem::replace(&mut region.ec2, ec2), std::mem::replace(&mut region.groups, groups));
    let answer = run(w);
    let region = w.region(place);
    (region.ec2, region.groups) = (ec2, groups);
    answer
}
