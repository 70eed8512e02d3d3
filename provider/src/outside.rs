//! The world of a plugin that runs: a provider configuration becomes clients of AWS and settings of the domain. The only
//! file in which names of provider settings meet the adapter; it decides nothing.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use starburst_core::cluster::Settings;
use starburst_core::failure::{Failure, FailureKind, Message};
use starburst_core::path::Path;
use starburst_core::ports::{Cancellation, LocalFiles, Ports, ProgressSink};
use starburst_core::value::Value;

use crate::aws::{self, AssumeRole, Aws, AwsConfig, StaticKeys, WebIdentity};
use crate::clock::SystemClock;
use crate::files::ProgramFiles;
use crate::world::{Connection, World};

/// AWS, the local files and the clock of this machine.
#[derive(Debug)]
pub struct Outside {
    files: ProgramFiles,
}

impl Outside {
    /// The world of the process: relative paths start from the folder in which it runs.
    #[must_use]
    pub fn here() -> Self {
        Self { files: ProgramFiles::here() }
    }

    /// The clients that a provider configuration describes, for commands that ask more of AWS than an operation does.
    ///
    /// # Errors
    /// What the configuration lacks, such as a region.
    pub async fn clients(config: &Value) -> Result<Aws, Failure> {
        aws::clients(&aws_config(config)).await.map_err(|why| unusable(&why))
    }
}

/// Clients, settings and what else an operation reaches.
struct Configured {
    aws: Aws,
    settings: Settings,
    files: ProgramFiles,
    clock: SystemClock,
}

#[async_trait]
impl World for Outside {
    fn files(&self) -> &dyn LocalFiles {
        &self.files
    }

    async fn connect(&self, config: &Value) -> Result<Arc<dyn Connection>, Failure> {
        let aws = Self::clients(config).await?;
        Ok(Arc::new(Configured { aws, settings: settings(config), files: self.files.clone(), clock: SystemClock }))
    }
}

impl Connection for Configured {
    fn settings(&self) -> &Settings {
        &self.settings
    }

    fn hide(&self, secret: &str) {
        self.aws.redactor.register(secret);
    }

    fn ports<'a>(&'a self, cancellation: &'a dyn Cancellation, progress: &'a dyn ProgressSink) -> Ports<'a> {
        self.aws.ports(&self.files, &self.clock, cancellation, progress)
    }
}

fn unusable(why: &str) -> Failure {
    let code = &starburst_schema::codes::refused::CREDENTIALS;
    Failure::new(FailureKind::Denied, code, Message::new(why))
}

/// Environment variable for stand-ins of AWS that lack network interfaces, volumes and prefix lists: `yes` leaves
/// them out of new stacks. Never of use on AWS itself.
pub const BASIC_RESOURCES: &str = "STARBURST_BASIC_RESOURCES";

/// What the configuration means for a cluster.
pub fn settings(config: &Value) -> Settings {
    Settings {
        allowed_accounts: texts(config, "allowedAccountIds"),
        forbidden_accounts: texts(config, "forbiddenAccountIds"),
        default_tags: map(config, "defaultTags"),
        ignore_tags: texts(config, "ignoreTags.keys").into_iter().collect(),
        ignore_tag_prefixes: texts(config, "ignoreTags.keyPrefixes"),
        basic_resources: std::env::var(BASIC_RESOURCES).is_ok_and(|value| value == "yes"),
    }
}

/// Where AWS is and who we are there.
fn aws_config(config: &Value) -> AwsConfig {
    AwsConfig {
        region: text(config, "region"),
        profile: text(config, "profile"),
        shared_config_files: paths(config, "sharedConfigFiles"),
        shared_credentials_files: paths(config, "sharedCredentialsFiles"),
        static_keys: static_keys(config),
        web_identity: web_identity(config),
        assume_role: assume_role(config),
        endpoint_url: text(config, "endpointUrl"),
        endpoints: map(config, "endpoints"),
        max_retries: integer(config, "maxRetries").and_then(|times| u32::try_from(times).ok()),
        use_fips: flag(config, "useFipsEndpoint"),
        use_dual_stack: flag(config, "useDualstackEndpoint"),
        http_proxy: text(config, "httpProxy"),
        no_proxy: None,
        ca_bundle: text(config, "customCaBundle").map(PathBuf::from),
    }
}

/// One of the two keys without the other is the adapter's to refuse.
fn static_keys(config: &Value) -> Option<StaticKeys> {
    let (access_key, secret_key) = (text(config, "accessKey"), text(config, "secretKey"));
    (access_key.is_some() || secret_key.is_some()).then(|| StaticKeys {
        access_key: access_key.unwrap_or_default(),
        secret_key: secret_key.unwrap_or_default(),
        token: text(config, "token"),
    })
}

fn web_identity(config: &Value) -> Option<WebIdentity> {
    Some(WebIdentity {
        role_arn: text(config, "webIdentity.roleArn")?,
        session_name: text(config, "webIdentity.sessionName"),
        token_file: PathBuf::from(text(config, "webIdentity.tokenFile").unwrap_or_default()),
    })
}

fn assume_role(config: &Value) -> Option<AssumeRole> {
    let seconds = integer(config, "assumeRole.durationSeconds").and_then(|seconds| u64::try_from(seconds).ok());
    Some(AssumeRole {
        role_arn: text(config, "assumeRole.roleArn")?,
        session_name: text(config, "assumeRole.sessionName"),
        external_id: text(config, "assumeRole.externalId"),
        duration: seconds.map(Duration::from_secs),
        ..AssumeRole::default()
    })
}

fn at<'a>(config: &'a Value, name: &str) -> &'a Value {
    config.at(&Path::field(name))
}

/// An empty text is no text: a variable that is set to nothing means nothing.
fn text(config: &Value, name: &str) -> Option<String> {
    at(config, name).as_text().filter(|text| !text.is_empty()).map(str::to_owned)
}

fn integer(config: &Value, name: &str) -> Option<i64> {
    at(config, name).as_integer()
}

fn flag(config: &Value, name: &str) -> Option<bool> {
    at(config, name).as_bool()
}

fn texts(config: &Value, name: &str) -> Vec<String> {
    let items = at(config, name).as_list().unwrap_or_default();
    items.iter().filter_map(Value::as_text).map(str::to_owned).collect()
}

fn paths(config: &Value, name: &str) -> Vec<PathBuf> {
    texts(config, name).into_iter().map(PathBuf::from).collect()
}

fn map(config: &Value, name: &str) -> BTreeMap<String, String> {
    let entries = at(config, name).as_map().into_iter().flatten();
    entries.filter_map(|(key, value)| Some((key.clone(), value.as_text()?.to_owned()))).collect()
}

#[cfg(test)]
mod tests {
    use starburst_schema::{Kind, PROVIDER_CONFIG};

    use super::*;

    /// Every name that this file reads, taken from its own text, so that none is forgotten on either side.
    fn names_read() -> Vec<&'static str> {
        let source = include_str!("outside.rs");
        let source = source.split("#[cfg(test)]").next().unwrap_or_default();
        source.split("(config, \"").skip(1).filter_map(|rest| rest.split('"').next()).collect()
    }

    #[test]
    fn every_setting_of_the_table_is_read_and_no_other() {
        let read = names_read();
        for setting in PROVIDER_CONFIG {
            assert!(read.contains(&setting.name), "{} is never read", setting.name);
        }
        for name in read {
            assert!(PROVIDER_CONFIG.iter().any(|setting| setting.name == name), "{name} is not in the table");
        }
    }

    #[test]
    fn settings_arrive_where_they_belong() {
        let config = Value::from(&serde_json::json!({
            "region": "eu-west-1", "accessKey": "a", "secretKey": "s", "maxRetries": 2, "useFipsEndpoint": true,
            "allowedAccountIds": ["1"], "defaultTags": {"team": "data"}, "ignoreTags": {"keys": ["k"]},
            "assumeRole": {"roleArn": "arn:r", "durationSeconds": 900}, "endpoints": {"ec2": "http://127.0.0.1:1"},
        }));
        let aws = aws_config(&config);
        assert_eq!((aws.region.as_deref(), aws.max_retries, aws.use_fips), (Some("eu-west-1"), Some(2), Some(true)));
        assert_eq!(aws.static_keys.map(|keys| keys.secret_key).as_deref(), Some("s"));
        let role = aws.assume_role.expect("a role");
        assert_eq!((role.role_arn.as_str(), role.duration), ("arn:r", Some(Duration::from_secs(900))));
        assert_eq!(aws.endpoints.len(), 1);
        let settings = settings(&config);
        assert_eq!(settings.allowed_accounts, ["1"]);
        assert!(settings.ignore_tags.contains("k") && settings.default_tags.contains_key("team"));
        assert!(PROVIDER_CONFIG.iter().any(|setting| matches!(setting.kind, Kind::Bool)));
    }
}
