//! The plugin's own front end and core against the model of AWS, in virtual time and through the real SDK.
//!
//! A `Bench` has a model with a server on loopback, a clock that both the model and the plugin read, and a provider
//! whose calls are made as the engine makes them: with wire messages.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::{Context, Result, anyhow};
use prost::Message as _;
use prost_types::Struct;
use serde_json::{Value as Json, json};
use starburst_provider::pulumi::server::Provider;
use starburst_provider::pulumi::wire;
use starburst_provider::pulumi::wire::resource_provider_server::ResourceProvider;
use starburst_provider::world::World;
use starburst_tests::fake;
use tonic::{Code, Request, Status};

use crate::model_world::{self, Started};

/// URN of the cluster in these tests.
pub const URN: &str = "urn:pulumi:dev::suite::starburst:index:PrestoAlluxioCluster::joint";
/// Its type.
pub const TYPE: &str = "starburst:index:PrestoAlluxioCluster";
/// Name that the plugin gives its stack.
pub const STACK: &str = "suite-dev-joint";
/// Account of the keys in use.
pub const REGION: &str = "us-east-1";

/// The model and a provider that reads the same clock.
pub struct Bench {
    /// The model of AWS.
    pub model: Arc<fake::World>,
    provider: Provider,
    world: Arc<dyn World>,
    args: Json,
    _server: fake::Server,
}

/// A cluster as the engine's state holds it.
#[derive(Debug, Clone)]
pub struct Stored {
    /// Id of the resource.
    pub id: String,
    /// Checked inputs.
    pub inputs: Json,
    /// Outputs.
    pub outputs: Json,
}

/// A create or update that did not end well.
#[derive(Debug)]
pub struct Trouble {
    /// gRPC code.
    pub code: Code,
    /// What the user reads.
    pub text: String,
    /// What the engine would store all the same.
    pub partial: Option<Stored>,
}

impl Bench {
    /// A seeded model, virtual time, a configured provider.
    pub async fn new() -> Result<Self> {
        Self::with_config(json!({})).await
    }

    /// The same with provider settings beside region, endpoint and keys.
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
        let mut args = json!({ "region": REGION });
        for (key, value) in extra.as_object().into_iter().flatten() {
            args[key] = value.clone();
        }
        let provider = Provider::new(world.clone(), None);
        let mut bench = Self { model, provider, world, args, _server: server };
        bench.restart().await?;
        Ok(bench)
    }

    /// Another process of the provider, configured.
    pub async fn restart(&mut self) -> Result<()> {
        self.provider = Provider::new(self.world.clone(), None);
        let configure = wire::ConfigureRequest { args: Some(to_struct(&self.args)), ..Default::default() };
        self.provider.configure(Request::new(configure)).await.map_err(|status| anyhow!("{status}"))?;
        Ok(())
    }

    /// The provider itself, for calls that have no helper here.
    pub fn provider(&self) -> &Provider {
        &self.provider
    }

    /// Check: normal form and failures as `(property, reason)`.
    pub async fn check(&self, olds: Option<&Json>, news: &Json) -> Result<(Json, Vec<(String, String)>)> {
        let request = wire::CheckRequest {
            urn: URN.to_owned(),
            olds: Some(olds.map(to_struct).unwrap_or_default()),
            news: Some(to_struct(news)),
            name: "joint".to_owned(),
            r#type: TYPE.to_owned(),
            ..Default::default()
        };
        let answer =
            self.provider.check(Request::new(request)).await.map_err(|status| anyhow!("{status}"))?.into_inner();
        let failures = answer.failures.into_iter().map(|failure| (failure.property, failure.reason)).collect();
        Ok((to_json(&answer.inputs.context("no inputs")?), failures))
    }

    /// Check without failures.
    pub async fn checked(&self, olds: Option<&Json>, news: &Json) -> Result<Json> {
        let (inputs, failures) = self.check(olds, news).await?;
        anyhow::ensure!(failures.is_empty(), "check fails: {failures:?}");
        Ok(inputs)
    }

    /// Diff of a stored cluster against checked inputs.
    pub async fn diff(&self, stored: &Stored, news: &Json) -> Result<wire::DiffResponse> {
        let request = wire::DiffRequest {
            id: stored.id.clone(),
            urn: URN.to_owned(),
            olds: Some(to_struct(&stored.outputs)),
            old_inputs: Some(to_struct(&stored.inputs)),
            news: Some(to_struct(news)),
            r#type: TYPE.to_owned(),
            ..Default::default()
        };
        Ok(self.provider.diff(Request::new(request)).await.map_err(|status| anyhow!("{status}"))?.into_inner())
    }

    /// Check and create, as `pulumi up` does.
    pub async fn create(&self, news: &Json) -> Result<std::result::Result<Stored, Trouble>> {
        let inputs = self.checked(None, news).await?;
        self.create_with(&inputs, false).await
    }

    /// Create, or its preview, from checked inputs.
    pub async fn create_with(&self, inputs: &Json, preview: bool) -> Result<std::result::Result<Stored, Trouble>> {
        let request = wire::CreateRequest {
            urn: URN.to_owned(),
            properties: Some(to_struct(inputs)),
            preview,
            r#type: TYPE.to_owned(),
            ..Default::default()
        };
        Ok(match self.provider.create(Request::new(request)).await {
            Ok(answer) => {
                let answer = answer.into_inner();
                let outputs = to_json(&answer.properties.context("no properties")?);
                Ok(Stored { id: answer.id, inputs: inputs.clone(), outputs })
            }
            Err(status) => Err(trouble(&status, inputs)),
        })
    }

    /// Check and update, as `pulumi up` does.
    pub async fn update(&self, stored: &Stored, news: &Json) -> Result<std::result::Result<Stored, Trouble>> {
        let inputs = self.checked(Some(&stored.inputs), news).await?;
        self.update_with(stored, &inputs, false).await
    }

    /// Update, or its preview, from checked inputs.
    pub async fn update_with(
        &self,
        stored: &Stored,
        inputs: &Json,
        preview: bool,
    ) -> Result<std::result::Result<Stored, Trouble>> {
        let request = wire::UpdateRequest {
            id: stored.id.clone(),
            urn: URN.to_owned(),
            olds: Some(to_struct(&stored.outputs)),
            old_inputs: Some(to_struct(&stored.inputs)),
            news: Some(to_struct(inputs)),
            preview,
            r#type: TYPE.to_owned(),
            ..Default::default()
        };
        Ok(match self.provider.update(Request::new(request)).await {
            Ok(answer) => {
                let outputs = to_json(&answer.into_inner().properties.context("no properties")?);
                Ok(Stored { id: stored.id.clone(), inputs: inputs.clone(), outputs })
            }
            Err(status) => Err(trouble(&status, inputs)),
        })
    }

    /// Refresh of a stored cluster; `None` when it is gone.
    pub async fn refresh(&self, stored: &Stored) -> Result<Option<Stored>> {
        self.read(&stored.id, Some(stored)).await
    }

    /// Import by name or ARN; `None` when there is none.
    pub async fn import(&self, id: &str) -> Result<Option<Stored>> {
        self.read(id, None).await
    }

    async fn read(&self, id: &str, stored: Option<&Stored>) -> Result<Option<Stored>> {
        let request = wire::ReadRequest {
            id: id.to_owned(),
            urn: URN.to_owned(),
            properties: stored.map(|stored| to_struct(&stored.outputs)),
            inputs: stored.map(|stored| to_struct(&stored.inputs)),
            r#type: TYPE.to_owned(),
            ..Default::default()
        };
        let answer =
            self.provider.read(Request::new(request)).await.map_err(|status| anyhow!("{status}"))?.into_inner();
        if answer.id.is_empty() {
            anyhow::ensure!(answer.properties.is_none() && answer.inputs.is_none(), "a gone resource has no values");
            return Ok(None);
        }
        let inputs = to_json(&answer.inputs.context("no inputs")?);
        let outputs = to_json(&answer.properties.context("no properties")?);
        Ok(Some(Stored { id: answer.id, inputs, outputs }))
    }

    /// Delete.
    pub async fn delete(&self, stored: &Stored) -> std::result::Result<(), Status> {
        let request = wire::DeleteRequest {
            id: stored.id.clone(),
            urn: URN.to_owned(),
            properties: Some(to_struct(&stored.outputs)),
            old_inputs: Some(to_struct(&stored.inputs)),
            r#type: TYPE.to_owned(),
            ..Default::default()
        };
        self.provider.delete(Request::new(request)).await.map(drop)
    }
}

/// What a user and the engine learn from a failed create or update.
pub fn trouble(status: &Status, inputs: &Json) -> Trouble {
    let envelope = wire::status::Status::decode(status.details()).unwrap_or_default();
    let failed =
        envelope.details.first().and_then(|any| wire::ErrorResourceInitFailed::decode(any.value.as_slice()).ok());
    let partial = failed.map(|failed| Stored {
        id: failed.id,
        inputs: inputs.clone(),
        outputs: failed.properties.as_ref().map(to_json).unwrap_or_default(),
    });
    Trouble { code: status.code(), text: status.message().to_owned(), partial }
}

/// JSON to the wire.
pub fn to_struct(json: &Json) -> Struct {
    let fields: BTreeMap<String, prost_types::Value> =
        json.as_object().into_iter().flatten().map(|(key, value)| (key.clone(), to_wire(value))).collect();
    Struct { fields }
}

fn to_wire(json: &Json) -> prost_types::Value {
    use prost_types::value::Kind;
    let kind = match json {
        Json::Null => Kind::NullValue(0),
        Json::Bool(flag) => Kind::BoolValue(*flag),
        Json::Number(number) => Kind::NumberValue(number.as_f64().unwrap_or_default()),
        Json::String(text) => Kind::StringValue(text.clone()),
        Json::Array(items) => Kind::ListValue(prost_types::ListValue { values: items.iter().map(to_wire).collect() }),
        Json::Object(_) => Kind::StructValue(to_struct(json)),
    };
    prost_types::Value { kind: Some(kind) }
}

/// The wire to JSON.
pub fn to_json(wire: &Struct) -> Json {
    Json::Object(wire.fields.iter().map(|(key, value)| (key.clone(), from_wire(value))).collect())
}

fn from_wire(value: &prost_types::Value) -> Json {
    use prost_types::value::Kind;
    match &value.kind {
        None | Some(Kind::NullValue(_)) => Json::Null,
        Some(Kind::BoolValue(flag)) => Json::Bool(*flag),
        Some(Kind::NumberValue(number)) if number.fract() == 0.0 && number.abs() < 1e15 => json!(*number as i64),
        Some(Kind::NumberValue(number)) => json!(number),
        Some(Kind::StringValue(text)) => Json::String(text.clone()),
        Some(Kind::ListValue(list)) => Json::Array(list.values.iter().map(from_wire).collect()),
        Some(Kind::StructValue(inner)) => to_json(inner),
    }
}
