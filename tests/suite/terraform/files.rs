//! Local folders under Terraform: what differs at plan is a digest of the content, and what is uploaded is what was
//! planned.

use anyhow::{Result, ensure};
use serde_json::{Value as Json, json};

use super::bench::TerraformBench;
use super::client::errors;
use super::core::Action;
use super::lifecycle::{changes, three_workers, with};

fn folder(content: &str) -> Result<tempfile::TempDir> {
    let folder = tempfile::tempdir()?;
    write(&folder, content)?;
    Ok(folder)
}

fn write(folder: &tempfile::TempDir, content: &str) -> Result<()> {
    std::fs::create_dir_all(folder.path().join("etc"))?;
    Ok(std::fs::write(folder.path().join("etc/config.properties"), content)?)
}

fn configured(folder: &tempfile::TempDir) -> Json {
    let config = with(three_workers(), "/presto/worker_configuration", json!(folder.path().to_string_lossy()));
    with(config, "/stack/asset_bucket", json!("analytics-data"))
}

#[tokio::test]
async fn other_content_of_a_local_folder_is_a_change_and_the_same_is_none() -> Result<()> {
    let mut bench = TerraformBench::new().await?;
    let folder = folder("query.max-memory=10GB")?;
    let config = configured(&folder);
    let made = bench.apply(&config).await?;
    let digest = made.state["presto"]["worker_configuration_digest"].clone();
    ensure!(digest.as_str().is_some_and(|digest| digest.len() == 64), "{digest}");
    assert_eq!(made.state["presto"]["worker_configuration"], config["presto"]["worker_configuration"]);
    assert_eq!(bench.plan(&config).await?.action, Action::NoOp);

    write(&folder, "query.max-memory=20GB")?;
    let planned = bench.plan(&config).await?;
    assert_eq!(planned.action, Action::Update);
    ensure!(planned.state["presto"]["worker_configuration_digest"] != digest, "{:?}", planned.changes);
    let changed = bench.apply(&config).await?;
    ensure!(changed.state["presto"]["worker_configuration_digest"] != digest, "{}", changed.state);
    assert_eq!(bench.plan(&config).await?.action, Action::NoOp);
    Ok(())
}

#[tokio::test]
async fn content_that_changes_between_plan_and_apply_is_a_conflict() -> Result<()> {
    let mut bench = TerraformBench::new().await?;
    let folder = folder("query.max-memory=10GB")?;
    let config = configured(&folder);
    let planned = bench.plan(&config).await?;
    write(&folder, "query.max-memory=20GB")?;
    bench.restart().await?;
    // A client finds the difference itself when it plans again; the provider says so to one that does not.
    let client = bench.client();
    let completed = bench.completed(&config)?;
    let answer = super::client::PlanAnswer {
        state: planned.state.clone(),
        replace: Vec::new(),
        private: Vec::new(),
        identity: None,
        deferred: None,
        told: Vec::new(),
    };
    let (made, told) = client.apply(None, &answer, &completed).await?;
    ensure!(made.is_none(), "nothing is made");
    let refused = errors(&told).first().map(|told| (told.path.clone(), told.text())).unwrap_or_default();
    assert_eq!(refused.0, "presto.worker_configuration", "{}", refused.1);
    assert_eq!(changes(&bench), Vec::<String>::new());
    Ok(())
}
