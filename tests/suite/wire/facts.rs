//! Descriptors as lines of facts, so that two of them can be compared whatever they were made from.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Result, ensure};
use prost::Message as _;
use prost_types::field_descriptor_proto::Label;
use prost_types::{DescriptorProto, EnumDescriptorProto, FieldDescriptorProto, FileDescriptorProto, FileDescriptorSet};

/// Our own facts from serialised descriptors, without those of Google's types, which the compiler brings along.
pub fn ours(descriptors: &[u8]) -> Result<BTreeSet<String>> {
    Ok(of_set(&FileDescriptorSet::decode(descriptors)?))
}

/// All facts of a set but those of Google's types.
pub fn of_set(set: &FileDescriptorSet) -> BTreeSet<String> {
    set.file.iter().filter(|file| file.package() != "google.protobuf").flat_map(facts).collect()
}

/// Every fact of ours must be official but for `added`, every official one ours but for `left_out`. Both lists hold
/// beginnings of facts with the reason, and no entry that is of no use.
pub fn compare(
    ours: &BTreeSet<String>,
    official: &BTreeSet<String>,
    added: &[(&str, &str)],
    left_out: &[(&str, &str)],
) -> Result<()> {
    let known = |fact: &String, list: &[(&str, &str)]| list.iter().any(|(start, _)| fact.starts_with(start));
    let wrong: Vec<_> = ours.difference(official).filter(|fact| !known(fact, added)).collect();
    ensure!(wrong.is_empty(), "facts that the official descriptors do not have:\n{wrong:#?}");
    let absent: Vec<_> = official.difference(ours).filter(|fact| !known(fact, left_out)).collect();
    ensure!(absent.is_empty(), "official facts that are neither ours nor left out on purpose:\n{absent:#?}");
    for (start, why) in left_out {
        let used = official.difference(ours).any(|fact| fact.starts_with(start));
        ensure!(used, "nothing official that we lack begins with {start:?}, left out because {why}");
    }
    for (start, why) in added {
        let used = ours.difference(official).any(|fact| fact.starts_with(start));
        ensure!(used, "nothing of ours that the official ones lack begins with {start:?}, added because {why}");
    }
    Ok(())
}

/// Everything that the wire depends on, one line a fact. File names, order, JSON names, options and comments are not.
pub fn facts(file: &FileDescriptorProto) -> BTreeSet<String> {
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
