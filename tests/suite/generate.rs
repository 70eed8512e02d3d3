//! Random inputs from the table: each field absent or one of its valid values, made consistent by the checks
//! themselves. Knows no field but those whose values must exist in the world.

use proptest::prelude::*;
use proptest::strategy::Union;
use starburst_core::cluster::{Asker, CheckRequest, StackNaming, check};
use starburst_core::failure::Severity;
use starburst_core::path::Path;
use starburst_core::value::Value;
use starburst_schema::{Clients, Constraint, FIELDS, Field, Kind};
use starburst_tests::fake::seed;

/// Rounds of "remove what the checks complain of"; two are enough in practice.
const ROUNDS: usize = 8;

/// Inputs that the checks accept and whose ids exist in the seeded world.
pub fn inputs() -> impl Strategy<Value = Value> {
    let fields: Vec<&'static Field> = FIELDS.iter().copied().filter(|field| usable(field)).collect();
    let choices: Vec<BoxedStrategy<Option<Value>>> =
        fields.iter().map(|field| proptest::option::weighted(0.35, value_of(field)).boxed()).collect();
    choices.prop_map(move |values| {
        let mut inputs = required();
        for (field, value) in fields.iter().zip(values) {
            if let Some(value) = value {
                let path = Path::from(*field);
                if inputs.at(&path).is_null() {
                    inputs.put(&path, value);
                }
            }
        }
        repaired(inputs)
    })
}

/// Fields that a random value cannot stand for: they name things of another world or of this machine.
fn usable(field: &Field) -> bool {
    let foreign = [
        "stack.template",
        "stack.assetBucket",
        "region",
        "stack.rollback.triggers",
        // Without public addresses the seeded public subnet has no way out.
        "network.subnetAutoAssignsPublicIp",
    ];
    field.clients == Clients::Both
        && !foreign.iter().any(|prefix| field.path.starts_with(prefix))
        && !matches!(field.kind, Kind::File | Kind::Folder)
}

/// The least that a cluster needs, with ids of the seeded world.
pub fn required() -> Value {
    Value::from(&serde_json::json!({
        "network": {
            "vpcId": seed::VPC, "subnetId": seed::PUBLIC_SUBNET, "securityGroupIds": [seed::SECURITY_GROUP],
        },
        "ec2": { "workerCount": 3 },
        "alluxio": { "s3RootMount": "s3://analytics-data/alluxio" },
    }))
}

fn value_of(field: &'static Field) -> BoxedStrategy<Value> {
    let example: Value = serde_json::from_str::<serde_json::Value>(field.example)
        .map(|json| Value::from(&json))
        .unwrap_or_else(|error| panic!("the example of {}: {error}", field.path));
    let range = field.constraints.iter().find_map(|constraint| match constraint {
        Constraint::Range(low, high) => Some((*low, *high)),
        _ => None,
    });
    let listed = field.constraints.iter().find_map(|constraint| match constraint {
        Constraint::OneOf(numbers) => Some(*numbers),
        _ => None,
    });
    match (field.kind, range, listed) {
        (Kind::Bool, ..) => any::<bool>().prop_map(Value::Bool).boxed(),
        (Kind::Integer, _, Some(numbers)) => proptest::sample::select(numbers).prop_map(Value::integer).boxed(),
        (Kind::Integer, Some((low, high)), _) => {
            // Mostly small numbers, and both edges.
            Union::new([(low..=high.min(low + 20)).boxed(), Just(low).boxed(), Just(high).boxed()])
                .prop_map(Value::integer)
                .boxed()
        }
        (Kind::Choice(choices), ..) => proptest::sample::select(choices).prop_map(Value::text).boxed(),
        (Kind::Map, ..) if !field.is_secret() => Union::new([
            Just(example).boxed(),
            proptest::collection::btree_map("[a-z]{1,8}", "[a-z0-9]{1,12}", 0..4)
                .prop_map(|map| Value::Map(map.into_iter().map(|(key, text)| (key, Value::text(text))).collect()))
                .boxed(),
        ])
        .boxed(),
        _ => Just(example).boxed(),
    }
}

/// Removes what the checks complain of until they accept the rest.
fn repaired(mut inputs: Value) -> Value {
    let asker = Asker { client: starburst_core::failure::Client::Pulumi, owner: "urn:pulumi:dev::p::t::n".to_owned() };
    let naming = StackNaming::Propose("generated".to_owned());
    for _ in 0..ROUNDS {
        let checked = check(&CheckRequest { asker: &asker, inputs: &inputs, prior: None, naming: &naming });
        let errors: Vec<_> = checked.violations.into_iter().filter(|found| found.severity == Severity::Error).collect();
        if errors.is_empty() {
            return inputs;
        }
        for error in errors {
            inputs.put(&error.path, Value::Null);
        }
        merge(&mut inputs, &required());
    }
    required()
}

fn merge(inputs: &mut Value, required: &Value) {
    for field in FIELDS {
        let path = Path::from(*field);
        if inputs.at(&path).is_null() && !required.at(&path).is_null() {
            inputs.put(&path, required.at(&path).clone());
        }
    }
}
