//! Fifty stacks at once against AWS's limits, one bucket an action: the machines are stepped directly, in virtual time.

use super::world::{error, operation, owner};
use crate::ports::{CallErrorKind, EventPage, Stack, StackEvent};
use crate::stack::machine::Machine;
use crate::stack::step::{Occurrence, Output, Reply, Step};
use crate::stack::{Goal, Outcome};
use crate::time::Timestamp;

/// Calls a second that AWS answers, by action.
fn rate(step: &Step) -> (usize, u64) {
    match step {
        Step::Events(..) => (0, 10),
        Step::Describe(_) => (1, 5),
        _ => (2, 10),
    }
}

const STACKS: usize = 50;
const LENGTH: u64 = 600_000;

/// Answers of a stack that is created in ten minutes.
fn answer(step: &Step, number: usize, now: u64, made: &mut Option<u64>, token: &mut String) -> Reply {
    let id = format!("arn:{number}");
    let status = match made {
        Some(began) if now >= *began + LENGTH => "CREATE_COMPLETE",
        _ => "CREATE_IN_PROGRESS",
    };
    let stack = || Stack {
        id: id.clone(),
        status: status.into(),
        tags: [(owner().key, owner().value)].into(),
        ..Stack::default()
    };
    match step {
        Step::Create(_, _, request) => {
            made.get_or_insert(now);
            token.clone_from(&request.token);
            Reply::Created(Ok(id))
        }
        Step::Events(..) => {
            let event = |id: &str, status: &str| StackEvent {
                id: id.into(),
                stack_id: format!("arn:{number}"),
                physical_id: format!("arn:{number}"),
                status: status.into(),
                token: token.clone(),
                ..StackEvent::default()
            };
            let mut events = vec![event("1", "CREATE_IN_PROGRESS")];
            if status == "CREATE_COMPLETE" {
                events.insert(0, event("2", status));
            }
            Reply::Page(Ok(EventPage { events, next: None }))
        }
        _ => Reply::Stack(Ok(made.is_some().then(stack))),
    }
}

fn throttled(step: &Step) -> Reply {
    let error = error(CallErrorKind::Throttled, "Any", "Rate exceeded");
    match step {
        Step::Create(..) => Reply::Created(Err(error)),
        Step::Events(..) => Reply::Page(Err(error)),
        _ => Reply::Stack(Err(error)),
    }
}

#[test]
fn none_of_fifty_fails() {
    let mut crowd: Vec<_> = (0..STACKS)
        // Begun over ten seconds, by a client that does not do everything at once.
        .map(|number| {
            (Machine::new(operation(Goal::Create), Timestamp(0)), number as u64 * 200, None, String::new(), None)
        })
        .collect();
    let (mut now, mut second, mut used, mut refusals) = (0, 0, [0; 3], 0);
    while crowd.iter().any(|(.., ended)| ended.is_none()) {
        assert!(
            now < LENGTH + 120_000,
            "after two minutes more: {} not ended",
            crowd.iter().filter(|(.., ended)| ended.is_none()).count()
        );
        for (number, (machine, due, made, token, ended)) in crowd.iter_mut().enumerate() {
            if ended.is_some() || *due > now {
                continue;
            }
            machine.handle(Timestamp(now), Occurrence::Tick);
            match machine.poll(Timestamp(now)) {
                Output::Report(_) | Output::Beside(_) => {}
                Output::WaitUntil(time) => *due = time.0,
                Output::Done(outcome) => *ended = Some(*outcome),
                Output::Call(step) => {
                    if now / 1000 != second {
                        (second, used) = (now / 1000, [0; 3]);
                    }
                    let (bucket, rate) = rate(&step);
                    used[bucket] += 1;
                    let free = used[bucket] <= rate;
                    refusals += u64::from(!free);
                    let reply = if free { answer(&step, number, now, made, token) } else { throttled(&step) };
                    machine.handle(Timestamp(now), Occurrence::Reply(reply));
                }
            }
        }
        now += 50;
    }
    assert!(refusals > 0, "the bucket was never empty: nothing was tried");
    for (number, (.., ended)) in crowd.iter().enumerate() {
        assert!(matches!(ended, Some(Outcome::Succeeded { .. })), "{number}: {ended:?}");
    }
}
