//! A client's rules of planning and applying, as reference notes of protocol 6 have them: what it proposes, which plans
//! and results it accepts. Knows no provider and makes no call.

use anyhow::{Result, bail, ensure};
use serde_json::Value as Json;
use starburst_provider::terraform::wire::AttributePath;
use starburst_provider::terraform::wire::attribute_path::step::Selector;

use super::schema::{Attribute, Shape};
use super::value::{has_unknown, is_unknown, join};

/// What a plan is going to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Nothing.
    NoOp,
    /// Make the object.
    Create,
    /// Change it in place.
    Update,
    /// Destroy it and make another.
    Replace,
    /// Destroy it.
    Delete,
}

/// The state that a client proposes: the configuration, and what the provider gave where nothing is configured.
pub fn proposed(attributes: &[Attribute], prior: &Json, config: &Json) -> Json {
    let each = attributes.iter().map(|attribute| {
        let (prior, config) = (&prior[&attribute.name], &config[&attribute.name]);
        (attribute.name.clone(), proposed_value(attribute, prior, config))
    });
    Json::Object(each.collect())
}

fn proposed_value(attribute: &Attribute, prior: &Json, config: &Json) -> Json {
    if config.is_null() && attribute.computed {
        // What only a configuration can have written shows that the whole object was configured.
        let written = attribute.optional && holds_uncomputed(attribute.children(), prior);
        return if written { Json::Null } else { prior.clone() };
    }
    match (&attribute.shape, config) {
        (Shape::Nested(children), Json::Object(_)) => proposed(children, prior, config),
        (Shape::NestedList(children), Json::Array(items)) => {
            Json::Array(items.iter().enumerate().map(|(at, item)| proposed(children, &prior[at], item)).collect())
        }
        _ => config.clone(),
    }
}

fn holds_uncomputed(children: &[Attribute], prior: &Json) -> bool {
    children.iter().any(|child| {
        let value = &prior[&child.name];
        !value.is_null() && (!child.computed || holds_uncomputed(child.children(), value))
    })
}

/// Whether a client accepts a planned state.
pub fn assert_planned(attributes: &[Attribute], prior: &Json, config: &Json, planned: &Json) -> Result<()> {
    ensure!(planned.is_object(), "the planned state is null, and the configuration is not");
    planned_object(attributes, prior, config, planned, "")
}

fn planned_object(attributes: &[Attribute], prior: &Json, config: &Json, planned: &Json, path: &str) -> Result<()> {
    for attribute in attributes {
        let name = &attribute.name;
        planned_value(attribute, &prior[name], &config[name], &planned[name], &join(path, name))?;
    }
    Ok(())
}

fn planned_value(attribute: &Attribute, prior: &Json, config: &Json, planned: &Json, path: &str) -> Result<()> {
    if attribute.write_only {
        ensure!(planned.is_null(), "invalid plan: {path} is write-only and has a value");
        return Ok(());
    }
    if planned == config || attribute.computed && config.is_null() {
        return Ok(());
    }
    ensure!(!config.is_null(), "invalid plan: {path} is not configured and not computed, planned {planned}");
    if planned == prior && !prior.is_null() {
        return Ok(());
    }
    match (&attribute.shape, config, planned) {
        (Shape::Nested(children), Json::Object(_), Json::Object(_)) => {
            planned_object(children, prior, config, planned, path)
        }
        (Shape::NestedList(children), Json::Array(of), Json::Array(items)) => {
            ensure!(of.len() == items.len(), "invalid plan: {path} has another length than its configuration");
            for (at, (config, planned)) in of.iter().zip(items).enumerate() {
                planned_object(children, &prior[at], config, planned, &format!("{path}[{at}]"))?;
            }
            Ok(())
        }
        _ => bail!("invalid plan: {path} is configured as {config}, was {prior}, planned {planned}"),
    }
}

/// Whether a client accepts a state as what was promised: known values stay, unknown ones may become known. The same
/// rule holds between a plan and the plan that its apply makes.
pub fn assert_kept(attributes: &[Attribute], promised: &Json, found: &Json) -> Result<()> {
    ensure!(promised.is_null() == found.is_null(), "promised {promised}, found {found}");
    for attribute in attributes {
        kept(&attribute.shape, &promised[&attribute.name], &found[&attribute.name], &attribute.name)?;
    }
    Ok(())
}

/// Whether a client accepts the result of an apply: kept promises, nothing unknown left.
pub fn assert_applied(attributes: &[Attribute], planned: &Json, state: &Json) -> Result<()> {
    ensure!(!has_unknown(state), "still unknown after apply: {:?}", unknown_paths(attributes, state));
    assert_kept(attributes, planned, state)
}

fn kept(shape: &Shape, promised: &Json, found: &Json, path: &str) -> Result<()> {
    if is_unknown(promised) {
        return Ok(());
    }
    let broken = || anyhow::anyhow!("inconsistent: {path} was promised as {promised} and is {found}");
    if promised.is_null() || found.is_null() || is_unknown(found) {
        return if promised == found { Ok(()) } else { Err(broken()) };
    }
    match (shape, promised, found) {
        (Shape::Nested(children) | Shape::Object(children), _, _) => children.iter().try_for_each(|child| {
            kept(&child.shape, &promised[&child.name], &found[&child.name], &join(path, &child.name))
        }),
        (Shape::NestedList(_) | Shape::List(_), Json::Array(of), Json::Array(items)) => {
            ensure!(of.len() == items.len(), broken());
            let inner = match shape {
                Shape::NestedList(children) => Shape::Nested(children.clone()),
                Shape::List(inner) => (**inner).clone(),
                _ => bail!("{path}: no list"),
            };
            let mut pairs = of.iter().zip(items).enumerate();
            pairs.try_for_each(|(at, (promised, found))| kept(&inner, promised, found, &format!("{path}[{at}]")))
        }
        (Shape::Set(_), Json::Array(of), Json::Array(items)) => {
            let open = of.iter().any(is_unknown);
            ensure!(items.len() <= of.len() && items.iter().all(|item| open || of.contains(item)), broken());
            Ok(())
        }
        (Shape::Map(inner), Json::Object(of), Json::Object(items)) => {
            ensure!(of.keys().eq(items.keys()), broken());
            of.iter().try_for_each(|(key, promised)| kept(inner, promised, &items[key], &join(path, key)))
        }
        _ if promised == found => Ok(()),
        _ => Err(broken()),
    }
}

/// Dotted paths of everything that two states have differently, with both values.
pub fn differences(attributes: &[Attribute], one: &Json, other: &Json) -> Vec<String> {
    let mut found = Vec::new();
    for attribute in attributes {
        let (name, one, other) = (&attribute.name, &one[&attribute.name], &other[&attribute.name]);
        match attribute.children() {
            _ if one == other => {}
            [] => found.push(format!("{name}: {one} → {other}")),
            _ if !one.is_object() || !other.is_object() => found.push(format!("{name}: {one} → {other}")),
            children => found.extend(differences(children, one, other).into_iter().map(|found| join(name, &found))),
        }
    }
    found
}

/// Dotted paths of everything in a state that is not known.
pub fn unknown_paths(attributes: &[Attribute], state: &Json) -> Vec<String> {
    fn walk(attributes: &[Attribute], state: &Json, path: &str, found: &mut Vec<String>) {
        for attribute in attributes {
            let (value, path) = (&state[&attribute.name], join(path, &attribute.name));
            match &attribute.shape {
                Shape::Nested(children) if value.is_object() => walk(children, value, &path, found),
                _ if has_unknown(value) => found.push(path),
                _ => {}
            }
        }
    }
    let mut found = Vec::new();
    walk(attributes, state, "", &mut found);
    found
}

/// The value at a path, and whether the schema has that place; a path into a set stops at the set.
pub fn at<'a>(attributes: &[Attribute], value: &'a Json, path: &AttributePath) -> Result<&'a Json> {
    let (mut level, mut shape, mut found) = (attributes, None::<&Shape>, value);
    for step in &path.steps {
        match (&step.selector, shape) {
            (Some(Selector::AttributeName(name)), None | Some(Shape::Nested(_) | Shape::Object(_))) => {
                let attribute = level.iter().find(|attribute| attribute.name == *name);
                let Some(attribute) = attribute else { bail!("the schema has no {} at {}", name, rendered(path)) };
                (level, shape, found) = (attribute.children(), Some(&attribute.shape), &found[name]);
            }
            (Some(Selector::ElementKeyString(key)), Some(Shape::Map(inner))) => {
                (shape, found) = (Some(&**inner), &found[key]);
            }
            (Some(Selector::ElementKeyInt(at)), Some(Shape::NestedList(_))) => {
                (shape, found) = (None, &found[usize::try_from(*at)?]);
            }
            (Some(Selector::ElementKeyInt(at)), Some(Shape::List(inner))) => {
                (shape, found) = (Some(&**inner), &found[usize::try_from(*at)?]);
            }
            (selector, _) => bail!("{}: {selector:?} leads nowhere", rendered(path)),
        }
    }
    Ok(found)
}

/// A path as users write it.
pub fn rendered(path: &AttributePath) -> String {
    let mut text = String::new();
    for step in &path.steps {
        match &step.selector {
            Some(Selector::AttributeName(name)) => text = join(&text, name),
            Some(Selector::ElementKeyString(key)) => text.push_str(&format!("[{key:?}]")),
            Some(Selector::ElementKeyInt(at)) => text.push_str(&format!("[{at}]")),
            None => text.push_str("[?]"),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::value::unknown;
    use super::*;

    fn leaf(name: &str, optional: bool, computed: bool) -> Attribute {
        let (required, sensitive, write_only) = (false, false, false);
        Attribute { name: name.into(), shape: Shape::Text, required, optional, computed, sensitive, write_only }
    }

    fn section() -> Vec<Attribute> {
        let children = vec![leaf("written", true, false), leaf("either", true, true)];
        vec![Attribute { shape: Shape::Nested(children), ..leaf("section", true, true) }, leaf("given", false, true)]
    }

    #[test]
    fn a_proposal_keeps_what_the_provider_gave() {
        let prior = json!({ "section": { "written": null, "either": "a" }, "given": "g" });
        let config = json!({ "section": null, "given": null });
        assert_eq!(proposed(&section(), &prior, &config), prior);
        let config = json!({ "section": { "written": "w", "either": null }, "given": null });
        let expected = json!({ "section": { "written": "w", "either": "a" }, "given": "g" });
        assert_eq!(proposed(&section(), &prior, &config), expected);
    }

    #[test]
    fn a_proposal_drops_a_section_that_was_configured() {
        let prior = json!({ "section": { "written": "w", "either": "a" }, "given": "g" });
        let config = json!({ "section": null, "given": null });
        assert_eq!(proposed(&section(), &prior, &config), json!({ "section": null, "given": "g" }));
    }

    #[test]
    fn a_plan_that_invents_a_value_is_refused() {
        let config = json!({ "section": { "written": null, "either": null }, "given": null });
        let good = json!({ "section": { "written": null, "either": "d" }, "given": unknown() });
        assert!(assert_planned(&section(), &Json::Null, &config, &good).is_ok());
        let bad = json!({ "section": { "written": "w", "either": "d" }, "given": "g" });
        assert!(assert_planned(&section(), &Json::Null, &config, &bad).is_err());
    }

    #[test]
    fn a_result_that_breaks_a_promise_is_refused() {
        let planned = json!({ "section": { "written": null, "either": "d" }, "given": unknown() });
        let with =
            |either: &str, given: Json| json!({ "section": { "written": null, "either": either }, "given": given });
        assert!(assert_applied(&section(), &planned, &with("d", json!("g"))).is_ok());
        assert!(assert_applied(&section(), &planned, &with("e", json!("g"))).is_err());
        assert!(assert_applied(&section(), &planned, &with("d", unknown())).is_err());
    }
}
