//! What counts as equal: random names, tokens and ids do not count, everything else does.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use regex::{Captures, Regex};
use serde_json::{Map, Value as Json, json};
use starburst_provider::pulumi::decode::SIGNATURE;
use starburst_schema::terraform::{Attribute, Part, Shape};
use starburst_schema::{FIELDS, Field, Kind, OUTPUTS};
use starburst_tests::fake;

use crate::harness::REGION;
use crate::terraform::bench::Phase;

/// Parameters of calls that are another text each time.
const TOKENS: [&str; 4] = ["ClientRequestToken", "ClientToken", "NextToken", "OperationId"];
/// Beginnings of the ids of things that are there from the start, which are told apart.
const SEEDED: [&str; 6] = ["0a0a0a0a", "0b0b0b0b", "0c0c0c0c", "0f0f0f0f", "01010101", "02020202"];

/// Random parts of names: UUIDs, ids, and the endings that CloudFormation gives.
static RANDOM: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?x)
        [0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}
        | \b([a-z]+)-([0-9a-f]{17})\b
        | -[A-Z0-9]{10,14}\b
        | (secret:[A-Za-z0-9/_-]+)-[A-Za-z0-9]{6}\b",
    )
    .ok()
});

/// A text without what is random in it.
pub fn plain(text: &str) -> String {
    let Some(random) = RANDOM.as_ref() else { return text.to_owned() };
    let replaced = random.replace_all(text, |found: &Captures<'_>| match (found.get(1), found.get(2), found.get(3)) {
        (Some(kind), Some(id), _) if !SEEDED.iter().any(|seeded| id.as_str().starts_with(seeded)) => {
            format!("{}-<id>", kind.as_str())
        }
        (Some(_), _, _) => found[0].to_owned(),
        (_, _, Some(secret)) => format!("{}-<id>", plain(secret.as_str())),
        _ if found[0].starts_with('-') => "-<id>".to_owned(),
        _ => "<id>".to_owned(),
    });
    replaced.into_owned()
}

/// A value without what is random in it.
pub fn normal(value: &Json) -> Json {
    match value {
        Json::String(text) => json!(plain(text)),
        Json::Array(items) => Json::Array(items.iter().map(normal).collect()),
        Json::Object(map) => {
            let kept = map.iter().filter(|(key, _)| !TOKENS.contains(&key.as_str()));
            Json::Object(kept.map(|(key, value)| (plain(key), normal(value))).collect())
        }
        value => value.clone(),
    }
}

/// The calls of one scenario step.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Calls {
    /// Calls that change something, in order, with their bodies.
    pub changes: Vec<String>,
    /// Reads by phase, with their bodies.
    pub reads: BTreeMap<Phase, BTreeSet<String>>,
}

impl Calls {
    /// From recorded calls.
    pub fn of(calls: Vec<(Phase, fake::CallRecord)>) -> Self {
        let mut all = Self::default();
        // Whose keys these are is asked once a process, and the clients' processes live for different times.
        for (phase, call) in calls.into_iter().filter(|(_, call)| call.action != "GetCallerIdentity") {
            let name = format!("{}:{} {}", call.service, call.action, normal(&call.params));
            // A drift detection changes nothing either: Terraform's plan reads anew, an update of Pulumi's does not.
            if ["Describe", "Get", "List", "Head", "Detect"].iter().any(|verb| call.action.starts_with(verb)) {
                all.reads.entry(phase).or_default().insert(name);
            } else {
                all.changes.push(format!("{name} {}", plain(&call.outcome)));
            }
        }
        all
    }
}

/// Everything of the stacks of a model: parameters, tags, outputs, resources.
pub fn stacks(model: &fake::World) -> Json {
    let place = fake::state::Place { account: fake::ACCOUNT.to_owned(), region: REGION.to_owned() };
    model.with(|state| {
        let stacks = state.region(&place).stacks.values().filter(|stack| stack.deleted.is_none());
        let each = stacks.map(|stack| {
            let parameters: Map<String, Json> = stack
                .config
                .parameters
                .iter()
                .map(|(name, value)| (name.clone(), json!(format!("{value:?}"))))
                .collect();
            let outputs: Map<String, Json> =
                stack.outputs.iter().map(|output| (output.key.clone(), json!(output.value))).collect();
            let resources: Map<String, Json> = stack
                .resources
                .iter()
                .map(|(logical, resource)| (logical.clone(), json!([resource.kind, resource.status])))
                .collect();
            normal(&json!({
                "name": stack.name, "status": stack.status, "parameters": parameters, "tags": stack.config.tags,
                "outputs": outputs, "resources": resources, "role": stack.role_arn, "policy": stack.policy,
                "notifications": stack.notification_arns, "protected": stack.protected, "rollback": stack.rollback,
                "disableRollback": stack.disable_rollback, "capabilities": stack.config.capabilities,
            }))
        });
        Json::Array(each.collect())
    })
}

/// A program as Terraform spells it.
pub fn snake(program: &Json, attributes: &[Attribute]) -> Json {
    let Json::Object(map) = program else { return program.clone() };
    let each = map.iter().map(|(key, value)| match attributes.iter().find(|attribute| attribute.key == *key) {
        Some(attribute) => {
            let value = match (&attribute.shape, value) {
                (Shape::Objects(children), Json::Array(items)) => {
                    Json::Array(items.iter().map(|item| snake(item, children)).collect())
                }
                (Shape::Object(children), value) => snake(value, children),
                _ => value.clone(),
            };
            (attribute.name.clone(), value)
        }
        None => (key.clone(), value.clone()),
    });
    Json::Object(each.collect())
}

/// A dotted path as Pulumi spells it.
pub fn camel(path: &str, attributes: &[Attribute]) -> String {
    let (name, rest) = match path.find(['.', '[']) {
        Some(end) => path.split_at(end),
        None => (path, ""),
    };
    let Some(attribute) = attributes.iter().find(|attribute| attribute.name == name) else { return path.to_owned() };
    let bracket = if rest.starts_with('[') { rest.find("].").map_or(rest.len(), |end| end + 1) } else { 0 };
    let (index, deeper) = rest.split_at(bracket);
    match deeper.strip_prefix('.') {
        Some(deeper) => format!("{}{index}.{}", attribute.key, camel(deeper, attribute.children())),
        None => format!("{}{rest}", attribute.key),
    }
}

/// Where a violation stands, as both clients can say it: elements of sets and values of maps have no place of their own.
pub fn place(path: &str) -> String {
    let whole = FIELDS.iter().filter(|field| matches!(field.kind, Kind::Set | Kind::Map)).map(|field| field.path);
    let inside = |field: &&str| path.strip_prefix(field).is_some_and(|rest| rest.starts_with(['.', '[']));
    whole.into_iter().find(inside).unwrap_or(path).to_owned()
}

fn at<'a>(tree: &'a Json, path: &str) -> &'a Json {
    path.split('.').fold(tree, |tree, name| &tree[name])
}

/// A value without Pulumi's envelopes of secrets.
fn peeled(value: &Json) -> Json {
    match value {
        Json::Object(map) if map.contains_key(SIGNATURE) => peeled(&map["value"]),
        Json::Object(map) => Json::Object(map.iter().map(|(key, value)| (key.clone(), peeled(value))).collect()),
        Json::Array(items) => Json::Array(items.iter().map(peeled).collect()),
        value => value.clone(),
    }
}

/// The effective value of each field under Pulumi, and the paths that say nothing because the plugin fills them in.
pub fn effective_inputs(inputs: &Json) -> (BTreeMap<&'static str, Json>, BTreeSet<&'static str>) {
    let (mut values, mut filled) = (BTreeMap::new(), BTreeSet::new());
    // Another template has defaults of its own.
    let template = at(inputs, "stack.template");
    let own = ["url", "body", "current"].iter().any(|from| !template[from].is_null() && template[from] != false);
    for field in FIELDS {
        let written = peeled(at(inputs, field.path));
        let default = field.default.filter(|_| !own || field.parameter.is_none());
        let default = default.and_then(|default| serde_json::from_str(default).ok()).unwrap_or_default();
        let value = if written.is_null() { default } else { written };
        // The region of the provider is an output, too, and compared as such.
        if value.is_null() && (field.computed || field.path == starburst_schema::fields::REGION.path) {
            filled.insert(field.path);
        }
        values.insert(field.path, sorted(field, value));
    }
    (values, filled)
}

/// The value of each field in a state of Terraform.
pub fn stored_inputs(state: &Json, attributes: &[Attribute]) -> BTreeMap<&'static str, Json> {
    let mut values = BTreeMap::new();
    for attribute in attributes {
        let value = &state[&attribute.name];
        match attribute.role {
            Part::Section => values.extend(stored_inputs(value, attribute.children())),
            Part::Input(field) | Part::Region(field) => {
                values.insert(field.path, sorted(field, keyed(value, attribute)));
            }
            _ => {}
        }
    }
    values
}

/// Objects of a list under the keys that Pulumi has.
fn keyed(value: &Json, attribute: &Attribute) -> Json {
    let (Shape::Objects(children), Json::Array(items)) = (&attribute.shape, value) else { return value.clone() };
    let one = |item: &Json| {
        let each = children.iter().map(|child| (child.key.clone(), item[&child.name].clone()));
        Json::Object(each.filter(|(_, value)| !value.is_null()).collect())
    };
    Json::Array(items.iter().map(one).collect())
}

fn sorted(field: &Field, value: Json) -> Json {
    match (field.kind, value) {
        (Kind::Set, Json::Array(mut items)) => {
            items.sort_by_key(Json::to_string);
            Json::Array(items)
        }
        (_, value) => value,
    }
}

/// Outputs under Pulumi, without secrets that Terraform does not store.
pub fn pulumi_outputs(outputs: &Json, attributes: &[Attribute]) -> BTreeMap<&'static str, Json> {
    each_output(attributes, |name, _| normal(&peeled(&outputs[name])))
}

/// Outputs under Terraform.
pub fn terraform_outputs(state: &Json, attributes: &[Attribute]) -> BTreeMap<&'static str, Json> {
    each_output(attributes, |_, attribute| normal(&state[&attribute.name]))
}

fn each_output(
    attributes: &[Attribute],
    of: impl Fn(&'static str, &Attribute) -> Json,
) -> BTreeMap<&'static str, Json> {
    let found = attributes.iter().filter_map(|attribute| match attribute.role {
        Part::Output(output) => Some((output.name, of(output.name, attribute))),
        _ => None,
    });
    let found: BTreeMap<&'static str, Json> = found.collect();
    debug_assert!(found.len() + 2 >= OUTPUTS.len());
    found
}
