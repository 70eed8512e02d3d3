//! The Pulumi package schema.

use serde_json::{Map, Value, json};
use starburst_schema::naming::pascal_case;
use starburst_schema::outputs::{STACK_ID, STACK_NAME, STATUS};
use starburst_schema::{
    Answer, Exposure, JOINT_TEMPLATE_OUTPUTS, Kind, LOOKUP_OUTPUTS, OUTPUTS, Output, OutputKind, PROVIDER_CONFIG,
    Setting,
};

use crate::pulumi_types::{MODULE, children, types};

const ABOUT: &str = "A Presto + Alluxio cluster on AWS, owned as one resource.";

/// The schema as text.
pub fn generate() -> anyhow::Result<String> {
    let mut all_types = types();
    let settings = settings(&mut all_types);
    let schema = json!({
        "name": "starburst",
        "displayName": "Starburst",
        "version": env!("CARGO_PKG_VERSION"),
        "description": ABOUT,
        "keywords": ["pulumi", "presto", "trino", "alluxio", "aws", "category/infrastructure", "kind/native"],
        "homepage": env!("CARGO_PKG_REPOSITORY"),
        "license": "Apache-2.0",
        "repository": env!("CARGO_PKG_REPOSITORY"),
        "publisher": "presto-alluxio",
        "meta": { "moduleFormat": "(.*)(?:/[^/]*)", "supportPack": true },
        "config": { "variables": settings.clone(), "defaults": settings.keys().collect::<Vec<_>>() },
        "provider": {
            "description": "The provider: region, credentials and guards.",
            "properties": {},
            "inputProperties": settings,
        },
        "types": all_types,
        "resources": { format!("{MODULE}:PrestoAlluxioCluster"): resource() },
        "functions": {
            format!("{MODULE}:getCluster"): get_cluster(),
            format!("{MODULE}:getJointTemplate"): get_joint_template(),
        },
        "language": {
            "nodejs": { "packageName": "@presto-alluxio/starburst", "respectSchemaVersion": true },
            "python": { "pyproject": { "enabled": true }, "respectSchemaVersion": true },
            "go": {
                "importBasePath": "github.com/presto-alluxio/starburst-provider/sdk/go/starburst",
                "generateResourceContainerTypes": true,
                "respectSchemaVersion": true,
            },
        },
    });
    Ok(format!("{}\n", serde_json::to_string_pretty(&schema)?))
}

fn resource() -> Value {
    let mut inputs = Map::new();
    for (name, child) in children("") {
        inputs.insert(name, child.property());
    }
    let mut properties = inputs.clone();
    let mut always: Vec<String> = Vec::new();
    for output in OUTPUTS {
        properties.insert(output.name.to_owned(), output_property(output));
        if output.always {
            always.push(output.name.to_owned());
        }
    }
    json!({
        "description": format!("{ABOUT}\n\nBehind it stands one CloudFormation stack, the joint stack."),
        "properties": properties,
        "required": always,
        "inputProperties": inputs,
        "requiredInputs": [],
    })
}

fn output_property(output: &Output) -> Value {
    let mut property = value_property(output.kind, output.doc);
    if let (Some(map), Exposure::Secret) = (property.as_object_mut(), output.exposure) {
        map.insert("secret".into(), true.into());
    }
    property
}

fn value_property(kind: OutputKind, doc: &str) -> Value {
    let mut property = match kind {
        OutputKind::Text => json!({ "type": "string" }),
        OutputKind::Integer => json!({ "type": "integer" }),
        OutputKind::Map => json!({ "type": "object", "additionalProperties": { "type": "string" } }),
        OutputKind::List => json!({ "type": "array", "items": { "type": "string" } }),
    };
    if let Some(map) = property.as_object_mut() {
        map.insert("description".into(), doc.into());
    }
    property
}

/// What a function answers that is no output of the resource.
fn answers(rows: &'static [Answer]) -> impl Iterator<Item = (String, Value)> {
    rows.iter().map(|answer| (answer.name.to_owned(), value_property(answer.kind, answer.doc)))
}

/// Settings of the provider; nested ones become object types.
fn settings(all_types: &mut Map<String, Value>) -> Map<String, Value> {
    let mut properties = Map::new();
    for setting in PROVIDER_CONFIG {
        match setting.name.split_once('.') {
            None => {
                properties.insert(setting.name.to_owned(), setting_property(setting));
            }
            Some((object, leaf)) => {
                let token = format!("{MODULE}:Provider{}", pascal_case(object));
                let entry =
                    all_types.entry(token.clone()).or_insert_with(|| json!({ "type": "object", "properties": {} }));
                entry["properties"][leaf] = setting_property(setting);
                properties.entry(object.to_owned()).or_insert_with(|| json!({ "$ref": format!("#/types/{token}") }));
            }
        }
    }
    properties
}

fn setting_property(setting: &Setting) -> Value {
    let mut property = match setting.kind {
        Kind::Bool => json!({ "type": "boolean" }),
        Kind::Integer => json!({ "type": "integer" }),
        Kind::List | Kind::Set => json!({ "type": "array", "items": { "type": "string" } }),
        Kind::Map => json!({ "type": "object", "additionalProperties": { "type": "string" } }),
        _ => json!({ "type": "string" }),
    };
    if let Some(map) = property.as_object_mut() {
        let mut doc = setting.doc.to_owned();
        if let Some(first) = setting.environment.first() {
            doc.push_str(&format!(" Absent: the environment variable `{first}`."));
        }
        map.insert("description".into(), doc.into());
        if setting.exposure == Exposure::Secret {
            map.insert("secret".into(), true.into());
        }
    }
    property
}

fn get_cluster() -> Value {
    let mut outputs = Map::new();
    for output in OUTPUTS.iter().filter(|output| output.exposure == Exposure::Plain) {
        outputs.insert(output.name.to_owned(), output_property(output));
    }
    outputs.extend(answers(LOOKUP_OUTPUTS));
    json!({
        "description": "Reads a cluster as it is now, without owning it.",
        "inputs": {
            "type": "object",
            "properties": {
                "stackName": { "type": "string", "description": "Name or ARN of the cluster's stack." },
            },
            "required": ["stackName"],
        },
        "outputs": { "type": "object", "properties": outputs, "required": [STACK_ID, STACK_NAME, STATUS] },
    })
}

fn get_joint_template() -> Value {
    let outputs: Map<String, Value> = answers(JOINT_TEMPLATE_OUTPUTS).collect();
    let all: Vec<&str> = JOINT_TEMPLATE_OUTPUTS.iter().map(|answer| answer.name).collect();
    json!({
        "description": "The bundled joint template, for review and for Service Catalog.",
        "inputs": { "type": "object", "properties": {} },
        "outputs": { "type": "object", "properties": outputs, "required": all },
    })
}

#[cfg(test)]
#[path = "pulumi_schema_tests.rs"]
mod tests;
