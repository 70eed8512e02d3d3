//! Shortens the names of the template's conditions to their initials: they stand in the body a hundred times, and nobody sees
//! them but CloudFormation. Knows where a template names conditions; no condition in particular.

use std::collections::BTreeMap;

use anyhow::{Result, ensure};
use serde_json::{Map, Value, json};

/// Replaces every condition's name in `template` by its capital letters and digits.
///
/// # Errors
/// Two conditions whose initials are the same: one of them needs another name.
pub fn shorten(template: &mut Value) -> Result<()> {
    let mut names = BTreeMap::new();
    let mut conditions = Map::new();
    for (name, mut definition) in template["Conditions"].as_object().cloned().unwrap_or_default() {
        let short: String = name.chars().filter(|c| c.is_ascii_uppercase() || c.is_ascii_digit()).collect();
        let taken = names.iter().find(|(_, other)| **other == short);
        ensure!(taken.is_none(), "conditions {name} and {taken:?} have the same initials: rename one of them");
        names.insert(name, short.clone());
        conditions.insert(short, definition.take());
    }
    template["Conditions"] = Value::Object(conditions);
    rename(template, &names);
    Ok(())
}

fn rename(node: &mut Value, names: &BTreeMap<String, String>) {
    match node {
        Value::Object(members) => {
            for (key, member) in members.iter_mut() {
                let name = match key.as_str() {
                    "Condition" => Some(&mut *member),
                    "Fn::If" => member.get_mut(0),
                    _ => None,
                };
                // A policy statement has a member `Condition` too, which is no text.
                if let Some((short, place)) = name.and_then(|place| Some((names.get(place.as_str()?)?, place))) {
                    *place = json!(short);
                }
                rename(member, names);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| rename(item, names)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_are_named_by_their_initials_wherever_they_are_named() {
        let mut template = json!({
            "Conditions": { "HasZone": { "Fn::Not": [{ "Condition": "OwnRole" }] }, "OwnRole": {} },
            "Resources": { "A": { "Condition": "HasZone", "B": { "Fn::If": ["OwnRole", "HasZone", { "Condition": {} }] } } },
        });
        shorten(&mut template).unwrap();
        let expected = json!({
            "Conditions": { "HZ": { "Fn::Not": [{ "Condition": "OR" }] }, "OR": {} },
            "Resources": { "A": { "Condition": "HZ", "B": { "Fn::If": ["OR", "HasZone", { "Condition": {} }] } } },
        });
        assert_eq!(template, expected);
    }

    #[test]
    fn two_conditions_of_the_same_initials_are_refused() {
        let mut template = json!({ "Conditions": { "HasZone": {}, "HeatZone": {} } });
        assert!(shorten(&mut template).unwrap_err().to_string().contains("rename one of them"));
    }
}
