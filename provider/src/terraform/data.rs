//! Data sources: a cluster as it is now, and the bundled template.

use starburst_core::cluster;
use starburst_core::path::Path;
use starburst_core::value::Value;
use starburst_schema::terraform::others::STACK_NAME;
use starburst_schema::terraform::{Attribute, CLUSTER, JOINT_TEMPLATE};

use super::encode::encode;
use super::provider::Provider;
use super::shapes;
use super::wire::{Diagnostic, DynamicValue, read_data_source as wire, validate_data_resource_config};
use super::{diagnostics, plan};

/// The attributes of a data source; none for one that there is not.
fn attributes(type_name: &str) -> Option<&'static [Attribute]> {
    match type_name {
        CLUSTER => Some(shapes::CLUSTER_DATA.as_slice()),
        JOINT_TEMPLATE => Some(shapes::JOINT_TEMPLATE.as_slice()),
        _ => None,
    }
}

fn unknown(type_name: &str) -> Vec<Diagnostic> {
    let detail = format!("The provider has no data source {type_name}; it has {CLUSTER} and {JOINT_TEMPLATE}.");
    vec![diagnostics::error("Unknown data source", detail)]
}

/// Validates the arguments of a data source; what is unknown is not judged.
pub fn validate(request: &validate_data_resource_config::Request) -> Vec<Diagnostic> {
    let Some(attributes) = attributes(&request.type_name) else { return unknown(&request.type_name) };
    match diagnostics::decoded(request.config.as_ref(), attributes) {
        Ok(config) => config.map_or_else(Vec::new, |config| arguments(&config, &request.type_name)),
        Err(told) => told,
    }
}

fn arguments(config: &Value, type_name: &str) -> Vec<Diagnostic> {
    let path = Path::root().key(STACK_NAME);
    let empty = config.at(&path).as_text().is_some_and(str::is_empty);
    if type_name != CLUSTER || !empty {
        return Vec::new();
    }
    let detail = "stack_name: is empty; write the name or the ARN of the stack.";
    vec![diagnostics::at(diagnostics::error("A data source needs the stack", detail), &path, &shapes::CLUSTER_DATA)]
}

/// Reads a data source.
pub async fn read(provider: &Provider, request: &wire::Request) -> wire::Response {
    let answer = |state: Option<DynamicValue>, diagnostics| wire::Response { state, diagnostics, deferred: None };
    match request.type_name.as_str() {
        JOINT_TEMPLATE => {
            let state = encode(Some(&cluster::joint_template()), &shapes::JOINT_TEMPLATE);
            answer(Some(state), Vec::new())
        }
        CLUSTER => {
            let deferred = plan::deferred(provider, request.client_capabilities.as_ref());
            if deferred.is_some() {
                return wire::Response { deferred, ..Default::default() };
            }
            match found(provider, request).await {
                Ok(state) => answer(Some(state), Vec::new()),
                Err(diagnostics) => answer(None, diagnostics),
            }
        }
        other => answer(None, unknown(other)),
    }
}

async fn found(provider: &Provider, request: &wire::Request) -> Result<DynamicValue, Vec<Diagnostic>> {
    let attributes = shapes::CLUSTER_DATA.as_slice();
    let config = diagnostics::decoded(request.config.as_ref(), attributes)?.unwrap_or_default();
    let path = Path::root().key(STACK_NAME);
    let asked = config.at(&path).as_text().unwrap_or_default().to_owned();
    let told = |failure| diagnostics::failure(&failure, attributes);
    let operation = provider.operation(&Value::Null).await.map_err(told)?;
    let found = cluster::lookup(operation.ports(), operation.connection.settings(), &asked).await.map_err(told)?;
    let Some(Value::Map(mut cluster)) = found else {
        let detail = format!("stack_name: there is no stack {asked} in this account and region.");
        return Err(vec![diagnostics::at(diagnostics::error("There is no such cluster", detail), &path, attributes)]);
    };
    // What the configuration writes stays as it is written, be it a name or an ARN.
    cluster.insert(STACK_NAME.to_owned(), Value::Text(asked));
    Ok(encode(Some(&Value::Map(cluster)), attributes))
}
