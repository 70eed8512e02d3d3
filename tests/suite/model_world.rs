//! The model of AWS as the world of a provider: the real SDK on loopback, the model's clock, this machine's files. Knows
//! neither of the two front ends that it is given to.

use std::sync::Arc;

use anyhow::{Context, Result};
use starburst_core::cluster::Settings;
use starburst_core::failure::Failure;
use starburst_core::ports::{Cancellation, Clock, LocalFiles, Ports, ProgressSink};
use starburst_core::time::Timestamp;
use starburst_core::value::Value;
use starburst_provider::aws::{self, Aws, AwsConfig, StaticKeys};
use starburst_provider::files::ProgramFiles;
use starburst_provider::world::{Connection, World};
use starburst_tests::fake;

/// A model with a server on loopback, and the same as a world. The server ends with it.
pub struct Started {
    /// The model of AWS.
    pub model: Arc<fake::World>,
    /// Its server.
    pub server: fake::Server,
    /// What a provider is made with.
    pub world: Arc<dyn World>,
}

/// A seeded model in virtual time.
pub async fn start(durations: fake::durations::Durations) -> Result<Started> {
    let clock = fake::SimClock::new();
    let model = fake::World::new(fake::WorldConfig { durations, ..fake::WorldConfig::simulated(&clock) });
    serve(model, clock).await
}

/// A second model that goes on by itself from where a quiet one is.
pub async fn start_from(quiet: &fake::World) -> Result<Started> {
    let (model, clock) = quiet.copied().context("something is still to happen in the model")?;
    serve(model, clock).await
}

async fn serve(model: Arc<fake::World>, clock: fake::SimClock) -> Result<Started> {
    let server = fake::serve(model.clone()).await?;
    let world = ModelWorld { clock, endpoint: server.endpoint.clone(), files: ProgramFiles::here() };
    Ok(Started { model, server, world: Arc::new(world) })
}

/// Durations of a model in which everything is over in an instant.
pub fn instantly() -> fake::durations::Durations {
    fake::durations::Durations {
        stack_start: 1,
        event: 1,
        resource: 1,
        instance_profile: 1,
        vpc_endpoint: 1,
        cleanup: 1,
        instance_running: 1,
        instance_boot: 2,
        launch_hook: 1,
        drain: 1,
        drain_look: 1,
        decommission: 1,
        instance_termination: 1,
        ..fake::durations::Durations::default()
    }
}

/// The model of AWS as the plugin's world: the real SDK on loopback, the model's clock, this machine's files.
struct ModelWorld {
    clock: fake::SimClock,
    endpoint: String,
    files: ProgramFiles,
}

struct ModelConnection {
    aws: Aws,
    settings: Settings,
    clock: ModelClock,
    files: ProgramFiles,
}

#[async_trait::async_trait]
impl World for ModelWorld {
    fn files(&self) -> &dyn LocalFiles {
        &self.files
    }

    async fn connect(&self, config: &Value) -> Result<Arc<dyn Connection>, Failure> {
        let text = |name: &str| config.at(&starburst_core::path::Path::field(name)).as_text().map(str::to_owned);
        let keys = StaticKeys {
            access_key: text("accessKey").unwrap_or_else(|| "AKIAMODELOFAWS000001".to_owned()),
            secret_key: "a-key-for-the-model".to_owned(),
            token: None,
        };
        let aws = aws::clients(&AwsConfig {
            region: text("region"),
            endpoint_url: text("endpointUrl").or_else(|| Some(self.endpoint.clone())),
            static_keys: Some(keys),
            max_retries: Some(2),
            ..AwsConfig::default()
        })
        .await
        .map_err(|why| {
            let code = &starburst_schema::codes::refused::CREDENTIALS;
            Failure::new(starburst_core::failure::FailureKind::Denied, code, starburst_core::failure::Message::new(why))
        })?;
        let settings = starburst_provider::outside::settings(config);
        let clock = ModelClock { clock: self.clock.clone() };
        Ok(Arc::new(ModelConnection { aws, settings, clock, files: self.files.clone() }))
    }
}

impl Connection for ModelConnection {
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

/// Virtual time: sleeping moves the model's clock to the wake-up.
struct ModelClock {
    clock: fake::SimClock,
}

#[async_trait::async_trait]
impl Clock for ModelClock {
    fn now(&self) -> Timestamp {
        Timestamp(u64::try_from(self.clock.now().0).unwrap_or_default())
    }

    async fn sleep_until(&self, time: Timestamp) {
        // A wait for the next look jumps. A wait for a deadline, beside which a call is under way, passes only as
        // others move the time: nobody knows when a reply over loopback comes.
        let ahead = time.0.saturating_sub(self.now().0);
        if ahead <= LONGEST_PAUSE {
            // Others get their turn first: a cancellation that was sent must be heard before time jumps.
            tokio::task::yield_now().await;
            self.clock.advance_to(fake::Timestamp(i64::try_from(time.0).unwrap_or(i64::MAX)));
            return;
        }
        while self.now() < time {
            tokio::time::sleep(std::time::Duration::from_millis(1)).await;
        }
    }
}

/// Milliseconds of the longest pause between two looks.
const LONGEST_PAUSE: u64 = 20_000;

/// Nobody cancels.
pub struct Never;

#[async_trait::async_trait]
impl Cancellation for Never {
    fn is_cancelled(&self) -> bool {
        false
    }

    async fn cancelled(&self) {
        std::future::pending::<()>().await;
    }
}
