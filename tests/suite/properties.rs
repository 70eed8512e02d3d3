//! What holds for any inputs: a cluster that was just made has nothing left to change, whatever the program says.

use anyhow::{Context, Result};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use starburst_core::path::{Casing, Path};
use starburst_core::value::Value;
use starburst_provider::pulumi::encode::{Unknowns, encode};
use starburst_provider::pulumi::wire::diff_response::DiffChanges;

use crate::generate;
use crate::harness::{Bench, to_json};

/// Generated programs. Each is created on a model of its own, refreshed and compared.
const PROGRAMS: usize = 2_000;

#[tokio::test]
async fn create_then_refresh_leaves_an_empty_plan() -> Result<()> {
    // A fixed seed: the same programs in every run. A failure is reproduced by its number.
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let programs = generate::inputs();
    let bench = Bench::instant().await?;
    for number in 0..PROGRAMS {
        // Every account and region is empty again but for its seed.
        bench.model.with(|state| state.places.clear());
        bench.model.clear_calls();
        let tree = programs.new_tree(&mut runner).map_err(|why| anyhow::anyhow!("{why}"))?;
        one(&bench, &tree.current()).await.with_context(|| format!("program {number}: {:?}", tree.current()))?;
    }
    Ok(())
}

async fn one(bench: &Bench, program: &Value) -> Result<()> {
    let mut program = program.clone();
    let (written, stored) = loop {
        let written = to_json(&encode(&program, Unknowns::Kept));
        match bench.create(&written).await? {
            Ok(stored) => break (written, stored),
            Err(trouble) => {
                let named = without_what_is_named(&mut program, &trouble.text);
                anyhow::ensure!(named, "create: {}", trouble.text);
            }
        }
    };
    let fresh = bench.refresh(&stored).await?.context("it is gone after a refresh")?;
    let checked = bench.checked(Some(&fresh.inputs), &written).await?;
    let diff = bench.diff(&fresh, &checked).await?;
    anyhow::ensure!(
        diff.changes == DiffChanges::DiffNone as i32,
        "a refresh shows {:?}; refreshed {}, checked {checked}",
        diff.detailed_diff.keys().collect::<Vec<_>>(),
        fresh.inputs
    );
    Ok(())
}

/// Removes the inputs that violations name, because what they point at does not exist in the seeded world. False when
/// the text names none that is written: then it is no matter of the world.
fn without_what_is_named(program: &mut Value, text: &str) -> bool {
    let mut removed = false;
    for line in text.lines().filter(|line| line.starts_with("  ") && line.contains(": SB1")) {
        let path = Path::field(line.trim().split(": SB1").next().unwrap_or_default());
        let path = if program.at(&path).is_null() { parent(&path) } else { path };
        if !program.at(&path).is_null() {
            program.put(&path, Value::Null);
            removed = true;
        }
    }
    removed
}

fn parent(path: &Path) -> Path {
    let text = path.render(Casing::Camel);
    Path::field(text.rsplit_once(['.', '[']).map_or("", |(above, _)| above))
}
