//! What a change set says, as data: pages put together, and whether one does more than was shown. Makes no call.

use std::collections::BTreeSet;

use super::token;
use crate::ports::{ChangeSetPage, ChangeSetSummary, ResourceChange, ValidationFinding};

/// How the status reason begins when values were asked for and AWS left changes out. Source: CloudFormation's answers
/// as the CDK toolkit reads them.
const INCOMPLETE: &str = "[WARN] --include-property-values option can return incomplete ChangeSet data";
/// Beginnings of AWS's words for a change set without changes.
const NO_CHANGES: [&str; 2] = ["The submitted information didn't contain changes", "No updates are to be performed"];
/// What the status reason of a change set holds that early validation refused.
const EARLY_VALIDATION: &str = "EarlyValidation";

/// What an update does with change sets.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum ChangeSetUse {
    /// None: UpdateStack.
    #[default]
    No,
    /// Make one and tell what it would do; the stack itself is left alone. `renew`: change sets of earlier previews are
    /// removed and a fresh one is made. Otherwise only one that is there is read.
    Preview {
        /// Whether one may be made.
        renew: bool,
    },
    /// Execute the one that was previewed; without one, make it anew, and refuse it when it removes or replaces what
    /// the plan that was shown does not explain.
    Execute(Shown),
}

/// What the plan that was shown explains.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Shown {
    /// Parameters that change.
    pub parameters: BTreeSet<String>,
    /// Logical ids that may come, go or be replaced.
    pub resources: BTreeSet<String>,
}

/// A change set with all its pages.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ChangeSet {
    /// Its name.
    pub name: String,
    /// ARN.
    pub id: String,
    /// Changes in AWS's order. Empty: CloudFormation has nothing to do.
    pub changes: Vec<ResourceChange>,
    /// What early validation warns of.
    pub findings: Vec<ValidationFinding>,
}

/// What a preview by change set came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Prepared {
    /// This is what the apply executes.
    Made(Box<ChangeSet>),
    /// Nothing was made: the stack is not in a status in which it can be updated.
    NotReady(String),
    /// Nothing was made: none was previewed, and this run may only read.
    Absent,
    /// Nothing was made: the stack changed after the preview.
    Moved,
}

/// Where a change set is in its making.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Readiness {
    /// CloudFormation is at work.
    Pending,
    /// It can be executed.
    Ready,
    /// It holds no change.
    Nothing,
    /// Early validation refused it.
    Invalid,
    /// It failed otherwise, or became obsolete.
    Unusable,
}

/// Where the change set of this page is.
#[must_use]
pub fn readiness(page: &ChangeSetPage) -> Readiness {
    match (page.status.as_str(), page.execution.as_str()) {
        ("CREATE_PENDING" | "CREATE_IN_PROGRESS", _) => Readiness::Pending,
        ("CREATE_COMPLETE", "AVAILABLE") => Readiness::Ready,
        ("FAILED", _) if NO_CHANGES.iter().any(|words| page.reason.starts_with(words)) => Readiness::Nothing,
        ("FAILED", _) if page.reason.contains(EARLY_VALIDATION) => Readiness::Invalid,
        _ => Readiness::Unusable,
    }
}

/// Whether AWS says that changes are missing because values were asked for.
#[must_use]
pub fn is_incomplete(page: &ChangeSetPage) -> bool {
    page.reason.starts_with(INCOMPLETE)
}

/// The plugin's own change sets of a stack, sorted by what is to be done with them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Own {
    /// The wanted one is there, and ready or about to be.
    pub wanted: bool,
    /// The wanted one can be executed at once.
    pub available: bool,
    /// There is one for the very same request, made before the stack changed.
    pub moved: bool,
    /// Names of all others, and of the wanted one if it cannot be used.
    pub others: Vec<String>,
}

/// Looks through a stack's change sets. Those of other people are left out.
#[must_use]
pub fn own(all: &[ChangeSetSummary], name: &str, content: &str) -> Own {
    let mut own = Own::default();
    for set in all.iter().filter(|set| token::is_of_update(&set.name)) {
        let pending = set.status.starts_with("CREATE_") && set.status != "CREATE_COMPLETE";
        let available = set.status == "CREATE_COMPLETE" && set.execution == "AVAILABLE";
        if set.name == name && (pending || available) {
            own.wanted = true;
            own.available = available;
        } else {
            own.moved |= set.name != name && token::is_for(&set.name, content);
            own.others.push(set.name.clone());
        }
    }
    own
}

/// Adds what a reading without values has and one with values lacks: resources, and details of resources.
pub fn merge(with_values: &mut Vec<ResourceChange>, plain: Vec<ResourceChange>) {
    for change in plain {
        match with_values.iter_mut().find(|known| known.logical_id == change.logical_id) {
            None => with_values.push(change),
            Some(known) => {
                for detail in change.details {
                    let there = known.details.iter().any(|other| {
                        (&other.attribute, &other.name, &other.source, &other.entity)
                            == (&detail.attribute, &detail.name, &detail.source, &detail.entity)
                    });
                    if !there {
                        known.details.push(detail);
                    }
                }
                if is_stronger(&change.replacement, &known.replacement) {
                    known.replacement = change.replacement;
                }
            }
        }
    }
}

fn is_stronger(one: &str, other: &str) -> bool {
    let rank = |word: &str| ["", "False", "Conditional", "True"].iter().position(|known| *known == word);
    rank(one) > rank(other)
}

/// Logical ids that a change set removes or replaces although nothing that was shown explains it.
#[must_use]
pub fn beyond(changes: &[ResourceChange], shown: &Shown) -> Vec<String> {
    let explained = |change: &ResourceChange| {
        shown.resources.contains(&change.logical_id)
            || change.details.iter().any(|detail| {
                let entity = detail.entity.split('.').next().unwrap_or_default();
                shown.parameters.contains(entity) || shown.resources.contains(entity)
            })
    };
    let grave = |change: &&ResourceChange| change.action == "Remove" || change.replacement == "True";
    changes.iter().filter(grave).filter(|change| !explained(change)).map(|change| change.logical_id.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ports::ChangeDetail;

    fn change(logical_id: &str, action: &str, replacement: &str, entity: &str) -> ResourceChange {
        let detail = ChangeDetail { name: "P".into(), entity: entity.into(), ..ChangeDetail::default() };
        ResourceChange {
            logical_id: logical_id.into(),
            action: action.into(),
            replacement: replacement.into(),
            details: vec![detail],
            ..ResourceChange::default()
        }
    }

    #[test]
    fn only_own_change_sets_are_looked_at() {
        let content = token::content(token::Call::Update, "arn:stack", b"request", "");
        let (now, before) = (token::token(&content, "event-2"), token::token(&content, "event-1"));
        let other = token::token(&token::content(token::Call::Update, "arn:stack", b"another", ""), "event-2");
        let set = |name: &str, status: &str, execution: &str| ChangeSetSummary {
            name: name.into(),
            status: status.into(),
            execution: execution.into(),
        };
        let all = [
            set("console-change", "CREATE_COMPLETE", "AVAILABLE"),
            set(&now, "CREATE_COMPLETE", "AVAILABLE"),
            set(&other, "CREATE_COMPLETE", "AVAILABLE"),
        ];
        let found = own(&all, &now, &content);
        assert_eq!((found.wanted, found.available, found.moved, found.others), (true, true, false, vec![other]));
        let found = own(&[set(&before, "CREATE_COMPLETE", "OBSOLETE")], &now, &content);
        assert_eq!((found.wanted, found.moved), (false, true));
        assert!(own(&[set(&now, "CREATE_PENDING", "UNAVAILABLE")], &now, &content).wanted);
        assert_eq!(own(&[set(&now, "FAILED", "UNAVAILABLE")], &now, &content).others, [now]);
    }

    #[test]
    fn a_reading_without_values_adds_what_was_left_out() {
        let mut known = vec![change("A", "Modify", "False", "One")];
        merge(&mut known, vec![change("A", "Modify", "True", "Two"), change("B", "Remove", "", "")]);
        let told: Vec<_> =
            known.iter().map(|change| (change.logical_id.as_str(), change.replacement.as_str())).collect();
        assert_eq!(told, [("A", "True"), ("B", "")]);
        assert_eq!(known[0].details.len(), 2);
    }

    #[test]
    fn more_than_was_shown_is_a_removal_or_replacement_that_nothing_explains() {
        let shown = Shown { parameters: ["One".to_owned()].into(), resources: ["C".to_owned()].into() };
        let changes = [
            change("A", "Modify", "True", "One"),
            change("B", "Modify", "True", "Two"),
            change("C", "Remove", "", ""),
            change("D", "Remove", "", ""),
            change("E", "Modify", "Conditional", "Two"),
            change("F", "Add", "", ""),
        ];
        assert_eq!(beyond(&changes, &shown), ["B", "D"]);
    }

    #[test]
    fn the_words_of_aws_tell_where_a_change_set_is() {
        let page = |status: &str, execution: &str, reason: &str| ChangeSetPage {
            status: status.into(),
            execution: execution.into(),
            reason: reason.into(),
            ..ChangeSetPage::default()
        };
        let nothing =
            "The submitted information didn't contain changes. Submit different information to create a change set.";
        let invalid =
            "The following hook(s)/validation failed: [AWS::EarlyValidation::ResourceExistenceCheck]. To troubleshoot…";
        assert_eq!(readiness(&page("CREATE_PENDING", "UNAVAILABLE", "")), Readiness::Pending);
        assert_eq!(readiness(&page("CREATE_COMPLETE", "AVAILABLE", "")), Readiness::Ready);
        assert_eq!(readiness(&page("CREATE_COMPLETE", "OBSOLETE", "")), Readiness::Unusable);
        assert_eq!(readiness(&page("FAILED", "UNAVAILABLE", nothing)), Readiness::Nothing);
        assert_eq!(readiness(&page("FAILED", "UNAVAILABLE", "No updates are to be performed.")), Readiness::Nothing);
        assert_eq!(readiness(&page("FAILED", "UNAVAILABLE", invalid)), Readiness::Invalid);
        assert_eq!(readiness(&page("FAILED", "UNAVAILABLE", "Template error")), Readiness::Unusable);
    }
}
