//! One log line for each call of AWS, at level debug: service, action, outcome. Never parameters, never an answer.

use std::time::SystemTime;

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::{
    BeforeSerializationInterceptorContextRef, FinalizerInterceptorContextRef,
};
use aws_smithy_runtime_api::client::orchestrator::Metadata;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::{ConfigBag, Storable, StoreReplace};

/// Logs calls.
#[derive(Debug, Clone, Copy)]
pub struct CallLog;

/// When the call began.
#[derive(Debug)]
struct Began(SystemTime);

impl Storable for Began {
    type Storer = StoreReplace<Self>;
}

impl Intercept for CallLog {
    fn name(&self) -> &'static str {
        "CallLog"
    }

    fn read_before_execution(
        &self,
        _: &BeforeSerializationInterceptorContextRef<'_>,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        config.interceptor_state().store_put(Began(SystemTime::now()));
        Ok(())
    }

    fn read_after_execution(
        &self,
        context: &FinalizerInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let took = config.load::<Began>().and_then(|began| began.0.elapsed().ok()).unwrap_or_default();
        let (service, action) =
            config.load::<Metadata>().map_or(("", ""), |metadata| (metadata.service(), metadata.name()));
        let ok = context.output_or_error().is_some_and(|outcome| outcome.is_ok());
        let ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        tracing::debug!(target: "starburst_provider::aws", service, action, ok, ms, "call of AWS");
        Ok(())
    }
}
