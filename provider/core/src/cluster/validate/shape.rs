//! From what the user wrote to normal form: keys, nesting, empty values. Each leaf goes to `leaf`. Knows no rule
//! between fields.

use std::collections::{BTreeMap, BTreeSet};

use starburst_schema::codes::input::{UNKNOWN_KEY, WRONG_KIND};
use starburst_schema::{Clients, FIELDS, Field};

use super::found::Found;
use super::leaf;
use super::nearest::nearest;
use crate::failure::{Client, Message};
use crate::path::Path;
use crate::value::Value;

/// A level of the inputs.
struct Level<'a> {
    /// Dotted path of the level, empty for the whole.
    prefix: &'a str,
    fields: &'a [&'static Field],
}

impl Level<'_> {
    /// Names that stand at this level, and whether each is a leaf.
    fn names(&self) -> BTreeMap<&'static str, Option<&'static Field>> {
        let mut names = BTreeMap::new();
        for field in self.fields {
            let below = if self.prefix.is_empty() {
                Some(field.path)
            } else {
                field.path.strip_prefix(self.prefix).and_then(|rest| rest.strip_prefix('.'))
            };
            if let Some(below) = below {
                match below.split_once('.') {
                    Some((section, _)) => names.insert(section, None),
                    None => names.insert(below, Some(*field)),
                };
            }
        }
        names
    }
}

/// The normal form of what the user wrote; what does not fit is left out of nothing but the rules.
pub fn normalise(client: Client, inputs: &Value, found: &mut Found) -> Value {
    let offered: Vec<&'static Field> = FIELDS
        .iter()
        .copied()
        .filter(|field| client == Client::Terraform || field.clients != Clients::TerraformOnly)
        .collect();
    let normal = level(&Level { prefix: "", fields: &offered }, &Path::root(), inputs, found);
    if normal.is_null() { Value::Map(BTreeMap::new()) } else { normal }
}

fn level(level_of: &Level<'_>, path: &Path, value: &Value, found: &mut Found) -> Value {
    match value {
        Value::Null | Value::Unknown => value.clone(),
        Value::Secret(inner) => {
            let inner = level(level_of, path, inner, found);
            if inner.is_null() || inner.is_unknown() { inner } else { inner.secret() }
        }
        Value::Map(map) => {
            let normal = keys(level_of, path, map, found);
            if normal.is_empty() { Value::Null } else { Value::Map(normal) }
        }
        other => {
            found.error_at(
                &WRONG_KIND,
                path.clone(),
                Message::new(format!("an object is expected, and {} is given", leaf::kind_of(other))),
                Message::new("write the inputs of this section as keys of an object"),
            );
            other.clone()
        }
    }
}

fn keys(
    level_of: &Level<'_>,
    path: &Path,
    map: &BTreeMap<String, Value>,
    found: &mut Found,
) -> BTreeMap<String, Value> {
    let names = level_of.names();
    let mut normal = BTreeMap::new();
    // Keys with two underscores are the client's own.
    for (key, value) in map.iter().filter(|(key, _)| !key.starts_with("__")) {
        let here = path.key(key);
        let value = match names.get(key.as_str()) {
            None => {
                unknown_key(level_of, &names, path, key, found);
                continue;
            }
            Some(Some(field)) => leaf::normalise(field, &here, value, found),
            Some(None) => {
                let prefix =
                    if level_of.prefix.is_empty() { key.clone() } else { format!("{}.{key}", level_of.prefix) };
                level(&Level { prefix: &prefix, fields: level_of.fields }, &here, value, found)
            }
        };
        if !value.is_null() {
            normal.insert(key.clone(), value);
        }
    }
    normal
}

/// A key that does not exist: the nearest of its neighbours, else the same name in another place.
fn unknown_key(
    level_of: &Level<'_>,
    names: &BTreeMap<&'static str, Option<&'static Field>>,
    path: &Path,
    key: &str,
    found: &mut Found,
) {
    let instead = match (nearest(key, names.keys().copied()), elsewhere(level_of, key)) {
        (Some(near), _) => Message::new("write ").path(&path.key(near)),
        (None, Some(field)) => Message::new("write ").field(field),
        (None, None) => {
            let known: Vec<Message> = names.keys().map(|name| Message::default().path(&path.key(name))).collect();
            joined("the inputs here are ", known)
        }
    };
    found.error_at(&UNKNOWN_KEY, path.key(key), Message::new("no input has this name"), instead);
}

fn elsewhere(level_of: &Level<'_>, key: &str) -> Option<&'static Field> {
    let leaves: BTreeSet<&'static str> =
        level_of.fields.iter().filter_map(|field| field.path.rsplit('.').next()).collect();
    let near = nearest(key, leaves)?;
    level_of.fields.iter().copied().find(|field| field.path.rsplit('.').next() == Some(near))
}

fn joined(begin: &str, parts: Vec<Message>) -> Message {
    let mut message = Message::new(begin);
    for (at, part) in parts.into_iter().enumerate() {
        if at > 0 {
            message = message.text(", ");
        }
        message = message.then(part);
    }
    message
}
