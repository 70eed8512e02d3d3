//! Rules that need AWS, against a world in memory.

use serde_json::{Value as Json, json};

use super::world::{World, now};
use crate::cluster::api::{Asker, Plan, PreviewUse, Previewed, Prior, Settings};
use crate::cluster::{plan, preview};
use crate::failure::{Client, Failure, FailureKind};
use crate::path::{Casing, Path};
use crate::ports::*;
use crate::value::Value;

pub(super) const ARN: &str = "arn:aws:cloudformation:eu-central-1:123456789012:stack/joint/1";

fn kind(name: &str, memory_gib: u64, architecture: &str, disks: u64) -> InstanceType {
    InstanceType {
        name: name.into(),
        vcpus: 16,
        memory_mib: memory_gib * 1024,
        architecture: architecture.into(),
        instance_store_gb: disks,
    }
}

fn image(id: &str, architecture: &str) -> Image {
    Image { id: id.into(), architecture: architecture.into(), created: id.into(), ..Image::default() }
}

pub(super) fn world() -> World {
    World {
        subnets: vec![Subnet {
            id: "subnet-00000001".into(),
            vpc_id: "vpc-00000001".into(),
            cidr: "10.0.0.0/24".into(),
            zone: "eu-central-1a".into(),
            assigns_public_ip: false,
            free_addresses: 200,
        }],
        vpcs: vec![Vpc { id: "vpc-00000001".into(), cidr: "10.0.0.0/16".into(), dns_hostnames: true }],
        groups: vec![SecurityGroup { id: "sg-00000001".into(), vpc_id: "vpc-00000001".into() }],
        keys: ["analytics".to_owned()].into(),
        tables: vec![RouteTable {
            id: "rtb-00000001".into(),
            main: true,
            subnet_ids: vec![],
            default_route: Some("nat".into()),
        }],
        types: vec![
            kind("r4.4xlarge", 122, "x86_64", 0),
            kind("r6gd.4xlarge", 128, "arm64", 950),
            kind("t3.medium", 4, "x86_64", 0),
            kind("g6.xlarge", 16, "x86_64", 0),
        ],
        offered: ["r4.4xlarge", "r6gd.4xlarge", "t3.medium", "g6.xlarge", "r5.4xlarge"].map(str::to_owned).to_vec(),
        images: vec![image("ami-00000001", "x86_64"), image("ami-00000002", "x86_64"), image("ami-00000003", "arm64")],
        buckets: [("my-bucket".to_owned(), "eu-central-1".to_owned())].into(),
        account: "123456789012".into(),
        ..World::default()
    }
}

pub(super) fn inputs(pairs: &[(&str, Json)]) -> Value {
    let mut inputs = Value::from(&json!({
        "network": { "vpcId": "vpc-00000001", "subnetId": "subnet-00000001", "securityGroupIds": ["sg-00000001"] },
        "ec2": { "workerCount": 3 },
        "alluxio": { "s3RootMount": "s3://my-bucket/alluxio" },
        "stack": { "name": "joint" },
    }));
    for (path, json) in pairs {
        inputs.put(&Path::field(path), Value::from(json));
    }
    inputs
}

pub(super) fn asker() -> Asker {
    Asker { client: Client::Pulumi, owner: "urn".into() }
}

pub(super) fn run(world: &World, prior: Option<&Prior>, inputs: &Value) -> Result<Previewed, Failure> {
    now(preview(world.ports(), &asker(), &Settings::default(), prior, inputs, PreviewUse::Shown, None))
}

pub(super) fn told(result: Result<Previewed, Failure>) -> Vec<(u16, String)> {
    let place = |found: &crate::failure::Violation| (found.code.number, found.path.render(Casing::Camel));
    match result {
        Ok(previewed) => previewed.warnings.iter().map(place).collect(),
        Err(failure) => failure.violations.iter().map(place).collect(),
    }
}

pub(super) fn prior() -> Prior {
    Prior {
        id: ARN.into(),
        inputs: inputs(&[]),
        outputs: Value::from(&json!({ "stackId": ARN, "coordinatorUrl": "http://10.0.0.5:8080", "stackOutputs": {} })),
    }
}

/// A world, what is written over valid inputs, and the violation that follows.
type Row = (&'static str, fn(&mut World), &'static [(&'static str, &'static str)], u16, &'static str);

#[test]
fn every_rule_is_told_with_code_and_path() {
    let rows: &[Row] = &[
        ("no VPC", |world| world.vpcs.clear(), &[], 1130, "network.vpcId"),
        ("no subnet", |world| world.subnets.clear(), &[], 1131, "network.subnetId"),
        ("subnet elsewhere", |world| world.subnets[0].vpc_id = "vpc-2".into(), &[], 1132, "network.subnetId"),
        ("full subnet", |world| world.subnets[0].free_addresses = 4, &[], 1133, "network.subnetId"),
        ("no group", |world| world.groups.clear(), &[], 1134, "network.securityGroupIds"),
        ("group elsewhere", |world| world.groups[0].vpc_id = "vpc-2".into(), &[], 1135, "network.securityGroupIds"),
        ("no key", |_| {}, &[("ec2.keyName", "\"mine\"")], 1136, "ec2.keyName"),
        ("unknown type", |_| {}, &[("ec2.workerInstanceType", "\"r9.4xlarge\"")], 1137, "ec2.workerInstanceType"),
        (
            "not in the zone",
            |world| {
                world.offered.remove(0);
            },
            &[],
            1137,
            "ec2.workerInstanceType",
        ),
        ("no image", |_| {}, &[("ec2.imageId", "\"ami-00000009\"")], 1138, "ec2.imageId"),
        ("ARM image", |_| {}, &[("ec2.imageId", "\"ami-00000003\"")], 1139, "ec2.imageId"),
        ("no bucket", |world| world.buckets.clear(), &[], 1140, "alluxio.s3RootMount"),
        (
            "foreign bucket",
            |world| {
                world.buckets.insert("my-bucket".into(), "us-east-1".into());
            },
            &[],
            1141,
            "alluxio.s3RootMount",
        ),
        ("no route table", |_| {}, &[("network.routeTableIds", "[\"rtb-00000009\"]")], 1143, "network.routeTableIds"),
        (
            "no DNS names",
            |world| {
                world.tables[0].default_route = None;
                world.vpcs[0].dns_hostnames = false;
            },
            &[],
            1144,
            "network.vpcId",
        ),
        ("small workers", |_| {}, &[("ec2.workerInstanceType", "\"t3.medium\"")], 1052, "ec2.workerInstanceType"),
        (
            "small coordinator",
            |_| {},
            &[("ec2.coordinatorInstanceType", "\"t3.medium\"")],
            1052,
            "ec2.coordinatorInstanceType",
        ),
        (
            "large cache",
            |_| {},
            &[("ec2.workerInstanceType", "\"g6.xlarge\""), ("alluxio.workerStorage.percent", "95")],
            1052,
            "ec2.workerInstanceType",
        ),
        (
            "no disks",
            |_| {},
            &[("ec2.workerInstanceType", "\"g6.xlarge\""), ("alluxio.workerStorage.medium", "\"instanceStore\"")],
            1050,
            "alluxio.workerStorage.medium",
        ),
        ("no way out", |world| world.tables[0].default_route = None, &[], 1090, "packages.mirrorUri"),
        (
            "no public address",
            |world| world.tables[0].default_route = Some("igw".into()),
            &[],
            1090,
            "packages.mirrorUri",
        ),
        (
            "no endpoints",
            |world| world.tables[0].default_route = None,
            &[("network.vpcEndpoints", "\"none\""), ("packages.mirrorUri", "\"s3://my-bucket/m\"")],
            1091,
            "network.vpcEndpoints",
        ),
        (
            "name taken",
            |world| world.stack = Some(Stack { name: "joint".into(), ..Stack::default() }),
            &[],
            3002,
            "stack.name",
        ),
        (
            "folder without etc",
            |world| {
                world.files.insert("conf".into(), vec![("config.properties".into(), "a".into())]);
            },
            &[("presto.workerConfiguration", "\"conf\""), ("stack.assetBucket", "\"my-bucket\"")],
            1101,
            "presto.workerConfiguration",
        ),
        (
            "HTTP switched off",
            |world| {
                let text = "# ours\nhttp-server.http.enabled = false\n";
                world.files.insert("conf".into(), vec![("etc/config.properties".into(), text.into())]);
            },
            &[("presto.coordinatorConfiguration", "\"conf\""), ("stack.assetBucket", "\"my-bucket\"")],
            1151,
            "presto.coordinatorConfiguration",
        ),
        (
            "another port",
            |world| {
                let text = "http-server.http.port=9090";
                world.files.insert("conf".into(), vec![("etc/config.properties".into(), text.into())]);
            },
            &[("presto.workerConfiguration", "\"conf\""), ("stack.assetBucket", "\"my-bucket\"")],
            1151,
            "presto.workerConfiguration",
        ),
        (
            "access control on workers",
            |world| {
                let text = "access-control.name=read-only";
                world.files.insert("conf".into(), vec![("etc/access-control.properties".into(), text.into())]);
            },
            &[("presto.workerConfiguration", "\"conf\""), ("stack.assetBucket", "\"my-bucket\"")],
            1151,
            "presto.workerConfiguration",
        ),
        (
            "a catalog past the cache",
            |world| {
                let text = "connector.name=iceberg\niceberg.catalog.type=glue\n";
                world.files.insert("conf".into(), vec![("etc/catalog/lake.properties".into(), text.into())]);
            },
            &[("presto.coordinatorConfiguration", "\"conf\""), ("stack.assetBucket", "\"my-bucket\"")],
            1152,
            "presto.coordinatorConfiguration",
        ),
        (
            "empty script",
            |world| {
                world.files.insert("boot.sh".into(), vec![("boot.sh".into(), " \n".into())]);
            },
            &[("presto.bootstrapScript", "\"boot.sh\""), ("stack.assetBucket", "\"my-bucket\"")],
            1102,
            "presto.bootstrapScript",
        ),
        (
            "absent script",
            |_| {},
            &[("presto.bootstrapScript", "\"boot.sh\""), ("stack.assetBucket", "\"my-bucket\"")],
            1002,
            "presto.bootstrapScript",
        ),
    ];
    for (name, change, pairs, code, path) in rows {
        let mut world = world();
        change(&mut world);
        let pairs: Vec<(&str, Json)> =
            pairs.iter().map(|(path, json)| (*path, serde_json::from_str(json).expect(name))).collect();
        let told = told(run(&world, None, &inputs(&pairs)));
        assert!(told.contains(&(*code, (*path).to_owned())), "{name}: {told:?}");
    }
}

#[test]
fn a_configuration_that_leaves_the_node_its_own_is_sound() {
    let mut world = world();
    let files = [
        ("etc/config.properties", "http-server.http.port=8080\nquery.max-memory=1GB\naccess-control.config-files=a"),
        ("etc/access-control.properties", "access-control.name=read-only"),
        ("etc/catalog/lake.properties", "connector.name=iceberg\ns3.endpoint=http://127.0.0.1:39999/api/v1/s3"),
        ("etc/catalog/tpch.properties", "connector.name=tpch"),
    ];
    world.files.insert("conf".into(), files.map(|(name, text)| (name.into(), text.into())).to_vec());
    let inputs =
        inputs(&[("presto.coordinatorConfiguration", json!("conf")), ("stack.assetBucket", json!("my-bucket"))]);
    assert_eq!(told(run(&world, None, &inputs)), []);
}

#[test]
fn a_sound_program_passes_and_knows_its_facts() {
    let world = world();
    let inputs = inputs(&[("ec2.keyName", json!("analytics"))]);
    assert_eq!(told(run(&world, None, &inputs)), []);
    let plan = plan(None, &inputs);
    let facts = now(super::preflight(world.ports(), &asker(), &Settings::default(), None, &inputs, &plan, None))
        .expect("facts");
    assert_eq!(facts.way_out(&inputs), Some(true));
    assert_eq!(facts.newest_images.get("x86_64").map(|image| image.id.as_str()), Some("ami-00000002"));
    assert_eq!(facts.subnet_route_table().map(|table| table.id.as_str()), Some("rtb-00000001"));
    assert_eq!(facts.instance_types.get("r4.4xlarge").map(|known| known.memory_mib), Some(122 * 1024));
}

#[test]
fn several_mistakes_are_told_at_once() {
    let mut world = world();
    world.groups.clear();
    world.buckets.clear();
    let inputs = inputs(&[("ec2.keyName", json!("mine")), ("ec2.imageId", json!("ami-00000009"))]);
    let told: Vec<u16> = told(run(&world, None, &inputs)).into_iter().map(|(code, _)| code).collect();
    assert_eq!(told, [1134, 1136, 1138, 1140]);
}

#[test]
fn a_type_that_is_not_offered_is_told_with_the_nearest() {
    let mut world = world();
    world.offered.retain(|name| name != "r4.4xlarge");
    let failure = run(&world, None, &inputs(&[])).expect_err("not offered");
    let text = failure.render(Client::Pulumi);
    assert!(text.contains("not offered in eu-central-1a") && text.contains("`r5.4xlarge`"), "{text}");
}

#[test]
fn a_read_that_is_denied_becomes_a_warning() {
    let actions = [
        "ec2:DescribeSubnets",
        "ec2:DescribeVpcs",
        "ec2:DescribeSecurityGroups",
        "ec2:DescribeKeyPairs",
        "ec2:DescribeRouteTables",
        "ec2:DescribeVpcEndpoints",
        "ec2:DescribeInstanceTypes",
        "ec2:DescribeInstanceTypeOfferings",
        "ec2:DescribeImages",
        "s3:ListBucket",
        "cloudformation:DescribeStacks",
    ];
    for action in actions {
        let mut world = world();
        world.faults.insert(action, CallErrorKind::Denied);
        let previewed = run(&world, None, &inputs(&[("ec2.keyName", json!("analytics"))])).expect(action);
        assert!(!previewed.warnings.is_empty(), "{action}");
        for warning in &previewed.warnings {
            assert_eq!(warning.code.number, 1142, "{action}");
            assert!(warning.render(Client::Pulumi).contains(action), "{action}");
        }
    }
}

#[test]
fn bad_credentials_and_an_unreachable_endpoint_are_failures() {
    for (kind, expected) in [
        (CallErrorKind::Credentials, FailureKind::Denied),
        (CallErrorKind::Transport, FailureKind::Unreachable),
        (CallErrorKind::Throttled, FailureKind::Unreachable),
    ] {
        let mut world = world();
        world.faults.insert("ec2:DescribeSubnets", kind);
        let failure = run(&world, None, &inputs(&[])).expect_err("a failure");
        assert_eq!(failure.kind, expected);
    }
}

#[test]
fn guards_of_the_account_come_first() {
    let world = world();
    let settings = Settings { forbidden_accounts: vec!["123456789012".into()], ..Settings::default() };
    let none = &inputs(&[]);
    let previewed = now(preview(world.ports(), &asker(), &settings, None, none, PreviewUse::Shown, None));
    let failure = previewed.expect_err("forbidden");
    assert_eq!((failure.kind, failure.code.number), (FailureKind::Denied, 2003));
    assert_eq!(*world.calls.lock().expect("calls"), ["sts:GetCallerIdentity"]);
}

#[test]
fn a_stack_of_our_own_is_joined() {
    let mut world = world();
    let tags = [("starburst:owner".to_owned(), "urn".to_owned())].into();
    world.stack = Some(Stack { name: "joint".into(), tags, ..Stack::default() });
    assert_eq!(told(run(&world, None, &inputs(&[]))), []);
}

#[test]
fn unknown_inputs_are_not_asked_for() {
    let world = world();
    let mut inputs = inputs(&[]);
    for path in ["network.vpcId", "network.subnetId", "network.securityGroupIds", "alluxio.s3RootMount"] {
        inputs.put(&Path::field(path), Value::Unknown);
    }
    assert_eq!(told(run(&world, None, &inputs)), []);
    let calls = world.calls.lock().expect("calls").clone();
    assert!(!calls.contains(&"ec2:DescribeSubnets") && !calls.contains(&"s3:ListBucket"), "{calls:?}");
}

#[test]
fn nothing_is_called_when_nothing_changes_or_operational_settings_do() {
    for after in [inputs(&[]), inputs(&[("stack.onConflict", json!("wait"))])] {
        let world = world();
        let previewed = run(&world, Some(&prior()), &after).expect("no failure");
        assert!(world.calls.lock().expect("calls").is_empty());
        assert_eq!(previewed.outputs.at(&Path::field("coordinatorUrl")), &Value::text("http://10.0.0.5:8080"));
    }
}

#[test]
fn an_update_reads_what_its_inputs_need() {
    let calls = |pairs: &[(&str, Json)]| {
        let world = world();
        run(&world, Some(&prior()), &inputs(pairs)).expect("no failure");
        world.calls.into_inner().expect("calls")
    };
    assert_eq!(
        calls(&[("stack.tags", json!({ "a": "b" }))]),
        ["sts:GetCallerIdentity", "autoscaling:DescribeAutoScalingGroups", "cloudformation:DescribeStacks"]
    );
    assert_eq!(
        calls(&[("ec2.keyName", json!("analytics"))]),
        ["sts:GetCallerIdentity", "ec2:DescribeSubnets", "ec2:DescribeKeyPairs", "cloudformation:DescribeStacks"]
    );
    let types = calls(&[("ec2.workerInstanceType", json!("r6gd.4xlarge"))]);
    assert!(types.contains(&"ec2:DescribeInstanceTypes") && types.contains(&"ec2:DescribeImages"), "{types:?}");
    let described = types.iter().filter(|call| **call == "cloudformation:DescribeStacks").count();
    assert_eq!(described, 1, "its own stack, and no other");
}

#[test]
fn a_roll_needs_room_for_one_batch_beside_the_cluster() {
    let after = inputs(&[("ec2.workerInstanceType", json!("r6gd.4xlarge"))]);
    let mut world = world();
    world.subnets[0].free_addresses = 0;
    assert_eq!(told(run(&world, Some(&prior()), &after)), [(1133, "network.subnetId".to_owned())]);
    world.subnets[0].free_addresses = 1;
    assert_eq!(told(run(&world, Some(&prior()), &after)), []);
}

#[test]
fn a_preview_keeps_what_stays_and_has_every_output() {
    let world = world();
    let scaled = run(&world, Some(&prior()), &inputs(&[("ec2.workerCount", json!(5))])).expect("no failure");
    assert_eq!(scaled.outputs.at(&Path::field("coordinatorUrl")), &Value::text("http://10.0.0.5:8080"));
    assert!(scaled.outputs.at(&Path::field("stackOutputs")).is_unknown());
    assert_eq!(scaled.outputs.at(&Path::field("ec2.workerCount")), &Value::integer(5));
    let created = run(&world, None, &inputs(&[])).expect("no failure");
    assert_eq!(created.outputs.at(&Path::field("stackName")), &Value::text("joint"));
    assert_eq!(created.outputs.at(&Path::field("region")), &Value::text("eu-central-1"));
    for output in starburst_schema::OUTPUTS.iter().filter(|output| !["stackName", "region"].contains(&output.name)) {
        assert!(created.outputs.at(&Path::field(output.name)).is_unknown(), "{}", output.name);
    }
}

#[test]
fn a_plan_with_errors_calls_nothing() {
    let world = world();
    let after = inputs(&[("stack.preventReplacement", json!(true)), ("network.subnetId", json!("subnet-00000002"))]);
    assert_eq!(told(run(&world, Some(&prior()), &after)), [(1117, "network.subnetId".to_owned())]);
    assert!(world.calls.lock().expect("calls").is_empty());
}

#[test]
fn every_rule_with_reads_has_a_row() {
    let plan = Plan::default();
    assert!(plan.is_empty());
    let here = [
        1130, 1131, 1132, 1133, 1134, 1135, 1136, 1137, 1138, 1139, 1140, 1141, 1142, 1143, 1144, 1149, 1150, 1151,
        1152,
    ];
    let of_own_templates = super::own_template_tests::CODES;
    let codes = starburst_schema::codes::input::CODES.iter().map(|code| code.number).filter(|number| *number >= 1130);
    assert_eq!(codes.collect::<Vec<_>>(), [&here[..], of_own_templates].concat());
}
