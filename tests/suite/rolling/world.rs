//! One roll under load, in virtual time: a cluster is made, queries run on it, an update is carried out through the
//! front end's wire messages, and what the model measured stands against what the plan said before.

use std::collections::BTreeSet;

use anyhow::{Context, Result, anyhow, ensure};
use serde_json::{Value as Json, json};
use starburst_core::cluster::{Plan, Prior, plan};
use starburst_core::value::Value;
use starburst_schema::Role;
use starburst_tests::fake::cluster::{Load, Report};
use starburst_tests::fake::groups::Instance;
use starburst_tests::fake::state::Place;
use starburst_tests::fake::{ACCOUNT, World};

use crate::harness::{Bench, REGION, STACK, Stored, Trouble};

/// Milliseconds of load before an update.
const WARM_UP: i64 = 300_000;
/// Looks for nodes that leave, this many milliseconds apart, for an hour and a half.
const LOOKS: usize = 540;
const PAUSE: i64 = 10_000;
/// Milliseconds until the last query that began has ended.
const WIND_DOWN: i64 = 10 * 60_000;

/// What an update did to a cluster under load.
pub struct Rolled {
    /// What was known before.
    pub plan: Plan,
    /// What the model measured.
    pub report: Report,
    /// How many workers CloudFormation took away at a time, and how many coordinators.
    pub worker_batches: Vec<usize>,
    pub coordinator_batches: Vec<usize>,
    /// The cluster afterwards, or what went wrong.
    pub result: std::result::Result<Stored, Trouble>,
    /// Workers before and after.
    pub before: Vec<Instance>,
    pub after: Vec<Instance>,
    /// Status of the stack at the end.
    pub status: String,
}

/// Lets time pass in the model.
pub fn pass(model: &World, ms: i64) {
    model.advance_to(model.now().plus_ms(ms));
}

/// The instances of a group by its logical id, those that leave included.
pub fn instances(model: &World, logical: &str) -> Vec<Instance> {
    let place = Place { account: ACCOUNT.into(), region: REGION.into() };
    model.with(|w| {
        let group = w.region(&place).groups.values().find(|g| g.logical == logical);
        group.map(|g| g.instances.clone()).unwrap_or_default()
    })
}

fn any_leaves(model: &World) -> bool {
    let leave = |logical| instances(model, logical).iter().any(|instance| !instance.counts());
    leave("Workers") || leave("Coordinators")
}

/// Sizes of the batches that the events of a group tell of, from the event at this place on.
pub fn batches(model: &World, logical: &str, from: usize) -> Vec<usize> {
    let events = model.events(REGION, STACK).into_iter().skip(from).filter(|(id, _, _)| id == logical);
    let ids = events.filter_map(|(_, _, why)| {
        let (ids, _) = why.strip_prefix("Terminating instance(s) [")?.split_once(']')?;
        Some(ids.split(',').count())
    });
    ids.collect()
}

/// What the core plans for checked inputs.
pub fn planned(stored: &Stored, inputs: &Json) -> Plan {
    let prior =
        Prior { id: stored.id.clone(), inputs: Value::from(&stored.inputs), outputs: Value::from(&stored.outputs) };
    plan(Some(&prior), &Value::from(inputs))
}

/// A cluster with these inputs under load, in one of the two ways in which CloudFormation treats terminating hooks.
pub async fn loaded(inputs: &Json, waits: bool) -> Result<(Bench, Stored)> {
    let bench = Bench::new().await?;
    bench.model.settings(|settings| settings.roll_waits_for_hook = waits);
    let made = bench.create(inputs).await?;
    let stored = made.map_err(|trouble| anyhow!("create: {}", trouble.text))?;
    ensure!(bench.model.load(REGION, STACK, Some(Load::default())), "there is a stack to put load on");
    pass(&bench.model, WARM_UP);
    Ok((bench, stored))
}

/// Carries out an update under load and measures it, until the last node that was told to go is gone.
pub async fn roll(bench: &Bench, stored: &Stored, inputs: &Json) -> Result<Rolled> {
    let model = &bench.model;
    let checked = bench.checked(Some(&stored.inputs), inputs).await?;
    let plan = planned(stored, &checked);
    let before = instances(model, "Workers");
    let events = model.events(REGION, STACK).len();
    model.observe(REGION, STACK);
    let result = bench.update_with(stored, &checked, false).await?;
    // CloudFormation may be through while nodes still drain.
    for _ in 0..LOOKS {
        if !any_leaves(model) {
            break;
        }
        pass(model, PAUSE);
    }
    ensure!(!any_leaves(model), "a node never leaves");
    model.load(REGION, STACK, None);
    pass(model, WIND_DOWN);
    let report = model.observed(REGION, STACK);
    let status = model.stack_status(REGION, STACK).context("the stack is gone")?;
    let worker_batches = batches(model, "Workers", events);
    let coordinator_batches = batches(model, "Coordinators", events);
    let after = instances(model, "Workers");
    Ok(Rolled { plan, report, worker_batches, coordinator_batches, result, before, after, status })
}

impl Rolled {
    /// The least of a role that the plan promised to keep in service: of a roll its floor, else what there is on both
    /// sides of the change. `None` where a restart promises nothing.
    pub fn floor(&self, role: Role, there: usize, then: usize) -> Option<usize> {
        if !self.plan.restart.is_empty() {
            return None;
        }
        let roll = self.plan.rolls.iter().find(|roll| roll.role == role);
        Some(roll.map_or(there.min(then), |roll| roll.floor as usize))
    }

    /// How many batches of a role the plan told of.
    pub fn previewed(&self, role: Role) -> usize {
        self.plan.rolls.iter().find(|roll| roll.role == role).map_or(0, |roll| roll.batches as usize)
    }

    /// Ids of workers that were there before and still are.
    pub fn kept(&self) -> usize {
        let then: BTreeSet<&str> = self.after.iter().map(|instance| instance.id.as_str()).collect();
        self.before.iter().filter(|instance| then.contains(instance.id.as_str())).count()
    }
}

/// Inputs with another value at a JSON pointer.
pub fn with(mut inputs: Json, pointer: &str, value: Json) -> Json {
    let mut place = &mut inputs;
    for name in pointer.trim_start_matches('/').split('/') {
        if place.is_null() {
            *place = json!({});
        }
        place = &mut place[name];
    }
    *place = value;
    inputs
}
