//! Views as the engine gets them.

use starburst_core::ports::StackEvent;

use super::views::{Owner, Target, Views};
use super::wire::view_step::{Op, Status};
use super::wire::{View, ViewStep, ViewStepState};

const URN: &str = "urn:pulumi:dev::p::starburst:index:PrestoAlluxioCluster::analytics";

fn target(old: Vec<View>) -> Target {
    Target { supported: true, address: "127.0.0.1:1".to_owned(), token: "t".to_owned(), old }
}

fn event(logical_id: &str, physical_id: &str, status: &str) -> StackEvent {
    StackEvent {
        stack_id: "arn:aws:cloudformation:us-east-1:1:stack/analytics/1f2e-5".to_owned(),
        logical_id: logical_id.to_owned(),
        physical_id: physical_id.to_owned(),
        resource_type: "AWS::EC2::Volume".to_owned(),
        status: status.to_owned(),
        reason: "why".to_owned(),
        ..StackEvent::default()
    }
}

fn after(old: &[View], events: &[(&str, &str, &str)], owner: Owner) -> Vec<ViewStep> {
    let views = Views::asked(true, URN, target(old.to_vec())).expect("asked for");
    events.iter().for_each(|(id, physical, status)| views.take(&event(id, physical, status)));
    views.steps(owner)
}

fn told(steps: &[ViewStep]) -> Vec<(Op, &str, bool, bool)> {
    steps.iter().map(|step| (step.op(), step.name.as_str(), step.old.is_some(), step.new.is_some())).collect()
}

/// What the engine has in its state after these steps.
fn stored(steps: &[ViewStep]) -> Vec<View> {
    let new = steps.iter().filter_map(|step| step.new.clone());
    let view = |state: ViewStepState| View {
        r#type: state.r#type,
        name: state.name,
        inputs: state.inputs,
        outputs: state.outputs,
        ..View::default()
    };
    new.map(view).collect()
}

#[test]
fn a_create_makes_a_view_of_each_resource_under_a_name_of_the_cluster() {
    let steps = after(&[], &[("A", "", "CREATE_IN_PROGRESS"), ("A", "vol-1", "CREATE_COMPLETE")], Owner::Stays);
    assert_eq!(told(&steps), [(Op::Create, "analytics-A-1f2e", false, true)]);
    assert_eq!((steps[0].r#type.as_str(), steps[0].status()), ("starburst:aws/ec2:Volume", Status::Ok));
}

#[test]
fn an_update_names_as_old_only_what_the_state_has() {
    let made = stored(&after(&[], &[("A", "1", "CREATE_COMPLETE"), ("B", "2", "CREATE_COMPLETE")], Owner::Stays));
    let events = [
        ("A", "1b", "UPDATE_COMPLETE"),
        // The object that was replaced goes in the cleanup, under the same logical id.
        ("A", "1", "DELETE_COMPLETE"),
        ("C", "3", "CREATE_COMPLETE"),
        ("D", "4", "CREATE_COMPLETE"),
        ("D", "4", "DELETE_COMPLETE"),
    ];
    let steps = after(&made, &events, Owner::Stays);
    let expected = [
        (Op::Same, "analytics-B-1f2e", true, true),
        (Op::Update, "analytics-A-1f2e", true, true),
        (Op::Create, "analytics-C-1f2e", false, true),
    ];
    assert_eq!(told(&steps), expected);
    let steps = after(&stored(&steps), &[("C", "3", "DELETE_COMPLETE")], Owner::Stays);
    assert!(told(&steps).contains(&(Op::Delete, "analytics-C-1f2e", true, false)));
}

#[test]
fn only_what_failed_in_a_failed_operation_is_a_failed_step() {
    let failed = [("A", "1", "CREATE_FAILED")];
    let told = |steps: &[ViewStep]| (steps[0].op(), steps[0].status(), steps[0].error.clone());
    let steps = after(&[], &failed, Owner::Fails);
    assert_eq!(told(&steps), (Op::Create, Status::PartialFailure, "why".to_owned()));
    assert_eq!(told(&after(&[], &failed, Owner::Stays)), (Op::Create, Status::Ok, String::new()));
    // The engine ends a command with a failure for every step with an error, also when AWS has done all that was asked.
    let stored = stored(&steps);
    for (events, owner, op) in
        [(&[][..], Owner::Stays, Op::Same), (&[], Owner::Fails, Op::Same), (&failed, Owner::Goes, Op::Delete)]
    {
        assert_eq!(told(&after(&stored, events, owner)), (op, Status::Ok, String::new()));
    }
}

#[test]
fn what_the_stack_left_behind_or_retained_is_no_view_of_it() {
    let made = stored(&after(&[], &[("A", "1", "CREATE_COMPLETE"), ("B", "2", "CREATE_COMPLETE")], Owner::Stays));
    let after_stack = |events: &[(&str, &str, &str)], stack: &str| {
        let views = Views::asked(true, URN, target(made.clone())).expect("asked for");
        events.iter().for_each(|(id, physical, status)| views.take(&event(id, physical, status)));
        let of_stack = event("analytics", "arn:aws:cloudformation:us-east-1:1:stack/analytics/1f2e-5", stack);
        views.take(&StackEvent { resource_type: "AWS::CloudFormation::Stack".to_owned(), ..of_stack });
        views.steps(Owner::Stays)
    };
    let steps = after_stack(&[("A", "1", "DELETE_FAILED"), ("B", "2", "DELETE_SKIPPED")], "UPDATE_COMPLETE");
    let gone = [(Op::Delete, "analytics-A-1f2e", true, false), (Op::Delete, "analytics-B-1f2e", true, false)];
    assert_eq!(told(&steps), gone);
    let replaced = [("A", "1b", "UPDATE_COMPLETE"), ("A", "1", "DELETE_FAILED"), ("B", "2", "UPDATE_COMPLETE")];
    let steps = after_stack(&replaced, "UPDATE_COMPLETE");
    assert!(told(&steps).contains(&(Op::Update, "analytics-A-1f2e", true, true)), "{:?}", told(&steps));
    let steps = after_stack(&[("A", "1", "DELETE_FAILED")], "ROLLBACK_FAILED");
    assert!(told(&steps).contains(&(Op::Update, "analytics-A-1f2e", true, true)), "it is still the stack's");
}

#[tokio::test]
async fn a_cluster_of_another_urn_names_no_view_of_the_former_one() {
    let made = stored(&after(&[], &[("A", "1", "CREATE_COMPLETE")], Owner::Stays));
    let urns = [
        (URN, false),
        ("urn:pulumi:prod::q::starburst:index:PrestoAlluxioCluster::analytics", false),
        ("urn:pulumi:dev::p::starburst:index:PrestoAlluxioCluster::renamed", true),
        ("urn:pulumi:dev::p::my:index:Platform$starburst:index:PrestoAlluxioCluster::analytics", true),
    ];
    for (urn, renamed) in urns {
        let views = Views::asked(true, urn, target(made.clone())).expect("asked for");
        assert_eq!(views.is_renamed(), renamed, "{urn}");
        if renamed {
            let told = views.publish(Owner::Stays).await.expect("a word");
            assert!(told.contains("pulumi state delete"), "{told}");
        }
    }
}

#[test]
fn every_view_goes_with_its_cluster_also_when_nobody_asks_for_views_any_more() {
    let made = stored(&after(&[], &[("A", "1", "CREATE_COMPLETE")], Owner::Stays));
    let views = Views::asked(false, URN, target(made)).expect("the state has some");
    assert_eq!(told(&views.steps(Owner::Goes)), [(Op::Delete, "analytics-A-1f2e", true, false)]);
}

#[test]
fn there_are_none_unless_they_are_asked_for_and_possible() {
    assert!(Views::asked(false, URN, target(vec![])).is_none());
    for impossible in [
        Target { supported: false, ..target(vec![]) },
        Target { address: String::new(), ..target(vec![]) },
        Target { token: String::new(), ..target(vec![]) },
    ] {
        assert!(Views::asked(true, URN, impossible).is_none());
    }
}

#[tokio::test]
async fn an_engine_that_takes_none_costs_a_warning() {
    let views = Views::asked(true, URN, target(vec![])).expect("asked for");
    views.take(&event("A", "1", "CREATE_COMPLETE"));
    let refused = views.publish(Owner::Stays).await.expect("nobody listens");
    assert!(refused.contains("STARBURST_PULUMI_VIEWS"), "{refused}");
}
