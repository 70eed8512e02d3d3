//! Tags of the stack that come from the provider's settings: which of them a cluster has, and whether a change of the
//! settings alone changes it. Knows no call; which tags a request carries is decided where requests are made.

use std::collections::BTreeMap;

use starburst_schema::FIELDS;
use starburst_schema::fields::stack as stack_fields;

use super::api::{Change, Prior, Settings};
use super::defaults::effective;
use super::state::ClusterState;
use crate::path::Path;
use crate::ports::Stack;
use crate::value::Value;

/// Whether the user wants tags of this key left alone.
#[must_use]
pub fn is_ignored(settings: &Settings, key: &str) -> bool {
    settings.ignore_tags.contains(key)
        || settings.ignore_tag_prefixes.iter().any(|prefix| key.starts_with(prefix.as_str()))
}

/// Adds the change that other default tags bring about, at its place in the table, unless the cluster's own tags change
/// too. `None` for settings that are not known yet: any tag may come out other. A record without default tags says
/// nothing of them, and nothing is concluded.
pub fn add_change(settings: Option<&Settings>, prior: &Prior, inputs: &Value, changes: &mut Vec<Change>) {
    let field = &stack_fields::TAGS;
    let path = Path::from(field);
    let recorded = ClusterState::of(Some(prior)).ok().and_then(|state| state.default_tags);
    let Some(recorded) = recorded.filter(|_| changes.iter().all(|change| change.path != path)) else { return };
    let before = together(&recorded, &prior.inputs);
    let after = match settings {
        Some(settings) => together(&settings.default_tags, inputs),
        None => Value::Unknown,
    };
    let counted = |tags: &Value| -> BTreeMap<String, Value> {
        let ignored = |key: &str| settings.is_some_and(|settings| is_ignored(settings, key));
        tags.as_map()
            .into_iter()
            .flatten()
            .filter(|(key, _)| !ignored(key))
            .map(|(k, v)| (k.clone(), v.clone()))
            .collect()
    };
    if !after.is_unknown() && counted(&before) == counted(&after) {
        return;
    }
    let place = |path: &Path| FIELDS.iter().position(|field| Path::from(*field) == *path);
    let at = changes.iter().position(|change| place(&change.path) > place(&path)).unwrap_or(changes.len());
    changes.insert(at, Change { path, before, after, effect: field.effect });
}

/// Default tags under a cluster's own, of which one of the same key wins.
fn together(defaults: &BTreeMap<String, String>, inputs: &Value) -> Value {
    let mut all: BTreeMap<String, Value> =
        defaults.iter().map(|(key, text)| (key.clone(), Value::text(text.as_str()))).collect();
    all.extend(effective(inputs, &stack_fields::TAGS).exposed().as_map().cloned().unwrap_or_default());
    Value::Map(all)
}

/// Those default tags that a stack has: what the record says was sent, as far as AWS still has it; without a record the
/// settings' own. One that the program's own tag covers, or that is left alone, is not AWS's to say.
#[must_use]
pub fn live_defaults(
    settings: &Settings,
    state: &ClusterState,
    inputs: &Value,
    stack: &Stack,
) -> BTreeMap<String, String> {
    let own = effective(inputs, &stack_fields::TAGS);
    let covered = |key: &str| own.as_map().is_some_and(|own| own.contains_key(key)) || is_ignored(settings, key);
    let sent = state.default_tags.as_ref().unwrap_or(&settings.default_tags);
    let there = |key: &String, text: &String| covered(key) || stack.tags.get(key) == Some(text);
    sent.iter().filter(|(key, text)| there(key, text)).map(|(key, text)| (key.clone(), text.clone())).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use starburst_schema::Effect;

    use super::*;
    use crate::cluster::{Plan, plan_under};
    use crate::path::Casing;

    fn settings(team: &str) -> Settings {
        Settings { default_tags: BTreeMap::from([("team".to_owned(), team.to_owned())]), ..Settings::default() }
    }

    fn planned(settings: Option<&Settings>, recorded: Option<&str>, inputs: serde_json::Value) -> Plan {
        let default_tags = recorded.map(|team| self::settings(team).default_tags);
        let record = ClusterState { default_tags, ..ClusterState::default() };
        let mut outputs = Value::Map(BTreeMap::new());
        outputs.put(&Path::root().key(crate::cluster::STATE_KEY), record.to_value());
        let inputs = Value::from(&inputs);
        plan_under(settings, Some(&Prior { id: String::new(), inputs: inputs.clone(), outputs }), &inputs)
    }

    fn paths(plan: &Plan) -> Vec<(String, Effect)> {
        plan.changes.iter().map(|change| (change.path.render(Casing::Camel), change.effect)).collect()
    }

    #[test]
    fn other_default_tags_are_a_change_in_place() {
        let changed = vec![("stack.tags".to_owned(), Effect::InPlace)];
        assert_eq!(paths(&planned(Some(&settings("web")), Some("data"), json!({}))), changed);
        assert_eq!(paths(&planned(Some(&Settings::default()), Some("data"), json!({}))), changed);
        assert_eq!(paths(&planned(Some(&settings("data")), Some("data"), json!({}))), []);
    }

    #[test]
    fn default_tags_that_are_not_known_yet_count_as_changed() {
        let plan = planned(None, Some("data"), json!({}));
        assert!(plan.touches_stack() && plan.changes[0].after.is_unknown());
        assert!(planned(None, None, json!({})).is_empty(), "a record without them says nothing");
    }

    #[test]
    fn a_default_tag_that_is_covered_or_ignored_is_no_change() {
        let own = json!({ "stack": { "tags": { "team": "own" } } });
        assert!(planned(Some(&settings("web")), Some("data"), own).is_empty());
        let ignoring = Settings { ignore_tag_prefixes: vec!["te".to_owned()], ..settings("web") };
        assert!(planned(Some(&ignoring), Some("data"), json!({})).is_empty());
    }
}
