//! EC2's DescribeTags: tags of all kinds of objects, one row a tag, with filters.

use crate::fake::error::Answer;
use crate::fake::intrinsics::text;
use crate::fake::state::{Place, State};
use serde_json::{Value, json};

/// Answers DescribeTags; `filters` are names and values. Instances that have ended keep their tags while they are shown.
pub fn describe(w: &mut State, place: &Place, filters: &[(String, Vec<String>)]) -> Answer {
    let mut rows = Vec::new();
    for (kind, objects) in &w.region(place).ec2 {
        for (id, object) in objects {
            for tag in object["tagSet"].as_array().into_iter().flatten() {
                let (key, value) = (text(&tag["key"]), text(&tag["value"]));
                let fits = |(name, values): &(String, Vec<String>)| {
                    let actual = match name.as_str() {
                        "resource-id" => id.as_str(),
                        "resource-type" => kind,
                        "key" => key.as_str(),
                        "value" => value.as_str(),
                        _ => return false,
                    };
                    values.iter().any(|wanted| wanted == actual)
                };
                if filters.iter().all(fits) {
                    rows.push(json!({ "resourceId": id, "resourceType": kind, "key": key, "value": value }));
                }
            }
        }
    }
    Ok(json!({ "tagSet": Value::Array(rows) }))
}
