//! What is there: refresh, import, list. Starts from the given inputs and overwrites what AWS answers differently.

use starburst_schema::codes;
use starburst_schema::fields::{ec2, stack as stack_fields, superset};
use starburst_schema::{FIELDS, Field, ParameterEncoding};

use super::api::{Listed, Prior, ReadCluster, Settings};
use super::defaults::{default_of, effective};
use super::drift;
use super::guard;
use super::newer_image;
use super::observe;
use super::own_template::{self, is_given};
use super::parameters::{self, NO_ECHO};
use super::provisioned_product;
use super::request::{CLUSTER_TAG, OWNER_TAG};
use super::standing;
use super::state::{ClusterState, STATE_VERSION};
use super::tags;
use crate::failure::{Failure, FailureKind, Message};
use crate::path::Path;
use crate::ports::{Ports, Stack, SummaryOf};
use crate::stack::Goal;
use crate::stack::call_failure::from_call;
use crate::stack::status::StackStatus;
use crate::stack::table::{self, Decision};
use crate::template;
use crate::value::Value;

/// Calls of a refresh without change, at most.
const MOST_CALLS: usize = 5;

/// Reads a cluster by ARN or name; without a prior it is an import. `None` when it is gone: the stack is not there,
/// is deleted, or is what a failed create left behind, and the caller looks in the right region and account.
///
/// # Errors
/// Whatever kept AWS from answering, and a region or account that is not the stack's.
pub async fn read(
    ports: Ports<'_>,
    settings: &Settings,
    id: &str,
    prior: Option<&Prior>,
) -> Result<Option<ReadCluster>, Failure> {
    guard::same_region(ports, id)?;
    let stack = ports.cloud_formation.describe_stack(id).await.map_err(|error| from_call(&error))?;
    let Some(stack) = stack.filter(|stack| !is_gone(stack)) else {
        guard::same_account(ports, settings, Some(id)).await?;
        return Ok(None);
    };
    let mut state = ClusterState::of(prior).map_err(newer_state)?;
    let mut inputs = match prior {
        Some(prior) => prior.inputs.clone(),
        None => imported(ports, &stack, &mut state).await?,
    };
    let before = inputs.clone();
    state.default_tags = Some(tags::live_defaults(settings, &state, &inputs, &stack));
    if prior.is_some() && is_given(&inputs) {
        let summary = ports.cloud_formation.template_summary(SummaryOf::Stack(&stack.id)).await;
        let summary = summary.map_err(|error| from_call(&error))?;
        own_template::refreshed(&stack, &summary, &state, &mut inputs);
    }
    overwrite(&mut inputs, &stack, &state, settings, prior.is_none());
    let drift = drift::look(ports, &stack, &mut state, &before, &mut inputs).await?;
    wrap_secrets(&mut inputs);
    let computed = observe::computed(ports, &stack, &state).await;
    let outputs = super::outputs::assemble(&inputs, &stack, &computed, &state);
    let mut notes = notes(&stack, &inputs, prior.is_none());
    if let (Some(role), true) = (&stack.role_arn, effective(&inputs, &stack_fields::ROLE_ARN).is_null()) {
        notes.push(Message::of(&stack_fields::ROLE_ARN).text(format!(
            " is absent, and CloudFormation acts as {role}: no update takes a role away, another one can be named"
        )));
    }
    notes.extend(drift);
    if prior.is_some() {
        // The stack, groups, rules and the list of networks, and a password where Superset runs were read.
        let made = 4 + usize::from(effective(&inputs, &superset::ENABLED).as_bool() == Some(true));
        notes.extend(newer_image::notes(ports, &inputs, &stack, MOST_CALLS.saturating_sub(made)).await);
    }
    Ok(Some(ReadCluster { id: stack.id.clone(), inputs, outputs, notes }))
}

/// All clusters of the region that carry the plugin's tag.
///
/// # Errors
/// Whatever kept AWS from answering.
pub async fn list(ports: Ports<'_>) -> Result<Vec<Listed>, Failure> {
    /// Pages read at most; AWS allows 2,000 stacks per region by default and answers many at once.
    const MOST_PAGES: usize = 500;
    let mut found = Vec::new();
    let mut next: Option<String> = None;
    for _ in 0..MOST_PAGES {
        let (stacks, more) =
            ports.cloud_formation.list_stacks(next.as_deref()).await.map_err(|error| from_call(&error))?;
        found.extend(
            stacks
                .into_iter()
                .filter(|stack| stack.parent_id.is_none() && stack.tags.contains_key(CLUSTER_TAG))
                .map(|stack| Listed { id: stack.id, name: stack.name }),
        );
        next = more;
        if next.is_none() {
            break;
        }
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(found)
}

/// A failed create leaves a stack that only deletion leads out of and that holds nothing: for the user's state it is
/// as good as gone, and the next create removes it.
fn is_gone(stack: &Stack) -> bool {
    table::decide(&StackStatus::from(stack.status.as_str()), Goal::Observe) == Decision::Gone
}

pub(super) fn newer_state(version: u32) -> Failure {
    Failure::new(
        FailureKind::Refused,
        &codes::refused::NEWER_STATE,
        Message::new(format!(
            "the state was written in form {version}, and this version of the plugin reads form {STATE_VERSION} and older"
        )),
    )
    .hint(Message::new("install the plugin version that wrote the state, or a newer one"))
}

/// Inputs of a stack that no program describes yet: what differs from the defaults.
async fn imported(ports: Ports<'_>, stack: &Stack, state: &mut ClusterState) -> Result<Value, Failure> {
    let mut inputs = Value::Map(std::collections::BTreeMap::new());
    let body = ports.cloud_formation.template(&stack.id).await.map_err(|error| from_call(&error))?;
    state.version = STATE_VERSION;
    let Some(bundled) = template::recognise(&body) else {
        let summary = ports.cloud_formation.template_summary(SummaryOf::Stack(&stack.id)).await;
        let summary = summary.map_err(|error| from_call(&error))?;
        if !own_template::is_a_cluster(&summary) {
            return Err(Failure::new(
                FailureKind::Refused,
                &codes::refused::FOREIGN_TEMPLATE,
                Message::new(format!("stack {} holds no Presto and Alluxio cluster", stack.name)),
            ));
        }
        own_template::adopted(stack, &summary, &mut inputs, state);
        if let Ok(tree) = own_template::tree(&body) {
            state.sensitive_outputs = own_template::sensitive_outputs(&tree, &summary);
        }
        inputs.put(&Path::from(&stack_fields::NAME), Value::text(stack.name.as_str()));
        return Ok(inputs);
    };
    state.template_version = bundled.version;
    for derived in starburst_schema::DERIVED.iter().filter(|derived| !derived.secret) {
        if let Some(text) = stack.parameters.get(derived.name) {
            state.derived.insert(derived.name.to_owned(), text.clone());
        }
    }
    for parameter in FIELDS.iter().filter(|field| field.computed).filter_map(|field| field.parameter) {
        if let Some(text) = stack.parameters.get(parameter.name) {
            state.derived.insert(parameter.name.to_owned(), text.clone());
        }
    }
    for field in FIELDS {
        if let Some(json) = bundled.settings.get(field.path) {
            inputs.put(&Path::from(*field), Value::from(json));
        }
    }
    inputs.put(&Path::from(&stack_fields::NAME), Value::text(stack.name.as_str()));
    Ok(inputs)
}

/// Puts live values where they differ from what the inputs say.
fn overwrite(inputs: &mut Value, stack: &Stack, state: &ClusterState, settings: &Settings, import: bool) {
    let fixed = effective(inputs, &ec2::WORKER_SCALING).as_text() == Some("fixed");
    // What an update sent there in the operators' name is no drift.
    let theirs = |field: &Field| !fixed && field.path == ec2::WORKER_COUNT.path && !effective(inputs, field).is_null();
    let carried: Vec<&Field> =
        FIELDS.iter().copied().filter(|field| field.parameter.is_some() && !theirs(field)).collect();
    // Another template's parameters were compared with its own declarations.
    if !is_given(inputs) {
        for field in carried {
            overwrite_parameter(inputs, field, stack, state);
        }
    }
    overwrite_tags(inputs, stack, state, settings);
    put_if_other(inputs, &stack_fields::TERMINATION_PROTECTION, Value::Bool(stack.termination_protection));
    // No update takes a role away again (CloudFormation API, UpdateStack): a diff for it would never end.
    if import || !effective(inputs, &stack_fields::ROLE_ARN).is_null() {
        let role = stack.role_arn.as_deref().map_or(Value::Null, Value::text);
        put_if_other(inputs, &stack_fields::ROLE_ARN, role);
    }
    let topics: Vec<Value> = stack.notification_arns.iter().map(Value::text).collect();
    put_if_other(inputs, &stack_fields::NOTIFICATION_ARNS, list_or_null(topics));
}

fn overwrite_parameter(inputs: &mut Value, field: &'static Field, stack: &Stack, state: &ClusterState) {
    let Some(parameter) = field.parameter else { return };
    let Some(live) = stack.parameters.get(parameter.name).filter(|live| live.as_str() != NO_ECHO) else { return };
    let path = Path::from(field);
    let filled_in = || state.derived.get(parameter.name).filter(|_| inputs.at(&path).is_null()).cloned();
    let described = state
        .uploaded
        .get(field.path)
        .cloned()
        .or_else(filled_in)
        .or_else(|| parameters::encode(field, &effective(inputs, field)));
    if described.as_deref().unwrap_or_default() == live {
        return;
    }
    let order_only = matches!(parameter.encoding, ParameterEncoding::CommaList)
        && parameters::decode(field, live) == parameters::decode(field, &described.unwrap_or_default());
    if !order_only {
        let value = parameters::decode(field, live);
        let value = if value == default_of(field) { Value::Null } else { value };
        inputs.put(&path, if field.is_secret() && !value.is_null() { value.secret() } else { value });
    }
}

/// Wraps every secret, as a check does: a state may have lost the marks on its way.
fn wrap_secrets(inputs: &mut Value) {
    for path in FIELDS.iter().filter(|field| field.is_secret()).map(|field| Path::from(*field)) {
        let value = inputs.at(&path);
        if !value.is_null() && !value.is_unknown() && !value.is_secret() {
            let wrapped = value.exposed().secret();
            inputs.put(&path, wrapped);
        }
    }
}

fn overwrite_tags(inputs: &mut Value, stack: &Stack, state: &ClusterState, settings: &Settings) {
    let path = Path::from(&stack_fields::TAGS);
    let written = inputs.at(&path).as_map().cloned().unwrap_or_default();
    let ignored = |key: &str| {
        key == OWNER_TAG || key == CLUSTER_TAG || key.starts_with("aws:") || tags::is_ignored(settings, key)
    };
    let by_default = |key: &str, text: &str| {
        !written.contains_key(key)
            && state.default_tags.as_ref().and_then(|tags| tags.get(key)).is_some_and(|tag| tag == text)
    };
    let mut live: std::collections::BTreeMap<String, Value> = stack
        .tags
        .iter()
        .filter(|(key, text)| !ignored(key) && !by_default(key, text))
        .map(|(key, text)| (key.clone(), Value::text(text.as_str())))
        .collect();
    live.extend(written.iter().filter(|(key, _)| ignored(key)).map(|(key, value)| (key.clone(), value.clone())));
    let same = live.len() == written.len()
        && live.iter().all(|(key, value)| written.get(key).is_some_and(|text| text.as_text() == value.as_text()));
    if !same {
        inputs.put(&path, if live.is_empty() { Value::Null } else { Value::Map(live) });
    }
}

fn put_if_other(inputs: &mut Value, field: &Field, live: Value) {
    let described = effective(inputs, field).exposed();
    let live_or_default = if live.is_null() { default_of(field) } else { live.clone() };
    if described != live_or_default {
        inputs.put(&Path::from(field), if live == default_of(field) { Value::Null } else { live });
    }
}

fn list_or_null(items: Vec<Value>) -> Value {
    if items.is_empty() { Value::Null } else { Value::List(items) }
}

fn notes(stack: &Stack, inputs: &Value, import: bool) -> Vec<Message> {
    let mut notes = Vec::new();
    let status = StackStatus::from(stack.status.as_str());
    if !status.is_ready() {
        let plain = || Message::new(format!("stack {} is in {}", stack.name, stack.status));
        notes.push(standing::ahead(&stack.name, &status, Goal::Update, inputs).unwrap_or_else(plain));
    }
    if import {
        notes.extend(provisioned_product::note(&stack.name));
        for field in FIELDS.iter().filter(|field| field.is_secret()) {
            let hidden = field
                .parameter
                .is_some_and(|parameter| stack.parameters.get(parameter.name).is_some_and(|text| text == NO_ECHO));
            if hidden && inputs.at(&Path::from(*field)).is_null() {
                notes.push(Message::of(field).text(" is kept as the stack has it: AWS does not give secrets back"));
            }
        }
    }
    notes
}
