//! Derived parameters: kept while nothing changes, computed when their fields do.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};
use starburst_schema::{DERIVED, Effect};

use super::api::{Change, Plan};
use super::derive::{From, derive};
use super::parameters::Uploaded;
use super::preflight::Facts;
use crate::path::Path;
use crate::ports::{Image, RouteTable, Subnet, Vpc, VpcEndpoint};
use crate::template::{ACCESS_PLACES, ENDPOINT_SERVICES, WORKER_MAXIMUM};
use crate::value::Value;

const STACK_ID: &str = "arn:aws:cloudformation:eu-central-1:123456789012:stack/joint/0a1b";

fn image(id: &str, architecture: &str) -> Image {
    Image {
        id: id.to_owned(),
        architecture: architecture.to_owned(),
        root_device: "/dev/xvda".to_owned(),
        ..Image::default()
    }
}

/// A private subnet without a way out, and one newest image by architecture.
fn facts() -> Facts {
    let newest = [image("ami-0000000000000001a", "x86_64"), image("ami-0000000000000001b", "arm64")];
    Facts {
        subnet: Some(Subnet {
            id: "subnet-1".to_owned(),
            cidr: "10.0.1.0/24".to_owned(),
            zone: "eu-central-1a".to_owned(),
            ..Subnet::default()
        }),
        vpc: Some(Vpc { id: "vpc-1".to_owned(), cidr: "10.0.0.0/16".to_owned(), dns_hostnames: true }),
        route_tables: Some(vec![RouteTable { id: "rtb-1".to_owned(), main: true, ..RouteTable::default() }]),
        endpoints: Some(Vec::new()),
        images: newest.iter().map(|image| (image.id.clone(), image.clone())).collect(),
        newest_images: newest.into_iter().map(|image| (image.architecture.clone(), image)).collect(),
        ..Facts::default()
    }
}

/// The least that a cluster needs, and what `extra` puts at dotted paths.
fn inputs(extra: &[(&str, Json)]) -> Value {
    let mut inputs = Value::from(&json!({ "ec2": { "workerCount": 3 } }));
    for (path, json) in extra {
        inputs.put(&Path::field(path), Value::from(json));
    }
    inputs
}

/// Derives as an update does when there is something stored, else as a create.
fn run(inputs: &Value, facts: &Facts, stored: &BTreeMap<String, String>, changed: &[&str]) -> BTreeMap<String, String> {
    let change = |path: &&str| Change {
        path: Path::field(path),
        before: Value::Null,
        after: inputs.at(&Path::field(path)).clone(),
        effect: Effect::InPlace,
    };
    let plan = Plan { changes: changed.iter().map(change).collect(), ..Plan::default() };
    derive(&From {
        inputs,
        facts,
        stored,
        plan: &plan,
        workers: None,
        stack_id: (!stored.is_empty()).then_some(STACK_ID),
        uploaded: &Uploaded::new(),
        partition: "aws",
        basic_resources: false,
    })
}

fn created(inputs: &Value, facts: &Facts) -> BTreeMap<String, String> {
    run(inputs, facts, &BTreeMap::new(), &[])
}

/// The services for which the stack makes endpoints.
fn endpoints(derived: &BTreeMap<String, String>) -> Vec<&'static str> {
    let places = derived["VpcEndpoints"].split(',').zip(ENDPOINT_SERVICES);
    places.filter(|(place, _)| *place == "yes").map(|(_, service)| *service).collect()
}

#[test]
fn nothing_flips_while_the_world_around_the_cluster_changes() {
    let program = inputs(&[("s3.secretKey", json!("one"))]);
    let stored = created(&program, &facts());
    let mut later = facts();
    later.newest_images = [("x86_64", "ami-0000000000000002a"), ("arm64", "ami-0000000000000002b")]
        .map(|(architecture, id)| (architecture.to_owned(), image(id, architecture)))
        .into();
    later.subnet =
        Some(Subnet { cidr: "10.0.9.0/24".to_owned(), zone: "eu-central-1c".to_owned(), ..Subnet::default() });
    later.route_tables = Some(vec![RouteTable {
        id: "rtb-2".to_owned(),
        main: true,
        default_route: Some("nat".to_owned()),
        ..RouteTable::default()
    }]);
    assert_eq!(run(&program, &later, &stored, &["stack.tags"]), stored);
}

#[test]
fn a_change_computes_what_comes_from_it_and_nothing_else() {
    let stored: BTreeMap<String, String> = DERIVED
        .iter()
        .map(|derived| {
            (derived.name.to_owned(), if derived.name.ends_with("Revision") { "7" } else { "old" }.to_owned())
        })
        .collect();
    // Set anew in every run: what a restart sets does not outlive it.
    let passing = ["WorkersBatchSize", "WorkersMinInService", "CoordinatorsBatchSize", "CoordinatorsMinInService"];
    for derived in DERIVED.iter().filter(|derived| !passing.contains(&derived.name)) {
        for path in derived.from {
            let now = run(&inputs(&[("superset.enabled", json!(true))]), &facts(), &stored, &[*path]);
            assert_ne!(now.get(derived.name), stored.get(derived.name), "{} after {path}", derived.name);
            for other in DERIVED.iter().filter(|other| !passing.contains(&other.name) && !other.from.contains(path)) {
                assert_eq!(now.get(other.name), stored.get(other.name), "{} after {path}", other.name);
            }
        }
    }
}

#[test]
fn more_workers_raise_the_largest_size() {
    let stored = created(&inputs(&[]), &facts());
    assert_eq!(stored[WORKER_MAXIMUM], "4");
    let more = inputs(&[("ec2.workerCount", json!(40))]);
    assert_eq!(run(&more, &facts(), &stored, &["ec2.workerCount"])[WORKER_MAXIMUM], "44");
}

#[test]
fn a_coordinators_successor_is_waited_for_until_the_drain_before_it_ends_and_an_hour_at_most() {
    let pause = |drain: &str| {
        let inputs = inputs(&[("ec2.rollingUpdate.drainTimeout", json!(drain))]);
        created(&inputs, &facts())["CoordinatorsPause"].clone()
    };
    assert_eq!(pause("30m"), "PT2700S");
    assert_eq!(pause("5h"), "PT3600S");
}

#[test]
fn a_private_subnet_without_nat_gets_the_endpoints_that_its_vpc_lacks() {
    let least = ["s3", "cloudformation", "ec2", "autoscaling", "secretsmanager", "logs"];
    let auto = |extra: &[(&str, Json)]| {
        let mut all = vec![("network.vpcEndpoints", json!("auto"))];
        all.extend_from_slice(extra);
        inputs(&all)
    };
    assert_eq!(endpoints(&created(&auto(&[]), &facts())), least);
    let more = auto(&[("monitoring.cloudWatchMetrics", json!(true)), ("hiveMetastore.type", json!("glue"))]);
    assert_eq!(endpoints(&created(&more, &facts())), [&least[..], &["monitoring", "glue"]].concat());

    let mut some = facts();
    let there = |service: &str, stack: Option<&str>| VpcEndpoint {
        service: format!("com.amazonaws.eu-central-1.{service}"),
        tags: stack.map(|id| ("aws:cloudformation:stack-id".to_owned(), id.to_owned())).into_iter().collect(),
        ..VpcEndpoint::default()
    };
    some.endpoints = Some(vec![there("ec2", None), there("logs", Some(STACK_ID))]);
    let stored = created(&auto(&[]), &facts());
    let now = run(&auto(&[]), &some, &stored, &["network.subnetId"]);
    assert_eq!(endpoints(&now), ["s3", "cloudformation", "autoscaling", "secretsmanager", "logs"], "its own stays");

    let mut nat = facts();
    if let Some(tables) = &mut nat.route_tables {
        tables[0].default_route = Some("nat".to_owned());
    }
    assert_eq!(endpoints(&created(&auto(&[]), &nat)), Vec::<&str>::new());
    assert_eq!(endpoints(&created(&inputs(&[("network.vpcEndpoints", json!("none"))]), &facts())), Vec::<&str>::new());
    assert_eq!(endpoints(&created(&inputs(&[("network.vpcEndpoints", json!("all"))]), &nat)), least);
}

#[test]
fn a_revision_grows_with_its_secret_and_tells_nothing_of_it() {
    let secret = "correct-horse-battery-staple";
    let with = |secret: &str| {
        let mut inputs = inputs(&[]);
        inputs.put(&Path::field("s3.secretKey"), Value::text(secret).secret());
        inputs.put(&Path::field("hiveMetastore.password"), Value::text(secret).secret());
        inputs
    };
    let mut stored = created(&with(secret), &facts());
    let number = |derived: &BTreeMap<String, String>, name: &str| derived[name].parse::<u64>().expect("a number");
    for round in 0..3 {
        let now = run(&with(&format!("{secret}-{round}")), &facts(), &stored, &["s3.secretKey"]);
        assert_eq!(number(&now, "SecretsRevision"), number(&stored, "SecretsRevision") + 1);
        assert_eq!(now["MetastoreSecretsRevision"], stored["MetastoreSecretsRevision"]);
        assert!(now.values().all(|text| !text.contains(secret)), "{now:?}");
        stored = now;
    }
}

#[test]
fn images_stay_until_they_are_refreshed() {
    let stored = created(&inputs(&[]), &facts());
    assert_eq!(stored["WorkerImageId"], "ami-0000000000000001a");
    let mut later = facts();
    later.newest_images.insert("x86_64".to_owned(), image("ami-0000000000000002a", "x86_64"));
    let more = inputs(&[("ec2.workerCount", json!(5))]);
    let now = run(&more, &later, &stored, &["ec2.workerCount"]);
    assert_eq!((&now["ImageId"], &now["WorkerImageId"]), (&stored["ImageId"], &stored["WorkerImageId"]));
    let refreshed = inputs(&[("ec2.imageRefresh", json!("2026-11"))]);
    let now = run(&refreshed, &later, &stored, &["ec2.imageRefresh"]);
    assert_eq!(
        (now["ImageId"].as_str(), now["WorkerImageId"].as_str()),
        ("ami-0000000000000002a", "ami-0000000000000002a")
    );
}

#[test]
fn no_network_stands_twice_in_the_prefix_list() {
    let open = |networks: Json| {
        inputs(&[("presto.allowExternalAccessOnHttp", json!(true)), ("presto.externalAccessCidrs", networks)])
    };
    let ten: Vec<String> = (0..10).map(|net| format!("192.168.{net}.0/24")).collect();
    for (networks, expected) in [
        (json!(["10.0.1.0/24"]), "127.0.0.2/32"),
        (json!(["10.0.1.7/24", "192.168.0.0/16"]), "192.168.0.0/16"),
        (json!(["10.1.0.0/16", "10.0.1.9/24", "127.0.0.2/32"]), "10.0.1.0/24"),
        (json!(ten), "10.0.1.0/24"),
    ] {
        let first = networks[0].as_str().unwrap_or_default().to_owned();
        let places = created(&open(networks.clone()), &facts())["AccessCidrs"].clone();
        let places: Vec<&str> = places.split(',').collect();
        assert_eq!((places.len(), places[0]), (ACCESS_PLACES, expected), "{networks}");
        let mut all: Vec<String> = places.iter().map(|place| (*place).to_owned()).collect();
        all.push(first.replace("10.0.1.7/24", "10.0.1.0/24"));
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), ACCESS_PLACES + 1, "{networks}: {places:?}");
    }
}

#[test]
fn the_template_rolls_as_the_preview_says() {
    use super::api::Prior;
    use super::rolling_update::{Course, Group};
    for count in [1, 2, 3, 9, 10, 25, 100] {
        for batch in [json!(null), json!("1"), json!("4"), json!("30%")] {
            for floor in [json!(null), json!(0), json!(count / 2), json!(count)] {
                let before = inputs(&[
                    ("ec2.workerCount", json!(count)),
                    ("ec2.rollingUpdate.maxBatchSize", batch.clone()),
                    ("ec2.rollingUpdate.minInService", floor.clone()),
                ]);
                let derived = created(&before, &facts());
                let number = |name: &str| derived[name].parse::<u32>().expect("a number");
                let course = Course::of(Group {
                    obsolete: count,
                    desired: count,
                    max: number(WORKER_MAXIMUM),
                    in_service: number("WorkersMinInService"),
                    batch: number("WorkersBatchSize"),
                });
                assert!(number("WorkersMinInService") < number(WORKER_MAXIMUM), "AWS refuses it otherwise");
                let mut after = before.clone();
                after.put(&Path::field("ec2.workerInstanceType"), Value::text("r5.xlarge"));
                let prior = Prior { id: STACK_ID.to_owned(), inputs: before, outputs: Value::Null };
                let plan = super::plan(Some(&prior), &after);
                let roll = plan.rolls.first().expect("a roll");
                let said = (roll.batch_size, roll.batches, roll.floor, roll.largest);
                let done = (course.batch, course.rounds, course.lowest, course.largest);
                assert_eq!(said, done, "{count} {batch} {floor}");
            }
        }
    }
}
