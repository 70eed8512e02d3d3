//! Violations as they are found, and the order in which users read them. Knows no rule.

use starburst_schema::{Code, FIELDS, Field};

use crate::failure::{Message, Severity, Violation};
use crate::path::{Path, Step};

/// Violations found so far.
#[derive(Debug, Default)]
pub struct Found(Vec<Violation>);

impl Found {
    /// Adds an error at a field.
    pub fn error(&mut self, code: &'static Code, field: &Field, message: Message, instead: Message) {
        self.error_at(code, Path::from(field), message, instead);
    }

    /// Adds an error at a path.
    pub fn error_at(&mut self, code: &'static Code, path: Path, message: Message, instead: Message) {
        self.0.push(Violation::error(code, path, message, instead));
    }

    /// Adds a warning at a field.
    pub fn warn(&mut self, code: &'static Code, field: &Field, message: Message, instead: Message) {
        self.0.push(Violation::warning(code, Path::from(field), message, instead));
    }

    /// Adds a warning.
    pub fn warn_at(&mut self, code: &'static Code, path: Path, message: Message, instead: Message) {
        self.0.push(Violation::warning(code, path, message, instead));
    }

    /// Adds a violation.
    pub fn push(&mut self, violation: Violation) {
        self.0.push(violation);
    }

    /// Paths of the errors found so far.
    pub fn paths(&self) -> impl Iterator<Item = &Path> {
        self.0.iter().filter(|found| found.severity == Severity::Error).map(|found| &found.path)
    }

    /// All violations in the order of the table, warnings last.
    #[must_use]
    pub fn into_sorted(self) -> Vec<Violation> {
        let mut all = self.0;
        all.sort_by_key(|found| (found.severity, rank(&found.path)));
        all
    }
}

/// Where a path stands in the table: its own row, else the last row that shares its first steps.
fn rank(path: &Path) -> usize {
    let keys: Vec<&str> = path
        .steps()
        .iter()
        .filter_map(|step| match step {
            Step::Key(key) => Some(key.as_str()),
            Step::Index(_) => None,
        })
        .collect();
    let shared = |field: &Field| field.path.split('.').zip(&keys).take_while(|(ours, theirs)| ours == *theirs).count();
    FIELDS
        .iter()
        .enumerate()
        .map(|(at, field)| (shared(field), at))
        .max_by_key(|(length, at)| (*length, if *length == field_length(*at) { usize::MAX } else { *at }))
        .map_or(usize::MAX, |(length, at)| if length == 0 { usize::MAX } else { at })
}

fn field_length(at: usize) -> usize {
    FIELDS.get(at).map_or(0, |field| field.path.split('.').count())
}
