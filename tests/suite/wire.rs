//! Our descriptors of Pulumi's protocol against the official ones: every name, number and type.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, ensure};
use prost::Message as _;
use prost_types::field_descriptor_proto::{Label, Type};
use prost_types::{DescriptorProto, EnumDescriptorProto, FieldDescriptorProto, FileDescriptorProto, FileDescriptorSet};
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

/// The official files that the plugin has a counterpart of; views (`resource_status`) are not published.
const COMPARED: [&str; 6] = ["provider", "plugin", "alias", "engine", "errors", "status"];

#[test]
fn our_descriptors_are_the_official_ones() -> Result<()> {
    let folder = descriptors::official()?;
    let mut official = BTreeSet::new();
    for name in COMPARED {
        let path = folder.join(format!("{name}.pb"));
        let bytes = std::fs::read(&path).with_context(|| path.display().to_string())?;
        official.append(&mut facts(&FileDescriptorProto::decode(bytes.as_slice())?));
    }
    let ours = ours()?;
    let wrong: Vec<_> = ours.difference(&official).collect();
    ensure!(wrong.is_empty(), "facts that the official descriptors do not have:\n{wrong:#?}");
    let absent = official.difference(&ours);
    let absent: Vec<_> = absent.filter(|fact| !LEFT_OUT.iter().any(|(start, _)| fact.starts_with(start))).collect();
    ensure!(absent.is_empty(), "official facts that are neither ours nor left out on purpose:\n{absent:#?}");
    for (start, why) in LEFT_OUT {
        let used = official.iter().any(|fact| fact.starts_with(start));
        ensure!(used, "nothing official begins with {start:?}, left out because {why}");
    }
    Ok(())
}

/// The comparison must see each kind of difference; otherwise the test above could not fail.
#[test]
fn a_change_of_any_fact_is_seen() -> Result<()> {
    let before = ours()?;
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
        ensure!(facts(&file).difference(&before).next().is_some(), "a changed {what} is not seen");
    }
    Ok(())
}

fn field_of<'a>(file: &'a mut FileDescriptorProto, name: &str) -> &'a mut FieldDescriptorProto {
    let message = file.message_type.iter_mut().find(|message| message.name() == "CheckRequest").expect("message");
    message.field.iter_mut().find(|field| field.name() == name).expect("field")
}

/// Our own facts, without those of Google's types, which the compiler brings along.
fn ours() -> Result<BTreeSet<String>> {
    let set = FileDescriptorSet::decode(starburst_provider::pulumi::DESCRIPTORS)?;
    Ok(set.file.iter().filter(|file| file.package() != "google.protobuf").flat_map(facts).collect())
}

/// Everything that the wire depends on, one line a fact. File names, order, JSON names, options and comments are not.
fn facts(file: &FileDescriptorProto) -> BTreeSet<String> {
    let mut facts = BTreeSet::new();
    for message in &file.message_type {
        of_message(file.package(), message, &mut facts);
    }
    for values in &file.enum_type {
        of_enum(file.package(), values, &mut facts);
    }
    for service in &file.service {
        for method in &service.method {
            facts.insert(format!(
                "rpc {}.{}.{}: {}{} -> {}{}",
                file.package(),
                service.name(),
                method.name(),
                if method.client_streaming() { "stream " } else { "" },
                method.input_type().trim_start_matches('.'),
                if method.server_streaming() { "stream " } else { "" },
                method.output_type().trim_start_matches('.'),
            ));
        }
    }
    facts
}

fn of_message(scope: &str, message: &DescriptorProto, facts: &mut BTreeSet<String>) {
    let name = format!("{scope}.{}", message.name());
    facts.insert(format!("message {name}"));
    let entries: BTreeMap<String, &DescriptorProto> = message
        .nested_type
        .iter()
        .filter(|nested| nested.options.as_ref().is_some_and(|options| options.map_entry()))
        .map(|nested| (format!("{name}.{}", nested.name()), nested))
        .collect();
    for field in &message.field {
        let shape = match entries.get(field.type_name().trim_start_matches('.')) {
            Some(entry) => {
                let parts: Vec<String> = entry.field.iter().map(shape_of).collect();
                format!("map<{}>", parts.join(", "))
            }
            None => shape_of(field),
        };
        facts.insert(format!(
            "field {name}.{} = {}: {shape}{}",
            field.name(),
            field.number(),
            oneof_of(message, field)
        ));
    }
    for nested in &message.nested_type {
        if !entries.contains_key(&format!("{name}.{}", nested.name())) {
            of_message(&name, nested, facts);
        }
    }
    for values in &message.enum_type {
        of_enum(&name, values, facts);
    }
}

fn of_enum(scope: &str, values: &EnumDescriptorProto, facts: &mut BTreeSet<String>) {
    for value in &values.value {
        facts.insert(format!("enum {scope}.{}.{} = {}", values.name(), value.name(), value.number()));
    }
}

fn shape_of(field: &FieldDescriptorProto) -> String {
    let repeated = if field.label() == Label::Repeated { "repeated " } else { "" };
    let optional = if field.proto3_optional() { "optional " } else { "" };
    let type_name = field.type_name().trim_start_matches('.');
    format!("{repeated}{optional}{:?} {type_name}", field.r#type())
}

/// The choice that a field belongs to; the one that `optional` makes up does not count.
fn oneof_of(message: &DescriptorProto, field: &FieldDescriptorProto) -> String {
    let index = field.oneof_index.filter(|_| !field.proto3_optional());
    let oneof = index.and_then(|index| message.oneof_decl.get(usize::try_from(index).ok()?));
    oneof.map(|oneof| format!(" in {}", oneof.name())).unwrap_or_default()
}
