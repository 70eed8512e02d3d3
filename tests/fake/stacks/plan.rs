//! Evaluates a stack's template and says what an update would change: used by UpdateStack for its refusal, by the
//! engine for each resource, and by change sets for their answer.

use super::{Config, Resource, Stack};
use crate::fake::intrinsics::{Scope, UNKNOWN, text};
use crate::fake::resources::{self, Recreation};
use crate::fake::state::{Region, State};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// A snapshot over which expressions of one template are evaluated.
pub struct Evaluation<'a> {
    config: &'a Config,
    parameters: BTreeMap<String, Value>,
    exports: BTreeMap<String, Value>,
    zones: Vec<String>,
    resources: BTreeMap<String, (String, Map<String, Value>)>,
    secrets: BTreeMap<String, String>,
    ssm: BTreeMap<String, String>,
}

impl<'a> Evaluation<'a> {
    /// Over `config` (which may be a new one) and the resources that `stack` has now.
    pub fn new(config: &'a Config, stack: &Stack, region: &Region) -> Self {
        let mut parameters: BTreeMap<String, Value> =
            config.parameters.iter().map(|(k, p)| (k.clone(), p.value.clone())).collect();
        let place = &stack.place;
        let suffix = if place.region.starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" };
        for (name, value) in [
            ("AWS::AccountId", json!(place.account)),
            ("AWS::Region", json!(place.region)),
            ("AWS::Partition", json!(place.partition())),
            ("AWS::URLSuffix", json!(suffix)),
            ("AWS::StackName", json!(stack.name)),
            ("AWS::StackId", json!(stack.arn)),
            ("AWS::NotificationARNs", json!(stack.notification_arns)),
        ] {
            parameters.insert(name.to_owned(), value);
        }
        Self {
            config,
            parameters,
            exports: region.exports(),
            zones: place.zones(),
            resources: stack
                .resources
                .values()
                .filter(|r| !r.physical.is_empty())
                .map(|r| (r.logical.clone(), (r.physical.clone(), r.attributes.clone())))
                .collect(),
            secrets: region
                .secrets
                .values()
                .filter_map(|s| Some((s.arn.clone(), s.versions.last()?.1.clone())))
                .chain(region.secrets.values().filter_map(|s| Some((s.name.clone(), s.versions.last()?.1.clone()))))
                .collect(),
            ssm: region.ssm.clone(),
        }
    }

    /// The value of an expression.
    pub fn eval(&self, tree: &Value) -> Result<Value, String> {
        self.with_scope(|scope| scope.eval(tree))
    }

    /// Logical ids whose condition holds.
    pub fn active(&self) -> Result<BTreeSet<String>, String> {
        self.with_scope(|scope| {
            let mut ids = BTreeSet::new();
            for (id, definition) in self.config.template.section("Resources") {
                let wanted = match definition.get("Condition").and_then(Value::as_str) {
                    Some(name) => scope.condition(name)?,
                    None => true,
                };
                if wanted {
                    ids.insert(id.clone());
                }
            }
            Ok(ids)
        })
    }

    /// Whether a named condition holds; no name holds.
    pub fn condition(&self, name: Option<&str>) -> Result<bool, String> {
        name.map_or(Ok(true), |name| self.with_scope(|scope| scope.condition(name)))
    }

    /// Resolved properties and metadata of a resource.
    pub fn resource(&self, logical: &str) -> Result<(Value, Value), String> {
        let definition = self.config.template.resource(logical);
        let part = |name: &str| match definition.get(name) {
            Some(tree) => self.eval(tree),
            None => Ok(json!({})),
        };
        Ok((part("Properties")?, part("Metadata")?))
    }

    /// The definition of a resource with its creation and update policies resolved.
    #[must_use]
    pub fn definition(&self, logical: &str) -> Value {
        let mut definition = self.config.template.resource(logical).clone();
        if let Some(map) = definition.as_object_mut() {
            for policy in ["CreationPolicy", "UpdatePolicy"] {
                if let Some(Ok(resolved)) = map.get(policy).map(|tree| self.eval(tree)) {
                    map.insert(policy.to_owned(), resolved);
                }
            }
        }
        definition
    }

    /// Makes later references to this resource unknown: all of them, or only these attributes.
    pub fn forget(&mut self, logical: &str, kind: &str, all: bool) {
        let entry = self.resources.entry(logical.to_owned()).or_default();
        if all {
            entry.0 = UNKNOWN.into();
        }
        if let Some(found) = resources::known(kind) {
            for attribute in found.attributes {
                if all || found.volatile.contains(attribute) {
                    entry.1.insert((*attribute).to_owned(), json!(UNKNOWN));
                }
            }
        }
    }

    fn with_scope<T>(&self, run: impl FnOnce(&Scope<'_>) -> Result<T, String>) -> Result<T, String> {
        run(&Scope {
            template: &self.config.template,
            parameters: &self.parameters,
            exports: &self.exports,
            zones: &self.zones,
            resource: &|id, attribute| self.lookup(id, attribute),
            dynamic: &|inner| self.dynamic(inner),
        })
    }

    fn lookup(&self, id: &str, attribute: Option<&str>) -> Result<Value, String> {
        let missing = || {
            format!(
                "Template format error: Unresolved resource dependencies [{id}] in the Resources block of the template"
            )
        };
        let (physical, attributes) = self.resources.get(id).ok_or_else(missing)?;
        match attribute {
            None => Ok(json!(physical)),
            Some(_) if physical == UNKNOWN => Ok(json!(UNKNOWN)),
            Some(name) => attributes.get(name).cloned().ok_or_else(|| {
                format!("Template error: resource {id} does not support attribute type {name} in Fn::GetAtt")
            }),
        }
    }

    fn dynamic(&self, inner: &str) -> Result<String, String> {
        if inner.contains(UNKNOWN) {
            return Ok(UNKNOWN.into());
        }
        if let Some(name) = inner.strip_prefix("ssm:").or_else(|| inner.strip_prefix("ssm-secure:")) {
            let name = name.rsplit_once(':').map_or(name, |(n, v)| if v.parse::<u32>().is_ok() { n } else { name });
            return self
                .ssm
                .get(name)
                .cloned()
                .ok_or_else(|| format!("Parameters: [{inner}] not found in parameter store"));
        }
        let Some(rest) = inner.strip_prefix("secretsmanager:") else {
            return Err(format!("Template error: unknown dynamic reference {inner}"));
        };
        let (id, tail) = match rest.split_once(":SecretString") {
            Some((id, tail)) => (id, tail),
            None => (rest, ""),
        };
        let value =
            self.secrets.get(id).ok_or_else(|| "Secrets Manager can't find the specified secret.".to_owned())?;
        match tail.trim_start_matches(':').split(':').next().unwrap_or_default() {
            "" => Ok(value.clone()),
            key => serde_json::from_str::<Value>(value)
                .ok()
                .and_then(|v| v.get(key).map(text))
                .ok_or_else(|| "Could not find a value associated with JSONKey in SecretString".to_owned()),
        }
    }
}

/// One resource that an update changes.
#[derive(Clone, Debug)]
pub struct Change {
    pub logical: String,
    pub kind: String,
    pub physical: String,
    /// `Add`, `Modify` or `Remove`.
    pub action: &'static str,
    /// `True`, `False`, `Conditional`; only for `Modify`.
    pub replacement: &'static str,
    /// Changed top-level properties (`Tags`, `Metadata` included) with values before and after.
    pub properties: Vec<(String, Value, Value)>,
}

/// Top-level properties that differ; `Tags` stands for stack tags too.
#[must_use]
pub fn differences(
    old: &Resource,
    properties: &Value,
    metadata: &Value,
    tags: &BTreeMap<String, String>,
) -> Vec<(String, Value, Value)> {
    let empty = Map::new();
    let (before, after) = (old.properties.as_object().unwrap_or(&empty), properties.as_object().unwrap_or(&empty));
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let mut out: Vec<(String, Value, Value)> = names
        .into_iter()
        .filter_map(|name| {
            let (b, a) = (before.get(name).cloned().unwrap_or_default(), after.get(name).cloned().unwrap_or_default());
            (!same(&b, &a)).then(|| (name.clone(), b, a))
        })
        .collect();
    if &old.metadata != metadata {
        out.push(("Metadata".into(), old.metadata.clone(), metadata.clone()));
    }
    let taggable = resources::known(&old.kind).is_some_and(|k| k.taggable);
    if taggable && &old.tags != tags && !out.iter().any(|(n, _, _)| n == "Tags") {
        out.push(("Tags".into(), json!(old.tags), json!(tags)));
    }
    out
}

/// Equality as CloudFormation sees it: numbers and flags equal their text.
fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Object(x), Value::Object(y)) => {
            x.len() == y.len() && x.iter().all(|(k, v)| y.get(k).is_some_and(|w| same(v, w)))
        }
        (Value::Array(x), Value::Array(y)) => x.len() == y.len() && x.iter().zip(y).all(|(v, w)| same(v, w)),
        (Value::Null, Value::Null) => true,
        (Value::Null | Value::Object(_) | Value::Array(_), _)
        | (_, Value::Null | Value::Object(_) | Value::Array(_)) => false,
        _ => text(a) == text(b),
    }
}

/// The strongest replacement among changed properties.
#[must_use]
pub fn replacement(kind: &str, properties: &[(String, Value, Value)]) -> &'static str {
    let mut strongest = "False";
    for (name, _, after) in properties {
        match resources::recreation(kind, name) {
            Recreation::Always if after.to_string().contains(UNKNOWN) => {
                if strongest == "False" {
                    strongest = "Conditional";
                }
            }
            Recreation::Always => return "True",
            Recreation::Conditionally => strongest = "Conditional",
            Recreation::Never => {}
        }
    }
    strongest
}

/// What would change if `stack` took `config`.
pub fn changes(w: &mut State, stack: &Stack, config: &Config) -> Result<Vec<Change>, String> {
    let region = w.region(&stack.place).clone_for_reading();
    let mut evaluation = Evaluation::new(config, stack, &region);
    let active = evaluation.active()?;
    let mut target = stack.clone_without_history();
    target.config = config.clone();
    let mut out = Vec::new();
    for logical in in_order(&config.template.dependencies(), &active) {
        let kind = config.template.resource_type(&logical).to_owned();
        match stack.resources.get(&logical).filter(|r| r.kind == kind && !r.physical.is_empty()) {
            None => {
                evaluation.forget(&logical, &kind, true);
                out.push(Change {
                    logical,
                    kind,
                    physical: String::new(),
                    action: "Add",
                    replacement: "",
                    properties: Vec::new(),
                });
            }
            Some(old) => {
                let (properties, metadata) = evaluation.resource(&logical)?;
                let properties = differences(old, &properties, &metadata, &target.tags_of(&logical));
                if properties.is_empty() {
                    continue;
                }
                let replacement = replacement(&kind, &properties);
                evaluation.forget(&logical, &kind, replacement == "True");
                out.push(Change {
                    logical,
                    kind,
                    physical: old.physical.clone(),
                    action: "Modify",
                    replacement,
                    properties,
                });
            }
        }
    }
    for old in stack.resources.values().filter(|r| !active.contains(&r.logical)) {
        out.push(Change {
            logical: old.logical.clone(),
            kind: old.kind.clone(),
            physical: old.physical.clone(),
            action: "Remove",
            replacement: "",
            properties: Vec::new(),
        });
    }
    Ok(out)
}

/// Active logical ids, each after those it depends on.
#[must_use]
pub fn in_order(dependencies: &BTreeMap<String, BTreeSet<String>>, active: &BTreeSet<String>) -> Vec<String> {
    let mut left: BTreeSet<&String> = active.iter().collect();
    let mut out = Vec::new();
    while !left.is_empty() {
        let free: Vec<&String> = left
            .iter()
            .filter(|id| dependencies.get(**id).is_none_or(|deps| !deps.iter().any(|d| left.contains(d))))
            .copied()
            .collect();
        if free.is_empty() {
            break;
        }
        for id in free {
            left.remove(id);
            out.push(id.clone());
        }
    }
    out
}

impl Region {
    /// What expressions read, without stacks' histories.
    fn clone_for_reading(&self) -> Self {
        Self {
            secrets: self.secrets.clone(),
            ssm: self.ssm.clone(),
            stacks: self
                .stacks
                .iter()
                .filter(|(_, s)| s.outputs.iter().any(|o| o.export.is_some()))
                .map(|(k, s)| (k.clone(), s.clone_without_history()))
                .collect(),
            ..Self::default()
        }
    }
}

impl Stack {
    /// A copy without events and change sets.
    #[must_use]
    pub fn clone_without_history(&self) -> Self {
        Self {
            arn: self.arn.clone(),
            name: self.name.clone(),
            place: self.place.clone(),
            status: self.status.clone(),
            reason: self.reason.clone(),
            created: self.created,
            updated: self.updated,
            deleted: self.deleted,
            config: self.config.clone(),
            role_arn: self.role_arn.clone(),
            notification_arns: self.notification_arns.clone(),
            rollback: self.rollback.clone(),
            disable_rollback: self.disable_rollback,
            timeout: self.timeout,
            protected: self.protected,
            policy: self.policy.clone(),
            outputs: self.outputs.clone(),
            resources: self.resources.clone(),
            events: Vec::new(),
            operation: None,
            last_failed: None,
            operations: Vec::new(),
            change_sets: BTreeMap::new(),
            tokens: Vec::new(),
            drift: None,
        }
    }
}
