//! The ephemeral resource: a secret that is read when it is needed and stored nowhere.

use starburst_core::failure::Message;
use starburst_core::path::Path;
use starburst_core::stack::call_failure::from_call;
use starburst_core::value::Value;
use starburst_schema::terraform::SUPERSET_ADMIN_PASSWORD;
use starburst_schema::terraform::others::{PASSWORD, SECRET_ARN};

use super::encode::encode;
use super::provider::Provider;
use super::shapes::PASSWORD as ATTRIBUTES;
use super::wire::{Diagnostic, DynamicValue, open_ephemeral_resource as wire, validate_ephemeral_resource_config};
use super::{diagnostics, plan};

/// Refuses every type but the one that there is.
pub fn known_type(type_name: &str) -> Result<(), Vec<Diagnostic>> {
    if type_name == SUPERSET_ADMIN_PASSWORD {
        return Ok(());
    }
    let detail = format!("The provider has no ephemeral resource {type_name}; it has {SUPERSET_ADMIN_PASSWORD}.");
    Err(vec![diagnostics::error("Unknown ephemeral resource", detail)])
}

/// Validates the arguments; what is unknown is not judged.
pub fn validate(request: &validate_ephemeral_resource_config::Request) -> Vec<Diagnostic> {
    if let Err(diagnostics) = known_type(&request.type_name) {
        return diagnostics;
    }
    match diagnostics::decoded(request.config.as_ref(), &ATTRIBUTES) {
        Ok(config) => config.map_or_else(Vec::new, |config| wrong_arn(&config)),
        Err(told) => told,
    }
}

fn wrong_arn(config: &Value) -> Vec<Diagnostic> {
    let path = Path::root().key(SECRET_ARN);
    let wrong =
        config.at(&path).as_text().is_some_and(|arn| !(arn.starts_with("arn:") && arn.contains(":secretsmanager:")));
    if !wrong {
        return Vec::new();
    }
    let detail = "secret_arn: must be the ARN of a secret in Secrets Manager; write superset_admin_password_secret_arn of the cluster.";
    vec![diagnostics::at(diagnostics::error("This is no secret", detail), &path, &ATTRIBUTES)]
}

/// Reads the secret.
pub async fn open(provider: &Provider, request: &wire::Request) -> wire::Response {
    let deferred = plan::deferred(provider, request.client_capabilities.as_ref());
    if deferred.is_some() {
        return wire::Response { deferred, ..Default::default() };
    }
    match password(provider, request).await {
        Ok(result) => wire::Response { result: Some(result), ..Default::default() },
        Err(diagnostics) => wire::Response { diagnostics, ..Default::default() },
    }
}

async fn password(provider: &Provider, request: &wire::Request) -> Result<DynamicValue, Vec<Diagnostic>> {
    known_type(&request.type_name)?;
    let config = diagnostics::decoded(request.config.as_ref(), &ATTRIBUTES)?.unwrap_or_default();
    let path = Path::root().key(SECRET_ARN);
    let arn = config.at(&path).as_text().unwrap_or_default().to_owned();
    let told = |failure| diagnostics::failure(&failure, &ATTRIBUTES);
    let operation = provider.operation(&Value::Null).await.map_err(told)?;
    let read = operation.ports().secrets.value(&arn).await.map_err(|error| told(from_call(&error)))?;
    let Some(text) = read else {
        let detail = Message::new(format!("secret_arn: there is no secret {arn}, or it holds no text."));
        let error =
            diagnostics::error("There is no such secret", detail.render(starburst_core::failure::Client::Terraform));
        return Err(vec![diagnostics::at(error, &path, &ATTRIBUTES)]);
    };
    operation.connection.hide(&text);
    let result = [(SECRET_ARN.to_owned(), Value::Text(arn)), (PASSWORD.to_owned(), Value::Text(text))];
    Ok(encode(Some(&Value::Map(result.into_iter().collect())), &ATTRIBUTES))
}
