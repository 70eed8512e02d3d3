//! Whether AWS publishes a newer image than the one that the stack keeps: a word at a refresh, never a difference.

use std::collections::BTreeMap;

use starburst_schema::fields::ec2;

use super::defaults::effective;
use super::instance_types::architecture_of;
use super::request::text;
use crate::failure::Message;
use crate::ports::{Ports, Stack};
use crate::value::Value;

/// What to say of the images that the program leaves to the plugin, with at most `room` calls. Says nothing where AWS
/// does not answer: a word that is missing is better than a refresh that fails.
pub async fn notes(ports: Ports<'_>, inputs: &Value, stack: &Stack, room: usize) -> Vec<Message> {
    let kept = kept(inputs, stack);
    let mut notes = Vec::new();
    if kept.len() > room {
        return notes;
    }
    for (architecture, (id, roles)) in kept {
        let Ok(Some(newest)) = ports.compute.newest_image(architecture).await else { continue };
        if newest.id != id {
            notes.push(
                Message::new(format!(
                    "AWS publishes a newer Amazon Linux 2023 image ({architecture}, {}) than {id}, which {roles} use; any \
                     other text in ",
                    newest.id
                ))
                .field(&ec2::IMAGE_REFRESH)
                .text(" brings it in and replaces these nodes"),
            );
        }
    }
    notes
}

/// The images that the stack keeps for the program, with the roles that use them, by architecture.
fn kept<'a>(inputs: &Value, stack: &'a Stack) -> BTreeMap<&'static str, (&'a str, String)> {
    let mut kept = BTreeMap::new();
    let written = |field| !effective(inputs, field).is_null();
    if written(&ec2::IMAGE_ID) {
        return kept;
    }
    let roles = [
        ("coordinators", &ec2::IMAGE_ID, &ec2::COORDINATOR_INSTANCE_TYPE),
        ("workers", &ec2::WORKER_IMAGE_ID, &ec2::WORKER_INSTANCE_TYPE),
    ];
    for (role, image, instance_type) in roles.into_iter().filter(|(_, image, _)| !written(image)) {
        let Some(id) = image.parameter.and_then(|parameter| stack.parameters.get(parameter.name)) else { continue };
        let Some(name) = text(inputs, instance_type).filter(|_| id.starts_with("ami-")) else { continue };
        let known = kept.entry(architecture_of(&name)).or_insert_with(|| (id.as_str(), String::new()));
        known.1 = if known.1.is_empty() { role.to_owned() } else { format!("{} and {role}", known.1) };
    }
    kept
}
