//! Read: refresh, import and lookup.

use starburst_core::cluster;
use tonic::Status;

use super::decode::decode;
use super::encode::{Unknowns, encode};
use super::provider::{Operation, Provider, known_type};
use super::views::{Owner, Views};
use super::wire::{ReadRequest, ReadResponse};
use super::{errors, import};

/// The cluster as it is. One that is gone has an empty id and neither inputs nor outputs.
pub async fn read(provider: &Provider, request: ReadRequest) -> Result<ReadResponse, Status> {
    known_type(&request.r#type, &request.urn)?;
    let prior = import::prior(&request.id, request.inputs.as_ref(), request.properties.as_ref())?;
    // A lookup knows nothing of the cluster but what the program wrote beside the id: the region may be among it.
    let written = decode(request.inputs.as_ref())?;
    let operation = provider.operation_in(&request.urn, &written).await.map_err(|failure| errors::status(&failure))?;
    if let Some(prior) = &prior {
        operation.hide_secrets_of(&prior.inputs);
    }
    let Operation { connection, cancelled, mut progress, .. } = operation;
    let views = provider.views(&request.resource_status_address, &request.resource_status_token, request.old_views);
    progress.show(Views::of(&request.urn, views));
    let ports = connection.ports(&cancelled, &progress);
    let found = cluster::read(ports, connection.settings(), &request.id, prior.as_ref()).await;
    if let Ok(Some(found)) = &found {
        found.notes.iter().for_each(|note| progress.info(note));
    }
    progress.close(matches!(found, Ok(None)).then_some(Owner::Goes)).await;
    Ok(match found.map_err(|failure| errors::status(&failure))? {
        None => ReadResponse::default(),
        Some(found) => ReadResponse {
            id: found.id,
            properties: Some(encode(&found.outputs, Unknowns::LeftOut)),
            inputs: Some(encode(&found.inputs, Unknowns::LeftOut)),
            refresh_before_update: false,
        },
    })
}
