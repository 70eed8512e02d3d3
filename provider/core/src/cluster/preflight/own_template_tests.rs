//! Templates of the user's: what is refused, what is sent, and what a preview says of them.

use serde_json::{Value as Json, json};

use super::tests::{ARN, run, told, world};
use super::world::World;
use crate::cluster::api::Prior;
use crate::cluster::own_template::{self, Given};
use crate::cluster::parameters::{self, Uploaded};
use crate::failure::Client;
use crate::path::Path;
use crate::ports::{CallErrorKind, ParameterValue, Stack};
use crate::value::Value;

/// Codes of the rules that are told here.
pub const CODES: &[u16] = &[1153, 1154, 1155, 1156, 1157, 1158, 1159, 1160];

/// In the shape of the vendor's: names, flags and literals as its documents have them. Written for these tests.
const VENDOR: &str = r#"
AWSTemplateFormatVersion: "2010-09-09"
Parameters:
  VPC: { Type: "AWS::EC2::VPC::Id" }
  Subnet: { Type: "AWS::EC2::Subnet::Id" }
  SecurityGroups: { Type: "List<AWS::EC2::SecurityGroup::Id>" }
  KeyName: { Type: "AWS::EC2::KeyPair::KeyName", Description: "Key pair of the nodes." }
  WorkersInstanceType: { Type: String, Default: m5.large }
  WorkersCount: { Type: Number, Default: 1 }
  AlluxioS3RootMount: { Type: String }
  LaunchSuperset: { Type: String, Default: "no", AllowedValues: ["yes", "no"] }
  MetastoreType: { Type: String, Default: None, AllowedValues: [None, "Standalone (ephemeral)", "External MySQL RDBS"] }
  S3SecretKey: { Type: String, NoEcho: true, Default: "" }
  EnableFips: { Type: String, Default: "false" }
  Image: { Type: "AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>", Default: /images/presto }
Resources:
  Role: { Type: "AWS::IAM::Role" }
  Configuration: { Type: "AWS::AutoScaling::LaunchConfiguration", Properties: { InstanceType: !Ref WorkersInstanceType } }
  WorkersGroup:
    Type: AWS::AutoScaling::AutoScalingGroup
    Properties: { LaunchConfigurationName: !Ref Configuration, DesiredCapacity: !Ref WorkersCount }
    UpdatePolicy: { AutoScalingReplacingUpdate: { WillReplace: true } }
Outputs:
  Shown: { Value: !Ref VPC }
  Hidden: { Value: !Sub "x${S3SecretKey}" }
"#;

fn inputs(pairs: &[(&str, Json)]) -> Value {
    let mut inputs = Value::from(&json!({
        "network": { "vpcId": "vpc-00000001", "subnetId": "subnet-00000001", "securityGroupIds": ["sg-00000001"] },
        "ec2": { "workerCount": 3, "keyName": "analytics" },
        "alluxio": { "s3RootMount": "s3://my-bucket/alluxio" },
        "stack": { "name": "joint", "template": { "body": VENDOR, "capabilities": ["CAPABILITY_IAM"] } },
    }));
    for (path, json) in pairs {
        inputs.put(&Path::field(path), Value::from(json));
    }
    inputs
}

#[test]
fn every_rule_is_told_with_code_and_path() {
    type Row = (&'static str, fn(&mut World), &'static [(&'static str, &'static str)], u16, &'static str);
    let rows: &[Row] = &[
        ("no value of a field's", |_| {}, &[("ec2.keyName", "null")], 1153, "ec2.keyName"),
        (
            "no value of another",
            |_| {},
            &[(
                "stack.template.body",
                "\"{\\\"Parameters\\\":{\\\"Mine\\\":{\\\"Type\\\":\\\"String\\\"},\\\"VPC\\\":{\\\"Type\\\":\\\"String\\\"},\\\"Subnet\\\":{\\\"Type\\\":\\\"String\\\"},\\\"SecurityGroups\\\":{\\\"Type\\\":\\\"String\\\"},\\\"KeyName\\\":{\\\"Type\\\":\\\"String\\\"},\\\"WorkersCount\\\":{\\\"Type\\\":\\\"String\\\"},\\\"AlluxioS3RootMount\\\":{\\\"Type\\\":\\\"String\\\"}},\\\"Resources\\\":{}}\"",
            )],
            1153,
            "stack.template.parameters.Mine",
        ),
        ("a metastore that it lacks", |_| {}, &[("hiveMetastore.type", "\"glue\"")], 1154, "hiveMetastore.type"),
        (
            "a value for a name in Systems Manager",
            |_| {},
            &[("stack.template.parameterAliases", "{\"ImageId\":\"Image\"}"), ("ec2.imageId", "\"ami-00000001\"")],
            1154,
            "ec2.imageId",
        ),
        (
            "a parameter that it lacks",
            |_| {},
            &[("stack.template.parameters", "{\"EnableFibs\":\"true\"}")],
            1155,
            "stack.template.parameters.EnableFibs",
        ),
        (
            "an alias of nothing",
            |_| {},
            &[("stack.template.parameterAliases", "{\"WorkersCount\":\"NodeCount\"}")],
            1155,
            "stack.template.parameterAliases.WorkersCount",
        ),
        ("two values", |_| {}, &[("stack.template.parameters", "{\"KeyName\":\"other\"}")], 1156, "ec2.keyName"),
        ("no capability", |_| {}, &[("stack.template.capabilities", "null")], 1157, "stack.template.capabilities"),
        (
            "a macro",
            |_| {},
            &[("stack.template.body", "\"{\\\"Transform\\\":\\\"AWS::LanguageExtensions\\\",\\\"Resources\\\":{}}\"")],
            1157,
            "stack.template.capabilities",
        ),
        ("no template", |_| {}, &[("stack.template.body", "\"Resources: [\"")], 1158, "stack.template.body"),
        (
            "refused by AWS",
            |world| {
                world.faults.insert("cloudformation:GetTemplateSummary", CallErrorKind::Refused);
            },
            &[],
            1158,
            "stack.template.body",
        ),
        ("no parameter", |_| {}, &[("monitoring.cloudWatchMetrics", "true")], 1159, "monitoring.cloudWatchMetrics"),
        (
            "no way to the nodes",
            |_| {},
            &[("ec2.rollingUpdate.maxBatchSize", "\"2\"")],
            1159,
            "ec2.rollingUpdate.maxBatchSize",
        ),
    ];
    for (name, change, pairs, code, path) in rows {
        let mut world = world();
        change(&mut world);
        let pairs: Vec<(&str, Json)> =
            pairs.iter().map(|(path, text)| (*path, serde_json::from_str(text).expect("JSON"))).collect();
        let found = told(run(&world, None, &inputs(&pairs)));
        assert!(found.contains(&(*code, (*path).to_owned())), "{name}: {found:?}");
    }
    let large = format!("{VENDOR}# {}\n", "x".repeat(crate::template::LARGEST_BODY));
    let found = told(run(&world(), None, &inputs(&[("stack.template.body", json!(large))])));
    assert_eq!(found, [(1160, "stack.template.body".to_owned())]);
}

/// What is sent for these inputs.
fn sent(inputs: &Value, prior: Option<&Value>, stack: Option<&[&str]>) -> Vec<(String, String)> {
    let tree = own_template::tree(VENDOR).expect("a template");
    let summary = own_template::summary_of(&tree);
    let on_stack = stack.map(|names| names.iter().map(|name| (*name).to_owned()).collect());
    let given = Given {
        inputs,
        prior,
        written: &parameters::from_inputs(inputs, prior, &Uploaded::new()),
        derived: &own_template::computable(),
        on_stack: on_stack.as_ref(),
    };
    let show = |value: ParameterValue| match value {
        ParameterValue::Text(text) => text,
        ParameterValue::Secret(_) => "(secret)".to_owned(),
        ParameterValue::Previous => "(previous)".to_owned(),
    };
    own_template::map(&summary, given).parameters().into_iter().map(|(name, value)| (name, show(value))).collect()
}

#[test]
fn inputs_reach_the_templates_own_names_in_its_own_spelling() {
    let inputs = inputs(&[
        ("ec2.workerInstanceType", json!("r5.4xlarge")),
        ("superset.enabled", json!(true)),
        ("hiveMetastore.type", json!("mysql")),
        ("s3.secretKey", json!("hidden")),
        ("stack.template.parameters", json!({ "EnableFips": "true" })),
    ]);
    let expected = [
        ("AlluxioS3RootMount", "s3://my-bucket/alluxio"),
        ("EnableFips", "true"),
        ("KeyName", "analytics"),
        ("LaunchSuperset", "yes"),
        ("MetastoreType", "External MySQL RDBS"),
        ("S3SecretKey", "(secret)"),
        ("SecurityGroups", "sg-00000001"),
        ("Subnet", "subnet-00000001"),
        ("VPC", "vpc-00000001"),
        ("WorkersCount", "3"),
        ("WorkersInstanceType", "r5.4xlarge"),
    ];
    assert_eq!(sent(&inputs, None, None), expected.map(|(name, text)| (name.to_owned(), text.to_owned())));
}

#[test]
fn a_stack_keeps_what_no_input_says_and_gets_the_default_back_when_an_input_goes() {
    let names = ["VPC", "Subnet", "WorkersInstanceType", "EnableFips", "S3SecretKey", "KeyName", "WorkersCount"];
    let find = |all: &[(String, String)], name: &str| {
        all.iter().find(|(key, _)| key == name).map(|(_, text)| text.clone()).unwrap_or_default()
    };
    let before = inputs(&[("ec2.workerInstanceType", json!("r5.4xlarge"))]);
    let after = inputs(&[("ec2.keyName", json!(null))]);
    let all = sent(&after, Some(&before), Some(&names));
    assert_eq!(find(&all, "WorkersInstanceType"), "", "the template's default");
    for kept in ["EnableFips", "S3SecretKey"] {
        assert_eq!(find(&all, kept), "(previous)", "{kept}");
    }
    assert_eq!(find(&all, "KeyName"), "(previous)", "a parameter without default has no other value");
}

#[test]
fn a_running_stack_becomes_inputs_and_finds_nothing_to_do() {
    let tree = own_template::tree(VENDOR).expect("a template");
    let summary = own_template::summary_of(&tree);
    let parameters = [
        ("VPC", "vpc-00000001"),
        ("Subnet", "subnet-00000001"),
        ("SecurityGroups", "sg-00000002,sg-00000001"),
        ("KeyName", "analytics"),
        ("WorkersInstanceType", "r5.4xlarge"),
        ("WorkersCount", "3"),
        ("AlluxioS3RootMount", "s3://my-bucket/alluxio"),
        ("LaunchSuperset", "yes"),
        ("MetastoreType", "External MySQL RDBS"),
        ("S3SecretKey", "****"),
        ("EnableFips", "true"),
        ("Image", "/images/other"),
    ];
    let parameters = parameters.map(|(name, text)| (name.to_owned(), text.to_owned())).into();
    let stack = Stack { id: ARN.into(), parameters, ..Stack::default() };
    let (mut adopted, mut state) = (Value::Map(Default::default()), Default::default());
    own_template::adopted(&stack, &summary, &mut adopted, &mut state);
    let at = |path: &str| adopted.at(&Path::field(path)).clone();
    assert_eq!(at("ec2.workerInstanceType"), Value::text("r5.4xlarge"));
    assert_eq!(at("superset.enabled"), Value::Bool(true));
    assert_eq!(at("hiveMetastore.type"), Value::text("mysql"));
    assert_eq!(at("ec2.workerCount"), Value::integer(3));
    assert_eq!(at("s3.secretKey"), Value::Null);
    let own: Vec<String> =
        at("stack.template.parameters").as_map().into_iter().flatten().map(|(name, _)| name.clone()).collect();
    assert_eq!(own, ["EnableFips", "Image"]);
    let before = adopted.clone();
    own_template::refreshed(&stack, &summary, &state, &mut adopted);
    assert_eq!(adopted, before, "a refresh of the same stack changes nothing");
    // In the console somebody took another type, and the template's default of a flag.
    let mut changed = stack;
    changed.parameters.insert("WorkersInstanceType".to_owned(), "r5.xlarge".to_owned());
    changed.parameters.insert("EnableFips".to_owned(), "false".to_owned());
    own_template::refreshed(&changed, &summary, &state, &mut adopted);
    assert_eq!(adopted.at(&Path::field("ec2.workerInstanceType")), &Value::text("r5.xlarge"));
    assert!(adopted.at(&Path::field("stack.template.parameters.EnableFips")).is_null());
}

#[test]
fn a_preview_shows_the_mapping_and_what_becomes_of_nodes() {
    let world = world();
    let lines = |prior: Option<&Prior>, inputs: &Value| -> Vec<String> {
        let previewed = run(&world, prior, inputs).map_err(|failure| failure.render(Client::Pulumi)).expect("accepted");
        previewed.plan.notes.iter().map(|note| note.render(Client::Pulumi)).collect()
    };
    let said = lines(None, &inputs(&[]));
    assert!(
        said.iter().any(|line| line.starts_with("KeyName") && line.contains("ec2.keyName = analytics")),
        "{said:#?}"
    );
    assert!(said.iter().any(|line| line.contains("the template's default: m5.large")), "{said:#?}");
    assert!(!said.iter().any(|line| line.contains("acknowledged")), "{said:#?}");
    let prior = Prior { id: ARN.into(), inputs: inputs(&[]), outputs: Value::from(&json!({ "stackId": ARN })) };
    let said = lines(Some(&prior), &inputs(&[("ec2.workerInstanceType", json!("r5.4xlarge"))]));
    assert!(said.iter().any(|line| line.contains("replaces the whole group")), "{said:#?}");
    // The size of a group is no property of its nodes.
    let said = lines(Some(&prior), &inputs(&[("ec2.workerCount", json!(5))]));
    assert!(!said.iter().any(|line| line.contains("replaces the whole group")), "{said:#?}");
}

#[test]
fn another_template_in_place_is_told_and_can_be_prevented() {
    let world = world();
    let prior = Prior { id: ARN.into(), inputs: inputs(&[]), outputs: Value::from(&json!({ "stackId": ARN })) };
    let bundled = |more: &[(&str, Json)]| {
        let mut all = vec![("stack.template", json!(null))];
        all.extend(more.iter().cloned());
        inputs(&all)
    };
    let previewed = run(&world, Some(&prior), &bundled(&[])).map_err(|failure| failure.render(Client::Pulumi));
    let notes = previewed.expect("accepted").plan.notes;
    let said = notes.iter().any(|note| note.render(Client::Pulumi).contains("takes the place of yours"));
    assert!(said, "{notes:?}");
    let refused = told(run(&world, Some(&prior), &bundled(&[("stack.preventReplacement", json!(true))])));
    assert_eq!(refused, [(1117, "stack.template".to_owned())]);
    // To keep what the stack has is no other template.
    let kept = inputs(&[
        ("stack.template", json!({ "current": true, "capabilities": ["CAPABILITY_IAM"] })),
        ("stack.preventReplacement", json!(true)),
    ]);
    let bundled = Prior { inputs: bundled(&[]), ..prior };
    assert!(run(&World { template: VENDOR.into(), ..self::world() }, Some(&bundled), &kept).is_ok());
}

#[test]
fn outputs_that_show_a_hidden_parameter_are_sensitive() {
    let tree = own_template::tree(VENDOR).expect("a template");
    let keys = own_template::sensitive_outputs(&tree, &own_template::summary_of(&tree));
    assert_eq!(keys.into_iter().collect::<Vec<_>>(), ["Hidden"]);
}
