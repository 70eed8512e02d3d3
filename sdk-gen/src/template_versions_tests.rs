//! Whether a stack can go from one version of the bundled template to another, and back, with what it must not lose: every
//! pair of the versions under `schema/released/*/joint-template.json` and the present one. The version that is under way
//! stands there from its first commit on.

use std::fs;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::artifact::root;

/// Resource types that hold state or an address, and the properties whose change replaces them. Source: AWS
/// CloudFormation template reference, "Update requires: Replacement"; read November 2026.
const KEPT: &[(&str, &[&str])] = &[
    ("AWS::EC2::SecurityGroup", &["GroupDescription", "GroupName", "VpcId"]),
    ("AWS::EC2::NetworkInterface", &["InterfaceType", "PrivateIpAddress", "PrivateIpAddresses", "SubnetId"]),
    ("AWS::EC2::Volume", &["AvailabilityZone", "Encrypted", "KmsKeyId", "OutpostArn", "SnapshotId"]),
    ("AWS::EC2::EIP", &["Domain", "NetworkBorderGroup"]),
    ("AWS::SecretsManager::Secret", &["Name"]),
    ("AWS::Logs::LogGroup", &["LogGroupName"]),
];

/// What an update from one to the other would replace or remove.
fn lost(from: &Value, to: &Value) -> Vec<String> {
    let mut lost = Vec::new();
    for (id, before) in from["Resources"].as_object().into_iter().flatten() {
        let Some((_, properties)) = KEPT.iter().find(|(kind, _)| before["Type"] == *kind) else { continue };
        let after = &to["Resources"][id];
        if after["Type"] != before["Type"] {
            lost.push(format!("{id} is gone"));
            continue;
        }
        if after["Condition"] != before["Condition"] {
            lost.push(format!("{id} is there under another condition"));
        }
        let changed = properties.iter().filter(|name| after["Properties"][**name] != before["Properties"][**name]);
        lost.extend(changed.map(|name| format!("{id} is replaced by another {name}")));
    }
    lost
}

/// Names and trees of all versions.
fn versions() -> Result<Vec<(String, Value)>> {
    let mut all = Vec::new();
    for entry in fs::read_dir(root().join("schema/released"))? {
        let file = entry?.path().join("joint-template.json");
        let text = fs::read_to_string(&file).with_context(|| format!("reading {}", file.display()))?;
        all.push((file.display().to_string(), serde_json::from_str(&text)?));
    }
    let present = fs::read_to_string(root().join("schema/generated/joint-template.json"))?;
    all.push(("the present one".to_owned(), serde_json::from_str(&present)?));
    ensure!(all.len() > 1, "no version was kept");
    Ok(all)
}

#[test]
fn no_upgrade_and_no_way_back_replaces_what_holds_state() -> Result<()> {
    let all = versions()?;
    for (from, before) in &all {
        for (to, after) in &all {
            let lost = lost(before, after);
            ensure!(lost.is_empty(), "from {from} to {to}:\n{}", lost.join("\n"));
        }
    }
    Ok(())
}

#[test]
fn what_would_be_lost_is_found() -> Result<()> {
    let (_, present) = versions()?.pop().context("the present one")?;
    for (pointer, value, said) in [
        ("/Resources/SecurityGroup/Properties/GroupDescription", json!("Other words"), "SecurityGroup is replaced"),
        ("/Resources/Slot1/Properties/SubnetId", json!("subnet-1"), "Slot1 is replaced"),
        ("/Resources/Journal1", json!(null), "Journal1 is gone"),
        ("/Resources/LogGroup/Type", json!("AWS::SNS::Topic"), "LogGroup is gone"),
        ("/Resources/NodeSecrets/Condition", json!("Never"), "NodeSecrets is there under another condition"),
    ] {
        let mut other = present.clone();
        *other.pointer_mut(pointer).with_context(|| format!("{pointer} is nowhere"))? = value;
        let lost = lost(&present, &other);
        ensure!(lost.iter().any(|line| line.starts_with(said)), "{pointer}: {lost:?}");
    }
    Ok(())
}
