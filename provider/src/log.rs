//! The plugin's own log, on standard error. `STARBURST_LOG` says how much (`off`, `error`, `warn`, `info`, `debug`,
//! `trace`, or directives such as `starburst_core=debug`; `warn` when absent), `STARBURST_LOG_FORMAT=json` the form.
//!
//! Only this workspace's crates are ever written, at no level anything else: the SDK's and the HTTP libraries' traces
//! hold whole requests, and with them passwords.

use std::io::IsTerminal as _;

use tracing::Metadata;
use tracing_subscriber::filter::{EnvFilter, FilterExt as _, LevelFilter, filter_fn};
use tracing_subscriber::layer::{Layer, SubscriberExt as _};
use tracing_subscriber::util::SubscriberInitExt as _;

/// How much is written.
const LEVEL: &str = "STARBURST_LOG";
/// `json`, or lines for people.
const FORMAT: &str = "STARBURST_LOG_FORMAT";
/// Beginnings of the names of this workspace's crates.
const OURS: [&str; 2] = ["starburst", "pulumi_resource_starburst"];

/// Starts the log, once; later calls do nothing.
pub fn start() {
    let level = std::env::var(LEVEL).unwrap_or_default();
    let json = std::env::var(FORMAT).is_ok_and(|format| format.eq_ignore_ascii_case("json"));
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let lines = if json { lines.json().boxed() } else { lines.with_ansi(std::io::stderr().is_terminal()).boxed() };
    // A second start, as in tests, finds the first one's subscriber in place.
    let _ = tracing_subscriber::registry().with(lines.with_filter(levels(&level).and(filter_fn(is_ours)))).try_init();
}

/// Directives that cannot be read are left out, those around them hold.
fn levels(directives: &str) -> EnvFilter {
    EnvFilter::builder().with_default_directive(LevelFilter::WARN.into()).parse_lossy(directives)
}

fn is_ours(metadata: &Metadata<'_>) -> bool {
    OURS.iter().any(|name| metadata.target().starts_with(name))
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::sync::{Arc, Mutex};

    use super::*;

    #[derive(Clone, Default)]
    struct Written(Arc<Mutex<Vec<u8>>>);

    impl Write for Written {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().expect("lock").extend_from_slice(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    fn written(directives: &str, log: impl FnOnce()) -> String {
        let written = Written::default();
        let writer = written.clone();
        let lines = tracing_subscriber::fmt::layer().with_ansi(false).with_writer(move || writer.clone());
        let filter = levels(directives).and(filter_fn(is_ours));
        tracing::subscriber::with_default(tracing_subscriber::registry().with(lines.with_filter(filter)), log);
        let bytes = written.0.lock().expect("lock").clone();
        String::from_utf8(bytes).expect("text")
    }

    #[test]
    fn nothing_but_our_own_crates_is_written_even_when_asked_for() {
        let text = written("trace,aws_smithy_runtime=trace,hyper=trace,aws_sdk_ec2=trace", || {
            tracing::trace!(target: "aws_smithy_runtime::client", "body with password");
            tracing::error!(target: "aws_sdk_cloudformation", "body with password");
            tracing::info!(target: "hyper::proto", "body with password");
            tracing::trace!(target: "starburst_core::stack", "one step");
        });
        assert!(text.contains("one step") && !text.contains("password"), "{text}");
    }

    #[test]
    fn warnings_alone_are_written_by_default() {
        let text = written("", || {
            tracing::info!(target: "starburst_core", "chatter");
            tracing::warn!(target: "starburst_core", "look here");
        });
        assert!(text.contains("look here") && !text.contains("chatter"), "{text}");
    }
}
