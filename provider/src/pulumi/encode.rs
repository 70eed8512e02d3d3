//! Values of the core to wire values. Knows no field.

use std::collections::BTreeMap;

use prost_types::value::Kind;
use prost_types::{ListValue, Struct, Value as Wire};
use starburst_core::value::{FileSource, FileValue, Value};

use super::decode::{ARCHIVE, ASSET, SECRET, SIGNATURE, UNKNOWN};

/// Whether an answer may hold values that are not known yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unknowns {
    /// Of a preview or a check: the sentinel stands for them.
    Kept,
    /// Of something that happened: the engine takes none, so they are left out.
    LeftOut,
}

/// The struct of an object; anything else gives an empty one.
#[must_use]
pub fn encode(value: &Value, unknowns: Unknowns) -> Struct {
    value.as_map().map(|map| object(map, unknowns)).unwrap_or_default()
}

fn object(map: &BTreeMap<String, Value>, unknowns: Unknowns) -> Struct {
    let kept = map.iter().filter(|(_, value)| unknowns == Unknowns::Kept || !value.is_unknown());
    Struct { fields: kept.map(|(key, value)| (key.clone(), wire(value, unknowns))).collect() }
}

fn wire(value: &Value, unknowns: Unknowns) -> Wire {
    let kind = match value {
        Value::Null => Kind::NullValue(0),
        Value::Bool(flag) => Kind::BoolValue(*flag),
        Value::Number(number) => Kind::NumberValue(*number),
        Value::Text(text) => Kind::StringValue(text.clone()),
        Value::List(items) => {
            Kind::ListValue(ListValue { values: items.iter().map(|item| wire(item, unknowns)).collect() })
        }
        Value::Map(map) => Kind::StructValue(object(map, unknowns)),
        Value::Unknown if unknowns == Unknowns::LeftOut => Kind::NullValue(0),
        Value::Unknown => Kind::StringValue(UNKNOWN.to_owned()),
        Value::Secret(inner) => special(SECRET, [("value", wire(inner, unknowns))]),
        Value::File(value) => file(value),
    };
    Wire { kind: Some(kind) }
}

fn file(file: &FileValue) -> Kind {
    let mut parts = Vec::new();
    if !file.hash.is_empty() {
        parts.push(("hash", text(&file.hash)));
    }
    match &file.source {
        None => {}
        Some(FileSource::Path(path)) => parts.push(("path", text(path))),
        Some(FileSource::Text(content)) => parts.push(("text", text(content))),
        Some(FileSource::Uri(uri)) => parts.push(("uri", text(uri))),
        Some(FileSource::Assets(assets)) => {
            let fields = assets.iter().map(|(name, member)| (name.clone(), Wire { kind: Some(self::file(member)) }));
            parts.push(("assets", Wire { kind: Some(Kind::StructValue(Struct { fields: fields.collect() })) }));
        }
    }
    special(if file.archive { ARCHIVE } else { ASSET }, parts)
}

fn special(signature: &str, parts: impl IntoIterator<Item = (&'static str, Wire)>) -> Kind {
    let mut fields: BTreeMap<String, Wire> = parts.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
    fields.insert(SIGNATURE.to_owned(), text(signature));
    Kind::StructValue(Struct { fields })
}

fn text(text: &str) -> Wire {
    Wire { kind: Some(Kind::StringValue(text.to_owned())) }
}
