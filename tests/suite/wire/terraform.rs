//! Our descriptors of plugin protocol 6 and of go-plugin's services against the files that their clients are built from.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use starburst_provider::terraform::DESCRIPTORS;
use starburst_tests::clients::descriptors;

use super::facts;

/// Facts of version 6.11 as Terraform speaks it that the file which we compare with does not have.
const ADDED: &[(&str, &str)] = &[
    ("field tfplugin6.Schema.Block.computed = 8:", "Terraform 1.16 has computed blocks"),
    ("field tfplugin6.ClientCapabilities.store_planned_private = 3:", "Terraform 1.16 keeps planned private state"),
    ("field tfplugin6.ClientCapabilities.computed_blocks_allowed = 4:", "Terraform 1.16 has computed blocks"),
    ("field tfplugin6.PlanResourceChange.Request.planned_private = 9:", "Terraform 1.16 keeps planned private state"),
];

/// Names of the library for providers where Terraform itself has others; the wire carries neither.
const RENAMED: [(&str, &str); 7] = [
    ("tfplugin6.GetMetadata.EphemeralResourceMetadata", "tfplugin6.GetMetadata.EphemeralMetadata"),
    ("tfplugin6.GetStates.Response.state_ids ", "tfplugin6.GetStates.Response.state_id "),
    ("tfplugin6.ReadStateBytes.ResponseChunk", "tfplugin6.ReadStateBytes.Response"),
    ("tfplugin6.StateByteRange", "tfplugin6.StateRange"),
    ("tfplugin6.ValidateActionConfig.Request.action_type ", "tfplugin6.ValidateActionConfig.Request.type_name "),
    ("tfplugin6.ValidateStateStoreConfig.", "tfplugin6.ValidateStateStore."),
    ("message tfplugin6.ValidateStateStoreConfig", "message tfplugin6.ValidateStateStore"),
];

#[test]
fn the_provider_service_is_the_one_that_providers_in_go_serve() -> Result<()> {
    let mut official = official(&descriptors::terraform()?.plugin_go)?;
    for (theirs, terraforms) in RENAMED {
        ensure!(official.iter().any(|fact| fact.contains(theirs)), "nothing official is called {theirs:?} any more");
        official = official.into_iter().map(|fact| fact.replace(theirs, terraforms)).collect();
    }
    facts::compare(&ours("tfplugin6")?, &official, ADDED, &[])
}

#[test]
fn the_provider_service_is_the_one_that_opentofu_calls() -> Result<()> {
    facts::compare(&ours("tfplugin6")?, &official(&descriptors::terraform()?.opentofu)?, ADDED, &[])
}

#[test]
fn the_services_beside_it_are_those_of_go_plugin() -> Result<()> {
    let mut all = BTreeSet::new();
    for file in descriptors::terraform()?.go_plugin {
        all.append(&mut official(&file)?);
    }
    facts::compare(&ours("plugin")?, &all, &[], &[])
}

/// Our facts of one package.
fn ours(package: &str) -> Result<BTreeSet<String>> {
    let all = facts::ours(DESCRIPTORS)?;
    let of_package =
        |fact: &String| fact.split(' ').nth(1).is_some_and(|name| name.starts_with(&format!("{package}.")));
    let of_package: BTreeSet<String> = all.into_iter().filter(of_package).collect();
    ensure!(!of_package.is_empty(), "the descriptors have no {package}");
    Ok(of_package)
}

/// The facts of a file in the language of protobuf.
fn official(file: &Path) -> Result<BTreeSet<String>> {
    let folder = file.parent().context("folder")?;
    let set = protox::compile([file], [folder]).with_context(|| file.display().to_string())?;
    Ok(facts::of_set(&set))
}
