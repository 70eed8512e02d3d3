//! Which fields change between two sets of inputs: effective values are compared, so that a written default is equal
//! to an absent one, order does not matter in sets, and files are compared by content. Knows no role and no roll.

use std::collections::BTreeMap;

use starburst_schema::field::ALL_NODES;
use starburst_schema::fields::{self, ec2, hive_metastore as hive, network, superset};
use starburst_schema::{Constraint, Effect, FIELDS, Field, Format, Kind, format, outputs};

use super::api::{Change, Prior};
use super::defaults::effective;
use super::filled::filled;
use super::parameters;
use super::state::ClusterState;
use crate::path::Path;
use crate::value::{FileSource, FileValue, Value};

/// All fields whose effective value differs, in the order of the table.
#[must_use]
pub fn changes(prior: &Prior, inputs: &Value) -> Vec<Change> {
    FIELDS.iter().filter_map(|field| change(prior, inputs, field)).collect()
}

/// Everything that is written, as additions to nothing.
#[must_use]
pub fn additions(inputs: &Value) -> Vec<Change> {
    let written = FIELDS.iter().map(|field| (*field, inputs.at(&Path::from(*field))));
    written
        .filter(|(_, value)| !value.is_null())
        .map(|(field, value)| Change {
            path: Path::from(field),
            before: Value::Null,
            after: value.clone(),
            effect: field.effect,
        })
        .collect()
}

fn change(prior: &Prior, inputs: &Value, field: &'static Field) -> Option<Change> {
    let path = Path::from(field);
    let written = inputs.at(&path);
    // Where nothing is written before and after, another default of another template is no change of the program's.
    if written.is_null() && (is_kept(field) || prior.inputs.at(&path).is_null()) {
        return None;
    }
    let mut before = effective(&prior.inputs, field);
    if before.is_null() && !written.is_null() {
        before = resolved(prior, field);
    }
    let after = effective(inputs, field);
    if same(field, &before, &after) {
        return None;
    }
    let effect = if is_brought_back(prior, field, &after) { Effect::InPlace } else { effect(prior, inputs, field) };
    Some(Change { effect, path, before, after })
}

/// Whether the change only undoes what somebody did outside of the program to a resource that is no node: the stack has
/// the program's value already.
fn is_brought_back(prior: &Prior, field: &Field, after: &Value) -> bool {
    let state = ClusterState::of(Some(prior)).unwrap_or_default();
    let deployed = state.drifted_inputs.get(field.path);
    deployed.is_some() && parameters::encode(field, after).as_ref() == deployed
}

/// Whether absent means that the cluster keeps what it has.
fn is_kept(field: &Field) -> bool {
    let kept = [fields::stack::NAME.path, network::SUBNET_AUTO_ASSIGNS_PUBLIC_IP.path, fields::REGION.path];
    field.required || kept.contains(&field.path)
}

/// What the plugin filled in for a value that was not written: as the outputs tell it, else as the record has it.
fn resolved(prior: &Prior, field: &Field) -> Value {
    let told = |name: &str| prior.outputs.at(&Path::field(name)).clone();
    match field.path {
        path if path == fields::REGION.path => told(outputs::REGION),
        path if path == fields::stack::NAME.path => told(outputs::STACK_NAME),
        path if path == ec2::IMAGE_ID.path => {
            prior.outputs.at(&Path::field(outputs::IMAGE_IDS).key("coordinator")).clone()
        }
        path if path == ec2::WORKER_IMAGE_ID.path => {
            prior.outputs.at(&Path::field(outputs::IMAGE_IDS).key("worker")).clone()
        }
        _ => filled(&prior.inputs, &prior.outputs).at(&Path::from(field)).clone(),
    }
}

/// What a change does here: some rows of the table depend on another field.
fn effect(prior: &Prior, inputs: &Value, field: &Field) -> Effect {
    let either = |other: &Field, wanted: &dyn Fn(&Value) -> bool| {
        wanted(&effective(&prior.inputs, other)) || wanted(&effective(inputs, other))
    };
    let both = |other: &Field, wanted: &dyn Fn(&Value) -> bool| {
        wanted(&effective(&prior.inputs, other)) && wanted(&effective(inputs, other))
    };
    if field.section() == hive::TYPE.section() && matches!(field.effect, Effect::Roll(_)) {
        // An external metastore has no node of its own: every node knows its address.
        if either(&hive::TYPE, &|kind| kind.as_text() == Some("external")) {
            return Effect::Roll(ALL_NODES);
        }
    }
    if field.path == superset::INSTANCE_TYPE.path && !both(&superset::ENABLED, &|on| on.as_bool() != Some(false)) {
        return Effect::InPlace;
    }
    field.effect
}

/// Whether two effective values mean the same. An unknown one may be anything, so it differs.
#[must_use]
pub fn same(field: &Field, before: &Value, after: &Value) -> bool {
    if before.has_unknown() || after.has_unknown() {
        return false;
    }
    identity(field, before) == identity(field, after)
}

/// What stands for a value in comparisons.
fn identity(field: &Field, value: &Value) -> Value {
    let value = value.exposed();
    match (field.kind, value) {
        (Kind::Set, Value::List(items)) => {
            let mut texts: Vec<String> = items.iter().filter_map(|item| item.as_text().map(str::to_owned)).collect();
            texts.sort_unstable();
            texts.dedup();
            if texts.is_empty() { Value::Null } else { Value::List(texts.into_iter().map(Value::Text).collect()) }
        }
        (_, Value::List(items)) if items.is_empty() => Value::Null,
        (_, Value::Map(map)) if map.is_empty() => Value::Null,
        (_, Value::File(file)) => content(&file),
        (Kind::Text, Value::Text(text)) => meaning(field, text),
        (_, other) => other,
    }
}

/// A file's content, by its digest; what AWS fetches itself, by its URI.
fn content(file: &FileValue) -> Value {
    match &file.source {
        Some(FileSource::Uri(uri)) if uri.starts_with("s3://") => Value::Text(uri.clone()),
        _ if !file.hash.is_empty() => {
            Value::Map(BTreeMap::from([("sha256".to_owned(), Value::text(file.hash.as_str()))]))
        }
        _ => Value::File(file.clone()),
    }
}

/// Texts that can be written in several ways: lengths of time, JSON.
fn meaning(field: &Field, text: String) -> Value {
    for constraint in field.constraints {
        match constraint {
            Constraint::Form(Format::Duration) => {
                if let Some(seconds) = format::parse_duration(&text).and_then(|seconds| i64::try_from(seconds).ok()) {
                    return Value::integer(seconds);
                }
            }
            Constraint::Form(Format::Json) => {
                if let Ok(json) = serde_json::from_str::<serde_json::Value>(&text) {
                    return Value::from(&json);
                }
            }
            _ => {}
        }
    }
    Value::Text(text)
}
