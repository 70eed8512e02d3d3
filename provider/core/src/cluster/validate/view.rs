//! What rules between fields see: effective values, with everything that is already wrong counted as unknown, so that
//! one mistake is told once.

use starburst_schema::{Field, format};

use crate::cluster::defaults::{default_of, effective};
use crate::cluster::local_files;
use crate::path::{Path, Step};
use crate::value::{FileSource, Value};

/// The inputs as rules see them.
pub struct View<'a> {
    values: Value,
    prior: Option<&'a Value>,
}

impl<'a> View<'a> {
    /// Inputs in normal form; `wrong` are the paths of values that violate a rule already.
    pub fn new<'p>(inputs: &Value, prior: Option<&'a Value>, wrong: impl Iterator<Item = &'p Path>) -> Self {
        let mut values = inputs.clone();
        for path in wrong.filter(|path| !path.is_root()) {
            let whole = path.steps().iter().take_while(|step| matches!(step, Step::Key(_)));
            let whole = whole.fold(Path::root(), |path, step| match step {
                Step::Key(key) => path.key(key),
                Step::Index(at) => path.index(*at),
            });
            if !values.at(&whole).is_null() {
                values.put(&whole, Value::Unknown);
            }
        }
        Self { values, prior }
    }

    /// The checked inputs of the last run.
    #[must_use]
    pub fn prior(&self) -> Option<&'a Value> {
        self.prior
    }

    /// The value in effect. One that is required at creation and absent now is what it was before.
    #[must_use]
    pub fn value(&self, field: &Field) -> Value {
        let value = effective(&self.values, field);
        match self.prior {
            Some(prior) if value.is_null() && field.required => {
                let before = effective(prior, field);
                if before.is_null() { Value::Unknown } else { before }
            }
            _ => value,
        }
    }

    /// Whether something known is written that differs from the default: a default that is written down, as generated
    /// programs have it, says nothing.
    #[must_use]
    pub fn known(&self, field: &Field) -> bool {
        let value = self.values.at(&Path::from(field));
        !value.is_null() && !value.has_unknown() && *value.peeled() != default_of(field)
    }

    /// Whether nothing is written and there is no default.
    #[must_use]
    pub fn absent(&self, field: &Field) -> bool {
        self.value(field).is_null()
    }

    /// The effective text, when it is known.
    #[must_use]
    pub fn text(&self, field: &Field) -> Option<String> {
        self.value(field).as_text().map(str::to_owned)
    }

    /// The effective number, when it is known.
    #[must_use]
    pub fn integer(&self, field: &Field) -> Option<i64> {
        self.value(field).as_integer()
    }

    /// The effective boolean, when it is known.
    #[must_use]
    pub fn flag(&self, field: &Field) -> Option<bool> {
        self.value(field).as_bool()
    }

    /// The effective texts, when all are known; empty for none.
    #[must_use]
    pub fn texts(&self, field: &Field) -> Option<Vec<String>> {
        match self.value(field).peeled() {
            Value::Null => Some(Vec::new()),
            Value::List(items) => items.iter().map(|item| item.as_text().map(str::to_owned)).collect(),
            _ => None,
        }
    }

    /// Keys and texts of a map, with `None` for unknown texts; `None` when the map itself is unknown.
    #[must_use]
    pub fn pairs(&self, field: &Field) -> Option<Vec<(String, Option<String>)>> {
        match self.value(field).peeled() {
            Value::Null => Some(Vec::new()),
            Value::Map(map) => {
                Some(map.iter().map(|(key, value)| (key.clone(), value.as_text().map(str::to_owned))).collect())
            }
            _ => None,
        }
    }

    /// Seconds of an effective length of time.
    #[must_use]
    pub fn seconds(&self, field: &Field) -> Option<u64> {
        self.text(field).and_then(|text| format::parse_duration(&text))
    }

    /// Whether a file or folder lies on the program's machine.
    #[must_use]
    pub fn is_local(&self, field: &Field) -> bool {
        is_local(&self.value(field))
    }
}

/// Whether a value names something on the program's machine.
#[must_use]
pub fn is_local(value: &Value) -> bool {
    match value.peeled() {
        Value::Text(text) => local_files::is_local(text),
        Value::File(file) => !matches!(&file.source, Some(FileSource::Uri(uri)) if uri.starts_with("s3://")),
        _ => false,
    }
}
