//! Every point at which an operation can be killed, through Pulumi's messages: the undisturbed run, and the same with
//! the plugin gone before or after the effect of one call, then run again by another one.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Context, Result, ensure};
use serde_json::{Value as Json, json};
use starburst_tests::fake::durations::Durations;
use starburst_tests::fake::{Effect, RepeatedTokens, World};

use super::digest;
use crate::harness::{Bench, Stored};
use crate::lifecycle::{created, three_workers, updated};

/// What is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// A cluster is made.
    Create,
    /// Its tags and the retention of its logs change.
    Update,
    /// Two workers more.
    Scale,
    /// Another instance type: the workers roll.
    Roll,
    /// It is removed.
    Delete,
}

impl Act {
    /// All of them, in the order in which they are told.
    pub const ALL: [Self; 5] = [Self::Create, Self::Update, Self::Scale, Self::Roll, Self::Delete];

    /// The word for it in the score.
    pub fn name(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Update => "update",
            Self::Scale => "scale",
            Self::Roll => "roll",
            Self::Delete => "delete",
        }
    }

    /// What the program says then, as changes of [`three_workers`].
    pub fn program(self) -> Json {
        let mut program = three_workers();
        match self {
            Self::Create | Self::Delete => {}
            Self::Update => {
                program["stack"] = json!({ "tags": { "team": "analytics" } });
                program["monitoring"] = json!({ "logRetentionDays": 90 });
            }
            Self::Scale => program["ec2"]["workerCount"] = json!(5),
            Self::Roll => program["ec2"]["workerInstanceType"] = json!("r5.4xlarge"),
        }
        program
    }
}

/// What stands before an operation: a quiet model, and the client's state.
#[derive(Clone)]
pub struct Before {
    /// The model; nothing is still to happen in it.
    pub model: Arc<World>,
    /// What the client knows of the cluster.
    pub stored: Option<Stored>,
}

impl Before {
    /// An empty account.
    pub async fn nothing() -> Result<Self> {
        Ok(Self { model: quiet(&brisk().await?)?, stored: None })
    }

    /// A cluster of three workers.
    pub async fn a_cluster() -> Result<Self> {
        let bench = brisk().await?;
        let stored = created(&bench, &three_workers()).await?;
        Ok(Self { model: quiet(&bench)?, stored: Some(stored) })
    }

    /// A world of its own that goes on from here.
    pub async fn bench(&self) -> Result<Bench> {
        Bench::from(&self.model).await
    }
}

/// A model whose waits are short, since all calls of a wait are alike; every step takes its time all the same.
async fn brisk() -> Result<Bench> {
    let bench = Bench::new().await?;
    bench.model.with(|state| {
        state.durations = Durations {
            instance_profile: 6_000,
            vpc_endpoint: 6_000,
            instance_running: 4_000,
            instance_boot: 8_000,
            launch_hook: 3_000,
            drain: 4_000,
            instance_termination: 3_000,
            ..Durations::default()
        };
    });
    Ok(bench)
}

fn quiet(bench: &Bench) -> Result<Arc<World>> {
    settled(&bench.model)?;
    Ok(bench.model.clone())
}

/// Lets everything happen that is still to happen.
pub fn settled(model: &World) -> Result<()> {
    for _ in 0..10_000 {
        let Some(next) = model.next_wakeup() else { return Ok(()) };
        model.advance_to(next);
    }
    anyhow::bail!("the model does not come to rest")
}

/// What an undisturbed run did and left.
#[derive(Debug, Clone)]
pub struct Undisturbed {
    /// Calls of all services.
    pub calls: Vec<String>,
    left: String,
}

/// When the plugin is killed, and what the next one meets.
#[derive(Debug, Clone)]
pub struct Point {
    /// Which call, from 0.
    pub call: u32,
    /// [`Effect::HoldBefore`] or [`Effect::HoldAfter`].
    pub moment: Effect,
    /// What AWS answers to a token that it has seen.
    pub tokens: RepeatedTokens,
    /// Virtual seconds until the same is run again.
    pub pause: i64,
}

/// Runs it undisturbed.
pub async fn undisturbed(before: &Before, act: Act) -> Result<Undisturbed> {
    let bench = before.bench().await?;
    run(&bench, before.stored.as_ref(), act).await?;
    let calls = bench.model.calls().iter().map(|call| format!("{}:{}", call.service, call.action)).collect();
    settled(&bench.model)?;
    Ok(Undisturbed { calls, left: digest::of(&bench.model) })
}

/// Points at which the run ended before the call came.
pub static NOT_KILLED: AtomicUsize = AtomicUsize::new(0);

/// Kills it there, runs it again, and compares what is left with the undisturbed run. Gives whether a mutating call was
/// made twice, so that the answer to a repeated token mattered.
pub async fn killed(before: &Before, act: Act, point: &Point, like: &Undisturbed) -> Result<bool> {
    let mut bench = before.bench().await?;
    bench.model.settings(|settings| settings.repeated_tokens = point.tokens);
    bench.model.fault("", "", point.call, 1, point.moment.clone());
    let ended = tokio::select! {
        biased;
        () = bench.model.until_held(1) => None,
        ended = run(&bench, before.stored.as_ref(), act) => Some(ended),
    };
    if let Some(ended) = ended {
        // Reads of single nodes go on beside a roll: how many there are follows the real time of replies, and nothing
        // waits for one that does not come. Then nobody was killed, and the end is the undisturbed one.
        ended.context("it ended before it could be killed")?;
        settled(&bench.model)?;
        same(&like.left, &digest::of(&bench.model))?;
        NOT_KILLED.fetch_add(1, Ordering::Relaxed);
        return Ok(false);
    }
    bench.restart().await?;
    bench.model.advance_to(bench.model.now().plus_ms(point.pause * 1000));
    run(&bench, before.stored.as_ref(), act).await.context("the run after it")?;
    settled(&bench.model)?;
    same(&like.left, &digest::of(&bench.model))?;
    let mutations = bench.model.calls().into_iter().filter(|call| call.params.get("ClientRequestToken").is_some());
    Ok(mutations.count() > 1)
}

/// Does it, as a client that knows of this cluster.
pub async fn run(bench: &Bench, stored: Option<&Stored>, act: Act) -> Result<()> {
    let stored = || stored.context("no cluster to change");
    match act {
        Act::Create => created(bench, &act.program()).await.map(drop),
        Act::Delete => bench.delete(stored()?).await.map_err(|status| anyhow::anyhow!("delete: {}", status.message())),
        _ => updated(bench, stored()?, &act.program()).await.map(drop),
    }
}

/// The first places that differ, if any does.
pub fn same(expected: &str, found: &str) -> Result<()> {
    let differing = expected.lines().zip(found.lines()).filter(|(expected, found)| expected != found).take(3);
    let places: Vec<String> = differing
        .map(|(expected, found)| {
            let alike = expected.chars().zip(found.chars()).take_while(|(one, other)| one == other).count();
            let around = |line: &str| line.chars().skip(alike.saturating_sub(60)).take(160).collect::<String>();
            format!("- {}\n+ {}", around(expected), around(found))
        })
        .collect();
    let (lines, of) = (found.lines().count(), expected.lines().count());
    ensure!(expected == found, "something else is left ({lines} lines, {of} undisturbed):\n{}", places.join("\n"));
    Ok(())
}
