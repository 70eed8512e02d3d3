//! Field paths: parse, print in either client's casing. Knows no table.

use starburst_schema::naming::snake_case;

/// A step of a path.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// A key of an object (always camelCase) or of a user's map.
    Key(String),
    /// An element of a list.
    Index(usize),
}

/// Where a value stands in the inputs. The empty path is the whole resource.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Path(Vec<Step>);

/// How a client spells field names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Casing {
    /// Pulumi.
    Camel,
    /// Terraform.
    Snake,
}

impl Path {
    /// The whole resource.
    #[must_use]
    pub const fn root() -> Self {
        Self(Vec::new())
    }

    /// A dotted camelCase path of the table.
    #[must_use]
    pub fn field(dotted: &str) -> Self {
        Self(dotted.split('.').filter(|part| !part.is_empty()).map(|part| Step::Key(part.to_owned())).collect())
    }

    /// The path of an element of the value at this path.
    #[must_use]
    pub fn index(&self, at: usize) -> Self {
        let mut steps = self.0.clone();
        steps.push(Step::Index(at));
        Self(steps)
    }

    /// The path of a key of the value at this path.
    #[must_use]
    pub fn key(&self, key: &str) -> Self {
        let mut steps = self.0.clone();
        steps.push(Step::Key(key.to_owned()));
        Self(steps)
    }

    /// The steps from the root.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        &self.0
    }

    /// Whether this is the value at a dotted path of the table, or below it.
    #[must_use]
    pub fn is_within(&self, dotted: &str) -> bool {
        let mut steps = self.0.iter();
        dotted.split('.').all(|part| matches!(steps.next(), Some(Step::Key(key)) if key == part))
    }

    /// Whether this is the whole resource.
    #[must_use]
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// The text that a user of that client knows: `ec2.workerCount`, `stack.tags["cost center"]`, `stack.rollback.triggers[0].arn`.
    #[must_use]
    pub fn render(&self, casing: Casing) -> String {
        let mut text = String::new();
        for step in &self.0 {
            match step {
                Step::Index(at) => text.push_str(&format!("[{at}]")),
                Step::Key(key) if is_plain(key) => {
                    if !text.is_empty() {
                        text.push('.');
                    }
                    match casing {
                        Casing::Camel => text.push_str(key),
                        Casing::Snake => text.push_str(&snake_case(key)),
                    }
                }
                Step::Key(key) => text.push_str(&format!("[{}]", quoted(key))),
            }
        }
        text
    }
}

fn is_plain(key: &str) -> bool {
    !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

fn quoted(key: &str) -> String {
    format!("\"{}\"", key.replace('\\', "\\\\").replace('"', "\\\""))
}

impl From<&starburst_schema::Field> for Path {
    fn from(field: &starburst_schema::Field) -> Self {
        Self::field(field.path)
    }
}
