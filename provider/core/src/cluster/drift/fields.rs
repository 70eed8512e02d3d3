//! From a property that differs to the input that decides it. Knows no call.

use starburst_schema::fields::{ec2, stack as stack_fields};
use starburst_schema::{DERIVED, FIELDS, Field, ParameterEncoding};

use super::super::defaults::{default_of, effective};
use super::super::parameters;
use super::expected::{Behind, Expected};
use crate::failure::Message;
use crate::path::Path;
use crate::value::Value;

/// One property that is not as the stack deployed it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Difference {
    /// Logical id of the resource.
    pub logical_id: String,
    /// JSON pointer into its properties; empty for the resource itself, which is gone.
    pub property: String,
    /// As deployed.
    pub expected: String,
    /// As it is; empty for absent.
    pub actual: String,
}

impl Difference {
    /// A property.
    pub fn new(logical_id: &str, property: &str, expected: impl Into<String>, actual: impl Into<String>) -> Self {
        let (logical_id, property) = (logical_id.to_owned(), property.to_owned());
        Self { logical_id, property, expected: expected.into(), actual: actual.into() }
    }

    /// A resource that was removed.
    pub fn gone(logical_id: &str) -> Self {
        Self::new(logical_id, "", "there", "")
    }

    /// Resource, property, expected and actual in one line, for what no input says.
    #[must_use]
    pub fn note(&self, expected: &Expected<'_>) -> Message {
        if self.property.is_empty() {
            return Message::new(format!(
                "drift: {} was removed outside of this program; the next update that touches the stack makes it again",
                self.logical_id
            ));
        }
        let values = if self.is_secret(expected) {
            "is not as it was deployed".to_owned()
        } else {
            format!("is {}, not {}", shown(&self.actual), shown(&self.expected))
        };
        let mut note = Message::new(format!("drift: {}{} {values}", self.logical_id, self.property));
        let inputs = self.inputs(expected);
        for (at, path) in inputs.iter().take(3).enumerate() {
            note = note.text(if at == 0 { " (decided by " } else { ", " }).path(&Path::field(path));
        }
        let end = if inputs.is_empty() { "" } else { ")" };
        note.text(end).text("; the next update that touches the stack sets it back")
    }

    /// Whether it is brought back without a node being replaced: nodes come from groups and launch templates.
    #[must_use]
    pub fn spares_nodes(&self, expected: &Expected<'_>) -> bool {
        match expected.kind(&self.logical_id).as_str() {
            "AWS::AutoScaling::AutoScalingGroup" | "AWS::EC2::LaunchTemplate" => false,
            // What is made anew gets another id, which nodes may know.
            kind => !self.property.is_empty() || kind.starts_with("AWS::CloudWatch::"),
        }
    }

    /// Paths of the inputs that have a part in the property.
    fn inputs(&self, expected: &Expected<'_>) -> Vec<&'static str> {
        let mut paths: Vec<&'static str> =
            self.parameters(expected).iter().flat_map(|name| inputs_behind(name)).collect();
        paths.dedup();
        paths
    }

    fn parameters(&self, expected: &Expected<'_>) -> Vec<String> {
        match expected.behind(&self.logical_id, &self.property) {
            Behind::Parameter(name) => vec![name],
            Behind::Several(names) => names,
            Behind::Nothing => Vec::new(),
        }
    }

    /// Whether a secret input has a part in the property.
    fn is_secret(&self, expected: &Expected<'_>) -> bool {
        self.parameters(expected).iter().any(|name| field_of(name).is_some_and(Field::is_secret))
    }
}

/// A value short enough for a line.
fn shown(text: &str) -> String {
    const LONGEST: usize = 120;
    match text.char_indices().nth(LONGEST) {
        _ if text.is_empty() => "absent".to_owned(),
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

/// The field that a template parameter carries.
#[must_use]
pub fn field_of(parameter: &str) -> Option<&'static Field> {
    FIELDS.iter().copied().find(|field| field.parameter.is_some_and(|own| own.name == parameter))
}

/// Paths of the inputs behind a parameter: the field that it carries, or those that it is computed from.
#[must_use]
pub fn inputs_behind(parameter: &str) -> Vec<&'static str> {
    match field_of(parameter) {
        Some(field) => vec![field.path],
        None => {
            DERIVED.iter().find(|derived| derived.name == parameter).map(|row| row.from.to_vec()).unwrap_or_default()
        }
    }
}

/// The field and the live value that a difference stands for; `None` where no input says it.
#[must_use]
pub fn field_and_value(expected: &Expected<'_>, difference: &Difference) -> Option<(&'static Field, Value)> {
    if difference.property.is_empty() {
        let field = field_of(&expected.switch(&difference.logical_id)?)?;
        let off = match field.parameter?.encoding {
            ParameterEncoding::YesNo => Value::Bool(false),
            _ => Value::Null,
        };
        return Some((field, off));
    }
    let Behind::Parameter(name) = expected.behind(&difference.logical_id, &difference.property) else { return None };
    let field = field_of(&name)?;
    // Counts stand behind much (thresholds of alarms, bounds of groups); only a capacity is one.
    let counts = [ec2::WORKER_COUNT.path, ec2::HA_COORDINATOR_COUNT.path];
    if field.is_secret() || (counts.contains(&field.path) && difference.property != "/DesiredCapacity") {
        return None;
    }
    let live = parameters::decode(field, &difference.actual);
    (!live.is_null() || field.default.is_none()).then_some((field, live))
}

/// Writes the live value of a field into the inputs, a default as nothing.
pub fn put(inputs: &mut Value, field: &Field, live: Value) {
    let described = effective(inputs, field).exposed();
    if described != live {
        let value = if live == default_of(field) { Value::Null } else { live };
        inputs.put(&Path::from(field), value);
    }
}

/// Writes the live value of a tag into the inputs; false where the program does not write that tag.
pub fn put_tag(inputs: &mut Value, key: &str, live: Option<&str>) -> bool {
    let path = Path::from(&stack_fields::TAGS);
    let Some(mut tags) = inputs.at(&path).as_map().cloned().filter(|tags| tags.contains_key(key)) else { return false };
    match live {
        Some(live) => drop(tags.insert(key.to_owned(), Value::text(live))),
        None => drop(tags.remove(key)),
    }
    inputs.put(&path, if tags.is_empty() { Value::Null } else { Value::Map(tags) });
    true
}
