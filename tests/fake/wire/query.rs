//! Reads a Query body into a tree: `Tags.member.1.Key=a` becomes `{"Tags": [{"Key": "a"}]}`.

use serde_json::{Map, Value};

/// The tree of a form-encoded body. An empty value of a list's name is an empty list.
#[must_use]
pub fn parse(body: &[u8]) -> Value {
    let mut root = Value::Object(Map::new());
    for (key, value) in form_urlencoded::parse(body) {
        let parts: Vec<&str> = key.split('.').filter(|p| *p != "member").collect();
        insert(&mut root, &parts, &value);
    }
    root
}

fn insert(at: &mut Value, path: &[&str], value: &str) {
    let Some((first, rest)) = path.split_first() else {
        *at = Value::String(value.to_owned());
        return;
    };
    if let Ok(index) = first.parse::<usize>() {
        if !at.is_array() {
            *at = Value::Array(Vec::new());
        }
        let Some(list) = at.as_array_mut() else { return };
        // A gap in the numbering is not an entry; no list of AWS is longer than this.
        let index = index.saturating_sub(1).min(list.len()).min(10_000);
        if index == list.len() {
            list.push(Value::Null);
        }
        if let Some(slot) = list.get_mut(index) {
            insert(slot, rest, value);
        }
        return;
    }
    if !at.is_object() {
        *at = Value::Object(Map::new());
    }
    if let Some(map) = at.as_object_mut() {
        insert(map.entry((*first).to_owned()).or_insert(Value::Null), rest, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn lists_and_structures_come_back() {
        let tree =
            parse(b"Action=X&Tags.member.1.Key=a&Tags.member.1.Value=b&Tags.member.2.Key=c&Filter.1.Value.1=v&Empty=");
        assert_eq!(
            tree,
            json!({
                "Action": "X", "Tags": [{ "Key": "a", "Value": "b" }, { "Key": "c" }],
                "Filter": [{ "Value": ["v"] }], "Empty": ""
            })
        );
    }
}
