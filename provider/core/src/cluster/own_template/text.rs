//! The text of a template as a tree of JSON: short tags of YAML such as `!Ref` are written out. Judges nothing.
//!
//! Source of the tags: AWS CloudFormation user guide, intrinsic function reference.

use serde_json::{Map, Value as Json};
use serde_yaml_ng::Value as Yaml;

/// A template as a tree.
pub type Tree = Json;

/// Reads a template, JSON or YAML.
///
/// # Errors
/// What the parser says, with the line where it tells one.
pub fn tree(text: &str) -> Result<Tree, String> {
    let tree = if text.trim_start().starts_with('{') {
        serde_json::from_str(text).map_err(|error| error.to_string())?
    } else {
        json(serde_yaml_ng::from_str(text).map_err(|error| error.to_string())?)
    };
    if tree.get("Resources").is_some_and(Json::is_object) {
        Ok(tree)
    } else {
        Err("it has no section `Resources`, which every template has".to_owned())
    }
}

fn json(yaml: Yaml) -> Json {
    match yaml {
        Yaml::Null => Json::Null,
        Yaml::Bool(flag) => flag.into(),
        Yaml::Number(number) => number_of(&number),
        Yaml::String(text) => text.into(),
        Yaml::Sequence(items) => items.into_iter().map(json).collect(),
        Yaml::Mapping(pairs) => {
            Json::Object(pairs.into_iter().map(|(key, value)| (key_of(key), json(value))).collect::<Map<_, _>>())
        }
        Yaml::Tagged(tagged) => function(&tagged.tag.to_string(), json(tagged.value)),
    }
}

fn number_of(number: &serde_yaml_ng::Number) -> Json {
    let whole = number.as_i64().map(Json::from).or_else(|| number.as_u64().map(Json::from));
    whole.or_else(|| number.as_f64().map(Json::from)).unwrap_or_default()
}

/// Keys such as an account id in a mapping are numbers to YAML.
fn key_of(key: Yaml) -> String {
    match json(key) {
        Json::String(text) => text,
        other => other.to_string(),
    }
}

/// `!GetAtt A.B` is the one tag whose text is split.
fn function(tag: &str, value: Json) -> Json {
    let name = tag.trim_start_matches('!');
    let key = match name {
        "Ref" | "Condition" => name.to_owned(),
        _ => format!("Fn::{name}"),
    };
    let value = match (name, &value) {
        ("GetAtt", Json::String(text)) => text.splitn(2, '.').map(Json::from).collect(),
        _ => value,
    };
    Json::Object([(key, value)].into_iter().collect())
}

#[cfg(test)]
mod tests {
    use super::tree;
    use serde_json::json;

    #[test]
    fn short_tags_are_written_out() {
        let text = "Resources:\n  A:\n    Type: T\n    Properties:\n      P: !Ref B\n      Q: !GetAtt C.D.E\n      R: !If [X, !Sub '${B}', 3]\n";
        let read = tree(text).unwrap_or_default();
        let expected = json!({ "P": { "Ref": "B" }, "Q": { "Fn::GetAtt": ["C", "D.E"] },
            "R": { "Fn::If": ["X", { "Fn::Sub": "${B}" }, 3] } });
        assert_eq!(read["Resources"]["A"]["Properties"], expected);
        assert_eq!(tree(&read.to_string()), Ok(read));
    }

    #[test]
    fn what_is_no_template_is_said() {
        for text in ["", "Resources: []", "a: [", "{", "{}"] {
            assert!(tree(text).is_err(), "{text}");
        }
    }
}
