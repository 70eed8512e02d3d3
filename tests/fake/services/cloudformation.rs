//! CloudFormation's actions by name.

use crate::fake::changesets;
use crate::fake::error::{Answer, ApiError};
use crate::fake::services::drift;
use crate::fake::stacks::{calls, reads, recovery};
use crate::fake::state::{Place, State};
use serde_json::Value;

/// Answers one call.
pub fn call(w: &mut State, place: &Place, action: &str, p: &Value) -> Answer {
    match action {
        "CreateStack" => calls::create(w, place, p),
        "UpdateStack" => calls::update(w, place, p),
        "DeleteStack" => calls::delete(w, place, p),
        "DescribeStacks" => reads::stacks(w, place, p),
        "DescribeStackEvents" => reads::events(w, place, p),
        "DescribeEvents" => reads::operation_events(w, place, p),
        "DescribeStackResources" => reads::resources(w, place, p),
        "DescribeStackResource" => reads::one_resource(w, place, p),
        "ListStackResources" => reads::list_resources(w, place, p),
        "ListStacks" => reads::list(w, place, p),
        "GetTemplate" => reads::template(w, place, p),
        "GetTemplateSummary" => reads::summary(w, place, p),
        "ValidateTemplate" => reads::validate(w, place, p),
        "CreateChangeSet" => changesets::create(w, place, p),
        "DescribeChangeSet" => changesets::describe(w, place, p),
        "ExecuteChangeSet" => changesets::execute(w, place, p),
        "DeleteChangeSet" => changesets::delete(w, place, p),
        "ListChangeSets" => changesets::list(w, place, p),
        "CancelUpdateStack" => recovery::cancel(w, place, p),
        "ContinueUpdateRollback" => recovery::continue_rollback(w, place, p),
        "RollbackStack" => recovery::rollback(w, place, p),
        "SignalResource" => recovery::signal(w, place, p),
        "UpdateTerminationProtection" => calls::protect(w, place, p),
        "SetStackPolicy" => calls::policy(w, place, p, true),
        "GetStackPolicy" => calls::policy(w, place, p, false),
        "DetectStackDrift" => drift::detect(w, place, p),
        "DescribeStackDriftDetectionStatus" => drift::status(w, place, p),
        "DescribeStackResourceDrifts" => drift::resources(w, place, p),
        _ => Err(ApiError::new(
            400,
            "InvalidAction",
            format!("Could not find operation {action} for version 2010-05-15"),
        )),
    }
}
