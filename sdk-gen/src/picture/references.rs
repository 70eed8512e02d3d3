//! Which parts of a template lean on which: by `Ref`, `Fn::GetAtt`, `Fn::Sub` and `DependsOn`. Knows no part by name.

use std::collections::BTreeMap;

use serde_json::Value;

/// How often resources of one part refer to resources of another; `part` gives the part of a logical id.
pub fn between(template: &Value, part: impl Fn(&str) -> Option<usize>) -> BTreeMap<(usize, usize), u32> {
    let mut found = BTreeMap::new();
    for (id, resource) in template["Resources"].as_object().into_iter().flatten() {
        let Some(from) = part(id) else { continue };
        let mut names = Vec::new();
        collect(resource, &mut names);
        let depends = &resource["DependsOn"];
        names.extend(depends.as_str().map(str::to_owned));
        names.extend(depends.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned));
        for to in names.iter().filter(|name| template["Resources"].get(name.as_str()).is_some()).filter_map(|n| part(n))
        {
            if to != from {
                *found.entry((from, to)).or_default() += 1;
            }
        }
    }
    found
}

fn collect(node: &Value, names: &mut Vec<String>) {
    match node {
        Value::Object(members) => {
            for (key, member) in members {
                match (key.as_str(), member) {
                    ("Ref", Value::String(name)) => names.push(name.clone()),
                    ("Fn::GetAtt", Value::Array(path)) => {
                        names.extend(path.first().and_then(Value::as_str).map(str::to_owned))
                    }
                    ("Fn::Sub", Value::String(text)) => substituted(text, names),
                    ("Fn::Sub", Value::Array(parts)) => {
                        substituted(parts.first().and_then(Value::as_str).unwrap_or_default(), names);
                        parts.iter().skip(1).for_each(|part| collect(part, names));
                    }
                    _ => collect(member, names),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, names)),
        _ => {}
    }
}

/// Names in `${…}`, without what stands behind a dot.
fn substituted(text: &str, names: &mut Vec<String>) {
    let pieces = text.split("${").skip(1).filter_map(|piece| piece.split('}').next());
    names.extend(pieces.map(|name| name.split('.').next().unwrap_or(name).to_owned()));
}
