//! What the plugin says of itself: capabilities and version.

use super::wire::{PluginInfo, ProviderHandshakeResponse};

/// Values keep their secret and reference envelopes, auto-naming is the engine's to configure, and texts are UTF-8.
pub fn answer() -> ProviderHandshakeResponse {
    ProviderHandshakeResponse {
        accept_secrets: true,
        accept_resources: true,
        accept_outputs: true,
        supports_autonaming_configuration: true,
        accepts_byte_string: false,
    }
}

/// The version, as it stands in the schema.
pub fn plugin_info() -> PluginInfo {
    PluginInfo { version: env!("CARGO_PKG_VERSION").to_owned() }
}
