//! What holds for any inputs: a cluster that was just made has nothing left to change, whatever the program says.

use anyhow::{Context, Result};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use starburst_core::value::Value;
use starburst_provider::pulumi::encode::{Unknowns, encode};
use starburst_provider::pulumi::wire::diff_response::DiffChanges;

use crate::generate;
use crate::harness::{Bench, REGION, STACK, to_json};

/// Generated programs. Each is created on a model of its own region's worth of state, refreshed and compared.
const PROGRAMS: usize = 2_000;
/// Programs on one model before a fresh one takes its place, so that its log does not grow without bound.
const PER_MODEL: usize = 100;

#[tokio::test]
async fn create_then_refresh_leaves_an_empty_plan() -> Result<()> {
    // A fixed seed: the same programs in every run. A failure is reproduced by its number.
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let programs = generate::inputs();
    let mut bench = Bench::new().await?;
    for number in 0..PROGRAMS {
        if number % PER_MODEL == 0 {
            bench = Bench::new().await?;
        }
        let tree = programs.new_tree(&mut runner).map_err(|why| anyhow::anyhow!("{why}"))?;
        one(&bench, &tree.current()).await.with_context(|| format!("program {number}: {:?}", tree.current()))?;
    }
    Ok(())
}

async fn one(bench: &Bench, program: &Value) -> Result<()> {
    let written = to_json(&encode(program, Unknowns::Kept));
    let stored = match bench.create(&written).await? {
        Ok(stored) => stored,
        Err(trouble) => anyhow::bail!("create: {}", trouble.text),
    };
    let fresh = bench.refresh(&stored).await?.context("it is gone after a refresh")?;
    let checked = bench.checked(Some(&fresh.inputs), &written).await?;
    let diff = bench.diff(&fresh, &checked).await?;
    anyhow::ensure!(
        diff.changes == DiffChanges::DiffNone as i32,
        "a refresh shows {:?}",
        diff.detailed_diff.keys().collect::<Vec<_>>()
    );
    // Back to nothing without waiting for a deletion, which other tests look at.
    let name = stored.outputs["stackName"].as_str().unwrap_or(STACK);
    anyhow::ensure!(bench.model.remove_stack(REGION, name), "there is no stack {name}");
    Ok(())
}
