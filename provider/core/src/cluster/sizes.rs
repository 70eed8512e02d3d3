//! Sizes of the worker group that belong to operators: read before an update, kept through it.

use starburst_schema::fields::ec2;

use super::api::Prior;
use super::defaults::effective;
use super::notes::is_external;
use super::observe;
use crate::failure::{Client, Failure, Message};
use crate::ports::{Group, Ports, Progress};
use crate::stack::call_failure::from_call;
use crate::value::Value;

/// The worker group as it is, where its size is the operators': two calls. `None` where the program owns the size, and
/// where the group may not be read.
///
/// # Errors
/// Whatever kept AWS from answering.
pub async fn of_operators(ports: Ports<'_>, prior: &Prior, inputs: &Value) -> Result<Option<Group>, Failure> {
    if !is_external(inputs) {
        return Ok(None);
    }
    match ports.cloud_formation.describe_stack(&prior.id).await.map_err(|error| from_call(&error))? {
        Some(stack) => observe::workers(ports, &stack).await,
        None => Ok(None),
    }
}

/// What a preview says of a size that is not the program's.
#[must_use]
pub fn kept(prior: &Prior, group: &Group) -> Option<Message> {
    let written = effective(&prior.inputs, &ec2::WORKER_COUNT).as_integer();
    (written != Some(i64::from(group.desired))).then(|| {
        Message::new(format!("workers: {} now, as operators or their scaling set it, and ", group.desired))
            .field(&ec2::WORKER_SCALING)
            .text(" keeps that number")
    })
}

/// Gives a group back what operators had set. The template sets the smallest size to the size itself when it sends a
/// number, and a rollback (`undone`) the size of the update before. What cannot be given back is told.
pub async fn give_back(ports: Ports<'_>, before: &Group, id: &str, undone: bool) {
    let given = async {
        let stack = ports.cloud_formation.describe_stack(id).await.map_err(|error| error.message)?;
        let Some(stack) = stack else { return Ok(()) };
        let now = observe::workers(ports, &stack).await.map_err(|failure| failure.summary.render(Client::Pulumi))?;
        let Some(now) = now else { return Ok(()) };
        let desired = if undone { before.desired } else { now.desired };
        let (min, max) = (before.min.min(desired), before.max.max(desired));
        if (now.min, now.desired, now.max) == (min, desired, max) {
            return Ok(());
        }
        ports.auto_scaling.set_sizes(&now.name, min, desired, max).await.map_err(|error| error.message)
    };
    if let Err(why) = given.await {
        let text = format!(
            "group {} had {} workers, between {} and {}, as operators set it, and this could not be given back: {why}",
            before.name, before.desired, before.min, before.max
        );
        ports.progress.report(Progress::Warning(Message::new(text)));
    }
}
