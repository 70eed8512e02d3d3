//! Whether programs and states of the last release still mean what they meant: the schema that was released, under
//! `schema/released/VERSION/`, beside the present one. What `schema-tools compare` calls breaking is an error here. The
//! version that is under way stands there from its first commit on, and is written anew only when it breaks on purpose.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

const RELEASED: &str = include_str!("../../schema/released/0.1.0/pulumi-schema.json");
const PRESENT: &str = include_str!("../../schema/generated/pulumi-schema.json");

fn object<'a>(schema: &'a Value, key: &str) -> &'a Map<String, Value> {
    static NONE: std::sync::LazyLock<Map<String, Value>> = std::sync::LazyLock::new(Map::new);
    schema[key].as_object().unwrap_or(&NONE)
}

fn names(value: &Value) -> BTreeSet<String> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// What a value is, without its words.
fn shape(property: &Value) -> Vec<Value> {
    ["type", "$ref", "items", "additionalProperties", "oneOf", "secret"]
        .iter()
        .map(|key| property[*key].clone())
        .collect()
}

/// What breaks in the properties of one thing. `inputs`: whether programs write them.
fn properties(place: &str, before: &Value, after: &Value, key: &str, required: &str, inputs: bool) -> Vec<String> {
    let (old, new) = (object(before, key), object(after, key));
    let mut breaks = Vec::new();
    for (name, property) in old {
        match new.get(name) {
            None => breaks.push(format!("{place}.{name} is gone")),
            Some(now) if shape(now) != shape(property) => breaks.push(format!("{place}.{name} has another type")),
            Some(_) => {}
        }
    }
    let (was, is) = (names(&before[required]), names(&after[required]));
    if inputs {
        breaks.extend(is.difference(&was).map(|name| format!("{place}.{name} is required now")));
    } else {
        breaks.extend(was.difference(&is).map(|name| format!("{place}.{name} may be absent now")));
    }
    breaks
}

fn breaks(before: &Value, after: &Value) -> Vec<String> {
    let mut all = Vec::new();
    for (kind, key, required, inputs) in [
        ("resources", "inputProperties", "requiredInputs", true),
        ("resources", "properties", "required", false),
        ("types", "properties", "required", true),
    ] {
        for (token, old) in object(before, kind) {
            match after[kind].get(token) {
                None => all.push(format!("{token} is gone")),
                Some(new) => all.extend(properties(token, old, new, key, required, inputs)),
            }
        }
    }
    for (token, old) in object(before, "types") {
        let values = |schema: &Value| -> BTreeSet<String> {
            schema["enum"].as_array().into_iter().flatten().map(|value| value["value"].to_string()).collect()
        };
        let now = values(&after["types"][token]);
        all.extend(values(old).difference(&now).map(|value| format!("{token} does not take {value} any more")));
    }
    for (token, old) in object(before, "functions") {
        let new = &after["functions"][token];
        all.extend(properties(token, &old["inputs"], &new["inputs"], "properties", "required", true));
        all.extend(properties(token, &old["outputs"], &new["outputs"], "properties", "required", false));
    }
    all.extend(properties("provider", &before["config"], &after["config"], "variables", "required", true));
    all
}

#[test]
fn nothing_that_was_released_breaks() -> anyhow::Result<()> {
    let found = breaks(&serde_json::from_str(RELEASED)?, &serde_json::from_str(PRESENT)?);
    assert!(found.is_empty(), "breaks for programs and states of the last release:\n{}", found.join("\n"));
    Ok(())
}

#[test]
fn what_breaks_is_found() -> anyhow::Result<()> {
    let before: Value = serde_json::from_str(PRESENT)?;
    let cluster = "starburst:index:PrestoAlluxioCluster";
    for (pointer, new, word) in [
        (format!("/resources/{cluster}/inputProperties/ec2"), None, "ec2 is gone"),
        ("/types/starburst:index:Ec2/properties/workerCount/type".to_owned(), Some("string"), "has another type"),
        (format!("/resources/{cluster}/requiredInputs"), Some("superset"), "superset is required now"),
        (
            "/functions/starburst:index:getCluster/outputs/properties/status/type".to_owned(),
            Some("number"),
            "another type",
        ),
    ] {
        let mut after = before.clone();
        let (parent, last) = pointer.rsplit_once('/').unwrap_or_default();
        match (after.pointer_mut(&pointer), new) {
            (Some(Value::Array(names)), Some(name)) => names.push(Value::from(name)),
            (Some(place), Some(text)) => *place = Value::from(text),
            (Some(_), None) => {
                after.pointer_mut(parent).and_then(Value::as_object_mut).map(|parent| parent.remove(last));
            }
            (None, _) => anyhow::bail!("{pointer} is nowhere"),
        }
        let found = breaks(&before, &after);
        assert!(found.iter().any(|text| text.contains(word)), "{pointer}: {found:?}");
    }
    Ok(())
}
