//! The way from a template's property to the parameter and the input behind it, for every property of the template.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::expected::{Behind, Expected, text};
use super::fields::{Difference, field_and_value, inputs_behind};
use crate::ports::Stack;
use crate::template;
use crate::value::Value;

/// Parameters of the plugin's own that no input decides.
const OWN: &[&str] = &["ResourceTypes"];

fn stack(parameters: &[(&str, &str)]) -> Stack {
    let parameters: BTreeMap<String, String> =
        parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Stack { name: "demo".to_owned(), parameters, ..Stack::default() }
}

/// Pointers of all properties below a node that are made by an expression, with the expression.
fn expressions(node: &Json, pointer: &str, out: &mut Vec<(String, Json)>) {
    match node {
        Json::Object(map) if map.keys().any(|key| key == "Ref" || key.starts_with("Fn::")) => {
            out.push((pointer.to_owned(), node.clone()));
        }
        Json::Object(map) => map.iter().for_each(|(key, one)| expressions(one, &format!("{pointer}/{key}"), out)),
        Json::Array(items) => {
            items.iter().enumerate().for_each(|(at, one)| expressions(one, &format!("{pointer}/{at}"), out));
        }
        _ => {}
    }
}

#[test]
fn every_property_that_names_a_parameter_leads_to_an_input() {
    let stack = stack(&[("PrestoHttpPort", "8080"), ("WorkersCount", "3")]);
    let expected = Expected::new(&stack, "us-east-1");
    let tree: Json = serde_json::from_str(template::JSON).expect("the template is JSON");
    let parameters = tree["Parameters"].as_object().expect("it has parameters");
    let mut properties = 0;
    for (logical_id, resource) in tree["Resources"].as_object().expect("it has resources") {
        let mut found = Vec::new();
        expressions(&resource["Properties"], "", &mut found);
        for (pointer, expression) in found {
            let Some(name) = expression["Ref"].as_str().filter(|name| parameters.contains_key(*name)) else { continue };
            let behind = expected.behind(logical_id, &pointer);
            // A list whose earlier items are left out counts from another place.
            if !pointer.split('/').any(|part| part.parse::<usize>().is_ok()) {
                assert_eq!(behind, Behind::Parameter(name.to_owned()), "{logical_id}{pointer}");
            }
            assert!(OWN.contains(&name) || !inputs_behind(name).is_empty(), "{name} of {logical_id}{pointer}");
            properties += 1;
        }
    }
    assert!(properties >= 60, "{properties} properties name a parameter");
}

#[test]
fn every_parameter_of_the_template_belongs_to_inputs() {
    let tree: Json = serde_json::from_str(template::JSON).expect("the template is JSON");
    for name in tree["Parameters"].as_object().expect("it has parameters").keys() {
        assert!(OWN.contains(&name.as_str()) || !inputs_behind(name).is_empty(), "{name}");
    }
}

#[test]
fn a_choice_is_taken_as_the_parameters_say() {
    let closed = stack(&[("PrestoHttpPort", "9000")]);
    let expected = Expected::new(&closed, "us-east-1");
    let rules = expected.properties("SecurityGroup");
    assert_eq!(text(&rules["SecurityGroupIngress"][0]["FromPort"]), "9000");
    assert!(!expected.resources().contains_key("Superset"));
    let with_superset = stack(&[("LaunchSuperset", "yes")]);
    assert!(Expected::new(&with_superset, "us-east-1").resources().contains_key("Superset"));
}

#[test]
fn differences_land_on_their_inputs() {
    let stack = stack(&[("AlarmTopic", "arn:aws:sns:us-east-1:123456789012:alarms"), ("WorkersCount", "3")]);
    let expected = Expected::new(&stack, "us-east-1");
    let shown =
        |difference: Difference| field_and_value(&expected, &difference).map(|(field, value)| (field.path, value));
    let cases = [
        (
            Difference::new("LogGroup", "/RetentionInDays", "30", "90"),
            "monitoring.logRetentionDays",
            Value::integer(90),
        ),
        (Difference::new("Workers", "/DesiredCapacity", "3", "7"), "ec2.workerCount", Value::integer(7)),
        (Difference::new("WorkersMissing", "/AlarmActions/0", "a", "b"), "monitoring.alarmTopicArn", Value::text("b")),
        (Difference::gone("WorkersMissing"), "monitoring.alarmTopicArn", Value::Null),
        (
            Difference::new("WorkerNode", "/LaunchTemplateData/InstanceType", "r4.4xlarge", "r5.large"),
            "ec2.workerInstanceType",
            Value::text("r5.large"),
        ),
    ];
    for (difference, path, value) in cases {
        assert_eq!(shown(difference), Some((path, value)));
    }
    assert_eq!(shown(Difference::new("WorkersMissing", "/Threshold", "3", "1")), None);
    assert_eq!(shown(Difference::gone("LogGroup")), None);
}

#[test]
fn a_note_never_shows_a_secret() {
    let stack = stack(&[]);
    let expected = Expected::new(&stack, "us-east-1");
    let difference = Difference::new("MetastorePassword", "/SecretString", "correct", "horse");
    let note = difference.note(&expected).render(crate::failure::Client::Pulumi);
    assert!(!note.contains("correct") && !note.contains("horse"), "{note}");
}
