//! The flags of commands that reach AWS: region, profile and URL. Everything else comes from where AWS's own command
//! line has it.

use std::collections::BTreeMap;

use clap::Args;
use starburst_core::value::Value;

/// Where AWS is.
#[derive(Debug, Args)]
pub struct Place {
    /// Region; default that of an ARN that is given, else AWS_REGION or the profile's.
    #[arg(long)]
    region: Option<String>,
    /// Profile of the shared files; default AWS_PROFILE.
    #[arg(long)]
    profile: Option<String>,
    /// URL of all services of AWS, for a model or an emulator; default AWS_ENDPOINT_URL.
    #[arg(long, value_name = "URL")]
    endpoint_url: Option<String>,
}

impl Place {
    /// The provider configuration that these flags mean; `region` where none is given.
    pub fn settings(&self, region: Option<String>) -> Value {
        let region = self.region.clone().or(region);
        let settings =
            [("region", region), ("profile", self.profile.clone()), ("endpointUrl", self.endpoint_url.clone())];
        let given: BTreeMap<String, Value> =
            settings.into_iter().filter_map(|(name, text)| Some((name.to_owned(), Value::text(text?)))).collect();
        Value::Map(given)
    }
}
