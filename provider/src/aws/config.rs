//! From settings to clients. Building them reads the environment and the shared configuration files at most; the first
//! call of AWS is the first that somebody asks for. Knows no setting's name in a client and no resource.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use aws_config::identity::IdentityCache;
use aws_config::{AppName, BehaviorVersion, Region, SdkConfig};
use starburst_core::ports::{Cancellation, Clock, LocalFiles, Ports, ProgressSink};

use super::autoscaling::AutoScalingClient;
use super::cloudformation::CloudFormationClient;
use super::credentials::{self, Base};
use super::ec2::Ec2Client;
use super::expiry;
use super::http;
use super::redact::Redactor;
use super::retry;
use super::s3::S3Client;
use super::secretsmanager::SecretsClient;
use super::sts::StsClient;

/// Where AWS is and who we are there. Everything may be absent: then the environment and the shared files say it, as
/// for AWS's own command line.
#[derive(Clone, Default)]
pub struct AwsConfig {
    /// Region, for example `us-east-1`; default `AWS_REGION`, `AWS_DEFAULT_REGION`, the profile's region.
    pub region: Option<String>,
    /// Profile of the shared files; default `AWS_PROFILE`, `default`. A profile that is given wins over keys in the
    /// environment.
    pub profile: Option<String>,
    /// Shared configuration files in place of `~/.aws/config`.
    pub shared_config_files: Vec<PathBuf>,
    /// Shared credentials files in place of `~/.aws/credentials`.
    pub shared_credentials_files: Vec<PathBuf>,
    /// Keys in place of all other sources.
    pub static_keys: Option<StaticKeys>,
    /// A role to assume by an identity token in a file.
    pub web_identity: Option<WebIdentity>,
    /// A role to assume with the credentials that the fields above give.
    pub assume_role: Option<AssumeRole>,
    /// URL of all services, for a model or an emulator of AWS.
    pub endpoint_url: Option<String>,
    /// URL by service: `autoscaling`, `cloudformation`, `ec2`, `s3`, `secretsmanager`, `sts`. Wins over `endpoint_url`.
    pub endpoints: BTreeMap<String, String>,
    /// Attempts after the first; default [`retry::ATTEMPTS`] - 1.
    pub max_retries: Option<u32>,
    /// Whether to use FIPS endpoints; default `AWS_USE_FIPS_ENDPOINT` or the profile.
    pub use_fips: Option<bool>,
    /// Whether to use dual-stack endpoints; default `AWS_USE_DUALSTACK_ENDPOINT` or the profile.
    pub use_dual_stack: Option<bool>,
    /// Proxy for all calls; default `HTTPS_PROXY` and the like. May hold a password.
    pub http_proxy: Option<String>,
    /// Hosts that `http_proxy` is not used for, separated by commas; default `NO_PROXY`.
    pub no_proxy: Option<String>,
    /// File of further certificate authorities, PEM; default `AWS_CA_BUNDLE`.
    pub ca_bundle: Option<PathBuf>,
}

/// An access key.
#[derive(Clone, Default)]
pub struct StaticKeys {
    /// Access key id.
    pub access_key: String,
    /// Secret access key.
    pub secret_key: String,
    /// Session token of temporary keys.
    pub token: Option<String>,
}

/// A role to assume.
#[derive(Clone, Default)]
pub struct AssumeRole {
    /// ARN of the role.
    pub role_arn: String,
    /// Name of the session.
    pub session_name: Option<String>,
    /// External id that the role's trust policy asks for.
    pub external_id: Option<String>,
    /// Length of the session: 15 minutes to 12 hours.
    pub duration: Option<Duration>,
    /// Policy that narrows the session further, JSON.
    pub policy: Option<String>,
    /// ARNs of managed policies that narrow the session further.
    pub policy_arns: Vec<String>,
    /// Tags of the session.
    pub tags: BTreeMap<String, String>,
}

/// A role to assume by an identity token.
#[derive(Clone, Debug, Default)]
pub struct WebIdentity {
    /// ARN of the role.
    pub role_arn: String,
    /// Name of the session.
    pub session_name: Option<String>,
    /// File that holds the token; read again whenever credentials are renewed.
    pub token_file: PathBuf,
}

impl fmt::Debug for StaticKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StaticKeys([secret])")
    }
}

impl fmt::Debug for AssumeRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AssumeRole").field("role_arn", &self.role_arn).finish_non_exhaustive()
    }
}

impl fmt::Debug for AwsConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AwsConfig")
            .field("region", &self.region)
            .field("profile", &self.profile)
            .field("static_keys", &self.static_keys)
            .field("web_identity", &self.web_identity)
            .field("assume_role", &self.assume_role)
            .field("endpoint_url", &self.endpoint_url)
            .field("endpoints", &self.endpoints)
            .field("max_retries", &self.max_retries)
            .finish_non_exhaustive()
    }
}

/// One client a service.
pub struct Aws {
    /// CloudFormation.
    pub cloud_formation: CloudFormationClient,
    /// EC2 Auto Scaling.
    pub auto_scaling: AutoScalingClient,
    /// EC2.
    pub compute: Ec2Client,
    /// STS.
    pub identity: StsClient,
    /// S3.
    pub objects: S3Client,
    /// Secrets Manager.
    pub secrets: SecretsClient,
    /// What keeps secrets out of the texts of all of them.
    pub redactor: Redactor,
}

impl Aws {
    /// Everything that an operation may reach, with what is not AWS's from the caller.
    pub fn ports<'a>(
        &'a self,
        files: &'a dyn LocalFiles,
        clock: &'a dyn Clock,
        cancellation: &'a dyn Cancellation,
        progress: &'a dyn ProgressSink,
    ) -> Ports<'a> {
        Ports {
            cloud_formation: &self.cloud_formation,
            change_sets: &self.cloud_formation,
            auto_scaling: &self.auto_scaling,
            compute: &self.compute,
            identity: &self.identity,
            objects: &self.objects,
            secrets: &self.secrets,
            files,
            clock,
            cancellation,
            progress,
        }
    }
}

/// Builds the clients; calls nothing.
///
/// # Errors
/// One sentence that says which setting is absent or cannot be used.
pub async fn clients(config: &AwsConfig) -> Result<Aws, String> {
    let redactor = Redactor::default();
    if let Some(keys) = &config.static_keys {
        redactor.register(&keys.secret_key);
        keys.token.iter().for_each(|token| redactor.register(token));
    }
    if let Some(password) = config.http_proxy.as_deref().and_then(http::password) {
        redactor.register(password);
    }
    let region = credentials::region(config).await.ok_or_else(|| NO_REGION.to_owned())?;
    let (sdk, expiry) = expiry::noted(sdk_config(config, region.clone()).await?);
    let endpoint = |service: &str| config.endpoints.get(service).cloned();
    // With an endpoint that is not AWS's own, a bucket cannot be part of the host's name.
    let path_style = endpoint("s3").or_else(|| sdk.endpoint_url().map(str::to_owned)).is_some();
    Ok(Aws {
        cloud_formation: CloudFormationClient::new(&sdk, endpoint("cloudformation"), redactor.clone()),
        auto_scaling: AutoScalingClient::new(&sdk, endpoint("autoscaling"), redactor.clone()),
        compute: Ec2Client::new(&sdk, endpoint("ec2"), redactor.clone()),
        identity: StsClient::new(&sdk, endpoint("sts"), region, expiry, redactor.clone()),
        objects: S3Client::new(&sdk, endpoint("s3"), path_style, redactor.clone()),
        secrets: SecretsClient::new(&sdk, endpoint("secretsmanager"), redactor.clone()),
        redactor,
    })
}

const NO_REGION: &str = "no region is given: set the provider's region, AWS_REGION, or the region of the profile";

async fn sdk_config(config: &AwsConfig, region: String) -> Result<SdkConfig, String> {
    let base = Base {
        http: http::client(config)?,
        region: Region::new(region),
        retries: retry::retries(config.max_retries.or_else(retries_of_environment)),
        timeouts: retry::timeouts(),
    };
    let mut loader = aws_config::defaults(BehaviorVersion::latest())
        .region(base.region.clone())
        .http_client(base.http.clone())
        .retry_config(base.retries.clone())
        .timeout_config(base.timeouts.clone())
        .identity_cache(IdentityCache::lazy().load_timeout(retry::CREDENTIALS).build())
        .credentials_provider(credentials::chain(config, &base)?);
    if let Ok(name) = AppName::new(concat!("starburst-provider-", env!("CARGO_PKG_VERSION"))) {
        loader = loader.app_name(name);
    }
    if let Some(files) = credentials::files(config) {
        loader = loader.profile_files(files);
    }
    if let Some(profile) = &config.profile {
        loader = loader.profile_name(profile);
    }
    if let Some(url) = &config.endpoint_url {
        loader = loader.endpoint_url(url);
    }
    if let Some(fips) = config.use_fips {
        loader = loader.use_fips(fips);
    }
    if let Some(dual) = config.use_dual_stack {
        loader = loader.use_dual_stack(dual);
    }
    let sdk = loader.load().await;
    Ok(match &config.assume_role {
        Some(role) => credentials::assume(role, sdk, config.endpoints.get("sts")).await,
        None => sdk,
    })
}

/// `AWS_MAX_ATTEMPTS` counts the first attempt too.
fn retries_of_environment() -> Option<u32> {
    std::env::var("AWS_MAX_ATTEMPTS").ok()?.trim().parse::<u32>().ok()?.checked_sub(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_no_secret() {
        let config = AwsConfig {
            static_keys: Some(StaticKeys {
                access_key: "AKIDEXAMPLE".into(),
                secret_key: "wJalrXUtnFEMI".into(),
                token: Some("session-token".into()),
            }),
            assume_role: Some(AssumeRole { external_id: Some("ext-4711".into()), ..AssumeRole::default() }),
            http_proxy: Some("http://user:proxypass@proxy:3128".into()),
            ..AwsConfig::default()
        };
        let shown = format!("{config:?}");
        for secret in ["wJalrXUtnFEMI", "session-token", "ext-4711", "proxypass", "AKIDEXAMPLE"] {
            assert!(!shown.contains(secret), "{shown}");
        }
    }
}
