//! Check as a whole: the corpus, all violations at once, unknown values, normal form.

use proptest::prelude::*;
use serde_json::{Value as Json, json};
use starburst_schema::FIELDS;

use super::corpus::ROWS;
use crate::cluster::api::{Asker, CheckRequest, Checked, StackNaming};
use crate::cluster::check;
use crate::failure::{Client, Severity};
use crate::path::{Casing, Path};
use crate::value::{FileSource, FileValue, Value};

fn minimal() -> Json {
    json!({
        "network": {
            "vpcId": "vpc-0123456789abcdef0",
            "subnetId": "subnet-0123456789abcdef0",
            "securityGroupIds": ["sg-0123456789abcdef0"],
        },
        "ec2": { "workerCount": 3 },
        "alluxio": { "s3RootMount": "s3://my-bucket/alluxio" },
    })
}

fn over(base: &mut Json, patch: &Json) {
    match (base, patch) {
        (Json::Object(base), Json::Object(patch)) => {
            for (key, value) in patch {
                over(base.entry(key.clone()).or_insert(Json::Null), value);
            }
        }
        (base, patch) => *base = patch.clone(),
    }
}

fn program(patch: &str) -> Value {
    let mut program = minimal();
    over(&mut program, &serde_json::from_str(patch).expect("JSON"));
    Value::from(&program)
}

fn run_for(inputs: &Value, prior: Option<&Value>, naming: &StackNaming, client: Client) -> Checked {
    let asker = Asker { client, owner: "urn".into() };
    check(&CheckRequest { asker: &asker, inputs, prior, naming })
}

fn run(inputs: &Value, prior: Option<&Value>) -> Checked {
    run_for(inputs, prior, &StackNaming::Propose("shop-dev-joint".into()), Client::Pulumi)
}

fn told(checked: &Checked) -> Vec<(u16, String)> {
    checked.violations.iter().map(|found| (found.code.number, found.path.render(Casing::Camel))).collect()
}

fn errors(checked: &Checked) -> Vec<(u16, String)> {
    let errors = checked.violations.iter().filter(|found| found.severity == Severity::Error);
    errors.map(|found| (found.code.number, found.path.render(Casing::Camel))).collect()
}

#[test]
fn every_row_of_the_corpus_is_told_with_code_and_path() {
    assert!(ROWS.len() >= 60);
    let mut failed = Vec::new();
    for row in ROWS {
        let checked = run(&program(row.inputs), None);
        if !told(&checked).contains(&(row.code, row.path.to_owned())) {
            failed.push(format!("{}: wanted SB{} at {}, told {:?}", row.name, row.code, row.path, told(&checked)));
        }
        for found in &checked.violations {
            for client in [Client::Pulumi, Client::Terraform] {
                assert!(!found.render(client).is_empty(), "{}", row.name);
            }
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

#[test]
fn rows_with_an_own_mistake_tell_that_mistake_alone() {
    for name in ["number as text", "access without networks", "no local disks", "secret in the open", "bad VPC id"] {
        let row = ROWS.iter().find(|row| row.name == name).expect("row");
        assert_eq!(told(&run(&program(row.inputs), None)), [(row.code, row.path.to_owned())], "{name}");
    }
}

#[test]
fn every_rule_without_reads_has_a_row() {
    let elsewhere = [1002, 1008, 1116, 1117, 1119, 1127];
    for code in starburst_schema::codes::input::CODES.iter().filter(|code| code.number < 1130) {
        let by_preflight = matches!(code.number, 1090 | 1091 | 1101 | 1102);
        let tested = ROWS.iter().any(|row| row.code == code.number) || elsewhere.contains(&code.number);
        assert!(tested || by_preflight, "{code} {} has no row", code.title);
    }
}

#[test]
fn the_valid_program_and_every_example_pass() {
    assert_eq!(told(&run(&program("{}"), None)), []);
    for field in FIELDS {
        let mut inputs = program("{}");
        let example: Json = serde_json::from_str(field.example).expect(field.path);
        inputs.put(&Path::from(*field), Value::from(&example));
        let told = run_for(&inputs, None, &StackNaming::Propose("a".into()), Client::Terraform);
        let wrong: Vec<_> = told
            .violations
            .iter()
            .filter(|found| matches!(found.code.number, 1003..=1007) && found.severity == Severity::Error)
            .collect();
        assert!(wrong.is_empty(), "{}: {wrong:?}", field.path);
    }
}

#[test]
fn ten_mistakes_are_told_at_once_in_the_order_of_the_table() {
    let inputs = program(
        r#"{
            "network": { "vpcId": "x", "securityGroupIds": [] },
            "ec2": { "workerCount": "3", "workerVolume": { "type": "io1" }, "instanceProfil": "p" },
            "presto": { "httpPort": 70000, "allowExternalAccessOnHttp": true },
            "hiveMetastore": { "type": "external", "userName": "u" },
            "s3": { "accessKey": "a" },
            "superset": { "enabled": 1 }
        }"#,
    );
    let expected = [
        (1006, "network.vpcId"),
        (1001, "network.securityGroupIds"),
        (1004, "ec2.workerCount"),
        (1031, "ec2.workerVolume.type"),
        (1003, "ec2.instanceProfil"),
        (1005, "presto.httpPort"),
        (1021, "presto.externalAccessCidrs"),
        (1070, "hiveMetastore.host"),
        (1071, "hiveMetastore.userName"),
        (1080, "s3.secretKey"),
        (1004, "superset.enabled"),
    ];
    assert_eq!(errors(&run(&inputs, None)), expected.map(|(code, path)| (code, path.to_owned())));
}

#[test]
fn an_empty_program_names_everything_that_is_required_and_a_prior_keeps_it() {
    let empty = Value::Map([].into());
    let required: Vec<_> =
        FIELDS.iter().filter(|field| field.required).map(|field| (1001, field.path.to_owned())).collect();
    assert_eq!(told(&run(&empty, None)), required);
    let prior = run(&program("{}"), None).inputs;
    let kept = run(&empty, Some(&prior));
    assert_eq!(told(&kept), []);
    assert_eq!(kept.inputs, Value::from(&json!({ "stack": { "name": "shop-dev-joint" } })));
}

#[test]
fn the_normal_form_is_sorted_wrapped_and_without_empty_values() {
    let checked = run(
        &program(
            r#"{
                "network": { "securityGroupIds": ["sg-00000002", "sg-00000001", "sg-00000002"] },
                "s3": { "endpoint": "https://s3.example.com", "accessKey": "a", "secretKey": "b" },
                "alluxio": { "properties": {}, "secretProperties": { "k": "v" } },
                "presto": { "https": {}, "externalAccessCidrs": [], "licenseUri": null },
                "stack": { "name": "mine" }
            }"#,
        ),
        None,
    );
    assert_eq!(told(&checked), []);
    let at = |path: &str| checked.inputs.at(&Path::field(path)).clone();
    let groups = Value::List(vec![Value::text("sg-00000001"), Value::text("sg-00000002")]);
    assert_eq!(at("network.securityGroupIds"), groups);
    assert_eq!(at("s3.accessKey"), Value::text("a").secret());
    assert!(at("alluxio.secretProperties").is_secret());
    assert_eq!(at("stack.name"), Value::text("mine"));
    for absent in ["alluxio.properties", "presto", "ec2.workerScaling"] {
        assert!(at(absent).is_null(), "{absent}");
    }
    let again = run(&checked.inputs, Some(&checked.inputs));
    assert_eq!(again.inputs, checked.inputs, "checking the normal form changes nothing");
}

#[test]
fn a_wrapper_on_a_plain_value_stays() {
    let mut inputs = program("{}");
    inputs.put(&Path::field("ec2.keyName"), Value::text("k").secret());
    assert!(run(&inputs, None).inputs.at(&Path::field("ec2.keyName")).is_secret());
}

#[test]
fn names_come_from_the_program_the_stack_or_the_client() {
    let name = |checked: Checked| checked.inputs.at(&Path::field("stack.name")).clone();
    let prior = Value::from(&json!({ "stack": { "name": "old" } }));
    assert_eq!(name(run(&program("{}"), None)), Value::text("shop-dev-joint"));
    assert_eq!(name(run(&program("{}"), Some(&prior))), Value::text("old"));
    assert_eq!(name(run(&program(r#"{"stack":{"name":"new"}}"#), Some(&prior))), Value::text("new"));
    let required = run_for(&program("{}"), None, &StackNaming::Required, Client::Terraform);
    assert_eq!(told(&required), [(1008, "stack.name".to_owned())]);
    let enforced = run_for(&program("{}"), None, &StackNaming::Enforce("a_b".into()), Client::Pulumi);
    assert_eq!(told(&enforced), [(1006, "stack.name".to_owned())]);
}

#[test]
fn delete_on_failure_warns_once_the_cluster_exists() {
    let inputs = program(r#"{"stack":{"onFailure":"delete"}}"#);
    assert_eq!(told(&run(&inputs, None)), []);
    let prior = run(&inputs, None).inputs;
    assert_eq!(told(&run(&inputs, Some(&prior))), [(1119, "stack.onFailure".to_owned())]);
}

#[test]
fn an_imported_password_is_kept_until_the_type_changes() {
    let without = |kind: &str| {
        program(&format!(r#"{{"hiveMetastore":{{"type":"{kind}","host":"h","userName":"u","databaseName":"d"}}}}"#))
    };
    let prior = without("mysql");
    assert_eq!(told(&run(&without("mysql"), Some(&prior))), []);
    assert_eq!(told(&run(&without("postgresql"), Some(&prior))), [(1070, "hiveMetastore.password".to_owned())]);
}

#[test]
fn files_of_the_client_need_a_bucket_and_their_own_kind() {
    let file = |archive| {
        let source = Some(FileSource::Path("conf".into()));
        Value::File(FileValue { archive, hash: "00".into(), source })
    };
    let mut inputs = program(r#"{"stack":{"assetBucket":"my-bucket"}}"#);
    inputs.put(&Path::field("presto.workerConfiguration"), file(true));
    assert_eq!(told(&run(&inputs, None)), []);
    inputs.put(&Path::field("presto.workerConfiguration"), file(false));
    assert_eq!(told(&run(&inputs, None)), [(1004, "presto.workerConfiguration".to_owned())]);
    inputs.put(&Path::field("presto.workerConfiguration"), file(true));
    inputs.put(&Path::field("stack.assetBucket"), Value::Null);
    assert_eq!(told(&run(&inputs, None)), [(1100, "presto.workerConfiguration".to_owned())]);
}

#[test]
fn a_hint_names_the_nearest_key_or_the_place_of_the_same_key() {
    let hint = |patch: &str| {
        let checked = run(&program(patch), None);
        checked.violations.first().map(|found| found.instead.render(Client::Pulumi)).unwrap_or_default()
    };
    assert_eq!(hint(r#"{"ec2":{"workersCount":3}}"#), "write ec2.workerCount");
    assert_eq!(hint(r#"{"presto":{"workerInstanceType":"r5.xlarge"}}"#), "write ec2.workerInstanceType");
    assert_eq!(hint(r#"{"alluxio":{"workerStorage":{"medium":"memry"}}}"#), "write `memory`");
}

#[test]
fn no_message_repeats_a_secret() {
    let canary = "CANARY,42";
    let mut inputs = program(r#"{"hiveMetastore":{"type":"none"}}"#);
    for field in FIELDS.iter().filter(|field| field.is_secret()) {
        let value = match field.kind {
            starburst_schema::Kind::Map => Value::from(&json!({ "a.b": canary })),
            _ => Value::text(canary.repeat(200)),
        };
        inputs.put(&Path::from(*field), value);
    }
    let checked = run(&inputs, None);
    assert!(checked.violations.len() > 3);
    let text = format!("{checked:?}");
    assert!(!text.contains("CANARY"), "{text}");
}

/// Paths of all leaves, list elements included.
fn leaves(value: &Json, path: Vec<Json>, all: &mut Vec<Vec<Json>>) {
    let mut below = |key: Json, value: &Json| {
        let mut longer = path.clone();
        longer.push(key);
        leaves(value, longer, all);
    };
    match value {
        Json::Object(map) => map.iter().for_each(|(key, value)| below(Json::from(key.clone()), value)),
        Json::Array(items) => items.iter().enumerate().for_each(|(at, value)| below(Json::from(at), value)),
        _ => {}
    }
    if !path.is_empty() {
        all.push(path);
    }
}

/// Puts an unknown value at a path of keys and places.
fn make_unknown(value: &mut Value, path: &[Json]) {
    let Some((first, rest)) = path.split_first() else {
        *value = Value::Unknown;
        return;
    };
    match (value, first) {
        (Value::Map(map), Json::String(key)) => {
            if let Some(value) = map.get_mut(key) {
                make_unknown(value, rest);
            }
        }
        (Value::List(items), Json::Number(at)) => {
            let at = at.as_u64().and_then(|at| usize::try_from(at).ok()).unwrap_or(usize::MAX);
            if let Some(value) = items.get_mut(at) {
                make_unknown(value, rest);
            }
        }
        _ => {}
    }
}

#[test]
fn an_unknown_value_anywhere_in_the_corpus_makes_no_new_error() {
    for row in ROWS {
        let mut json = minimal();
        over(&mut json, &serde_json::from_str(row.inputs).expect("JSON"));
        let known: Vec<_> = errors(&run(&Value::from(&json), None)).into_iter().map(|(code, _)| code).collect();
        let mut all = Vec::new();
        leaves(&json, Vec::new(), &mut all);
        for path in all {
            let mut inputs = Value::from(&json);
            make_unknown(&mut inputs, &path);
            for (code, at) in errors(&run(&inputs, None)) {
                assert!(known.contains(&code), "{}: SB{code} at {at} appears when {path:?} is unknown", row.name);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Several rows at once, several unknown leaves.
    #[test]
    fn unknown_values_never_make_an_error(
        rows in proptest::collection::vec(0..ROWS.len(), 1..6),
        places in proptest::collection::vec(any::<proptest::sample::Index>(), 1..4),
    ) {
        let mut json = minimal();
        for row in rows {
            over(&mut json, &serde_json::from_str(ROWS[row].inputs).expect("JSON"));
        }
        let known: Vec<_> = errors(&run(&Value::from(&json), None)).into_iter().map(|(code, _)| code).collect();
        let mut all = Vec::new();
        leaves(&json, Vec::new(), &mut all);
        let mut inputs = Value::from(&json);
        for place in places {
            let path: &Vec<Json> = place.get(&all);
            make_unknown(&mut inputs, path);
        }
        for (code, at) in errors(&run(&inputs, None)) {
            prop_assert!(known.contains(&code), "SB{code} at {at}");
        }
    }

    /// Whatever comes in, a second check of what came out says the same.
    #[test]
    fn the_normal_form_is_stable(rows in proptest::collection::vec(0..ROWS.len(), 0..6)) {
        let mut json = minimal();
        for row in rows {
            over(&mut json, &serde_json::from_str(ROWS[row].inputs).expect("JSON"));
        }
        let once = run(&Value::from(&json), None);
        let twice = run(&once.inputs, None);
        prop_assert_eq!(&twice.inputs, &once.inputs);
    }
}

#[test]
fn what_the_template_has_no_room_for_is_refused_before_aws_does() {
    let told_of = |patch: Json| errors(&run(&program(&patch.to_string()), None));
    // `k=` and the value: one byte too many, then as many as fit.
    for (bytes, code) in [(2049, Some(1061)), (2048, None)] {
        let told = told_of(json!({ "alluxio": { "properties": { "k": "v".repeat(bytes - 2) } } }));
        assert_eq!(told.first().map(|(code, _)| *code), code, "{bytes} bytes: {told:?}");
    }
    let uri = |bytes: usize| format!("s3://my-bucket/{}", "k".repeat(bytes - 15));
    for (bytes, refused) in [(257, true), (256, false)] {
        let told = told_of(json!({ "presto": { "workerConfiguration": uri(bytes) } }));
        assert_eq!(!told.is_empty(), refused, "{bytes} bytes: {told:?}");
    }
}
