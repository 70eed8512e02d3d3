//! Waiting: pace, trouble while observing, cancellation, deadlines, lines.

use super::scripts::*;
use super::world::*;
use crate::failure::{Client, FailureKind};
use crate::ports::CallErrorKind;
use crate::stack::{Goal, OnInterrupt, Outcome};

fn long_create(last: u64) -> Script {
    vec![
        (0, "@", "CREATE_IN_PROGRESS", "User Initiated"),
        (1, "A", "CREATE_IN_PROGRESS", ""),
        (last - 3, "A", "CREATE_COMPLETE", ""),
        (last, "@", "CREATE_COMPLETE", ""),
    ]
}

#[test]
fn calls_and_lateness_stay_in_the_budget() {
    let mut late = Vec::new();
    for length in (60..1_800).step_by(37) {
        let world = World::new(vec![long_create(length)]);
        world.state().page = 50;
        let began = world.state().now;
        assert!(matches!(world.run(operation(Goal::Create)).unwrap(), Outcome::Succeeded { .. }));
        let state = world.state();
        let took = state.now - began;
        late.push(took - length * 1000);
        if length >= 300 {
            let calls = state.calls.len() as u64;
            assert!(calls * 1_000_000 <= 300 * took, "{calls} calls in {length} s");
        }
    }
    late.sort_unstable();
    assert!(late[late.len() / 2] <= 2_000, "median {}", late[late.len() / 2]);
    assert!(late[late.len() - 1] <= 5_000, "worst {}", late[late.len() - 1]);
}

#[test]
fn users_see_a_line_at_least_every_ten_seconds() {
    let world = World::new(vec![long_create(500)]);
    world.run(operation(Goal::Create)).unwrap();
    let state = world.state();
    let mut before = 1_000_000;
    for (time, _) in &state.lines {
        assert!(time - before <= 10_000, "{before} to {time}");
        before = *time;
    }
    let texts: Vec<String> = state.lines.iter().map(|(_, line)| line.text().render(Client::Pulumi)).collect();
    assert_eq!(texts.iter().filter(|text| text.starts_with("A (AWS::EC2::Thing): creating")).count(), 1, "{texts:?}");
    assert!(texts.iter().any(|text| text.contains("0 of 1 begun resources done")), "{texts:?}");
}

#[test]
fn trouble_while_observing_is_not_a_failure() {
    for kind in [CallErrorKind::Throttled, CallErrorKind::Transport, CallErrorKind::Credentials, CallErrorKind::Server]
    {
        let world = World::new(vec![created()]);
        world.state().faulty.insert("DescribeStackEvents", (Fault::Answer(kind, "no"), 12));
        let outcome = world.run(operation(Goal::Create)).unwrap();
        assert!(matches!(outcome, Outcome::Succeeded { .. }), "{kind:?}: {outcome:?}");
    }
}

#[test]
fn a_throttled_last_read_does_not_fail_a_finished_operation() {
    let world = World::new(vec![created()]);
    for call in 90..120 {
        world.state().faults.insert(call, Fault::Answer(CallErrorKind::Throttled, "Rate exceeded"));
    }
    assert!(matches!(world.run(operation(Goal::Create)).unwrap(), Outcome::Succeeded { .. }));
}

#[test]
fn without_the_right_to_read_events_the_stack_itself_is_asked() {
    let world = World::new(vec![created()]);
    world.state().faulty.insert("DescribeStackEvents", (Fault::Answer(CallErrorKind::Denied, "no"), usize::MAX));
    assert!(matches!(world.run(operation(Goal::Create)).unwrap(), Outcome::Succeeded { .. }));
    assert_eq!(world.actions().iter().filter(|action| **action == "DescribeStackEvents").count(), 1);
}

#[test]
fn a_cancelled_run_ends_at_once_and_can_be_resumed() {
    for after in [500, 5_000, 59_999, 200_000] {
        let world = World::new(vec![created()]);
        let cancel = world.state().now + after;
        world.state().cancel_at = Some(cancel);
        let outcome = world.run(operation(Goal::Create)).unwrap();
        assert_eq!(outcome.failure().unwrap().kind, FailureKind::Interrupted);
        assert!(outcome.remaining_id().is_some(), "{outcome:?}");
        let Outcome::Failed { stub: Some(stub), after_touch: true, .. } = outcome else { panic!("a stub is there") };
        assert!(stub.token.starts_with("starburst-create-"));
        assert!(world.state().now - cancel < 1_000);
        world.state().cancel_at = None;
        assert!(matches!(world.run(operation(Goal::Create)).unwrap(), Outcome::Succeeded { .. }));
        assert_eq!(world.state().accepted, ["create"]);
    }
}

#[test]
fn a_run_that_is_cancelled_before_it_begins_changes_nothing() {
    let world = World::new(vec![created()]);
    world.state().cancel_at = Some(0);
    let outcome = world.run(operation(Goal::Create)).unwrap();
    assert!(matches!(outcome, Outcome::Failed { after_touch: false, stub: None, .. }));
    assert!(world.actions().is_empty());
}

#[test]
fn a_cancelled_update_is_cancelled_in_aws_where_the_user_wants_it() {
    for hangs in [false, true] {
        let world = World::new(vec![updated(), vec![(0, "@", "UPDATE_ROLLBACK_IN_PROGRESS", "User Initiated")]]);
        let id = world.with_stack(true, &[("@", "CREATE_COMPLETE")]);
        let cancel = world.state().now + 30_000;
        world.state().cancel_at = Some(cancel);
        if hangs {
            world.state().faulty.insert("CancelUpdateStack", (Fault::Hang, 1));
        }
        let mut update = operation(Goal::Update);
        update.id = Some(id);
        update.on_interrupt = OnInterrupt::CancelUpdate;
        let outcome = world.run(update).unwrap();
        assert_eq!(outcome.failure().unwrap().kind, FailureKind::Interrupted);
        assert_eq!(world.actions().last(), Some(&"CancelUpdateStack"));
        assert!(world.state().now - cancel < 1_000);
    }
}

#[test]
fn a_deadline_is_kept_to_the_second_even_when_a_call_hangs() {
    for hang in [None, Some(1), Some(2), Some(3), Some(9)] {
        let world = World::new(vec![created()]);
        let began = world.state().now;
        if let Some(call) = hang {
            world.state().faults.insert(call, Fault::Hang);
        }
        let mut create = operation(Goal::Create);
        create.timeout = seconds(77);
        let outcome = world.run(create).unwrap();
        let failure = outcome.failure().unwrap();
        assert_eq!(failure.kind, FailureKind::TimedOut);
        assert!(failure.render(Client::Pulumi).contains("1 min 17 s"));
        let took = world.state().now - began;
        assert!((77_000..78_000).contains(&took), "{hang:?}: {took}");
        let touched = hang != Some(1);
        assert!(
            matches!(outcome, Outcome::Failed { after_touch, ref stub, .. } if after_touch == touched && stub.is_some() == touched)
        );
    }
}
