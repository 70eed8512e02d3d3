//! Create, update, delete, and the previews of the first two.

use starburst_core::cluster::{self, PreviewUse, Previewed, Prior};
use starburst_core::failure::{Client, Failure, FailureKind};
use starburst_core::time::Millis;
use starburst_core::value::Value;
use tonic::Status;

use super::check::in_words;
use super::decode::decode;
use super::encode::{Unknowns, encode};
use super::errors;
use super::provider::{Operation, Provider, known_type};
use super::views::{Owner, Views};
use super::wire::{CreateRequest, CreateResponse, DeleteRequest, UpdateRequest, UpdateResponse};

/// Makes a cluster, or previews one.
pub async fn create(provider: &Provider, request: CreateRequest) -> Result<CreateResponse, Status> {
    known_type(&request.r#type, &request.urn)?;
    let inputs = decode(request.properties.as_ref())?;
    let operation = provider.operation_in(&request.urn, &inputs).await.map_err(|failure| errors::status(&failure))?;
    operation.hide_secrets_of(&inputs);
    if request.preview {
        let outputs = preview(operation, None, &inputs, timeout(request.timeout)).await?;
        let properties = Some(encode(&outputs, Unknowns::Kept));
        return Ok(CreateResponse { id: String::new(), properties, refresh_before_update: false });
    }
    let Operation { connection, cancelled, mut progress, asker } = operation;
    let views = provider.views(&request.resource_status_address, &request.resource_status_token, Vec::new());
    progress.show(Views::of(&request.urn, views));
    let ports = connection.ports(&cancelled, &progress);
    let made = cluster::create(ports, &asker, connection.settings(), &inputs, timeout(request.timeout)).await;
    let owner = match &made {
        // The views of a stack that was joined are in the state of the one that is believed replaced.
        Ok(made) => (!made.joined).then_some(Owner::Stays),
        Err(failed) => failed.partial.is_some().then_some(Owner::Fails),
    };
    progress.close(owner).await;
    let made = made.map_err(|failed| errors::failed_apply(&failed))?;
    if made.joined {
        provider.joined(&made.id);
    }
    let properties = Some(encode(&made.outputs, Unknowns::LeftOut));
    Ok(CreateResponse { id: made.id, properties, refresh_before_update: false })
}

/// Changes a cluster, or previews the change.
pub async fn update(provider: &Provider, request: UpdateRequest) -> Result<UpdateResponse, Status> {
    known_type(&request.r#type, &request.urn)?;
    let prior = Prior {
        id: request.id.clone(),
        inputs: decode(request.old_inputs.as_ref())?,
        outputs: decode(request.olds.as_ref())?,
    };
    let inputs = decode(request.news.as_ref())?;
    let operation = provider.operation_in(&request.urn, &inputs).await.map_err(|failure| errors::status(&failure))?;
    operation.hide_secrets_of(&prior.inputs);
    operation.hide_secrets_of(&inputs);
    if request.preview {
        let outputs = preview(operation, Some(&prior), &inputs, timeout(request.timeout)).await?;
        let properties = Some(encode(&outputs, Unknowns::Kept));
        return Ok(UpdateResponse { properties, refresh_before_update: false });
    }
    let Operation { connection, cancelled, mut progress, asker } = operation;
    let views = provider.views(&request.resource_status_address, &request.resource_status_token, request.old_views);
    progress.show(Views::of(&request.urn, views));
    let ports = connection.ports(&cancelled, &progress);
    let settings = connection.settings();
    let changed = cluster::update(ports, &asker, settings, &prior, &inputs, timeout(request.timeout)).await;
    progress.close(Some(if changed.is_ok() { Owner::Stays } else { Owner::Fails })).await;
    let changed = changed.map_err(|failed| errors::failed_apply(&failed))?;
    let properties = Some(encode(&changed.outputs, Unknowns::LeftOut));
    Ok(UpdateResponse { properties, refresh_before_update: false })
}

/// Removes a cluster; one that is gone already is removed.
pub async fn delete(provider: &Provider, request: DeleteRequest) -> Result<(), Status> {
    known_type(&request.r#type, &request.urn)?;
    let prior = Prior {
        id: request.id.clone(),
        inputs: decode(request.old_inputs.as_ref())?,
        outputs: decode(request.properties.as_ref())?,
    };
    let mut operation =
        provider.operation_in(&request.urn, &prior.inputs).await.map_err(|failure| errors::status(&failure))?;
    operation.hide_secrets_of(&prior.inputs);
    let views = provider.views(&request.resource_status_address, &request.resource_status_token, request.old_views);
    operation.progress.show(Views::of(&request.urn, views));
    if provider.is_replaced_by_itself(&prior.id) {
        // The engine does not tell a create that it replaces something: only the deletion that follows shows it.
        operation.progress.warning(format!(
            "stack {} was not replaced and is not deleted: its replacement has the same name and the same inputs, and is \
             this very stack. To make the cluster anew, destroy it first, or set the option deleteBeforeReplace",
            prior.id
        ));
        operation.progress.close(None).await;
        return Ok(());
    }
    let Operation { connection, cancelled, progress, asker } = operation;
    let ports = connection.ports(&cancelled, &progress);
    let removed = cluster::delete(ports, &asker, connection.settings(), &prior, timeout(request.timeout)).await;
    let gone = matches!(&removed, Ok(_) | Err(Failure { kind: FailureKind::Gone, .. }));
    progress.close(gone.then_some(Owner::Goes)).await;
    match removed {
        Err(Failure { kind: FailureKind::Gone, .. }) => Ok(()),
        other => other.map_err(|failure| errors::status(&failure)),
    }
}

/// Outputs as far as they are known; what the user should read before agreeing goes to the log.
async fn preview(
    operation: Operation,
    prior: Option<&Prior>,
    inputs: &Value,
    timeout: Option<Millis>,
) -> Result<Value, Status> {
    let Operation { connection, cancelled, progress, asker } = operation;
    let ports = connection.ports(&cancelled, &progress);
    let shown = PreviewUse::Shown;
    let previewed = cluster::preview(ports, &asker, connection.settings(), prior, inputs, shown, timeout).await;
    if let Ok(Previewed { plan, warnings, standing, change_set, .. }) = &previewed {
        standing.iter().for_each(|standing| progress.warning(standing.render(Client::Pulumi)));
        plan.notes.iter().chain(&change_set.lines).for_each(|note| progress.info(note));
        change_set.warnings.iter().for_each(|warning| progress.warning(warning.render(Client::Pulumi)));
        plan.warnings.iter().chain(warnings).for_each(|warning| progress.warning(in_words(warning)));
    }
    progress.finish().await;
    Ok(previewed.map_err(|failure| errors::status(&failure))?.outputs)
}

/// The user's timeout, in seconds on the wire; nothing for zero and for what is no length of time.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to be positive; a cast saturates")]
pub(super) fn timeout(seconds: f64) -> Option<Millis> {
    (seconds.is_finite() && seconds > 0.0).then_some(Millis((seconds * 1000.0) as u64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timeout_is_a_positive_length_of_time() {
        assert_eq!(timeout(0.0), None);
        assert_eq!(timeout(-1.0), None);
        assert_eq!(timeout(f64::NAN), None);
        assert_eq!(timeout(f64::INFINITY), None);
        assert_eq!(timeout(1.5), Some(Millis(1500)));
    }
}
