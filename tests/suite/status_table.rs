//! Stack status × goal: a cluster's stack on the model of AWS is put into every status, and creating, updating, deleting
//! and refreshing the resource through the front end does what the engine's table says. Then the recoveries that need no
//! hand, from statuses that the model came into by itself.

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value as Json, json};
use starburst_core::stack::Goal;
use starburst_core::stack::table::{Decision, Row, rows};
use starburst_tests::fake::stacks::events;
use starburst_tests::fake::state::State;

use crate::harness::{Bench, REGION, STACK, Stored};
use crate::lifecycle::{created, three_workers};

mod recoveries;

/// Milliseconds after which a stack that is busy comes to rest.
const MOVES_ON: i64 = 90_000;

/// What was seen of an operation.
struct Seen {
    /// Mutating calls of CloudFormation that were tried, in order.
    calls: Vec<String>,
    /// The error, in the words that the user reads.
    error: Option<String>,
}

fn workers(count: u32) -> Json {
    let mut inputs = three_workers();
    inputs["ec2"]["workerCount"] = json!(count);
    inputs
}

/// Puts the stack into a status as CloudFormation would show it: with an event of the stack itself, by another's call.
fn put(state: &mut State, arn: &str, status: &str) {
    let reason = if status.ends_with("_IN_PROGRESS") { "User Initiated" } else { "" };
    if let Some(stack) = state.stack(arn) {
        stack.operation = None;
        status.clone_into(&mut stack.status);
    }
    events::stack(state, arn, status, reason);
}

/// Where a busy status leads by itself.
fn leads_to(status: &str) -> &'static str {
    match status {
        "CREATE_IN_PROGRESS" => "CREATE_COMPLETE",
        "ROLLBACK_IN_PROGRESS" => "ROLLBACK_COMPLETE",
        "DELETE_IN_PROGRESS" => "DELETE_COMPLETE",
        "IMPORT_IN_PROGRESS" => "IMPORT_COMPLETE",
        "IMPORT_ROLLBACK_IN_PROGRESS" => "IMPORT_ROLLBACK_COMPLETE",
        _ => "UPDATE_ROLLBACK_COMPLETE",
    }
}

/// A cluster whose stack is in that status.
async fn standing(row: &Row) -> Result<(Bench, Stored)> {
    let bench = Bench::instant().await?;
    let stored = created(&bench, &workers(3)).await?;
    let arn = stored.id.clone();
    match row.status.as_str() {
        "(no stack)" => ensure!(bench.model.remove_stack(REGION, STACK), "there is no stack to remove"),
        shown => {
            let status = match shown {
                "…_IN_PROGRESS (unknown)" => "NEW_IN_PROGRESS",
                "unknown" => "NEW",
                known => known,
            };
            let next = row.of.is_busy().then(|| leads_to(status));
            bench.model.with(|state| {
                put(state, &arn, status);
                if let Some(next) = next {
                    state.after(MOVES_ON, move |state| put(state, &arn, next));
                }
            });
        }
    }
    bench.model.clear_calls();
    Ok((bench, stored))
}

fn tried(bench: &Bench) -> Vec<String> {
    let verbs = ["Create", "Update", "Delete", "Execute", "Cancel", "Continue", "Rollback"];
    let calls = bench.model.calls().into_iter().filter(|call| call.service == "cloudformation");
    calls.map(|call| call.action).filter(|action| verbs.iter().any(|verb| action.starts_with(verb))).collect()
}

/// Another cluster of the same name and owner is to be made, so that nothing is joined.
async fn carried_out(bench: &Bench, stored: &Stored, goal: Goal) -> Result<Seen> {
    let error = match goal {
        Goal::Create => bench.create(&workers(4)).await?.err().map(|trouble| trouble.text),
        Goal::Update => bench.update(stored, &workers(5)).await?.err().map(|trouble| trouble.text),
        Goal::Delete => bench.delete(stored).await.err().map(|status| status.message().to_owned()),
        Goal::Observe => bench.refresh(stored).await.err().map(|error| error.to_string()),
    };
    Ok(Seen { calls: tried(bench), error })
}

/// Whether what was seen is what the decision means; else why not.
fn is_as_decided(decision: Decision, seen: &Seen) -> Result<()> {
    let first = seen.calls.first().map(String::as_str);
    let error = seen.error.as_deref().unwrap_or_default();
    let none = |code: &str| {
        ensure!(first.is_none(), "{first:?} was called");
        ensure!(error.contains(code), "no {code}: {error:?}");
        Ok(())
    };
    let begins = |calls: &[&str]| {
        ensure!(seen.calls.iter().map(String::as_str).take(calls.len()).eq(calls.iter().copied()), "{:?}", seen.calls);
        Ok(())
    };
    match decision {
        Decision::Create => begins(&["CreateStack"]),
        Decision::DeleteThenCreate => begins(&["DeleteStack", "CreateStack"]),
        Decision::NameTaken => none("SB3002"),
        Decision::Update => begins(&["UpdateStack"]),
        Decision::RollBackThenUpdate => begins(&["RollbackStack"]),
        Decision::UpdateIfKeeping => none("SB4004"),
        Decision::ContinueThenUpdate => begins(&["ContinueUpdateRollback"]),
        Decision::Delete | Decision::DeleteRetaining => begins(&["DeleteStack"]),
        Decision::JoinOrConflict => none("SB3003"),
        Decision::Dead | Decision::Stuck => none("SB40"),
        Decision::Gone => none("SB5"),
        Decision::Nothing | Decision::AwaitDeletion | Decision::Report => {
            ensure!(first.is_none() && error.is_empty(), "{first:?}, {error:?}");
            Ok(())
        }
        // It waits; what follows is decided by the status that comes.
        Decision::AwaitThenDecide => Ok(()),
    }
}

/// After waiting, what the status that came asks for.
fn after_waiting(row: &Row, goal: Goal) -> Decision {
    let next = starburst_core::stack::status::StackStatus::from(leads_to(&row.status));
    starburst_core::stack::table::decide(&next, goal)
}

async fn cell(row: &Row, goal: Goal, decision: Decision) -> Result<()> {
    let (bench, stored) = standing(row).await?;
    let before = bench.model.now();
    let seen = carried_out(&bench, &stored, goal).await?;
    if decision == Decision::AwaitThenDecide {
        ensure!(bench.model.now().0 - before.0 >= MOVES_ON, "it did not wait");
        return is_as_decided(after_waiting(row, goal), &seen);
    }
    // A refresh of what is gone answers that nothing is there, which is no error for a client.
    if goal == Goal::Observe {
        ensure!(seen.calls.is_empty() && seen.error.is_none(), "{:?} {:?}", seen.calls, seen.error);
        return Ok(());
    }
    is_as_decided(decision, &seen)
}

#[tokio::test]
async fn every_status_and_goal_is_decided_and_carried_out_so() -> Result<()> {
    let (mut decided, mut done, mut wrong) = (0, 0, Vec::new());
    for row in rows() {
        for (goal, decision) in Goal::ALL.into_iter().zip(row.decisions) {
            decided += 1;
            match cell(&row, goal, decision).await {
                Ok(()) => done += 1,
                Err(why) => wrong.push(format!("{} × {} ({}): {why:#}", row.status, goal.verb(), decision.text())),
            }
        }
    }
    println!(
        "status_table: {decided} of {decided} cells decided, {done} of {decided} carried out against the model as decided"
    );
    if !wrong.is_empty() {
        bail!("{}", wrong.join("\n"));
    }
    Ok(())
}

/// The stack of the cluster, by name.
fn status(bench: &Bench) -> Result<String> {
    bench.model.stack_status(REGION, STACK).context("there is no stack")
}
