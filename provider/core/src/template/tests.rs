//! What must hold of the bundled template as a text: sizes, names, secrecy, user data with everything at its longest.

use serde_json::Value;
use starburst_schema::{DERIVED, FIELDS, OUTPUTS};

use super::{BODY, FIELDS_OF_RESOURCES, JSON, TYPES_LEFT_OUT, VERSION, is_sensitive_output, longest_value, recognise};

/// Source: CloudFormation quotas, template body in a request.
const LARGEST_BODY: usize = 51_200;
/// What the template may take beside the bootstrap: the node script and what user data hands to it.
const LARGEST_REST: usize = 29 * 1024 + 256;
/// Source: EC2, user data before it is encoded.
const LARGEST_USER_DATA: usize = 16_384;
/// Room for the settings that a request records in the metadata, some eleven of them; what does not fit is left out.
const SETTINGS: usize = 432;
/// No name, id or ARN of a resource of the stack is longer than this.
const LONGEST_REFERENCE: usize = 160;

fn template() -> Value {
    serde_json::from_str(JSON).expect("generated JSON")
}

/// Bytes of `UserData: …` in a line of the body: up to the bracket that closes what surrounds it.
fn user_data_bytes(line: &str) -> usize {
    let Some(start) = line.find("UserData: ") else { return 0 };
    let (mut depth, mut quoted, mut escaped) = (0, false, false);
    for (at, c) in line[start..].char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '{' | '[' if !quoted => depth += 1,
            '}' | ']' if !quoted && depth == 0 => return at,
            '}' | ']' if !quoted => depth -= 1,
            _ => {}
        }
    }
    line.len() - start
}

#[test]
fn the_body_fits_a_request() {
    assert!(BODY.len() + SETTINGS <= LARGEST_BODY, "{} bytes", BODY.len());
}

#[test]
fn everything_but_the_bootstrap_leaves_room_for_it() {
    let packed = &template()["Resources"]["LogGroup"]["Metadata"]["Bootstrap"];
    let mapping = BODY.lines().find(|line| line.starts_with(" Bootstrap: ")).map_or(0, |line| line.len() + 1);
    let script = packed.as_str().map_or(0, str::len) + mapping;
    let user_data: usize = BODY.lines().map(user_data_bytes).sum();
    assert!(script > 0 && user_data > 0);
    let rest = BODY.len() - script - user_data;
    assert!(rest <= LARGEST_REST, "{rest} bytes");
}

/// The longest text that an expression of user data can have.
fn longest(template: &Value, expression: &Value) -> String {
    if let Some(text) = expression.as_str() {
        return text.to_owned();
    }
    let Some((name, argument)) = expression.as_object().and_then(|map| map.iter().next()) else {
        return expression.to_string();
    };
    let items = argument.as_array().map(Vec::as_slice).unwrap_or_default();
    match (name.as_str(), items) {
        ("Ref", _) => longest_reference(template, argument.as_str().unwrap_or_default()),
        ("Fn::If", [_, yes, no]) => {
            let both = [longest(template, yes), longest(template, no)];
            both.into_iter().max_by_key(String::len).unwrap_or_default()
        }
        ("Fn::Join", [_, Value::Array(parts)]) => parts.iter().map(|part| longest(template, part)).collect(),
        ("Fn::FindInMap", [map, first, second]) => template["Mappings"][map.as_str().unwrap_or_default()]
            [first.as_str().unwrap_or_default()][second.as_str().unwrap_or_default()]
        .as_str()
        .expect("a text in the mapping")
        .to_owned(),
        ("Fn::Sub", [text, own]) => substitute(template, text.as_str().unwrap_or_default(), own),
        ("Fn::Sub", _) => substitute(template, argument.as_str().unwrap_or_default(), &Value::Null),
        other => panic!("user data uses {other:?}"),
    }
}

fn substitute(template: &Value, text: &str, own: &Value) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        let (name, tail) = after.split_once('}').expect("a closed placeholder");
        out.push_str(before);
        out.push_str(&match own.get(name) {
            Some(value) => longest(template, value),
            None => longest_reference(template, name),
        });
        rest = tail;
    }
    out + rest
}

fn longest_reference(template: &Value, name: &str) -> String {
    let parameter = &template["Parameters"][name];
    let bytes = match parameter["Type"].as_str() {
        None if name.starts_with("AWS::") => 128,
        None => LONGEST_REFERENCE,
        Some("Number") => 10,
        Some(_) => match (parameter["AllowedValues"].as_array(), parameter["MaxLength"].as_u64()) {
            (Some(values), _) => values.iter().filter_map(Value::as_str).map(str::len).max().unwrap_or_default(),
            (None, Some(length)) => usize::try_from(length).expect("a length"),
            (None, None) => 64,
        },
    };
    "x".repeat(bytes)
}

#[test]
fn user_data_fits_with_every_parameter_at_its_longest() {
    let template = template();
    let mut roles = 0;
    for (logical_id, resource) in template["Resources"].as_object().expect("resources") {
        let user_data = &resource["Properties"]["LaunchTemplateData"]["UserData"]["Fn::Base64"];
        if user_data.is_null() {
            continue;
        }
        let bytes = longest(&template, user_data).len();
        assert!(bytes <= LARGEST_USER_DATA, "{logical_id}: {bytes} bytes");
        roles += 1;
    }
    assert_eq!(roles, 4);
}

#[test]
fn texts_in_user_data_are_bounded() {
    // What `longest_reference` takes for short has a bound elsewhere: a number, a mark of yes or no.
    let unbounded = ["AlluxioStoragePercent", "WorkerMountVolume", "SelectedSubnetAutoAssignsPublicIp"];
    let template = template();
    for (logical_id, resource) in template["Resources"].as_object().expect("resources") {
        let text = resource["Properties"]["LaunchTemplateData"]["UserData"].to_string();
        for (name, parameter) in template["Parameters"].as_object().expect("parameters") {
            let used = text.contains(&format!("${{{name}}}")) || text.contains(&format!("\"Ref\":\"{name}\""));
            let bounded = parameter.get("MaxLength").is_some()
                || parameter.get("AllowedValues").is_some()
                || parameter["Type"] == "Number"
                || unbounded.contains(&name.as_str());
            assert!(!used || bounded, "{logical_id}: {name}");
        }
    }
}

#[test]
fn parameters_are_those_of_the_table() {
    let template = template();
    let declared = template["Parameters"].as_object().expect("parameters");
    let mut names: Vec<&str> = FIELDS.iter().filter_map(|field| field.parameter).map(|p| p.name).collect();
    names.extend(DERIVED.iter().map(|derived| derived.name));
    names.sort_unstable();
    let mut found: Vec<&str> = declared.keys().map(String::as_str).collect();
    found.sort_unstable();
    assert_eq!(found, names);
}

#[test]
fn a_launch_by_hand_needs_the_required_inputs_alone() {
    let template = template();
    for (name, parameter) in template["Parameters"].as_object().expect("parameters") {
        let required = FIELDS.iter().any(|field| field.required && field.parameter.is_some_and(|p| p.name == name));
        assert_eq!(parameter.get("Default").is_none(), required, "{name}");
    }
}

#[test]
fn secrets_are_hidden_and_reach_nothing_but_secrets() {
    let template = template();
    for field in FIELDS.iter().filter(|field| field.is_secret()) {
        let Some(parameter) = field.parameter else { continue };
        assert_eq!(template["Parameters"][parameter.name]["NoEcho"], true, "{}", parameter.name);
        let mentions = |text: &str| {
            text.contains(&format!("\"Ref\":\"{}\"", parameter.name))
                || text.contains(&format!("${{{}}}", parameter.name))
        };
        assert!(!mentions(&template["Outputs"].to_string()), "{}", parameter.name);
        let mut kept = false;
        for (logical_id, resource) in template["Resources"].as_object().expect("resources") {
            let here = mentions(&resource["Properties"].to_string());
            assert!(!here || resource["Type"] == "AWS::SecretsManager::Secret", "{logical_id}: {}", parameter.name);
            kept |= here;
        }
        assert!(kept, "{} is used nowhere", parameter.name);
    }
    assert!(OUTPUTS.iter().flat_map(|output| output.stack_outputs).all(|key| !is_sensitive_output(key)));
}

#[test]
fn outputs_are_looked_up_by_their_keys() {
    let template = template();
    for key in template["Outputs"].as_object().expect("outputs").keys() {
        let named = OUTPUTS.iter().any(|output| output.stack_outputs.contains(&key.as_str()));
        assert!(named || key == "PrestoPublicAddress", "{key}");
    }
}

#[test]
fn every_resource_has_an_input_or_cannot_fail_for_one() {
    let template = template();
    let resources = template["Resources"].as_object().expect("resources");
    for (logical_id, path) in FIELDS_OF_RESOURCES {
        assert!(resources.contains_key(*logical_id), "{logical_id}");
        assert!(FIELDS.iter().any(|field| field.path == *path), "{path}");
    }
    for logical_id in resources.keys().filter(|id| *id != "SharedSecret") {
        assert!(FIELDS_OF_RESOURCES.iter().any(|(id, _)| id == logical_id), "{logical_id}");
    }
}

#[test]
fn types_that_stand_ins_lack_depend_on_a_condition() {
    let template = template();
    for (logical_id, resource) in template["Resources"].as_object().expect("resources") {
        let kind = resource["Type"].as_str().unwrap_or_default();
        assert!(!TYPES_LEFT_OUT.contains(&kind) || resource.get("Condition").is_some(), "{logical_id}");
    }
}

#[test]
fn bounds_of_parameters_are_read_from_the_template() {
    assert_eq!(longest_value("AlluxioProperties"), 2048);
    assert_eq!(longest_value("PrestoPackageURI"), 256);
    assert_eq!(longest_value("VPC"), 4096);
}

#[test]
fn the_template_knows_its_version() {
    assert_eq!(recognise(BODY).map(|bundled| bundled.version), Some(VERSION));
}

#[test]
fn every_drain_hook_has_the_heartbeat_that_the_rules_count_with() {
    let template = template();
    let groups = template["Resources"].as_object().expect("resources").values();
    let hooks: Vec<&Value> =
        groups.filter_map(|group| group["Properties"]["LifecycleHookSpecificationList"].as_array()).flatten().collect();
    assert_eq!(hooks.len(), 2, "coordinators and workers drain");
    for hook in hooks {
        assert_eq!(hook["LifecycleHookName"], super::DRAIN_HOOK);
        assert_eq!(hook["HeartbeatTimeout"], super::DRAIN_HEARTBEAT);
    }
}
