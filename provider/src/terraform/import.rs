//! ImportResourceState and MoveResourceState: an object of which only the id is known; the read that follows fills it
//! in. Neither calls AWS.

use serde_json::Value as Json;
use starburst_core::value::Value;
use starburst_schema::terraform::CLUSTER as TYPE;

use super::encode::encode;
use super::private::Private;
use super::provider::Provider;
use super::shapes::CLUSTER;
use super::wire::import_resource_state::{self as import_wire, ImportedResource};
use super::wire::{Diagnostic, DynamicValue, move_resource_state as move_wire};
use super::{diagnostics, identity, plan};

/// The type whose objects are taken over: a stack as the official provider of AWS has it.
const SOURCE_TYPE: &str = "aws_cloudformation_stack";
/// End of the addresses of that provider, on whichever registry.
const SOURCE_PROVIDER: &str = "/hashicorp/aws";

/// Takes a cluster over by the name or ARN of its stack, or by its identity.
pub fn import(provider: &Provider, request: &import_wire::Request) -> import_wire::Response {
    let refused = |diagnostic| import_wire::Response { diagnostics: vec![diagnostic], ..Default::default() };
    let id = match identity::id_in(request.identity.as_ref()) {
        Ok(found) => found.unwrap_or_else(|| request.id.clone()),
        Err(malformed) => return refused(diagnostics::malformed(&malformed)),
    };
    if id.is_empty() {
        let detail = format!("Write the name or the ARN of the stack as id, or an identity with {}.", identity::NAME);
        return refused(diagnostics::error("An import needs the stack", detail));
    }
    let (state, private) = known_by(&id);
    let imported = ImportedResource {
        type_name: TYPE.to_owned(),
        state: Some(state),
        private,
        // A name becomes an identity once the stack was read.
        identity: id.starts_with("arn:").then(|| identity::of(&Value::text(id.as_str()))).flatten(),
    };
    import_wire::Response {
        imported_resources: vec![imported],
        deferred: plan::deferred(provider, request.client_capabilities.as_ref()),
        ..Default::default()
    }
}

/// Takes a stack over that the official provider of AWS has in the same state. Its private bytes mean nothing here.
pub fn take_over(request: &move_wire::Request) -> move_wire::Response {
    match source_id(request) {
        Ok(id) => {
            let (state, private) = known_by(&id);
            move_wire::Response {
                target_state: Some(state),
                target_private: private,
                target_identity: identity::of(&Value::text(id)),
                diagnostics: Vec::new(),
            }
        }
        Err(diagnostic) => move_wire::Response { diagnostics: vec![diagnostic], ..Default::default() },
    }
}

fn source_id(request: &move_wire::Request) -> Result<String, Diagnostic> {
    let summary = "This object cannot be moved to a cluster";
    let from = &request.source_provider_address;
    if request.source_type_name != SOURCE_TYPE || !from.ends_with(SOURCE_PROVIDER) {
        let found = format!("{} of {from}", request.source_type_name);
        let detail = format!(
            "A cluster can take over an {SOURCE_TYPE} of hashicorp/aws, and this is {found}. Import the stack by its name or ARN instead."
        );
        return Err(diagnostics::error(summary, detail));
    }
    let stored = request.source_state.as_ref().map(|raw| raw.json.as_slice()).unwrap_or_default();
    let id = serde_json::from_slice::<Json>(stored).ok().and_then(|state| state["id"].as_str().map(str::to_owned));
    id.filter(|id| id.starts_with("arn:")).ok_or_else(|| {
        let detail = "Its state holds no ARN of a stack. Run `terraform apply -refresh-only` with the old resource first, or import the stack by its name or ARN.";
        diagnostics::error(summary, detail)
    })
}

/// A state that knows nothing but its id, and the private state without a record, which makes the next read fill
/// the rest in.
fn known_by(id: &str) -> (DynamicValue, Vec<u8>) {
    let state = Value::Map(std::iter::once(("id".to_owned(), Value::text(id))).collect());
    (encode(Some(&state), &CLUSTER), Private::default().to_bytes())
}
