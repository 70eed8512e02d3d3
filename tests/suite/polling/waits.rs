//! Whole operations through the real SDK in virtual time, each of them once for the plugin and once for every peer's
//! loop: how many calls the wait cost, and how late its end was noticed.

use anyhow::{Context, Result};
use starburst_tests::fake::durations::Durations;
use starburst_tests::fake::{Effect, Timestamp, World};

use super::peers::{self, Waited};
use crate::harness::{Bench, REGION, STACK, Stored};
use crate::kill_matrix::points::{Act, run, settled};
use crate::lifecycle::{created, three_workers};

/// One wait.
#[derive(Debug, Clone, Copy)]
pub struct Sample {
    /// Of which operation.
    pub act: Act,
    /// Calls from the one that began the operation on.
    pub calls: usize,
    /// Virtual milliseconds from that call until the end was noticed.
    pub waited: i64,
    /// Virtual milliseconds from CloudFormation's own end until then.
    pub late: i64,
}

/// The same operations, waited for in three ways.
#[derive(Debug, Default)]
pub struct Samples {
    /// The plugin.
    pub ours: Vec<Sample>,
    /// The replica of `aws_cloudformation_stack`.
    pub aws_provider: Vec<Sample>,
    /// The replica of CDK.
    pub cdk: Vec<Sample>,
}

/// Nodes and resources that take a little longer each time, so that operations end at all sorts of moments.
fn durations(variant: i64) -> Durations {
    let usual = Durations::default();
    Durations {
        instance_profile: usual.instance_profile + 17_310 * variant,
        instance_boot: usual.instance_boot + 7_130 * variant,
        drain: usual.drain + 3_770 * variant,
        instance_termination: usual.instance_termination + 910 * variant,
        resource: usual.resource + 130 * variant,
        ..usual
    }
}

/// Every operation on `variants` sets of durations.
pub async fn all(variants: i64) -> Result<Samples> {
    let mut samples = Samples::default();
    for variant in 0..variants {
        let durations = durations(variant);
        let nothing = Bench::new().await?;
        nothing.model.with(|state| state.durations = durations);
        let made = Bench::from(&nothing.model).await?;
        let stored = created(&made, &three_workers()).await?;
        settled(&made.model)?;
        for act in Act::ALL {
            let (quiet, stored) =
                if act == Act::Create { (&nothing.model, None) } else { (&made.model, Some(&stored)) };
            let context = || format!("{} with durations {variant}", act.name());
            samples.ours.push(ours(quiet, stored, act).await.with_context(context)?);
            let first = if act == Act::Create { 1 } else { 5 };
            let aws = |world: &World, stack: &str| peers::aws_cloudformation_stack(world, stack, first);
            samples.aws_provider.push(theirs(quiet, stored, act, aws).await.with_context(context)?);
            samples.cdk.push(theirs(quiet, stored, act, peers::cdk).await.with_context(context)?);
        }
    }
    Ok(samples)
}

async fn ours(quiet: &World, stored: Option<&Stored>, act: Act) -> Result<Sample> {
    let bench = Bench::from(quiet).await?;
    run(&bench, stored, act).await?;
    let noticed = bench.model.now();
    let calls = bench.model.calls();
    let from = calls.iter().position(|call| call.action == mutation(act)).context("nothing was begun")?;
    let began = calls.get(from).context("the call")?.at;
    let waited = Waited { calls: calls.len() - from, noticed };
    sample(&bench.model, act, began, waited)
}

/// The plugin begins the operation and is gone; the peer waits for its end.
async fn theirs(
    quiet: &World,
    stored: Option<&Stored>,
    act: Act,
    wait: impl Fn(&World, &str) -> Result<Waited>,
) -> Result<Sample> {
    let bench = Bench::from(quiet).await?;
    bench.model.fault("cloudformation", mutation(act), 0, 1, Effect::HoldAfter);
    tokio::select! {
        ended = run(&bench, stored, act) => anyhow::bail!("it ended before: {ended:?}"),
        () = bench.model.until_held(1) => {}
    }
    let began = bench.model.now();
    let stack = bench.model.with(|state| {
        let mut stacks = state.places.values().flat_map(|place| place.stacks.values());
        stacks.next_back().map(|stack| stack.arn.clone())
    });
    let waited = wait(&bench.model, &stack.context("no stack")?)?;
    sample(&bench.model, act, began, Waited { calls: waited.calls + 1, ..waited })
}

/// The call that begins an operation.
fn mutation(act: Act) -> &'static str {
    match act {
        Act::Create => "CreateStack",
        Act::Update | Act::Scale | Act::Roll => "UpdateStack",
        Act::Delete => "DeleteStack",
    }
}

fn sample(world: &World, act: Act, began: Timestamp, waited: Waited) -> Result<Sample> {
    let ended = world.with(|state| {
        let stacks = state.places.iter().filter(|(place, _)| place.region == REGION);
        let events = stacks.flat_map(|(_, place)| place.stacks.values()).flat_map(|stack| &stack.events);
        events.filter(|event| event.logical == STACK).map(|event| event.at).max()
    });
    let late = waited.noticed.0 - ended.context("no event of the stack")?.0;
    anyhow::ensure!(late >= 0, "the end was noticed {late} ms before it was there");
    Ok(Sample { act, calls: waited.calls, waited: waited.noticed.0 - began.0, late })
}
