//! Rules of one value alone, answered as "must be …". Knows no field by name, no client and no unknown values: the
//! caller leaves those out and adds the path.
//!
//! Begin with [`json`]; whoever holds values of another type calls [`integer`], [`text`] and [`entries`].

use serde_json::Value;

use crate::field::{Constraint, Field, Kind};
use crate::format::Format;

/// What is wrong with a number.
#[must_use]
pub fn integer(constraints: &[Constraint], number: i64) -> Vec<String> {
    constraints
        .iter()
        .filter_map(|constraint| match constraint {
            Constraint::Range(least, most) if !(*least..=*most).contains(&number) => {
                Some(format!("must be a whole number from {least} to {most}"))
            }
            Constraint::OneOf(numbers) if !numbers.contains(&number) => {
                Some(format!("must be one of {}", list(numbers)))
            }
            _ => None,
        })
        .collect()
}

/// What is wrong with a text, or with one element of a list or set.
#[must_use]
pub fn text(constraints: &[Constraint], text: &str) -> Vec<String> {
    constraints
        .iter()
        .filter_map(|constraint| match constraint {
            Constraint::Length(least, most) if !(*least..=*most).contains(&text.chars().count()) => {
                Some(format!("must have {least} to {most} characters"))
            }
            Constraint::Form(format) => form(*format, text),
            _ => None,
        })
        .collect()
}

/// What is wrong with the number of entries of a list, set or map.
#[must_use]
pub fn entries(constraints: &[Constraint], count: usize) -> Vec<String> {
    constraints
        .iter()
        .filter_map(|constraint| match constraint {
            Constraint::Items(least, most) if !(*least..=*most).contains(&count) => {
                Some(format!("must have {least} to {most} entries"))
            }
            _ => None,
        })
        .collect()
}

/// What is wrong with one entry of a map.
#[must_use]
pub fn entry(constraints: &[Constraint], key: &str, value: &str) -> Vec<String> {
    constraints
        .iter()
        .filter_map(|constraint| match constraint {
            Constraint::Keys(format) => form(*format, key),
            Constraint::Values(format) => form(*format, value),
            _ => None,
        })
        .collect()
}

/// What is wrong with one of a closed set.
#[must_use]
pub fn choice(choices: &[&str], text: &str) -> Option<String> {
    (!choices.contains(&text)).then(|| format!("must be one of `{}`", choices.join("`, `")))
}

/// What is wrong with a value; empty when nothing is. Empty for `null`: absent is the business of other rules.
#[must_use]
pub fn json(field: &Field, value: &Value) -> Vec<String> {
    let wrong = |shape: &str| vec![format!("must be {shape}")];
    let rules = field.constraints;
    match (field.kind, value) {
        (_, Value::Null) | (Kind::Bool, Value::Bool(_)) => Vec::new(),
        (Kind::Integer, number) => number.as_i64().map_or_else(|| wrong("a whole number"), |n| integer(rules, n)),
        (Kind::Text | Kind::File | Kind::Folder, Value::String(found)) => text(rules, found),
        (Kind::Choice(choices), Value::String(found)) => choice(choices, found).into_iter().collect(),
        (Kind::List | Kind::Set, Value::Array(elements)) => {
            let each = elements.iter().flat_map(|element| match element {
                Value::String(found) => text(rules, found),
                _ => wrong("a list of texts"),
            });
            entries(rules, elements.len()).into_iter().chain(each).collect()
        }
        (Kind::Map, Value::Object(map)) => {
            let each = map.iter().flat_map(|(key, value)| match value {
                Value::String(found) => entry(rules, key, found),
                _ => wrong("a map of texts"),
            });
            entries(rules, map.len()).into_iter().chain(each).collect()
        }
        (Kind::Objects(leaves), Value::Array(elements)) => {
            let each = elements.iter().flat_map(|element| object(leaves, element));
            entries(rules, elements.len()).into_iter().chain(each).collect()
        }
        (kind, _) => wrong(shape(kind)),
    }
}

fn object(leaves: &[Field], element: &Value) -> Vec<String> {
    let Some(found) = element.as_object() else { return vec!["must be a list of objects".to_owned()] };
    let known = |key: &str| leaves.iter().any(|leaf| leaf.path == key);
    let unknown = found.keys().filter(|key| !known(key)).map(|key| format!("has no property `{key}`"));
    let each = leaves.iter().flat_map(|leaf| match found.get(leaf.path) {
        None if leaf.required => vec![format!("needs the property `{}`", leaf.path)],
        None => Vec::new(),
        Some(value) => json(leaf, value).into_iter().map(|wrong| format!("`{}` {wrong}", leaf.path)).collect(),
    });
    unknown.chain(each).collect()
}

/// A kind in words, as it continues "must be …".
#[must_use]
pub const fn shape(kind: Kind) -> &'static str {
    match kind {
        Kind::Bool => "`true` or `false`",
        Kind::Integer => "a whole number",
        Kind::Text | Kind::Choice(_) => "a text",
        Kind::List | Kind::Set => "a list of texts",
        Kind::Map => "a map of texts",
        Kind::File => "a URI or a local file",
        Kind::Folder => "a URI or a local folder or archive",
        Kind::Objects(_) => "a list of objects",
    }
}

fn form(format: Format, text: &str) -> Option<String> {
    format.check(text).err().map(|right| format!("must be {right}"))
}

fn list(numbers: &[i64]) -> String {
    numbers.iter().map(i64::to_string).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use serde_json::json as value;

    use super::{integer, json};
    use crate::fields;

    fn wrong(path: &str, found: serde_json::Value) -> String {
        fields::find(path).map(|field| json(field, &found).join("; ")).unwrap_or_else(|| format!("no field {path}"))
    }

    #[test]
    fn every_kind_of_rule_says_what_is_right() {
        for (path, found, says) in [
            ("ec2.workerCount", value!(0), "must be a whole number from 1 to 1000"),
            ("ec2.workerCount", value!(1.5), "must be a whole number"),
            ("ec2.workerCount", value!("3"), "must be a whole number"),
            ("ec2.sessionManager", value!("yes"), "must be `true` or `false`"),
            ("ec2.workerScaling", value!("auto"), "must be one of `fixed`, `external`"),
            ("ec2.workerScaling", value!(1), "must be a text"),
            ("network.securityGroupIds", value!([]), "must have 1 to 4 entries"),
            ("network.securityGroupIds", value!(["x"]), "must be an id such as `sg-0123456789abcdef0`"),
            ("network.securityGroupIds", value!("sg-0123456789abcdef0"), "must be a list of texts"),
            (
                "stack.template.parameters",
                value!({ "a-b": "1" }),
                "must be the name of a template parameter: letters and digits",
            ),
            ("stack.tags", value!({ "x": 1 }), "must be a map of texts"),
            (
                "stack.rollback.triggers",
                value!([{ "arn": "arn:aws:cloudwatch:eu-central-1:123456789012:alarm:a" }]),
                "needs the property `type`",
            ),
            ("stack.rollback.triggers", value!([1]), "must be a list of objects"),
            ("ec2.rollingUpdate.bootTimeout", value!("2 h"), "must be a length of time such as `90s`, `15m` or `2h`"),
            ("hiveMetastore.password", value!(""), "must have 1 to 1024 characters"),
        ] {
            assert_eq!(wrong(path, found.clone()), says, "{path} = {found}");
        }
    }

    #[test]
    fn bounds_are_allowed_and_their_neighbours_are_not() {
        for field in fields::FIELDS {
            for constraint in field.constraints {
                let crate::Constraint::Range(least, most) = constraint else { continue };
                assert_eq!(integer(field.constraints, *least), Vec::<String>::new(), "{}", field.path);
                assert_eq!(integer(field.constraints, *most), Vec::<String>::new(), "{}", field.path);
                assert_eq!(integer(field.constraints, least - 1).len(), 1, "{}", field.path);
                assert_eq!(integer(field.constraints, most + 1).len(), 1, "{}", field.path);
            }
        }
    }

    #[test]
    fn absent_is_never_wrong_here() {
        for field in fields::FIELDS {
            assert_eq!(json(field, &serde_json::Value::Null), Vec::<String>::new(), "{}", field.path);
        }
    }
}
