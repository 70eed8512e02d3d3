//! A client with a state file, against the model of AWS: how it refreshes, plans and carries a plan out. The commands
//! that are made of these stand in `commands`.

use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, Result, ensure};
use serde_json::{Value as Json, json};
use starburst_provider::terraform::server::Provider;
use starburst_provider::terraform::wire::ClientCapabilities;
use starburst_provider::world::World;
use starburst_tests::fake;

use super::client::{Client, Object, PlanAnswer, Told, errors};
use super::core::{self, Action};
use super::schema::Attribute;
use super::value::{complete, join};
use crate::harness::REGION;
use crate::model_world::{self, Started};

/// An object as the state file has it.
#[derive(Debug, Clone, PartialEq)]
pub struct Stored {
    /// Attributes, in JSON.
    pub attributes: String,
    /// Version of the schema that they follow.
    pub version: i64,
    /// Bytes that only the provider reads.
    pub private: Vec<u8>,
    /// Identity, in JSON; null where there is none.
    pub identity: String,
    /// Whether the next apply destroys it first.
    pub tainted: bool,
}

/// What a plan says.
pub struct Planned {
    /// What an apply does.
    pub action: Action,
    /// The planned state.
    pub state: Json,
    /// Attributes that need another object, as users write them.
    pub replace: Vec<String>,
    /// Everything that was told on the way.
    pub told: Vec<Told>,
    /// What differs between the state before and after.
    pub changes: Vec<String>,
    prior: Option<Object>,
    private: Vec<u8>,
}

/// What a command left.
#[derive(Debug)]
pub struct Applied {
    /// What was done.
    pub action: Action,
    /// The state afterwards; null for nothing.
    pub state: Json,
    /// Everything that was told on the way.
    pub told: Vec<Told>,
}

/// What a client asks of a provider when it calls AWS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// Refresh.
    Read,
    /// Plan or preview.
    Plan,
    /// Create or update.
    Apply,
    /// Delete.
    Delete,
}

/// A client with a state file, and the model.
pub struct TerraformBench {
    /// The model of AWS.
    pub model: Arc<fake::World>,
    /// Whether a replacement is created before its predecessor is destroyed.
    pub create_before_destroy: bool,
    /// What the client can do.
    pub capabilities: ClientCapabilities,
    settings: Json,
    client: Client,
    world: Arc<dyn World>,
    state: Mutex<Option<Stored>>,
    marks: Mutex<Vec<(Phase, usize)>>,
    _server: fake::Server,
}

impl TerraformBench {
    /// A seeded model, virtual time, a configured provider.
    pub async fn new() -> Result<Self> {
        Self::with_config(json!({})).await
    }

    /// The same with provider settings beside the region.
    pub async fn with_config(extra: Json) -> Result<Self> {
        Self::with(extra, fake::durations::Durations::default()).await
    }

    /// A model in which everything is over in an instant, for tests of many programs.
    pub async fn instant() -> Result<Self> {
        Self::with(json!({}), model_world::instantly()).await
    }

    async fn with(extra: Json, durations: fake::durations::Durations) -> Result<Self> {
        Self::on(extra, model_world::start(durations).await?).await
    }

    /// On a second model that goes on by itself from where a quiet one is.
    pub async fn from(quiet: &fake::World) -> Result<Self> {
        Self::on(json!({}), model_world::start_from(quiet).await?).await
    }

    async fn on(extra: Json, Started { model, server, world }: Started) -> Result<Self> {
        let client = Client::start(world.clone()).await?;
        let (settings, create_before_destroy) = (beside_the_region(&extra, &client)?, false);
        let (state, marks, capabilities) = (Mutex::new(None), Mutex::default(), client.capabilities);
        let mut bench =
            Self { model, create_before_destroy, capabilities, settings, client, world, state, marks, _server: server };
        bench.restart().await?;
        Ok(bench)
    }

    /// Another process of the provider, configured.
    pub async fn restart(&mut self) -> Result<()> {
        let client = Client::start(self.world.clone()).await?;
        self.client = Client { capabilities: self.capabilities, ..client };
        let mut told = self.client.validate_provider(&self.settings).await?;
        told.extend(self.client.configure(&self.settings).await?);
        ensure!(told.is_empty(), "the settings of the provider: {told:?}");
        Ok(())
    }

    /// Other settings of the provider, from the next process on.
    pub fn reconfigure(&mut self, extra: &Json) -> Result<()> {
        self.settings = beside_the_region(extra, &self.client)?;
        Ok(())
    }

    /// The provider in use, for calls that have no helper here.
    pub fn provider(&self) -> &Provider {
        &self.client.provider
    }

    /// The client in use.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// The state file.
    pub fn stored(&self) -> Option<Stored> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Replaces what stands in the state file.
    pub fn store(&self, stored: Option<Stored>) {
        *self.state.lock().unwrap_or_else(PoisonError::into_inner) = stored;
    }

    /// Attributes in the state file; null where there is no object.
    pub fn attributes(&self) -> Result<Json> {
        self.stored().map_or(Ok(Json::Null), |stored| Ok(serde_json::from_str(&stored.attributes)?))
    }

    /// Whatever is called from now on is called in this phase.
    pub(super) fn mark(&self, phase: Phase) {
        let calls = self.model.calls().len();
        self.marks.lock().unwrap_or_else(PoisonError::into_inner).push((phase, calls));
    }

    /// The calls so far with their phases.
    pub fn calls(&self) -> Vec<(Phase, fake::CallRecord)> {
        let marks = self.marks.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let of = |at: usize| marks.iter().rfind(|(_, from)| *from <= at).map_or(Phase::Read, |(phase, _)| *phase);
        self.model.calls().into_iter().enumerate().map(|(at, call)| (of(at), call)).collect()
    }

    /// Forgets the calls so far.
    pub fn clear_calls(&self) {
        self.marks.lock().unwrap_or_else(PoisonError::into_inner).clear();
        self.model.clear_calls();
    }

    pub(super) fn keep(&self, object: Option<&Object>, tainted: bool) {
        self.store(object.map(|object| Stored {
            attributes: object.value.to_string(),
            version: 0,
            private: object.private.clone(),
            identity: object.identity.to_string(),
            tainted,
        }));
    }

    /// The configuration as the provider gets it: every attribute.
    pub fn completed(&self, config: &Json) -> Result<Json> {
        complete(config, &self.client.cluster)
    }

    /// What a client itself refuses: an argument that must be there and is not.
    fn missing(attributes: &[Attribute], config: &Json, path: &str) -> Vec<Told> {
        let mut found = Vec::new();
        for attribute in attributes {
            let (value, path) = (&config[&attribute.name], join(path, &attribute.name));
            if attribute.required && value.is_null() {
                let (is_error, summary) = (true, "Missing required argument".to_owned());
                found.push(Told { is_error, summary, detail: format!("{path} is required."), path });
            } else if value.is_object() {
                found.extend(Self::missing(attribute.children(), value, &path));
            }
        }
        found
    }

    /// `validate`: whatever is told.
    pub async fn try_validate(&self, config: &Json) -> Result<Vec<Told>> {
        let config = self.completed(config)?;
        let missing = Self::missing(&self.client.cluster, &config, "");
        if missing.is_empty() { self.client.validate(&config).await } else { Ok(missing) }
    }

    /// The stored object in the provider's present form, and what AWS says of it now.
    pub(super) async fn refreshed(&self, told: &mut Vec<Told>) -> Result<Option<Object>> {
        let Some(stored) = self.stored() else { return Ok(None) };
        self.mark(Phase::Read);
        let (value, found) = self.client.upgrade(stored.version, &stored.attributes).await?;
        told.extend(found);
        let Some(value) = value else { return Ok(None) };
        let mut identity = Json::Null;
        if stored.identity != "null" {
            let (upgraded, found) = self.client.upgrade_identity(0, &stored.identity).await?;
            told.extend(found);
            identity = upgraded.unwrap_or_default();
        }
        let object = Object { value, private: stored.private, identity };
        let (read, _, found) = self.client.read(&object).await?;
        told.extend(found);
        Ok(read)
    }

    /// `plan`: whatever is told.
    pub async fn try_plan(&mut self, config: &Json) -> Result<Planned> {
        self.restart().await?;
        let config = self.completed(config)?;
        let mut told = Self::missing(&self.client.cluster, &config, "");
        if told.is_empty() {
            told.extend(self.client.validate(&config).await?);
        }
        let mut prior = None;
        if errors(&told).is_empty() {
            prior = self.refreshed(&mut told).await?;
        }
        if !errors(&told).is_empty() {
            let (action, state, replace) = (Action::NoOp, Json::Null, Vec::new());
            let (changes, private) = (Vec::new(), Vec::new());
            return Ok(Planned { action, state, replace, told, changes, prior: None, private });
        }
        let tainted = self.stored().is_some_and(|stored| stored.tainted);
        self.planned(prior, tainted, &config, told).await
    }

    async fn planned(
        &self,
        prior: Option<Object>,
        tainted: bool,
        config: &Json,
        mut told: Vec<Told>,
    ) -> Result<Planned> {
        // A tainted object is planned as if there were none, then replaced.
        let basis = prior.as_ref().filter(|_| !tainted);
        let (mut answer, mut action) = self.one_plan(basis, config).await?;
        let replace: Vec<String> = answer.replace.iter().map(core::rendered).collect();
        told.append(&mut answer.told);
        if errors(&told).is_empty() && action == Action::Replace && answer.deferred.is_none() {
            let first = Object { value: Json::Null, private: answer.private.clone(), identity: Json::Null };
            let (mut second, of) = self.one_plan(Some(&first), config).await?;
            ensure!(of == Action::Create, "the second half of a replacement is {of:?}");
            for found in second.told.drain(..) {
                // Clients show a diagnostic once.
                if !told.contains(&found) {
                    told.push(found);
                }
            }
            (answer.state, answer.private) = (second.state, second.private);
        }
        if tainted && prior.is_some() {
            action = Action::Replace;
        }
        let (state, private) = (answer.state, answer.private);
        let before = prior.as_ref().map_or(&Json::Null, |prior| &prior.value);
        let changes = core::differences(&self.client.cluster, before, &state);
        Ok(Planned { action, state, replace, told, changes, prior, private })
    }

    /// One plan call with everything that a client holds against its answer. A prior without value carries private
    /// bytes alone.
    async fn one_plan(&self, prior: Option<&Object>, config: &Json) -> Result<(PlanAnswer, Action)> {
        self.mark(Phase::Plan);
        let before = prior.map_or(Json::Null, |prior| prior.value.clone());
        let proposed = core::proposed(&self.client.cluster, &before, config);
        let answer = self.client.plan(prior, &proposed, config).await?;
        let deferrable = self.capabilities.deferral_allowed;
        ensure!(deferrable || answer.deferred.is_none(), "put off, which this client does not allow");
        if !errors(&answer.told).is_empty() {
            return Ok((answer, Action::NoOp));
        }
        core::assert_planned(&self.client.cluster, &before, config, &answer.state)?;
        let mut replaces = false;
        for path in &answer.replace {
            let was = core::at(&self.client.cluster, &before, path)?;
            let will = core::at(&self.client.cluster, &answer.state, path)?;
            ensure!(!was.is_null() || !will.is_null(), "{} needs another object and is nowhere", core::rendered(path));
            replaces |= was != will;
        }
        let action = match (before.is_null(), before == answer.state) {
            (true, _) => Action::Create,
            (false, true) => Action::NoOp,
            (false, false) if replaces => Action::Replace,
            (false, false) => Action::Update,
        };
        Ok((answer, action))
    }

    /// Carries a plan out with the configuration that is known by then, in the provider process that is there.
    pub async fn apply_planned(&self, planned: Planned, config: &Json) -> Result<Applied> {
        let config = self.completed(config)?;
        let Planned { action, state, told, prior, private, .. } = planned;
        let mut done = Applied { action, state: Json::Null, told };
        self.keep(prior.as_ref(), self.stored().is_some_and(|stored| stored.tainted));
        match action {
            Action::NoOp => {}
            Action::Create => self.change(None, &state, &config, &mut done).await?,
            Action::Update => self.change(prior.as_ref(), &state, &config, &mut done).await?,
            Action::Delete => self.remove(prior.as_ref(), private, &mut done).await?,
            Action::Replace if self.create_before_destroy => {
                self.keep(None, false);
                self.change(None, &state, &config, &mut done).await?;
                let made = self.stored();
                if errors(&done.told).is_empty() {
                    let old = prior.as_ref().map(|prior| prior.private.clone()).unwrap_or_default();
                    self.remove(prior.as_ref(), old, &mut done).await?;
                }
                self.store(made);
            }
            Action::Replace => {
                self.remove(prior.as_ref(), private, &mut done).await?;
                if errors(&done.told).is_empty() {
                    self.change(None, &state, &config, &mut done).await?;
                }
            }
        }
        done.state = self.attributes()?;
        Ok(done)
    }

    async fn change(&self, prior: Option<&Object>, first: &Json, config: &Json, done: &mut Applied) -> Result<()> {
        let (planned, action) = self.one_plan(prior, config).await.context("the plan of the apply")?;
        if !errors(&planned.told).is_empty() {
            done.told.extend(planned.told);
            return Ok(());
        }
        core::assert_kept(&self.client.cluster, first, &planned.state).context("inconsistent final plan")?;
        let expected = if prior.is_some() { Action::Update } else { Action::Create };
        if action == Action::NoOp && prior.is_some() {
            return Ok(());
        }
        ensure!(action == expected, "the apply plans {action:?}, the plan said {expected:?}");
        self.mark(Phase::Apply);
        let (object, told) = self.client.apply(prior, &planned, config).await?;
        let failed = !errors(&told).is_empty();
        done.told.extend(told);
        match &object {
            Some(object) if !failed => {
                core::assert_applied(&self.client.cluster, &planned.state, &object.value)
                    .context("inconsistent result after apply")?;
            }
            None => ensure!(failed, "a change left nothing and no error"),
            Some(_) => {}
        }
        // After a failed update without a state the client keeps the one it had.
        let kept = object.as_ref().or(prior);
        self.keep(kept, failed && prior.is_none());
        Ok(())
    }

    pub(super) async fn remove(&self, prior: Option<&Object>, private: Vec<u8>, done: &mut Applied) -> Result<()> {
        let prior = prior.context("nothing to destroy")?;
        let (state, replace, identity, deferred, told) = (Json::Null, Vec::new(), None, None, Vec::new());
        let planned = PlanAnswer { state, replace, private, identity, deferred, told };
        self.mark(Phase::Delete);
        let (object, told) = self.client.apply(Some(prior), &planned, &Json::Null).await?;
        let failed = !errors(&told).is_empty();
        ensure!(failed || object.is_none(), "destroyed without an error, and something is left");
        done.told.extend(told);
        let tainted = self.stored().is_some_and(|stored| stored.tainted);
        self.keep(object.as_ref(), tainted);
        Ok(())
    }
}

/// Settings of the provider: the region, and these.
fn beside_the_region(extra: &Json, client: &Client) -> Result<Json> {
    let mut settings = extra.clone();
    settings["region"] = json!(REGION);
    complete(&settings, &client.settings)
}
