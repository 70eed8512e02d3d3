//! Rolls that AWS or the new nodes end: they roll back by themselves, the old capacity is there again, the cause is
//! named, and no query fails.

use anyhow::{Result, ensure};
use serde_json::{Value as Json, json};
use starburst_tests::fake::cluster::Load;
use starburst_tests::fake::{NodeFate, World, seed};

use super::workers;
use super::world::{self, Rolled, instances, loaded, pass, roll, with};
use crate::harness::{Bench, REGION, STACK};
use crate::lifecycle::{created, updated};

/// What must hold after a roll of three workers that failed; answers what the user reads.
fn rolled_back(rolled: &Rolled, model: &World) -> Result<String> {
    let Err(trouble) = &rolled.result else { anyhow::bail!("the update goes well") };
    ensure!(rolled.status == "UPDATE_ROLLBACK_COMPLETE", "{}: {}", rolled.status, trouble.text);
    ensure!(trouble.partial.is_none(), "the state stays as it is");
    let was = &rolled.before[0];
    let same = rolled.after.iter().filter(|now| now.kind == was.kind && now.template == was.template);
    ensure!(same.count() == 3 && rolled.after.len() == 3, "the old capacity is not there: {:?}", rolled.after);
    ensure!(rolled.report.failed.is_empty(), "{:?}", rolled.report.failed);
    let of_roll = model.calls().into_iter().filter(|call| call.action == "UpdateStack").count();
    ensure!(of_roll == 1, "one update is asked for, not {of_roll}");
    Ok(trouble.text.clone())
}

async fn broken(pointer: &str, value: Json, named: &str, prime: impl Fn(&World)) -> Result<()> {
    for waits in [true, false] {
        let (bench, stored) = loaded(&workers(3), waits).await?;
        prime(&bench.model);
        let rolled = roll(&bench, &stored, &with(workers(3), pointer, value.clone())).await?;
        let text = rolled_back(&rolled, &bench.model)?;
        ensure!(rolled.report.cut_off.is_empty(), "{:?}", rolled.report.cut_off);
        ensure!(rolled.report.workers >= 3, "only {} workers in service", rolled.report.workers);
        ensure!(text.contains(named), "{named} is not named: {text}");
    }
    Ok(())
}

#[tokio::test]
async fn a_type_without_capacity_rolls_back_and_costs_no_query() -> Result<()> {
    let kind = json!("r5.4xlarge");
    broken("/ec2/workerInstanceType", kind, "ec2.workerInstanceType", |model| model.no_capacity("r5.4xlarge")).await
}

#[tokio::test]
async fn an_image_that_is_gone_rolls_back_and_costs_no_query() -> Result<()> {
    let text = format!("The image id '[{}]' does not exist", seed::OLD_X86);
    broken("/ec2/workerImageId", json!(seed::OLD_X86), "ec2.workerImageId", |model| {
        model.fail_launches("Workers", &text, 6)
    })
    .await
}

#[tokio::test]
async fn a_configuration_with_which_a_node_does_not_boot_rolls_back_and_costs_no_query() -> Result<()> {
    let uri = json!("s3://analytics-data/worker.zip");
    let named = "a node reported that its boot failed";
    broken("/presto/workerConfiguration", uri, named, |model| model.node_fate("Workers", NodeFate::Fails, 1)).await
}

/// What holds all the others up: the measurement sees a query fail, and a worker that is killed is replaced.
#[tokio::test]
async fn a_worker_that_is_killed_costs_queries_and_is_replaced() -> Result<()> {
    let (bench, _) = loaded(&workers(3), true).await?;
    let model = &bench.model;
    model.observe(REGION, STACK);
    let victim = instances(model, "Workers")[0].id.clone();
    let killed = model.call("ec2", "TerminateInstances", json!({ "InstanceId": [victim] }));
    killed.map_err(|error| anyhow::anyhow!("{error}"))?;
    pass(model, 900_000);
    let report = model.observed(REGION, STACK);
    ensure!(!report.failed.is_empty(), "a killed worker costs no query");
    ensure!(report.workers == 2, "{} in service at least", report.workers);
    let now = instances(model, "Workers");
    ensure!(now.len() == 3 && now.iter().all(|instance| instance.id != victim), "{now:?}");
    Ok(())
}

#[tokio::test]
async fn a_life_goes_well_while_reads_lie_behind() -> Result<()> {
    let bench = Bench::new().await?;
    bench.model.settings(|settings| settings.lag = 20_000);
    let stored = created(&bench, &workers(3)).await?;
    bench.model.load(REGION, STACK, Some(Load::default()));
    let stored = updated(&bench, &stored, &workers(5)).await?;
    let stored = updated(&bench, &stored, &with(workers(5), "/ec2/workerInstanceType", json!("r5.4xlarge"))).await?;
    world::pass(&bench.model, 60_000);
    let fresh = bench.refresh(&stored).await?;
    ensure!(fresh.is_some_and(|fresh| fresh.inputs == stored.inputs), "a refresh finds something else");
    bench.delete(&stored).await?;
    Ok(())
}
