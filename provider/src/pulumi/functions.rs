//! Functions of the package.

use starburst_core::cluster;
use starburst_core::value::Value;
use tonic::Status;

use super::decode::decode;
use super::encode::{Unknowns, encode};
use super::errors;
use super::provider::{Operation, Provider};
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
        GET_JOINT_TEMPLATE => Ok(answer(&cluster::joint_template())),
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
    let found = cluster::lookup(ports, connection.settings(), id).await;
    progress.finish().await;
    Ok(match found.map_err(|failure| errors::status(&failure))? {
        Some(cluster) => answer(&cluster),
        None => refusal(STACK, &format!("names no cluster: there is no stack {id} in this account and region")),
    })
}

fn answer(value: &Value) -> InvokeResponse {
    InvokeResponse { r#return: Some(encode(value, Unknowns::LeftOut)), failures: Vec::new() }
}

fn refusal(property: &str, reason: &str) -> InvokeResponse {
    let failure = CheckFailure { property: property.to_owned(), reason: reason.to_owned() };
    InvokeResponse { r#return: None, failures: vec![failure] }
}
