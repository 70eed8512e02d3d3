//! When the credentials expire that the clients use: noted whenever the SDK asks their source, so that nothing is asked
//! twice. Knows no source.

use std::sync::{Arc, Mutex};
use std::time::{SystemTime, UNIX_EPOCH};

use aws_config::SdkConfig;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider, future};
use starburst_core::time::Timestamp;

/// When the last credentials expire.
#[derive(Debug, Clone, Default)]
pub struct Expiry(Arc<Mutex<Option<SystemTime>>>);

impl Expiry {
    /// The time; `None` for credentials without one, and before the first call.
    #[must_use]
    pub fn get(&self) -> Option<Timestamp> {
        let noted = self.0.lock().ok().and_then(|noted| *noted)?;
        let since = noted.duration_since(UNIX_EPOCH).ok()?;
        Some(Timestamp(u64::try_from(since.as_millis()).unwrap_or(u64::MAX)))
    }
}

/// Passes credentials on.
#[derive(Debug)]
struct Noting {
    source: SharedCredentialsProvider,
    expiry: Expiry,
}

impl ProvideCredentials for Noting {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(async move {
            let credentials = self.source.provide_credentials().await?;
            if let Ok(mut noted) = self.expiry.0.lock() {
                *noted = credentials.expiry();
            }
            Ok(credentials)
        })
    }
}

/// The same configuration, and where to look when its credentials expire.
#[must_use]
pub fn noted(sdk: SdkConfig) -> (SdkConfig, Expiry) {
    let expiry = Expiry::default();
    let Some(source) = sdk.credentials_provider() else { return (sdk, expiry) };
    let noting = Noting { source, expiry: expiry.clone() };
    let noted = sdk.to_builder().credentials_provider(SharedCredentialsProvider::new(noting)).build();
    (noted, expiry)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use aws_credential_types::Credentials;

    use super::*;

    #[tokio::test]
    async fn the_life_of_the_credentials_in_use_is_known_once_they_are_asked_for() {
        let until = UNIX_EPOCH + Duration::from_secs(1_800_000_000);
        for (given, expected) in [(Some(until), Some(Timestamp(1_800_000_000_000))), (None, None)] {
            let keys = Credentials::new("AKID", "secret", None, given, "test");
            let sdk = SdkConfig::builder().credentials_provider(SharedCredentialsProvider::new(keys)).build();
            let (sdk, expiry) = noted(sdk);
            assert_eq!(expiry.get(), None, "nothing is resolved before the first call");
            let source = sdk.credentials_provider().expect("a source");
            assert_eq!(source.provide_credentials().await.expect("credentials").access_key_id(), "AKID");
            assert_eq!(expiry.get(), expected);
        }
    }
}
