//! Wire values to values of the core, guided by the attributes: snake_case names become camelCase keys, whatever the
//! wire cannot say yet becomes unknown. Knows no field and no rule.

use std::collections::BTreeMap;

use rmpv::Value as Wire;
use starburst_core::path::{Casing, Path};
use starburst_core::value::Value;
use starburst_schema::terraform::{Attribute, Shape};

use super::wire::{DynamicValue, RawState};

/// Levels of lists and objects that are followed. The deepest attribute lies at six.
const DEEPEST: usize = 32;

/// A wire value that means nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Malformed {
    /// Where it stands.
    pub path: Path,
    /// What is wrong, without the value.
    pub what: String,
}

impl std::fmt::Display for Malformed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let place = self.path.render(Casing::Snake);
        write!(f, "{}: {}", if place.is_empty() { "the whole value" } else { &place }, self.what)
    }
}

type Decoded<T> = Result<T, Malformed>;

/// Whether names that are not among the attributes are left out or refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Names {
    /// As the client's own messages have them: another name is a mistake.
    Exact,
    /// As a state of another version has them: another name is left out.
    Lenient,
}

/// An object with every attribute; `None` for null. An absent value is null too.
///
/// # Errors
/// Bytes that are neither MessagePack nor JSON, and values that have not the shape of their attribute.
pub fn decode(value: Option<&DynamicValue>, attributes: &[Attribute]) -> Decoded<Option<Value>> {
    object(&parse(value)?, attributes, Names::Exact)
}

/// A stored object, in JSON.
///
/// # Errors
/// See [`decode`]; also the form that versions before 0.12 stored.
pub fn decode_stored(raw: Option<&RawState>, attributes: &[Attribute]) -> Decoded<Option<Value>> {
    let raw = raw.ok_or_else(|| whole("there is no state"))?;
    if raw.json.is_empty() {
        return Err(whole(
            "is in the form that clients before 0.12 stored; upgrade the state with such a client first",
        ));
    }
    object(&from_json(&raw.json)?, attributes, Names::Lenient)
}

/// One value of a shape: an argument of a function.
///
/// # Errors
/// See [`decode`].
pub fn decode_one(wire: Option<&DynamicValue>, shape: &Shape) -> Decoded<Value> {
    value(&parse(wire)?, shape, &Path::root(), Names::Exact, 0)
}

fn object(wire: &Wire, attributes: &[Attribute], names: Names) -> Decoded<Option<Value>> {
    match wire {
        Wire::Nil => Ok(None),
        Wire::Ext(..) => Err(whole("is unknown as a whole")),
        wire => Ok(Some(Value::Map(fields(wire, attributes, &Path::root(), names, 0)?))),
    }
}

fn parse(value: Option<&DynamicValue>) -> Decoded<Wire> {
    let Some(value) = value else { return Ok(Wire::Nil) };
    if value.msgpack.is_empty() {
        return if value.json.is_empty() { Ok(Wire::Nil) } else { from_json(&value.json) };
    }
    let mut rest = value.msgpack.as_slice();
    let parsed = rmpv::decode::read_value_with_max_depth(&mut rest, DEEPEST).map_err(|_| whole("is no MessagePack"))?;
    if rest.is_empty() { Ok(parsed) } else { Err(whole("has something behind its end")) }
}

fn from_json(bytes: &[u8]) -> Decoded<Wire> {
    let json: serde_json::Value = serde_json::from_slice(bytes).map_err(|_| whole("is no JSON"))?;
    Ok(json_to_wire(&json))
}

fn json_to_wire(json: &serde_json::Value) -> Wire {
    match json {
        serde_json::Value::Null => Wire::Nil,
        serde_json::Value::Bool(flag) => Wire::Boolean(*flag),
        serde_json::Value::Number(number) => Wire::F64(number.as_f64().unwrap_or_default()),
        serde_json::Value::String(text) => Wire::from(text.as_str()),
        serde_json::Value::Array(items) => Wire::Array(items.iter().map(json_to_wire).collect()),
        serde_json::Value::Object(map) => {
            Wire::Map(map.iter().map(|(key, value)| (Wire::from(key.as_str()), json_to_wire(value))).collect())
        }
    }
}

fn fields(
    wire: &Wire,
    attributes: &[Attribute],
    path: &Path,
    names: Names,
    depth: usize,
) -> Decoded<BTreeMap<String, Value>> {
    let pairs = wire.as_map().ok_or_else(|| malformed(path, "is no object"))?;
    let mut all: BTreeMap<String, Value> =
        attributes.iter().map(|attribute| (attribute.key.clone(), Value::Null)).collect();
    for (name, wire) in pairs {
        let name = name.as_str().ok_or_else(|| malformed(path, "has a name that is no text"))?;
        match attributes.iter().find(|attribute| attribute.name == name) {
            Some(attribute) => {
                let place = path.key(&attribute.key);
                all.insert(attribute.key.clone(), value(wire, &attribute.shape, &place, names, depth + 1)?);
            }
            None if names == Names::Lenient => {}
            None => return Err(malformed(path, &format!("has no attribute {name}"))),
        }
    }
    Ok(all)
}

fn value(wire: &Wire, shape: &Shape, path: &Path, names: Names, depth: usize) -> Decoded<Value> {
    if depth > DEEPEST {
        return Err(malformed(path, &format!("is nested deeper than {DEEPEST} levels")));
    }
    let each = |items: &[Wire], shape: &Shape| -> Decoded<Value> {
        let items = items.iter().enumerate();
        Ok(Value::List(
            items.map(|(at, item)| value(item, shape, &path.index(at), names, depth + 1)).collect::<Decoded<_>>()?,
        ))
    };
    match (wire, shape) {
        (Wire::Nil, _) => Ok(Value::Null),
        // Every extension stands for something unknown; what it says beside that is of no use here.
        (Wire::Ext(..), _) => Ok(Value::Unknown),
        (Wire::Boolean(flag), Shape::Bool) => Ok(Value::Bool(*flag)),
        (_, Shape::Number) => number(wire).ok_or_else(|| malformed(path, "is no number")),
        (Wire::String(text), Shape::Text) => {
            text.as_str().map(Value::text).ok_or_else(|| malformed(path, "is no UTF-8"))
        }
        (Wire::Array(items), Shape::List | Shape::Set) => each(items, &Shape::Text),
        (Wire::Array(items), Shape::Objects(attributes)) => each(items, &Shape::Object(attributes.clone())),
        (Wire::Map(pairs), Shape::Map) => {
            let pairs = pairs.iter().map(|(key, wire)| {
                let key = key.as_str().ok_or_else(|| malformed(path, "has a key that is no text"))?;
                Ok((key.to_owned(), value(wire, &Shape::Text, &path.key(key), names, depth + 1)?))
            });
            Ok(Value::Map(pairs.collect::<Decoded<_>>()?))
        }
        (Wire::Map(_), Shape::Object(attributes)) => Ok(Value::Map(fields(wire, attributes, path, names, depth)?)),
        _ => Err(malformed(path, "has another type than its attribute")),
    }
}

/// Whole numbers, fractions, and decimal texts, which stand for numbers that neither of the others holds exactly.
fn number(wire: &Wire) -> Option<Value> {
    match wire {
        Wire::Integer(_) | Wire::F32(_) | Wire::F64(_) => wire.as_f64().map(Value::Number),
        Wire::String(text) => text.as_str()?.parse().ok().map(Value::Number),
        _ => None,
    }
}

fn whole(what: &str) -> Malformed {
    malformed(&Path::root(), what)
}

fn malformed(path: &Path, what: &str) -> Malformed {
    Malformed { path: path.clone(), what: what.to_owned() }
}
