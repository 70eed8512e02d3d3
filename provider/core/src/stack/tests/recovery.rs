//! Stacks that an earlier operation left in a bad way.

use super::scripts::*;
use super::world::*;
use crate::failure::{Client, FailureKind};
use crate::path::Path;
use crate::ports::OnFailure;
use crate::stack::{Fields, Goal, Outcome, Topic};

fn update_of(world: &World, status: &str) -> (Outcome, String) {
    let history =
        [("@", "CREATE_COMPLETE"), ("@", "UPDATE_ROLLBACK_IN_PROGRESS"), ("A", "UPDATE_FAILED"), ("@", status)];
    let id = world.with_stack(true, &history);
    let mut update = operation(Goal::Update);
    update.id = Some(id.clone());
    update.recovery.skip = vec!["A".into()];
    (world.run(update).unwrap(), id)
}

#[test]
fn a_failed_rollback_is_continued_once_and_then_the_update_runs() {
    let continued =
        vec![(0, "@", "UPDATE_ROLLBACK_IN_PROGRESS", "User Initiated"), (9, "@", "UPDATE_ROLLBACK_COMPLETE", "")];
    let world = World::new(vec![continued, updated()]);
    let (outcome, _) = update_of(&world, "UPDATE_ROLLBACK_FAILED");
    assert!(matches!(outcome, Outcome::Succeeded { .. }), "{outcome:?}");
    assert_eq!(world.state().accepted, ["continue A", "update"]);

    let failed_again = vec![
        (0, "@", "UPDATE_ROLLBACK_IN_PROGRESS", "User Initiated"),
        (8, "B", "UPDATE_FAILED", "The security group 'sg-1' does not exist"),
        (9, "@", "UPDATE_ROLLBACK_FAILED", "The following resource(s) failed to update: [B]."),
    ];
    let world = World::new(vec![failed_again]);
    let (outcome, id) = update_of(&world, "UPDATE_ROLLBACK_FAILED");
    let failure = outcome.failure().unwrap();
    assert_eq!((failure.kind, failure.code.number), (FailureKind::Stuck, 4002));
    let command = format!("aws cloudformation continue-update-rollback --stack-name {id} --resources-to-skip B");
    assert!(failure.render(Client::Pulumi).contains(&command), "{}", failure.render(Client::Pulumi));
    assert_eq!(failure.causes[0].logical_id, "B");
    assert_eq!(outcome.remaining_id(), Some(id.as_str()));
}

#[test]
fn a_paused_update_is_rolled_back_first() {
    let rolled =
        vec![(0, "@", "UPDATE_ROLLBACK_IN_PROGRESS", "User Initiated"), (9, "@", "UPDATE_ROLLBACK_COMPLETE", "")];
    let world = World::new(vec![rolled, updated()]);
    let (outcome, _) = update_of(&world, "UPDATE_FAILED");
    assert!(matches!(outcome, Outcome::Succeeded { .. }), "{outcome:?}");
    assert_eq!(world.state().accepted, ["rollback", "update"]);
}

#[test]
fn a_paused_create_goes_on_only_where_failures_are_kept() {
    for keep in [false, true] {
        let world = World::new(vec![updated()]);
        let id = world.with_stack(true, &[("@", "CREATE_IN_PROGRESS"), ("@", "CREATE_FAILED")]);
        let mut update = operation(Goal::Update);
        update.id = Some(id);
        update.request.as_mut().unwrap().on_failure = if keep { OnFailure::Keep } else { OnFailure::Rollback };
        let outcome = world.run(update).unwrap();
        assert_eq!(matches!(outcome, Outcome::Succeeded { .. }), keep, "{outcome:?}");
        assert_eq!(world.state().accepted.len(), usize::from(keep));
    }
}

#[test]
fn whatever_cannot_be_updated_names_a_command() {
    for status in ["ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "DELETE_FAILED", "IMPORT_ROLLBACK_FAILED", "NEW_STATUS"] {
        let world = World::new(vec![]);
        let (outcome, id) = update_of(&world, status);
        let failure = outcome.failure().unwrap();
        assert_eq!(failure.kind, FailureKind::Stuck, "{status}");
        let text = failure.render(Client::Pulumi);
        assert!(text.contains(status) && text.contains("aws cloudformation") && text.contains(&id), "{text}");
        assert!(world.state().accepted.is_empty());
    }
}

#[test]
fn a_delete_that_failed_names_what_is_left_and_the_second_retains_it() {
    let failing = vec![
        (0, "@", "DELETE_IN_PROGRESS", "User Initiated"),
        (5, "B", "DELETE_COMPLETE", ""),
        (
            9,
            "A",
            "DELETE_FAILED",
            "resource sg-1 has a dependent object (Service: AmazonEC2; Status Code: 400; Error Code: DependencyViolation; Request ID: r; Proxy: null)",
        ),
        (10, "@", "DELETE_FAILED", "The following resource(s) failed to delete: [A]. "),
    ];
    let world = World::new(vec![failing, deleted()]);
    let id = world.with_stack(true, &[("@", "CREATE_COMPLETE")]);
    let mut delete = operation(Goal::Delete);
    delete.id = Some(id.clone());
    delete.fields = Fields::default().topic(Topic::Retain, Path::field("stack.retain"));
    let outcome = world.run(delete.clone()).unwrap();
    let failure = outcome.failure().unwrap();
    assert_eq!((failure.kind, failure.code.number), (FailureKind::Stuck, 4003));
    let text = failure.render(Client::Pulumi);
    assert!(text.contains(&format!("delete-stack --stack-name {id} --retain-resources A")), "{text}");
    assert!(text.contains("stack.retain") && text.contains("[DependencyViolation]"), "{text}");
    assert_eq!(outcome.remaining_id(), Some(id.as_str()));
    delete.recovery.retain = vec!["A".into()];
    assert_eq!(world.run(delete).unwrap(), Outcome::Deleted);
    assert_eq!(world.state().accepted, ["delete", "delete -A"]);
}

#[test]
fn leftovers_of_ours_make_way_for_a_create() {
    for status in ["REVIEW_IN_PROGRESS", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED", "DELETE_FAILED"] {
        let world = World::new(vec![deleted(), created()]);
        world.with_stack(true, &[("@", status)]);
        let outcome = world.run(operation(Goal::Create)).unwrap();
        assert!(matches!(outcome, Outcome::Succeeded { .. }), "{status}: {outcome:?}");
        assert_eq!(world.state().accepted, ["delete", "create"], "{status}");
    }
}

#[test]
fn the_cause_inside_a_nested_stack_is_found() {
    let nested = "arn:aws:cloudformation:us-east-1:1:stack/inner/9";
    let script = vec![
        (0, "@", "CREATE_IN_PROGRESS", "User Initiated"),
        (
            5,
            "Inner",
            "CREATE_FAILED",
            "Embedded stack arn:aws:cloudformation:us-east-1:1:stack/inner/9 was not successfully created: The following resource(s) failed to create: [Y]. ",
        ),
        (
            6,
            "@",
            "ROLLBACK_IN_PROGRESS",
            "The following resource(s) failed to create: [Inner]. Rollback requested by user.",
        ),
        (9, "@", "ROLLBACK_COMPLETE", ""),
    ];
    let world = World::new(vec![script]);
    let mut inner = crate::ports::StackEvent {
        id: "1".into(),
        stack_id: nested.into(),
        logical_id: "Y".into(),
        resource_type: "AWS::EC2::Thing".into(),
        status: "CREATE_FAILED".into(),
        reason: "Rate exceeded".into(),
        ..Default::default()
    };
    inner.physical_id = "y".into();
    world.state().nested.insert(nested.into(), vec![inner]);
    let outcome = world.run(operation(Goal::Create)).unwrap();
    let cause = &outcome.failure().unwrap().causes[0];
    assert_eq!((cause.logical_id.as_str(), cause.reason.as_str()), ("Inner.Y", "Rate exceeded"));
}

#[test]
fn why_nodes_did_not_launch_is_asked_while_the_group_is_there() {
    let script = || {
        vec![
            (0, "@", "CREATE_IN_PROGRESS", "User Initiated"),
            (50, "Workers", "CREATE_FAILED", "Received 0 SUCCESS signal(s) out of 1.  Unable to satisfy 100%"),
            (51, "@", "ROLLBACK_IN_PROGRESS", "The following resource(s) failed to create: [Workers]. "),
            (90, "@", "ROLLBACK_COMPLETE", ""),
        ]
    };
    for denied in [false, true] {
        let world = World::new(vec![script()]);
        world.state().activities = vec!["The AMI ID ami-1 does not exist. Launching EC2 instance failed.".into()];
        if denied {
            let fault = Fault::Answer(crate::ports::CallErrorKind::Denied, "no");
            world.state().faulty.insert("DescribeScalingActivities", (fault, 9));
        }
        let mut create = operation(Goal::Create);
        create.fields = Fields::default().topic(Topic::Image, Path::field("image"));
        let outcome = world.run(create).unwrap();
        let cause = &outcome.failure().unwrap().causes[0];
        assert_eq!(cause.field.is_some(), !denied);
        assert_eq!(cause.reason.starts_with("The AMI ID ami-1 does not exist."), !denied, "{cause:?}");
        assert_eq!(world.actions().iter().filter(|action| **action == "DescribeScalingActivities").count(), 1);
    }
}

#[test]
fn only_what_failed_can_be_left_out() {
    let world = World::new(vec![]);
    let history =
        [("@", "DELETE_IN_PROGRESS"), ("A", "DELETE_FAILED"), ("B", "DELETE_COMPLETE"), ("@", "DELETE_FAILED")];
    let id = world.with_stack(true, &history);
    let mut delete = operation(Goal::Delete);
    delete.id = Some(id);
    delete.recovery.retain = vec!["A".into(), "B".into()];
    let outcome = world.run(delete).unwrap();
    let text = outcome.failure().unwrap().render(Client::Pulumi);
    assert!(text.contains("SB3014") && text.contains("(A, B)") && text.contains("only what failed: A"), "{text}");
    assert!(world.state().accepted.is_empty());

    let world = World::new(vec![]);
    let history = [("@", "UPDATE_ROLLBACK_IN_PROGRESS"), ("B", "UPDATE_FAILED"), ("@", "UPDATE_ROLLBACK_FAILED")];
    let mut update = operation(Goal::Update);
    update.id = Some(world.with_stack(true, &history));
    update.recovery.skip = vec!["A".into()];
    let text = world.run(update).unwrap().failure().unwrap().render(Client::Pulumi);
    assert!(text.contains("SB3014") && text.contains("only what failed: B"), "{text}");
    assert!(world.state().accepted.is_empty());
}
