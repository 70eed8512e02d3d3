//! The plugin is killed at every call of every operation, before and after the effect of the call, and the same is run
//! again: one stack, every operation once, and what is left is what an undisturbed run leaves.

mod digest;
mod over_terraform;
pub mod points;
mod real_clients;

use std::sync::Arc;
use std::sync::atomic::Ordering;

use anyhow::{Context as _, Result, ensure};
use futures_util::StreamExt as _;
use starburst_tests::clients::missing;
use starburst_tests::fake::{Effect, RepeatedTokens};

use points::{Act, Before, Point, Undisturbed};

/// Virtual seconds after which the operation has long ended.
const AN_HOUR: i64 = 3600;
/// Calls after the one that begins an operation in which a kill may leave something of its own for an hour later. A run
/// that is killed while it waits leaves the same at each of its looks.
const FIRST_LOOKS: usize = 2;

/// Every point of one operation; gives how many there are.
async fn all_points(before: &Before, act: Act) -> Result<usize> {
    let like = Arc::new(points::undisturbed(before, act).await.with_context(|| act.name())?);
    let calls = u32::try_from(like.calls.len())?;
    let all = (0..calls).flat_map(|call| [Effect::HoldBefore, Effect::HoldAfter].map(|moment| (call, moment)));
    let runs = all.map(|(call, moment)| {
        let (before, like) = (before.clone(), like.clone());
        tokio::spawn(async move { one_point(&before, act, (call, moment), &like).await })
    });
    let mut runs = futures_util::stream::iter(runs).buffer_unordered(4);
    let mut passed = 0;
    while let Some(run) = runs.next().await {
        run??;
        passed += 1;
    }
    ensure!(passed == 2 * like.calls.len(), "{passed} points of {calls} calls");
    Ok(passed)
}

/// One point, run again at once and, where it differs, when the operation has long ended. AWS's way with repeated tokens
/// matters where the rerun repeats one; there all are tried.
async fn one_point(before: &Before, act: Act, (call, moment): (u32, Effect), like: &Undisturbed) -> Result<()> {
    use RepeatedTokens::{AlreadyExists, SameAnswer, TokenAlreadyExists};
    let begins = like.calls.iter().position(|call| call.ends_with("Stack")).unwrap_or(like.calls.len());
    let waits = (begins + FIRST_LOOKS..like.calls.len() - 1).contains(&(call as usize));
    let pauses: &[i64] = if waits { &[0] } else { &[0, AN_HOUR] };
    for &pause in pauses {
        for tokens in [SameAnswer, AlreadyExists, TokenAlreadyExists] {
            let point = Point { call, moment: moment.clone(), tokens, pause };
            let ended = points::killed(before, act, &point, like).await;
            let action = like.calls.get(call as usize).map(String::as_str).unwrap_or_default();
            let repeated = ended.with_context(|| format!("{} killed at {action}, {point:?}", act.name()))?;
            if !repeated {
                break;
            }
        }
    }
    Ok(())
}

/// How many times a plugin of a real client was killed; 0 where there is no client, which is named.
fn through_real_clients() -> Result<usize> {
    match &*real_clients::KILLED {
        Ok(killed) => Ok(*killed),
        Err(error) => {
            let line = missing::skipped("kill_matrix through real clients", error);
            eprintln!("{}", line.with_context(|| format!("{error:#}"))?);
            Ok(0)
        }
    }
}

#[test]
fn a_real_client_whose_plugin_was_killed_goes_on_when_it_is_run_again() -> Result<()> {
    through_real_clients().map(drop)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plugin_that_is_killed_at_any_call_is_followed_by_one_that_goes_on() -> Result<()> {
    let clients = tokio::task::spawn_blocking(through_real_clients);
    let (nothing, cluster) = (Before::nothing().await?, Before::a_cluster().await?);
    let mut told = Vec::new();
    let mut passed = 0;
    for act in Act::ALL {
        let points = all_points(if act == Act::Create { &nothing } else { &cluster }, act).await?;
        told.push(format!("{} {points}", act.name()));
        passed += points;
    }
    let killed = clients.await??;
    let beside = points::NOT_KILLED.load(Ordering::Relaxed);
    ensure!(beside * 20 <= passed, "{beside} of {passed} points were not reached");
    println!(
        "kill_matrix: {passed} of {passed} points ({}; at {beside} the run ended first, because nothing waits for a read of \
         single nodes), {killed} through real clients",
        told.join(", ")
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_holds_for_a_client_of_terraforms_protocol() -> Result<()> {
    use over_terraform::Standing;
    let (nothing, cluster) = (Standing::nothing().await?, Standing::a_cluster().await?);
    let mut points = 0;
    for act in Act::ALL {
        points += over_terraform::sample(if act == Act::Create { &nothing } else { &cluster }, act).await?;
    }
    let beside = over_terraform::NOT_KILLED.load(Ordering::Relaxed);
    ensure!(beside * 20 <= points, "{beside} of {points} points were not reached");
    println!(
        "kill_matrix: {points} of {points} sampled points over Terraform's protocol; at {beside} the run ended first"
    );
    Ok(())
}
