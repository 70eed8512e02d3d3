//! The table's shapes as Pulumi schema: properties of leaves, object types of sections, enums of closed sets.

use serde_json::{Map, Value, json};
use starburst_schema::naming::pascal_case;
use starburst_schema::{Clients, Constraint, Effect, FIELDS, Field, Format, Kind, Role, SECTIONS};

/// Package and module of every token.
pub const MODULE: &str = "starburst:index";

/// Fields that Pulumi offers, in the order of the table.
pub fn fields() -> impl Iterator<Item = &'static Field> {
    FIELDS.iter().copied().filter(|field| field.clients == Clients::Both)
}

/// All object and enum types, by token.
pub fn types() -> Map<String, Value> {
    let mut types = Map::new();
    for section in SECTIONS {
        types.insert(token(section.path), object(section.path, section.doc));
    }
    for field in fields() {
        match field.kind {
            Kind::Choice(choices) => {
                types.insert(enum_token(field.path), enumeration(field.doc, choices));
            }
            Kind::Objects(leaves) => {
                let object = element(field, leaves, &mut types);
                types.insert(element_token(field.path), object);
            }
            _ => {}
        }
    }
    types
}

/// The object type of a section or nested object.
fn object(path: &str, doc: &str) -> Value {
    let mut properties = Map::new();
    for (name, below) in children(path) {
        properties.insert(name, below.property());
    }
    // What a new cluster needs depends on its template, so that the check says it, all of it at once; no type can.
    json!({ "type": "object", "description": doc, "properties": properties, "required": [] })
}

/// What stands directly below a section: leaves and nested objects, in the order of the table.
pub fn children(path: &str) -> Vec<(String, Child)> {
    let mut found: Vec<(String, Child)> = Vec::new();
    for field in fields() {
        let rest = if path.is_empty() { Some(field.path) } else { field.path.strip_prefix(&format!("{path}.")) };
        let Some(rest) = rest else { continue };
        let name = rest.split('.').next().unwrap_or(rest).to_owned();
        if found.iter().any(|(known, _)| *known == name) {
            continue;
        }
        let below = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        let leaf = (rest == name).then_some(field);
        found.push((name, Child { path: below, field: leaf }));
    }
    found
}

/// A leaf or a nested object.
pub struct Child {
    path: String,
    field: Option<&'static Field>,
}

impl Child {
    /// The property of an object type.
    pub fn property(&self) -> Value {
        match self.field {
            Some(field) => leaf(field),
            None => {
                let doc = SECTIONS.iter().find(|section| section.path == self.path).map_or("", |section| section.doc);
                json!({ "$ref": format!("#/types/{}", token(&self.path)), "description": doc })
            }
        }
    }
}

fn leaf(field: &Field) -> Value {
    let mut property = shape(field);
    if let Some(map) = property.as_object_mut() {
        map.insert("description".into(), description(field).into());
        if field.is_secret() {
            map.insert("secret".into(), true.into());
        }
        if field.effect == Effect::Replace {
            map.insert("willReplaceOnChanges".into(), true.into());
        }
    }
    property
}

/// The type part of a property.
fn shape(field: &Field) -> Value {
    let text = json!({ "type": "string" });
    match field.kind {
        Kind::Bool => json!({ "type": "boolean" }),
        Kind::Integer => json!({ "type": "integer" }),
        Kind::Text => text,
        Kind::Choice(_) => json!({ "$ref": format!("#/types/{}", enum_token(field.path)) }),
        Kind::List | Kind::Set => json!({ "type": "array", "items": text }),
        Kind::Map => json!({ "type": "object", "additionalProperties": text }),
        Kind::File => json!({ "oneOf": [text, { "$ref": "pulumi.json#/Asset" }] }),
        Kind::Folder => json!({ "oneOf": [text, { "$ref": "pulumi.json#/Archive" }] }),
        Kind::Objects(_) => {
            json!({ "type": "array", "items": { "$ref": format!("#/types/{}", element_token(field.path)) } })
        }
    }
}

/// The object type of one element of a list of objects.
fn element(list: &Field, leaves: &'static [Field], types: &mut Map<String, Value>) -> Value {
    let mut properties = Map::new();
    for field in leaves {
        let mut property = match field.kind {
            Kind::Choice(choices) => {
                let token = format!("{MODULE}:{}{}", element_name(list.path), pascal_case(field.path));
                types.insert(token.clone(), enumeration(field.doc, choices));
                json!({ "$ref": format!("#/types/{token}") })
            }
            _ => shape(field),
        };
        if let Some(map) = property.as_object_mut() {
            map.insert("description".into(), field.doc.into());
        }
        properties.insert(field.path.to_owned(), property);
    }
    let required: Vec<&str> = leaves.iter().filter(|field| field.required).map(|field| field.path).collect();
    let doc = format!("One element of `{}`.", list.path);
    json!({ "type": "object", "description": doc, "properties": properties, "required": required })
}

fn enumeration(doc: &str, choices: &[&str]) -> Value {
    let values: Vec<Value> =
        choices.iter().map(|choice| json!({ "name": choice_name(choice), "value": choice })).collect();
    json!({ "type": "string", "description": doc, "enum": values })
}

/// A choice's name in SDKs: `gp3` is `Gp3`, `AWS::CloudWatch::Alarm` is `Alarm`.
fn choice_name(choice: &str) -> String {
    pascal_case(choice.rsplit("::").next().unwrap_or(choice))
}

/// The token of a section's object type.
pub fn token(path: &str) -> String {
    format!("{MODULE}:{}", pascal_case(path))
}

fn enum_token(path: &str) -> String {
    format!("{MODULE}:{}", pascal_case(path))
}

fn element_name(path: &str) -> String {
    let name = pascal_case(path);
    name.strip_suffix('s').map(str::to_owned).unwrap_or(name)
}

fn element_token(path: &str) -> String {
    format!("{MODULE}:{}", element_name(path))
}

/// The doc with what the table knows beside it: default, bounds and form where the doc leaves them out, effect of a
/// change.
pub fn description(field: &Field) -> String {
    let mut text = field.doc.to_owned();
    if field.required && field.path.contains('.') {
        text.push_str(" Required for a new cluster of the bundled template.");
    }
    if let Some(default) = field.default {
        text.push_str(&format!(" Default: `{}`.", default.trim_matches('"')));
    }
    for rule in field.constraints.iter().filter_map(|constraint| rule(field, constraint)) {
        text.push(' ');
        text.push_str(&rule);
    }
    text.push(' ');
    text.push_str(effect(field.effect));
    text
}

/// A constraint as a sentence; `None` where the doc or the shape says it already.
fn rule(field: &Field, constraint: &Constraint) -> Option<String> {
    let said = |number: i64| field.doc.contains(&number.to_string());
    match constraint {
        Constraint::Range(least, most) if !said(*most) => Some(format!("From {least} to {most}.")),
        Constraint::Form(Format::OneOf(_)) => None,
        Constraint::Form(format) => {
            let form = format.describe();
            let repeated = form.split('`').nth(1).is_some_and(|example| field.doc.contains(&format!("`{example}`")));
            (!repeated).then(|| format!("{} {form}.", if is_many(field.kind) { "Each is" } else { "Written as" }))
        }
        _ => None,
    }
}

fn is_many(kind: Kind) -> bool {
    matches!(kind, Kind::List | Kind::Set)
}

/// What a change does, in a sentence.
pub fn effect(effect: Effect) -> &'static str {
    match effect {
        Effect::Replace => "A change replaces the cluster.",
        Effect::InPlace => "A change replaces no node.",
        Effect::Roll([Role::Worker]) => "A change rolls the workers.",
        Effect::Roll([Role::Coordinator]) => "A change rolls the coordinators.",
        Effect::Roll([Role::Metastore]) => "A change replaces the metastore node.",
        Effect::Roll([Role::Superset]) => "A change replaces the Superset node.",
        Effect::Roll(_) => "A change rolls coordinators and workers.",
        Effect::Restart => "A change stops and starts the whole cluster.",
        Effect::Operational => "A change by itself touches nothing at AWS.",
        Effect::AsPreviewed => "The preview says what a change does.",
    }
}
