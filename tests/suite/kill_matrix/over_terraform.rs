//! A sample of the same points through Terraform's messages: what a client of that protocol keeps of a killed run is the
//! state that it had.

use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Context, Result};
use serde_json::{Value as Json, json};
use starburst_tests::fake::{Effect, World};

use super::digest;
use super::points::{Act, Before, same, settled};
use crate::terraform::bench::{Phase, Stored, TerraformBench};
use crate::terraform::lifecycle::{three_workers, with};

/// Points at which the run ended before the call came.
pub static NOT_KILLED: AtomicUsize = AtomicUsize::new(0);

/// What stands before an operation: a quiet model, and the client's state file.
pub struct Standing {
    model: std::sync::Arc<World>,
    stored: Option<Stored>,
}

impl Standing {
    /// An empty account.
    pub async fn nothing() -> Result<Self> {
        let Before { model, .. } = Before::nothing().await?;
        Ok(Self { model, stored: None })
    }

    /// A cluster of three workers.
    pub async fn a_cluster() -> Result<Self> {
        let nothing = Self::nothing().await?;
        let mut bench = TerraformBench::from(&nothing.model).await?;
        bench.apply(&three_workers()).await?;
        settled(&bench.model)?;
        Ok(Self { model: bench.model.clone(), stored: bench.stored() })
    }
}

fn program(act: Act) -> Json {
    match act {
        Act::Create | Act::Delete => three_workers(),
        Act::Update => with(
            with(three_workers(), "/stack/tags", json!({ "team": "analytics" })),
            "/monitoring/log_retention_days",
            json!(90),
        ),
        Act::Scale => with(three_workers(), "/ec2/worker_count", json!(5)),
        Act::Roll => with(three_workers(), "/ec2/worker_instance_type", json!("r5.4xlarge")),
    }
}

async fn run(bench: &mut TerraformBench, act: Act) -> Result<()> {
    match act {
        Act::Delete => bench.destroy().await.map(drop),
        _ => bench.apply(&program(act)).await.map(drop),
    }
}

/// Kills some of the calls of an operation's apply, the mutating one and its neighbours among them. Gives how many.
pub async fn sample(before: &Standing, act: Act) -> Result<usize> {
    let mut bench = TerraformBench::from(&before.model).await?;
    bench.store(before.stored.clone());
    run(&mut bench, act).await.context("undisturbed")?;
    let calls = bench.calls();
    settled(&bench.model)?;
    let left = digest::of(&bench.model);
    let applies = |phase: Phase| matches!(phase, Phase::Apply | Phase::Delete);
    let first = calls.iter().position(|(phase, _)| applies(*phase)).context("nothing is applied")?;
    let mutation = calls.iter().position(|(_, call)| call.action.ends_with("Stack")).context("nothing is changed")?;
    let mut points = 0;
    for at in [first, mutation - 1, mutation, mutation + 1, (mutation + calls.len()) / 2, calls.len() - 1] {
        for moment in [Effect::HoldBefore, Effect::HoldAfter] {
            let told = format!("{} killed at call {at} ({}), {moment:?}", act.name(), calls[at].1.action);
            let mut bench = TerraformBench::from(&before.model).await?;
            bench.store(before.stored.clone());
            bench.model.fault("", "", u32::try_from(at)?, 1, moment);
            let model = bench.model.clone();
            let ended = tokio::select! {
                biased;
                () = model.until_held(1) => None,
                ended = run(&mut bench, act) => Some(ended),
            };
            match ended {
                // As in `points`: nothing waits for a read of a single node that does not come.
                Some(ended) => {
                    ended.with_context(|| format!("{told}: before it could be killed"))?;
                    NOT_KILLED.fetch_add(1, Ordering::Relaxed);
                }
                None => run(&mut bench, act).await.with_context(|| told.clone())?,
            }
            settled(&bench.model)?;
            same(&left, &digest::of(&bench.model)).context(told)?;
            points += 1;
        }
    }
    Ok(points)
}
