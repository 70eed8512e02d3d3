//! The calls of a client: one method a request, answers checked for what every client demands of them.

use std::sync::Arc;

use anyhow::{Context, Result, anyhow, ensure};
use serde_json::Value as Json;
use starburst_provider::terraform::server::Provider;
use starburst_provider::terraform::wire;
use starburst_provider::terraform::wire::diagnostic::Severity;
use starburst_provider::terraform::wire::provider_server::Provider as _;
use starburst_provider::world::World;
use tonic::{Request, Status};

use super::core;
use super::schema::{self, Attribute};
use super::value::{decode, encode, has_unknown};

/// Type name of the resource.
pub const CLUSTER: &str = "starburst_presto_alluxio_cluster";

/// One diagnostic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// Whether it is an error; else a warning.
    pub is_error: bool,
    /// Headline.
    pub summary: String,
    /// What stands below.
    pub detail: String,
    /// The attribute, as users write it; empty for the whole.
    pub path: String,
}

impl Told {
    /// Everything that the user reads.
    pub fn text(&self) -> String {
        format!("{}\n{}", self.summary, self.detail)
    }

    /// The number behind `SB`, where the headline begins with a code.
    pub fn code(&self) -> Option<u16> {
        self.summary.strip_prefix("SB")?.get(..4)?.parse().ok()
    }
}

/// The errors among diagnostics.
pub fn errors(told: &[Told]) -> Vec<&Told> {
    told.iter().filter(|told| told.is_error).collect()
}

/// One object as a client holds it between two calls.
#[derive(Debug, Clone, PartialEq)]
pub struct Object {
    /// Its attributes.
    pub value: Json,
    /// Bytes that only the provider reads.
    pub private: Vec<u8>,
    /// Its identity; null where there is none yet.
    pub identity: Json,
}

/// A provider and what it says of itself.
pub struct Client {
    /// The provider.
    pub provider: Provider,
    /// Attributes of the resource.
    pub cluster: Vec<Attribute>,
    /// Settings of the provider.
    pub settings: Vec<Attribute>,
    /// The identity of the resource.
    pub identity: Vec<Attribute>,
    /// What this client can do.
    pub capabilities: wire::ClientCapabilities,
}

/// What a plan call answers.
pub struct PlanAnswer {
    /// The planned state.
    pub state: Json,
    /// Paths that need another object.
    pub replace: Vec<wire::AttributePath>,
    /// Private bytes.
    pub private: Vec<u8>,
    /// The planned identity.
    pub identity: Option<wire::ResourceIdentityData>,
    /// Whether the plan is put off.
    pub deferred: Option<i32>,
    /// Diagnostics.
    pub told: Vec<Told>,
}

/// An answer, or the test's failure: a gRPC error is a plugin's fault for every client.
pub fn spoken<T>(answer: std::result::Result<tonic::Response<T>, Status>) -> Result<T> {
    answer.map(tonic::Response::into_inner).map_err(|status| anyhow!("a gRPC error: {status}"))
}

impl Client {
    /// A provider that is not configured yet, and its schemas.
    pub async fn start(world: Arc<dyn World>) -> Result<Self> {
        let provider = Provider::new(world);
        let schemas = spoken(provider.get_provider_schema(Request::new(Default::default())).await)?;
        ensure!(schemas.diagnostics.is_empty(), "{:?}", schemas.diagnostics);
        let of = |schema: Option<&wire::Schema>| schema::attributes(schema.context("a schema is missing")?);
        let identities = spoken(provider.get_resource_identity_schemas(Request::new(Default::default())).await)?;
        let identity = identities.identity_schemas.get(CLUSTER).context("no identity schema")?;
        Ok(Self {
            cluster: of(schemas.resource_schemas.get(CLUSTER))?,
            settings: of(schemas.provider.as_ref())?,
            identity: schema::identity(identity)?,
            capabilities: wire::ClientCapabilities { write_only_attributes_allowed: true, ..Default::default() },
            provider,
        })
    }

    /// Diagnostics in the words of the tests; a path that leads nowhere in the schema fails.
    pub fn told(&self, diagnostics: &[wire::Diagnostic], attributes: &[Attribute]) -> Result<Vec<Told>> {
        let each = diagnostics.iter().map(|found| {
            ensure!(!found.summary.is_empty(), "a diagnostic without a headline: {}", found.detail);
            ensure!(!found.summary.contains('\n'), "a headline of several lines: {}", found.summary);
            let path = found.attribute.clone().unwrap_or_default();
            core::at(attributes, &Json::Null, &path).with_context(|| found.summary.clone())?;
            Ok(Told {
                is_error: match found.severity() {
                    Severity::Error => true,
                    Severity::Warning => false,
                    Severity::Invalid => anyhow::bail!("a diagnostic without severity: {}", found.summary),
                },
                summary: found.summary.clone(),
                detail: found.detail.clone(),
                path: core::rendered(&path),
            })
        });
        each.collect()
    }

    fn cluster_told(&self, diagnostics: &[wire::Diagnostic]) -> Result<Vec<Told>> {
        self.told(diagnostics, &self.cluster)
    }

    /// ValidateProviderConfig.
    pub async fn validate_provider(&self, config: &Json) -> Result<Vec<Told>> {
        let config = Some(encode(config, &self.settings)?);
        let request = wire::validate_provider_config::Request { config };
        let answer = spoken(self.provider.validate_provider_config(Request::new(request)).await)?;
        self.told(&answer.diagnostics, &self.settings)
    }

    /// ConfigureProvider.
    pub async fn configure(&self, config: &Json) -> Result<Vec<Told>> {
        let request = wire::configure_provider::Request {
            terraform_version: "1.15.5".to_owned(),
            config: Some(encode(config, &self.settings)?),
            client_capabilities: Some(self.capabilities),
        };
        let answer = spoken(self.provider.configure_provider(Request::new(request)).await)?;
        self.told(&answer.diagnostics, &self.settings)
    }

    /// ValidateResourceConfig.
    pub async fn validate(&self, config: &Json) -> Result<Vec<Told>> {
        let request = wire::validate_resource_config::Request {
            type_name: CLUSTER.to_owned(),
            config: Some(encode(config, &self.cluster)?),
            client_capabilities: Some(self.capabilities),
        };
        let answer = spoken(self.provider.validate_resource_config(Request::new(request)).await)?;
        self.cluster_told(&answer.diagnostics)
    }

    /// UpgradeResourceState.
    pub async fn upgrade(&self, version: i64, json: &str) -> Result<(Option<Json>, Vec<Told>)> {
        let raw_state = Some(wire::RawState { json: json.as_bytes().to_vec(), ..Default::default() });
        let request = wire::upgrade_resource_state::Request { type_name: CLUSTER.to_owned(), version, raw_state };
        let answer = spoken(self.provider.upgrade_resource_state(Request::new(request)).await)?;
        let told = self.cluster_told(&answer.diagnostics)?;
        if !errors(&told).is_empty() {
            return Ok((None, told));
        }
        let state = decode(answer.upgraded_state.as_ref(), &self.cluster)?;
        self.assert_storable(&state)?;
        Ok((Some(state), told))
    }

    /// UpgradeResourceIdentity.
    pub async fn upgrade_identity(&self, version: i64, json: &str) -> Result<(Option<Json>, Vec<Told>)> {
        let raw_identity = Some(wire::RawState { json: json.as_bytes().to_vec(), ..Default::default() });
        let request = wire::upgrade_resource_identity::Request { type_name: CLUSTER.to_owned(), version, raw_identity };
        let answer = spoken(self.provider.upgrade_resource_identity(Request::new(request)).await)?;
        let told = self.cluster_told(&answer.diagnostics)?;
        let identity = answer.upgraded_identity.map(|identity| self.identity_in(Some(&identity))).transpose()?;
        Ok((identity, told))
    }

    /// ReadResource; the object is `None` when it is gone.
    pub async fn read(&self, object: &Object) -> Result<(Option<Object>, Option<i32>, Vec<Told>)> {
        let request = wire::read_resource::Request {
            type_name: CLUSTER.to_owned(),
            current_state: Some(encode(&object.value, &self.cluster)?),
            private: object.private.clone(),
            client_capabilities: Some(self.capabilities),
            current_identity: self.identity_out(&object.identity)?,
            ..Default::default()
        };
        let answer = spoken(self.provider.read_resource(Request::new(request)).await)?;
        let told = self.cluster_told(&answer.diagnostics)?;
        let value = decode(answer.new_state.as_ref(), &self.cluster)?;
        let deferred = answer.deferred.map(|deferred| deferred.reason);
        if value.is_null() {
            return Ok((None, deferred, told));
        }
        self.assert_storable(&value)?;
        let identity = self.identity_in(answer.new_identity.as_ref())?;
        if errors(&told).is_empty() && deferred.is_none() {
            self.assert_identity(&object.identity, &identity)?;
        }
        Ok((Some(Object { value, private: answer.private, identity }), deferred, told))
    }

    /// PlanResourceChange; without a configuration, of a destruction.
    pub async fn plan(&self, prior: Option<&Object>, proposed: &Json, config: &Json) -> Result<PlanAnswer> {
        let null = Json::Null;
        let request = wire::plan_resource_change::Request {
            type_name: CLUSTER.to_owned(),
            prior_state: Some(encode(prior.map_or(&null, |prior| &prior.value), &self.cluster)?),
            proposed_new_state: Some(encode(proposed, &self.cluster)?),
            config: Some(encode(config, &self.cluster)?),
            prior_private: prior.map(|prior| prior.private.clone()).unwrap_or_default(),
            client_capabilities: Some(self.capabilities),
            prior_identity: self.identity_out(prior.map_or(&null, |prior| &prior.identity))?,
            ..Default::default()
        };
        let answer = spoken(self.provider.plan_resource_change(Request::new(request)).await)?;
        ensure!(!answer.legacy_type_system, "the legacy type system is not for this protocol");
        Ok(PlanAnswer {
            told: self.cluster_told(&answer.diagnostics)?,
            state: decode(answer.planned_state.as_ref(), &self.cluster)?,
            replace: answer.requires_replace,
            private: answer.planned_private,
            identity: answer.planned_identity,
            deferred: answer.deferred.map(|deferred| deferred.reason),
        })
    }

    /// ApplyResourceChange; the object is `None` when nothing exists afterwards.
    pub async fn apply(
        &self,
        prior: Option<&Object>,
        planned: &PlanAnswer,
        config: &Json,
    ) -> Result<(Option<Object>, Vec<Told>)> {
        let request = wire::apply_resource_change::Request {
            type_name: CLUSTER.to_owned(),
            prior_state: Some(encode(prior.map_or(&Json::Null, |prior| &prior.value), &self.cluster)?),
            planned_state: Some(encode(&planned.state, &self.cluster)?),
            config: Some(encode(config, &self.cluster)?),
            planned_private: planned.private.clone(),
            planned_identity: planned.identity.clone(),
            ..Default::default()
        };
        let answer = spoken(self.provider.apply_resource_change(Request::new(request)).await)?;
        let told = self.cluster_told(&answer.diagnostics)?;
        let value = decode(answer.new_state.as_ref(), &self.cluster)?;
        if value.is_null() {
            return Ok((None, told));
        }
        self.assert_storable(&value)?;
        let identity = self.identity_in(answer.new_identity.as_ref())?;
        self.assert_identity(prior.map_or(&Json::Null, |prior| &prior.identity), &identity)?;
        Ok((Some(Object { value, private: answer.private, identity }), told))
    }

    /// ImportResourceState by id or by identity.
    pub async fn import(&self, id: &str, identity: &Json) -> Result<(Option<Object>, Vec<Told>)> {
        let request = wire::import_resource_state::Request {
            type_name: CLUSTER.to_owned(),
            id: id.to_owned(),
            client_capabilities: Some(self.capabilities),
            identity: self.identity_out(identity)?,
        };
        let answer = spoken(self.provider.import_resource_state(Request::new(request)).await)?;
        let told = self.cluster_told(&answer.diagnostics)?;
        let Some(imported) = answer.imported_resources.first() else {
            ensure!(!errors(&told).is_empty(), "nothing imported and no error");
            return Ok((None, told));
        };
        ensure!(imported.type_name == CLUSTER, "imported a {}", imported.type_name);
        let value = decode(imported.state.as_ref(), &self.cluster)?;
        self.assert_storable(&value)?;
        let identity = self.identity_in(imported.identity.as_ref())?;
        Ok((Some(Object { value, private: imported.private.clone(), identity }), told))
    }

    /// What a client may store: wholly known, without write-only values.
    fn assert_storable(&self, state: &Json) -> Result<()> {
        ensure!(!has_unknown(state), "unknown in a state: {:?}", core::unknown_paths(&self.cluster, state));
        without_write_only(&self.cluster, state)
    }

    fn identity_out(&self, identity: &Json) -> Result<Option<wire::ResourceIdentityData>> {
        if identity.is_null() {
            return Ok(None);
        }
        Ok(Some(wire::ResourceIdentityData { identity_data: Some(encode(identity, &self.identity)?) }))
    }

    fn identity_in(&self, identity: Option<&wire::ResourceIdentityData>) -> Result<Json> {
        let Some(identity) = identity else { return Ok(Json::Null) };
        decode(identity.identity_data.as_ref(), &self.identity)
    }

    /// An identity is wholly known, and never another one.
    fn assert_identity(&self, before: &Json, now: &Json) -> Result<()> {
        ensure!(now.is_object() && !has_unknown(now), "no known identity: {now}");
        ensure!(
            now.as_object().is_some_and(|map| map.values().all(|value| !value.is_null())),
            "a hollow identity: {now}"
        );
        ensure!(before.is_null() || before == now, "the identity changed from {before} to {now}");
        Ok(())
    }
}

fn without_write_only(attributes: &[Attribute], state: &Json) -> Result<()> {
    for attribute in attributes {
        let value = &state[&attribute.name];
        ensure!(!attribute.write_only || value.is_null(), "the write-only value of {} is stored", attribute.name);
        without_write_only(attribute.children(), value)?;
    }
    Ok(())
}
