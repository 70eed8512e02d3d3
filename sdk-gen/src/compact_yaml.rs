//! A template tree as compact YAML: one line a member, short forms of intrinsic functions, quotes only where needed.
//! Knows CloudFormation's functions, no template.

use serde_json::{Map, Value};

const FUNCTIONS: &[&str] = &[
    "Ref",
    "Fn::And",
    "Fn::Base64",
    "Fn::Equals",
    "Fn::FindInMap",
    "Fn::GetAtt",
    "Fn::If",
    "Fn::Join",
    "Fn::Not",
    "Fn::Or",
    "Fn::Select",
    "Fn::Split",
    "Fn::Sub",
];
/// The order in which people look for a resource's attributes.
const FIRST: &[&str] = &["Type", "Condition", "Effect", "Key", "Name"];
/// Texts that YAML 1.1 takes for something else.
const WORDS: &[&str] = &["y", "n", "yes", "no", "on", "off", "true", "false", "null"];

/// The whole template. Parameters stand in the given order, all else in that of its names.
pub fn write(template: &Value, parameters: &[&str]) -> String {
    let mut text = String::new();
    if let Some(metadata) = template.get("Metadata") {
        // JSON is YAML; as JSON it can be read and extended without a YAML parser.
        text.push_str(&format!("Metadata: {metadata}\n"));
    }
    for section in ["Parameters", "Mappings", "Conditions", "Resources", "Outputs"] {
        let Some(members) = template.get(section).and_then(Value::as_object) else { continue };
        text.push_str(&format!("{section}:\n"));
        let mut names: Vec<&String> = members.keys().collect();
        names.sort_by_key(|name| (parameters.iter().position(|known| known == name), name.as_str()));
        for name in names {
            if let Some(member) = members.get(name) {
                text.push_str(&format!(" {name}: {}\n", node(member, section == "Conditions")));
            }
        }
    }
    text
}

fn node(value: &Value, in_conditions: bool) -> String {
    match value {
        Value::Object(map) => match function(map, in_conditions) {
            Some((name, argument)) => short_form(name, argument, in_conditions),
            None => mapping(map, in_conditions),
        },
        Value::Array(items) => sequence(items, in_conditions),
        Value::String(text) if is_plain(text) => text.clone(),
        Value::String(text) if is_shorter_in_single_quotes(text) => format!("'{text}'"),
        other => other.to_string(),
    }
}

fn function(map: &Map<String, Value>, in_conditions: bool) -> Option<(&str, &Value)> {
    let (name, argument) = map.iter().next().filter(|_| map.len() == 1)?;
    let known = FUNCTIONS.contains(&name.as_str()) || (in_conditions && name == "Condition");
    known.then_some((name.as_str(), argument))
}

fn short_form(name: &str, argument: &Value, in_conditions: bool) -> String {
    let tag = name.strip_prefix("Fn::").unwrap_or(name);
    if let ("GetAtt", Some([Value::String(id), Value::String(attribute)])) =
        (tag, argument.as_array().map(Vec::as_slice))
    {
        return format!("!GetAtt {id}.{attribute}");
    }
    // A short form cannot follow a short form: the inner function keeps its full name.
    let inner = match argument {
        Value::Object(map) => mapping(map, in_conditions),
        other => node(other, in_conditions),
    };
    format!("!{tag} {inner}")
}

fn mapping(map: &Map<String, Value>, in_conditions: bool) -> String {
    let mut keys: Vec<&String> = map.keys().collect();
    let rank = |key: &str| FIRST.iter().position(|first| *first == key).unwrap_or(FIRST.len());
    keys.sort_by_key(|key| (rank(key), key.as_str()));
    let members = keys.into_iter().filter_map(|key| {
        let name = if is_plain(key) { key.clone() } else { Value::String(key.clone()).to_string() };
        map.get(key).map(|value| format!("{name}: {}", node(value, in_conditions)))
    });
    format!("{{{}}}", members.collect::<Vec<_>>().join(","))
}

fn sequence(items: &[Value], in_conditions: bool) -> String {
    format!("[{}]", items.iter().map(|item| node(item, in_conditions)).collect::<Vec<_>>().join(","))
}

/// Whether a text needs no quotes: it begins with a letter, holds nothing that YAML reads, and is no word of YAML's.
fn is_plain(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || "_./:*-".contains(c))
        && !text.ends_with(':')
        && !WORDS.contains(&text.to_ascii_lowercase().as_str())
}

/// Whether a text holds what double quotes would escape, and nothing that single quotes cannot hold as it is.
fn is_shorter_in_single_quotes(text: &str) -> bool {
    text.contains(['"', '\\']) && text.chars().all(|c| c != '\'' && (c == ' ' || c.is_ascii_graphic()))
}

#[cfg(test)]
mod tests {
    use super::write;
    use serde_json::json;

    #[test]
    fn functions_take_their_short_forms() {
        let template = json!({
            "Metadata": { "A": 1 },
            "Conditions": { "C": { "Fn::Not": [{ "Condition": "D" }] } },
            "Resources": { "R": {
                "Type": "AWS::X::Y",
                "Properties": {
                    "A": { "Fn::Base64": { "Fn::Join": ["", [{ "Ref": "P" }, "a b", "no", true, 7]] } },
                    "B": { "Fn::GetAtt": ["Q", "Arn"] },
                },
            } },
        });
        assert_eq!(
            write(&template, &[]),
            "Metadata: {\"A\":1}\nConditions:\n C: !Not [!Condition D]\nResources:\n R: {Type: AWS::X::Y,Properties: \
             {A: !Base64 {Fn::Join: [\"\",[!Ref P,\"a b\",\"no\",true,7]]},B: !GetAtt Q.Arn}}\n"
        );
    }

    #[test]
    fn texts_with_quotes_are_not_escaped_where_single_quotes_hold_them() {
        let template =
            json!({ "Metadata": {}, "Resources": { "R": { "A": "{\"b\": 1}", "C": "it's \"d\"", "E": "\"\n" } } });
        let written = write(&template, &[]);
        assert!(written.contains(r#"{A: '{"b": 1}',C: "it's \"d\"",E: "\"\n"}"#), "{written}");
    }

    #[test]
    fn parameters_keep_the_given_order() {
        let template = json!({ "Parameters": { "A": { "Type": "String" }, "B": { "Type": "Number" } } });
        assert_eq!(write(&template, &["B", "A"]), "Parameters:\n B: {Type: Number}\n A: {Type: String}\n");
    }
}
