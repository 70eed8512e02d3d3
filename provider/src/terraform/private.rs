//! What the plugin keeps in the client's state and no user sees: plain data with a version, because another build reads
//! it after a crash. Holds no secret: clients store it in plain text.

use serde::{Deserialize, Serialize};
use starburst_core::cluster::STATE_KEY;
use starburst_core::value::Value;
use starburst_schema::Field;

/// The newest form that this build writes.
const VERSION: u32 = 1;

/// The private state of one resource.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Private {
    /// Form of this record; 0 where there is none yet.
    pub version: u32,
    /// The core's record of the cluster, as one text. Absent where nothing but the id is known: the next read fills the
    /// rest in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub record: Option<String>,
    /// Dotted paths of fields whose value in the state is not the program's but the plugin's.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub filled: Vec<String>,
    /// Dotted paths of secrets that were given in their write-only form.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub write_only: Vec<String>,
    /// Which apply made this object. Two objects of the same stack differ in it where a replacement was created before
    /// its predecessor was destroyed.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub apply: String,
    /// Whether another object took this one's stack over, so that there is nothing left to destroy.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub superseded: bool,
}

/// Private state that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unreadable {
    /// Not what this plugin writes.
    Corrupt,
    /// A newer version of the plugin wrote it, in this form.
    Newer(u32),
}

impl Private {
    /// The private state in these bytes; an empty one where there are none.
    ///
    /// # Errors
    /// Bytes that are no such record, or one of a newer version.
    pub fn parse(bytes: &[u8]) -> Result<Self, Unreadable> {
        if bytes.is_empty() {
            return Ok(Self::default());
        }
        // An array would be read as the fields in their order.
        let json: serde_json::Value = serde_json::from_slice(bytes).map_err(|_| Unreadable::Corrupt)?;
        if !json.is_object() {
            return Err(Unreadable::Corrupt);
        }
        let private: Self = serde_json::from_value(json).map_err(|_| Unreadable::Corrupt)?;
        match private.version {
            0 => Err(Unreadable::Corrupt),
            newer if newer > VERSION => Err(Unreadable::Newer(newer)),
            _ => Ok(private),
        }
    }

    /// The bytes that clients store.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(&Self { version: VERSION, ..self.clone() }).unwrap_or_default()
    }

    /// The outputs of the core with the record among them.
    #[must_use]
    pub fn with_record(&self, mut outputs: Value) -> Value {
        if let (Some(record), Value::Map(map)) = (&self.record, &mut outputs) {
            map.insert(STATE_KEY.to_owned(), Value::text(record.as_str()));
        }
        outputs
    }

    /// The same with the record of these outputs.
    #[must_use]
    pub fn recording(mut self, outputs: &Value) -> Self {
        self.record = outputs.as_map().and_then(|map| map.get(STATE_KEY)).and_then(Value::as_text).map(str::to_owned);
        self
    }

    /// Whether the plugin filled this field in.
    #[must_use]
    pub fn is_filled(&self, field: &Field) -> bool {
        self.filled.iter().any(|path| path == field.path)
    }

    /// Whether this secret was given in its write-only form.
    #[must_use]
    pub fn is_write_only(&self, field: &Field) -> bool {
        self.write_only.iter().any(|path| path == field.path)
    }
}

/// The private state in a request, or what the user reads of it.
///
/// # Errors
/// One diagnostic, with what to do.
pub fn parse(bytes: &[u8]) -> Result<Private, Vec<super::wire::Diagnostic>> {
    Private::parse(bytes).map_err(|unreadable| vec![unreadable.diagnostic()])
}

impl Unreadable {
    fn diagnostic(&self) -> super::wire::Diagnostic {
        use starburst_schema::codes::refused::NEWER_STATE;
        match self {
            Self::Newer(version) => super::diagnostics::error(
                format!("{NEWER_STATE}: {}", NEWER_STATE.title),
                format!(
                    "The private part of the state has form {version}, and version {} of the plugin reads form \
                     {VERSION} and older. {}",
                    env!("CARGO_PKG_VERSION"),
                    NEWER_STATE.cure
                ),
            ),
            Self::Corrupt => super::diagnostics::error(
                "The private part of the state cannot be read",
                "It is not what this plugin writes: the state was changed by hand or by another program. Nothing was \
                 done. Restore the state from a backup, or take the cluster over anew: `terraform state rm ADDRESS`, \
                 then `terraform import ADDRESS ARN` with the ARN of its stack.",
            ),
        }
    }
}
