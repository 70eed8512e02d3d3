//! Signals that ask the process to end. They are caught before a client can know of the process, so that none is
//! faster. What ending means is the caller's.

use std::future::Future;

/// Returns once the process is interrupted or asked to end.
///
/// # Errors
/// A sentence when the system takes no handler.
#[cfg(unix)]
pub fn interrupted_or_ended() -> Result<impl Future<Output = ()> + Send + 'static, String> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt()).map_err(unheard)?;
    let ended = ended()?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            () = ended => {}
        }
    })
}

/// Returns once the process is asked to end, and ignores interrupts: those of a terminal reach client and plugin alike,
/// and the client tells the plugin what they mean.
///
/// # Errors
/// A sentence when the system takes no handler.
#[cfg(unix)]
pub fn ended_only() -> Result<impl Future<Output = ()> + Send + 'static, String> {
    use tokio::signal::unix::{SignalKind, signal};
    // A handler that does nothing, unlike an ignored signal, is not handed on to credential processes.
    let interrupt = signal(SignalKind::interrupt()).map_err(unheard)?;
    let ended = ended()?;
    Ok(async move {
        ended.await;
        drop(interrupt);
    })
}

#[cfg(unix)]
fn ended() -> Result<impl Future<Output = ()> + Send + 'static, String> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate()).map_err(unheard)?;
    Ok(async move {
        terminate.recv().await;
    })
}

#[cfg(unix)]
fn unheard(error: std::io::Error) -> String {
    format!("the plugin cannot listen for signals: {error}")
}

/// Returns once the process is interrupted.
///
/// # Errors
/// None on this system.
#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "the other systems can fail here")]
pub fn interrupted_or_ended() -> Result<impl Future<Output = ()> + Send + 'static, String> {
    Ok(async {
        let _ = tokio::signal::ctrl_c().await;
    })
}

/// Never returns, and ignores interrupts.
///
/// # Errors
/// None on this system.
#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "the other systems can fail here")]
pub fn ended_only() -> Result<impl Future<Output = ()> + Send + 'static, String> {
    Ok(async {
        while tokio::signal::ctrl_c().await.is_ok() {}
        std::future::pending::<()>().await;
    })
}
