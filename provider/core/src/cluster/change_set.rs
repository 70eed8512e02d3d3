//! The preview by change set: what CloudFormation itself says that an update would do, in lines for people, and what of
//! it the plan explains. Asks the engine, and never executes anything.

use std::collections::BTreeSet;

use starburst_schema::fields::stack as stack_fields;
use starburst_schema::{Effect, FIELDS};

use super::api::{ChangeSetPreview, Plan};
use super::assets::Upload;
use super::diagnosis;
use super::preflight::Facts;
use super::request::{name_of, text};
use super::update_request::{self, Update};
use crate::failure::{Failure, Message};
use crate::path::Path;
use crate::ports::{ChangeDetail, Ports, ResourceChange};
use crate::stack::{self, ChangeSetUse, Fields, Goal, Operation, Outcome, Prepared, Shown};
use crate::template;
use crate::time::Millis;
use crate::value::Value;

/// How long the making of a change set may take: seconds as a rule.
const TIMEOUT: Millis = Millis::from_seconds(10 * 60);
/// Characters of a value that a line shows at most.
const LONGEST_VALUE: usize = 40;
/// Details of a resource that a line shows at most.
const MOST_DETAILS: usize = 6;

/// Whether these inputs ask for it.
#[must_use]
pub fn is_wanted(inputs: &Value) -> bool {
    text(inputs, &stack_fields::PREVIEW).as_deref() == Some("changeSet")
}

/// Makes or finds the change set of an update, and words it. `renew`: whether it may be made anew.
///
/// # Errors
/// What early validation refuses, and whatever kept CloudFormation from making or showing it.
pub async fn preview(
    ports: Ports<'_>,
    update: Update<'_>,
    facts: &Facts,
    renew: bool,
) -> Result<ChangeSetPreview, Failure> {
    let (request, _) = update_request::build(ports, update, facts, Upload::No).await?;
    let fields = diagnosis::fields_of_resources();
    let operation = Operation {
        id: Some(update.prior.id.clone()),
        request: Some(request),
        timeout: TIMEOUT,
        fields: fields.clone(),
        change_set: ChangeSetUse::Preview { renew },
        ..Operation::new(Goal::Update, name_of(update.inputs).unwrap_or_default())
    };
    match stack::run(ports, operation).await {
        Outcome::Previewed { prepared, .. } => Ok(told(&prepared, &fields)),
        Outcome::Failed { failure, .. } => Err(failure),
        // A preview has no other end; nothing is claimed about it.
        _ => Ok(ChangeSetPreview::default()),
    }
}

/// What the plan explains, for the engine to compare a change set with that nobody saw.
#[must_use]
pub fn shown(plan: &Plan) -> Shown {
    let changed: BTreeSet<&str> =
        FIELDS.iter().filter(|field| touches(plan, &Path::from(**field))).map(|field| field.path).collect();
    let parameters = FIELDS.iter().filter(|field| changed.contains(field.path)).filter_map(|field| field.parameter);
    // A derived parameter changes with an input, and only then.
    let derived = starburst_schema::DERIVED.iter().map(|derived| derived.name.to_owned());
    let sections: BTreeSet<&str> = changed.iter().map(|path| path.split('.').next().unwrap_or(path)).collect();
    let of_changed = |path: &str| sections.contains(path.split('.').next().unwrap_or(path));
    Shown {
        parameters: parameters.map(|parameter| parameter.name.to_owned()).chain(derived).collect(),
        resources: template::FIELDS_OF_RESOURCES
            .iter()
            .filter(|(_, path)| of_changed(path))
            .map(|(id, _)| (*id).to_owned())
            .collect(),
    }
}

fn touches(plan: &Plan, path: &Path) -> bool {
    plan.changes.iter().any(|change| change.path == *path && change.effect != Effect::Operational)
}

fn told(prepared: &Prepared, fields: &Fields) -> ChangeSetPreview {
    let mut preview = ChangeSetPreview::default();
    match prepared {
        Prepared::Made(set) if set.changes.is_empty() => {
            preview.lines.push(Message::new("CloudFormation has nothing to change for this update"));
        }
        Prepared::Made(set) => {
            let heading = format!(
                "change set {} is what the apply executes; it stays until then, and the next operation removes it",
                set.name
            );
            preview.lines.push(Message::new(heading));
            preview.lines.extend(set.changes.iter().map(|change| line(change, fields)));
            for finding in set.findings.iter().filter(|finding| !finding.fails) {
                let cause = stack::cause::of_finding(finding, fields);
                let text = Message::new(format!("early validation ({}): {}", cause.resource_type, cause.reason));
                preview.warnings.push(match &cause.field {
                    Some(path) => text.text("; see ").path(path),
                    None => text,
                });
            }
            preview.name = Some(set.name.clone());
        }
        Prepared::NotReady(status) => preview.lines.push(Message::new(format!(
            "no change set was made, because the stack is in {status} and cannot be updated"
        ))),
        Prepared::Absent => preview.lines.push(Message::new(
            "no change set was made, because this run did not read the cluster first; the apply makes one",
        )),
        Prepared::Moved => preview.warnings.push(Message::new(
            "the stack changed after its change set was made: the apply will refuse; preview again",
        )),
    }
    preview
}

/// One resource: what happens, which properties change, because of which inputs.
fn line(change: &ResourceChange, fields: &Fields) -> Message {
    let what = match (change.action.as_str(), change.replacement.as_str()) {
        ("Add", _) => "is added",
        ("Remove", _) => "is removed",
        ("Import", _) => "is imported",
        ("Modify", "True") => "is replaced",
        ("Modify", "Conditional") => "changes in place, or is replaced if a value that is not known yet changes",
        ("Modify", _) => "changes in place",
        _ => "may change",
    };
    let policy = match change.policy.as_str() {
        "Retain" | "ReplaceAndRetain" => " (the old one is kept)",
        "Snapshot" | "ReplaceAndSnapshot" => " (a snapshot of the old one is kept)",
        _ => "",
    };
    let mut message = Message::new(format!("{} ({}) {what}{policy}", change.logical_id, change.resource_type));
    let properties = properties(&change.details);
    if !properties.is_empty() {
        message = message.text(format!(": {}", properties.join(", ")));
    }
    let causes = causes(change, fields);
    for (at, path) in causes.iter().enumerate() {
        message = message.text(if at == 0 { ", because of " } else { ", " }).path(path);
    }
    message
}

/// Names of what changes, with short plain values where AWS gives them.
fn properties(details: &[ChangeDetail]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let mut left = 0;
    for detail in details {
        let name = if detail.name.is_empty() { &detail.attribute } else { &detail.name };
        let known =
            names.iter().any(|text| text == name || text.strip_prefix(name).is_some_and(|rest| rest.starts_with(' ')));
        if name.is_empty() || known {
            continue;
        }
        if names.len() == MOST_DETAILS {
            left += 1;
            continue;
        }
        names.push(match (&detail.before, &detail.after) {
            (Some(before), Some(after)) if is_plain(before) && is_plain(after) => format!("{name} {before} → {after}"),
            _ => name.clone(),
        });
    }
    if left > 0 {
        names.push(format!("{left} more"));
    }
    names
}

/// Whether a value can be shown in a line: short, no structure, known.
fn is_plain(value: &str) -> bool {
    let shown = value.len() <= LONGEST_VALUE && !value.contains(['\n', '{', '[', '*']);
    shown && !value.contains("KNOWN_AFTER_APPLY") && !value.is_empty()
}

/// The inputs behind a change: of the parameters that AWS names, else of the resource.
fn causes(change: &ResourceChange, fields: &Fields) -> Vec<Path> {
    let mut paths: Vec<Path> = Vec::new();
    for detail in change.details.iter().filter(|detail| detail.source == "ParameterReference") {
        let field = FIELDS.iter().find(|field| field.parameter.is_some_and(|known| known.name == detail.entity));
        if let Some(path) = field.map(|field| Path::from(*field)).filter(|path| !paths.contains(path)) {
            paths.push(path);
        }
    }
    if paths.is_empty() && matches!(change.action.as_str(), "Add" | "Remove") {
        paths.extend(fields.of_resource(&change.logical_id).cloned());
    }
    paths
}
