//! Where credentials and the region come from: the order of AWS's own command line, with the metadata service of
//! instances asked last and only for a moment. Nothing is resolved before the first call.

use std::time::Duration;

use aws_config::ecs::EcsCredentialsProvider;
use aws_config::environment::EnvironmentVariableCredentialsProvider;
use aws_config::imds;
use aws_config::imds::credentials::ImdsCredentialsProvider;
use aws_config::meta::credentials::CredentialsProviderChain;
use aws_config::meta::region::ProvideRegion;
use aws_config::profile::{ProfileFileCredentialsProvider, ProfileFileRegionProvider};
use aws_config::provider_config::ProviderConfig;
use aws_config::retry::RetryConfig;
use aws_config::sts::AssumeRoleProvider;
use aws_config::timeout::TimeoutConfig;
use aws_config::web_identity_token::{StaticConfiguration, WebIdentityTokenCredentialsProvider};
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider, future};
use aws_smithy_runtime_api::client::http::SharedHttpClient;

use super::config::{AssumeRole, AwsConfig};

/// Environment variables that give the region, first set wins.
const REGION_VARIABLES: [&str; 2] = ["AWS_REGION", "AWS_DEFAULT_REGION"];
/// A machine without a metadata service drops the packets, so the wait is what a missing credential costs.
const METADATA_CONNECT: Duration = Duration::from_secs(1);
/// Everything that the metadata service is asked for.
const METADATA: Duration = Duration::from_secs(3);

/// What is said when the whole chain comes to nothing.
const NOWHERE: &str = "no credentials are found: not in the environment, the shared files, an identity token, the \
                       container's or the instance's role";

#[expect(deprecated, reason = "the only type that the SDK's own loader takes for other files")]
type Files = aws_config::profile::profile_file::ProfileFiles;

/// What the sources of credentials need to call STS and the like themselves.
pub struct Base {
    /// The HTTP client of all services.
    pub http: SharedHttpClient,
    /// The region of the configuration.
    pub region: Region,
    /// How often a call is tried.
    pub retries: RetryConfig,
    /// How long a call may take.
    pub timeouts: TimeoutConfig,
}

/// The region of the configuration, the environment or the profile. Never asks the metadata service.
pub async fn region(config: &AwsConfig) -> Option<String> {
    let given = config.region.clone().filter(|region| !region.is_empty());
    let variables = || REGION_VARIABLES.iter().filter_map(|name| std::env::var(name).ok());
    if let Some(region) = given.or_else(|| variables().find(|region| !region.is_empty())) {
        return Some(region);
    }
    let mut profile = ProfileFileRegionProvider::builder();
    if let Some(files) = files(config) {
        profile = profile.profile_files(files);
    }
    if let Some(name) = &config.profile {
        profile = profile.profile_name(name);
    }
    profile.build().region().await.map(|region| region.to_string())
}

/// The shared files of the configuration; `None` for the default ones. A kind that is not given keeps its default.
#[expect(deprecated, reason = "see Files")]
pub fn files(config: &AwsConfig) -> Option<Files> {
    use aws_config::profile::profile_file::ProfileFileKind as Kind;
    if config.shared_config_files.is_empty() && config.shared_credentials_files.is_empty() {
        return None;
    }
    let mut files = Files::builder();
    if config.shared_config_files.is_empty() {
        files = files.include_default_config_file(true);
    }
    if config.shared_credentials_files.is_empty() {
        files = files.include_default_credentials_file(true);
    }
    for path in &config.shared_config_files {
        files = files.with_file(Kind::Config, path);
    }
    for path in &config.shared_credentials_files {
        files = files.with_file(Kind::Credentials, path);
    }
    Some(files.build())
}

/// The source of credentials: keys of the configuration, else its identity token, else its profile, else the chain.
///
/// # Errors
/// One sentence when half a key is given.
pub fn chain(config: &AwsConfig, base: &Base) -> Result<SharedCredentialsProvider, String> {
    let provider = provider_config(config, base);
    if let Some(keys) = &config.static_keys {
        if keys.access_key.is_empty() || keys.secret_key.is_empty() {
            return Err("accessKey and secretKey are given together or not at all".to_owned());
        }
        let keys = Credentials::new(&keys.access_key, &keys.secret_key, keys.token.clone(), None, "configuration");
        return Ok(SharedCredentialsProvider::new(keys));
    }
    if let Some(identity) = &config.web_identity {
        let token = StaticConfiguration {
            web_identity_token_file: identity.token_file.clone(),
            role_arn: identity.role_arn.clone(),
            session_name: identity.session_name.clone().unwrap_or_else(|| "starburst-provider".to_owned()),
        };
        let source =
            WebIdentityTokenCredentialsProvider::builder().configure(&provider).static_configuration(token).build();
        return Ok(SharedCredentialsProvider::new(source));
    }
    let profile = profile_source(config, &provider);
    if let Some(name) = &config.profile {
        let absent = format!("the shared files hold no profile {name} with credentials");
        return Ok(SharedCredentialsProvider::new(Explained { source: profile, absent }));
    }
    let token = WebIdentityTokenCredentialsProvider::builder().configure(&provider).build();
    let container = EcsCredentialsProvider::builder().configure(&provider).build();
    let chain = CredentialsProviderChain::first_try("Environment", EnvironmentVariableCredentialsProvider::new())
        .or_else("Profile", profile)
        .or_else("WebIdentityToken", token)
        .or_else("EcsContainer", container)
        .or_else("Ec2InstanceMetadata", metadata_source(&provider));
    Ok(SharedCredentialsProvider::new(Explained { source: chain, absent: NOWHERE.to_owned() }))
}

/// Says in a user's words that a source has no credentials; the SDK says "the provider was not enabled".
#[derive(Debug)]
struct Explained<T> {
    source: T,
    absent: String,
}

impl<T: ProvideCredentials> ProvideCredentials for Explained<T> {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(async move {
            self.source.provide_credentials().await.map_err(|error| match error {
                CredentialsError::CredentialsNotLoaded(_) => CredentialsError::not_loaded(self.absent.clone()),
                other => other,
            })
        })
    }
}

/// The configuration with the role's credentials in place of those that assume it.
pub async fn assume(role: &AssumeRole, sdk: SdkConfig, sts_url: Option<&String>) -> SdkConfig {
    let mut caller = sdk.to_builder();
    if let Some(url) = sts_url {
        caller = caller.endpoint_url(url);
    }
    let mut source = AssumeRoleProvider::builder(&role.role_arn)
        .configure(&caller.build())
        .session_name(role.session_name.as_deref().unwrap_or("starburst-provider"));
    if let Some(id) = &role.external_id {
        source = source.external_id(id);
    }
    if let Some(duration) = role.duration {
        source = source.session_length(duration);
    }
    if let Some(policy) = &role.policy {
        source = source.policy(policy);
    }
    if !role.policy_arns.is_empty() {
        source = source.policy_arns(role.policy_arns.clone());
    }
    if !role.tags.is_empty() {
        source = source.tags(role.tags.clone());
    }
    let source = source.build().await;
    sdk.to_builder().credentials_provider(SharedCredentialsProvider::new(source)).build()
}

fn provider_config(config: &AwsConfig, base: &Base) -> ProviderConfig {
    ProviderConfig::without_region()
        .with_region(Some(base.region.clone()))
        .with_http_client(base.http.clone())
        .with_retry_config(base.retries.clone())
        .with_timeout_config(base.timeouts.clone())
        .with_use_fips(config.use_fips)
        .with_use_dual_stack(config.use_dual_stack)
        .with_behavior_version(Some(BehaviorVersion::latest()))
}

fn profile_source(config: &AwsConfig, provider: &ProviderConfig) -> ProfileFileCredentialsProvider {
    let mut source = ProfileFileCredentialsProvider::builder().configure(provider);
    if let Some(files) = files(config) {
        source = source.profile_files(files);
    }
    if let Some(name) = &config.profile {
        source = source.profile_name(name);
    }
    source.build()
}

fn metadata_source(provider: &ProviderConfig) -> ImdsCredentialsProvider {
    let client = imds::Client::builder()
        .configure(provider)
        .max_attempts(1)
        .connect_timeout(METADATA_CONNECT)
        .read_timeout(METADATA_CONNECT)
        .operation_timeout(METADATA)
        .build();
    ImdsCredentialsProvider::builder().configure(provider).imds_client(client).build()
}

#[cfg(test)]
mod tests {
    use super::super::config::StaticKeys;
    use super::super::{http, retry};
    use super::*;

    fn base(config: &AwsConfig) -> Base {
        Base {
            http: http::client(config).expect("an HTTP client"),
            region: Region::new("us-east-1"),
            retries: retry::retries(Some(0)),
            timeouts: retry::timeouts(),
        }
    }

    #[tokio::test]
    async fn a_given_region_wins() {
        let config = AwsConfig { region: Some("eu-west-3".into()), ..AwsConfig::default() };
        assert_eq!(region(&config).await.as_deref(), Some("eu-west-3"));
    }

    #[test]
    fn half_a_key_is_refused() {
        let keys = StaticKeys { access_key: "AKID".into(), ..StaticKeys::default() };
        let config = AwsConfig { static_keys: Some(keys), ..AwsConfig::default() };
        let error = chain(&config, &base(&config)).expect_err("refused");
        assert!(error.contains("secretKey"), "{error}");
    }

    #[test]
    fn default_files_are_left_to_the_sdk() {
        assert!(files(&AwsConfig::default()).is_none());
        let config = AwsConfig { shared_config_files: vec!["here".into()], ..AwsConfig::default() };
        assert!(files(&config).is_some());
    }
}
