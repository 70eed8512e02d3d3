//! A look at a cluster that the caller does not own: outputs that are no secret, the stack's status, how many nodes
//! serve. Changes nothing and needs no state.

use std::collections::BTreeMap;

use starburst_schema::outputs::{
    COORDINATORS_IN_SERVICE, INPUTS, STATUS, WORKER_AUTO_SCALING_GROUP_NAME, WORKERS_DESIRED, WORKERS_IN_SERVICE,
};
use starburst_schema::{Exposure, FIELDS, OUTPUTS};

use super::api::{ReadCluster, Settings};
use super::read::read;
use crate::failure::Failure;
use crate::path::Path;
use crate::ports::{Group, Ports};
use crate::value::Value;

/// Name of the output that names the coordinators' group.
const COORDINATOR_GROUP: &str = "coordinatorAutoScalingGroupName";
/// Lifecycle state of a node that serves. Source: EC2 Auto Scaling, instance lifecycle; read November 2026.
const SERVING: &str = "InService";

/// A cluster as it is now, by the name or ARN of its stack: a map by name, of the outputs that are no secret and of
/// [`starburst_schema::LOOKUP_OUTPUTS`]. What has no value, or cannot be observed, is left out. `None` when the cluster
/// is not there.
///
/// # Errors
/// Those of [`read`]: whatever kept AWS from answering, a region or account that is not the stack's, a stack that was
/// not made from the bundled template.
pub async fn lookup(ports: Ports<'_>, settings: &Settings, id_or_name: &str) -> Result<Option<Value>, Failure> {
    match read(ports, settings, id_or_name, None).await? {
        Some(found) => Ok(Some(live(ports, &found).await)),
        None => Ok(None),
    }
}

async fn live(ports: Ports<'_>, found: &ReadCluster) -> Value {
    let mut cluster = plain(&found.outputs);
    cluster.insert(INPUTS.to_owned(), Value::Map(inputs(&found.inputs)));
    // What cannot be read leaves the rest as it is.
    if let Ok(Some(stack)) = ports.cloud_formation.describe_stack(&found.id).await {
        cluster.insert(STATUS.to_owned(), Value::text(stack.status));
    }
    let name = |output: &str| cluster.get(output).and_then(Value::as_text).map(str::to_owned);
    let (workers, coordinators) = (name(WORKER_AUTO_SCALING_GROUP_NAME), name(COORDINATOR_GROUP));
    let names: Vec<String> = [&workers, &coordinators].into_iter().flatten().cloned().collect();
    let groups =
        if names.is_empty() { Vec::new() } else { ports.auto_scaling.groups(&names).await.unwrap_or_default() };
    for group in groups {
        if workers.as_ref() == Some(&group.name) {
            cluster.insert(WORKERS_DESIRED.to_owned(), Value::integer(group.desired.into()));
            cluster.insert(WORKERS_IN_SERVICE.to_owned(), serving(&group));
        } else {
            cluster.insert(COORDINATORS_IN_SERVICE.to_owned(), serving(&group));
        }
    }
    Value::Map(cluster)
}

/// The outputs that may be shown and have a value.
fn plain(outputs: &Value) -> BTreeMap<String, Value> {
    let shown = OUTPUTS.iter().filter(|output| output.exposure == Exposure::Plain);
    let value =
        |name: &str| outputs.as_map()?.get(name).filter(|value| !value.is_null() && !value.is_secret()).cloned();
    shown.filter_map(|output| Some((output.name.to_owned(), value(output.name)?))).collect()
}

/// Every input that has a value and is no secret, by its path, as text.
fn inputs(inputs: &Value) -> BTreeMap<String, Value> {
    let shown = FIELDS.iter().filter(|field| !field.is_secret());
    let value = |path: &str| Some(Value::text(text(inputs.at(&Path::field(path)))?));
    shown.filter_map(|field| Some((field.path.to_owned(), value(field.path)?))).collect()
}

/// A value as a person writes it on one line; `None` for none, or for one that must not be shown.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::Text(text) => Some(text.clone()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::List(items) => Some(items.iter().filter_map(text).collect::<Vec<_>>().join(", ")),
        Value::Map(map) => {
            let entries = map.iter().filter_map(|(key, value)| Some(format!("{key}={}", text(value)?)));
            Some(entries.collect::<Vec<_>>().join(", "))
        }
        other => other.as_integer().map(|number| number.to_string()),
    }
    .filter(|_| !value.is_secret())
}

fn serving(group: &Group) -> Value {
    let serving = group.instances.iter().filter(|instance| instance.lifecycle_state == SERVING).count();
    Value::integer(i64::try_from(serving).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use starburst_schema::LOOKUP_OUTPUTS;
    use starburst_schema::outputs::{SUPERSET_ADMIN_PASSWORD, WORKER_AUTO_SCALING_GROUP_NAME};

    use super::*;

    #[test]
    fn no_secret_is_shown_and_nothing_without_a_value() {
        let outputs = Value::Map(BTreeMap::from([
            (SUPERSET_ADMIN_PASSWORD.to_owned(), Value::text("hidden").secret()),
            (WORKER_AUTO_SCALING_GROUP_NAME.to_owned(), Value::text("group")),
            ("coordinatorUrl".to_owned(), Value::Null),
            ("ec2".to_owned(), Value::text("an input")),
        ]));
        let shown: Vec<String> = plain(&outputs).into_keys().collect();
        assert_eq!(shown, [WORKER_AUTO_SCALING_GROUP_NAME]);
    }

    #[test]
    fn inputs_are_told_as_text_and_no_secret_is() {
        let given = Value::from(&serde_json::json!({
            "network": { "securityGroupIds": ["sg-1", "sg-2"] }, "ec2": { "workerCount": 3, "sessionManager": true },
            "stack": { "tags": { "a": "1", "b": "2" } }, "hiveMetastore": { "password": "hidden" },
        }));
        let told: Vec<(String, String)> = inputs(&given)
            .into_iter()
            .map(|(path, value)| (path, value.as_text().unwrap_or_default().to_owned()))
            .collect();
        let expected = [
            ("ec2.sessionManager", "true"),
            ("ec2.workerCount", "3"),
            ("network.securityGroupIds", "sg-1, sg-2"),
            ("stack.tags", "a=1, b=2"),
        ];
        assert_eq!(told, expected.map(|(path, text)| (path.to_owned(), text.to_owned())));
    }

    #[test]
    fn names_of_answers_are_no_names_of_outputs() {
        for answer in LOOKUP_OUTPUTS {
            assert!(OUTPUTS.iter().all(|output| output.name != answer.name), "{}", answer.name);
        }
        assert!(OUTPUTS.iter().any(|output| output.name == COORDINATOR_GROUP));
    }
}
