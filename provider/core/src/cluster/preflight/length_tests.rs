//! Rules of time, and the size that is read for them, against a world in memory.

use serde_json::{Value as Json, json};

use super::tests::{ARN, asker, inputs, prior, run, told, world};
use super::world::now;
use crate::cluster::api::{PreviewUse, Prior, STATE_KEY, Settings};
use crate::cluster::state::ClusterState;
use crate::cluster::{plan, preview};
use crate::failure::Client;
use crate::path::Path;
use crate::ports::*;
use crate::stack::{Goal, Stub};
use crate::time::{Millis, Timestamp};
use crate::value::Value;

/// A change that rolls three workers: 24 min with short queries, 2 h 36 min at most.
fn rolling(extra: &[(&str, Json)]) -> Value {
    let mut after = inputs(extra);
    after.put(&Path::field("ec2.workerInstanceType"), Value::text("r6gd.4xlarge"));
    after
}

#[test]
fn a_roll_that_outlives_the_credentials_is_refused_or_warned_of() {
    let role = json!("arn:aws:iam::123456789012:role/cloudformation");
    type Row<'a> = (&'static str, u64, &'a [(&'static str, Json)], Option<bool>);
    let rows: [Row<'_>; 5] = [
        ("likely to outlive them", 23, &[], Some(false)),
        ("may outlive them", 25, &[], Some(true)),
        ("never outlives them", 157, &[], None),
        ("with a role of the stack", 5, &[("stack.roleArn", role)], None),
        ("expired ones are renewed", 0, &[], None),
    ];
    for (name, minutes, extra, passes) in rows {
        let mut world = world();
        world.expiry = Some(Timestamp(minutes * 60_000));
        let result = run(&world, Some(&prior()), &rolling(extra));
        assert_eq!(passes != Some(false), result.is_ok(), "{name}");
        let expected = passes.map(|_| (1149, "stack.roleArn".to_owned()));
        assert_eq!(told(result).into_iter().find(|(code, _)| *code == 1149), expected, "{name}");
    }
    let began = Stub {
        goal: Goal::Update,
        stack_name: "analytics".into(),
        stack_id: Some(ARN.into()),
        token: "t".into(),
        began: Timestamp(0),
        status: "UPDATE_IN_PROGRESS".into(),
    };
    let record = ClusterState { operation: Some(began), ..ClusterState::of(Some(&prior())).unwrap_or_default() };
    let mut interrupted = prior();
    interrupted.outputs.put(&Path::field(STATE_KEY), record.to_value());
    let mut world = world();
    world.expiry = Some(Timestamp(60_000));
    let goes_on = run(&world, Some(&interrupted), &rolling(&[]));
    assert!(goes_on.is_ok() && told(goes_on).contains(&(1149, "stack.roleArn".to_owned())), "what began goes on");
    assert_eq!(told(run(&world, Some(&prior()), &inputs(&[("stack.tags", json!({ "a": "b" }))]))), [], "nothing moves");
}

#[test]
fn a_roll_that_may_outlast_the_timeout_is_warned_of() {
    let preview = |minutes: u64, after: &Value| {
        let limit = Some(Millis::from_seconds(minutes * 60));
        told(now(preview(
            world().ports(),
            &asker(),
            &Settings::default(),
            Some(&prior()),
            after,
            PreviewUse::Shown,
            limit,
        )))
    };
    assert_eq!(preview(155, &rolling(&[])), [(1127, "ec2.rollingUpdate.drainTimeout".to_owned())]);
    assert_eq!(preview(156, &rolling(&[])), []);
    assert_eq!(preview(30, &inputs(&[("ec2.workerCount", json!(2))]))[0].0, 1127, "leaving workers drain");
}

#[test]
fn a_preview_of_an_external_size_reads_it_and_counts_with_it() {
    let external = [("ec2.workerScaling", json!("external"))];
    let mut world = world();
    let outputs = [("WorkerAutoScalingGroupName".to_owned(), "workers".to_owned())].into();
    world.stack = Some(Stack {
        id: ARN.into(),
        name: "joint".into(),
        status: "CREATE_COMPLETE".into(),
        outputs,
        ..Stack::default()
    });
    world.workers = Some(Group { name: "workers".into(), desired: 20, ..Group::default() });
    let prior = Prior { inputs: inputs(&external), ..prior() };
    let previewed = run(&world, Some(&prior), &rolling(&external)).expect("no failure");
    let roll = previewed.plan.rolls.first().expect("a roll");
    assert_eq!((roll.nodes, roll.batch_size, roll.batches, roll.floor, roll.largest), (20, 2, 10, 20, 22));
    let notes: Vec<String> = previewed.plan.notes.iter().map(|note| note.render(Client::Pulumi)).collect();
    assert!(notes.iter().any(|note| note.starts_with("workers: 20 now, as operators")), "{notes:?}");
    let pure = plan(Some(&prior), &rolling(&external));
    assert_eq!(pure.rolls.first().map(|roll| roll.nodes), Some(3), "a plan reads nothing");
}
