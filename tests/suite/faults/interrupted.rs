//! What stops a run in the middle: cancellation, a timeout, credentials that run out, a process that is killed. The
//! next run joins what is under way.

use anyhow::{Context, Result, ensure};
use serde_json::Value as Json;
use starburst_provider::pulumi::wire;
use starburst_provider::pulumi::wire::resource_provider_server::ResourceProvider as _;
use starburst_tests::fake::{Effect, RepeatedTokens};
use tokio::task::JoinHandle;
use tonic::{Code, Request, Response, Status};

use super::{
    clear_faults, create_request, created, five_workers, held, hold_events, isolated, started, until, updated,
};
use crate::harness::{Bench, Trouble, trouble};
use crate::lifecycle::three_workers;

type Creating = JoinHandle<std::result::Result<Response<wire::CreateResponse>, Status>>;

/// A create that was accepted and now waits for an answer that does not come. Gives its inputs too.
async fn held_create(bench: &Bench, program: &Json) -> Result<(Creating, Json)> {
    let inputs = bench.checked(None, program).await?;
    hold_events(bench);
    let (provider, request) = (bench.provider().clone(), create_request("joint", &inputs, 0.0));
    let creating = tokio::spawn(async move { provider.create(Request::new(request)).await });
    until("the create watches its stack", || held(bench) || creating.is_finished()).await?;
    if creating.is_finished() {
        anyhow::bail!("the create has ended: {:?}", creating.await?.map(|_| ()));
    }
    Ok((creating, inputs))
}

/// The failure of a create with `seconds` to spend.
async fn create_within(bench: &Bench, program: &Json, seconds: f64) -> Result<Trouble> {
    let inputs = bench.checked(None, program).await?;
    let request = create_request("joint", &inputs, seconds);
    let status = bench.provider().create(Request::new(request)).await.err().context("it went well")?;
    Ok(trouble(&status, &inputs))
}

#[tokio::test]
async fn a_cancelled_create_keeps_what_the_next_run_needs() -> Result<()> {
    let bench = Bench::new().await?;
    let (creating, inputs) = held_create(&bench, &three_workers()).await?;
    bench.provider().cancel();
    let status = creating.await?.err().context("a cancelled create went well")?;
    clear_faults(&bench);
    let trouble = trouble(&status, &inputs);
    assert_eq!(trouble.code, Code::Cancelled, "{}", trouble.text);
    ensure!(trouble.text.contains("SB5003"), "{}", trouble.text);
    let partial = trouble.partial.context("the state must hold the stack")?;
    ensure!(partial.id.starts_with("arn:"), "{}", partial.id);
    updated(&bench, &partial, &three_workers()).await?;
    assert_eq!((started(&bench, "CREATE"), started(&bench, "UPDATE")), (1, 0));
    Ok(())
}

#[tokio::test]
async fn a_create_that_is_cancelled_while_aws_is_read_makes_nothing() -> Result<()> {
    let bench = Bench::new().await?;
    let inputs = bench.checked(None, &three_workers()).await?;
    bench.model.fault("ec2", "DescribeSubnets", 0, 100, Effect::Delay(86_400_000));
    let (provider, request) = (bench.provider().clone(), create_request("joint", &inputs, 0.0));
    let creating = tokio::spawn(async move { provider.create(Request::new(request)).await });
    until("the create reads", || !bench.model.calls().is_empty() || creating.is_finished()).await?;
    bench.provider().cancel();
    let status = creating.await?.err().context("a cancelled create went well")?;
    clear_faults(&bench);
    let trouble = trouble(&status, &inputs);
    assert_eq!(trouble.code, Code::Cancelled, "{}", trouble.text);
    ensure!(trouble.partial.is_none() && started(&bench, "CREATE") == 0, "{}", trouble.text);
    Ok(())
}

#[tokio::test]
async fn another_program_after_a_cancelled_create_waits_for_it_and_updates() -> Result<()> {
    let bench = Bench::new().await?;
    let (creating, inputs) = held_create(&bench, &three_workers()).await?;
    bench.provider().cancel();
    let status = creating.await?.err().context("a cancelled create went well")?;
    clear_faults(&bench);
    let partial = trouble(&status, &inputs).partial.context("the state must hold the stack")?;
    updated(&bench, &partial, &five_workers()).await?;
    assert_eq!((started(&bench, "CREATE"), started(&bench, "UPDATE")), (1, 1));
    Ok(())
}

#[tokio::test]
async fn a_cancelled_create_can_be_destroyed() -> Result<()> {
    let bench = Bench::new().await?;
    let (creating, inputs) = held_create(&bench, &three_workers()).await?;
    bench.provider().cancel();
    let status = creating.await?.err().context("a cancelled create went well")?;
    clear_faults(&bench);
    let partial = trouble(&status, &inputs).partial.context("the state must hold the stack")?;
    bench.delete(&partial).await?;
    ensure!(bench.refresh(&partial).await?.is_none(), "it is gone");
    Ok(())
}

#[tokio::test]
async fn a_cancelled_update_goes_on_and_is_joined() -> Result<()> {
    let bench = Bench::new().await?;
    let stored = created(&bench, &three_workers()).await?;
    let inputs = bench.checked(Some(&stored.inputs), &five_workers()).await?;
    // The first page is read before the update begins.
    let hold = Effect::Delay(86_400_000);
    bench.model.fault("cloudformation", "DescribeStackEvents", 1, 100, hold);
    let request = wire::UpdateRequest {
        id: stored.id.clone(),
        urn: crate::harness::URN.to_owned(),
        olds: Some(crate::harness::to_struct(&stored.outputs)),
        old_inputs: Some(crate::harness::to_struct(&stored.inputs)),
        news: Some(crate::harness::to_struct(&inputs)),
        ..Default::default()
    };
    let provider = bench.provider().clone();
    let updating = tokio::spawn(async move { provider.update(Request::new(request)).await });
    until("the update watches its stack", || held(&bench)).await?;
    bench.provider().cancel();
    let status = updating.await?.err().context("a cancelled update went well")?;
    clear_faults(&bench);
    let partial = trouble(&status, &inputs).partial.context("the state must hold what is under way")?;
    updated(&bench, &partial, &five_workers()).await?;
    assert_eq!(started(&bench, "UPDATE"), 1);
    Ok(())
}

#[tokio::test]
async fn a_killed_create_is_joined_by_one_that_knows_nothing_of_it() -> Result<()> {
    for program in [three_workers(), isolated()] {
        for tokens in [RepeatedTokens::SameAnswer, RepeatedTokens::AlreadyExists] {
            let bench = Bench::new().await?;
            bench.model.settings(|settings| settings.repeated_tokens = tokens);
            let (creating, _) = held_create(&bench, &program).await?;
            creating.abort();
            ensure!(creating.await.is_err_and(|gone| gone.is_cancelled()), "the run was killed");
            clear_faults(&bench);
            created(&bench, &program).await?;
            assert_eq!((started(&bench, "CREATE"), started(&bench, "UPDATE")), (1, 0));
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_killed_create_that_came_far_is_joined_too() -> Result<()> {
    let bench = Bench::new().await?;
    let (creating, _) = held_create(&bench, &isolated()).await?;
    creating.abort();
    ensure!(creating.await.is_err_and(|gone| gone.is_cancelled()), "the run was killed");
    clear_faults(&bench);
    // Everything is made by now, the stack's own endpoints among it.
    bench.model.settle(10_000);
    created(&bench, &isolated()).await?;
    assert_eq!((started(&bench, "CREATE"), started(&bench, "UPDATE")), (1, 0));
    Ok(())
}

#[tokio::test]
async fn a_timeout_of_the_users_ends_the_wait_and_the_next_run_joins() -> Result<()> {
    let bench = Bench::new().await?;
    let trouble = create_within(&bench, &three_workers(), 45.0).await?;
    assert_eq!(trouble.code, Code::DeadlineExceeded, "{}", trouble.text);
    ensure!(trouble.text.contains("SB5004") && trouble.text.contains("45 s"), "{}", trouble.text);
    let partial = trouble.partial.context("the state must hold the stack")?;
    updated(&bench, &partial, &three_workers()).await?;
    assert_eq!((started(&bench, "CREATE"), started(&bench, "UPDATE")), (1, 0));
    Ok(())
}

#[tokio::test]
async fn credentials_that_run_out_while_waiting_leave_a_state_to_go_on_from() -> Result<()> {
    let bench = Bench::new().await?;
    bench.model.fault("cloudformation", "DescribeStackEvents", 2, 1_000_000, Effect::ExpiredToken);
    let trouble = create_within(&bench, &three_workers(), 300.0).await?;
    let partial = trouble.partial.with_context(|| format!("the state must hold the stack: {}", trouble.text))?;
    clear_faults(&bench);
    updated(&bench, &partial, &three_workers()).await?;
    assert_eq!((started(&bench, "CREATE"), started(&bench, "UPDATE")), (1, 0));
    Ok(())
}

#[tokio::test]
async fn credentials_that_are_renewed_while_waiting_are_no_matter() -> Result<()> {
    let bench = Bench::new().await?;
    bench.model.fault("cloudformation", "DescribeStackEvents", 2, 3, Effect::ExpiredToken);
    created(&bench, &three_workers()).await?;
    Ok(())
}
