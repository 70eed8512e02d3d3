//! The statuses of a stack and what they mean for an operation. Knows no operation.
//!
//! Source: CloudFormation API Reference, data type Stack, StackStatus; read November 2026.

use std::fmt;

/// The status of a stack, or its absence.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum StackStatus {
    /// There is no such stack.
    Absent,
    /// A change set made the stack, and nothing was executed yet. At rest in spite of its name.
    ReviewInProgress,
    /// A creation runs.
    CreateInProgress,
    /// Created.
    CreateComplete,
    /// A creation failed and was not rolled back.
    CreateFailed,
    /// A failed creation is undone.
    RollbackInProgress,
    /// A failed creation was undone; only deletion leads on.
    RollbackComplete,
    /// A failed creation could not be undone; only deletion leads on.
    RollbackFailed,
    /// An update runs; the only status that can be cancelled.
    UpdateInProgress,
    /// An update succeeded and old resources go.
    UpdateCompleteCleanupInProgress,
    /// Updated.
    UpdateComplete,
    /// An update failed and was not rolled back.
    UpdateFailed,
    /// A failed update is undone.
    UpdateRollbackInProgress,
    /// A failed update was undone and its new resources go.
    UpdateRollbackCompleteCleanupInProgress,
    /// A failed update was undone; the stack is as good as before.
    UpdateRollbackComplete,
    /// A failed update could not be undone.
    UpdateRollbackFailed,
    /// A deletion runs.
    DeleteInProgress,
    /// A deletion failed; the stack is half gone.
    DeleteFailed,
    /// Deleted; visible by ARN alone.
    DeleteComplete,
    /// An import runs.
    ImportInProgress,
    /// Imported.
    ImportComplete,
    /// A failed import is undone.
    ImportRollbackInProgress,
    /// A failed import was undone.
    ImportRollbackComplete,
    /// A failed import could not be undone.
    ImportRollbackFailed,
    /// A status that this build does not know.
    Other(String),
}

/// What kind of status it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// Nothing is there.
    Absent,
    /// A leftover of a change set, without resources.
    Review,
    /// CloudFormation is at work.
    Busy,
    /// At rest and good.
    Ready,
    /// At rest after a failure without rollback.
    Paused,
    /// At rest, and not without a decision or a repair.
    Stuck,
    /// At rest, and only deletion is possible.
    Dead,
}

/// The statuses that AWS documents, with their texts.
pub const KNOWN: [(StackStatus, &str); 23] = [
    (StackStatus::ReviewInProgress, "REVIEW_IN_PROGRESS"),
    (StackStatus::CreateInProgress, "CREATE_IN_PROGRESS"),
    (StackStatus::CreateComplete, "CREATE_COMPLETE"),
    (StackStatus::CreateFailed, "CREATE_FAILED"),
    (StackStatus::RollbackInProgress, "ROLLBACK_IN_PROGRESS"),
    (StackStatus::RollbackComplete, "ROLLBACK_COMPLETE"),
    (StackStatus::RollbackFailed, "ROLLBACK_FAILED"),
    (StackStatus::UpdateInProgress, "UPDATE_IN_PROGRESS"),
    (StackStatus::UpdateCompleteCleanupInProgress, "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"),
    (StackStatus::UpdateComplete, "UPDATE_COMPLETE"),
    (StackStatus::UpdateFailed, "UPDATE_FAILED"),
    (StackStatus::UpdateRollbackInProgress, "UPDATE_ROLLBACK_IN_PROGRESS"),
    (StackStatus::UpdateRollbackCompleteCleanupInProgress, "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS"),
    (StackStatus::UpdateRollbackComplete, "UPDATE_ROLLBACK_COMPLETE"),
    (StackStatus::UpdateRollbackFailed, "UPDATE_ROLLBACK_FAILED"),
    (StackStatus::DeleteInProgress, "DELETE_IN_PROGRESS"),
    (StackStatus::DeleteFailed, "DELETE_FAILED"),
    (StackStatus::DeleteComplete, "DELETE_COMPLETE"),
    (StackStatus::ImportInProgress, "IMPORT_IN_PROGRESS"),
    (StackStatus::ImportComplete, "IMPORT_COMPLETE"),
    (StackStatus::ImportRollbackInProgress, "IMPORT_ROLLBACK_IN_PROGRESS"),
    (StackStatus::ImportRollbackComplete, "IMPORT_ROLLBACK_COMPLETE"),
    (StackStatus::ImportRollbackFailed, "IMPORT_ROLLBACK_FAILED"),
];

impl From<&str> for StackStatus {
    /// Any text; an empty one is [`StackStatus::Absent`], an unknown one [`StackStatus::Other`].
    fn from(text: &str) -> Self {
        if text.is_empty() {
            return Self::Absent;
        }
        KNOWN
            .iter()
            .find(|(_, known)| *known == text)
            .map_or_else(|| Self::Other(text.to_owned()), |(status, _)| status.clone())
    }
}

impl StackStatus {
    /// AWS's text; `(none)` for an absent stack.
    #[must_use]
    pub fn text(&self) -> &str {
        match self {
            Self::Absent => "(none)",
            Self::Other(text) => text,
            known => KNOWN.iter().find(|(status, _)| status == known).map_or("", |(_, text)| text),
        }
    }

    /// What it says of the stack, for people.
    #[must_use]
    pub const fn meaning(&self) -> &'static str {
        match self {
            Self::Absent => "there is no stack of that name",
            Self::ReviewInProgress => "an empty stack that a change set left; at rest in spite of its name",
            Self::CreateInProgress => "it is being created",
            Self::CreateComplete => "created",
            Self::CreateFailed => "its creation failed and what was made was kept",
            Self::RollbackInProgress => "its creation failed and is being undone",
            Self::RollbackComplete => "its creation failed and was undone; only deletion is possible",
            Self::RollbackFailed => "its creation failed and could not be undone; only deletion is possible",
            Self::UpdateInProgress => "it is being updated",
            Self::UpdateCompleteCleanupInProgress => "updated; what the update replaced is being removed",
            Self::UpdateComplete => "updated",
            Self::UpdateFailed => "an update failed and what it had done was kept",
            Self::UpdateRollbackInProgress => "an update failed and is being undone",
            Self::UpdateRollbackCompleteCleanupInProgress => "an update was undone; what it had made is being removed",
            Self::UpdateRollbackComplete => "an update failed and was undone: as good as before",
            Self::UpdateRollbackFailed => "an update failed and could not be undone",
            Self::DeleteInProgress => "it is being deleted",
            Self::DeleteFailed => "its deletion failed half way; only deletion is possible",
            Self::DeleteComplete => "deleted; visible by ARN alone, for 90 days",
            Self::ImportInProgress => "resources are being imported into it",
            Self::ImportComplete => "resources were imported into it",
            Self::ImportRollbackInProgress => "an import failed and is being undone",
            Self::ImportRollbackComplete => "an import failed and was undone",
            Self::ImportRollbackFailed => "an import failed and could not be undone",
            Self::Other(_) => "a status that this version does not know",
        }
    }

    /// What kind of status it is. An unknown `*_IN_PROGRESS` is busy, any other unknown one stuck.
    #[must_use]
    pub fn class(&self) -> Class {
        match self {
            Self::Absent | Self::DeleteComplete => Class::Absent,
            Self::ReviewInProgress => Class::Review,
            Self::CreateInProgress
            | Self::RollbackInProgress
            | Self::UpdateInProgress
            | Self::UpdateCompleteCleanupInProgress
            | Self::UpdateRollbackInProgress
            | Self::UpdateRollbackCompleteCleanupInProgress
            | Self::DeleteInProgress
            | Self::ImportInProgress
            | Self::ImportRollbackInProgress => Class::Busy,
            Self::CreateComplete
            | Self::UpdateComplete
            | Self::UpdateRollbackComplete
            | Self::ImportComplete
            | Self::ImportRollbackComplete => Class::Ready,
            Self::CreateFailed | Self::UpdateFailed => Class::Paused,
            Self::UpdateRollbackFailed | Self::ImportRollbackFailed => Class::Stuck,
            Self::RollbackComplete | Self::RollbackFailed | Self::DeleteFailed => Class::Dead,
            Self::Other(text) if text.ends_with("_IN_PROGRESS") => Class::Busy,
            Self::Other(_) => Class::Stuck,
        }
    }

    /// Whether CloudFormation is at work.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        self.class() == Class::Busy
    }

    /// Whether nothing goes on any more: an operation has ended, or never began.
    #[must_use]
    pub fn is_terminal(&self) -> bool {
        !self.is_busy()
    }

    /// Whether the stack is at rest and good.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.class() == Class::Ready
    }

    /// Whether the last change was undone, is being undone, or could not be.
    #[must_use]
    pub fn is_rollback(&self) -> bool {
        matches!(
            self,
            Self::RollbackInProgress
                | Self::RollbackComplete
                | Self::RollbackFailed
                | Self::UpdateRollbackInProgress
                | Self::UpdateRollbackCompleteCleanupInProgress
                | Self::UpdateRollbackComplete
                | Self::UpdateRollbackFailed
                | Self::ImportRollbackInProgress
                | Self::ImportRollbackComplete
                | Self::ImportRollbackFailed
        )
    }

    /// Whether all resources have their new state and only leftovers are removed.
    #[must_use]
    pub fn is_cleanup(&self) -> bool {
        matches!(self, Self::UpdateCompleteCleanupInProgress | Self::UpdateRollbackCompleteCleanupInProgress)
    }
}

impl fmt::Display for StackStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_comes_back() {
        for (status, text) in KNOWN {
            assert_eq!(StackStatus::from(text), status);
            assert_eq!(status.text(), text);
        }
    }

    #[test]
    fn only_review_is_at_rest_among_those_in_progress() {
        for (status, text) in KNOWN {
            let moving = text.ends_with("_IN_PROGRESS") && text != "REVIEW_IN_PROGRESS";
            assert_eq!(status.is_busy(), moving, "{text}");
            assert_eq!(status.is_terminal(), !moving, "{text}");
            assert_eq!(status.is_rollback(), text.contains("ROLLBACK"), "{text}");
        }
    }

    #[test]
    fn a_suffix_does_not_make_a_status() {
        assert_eq!(StackStatus::from("UPDATE_ROLLBACK_COMPLETE").class(), Class::Ready);
        assert_eq!(StackStatus::from("ROLLBACK_COMPLETE").class(), Class::Dead);
    }

    #[test]
    fn an_unknown_status_is_survived() {
        assert_eq!(StackStatus::from("VALIDATE_IN_PROGRESS").class(), Class::Busy);
        assert_eq!(StackStatus::from("VALIDATE_FAILED").class(), Class::Stuck);
        assert_eq!(StackStatus::from("").class(), Class::Absent);
    }
}
