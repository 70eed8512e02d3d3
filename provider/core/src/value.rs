//! The tree in which inputs, outputs and state travel: JSON with unknown, secret and file leaves.
//! Knows no table and no wire form. `Debug` never shows what a secret holds.

use std::collections::BTreeMap;

use crate::path::{Path, Step};

/// A value.
#[derive(Clone, PartialEq, Default)]
pub enum Value {
    /// Nothing; the same as absent.
    #[default]
    Null,
    /// True or false.
    Bool(bool),
    /// A number; whole numbers are exact up to 2^53.
    Number(f64),
    /// A text.
    Text(String),
    /// A list.
    List(Vec<Value>),
    /// Values by key.
    Map(BTreeMap<String, Value>),
    /// Not known before another resource exists. Stands for any shape.
    Unknown,
    /// A value that must not be shown.
    Secret(Box<Value>),
    /// A file or folder that the program gave as an asset or archive.
    File(FileValue),
}

/// A file or folder that the program gave as an asset or archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileValue {
    /// Whether it is a folder or archive rather than one file.
    pub archive: bool,
    /// The client's own digest of the content, hexadecimal SHA-256; empty when the client sent none.
    pub hash: String,
    /// Where the content is; `None` once only the digest is kept.
    pub source: Option<FileSource>,
}

/// Where the content of a file or folder is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileSource {
    /// A local path, relative to the program's folder.
    Path(String),
    /// The text itself.
    Text(String),
    /// A URI.
    Uri(String),
    /// Files and folders by name.
    Assets(BTreeMap<String, FileValue>),
}

impl Value {
    /// A text.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// A whole number.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "table values are far below 2^53")]
    pub fn integer(number: i64) -> Self {
        Self::Number(number as f64)
    }

    /// The value wrapped as a secret, once.
    #[must_use]
    pub fn secret(self) -> Self {
        match self {
            Self::Secret(_) => self,
            other => Self::Secret(Box::new(other)),
        }
    }

    /// The value without secret wrappers around it (those deeper inside stay).
    #[must_use]
    pub fn peeled(&self) -> &Self {
        let mut value = self;
        while let Self::Secret(inner) = value {
            value = inner;
        }
        value
    }

    /// The value without any secret wrapper.
    #[must_use]
    pub fn exposed(&self) -> Self {
        match self {
            Self::Secret(inner) => inner.exposed(),
            Self::List(items) => Self::List(items.iter().map(Self::exposed).collect()),
            Self::Map(map) => Self::Map(map.iter().map(|(key, value)| (key.clone(), value.exposed())).collect()),
            other => other.clone(),
        }
    }

    /// Whether the value is wrapped as a secret.
    #[must_use]
    pub fn is_secret(&self) -> bool {
        matches!(self, Self::Secret(_))
    }

    /// Whether nothing is there.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self.peeled(), Self::Null)
    }

    /// Whether the value itself is unknown.
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        matches!(self.peeled(), Self::Unknown)
    }

    /// Whether the value or anything inside it is unknown.
    #[must_use]
    pub fn has_unknown(&self) -> bool {
        match self {
            Self::Unknown => true,
            Self::Secret(inner) => inner.has_unknown(),
            Self::List(items) => items.iter().any(Self::has_unknown),
            Self::Map(map) => map.values().any(Self::has_unknown),
            _ => false,
        }
    }

    /// The text, through secret wrappers.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match self.peeled() {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The boolean, through secret wrappers.
    #[must_use]
    pub fn as_bool(&self) -> Option<bool> {
        match self.peeled() {
            Self::Bool(flag) => Some(*flag),
            _ => None,
        }
    }

    /// The whole number, through secret wrappers; `None` for fractions and for numbers beyond 2^53.
    #[must_use]
    #[expect(clippy::cast_possible_truncation, reason = "checked to be whole and in range")]
    pub fn as_integer(&self) -> Option<i64> {
        match self.peeled() {
            Self::Number(number) if number.fract() == 0.0 && number.abs() <= 9_007_199_254_740_992.0 => {
                Some(*number as i64)
            }
            _ => None,
        }
    }

    /// The list, through secret wrappers.
    #[must_use]
    pub fn as_list(&self) -> Option<&[Self]> {
        match self.peeled() {
            Self::List(items) => Some(items),
            _ => None,
        }
    }

    /// The map, through secret wrappers.
    #[must_use]
    pub fn as_map(&self) -> Option<&BTreeMap<String, Self>> {
        match self.peeled() {
            Self::Map(map) => Some(map),
            _ => None,
        }
    }

    /// The value at a path, through secret wrappers; `Null` where nothing is; `Unknown` below an unknown value.
    #[must_use]
    pub fn at(&self, path: &Path) -> &Self {
        const NULL: &Value = &Value::Null;
        const UNKNOWN: &Value = &Value::Unknown;
        let mut value = self;
        for step in path.steps() {
            value = match (value.peeled(), step) {
                (Self::Map(map), Step::Key(key)) => map.get(key).unwrap_or(NULL),
                (Self::List(items), Step::Index(at)) => items.get(*at).unwrap_or(NULL),
                (Self::Unknown, _) => return UNKNOWN,
                _ => return NULL,
            };
        }
        value
    }

    /// Puts a value at a path of keys, making objects on the way; `Null` removes the key and objects left empty.
    pub fn put(&mut self, path: &Path, new: Self) {
        let Some((first, rest)) = path.steps().split_first() else {
            *self = new;
            return;
        };
        let Step::Key(key) = first else { return };
        let rest = Path::from_steps(rest);
        if let Self::Secret(inner) = self {
            inner.put(path, new);
            return;
        }
        if !matches!(self, Self::Map(_)) {
            if new.is_null() {
                return;
            }
            *self = Self::Map(BTreeMap::new());
        }
        if let Self::Map(map) = self {
            let child = map.entry(key.clone()).or_default();
            child.put(&rest, new);
            let empty = match child {
                Self::Null => true,
                Self::Map(inner) => inner.is_empty() && !rest.is_root(),
                _ => false,
            };
            if empty {
                map.remove(key);
            }
        }
    }
}

impl Path {
    fn from_steps(steps: &[Step]) -> Self {
        steps.iter().fold(Self::root(), |path, step| match step {
            Step::Key(key) => path.key(key),
            Step::Index(at) => path.index(*at),
        })
    }
}

impl std::fmt::Debug for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Bool(flag) => write!(f, "{flag}"),
            Self::Number(number) => write!(f, "{number}"),
            Self::Text(text) => write!(f, "{text:?}"),
            Self::List(items) => f.debug_list().entries(items).finish(),
            Self::Map(map) => f.debug_map().entries(map).finish(),
            Self::Unknown => f.write_str("unknown"),
            Self::Secret(_) => f.write_str("[secret]"),
            Self::File(file) => write!(f, "file({})", file.hash),
        }
    }
}

impl From<&serde_json::Value> for Value {
    fn from(json: &serde_json::Value) -> Self {
        match json {
            serde_json::Value::Null => Self::Null,
            serde_json::Value::Bool(flag) => Self::Bool(*flag),
            serde_json::Value::Number(number) => Self::Number(number.as_f64().unwrap_or_default()),
            serde_json::Value::String(text) => Self::Text(text.clone()),
            serde_json::Value::Array(items) => Self::List(items.iter().map(Self::from).collect()),
            serde_json::Value::Object(map) => {
                Self::Map(map.iter().map(|(key, value)| (key.clone(), Self::from(value))).collect())
            }
        }
    }
}
