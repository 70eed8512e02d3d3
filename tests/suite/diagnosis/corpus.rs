//! The files of the corpus as they are. Knows no engine.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use starburst_core::ports::StackEvent;
use starburst_core::time::Timestamp;

/// Name of the stack in every stream.
pub const NAME: &str = "analytics";
/// Its ARN.
pub const ARN: &str = "arn:aws:cloudformation:us-east-1:123456789012:stack/analytics/0001";
/// When the first event is.
pub const BEGAN: u64 = 1_790_000_000_000;

/// One failed operation and what has to be named.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stream {
    /// Name of the file.
    #[serde(skip)]
    pub name: String,
    /// What happens.
    pub title: String,
    /// `own (F…)`, or the thread that it is quoted from.
    pub source: String,
    /// What of a thread is quoted and what is filled in.
    #[serde(default)]
    pub shown: String,
    /// `create`, `update` or `delete`.
    pub operation: String,
    /// `oldest first`.
    pub order: String,
    /// The stack's events.
    pub events: Vec<Event>,
    /// Events of nested stacks by ARN.
    #[serde(default)]
    pub nested: BTreeMap<String, Vec<Event>>,
    /// Failed scaling activities by logical id of the group, newest first.
    #[serde(default)]
    pub activities: BTreeMap<String, Vec<String>>,
    /// What has to be named.
    pub expect: Expect,
}

/// One event.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Event {
    /// Logical id; `@` for the stack itself.
    pub id: String,
    /// Resource type.
    #[serde(default, rename = "type")]
    pub kind: String,
    /// Resource status.
    pub status: String,
    /// AWS's words.
    #[serde(default)]
    pub reason: String,
    /// What a hook said that failed.
    #[serde(default)]
    pub hook: String,
}

/// The labels of a stream.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expect {
    /// Logical id of the first cause; `@` for the stack.
    pub cause: String,
    /// Words of its reason.
    pub reason: String,
    /// The input behind it; none where none exists, and then none may be named.
    pub input: Option<String>,
    /// Words of a hint, where one should exist.
    pub hint: Option<String>,
}

impl Stream {
    /// Whether it is of our own composition.
    pub fn is_own(&self) -> bool {
        self.source.starts_with("own")
    }

    /// A label as the engine names it.
    pub fn logical_id(&self, label: &str) -> String {
        if label == "@" { NAME.to_owned() } else { label.to_owned() }
    }

    /// Resources that were only cancelled.
    pub fn cancelled(&self) -> impl Iterator<Item = &str> {
        let failed_by_itself = |id: &str| {
            self.events
                .iter()
                .any(|event| event.id == id && event.status.ends_with("_FAILED") && !event.reason.contains("cancelled"))
        };
        self.events
            .iter()
            .filter(move |event| event.reason.contains("cancelled") && event.id != "@" && !failed_by_itself(&event.id))
            .map(|event| event.id.as_str())
    }

    /// The status that the stack ends in.
    pub fn ended(&self) -> &str {
        self.events.iter().rfind(|event| event.id == "@").map_or("", |event| event.status.as_str())
    }
}

/// Events as the engine reads them, oldest first.
pub fn events(stack: &str, events: &[Event]) -> Vec<StackEvent> {
    let event = |(at, event): (usize, &Event)| {
        let own = event.id == "@";
        StackEvent {
            id: format!("{stack}-{at}"),
            stack_id: stack.to_owned(),
            logical_id: if own { NAME.to_owned() } else { event.id.clone() },
            physical_id: if own { stack.to_owned() } else { format!("id-{}", event.id) },
            resource_type: if own { "AWS::CloudFormation::Stack".to_owned() } else { event.kind.clone() },
            status: event.status.clone(),
            reason: event.reason.clone(),
            hook: event.hook.clone(),
            time: Timestamp(BEGAN + 1_000 * u64::try_from(at).unwrap_or_default()),
            ..StackEvent::default()
        }
    };
    events.iter().enumerate().map(event).collect()
}

/// All streams, sorted by name.
pub fn read() -> Result<Vec<Stream>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/diagnosis");
    let mut streams = Vec::new();
    for entry in fs::read_dir(&folder).with_context(|| format!("reading {}", folder.display()))? {
        let path = entry?.path();
        let text = fs::read_to_string(&path)?;
        let mut stream: Stream = serde_json::from_str(&text).with_context(|| path.display().to_string())?;
        stream.name = path.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        ensure!(stream.order == "oldest first" && !stream.title.is_empty(), "{}: order, title", stream.name);
        ensure!(stream.is_own() || !stream.shown.is_empty(), "{}: say what the thread shows", stream.name);
        ensure!(
            stream.is_own() || stream.source.starts_with("https://"),
            "{}: a stream is our own or has a link",
            stream.name
        );
        streams.push(stream);
    }
    streams.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(streams)
}
