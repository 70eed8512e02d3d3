//! Evaluates intrinsic functions over values that a scope supplies. It knows no stack and no AWS object.

use super::template::Template;
use base64::Engine as _;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// The text that stands for a value that only the execution will know, as change sets print it.
pub const UNKNOWN: &str = "{{changeSet:KNOWN_AFTER_APPLY}}";
const NO_VALUE: &str = "\u{0}AWS::NoValue";

/// Answers `Ref` (no attribute) and `GetAtt` of a resource.
pub type Lookup<'a> = &'a dyn Fn(&str, Option<&str>) -> Result<Value, String>;

/// What expressions may refer to.
pub struct Scope<'a> {
    /// The template: mappings and condition definitions.
    pub template: &'a Template,
    /// Values of parameters and pseudo parameters.
    pub parameters: &'a BTreeMap<String, Value>,
    /// Exports of the region.
    pub exports: &'a BTreeMap<String, Value>,
    /// Zones of the region.
    pub zones: &'a [String],
    /// `Ref` (no attribute) or `GetAtt` of a resource.
    pub resource: Lookup<'a>,
    /// The value of a dynamic reference `{{resolve:…}}`, given its inner text.
    pub dynamic: &'a dyn Fn(&str) -> Result<String, String>,
}

impl Scope<'_> {
    /// The value of an expression; `AWS::NoValue` members vanish.
    pub fn eval(&self, tree: &Value) -> Result<Value, String> {
        match tree {
            Value::String(text) if text.contains("{{resolve:") => Ok(Value::String(self.resolve(text)?)),
            Value::Array(items) => {
                let mut out = Vec::with_capacity(items.len());
                for item in items {
                    let value = self.eval(item)?;
                    if value != NO_VALUE {
                        out.push(value);
                    }
                }
                Ok(Value::Array(out))
            }
            Value::Object(map) => {
                if map.len() == 1
                    && let Some((name, argument)) = map.iter().next()
                    && (name == "Ref" || name.starts_with("Fn::"))
                {
                    return self.function(name, argument);
                }
                let mut out = Map::new();
                for (key, item) in map {
                    let value = self.eval(item)?;
                    if value != NO_VALUE {
                        out.insert(key.clone(), value);
                    }
                }
                Ok(Value::Object(out))
            }
            other => Ok(other.clone()),
        }
    }

    /// Whether a named condition holds.
    pub fn condition(&self, name: &str) -> Result<bool, String> {
        let definition = self
            .template
            .section("Conditions")
            .get(name)
            .ok_or_else(|| format!("Template error: unresolved condition dependency {name} in Fn::If"))?;
        self.truth(definition)
    }

    fn truth(&self, tree: &Value) -> Result<bool, String> {
        let Some((name, argument)) = tree.as_object().and_then(|m| m.iter().next()) else {
            return Ok(text(&self.eval(tree)?) == "true");
        };
        let list = argument.as_array().map(Vec::as_slice).unwrap_or_default();
        match name.as_str() {
            "Condition" => self.condition(argument.as_str().unwrap_or_default()),
            "Fn::Not" => Ok(!self.truth(list.first().unwrap_or(&Value::Null))?),
            "Fn::And" => list.iter().try_fold(true, |all, c| Ok(all && self.truth(c)?)),
            "Fn::Or" => list.iter().try_fold(false, |any, c| Ok(any || self.truth(c)?)),
            "Fn::Equals" => {
                let [a, b] = list else {
                    return Err("Template error: Fn::Equals requires two parameters".into());
                };
                Ok(text(&self.eval(a)?) == text(&self.eval(b)?))
            }
            _ => Ok(text(&self.eval(tree)?) == "true"),
        }
    }

    fn function(&self, name: &str, argument: &Value) -> Result<Value, String> {
        match name {
            "Ref" => self.reference(argument.as_str().unwrap_or_default()),
            "Fn::GetAtt" => self.attribute(argument),
            "Fn::Sub" => self.sub(argument),
            "Fn::If" => {
                let [condition, yes, no] = argument.as_array().map(Vec::as_slice).unwrap_or_default() else {
                    return Err("Template error: Fn::If requires three parameters".into());
                };
                let holds = self.condition(condition.as_str().unwrap_or_default())?;
                self.eval(if holds { yes } else { no })
            }
            "Fn::And" | "Fn::Or" | "Fn::Not" | "Fn::Equals" => Ok(Value::Bool(self.truth(&json!({ name: argument }))?)),
            "Fn::GetAZs" => Ok(json!(self.zones)),
            "Fn::Base64" => {
                let plain = text(&self.eval(argument)?);
                Ok(Value::String(base64::engine::general_purpose::STANDARD.encode(plain)))
            }
            "Fn::ImportValue" => {
                let key = text(&self.eval(argument)?);
                self.exports.get(&key).cloned().ok_or_else(|| format!("No export named {key} found."))
            }
            "Fn::Join" | "Fn::Select" | "Fn::Split" | "Fn::FindInMap" | "Fn::Cidr" => {
                let Value::Array(arguments) = self.eval(argument)? else {
                    return Err(format!("Template error: {name} requires a list argument"));
                };
                self.over_list(name, &arguments)
            }
            "Fn::Length" => Ok(json!(self.eval(argument)?.as_array().map_or(0, Vec::len))),
            "Fn::ToJsonString" => Ok(Value::String(self.eval(argument)?.to_string())),
            other => Err(format!("Template error: unsupported function {other}")),
        }
    }

    fn over_list(&self, name: &str, arguments: &[Value]) -> Result<Value, String> {
        let wrong = || {
            match name {
            "Fn::Select" => "Template error: every Fn::Select object requires two non-null parameters, the first is an integer index and the second a list".to_owned(),
            "Fn::Join" => "Template error: every Fn::Join object requires two parameters, (1) a string delimiter and (2) a list of strings to be joined".to_owned(),
            _ => format!("Template error: every {name} object requires other parameters"),
        }
        };
        match (name, arguments) {
            ("Fn::Join", [delimiter, Value::Array(items)]) => {
                let parts: Vec<String> = items.iter().map(text).collect();
                Ok(Value::String(parts.join(&text(delimiter))))
            }
            ("Fn::Join" | "Fn::Select" | "Fn::Split", [_, Value::String(s)]) if s.contains(UNKNOWN) => {
                Ok(Value::String(UNKNOWN.into()))
            }
            ("Fn::Select", [index, Value::Array(items)]) => {
                let index: usize = text(index).parse().map_err(|_| wrong())?;
                items.get(index).cloned().ok_or_else(|| {
                    format!("Template error: Fn::Select cannot select nonexistent value at index {index}")
                })
            }
            ("Fn::Split", [delimiter, source]) => {
                let source = text(source);
                Ok(json!(source.split(&text(delimiter)).collect::<Vec<_>>()))
            }
            ("Fn::FindInMap", [map, first, second, ..]) => self
                .template
                .section("Mappings")
                .get(&text(map))
                .and_then(|m| m.get(text(first)))
                .and_then(|m| m.get(text(second)))
                .or_else(|| arguments.get(3).and_then(|d| d.get("DefaultValue")))
                .cloned()
                .ok_or_else(|| {
                    format!(
                        "Template error: Unable to get mapping for {}::{}::{}",
                        text(map),
                        text(first),
                        text(second)
                    )
                }),
            ("Fn::Cidr", [block, count, ..]) => {
                let bits = arguments.get(2).map_or(8, |b| text(b).parse().unwrap_or(8));
                let network: ipnet::Ipv4Net = text(block).parse().map_err(|_| wrong())?;
                let count: usize = text(count).parse().map_err(|_| wrong())?;
                let subnets = network.subnets(32 - bits).map_err(|_| wrong())?;
                Ok(json!(subnets.take(count).map(|n| n.to_string()).collect::<Vec<_>>()))
            }
            _ => Err(wrong()),
        }
    }

    fn reference(&self, name: &str) -> Result<Value, String> {
        if name == "AWS::NoValue" {
            return Ok(Value::String(NO_VALUE.into()));
        }
        if let Some(value) = self.parameters.get(name) {
            return Ok(value.clone());
        }
        (self.resource)(name, None)
    }

    fn attribute(&self, argument: &Value) -> Result<Value, String> {
        match argument {
            Value::Array(parts) => {
                let id = parts.first().map(text).unwrap_or_default();
                let attribute = parts.get(1).map(|a| self.eval(a)).transpose()?.map(|a| text(&a)).unwrap_or_default();
                (self.resource)(&id, Some(&attribute))
            }
            other => {
                let path = text(other);
                let (id, attribute) = path.split_once('.').unwrap_or((&path, ""));
                (self.resource)(id, Some(attribute))
            }
        }
    }

    fn sub(&self, argument: &Value) -> Result<Value, String> {
        let (template, own) = match argument {
            Value::Array(parts) => {
                (parts.first().and_then(Value::as_str).unwrap_or_default(), parts.get(1).and_then(Value::as_object))
            }
            other => (other.as_str().unwrap_or_default(), None),
        };
        let mut out = String::new();
        let mut rest = template;
        while let Some((before, after)) = rest.split_once("${") {
            out.push_str(before);
            let Some((name, tail)) = after.split_once('}') else {
                out.push_str("${");
                rest = after;
                continue;
            };
            let name = name.trim();
            if let Some(literal) = name.strip_prefix('!') {
                out.push_str(&format!("${{{literal}}}"));
            } else if let Some(value) = own.and_then(|o| o.get(name)) {
                out.push_str(&text(&self.eval(value)?));
            } else if name.contains('.') {
                out.push_str(&text(&self.attribute(&Value::String(name.to_owned()))?));
            } else {
                out.push_str(&text(&self.reference(name)?));
            }
            rest = tail;
        }
        out.push_str(rest);
        if out.contains("{{resolve:") {
            out = self.resolve(&out)?;
        }
        Ok(Value::String(out))
    }

    fn resolve(&self, source: &str) -> Result<String, String> {
        let mut out = String::new();
        let mut rest = source;
        while let Some((before, after)) = rest.split_once("{{resolve:") {
            out.push_str(before);
            let Some((inner, tail)) = after.split_once("}}") else {
                return Ok(source.to_owned());
            };
            out.push_str(&(self.dynamic)(inner)?);
            rest = tail;
        }
        out.push_str(rest);
        Ok(out)
    }
}

/// A scalar as CloudFormation writes it into a string; lists are joined by commas.
#[must_use]
pub fn text(value: &Value) -> String {
    match value {
        Value::String(s) => s.clone(),
        Value::Null => String::new(),
        Value::Array(items) => items.iter().map(text).collect::<Vec<_>>().join(","),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn eval(tree: &Value) -> Result<Value, String> {
        let template = Template {
            body: String::new(),
            tree: json!({
                "Mappings": {"M": {"a": {"b": "found"}}},
                "Conditions": {
                    "Yes": {"Fn::Equals": [{"Ref": "P"}, "x"]},
                    "No": {"Fn::Not": [{"Condition": "Yes"}]},
                    "Both": {"Fn::And": [{"Condition": "Yes"}, {"Fn::Or": [{"Condition": "No"}, {"Condition": "Yes"}]}]}
                }
            }),
        };
        let parameters = BTreeMap::from([("P".to_owned(), json!("x")), ("L".to_owned(), json!(["a", "b"]))]);
        Scope {
            template: &template,
            parameters: &parameters,
            exports: &BTreeMap::from([("e".to_owned(), json!("exported"))]),
            zones: &["us-east-1a".to_owned()],
            resource: &|id, attribute| Ok(json!(format!("{id}/{}", attribute.unwrap_or("id")))),
            dynamic: &|inner| Ok(format!("<{inner}>")),
        }
        .eval(tree)
    }

    #[test]
    fn functions_give_what_the_user_guide_says() {
        let cases = [
            (json!({"Ref": "P"}), json!("x")),
            (json!({"Ref": "R"}), json!("R/id")),
            (json!({"Fn::GetAtt": ["R", "A.B"]}), json!("R/A.B")),
            (json!({"Fn::Sub": "${P}-${R.Arn}-${!kept}-${R}"}), json!("x-R/Arn-${kept}-R/id")),
            (json!({"Fn::Sub": ["${V}", {"V": {"Ref": "P"}}]}), json!("x")),
            (json!({"Fn::Join": ["-", {"Ref": "L"}]}), json!("a-b")),
            (json!({"Fn::Select": ["1", {"Fn::Split": [",", "a,b"]}]}), json!("b")),
            (json!({"Fn::FindInMap": ["M", "a", "b"]}), json!("found")),
            (json!({"Fn::Base64": "hi"}), json!("aGk=")),
            (json!({"Fn::ImportValue": "e"}), json!("exported")),
            (json!({"Fn::Cidr": ["10.0.0.0/24", 2, 5]}), json!(["10.0.0.0/27", "10.0.0.32/27"])),
            (json!({"Fn::GetAZs": ""}), json!(["us-east-1a"])),
            (json!({"Fn::If": ["Both", "y", "n"]}), json!("y")),
            (json!({"Fn::If": ["No", "y", "n"]}), json!("n")),
            (json!([{"Fn::If": ["Yes", {"Ref": "AWS::NoValue"}, "n"]}, 1]), json!([1])),
            (json!("{{resolve:secretsmanager:s}}"), json!("<secretsmanager:s>")),
        ];
        for (tree, expected) in cases {
            assert_eq!(eval(&tree), Ok(expected), "{tree}");
        }
    }

    #[test]
    fn impossible_selections_are_errors() {
        assert!(eval(&json!({"Fn::Select": [5, ["a"]]})).is_err());
        assert!(eval(&json!({"Fn::FindInMap": ["M", "a", "zz"]})).is_err());
        assert!(eval(&json!({"Fn::ImportValue": "none"})).is_err());
    }
}
