//! What single nodes do while CloudFormation replaces or removes the nodes of a group: read beside the events, each
//! change told once; and what a node says whose boot failed, before a rollback removes it. Part of the machine. Decides
//! nothing and never holds up an operation: nothing waits for a read, and the first refusal ends the reading.
//!
//! Budget: two calls every 20 s while a group with a status tag is changed, 0.1 calls per second; one for each event that
//! tells of failed boots.

use std::collections::{BTreeMap, BTreeSet};

use super::machine::{Machine, Phase};
use super::step::Step;
use super::timers::Reason;
use crate::failure::Message;
use crate::ports::{CallError, CallErrorKind, Called, Group, GroupInstance, Progress, StackEvent};
use crate::time::{Millis, Timestamp};

/// How long after a group's change has begun its nodes are looked at first.
const FIRST: Millis = Millis(5_000);
/// How often then.
const EVERY: Millis = Millis(20_000);
/// Nodes whose tags one call gives.
const TAGS_A_CALL: usize = 200;
/// Characters of a node's own words that are shown.
const LONGEST_WORDS: usize = 120;

/// All groups that are followed.
#[derive(Debug, Clone, Default)]
pub(super) struct Nodes {
    /// By name of the group, which is its physical id.
    groups: BTreeMap<String, Watched>,
    /// What the groups answered, until the tags are there.
    seen: Vec<Group>,
    /// Label of the group and id of nodes that signalled failure, until they are asked why.
    failed: Vec<(String, String)>,
    /// The same, until the answer is there.
    questioned: Vec<(String, String)>,
    /// Whether a read is under way.
    asking: bool,
    /// Whether tags are left out, because they may not be read.
    without_tags: bool,
    /// Whether nothing is read any more.
    ended: bool,
}

/// One group.
#[derive(Debug, Clone, Default)]
struct Watched {
    /// How lines name it.
    label: String,
    changes: bool,
    /// Whether it was read once.
    read: bool,
    /// Whether lines of it were told once.
    shown: bool,
    /// Ids of nodes that were there before and stay for now.
    staying: BTreeSet<String>,
    /// Ids of nodes that leave or will, as far as it is known.
    doomed: BTreeSet<String>,
    /// Ids of leaving nodes, in the order in which they left.
    leaving: Vec<String>,
    /// Ids of nodes that came.
    arriving: Vec<String>,
    /// How many come at least.
    wanted: usize,
    /// How many a rolling update replaces, in CloudFormation's own words; zero without one.
    obsolete: usize,
    /// What was told of each last.
    told: BTreeMap<String, String>,
}

impl Watched {
    /// Takes the group as it is now. At the first look those that are in service were there before, unless they are
    /// of the launch template version that a roll brings.
    fn take(&mut self, group: &Group) {
        let is_old = |node: &&GroupInstance| {
            !node.launch_template_version.is_empty() && node.launch_template_version != group.launch_template_version
        };
        let old: Vec<String> = group.instances.iter().filter(is_old).map(|node| node.id.clone()).collect();
        if !self.read {
            self.read = true;
            let kept = group.instances.iter().filter(|node| is_old(node) || old.is_empty());
            let kept = kept.filter(|node| node.lifecycle_state == "InService" && !self.arriving.contains(&node.id));
            self.staying.extend(kept.map(|node| node.id.clone()));
            let missing = usize::try_from(group.desired).unwrap_or_default().saturating_sub(self.staying.len());
            self.wanted = self.wanted.max(if old.is_empty() { missing } else { old.len() });
        }
        self.doomed.extend(old);
        for node in &group.instances {
            if is_leaving(node) {
                self.staying.remove(&node.id);
                self.doomed.insert(node.id.clone());
                add(&mut self.leaving, &node.id);
            } else if !self.staying.contains(&node.id) && !self.doomed.contains(&node.id) {
                add(&mut self.arriving, &node.id);
            }
        }
    }

    /// How many leave in all, as far as it is known.
    fn leave_in_all(&self, group: Option<&Group>) -> usize {
        let surplus = group.map_or(0, |group| {
            let there = group.instances.iter().filter(|node| !is_leaving(node)).count();
            self.leaving.len() + there.saturating_sub(usize::try_from(group.desired).unwrap_or_default())
        });
        self.doomed.len().max(self.leaving.len()).max(surplus).max(self.obsolete)
    }

    /// The line for a node, unless the same was told already. A change of numbers alone is a passing line.
    fn line(&mut self, id: &str, words: &str, of: usize) -> Option<Progress> {
        let before = self.told.insert(id.to_owned(), words.to_owned());
        if before.as_deref() == Some(words) {
            return None;
        }
        let place = |ids: &[String]| ids.iter().position(|other| other == id).map(|at| at + 1);
        let node = match (place(&self.leaving), place(&self.arriving)) {
            (Some(at), _) => format!("node {at} of {}", of.max(at)),
            (None, Some(at)) => format!("new node {at} of {}", self.wanted.max(self.arriving.len())),
            (None, None) => return None,
        };
        let text = Message::new(format!("{}: {node} ({id}): {words}", self.label));
        let beginning = |words: &str| words.split(',').next().unwrap_or_default().to_owned();
        let passing = before.is_some_and(|before| beginning(&before) == beginning(words));
        Some(if passing { Progress::Status(text) } else { Progress::Info(text) })
    }

    /// Whether a node's tag is worth reading.
    fn is_open(&self, node: &GroupInstance) -> bool {
        is_leaving(node)
            || self.arriving.contains(&node.id) && self.told.get(&node.id).is_none_or(|words| words != READY)
    }

    /// Lines of an event's words.
    fn of_event(&mut self, reason: &str) -> Vec<Progress> {
        let mut lines = Vec::new();
        if let Some(obsolete) = number_behind(reason, "Rolling update initiated. Terminating ") {
            (self.obsolete, self.wanted) = (obsolete, self.wanted.max(obsolete));
        } else if let Some(signals) = number_behind(reason, WAITING).filter(|_| self.obsolete == 0) {
            self.wanted = self.wanted.max(self.arriving.len() + signals);
        }
        for id in ids_behind(reason, "Received SUCCESS signal with UniqueId ") {
            if !self.staying.contains(id) && !self.doomed.contains(id) {
                add(&mut self.arriving, id);
                lines.extend(self.line(id, READY, 0));
            }
        }
        for id in ids_behind(reason, "Successfully terminated instance(s) ") {
            self.staying.remove(id);
            self.doomed.insert(id.to_owned());
            add(&mut self.leaving, id);
            let of = self.leave_in_all(None);
            lines.extend(self.line(id, GONE, of));
        }
        lines
    }

    /// Lines of a look. What is ready at the first one is no news.
    fn lines(&mut self, group: &Group, tags: Option<&BTreeMap<String, String>>) -> Vec<Progress> {
        let first = !std::mem::replace(&mut self.shown, true);
        let of = self.leave_in_all(Some(group));
        let mut lines = Vec::new();
        for node in &group.instances {
            let tag = tags.and_then(|tags| tags.get(&node.id)).map(|text| clean(text));
            let open = self.is_open(node);
            let words = match (is_leaving(node), tag) {
                (true, Some(tag)) if is_of_leaving(&tag) => tag,
                (true, _) => "leaving".to_owned(),
                (false, Some(tag)) => tag,
                (false, None) if node.lifecycle_state.starts_with("Pending") => "launching".to_owned(),
                (false, None) if tags.is_none() => "in service".to_owned(),
                (false, None) => "booting".to_owned(),
            };
            if first && words == READY {
                self.told.insert(node.id.clone(), words);
            } else if open {
                lines.extend(self.line(&node.id, &words, of));
            }
        }
        let there: BTreeSet<&str> = group.instances.iter().map(|node| node.id.as_str()).collect();
        let gone: Vec<String> = self.leaving.iter().filter(|id| !there.contains(id.as_str())).cloned().collect();
        lines.extend(gone.iter().filter_map(|id| self.line(id, GONE, of)));
        lines
    }
}

/// How CloudFormation begins to tell how many nodes it waits for: a batch of a roll, or all of a group that grows.
const WAITING: &str = "New instance(s) added to autoscaling group - Waiting on ";
/// How CloudFormation begins to tell which node says that its boot failed.
const FAILED: &str = "Received FAILURE signal with UniqueId ";
/// What the node script writes when the node serves.
const READY: &str = "ready";
const GONE: &str = "gone";

fn add(ids: &mut Vec<String>, id: &str) {
    if !ids.iter().any(|other| other == id) {
        ids.push(id.to_owned());
    }
}

fn is_leaving(node: &GroupInstance) -> bool {
    node.lifecycle_state.starts_with("Terminat")
}

/// Whether a node wrote it while it left: a node that is told to leave still says `ready` for a moment.
fn is_of_leaving(words: &str) -> bool {
    ["drain", "not drained", "failed"].iter().any(|begin| words.starts_with(begin))
}

/// A node's own words, as far as a line shows them.
fn clean(words: &str) -> String {
    one_line(words, LONGEST_WORDS)
}

/// Words on one line: anybody who may tag the instance can write them.
fn one_line(words: &str, longest: usize) -> String {
    let line = words.chars().map(|c| if c.is_control() { ' ' } else { c });
    line.take(longest).collect::<String>().trim().to_owned()
}

/// The number in AWS's words behind a beginning.
fn number_behind(reason: &str, beginning: &str) -> Option<usize> {
    reason.strip_prefix(beginning)?.split(' ').next()?.parse().ok()
}

/// Ids in AWS's words behind a beginning: `…[i-1,i-2] (Progress 67%).` or `…i-1`.
fn ids_behind<'a>(reason: &'a str, beginning: &str) -> Vec<&'a str> {
    let Some(rest) = reason.strip_prefix(beginning) else { return Vec::new() };
    let listed = rest.strip_prefix('[').and_then(|rest| rest.split(']').next()).unwrap_or(rest);
    listed.split(',').map(str::trim).filter(|id| !id.is_empty()).collect()
}

impl Machine {
    /// Hears from the events which groups are changed, and which nodes are ready or gone: a change of the last node
    /// is followed by the end of the group, and no look would see it.
    pub(super) fn hear_of_nodes(&mut self, now: Timestamp, new: &[StackEvent]) {
        if self.operation.fields.status_tag().is_none() || self.nodes.ended {
            return;
        }
        let groups = new.iter().filter(|event| event.resource_type == "AWS::AutoScaling::AutoScalingGroup");
        for event in groups.filter(|event| !event.physical_id.is_empty()) {
            let label = event.logical_id.to_lowercase();
            let failed = ids_behind(&event.reason, FAILED).into_iter().map(|id| (label.clone(), id.to_owned()));
            self.nodes.failed.extend(failed);
            let changes = matches!(event.status.as_str(), "UPDATE_IN_PROGRESS" | "DELETE_IN_PROGRESS");
            if !changes && !self.nodes.groups.contains_key(&event.physical_id) {
                continue;
            }
            let watched = self.nodes.groups.entry(event.physical_id.clone()).or_default();
            if changes && !watched.changes {
                *watched = Watched { label, ..Watched::default() };
            }
            watched.changes = changes;
            let lines = watched.of_event(&event.reason);
            lines.into_iter().for_each(|line| self.report(line));
        }
        if !self.nodes.failed.is_empty() && !self.nodes.without_tags {
            self.timers.set(Reason::Nodes, now);
        } else if !self.nodes.groups.values().any(|watched| watched.changes) {
            self.timers.clear(Reason::Nodes);
        } else if !self.nodes.asking && self.timers.at(Reason::Nodes).is_none() {
            self.timers.set(Reason::Nodes, now + FIRST);
        }
    }

    /// The read that is due, while the next look at the stack is still to come. The next one comes after its reply.
    pub(super) fn read_of_nodes(&mut self, now: Timestamp) -> Option<Step> {
        if !self.timers.is_due(Reason::Nodes, now) {
            return None;
        }
        self.timers.clear(Reason::Nodes);
        if !matches!(self.phase, Phase::Watch { .. }) {
            self.look_at_nodes_later(now);
            return None;
        }
        if self.nodes.asking {
            return None;
        }
        self.nodes.asking = true;
        let key = self.operation.fields.status_tag().unwrap_or_default().to_owned();
        self.nodes.questioned = std::mem::take(&mut self.nodes.failed);
        self.nodes.questioned.truncate(TAGS_A_CALL);
        if !self.nodes.questioned.is_empty() {
            return Some(Step::TagOf(self.nodes.questioned.iter().map(|(_, id)| id.clone()).collect(), key));
        }
        let open = self.nodes.open_ids();
        if !open.is_empty() {
            return Some(Step::TagOf(open, key));
        }
        let changing = self.nodes.groups.iter().filter(|(_, watched)| watched.changes);
        Some(Step::Groups(changing.map(|(name, _)| name.clone()).collect()))
    }

    /// The next look at nodes, while any group changes.
    fn look_at_nodes_later(&mut self, now: Timestamp) {
        let any = self.nodes.groups.values().any(|watched| watched.changes);
        if any && !self.nodes.ended {
            self.timers.set(Reason::Nodes, now + EVERY);
        }
    }

    pub(super) fn saw_groups(&mut self, now: Timestamp, answer: Called<Vec<Group>>) {
        self.nodes.asking = false;
        match answer {
            Ok(groups) => {
                for group in &groups {
                    if let Some(watched) = self.nodes.groups.get_mut(&group.name) {
                        watched.take(group);
                    }
                }
                self.nodes.seen = groups;
                if self.nodes.without_tags || self.nodes.open_ids().is_empty() {
                    self.tell_nodes(now, None);
                } else {
                    self.timers.set(Reason::Nodes, now);
                }
            }
            Err(error) => self.nodes_refused(now, &error),
        }
    }

    pub(super) fn saw_tags(&mut self, now: Timestamp, answer: Called<BTreeMap<String, String>>) {
        self.nodes.asking = false;
        match answer {
            Ok(tags) if !self.nodes.questioned.is_empty() => self.saw_reasons(now, &tags),
            Ok(tags) => self.tell_nodes(now, Some(&tags)),
            Err(error) if error.kind == CallErrorKind::Denied => {
                self.nodes.without_tags = true;
                self.report(without(&error, "what nodes say of themselves is not shown"));
                self.tell_nodes(now, None);
            }
            Err(error) => self.nodes_refused(now, &error),
        }
    }

    /// Why boots failed, in the nodes' own words: evidence for the diagnosis, and lines at once.
    fn saw_reasons(&mut self, now: Timestamp, tags: &BTreeMap<String, String>) {
        for (label, id) in std::mem::take(&mut self.nodes.questioned) {
            let Some(words) = tags.get(&id).map(|words| one_line(words, usize::MAX)) else { continue };
            self.report(Progress::Info(Message::new(format!("{label}: node {id}: {words}"))));
            self.evidence.nodes.insert(id, words);
        }
        self.look_at_nodes_later(now);
    }

    /// Trouble on the way passes; everything else ends the reading with a word.
    fn nodes_refused(&mut self, now: Timestamp, error: &CallError) {
        self.nodes.seen.clear();
        self.nodes.questioned.clear();
        if matches!(error.kind, CallErrorKind::Transport | CallErrorKind::Server) {
            return self.look_at_nodes_later(now);
        }
        self.nodes.ended = true;
        self.report(without(error, "what each node does is not shown"));
    }

    fn tell_nodes(&mut self, now: Timestamp, tags: Option<&BTreeMap<String, String>>) {
        let groups = std::mem::take(&mut self.nodes.seen);
        let mut lines = Vec::new();
        for group in &groups {
            if let Some(watched) = self.nodes.groups.get_mut(&group.name) {
                lines.extend(watched.lines(group, tags));
            }
        }
        lines.into_iter().for_each(|line| self.report(line));
        self.look_at_nodes_later(now);
    }
}

impl Nodes {
    /// Ids of nodes whose tags are worth reading, as many as one call gives.
    fn open_ids(&self) -> Vec<String> {
        let open = self.seen.iter().filter_map(|group| Some((self.groups.get(&group.name)?, group)));
        let open = open.flat_map(|(watched, group)| group.instances.iter().filter(|node| watched.is_open(node)));
        open.map(|node| node.id.clone()).take(TAGS_A_CALL).collect()
    }
}

fn without(error: &CallError, what: &str) -> Progress {
    Progress::Info(Message::new(format!("{what}: AWS answered {} with {}", error.action, error.code)))
}
