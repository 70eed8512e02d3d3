//! The launch templates of a stack whose tags change: CloudFormation touches them then, reads the number of their newest
//! version, and rolls the group to it. One that somebody else made would come into the cluster unseen.

use starburst_schema::codes::input::{FOREIGN_LAUNCH_VERSION, NOT_CHECKED};
use starburst_schema::fields::stack;

use crate::cluster::api::{Plan, Prior};
use crate::cluster::drift::by_logical_id;
use crate::cluster::state::ClusterState;
use crate::cluster::validate::Found;
use crate::failure::{Failure, Message, Violation};
use crate::path::Path;
use crate::ports::{CallError, Group, Ports};
use crate::stack::call_failure::from_call;
use crate::template;

/// All rules of this file; nothing is read unless tags change. A group whose roll was planned gets a version
/// of the program's.
///
/// # Errors
/// Passing failures of AWS.
pub async fn rules(ports: Ports<'_>, prior: Option<&Prior>, plan: &Plan, found: &mut Found) -> Result<(), Failure> {
    let tags = Path::from(&stack::TAGS);
    let Some(prior) = prior.filter(|_| plan.replace.is_empty() && plan.changes.iter().any(|one| one.path == tags))
    else {
        return Ok(());
    };
    let state = ClusterState::of(Some(prior)).unwrap_or_default();
    let groups = match ports.auto_scaling.stack_groups(&prior.id).await {
        Ok(groups) => by_logical_id(&prior.id, groups),
        Err(error) => return not_read(&error, found),
    };
    // A roll that only reverts what somebody did makes no version.
    let rolls = |id: &str| {
        let rolls = !plan.restart.is_empty() || plan.rolls.iter().any(|roll| template::group_of(roll.role) == id);
        rolls && !state.drifted.contains(id)
    };
    for (logical_id, group) in groups.iter().filter(|(id, group)| !group.launch_template_id.is_empty() && !rolls(id)) {
        let newest = match ports.compute.newest_launch_version(&group.launch_template_id).await {
            Ok(newest) => newest,
            Err(error) => return not_read(&error, found),
        };
        let own = state.versions.get(logical_id).unwrap_or(&group.launch_template_version);
        let Some((own, newest)) = own.parse::<u64>().ok().zip(newest).filter(|(own, newest)| newest > own) else {
            continue;
        };
        let (message, instead) = words(logical_id, group, own, newest);
        found.push(Violation::error(&FOREIGN_LAUNCH_VERSION, tags.clone(), message, instead));
    }
    Ok(())
}

fn words(logical_id: &str, group: &Group, own: u64, newest: u64) -> (Message, Message) {
    /// Versions that one command names.
    const MOST: u64 = 20;
    let template = &group.launch_template_id;
    let message = Message::new(format!(
        "launch template {template} of group {logical_id} has version {newest}, which this program did not make: with \
         other tags CloudFormation would replace the nodes by those of that version"
    ));
    let first = if group.launch_template_version == newest.to_string() {
        "apply once without the change of tags, which brings the group back; then delete"
    } else {
        "delete"
    };
    let versions: Vec<String> =
        (own + 1..=newest).rev().take(usize::try_from(MOST).unwrap_or(1)).map(|n| n.to_string()).collect();
    let instead = Message::new(format!(
        "{first} what somebody made: aws ec2 delete-launch-template-versions --launch-template-id {template} --versions {}",
        versions.join(" ")
    ));
    (message, instead)
}

fn not_read(error: &CallError, found: &mut Found) -> Result<(), Failure> {
    if error.kind.is_passing() {
        return Err(from_call(error));
    }
    let message = Message::new(format!("versions of launch templates were not looked at: {}", error.message));
    let instead = Message::new(format!("allow {}", error.action));
    found.push(Violation::warning(&NOT_CHECKED, Path::from(&stack::TAGS), message, instead));
    Ok(())
}
