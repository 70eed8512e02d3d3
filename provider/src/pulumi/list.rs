//! Clusters that can be imported.

use starburst_core::cluster;
use tonic::Status;

use super::provider::Provider;
use super::wire::list_response::{Response, Result as Found};
use super::wire::{ListRequest, ListResponse};
use super::{CLUSTER, errors};

/// Every cluster of the account and region that the plugin made, in one page.
pub async fn list(provider: &Provider, request: &ListRequest) -> Result<Vec<ListResponse>, Status> {
    if request.token != CLUSTER {
        return Err(Status::invalid_argument(format!("the resource type {} cannot be listed", request.token)));
    }
    let operation = provider.operation("").await.map_err(|failure| errors::status(&failure))?;
    let ports = operation.connection.ports(&operation.cancelled, &operation.progress);
    let found = cluster::list(ports).await.map_err(|failure| errors::status(&failure))?;
    let most = usize::try_from(request.limit).ok().filter(|limit| *limit > 0).unwrap_or(usize::MAX);
    Ok(found
        .into_iter()
        .take(most)
        .map(|listed| ListResponse { response: Some(Response::Result(Found { id: listed.id, name: listed.name })) })
        .collect())
}
