//! Default tags of the provider: a change of them alone is a change of the plan, in both clients and without a call.

use anyhow::{Result, ensure};
use serde_json::{Value as Json, json};
use starburst_provider::pulumi::wire;
use starburst_provider::pulumi::wire::diff_response::DiffChanges;
use starburst_provider::pulumi::wire::resource_provider_server::ResourceProvider;
use starburst_schema::terraform::resource;
use tonic::Request;

use super::compare::snake;
use super::three_workers;
use crate::harness::{Bench, REGION, to_struct};
use crate::terraform::bench::TerraformBench;
use crate::terraform::core::Action;

async fn configured(bench: &Bench, settings: Json) -> Result<()> {
    let mut args = json!({ "region": REGION });
    for (key, value) in settings.as_object().into_iter().flatten() {
        args[key] = value.clone();
    }
    let request = wire::ConfigureRequest { args: Some(to_struct(&args)), ..Default::default() };
    bench.provider().configure(Request::new(request)).await?;
    Ok(())
}

#[tokio::test]
async fn other_default_tags_alone_are_a_change_that_settles() -> Result<()> {
    let bench = Bench::with_config(json!({ "defaultTags": { "team": "data", "stage": "dev" } })).await?;
    let inputs = bench.checked(None, &three_workers()).await?;
    let Ok(stored) = bench.create_with(&inputs, false).await? else { anyhow::bail!("the create fails") };
    let none = DiffChanges::DiffNone as i32;
    ensure!(bench.diff(&stored, &inputs).await?.changes == none, "nothing changed");

    configured(&bench, json!({ "defaultTags": { "team": "platform", "stage": "dev" } })).await?;
    bench.model.clear_calls();
    let diff = bench.diff(&stored, &inputs).await?;
    ensure!(bench.model.calls().is_empty(), "a diff calls nothing");
    ensure!(diff.changes == DiffChanges::DiffSome as i32 && diff.replaces.is_empty(), "{diff:?}");
    ensure!(diff.detailed_diff.keys().eq(["stack.tags"]), "{diff:?}");
    let Ok(updated) = bench.update_with(&stored, &inputs, false).await? else { anyhow::bail!("the update fails") };
    ensure!(bench.diff(&updated, &inputs).await?.changes == none, "the update settles it");
    let Some(read) = bench.refresh(&updated).await? else { anyhow::bail!("gone") };
    ensure!(bench.diff(&read, &inputs).await?.changes == none, "a refresh agrees");

    let ignoring = json!({ "defaultTags": { "team": "web", "stage": "dev" }, "ignoreTags": { "keys": ["team"] } });
    configured(&bench, ignoring).await?;
    ensure!(bench.diff(&read, &inputs).await?.changes == none, "what is ignored is no change");
    Ok(())
}

#[tokio::test]
async fn terraform_plans_other_default_tags_too() -> Result<()> {
    let settings = |team: &str| json!({ "default_tags": { "team": team } });
    let mut bench = TerraformBench::with_config(settings("data")).await?;
    let mut program = snake(&three_workers(), &resource::cluster());
    program["stack"] = json!({ "name": "suite-dev-joint" });
    ensure!(bench.try_apply(&program).await?.action == Action::Create);
    ensure!(bench.try_apply(&program).await?.action == Action::NoOp, "nothing changed");
    bench.reconfigure(&settings("platform"))?;
    ensure!(bench.try_apply(&program).await?.action == Action::Update, "other default tags");
    ensure!(bench.try_apply(&program).await?.action == Action::NoOp, "the update settles it");
    Ok(())
}
