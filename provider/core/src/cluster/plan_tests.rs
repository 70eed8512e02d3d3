//! Plans: what counts as a change, what it does, which outputs it reaches, what users read.

use serde_json::{Value as Json, json};
use starburst_schema::fields::stack::TEMPLATE_PREFIX;
use starburst_schema::outputs::STACK_ID;
use starburst_schema::{Effect, FIELDS, Field, Kind, OUTPUTS, Reach, Role};

use super::api::{Plan, Prior, STATE_KEY};
use super::plan;
use crate::failure::{Client, Severity};
use crate::path::{Casing, Path};
use crate::value::{FileSource, FileValue, Value};

pub(super) fn base() -> Value {
    Value::from(&json!({
        "network": { "vpcId": "vpc-00000001", "subnetId": "subnet-00000001", "securityGroupIds": ["sg-00000001"] },
        "ec2": { "workerCount": 3 },
        "alluxio": { "s3RootMount": "s3://my-bucket/alluxio" },
        "stack": { "name": "joint" },
    }))
}

pub(super) fn with(pairs: &[(&str, Json)]) -> Value {
    let mut inputs = base();
    for (path, json) in pairs {
        inputs.put(&Path::field(path), Value::from(json));
    }
    inputs
}

pub(super) fn prior(inputs: Value) -> Prior {
    let mut outputs = Value::from(
        &json!({ "imageIds": { "coordinator": "ami-00000001", "worker": "ami-00000001" }, "region": "eu-central-1" }),
    );
    outputs.put(&Path::field(STATE_KEY), Value::text("{}"));
    Prior { id: "arn:aws:cloudformation:eu-central-1:123456789012:stack/joint/1".into(), inputs, outputs }
}

pub(super) fn between(before: Value, after: &Value) -> Plan {
    plan(Some(&prior(before)), after)
}

fn changed(plan: &Plan) -> Vec<String> {
    plan.changes.iter().map(|change| change.path.render(Casing::Camel)).collect()
}

pub(super) fn lines(plan: &Plan) -> Vec<String> {
    plan.notes.iter().map(|note| note.render(Client::Pulumi)).collect()
}

#[test]
fn equal_meaning_is_no_change() {
    let rows: Vec<(Value, Value)> = vec![
        (base(), base()),
        (base(), with(&[("presto.httpPort", json!(8080)), ("ec2.workerScaling", json!("fixed"))])),
        (with(&[("superset.enabled", json!(false))]), base()),
        (with(&[("ec2.workerCount", json!(3.0))]), base()),
        (
            with(&[("presto.externalAccessCidrs", json!(["10.0.0.0/8", "192.168.0.0/16"]))]),
            with(&[("presto.externalAccessCidrs", json!(["192.168.0.0/16", "10.0.0.0/8", "10.0.0.0/8"]))]),
        ),
        (
            with(&[("ec2.rollingUpdate.bootTimeout", json!("15m"))]),
            with(&[("ec2.rollingUpdate.bootTimeout", json!("900s"))]),
        ),
        (
            with(&[("stack.policyBody", json!("{\"Statement\":[],\"a\":1}"))]),
            with(&[("stack.policyBody", json!("{ \"a\": 1, \"Statement\": [] }"))]),
        ),
        (base(), with(&[("alluxio.properties", json!({}))])),
        (base(), with(&[("ec2.imageId", json!("ami-00000001")), ("region", json!("eu-central-1"))])),
        (with(&[("network.subnetAutoAssignsPublicIp", json!(true))]), base()),
    ];
    for (before, after) in rows {
        let plan = between(before.clone(), &after);
        assert!(plan.is_empty(), "{before:?} {after:?} {:?}", changed(&plan));
        assert!(!plan.touches_stack() && plan.notes.is_empty() && plan.rolls.is_empty());
    }
}

#[test]
fn a_required_input_that_is_absent_is_kept() {
    for field in FIELDS.iter().filter(|field| field.required) {
        let mut after = base();
        after.put(&Path::from(*field), Value::Null);
        assert!(between(base(), &after).is_empty(), "{}", field.path);
    }
}

#[test]
fn secrets_are_compared_by_content_and_never_shown() {
    let secret = |text: &str, wrapped: bool| {
        let mut inputs = base();
        let value = Value::text(text);
        inputs.put(&Path::field("s3.accessKey"), if wrapped { value.secret() } else { value });
        inputs
    };
    assert!(between(secret("CANARY", true), &secret("CANARY", false)).is_empty());
    let plan = between(secret("CANARY", true), &secret("CANARY2", true));
    assert_eq!(changed(&plan), ["s3.accessKey"]);
    assert!(!format!("{plan:?}").contains("CANARY"));
}

#[test]
fn files_are_compared_by_content() {
    let folder = |path: &str, hash: &str| {
        let mut inputs = base();
        let source = Some(FileSource::Path(path.into()));
        let file = Value::File(FileValue { archive: true, hash: hash.into(), source });
        inputs.put(&Path::field("presto.workerConfiguration"), file);
        inputs
    };
    assert!(between(folder("a", "11"), &folder("b", "11")).is_empty(), "another place");
    let plan = between(folder("a", "11"), &folder("a", "22"));
    assert_eq!(changed(&plan), ["presto.workerConfiguration"]);
    assert_eq!(plan.rolls.iter().map(|roll| roll.role).collect::<Vec<_>>(), [Role::Worker]);
}

#[test]
fn an_unknown_value_counts_as_changed() {
    let mut after = base();
    after.put(&Path::field("alluxio.properties"), Value::Map([("a.b".to_owned(), Value::Unknown)].into()));
    after.put(&Path::field("network.vpcId"), Value::Unknown);
    let plan = between(base(), &after);
    assert_eq!(changed(&plan), ["network.vpcId", "alluxio.properties"]);
    assert_eq!(plan.replace, [Path::field("network.vpcId")]);
}

/// A value other than the base's for a field, from its row.
fn another(field: &Field) -> Value {
    let base = base();
    if field.path == "region" {
        return Value::text("us-east-1");
    }
    let now = super::defaults::effective(&base, field);
    let example = Value::from(&serde_json::from_str::<Json>(field.example).expect(field.path));
    if now != example {
        return example;
    }
    match (field.kind, now) {
        (Kind::Bool, Value::Bool(flag)) => Value::Bool(!flag),
        (Kind::Integer, Value::Number(number)) => Value::Number(number + 1.0),
        (Kind::Choice(choices), Value::Text(text)) => {
            Value::text(*choices.iter().find(|choice| **choice != text).expect(field.path))
        }
        (_, Value::Text(text)) => Value::text(format!("{text}x")),
        (_, other) => panic!("{}: {other:?}", field.path),
    }
}

#[test]
fn every_field_does_what_its_row_says() {
    for field in FIELDS {
        let mut after = base();
        after.put(&Path::from(*field), another(field));
        let plan = between(base(), &after);
        assert_eq!(changed(&plan), [field.path]);
        let effect = plan.changes.first().map(|change| change.effect).expect("one");
        match field.effect {
            Effect::Replace => assert_eq!(plan.replace, [Path::from(*field)]),
            Effect::Restart => assert_eq!(plan.restart, [Path::from(*field)]),
            Effect::Operational => {
                assert!(!plan.touches_stack() && plan.notes.is_empty(), "{}", field.path);
                assert!(plan.unknown_outputs.is_empty(), "{}", field.path);
            }
            Effect::Roll(roles) => {
                let mut rolled: Vec<Role> = plan.rolls.iter().map(|roll| roll.role).collect();
                rolled.sort_by_key(|role| roles.iter().position(|other| other == role));
                let there: Vec<Role> =
                    roles.iter().copied().filter(|role| matches!(role, Role::Worker | Role::Coordinator)).collect();
                assert_eq!(rolled, there, "{}: the base has no metastore and no Superset", field.path);
            }
            Effect::InPlace | Effect::AsPreviewed => assert!(plan.rolls.is_empty(), "{}", field.path),
        }
        if field.effect != Effect::Replace {
            assert!(plan.replace.is_empty(), "{}", field.path);
        }
        if effect != Effect::Operational && effect != Effect::Replace {
            let replacing = OUTPUTS.iter().filter(|output| matches!(output.reach, Reach::Replacement | Reach::Never));
            // Another template has other outputs, and the same stack.
            let kept = |name: &str| {
                field.path.starts_with(TEMPLATE_PREFIX) && field.path.contains("template.") && name != STACK_ID
                    || plan.stable_outputs.contains(name)
            };
            assert!(replacing.into_iter().all(|output| kept(output.name)), "{}", field.path);
        }
        assert_eq!(plan.stable_outputs.len() + plan.unknown_outputs.len(), OUTPUTS.len());
        assert!(plan.delete_before_replace);
    }
}

#[test]
fn counts_and_tags_leave_every_endpoint_known() {
    for after in [
        with(&[("ec2.workerCount", json!(5))]),
        with(&[("stack.tags", json!({ "team": "a" }))]),
        with(&[("monitoring.logRetentionDays", json!(7))]),
    ] {
        let plan = between(base(), &after);
        for output in ["coordinatorUrl", "alluxioUiUrl", "stackId", "stackName", "securityGroupId", "imageIds"] {
            assert!(plan.stable_outputs.contains(output), "{output} {:?}", changed(&plan));
        }
        assert!(plan.unknown_outputs.contains("stackOutputs"));
    }
    let port = between(base(), &with(&[("presto.https.port", json!(9443))]));
    assert!(port.unknown_outputs.contains("coordinatorUrl") && !port.unknown_outputs.contains("supersetUrl"));
}

#[test]
fn a_count_that_changes_with_a_roll_is_set_first_and_only_older_workers_roll() {
    let bigger =
        |count: i64| with(&[("ec2.workerInstanceType", json!("r5.8xlarge")), ("ec2.workerCount", json!(count))]);
    for (count, expected) in [(2, (2, 2, 2)), (3, (3, 3, 3)), (8, (3, 3, 3))] {
        let plan = between(base(), &bigger(count));
        let roll = plan.rolls.first().expect("a roll of workers");
        assert_eq!((roll.nodes, roll.batches, roll.floor), expected, "{count} workers");
    }
}

#[test]
fn a_restart_takes_the_place_of_rolls_and_tells_what_is_lost() {
    let plan =
        between(base(), &with(&[("alluxio.s3RootMount", json!("s3://my-bucket/other")), ("ec2.keyName", json!("k"))]));
    assert!(plan.rolls.is_empty());
    assert_eq!(plan.restart, [Path::field("alluxio.s3RootMount")]);
    let lines = lines(&plan);
    let outage = "the whole cluster stops and starts because of alluxio.s3RootMount: running queries have up to 30 min to finish and are ended then; coordinators go first and workers after them, and no query runs for at most 1 h 9 min";
    assert!(lines.iter().any(|line| line == outage), "{lines:?}");
    assert!(lines.iter().any(|line| line.contains("journal of Alluxio is formatted")), "{lines:?}");
    assert!(lines.iter().any(|line| line.contains("a second cluster")), "{lines:?}");
}

#[test]
fn metastore_fields_roll_the_node_that_uses_them() {
    let own =
        |kind: &str, host: &str| with(&[("hiveMetastore.type", json!(kind)), ("hiveMetastore.host", json!(host))]);
    let roles = |plan: Plan| plan.rolls.iter().map(|roll| roll.role).collect::<Vec<_>>();
    assert_eq!(roles(between(own("mysql", "a"), &own("mysql", "b"))), [Role::Metastore]);
    assert_eq!(roles(between(own("external", "a"), &own("external", "b"))), [Role::Coordinator, Role::Worker]);
    let leaving =
        between(with(&[("hiveMetastore.type", json!("standalone"))]), &with(&[("hiveMetastore.type", json!("glue"))]));
    assert!(lines(&leaving).iter().any(|line| line.contains("table definitions are lost")), "{:?}", lines(&leaving));
}

#[test]
fn superset_rolls_only_while_it_runs() {
    let on = with(&[("superset.enabled", json!(true))]);
    let mut bigger = on.clone();
    bigger.put(&Path::field("superset.instanceType"), Value::text("m5.xlarge"));
    assert_eq!(between(on, &bigger).rolls.iter().map(|roll| roll.role).collect::<Vec<_>>(), [Role::Superset]);
    assert!(between(base(), &bigger).rolls.is_empty());
}

#[test]
fn a_replacement_loses_things_and_can_be_prevented() {
    let after = with(&[("network.subnetId", json!("subnet-00000002")), ("ec2.keyName", json!("k"))]);
    let plan = between(base(), &after);
    assert!(plan.rolls.is_empty() && plan.restart.is_empty());
    assert!(lines(&plan).iter().any(|line| line.starts_with("lost with the old stack")), "{:?}", lines(&plan));
    assert_eq!(plan.stable_outputs.iter().map(String::as_str).collect::<Vec<_>>(), ["region", "stackName"]);
    let mut prevented = after;
    prevented.put(&Path::field("stack.preventReplacement"), Value::Bool(true));
    let told = between(base(), &prevented).warnings;
    assert_eq!(
        told.iter().map(|found| (found.code.number, found.severity)).collect::<Vec<_>>(),
        [(1117, Severity::Error)]
    );
}

#[test]
fn the_express_mode_is_refused_with_rolls_alone() {
    let express = |pairs: &[(&str, Json)]| {
        let mut pairs = pairs.to_vec();
        pairs.push(("stack.deploymentMode", json!("express")));
        between(base(), &with(&pairs)).warnings.iter().map(|found| found.code.number).collect::<Vec<_>>()
    };
    assert_eq!(express(&[("ec2.keyName", json!("k"))]), [1116]);
    assert_eq!(express(&[("presto.httpPort", json!(8081))]), [1116]);
    assert_eq!(express(&[("stack.tags", json!({ "a": "b" }))]), Vec::<u16>::new());
}

#[test]
fn a_creation_adds_what_is_written_and_knows_nothing_but_names() {
    let plan = plan(None, &base());
    assert_eq!(
        changed(&plan),
        [
            "network.vpcId",
            "network.subnetId",
            "network.securityGroupIds",
            "ec2.workerCount",
            "alluxio.s3RootMount",
            "stack.name"
        ]
    );
    assert!(plan.touches_stack() && plan.rolls.is_empty() && plan.replace.is_empty());
    assert_eq!(plan.stable_outputs.len(), 2);
    assert!(lines(&plan).iter().any(|line| line.contains("CAPABILITY_IAM")));
}

#[test]
fn comparing_both_ways_finds_the_same_fields() {
    for field in FIELDS.iter().filter(|field| !field.required && !field.computed) {
        let mut other = base();
        other.put(&Path::from(*field), another(field));
        if field.path == "region" {
            continue;
        }
        assert_eq!(changed(&between(base(), &other)), changed(&between(other.clone(), &base())), "{}", field.path);
    }
}
