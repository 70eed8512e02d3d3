//! Change sets as the core sees them: what CloudFormation would do, resource by resource, before it does it.

use async_trait::async_trait;

use super::{Called, StackRequest};

/// A change set as ListChangeSets shows it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ChangeSetSummary {
    /// Its name, at most 128 characters.
    pub name: String,
    /// `CREATE_PENDING`, `CREATE_IN_PROGRESS`, `CREATE_COMPLETE`, `FAILED`, `DELETE_…`.
    pub status: String,
    /// `UNAVAILABLE`, `AVAILABLE`, `EXECUTE_…`, `OBSOLETE`.
    pub execution: String,
}

/// One page of a change set.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ChangeSetPage {
    /// ARN.
    pub id: String,
    /// As in [`ChangeSetSummary::status`].
    pub status: String,
    /// As in [`ChangeSetSummary::execution`].
    pub execution: String,
    /// AWS's words on the status; empty for none.
    pub reason: String,
    /// Changes of this page.
    pub changes: Vec<ResourceChange>,
    /// Where the next page begins.
    pub next: Option<String>,
}

/// What happens to one resource.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ResourceChange {
    /// Logical id.
    pub logical_id: String,
    /// CloudFormation resource type.
    pub resource_type: String,
    /// `Add`, `Modify`, `Remove`, `Import`, `Dynamic`, `SyncWithActual`.
    pub action: String,
    /// `True`, `False`, `Conditional`; empty for everything but `Modify`.
    pub replacement: String,
    /// What becomes of the old object, for example `Retain` or `ReplaceAndSnapshot`; empty where AWS does not say.
    pub policy: String,
    /// Why.
    pub details: Vec<ChangeDetail>,
}

/// One reason for a change of a resource.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct ChangeDetail {
    /// `Properties`, `Metadata`, `Tags`, `UpdatePolicy`, …
    pub attribute: String,
    /// Name of the property; empty for other attributes.
    pub name: String,
    /// JSON pointer from the resource, for example `/Properties/MinSize`; empty where values were not asked for.
    pub path: String,
    /// `ParameterReference`, `ResourceReference`, `ResourceAttribute`, `DirectModification`, `Automatic`, …
    pub source: String,
    /// The parameter, or the resource (with attribute), behind it; empty for a direct modification.
    pub entity: String,
    /// `Static` or `Dynamic`.
    pub evaluation: String,
    /// `Always`, `Conditionally`, `Never`.
    pub recreation: String,
    /// Value before; may hold what users keep secret, so it is never printed with `{:?}`.
    pub before: Option<String>,
    /// Value after, under the same rule.
    pub after: Option<String>,
}

impl std::fmt::Debug for ChangeDetail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{} by {} {}", self.attribute, self.name, self.source, self.entity)
    }
}

/// What CloudFormation's early validation found while it made a change set.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ValidationFinding {
    /// Logical id; empty where AWS does not say.
    pub logical_id: String,
    /// Name of the check, for example `NAME_CONFLICT_VALIDATION`.
    pub name: String,
    /// AWS's words.
    pub reason: String,
    /// JSON pointer into the template, for example `/Resources/Queue/Properties`; may be empty.
    pub path: String,
    /// Whether it makes the change set fail; otherwise a warning.
    pub fails: bool,
}

/// Change sets of stacks that exist.
#[async_trait]
pub trait ChangeSets: Send + Sync {
    /// All change sets of a stack that are not deleted, all pages.
    async fn change_sets(&self, stack_id: &str) -> Called<Vec<ChangeSetSummary>>;
    /// CreateChangeSet of type UPDATE. The name is its token too.
    async fn create_change_set(&self, stack_id: &str, name: &str, request: &StackRequest) -> Called<()>;
    /// One page of DescribeChangeSet; with `values`, values before and after are in the details. `None` when there is
    /// none of that name.
    async fn change_set(
        &self,
        stack_id: &str,
        name: &str,
        values: bool,
        next: Option<&str>,
    ) -> Called<Option<ChangeSetPage>>;
    /// ExecuteChangeSet. `request` gives the token and what happens to a failure.
    async fn execute_change_set(&self, stack_id: &str, name: &str, request: &StackRequest) -> Called<()>;
    /// DeleteChangeSet; one that is gone is fine.
    async fn delete_change_set(&self, stack_id: &str, name: &str) -> Called<()>;
    /// Findings of early validation (DescribeEvents), all pages.
    async fn validation_findings(&self, change_set_id: &str) -> Called<Vec<ValidationFinding>>;
}

/// No change set is asked for in a test that uses this.
#[cfg(test)]
pub struct NoChangeSets;

#[cfg(test)]
#[async_trait]
impl ChangeSets for NoChangeSets {
    async fn change_sets(&self, _: &str) -> Called<Vec<ChangeSetSummary>> {
        unreachable!("no change sets here")
    }
    async fn create_change_set(&self, _: &str, _: &str, _: &StackRequest) -> Called<()> {
        unreachable!("no change sets here")
    }
    async fn change_set(&self, _: &str, _: &str, _: bool, _: Option<&str>) -> Called<Option<ChangeSetPage>> {
        unreachable!("no change sets here")
    }
    async fn execute_change_set(&self, _: &str, _: &str, _: &StackRequest) -> Called<()> {
        unreachable!("no change sets here")
    }
    async fn delete_change_set(&self, _: &str, _: &str) -> Called<()> {
        unreachable!("no change sets here")
    }
    async fn validation_findings(&self, _: &str) -> Called<Vec<ValidationFinding>> {
        unreachable!("no change sets here")
    }
}
