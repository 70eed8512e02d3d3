//! Wrong programs: both clients are told the same, with the same codes at the same places.

use std::collections::BTreeSet;

use anyhow::{Result, ensure};
use serde_json::Value as Json;

use super::both::{Both, codes, violation};
use super::compare::{camel, place};
use super::{over, three_workers};
use crate::terraform::client::errors;
use crate::terraform::core::proposed;
use crate::terraform::value::encode;

/// The core's own rows.
#[allow(dead_code)]
#[path = "../../../provider/core/src/cluster/validate/corpus.rs"]
mod corpus;

/// Rows that Terraform cannot say, because its own types and arguments leave no room for them.
const TYPES: [&str; 2] = ["SB1003", "SB1004"];

/// Codes with their places; without a place where Pulumi has one text for all.
type Told = BTreeSet<(String, String)>;

/// What a user of Pulumi is told at check, or else at preview.
async fn under_pulumi(both: &Both, program: &Json) -> Result<Told> {
    let (inputs, failures) = both.pulumi.check(None, program).await?;
    if !failures.is_empty() {
        let each = failures.iter().map(violation);
        return Ok(each.map(|(code, path)| (format!("SB{code}"), path)).collect());
    }
    let preview = both.pulumi.create_with(&inputs, true).await?;
    let text = preview.err().map(|trouble| trouble.text).unwrap_or_default();
    Ok(codes(&text).into_iter().map(|code| (code, String::new())).collect())
}

/// What a user of Terraform is told at validate, or else at plan; `None` for what the language cannot say.
async fn under_terraform(both: &Both, program: &Json, placed: bool) -> Result<Option<Told>> {
    let client = both.terraform.client();
    let Ok(config) = both.terraform.completed(&both.config(program)) else { return Ok(None) };
    if encode(&config, &client.cluster).is_err() {
        return Ok(None);
    }
    let mut told = client.validate(&config).await?;
    told.extend(client.plan(None, &proposed(&client.cluster, &Json::Null, &config), &config).await?.told);
    let each = errors(&told).into_iter().map(|told| {
        let code = told.code().map(|code| format!("SB{code}")).unwrap_or_default();
        (code, if placed { place(&camel(&told.path, &both.attributes)) } else { String::new() })
    });
    Ok(Some(each.collect()))
}

#[tokio::test]
async fn wrong_programs_are_told_alike_by_both_clients() -> Result<()> {
    let both = Both::instant().await?;
    let (mut compared, mut wrong) = (0, Vec::new());
    let is_type = |told: &Told| told.iter().any(|(code, _)| TYPES.contains(&code.as_str()));
    for row in corpus::ROWS {
        let program = over(&three_workers(), &serde_json::from_str(row.inputs)?);
        let pulumi = under_pulumi(&both, &program).await?;
        let placed = pulumi.iter().any(|(_, path)| !path.is_empty());
        match under_terraform(&both, &program, placed).await? {
            None => ensure!(is_type(&pulumi), "{}: Terraform cannot say it, and Pulumi is told {pulumi:?}", row.name),
            // Names of Pulumi's are others to Terraform.
            Some(_) if is_type(&pulumi) => {}
            Some(terraform) if terraform == pulumi => compared += 1,
            Some(terraform) => wrong.push(format!("{}: Pulumi {pulumi:?}, Terraform {terraform:?}", row.name)),
        }
    }
    ensure!(wrong.is_empty(), "{} of {compared} differ:\n{}", wrong.len(), wrong.join("\n"));
    ensure!(compared >= 60, "only {compared} programs were compared");
    Ok(())
}
