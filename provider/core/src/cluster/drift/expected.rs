//! What the bundled template says under a stack's parameters: the properties of a resource with every expression
//! resolved as far as the parameters go, and the parameter behind a property. Knows no call, and no input.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};
use starburst_schema::Field;

use crate::ports::{ParameterValue, Stack, StackRequest};
use crate::template;

/// The template over the parameters of one stack.
pub struct Expected<'a> {
    tree: Json,
    stack: &'a Stack,
    region: &'a str,
}

/// What decides a property.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Behind {
    /// The value of this parameter and nothing else.
    Parameter(String),
    /// These parameters, in a way that cannot be turned round.
    Several(Vec<String>),
    /// The template alone.
    Nothing,
}

impl<'a> Expected<'a> {
    /// Over the parameters that AWS gave for a stack.
    #[must_use]
    pub fn new(stack: &'a Stack, region: &'a str) -> Self {
        Self { tree: serde_json::from_str(template::JSON).unwrap_or_default(), stack, region }
    }

    /// Logical ids and types of the resources that the stack has. Conditions on NoEcho parameters hold always: their
    /// values are hidden.
    #[must_use]
    pub fn resources(&self) -> BTreeMap<String, String> {
        let all = self.tree["Resources"].as_object().into_iter().flatten();
        let there = all.filter(|(_, resource)| resource["Condition"].as_str().is_none_or(|name| self.condition(name)));
        there.map(|(id, resource)| (id.clone(), text(&resource["Type"]))).collect()
    }

    /// How many resources a new stack of the bundled template has that is made by this request.
    #[must_use]
    pub fn count(request: &StackRequest, region: &str) -> usize {
        let tree: Json = serde_json::from_str(template::JSON).unwrap_or_default();
        let declared = tree["Parameters"].as_object().into_iter().flatten();
        let mut parameters: BTreeMap<String, String> =
            declared.map(|(name, row)| (name.clone(), text(&row["Default"]))).collect();
        parameters.extend(request.parameters.iter().filter_map(|(name, value)| match value {
            ParameterValue::Text(text) | ParameterValue::Secret(text) => Some((name.clone(), text.clone())),
            ParameterValue::Previous => None,
        }));
        let stack = Stack { parameters, ..Stack::default() };
        Expected { tree, stack: &stack, region }.resources().len()
    }

    /// The resolved properties of a resource. A reference to another resource reads `${LogicalId}` or
    /// `${LogicalId.Attribute}`: only AWS knows it.
    #[must_use]
    pub fn properties(&self, logical_id: &str) -> Json {
        self.resolve(&self.tree["Resources"][logical_id]["Properties"])
    }

    /// What decides a property of a resource, by its JSON pointer.
    #[must_use]
    pub fn behind(&self, logical_id: &str, pointer: &str) -> Behind {
        let mut node = self.tree["Resources"][logical_id]["Properties"].clone();
        for part in pointer.trim_start_matches('/').split('/') {
            node = self.chosen(node);
            node = match &node {
                Json::Array(items) => {
                    let kept: Vec<Json> = items.iter().cloned().map(|item| self.chosen(item)).collect();
                    let mut kept = kept.into_iter().filter(|item| !is_no_value(item));
                    part.parse().ok().and_then(|at| kept.nth(at)).unwrap_or_default()
                }
                // An expression that makes the whole: what it names decides.
                Json::Object(map) if map.keys().any(|key| key == "Ref" || key.starts_with("Fn::")) => break,
                Json::Object(map) => map.get(part).cloned().unwrap_or_default(),
                _ => break,
            };
        }
        self.decided_by(&node)
    }

    fn decided_by(&self, node: &Json) -> Behind {
        if let Some(name) = self.parameter(node) {
            return Behind::Parameter(name);
        }
        // Where the other branch of a choice is a parameter, that input decides too: it is absent now.
        if let Some(branches) = node.get("Fn::If").and_then(Json::as_array) {
            let named: Vec<String> = branches.iter().skip(1).filter_map(|branch| self.parameter(branch)).collect();
            if let [only] = named.as_slice() {
                return Behind::Parameter(only.clone());
            }
        }
        let mut names = Vec::new();
        self.collect(node, &mut names);
        if names.is_empty() { Behind::Nothing } else { Behind::Several(names) }
    }

    /// The parameter whose emptiness, or whose `yes`, makes the stack have a resource.
    #[must_use]
    pub fn switch(&self, logical_id: &str) -> Option<String> {
        let name = self.tree["Resources"][logical_id]["Condition"].as_str()?;
        let condition = &self.tree["Conditions"][name];
        let equals = condition.get("Fn::Equals").or_else(|| condition.pointer("/Fn::Not/0/Fn::Equals"))?;
        self.parameter(&equals[0])
    }

    /// Path and text of the parameter that carries a field, as the stack was deployed.
    #[must_use]
    pub fn deployed(&self, field: &'static Field) -> Option<(&'static str, &str)> {
        Some((field.path, self.stack.parameters.get(field.parameter?.name)?.as_str()))
    }

    /// The type of a resource.
    #[must_use]
    pub fn kind(&self, logical_id: &str) -> String {
        text(&self.tree["Resources"][logical_id]["Type"])
    }

    fn parameter(&self, node: &Json) -> Option<String> {
        let name = node.get("Ref")?.as_str()?;
        self.tree["Parameters"].get(name).map(|_| name.to_owned())
    }

    /// Names of all parameters below an expression, in order.
    fn collect(&self, node: &Json, names: &mut Vec<String>) {
        if let Some(name) = self.parameter(node) {
            if !names.contains(&name) {
                names.push(name);
            }
            return;
        }
        match node {
            Json::Array(items) => items.iter().for_each(|item| self.collect(item, names)),
            Json::Object(map) => {
                let written =
                    map.get("Fn::Sub").map(|sub| sub.as_str().unwrap_or_else(|| sub[0].as_str().unwrap_or("")));
                for name in written.into_iter().flat_map(|text| text.split("${").skip(1)) {
                    let name = name.split('}').next().unwrap_or_default();
                    self.collect(&json!({ "Ref": name }), names);
                }
                map.values().for_each(|value| self.collect(value, names));
            }
            _ => {}
        }
    }

    /// The branch that a choice takes; anything else as it is.
    fn chosen(&self, node: Json) -> Json {
        let Some(branches) = node.get("Fn::If").and_then(Json::as_array) else { return node };
        let holds = branches.first().and_then(Json::as_str).is_some_and(|name| self.condition(name));
        let taken = branches.get(if holds { 1 } else { 2 }).cloned().unwrap_or_default();
        self.chosen(taken)
    }

    fn condition(&self, name: &str) -> bool {
        self.holds(&self.tree["Conditions"][name])
    }

    fn holds(&self, node: &Json) -> bool {
        if let Some(name) = node.get("Condition").and_then(Json::as_str) {
            return self.condition(name);
        }
        let parts = |name: &str| node.get(name).and_then(Json::as_array);
        if let Some(both) = parts("Fn::Equals") {
            return both.len() == 2 && text(&self.resolve(&both[0])) == text(&self.resolve(&both[1]));
        }
        if let Some(not) = parts("Fn::Not") {
            return !not.iter().all(|part| self.holds(part));
        }
        if let Some(any) = parts("Fn::Or") {
            return any.iter().any(|part| self.holds(part));
        }
        parts("Fn::And").is_some_and(|all| all.iter().all(|part| self.holds(part)))
    }

    fn resolve(&self, node: &Json) -> Json {
        match node {
            Json::Array(items) => {
                Json::Array(items.iter().map(|item| self.resolve(item)).filter(|item| !item.is_null()).collect())
            }
            Json::Object(map) if map.len() == 1 => match map.iter().next() {
                Some((name, argument)) if name == "Ref" || name.starts_with("Fn::") => self.call(name, argument),
                _ => self.members(map),
            },
            Json::Object(map) => self.members(map),
            other => other.clone(),
        }
    }

    fn members(&self, map: &serde_json::Map<String, Json>) -> Json {
        let resolved = map.iter().map(|(key, value)| (key.clone(), self.resolve(value)));
        Json::Object(resolved.filter(|(_, value)| !value.is_null()).collect())
    }

    fn call(&self, function: &str, argument: &Json) -> Json {
        match function {
            "Ref" => self.reference(argument.as_str().unwrap_or_default()),
            "Fn::If" => self.resolve(&self.chosen(json!({ "Fn::If": argument }))),
            "Fn::GetAtt" => json!(format!("${{{}.{}}}", text(&argument[0]), text(&argument[1]))),
            "Fn::Select" => {
                let list = self.resolve(&argument[1]);
                let at = text(&argument[0]).parse().unwrap_or(usize::MAX);
                list.get(at).cloned().unwrap_or_default()
            }
            "Fn::Join" => {
                let list = self.resolve(&argument[1]);
                let parts: Vec<String> = list.as_array().into_iter().flatten().map(text).collect();
                json!(parts.join(argument[0].as_str().unwrap_or_default()))
            }
            "Fn::Split" => {
                let whole = text(&self.resolve(&argument[1]));
                json!(whole.split(argument[0].as_str().unwrap_or(",")).collect::<Vec<_>>())
            }
            "Fn::Sub" => json!(self.substitute(argument)),
            _ => json!(format!("${{{function}}}")),
        }
    }

    fn reference(&self, name: &str) -> Json {
        match name {
            "AWS::NoValue" => Json::Null,
            "AWS::StackName" => json!(self.stack.name),
            "AWS::StackId" => json!(self.stack.id),
            "AWS::Region" => json!(self.region),
            _ => match self.tree["Parameters"].get(name) {
                Some(parameter) => {
                    let live = self.stack.parameters.get(name).cloned();
                    let value = live.unwrap_or_else(|| text(&parameter["Default"]));
                    let is_list = parameter["Type"].as_str().is_some_and(|kind| kind.contains("List"));
                    if is_list { json!(value.split(',').map(str::trim).collect::<Vec<_>>()) } else { json!(value) }
                }
                None => json!(format!("${{{name}}}")),
            },
        }
    }

    fn substitute(&self, argument: &Json) -> String {
        let written = argument.as_str().or_else(|| argument[0].as_str()).unwrap_or_default();
        let mut parts = written.split("${");
        let mut out = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let (name, rest) = part.split_once('}').unwrap_or((part, ""));
            let own = argument.get(1).and_then(|own| own.get(name));
            out.push_str(&text(&own.map_or_else(|| self.reference(name), |own| self.resolve(own))));
            out.push_str(rest);
        }
        out
    }
}

fn is_no_value(node: &Json) -> bool {
    node.get("Ref").and_then(Json::as_str) == Some("AWS::NoValue")
}

/// A scalar as CloudFormation writes it.
#[must_use]
pub fn text(value: &Json) -> String {
    match value {
        Json::String(text) => text.clone(),
        Json::Null => String::new(),
        other => other.to_string(),
    }
}
