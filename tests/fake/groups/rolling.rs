//! Watches a group for CloudFormation: creation, size changes, rolling updates, deletion. The steps of a roll are
//! those of section 6.2 of the behaviour reference.

use super::watch::{Batch, Stage};
use super::{Group, group, health, nodes, say, say_as, scaling};
use crate::fake::stacks;
use crate::fake::state::{Place, State};
use std::collections::BTreeSet;

/// Ids of instances that a roll would replace, oldest first.
#[must_use]
pub fn obsolete(g: &Group, target: usize) -> Vec<String> {
    g.live()
        .filter(|i| i.template != (g.template.0.clone(), target) || !g.subnets.contains(&i.subnet))
        .map(|i| i.id.clone())
        .collect()
}

/// Starts the timer of the present batch.
pub fn arm(w: &mut State, place: &Place, name: &str) {
    let Some(work) = group(w, place, name).and_then(|g| g.work.as_ref()) else { return };
    let Some(batch) = &work.batch else { return };
    let (number, pause) = (batch.number, work.plan.pause);
    let (place, name) = (place.clone(), name.to_owned());
    w.after(pause, move |w| timed_out(w, &place, &name, number));
}

fn timed_out(w: &mut State, place: &Place, name: &str, number: u64) {
    let Some(work) = group(w, place, name).and_then(|g| g.work.as_mut()) else { return };
    let Some(batch) = work.batch.as_ref().filter(|b| b.number == number) else { return };
    let missing = batch.need.saturating_sub(batch.seen.len());
    if missing == 0 {
        return;
    }
    work.failures += missing;
    work.batch = None;
    let (arn, logical) = (work.stack.clone(), work.logical.clone());
    let text = format!(
        "Failed to receive {missing} resource signal(s) for the current batch.  Each resource signal timeout is counted as a FAILURE."
    );
    say_as(w, &arn, &logical, "UPDATE", &text);
    if !give_up(w, place, name, true) {
        poke(w, place, name);
    }
}

/// Ends the watch when the wanted share of successes is out of reach. `silence`: a time-out, not a FAILURE signal.
fn give_up(w: &mut State, place: &Place, name: &str, silence: bool) -> bool {
    let Some(work) = group(w, place, name).and_then(|g| g.work.as_ref()) else { return true };
    let total = if work.plan.rolls && work.stage != Stage::Sizing { work.plan.total } else { work.expected };
    let wanted = (work.plan.percent * total as f64 / 100.0).ceil() as usize;
    if total.saturating_sub(work.failures) >= wanted {
        return false;
    }
    let (count, word) = if silence { (work.successes, "SUCCESS") } else { (work.failures, "FAILURE") };
    let text = format!(
        "Received {count} {word} signal(s) out of {total}.  Unable to satisfy {}% MinSuccessfulInstancesPercent requirement",
        work.plan.percent
    );
    end(w, place, name, Err(text));
    true
}

/// A signal of one of the group's instances.
pub fn signalled(w: &mut State, place: &Place, name: &str, id: &str, success: bool) {
    let hears_leaving = w.settings.failure_of_leaving_nodes;
    let Some(g) = group(w, place, name) else { return };
    let Some(instance) = g.instances.iter().find(|i| i.id == id) else { return };
    let (target, leaving) = (Some(instance.template.1), !instance.counts());
    let Some(work) = g.work.as_mut() else { return };
    if leaving {
        if !success && hears_leaving && work.plan.rolls && work.stage != Stage::Sizing {
            work.failures += 1;
            let (arn, logical) = (work.stack.clone(), work.logical.clone());
            say(w, &arn, &logical, &format!("Received FAILURE signal with UniqueId {id}"));
            give_up(w, place, name, false);
        }
        return;
    }
    let rolling = work.plan.rolls;
    let fresh = !rolling || target == Some(work.plan.target);
    let (arn, logical) = (work.stack.clone(), work.logical.clone());
    let Some(batch) = work.batch.as_mut() else { return };
    if !fresh || batch.seen.len() >= batch.need || !batch.seen.insert(id.to_owned()) {
        return;
    }
    if success {
        work.successes += 1;
    } else {
        work.failures += 1;
    }
    let word = if success { "SUCCESS" } else { "FAILURE" };
    say(w, &arn, &logical, &format!("Received {word} signal with UniqueId {id}"));
    if success || !give_up(w, place, name, false) {
        poke(w, place, name);
    }
}

fn end(w: &mut State, place: &Place, name: &str, result: Result<(), String>) {
    let Some(g) = group(w, place, name) else { return };
    let Some(work) = g.work.take() else { return };
    // A roll that ends between two batches no longer holds launches back.
    g.retrying &= !matches!(work.stage, Stage::Terminating(..));
    for process in &work.suspended_by_us {
        g.suspended.remove(process);
    }
    health::look(w, place, name);
    stacks::nodes::finish(w, &work.stack, &work.logical, work.run, result);
}

/// Begins the size stage of an update: waits for added instances, then rolls or ends.
pub fn sizing(w: &mut State, place: &Place, name: &str, grown: usize) {
    let number = w.ids.number();
    let Some(work) = group(w, place, name).and_then(|g| g.work.as_mut()) else { return };
    if grown > 0 && work.plan.signals && !(work.plan.rolls && work.plan.restoring) {
        work.expected = grown;
        work.batch = Some(Batch { need: grown, seen: BTreeSet::new(), number });
        let (arn, logical) = (work.stack.clone(), work.logical.clone());
        let text = added(grown, &work.plan.pause_text);
        // Instances of a size change that precedes a roll already have the new launch data.
        say(w, &arn, &logical, &text);
        arm(w, place, name);
    }
    scaling::reconcile(w, place, name);
    poke(w, place, name);
}

fn added(count: usize, pause: &str) -> String {
    format!(
        "New instance(s) added to autoscaling group - Waiting on {count} resource signal(s) with a timeout of {pause}."
    )
}

/// Looks whether the watch can go on, after anything happened to the group.
pub fn poke(w: &mut State, place: &Place, name: &str) {
    let waits = w.settings.roll_waits_for_hook;
    let Some(g) = group(w, place, name) else { return };
    let Some(work) = g.work.clone() else { return };
    let waiting = work.batch.as_ref().is_some_and(|b| b.seen.len() < b.need);
    let all = if waits { g.instances.len() } else { g.live().count() };
    let full = g.in_service() == g.desired && all == g.desired;
    let stuck = g.failures >= 3 && !work.plan.signals;
    let problem = g.last_problem.clone();
    if stuck && matches!(work.stage, Stage::Creating | Stage::Sizing | Stage::Growing | Stage::Refilling) {
        end(w, place, name, Err(format!("Group did not stabilize. Last scaling activity: {problem}")));
        return;
    }
    match work.stage {
        Stage::Creating => {
            if if work.plan.signals { !waiting } else { full } {
                end(w, place, name, Ok(()));
            }
        }
        Stage::Sizing => {
            let ready = if work.batch.is_some() { !waiting } else { full };
            if ready && work.plan.rolls {
                start_roll(w, place, name);
            } else if ready {
                end(w, place, name, Ok(()));
            }
        }
        Stage::Growing | Stage::Refilling => {
            let arrived = if work.plan.signals { !waiting } else { g.in_service() >= g.desired };
            if arrived && !work.plan.signals && work.plan.pause > 0 {
                pause(w, place, name);
            } else if arrived {
                next_batch(w, place, name);
            }
        }
        Stage::Terminating(ids, replace) => {
            if !g.instances.iter().any(|i| ids.contains(&i.id)) {
                terminated(w, place, name, &ids, replace);
            }
        }
        Stage::Pausing => {}
        Stage::Deleting => {
            if g.instances.is_empty() {
                let cleanup = w.durations.cleanup;
                w.region(place).groups.remove(name);
                let (arn, logical, run) = (work.stack, work.logical, work.run);
                w.after(cleanup, move |w| stacks::nodes::finish(w, &arn, &logical, run, Ok(())));
            }
        }
    }
}

fn pause(w: &mut State, place: &Place, name: &str) {
    let Some(work) = group(w, place, name).and_then(|g| g.work.as_mut()) else { return };
    work.stage = Stage::Pausing;
    let (ms, run) = (work.plan.pause, work.run);
    let (place, name) = (place.clone(), name.to_owned());
    w.after(ms, move |w| {
        let on = group(w, &place, &name)
            .and_then(|g| g.work.as_ref())
            .is_some_and(|k| k.run == run && k.stage == Stage::Pausing);
        if on {
            next_batch(w, &place, &name);
        }
    });
}

/// Steps 1 to 4: batch, announcement, temporary sizes, extra instances.
fn start_roll(w: &mut State, place: &Place, name: &str) {
    let number = w.ids.number();
    let Some(g) = group(w, place, name) else { return };
    let (max, desired) = (g.max, g.desired);
    let Some(work) = g.work.as_mut() else { return };
    let plan = &mut work.plan;
    plan.batch = plan.most.min(plan.total).min(max.saturating_sub(plan.keep)).max(1);
    plan.before = desired;
    (work.successes, work.failures, work.batch) = (0, 0, None);
    let (arn, logical) = (work.stack.clone(), work.logical.clone());
    let plan = work.plan.clone();
    let tail = if plan.keep == 0 {
        format!("in batches of {}.", plan.batch)
    } else {
        format!("in batches of {}, while keeping at least {} instance(s) in service.", plan.batch, plan.keep)
    };
    let waits = if plan.signals {
        format!(
            " Waiting on resource signals with a timeout of {} when new instances are added to the autoscaling group.",
            plan.pause_text
        )
    } else {
        String::new()
    };
    say(
        w,
        &arn,
        &logical,
        &format!("Rolling update initiated. Terminating {} obsolete instance(s) {tail}{waits}", plan.total),
    );
    let raised = max.min(desired.max(plan.keep + plan.batch));
    let mut extra = 0;
    if desired < max {
        say(
            w,
            &arn,
            &logical,
            &format!("Temporarily setting autoscaling group MinSize and DesiredCapacity to {raised}."),
        );
        if let Some(g) = group(w, place, name) {
            extra = raised - desired;
            g.min = raised;
            g.desired = raised;
        }
    }
    if extra == 0 {
        next_batch(w, place, name);
        return;
    }
    if let Some(work) = group(w, place, name).and_then(|g| g.work.as_mut()) {
        work.stage = Stage::Growing;
    }
    expect(w, place, name, extra, number);
    scaling::reconcile(w, place, name);
    poke(w, place, name);
}

/// Step 6: waits for the signals of `count` added instances.
fn expect(w: &mut State, place: &Place, name: &str, count: usize, number: u64) {
    let Some(work) = group(w, place, name).and_then(|g| g.work.as_mut()) else { return };
    if !work.plan.signals || count == 0 {
        work.batch = None;
        return;
    }
    work.batch = Some(Batch { need: count, seen: BTreeSet::new(), number });
    let (arn, logical, text) = (work.stack.clone(), work.logical.clone(), added(count, &work.plan.pause_text));
    say(w, &arn, &logical, &text);
    arm(w, place, name);
}

/// Step 5: terminates the next batch, or ends the roll.
fn next_batch(w: &mut State, place: &Place, name: &str) {
    let Some(g) = group(w, place, name) else { return };
    let Some(plan) = g.work.as_ref().map(|k| k.plan.clone()) else { return };
    let old = obsolete(g, plan.target);
    if old.is_empty() {
        finish_roll(w, place, name);
        return;
    }
    let ids: Vec<String> = old.iter().take(plan.batch).cloned().collect();
    let last = ids.len() == old.len();
    let good = g.live().count() - old.len();
    let replace = if last { plan.before.saturating_sub(good).min(ids.len()) } else { ids.len() };
    let fewer = ids.len() - replace;
    g.desired -= fewer.min(g.desired);
    g.min = g.min.min(g.desired);
    if let Some(work) = g.work.as_mut() {
        work.stage = Stage::Terminating(ids.clone(), replace);
        work.batch = None;
    }
    let Some((arn, logical)) = g.work.as_ref().map(|k| (k.stack.clone(), k.logical.clone())) else { return };
    let text = format!("Terminating instance(s) [{}]; replacing with {replace} new instance(s).", ids.join(","));
    say(w, &arn, &logical, &text);
    // Replacements start when the old ones are gone: the group does not launch meanwhile.
    if let Some(g) = group(w, place, name) {
        g.retrying = true;
    }
    for id in &ids {
        let cause =
            format!("At {} instance {id} was taken out of service in response to a user request.", w.now.iso_seconds());
        nodes::terminate(w, place, name, id, &cause);
    }
    if !w.settings.roll_waits_for_hook {
        // CloudFormation takes the instances for gone while the hook still holds them.
        let (place, name) = (place.clone(), name.to_owned());
        w.after(w.durations.instance_termination, move |w| {
            let stage = group(w, &place, &name).and_then(|g| g.work.as_ref()).map(|k| k.stage.clone());
            if stage == Some(Stage::Terminating(ids.clone(), replace)) {
                terminated(w, &place, &name, &ids, replace);
            }
        });
    }
}

fn terminated(w: &mut State, place: &Place, name: &str, ids: &[String], replace: usize) {
    let number = w.ids.number();
    let Some(g) = group(w, place, name) else { return };
    g.retrying = false;
    let Some(work) = g.work.as_mut() else { return };
    work.plan.terminated += ids.len();
    work.stage = Stage::Refilling;
    let progress = (100.0 * work.plan.terminated as f64 / work.plan.total.max(1) as f64).round();
    let (arn, logical) = (work.stack.clone(), work.logical.clone());
    say(w, &arn, &logical, &format!("Successfully terminated instance(s) [{}] (Progress {progress}%).", ids.join(",")));
    expect(w, place, name, replace, number);
    scaling::reconcile(w, place, name);
    poke(w, place, name);
}

/// Step 7: sizes return to the template's.
fn finish_roll(w: &mut State, place: &Place, name: &str) {
    let Some(g) = group(w, place, name) else { return };
    let Some(plan) = g.work.as_ref().map(|k| k.plan.clone()) else { return };
    let (min, max, desired) = plan.template;
    g.min = min;
    g.max = max;
    // Without a desired capacity in the template a rollback leaves the raised one.
    g.desired = desired.unwrap_or(if plan.restoring { g.desired } else { plan.before }).clamp(min, max.max(min));
    end(w, place, name, Ok(()));
    scaling::reconcile(w, place, name);
}
