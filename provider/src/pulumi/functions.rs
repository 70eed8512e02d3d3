//! Functions of the package.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;
use starburst_core::cluster::{self, ReadCluster};
use starburst_core::ports::Ports;
use starburst_core::template;
use starburst_core::value::Value;
use starburst_schema::{Exposure, OUTPUTS};
use tonic::Status;

use super::decode::decode;
use super::encode::{Unknowns, encode};
use super::errors;
use super::server::{Operation, Provider};
use super::wire::{CheckFailure, InvokeRequest, InvokeResponse};

/// Token of the function that reads a cluster.
const GET_CLUSTER: &str = "starburst:index:getCluster";
/// Token of the function that answers the bundled template.
const GET_JOINT_TEMPLATE: &str = "starburst:index:getJointTemplate";
/// The argument of the first: ARN or name of the stack.
const STACK: &str = "stackName";

/// Answers a function.
pub async fn invoke(provider: &Provider, request: &InvokeRequest) -> Result<InvokeResponse, Status> {
    let arguments = decode(request.args.as_ref())?;
    match request.tok.as_str() {
        GET_CLUSTER => get_cluster(provider, &arguments).await,
        GET_JOINT_TEMPLATE => Ok(answer(&joint_template())),
        unknown => Err(Status::invalid_argument(format!(
            "the function {unknown} is unknown; the package has {GET_CLUSTER} and {GET_JOINT_TEMPLATE}"
        ))),
    }
}

async fn get_cluster(provider: &Provider, arguments: &Value) -> Result<InvokeResponse, Status> {
    let id = arguments.as_map().and_then(|map| map.get(STACK)).and_then(Value::as_text).unwrap_or_default();
    if id.is_empty() {
        return Ok(refusal(STACK, "is required: the name or the ARN of the stack"));
    }
    let operation = provider.operation("").await.map_err(|failure| errors::status(&failure))?;
    let Operation { connection, cancelled, progress, .. } = operation;
    let ports = connection.ports(&cancelled, &progress);
    let found = cluster::read(ports, connection.settings(), id, None).await;
    let answered = match found {
        Ok(Some(found)) => Ok(Some(live(ports, &found).await)),
        Ok(None) => Ok(None),
        Err(failure) => Err(errors::status(&failure)),
    };
    progress.finish().await;
    Ok(match answered? {
        Some(cluster) => answer(&cluster),
        None => refusal(STACK, &format!("names no cluster: there is no stack {id} in this account and region")),
    })
}

/// Outputs that may be shown, the stack's status, and how many nodes serve. What cannot be observed is left out.
async fn live(ports: Ports<'_>, found: &ReadCluster) -> Value {
    let outputs = found.outputs.as_map();
    let output = |name: &str| outputs.and_then(|outputs| outputs.get(name)).cloned().unwrap_or_default();
    let shown = OUTPUTS.iter().filter(|output| output.exposure == Exposure::Plain);
    let mut cluster: BTreeMap<String, Value> =
        shown.map(|shown| (shown.name.to_owned(), output(shown.name))).filter(|(_, value)| !value.is_null()).collect();
    if let Ok(Some(stack)) = ports.cloud_formation.describe_stack(&found.id).await {
        cluster.insert("status".to_owned(), Value::text(stack.status));
    }
    let (workers, coordinators) = (output("workerAutoScalingGroupName"), output("coordinatorAutoScalingGroupName"));
    let names: Vec<String> =
        [&workers, &coordinators].into_iter().filter_map(Value::as_text).map(str::to_owned).collect();
    let groups =
        if names.is_empty() { Vec::new() } else { ports.auto_scaling.groups(&names).await.unwrap_or_default() };
    for group in groups {
        let serving = group.instances.iter().filter(|instance| instance.lifecycle_state == "InService").count();
        let serving = Value::integer(i64::try_from(serving).unwrap_or(i64::MAX));
        if workers.as_text() == Some(&group.name) {
            cluster.insert("workersDesired".to_owned(), Value::integer(group.desired.into()));
            cluster.insert("workersInService".to_owned(), serving);
        } else {
            cluster.insert("coordinatorsInService".to_owned(), serving);
        }
    }
    Value::Map(cluster)
}

/// The bundled template and what a reviewer asks of it first.
fn joint_template() -> Value {
    let template: Json = serde_json::from_str(template::JSON).unwrap_or_default();
    let types: BTreeSet<&str> = resources(&template).filter_map(|resource| resource["Type"].as_str()).collect();
    Value::Map(BTreeMap::from([
        ("body".to_owned(), Value::text(template::BODY)),
        ("version".to_owned(), Value::integer(i64::from(template::VERSION))),
        ("resourceTypes".to_owned(), Value::List(types.into_iter().map(Value::text).collect())),
        ("nodePolicy".to_owned(), Value::text(node_policy(&template))),
    ]))
}

fn resources(template: &Json) -> impl Iterator<Item = &Json> {
    template["Resources"].as_object().into_iter().flat_map(serde_json::Map::values)
}

/// Every statement of the policies that the nodes' role can have, as one policy document: also those that depend on a
/// condition. Values that the stack gives, such as its own ARN, stay as the template writes them.
fn node_policy(template: &Json) -> String {
    let roles = resources(template).filter(|resource| resource["Type"] == "AWS::IAM::Role");
    let policies = roles.filter_map(|role| role["Properties"]["Policies"].as_array()).flatten();
    let statements = policies.filter_map(|policy| policy["PolicyDocument"]["Statement"].as_array()).flatten();
    let mut all = Vec::new();
    statements.for_each(|statement| branches(statement, &mut all));
    serde_json::json!({"Version": "2012-10-17", "Statement": all}).to_string()
}

/// A statement, or those of all branches of a condition.
fn branches<'a>(statement: &'a Json, all: &mut Vec<&'a Json>) {
    match statement.get("Fn::If").and_then(Json::as_array).map(Vec::as_slice) {
        Some([_, yes, no]) => {
            branches(yes, all);
            branches(no, all);
        }
        _ if statement["Ref"] == "AWS::NoValue" => {}
        _ => all.push(statement),
    }
}

fn answer(value: &Value) -> InvokeResponse {
    InvokeResponse { r#return: Some(encode(value, Unknowns::LeftOut)), failures: Vec::new() }
}

fn refusal(property: &str, reason: &str) -> InvokeResponse {
    let failure = CheckFailure { property: property.to_owned(), reason: reason.to_owned() };
    InvokeResponse { r#return: None, failures: vec![failure] }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_of_the_nodes_is_all_their_statements() {
        let role = |sid: &str| {
            serde_json::json!({"Type": "AWS::IAM::Role", "Properties": {"Policies": [
                {"PolicyName": "p", "PolicyDocument": {"Statement": [{"Sid": sid}]}}]}})
        };
        let other = serde_json::json!({"Type": "AWS::Logs::LogGroup", "Properties": {}});
        let template = serde_json::json!({"Resources": {"A": role("a"), "B": role("b"), "C": other}});
        let policy: Json = serde_json::from_str(&node_policy(&template)).expect("JSON");
        assert_eq!(policy["Statement"], serde_json::json!([{"Sid": "a"}, {"Sid": "b"}]));
    }

    #[test]
    fn a_statement_under_a_condition_stands_without_it() {
        let either = serde_json::json!({"Fn::If": ["C", {"Sid": "a"}, {"Fn::If": ["D", {"Sid": "b"}, {"Sid": "c"}]}]});
        let maybe = serde_json::json!({"Fn::If": ["C", {"Sid": "d"}, {"Ref": "AWS::NoValue"}]});
        let template = serde_json::json!({"Resources": {"A": {"Type": "AWS::IAM::Role", "Properties": {"Policies": [
            {"PolicyName": "p", "PolicyDocument": {"Statement": [either, maybe]}}]}}}});
        let policy: Json = serde_json::from_str(&node_policy(&template)).expect("JSON");
        let sids: Vec<&str> =
            policy["Statement"].as_array().into_iter().flatten().filter_map(|s| s["Sid"].as_str()).collect();
        assert_eq!(sids, ["a", "b", "c", "d"]);
    }
}
