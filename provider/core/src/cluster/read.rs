//! What is there.

use super::api::{Asker, Listed, Prior, ReadCluster, Settings};
use crate::failure::Failure;
use crate::ports::Ports;

/// Reads a cluster by ARN or name; without a prior it is an import. `None` when it is gone.
///
/// # Errors
/// Whatever kept AWS from answering, and a region or account that is not the stack's.
pub async fn read(
    _ports: Ports<'_>,
    _asker: &Asker,
    _settings: &Settings,
    _id: &str,
    _prior: Option<&Prior>,
) -> Result<Option<ReadCluster>, Failure> {
    Ok(None)
}

/// All clusters of the region that carry the plugin's tag.
///
/// # Errors
/// Whatever kept AWS from answering.
pub async fn list(_ports: Ports<'_>) -> Result<Vec<Listed>, Failure> {
    Ok(Vec::new())
}
