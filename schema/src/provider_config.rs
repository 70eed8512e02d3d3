//! The provider's own configuration: region, credentials, guards, endpoints.

use crate::field::{Exposure, Kind};

/// One setting of the provider.
#[derive(Debug, Clone, Copy)]
pub struct Setting {
    /// camelCase name, dotted for nested objects.
    pub name: &'static str,
    /// The shape of the value.
    pub kind: Kind,
    /// Whether it is a secret.
    pub exposure: Exposure,
    /// Environment variables that give the value when it is absent, first set wins.
    pub environment: &'static [&'static str],
    /// One sentence for users.
    pub doc: &'static str,
}

/// All settings.
pub static PROVIDER_CONFIG: &[Setting] = &[];
