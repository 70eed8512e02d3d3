//! Which parameter of a template stands for an input: the user's alias, the bundled template's name, then the names that
//! the vendor gave it. Knows no value.

use std::collections::BTreeMap;

use starburst_schema::fields::stack as fields;
use starburst_schema::{DERIVED, FIELDS, Field};

use crate::path::Path;
use crate::ports::{TemplateParameter, TemplateSummary};
use crate::value::Value;

/// Names of parameters in the bundled template, those of derived ones included.
pub fn canonical() -> impl Iterator<Item = &'static str> {
    let inputs = FIELDS.iter().filter_map(|field| field.parameter).map(|parameter| parameter.name);
    inputs.chain(DERIVED.iter().map(|derived| derived.name))
}

/// The field whose parameter has this name in the bundled template.
#[must_use]
pub fn field(canonical: &str) -> Option<&'static Field> {
    FIELDS.iter().copied().find(|field| field.parameter.is_some_and(|parameter| parameter.name == canonical))
}

/// The user's name for a parameter of the bundled template.
#[must_use]
pub fn alias(inputs: &Value, canonical: &str) -> Option<String> {
    let path = Path::from(&fields::TEMPLATE_PARAMETER_ALIASES).key(canonical);
    inputs.at(&path).as_text().map(str::to_owned)
}

/// The template's parameter for one of the bundled template.
#[must_use]
pub fn target<'a>(summary: &'a TemplateSummary, inputs: &Value, canonical: &str) -> Option<&'a TemplateParameter> {
    if let Some(alias) = alias(inputs, canonical) {
        return summary.parameter(&alias);
    }
    let vendor = field(canonical).and_then(|field| field.parameter).map_or(&[][..], |parameter| parameter.aliases);
    std::iter::once(canonical).chain(vendor.iter().copied()).find_map(|name| summary.parameter(name))
}

/// The bundled template's names of each parameter of a template. Several inputs can share one: one configuration serves
/// both roles.
pub struct Sources(BTreeMap<String, Vec<&'static str>>);

impl Sources {
    /// Under the aliases of these inputs.
    #[must_use]
    pub fn of(summary: &TemplateSummary, inputs: &Value) -> Self {
        let mut all: BTreeMap<String, Vec<&'static str>> = BTreeMap::new();
        for name in canonical() {
            if let Some(found) = target(summary, inputs, name) {
                all.entry(found.name.clone()).or_default().push(name);
            }
        }
        Self(all)
    }

    /// Those of one parameter.
    #[must_use]
    pub fn get(&self, parameter: &TemplateParameter) -> &[&'static str] {
        self.0.get(&parameter.name).map_or(&[], Vec::as_slice)
    }

    /// Whether no parameter stands for an input.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
