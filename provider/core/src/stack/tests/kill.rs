//! Killed anywhere and run again: one accepted mutation, the same end. Lost replies and repeated tokens.

use super::scripts::*;
use super::world::*;
use crate::ports::CallErrorKind;
use crate::stack::{Goal, Operation, Outcome};

/// Kills at every call of the undisturbed run, before and after its effect, then runs again at once and after an hour.
pub(super) fn survives(
    prepare: impl Fn() -> (World, Operation),
    accepted: &[&str],
    good: impl Fn(&Outcome) -> bool,
) -> usize {
    let (world, operation) = prepare();
    let before = world.actions().len();
    let outcome = world.run(operation).unwrap();
    assert!(good(&outcome), "{outcome:?}");
    assert_eq!(world.state().accepted, accepted);
    let calls = world.actions().len() - before;
    let mut points = 0;
    for call in 1..=calls {
        for fault in [Fault::KillBefore, Fault::KillAfter] {
            for pause in [0, 3_600_000] {
                let (world, operation) = prepare();
                let made = world.actions().len();
                world.state().faults.insert(made + call, fault.clone());
                if let Some(outcome) = world.run(operation.clone()) {
                    panic!("not killed at call {call}: {outcome:?}");
                }
                world.state().now += pause;
                let outcome = world.run(operation).unwrap();
                assert!(good(&outcome), "call {call} {fault:?} {pause}: {outcome:?}");
                assert_eq!(world.state().accepted, accepted, "call {call} {fault:?} {pause}");
                points += 1;
            }
        }
    }
    points
}

fn succeeded(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Succeeded { .. })
}

#[test]
fn a_create_that_is_killed_anywhere_makes_one_stack() {
    for repeat in [Repeat::SameId, Repeat::AlreadyExists, Repeat::TokenReused] {
        let prepare = || {
            let world = World::new(vec![created()]);
            world.state().repeat = repeat;
            (world, operation(Goal::Create))
        };
        assert!(survives(prepare, &["create"], succeeded) > 100);
    }
}

#[test]
fn a_create_over_a_dead_stack_removes_it_once() {
    let prepare = || {
        let world = World::new(vec![deleted(), created()]);
        world.with_stack(
            true,
            &[("@", "CREATE_IN_PROGRESS"), ("@", "ROLLBACK_IN_PROGRESS"), ("@", "ROLLBACK_COMPLETE")],
        );
        (world, operation(Goal::Create))
    };
    survives(prepare, &["delete", "create"], succeeded);
}

#[test]
fn an_update_that_is_killed_anywhere_happens_once() {
    let prepare = || {
        let world = World::new(vec![updated()]);
        let id =
            world.with_stack(true, &[("@", "CREATE_IN_PROGRESS"), ("A", "CREATE_COMPLETE"), ("@", "CREATE_COMPLETE")]);
        let mut update = operation(Goal::Update);
        update.id = Some(id);
        (world, update)
    };
    // A rerun that comes after the end finds the update done and has nothing to do.
    survives(prepare, &["update"], |outcome| succeeded(outcome) || matches!(outcome, Outcome::Unchanged { .. }));
}

#[test]
fn a_delete_that_is_killed_anywhere_happens_once() {
    let prepare = || {
        let world = World::new(vec![deleted()]);
        let id = world.with_stack(true, &[("@", "CREATE_COMPLETE")]);
        let mut delete = operation(Goal::Delete);
        delete.id = Some(id);
        (world, delete)
    };
    survives(prepare, &["delete"], |outcome| *outcome == Outcome::Deleted);
}

#[test]
fn a_lost_reply_is_found_out() {
    for repeat in [Repeat::SameId, Repeat::AlreadyExists, Repeat::TokenReused] {
        for fault in [Fault::LostReply, Fault::Answer(CallErrorKind::Throttled, "Rate exceeded")] {
            let world = World::new(vec![created(), updated(), deleted()]);
            world.state().repeat = repeat;
            for action in ["CreateStack", "UpdateStack", "DeleteStack"] {
                world.state().faulty.insert(action, (fault.clone(), 1));
            }
            let id = world.run(operation(Goal::Create)).unwrap().remaining_id().unwrap().to_owned();
            for goal in [Goal::Update, Goal::Delete] {
                let mut operation = operation(goal);
                operation.id = Some(id.clone());
                let outcome = world.run(operation).unwrap();
                assert!(succeeded(&outcome) || outcome == Outcome::Deleted, "{outcome:?}");
            }
            assert_eq!(world.state().accepted, ["create", "update", "delete"]);
        }
    }
}

#[test]
fn a_stack_that_deleted_itself_is_made_anew_although_aws_remembers_its_token() {
    let vanished = vec![
        (0, "@", "CREATE_IN_PROGRESS", "User Initiated"),
        (50, "A", "CREATE_FAILED", "Internal Failure"),
        (51, "@", "DELETE_IN_PROGRESS", "The following resource(s) failed to create: [A]. Delete requested by user."),
        (60, "@", "DELETE_COMPLETE", ""),
    ];
    let world = World::new(vec![vanished, created()]);
    let mut create = operation(Goal::Create);
    create.request.as_mut().unwrap().on_failure = crate::ports::OnFailure::Delete;
    let first = world.run(create.clone()).unwrap();
    assert_eq!(first.remaining_id(), None);
    assert_eq!(first.failure().unwrap().causes[0].logical_id, "A");
    assert!(succeeded(&world.run(create).unwrap()));
    assert_eq!(world.state().accepted, ["create", "create"]);
}

#[test]
fn a_token_that_aws_remembers_from_a_former_stack_does_not_fool_us() {
    for repeat in [Repeat::SameId, Repeat::TokenReused] {
        let world = World::new(vec![created(), deleted(), created()]);
        world.state().repeat = repeat;
        let first = world.run(operation(Goal::Create)).unwrap().remaining_id().unwrap().to_owned();
        let mut delete = operation(Goal::Delete);
        delete.id = Some(first.clone());
        assert_eq!(world.run(delete).unwrap(), Outcome::Deleted);
        let second = world.run(operation(Goal::Create)).unwrap();
        assert!(succeeded(&second), "{second:?}");
        assert_ne!(second.remaining_id(), Some(first.as_str()));
        assert_eq!(world.state().accepted, ["create", "delete", "create"]);
    }
}
