//! The service: one method a call, each handed on to the file of its name. Decides nothing but what is refused.
//!
//! Refused, and why: actions and state stores are not among what this provider offers, so that their calls answer
//! UNIMPLEMENTED, as the protocol wants it of a provider without them.

use std::collections::BTreeMap;
use std::future::Future;
use std::panic::AssertUnwindSafe;

use futures_util::FutureExt as _;
use futures_util::stream;
use starburst_schema::terraform::CLUSTER;
use tonic::codegen::BoxStream;
use tonic::{Request, Response, Status};

pub use super::provider::Provider;
use super::wire::provider_server::Provider as Service;
use super::wire::{self, Diagnostic};
use super::{
    apply, check, config, data, diagnostics, ephemeral, functions, generate, identity, import, list, plan, read,
    schema, upgrade,
};

/// Refuses every resource type but the one that there is.
fn known_type(type_name: &str) -> Result<(), Vec<Diagnostic>> {
    if type_name == CLUSTER {
        return Ok(());
    }
    let detail = format!("The provider has no resource {type_name}; it has {CLUSTER}.");
    Err(vec![diagnostics::error("Unknown resource type", detail)])
}

type Answer<T> = Result<Response<T>, Status>;

/// An answer that a panic turns into a diagnostic: a gRPC error would be shown as a plugin that cannot be spoken to.
async fn guarded<T>(work: impl Future<Output = T>, after_panic: impl FnOnce(Vec<Diagnostic>) -> T) -> Answer<T> {
    let answered = AssertUnwindSafe(work).catch_unwind().await;
    Ok(Response::new(answered.unwrap_or_else(|_| after_panic(vec![diagnostics::after_panic()]))))
}

/// The answer of a call for a type that there is, else a refusal.
macro_rules! typed {
    ($request:expr, $answer:ident, |$inner:ident| $work:expr) => {{
        let $inner = $request.into_inner();
        let refused = |diagnostics| wire::$answer::Response { diagnostics, ..Default::default() };
        guarded(
            async {
                match known_type(&$inner.type_name) {
                    Ok(()) => $work,
                    Err(diagnostics) => refused(diagnostics),
                }
            },
            refused,
        )
        .await
    }};
}

/// The answer of a call whose response holds diagnostics.
macro_rules! answered {
    ($answer:ident, $work:expr) => {
        guarded(async { $work }, |diagnostics| wire::$answer::Response { diagnostics, ..Default::default() }).await
    };
}

#[expect(clippy::needless_update, reason = "some answers hold nothing but diagnostics")]
#[tonic::async_trait]
impl Service for Provider {
    async fn get_metadata(&self, _: Request<wire::get_metadata::Request>) -> Answer<wire::get_metadata::Response> {
        answered!(get_metadata, schema::get_metadata())
    }
    async fn get_provider_schema(
        &self,
        _: Request<wire::get_provider_schema::Request>,
    ) -> Answer<wire::get_provider_schema::Response> {
        answered!(get_provider_schema, schema::get_provider_schema())
    }
    async fn get_resource_identity_schemas(
        &self,
        _: Request<wire::get_resource_identity_schemas::Request>,
    ) -> Answer<wire::get_resource_identity_schemas::Response> {
        let identity_schemas = BTreeMap::from([(CLUSTER.to_owned(), identity::schema())]);
        Ok(Response::new(wire::get_resource_identity_schemas::Response { identity_schemas, diagnostics: Vec::new() }))
    }
    async fn validate_provider_config(
        &self,
        request: Request<wire::validate_provider_config::Request>,
    ) -> Answer<wire::validate_provider_config::Response> {
        let request = request.into_inner();
        answered!(
            validate_provider_config,
            wire::validate_provider_config::Response { diagnostics: config::validate(&request) }
        )
    }
    async fn configure_provider(
        &self,
        request: Request<wire::configure_provider::Request>,
    ) -> Answer<wire::configure_provider::Response> {
        let request = request.into_inner();
        answered!(
            configure_provider,
            wire::configure_provider::Response { diagnostics: config::configure(self, &request) }
        )
    }
    async fn validate_resource_config(
        &self,
        request: Request<wire::validate_resource_config::Request>,
    ) -> Answer<wire::validate_resource_config::Response> {
        typed!(request, validate_resource_config, |inner| {
            wire::validate_resource_config::Response { diagnostics: check::validate(self, inner).await }
        })
    }
    async fn upgrade_resource_state(
        &self,
        request: Request<wire::upgrade_resource_state::Request>,
    ) -> Answer<wire::upgrade_resource_state::Response> {
        typed!(request, upgrade_resource_state, |inner| upgrade::state(&inner))
    }
    async fn upgrade_resource_identity(
        &self,
        request: Request<wire::upgrade_resource_identity::Request>,
    ) -> Answer<wire::upgrade_resource_identity::Response> {
        typed!(request, upgrade_resource_identity, |inner| upgrade::identity(&inner))
    }
    async fn read_resource(
        &self,
        request: Request<wire::read_resource::Request>,
    ) -> Answer<wire::read_resource::Response> {
        typed!(request, read_resource, |inner| read::read(self, inner).await)
    }
    async fn plan_resource_change(
        &self,
        request: Request<wire::plan_resource_change::Request>,
    ) -> Answer<wire::plan_resource_change::Response> {
        typed!(request, plan_resource_change, |inner| plan::plan(self, inner).await)
    }
    async fn apply_resource_change(
        &self,
        request: Request<wire::apply_resource_change::Request>,
    ) -> Answer<wire::apply_resource_change::Response> {
        let inner = request.into_inner();
        // Whatever goes wrong, the state stays as it was.
        let (new_state, private) = (inner.prior_state.clone(), inner.planned_private.clone());
        let refused = |diagnostics| wire::apply_resource_change::Response {
            new_state,
            private,
            diagnostics,
            ..Default::default()
        };
        if let Err(diagnostics) = known_type(&inner.type_name) {
            return Ok(Response::new(refused(diagnostics)));
        }
        guarded(apply::apply(self, inner), refused).await
    }
    async fn import_resource_state(
        &self,
        request: Request<wire::import_resource_state::Request>,
    ) -> Answer<wire::import_resource_state::Response> {
        typed!(request, import_resource_state, |inner| import::import(self, &inner))
    }
    async fn move_resource_state(
        &self,
        request: Request<wire::move_resource_state::Request>,
    ) -> Answer<wire::move_resource_state::Response> {
        let inner = request.into_inner();
        answered!(
            move_resource_state,
            match known_type(&inner.target_type_name) {
                Ok(()) => import::take_over(&inner),
                Err(diagnostics) => wire::move_resource_state::Response { diagnostics, ..Default::default() },
            }
        )
    }
    async fn generate_resource_config(
        &self,
        request: Request<wire::generate_resource_config::Request>,
    ) -> Answer<wire::generate_resource_config::Response> {
        typed!(request, generate_resource_config, |inner| generate::generate(&inner))
    }
    async fn validate_data_resource_config(
        &self,
        request: Request<wire::validate_data_resource_config::Request>,
    ) -> Answer<wire::validate_data_resource_config::Response> {
        let request = request.into_inner();
        answered!(
            validate_data_resource_config,
            wire::validate_data_resource_config::Response { diagnostics: data::validate(&request) }
        )
    }
    async fn read_data_source(
        &self,
        request: Request<wire::read_data_source::Request>,
    ) -> Answer<wire::read_data_source::Response> {
        let request = request.into_inner();
        answered!(read_data_source, data::read(self, &request).await)
    }
    async fn validate_ephemeral_resource_config(
        &self,
        request: Request<wire::validate_ephemeral_resource_config::Request>,
    ) -> Answer<wire::validate_ephemeral_resource_config::Response> {
        let request = request.into_inner();
        answered!(
            validate_ephemeral_resource_config,
            wire::validate_ephemeral_resource_config::Response { diagnostics: ephemeral::validate(&request) }
        )
    }
    async fn open_ephemeral_resource(
        &self,
        request: Request<wire::open_ephemeral_resource::Request>,
    ) -> Answer<wire::open_ephemeral_resource::Response> {
        let request = request.into_inner();
        answered!(open_ephemeral_resource, ephemeral::open(self, &request).await)
    }
    async fn renew_ephemeral_resource(
        &self,
        request: Request<wire::renew_ephemeral_resource::Request>,
    ) -> Answer<wire::renew_ephemeral_resource::Response> {
        // A password does not run out while it is in use.
        let diagnostics = ephemeral::known_type(&request.into_inner().type_name).err().unwrap_or_default();
        Ok(Response::new(wire::renew_ephemeral_resource::Response { diagnostics, ..Default::default() }))
    }
    async fn close_ephemeral_resource(
        &self,
        request: Request<wire::close_ephemeral_resource::Request>,
    ) -> Answer<wire::close_ephemeral_resource::Response> {
        let diagnostics = ephemeral::known_type(&request.into_inner().type_name).err().unwrap_or_default();
        Ok(Response::new(wire::close_ephemeral_resource::Response { diagnostics }))
    }
    async fn validate_list_resource_config(
        &self,
        request: Request<wire::validate_list_resource_config::Request>,
    ) -> Answer<wire::validate_list_resource_config::Response> {
        typed!(request, validate_list_resource_config, |inner| {
            wire::validate_list_resource_config::Response { diagnostics: list::validate(&inner) }
        })
    }
    async fn list_resource(
        &self,
        request: Request<wire::list_resource::Request>,
    ) -> Answer<BoxStream<wire::list_resource::Event>> {
        let request = request.into_inner();
        let refused = |diagnostic| vec![wire::list_resource::Event { diagnostic, ..Default::default() }];
        let events = match known_type(&request.type_name) {
            Ok(()) => guarded(list::list(self, &request), refused).await?.into_inner(),
            Err(diagnostics) => refused(diagnostics),
        };
        Ok(Response::new(Box::pin(stream::iter(events.into_iter().map(Ok)))))
    }
    async fn get_functions(&self, _: Request<wire::get_functions::Request>) -> Answer<wire::get_functions::Response> {
        answered!(
            get_functions,
            wire::get_functions::Response { functions: functions::schemas(), ..Default::default() }
        )
    }
    async fn call_function(
        &self,
        request: Request<wire::call_function::Request>,
    ) -> Answer<wire::call_function::Response> {
        let request = request.into_inner();
        guarded(async { functions::call(&request) }, |diagnostics| {
            let text = diagnostics.into_iter().map(|found| format!("{}. {}", found.summary, found.detail)).collect();
            let error = wire::FunctionError { text, function_argument: None };
            wire::call_function::Response { result: None, error: Some(error) }
        })
        .await
    }
    async fn stop_provider(&self, _: Request<wire::stop_provider::Request>) -> Answer<wire::stop_provider::Response> {
        self.stop();
        Ok(Response::new(wire::stop_provider::Response { error: String::new() }))
    }
}
