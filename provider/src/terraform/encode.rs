//! Values of the core to wire values, guided by the attributes: every name is there, nothing else is. Knows no field
//! and no rule.

use std::collections::BTreeSet;

use rmpv::Value as Wire;
use starburst_core::value::Value;
use starburst_schema::terraform::{Attribute, Shape};

use super::wire::DynamicValue;

/// Extension type of an unknown value without anything known about it.
const UNKNOWN: i8 = 0;
/// Whole numbers below this are exact on both sides.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// An object; `None` gives null.
#[must_use]
pub fn encode(value: Option<&Value>, attributes: &[Attribute]) -> DynamicValue {
    dynamic(&value.map_or(Wire::Nil, |value| object(value, attributes)))
}

/// One value of a shape: the result of a function.
#[must_use]
pub fn encode_one(value: &Value, shape: &Shape) -> DynamicValue {
    dynamic(&wire(value, shape))
}

fn dynamic(wire: &Wire) -> DynamicValue {
    let mut msgpack = Vec::new();
    // Writing to memory does not fail; an empty value would be refused by the client.
    let _ = rmpv::encode::write_value(&mut msgpack, wire);
    DynamicValue { msgpack, json: Vec::new() }
}

fn object(value: &Value, attributes: &[Attribute]) -> Wire {
    match value.peeled() {
        Value::Null => Wire::Nil,
        Value::Unknown => unknown(),
        value => {
            let of = |attribute: &Attribute| value.as_map().and_then(|map| map.get(&attribute.key));
            let each = attributes.iter().map(|attribute| {
                let wire = of(attribute).map_or(Wire::Nil, |value| wire(value, &attribute.shape));
                (Wire::from(attribute.name.as_str()), wire)
            });
            Wire::Map(each.collect())
        }
    }
}

fn wire(value: &Value, shape: &Shape) -> Wire {
    match (value.peeled(), shape) {
        (Value::Null, _) => Wire::Nil,
        (Value::Unknown, _) => unknown(),
        (value, Shape::Object(attributes)) => object(value, attributes),
        (Value::List(items), Shape::Objects(attributes)) => {
            Wire::Array(items.iter().map(|item| object(item, attributes)).collect())
        }
        (Value::List(items), Shape::Set) => set(items),
        (Value::List(items), _) => Wire::Array(items.iter().map(|item| wire(item, &Shape::Text)).collect()),
        (Value::Map(map), _) => {
            Wire::Map(map.iter().map(|(key, value)| (Wire::from(key.as_str()), wire(value, &Shape::Text))).collect())
        }
        (Value::Bool(flag), _) => Wire::Boolean(*flag),
        (Value::Number(number), Shape::Text) => Wire::from(number.to_string()),
        (Value::Number(number), _) => self::number(*number),
        (Value::Text(text), _) => Wire::from(text.as_str()),
        // Files travel as the text that names them, and secrets were peeled.
        (Value::File(_) | Value::Secret(_), _) => Wire::Nil,
    }
}

/// A set holds nothing twice; unknown elements may turn out to be anything.
fn set(items: &[Value]) -> Wire {
    let mut seen = BTreeSet::new();
    let first = |item: &&Value| item.as_text().is_none_or(|text| seen.insert(text.to_owned()));
    Wire::Array(items.iter().filter(first).map(|item| wire(item, &Shape::Text)).collect())
}

#[expect(clippy::cast_possible_truncation, reason = "checked to be whole and in range")]
fn number(number: f64) -> Wire {
    if number.fract() == 0.0 && number.abs() <= EXACT { Wire::from(number as i64) } else { Wire::F64(number) }
}

fn unknown() -> Wire {
    Wire::Ext(UNKNOWN, vec![0])
}
