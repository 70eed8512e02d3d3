//! Secrets under Terraform: the stored form is sensitive, the write-only form is in no plan and no state.

use anyhow::{Context, Result, ensure};
use serde_json::{Value as Json, json};

use super::bench::TerraformBench;
use super::client::errors;
use super::core::Action;
use super::lifecycle::{changes, three_workers, with};
use super::schema::Attribute;
use crate::harness::STACK;

const SECRET: &str = "correct-horse-battery";

fn database(version: i64, password: &str) -> Json {
    with(
        three_workers(),
        "/hive_metastore",
        json!({
            "type": "mysql", "host": "db.example.com", "user_name": "hive", "database_name": "hive",
            "password_wo": password, "password_wo_version": version,
        }),
    )
}

#[tokio::test]
async fn a_write_only_secret_is_in_no_plan_and_no_state_and_reaches_the_stack() -> Result<()> {
    let mut bench = TerraformBench::new().await?;
    let planned = bench.plan(&database(1, SECRET)).await?;
    ensure!(!planned.state.to_string().contains(SECRET), "the plan holds it");
    bench.apply(&database(1, SECRET)).await?;
    let stored = bench.stored().context("it is stored")?;
    ensure!(!stored.attributes.contains(SECRET), "the state holds it");
    ensure!(!String::from_utf8_lossy(&stored.private).contains(SECRET), "the private state holds it");
    let sent = bench.model.with(|state| {
        let stacks = state.places.values().flat_map(|region| region.stacks.values());
        let found = stacks.filter(|stack| stack.name == STACK).map(|stack| format!("{:?}", stack.config.parameters));
        found.collect::<String>()
    });
    ensure!(sent.contains(SECRET), "the stack has it");
    Ok(())
}

#[tokio::test]
async fn another_write_only_secret_is_sent_with_another_version_only() -> Result<()> {
    let mut bench = TerraformBench::new().await?;
    bench.apply(&database(1, SECRET)).await?;
    assert_eq!(bench.plan(&database(1, SECRET)).await?.action, Action::NoOp);
    assert_eq!(bench.plan(&database(1, "another-secret")).await?.action, Action::NoOp);
    assert_eq!(bench.apply(&database(2, "another-secret")).await?.action, Action::Update);
    assert_eq!(changes(&bench), ["CreateStack", "UpdateStack"]);
    assert_eq!(bench.plan(&database(2, "another-secret")).await?.action, Action::NoOp);
    Ok(())
}

#[tokio::test]
async fn a_write_only_secret_stays_when_something_else_changes() -> Result<()> {
    let mut bench = TerraformBench::new().await?;
    bench.apply(&database(1, SECRET)).await?;
    let five = with(database(1, SECRET), "/ec2/worker_count", json!(5));
    let planned = bench.plan(&five).await?;
    ensure!(planned.changes.iter().any(|change| change.starts_with("ec2.worker_count")), "{:?}", planned.changes);
    ensure!(
        !planned.told.iter().any(|told| told.text().contains("metastore")),
        "no metastore rolls: {:?}",
        planned.told
    );
    bench.apply(&five).await?;
    assert_eq!(bench.plan(&five).await?.action, Action::NoOp);
    Ok(())
}

#[tokio::test]
async fn an_old_client_is_told_what_a_write_only_secret_needs() -> Result<()> {
    let mut bench = TerraformBench::new().await?;
    bench.capabilities.write_only_attributes_allowed = false;
    bench.restart().await?;
    let told = bench.try_validate(&database(1, SECRET)).await?;
    let refused = errors(&told).into_iter().find(|told| told.path == "hive_metastore.password_wo").cloned();
    let refused = refused.context("it is not refused")?;
    ensure!(refused.text().contains("1.11"), "{}", refused.text());
    Ok(())
}

#[tokio::test]
async fn two_forms_of_a_secret_and_a_form_without_version_are_refused() -> Result<()> {
    let bench = TerraformBench::new().await?;
    let twice = with(database(1, SECRET), "/hive_metastore/password", json!(SECRET));
    let versionless = with(database(1, SECRET), "/hive_metastore/password_wo_version", Json::Null);
    let valueless = with(database(1, SECRET), "/hive_metastore/password_wo", Json::Null);
    for (config, path) in [
        (twice, "hive_metastore.password_wo"),
        (versionless, "hive_metastore.password_wo"),
        (valueless, "hive_metastore.password_wo_version"),
    ] {
        let told = bench.try_validate(&config).await?;
        ensure!(errors(&told).iter().any(|told| told.path == path), "{path}: {told:?}");
        ensure!(!format!("{told:?}").contains(SECRET), "a secret is quoted");
    }
    Ok(())
}

#[tokio::test]
async fn every_secret_attribute_is_sensitive() -> Result<()> {
    fn walk(attributes: &[Attribute], found: &mut Vec<String>) {
        for attribute in attributes {
            let secret = ["password", "secret_key", "access_key", "secret_properties", "secret_parameters"];
            let of = |name: &str| attribute.name == name || attribute.name == format!("{name}_wo");
            if secret.iter().any(|name| of(name)) && !attribute.sensitive {
                found.push(attribute.name.clone());
            }
            walk(attribute.children(), found);
        }
    }
    let bench = TerraformBench::new().await?;
    let mut found = Vec::new();
    walk(&bench.client().cluster, &mut found);
    assert_eq!(found, Vec::<String>::new());
    Ok(())
}
