//! Stack status × goal → decision: the one place where it is written what happens to a stack in any status.
//! Knows no call. The documentation prints [`rows`].

use super::operation::Goal;
use super::status::{Class, KNOWN, StackStatus};

/// What an operation does about a stack in some status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Decision {
    /// Call CreateStack.
    Create,
    /// Delete what is left, then create.
    DeleteThenCreate,
    /// Refuse: the name is taken by a stack that this resource did not just create.
    NameTaken,
    /// Call UpdateStack.
    Update,
    /// UpdateStack where failed operations are kept; else RollbackStack first.
    RollBackThenUpdate,
    /// UpdateStack where failed operations are kept; else refuse, because a rollback would delete the stack.
    UpdateIfKeeping,
    /// ContinueUpdateRollback, once, skipping what the user names; then update.
    ContinueThenUpdate,
    /// Call DeleteStack.
    Delete,
    /// Call DeleteStack, retaining what the user names.
    DeleteRetaining,
    /// Wait for the deletion that runs.
    AwaitDeletion,
    /// Wait until the stack is at rest, then decide anew.
    AwaitThenDecide,
    /// Join the operation if it is this one; otherwise refuse, or wait and decide anew, as the user says.
    JoinOrConflict,
    /// Nothing is left to do.
    Nothing,
    /// Fail: the stack is not there.
    Gone,
    /// Fail: only deletion is possible, and the goal is another.
    Dead,
    /// Fail and name the command that leads on.
    Stuck,
    /// Answer what is there.
    Report,
}

impl Decision {
    /// What it means, for the documentation.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::DeleteThenCreate => "delete what is left, then create",
            Self::NameTaken => "join if it is this very creation, else refuse: the name is taken",
            Self::Update => "update",
            Self::RollBackThenUpdate => "roll back to the last good state (or keep, if failures are kept), then update",
            Self::UpdateIfKeeping => "update if failures are kept, else refuse and name the command",
            Self::ContinueThenUpdate => "continue the rollback once, then update",
            Self::Delete => "delete",
            Self::DeleteRetaining => "delete again, retaining what the user names",
            Self::AwaitDeletion => "wait for the deletion",
            Self::AwaitThenDecide => "wait until it is at rest, then decide anew",
            Self::JoinOrConflict => "join if it is this very operation, else refuse or wait as configured",
            Self::Nothing => "nothing to do",
            Self::Gone => "fail: gone",
            Self::Dead => "fail: can only be deleted or replaced",
            Self::Stuck => "fail and name the command",
            Self::Report => "report it",
        }
    }
}

/// The decision for a stack that belongs to the caller. A create that finds somebody else's stack is
/// [`Decision::NameTaken`] in every status.
#[must_use]
pub fn decide(status: &StackStatus, goal: Goal) -> Decision {
    use Decision as D;
    use StackStatus as S;
    #[rustfmt::skip]
    let [create, update, delete] = match status {
        //                                            create               update                 delete
        S::Absent | S::DeleteComplete             => [D::Create,           D::Gone,               D::Nothing],
        S::ReviewInProgress                       => [D::DeleteThenCreate, D::Dead,               D::Delete],
        S::CreateInProgress                       => [D::JoinOrConflict,   D::JoinOrConflict,     D::Delete],
        S::CreateComplete                         => [D::NameTaken,        D::Update,             D::Delete],
        S::CreateFailed                           => [D::DeleteThenCreate, D::UpdateIfKeeping,    D::Delete],
        S::RollbackInProgress                     => [D::AwaitThenDecide,  D::AwaitThenDecide,    D::AwaitThenDecide],
        S::RollbackComplete                       => [D::DeleteThenCreate, D::Dead,               D::Delete],
        S::RollbackFailed                         => [D::DeleteThenCreate, D::Dead,               D::Delete],
        S::UpdateInProgress                       => [D::NameTaken,        D::JoinOrConflict,     D::JoinOrConflict],
        S::UpdateCompleteCleanupInProgress        => [D::NameTaken,        D::JoinOrConflict,     D::JoinOrConflict],
        S::UpdateComplete                         => [D::NameTaken,        D::Update,             D::Delete],
        S::UpdateFailed                           => [D::NameTaken,        D::RollBackThenUpdate, D::Delete],
        S::UpdateRollbackInProgress               => [D::NameTaken,        D::JoinOrConflict,     D::JoinOrConflict],
        S::UpdateRollbackCompleteCleanupInProgress => [D::NameTaken,       D::JoinOrConflict,     D::JoinOrConflict],
        S::UpdateRollbackComplete                 => [D::NameTaken,        D::Update,             D::Delete],
        S::UpdateRollbackFailed                   => [D::NameTaken,        D::ContinueThenUpdate, D::Delete],
        S::DeleteInProgress                       => [D::AwaitThenDecide,  D::AwaitThenDecide,    D::AwaitDeletion],
        S::DeleteFailed                           => [D::DeleteThenCreate, D::Dead,               D::DeleteRetaining],
        S::ImportInProgress                       => [D::NameTaken,        D::JoinOrConflict,     D::JoinOrConflict],
        S::ImportComplete                         => [D::NameTaken,        D::Update,             D::Delete],
        S::ImportRollbackInProgress               => [D::NameTaken,        D::JoinOrConflict,     D::JoinOrConflict],
        S::ImportRollbackComplete                 => [D::NameTaken,        D::Update,             D::Delete],
        S::ImportRollbackFailed                   => [D::NameTaken,        D::Stuck,              D::Delete],
        S::Other(_) if status.is_busy()           => [D::NameTaken,        D::JoinOrConflict,     D::JoinOrConflict],
        S::Other(_)                               => [D::NameTaken,        D::Stuck,              D::Stuck],
    };
    match goal {
        Goal::Create => create,
        Goal::Update => update,
        Goal::Delete => delete,
        // What holds nothing, and is made anew by the next create, is not there for a client's state.
        Goal::Observe if matches!(status.class(), Class::Absent | Class::Review) => D::Gone,
        Goal::Observe if *status == S::RollbackComplete => D::Gone,
        Goal::Observe => D::Report,
    }
}

/// One line of the printed table: a status and its decisions in the order of [`Goal::ALL`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The status that was decided about.
    pub of: StackStatus,
    /// AWS's text; the first line is for no stack at all, the last two for statuses that this build does not know.
    pub status: String,
    /// One decision a goal.
    pub decisions: [Decision; 4],
}

/// The whole table.
#[must_use]
pub fn rows() -> Vec<Row> {
    let unknown = ["…_IN_PROGRESS (unknown)", "unknown"];
    let mut statuses = vec![(StackStatus::Absent, "(no stack)".to_owned())];
    statuses.extend(KNOWN.iter().map(|(status, text)| (status.clone(), (*text).to_owned())));
    statuses.push((StackStatus::Other("NEW_IN_PROGRESS".into()), unknown[0].to_owned()));
    statuses.push((StackStatus::Other("NEW".into()), unknown[1].to_owned()));
    statuses
        .into_iter()
        .map(|(of, status)| Row { decisions: Goal::ALL.map(|goal| decide(&of, goal)), of, status })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The decisions as letters, written a second time on purpose: a changed cell has to be changed in both places.
    const CELLS: &str = "
        (no stack)                                   Create NotThere Nothing NotThere
        REVIEW_IN_PROGRESS                           Renew Dead Delete NotThere
        CREATE_IN_PROGRESS                           Join Join Delete Report
        CREATE_COMPLETE                              Taken Update Delete Report
        CREATE_FAILED                                Renew UpdateIfKeeping Delete Report
        ROLLBACK_IN_PROGRESS                         Await Await Await Report
        ROLLBACK_COMPLETE                            Renew Dead Delete NotThere
        ROLLBACK_FAILED                              Renew Dead Delete Report
        UPDATE_IN_PROGRESS                           Taken Join Join Report
        UPDATE_COMPLETE_CLEANUP_IN_PROGRESS          Taken Join Join Report
        UPDATE_COMPLETE                              Taken Update Delete Report
        UPDATE_FAILED                                Taken RollBack Delete Report
        UPDATE_ROLLBACK_IN_PROGRESS                  Taken Join Join Report
        UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS Taken Join Join Report
        UPDATE_ROLLBACK_COMPLETE                     Taken Update Delete Report
        UPDATE_ROLLBACK_FAILED                       Taken Continue Delete Report
        DELETE_IN_PROGRESS                           Await Await AwaitDeletion Report
        DELETE_FAILED                                Renew Dead Retaining Report
        DELETE_COMPLETE                              Create NotThere Nothing NotThere
        IMPORT_IN_PROGRESS                           Taken Join Join Report
        IMPORT_COMPLETE                              Taken Update Delete Report
        IMPORT_ROLLBACK_IN_PROGRESS                  Taken Join Join Report
        IMPORT_ROLLBACK_COMPLETE                     Taken Update Delete Report
        IMPORT_ROLLBACK_FAILED                       Taken Stuck Delete Report
        NEW_IN_PROGRESS                              Taken Join Join Report
        NEW_FAILED                                   Taken Stuck Stuck Report
    ";

    fn named(word: &str) -> Decision {
        match word {
            "Create" => Decision::Create,
            "Renew" => Decision::DeleteThenCreate,
            "Taken" => Decision::NameTaken,
            "Update" => Decision::Update,
            "RollBack" => Decision::RollBackThenUpdate,
            "UpdateIfKeeping" => Decision::UpdateIfKeeping,
            "Continue" => Decision::ContinueThenUpdate,
            "Delete" => Decision::Delete,
            "Retaining" => Decision::DeleteRetaining,
            "AwaitDeletion" => Decision::AwaitDeletion,
            "Await" => Decision::AwaitThenDecide,
            "Join" => Decision::JoinOrConflict,
            "Nothing" => Decision::Nothing,
            "NotThere" => Decision::Gone,
            "Dead" => Decision::Dead,
            "Stuck" => Decision::Stuck,
            "Report" => Decision::Report,
            other => panic!("no decision is called {other}"),
        }
    }

    #[test]
    fn every_cell_is_what_was_decided() {
        let mut cells = 0;
        for line in CELLS.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let (status, words) = match line.strip_prefix("(no stack)") {
                Some(rest) => (StackStatus::Absent, rest),
                None => {
                    let (text, rest) = line.split_once(' ').expect("a status and its decisions");
                    (StackStatus::from(text), rest)
                }
            };
            let expected: Vec<Decision> = words.split_whitespace().map(named).collect();
            assert_eq!(expected.len(), 4, "{line}");
            for (goal, expected) in Goal::ALL.into_iter().zip(expected) {
                assert_eq!(decide(&status, goal), expected, "{status} × {}", goal.verb());
                cells += 1;
            }
        }
        assert_eq!(cells, 26 * 4);
    }

    #[test]
    fn the_printed_table_has_every_status() {
        let rows = rows();
        assert_eq!(rows.len(), 26);
        assert!(rows.iter().all(|row| row.decisions.iter().all(|decision| !decision.text().is_empty())));
    }

    #[test]
    fn nothing_is_changed_for_an_observer() {
        for row in rows() {
            assert!(matches!(row.decisions[3], Decision::Report | Decision::Gone), "{}", row.status);
        }
    }
}
