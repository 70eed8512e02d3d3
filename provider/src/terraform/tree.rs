//! Between the attributes of a client and the inputs and outputs of the core: both are trees with camelCase keys, and a
//! client's has every attribute, null or not. Knows the parts of the attributes and no single field.

use starburst_core::cluster::defaults::default_under;
use starburst_core::path::{Casing, Path};
use starburst_core::value::{FileSource, FileValue, Value};
use starburst_schema::terraform::{Attribute, Part};
use starburst_schema::{FIELDS, Field, Kind, OUTPUTS, Output};

use super::private::Private;

/// Calls `each` with every attribute and its value in a tree, parents first. Below null everything is null, below
/// unknown everything is unknown.
fn walk<'a>(tree: &'a Value, attributes: &'a [Attribute], each: &mut dyn FnMut(&'a Attribute, &'a Value)) {
    for attribute in attributes {
        let value = tree.at(&Path::root().key(&attribute.key));
        each(attribute, value);
        if matches!(attribute.role, Part::Section | Part::Timeouts) {
            walk(value, attribute.children(), each);
        }
    }
}

/// The forms of one secret in a configuration.
pub struct Forms<'a> {
    /// The secret.
    pub field: &'static Field,
    /// The form that clients store.
    pub stored: &'a Value,
    /// The form that clients do not store.
    pub write_only: &'a Value,
    /// Its version.
    pub version: &'a Value,
    /// Key of the write-only form.
    pub write_only_key: String,
    /// Key of its version.
    pub version_key: String,
}

impl Forms<'_> {
    /// Dotted name of the stored form, as users spell it.
    #[must_use]
    pub fn name(&self) -> String {
        Path::from(self.field).render(Casing::Snake)
    }

    /// The path of an attribute beside the stored form.
    #[must_use]
    pub fn beside(&self, key: &str) -> Path {
        let parent = self.field.path.rsplit_once('.').map_or("", |(parent, _)| parent);
        Path::field(parent).key(key)
    }
}

/// The forms of every secret, given or not.
#[must_use]
pub fn forms<'a>(config: &'a Value, attributes: &'a [Attribute]) -> Vec<Forms<'a>> {
    let mut all: Vec<Forms<'a>> = Vec::new();
    walk(config, attributes, &mut |attribute, value| match attribute.role {
        Part::Input(field) if field.is_secret() => {
            let null = &Value::Null;
            all.push(Forms {
                field,
                stored: value,
                write_only: null,
                version: null,
                write_only_key: String::new(),
                version_key: String::new(),
            });
        }
        Part::WriteOnly(field) => {
            for form in all.iter_mut().filter(|form| form.field.path == field.path) {
                form.write_only = value;
                form.write_only_key.clone_from(&attribute.key);
            }
        }
        Part::WriteOnlyVersion(field) => {
            for form in all.iter_mut().filter(|form| form.field.path == field.path) {
                form.version = value;
                form.version_key.clone_from(&attribute.key);
            }
        }
        _ => {}
    });
    all
}

/// The inputs that a configuration writes: secrets wrapped, in whichever form they came.
#[must_use]
pub fn inputs(config: &Value, attributes: &[Attribute]) -> Value {
    let mut inputs = Value::Map(std::collections::BTreeMap::new());
    walk(config, attributes, &mut |attribute, value| {
        if value.is_null() {
            return;
        }
        match attribute.role {
            Part::Input(field) | Part::Region(field) => {
                let value = present(value);
                inputs.put(&Path::from(field), if field.is_secret() { value.secret() } else { value });
            }
            Part::WriteOnly(field) => inputs.put(&Path::from(field), value.clone().secret()),
            _ => {}
        }
    });
    inputs
}

/// Objects in lists without their null attributes, as a program that writes no key has them.
fn present(value: &Value) -> Value {
    match value {
        Value::List(items) => Value::List(items.iter().map(present).collect()),
        Value::Map(map) => Value::Map(
            map.iter()
                .filter(|(_, value)| !value.is_null())
                .map(|(key, value)| (key.clone(), present(value)))
                .collect(),
        ),
        other => other.clone(),
    }
}

/// The inputs behind a stored state: without what the plugin filled in, files with their digest. `config` is what the
/// program says now: a secret whose write-only form keeps its version counts as unchanged.
#[must_use]
pub fn prior_inputs(state: &Value, private: &Private, config: Option<&Value>, attributes: &[Attribute]) -> Value {
    let mut prior = inputs(state, attributes);
    for field in FIELDS.iter().filter(|field| private.is_filled(field)) {
        prior.put(&Path::from(*field), Value::Null);
    }
    walk(state, attributes, &mut |attribute, digest| {
        if let (Part::Digest(field), Some(hash)) = (attribute.role, digest.as_text()) {
            let path = Path::from(field);
            if let Some(local) = prior.at(&path).as_text().map(str::to_owned) {
                let archive = matches!(field.kind, Kind::Folder);
                let file = FileValue { archive, hash: hash.to_owned(), source: Some(FileSource::Path(local)) };
                prior.put(&path, Value::File(file));
            }
        }
    });
    let Some(config) = config else { return prior };
    for (was, now) in forms(state, attributes).iter().zip(forms(config, attributes)) {
        let again = !now.write_only.is_null() && private.is_write_only(now.field);
        if again && was.version == now.version {
            prior.put(&Path::from(now.field), now.write_only.clone().secret());
        }
    }
    prior
}

/// The outputs behind a stored state, without the record.
#[must_use]
pub fn outputs(state: &Value) -> Value {
    let of = |output: &Output| state.at(&Path::root().key(output.name)).clone();
    let known = OUTPUTS.iter().map(|output| (output.name.to_owned(), of(output))).filter(|(_, value)| !value.is_null());
    Value::Map(known.collect())
}

/// The value of an attribute that stands for an output, from the outputs of the core.
#[must_use]
pub fn output(part: Part, outputs: &Value) -> Value {
    let at = |name: &str| outputs.at(&Path::root().key(name));
    match part {
        Part::Output(output) => at(output.name).exposed(),
        Part::SecretArn(output) => {
            // It is not among the outputs of the core, which has the value itself; the stack's own hold it.
            let all = [starburst_schema::outputs::STACK_OUTPUTS, starburst_schema::outputs::SENSITIVE_STACK_OUTPUTS];
            let keys = output.stack_outputs.iter();
            let found = keys.flat_map(|key| all.iter().map(|of| at(of).at(&Path::root().key(key))));
            found.filter(|value| !value.is_null()).map(Value::exposed).next().unwrap_or_default()
        }
        _ => Value::Null,
    }
}

/// The state after a read: live inputs over what was stored. A text that means the same stays as the user wrote it.
#[must_use]
pub fn observed(attributes: &[Attribute], stored: &Value, inputs: &Value, outputs: &Value, filled: &Value) -> Value {
    let of = |attribute: &Attribute| {
        let before = stored.at(&Path::root().key(&attribute.key));
        let value = match attribute.role {
            Part::Section => section(attribute, before, inputs, outputs, filled),
            Part::Input(field) => input(field, before, inputs, filled),
            Part::Region(field) => outputs.at(&Path::from(field)).clone(),
            Part::Digest(field) => match inputs.at(&Path::from(field)).peeled() {
                Value::File(_) => before.clone(),
                _ => Value::Null,
            },
            Part::Output(_) | Part::SecretArn(_) => output(attribute.role, outputs),
            Part::Id => outputs.at(&Path::root().key(starburst_schema::outputs::STACK_ID)).clone(),
            Part::WriteOnly(_) => Value::Null,
            _ => before.clone(),
        };
        (attribute.key.clone(), value)
    };
    Value::Map(attributes.iter().map(of).collect())
}

fn section(attribute: &Attribute, before: &Value, inputs: &Value, outputs: &Value, filled: &Value) -> Value {
    let value = observed(attribute.children(), before, inputs, outputs, filled);
    if before.is_null() && is_hollow(&value) { Value::Null } else { value }
}

/// Whether nothing is in an object, at any depth.
#[must_use]
pub fn is_hollow(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Map(map) => map.values().all(Value::is_null),
        _ => false,
    }
}

fn input(field: &'static Field, before: &Value, inputs: &Value, filled: &Value) -> Value {
    let path = Path::from(field);
    let live = inputs.at(&path);
    if matches!(live.peeled(), Value::File(_)) {
        return before.clone();
    }
    let mut value = if live.is_null() { default_under(inputs, field) } else { live.exposed() };
    if value.is_null() {
        value = filled.at(&path).clone();
    }
    if starburst_core::cluster::same(field, before, &value) { before.clone() } else { value }
}

/// A private state that lists what these inputs leave to the plugin and, where there is a configuration, the secrets that
/// it gives in their write-only form.
#[must_use]
pub fn describing(private: Private, inputs: &Value, config: Option<&Value>, attributes: &[Attribute]) -> Private {
    let left = FIELDS.iter().filter(|field| field.computed && inputs.at(&Path::from(**field)).is_null());
    let filled = left.map(|field| field.path.to_owned()).collect();
    let given = |config| {
        let forms = forms(config, attributes).into_iter().filter(|form| !form.write_only.is_null());
        forms.map(|form| form.field.path.to_owned()).collect()
    };
    let write_only = config.map_or_else(|| private.write_only.clone(), given);
    Private { filled, write_only, ..private }
}
