//! A CloudFormation template as text and as a tree: JSON, YAML with short tags, and the checks that need nothing
//! but the text. It knows no parameters' values and no resources' state.

use super::error::ApiError;
use serde_json::{Map, Value, json};
use serde_yaml_ng::Value as Yaml;
use std::collections::{BTreeMap, BTreeSet};

/// Largest inline body, bytes.
pub const MAX_BODY: usize = 51_200;
/// Largest body read from S3, bytes.
pub const MAX_BODY_S3: usize = 1_048_576;

/// A template that passed the checks of its text.
#[derive(Clone, Debug, Default)]
pub struct Template {
    /// The text as it was given.
    pub body: String,
    /// The tree, short tags written out as `Fn::…`.
    pub tree: Value,
}

static NOTHING: std::sync::LazyLock<Map<String, Value>> = std::sync::LazyLock::new(Map::new);

impl Template {
    /// Reads a body. Errors are those of the API.
    pub fn parse(body: &str) -> Result<Self, ApiError> {
        let tree = if body.trim_start().starts_with('{') {
            serde_json::from_str(body).map_err(|e| {
                ApiError::validation(format!(
                    "Template format error: JSON not well-formed. (line {}, column {})",
                    e.line(),
                    e.column()
                ))
            })?
        } else {
            let yaml: Yaml = serde_yaml_ng::from_str(body)
                .map_err(|_| ApiError::validation("Template format error: YAML not well-formed."))?;
            from_yaml(yaml)
        };
        let template = Self { body: body.to_owned(), tree };
        template.check()?;
        Ok(template)
    }

    /// A section of the template, empty when absent.
    #[must_use]
    pub fn section(&self, name: &str) -> &Map<String, Value> {
        self.tree.get(name).and_then(Value::as_object).unwrap_or(&NOTHING)
    }

    /// A resource's definition, or null.
    #[must_use]
    pub fn resource(&self, logical: &str) -> &Value {
        self.section("Resources").get(logical).unwrap_or(&Value::Null)
    }

    /// A resource's type.
    #[must_use]
    pub fn resource_type(&self, logical: &str) -> &str {
        self.resource(logical).get("Type").and_then(Value::as_str).unwrap_or_default()
    }

    /// The description, empty when absent.
    #[must_use]
    pub fn description(&self) -> &str {
        self.tree.get("Description").and_then(Value::as_str).unwrap_or_default()
    }

    /// The capability that the template needs, with the reason, or none.
    #[must_use]
    pub fn capabilities(&self) -> Option<(&'static str, String)> {
        const NAMES: [(&str, &str); 6] = [
            ("AWS::IAM::Role", "RoleName"),
            ("AWS::IAM::InstanceProfile", "InstanceProfileName"),
            ("AWS::IAM::Policy", ""),
            ("AWS::IAM::ManagedPolicy", "ManagedPolicyName"),
            ("AWS::IAM::User", "UserName"),
            ("AWS::IAM::Group", "GroupName"),
        ];
        let mut found = BTreeSet::new();
        let mut named = false;
        for definition in self.section("Resources").values() {
            let kind = definition.get("Type").and_then(Value::as_str).unwrap_or_default();
            if let Some((_, name)) = NAMES.iter().find(|(t, _)| *t == kind) {
                found.insert(kind.to_owned());
                named |= definition.get("Properties").is_some_and(|p| p.get(*name).is_some());
            }
        }
        if found.is_empty() {
            return None;
        }
        let kinds: Vec<_> = found.into_iter().collect();
        let reason = format!("The following resource(s) require capabilities: [{}]", kinds.join(", "));
        Some((if named { "CAPABILITY_NAMED_IAM" } else { "CAPABILITY_IAM" }, reason))
    }

    /// For each resource the other resources that its definition names (`Ref`, `GetAtt`, `Sub`, `DependsOn`).
    #[must_use]
    pub fn dependencies(&self) -> BTreeMap<String, BTreeSet<String>> {
        let resources = self.section("Resources");
        resources
            .iter()
            .map(|(id, definition)| {
                let mut names = BTreeSet::new();
                references(definition, &mut names);
                match definition.get("DependsOn") {
                    Some(Value::String(one)) => drop(names.insert(one.clone())),
                    Some(Value::Array(many)) => {
                        names.extend(many.iter().filter_map(Value::as_str).map(str::to_owned));
                    }
                    _ => {}
                }
                names.retain(|n| n != id && resources.contains_key(n));
                (id.clone(), names)
            })
            .collect()
    }

    fn check(&self) -> Result<(), ApiError> {
        let fail = |text: String| Err(ApiError::validation(format!("Template format error: {text}")));
        if !self.tree.is_object() {
            return fail("unsupported structure.".into());
        }
        let resources = self.section("Resources");
        if resources.is_empty() {
            return fail("At least one Resources member must be defined.".into());
        }
        for (section, most) in [("Parameters", 200), ("Outputs", 200), ("Mappings", 200), ("Resources", 500)] {
            let count = self.section(section).len();
            if count > most {
                return fail(format!("Number of {section}, {count}, is greater than maximum allowed, {most}"));
            }
        }
        if self.description().len() > 1024 {
            return fail("'Description' length is greater than 1024.".into());
        }
        for (id, definition) in resources {
            if id.is_empty() || !id.chars().all(|c| c.is_ascii_alphanumeric()) {
                return fail(format!("Resource name {id} is non alphanumeric."));
            }
            if definition.get("Type").and_then(Value::as_str).is_none() {
                return fail(format!("[/Resources/{id}] Every Resources object must contain a Type member."));
            }
        }
        self.check_types()?;
        self.check_references()?;
        self.check_cycles()
    }

    fn check_types(&self) -> Result<(), ApiError> {
        let unknown: BTreeSet<&str> = self
            .section("Resources")
            .values()
            .filter_map(|d| d.get("Type").and_then(Value::as_str))
            .filter(|t| super::resources::known(t).is_none())
            .collect();
        if unknown.is_empty() {
            return Ok(());
        }
        let list: Vec<_> = unknown.into_iter().collect();
        Err(ApiError::validation(format!("Template format error: Unrecognized resource types: [{}]", list.join(", "))))
    }

    fn check_references(&self) -> Result<(), ApiError> {
        let known = |name: &str| {
            name.starts_with("AWS::")
                || self.section("Resources").contains_key(name)
                || self.section("Parameters").contains_key(name)
        };
        for (section, kind) in [("Resources", "Resources"), ("Outputs", "Outputs")] {
            let mut names = BTreeSet::new();
            for definition in self.section(section).values() {
                references(definition, &mut names);
                if let Some(depends) = definition.get("DependsOn") {
                    match depends {
                        Value::String(one) => drop(names.insert(one.clone())),
                        Value::Array(many) => {
                            names.extend(many.iter().filter_map(Value::as_str).map(str::to_owned));
                        }
                        _ => {}
                    }
                }
            }
            let missing: Vec<_> = names.iter().filter(|n| !known(n)).cloned().collect();
            if !missing.is_empty() {
                return Err(ApiError::validation(format!(
                    "Template format error: Unresolved resource dependencies [{}] in the {kind} block of the template",
                    missing.join(", ")
                )));
            }
        }
        Ok(())
    }

    fn check_cycles(&self) -> Result<(), ApiError> {
        let mut left = self.dependencies();
        loop {
            let free: Vec<String> = left.iter().filter(|(_, deps)| deps.is_empty()).map(|(id, _)| id.clone()).collect();
            if free.is_empty() {
                break;
            }
            for id in &free {
                left.remove(id);
            }
            for deps in left.values_mut() {
                deps.retain(|d| !free.contains(d));
            }
        }
        if left.is_empty() {
            return Ok(());
        }
        let ids: Vec<_> = left.into_keys().collect();
        Err(ApiError::validation(format!("Circular dependency between resources: [{}]", ids.join(", "))))
    }
}

/// Collects the names that a tree refers to by `Ref`, `Fn::GetAtt` and `Fn::Sub`.
pub fn references(tree: &Value, names: &mut BTreeSet<String>) {
    match tree {
        Value::Array(items) => items.iter().for_each(|item| references(item, names)),
        Value::Object(map) => {
            if map.len() == 1 {
                match map.iter().next() {
                    Some((key, Value::String(name))) if key == "Ref" => {
                        names.insert(name.clone());
                        return;
                    }
                    Some((key, Value::Array(parts))) if key == "Fn::GetAtt" => {
                        names.extend(parts.first().and_then(Value::as_str).map(str::to_owned));
                        return;
                    }
                    Some((key, Value::String(text))) if key == "Fn::GetAtt" => {
                        names.extend(text.split('.').next().map(str::to_owned));
                        return;
                    }
                    Some((key, argument)) if key == "Fn::Sub" => {
                        sub_references(argument, names);
                        return;
                    }
                    _ => {}
                }
            }
            for (key, value) in map {
                if key != "DependsOn" && key != "Condition" {
                    references(value, names);
                }
            }
        }
        _ => {}
    }
}

fn sub_references(argument: &Value, names: &mut BTreeSet<String>) {
    let (text, own) = match argument {
        Value::Array(parts) => {
            (parts.first().and_then(Value::as_str).unwrap_or_default(), parts.get(1).and_then(Value::as_object))
        }
        other => (other.as_str().unwrap_or_default(), None),
    };
    for name in placeholders(text) {
        let name = name.split('.').next().unwrap_or_default();
        if !own.is_some_and(|o| o.contains_key(name)) {
            names.insert(name.to_owned());
        }
    }
    if let Some(own) = own {
        own.values().for_each(|v| references(v, names));
    }
}

/// The names in `${…}` of a `Fn::Sub` text, without the literal `${!…}`.
pub fn placeholders(text: &str) -> impl Iterator<Item = &str> {
    text.split("${")
        .skip(1)
        .filter_map(|rest| rest.split_once('}').map(|(name, _)| name.trim()))
        .filter(|name| !name.starts_with('!'))
}

fn from_yaml(value: Yaml) -> Value {
    match value {
        Yaml::Null => Value::Null,
        Yaml::Bool(b) => Value::Bool(b),
        Yaml::Number(n) => serde_json::to_value(n).unwrap_or(Value::Null),
        Yaml::String(s) => Value::String(s),
        Yaml::Sequence(items) => Value::Array(items.into_iter().map(from_yaml).collect()),
        Yaml::Mapping(map) => Value::Object(
            map.into_iter()
                .map(|(k, v)| {
                    let key = match k {
                        Yaml::String(s) => s,
                        other => from_yaml(other).to_string(),
                    };
                    (key, from_yaml(v))
                })
                .collect(),
        ),
        Yaml::Tagged(tagged) => {
            let tag = tagged.tag.to_string();
            let tag = tag.trim_start_matches('!');
            let inner = from_yaml(tagged.value);
            match (tag, inner) {
                ("Ref" | "Condition", inner) => json!({ tag: inner }),
                ("GetAtt", Value::String(text)) => {
                    let (id, attribute) = text.split_once('.').unwrap_or((&text, ""));
                    json!({ "Fn::GetAtt": [id, attribute] })
                }
                (_, inner) => json!({ format!("Fn::{tag}"): inner }),
            }
        }
    }
}
