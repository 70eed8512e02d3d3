//! The only loop of the engine: performs the machine's calls through the ports. Every wait gives way to cancellation
//! and to the deadline; no runtime is named.

use std::pin::Pin;

use futures_util::future::{Either, select};

use super::machine::Machine;
use super::operation::{Operation, Outcome};
use super::step::{Occurrence, Output, Reply, Step};
use crate::ports::Ports;
use crate::time::Timestamp;

/// Carries an operation out. Dropping the future at any point is safe: the next run finds out how far it came.
pub async fn run(ports: Ports<'_>, operation: Operation) -> Outcome {
    drive(ports, &mut Machine::new(operation, ports.clock.now())).await
}

/// A call that nothing waits for.
type Reading<'a> = Pin<Box<dyn Future<Output = Reply> + Send + 'a>>;

/// Carries a machine to its end.
pub(super) async fn drive(ports: Ports<'_>, machine: &mut Machine) -> Outcome {
    let mut beside: Option<Reading<'_>> = None;
    loop {
        if !machine.is_cancelled() && ports.cancellation.is_cancelled() {
            machine.handle(ports.clock.now(), Occurrence::Cancelled);
        }
        match machine.poll(ports.clock.now()) {
            Output::Report(line) => ports.progress.report(line),
            Output::Done(outcome) => return *outcome,
            Output::Call(step) => {
                let occurrence = call(ports, machine, step).await;
                machine.handle(ports.clock.now(), occurrence);
            }
            Output::Beside(step) => beside = Some(Box::pin(perform(ports, step))),
            Output::WaitUntil(time) => {
                let occurrence = wait_beside(ports, machine, time, &mut beside).await;
                machine.handle(ports.clock.now(), occurrence);
            }
        }
    }
}

async fn call(ports: Ports<'_>, machine: &Machine, step: Step) -> Occurrence {
    let performed = perform(ports, step);
    let until = machine.give_up().unwrap_or(Timestamp(u64::MAX));
    let interruption = wait(ports, machine, until);
    match select(Box::pin(performed), Box::pin(interruption)).await {
        Either::Left((reply, _)) => Occurrence::Reply(reply),
        Either::Right((occurrence, _)) => occurrence,
    }
}

/// Waits, and takes the reply of a call beside if it comes meanwhile.
async fn wait_beside(
    ports: Ports<'_>,
    machine: &Machine,
    until: Timestamp,
    beside: &mut Option<Reading<'_>>,
) -> Occurrence {
    let waiting = wait(ports, machine, until);
    let Some(reading) = beside.as_mut() else { return waiting.await };
    match select(reading, Box::pin(waiting)).await {
        Either::Left((reply, _)) => {
            *beside = None;
            Occurrence::Reply(reply)
        }
        Either::Right((occurrence, _)) => occurrence,
    }
}

/// Waits for a time, or for the cancellation unless the machine knows of it already.
async fn wait(ports: Ports<'_>, machine: &Machine, until: Timestamp) -> Occurrence {
    if machine.is_cancelled() {
        ports.clock.sleep_until(until).await;
        return Occurrence::Tick;
    }
    match select(ports.cancellation.cancelled(), ports.clock.sleep_until(until)).await {
        Either::Left(_) => Occurrence::Cancelled,
        Either::Right(_) => Occurrence::Tick,
    }
}

async fn perform(ports: Ports<'_>, step: Step) -> Reply {
    let (aws, sets) = (ports.cloud_formation, ports.change_sets);
    match step {
        Step::Describe(stack) => Reply::Stack(aws.describe_stack(&stack).await),
        Step::Events(stack, next) => Reply::Page(aws.stack_events(&stack, next.as_deref()).await),
        Step::Create(name, protected, request) => Reply::Created(aws.create_stack(&name, protected, &request).await),
        Step::Update(stack, request) => Reply::Updated(aws.update_stack(&stack, &request).await),
        Step::Delete(request) => Reply::Done(aws.delete_stack(&request).await),
        Step::Cancel(stack, token) => Reply::Done(aws.cancel_update(&stack, &token).await),
        Step::Continue(stack, skip, token) => Reply::Done(aws.continue_update_rollback(&stack, &skip, &token).await),
        Step::Rollback(stack, token) => Reply::Done(aws.rollback_stack(&stack, &token).await),
        Step::Activities(group) => Reply::Activities(ports.auto_scaling.failed_activities(&group).await),
        Step::Groups(names) => Reply::Groups(ports.auto_scaling.groups(&names).await),
        Step::TagOf(ids, key) => Reply::TagOf(ports.compute.tag_of(&ids, &key).await),
        Step::Protect(stack, on) => Reply::Done(aws.set_termination_protection(&stack, on).await),
        Step::ChangeSets(stack) => Reply::ChangeSets(sets.change_sets(&stack).await),
        Step::ChangeSet(stack, name, values, next) => {
            Reply::ChangeSetPage(sets.change_set(&stack, &name, values, next.as_deref()).await)
        }
        Step::MakeChangeSet(stack, name, request) => Reply::Done(sets.create_change_set(&stack, &name, &request).await),
        Step::RemoveChangeSet(stack, name) => Reply::Done(sets.delete_change_set(&stack, &name).await),
        Step::ExecuteChangeSet(stack, name, request) => {
            Reply::Done(sets.execute_change_set(&stack, &name, &request).await)
        }
        Step::Findings(id) => Reply::Findings(sets.validation_findings(&id).await),
    }
}
