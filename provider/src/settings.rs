//! The provider's own settings: normal form and violations, for either client. Calls nothing.

use std::collections::{BTreeMap, BTreeSet};

use starburst_core::failure::Message;
use starburst_core::path::Path;
use starburst_core::value::Value;
use starburst_schema::{Kind, PROVIDER_CONFIG, Setting, check};

/// Keys of the Pulumi engine's own that stand among the settings and are handed back as they are.
pub const ENGINES: [&str; 2] = ["version", "pluginDownloadURL"];

/// A setting that is not what it must be.
#[derive(Debug, PartialEq, Eq)]
pub struct Wrong {
    /// Where it stands.
    pub path: Path,
    /// What it must be.
    pub why: Message,
}

/// Every value as its kind has it. Generated SDKs and the configuration of a Pulumi stack send whatever is no text as
/// JSON in a text; other languages send it as it is. All violations at once; unknown values are none.
#[must_use]
pub fn normal_form(inputs: &Value) -> (Value, Vec<Wrong>) {
    let mut wrong = Vec::new();
    let mut settings = BTreeMap::new();
    for (key, value) in inputs.as_map().into_iter().flatten().filter(|(key, _)| !key.starts_with("__")) {
        let path = Path::root().key(key);
        if ENGINES.contains(&key.as_str()) {
            settings.insert(key.clone(), value.clone());
        } else if !value.is_null() {
            settings.insert(key.clone(), part(&path, key, value, &mut wrong));
        }
    }
    let settings = Value::Map(settings);
    together(&settings, &mut wrong);
    (settings, wrong)
}

/// Rules between settings. One that is unknown counts as given: it may turn out to be there.
fn together(settings: &Value, wrong: &mut Vec<Wrong>) {
    let given = |name: &str| !settings.at(&Path::field(name)).is_null();
    let mut refuse = |name: &str, why: Message| wrong.push(Wrong { path: Path::field(name), why });
    for (one, needed) in [
        ("accessKey", "secretKey"),
        ("secretKey", "accessKey"),
        ("token", "accessKey"),
        ("assumeRole.sessionName", "assumeRole.roleArn"),
        ("assumeRole.externalId", "assumeRole.roleArn"),
        ("assumeRole.durationSeconds", "assumeRole.roleArn"),
        ("webIdentity.tokenFile", "webIdentity.roleArn"),
        ("webIdentity.sessionName", "webIdentity.roleArn"),
    ] {
        if given(one) && !given(needed) {
            let why = Message::new("does nothing without ").path(&Path::field(needed));
            refuse(one, why.text(": write that too, or remove this"));
        }
    }
    if given("allowedAccountIds") && given("forbiddenAccountIds") {
        let why = Message::new("comes instead of ").path(&Path::field("allowedAccountIds"));
        refuse("forbiddenAccountIds", why.text(", not beside it: keep one of the two"));
    }
}

/// What the rules of the setting alone say about a value of the right kind.
fn against_rules(setting: &Setting, path: &Path, value: &Value, wrong: &mut Vec<Wrong>) {
    let rules = setting.constraints;
    let mut told = |path: Path, whys: Vec<String>| {
        wrong.extend(whys.into_iter().map(|why| Wrong { path: path.clone(), why: Message::new(why) }))
    };
    match value.peeled() {
        Value::Number(_) => {
            let whys = value.as_integer().map_or_else(Vec::new, |number| check::integer(rules, number));
            told(path.clone(), whys);
        }
        Value::Text(text) => told(path.clone(), check::text(rules, text)),
        Value::List(items) => {
            told(path.clone(), check::entries(rules, items.len()));
            for (at, item) in items.iter().enumerate() {
                let whys = item.as_text().map_or_else(Vec::new, |text| check::text(rules, text));
                told(path.index(at), whys);
            }
        }
        Value::Map(map) => {
            told(path.clone(), check::entries(rules, map.len()));
            for (key, item) in map {
                let whys = item.as_text().map_or_else(Vec::new, |text| check::entry(rules, key, text));
                told(path.key(key), whys);
            }
        }
        _ => {}
    }
}

/// A setting, or an object of settings, whose dotted name is `name`.
fn part(path: &Path, name: &str, value: &Value, wrong: &mut Vec<Wrong>) -> Value {
    if let Value::Secret(inner) = value {
        return part(path, name, inner, wrong).secret();
    }
    if value.is_unknown() {
        return Value::Unknown;
    }
    if let Some(setting) = PROVIDER_CONFIG.iter().find(|setting| setting.name == name) {
        return match leaf(setting, value) {
            Ok(normal) => {
                against_rules(setting, path, &normal, wrong);
                normal
            }
            Err(why) => {
                wrong.push(Wrong { path: path.clone(), why: Message::new(why) });
                value.clone()
            }
        };
    }
    let below = format!("{name}.");
    if !PROVIDER_CONFIG.iter().any(|setting| setting.name.starts_with(&below)) {
        wrong.push(Wrong { path: path.clone(), why: Message::new(unknown_setting(name)) });
        return value.clone();
    }
    match opened(value) {
        Value::Map(map) => Value::Map(
            map.iter()
                .filter(|(_, value)| !value.is_null())
                .map(|(key, value)| (key.clone(), part(&path.key(key), &format!("{below}{key}"), value, wrong)))
                .collect(),
        ),
        other => {
            wrong
                .push(Wrong { path: path.clone(), why: Message::new("takes an object of settings, and this is none") });
            other
        }
    }
}

/// The value that a text holds as JSON; any other value, and any other text, as it is.
fn opened(value: &Value) -> Value {
    let json = value.as_text().and_then(|text| serde_json::from_str::<serde_json::Value>(text).ok());
    json.map_or_else(|| value.clone(), |json| Value::from(&json))
}

fn leaf(setting: &Setting, value: &Value) -> Result<Value, String> {
    match setting.kind {
        Kind::Text | Kind::File | Kind::Folder => {
            value.as_text().map(Value::text).ok_or("takes a text, and this is none".to_owned())
        }
        Kind::Choice(choices) => match value.as_text() {
            Some(text) if choices.contains(&text) => Ok(Value::text(text)),
            _ => Err(format!("takes one of {}", choices.join(", "))),
        },
        Kind::Bool => {
            opened(value).as_bool().map(Value::Bool).ok_or("takes true or false, and this is neither".to_owned())
        }
        Kind::Integer => {
            opened(value).as_integer().map(Value::integer).ok_or("takes a whole number, and this is none".to_owned())
        }
        Kind::List | Kind::Set => {
            let opened = opened(value);
            let texts = opened.as_list().is_some_and(|items| items.iter().all(is_text));
            if texts { Ok(opened) } else { Err("takes a list of texts, and this is none".to_owned()) }
        }
        Kind::Map => {
            let opened = opened(value);
            let texts = opened.as_map().is_some_and(|map| map.values().all(is_text));
            if texts { Ok(opened) } else { Err("takes an object whose values are texts, and this is none".to_owned()) }
        }
        Kind::Objects(_) => match opened(value) {
            list @ Value::List(_) => Ok(list),
            _ => Err("takes a list of objects, and this is none".to_owned()),
        },
    }
}

fn is_text(value: &Value) -> bool {
    value.is_unknown() || value.as_text().is_some()
}

/// Names what there is beside it: settings of the same object.
fn unknown_setting(name: &str) -> String {
    let object = name.rfind('.').map_or("", |dot| name.get(..=dot).unwrap_or_default());
    let beside = PROVIDER_CONFIG.iter().filter_map(|setting| setting.name.strip_prefix(object)?.split('.').next());
    let beside: BTreeSet<&str> = beside.collect();
    let beside = beside.into_iter().collect::<Vec<_>>().join(", ");
    format!("{name} is no setting of the provider; there are {beside}")
}

#[cfg(test)]
mod tests {
    use starburst_core::failure::Client;
    use starburst_core::path::Casing;

    use super::*;

    fn first(wanted: fn(&Kind) -> bool) -> Option<&'static Setting> {
        PROVIDER_CONFIG.iter().find(|setting| wanted(&setting.kind) && !setting.name.contains('.'))
    }

    fn inputs(key: &str, value: Value) -> Value {
        Value::Map(BTreeMap::from([(key.to_owned(), value)]))
    }

    #[test]
    fn a_list_may_come_as_json_in_a_text() {
        let setting = first(|kind| matches!(kind, Kind::List | Kind::Set)).expect("a setting that is a list");
        let (text, wrong) = normal_form(&inputs(setting.name, Value::text(r#"["b", "a"]"#)));
        assert_eq!(wrong, []);
        let (typed, _) = normal_form(&inputs(setting.name, Value::List(vec![Value::text("b"), Value::text("a")])));
        assert_eq!(text, typed);
    }

    #[test]
    fn a_number_may_come_as_text_and_a_wrong_one_is_told() {
        let setting = first(|kind| matches!(kind, Kind::Integer)).expect("a setting that is a number");
        let (settings, wrong) = normal_form(&inputs(setting.name, Value::text("7")));
        assert_eq!(
            (settings.as_map().and_then(|map| map.get(setting.name)), wrong),
            (Some(&Value::Number(7.0)), vec![])
        );
        let (_, wrong) = normal_form(&inputs(setting.name, Value::text("seven")));
        assert_eq!(wrong.len(), 1);
    }

    #[test]
    fn all_violations_are_told_at_once_and_the_engines_keys_are_kept() {
        let given =
            Value::from(&serde_json::json!({"nonsense": "1", "folly": "2", "version": "1.0.0", "__internal": {}}));
        let (settings, wrong) = normal_form(&given);
        assert_eq!(wrong.len(), 2);
        let settings = settings.as_map().cloned().unwrap_or_default();
        assert_eq!(settings.get("version"), Some(&Value::text("1.0.0")));
        assert!(!settings.contains_key("__internal"));
    }

    #[test]
    fn an_unknown_setting_names_those_beside_it() {
        let nested = PROVIDER_CONFIG.iter().find_map(|setting| setting.name.split_once('.'));
        let (object, known) = nested.expect("an object of settings");
        let text = unknown_setting(&format!("{object}.nonsense"));
        assert!(text.contains(known) && !text.contains("region"), "{text}");
        assert!(unknown_setting("nonsense").contains("region"));
    }

    fn told(given: serde_json::Value) -> Vec<(String, String)> {
        let (_, wrong) = normal_form(&Value::from(&given));
        let of = |wrong: Wrong| (wrong.path.render(Casing::Camel), wrong.why.render(Client::Pulumi));
        wrong.into_iter().map(of).collect()
    }

    #[test]
    fn every_wrong_value_is_told_at_its_own_path() {
        let told = told(serde_json::json!({
            "region": "Frankfurt",
            "maxRetries": 26,
            "allowedAccountIds": "[\"123456789012\", \"12\"]",
            "assumeRole": { "roleArn": "arn:aws:iam::123456789012:role/deploy", "durationSeconds": "60" },
            "endpoints": { "lambda": "http://127.0.0.1:1", "ec2": "127.0.0.1" },
            "defaultTags": { "aws:x": "1" },
        }));
        let paths: Vec<&str> = told.iter().map(|(path, _)| path.as_str()).collect();
        assert_eq!(
            paths,
            [
                "allowedAccountIds[1]",
                "assumeRole.durationSeconds",
                "defaultTags[\"aws:x\"]",
                "endpoints.ec2",
                "endpoints.lambda",
                "maxRetries",
                "region",
            ]
        );
        assert!(told.iter().all(|(_, why)| why.starts_with("must be ")), "{told:?}");
    }

    #[test]
    fn settings_that_need_or_exclude_each_other_are_told_at_once() {
        let paths: Vec<String> = told(serde_json::json!({
            "secretKey": "s",
            "token": "t",
            "allowedAccountIds": ["123456789012"],
            "forbiddenAccountIds": ["210987654321"],
            "assumeRole": { "externalId": "four" },
            "webIdentity": { "tokenFile": "token" },
        }))
        .into_iter()
        .map(|(path, _)| path)
        .collect();
        let expected = ["secretKey", "token", "assumeRole.externalId", "webIdentity.tokenFile", "forbiddenAccountIds"];
        assert_eq!(paths, expected);
        let right = serde_json::json!({
            "accessKey": "a", "secretKey": "s", "token": "t", "forbiddenAccountIds": ["210987654321"],
            "assumeRole": { "roleArn": "arn:aws:iam::123456789012:role/deploy", "externalId": "four" },
        });
        assert_eq!(told(right), []);
    }

    #[test]
    fn a_setting_that_is_unknown_counts_as_given() {
        let settings = Value::Map(BTreeMap::from([
            ("accessKey".to_owned(), Value::Unknown),
            ("secretKey".to_owned(), Value::text("s").secret()),
        ]));
        assert_eq!(normal_form(&settings).1, []);
    }

    #[test]
    fn an_unknown_value_is_no_violation() {
        for setting in PROVIDER_CONFIG.iter().filter(|setting| !setting.name.contains('.')) {
            let (settings, wrong) = normal_form(&inputs(setting.name, Value::Unknown));
            let of_its_value =
                wrong.iter().filter(|wrong| !wrong.why.render(Client::Pulumi).starts_with("does nothing without"));
            assert_eq!(of_its_value.count(), 0, "{}", setting.name);
            assert!(settings.has_unknown(), "{}", setting.name);
        }
    }
}
