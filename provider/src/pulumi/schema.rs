//! The package's schema: generated, checked in, embedded as text; nothing is parsed.

use tonic::Status;

use super::wire::{GetSchemaRequest, GetSchemaResponse};

/// The schema, as checked in.
pub const SCHEMA: &str = include_str!("../../../schema/generated/pulumi-schema.json");

/// Answers without configuration, credentials and network.
pub fn get_schema(request: &GetSchemaRequest) -> Result<GetSchemaResponse, Status> {
    if request.version != 0 {
        return Err(Status::invalid_argument(format!(
            "schema version {} is unknown; there is 0 alone",
            request.version
        )));
    }
    Ok(GetSchemaResponse { schema: SCHEMA.to_owned() })
}
