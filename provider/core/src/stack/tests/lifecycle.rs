//! Create, update and delete, well and otherwise.

use super::scripts::*;
use super::world::*;
use crate::failure::{Client, FailureKind};
use crate::path::Path;
use crate::ports::{CallErrorKind, OnFailure};
use crate::stack::{Fields, Goal, OnConflict, Outcome, Stub, Topic};

fn failure(outcome: &Outcome) -> (FailureKind, u16, String) {
    let failure = outcome.failure().expect("a failure");
    (failure.kind, failure.code.number, failure.render(Client::Pulumi))
}

#[test]
fn a_new_stack_is_made_with_three_kinds_of_calls() {
    let world = World::new(vec![created()]);
    let outcome = world.run(operation(Goal::Create)).unwrap();
    let Outcome::Succeeded { stack } = &outcome else { panic!("{outcome:?}") };
    assert_eq!((stack.status.as_str(), outcome.remaining_id()), ("CREATE_COMPLETE", Some(stack.id.as_str())));
    let actions = world.actions();
    assert_eq!(actions[..2], ["DescribeStacks", "CreateStack"]);
    assert_eq!(actions.last(), Some(&"DescribeStacks"));
    // One to look, one to confirm, and one for each minute without an event.
    assert!(actions.iter().filter(|action| **action == "DescribeStacks").count() <= 2 + 403 / 60);
    assert!(actions.iter().all(|action| ["DescribeStacks", "CreateStack", "DescribeStackEvents"].contains(action)));
    assert_eq!(world.state().accepted, ["create"]);
}

#[test]
fn a_failed_create_names_the_cause_and_leaves_nothing_to_keep() {
    let world = World::new(vec![create_failed(), deleted(), created()]);
    let mut create = operation(Goal::Create);
    create.fields = Fields::default().topic_of(Topic::Image, "B", Path::field("ec2.image"));
    let outcome = world.run(create.clone()).unwrap();
    let (kind, number, text) = failure(&outcome);
    assert_eq!((kind, number), (FailureKind::RolledBack, 4001), "{text}");
    let causes = &outcome.failure().unwrap().causes;
    assert_eq!(causes.len(), 1);
    assert_eq!((causes[0].logical_id.as_str(), causes[0].field.clone()), ("B", Some(Path::field("ec2.image"))));
    assert_eq!(causes[0].follows, 1);
    assert_eq!(outcome.remaining_id(), None);
    assert_eq!(outcome.stack().map(|stack| stack.status.as_str()), Some("ROLLBACK_COMPLETE"));
    // The same again removes what is left, and is a new operation for AWS.
    assert!(matches!(world.run(create).unwrap(), Outcome::Succeeded { .. }));
    assert_eq!(world.state().accepted, ["create", "delete", "create"]);
    assert_eq!(world.actions().iter().filter(|action| **action == "CreateStack").count(), 2);
}

#[test]
fn a_kept_failure_stays_in_the_state() {
    let script = vec![
        (0, "@", "CREATE_IN_PROGRESS", "User Initiated"),
        (5, "A", "CREATE_FAILED", "Internal Failure"),
        (6, "@", "CREATE_FAILED", "The following resource(s) failed to create: [A]. "),
    ];
    let world = World::new(vec![script]);
    let mut create = operation(Goal::Create);
    create.request.as_mut().unwrap().on_failure = OnFailure::Keep;
    let outcome = world.run(create).unwrap();
    let (kind, number, text) = failure(&outcome);
    assert_eq!((kind, number), (FailureKind::Stuck, 4004), "{text}");
    assert!(text.contains("aws cloudformation delete-stack --stack-name arn:"), "{text}");
    assert!(outcome.remaining_id().is_some());
}

#[test]
fn somebody_elses_stack_is_refused_before_anything_is_changed() {
    for status in ["CREATE_COMPLETE", "ROLLBACK_COMPLETE", "UPDATE_IN_PROGRESS", "DELETE_IN_PROGRESS", "NEW_STATUS"] {
        let world = World::new(vec![]);
        let id = world.with_stack(false, &[("@", status)]);
        let outcome = world.run(operation(Goal::Create)).unwrap();
        let (kind, number, text) = failure(&outcome);
        assert_eq!((kind, number), (FailureKind::Conflict, 3002));
        assert!(text.contains(&id) && text.contains("pulumi import"), "{text}");
        assert_eq!(world.actions(), ["DescribeStacks"]);
        assert_eq!(outcome.remaining_id(), None);
    }
}

#[test]
fn a_replacement_does_not_join_what_it_replaces() {
    let world = World::new(vec![created()]);
    let mut first = operation(Goal::Create);
    first.instance = "first".into();
    assert!(matches!(world.run(first).unwrap(), Outcome::Succeeded { .. }));
    let mut second = operation(Goal::Create);
    second.instance = "second".into();
    let (_, number, text) = failure(&world.run(second).unwrap());
    assert_eq!(number, 3002);
    assert!(text.contains("is this resource's own") && text.contains("destroy it first"), "{text}");
    assert_eq!(world.state().accepted, ["create"]);
}

#[test]
fn an_update_runs_to_its_end() {
    let world = World::new(vec![updated()]);
    let id = world.with_stack(true, &[("@", "CREATE_IN_PROGRESS"), ("A", "CREATE_COMPLETE"), ("@", "CREATE_COMPLETE")]);
    let mut update = operation(Goal::Update);
    update.id = Some(id);
    update.termination_protection = Some(true);
    let Outcome::Succeeded { stack } = world.run(update).unwrap() else { panic!("it succeeds") };
    assert_eq!(stack.status, "UPDATE_COMPLETE");
    assert!(stack.termination_protection);
    assert_eq!(world.actions().last(), Some(&"UpdateTerminationProtection"));
}

#[test]
fn an_update_without_a_change_costs_three_calls() {
    let world = World::new(vec![]);
    let id = world.with_stack(true, &[("@", "CREATE_COMPLETE")]);
    world.state().nothing_to_do = true;
    let mut update = operation(Goal::Update);
    update.id = Some(id);
    assert!(matches!(world.run(update).unwrap(), Outcome::Unchanged { .. }));
    assert_eq!(world.actions(), ["DescribeStacks", "DescribeStackEvents", "UpdateStack"]);
}

#[test]
fn an_update_that_rolled_back_is_a_new_one_when_run_again() {
    let world = World::new(vec![update_rolled_back(), updated()]);
    let id = world.with_stack(true, &[("@", "CREATE_COMPLETE")]);
    let mut update = operation(Goal::Update);
    update.id = Some(id.clone());
    let outcome = world.run(update.clone()).unwrap();
    let (kind, number, text) = failure(&outcome);
    assert_eq!((kind, number), (FailureKind::RolledBack, 4001), "{text}");
    assert!(text.contains("key pair 'X' does not exist"), "{text}");
    assert_eq!(outcome.remaining_id(), Some(id.as_str()));
    assert!(matches!(world.run(update).unwrap(), Outcome::Succeeded { .. }));
    assert_eq!(world.state().accepted, ["update", "update"]);
}

#[test]
fn a_delete_ends_with_nothing_there_and_so_does_a_second_one() {
    let world = World::new(vec![deleted()]);
    let id = world.with_stack(true, &[("@", "CREATE_COMPLETE")]);
    let mut delete = operation(Goal::Delete);
    delete.id = Some(id);
    assert_eq!(world.run(delete.clone()).unwrap(), Outcome::Deleted);
    assert_eq!(world.run(delete).unwrap(), Outcome::Deleted);
    assert_eq!(world.state().accepted, ["delete"]);
}

#[test]
fn a_protected_stack_stays() {
    let world = World::new(vec![created()]);
    let mut create = operation(Goal::Create);
    create.termination_protection = Some(true);
    let id = world.run(create).unwrap().remaining_id().unwrap().to_owned();
    let mut delete = operation(Goal::Delete);
    delete.id = Some(id);
    delete.fields = Fields::default().topic(Topic::TerminationProtection, Path::field("stack.protect"));
    let (kind, number, text) = failure(&world.run(delete).unwrap());
    assert_eq!((kind, number), (FailureKind::Refused, 3004));
    assert!(text.contains("stack.protect"), "{text}");
}

#[test]
fn a_stack_that_is_gone_cannot_be_updated() {
    let world = World::new(vec![]);
    let mut update = operation(Goal::Update);
    update.id = Some("arn:gone".into());
    assert_eq!(failure(&world.run(update).unwrap()).0, FailureKind::Gone);
}

#[test]
fn another_operation_is_refused_or_waited_for() {
    for wait in [false, true] {
        let world = World::new(vec![updated(), updated()]);
        let id = world.with_stack(true, &[("@", "CREATE_COMPLETE")]);
        let mut other = operation(Goal::Update);
        other.id = Some(id.clone());
        other.request = Some(request("other"));
        // Somebody else's update is accepted, and then they go away.
        world.state().faulty.insert("UpdateStack", (Fault::KillAfter, 1));
        assert!(world.run(other).is_none());
        let mut update = operation(Goal::Update);
        update.id = Some(id);
        update.on_conflict = if wait { OnConflict::Wait } else { OnConflict::Fail };
        let outcome = world.run(update).unwrap();
        if wait {
            assert!(matches!(outcome, Outcome::Succeeded { .. }), "{outcome:?}");
            assert_eq!(world.state().accepted, ["update", "update"]);
        } else {
            assert_eq!(failure(&outcome).0, FailureKind::Conflict);
            assert_eq!(world.state().accepted, ["update"]);
        }
    }
}

#[test]
fn ones_own_interrupted_operation_is_waited_for_even_with_another_request() {
    let world = World::new(vec![updated(), updated()]);
    let id = world.with_stack(true, &[("@", "CREATE_COMPLETE")]);
    let mut first = operation(Goal::Update);
    first.id = Some(id.clone());
    let cancel = world.state().now + 20_000;
    world.state().cancel_at = Some(cancel);
    let Outcome::Failed { stub: Some(stub), failure, .. } = world.run(first).unwrap() else {
        panic!("it is cancelled")
    };
    assert_eq!(failure.kind, FailureKind::Interrupted);
    world.state().cancel_at = None;
    let text = serde_json::to_string(&stub).unwrap();
    assert_eq!(serde_json::from_str::<Stub>(&text).unwrap(), stub);
    let mut second = operation(Goal::Update);
    second.id = Some(id);
    second.request = Some(request("something else"));
    second.stub = Some(stub);
    assert!(matches!(world.run(second).unwrap(), Outcome::Succeeded { .. }));
    assert_eq!(world.state().accepted, ["update", "update"]);
}

#[test]
fn wrong_credentials_and_no_network_end_at_the_first_call() {
    // A throttled look is made three times more, within eight seconds.
    for (kind, number, calls) in [
        (CallErrorKind::Credentials, 2002, 1),
        (CallErrorKind::Denied, 2001, 1),
        (CallErrorKind::Transport, 5001, 1),
        (CallErrorKind::Throttled, 5002, 4),
    ] {
        let world = World::new(vec![]);
        world.state().faulty.insert("DescribeStacks", (Fault::Answer(kind, "no"), 99));
        let outcome = world.run(operation(Goal::Create)).unwrap();
        assert_eq!(failure(&outcome).1, number);
        assert_eq!(world.actions().len(), calls);
        assert!(world.state().now < 1_008_000);
        assert!(matches!(outcome, Outcome::Failed { after_touch: false, stub: None, .. }));
    }
}

#[test]
fn a_refused_create_says_what_to_correct() {
    let world = World::new(vec![]);
    let words = "Parameter validation failed: parameter value ami-1 for parameter name Image does not exist";
    world.state().faulty.insert("CreateStack", (Fault::Answer(CallErrorKind::Refused, words), 9));
    let outcome = world.run(operation(Goal::Create)).unwrap();
    let (kind, number, text) = failure(&outcome);
    assert_eq!((kind, number), (FailureKind::Refused, 3001));
    assert!(text.contains(words), "{text}");
    assert_eq!(outcome.remaining_id(), None);
}
