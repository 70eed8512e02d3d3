//! What both front ends keep between calls: the configuration, the connections that its uses open, one a region, and
//! cancellation. Knows no wire form and no field but the region and those that are secret.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use starburst_core::cluster::{self, Plan, Prior};
use starburst_core::failure::{Failure, FailureKind, Message};
use starburst_core::path::Path;
use starburst_core::ports::Cancellation;
use starburst_core::value::Value;
use starburst_schema::{FIELDS, fields};
use tokio::sync::{Mutex, OnceCell, watch};

use crate::outside;
use crate::world::{Connection, World};

/// One provider of a client. Clones share everything.
#[derive(Clone)]
pub struct Session {
    world: Arc<dyn World>,
    configured: Arc<RwLock<Option<Arc<Configured>>>>,
    cancelled: Arc<watch::Sender<u64>>,
}

/// A configuration, and the connections that their first uses open.
struct Configured {
    config: Value,
    connection: OnceCell<Arc<dyn Connection>>,
    /// Connections of clusters that name their own region, by region.
    regions: Mutex<BTreeMap<String, Arc<dyn Connection>>>,
}

/// Cancels what is running when the client asks; calls that come later are new.
pub struct Cancelled {
    seen: u64,
    sender: watch::Receiver<u64>,
}

#[async_trait::async_trait]
impl Cancellation for Cancelled {
    fn is_cancelled(&self) -> bool {
        *self.sender.borrow() != self.seen
    }
    async fn cancelled(&self) {
        let mut sender = self.sender.clone();
        let seen = self.seen;
        if sender.wait_for(|now| *now != seen).await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

impl Session {
    /// A session that is not configured yet.
    #[must_use]
    pub fn new(world: Arc<dyn World>) -> Self {
        Self { world, configured: Arc::default(), cancelled: Arc::new(watch::Sender::new(0)) }
    }

    /// The outside.
    #[must_use]
    pub fn world(&self) -> &dyn World {
        self.world.as_ref()
    }

    /// Ends whatever runs; calls that come later are served.
    pub fn cancel(&self) {
        self.cancelled.send_modify(|times| *times = times.wrapping_add(1));
    }

    /// Cancellation of a call that begins now.
    #[must_use]
    pub fn cancellation(&self) -> Cancelled {
        let sender = self.cancelled.subscribe();
        let seen = *sender.borrow();
        Cancelled { seen, sender }
    }

    /// Takes settings over, in the normal form of [`crate::settings`]; connections of earlier ones are let go.
    pub fn configure(&self, config: Value) {
        let configured = Configured { config, connection: OnceCell::new(), regions: Mutex::default() };
        *self.configured.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(configured));
    }

    /// Whether settings are still to become known: then AWS cannot be reached yet.
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        self.current().is_some_and(|configured| configured.config.has_unknown())
    }

    fn current(&self) -> Option<Arc<Configured>> {
        self.configured.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What a change does under the present settings. Calls nothing, and opens no connection.
    #[must_use]
    pub fn plan(&self, prior: Option<&Prior>, inputs: &Value) -> Plan {
        let Some(configured) = self.current() else { return cluster::plan(prior, inputs) };
        let unknown = |name: &str| configured.config.at(&Path::field(name)).has_unknown();
        let settings =
            (!unknown("defaultTags") && !unknown("ignoreTags")).then(|| outside::settings(&configured.config));
        cluster::plan_under(settings.as_ref(), prior, inputs)
    }

    /// The way to AWS in the region that the inputs of a cluster name, else in the provider's; the first use opens it.
    /// Whether a cluster that exists is there is the core's to judge.
    ///
    /// # Errors
    /// What the configuration lacks, and a session that was never configured.
    pub async fn connection(&self, inputs: &Value) -> Result<Arc<dyn Connection>, Failure> {
        let Some(configured) = self.current() else {
            return Err(Failure::new(
                FailureKind::Bug,
                &starburst_schema::codes::bug::BUG,
                Message::new("the provider was asked to work before it was configured"),
            ));
        };
        match inputs.at(&Path::from(&fields::REGION)).as_text().filter(|region| !region.is_empty()) {
            Some(region) => self.connection_in(&configured, region).await,
            None => Ok(configured.connection.get_or_try_init(|| self.world.connect(&configured.config)).await?.clone()),
        }
    }

    /// One connection a region: retries and what was learned of the caller are shared.
    async fn connection_in(&self, configured: &Configured, region: &str) -> Result<Arc<dyn Connection>, Failure> {
        let mut regions = configured.regions.lock().await;
        if let Some(open) = regions.get(region) {
            return Ok(open.clone());
        }
        let mut config = configured.config.clone();
        config.put(&Path::field("region"), Value::text(region));
        let connection = self.world.connect(&config).await?;
        regions.insert(region.to_owned(), connection.clone());
        Ok(connection)
    }
}

/// Keeps every secret of these inputs out of AWS's words, whether or not the program wrapped it.
pub fn hide_secrets(connection: &dyn Connection, inputs: &Value) {
    for field in FIELDS.iter().filter(|field| field.is_secret()) {
        hide(connection, inputs.at(&Path::from(*field)), true);
    }
    hide(connection, inputs, false);
}

fn hide(connection: &dyn Connection, value: &Value, secret: bool) {
    match value {
        Value::Secret(inner) => hide(connection, inner, true),
        Value::List(items) => items.iter().for_each(|item| hide(connection, item, secret)),
        Value::Map(map) => map.values().for_each(|value| hide(connection, value, secret)),
        Value::Text(text) if secret => connection.hide(text),
        _ => {}
    }
}
