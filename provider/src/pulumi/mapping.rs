//! What converters of other languages ask: this package is bridged from none.

use super::wire::{GetMappingResponse, GetMappingsResponse};

/// No mapping.
pub fn get_mapping() -> GetMappingResponse {
    GetMappingResponse::default()
}

/// No mappings.
pub fn get_mappings() -> GetMappingsResponse {
    GetMappingsResponse::default()
}
