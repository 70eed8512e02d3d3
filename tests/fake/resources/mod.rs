//! Resource types: what the model knows of each, and the dispatch to the code that makes, changes and deletes the
//! object. It knows no events and no statuses.

pub mod attributes;
pub mod compute;
pub mod network;
pub mod objects;
pub mod secrets;
pub mod table;

use super::groups;
use super::stacks::Resource;
use super::state::{Place, State};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
pub use table::{Recreation, Type, known, recreation};

/// What is asked of a handler.
#[derive(Clone, Debug)]
pub struct Request {
    pub stack: String,
    pub stack_name: String,
    pub place: Place,
    pub logical: String,
    pub kind: String,
    pub run: u64,
    pub properties: Value,
    pub tags: BTreeMap<String, String>,
    pub definition: Value,
    /// A rollback asks.
    pub restoring: bool,
}

impl Request {
    /// A property as text, empty when absent.
    #[must_use]
    pub fn text(&self, name: &str) -> String {
        self.properties.get(name).map(super::intrinsics::text).unwrap_or_default()
    }

    /// The name that CloudFormation generates: stack, logical id, random suffix.
    pub fn generated_name(&self, w: &mut State) -> String {
        format!("{}-{}-{}", self.stack_name, self.logical, w.ids.suffix())
    }

    /// Own tags and stack tags in EC2's shape.
    #[must_use]
    pub fn tag_set(&self) -> Value {
        let mut tags = self.tags.clone();
        for tag in self.properties.get("Tags").and_then(Value::as_array).into_iter().flatten() {
            let part = |k: &str| tag.get(k).map(super::intrinsics::text).unwrap_or_default();
            tags.insert(part("Key"), part("Value"));
        }
        tags.iter().map(|(k, v)| serde_json::json!({ "key": k, "value": v })).collect()
    }
}

/// When the object is ready.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// After this many virtual milliseconds.
    After(i64),
    /// When the group's own watch says so.
    Watched,
}

/// An object made or changed.
#[derive(Clone, Debug)]
pub struct Made {
    pub physical: String,
    pub attributes: Map<String, Value>,
    pub outcome: Outcome,
}

/// Makes the object.
pub fn create(w: &mut State, r: &Request) -> Result<Made, String> {
    required(r)?;
    match r.kind.as_str() {
        "AWS::AutoScaling::AutoScalingGroup" => groups::resource::create(w, r),
        "AWS::AutoScaling::LifecycleHook" => groups::resource::put_hook(w, r, ""),
        "AWS::SecretsManager::Secret" => secrets::create(w, r),
        "AWS::EC2::LaunchTemplate" => compute::create_template(w, r),
        "AWS::EC2::Instance" => compute::create_instance(w, r),
        k if k.starts_with("AWS::EC2::") => network::create(w, r),
        _ => objects::create(w, r),
    }
}

/// Brings the object from `old` to the request's properties.
pub fn update(w: &mut State, r: &Request, old: &Resource) -> Result<Made, String> {
    required(r)?;
    match r.kind.as_str() {
        "AWS::AutoScaling::AutoScalingGroup" => groups::resource::update(w, r, old),
        "AWS::AutoScaling::LifecycleHook" => groups::resource::put_hook(w, r, &old.physical),
        "AWS::SecretsManager::Secret" => secrets::update(w, r, old),
        "AWS::EC2::LaunchTemplate" => compute::update_template(w, r, old),
        k if k.starts_with("AWS::EC2::") => network::update(w, r, old),
        _ => objects::update(w, r, old),
    }
}

/// Deletes the object.
pub fn delete(w: &mut State, r: &Request, old: &Resource) -> Result<Outcome, String> {
    match r.kind.as_str() {
        "AWS::AutoScaling::AutoScalingGroup" => groups::resource::delete(w, r, old),
        "AWS::AutoScaling::LifecycleHook" => groups::resource::delete_hook(w, r, old),
        "AWS::SecretsManager::Secret" => secrets::delete(w, r, old),
        k if k.starts_with("AWS::EC2::") => network::delete(w, r, old),
        _ => objects::delete(w, r, old),
    }
}

fn required(r: &Request) -> Result<(), String> {
    let Some(kind) = known(&r.kind) else { return Ok(()) };
    let missing = kind.required.iter().find(|name| r.properties.get(**name).is_none());
    missing.map_or(Ok(()), |name| {
        Err(format!(
            "Properties validation failed for resource {} with message:\n[#: required key [{name}] not found]",
            r.logical
        ))
    })
}

/// The wording of a modern resource handler's failure.
pub fn handler_error(w: &mut State, message: &str, code: &str) -> String {
    let token = w.ids.uuid();
    format!("Resource handler returned message: \"{message}\" (RequestToken: {token}, HandlerErrorCode: {code})")
}
