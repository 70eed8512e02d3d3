//! What a change does to the groups of a template that is not ours: read from their update policies, and only for groups
//! that a changed parameter reaches.
//!
//! Source: AWS CloudFormation user guide, UpdatePolicy attribute; read November 2026.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use super::summary::plain;
use super::text::Tree;
use crate::failure::Message;

const GROUP: &str = "AWS::AutoScaling::AutoScalingGroup";
/// What a group's nodes are made from.
const NODES: &[&str] = &["LaunchTemplate", "LaunchConfigurationName", "MixedInstancesPolicy"];

/// A line for each group whose nodes a change of these parameters reaches. `None` for parameters: the template itself
/// changes, and every group may be reached.
#[must_use]
pub fn on_change(tree: &Tree, changed: Option<&BTreeSet<String>>) -> Vec<Message> {
    let groups = resources(tree).filter(|(_, one)| one["Type"] == GROUP);
    let reached = groups.filter(|(_, group)| changed.is_none_or(|changed| reaches(tree, group, changed)));
    let condition = if changed.is_none() { "if its nodes change, " } else { "" };
    reached.map(|(id, group)| Message::new(format!("group {id}: {condition}{}", course(group)))).collect()
}

fn resources(tree: &Tree) -> impl Iterator<Item = (&String, &Json)> {
    tree["Resources"].as_object().into_iter().flatten()
}

/// What the update policy makes of a change of the nodes.
fn course(group: &Json) -> String {
    let policy = &group["UpdatePolicy"];
    let replacing = &policy["AutoScalingReplacingUpdate"];
    if plain(&replacing["WillReplace"]) == "true" {
        return "this template replaces the whole group; you need double capacity while it goes on, and the old nodes end \
                without a drain by CloudFormation"
            .to_owned();
    }
    let rolling = &policy["AutoScalingRollingUpdate"];
    if rolling.is_null() {
        return "this template has no update policy for it: nodes stay as they are, and a change reaches those that come \
                later"
            .to_owned();
    }
    let text = |key: &str, default: &str| match &rolling[key] {
        Json::Null => default.to_owned(),
        Json::Object(_) => "as its parameters say".to_owned(),
        value => plain(value),
    };
    let waits = match plain(&rolling["WaitOnResourceSignals"]).as_str() {
        "true" => format!("each new node has {} to signal", text("PauseTime", "5 minutes")),
        _ => format!("without waiting for signals, with a pause of {}", text("PauseTime", "PT0S")),
    };
    format!(
        "rolled in batches of {}, at least {} in service, {waits}",
        text("MaxBatchSize", "1"),
        text("MinInstancesInService", "0")
    )
}

/// Whether a parameter is among what the group's nodes are made from, at whatever depth.
fn reaches(tree: &Tree, group: &Json, changed: &BTreeSet<String>) -> bool {
    let mut open: Vec<String> = NODES.iter().flat_map(|property| mentioned(&group["Properties"][*property])).collect();
    let mut seen = BTreeSet::new();
    while let Some(name) = open.pop() {
        if changed.contains(&name) {
            return true;
        }
        if !seen.insert(name.clone()) {
            continue;
        }
        for section in ["Resources", "Conditions"] {
            let found = &tree[section][&name];
            // Another group's nodes are its own matter.
            if !found.is_null() && found["Type"] != GROUP {
                open.extend(mentioned(found));
            }
        }
    }
    false
}

/// Names of parameters, resources and conditions that an expression refers to.
#[must_use]
pub fn mentioned(node: &Json) -> Vec<String> {
    let mut names = Vec::new();
    collect(node, &mut names);
    names
}

fn collect(node: &Json, names: &mut Vec<String>) {
    match node {
        Json::Array(items) => items.iter().for_each(|item| collect(item, names)),
        Json::Object(map) => {
            for (key, value) in map {
                match (key.as_str(), value) {
                    ("Ref" | "Condition", Json::String(name)) => names.push(name.clone()),
                    ("Fn::GetAtt" | "Fn::If", Json::Array(items)) => {
                        names.extend(items.first().and_then(Json::as_str).map(str::to_owned));
                    }
                    ("Fn::Sub", Json::String(text)) => names.extend(placeholders(text)),
                    ("Fn::Sub", Json::Array(items)) => {
                        names.extend(items.first().and_then(Json::as_str).into_iter().flat_map(placeholders));
                    }
                    _ => {}
                }
                collect(value, names);
            }
        }
        _ => {}
    }
}

/// `${Name}` and `${Name.Attribute}`; `${!Name}` is a text.
fn placeholders(text: &str) -> Vec<String> {
    let parts = text.split("${").skip(1).filter_map(|part| part.split_once('}')).map(|(name, _)| name);
    let names = parts.filter(|name| !name.starts_with('!') && !name.starts_with("AWS::"));
    names.filter_map(|name| name.split('.').next()).map(str::to_owned).collect()
}
