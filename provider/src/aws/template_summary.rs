//! GetTemplateSummary in the core's words.

use aws_sdk_cloudformation::Client;
use aws_sdk_cloudformation::types::ParameterDeclaration;
use starburst_core::ports::{Called, SummaryOf, TemplateParameter, TemplateSummary};

use super::call_error::Failures;

/// Asks for one summary.
///
/// # Errors
/// What the call says: a template that cannot be read is `ValidationError`.
pub async fn read(client: &Client, failures: &Failures, of: SummaryOf<'_>) -> Called<TemplateSummary> {
    let call = client.get_template_summary();
    let call = match of {
        SummaryOf::Stack(stack) => call.stack_name(stack),
        SummaryOf::Body(body) => call.template_body(body),
        SummaryOf::Url(url) => call.template_url(url),
    };
    let answer = call.send().await.map_err(|error| failures.call("GetTemplateSummary", &error))?;
    Ok(TemplateSummary {
        parameters: answer.parameters.unwrap_or_default().into_iter().map(parameter).collect(),
        capabilities: answer.capabilities.unwrap_or_default().iter().map(|one| one.as_str().to_owned()).collect(),
        capabilities_reason: answer.capabilities_reason.unwrap_or_default(),
        resource_types: answer.resource_types.unwrap_or_default(),
        transforms: answer.declared_transforms.unwrap_or_default(),
    })
}

fn parameter(declared: ParameterDeclaration) -> TemplateParameter {
    TemplateParameter {
        name: declared.parameter_key.unwrap_or_default(),
        kind: declared.parameter_type.unwrap_or_default(),
        default: declared.default_value,
        allowed: declared.parameter_constraints.and_then(|all| all.allowed_values).unwrap_or_default(),
        no_echo: declared.no_echo.unwrap_or_default(),
        description: declared.description.unwrap_or_default(),
    }
}
