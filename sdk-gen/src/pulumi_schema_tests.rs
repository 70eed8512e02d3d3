//! What must hold of the whole Pulumi schema. `pulumi schema check` judges the rest.

use std::collections::BTreeSet;

use serde_json::Value;
use starburst_schema::{Clients, FIELDS, Field, Kind, OUTPUTS, PROVIDER_CONFIG};

use super::generate;

const RESOURCE: &str = "/resources/starburst:index:PrestoAlluxioCluster";

fn schema() -> Value {
    let text = generate().unwrap_or_else(|error| panic!("{error}"));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}"))
}

fn at<'a>(schema: &'a Value, pointer: &str) -> &'a Value {
    schema.pointer(pointer).unwrap_or_else(|| panic!("{pointer} is not there"))
}

/// The object type that a property refers to.
fn target<'a>(schema: &'a Value, property: &Value) -> &'a Value {
    let reference = property["$ref"].as_str().unwrap_or_else(|| panic!("{property} refers to no type"));
    let token = reference.strip_prefix("#/types/").unwrap_or(reference);
    &schema["types"][token]
}

/// The property of a field, found as a program would: section by section.
fn property<'a>(schema: &'a Value, field: &Field, side: &str) -> &'a Value {
    let mut holder = &at(schema, RESOURCE)[side];
    let mut words = field.path.split('.').peekable();
    loop {
        let word = words.next().unwrap_or_default();
        let found = &holder[word];
        assert!(found.is_object(), "{} is not in the schema", field.path);
        if words.peek().is_none() {
            return found;
        }
        holder = &target(schema, found)["properties"];
    }
}

fn offered() -> impl Iterator<Item = &'static Field> {
    FIELDS.iter().copied().filter(|field| field.clients == Clients::Both)
}

#[test]
fn every_field_is_an_input_and_an_output_of_the_same_type() {
    let schema = schema();
    for field in offered() {
        let input = property(&schema, field, "inputProperties");
        assert_eq!(input["secret"].as_bool().unwrap_or(false), field.is_secret(), "{}", field.path);
        assert!(input.get("default").is_none(), "{}: the plugin is the only place of defaults", field.path);
        assert!(input["description"].as_str().is_some_and(|doc| doc.starts_with(field.doc)), "{}", field.path);
        let output = property(&schema, field, "properties");
        if !OUTPUTS.iter().any(|output| output.name == field.path) {
            assert_eq!(output, input, "{}", field.path);
        }
    }
}

#[test]
fn no_field_of_terraform_alone_is_offered() {
    let schema = generate().unwrap_or_else(|error| panic!("{error}"));
    for field in FIELDS.iter().filter(|field| field.clients == Clients::TerraformOnly) {
        assert!(!schema.contains(field.doc), "{}", field.path);
    }
}

/// A template of the user's may lack what the bundled one needs.
#[test]
fn no_input_is_required_by_its_type() {
    let schema = schema();
    assert_eq!(at(&schema, RESOURCE)["requiredInputs"], serde_json::json!([]));
    for field in offered().filter(|field| field.required) {
        let section = target(&schema, &at(&schema, RESOURCE)["inputProperties"][field.section()]);
        assert_eq!(section["required"], serde_json::json!([]), "{}", field.path);
    }
}

#[test]
fn every_reference_has_its_type_and_every_type_is_used() {
    let schema = schema();
    let mut found = BTreeSet::new();
    references(&schema, &mut found);
    let local: BTreeSet<String> =
        found.iter().filter_map(|reference| reference.strip_prefix("#/types/")).map(str::to_owned).collect();
    let types: BTreeSet<String> =
        schema["types"].as_object().into_iter().flat_map(|types| types.keys().cloned()).collect();
    assert_eq!(local, types);
    for reference in found.iter().filter(|reference| !reference.starts_with("#/types/")) {
        assert!(["pulumi.json#/Asset", "pulumi.json#/Archive"].contains(&reference.as_str()), "{reference}");
    }
}

fn references(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) => {
            if let Some(reference) = map.get("$ref").and_then(Value::as_str) {
                found.insert(reference.to_owned());
            }
            map.values().for_each(|value| references(value, found));
        }
        Value::Array(list) => list.iter().for_each(|value| references(value, found)),
        _ => {}
    }
}

#[test]
fn a_closed_set_is_an_enum_of_all_its_texts_with_names_that_differ() {
    let schema = schema();
    for field in offered() {
        let Kind::Choice(choices) = field.kind else { continue };
        let values = target(&schema, property(&schema, field, "inputProperties"))["enum"].as_array().cloned();
        let values = values.unwrap_or_default();
        let texts: Vec<&str> = values.iter().filter_map(|value| value["value"].as_str()).collect();
        assert_eq!(texts, choices, "{}", field.path);
        let names: BTreeSet<&str> = values.iter().filter_map(|value| value["name"].as_str()).collect();
        assert_eq!(names.len(), choices.len(), "{}", field.path);
        assert!(names.iter().all(|name| name.chars().all(|c| c.is_ascii_alphanumeric())), "{names:?}");
    }
}

#[test]
fn files_and_folders_take_a_text_or_what_pulumi_packs() {
    let schema = schema();
    for (path, packed) in
        [("presto.bootstrapScript", "pulumi.json#/Asset"), ("presto.workerConfiguration", "pulumi.json#/Archive")]
    {
        let field = starburst_schema::fields::find(path).unwrap_or_else(|| panic!("{path}"));
        let either = &property(&schema, field, "inputProperties")["oneOf"];
        assert_eq!(either, &serde_json::json!([{ "type": "string" }, { "$ref": packed }]), "{path}");
    }
}

#[test]
fn outputs_that_every_cluster_has_are_required_and_secrets_are_marked() {
    let schema = schema();
    let resource = at(&schema, RESOURCE);
    let required: Vec<&str> = resource["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    for output in OUTPUTS {
        assert_eq!(required.contains(&output.name), output.always, "{}", output.name);
        let secret = resource["properties"][output.name]["secret"].as_bool().unwrap_or(false);
        assert_eq!(secret, output.exposure == starburst_schema::Exposure::Secret, "{}", output.name);
    }
}

#[test]
fn the_provider_takes_every_setting_and_needs_none() {
    let schema = schema();
    let inputs = at(&schema, "/provider/inputProperties");
    assert_eq!(inputs, at(&schema, "/config/variables"));
    for setting in PROVIDER_CONFIG {
        let found = match setting.name.split_once('.') {
            None => &inputs[setting.name],
            Some((object, leaf)) => &target(&schema, &inputs[object])["properties"][leaf],
        };
        assert!(found.is_object(), "{}", setting.name);
    }
    let defaults = at(&schema, "/config/defaults").as_array().map_or(0, Vec::len);
    assert_eq!(Some(defaults), inputs.as_object().map(serde_json::Map::len));
    assert!(schema["provider"].get("requiredInputs").is_none());
}
