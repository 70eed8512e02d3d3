//! The guard against outliving the client that started the process.

use std::future::Future;
use std::time::Duration;

/// How often the plugin looks whether the process that started it still lives.
const CHECK: Duration = Duration::from_secs(5);

/// Returns once the process that is the parent at the time of this call is gone. The parent's number changes then,
/// whoever adopts us.
#[cfg(unix)]
pub fn orphaned() -> impl Future<Output = ()> + Send + 'static {
    let parent = std::os::unix::process::parent_id();
    async move {
        let mut look = tokio::time::interval(CHECK);
        loop {
            look.tick().await;
            if std::os::unix::process::parent_id() != parent {
                return;
            }
        }
    }
}

/// Never returns: this system tells nothing of parents.
#[cfg(not(unix))]
pub fn orphaned() -> impl Future<Output = ()> + Send + 'static {
    std::future::pending()
}
