//! Assembles the joint template: parameters from the table, resources from hand-written fragments, the node script from
//! the shell scripts in `bootstrap/`. The result is one static text; nothing is rendered when the plugin runs.

use anyhow::{Context, Result, ensure};
use serde_json::{Map, Value, json};
use starburst_schema::{
    Constraint, DERIVED, Derived, FIELDS, Field, Format, Kind, Parameter, ParameterEncoding, ParameterType,
};

use crate::artifact::root;
use crate::compact_yaml;
use crate::node_script::NodeScript;
use crate::short_conditions;

const SOURCES: &str = "provider/core/src/template";
/// Fragments whose members are resources, in the order in which they are read.
const RESOURCES: &[&str] =
    &["network", "security", "iam", "secrets", "coordinators", "workers", "metastore", "superset", "monitoring"];
/// Longest URI of a package, configuration or script, so that user data holds all of them.
const URI_LENGTH: usize = 256;
/// Longest `KEY=VALUE,KEY=VALUE` of Alluxio's properties.
const PROPERTIES_LENGTH: usize = 2048;
/// Newest Amazon Linux 2023 for a launch by hand; the plugin always sends an image that it resolved once.
const NEWEST_IMAGE: &str = "resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64";
/// Longest revision, all of them stand in user data.
const REVISION_LENGTH: usize = 128;
/// Longest ARN of a secret.
const ARN_LENGTH: usize = 256;

/// The template as a tree, and the node script that is packed in it.
///
/// # Errors
/// A fragment that cannot be read, or two fragments that define the same resource.
pub fn joint_template() -> Result<(Value, NodeScript)> {
    let mut resources = Map::new();
    for name in RESOURCES {
        for (logical_id, resource) in fragment(name)? {
            let twice = resources.insert(logical_id.clone(), resource).is_some();
            ensure!(!twice, "{logical_id} is defined twice");
        }
    }
    let script = NodeScript::read(&mut resources)?;
    resources
        .get_mut(SCRIPT_HOLDER)
        .and_then(|resource| resource.get_mut("Metadata"))
        .and_then(Value::as_object_mut)
        .with_context(|| format!("{SCRIPT_HOLDER} has no metadata"))?
        .insert("Bootstrap".to_owned(), json!(script.packed));
    let template = json!({
        "Metadata": { "Starburst": { "TemplateVersion": starburst_core::template::VERSION } },
        "Parameters": parameters(),
        "Mappings": { "Bootstrap": { "Node": { "Body": script.user_data()? } } },
        "Conditions": fragment("conditions")?,
        "Resources": resources,
        "Outputs": fragment("outputs")?,
    });
    Ok((template, script))
}

/// The template in compact JSON, for tools.
pub fn compact(template: &Value) -> String {
    format!("{template}\n")
}

/// The template in compact YAML: what is sent. Short forms, of conditions' names too, make room for what a node runs.
///
/// # Errors
/// Two conditions with the same initials.
pub fn yaml(template: &Value) -> Result<String> {
    let mut template = template.clone();
    short_conditions::shorten(&mut template)?;
    Ok(compact_yaml::write(&template, &parameter_names()))
}

/// Names of all parameters, in the order of the table, derived ones last.
fn parameter_names() -> Vec<&'static str> {
    let of_fields = FIELDS.iter().filter_map(|field| field.parameter).map(|parameter| parameter.name);
    of_fields.chain(DERIVED.iter().map(|derived| derived.name)).collect()
}

fn fragment(name: &str) -> Result<Map<String, Value>> {
    let path = root().join(SOURCES).join("resources").join(format!("{name}.yaml"));
    let text = std::fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
    let tree: Value = serde_yaml_ng::from_str(&text).with_context(|| format!("parsing {}", path.display()))?;
    tree.as_object().cloned().with_context(|| format!("{} is no mapping", path.display()))
}

/// The resource whose metadata holds the node script. Every group's user data names it, so that it comes first.
const SCRIPT_HOLDER: &str = "LogGroup";
fn parameters() -> Map<String, Value> {
    let of_fields = FIELDS
        .iter()
        .filter_map(|field| field.parameter.map(|parameter| (parameter.name.to_owned(), of_field(field, parameter))));
    of_fields.chain(DERIVED.iter().map(|derived| (derived.name.to_owned(), of_derived(derived)))).collect()
}

fn of_derived(derived: &Derived) -> Value {
    let default = as_default(derived.kind, derived.default);
    let mut parameter = json!({ "Type": derived.kind.as_cloudformation(), "Default": default });
    if derived.name.ends_with("Revision") {
        parameter["MaxLength"] = json!(REVISION_LENGTH);
    }
    if derived.secret {
        parameter["NoEcho"] = json!(true);
    }
    parameter
}

fn as_default(kind: ParameterType, text: &str) -> Value {
    match (kind, text.parse::<i64>()) {
        (ParameterType::Number, Ok(number)) => json!(number),
        _ => json!(text),
    }
}

fn of_field(field: &Field, parameter: Parameter) -> Value {
    let default = default_text(field, parameter);
    // A number that may be absent is a text in the template: only a text can be empty.
    let optional_number = parameter.kind == ParameterType::Number && default.is_none() && !field.required;
    let kind = if optional_number { ParameterType::String } else { parameter.kind };
    let mut declared = json!({ "Type": kind.as_cloudformation() });
    if !field.required {
        declared["Default"] = match parameter.name {
            "ImageId" | "WorkerImageId" => json!(NEWEST_IMAGE),
            _ => as_default(kind, &default.unwrap_or_default()),
        };
    }
    if let Some(values) = allowed_values(field, parameter) {
        declared["AllowedValues"] = values;
    }
    if let Some(length) = longest(field).filter(|_| !field.is_secret() && parameter.name != "KeyName") {
        declared["MaxLength"] = json!(length);
    }
    for constraint in field.constraints {
        match constraint {
            // Ports and volume sizes are refused by EC2 itself; a wrong count would be taken.
            Constraint::Range(least, most) if kind == ParameterType::Number && parameter.name.ends_with("Count") => {
                declared["MinValue"] = json!(least);
                declared["MaxValue"] = json!(most);
            }
            Constraint::Form(Format::S3Mount) => declared["AllowedPattern"] = json!("s3://[^/]+/.*"),
            _ => {}
        }
    }
    if field.is_secret() {
        declared["NoEcho"] = json!(true);
    }
    declared
}

/// The default of the field as the parameter's text; `None` where absent stays absent.
fn default_text(field: &Field, parameter: Parameter) -> Option<String> {
    let default: Value = serde_json::from_str(field.default?).ok()?;
    Some(match (&default, parameter.encoding) {
        (Value::Bool(flag), _) => if *flag { "yes" } else { "no" }.to_owned(),
        (Value::String(text), ParameterEncoding::Literal(literals)) => literals
            .iter()
            .find(|(ours, _)| ours == text)
            .map_or_else(|| text.clone(), |(_, theirs)| (*theirs).to_owned()),
        (Value::String(text), _) => text.clone(),
        (other, _) => other.to_string(),
    })
}

fn allowed_values(field: &Field, parameter: Parameter) -> Option<Value> {
    let texts: Vec<&str> = match (parameter.encoding, field.kind) {
        (ParameterEncoding::Literal(literals), _) => literals.iter().map(|(_, literal)| *literal).collect(),
        (ParameterEncoding::YesNo, _) if field.default.is_none() => return None,
        (ParameterEncoding::YesNo, _) => vec!["yes", "no"],
        // AWS itself refuses a volume type that it does not know.
        (_, Kind::Choice(choices)) if !parameter.name.ends_with("VolumeType") => choices.to_vec(),
        _ => {
            return None;
        }
    };
    Some(json!(texts))
}

/// The longest text, where user data would not hold 4,096 bytes of it.
fn longest(field: &Field) -> Option<usize> {
    if field.parameter.is_some_and(|parameter| parameter.encoding == ParameterEncoding::KeyValues) {
        return Some(PROPERTIES_LENGTH);
    }
    field.constraints.iter().find_map(|constraint| match constraint {
        Constraint::Length(_, most) if *most <= 4096 => Some(*most),
        Constraint::Form(Format::S3Uri | Format::S3Mount | Format::Uri | Format::HttpUrl | Format::S3UriOrPath) => {
            Some(URI_LENGTH)
        }
        Constraint::Form(Format::Arn("secretsmanager")) => Some(ARN_LENGTH),
        Constraint::Form(Format::Sha256) => Some(64),
        Constraint::Form(Format::Host) => Some(255),
        _ => None,
    })
}
