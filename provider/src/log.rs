//! The plugin's own log, on standard error. `STARBURST_LOG` says how much (`off`, `error`, `warn`, `info`, `debug`,
//! `trace`, or directives such as `starburst_core=debug`; `warn` when absent), `STARBURST_LOG_FORMAT=json` the form.
//! Under Terraform and OpenTofu the form is the one that they read, and without `STARBURST_LOG` their own variables say
//! how much: `TF_LOG_PROVIDER`, else `TF_LOG`, and nothing when both are absent.
//!
//! Only this workspace's crates are ever written, at no level anything else: the SDK's and the HTTP libraries' traces
//! hold whole requests, and with them passwords.

use std::fmt;
use std::io::IsTerminal as _;

use serde_json::{Map, Value};
use tracing::field::{Field, Visit};
use tracing::{Event, Metadata, Subscriber};
use tracing_subscriber::filter::{EnvFilter, FilterExt as _, LevelFilter, filter_fn};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::{FormatTime as _, SystemTime};
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::layer::{Layer, SubscriberExt as _};
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt as _;

/// How much is written.
const LEVEL: &str = "STARBURST_LOG";
/// `json`, or lines for people.
const FORMAT: &str = "STARBURST_LOG_FORMAT";
/// How much Terraform and OpenTofu want of providers; the first that is given holds.
const CLIENT_LEVELS: [&str; 2] = ["TF_LOG_PROVIDER", "TF_LOG"];
/// Beginnings of the names of this workspace's crates.
const OURS: [&str; 2] = ["starburst", "pulumi_resource_starburst"];

/// Who reads the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reader {
    /// A person, or a program that one chose.
    Person,
    /// A Terraform or OpenTofu process, line by line.
    Terraform,
}

/// Starts the log, once; later calls do nothing.
pub fn start(reader: Reader) {
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let filter = levels(reader, &variable).and(filter_fn(is_ours));
    let json = variable(FORMAT).is_some_and(|format| format.eq_ignore_ascii_case("json"));
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let lines = match reader {
        Reader::Terraform => lines.event_format(ForClients).boxed(),
        Reader::Person if json => lines.json().boxed(),
        Reader::Person => lines.with_ansi(std::io::stderr().is_terminal()).boxed(),
    };
    // A second start, as in tests, finds the first one's subscriber in place.
    let _ = tracing_subscriber::registry().with(lines.with_filter(filter)).try_init();
}

/// Directives that cannot be read are left out, those around them hold.
fn levels(reader: Reader, variable: &dyn Fn(&str) -> Option<String>) -> EnvFilter {
    let usual = match reader {
        Reader::Person => LevelFilter::WARN,
        Reader::Terraform => {
            CLIENT_LEVELS.iter().find_map(|name| variable(name)).map_or(LevelFilter::OFF, client_level)
        }
    };
    EnvFilter::builder().with_default_directive(usual.into()).parse_lossy(variable(LEVEL).unwrap_or_default())
}

/// A level as clients write it. They take a word that they do not know, and `JSON`, for the most.
fn client_level(word: String) -> LevelFilter {
    word.trim().parse().unwrap_or(LevelFilter::TRACE)
}

fn is_ours(metadata: &Metadata<'_>) -> bool {
    OURS.iter().any(|name| metadata.target().starts_with(name))
}

/// Lines of JSON that Terraform and OpenTofu sort into their own log. Level and message must be texts and the time of
/// exactly this form, or the client takes the line for something else.
struct ForClients;

impl<S, N> FormatEvent<S, N> for ForClients
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(&self, _: &FmtContext<'_, S, N>, mut writer: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        let mut fields = Fields::default();
        event.record(&mut fields);
        let mut time = String::new();
        SystemTime.format_time(&mut Writer::new(&mut time))?;
        let mut line = fields.others;
        line.insert("@level".to_owned(), event.metadata().level().as_str().to_ascii_lowercase().into());
        line.insert("@message".to_owned(), fields.message.into());
        line.insert("@module".to_owned(), event.metadata().target().replace("::", ".").into());
        line.insert("@timestamp".to_owned(), time.into());
        writeln!(writer, "{}", Value::Object(line))
    }
}

/// What an event says, and the values beside it.
#[derive(Default)]
struct Fields {
    message: String,
    others: Map<String, Value>,
}

impl Fields {
    fn put(&mut self, field: &Field, value: Value) {
        match (field.name(), value) {
            ("message", Value::String(text)) => self.message = text,
            ("message", other) => self.message = other.to_string(),
            (name, value) => drop(self.others.insert(name.to_owned(), value)),
        }
    }
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.put(field, format!("{value:?}").into());
    }
    fn record_str(&mut self, field: &Field, value: &str) {
        self.put(field, value.into());
    }
    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field, value.into());
    }
    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field, value.into());
    }
    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field, value.into());
    }
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.put(field, value.into());
    }
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

    fn written(reader: Reader, variables: &[(&str, &str)], log: impl FnOnce()) -> String {
        let written = Written::default();
        let writer = written.clone();
        let variable =
            |name: &str| variables.iter().find(|(given, _)| *given == name).map(|(_, value)| (*value).to_owned());
        let filter = levels(reader, &variable).and(filter_fn(is_ours));
        let lines = tracing_subscriber::fmt::layer().with_ansi(false).with_writer(move || writer.clone());
        let lines = match reader {
            Reader::Person => lines.boxed(),
            Reader::Terraform => lines.event_format(ForClients).boxed(),
        };
        tracing::subscriber::with_default(tracing_subscriber::registry().with(lines.with_filter(filter)), log);
        let bytes = written.0.lock().expect("lock").clone();
        String::from_utf8(bytes).expect("text")
    }

    #[test]
    fn nothing_but_our_own_crates_is_written_even_when_asked_for() {
        let all = "trace,aws_smithy_runtime=trace,hyper=trace,aws_sdk_ec2=trace";
        for (reader, variable) in [(Reader::Person, LEVEL), (Reader::Terraform, LEVEL), (Reader::Terraform, "TF_LOG")] {
            let text = written(reader, &[(variable, all)], || {
                tracing::trace!(target: "aws_smithy_runtime::client", "body with password");
                tracing::error!(target: "aws_sdk_cloudformation", "body with password");
                tracing::info!(target: "hyper::proto", "body with password");
                tracing::trace!(target: "starburst_core::stack", "one step");
            });
            assert!(text.contains("one step") && !text.contains("password"), "{reader:?} {variable}: {text}");
        }
    }

    #[test]
    fn warnings_alone_are_written_by_default() {
        let text = written(Reader::Person, &[], || {
            tracing::info!(target: "starburst_core", "chatter");
            tracing::warn!(target: "starburst_core", "look here");
        });
        assert!(text.contains("look here") && !text.contains("chatter"), "{text}");
    }

    #[test]
    fn terraforms_variables_say_how_much_unless_ours_does() {
        let none: &[(&str, &str)] = &[];
        let rows = [
            (none, &[][..]),
            (&[("TF_LOG", "OFF")], &[]),
            (&[("TF_LOG", "WARN")], &["warned"]),
            (&[("TF_LOG", "debug")], &["detail", "warned"]),
            (&[("TF_LOG", "JSON")], &["detail", "warned"]),
            (&[("TF_LOG", "TRACE"), ("TF_LOG_PROVIDER", "ERROR")], &[]),
            (&[("TF_LOG_PROVIDER", "INFO")], &["warned"]),
            (&[("TF_LOG", "TRACE"), (LEVEL, "warn")], &["warned"]),
        ];
        for (variables, expected) in rows {
            let text = written(Reader::Terraform, variables, || {
                tracing::debug!(target: "starburst_core", "detail");
                tracing::warn!(target: "starburst_core", "warned");
            });
            let found: Vec<_> = ["detail", "warned"].into_iter().filter(|word| text.contains(word)).collect();
            assert_eq!(found, expected, "{variables:?}: {text}");
        }
    }

    #[test]
    fn terraform_gets_one_object_a_line_with_texts_where_it_needs_them() {
        let text = written(Reader::Terraform, &[("TF_LOG", "TRACE")], || {
            tracing::warn!(target: "starburst_core::stack", calls = 3, slow = true, "two\nlines");
            tracing::info!(target: "starburst_core", message = 7);
        });
        let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
        let [first, second] = lines.as_slice() else { panic!("two lines: {text}") };
        assert_eq!((&first["@level"], &first["@message"]), (&"warn".into(), &"two\nlines".into()));
        assert_eq!(
            (&first["@module"], &first["calls"], &first["slow"]),
            (&"starburst_core.stack".into(), &3.into(), &true.into())
        );
        assert_eq!(second["@message"], "7");
        let time = first["@timestamp"].as_str().expect("text");
        let form: String = time.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
        assert_eq!(form, "0000-00-00T00:00:00.000000Z");
    }
}
