//! Every field of the table: set at creation, changed, taken away, set again, taken away with its section. Both clients
//! do the same at each step, and Terraform's plan is empty after each.

use std::collections::BTreeSet;

use anyhow::{Context, Result, ensure};
use serde_json::{Value as Json, json};
use starburst_schema::fields::REGION;
use starburst_schema::{Clients, FIELDS, Field};
use starburst_tests::fake;

use super::both::{Both, Outcome};
use super::rows::{ROWS, Row};
use super::{over, three_workers};
use crate::terraform::core::Action;

/// A program with a value at a dotted path; null takes away.
fn set(program: &Json, path: &str, value: &Json) -> Json {
    let patch = path.rsplit('.').fold(value.clone(), |inner, name| json!({ name: inner }));
    over(program, &patch)
}

fn parsed(text: &str) -> Result<Json> {
    serde_json::from_str(text).with_context(|| text.to_owned())
}

/// What the rows name and a fresh region does not have.
pub fn furnish(model: &fake::World) {
    let place = fake::state::Place { account: fake::ACCOUNT.to_owned(), region: crate::harness::REGION.to_owned() };
    model.with(|state| {
        let region = state.region(&place);
        let pair = region.kind("key-pair").get(fake::seed::KEY_PAIR).cloned().unwrap_or_default();
        region.kind("key-pair").insert(
            "operators".to_owned(),
            json!({ "keyName": "operators", "keyPairId": "key-0b0b0b0b0b0b0b0b0", "keyType": pair["keyType"] }),
        );
        region.buckets.insert("more-data".to_owned(), fake::state::Bucket::default());
    });
    for name in ["slow", "slower"] {
        let arn = format!("arn:aws:cloudwatch:{}:{}:alarm:{name}", crate::harness::REGION, fake::ACCOUNT);
        model.set_alarm(crate::harness::REGION, &arn, false);
    }
    model.settings(|settings| settings.instance_profiles.push("presto-nodes".to_owned()));
}

async fn step(both: &mut Both, program: &Json) -> Result<Outcome> {
    let outcome = both.apply(program).await?;
    if matches!(outcome, Outcome::Done(_)) {
        both.refresh().await.context("refresh")?;
        let config = both.config(program);
        let again = both.terraform.plan(&config).await?;
        ensure!(again.action == Action::NoOp, "the next plan is {:?}: {:?}", again.action, again.changes);
        let again = both.apply(program).await.context("apply again")?;
        ensure!(again == Outcome::Done(Action::NoOp), "the next apply is {again:?}");
    }
    Ok(outcome)
}

/// The life of one field; answers how each step ended.
async fn life(field: &Field, row: &Row) -> Result<Vec<Outcome>> {
    let mut both = Both::instant().await?;
    for model in both.models() {
        furnish(&model);
    }
    let base = over(&three_workers(), &parsed(row.with)?);
    let first = set(&base, field.path, &parsed(row.first)?);
    let second = over(&set(&base, field.path, &parsed(row.second)?), &parsed(row.along)?);
    let mut ends = Vec::new();
    for (name, program) in [("create", &first), ("change", &second)] {
        ends.push(step(&mut both, program).await.with_context(|| name)?);
    }
    let optional = !field.required && field.path != starburst_schema::fields::stack::NAME.path;
    if optional {
        let without = set(&first, field.path, &Json::Null);
        ends.push(step(&mut both, &without).await.context("take away")?);
        ends.push(step(&mut both, &first).await.context("set again")?);
        // The section goes, but for what the rest of the program needs.
        let section = set(&base, field.path, &Json::Null);
        let section = match field.path.rsplit_once('.') {
            Some((above, _))
                if section.pointer(&format!("/{}", above.replace('.', "/"))).is_some_and(|left| left == &json!({})) =>
            {
                set(&section, above, &Json::Null)
            }
            _ => section,
        };
        ends.push(step(&mut both, &section).await.context("take away the section")?);
    }
    Ok(ends)
}

#[test]
fn every_field_has_its_row() {
    let rows: BTreeSet<&str> = ROWS.iter().map(|row| row.path).collect();
    let fields: BTreeSet<&str> = FIELDS
        .iter()
        .filter(|field| field.clients == Clients::Both && field.path != REGION.path)
        .map(|field| field.path)
        .collect();
    assert_eq!(rows, fields);
    assert_eq!(rows.len(), ROWS.len(), "a row twice");
}

/// The first two steps did what they should: steps that both clients refuse would prove little.
fn assert_moved(row: &Row, ends: &[Outcome]) -> Result<()> {
    if row.path.starts_with(starburst_schema::fields::stack::TEMPLATE_PREFIX) && row.path.contains("template.") {
        ensure!(matches!(ends.first(), Some(Outcome::Refused(_))), "{}: {:?}", row.path, ends.first());
        return Ok(());
    }
    ensure!(
        ends.first() == Some(&Outcome::Done(Action::Create)),
        "{}: the create ends as {:?}",
        row.path,
        ends.first()
    );
    if row.moves {
        let moved = [Outcome::Done(Action::Update), Outcome::Done(Action::Replace)];
        ensure!(
            ends.get(1).is_some_and(|end| moved.contains(end)),
            "{}: the change ends as {:?}",
            row.path,
            ends.get(1)
        );
    }
    Ok(())
}

async fn lives(sections: &[&str]) -> Result<()> {
    let mut wrong = Vec::new();
    let only = std::env::var("ROW").ok();
    let rows = ROWS
        .iter()
        .filter(|row| only.as_ref().is_none_or(|only| only == row.path))
        .filter(|row| sections.iter().any(|section| row.path.split('.').next() == Some(section)));
    for row in rows {
        let field = FIELDS.iter().find(|field| field.path == row.path).context("no such field")?;
        let ended = match life(field, row).await {
            Ok(ends) => assert_moved(row, &ends),
            Err(why) => Err(why),
        };
        if let Err(why) = ended {
            wrong.push(format!("{}: {why:#}", row.path));
        }
    }
    ensure!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
    Ok(())
}

#[tokio::test]
async fn fields_of_the_network_live_alike_under_both_clients() -> Result<()> {
    lives(&["network"]).await
}

#[tokio::test]
async fn fields_of_the_nodes_live_alike_under_both_clients() -> Result<()> {
    lives(&["ec2"]).await
}

#[tokio::test]
async fn fields_of_the_software_live_alike_under_both_clients() -> Result<()> {
    lives(&["presto", "alluxio", "packages"]).await
}

#[tokio::test]
async fn fields_of_the_services_live_alike_under_both_clients() -> Result<()> {
    lives(&["hiveMetastore", "s3", "monitoring", "superset"]).await
}

#[tokio::test]
async fn fields_of_the_stack_live_alike_under_both_clients() -> Result<()> {
    lives(&["stack"]).await
}
