//! The state that a plan promises: what the configuration writes, the table's defaults, what the plugin filled in
//! before, outputs as far as they are known. Every known value of it is kept by the apply.

use starburst_core::cluster::defaults::default_under;
use starburst_core::cluster::own_template::is_given;
use starburst_core::cluster::{Plan, is_unsettled, same};
use starburst_core::path::Path;
use starburst_core::value::Value;
use starburst_schema::fields::stack::TEMPLATE_PREFIX;
use starburst_schema::terraform::{Attribute, Part};
use starburst_schema::{Field, Output, Reach};

use super::tree;

/// What a planned state is made from.
pub struct From<'a> {
    /// The configuration.
    pub config: &'a Value,
    /// The stored state; `None` for a create.
    pub prior: Option<&'a Value>,
    /// Checked inputs; local files have their digest.
    pub inputs: &'a Value,
    /// What the change does.
    pub plan: &'a Plan,
    /// Outputs as the core foresees them; `None` where it was not asked.
    pub foreseen: Option<&'a Value>,
    /// Whether an operation of an earlier run is to be ended: then every output is open.
    pub resumes: bool,
}

impl From<'_> {
    /// The planned state.
    #[must_use]
    pub fn state(&self, attributes: &[Attribute]) -> Value {
        self.object(attributes, self.config, self.prior.unwrap_or(&Value::Null))
    }

    fn object(&self, attributes: &[Attribute], config: &Value, prior: &Value) -> Value {
        let each = attributes.iter().map(|attribute| {
            let key = Path::root().key(&attribute.key);
            (attribute.key.clone(), self.attribute(attribute, config.at(&key), prior.at(&key)))
        });
        Value::Map(each.collect())
    }

    fn attribute(&self, attribute: &Attribute, config: &Value, prior: &Value) -> Value {
        match attribute.role {
            Part::Section => self.section(attribute, config, prior),
            Part::Input(field) => self.input(field, config, prior),
            Part::Region(field) => self.region(field, config, prior),
            Part::WriteOnly(_) => Value::Null,
            Part::Digest(field) => self.digest(field),
            Part::Id => self.id(prior),
            Part::Output(output) | Part::SecretArn(output) => self.output(attribute.role, output, prior),
            _ => config.clone(),
        }
    }

    fn section(&self, attribute: &Attribute, config: &Value, prior: &Value) -> Value {
        if config.is_unknown() {
            return Value::Unknown;
        }
        let planned = self.object(attribute.children(), config, prior);
        if config.is_null() && tree::is_hollow(&planned) { Value::Null } else { planned }
    }

    /// A value that means the same as the stored one is kept as it is, so that a plan shows no difference of spelling.
    fn input(&self, field: &'static Field, config: &Value, prior: &Value) -> Value {
        if !config.is_null() {
            return if !prior.is_null() && same(field, prior, config) { prior.clone() } else { config.clone() };
        }
        let default = default_under(self.inputs, field);
        if !default.is_null() {
            return if same(field, prior, &default) { prior.clone() } else { default };
        }
        if !field.computed {
            return Value::Null;
        }
        // A line that is taken away leaves the value to the plugin again, which may choose another one.
        let path = Path::from(field);
        let changes = self.plan.changes.iter().any(|change| change.path == path);
        let there = !prior.is_null() || self.keeps_own_template();
        let kept = there && !changes && !is_unsettled(self.plan, field);
        if kept { prior.clone() } else { Value::Unknown }
    }

    /// Whether the cluster keeps a template of the user's, for which nothing more is filled in than was before.
    fn keeps_own_template(&self) -> bool {
        let of_template = self.plan.changes.iter().any(|change| change.path.is_within(TEMPLATE_PREFIX));
        self.prior.is_some() && is_given(self.inputs) && !of_template
    }

    fn region(&self, field: &'static Field, config: &Value, prior: &Value) -> Value {
        if !config.is_null() {
            return config.clone();
        }
        if !prior.is_null() && self.plan.replace.is_empty() {
            return prior.clone();
        }
        self.foreseen.map_or(Value::Unknown, |outputs| outputs.at(&Path::from(field)).clone())
    }

    fn digest(&self, field: &'static Field) -> Value {
        match self.inputs.at(&Path::from(field)).peeled() {
            Value::File(file) => Value::text(file.hash.as_str()),
            Value::Unknown => Value::Unknown,
            _ => Value::Null,
        }
    }

    fn id(&self, prior: &Value) -> Value {
        if prior.is_null() || !self.plan.replace.is_empty() { Value::Unknown } else { prior.clone() }
    }

    /// What the core foresees and what the state has agree wherever both know something.
    fn output(&self, part: Part, output: &'static Output, prior: &Value) -> Value {
        let open = self.is_open(output, prior);
        if self.prior.is_some() && !open {
            return prior.clone();
        }
        match (part, self.foreseen) {
            (Part::Output(output), Some(outputs)) if !self.resumes => {
                outputs.at(&Path::root().key(output.name)).exposed()
            }
            _ => Value::Unknown,
        }
    }

    /// Where an operation goes on, what it has not answered yet is open, and what any update can alter: a plan without
    /// a difference would not be carried out.
    fn is_open(&self, output: &Output, prior: &Value) -> bool {
        let rest = match output.reach {
            Reach::Never => false,
            Reach::AnyUpdate => true,
            Reach::Replacement | Reach::Fields(_) => prior.is_null(),
        };
        self.plan.unknown_outputs.contains(output.name) || self.resumes && rest
    }
}

/// The state after an apply: what the plan left open is filled in, what it promised stays.
#[must_use]
pub fn settled(attributes: &[Attribute], planned: &Value, id: &str, outputs: &Value, filled: &Value) -> Value {
    let of = |attribute: &Attribute| {
        let promised = planned.at(&Path::root().key(&attribute.key));
        let value = match attribute.role {
            Part::Section if !promised.is_unknown() && !promised.is_null() => {
                settled(attribute.children(), promised, id, outputs, filled)
            }
            _ if !promised.is_unknown() => promised.clone(),
            Part::Id => Value::text(id),
            Part::Input(field) => filled.at(&Path::from(field)).clone(),
            Part::Region(field) => outputs.at(&Path::from(field)).clone(),
            Part::Output(_) | Part::SecretArn(_) => tree::output(attribute.role, outputs),
            _ => Value::Null,
        };
        (attribute.key.clone(), if value.has_unknown() { Value::Null } else { value })
    };
    Value::Map(attributes.iter().map(of).collect())
}
