//! Drift: what was changed outside of the program, each difference on the input that decides it, the rest as notes.
//!
//! `quick` compares groups, launch template versions, security groups and the prefix list with what the template says
//! under the stack's parameters (three calls) · `full` runs CloudFormation's own detection too. What has to be reverted
//! by AWS is kept by logical id for the next update (`cluster::revert`).

mod access;
mod expected;
mod fields;
mod full;
mod groups;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use starburst_schema::fields::{ec2, network, stack as stack_fields};

pub use expected::Expected;
pub use full::pause;
pub use groups::{by_logical_id, sizes, written_tags};

use self::access::Opened;
use self::fields::{Difference, field_and_value, put, put_tag};
use super::defaults::effective;
use super::observe;
use super::state::ClusterState;
use crate::failure::{Failure, Message};
use crate::path::Path;
use crate::ports::{CallErrorKind, Group, Ports, Stack};
use crate::stack::call_failure::from_call;
use crate::stack::status::StackStatus;
use crate::template;
use crate::value::Value;

/// What a look at the live cluster found.
#[derive(Debug, Default)]
pub struct Seen {
    /// Whether the program decides the size of the worker group.
    sizes_are_ours: bool,
    /// Whether a group that was not answered is gone.
    all_groups: bool,
    differences: Vec<Difference>,
    /// Capacities that differ: reverted at the group, never by CloudFormation.
    resized: Vec<Difference>,
    /// Stack tags that a group has otherwise, with the live value.
    tags: Vec<(String, Option<String>)>,
    opened: Opened,
    notes: Vec<Message>,
    /// Logical ids that CloudFormation has to bring back.
    drifted: BTreeSet<String>,
    /// Launch template versions by the logical id of the group.
    versions: BTreeMap<String, String>,
}

impl Seen {
    fn found(&mut self, difference: Difference) {
        self.drifted.insert(difference.logical_id.clone());
        self.differences.push(difference);
    }

    fn resized(&mut self, difference: Difference) {
        self.resized.push(difference);
    }
}

/// How a refresh looks for drift.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// Parameters alone.
    Off,
    /// Groups, launch template versions, rules.
    Quick,
    /// CloudFormation's own detection too.
    Full,
}

impl Depth {
    /// As `stack.driftDetection` says.
    #[must_use]
    pub fn of(inputs: &Value) -> Self {
        match effective(inputs, &stack_fields::DRIFT_DETECTION).as_text() {
            Some("off") => Self::Off,
            Some("full") => Self::Full,
            _ => Self::Quick,
        }
    }
}

/// Looks for drift of a stack at rest, beyond what `inputs` show already against those of `before`: writes live values into the inputs and into the record what has to be reverted,
/// and answers what no input says.
///
/// # Errors
/// Passing failures of AWS, and a cancellation while a detection runs.
pub async fn look(
    ports: Ports<'_>,
    stack: &Stack,
    state: &mut ClusterState,
    before: &Value,
    inputs: &mut Value,
) -> Result<Vec<Message>, Failure> {
    let depth = Depth::of(inputs);
    let status = StackStatus::from(stack.status.as_str());
    // While an operation runs everything may differ, and a template of the user's is not known here.
    if depth == Depth::Off || status.is_busy() || state.template_version != template::VERSION {
        return Ok(Vec::new());
    }
    let region = ports.identity.region();
    let expected = Expected::new(stack, &region);
    let scaling = effective(inputs, &ec2::WORKER_SCALING);
    let mut seen = Seen { sizes_are_ours: scaling.as_text() == Some("fixed"), ..Seen::default() };
    match groups_of(ports, stack).await? {
        Ok(Found { groups, all }) => {
            seen.all_groups = all;
            groups::compare(ports, stack, state, &expected, &groups, &mut seen).await?;
        }
        Err(why) => seen.notes.push(Message::new(format!("drift: groups were not compared: {why}"))),
    }
    access::compare(ports, stack, &expected, &mut seen).await;
    if depth == Depth::Full {
        full::detect(ports, stack, &status, &mut seen).await?;
    }
    // A tag that the stack itself has otherwise is shown already, and its groups follow.
    let tags = Path::from(&stack_fields::TAGS);
    let tag = |inputs: &Value, key: &str| inputs.at(&tags).as_map().and_then(|all| all.get(key).cloned());
    seen.tags.retain(|(key, _)| tag(before, key) == tag(inputs, key));
    Ok(place(seen, &expected, state, inputs))
}

/// Groups of a stack.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// By logical id.
    pub groups: BTreeMap<String, Group>,
    /// Whether these are all that there are.
    pub all: bool,
}

/// The groups by logical id; the inner error says why they may not be read.
pub(super) async fn groups_of(ports: Ports<'_>, stack: &Stack) -> Result<Result<Found, String>, Failure> {
    match ports.auto_scaling.stack_groups(&stack.id).await {
        Ok(groups) => {
            let groups = by_logical_id(&stack.id, groups);
            if !groups.is_empty() {
                return Ok(Ok(Found { groups, all: true }));
            }
            // Places that do not tag groups still know the workers' by name.
            let workers = observe::workers(ports, stack).await?;
            let groups = workers.map(|group| (template::WORKERS.to_owned(), group)).into_iter().collect();
            Ok(Ok(Found { groups, all: false }))
        }
        Err(error) if error.kind == CallErrorKind::Denied => Ok(Err(error.message)),
        Err(error) => Err(from_call(&error)),
    }
}

/// Puts each difference on its input; the rest is told. The record gets what CloudFormation has to revert.
fn place(mut seen: Seen, expected: &Expected<'_>, state: &mut ClusterState, inputs: &mut Value) -> Vec<Message> {
    let mut notes = std::mem::take(&mut seen.notes);
    state.drifted_inputs.clear();
    for difference in seen.resized.iter().chain(&seen.differences) {
        if difference.property == "/LaunchTemplateData/SecurityGroupIds" {
            let live = difference.actual.split(',').filter(|id| !id.is_empty()).map(Value::text).collect();
            put(inputs, &network::SECURITY_GROUP_IDS, Value::List(live));
            continue;
        }
        match field_and_value(expected, difference) {
            Some((field, live)) => {
                put(inputs, field, live);
                if let Some((name, deployed)) = expected.deployed(field).filter(|_| difference.spares_nodes(expected)) {
                    state.drifted_inputs.insert(name.to_owned(), deployed.to_owned());
                }
            }
            None => notes.push(difference.note(expected)),
        }
    }
    notes.extend(seen.opened.put(inputs, expected));
    for (key, live) in &seen.tags {
        if !put_tag(inputs, key, live.as_deref()) {
            let live = live.as_deref().unwrap_or("absent");
            notes.push(Message::new(format!(
                "drift: tag {key} of a group is {live}; the next update that touches the stack sets it back"
            )));
        }
    }
    let on_nodes = seen.differences.iter().filter(|difference| !difference.spares_nodes(expected));
    for (field, _) in on_nodes.filter_map(|difference| field_and_value(expected, difference)) {
        state.drifted_inputs.remove(field.path);
    }
    state.drifted = seen.drifted;
    state.versions.extend(seen.versions);
    let mut told = BTreeSet::new();
    notes.retain(|note| told.insert(note.render(crate::failure::Client::Pulumi)));
    notes
}
