//! The bill of materials: what is linked into the plugin, as CycloneDX 1.6 in JSON (<https://cyclonedx.org/docs/1.6/json>).
//! Built from `cargo metadata`: crates that only tests or builds need are left out, procedural
//! macros among them: they run in the compiler. It holds for this machine's platform, whose name the file has.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use anyhow::{Context, Result};
use cargo_metadata::{CargoOpt, DependencyKind, Metadata, MetadataCommand, Package, PackageId, TargetKind};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::{VERSION, archives};
use crate::artifact::root;
use crate::node_script::hex;
use crate::tool;

/// The crate of the plugin.
const PLUGIN: &str = "starburst-provider";

/// Name of the file.
pub fn file() -> String {
    let (system, machine) = archives::platform();
    format!("starburst-v{VERSION}-{system}-{machine}.cdx.json")
}

/// The bill as JSON.
pub fn bill(epoch: u64) -> Result<String> {
    let metadata = metadata()?;
    let linked = linked(&metadata)?;
    let packages: BTreeMap<&PackageId, &Package> =
        metadata.packages.iter().map(|package| (&package.id, package)).collect();
    let find = |id: &PackageId| packages.get(id).copied().context("every node is a package");
    let (mut components, mut dependencies) = (Vec::new(), Vec::new());
    for (id, needs) in &linked {
        let package = find(id)?;
        if package.name.as_str() != PLUGIN {
            components.push(component(package));
        }
        let needs = needs.iter().map(|need| find(need).map(purl)).collect::<Result<BTreeSet<_>>>()?;
        dependencies.push((purl(package), json!({ "ref": purl(package), "dependsOn": needs })));
    }
    components.sort_by_key(|component| component["purl"].to_string());
    dependencies.sort_by(|a, b| a.0.cmp(&b.0));
    let dependencies: Vec<Value> = dependencies.into_iter().map(|(_, entry)| entry).collect();
    let this =
        find(linked.keys().find(|id| find(id).is_ok_and(|it| it.name.as_str() == PLUGIN)).context("the plugin")?)?;
    let content = json!({ "components": components, "dependencies": dependencies });
    let mut bill = json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": format!("urn:uuid:{}", uuid(&content.to_string())),
        "version": 1,
        "metadata": { "timestamp": timestamp(epoch), "component": {
            "type": "application", "bom-ref": purl(this), "name": "pulumi-resource-starburst", "version": VERSION,
            "licenses": licences(this), "purl": purl(this),
        } },
    });
    for key in ["components", "dependencies"] {
        bill[key] = content[key].clone();
    }
    Ok(serde_json::to_string_pretty(&bill)? + "\n")
}

fn metadata() -> Result<Metadata> {
    let platform = host()?;
    let mut command = MetadataCommand::new();
    command.manifest_path(root().join("Cargo.toml")).features(CargoOpt::SomeFeatures(Vec::new()));
    command.other_options(vec!["--locked".to_owned(), "--filter-platform".to_owned(), platform]);
    command.exec().context("asking cargo for the dependencies")
}

/// The platform that the compiler builds for where nothing else is said.
fn host() -> Result<String> {
    let said = tool::run("asking the compiler for its platform", Command::new("rustc").arg("-vV"))?;
    said.lines().find_map(|line| line.strip_prefix("host: ")).map(str::to_owned).context("rustc names its host")
}

/// The plugin's crate and all that it needs to run, with what each needs.
fn linked(metadata: &Metadata) -> Result<BTreeMap<PackageId, BTreeSet<PackageId>>> {
    let resolve = metadata.resolve.as_ref().context("cargo resolves the dependencies")?;
    let plugin =
        metadata.packages.iter().find(|package| package.name.as_str() == PLUGIN).context("the plugin's crate")?;
    let macros: BTreeSet<&PackageId> = metadata
        .packages
        .iter()
        .filter(|package| package.targets.iter().any(|target| target.is_kind(TargetKind::ProcMacro)))
        .map(|package| &package.id)
        .collect();
    let (mut linked, mut open) = (BTreeMap::new(), vec![plugin.id.clone()]);
    while let Some(id) = open.pop() {
        if linked.contains_key(&id) {
            continue;
        }
        let node = resolve.nodes.iter().find(|node| node.id == id).context("every dependency is resolved")?;
        let runs = |kind: &cargo_metadata::DepKindInfo| kind.kind == DependencyKind::Normal;
        let kept = node.deps.iter().filter(|dep| dep.dep_kinds.iter().any(runs) && !macros.contains(&dep.pkg));
        let needs: BTreeSet<PackageId> = kept.map(|dep| dep.pkg.clone()).collect();
        open.extend(needs.iter().cloned());
        linked.insert(id, needs);
    }
    Ok(linked)
}

fn component(package: &Package) -> Value {
    json!({
        "type": "library", "bom-ref": purl(package), "name": package.name.as_str(),
        "version": package.version.to_string(), "licenses": licences(package), "purl": purl(package),
    })
}

/// Package URL (<https://github.com/package-url/purl-spec>).
fn purl(package: &Package) -> String {
    format!("pkg:cargo/{}@{}", package.name, package.version)
}

fn licences(package: &Package) -> Value {
    // The slash is what `OR` was written as before SPDX expressions.
    let expression = package.license.as_deref().map(|text| text.replace('/', " OR "));
    expression.map_or(json!([]), |expression| json!([{ "expression": expression }]))
}

/// A UUID (version 8: of our own making, RFC 9562) that follows from the content.
fn uuid(content: &str) -> String {
    let digest = hex(&Sha256::digest(content.as_bytes()));
    let part = |from: usize, to: usize| digest.get(from..to).unwrap_or_default();
    format!("{}-{}-8{}-a{}-{}", part(0, 8), part(8, 12), part(12, 15), part(15, 18), part(18, 30))
}

/// ISO 8601, UTC.
fn timestamp(epoch: u64) -> String {
    let ((year, month, day), second) = civil(epoch);
    format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z", second / 3600, second / 60 % 60, second % 60)
}

/// Year, month and day, and the second of that day, in UTC.
pub fn civil(epoch: u64) -> ((u16, u8, u8), u64) {
    let (mut days, second) = (epoch / 86_400, epoch % 86_400);
    let leap = |year: u16| (year.is_multiple_of(4) && !year.is_multiple_of(100)) || year.is_multiple_of(400);
    let mut year = 1970;
    while days >= 365 + u64::from(leap(year)) {
        days -= 365 + u64::from(leap(year));
        year += 1;
    }
    let mut month = 1;
    for length in [31, 28 + u64::from(leap(year)), 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] {
        if days < length {
            break;
        }
        days -= length;
        month += 1;
    }
    ((year, month, u8::try_from(days + 1).unwrap_or(1)), second)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_those_of_the_calendar() {
        assert_eq!(timestamp(0), "1970-01-01T00:00:00Z");
        assert_eq!(timestamp(1_709_164_800), "2024-02-29T00:00:00Z");
        assert_eq!(timestamp(1_735_689_599), "2024-12-31T23:59:59Z");
    }

    #[test]
    fn the_bill_names_what_is_linked_and_nothing_that_only_tests_need() -> Result<()> {
        let bill: Value = serde_json::from_str(&bill(0)?)?;
        let names: Vec<&str> =
            bill["components"].as_array().into_iter().flatten().filter_map(|it| it["name"].as_str()).collect();
        for linked in ["aws-sdk-cloudformation", "tonic", "rustls", "starburst-core"] {
            assert!(names.contains(&linked), "{linked}");
        }
        for absent in
            ["proptest", "insta", "criterion", "starburst-tests", "sdk-gen", "protox", "serde_derive", "syn", "cc"]
        {
            assert!(!names.contains(&absent), "{absent}");
        }
        assert_eq!(bill["metadata"]["component"]["version"], VERSION);
        Ok(())
    }
}
