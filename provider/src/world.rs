//! What a front end needs of the world, so that it names no adapter: files, and a connection for a configuration.
//! Knows neither AWS's SDK nor a wire form.

use std::sync::Arc;

use async_trait::async_trait;
use starburst_core::cluster::Settings;
use starburst_core::failure::Failure;
use starburst_core::ports::{Cancellation, LocalFiles, Ports, ProgressSink};
use starburst_core::value::Value;

/// The outside, before the provider is configured.
#[async_trait]
pub trait World: Send + Sync + 'static {
    /// Files of the program's machine.
    fn files(&self) -> &dyn LocalFiles;

    /// Opens what a provider configuration describes. Reads files and the environment at most; calls nothing.
    ///
    /// # Errors
    /// What the configuration lacks, such as a region.
    async fn connect(&self, config: &Value) -> Result<Arc<dyn Connection>, Failure>;
}

/// A configured way to AWS.
pub trait Connection: Send + Sync {
    /// What the configuration means for a cluster.
    fn settings(&self) -> &Settings;

    /// Keeps a secret out of every text that AWS or the SDK gives back from now on.
    fn hide(&self, secret: &str);

    /// Everything that one operation may reach.
    fn ports<'a>(&'a self, cancellation: &'a dyn Cancellation, progress: &'a dyn ProgressSink) -> Ports<'a>;
}
