//! Parameters of a template against the values of a call: defaults, previous values, constraints, typed values.
//! The texts are CloudFormation's own.

use super::error::ApiError;
use super::intrinsics::text;
use super::state::Region;
use super::template::Template;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// A parameter's value in a stack.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter {
    /// As given or defaulted: always text.
    pub given: String,
    /// As `Ref` answers it: text, list, or what an SSM parameter resolves to.
    pub value: Value,
    /// The resolved text of an SSM-typed parameter.
    pub resolved: Option<String>,
    /// Whether reads mask it.
    pub no_echo: bool,
}

/// Largest value of a parameter, bytes.
const MAX_VALUE: usize = 4096;

/// The values of all parameters of `template` for a call, or the synchronous refusal.
pub fn resolve(
    template: &Template,
    given: &Value,
    previous: Option<&BTreeMap<String, Parameter>>,
    region: &Region,
) -> Result<BTreeMap<String, Parameter>, ApiError> {
    let declared = template.section("Parameters");
    let given = read_given(given, declared, previous)?;
    let mut values = BTreeMap::new();
    let mut missing = Vec::new();
    for (name, declaration) in declared {
        let value = match given.get(name) {
            Some(value) => Some(value.clone()),
            None => declaration.get("Default").map(text),
        };
        let Some(value) = value else {
            missing.push(name.clone());
            continue;
        };
        values.insert(name.clone(), check(name, &value, declaration, region)?);
    }
    if missing.is_empty() {
        Ok(values)
    } else {
        Err(ApiError::validation(format!("Parameters: [{}] must have values", missing.join(", "))))
    }
}

fn read_given(
    given: &Value,
    declared: &Map<String, Value>,
    previous: Option<&BTreeMap<String, Parameter>>,
) -> Result<BTreeMap<String, String>, ApiError> {
    let mut values = BTreeMap::new();
    let mut unknown = Vec::new();
    for entry in given.as_array().map(Vec::as_slice).unwrap_or_default() {
        let name = entry.get("ParameterKey").map(text).unwrap_or_default();
        let value = entry.get("ParameterValue").map(text);
        let keep = entry.get("UsePreviousValue").is_some_and(|v| text(v) == "true");
        if keep && value.is_some() {
            return Err(ApiError::validation(format!(
                "Invalid input for parameter key {name}. Cannot specify usePreviousValue as true and non empty value for a parameter"
            )));
        }
        if !declared.contains_key(&name) {
            unknown.push(name);
            continue;
        }
        if keep {
            let kept = previous.and_then(|p| p.get(&name)).ok_or_else(|| {
                ApiError::validation(format!(
                    "Invalid input for parameter key {name}. Cannot specify usePreviousValue as true for a parameter key not in the previous template"
                ))
            })?;
            values.insert(name, kept.given.clone());
        } else if let Some(value) = value {
            values.insert(name, value);
        } else {
            return Err(ApiError::validation(format!(
                "Invalid input for parameter key {name}. Either parameter value or usePreviousValue must be specified"
            )));
        }
    }
    if unknown.is_empty() {
        Ok(values)
    } else {
        Err(ApiError::validation(format!("Parameters: [{}] do not exist in the template", unknown.join(", "))))
    }
}

fn check(name: &str, value: &str, declaration: &Value, region: &Region) -> Result<Parameter, ApiError> {
    let kind = declaration.get("Type").and_then(Value::as_str).unwrap_or("String");
    let refuse = |default: String| {
        let text = match declaration.get("ConstraintDescription").and_then(Value::as_str) {
            Some(own) => format!("Parameter {name} failed to satisfy constraint: {own}"),
            None => default,
        };
        Err(ApiError::validation(text))
    };
    if value.len() > MAX_VALUE {
        return Err(ApiError::validation(format!(
            "1 validation error detected: Value '{name}' at 'parameters' failed to satisfy constraint: Member must have length less than or equal to {MAX_VALUE}"
        )));
    }
    let is_list = kind.starts_with("List<") || kind == "CommaDelimitedList";
    let items: Vec<&str> = if is_list && !value.is_empty() {
        value.split(',').map(str::trim).collect()
    } else if is_list {
        Vec::new()
    } else {
        vec![value]
    };
    if kind == "Number" || kind == "List<Number>" {
        for item in &items {
            let Ok(number) = item.parse::<f64>() else {
                return Err(ApiError::validation(format!("Parameter '{name}' must be a number.")));
            };
            if let Some(least) = declaration.get("MinValue").and_then(number_of)
                && number < least
            {
                return refuse(format!("Parameter '{name}' must be a number not less than {least}"));
            }
            if let Some(most) = declaration.get("MaxValue").and_then(number_of)
                && number > most
            {
                return refuse(format!("Parameter '{name}' must be a number not greater than {most}"));
            }
        }
    }
    if let Some(allowed) = declaration.get("AllowedValues").and_then(Value::as_array) {
        let allowed: Vec<String> = allowed.iter().map(text).collect();
        if items.iter().any(|i| !allowed.iter().any(|a| a == i)) {
            return refuse(format!("Parameter '{name}' must be one of AllowedValues"));
        }
    }
    check_text(name, value, declaration, &refuse)?;
    check_typed(name, kind, &items, region)?;
    let mut resolved = None;
    let out = if is_list {
        json!(items)
    } else if kind.starts_with("AWS::SSM::Parameter::Value<") {
        let found = region.ssm.get(value).cloned().ok_or_else(|| {
            ApiError::validation(format!("Unable to fetch parameters [{value}] from parameter store for this account."))
        })?;
        resolved = Some(found.clone());
        if kind.contains("<List<") { json!(found.split(',').collect::<Vec<_>>()) } else { json!(found) }
    } else {
        json!(value)
    };
    let no_echo = declaration.get("NoEcho").is_some_and(|v| text(v).eq_ignore_ascii_case("true"));
    Ok(Parameter { given: value.to_owned(), value: out, resolved, no_echo })
}

fn check_text(
    name: &str,
    value: &str,
    declaration: &Value,
    refuse: &dyn Fn(String) -> Result<Parameter, ApiError>,
) -> Result<(), ApiError> {
    let length = value.chars().count() as f64;
    if let Some(least) = declaration.get("MinLength").and_then(number_of)
        && length < least
    {
        refuse(format!("Parameter '{name}' must contain at least {least} characters"))?;
    }
    if let Some(most) = declaration.get("MaxLength").and_then(number_of)
        && length > most
    {
        refuse(format!("Parameter '{name}' must contain at most {most} characters"))?;
    }
    if let Some(pattern) = declaration.get("AllowedPattern").and_then(Value::as_str)
        && let Ok(whole) = regex::Regex::new(&format!("^(?:{pattern})$"))
        && !whole.is_match(value)
    {
        refuse(format!("Parameter '{name}' must match pattern {pattern}"))?;
    }
    Ok(())
}

fn check_typed(name: &str, kind: &str, items: &[&str], region: &Region) -> Result<(), ApiError> {
    let inner = kind.strip_prefix("List<").and_then(|k| k.strip_suffix('>')).unwrap_or(kind);
    let store = match inner {
        "AWS::EC2::VPC::Id" => "vpc",
        "AWS::EC2::Subnet::Id" => "subnet",
        "AWS::EC2::SecurityGroup::Id" => "security-group",
        "AWS::EC2::KeyPair::KeyName" => "key-pair",
        "AWS::EC2::Image::Id" => "image",
        "AWS::EC2::Volume::Id" => "volume",
        "AWS::EC2::Instance::Id" => "instance",
        _ => return Ok(()),
    };
    for item in items {
        if region.ec2(store, item).is_none() {
            return Err(ApiError::validation(format!(
                "Parameter validation failed: parameter value {item} for parameter name {name} does not exist"
            )));
        }
    }
    Ok(())
}

fn number_of(value: &Value) -> Option<f64> {
    text(value).parse().ok()
}
