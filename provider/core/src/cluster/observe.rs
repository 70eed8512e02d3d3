//! Live facts of a stack beside what DescribeStacks answers: group sizes, the Superset password.

use starburst_schema::OUTPUTS;

use super::api::{Asker, Prior};
use super::outputs::Computed;
use super::state::ClusterState;
use crate::failure::Failure;
use crate::ports::{Group, Ports, Stack};
use crate::stack::call_failure::from_call;
use crate::template;
use crate::value::Value;

/// Live facts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Observed {
    /// The worker group; `None` when the stack has none or it may not be read.
    pub workers: Option<Group>,
    /// Its desired capacity.
    pub worker_count: Option<u32>,
}

/// The key of the template output that names the worker group.
const WORKER_GROUP_OUTPUT: &str = "workerAutoScalingGroupName";
/// The name of the output that holds Superset's password.
const SUPERSET_PASSWORD: &str = "supersetAdminPassword";

/// Reads what DescribeStacks does not answer: one call.
///
/// # Errors
/// Passing failures of AWS; a refusal to read is no error, the fact is absent then.
pub async fn observe(ports: Ports<'_>, stack: &Stack, _prior: Option<&Prior>) -> Result<Observed, Failure> {
    let Some(name) = stack_output(stack, WORKER_GROUP_OUTPUT) else { return Ok(Observed::default()) };
    match ports.auto_scaling.groups(&[name]).await {
        Ok(groups) => {
            let workers = groups.into_iter().next();
            Ok(Observed { worker_count: workers.as_ref().map(|group| group.desired), workers })
        }
        Err(error) if error.kind == crate::ports::CallErrorKind::Denied => Ok(Observed::default()),
        Err(error) => Err(from_call(&error)),
    }
}

/// The stack's value for one of our outputs.
#[must_use]
pub fn stack_output(stack: &Stack, name: &str) -> Option<String> {
    let output = OUTPUTS.iter().find(|output| output.name == name)?;
    output.stack_outputs.iter().find_map(|key| stack.outputs.get(*key)).filter(|text| !text.is_empty()).cloned()
}

/// Outputs that the plugin computes.
pub async fn computed(
    ports: Ports<'_>,
    stack: &Stack,
    _observed: &Observed,
    state: &ClusterState,
    _asker: &Asker,
) -> Computed {
    let mut computed = known(&stack.name, &ports.identity.region());
    computed.insert("stackId", Value::text(stack.id.as_str()));
    computed.insert("templateVersion", Value::integer(i64::from(state.template_version)));
    let (secret, plain): (Vec<_>, Vec<_>) =
        stack.outputs.iter().partition(|(key, _)| template::is_sensitive_output(key));
    let map = |pairs: Vec<(&String, &String)>| {
        Value::Map(pairs.into_iter().map(|(key, text)| (key.clone(), Value::text(text.as_str()))).collect())
    };
    computed.insert("stackOutputs", map(plain));
    computed.insert("sensitiveStackOutputs", map(secret));
    computed.insert("imageIds", image_ids(stack));
    if let Some(arn) = stack_output(stack, SUPERSET_PASSWORD) {
        // The password is worth a warning in the outputs' absence, not a failed refresh.
        let password = ports.secrets.value(&arn).await.ok().flatten();
        computed.insert(SUPERSET_PASSWORD, password.map_or(Value::Null, |text| Value::text(text).secret()));
    }
    computed
}

/// Outputs that follow from the inputs alone.
#[must_use]
pub fn known(stack_name: &str, region: &str) -> Computed {
    let mut known = Computed::new();
    if !stack_name.is_empty() {
        known.insert("stackName", Value::text(stack_name));
    }
    known.insert("region", Value::text(region));
    known
}

fn image_ids(stack: &Stack) -> Value {
    let images = template::IMAGE_PARAMETERS.iter().filter_map(|(role, parameter)| {
        let id = stack.parameters.get(*parameter).filter(|id| !id.is_empty())?;
        Some(((*role).to_owned(), Value::text(id.as_str())))
    });
    Value::Map(images.collect())
}
