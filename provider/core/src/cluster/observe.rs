//! Live facts of a stack beside what DescribeStacks answers: group sizes, the Superset password.

use starburst_schema::{OUTPUTS, outputs as names};

use super::drift::by_logical_id;
use super::outputs::{Computed, text_of};
use super::state::ClusterState;
use crate::failure::Failure;
use crate::ports::{Group, Ports, Stack};
use crate::stack::call_failure::from_call;
use crate::template;
use crate::value::Value;

/// The worker group, which DescribeStacks does not answer: one call. `None` when the stack has none or it may not be
/// read.
///
/// # Errors
/// Passing failures of AWS; a refusal to read is no error, the fact is absent then.
pub async fn workers(ports: Ports<'_>, stack: &Stack) -> Result<Option<Group>, Failure> {
    let Some(name) = stack_output(stack, names::WORKER_AUTO_SCALING_GROUP_NAME) else { return Ok(None) };
    match ports.auto_scaling.groups(&[name]).await {
        Ok(groups) => Ok(groups.into_iter().next()),
        Err(error) if error.kind == crate::ports::CallErrorKind::Denied => Ok(None),
        Err(error) => Err(from_call(&error)),
    }
}

/// The stack's value for one of our outputs.
#[must_use]
pub fn stack_output(stack: &Stack, name: &str) -> Option<String> {
    let output = OUTPUTS.iter().find(|output| output.name == name)?;
    text_of(output, stack).cloned()
}

/// Outputs that the plugin computes.
pub async fn computed(ports: Ports<'_>, stack: &Stack, state: &ClusterState) -> Computed {
    let mut computed = known(&stack.name, &ports.identity.region());
    computed.insert(names::STACK_ID, Value::text(stack.id.as_str()));
    computed.insert(names::TEMPLATE_VERSION, Value::integer(i64::from(state.template_version)));
    let (secret, plain): (Vec<_>, Vec<_>) = stack
        .outputs
        .iter()
        .partition(|(key, _)| template::is_sensitive_output(key) || state.sensitive_outputs.contains(key.as_str()));
    let map = |pairs: Vec<(&String, &String)>| {
        Value::Map(pairs.into_iter().map(|(key, text)| (key.clone(), Value::text(text.as_str()))).collect())
    };
    computed.insert(names::STACK_OUTPUTS, map(plain));
    computed.insert(names::SENSITIVE_STACK_OUTPUTS, map(secret));
    computed.insert(names::IMAGE_IDS, image_ids(stack));
    if state.template_version == 0 {
        computed.extend(groups_by_name(ports, stack).await);
    }
    if let Some(arn) = stack_output(stack, names::SUPERSET_ADMIN_PASSWORD) {
        // The password is worth a warning in the outputs' absence, not a failed refresh.
        let password = ports.secrets.value(&arn).await.ok().flatten();
        computed
            .insert(names::SUPERSET_ADMIN_PASSWORD, password.map_or(Value::Null, |text| Value::text(text).secret()));
    }
    computed
}

/// The groups of another template that has no outputs for them: found by their logical ids, a single one as the workers'.
async fn groups_by_name(ports: Ports<'_>, stack: &Stack) -> Computed {
    let wanted = [
        (names::COORDINATOR_AUTO_SCALING_GROUP_NAME, "coordinator"),
        (names::WORKER_AUTO_SCALING_GROUP_NAME, "worker"),
    ];
    let missing: Vec<_> = wanted.into_iter().filter(|(output, _)| stack_output(stack, output).is_none()).collect();
    if missing.is_empty() {
        return Computed::new();
    }
    // Groups that may not be read leave the outputs without a value.
    let groups = by_logical_id(&stack.id, ports.auto_scaling.stack_groups(&stack.id).await.unwrap_or_default());
    let find = |word: &str| {
        let named = groups.iter().find(|(id, _)| id.to_lowercase().contains(word)).map(|(_, group)| group);
        named.or_else(|| groups.values().next().filter(|_| groups.len() == 1 && word == "worker"))
    };
    let found = missing.into_iter().filter_map(|(output, word)| Some((output, find(word)?)));
    found.map(|(output, group)| (output, Value::text(group.name.as_str()))).collect()
}

/// Outputs that follow from the inputs alone.
#[must_use]
pub fn known(stack_name: &str, region: &str) -> Computed {
    let mut known = Computed::new();
    if !stack_name.is_empty() {
        known.insert(names::STACK_NAME, Value::text(stack_name));
    }
    known.insert(names::REGION, Value::text(region));
    known
}

fn image_ids(stack: &Stack) -> Value {
    let images = template::IMAGE_PARAMETERS.iter().filter_map(|(role, parameter)| {
        let id = stack.parameters.get(*parameter).filter(|id| !id.is_empty())?;
        Some(((*role).to_owned(), Value::text(id.as_str())))
    });
    Value::Map(images.collect())
}
