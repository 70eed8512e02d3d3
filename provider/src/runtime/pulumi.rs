//! A process under the Pulumi engine: its first line is a port, and an interrupt ends it.

use std::process::ExitCode;
use std::sync::Arc;

use tokio::net::TcpListener;

use super::orphan::orphaned;
use super::signals;
use crate::pulumi::server::{Provider, serve};
use crate::world::World;

/// Speaks to a Pulumi engine until a signal or until that engine is gone. Without an address any engine may attach.
#[must_use]
pub fn run_pulumi(world: Arc<dyn World>, engine: Option<&str>) -> ExitCode {
    super::run(answer_engine(world, engine))
}

async fn answer_engine(world: Arc<dyn World>, engine: Option<&str>) -> Result<(), String> {
    let asked = signals::interrupted_or_ended()?;
    let orphaned = orphaned();
    let listener = TcpListener::bind(("127.0.0.1", 0))
        .await
        .map_err(|error| format!("the plugin cannot listen on 127.0.0.1: {error}"))?;
    let port = listener.local_addr().map_err(|error| format!("the plugin's port is unknown: {error}"))?.port();
    super::print_first_line(port)?;
    let provider = Provider::new(world, engine);
    let started_by_engine = engine.is_some();
    let ends = async move {
        tokio::select! {
            () = asked => {}
            () = orphaned, if started_by_engine => {}
        }
    };
    serve(provider, listener, ends).await.map_err(|error| format!("the plugin cannot serve any longer: {error}"))
}
