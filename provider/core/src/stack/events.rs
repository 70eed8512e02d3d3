//! The feed of a stack's events: each once, oldest first, from where an operation begins. Knows no call: pages come in,
//! new events go out.

use std::collections::{BTreeMap, BTreeSet};

use super::status::StackStatus;
use crate::failure::Message;
use crate::ports::{EventPage, StackEvent};
use crate::time::{Millis, Timestamp};

/// Pages read at most in one go. Source: a living stack can have a thousand pages of old events.
const MOST_PAGES: usize = 60;

/// How the event begins that announces the end of a batch's old instances.
const TERMINATING: &str = "Terminating instance(s)";
/// How the one begins that says that they are gone.
const TERMINATED: &str = "Successfully terminated instance(s)";

/// What a page brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Took {
    /// Everything up to the last known event is here; the new ones, oldest first.
    All(Vec<StackEvent>),
    /// The page held nothing known: go on with the one behind this token.
    Older(String),
}

/// The events of one operation.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Feed {
    boundary: Option<String>,
    known: BTreeSet<String>,
    events: Vec<StackEvent>,
    pending: Vec<StackEvent>,
    pages: usize,
    resources: BTreeMap<String, String>,
}

impl Feed {
    /// A feed of what comes after the event with that id; of everything when there is none.
    #[must_use]
    pub fn after(boundary: Option<String>) -> Self {
        Self { boundary, ..Self::default() }
    }

    /// A feed that has these events already, oldest first.
    #[must_use]
    pub fn with(events: Vec<StackEvent>) -> Self {
        let mut feed = Self::default();
        feed.absorb(&events);
        feed
    }

    /// Takes a page, newest first.
    pub fn take(&mut self, page: EventPage) -> Took {
        self.pages += 1;
        let mut reached = false;
        for event in page.events {
            if self.boundary.as_ref() == Some(&event.id) || self.known.contains(&event.id) {
                reached = true;
                break;
            }
            if !self.pending.iter().any(|pending| pending.id == event.id) {
                self.pending.push(event);
            }
        }
        match page.next {
            Some(next) if !reached && self.pages < MOST_PAGES => Took::Older(next),
            _ => {
                self.pages = 0;
                let mut new = std::mem::take(&mut self.pending);
                new.reverse();
                self.absorb(&new);
                Took::All(new)
            }
        }
    }

    /// Forgets a half-read walk over pages: it begins again at the newest.
    pub fn rewind(&mut self) {
        self.pages = 0;
        self.pending.clear();
    }

    fn absorb(&mut self, new: &[StackEvent]) {
        for event in new {
            self.known.insert(event.id.clone());
            if !event.is_of_stack() {
                self.resources.insert(event.logical_id.clone(), event.status.clone());
            }
            self.events.push(event.clone());
        }
    }

    /// All events, oldest first.
    #[must_use]
    pub fn events(&self) -> &[StackEvent] {
        &self.events
    }

    /// The newest event of the stack itself.
    #[must_use]
    pub fn newest_of_stack(&self) -> Option<&StackEvent> {
        self.events.iter().rev().find(|event| event.is_of_stack())
    }

    /// The status that the stack's own newest event tells.
    #[must_use]
    pub fn status(&self) -> Option<StackStatus> {
        self.newest_of_stack().map(|event| StackStatus::from(event.status.as_str()))
    }

    /// How many resources have ended what they do, and how many have begun.
    #[must_use]
    pub fn progress(&self) -> (usize, usize) {
        let done = self.resources.values().filter(|status| is_done(status)).count();
        (done, self.resources.len())
    }

    /// Whether only the stack's own last event seems to be missing.
    #[must_use]
    pub fn is_finishing(&self, expected: Option<usize>) -> bool {
        if self.status().is_some_and(|status| status.is_cleanup()) {
            return true;
        }
        let (done, begun) = self.progress();
        begun > 0 && done == begun && expected.is_none_or(|expected| done >= expected)
    }

    /// Whether a roll is about to end: its last instances terminate, and have for most of the time that this took in
    /// earlier batches. AWS's words are those of section 6.2 of the behaviour reference.
    #[must_use]
    pub fn is_ending_a_roll(&self, now: Timestamp) -> bool {
        let Some(last) = self.events.iter().rev().find(|event| event.reason.starts_with(TERMINATING)) else {
            return false;
        };
        let rolls = self.resources.get(&last.logical_id).is_some_and(|status| !is_done(status));
        let needs_none = last.reason.contains("replacing with 0 new instance(s)");
        rolls && needs_none && (now - last.time).0 * 10 >= self.shortest_termination().0 * 7
    }

    /// The shortest time that a batch of this operation took to terminate; zero when none has.
    fn shortest_termination(&self) -> Millis {
        let mut began = None;
        let mut shortest: Option<Millis> = None;
        for event in &self.events {
            if event.reason.starts_with(TERMINATING) {
                began = Some(event.time);
            } else if event.reason.starts_with(TERMINATED)
                && let Some(began) = began.take()
            {
                let took = event.time - began;
                shortest = Some(shortest.map_or(took, |other| other.min(took)));
            }
        }
        shortest.unwrap_or_default()
    }
}

/// The newest operation of a stack that was there before: read to recognise it and to know where a new one begins.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct History {
    events: Vec<StackEvent>,
    pages: usize,
}

impl History {
    /// Takes a page, newest first; answers the token of the next page if it has to be read. `whole`: whether all events
    /// of the newest operation are wanted when its token fits, or only its newest one.
    pub fn take(&mut self, page: EventPage, whole: impl Fn(&str) -> bool) -> Option<String> {
        self.pages += 1;
        self.events.extend(page.events);
        let enough = match self.newest_of_stack() {
            None => false,
            Some(newest) => !whole(&newest.token) || self.start().is_some(),
        };
        if enough || self.pages >= MOST_PAGES { None } else { page.next }
    }

    /// The newest event of the stack itself.
    #[must_use]
    pub fn newest_of_stack(&self) -> Option<&StackEvent> {
        self.events.iter().find(|event| event.is_of_stack())
    }

    /// The newest event of all.
    #[must_use]
    pub fn newest(&self) -> Option<&StackEvent> {
        self.events.first()
    }

    /// Token of the newest operation; empty where there is none.
    #[must_use]
    pub fn token(&self) -> &str {
        self.newest_of_stack().map_or("", |event| event.token.as_str())
    }

    fn start(&self) -> Option<usize> {
        self.events.iter().position(|event| event.is_of_stack() && begins_operation(event))
    }

    /// The events of the newest operation, oldest first; all that were read when its beginning was not.
    #[must_use]
    pub fn operation(&self) -> Vec<StackEvent> {
        let end = self.start().map_or(self.events.len(), |at| at + 1);
        let mut events: Vec<StackEvent> = self.events.iter().take(end).cloned().collect();
        events.reverse();
        events
    }
}

/// Whether a stack's own event begins an operation of its own. A rollback does not: it belongs to what it undoes,
/// although AWS gives it another operation id.
#[must_use]
pub fn begins_operation(event: &StackEvent) -> bool {
    match StackStatus::from(event.status.as_str()) {
        StackStatus::CreateInProgress | StackStatus::UpdateInProgress | StackStatus::ImportInProgress => true,
        // A failed create that deletes itself says why; a user's delete does not.
        StackStatus::DeleteInProgress => !event.reason.contains("failed to"),
        // ContinueUpdateRollback and RollbackStack.
        StackStatus::UpdateRollbackInProgress | StackStatus::RollbackInProgress => event.reason == "User Initiated",
        _ => false,
    }
}

/// The newest attempt in a list of events, oldest first: from where its operation begins, the rollback included.
#[must_use]
pub fn newest_attempt(events: &[StackEvent]) -> &[StackEvent] {
    let start = events.iter().rposition(|event| event.is_of_stack() && begins_operation(event)).unwrap_or(0);
    events.get(start..).unwrap_or_default()
}

/// Whether a resource's status ends what was done to it.
#[must_use]
pub fn is_done(status: &str) -> bool {
    status.ends_with("_COMPLETE") || status == "DELETE_SKIPPED"
}

/// What a status says in plain words: `creating`, `created`, `failed to create`.
#[must_use]
pub fn words(status: &str) -> String {
    let (verb, past, present) = match status {
        _ if status.contains("ROLLBACK") => ("roll back", "rolled back", "rolling back"),
        "DELETE_SKIPPED" => return "retained".to_owned(),
        _ if status.starts_with("CREATE") => ("create", "created", "creating"),
        _ if status.starts_with("UPDATE") => ("update", "updated", "updating"),
        _ if status.starts_with("DELETE") => ("delete", "deleted", "deleting"),
        _ if status.starts_with("IMPORT") => ("import", "imported", "importing"),
        other => return other.to_lowercase().replace('_', " "),
    };
    match status {
        _ if status.ends_with("CLEANUP_IN_PROGRESS") => format!("{past}, removing what is left over"),
        _ if status.ends_with("_IN_PROGRESS") => present.to_owned(),
        _ if status.ends_with("_COMPLETE") => past.to_owned(),
        _ => format!("failed to {verb}"),
    }
}

/// How far an operation is: `12 of 41 resources done`.
#[must_use]
pub fn how_far(feed: &Feed, expected: Option<usize>) -> String {
    let (done, begun) = feed.progress();
    match expected {
        Some(all) if all >= begun => format!("{done} of {all} resources done"),
        _ => format!("{done} of {begun} begun resources done"),
    }
}

/// The line for one event.
#[must_use]
pub fn line(event: &StackEvent, feed: &Feed, expected: Option<usize>) -> Message {
    let subject = format!("{} ({}): {}", event.logical_id, event.resource_type, words(&event.status));
    let far = how_far(feed, expected);
    Message::new(if event.reason.is_empty() || is_routine(&event.reason) {
        format!("{subject}, {far}")
    } else {
        format!("{subject}: {}", event.reason)
    })
}

/// Whether a reason is what AWS says of every resource.
#[must_use]
pub fn is_routine(reason: &str) -> bool {
    ["Resource creation Initiated", "User Initiated", "Eventual consistency check initiated"].contains(&reason)
        || reason.starts_with("Requested update requires the creation of a new physical resource")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(id: &str, logical_id: &str, status: &str) -> StackEvent {
        let own = logical_id == "stack";
        StackEvent {
            id: id.into(),
            stack_id: "arn".into(),
            logical_id: logical_id.into(),
            physical_id: if own { "arn".into() } else { String::new() },
            resource_type: "T".into(),
            status: status.into(),
            ..StackEvent::default()
        }
    }

    fn page(ids: &[&str], next: Option<&str>) -> EventPage {
        let events = ids.iter().map(|id| event(id, "A", "CREATE_IN_PROGRESS")).collect();
        EventPage { events, next: next.map(str::to_owned) }
    }

    fn ids(events: &[StackEvent]) -> Vec<&str> {
        events.iter().map(|event| event.id.as_str()).collect()
    }

    #[test]
    fn each_event_comes_once_and_oldest_first() {
        let mut feed = Feed::after(Some("0".into()));
        assert_eq!(feed.take(page(&["4", "3"], Some("p2"))), Took::Older("p2".into()));
        let Took::All(new) = feed.take(page(&["3", "2", "1", "0", "x"], Some("p3"))) else {
            panic!("the boundary ends it")
        };
        assert_eq!(ids(&new), ["1", "2", "3", "4"]);
        let Took::All(new) = feed.take(page(&["5", "4", "3"], Some("p2"))) else { panic!("known ids end it") };
        assert_eq!(ids(&new), ["5"]);
        assert_eq!(feed.take(page(&["5"], None)), Took::All(vec![]));
    }

    #[test]
    fn the_newest_operation_is_found_across_pages() {
        let mut history = History::default();
        let of = |events: Vec<StackEvent>, next: Option<&str>| EventPage { events, next: next.map(str::to_owned) };
        let next = history.take(of(vec![event("9", "A", "CREATE_COMPLETE")], Some("2")), |_| true);
        assert_eq!(next.as_deref(), Some("2"));
        let next = history.take(
            of(vec![event("8", "stack", "UPDATE_IN_PROGRESS"), event("7", "stack", "CREATE_COMPLETE")], Some("3")),
            |_| true,
        );
        assert_eq!(next, None);
        assert_eq!(ids(&history.operation()), ["8", "9"]);
        assert_eq!(history.newest().map(|event| event.id.as_str()), Some("9"));
    }

    #[test]
    fn statuses_read_as_words() {
        for (status, said) in [
            ("CREATE_IN_PROGRESS", "creating"),
            ("UPDATE_FAILED", "failed to update"),
            ("DELETE_COMPLETE", "deleted"),
            ("DELETE_SKIPPED", "retained"),
            ("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", "updated, removing what is left over"),
            ("UPDATE_ROLLBACK_IN_PROGRESS", "rolling back"),
            ("SOMETHING_NEW", "something new"),
        ] {
            assert_eq!(words(status), said);
        }
    }

    #[test]
    fn an_attempt_includes_its_rollback_and_nothing_before() {
        let mut rollback = event("4", "stack", "UPDATE_ROLLBACK_IN_PROGRESS");
        rollback.reason = "The following resource(s) failed to update: [A].".into();
        let events = [
            event("1", "stack", "CREATE_IN_PROGRESS"),
            event("2", "stack", "UPDATE_IN_PROGRESS"),
            event("3", "A", "UPDATE_FAILED"),
            rollback,
        ];
        assert_eq!(ids(newest_attempt(&events)), ["2", "3", "4"]);
    }

    #[test]
    fn the_end_of_a_roll_is_near_when_its_last_instances_have_terminated_for_a_while() {
        let at = |seconds: u64, status: &str, reason: &str| StackEvent {
            time: Timestamp(seconds * 1000),
            reason: reason.into(),
            ..event(&format!("{seconds} {status}"), "Workers", status)
        };
        let mut events = vec![
            at(0, "UPDATE_IN_PROGRESS", "Terminating instance(s) [i-a]; replacing with 1 new instance(s)."),
            at(100, "UPDATE_IN_PROGRESS", "Successfully terminated instance(s) [i-a] (Progress 50%)."),
            at(300, "UPDATE_IN_PROGRESS", "Terminating instance(s) [i-b]; replacing with 0 new instance(s)."),
        ];
        let near = |events: &[StackEvent], seconds: u64| {
            Feed::with(events.to_vec()).is_ending_a_roll(Timestamp(seconds * 1000))
        };
        assert!(!near(&events[..2], 350), "instances are still to come");
        assert!(!near(&events, 369) && near(&events, 370));
        assert!(near(&events[2..], 300), "nothing is known of earlier batches");
        events.push(at(410, "UPDATE_COMPLETE", ""));
        assert!(!near(&events, 411), "the group has ended");
    }
}
