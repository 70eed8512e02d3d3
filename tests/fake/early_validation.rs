//! Early validation: what CloudFormation checks while it makes a change set, before anything is changed. Source: the
//! user guide, "Validate stack deployments"; texts from CDK and rain threads.

use super::intrinsics::text;
use super::paging;
use super::stacks::Config;
use super::stacks::checks::get;
use super::stacks::plan::Change;
use super::state::{Place, State, object};
use super::{changesets, error::Answer};
use serde_json::{Value, json};

/// One finding.
#[derive(Clone, Debug)]
pub struct Finding {
    pub logical: String,
    /// For example `NAME_CONFLICT_VALIDATION`.
    pub name: String,
    pub reason: String,
    /// JSON pointer into the template.
    pub path: String,
    /// Whether the change set fails by it.
    pub fails: bool,
}

/// Properties that give an object its own name, by type.
const NAMES: [(&str, &str); 5] = [
    ("AWS::Logs::LogGroup", "LogGroupName"),
    ("AWS::S3::Bucket", "BucketName"),
    ("AWS::IAM::Role", "RoleName"),
    ("AWS::AutoScaling::AutoScalingGroup", "AutoScalingGroupName"),
    ("AWS::CloudWatch::Alarm", "AlarmName"),
];

/// What a change set's making finds: what tests have primed, and names that are taken.
pub fn check(w: &mut State, place: &Place, config: &Config, changes: &[Change]) -> Vec<Finding> {
    let mut found = w.settings.validations.clone();
    for change in changes.iter().filter(|c| c.action == "Add") {
        let Some((_, property)) = NAMES.iter().find(|(kind, _)| *kind == change.kind) else { continue };
        let definition = config.template.resource(&change.logical);
        let Some(name) = definition.pointer(&format!("/Properties/{property}")).filter(|v| v.is_string()) else {
            continue;
        };
        let name = text(name);
        let taken = w
            .region(place)
            .stacks
            .values()
            .flat_map(|s| s.resources.values())
            .any(|r| r.kind == change.kind && r.physical == name && r.status != "DELETE_COMPLETE");
        if taken {
            found.push(Finding {
                logical: change.logical.clone(),
                name: "NAME_CONFLICT_VALIDATION".into(),
                reason: format!("Resource of type '{}' with identifier '{name}' already exists.", change.kind),
                path: format!("/Resources/{}/Properties/{property}", change.logical),
                fails: true,
            });
        }
    }
    found
}

/// The words of a change set that failed by it.
pub const REFUSED: &str = "The following hook(s)/validation failed: [AWS::EarlyValidation::ResourceExistenceCheck]. To troubleshoot Early Validation errors, use the DescribeEvents API for detailed failure information.";

/// DescribeEvents of a change set.
pub fn events(w: &mut State, place: &Place, params: &Value) -> Answer {
    let size = w.settings.event_page_size.max(1);
    let (stack, set) = changesets::find(w, place, params)?;
    let failed = set.status == "FAILED";
    let all: Vec<Value> = set
        .findings
        .iter()
        .enumerate()
        .map(|(at, finding)| {
            object([
                ("EventId", json!(format!("{}-{at}", set.name))),
                ("StackId", json!(stack)),
                ("OperationType", json!("CREATE_CHANGESET")),
                ("OperationStatus", json!(if failed { "FAILED" } else { "SUCCEEDED" })),
                ("EventType", json!("VALIDATION_ERROR")),
                ("LogicalResourceId", json!(finding.logical)),
                ("Timestamp", json!(set.created.iso())),
                ("ValidationFailureMode", json!(if finding.fails { "FAIL" } else { "WARN" })),
                ("ValidationName", json!(finding.name)),
                ("ValidationStatus", json!("FAILED")),
                ("ValidationStatusReason", json!(finding.reason)),
                ("ValidationPath", json!(finding.path)),
            ])
        })
        .collect();
    let call = format!("DescribeEvents:{}", get(params, "ChangeSetName"));
    let (page, next) = paging::page(&all, &call, &get(params, "NextToken"), size)?;
    Ok(json!({ "OperationEvents": page, "NextToken": next }))
}
