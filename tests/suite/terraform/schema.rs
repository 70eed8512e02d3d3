//! Schemas as the provider sends them, in the words of the tests. Fails where a client would refuse a schema.

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value as Json;
use starburst_provider::terraform::wire;
use starburst_provider::terraform::wire::schema::object::NestingMode;

/// One attribute.
#[derive(Debug, Clone)]
pub struct Attribute {
    /// snake_case name.
    pub name: String,
    /// The shape of the value.
    pub shape: Shape,
    /// A configuration must write it.
    pub required: bool,
    /// A configuration may write it.
    pub optional: bool,
    /// The provider may give it.
    pub computed: bool,
    /// Clients hide it.
    pub sensitive: bool,
    /// Clients never store it.
    pub write_only: bool,
}

/// The shape of a value.
#[derive(Debug, Clone)]
pub enum Shape {
    /// `bool`.
    Bool,
    /// `number`.
    Number,
    /// `string`.
    Text,
    /// `list`.
    List(Box<Shape>),
    /// `set`.
    Set(Box<Shape>),
    /// `map`.
    Map(Box<Shape>),
    /// An object without attributes of its own kind: part of a type.
    Object(Vec<Attribute>),
    /// Nested attributes, nesting single.
    Nested(Vec<Attribute>),
    /// Nested attributes, nesting list.
    NestedList(Vec<Attribute>),
}

impl Attribute {
    /// The nested attributes; empty where there are none.
    pub fn children(&self) -> &[Attribute] {
        match &self.shape {
            Shape::Nested(children) | Shape::NestedList(children) => children,
            _ => &[],
        }
    }
}

/// The attributes of a schema.
pub fn attributes(schema: &wire::Schema) -> Result<Vec<Attribute>> {
    let block = schema.block.as_ref().context("a schema without a block")?;
    ensure!(block.block_types.is_empty(), "nested blocks are not expected");
    block.attributes.iter().map(attribute).collect()
}

/// The attribute of an identity schema.
pub fn identity(schema: &wire::ResourceIdentitySchema) -> Result<Vec<Attribute>> {
    let each = schema.identity_attributes.iter().map(|found| {
        Ok(Attribute {
            name: found.name.clone(),
            shape: type_of(&found.r#type)?,
            required: found.required_for_import,
            optional: found.optional_for_import,
            computed: false,
            sensitive: false,
            write_only: false,
        })
    });
    each.collect()
}

/// The shape behind the JSON form of a type.
pub fn type_of(bytes: &[u8]) -> Result<Shape> {
    shape(&serde_json::from_slice(bytes).context("a type that is no JSON")?)
}

fn attribute(sent: &wire::schema::Attribute) -> Result<Attribute> {
    let name = sent.name.clone();
    let first = |c: char| c.is_ascii_lowercase() || c == '_';
    let later = |c: char| first(c) || c.is_ascii_digit();
    ensure!(name.starts_with(first) && name.chars().all(later), "{name:?} is no name of an attribute");
    ensure!(sent.required || sent.optional || sent.computed, "{name}: neither required, optional nor computed");
    ensure!(!(sent.required && (sent.optional || sent.computed)), "{name}: required and something else");
    ensure!(!sent.write_only || !sent.computed, "{name}: write-only and computed");
    let shape = match &sent.nested_type {
        None => type_of(&sent.r#type).with_context(|| name.clone())?,
        Some(object) => {
            ensure!(sent.r#type.is_empty(), "{name}: a type and a nested type");
            let children: Vec<Attribute> = object.attributes.iter().map(attribute).collect::<Result<_>>()?;
            match object.nesting() {
                NestingMode::Single => Shape::Nested(children),
                NestingMode::List => Shape::NestedList(children),
                other => bail!("{name}: nesting {other:?} is not expected"),
            }
        }
    };
    Ok(Attribute {
        name,
        shape,
        required: sent.required,
        optional: sent.optional,
        computed: sent.computed,
        sensitive: sent.sensitive,
        write_only: sent.write_only,
    })
}

fn shape(json: &Json) -> Result<Shape> {
    Ok(match json {
        Json::String(text) => match text.as_str() {
            "bool" => Shape::Bool,
            "number" => Shape::Number,
            "string" => Shape::Text,
            other => bail!("type {other} is not expected"),
        },
        Json::Array(parts) => match parts.as_slice() {
            [Json::String(kind), Json::Object(of)] if kind == "object" => {
                let each = of.iter().map(|(name, of)| {
                    let shape = shape(of)?;
                    let name = name.clone();
                    let (required, optional, computed, sensitive, write_only) = (true, false, false, false, false);
                    Ok(Attribute { name, shape, required, optional, computed, sensitive, write_only })
                });
                Shape::Object(each.collect::<Result<_>>()?)
            }
            [Json::String(kind), of] => match kind.as_str() {
                "list" => Shape::List(Box::new(shape(of)?)),
                "set" => Shape::Set(Box::new(shape(of)?)),
                "map" => Shape::Map(Box::new(shape(of)?)),
                other => bail!("type {other} is not expected"),
            },
            _ => bail!("{json} is no type"),
        },
        _ => bail!("{json} is no type"),
    })
}
