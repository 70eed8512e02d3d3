//! How often a running operation is looked at and how late its end is noticed, in virtual time on the model: held
//! against the budget, and in the same run against replicas of the loops of two other tools. Fifty stacks at once, a
//! refresh, and how soon a cancelled operation answers.

mod crowd;
mod peers;
mod port;
mod waits;

use anyhow::{Context, Result, ensure};
use starburst_tests::fake::Effect;

use crate::harness::Bench;
use crate::kill_matrix::points::{Act, Before, run};
use crate::lifecycle::{created, three_workers};
use crate::terraform::bench::TerraformBench;
use crate::terraform::lifecycle::three_workers as three_workers_of_terraform;
use waits::Sample;

/// Virtual milliseconds from which on the average of a wait counts.
const LONG: i64 = 300_000;

/// What a tool's waits come to: calls a second over the long ones, median and worst lateness in milliseconds.
fn figures(samples: &[Sample]) -> (f64, i64, i64) {
    let long = samples.iter().filter(|sample| sample.waited >= LONG);
    let (calls, waited) = long.fold((0, 0), |(calls, waited), one| (calls + one.calls, waited + one.waited));
    let mut late: Vec<i64> = samples.iter().map(|sample| sample.late).collect();
    late.sort_unstable();
    let median = late.get(late.len() / 2).copied().unwrap_or_default();
    (calls as f64 * 1000.0 / waited.max(1) as f64, median, late.last().copied().unwrap_or_default())
}

fn table(name: &str, samples: &[Sample]) {
    for act in Act::ALL {
        let of: Vec<Sample> = samples.iter().filter(|sample| sample.act == act).copied().collect();
        let calls: usize = of.iter().map(|sample| sample.calls).sum();
        let waited: i64 = of.iter().map(|sample| sample.waited).sum();
        let (_, median, worst) = figures(&of);
        println!(
            "{name:<26} {:<7} {:>5} s {:>6.1} calls {:>5.2} a second, late {:>5.1} s median {:>5.1} s worst",
            act.name(),
            waited / 1000 / of.len().max(1) as i64,
            calls as f64 / of.len().max(1) as f64,
            calls as f64 * 1000.0 / waited.max(1) as f64,
            median as f64 / 1000.0,
            worst as f64 / 1000.0,
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn waits_stay_in_the_budget_and_their_ends_are_noticed_in_time() -> Result<()> {
    let samples = waits::all(4).await?;
    let crowd = tokio::task::spawn_blocking(|| tokio::runtime::Handle::current().block_on(crowd::create(50, 10.0)));
    let crowd = crowd.await??;
    let named = [("ours", &samples.ours), ("aws_cloudformation_stack", &samples.aws_provider), ("CDK", &samples.cdk)];
    let mut line = Vec::new();
    for (name, samples) in named {
        table(name, samples);
        let (rate, median, worst) = figures(samples);
        let (median, worst) = (median as f64 / 1000.0, worst as f64 / 1000.0);
        line.push(format!("{name} {rate:.2} calls/s, late {median:.1} s median / {worst:.1} s worst"));
    }
    println!(
        "fifty stacks: {} calls, {} of them throttled, the last end noticed {:.1} s late",
        crowd.calls,
        crowd.throttled,
        crowd.latest as f64 / 1000.0
    );
    println!("polling: {}; 50 stacks: {} failed", line.join("; "), crowd.failed.len());

    for one in samples.ours.iter().filter(|one| one.waited >= LONG) {
        let most = if one.act == Act::Roll { 0.4 } else { 0.3 };
        ensure!(one.calls as f64 * 1000.0 <= most * one.waited as f64, "more than {most} calls a second: {one:?}");
    }
    ensure!(samples.ours.iter().any(|one| one.act == Act::Roll && one.waited >= LONG), "no long roll was measured");
    ensure!(samples.ours.iter().any(|one| one.act != Act::Roll && one.waited >= LONG), "no long wait was measured");
    let (_, median, worst) = figures(&samples.ours);
    ensure!(median <= 2_000 && worst <= 5_000, "late {median} ms in the median, {worst} ms at worst");
    let rolls = samples.ours.iter().filter(|one| one.act == Act::Roll);
    let slowest = rolls.map(|one| one.late).max().context("no roll")?;
    ensure!(slowest <= 2_000, "a roll ended {slowest} ms after CloudFormation's own end");
    ensure!(crowd.failed.is_empty(), "{:?}", crowd.failed);
    ensure!(crowd.throttled > 0, "the limits were never met: nothing was tried");
    Ok(())
}

#[tokio::test]
async fn a_refresh_without_change_costs_five_calls_at_most() -> Result<()> {
    let bench = Bench::new().await?;
    let stored = created(&bench, &three_workers()).await?;
    bench.model.clear_calls();
    bench.refresh(&stored).await?.context("it is gone")?;
    let mut terraform = TerraformBench::new().await?;
    terraform.apply(&three_workers_of_terraform()).await?;
    terraform.clear_calls();
    terraform.refresh().await?;
    let calls = (bench.model.calls().len(), terraform.model.calls().len());
    ensure!(calls.0 <= 5 && calls.1 <= 5, "Pulumi {} calls, Terraform {} calls", calls.0, calls.1);
    Ok(())
}

/// Cancels an operation while its call number `call` has no answer; gives the virtual milliseconds until it ends. Nothing
/// where that call did not come: how many reads of single nodes there are beside a roll follows the real time of replies.
async fn cancelled_at(before: &Before, act: Act, call: u32) -> Result<Option<i64>> {
    let bench = before.bench().await?;
    bench.model.fault("", "", call, 1, Effect::HoldBefore);
    let run = run(&bench, before.stored.as_ref(), act);
    tokio::pin!(run);
    let cancelled = async {
        tokio::select! {
            biased;
            () = bench.model.until_held(1) => {}
            ended = &mut run => return ended.map(|()| None),
        }
        let asked = bench.model.now();
        bench.provider().cancel();
        // Whether it still goes well, when only its outputs were missing, is another matter.
        drop(run.await);
        Ok(Some(bench.model.now().0 - asked.0))
    };
    tokio::time::timeout(FAR_TOO_LONG, cancelled).await.context("it never answers")?
}

/// Real time that nothing here may take, however busy the machine is.
const FAR_TOO_LONG: std::time::Duration = std::time::Duration::from_secs(180);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cancelled_operation_answers_in_under_a_second_at_every_step() -> Result<()> {
    let (nothing, cluster) = (Before::nothing().await?, Before::a_cluster().await?);
    let (mut steps, mut slowest, mut beside) = (0, 0, 0);
    for act in [Act::Create, Act::Update, Act::Roll, Act::Delete] {
        let before = if act == Act::Create { &nothing } else { &cluster };
        let bench = before.bench().await?;
        run(&bench, before.stored.as_ref(), act).await?;
        for call in 0..u32::try_from(bench.model.calls().len())? {
            let took = cancelled_at(before, act, call).await.with_context(|| format!("{} {call}", act.name()))?;
            let Some(took) = took else {
                beside += 1;
                continue;
            };
            ensure!(took < 1_000, "{} cancelled at call {call} answered after {took} ms", act.name());
            (steps, slowest) = (steps + 1, slowest.max(took));
        }
    }
    ensure!(beside * 20 <= steps, "{beside} of {steps} steps did not come");
    println!("polling: cancelled at {steps} steps, answered after {slowest} ms at most; {beside} did not come");
    Ok(())
}
