//! Tags of EC2's objects: CreateTags, DeleteTags, DescribeTags.

use super::ec2;
use crate::fake::error::{Answer, ApiError};
use crate::fake::intrinsics::text;
use crate::fake::stacks::checks::{get, list};
use crate::fake::state::{Place, State};
use serde_json::{Value, json};

/// CreateTags, or DeleteTags.
pub fn write(w: &mut State, place: &Place, p: &Value, add: bool) -> Answer {
    let given: Vec<(String, String)> = p
        .get("Tag")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .map(|t| (get(t, "Key"), get(t, "Value")))
        .collect();
    let region = w.region(place);
    for id in list(p, "ResourceId") {
        let found = region.ec2.values_mut().find_map(|all| all.get_mut(&id));
        let object = found.ok_or_else(|| ApiError::new(400, "InvalidID", format!("The ID '{id}' is not valid")))?;
        let mut set: Vec<Value> = object["tagSet"].as_array().cloned().unwrap_or_default();
        set.retain(|t| !given.iter().any(|(k, _)| t["key"] == k.as_str()));
        if add {
            set.extend(given.iter().map(|(k, v)| json!({ "key": k, "value": v })));
        }
        if let Some(map) = object.as_object_mut() {
            map.insert("tagSet".into(), json!(set));
        }
    }
    Ok(json!({ "return": true }))
}

/// DescribeTags, with its filters `resource-id`, `resource-type`, `key` and `value`.
pub fn describe(w: &mut State, place: &Place, p: &Value) -> Answer {
    let filters = ec2::filters(p);
    let mut all = Vec::new();
    for (kind, objects) in &w.region(place).ec2 {
        for (id, object) in objects {
            for tag in object["tagSet"].as_array().into_iter().flatten() {
                let (key, value) = (text(&tag["key"]), text(&tag["value"]));
                let passes = filters.iter().all(|(name, values)| {
                    let actual = match name.as_str() {
                        "resource-id" => id.as_str(),
                        "resource-type" => kind,
                        "key" => key.as_str(),
                        "value" => value.as_str(),
                        _ => return true,
                    };
                    values.iter().any(|v| ec2::wildcard(v, actual))
                });
                if passes {
                    all.push(json!({ "resourceId": id, "resourceType": kind, "key": key, "value": value }));
                }
            }
        }
    }
    ec2::page(w, &all, "DescribeTags", "tagSet", p)
}
