//! Rolls in a plan: batches, floor, order, estimates, and the lines that users read.

use serde_json::{Value as Json, json};
use starburst_schema::Role;

use super::api::Settings;
use super::plan::plan_at;
use super::plan_tests::{base, between, lines, prior, with};
use super::rolls;
use crate::path::Path;
use crate::time::Millis;
use crate::value::Value;

#[test]
fn a_roll_of_workers_is_told_in_numbers() {
    let plan = between(base(), &with(&[("ec2.workerInstanceType", json!("r5.4xlarge"))]));
    let roll = plan.rolls.first().expect("a roll");
    assert_eq!((roll.nodes, roll.batch_size, roll.batches, roll.floor, roll.largest), (3, 1, 3, 3, 4));
    assert_eq!(roll.likely, Millis::from_seconds(3 * 3 * 60 + 3 * 5 * 60));
    assert_eq!(roll.at_most, Millis::from_seconds(3 * 15 * 60 + 3 * 37 * 60));
    assert_eq!(roll.because, [Path::field("ec2.workerInstanceType")]);
    assert_eq!(
        lines(&plan),
        [
            "workers roll: 3 nodes in 3 batches of 1, at least 3 of 4 stay in service, about 24 min with short queries, at most 2 h 36 min (because of ec2.workerInstanceType)"
        ]
    );
}

#[test]
fn batches_and_floor_follow_the_settings() {
    // Count, batch, floor; then batch, batches, floor, largest size.
    type Row<'a> = (i64, Option<&'a str>, Option<i64>, (u32, u32, u32, u32));
    let rows: &[Row<'_>] = &[
        (25, None, None, (2, 13, 25, 27)),
        (9, None, None, (1, 9, 9, 10)),
        (10, Some("30%"), None, (3, 4, 10, 13)),
        (10, Some("4"), Some(6), (4, 3, 6, 10)),
        (10, Some("2"), Some(5), (2, 5, 8, 10)),
        (10, Some("4"), Some(9), (4, 3, 9, 13)),
        (2, Some("5"), Some(0), (2, 1, 0, 2)),
        (3, Some("1%"), None, (1, 3, 3, 4)),
        (1, None, None, (1, 1, 1, 2)),
    ];
    for (count, batch, floor, expected) in rows {
        let mut inputs = with(&[("ec2.workerCount", json!(count))]);
        inputs.put(&Path::field("ec2.rollingUpdate.maxBatchSize"), batch.map_or(Value::Null, Value::text));
        inputs.put(&Path::field("ec2.rollingUpdate.minInService"), floor.map_or(Value::Null, Value::integer));
        let mut after = inputs.clone();
        after.put(&Path::field("ec2.workerInstanceType"), Value::text("r5.4xlarge"));
        let plan = between(inputs, &after);
        let roll = plan.rolls.first().expect("a roll");
        let told = (roll.batch_size, roll.batches, roll.floor, roll.largest);
        assert_eq!(told, *expected, "{count} {batch:?} {floor:?}");
    }
}

#[test]
fn a_roll_replaces_the_nodes_that_were_there_whatever_the_count_becomes() {
    for (before, after, expected) in [(3, 5, (3, 3, 3, 6)), (5, 3, (3, 3, 3, 4))] {
        let plan = between(
            with(&[("ec2.workerCount", json!(before))]),
            &with(&[("ec2.workerCount", json!(after)), ("ec2.workerInstanceType", json!("r5.4xlarge"))]),
        );
        let roll = plan.rolls.first().expect("a roll");
        assert_eq!((roll.nodes, roll.batches, roll.floor, roll.largest), expected, "{before} to {after}");
    }
}

#[test]
fn a_roll_at_the_operators_size_tells_their_number() {
    let external = [("ec2.workerScaling", json!("external"))];
    let mut after = with(&external);
    after.put(&Path::field("ec2.workerInstanceType"), Value::text("r5.4xlarge"));
    after.put(&Path::field("ec2.workerCount"), Value::integer(4));
    let plan = plan_at(&Settings::default(), &prior(with(&external)), &after, 20);
    let roll = plan.rolls.first().expect("a roll");
    assert_eq!((roll.nodes, roll.batch_size, roll.batches, roll.floor, roll.largest), (20, 2, 10, 20, 22));
    let lines = lines(&plan);
    assert!(lines.iter().any(|line| line.starts_with("ec2.workerCount has no effect on a cluster")), "{lines:?}");
    assert!(!lines.iter().any(|line| line.starts_with("node-hours")), "{lines:?}");
}

#[test]
fn one_coordinator_is_an_outage_and_several_are_not() {
    let one = between(base(), &with(&[("ec2.coordinatorInstanceType", json!("r5.4xlarge"))]));
    assert_eq!(
        lines(&one),
        [
            "the coordinator is replaced: new queries are refused, running ones have up to 30 min and are ended then, and an outage of one boot follows, at most 15 min; about 8 min with short queries, at most 47 min (because of ec2.coordinatorInstanceType)"
        ]
    );
    let three = with(&[("ec2.haCoordinatorCount", json!(3))]);
    let mut after = three.clone();
    after.put(&Path::field("ec2.coordinatorInstanceType"), Value::text("r5.4xlarge"));
    let plan = between(three, &after);
    assert_eq!(plan.rolls.first().map(|roll| (roll.batches, roll.floor, roll.largest)), Some((3, 2, 3)));
    assert!(
        lines(&plan).iter().any(|line| line.starts_with("coordinators roll: 3 nodes one by one, at least 2 of 3")),
        "{:?}",
        lines(&plan)
    );
}

#[test]
fn coordinators_come_before_workers_and_the_preview_says_so() {
    let plan = between(base(), &with(&[("ec2.keyName", json!("k"))]));
    assert_eq!(plan.rolls.iter().map(|roll| roll.role).collect::<Vec<_>>(), [Role::Coordinator, Role::Worker]);
    assert!(lines(&plan).iter().any(|line| line.starts_with("coordinators roll first")), "{:?}", lines(&plan));
}

#[test]
fn scaling_in_says_how_long_workers_may_take_to_leave() {
    let plan = between(base(), &with(&[("ec2.workerCount", json!(1))]));
    assert!(plan.rolls.is_empty());
    assert_eq!(
        lines(&plan),
        [
            "workers: from 3 to 1; the 2 that leave finish their queries first, for at most 30 min",
            "node-hours a day: 96 before, 48 after"
        ]
    );
}

#[test]
fn an_estimate_counts_what_comes_and_goes() {
    let minutes = |before: &[(&str, Json)], after: &[(&str, Json)]| {
        let (before, after) = (prior(with(before)), with(after));
        let plan = super::plan(Some(&before), &after);
        let (likely, at_most) = rolls::estimate(&before, &after, &plan);
        (likely.seconds() / 60, at_most.seconds() / 60)
    };
    type Row<'a> = (&'static str, &'a [(&'static str, Json)], (u64, u64));
    let rows: [Row<'_>; 6] = [
        ("tags move no node", &[("stack.tags", json!({ "a": "b" }))], (0, 0)),
        ("more workers boot", &[("ec2.workerCount", json!(5))], (3, 15)),
        ("fewer workers drain together", &[("ec2.workerCount", json!(1))], (5, 37)),
        (
            "the coordinator goes before its successor comes",
            &[("ec2.coordinatorInstanceType", json!("r5.xlarge"))],
            (8, 47),
        ),
        ("a restart is one round of each group", &[("alluxio.s3RootMount", json!("s3://my-bucket/b"))], (16, 99)),
        ("a replacement is another operation", &[("network.subnetId", json!("subnet-00000002"))], (0, 0)),
    ];
    for (name, after, expected) in rows {
        assert_eq!(minutes(&[], after), expected, "{name}");
    }
    let faster = ("ec2.rollingUpdate.maxBatchSize", json!("3"));
    let roll = [faster.clone(), ("ec2.workerInstanceType", json!("r5.xlarge"))];
    assert_eq!(minutes(&[faster], &roll), (8, 52), "one batch beside the old nodes, and none after it");
}
