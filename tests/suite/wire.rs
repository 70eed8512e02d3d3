//! Our descriptors of both protocols against the official ones: every name, number and type. This file compares
//! Pulumi's, `terraform` those of Terraform and OpenTofu; `facts` is what both are compared by.

mod facts;
mod terraform;

use std::collections::BTreeSet;

use anyhow::{Context, Result, ensure};
use prost::Message as _;
use prost_types::field_descriptor_proto::Type;
use prost_types::{FieldDescriptorProto, FileDescriptorProto, FileDescriptorSet};
use starburst_tests::clients::descriptors;

/// Official parts that the plugin leaves out, by the beginning of their facts, with the reason.
const LEFT_OUT: &[(&str, &str)] = &[
    ("field pulumirpc.PackageDependency.", "the package resolver is neither served nor called"),
    ("field pulumirpc.PackageParameterization.", "the package resolver is neither served nor called"),
    ("field pulumirpc.PackageSpec.", "the package resolver is neither served nor called"),
    ("field pulumirpc.PluginDependency.", "the package resolver is neither served nor called"),
    ("message pulumirpc.PackageDependency", "the package resolver is neither served nor called"),
    ("message pulumirpc.PackageParameterization", "the package resolver is neither served nor called"),
    ("message pulumirpc.PackageSpec", "the package resolver is neither served nor called"),
    ("message pulumirpc.PluginDependency", "the package resolver is neither served nor called"),
    ("rpc pulumirpc.PackageResolver.", "the package resolver is neither served nor called"),
];

/// The official files that the plugin has a counterpart of.
const COMPARED: [&str; 7] = ["provider", "plugin", "alias", "engine", "errors", "status", "resource_status"];

#[test]
fn our_descriptors_are_the_official_ones() -> Result<()> {
    let folder = descriptors::official()?;
    let mut official = BTreeSet::new();
    for name in COMPARED {
        let path = folder.join(format!("{name}.pb"));
        let bytes = std::fs::read(&path).with_context(|| path.display().to_string())?;
        official.append(&mut facts::facts(&FileDescriptorProto::decode(bytes.as_slice())?));
    }
    facts::compare(&facts::ours(starburst_provider::pulumi::DESCRIPTORS)?, &official, &[], LEFT_OUT)
}

/// The comparison must see each kind of difference; otherwise the test above could not fail.
#[test]
fn a_change_of_any_fact_is_seen() -> Result<()> {
    let before = facts::ours(starburst_provider::pulumi::DESCRIPTORS)?;
    let set = FileDescriptorSet::decode(starburst_provider::pulumi::DESCRIPTORS)?;
    type Change = fn(&mut FileDescriptorProto);
    let changes: [(&str, Change); 4] = [
        ("number", |file| field_of(file, "urn").number = Some(99)),
        ("name", |file| field_of(file, "urn").name = Some("arn".to_owned())),
        ("type", |file| field_of(file, "urn").r#type = Some(Type::Bytes as i32)),
        ("stream", |file| file.service[0].method[0].server_streaming = Some(true)),
    ];
    for (what, change) in changes {
        let mut file = set.file.iter().find(|file| file.name().ends_with("provider.proto")).context("file")?.clone();
        change(&mut file);
        ensure!(facts::facts(&file).difference(&before).next().is_some(), "a changed {what} is not seen");
    }
    Ok(())
}

fn field_of<'a>(file: &'a mut FileDescriptorProto, name: &str) -> &'a mut FieldDescriptorProto {
    let message = file.message_type.iter_mut().find(|message| message.name() == "CheckRequest").expect("message");
    message.field.iter_mut().find(|field| field.name() == name).expect("field")
}
