//! Following operations of others: lines, ends, waiting for the next one.

use super::scripts::*;
use super::world::*;
use crate::failure::{Client, FailureKind};
use crate::ports::{CallErrorKind, CloudFormation as _};
use crate::stack::status::StackStatus;
use crate::stack::{Fields, Followed, Follower, Goal};
use crate::time::{Millis, Timestamp};

/// A world in which somebody has just made a create of that script.
fn creating(script: Script) -> World {
    let world = World::new(vec![script]);
    world.drive(world.create_stack(NAME, false, &request("body"))).unwrap().unwrap();
    world
}

/// A world with a stack at rest and these events to come: an operation of somebody else.
fn changing(script: Script) -> World {
    let world = World::new(vec![script]);
    let id = world.with_stack(false, &[("@", "CREATE_IN_PROGRESS"), ("@", "CREATE_COMPLETE")]);
    world.drive(world.rollback_stack(&id, "token")).unwrap().unwrap();
    world
}

fn follower(world: &World, timeout: Option<u64>) -> Follower {
    let now = Timestamp(world.state().now);
    Follower::new(NAME, Fields::default(), now, timeout.map(Millis::from_seconds))
}

fn followed(world: &World) -> Followed {
    world.drive(follower(world, None).follow(world.ports())).unwrap().unwrap()
}

fn lines(world: &World) -> Vec<String> {
    world.state().lines.iter().map(|(_, line)| line.text().render(Client::Pulumi)).collect()
}

fn of_events(world: &World) -> Vec<String> {
    lines(world).into_iter().filter(|line| !line.starts_with("stack analytics: ")).collect()
}

fn reads_only(world: &World) {
    let mutating = ["CreateStack", "RollbackStack"];
    let made: Vec<&str> = world.actions().into_iter().skip(1).filter(|action| mutating.contains(action)).collect();
    assert_eq!(made, Vec::<&str>::new());
    assert_eq!(world.state().accepted.len(), 1, "{:?}", world.state().accepted);
}

#[test]
fn a_follower_shows_the_lines_of_the_one_who_acts() {
    let acting = World::new(vec![created()]);
    acting.run(operation(Goal::Create)).unwrap();
    let world = creating(created());
    assert_eq!(followed(&world), Followed::Well(StackStatus::CreateComplete));
    assert_eq!(of_events(&world), of_events(&acting));
    assert!(of_events(&world).len() >= 7, "{:?}", lines(&world));
    reads_only(&world);
}

#[test]
fn every_end_is_judged_by_what_began() {
    type Row = (&'static str, Script, StackStatus);
    let well: [Row; 4] = [
        ("update", updated(), StackStatus::UpdateComplete),
        ("delete", deleted(), StackStatus::DeleteComplete),
        (
            "continued rollback",
            vec![(0, "@", "UPDATE_ROLLBACK_IN_PROGRESS", "User Initiated"), (9, "@", "UPDATE_ROLLBACK_COMPLETE", "")],
            StackStatus::UpdateRollbackComplete,
        ),
        (
            "import",
            vec![(0, "@", "IMPORT_IN_PROGRESS", "User Initiated"), (9, "@", "IMPORT_COMPLETE", "")],
            StackStatus::ImportComplete,
        ),
    ];
    for (name, script, end) in well {
        let world = changing(script);
        assert_eq!(followed(&world), Followed::Well(end), "{name}");
        reads_only(&world);
    }
    let failing = vec![
        (0, "@", "UPDATE_ROLLBACK_IN_PROGRESS", "User Initiated"),
        (4, "A", "UPDATE_FAILED", "It is in use."),
        (9, "@", "UPDATE_ROLLBACK_FAILED", ""),
    ];
    for (name, world, kind, cause) in [
        ("create", creating(create_failed()), FailureKind::RolledBack, "B"),
        ("update", changing(update_rolled_back()), FailureKind::RolledBack, "A"),
        ("continued rollback", changing(failing), FailureKind::Stuck, "A"),
    ] {
        let Followed::Failed(failure) = followed(&world) else { panic!("{name} ends well") };
        assert_eq!(failure.kind, kind, "{name}");
        assert_eq!(failure.causes.first().map(|cause| cause.logical_id.as_str()), Some(cause), "{name}");
        reads_only(&world);
    }
}

#[test]
fn a_stack_at_rest_and_none_at_all_are_told_at_once() {
    let world = World::new(vec![]);
    assert_eq!(followed(&world), Followed::Absent);
    world.with_stack(false, &[("@", "UPDATE_IN_PROGRESS"), ("@", "UPDATE_COMPLETE")]);
    let before = world.state().now;
    assert_eq!(followed(&world), Followed::AtRest(StackStatus::UpdateComplete));
    assert_eq!(world.state().now, before, "nothing is waited for");
    assert_eq!(lines(&world), Vec::<String>::new());
}

#[test]
fn the_next_operation_is_found_even_when_it_is_over_between_two_looks() {
    let mut script = updated();
    script.extend([
        (1_001, "@", "UPDATE_IN_PROGRESS", "User Initiated"),
        (1_002, "A", "UPDATE_IN_PROGRESS", ""),
        (1_003, "A", "UPDATE_COMPLETE", ""),
        (1_003, "@", "UPDATE_COMPLETE", ""),
    ]);
    let world = changing(script);
    let mut follower = follower(&world, Some(1_500));
    for _ in 0..2 {
        let end = world.drive(follower.follow(world.ports())).unwrap().unwrap();
        assert_eq!(end, Followed::Well(StackStatus::UpdateComplete));
        world.state().lines.clear();
        world.drive(follower.wait(world.ports())).unwrap().unwrap();
    }
    assert!(world.state().now >= 1_000_000 + 1_500_000, "the second wait lasts to the end of the time");
}

#[test]
fn the_lines_of_the_next_operation_are_its_own() {
    let mut script = updated();
    script.extend(deleted().into_iter().map(|(after, id, status, reason)| (after + 500, id, status, reason)));
    let world = changing(script);
    let mut follower = follower(&world, None);
    world.drive(follower.follow(world.ports())).unwrap().unwrap();
    world.state().lines.clear();
    assert!(world.drive(follower.wait(world.ports())).unwrap().unwrap());
    let end = world.drive(follower.follow(world.ports())).unwrap().unwrap();
    assert_eq!(end, Followed::Well(StackStatus::DeleteComplete));
    let told = of_events(&world);
    assert!(told.iter().all(|line| line.contains("delet")), "{told:?}");
    assert_eq!(told.len(), 4, "{told:?}");
}

#[test]
fn a_stack_that_comes_later_is_found_by_its_name() {
    let world = World::new(vec![created()]);
    let mut follower = follower(&world, Some(600));
    assert_eq!(world.drive(follower.follow(world.ports())).unwrap().unwrap(), Followed::Absent);
    world.drive(world.create_stack(NAME, false, &request("body"))).unwrap().unwrap();
    assert!(world.drive(follower.wait(world.ports())).unwrap().unwrap());
    let end = world.drive(follower.follow(world.ports())).unwrap().unwrap();
    assert_eq!(end, Followed::Well(StackStatus::CreateComplete));
}

#[test]
fn time_that_is_over_ends_it_and_says_that_aws_goes_on() {
    let world = creating(created());
    let end = world.drive(follower(&world, Some(30)).follow(world.ports())).unwrap();
    let failure = end.expect_err("out of time");
    assert_eq!(failure.kind, FailureKind::TimedOut);
    let text = failure.render(Client::Terraform);
    assert!(text.contains("within 30 s") && text.contains("CloudFormation goes on"), "{text}");
    assert!(!text.contains("nothing was changed"), "{text}");
    assert_eq!(world.state().now, 1_000_000 + 30_000);
}

#[test]
fn a_long_operation_stays_in_the_budget_and_is_told_once_a_minute() {
    let world = creating(vec![
        (0, "@", "CREATE_IN_PROGRESS", "User Initiated"),
        (1, "A", "CREATE_IN_PROGRESS", ""),
        (1_795, "A", "CREATE_COMPLETE", ""),
        (1_800, "@", "CREATE_COMPLETE", ""),
    ]);
    assert_eq!(followed(&world), Followed::Well(StackStatus::CreateComplete));
    let state = world.state();
    let took = state.now - 1_000_000;
    assert!(state.calls.len() as u64 * 1_000_000 <= 300 * took, "{} calls in {took} ms", state.calls.len());
    let far = state.lines.len();
    assert!((29..=36).contains(&far), "{far} lines in half an hour");
}

#[test]
fn without_the_right_to_read_events_the_end_is_told_all_the_same() {
    let world = creating(created());
    let denied = Fault::Answer(CallErrorKind::Denied, "not authorized");
    world.state().faulty.insert("DescribeStackEvents", (denied, usize::MAX));
    assert_eq!(followed(&world), Followed::Well(StackStatus::CreateComplete));
    reads_only(&world);
}

#[test]
fn a_look_that_aws_refuses_is_told() {
    let world = creating(created());
    let fault = Fault::Answer(CallErrorKind::Denied, "not authorized to perform: cloudformation:DescribeStacks");
    world.state().faulty.insert("DescribeStacks", (fault, 1));
    let end = world.drive(follower(&world, None).follow(world.ports())).unwrap();
    assert_eq!(end.expect_err("refused").kind, FailureKind::Denied);
}
