//! Values between the tests, which have JSON, and the wire, which has MessagePack. Stricter than the plugin's own
//! codec, which it does not use: an object has exactly the names of its schema, a set holds nothing twice.
//!
//! What is not known yet is the text [`UNKNOWN`], which no real value equals.

use anyhow::{Context, Result, bail, ensure};
use rmpv::Value as Wire;
use serde_json::{Map, Value as Json, json};
use starburst_provider::terraform::wire::DynamicValue;

use super::schema::{Attribute, Shape};

/// What stands for an unknown value.
pub const UNKNOWN: &str = "\u{1}unknown";

/// A value that is not known yet.
pub fn unknown() -> Json {
    json!(UNKNOWN)
}

/// Whether a value is not known yet.
pub fn is_unknown(value: &Json) -> bool {
    value.as_str() == Some(UNKNOWN)
}

/// Whether anything of a value, at any depth, is not known yet.
pub fn has_unknown(value: &Json) -> bool {
    match value {
        Json::Array(items) => items.iter().any(has_unknown),
        Json::Object(map) => map.values().any(has_unknown),
        value => is_unknown(value),
    }
}

/// An object on the wire; `Json::Null` is null.
pub fn encode(value: &Json, attributes: &[Attribute]) -> Result<DynamicValue> {
    packed(&object_out(value, attributes, "")?)
}

/// One value on the wire: the argument of a function.
pub fn encode_one(value: &Json, shape: &Shape) -> Result<DynamicValue> {
    packed(&out(value, shape, "")?)
}

/// The object on the wire. Absent is an error: null is sent as null.
pub fn decode(value: Option<&DynamicValue>, attributes: &[Attribute]) -> Result<Json> {
    object_in(&unpacked(value)?, attributes, "")
}

/// One value on the wire: the result of a function.
pub fn decode_one(value: Option<&DynamicValue>, shape: &Shape) -> Result<Json> {
    into(&unpacked(value)?, shape, "")
}

/// A configuration with every attribute, absent ones null, sets sorted. Fails at a name that the schema has not.
pub fn complete(value: &Json, attributes: &[Attribute]) -> Result<Json> {
    let Json::Object(map) = value else { return Ok(value.clone()) };
    for name in map.keys() {
        ensure!(attributes.iter().any(|attribute| attribute.name == *name), "there is no argument {name}");
    }
    let each = attributes.iter().map(|attribute| {
        let value = map.get(&attribute.name).unwrap_or(&Json::Null);
        let value = match &attribute.shape {
            Shape::Nested(children) => complete(value, children)?,
            Shape::NestedList(children) => match value {
                Json::Array(items) => {
                    Json::Array(items.iter().map(|item| complete(item, children)).collect::<Result<_>>()?)
                }
                other => other.clone(),
            },
            Shape::Set(_) => sorted(value),
            _ => value.clone(),
        };
        Ok((attribute.name.clone(), value))
    });
    Ok(Json::Object(each.collect::<Result<_>>()?))
}

/// A set in the order in which tests compare it.
fn sorted(value: &Json) -> Json {
    let Json::Array(items) = value else { return value.clone() };
    let mut items = items.clone();
    items.sort_by_key(Json::to_string);
    items.dedup_by(|one, other| one == other && !is_unknown(one));
    Json::Array(items)
}

fn packed(wire: &Wire) -> Result<DynamicValue> {
    let mut msgpack = Vec::new();
    rmpv::encode::write_value(&mut msgpack, wire)?;
    Ok(DynamicValue { msgpack, json: Vec::new() })
}

fn unpacked(value: Option<&DynamicValue>) -> Result<Wire> {
    let value = value.context("the value is absent; null is sent as null")?;
    ensure!(value.json.is_empty(), "JSON where MessagePack is expected");
    let mut rest = value.msgpack.as_slice();
    let wire = rmpv::decode::read_value(&mut rest).context("no MessagePack")?;
    ensure!(rest.is_empty(), "something stands behind the value");
    Ok(wire)
}

fn object_out(value: &Json, attributes: &[Attribute], path: &str) -> Result<Wire> {
    if is_unknown(value) {
        return Ok(Wire::Ext(0, vec![0]));
    }
    let map = match value {
        Json::Null => return Ok(Wire::Nil),
        Json::Object(map) => map,
        other => bail!("{path}: {other} is no object"),
    };
    let each = attributes.iter().map(|attribute| {
        let value = map.get(&attribute.name).unwrap_or(&Json::Null);
        Ok((Wire::from(attribute.name.as_str()), out(value, &attribute.shape, &join(path, &attribute.name))?))
    });
    Ok(Wire::Map(each.collect::<Result<_>>()?))
}

fn out(value: &Json, shape: &Shape, path: &str) -> Result<Wire> {
    if is_unknown(value) {
        return Ok(Wire::Ext(0, vec![0]));
    }
    let each = |items: &[Json], of: &Shape| -> Result<Wire> {
        Ok(Wire::Array(items.iter().map(|item| out(item, of, path)).collect::<Result<_>>()?))
    };
    Ok(match (value, shape) {
        (Json::Null, _) => Wire::Nil,
        (Json::Bool(flag), Shape::Bool) => Wire::Boolean(*flag),
        (Json::Number(number), Shape::Number) => match (number.as_i64(), number.as_f64()) {
            (Some(whole), _) => Wire::from(whole),
            (None, Some(fraction)) => Wire::F64(fraction),
            _ => bail!("{path}: {number} is no number of the wire"),
        },
        (Json::String(text), Shape::Text) => Wire::from(text.as_str()),
        (Json::Array(items), Shape::List(of) | Shape::Set(of)) => each(items, of)?,
        (Json::Array(items), Shape::NestedList(of)) => {
            Wire::Array(items.iter().map(|item| object_out(item, of, path)).collect::<Result<_>>()?)
        }
        (Json::Object(map), Shape::Map(of)) => {
            let each = map.iter().map(|(key, value)| Ok((Wire::from(key.as_str()), out(value, of, path)?)));
            Wire::Map(each.collect::<Result<_>>()?)
        }
        (value, Shape::Nested(of) | Shape::Object(of)) => object_out(value, of, path)?,
        (other, shape) => bail!("{path}: {other} is no {shape:?}"),
    })
}

fn object_in(wire: &Wire, attributes: &[Attribute], path: &str) -> Result<Json> {
    let pairs = match wire {
        Wire::Nil => return Ok(Json::Null),
        Wire::Ext(..) => return Ok(unknown()),
        Wire::Map(pairs) => pairs,
        other => bail!("{path}: {other} is no object"),
    };
    let mut map = Map::new();
    for (name, wire) in pairs {
        let name = name.as_str().with_context(|| format!("{path}: a name that is no text"))?;
        let attribute = attributes.iter().find(|attribute| attribute.name == name);
        let attribute = attribute.with_context(|| format!("{path}: the schema has no {name}"))?;
        let value = into(wire, &attribute.shape, &join(path, name))?;
        ensure!(map.insert(name.to_owned(), value).is_none(), "{path}: {name} twice");
    }
    let missing = attributes.iter().find(|attribute| !map.contains_key(&attribute.name));
    ensure!(missing.is_none(), "{path}: {} is not sent", missing.map_or("", |attribute| &attribute.name));
    Ok(Json::Object(map))
}

fn into(wire: &Wire, shape: &Shape, path: &str) -> Result<Json> {
    let each = |items: &[Wire], of: &Shape| -> Result<Vec<Json>> {
        let items = items.iter().enumerate();
        items.map(|(at, item)| into(item, of, &format!("{path}[{at}]"))).collect()
    };
    Ok(match (wire, shape) {
        (Wire::Nil, _) => Json::Null,
        (Wire::Ext(..), _) => unknown(),
        (Wire::Boolean(flag), Shape::Bool) => json!(flag),
        (Wire::Integer(number), Shape::Number) => {
            json!(number.as_i64().with_context(|| format!("{path}: a number beyond 64 bits"))?)
        }
        (Wire::F64(number), Shape::Number) => json!(number),
        (Wire::String(text), Shape::Text) => {
            json!(text.as_str().with_context(|| format!("{path}: a text that is no UTF-8"))?)
        }
        (Wire::Array(items), Shape::List(of)) => Json::Array(each(items, of)?),
        (Wire::Array(items), Shape::Set(of)) => {
            let items = Json::Array(each(items, of)?);
            let set = sorted(&items);
            ensure!(set.as_array().map(Vec::len) == items.as_array().map(Vec::len), "{path}: a set with repetitions");
            set
        }
        (Wire::Array(items), Shape::NestedList(of)) => {
            let items = items.iter().enumerate();
            Json::Array(items.map(|(at, item)| object_in(item, of, &format!("{path}[{at}]"))).collect::<Result<_>>()?)
        }
        (Wire::Map(pairs), Shape::Map(of)) => {
            let each = pairs.iter().map(|(key, value)| {
                let key = key.as_str().with_context(|| format!("{path}: a key that is no text"))?;
                Ok((key.to_owned(), into(value, of, &join(path, key))?))
            });
            Json::Object(each.collect::<Result<_>>()?)
        }
        (wire, Shape::Nested(of) | Shape::Object(of)) => object_in(wire, of, path)?,
        (wire, shape) => bail!("{path}: {wire} is no {shape:?}"),
    })
}

/// A dotted path.
pub fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}
