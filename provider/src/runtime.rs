//! The life of the plugin's process: port line, signals, orphan exit, panics. Knows no rule of the domain.

use std::future::Future;
use std::io::Write as _;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;

use crate::pulumi::server::{Provider, serve};
use crate::world::World;

/// Calls wait for AWS nearly all the time.
const THREADS: usize = 2;
/// How often the plugin looks whether the engine that started it still lives.
const ORPHAN_CHECK: Duration = Duration::from_secs(5);
/// How long tasks that do not end by themselves are waited for.
const LAST_TASKS: Duration = Duration::from_millis(200);

/// Speaks to a Pulumi engine until a signal or until that engine is gone. Without an address any engine may attach.
#[must_use]
pub fn run_pulumi(world: Arc<dyn World>, engine: Option<&str>) -> ExitCode {
    std::panic::set_hook(Box::new(say_where));
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(THREADS).enable_all().build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("the plugin cannot start its threads: {error}");
            return ExitCode::FAILURE;
        }
    };
    let ended = runtime.block_on(answer_engine(world, engine));
    runtime.shutdown_timeout(LAST_TASKS);
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
    }
}

async fn answer_engine(world: Arc<dyn World>, engine: Option<&str>) -> Result<(), String> {
    // Signals are caught before the port is known, so that no engine can be faster.
    let asked = asked_to_end().map_err(|error| format!("the plugin cannot listen for signals: {error}"))?;
    let listener = TcpListener::bind(("127.0.0.1", 0))
        .await
        .map_err(|error| format!("the plugin cannot listen on 127.0.0.1: {error}"))?;
    let port = listener.local_addr().map_err(|error| format!("the plugin's port is unknown: {error}"))?.port();
    print_port(port).map_err(|error| format!("the port cannot be printed: {error}"))?;
    let provider = Provider::new(world, engine);
    let started_by_engine = engine.is_some();
    let ends = async move {
        tokio::select! {
            () = asked => {}
            () = orphaned(), if started_by_engine => {}
        }
    };
    serve(provider, listener, ends).await.map_err(|error| format!("the plugin cannot serve any longer: {error}"))
}

/// The first thing on standard output, and the only one that the engine reads.
fn print_port(port: u16) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{port}")?;
    out.flush()
}

#[cfg(unix)]
fn asked_to_end() -> std::io::Result<impl Future<Output = ()> + Send + 'static> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "the other systems can fail here")]
fn asked_to_end() -> std::io::Result<impl Future<Output = ()> + Send + 'static> {
    Ok(async {
        let _ = tokio::signal::ctrl_c().await;
    })
}

/// Returns once the process that started this one is gone. The parent's number changes then, whoever adopts us.
#[cfg(unix)]
async fn orphaned() {
    let parent = std::os::unix::process::parent_id();
    let mut look = tokio::time::interval(ORPHAN_CHECK);
    loop {
        look.tick().await;
        if std::os::unix::process::parent_id() != parent {
            return;
        }
    }
}

#[cfg(not(unix))]
async fn orphaned() {
    std::future::pending::<()>().await;
}

/// Tells where a panic happened and nothing of what it says, which may quote a value.
fn say_where(panic: &std::panic::PanicHookInfo<'_>) {
    let place = panic.location().map_or_else(|| "an unknown place".to_owned(), ToString::to_string);
    let _ = writeln!(std::io::stderr(), "the plugin made a mistake at {place}");
}
