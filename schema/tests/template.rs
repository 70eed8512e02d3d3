//! What must hold between the table and the checked-in joint template: its parameters are the table's, secrets are
//! hidden, limits of CloudFormation are kept.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;
use starburst_schema::{DERIVED, FIELDS, Field, OUTPUTS};

/// Limits of a template. Source: CloudFormation, quotas.
const MOST_PARAMETERS: usize = 200;
const LONGEST_VALUE: usize = 4096;
const LONGEST_BODY: usize = 51_200;

fn text(file: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("generated").join(file);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn template() -> Value {
    serde_json::from_str(&text("joint-template.json")).unwrap_or_else(|error| panic!("{error}"))
}

/// A default or an allowed value: numbers may stand there as numbers.
fn in_words(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Fields that reach the template, with the declarations of their parameters.
fn declared(template: &Value) -> Vec<(&'static Field, &Value)> {
    let with_name = FIELDS.iter().filter_map(|field| field.parameter.map(|parameter| (*field, parameter.name)));
    with_name.map(|(field, name)| (field, &template["Parameters"][name])).collect()
}

#[test]
fn its_parameters_are_the_tables() {
    let template = template();
    let of_fields = FIELDS.iter().filter_map(|field| field.parameter).map(|parameter| parameter.name);
    let wanted: BTreeSet<&str> = of_fields.chain(DERIVED.iter().map(|derived| derived.name)).collect();
    let found: BTreeSet<&str> =
        template["Parameters"].as_object().into_iter().flat_map(|map| map.keys().map(String::as_str)).collect();
    assert_eq!(found, wanted);
    assert!(found.len() <= MOST_PARAMETERS, "{} parameters", found.len());
}

#[test]
fn secrets_and_only_they_are_hidden() {
    let template = template();
    for (field, parameter) in declared(&template) {
        assert_eq!(parameter["NoEcho"].as_bool().unwrap_or(false), field.is_secret(), "{}", field.path);
    }
    for derived in DERIVED {
        let hidden = template["Parameters"][derived.name]["NoEcho"].as_bool().unwrap_or(false);
        assert_eq!(hidden, derived.secret, "{}", derived.name);
    }
}

#[test]
fn a_launch_by_hand_needs_exactly_the_required_inputs() {
    let template = template();
    for (field, parameter) in declared(&template) {
        assert_eq!(parameter.get("Default").is_none(), field.required, "{}", field.path);
    }
    for derived in DERIVED {
        let default = template["Parameters"][derived.name].get("Default").map(in_words);
        assert_eq!(default.as_deref(), Some(derived.default), "{}", derived.name);
    }
}

#[test]
fn defaults_keep_the_declared_bounds() {
    for (name, parameter) in template()["Parameters"].as_object().into_iter().flatten() {
        let Some(default) = parameter.get("Default") else { continue };
        let default = in_words(default);
        assert!(default.len() <= LONGEST_VALUE, "{name}");
        if let Some(allowed) = parameter["AllowedValues"].as_array() {
            assert!(allowed.iter().map(in_words).any(|value| value == default), "{name}: {default} is not allowed");
        }
        if parameter["Type"] == "Number" {
            let number: i64 = default.parse().unwrap_or_else(|error| panic!("{name}: {default}: {error}"));
            assert!(parameter["MinValue"].as_i64().is_none_or(|least| number >= least), "{name}");
            assert!(parameter["MaxValue"].as_i64().is_none_or(|most| number <= most), "{name}");
        }
        if let Some(most) = parameter["MaxLength"].as_u64() {
            assert!(default.len() as u64 <= most, "{name}");
        }
    }
}

#[test]
fn every_output_that_the_stack_answers_is_an_output_of_the_template() {
    let template = template();
    for output in OUTPUTS {
        if let Some(ours) = output.stack_outputs.first() {
            assert!(template["Outputs"][ours].is_object(), "{} is read from {ours}", output.name);
        }
    }
    for key in template["Outputs"].as_object().into_iter().flat_map(|map| map.keys()) {
        assert!(OUTPUTS.iter().any(|output| output.stack_outputs.first() == Some(&key.as_str())), "nobody reads {key}");
    }
}

#[test]
fn it_can_be_sent_inline() {
    let bytes = text("joint-template.yaml").len();
    assert!(bytes <= LONGEST_BODY, "{bytes} bytes");
}
