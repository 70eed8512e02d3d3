//! Every field of the table: set at creation, changed, taken away; and every section taken away as a whole. Both clients
//! do the same at each step, and nothing is left to do after it.

use std::collections::BTreeSet;

use anyhow::{Context, Result, ensure};
use serde_json::{Value as Json, json};
use starburst_schema::fields::REGION;
use starburst_schema::fields::stack::{TEMPLATE_CURRENT, TEMPLATE_PREFIX};
use starburst_schema::{Clients, FIELDS, Field, SECTIONS};
use starburst_tests::fake;

use super::both::{Both, Outcome};
use super::rows::{BODY, OTHER_BODY, ROWS, Row};
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
    for (key, text) in [("joint.json", BODY), ("other.json", OTHER_BODY)] {
        let text = serde_json::from_str::<String>(text).unwrap_or_default();
        assert!(model.put_object(crate::harness::REGION, fake::seed::BUCKET, key, &text), "there is no bucket");
    }
}

/// One apply, and nothing to do after it, also where AWS was asked what is there.
async fn step(both: &mut Both, program: &Json) -> Result<Outcome> {
    let outcome = both.apply(program).await?;
    if matches!(outcome, Outcome::Done(_)) {
        both.refresh().await.context("refresh")?;
        let again = both.apply(program).await.context("apply again")?;
        let nothing = Outcome::Done(Action::NoOp);
        let settled = again == nothing && both.last == Some(nothing);
        ensure!(settled, "the next apply is {again:?} under Pulumi and {:?} under Terraform", both.last);
    }
    Ok(outcome)
}

async fn furnished() -> Result<Both> {
    let both = Both::instant().await?;
    for model in both.models() {
        furnish(&model);
    }
    Ok(both)
}

/// The life of one field; answers how each step ended.
async fn life(field: &Field, row: &Row) -> Result<Vec<Outcome>> {
    let mut both = furnished().await?;
    let base = over(&three_workers(), &parsed(row.with)?);
    let first = set(&base, field.path, &parsed(row.first)?);
    let second = over(&set(&base, field.path, &parsed(row.second)?), &parsed(row.along)?);
    let mut steps = vec![("create", first.clone()), ("change", second)];
    if !is_needed(field) {
        steps.push(("take away", set(&first, field.path, &Json::Null)));
    }
    let mut ends = Vec::new();
    for (name, program) in steps {
        ends.push(step(&mut both, &program).await.with_context(|| name)?);
    }
    Ok(ends)
}

/// Terraform proposes no name for the stack.
fn is_needed(field: &Field) -> bool {
    field.required || field.path == starburst_schema::fields::stack::NAME.path
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
    // Before there is a stack, there is no template to keep.
    if row.path == TEMPLATE_CURRENT.path {
        ensure!(matches!(ends.first(), Some(Outcome::Failed(_))), "{}: {:?}", row.path, ends.first());
        return Ok(());
    }
    ensure!(
        ends.first() == Some(&Outcome::Done(Action::Create)),
        "{}: the create ends as {:?}",
        row.path,
        ends.first()
    );
    let moved = [Outcome::Done(Action::Update), Outcome::Done(Action::Replace)];
    ensure!(ends.get(1).is_some_and(|end| moved.contains(end)), "{}: the change ends as {:?}", row.path, ends.get(1));
    Ok(())
}

/// Every field of some sections, each in its own cluster.
async fn lives(sections: &[&str]) -> Result<()> {
    let mut wrong = Vec::new();
    for row in ROWS.iter().filter(|row| sections.iter().any(|section| row.path.split('.').next() == Some(section))) {
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
async fn a_section_that_is_taken_away_goes_alike_under_both_clients() -> Result<()> {
    let mut wrong = Vec::new();
    for section in SECTIONS {
        let mut below = FIELDS.iter().filter(|field| field.path.starts_with(&format!("{}.", section.path)));
        if below.clone().any(|field| is_needed(field)) || section.path == TEMPLATE_PREFIX {
            continue;
        }
        let field = below.next().context("a section without fields")?;
        let row = ROWS.iter().find(|row| row.path == field.path).context("a field without row")?;
        let mut both = furnished().await?;
        let written = set(&over(&three_workers(), &parsed(row.with)?), field.path, &parsed(row.first)?);
        for (name, program) in [("set", &written), ("take away", &set(&written, section.path, &Json::Null))] {
            if let Err(why) = step(&mut both, program).await {
                wrong.push(format!("{}: {name}: {why:#}", section.path));
            }
        }
    }
    ensure!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
    Ok(())
}

/// What stands behind a condition that does not hold reaches no resource; AWS calls that no update unless something
/// else changes with it.
#[tokio::test]
async fn a_field_that_reaches_no_resource_settles_too() -> Result<()> {
    let mut wrong = Vec::new();
    let mut changed = 0;
    for row in ROWS.iter().filter(|row| row.with != "{}") {
        let mut both = furnished().await?;
        for value in [row.first, row.second, "null"] {
            match step(&mut both, &set(&three_workers(), row.path, &parsed(value)?)).await {
                Ok(Outcome::Done(_)) => changed += 1,
                Ok(_) => break,
                Err(why) => wrong.push(format!("{} to {value}: {why:#}", row.path)),
            }
        }
    }
    ensure!(wrong.is_empty(), "{} are left:\n{}", wrong.len(), wrong.join("\n"));
    ensure!(changed >= 6, "nearly every step is refused: {changed}");
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
