//! Diff: the plan in the engine's words. Calls no AWS, and is symmetric, because a refresh asks with the sides swapped.

use std::collections::{BTreeMap, BTreeSet};

use starburst_core::cluster::{Plan, Prior};
use starburst_core::path::{Casing, Path, Step};
use starburst_core::value::Value;
use tonic::Status;

use super::decode::decode;
use super::provider::{Provider, known_type};
use super::wire::diff_response::DiffChanges;
use super::wire::property_diff::Kind;
use super::wire::{DiffRequest, DiffResponse, PropertyDiff};

/// What the change of inputs does.
pub async fn diff(provider: &Provider, request: &DiffRequest) -> Result<DiffResponse, Status> {
    known_type(&request.r#type, &request.urn)?;
    let prior = Prior {
        id: request.id.clone(),
        inputs: decode(request.old_inputs.as_ref())?,
        outputs: decode(request.olds.as_ref())?,
    };
    let inputs = decode(request.news.as_ref())?;
    let plan = provider.session.plan(Some(&prior), &inputs);
    if !plan.replace.is_empty() {
        // A replacement is previewed as a create and a delete, neither of which knows what is lost.
        let progress = provider.progress(&request.urn);
        plan.notes.iter().for_each(|note| progress.info(note));
        progress.finish().await;
    }
    Ok(answer(&plan, &prior.inputs, &inputs))
}

/// The plan in the engine's words. Top-level names and detailed paths agree, and a replacement is said in both places.
fn answer(plan: &Plan, before: &Value, after: &Value) -> DiffResponse {
    let replace: BTreeSet<&Path> = plan.replace.iter().collect();
    let changed = plan.changes.iter().map(|change| &change.path);
    let paths: BTreeSet<&Path> = changed.chain(plan.replace.iter()).filter(|path| !path.is_root()).collect();
    let mut detailed = BTreeMap::new();
    let mut diffs = BTreeSet::new();
    let mut replaces = BTreeSet::new();
    for path in paths {
        let kind = kind(before.at(path), after.at(path), replace.contains(path));
        detailed.insert(path.render(Casing::Camel), PropertyDiff { kind: kind.into(), input_diff: true });
        let top = top(path);
        if replace.contains(path) {
            replaces.insert(top.clone());
        }
        diffs.insert(top);
    }
    let changes = if plan.is_empty() && replaces.is_empty() { DiffChanges::DiffNone } else { DiffChanges::DiffSome };
    DiffResponse {
        replaces: replaces.into_iter().collect(),
        stables: plan.stable_outputs.iter().cloned().collect(),
        delete_before_replace: plan.delete_before_replace,
        changes: changes.into(),
        diffs: diffs.into_iter().collect(),
        has_detailed_diff: !detailed.is_empty(),
        detailed_diff: detailed,
    }
}

/// A default that stands on one side counts as nothing written there: the engine shows what was written.
fn kind(before: &Value, after: &Value, replace: bool) -> Kind {
    match (before.is_null(), after.is_null(), replace) {
        (true, false, false) => Kind::Add,
        (true, false, true) => Kind::AddReplace,
        (false, true, false) => Kind::Delete,
        (false, true, true) => Kind::DeleteReplace,
        (_, _, false) => Kind::Update,
        (_, _, true) => Kind::UpdateReplace,
    }
}

fn top(path: &Path) -> String {
    match path.steps().first() {
        Some(Step::Key(key)) => key.clone(),
        Some(Step::Index(at)) => at.to_string(),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use starburst_core::cluster::Change;
    use starburst_schema::Effect;

    use super::*;

    fn inputs(json: serde_json::Value) -> Value {
        Value::from(&json)
    }

    fn change(path: &str, effect: Effect) -> Change {
        Change { path: Path::field(path), before: Value::Null, after: Value::Null, effect }
    }

    #[test]
    fn kinds_follow_what_is_written_on_either_side() {
        let before = inputs(serde_json::json!({"a": {"left": 1, "both": 1}}));
        let after = inputs(serde_json::json!({"a": {"right": 1, "both": 2}}));
        let changes = vec![
            change("a.left", Effect::InPlace),
            change("a.both", Effect::InPlace),
            change("a.right", Effect::Replace),
        ];
        let plan = Plan { changes, replace: vec![Path::field("a.right")], ..Plan::default() };
        let there = answer(&plan, &before, &after);
        let kinds: Vec<_> = there.detailed_diff.iter().map(|(path, diff)| (path.as_str(), diff.kind())).collect();
        assert_eq!(kinds, [("a.both", Kind::Update), ("a.left", Kind::Delete), ("a.right", Kind::AddReplace)]);
        assert_eq!((there.diffs, there.replaces), (vec!["a".to_owned()], vec!["a".to_owned()]));
        assert_eq!(there.changes, DiffChanges::DiffSome as i32);
        let back = answer(&plan, &after, &before);
        assert_eq!(back.detailed_diff["a.left"].kind(), Kind::Add);
        assert_eq!(back.detailed_diff["a.right"].kind(), Kind::DeleteReplace);
    }

    #[test]
    fn an_empty_plan_is_no_difference() {
        let none = answer(&Plan::default(), &Value::Null, &Value::Null);
        assert_eq!(none.changes, DiffChanges::DiffNone as i32);
        assert!(!none.has_detailed_diff && none.diffs.is_empty() && none.replaces.is_empty());
    }

    #[test]
    fn a_replacing_path_without_a_change_is_told() {
        let plan = Plan { replace: vec![Path::field("a.b")], delete_before_replace: true, ..Plan::default() };
        let answer = answer(&plan, &Value::Null, &Value::Null);
        assert_eq!(answer.detailed_diff["a.b"].kind(), Kind::UpdateReplace);
        assert!(answer.delete_before_replace);
        assert_eq!(answer.changes, DiffChanges::DiffSome as i32);
    }
}
