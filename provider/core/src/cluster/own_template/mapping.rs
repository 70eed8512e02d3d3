//! All parameters of a request for a template of the user's: each declared one with what fills it. Judges nothing.

use std::collections::{BTreeMap, BTreeSet};

use starburst_schema::fields::stack as fields;
use starburst_schema::{DERIVED, FIELDS, Field};

use super::names::{self, Sources};
use super::reading::Own;
use super::values::fit;
use crate::cluster::api::Prior;
use crate::cluster::parameters::{self, Uploaded, scalar};
use crate::path::Path;
use crate::ports::{ParameterValue, TemplateParameter, TemplateSummary};
use crate::value::Value;

/// What the parameters are made from.
#[derive(Clone, Copy)]
pub struct Given<'a> {
    /// Checked inputs.
    pub inputs: &'a Value,
    /// Checked inputs of the last run.
    pub prior: Option<&'a Value>,
    /// Values of written inputs, by the bundled template's names.
    pub written: &'a BTreeMap<String, ParameterValue>,
    /// Values that the plugin computed, by the bundled template's names.
    pub derived: &'a BTreeMap<String, String>,
    /// Names of the parameters that the stack has, if there is one.
    pub on_stack: Option<&'a BTreeSet<String>>,
}

/// What fills a parameter.
#[derive(Debug, Clone, Copy)]
pub enum Filler {
    /// An input, or what was uploaded for it.
    Field(&'static Field),
    /// The plugin, as for the parameter of that name in the bundled template.
    Derived(&'static str),
    /// `stack.template.parameters`.
    Given,
    /// `stack.template.secretParameters`.
    Secret,
    /// The stack keeps its value.
    Kept,
    /// The template's default.
    Default,
    /// Nothing: a value is missing.
    Nothing,
}

/// A declared parameter and its value.
#[derive(Debug, Clone)]
pub struct Row<'a> {
    /// As the template declares it.
    pub parameter: &'a TemplateParameter,
    /// What fills it.
    pub filler: Filler,
    /// What is sent; `None` where the template's default counts.
    pub value: Option<ParameterValue>,
    /// Whether the template takes the value.
    pub taken: bool,
    /// A second filler with another value.
    pub rival: Option<Filler>,
}

/// All declared parameters.
#[derive(Debug, Clone, Default)]
pub struct Mapped<'a>(pub Vec<Row<'a>>);

impl Mapped<'_> {
    /// What of the computed values is kept: those that are sent, and the others as they were.
    #[must_use]
    pub fn computed(
        &self,
        now: &BTreeMap<String, String>,
        before: &BTreeMap<String, String>,
    ) -> BTreeMap<String, String> {
        let mut kept = before.clone();
        for name in
            self.0.iter().filter_map(|row| if let Filler::Derived(name) = row.filler { Some(name) } else { None })
        {
            kept.extend(now.get(name).map(|text| (name.to_owned(), text.clone())));
        }
        kept
    }

    /// What a request sends.
    #[must_use]
    pub fn parameters(&self) -> BTreeMap<String, ParameterValue> {
        let sent = self.0.iter().filter_map(|row| Some((row.parameter.name.clone(), row.value.clone()?)));
        sent.collect()
    }
}

/// What the plugin will compute, by name, before it can: names count, and values come later.
#[must_use]
pub fn computable() -> BTreeMap<String, String> {
    let derived = DERIVED.iter().map(|derived| (derived.name, derived.default));
    let filled = FIELDS.iter().filter(|field| field.computed).filter_map(|field| field.parameter);
    let filled = filled.map(|parameter| (parameter.name, ""));
    derived.chain(filled).map(|(name, text)| (name.to_owned(), text.to_owned())).collect()
}

impl Own {
    /// Its parameters under these inputs.
    #[must_use]
    pub fn mapped(
        &self,
        inputs: &Value,
        prior: Option<&Value>,
        uploaded: &Uploaded,
        derived: &BTreeMap<String, String>,
    ) -> Mapped<'_> {
        let written = &parameters::from_inputs(inputs, prior, uploaded);
        map(&self.summary, Given { inputs, prior, written, derived, on_stack: self.on_stack.as_ref() })
    }

    /// The same before anything is uploaded or computed: where files will lie is not known, and computed values are names.
    #[must_use]
    pub fn foreseen(&self, inputs: &Value, prior: Option<&Prior>) -> Mapped<'_> {
        self.mapped(inputs, prior.map(|prior| &prior.inputs), &Uploaded::new(), &computable())
    }
}

/// Fills every parameter that the template declares.
#[must_use]
pub fn map<'a>(summary: &'a TemplateSummary, given: Given<'_>) -> Mapped<'a> {
    let sources = Sources::of(summary, given.inputs);
    let before = given.prior.map(|prior| Sources::of(summary, prior));
    let row = |parameter: &'a TemplateParameter| {
        row(parameter, given, sources.get(parameter), before.as_ref().map_or(&[], |before| before.get(parameter)))
    };
    Mapped(summary.parameters.iter().map(row).collect())
}

/// `sources` and `before`: the bundled template's names of the parameter, now and in the last run.
fn row<'a>(
    parameter: &'a TemplateParameter,
    given: Given<'_>,
    sources: &[&'static str],
    before: &[&'static str],
) -> Row<'a> {
    let mut fillers = extra(parameter, given);
    fillers.extend(sources.iter().filter_map(|name| by_input(name, parameter, given)));
    let mut fillers = fillers.into_iter();
    if let Some(first) = fillers.next() {
        let rival = fillers.find(|other| other.value != first.value).map(|other| other.filler);
        return Row { rival, ..first };
    }
    let was = |field: &Field, under: &str| {
        let path = Path::from(field).key(under);
        given.prior.is_some_and(|prior| !prior.at(&path).is_null())
    };
    let removed = was(&fields::TEMPLATE_PARAMETERS, &parameter.name)
        || was(&fields::TEMPLATE_SECRET_PARAMETERS, &parameter.name)
        || given.prior.is_some_and(|prior| was_filled(before, prior, given.inputs));
    let there = given.on_stack.is_some_and(|names| names.contains(&parameter.name));
    if there && !(removed && parameter.default.is_some()) {
        return Row::of(parameter, Filler::Kept, Some(ParameterValue::Previous));
    }
    if let Some(derived) = sources.iter().find_map(|name| computed(name, parameter, given, false)) {
        return derived;
    }
    Row::of(parameter, if parameter.default.is_some() { Filler::Default } else { Filler::Nothing }, None)
}

/// Whether an input filled the parameter before that is taken away, or that other aliases lead elsewhere. A required one
/// that is absent means that the stack keeps what it has.
fn was_filled(before: &[&'static str], prior: &Value, inputs: &Value) -> bool {
    let written = |value: &Value, field: &Field| !value.at(&Path::from(field)).is_null();
    let mut fields = before.iter().filter_map(|name| names::field(name)).filter(|field| written(prior, field));
    fields.any(|field| !field.required || written(inputs, field))
}

impl<'a> Row<'a> {
    fn of(parameter: &'a TemplateParameter, filler: Filler, value: Option<ParameterValue>) -> Self {
        Self { parameter, filler, value, taken: true, rival: None }
    }

    /// With the value in the template's spelling.
    fn fitted(
        parameter: &'a TemplateParameter,
        filler: Filler,
        field: Option<&Field>,
        text: &str,
        secret: bool,
    ) -> Self {
        let fitted = fit(field, text, parameter);
        // Our inputs hold values; a parameter of Systems Manager is named by a path.
        let by_name = parameter.is_looked_up() && matches!(filler, Filler::Field(_)) && !text.starts_with('/');
        let taken = fitted.is_ok() && !by_name;
        let text = fitted.unwrap_or_else(|()| text.to_owned());
        let value = if secret { ParameterValue::Secret(text) } else { ParameterValue::Text(text) };
        Self { taken, ..Self::of(parameter, filler, Some(value)) }
    }
}

/// What the program says of the parameter by its own name.
fn extra<'a>(parameter: &'a TemplateParameter, given: Given<'_>) -> Vec<Row<'a>> {
    let at = |inputs: &Value, field: &Field| inputs.at(&Path::from(field).key(&parameter.name)).exposed();
    let mut rows = Vec::new();
    if let Some(text) = scalar(&at(given.inputs, &fields::TEMPLATE_PARAMETERS)) {
        rows.push(Row::fitted(parameter, Filler::Given, None, &text, parameter.no_echo));
    }
    let secret = at(given.inputs, &fields::TEMPLATE_SECRET_PARAMETERS);
    if let Some(text) = scalar(&secret) {
        let unchanged = given.prior.is_some_and(|prior| at(prior, &fields::TEMPLATE_SECRET_PARAMETERS) == secret);
        rows.push(if unchanged && given.on_stack.is_some_and(|names| names.contains(&parameter.name)) {
            Row::of(parameter, Filler::Secret, Some(ParameterValue::Previous))
        } else {
            Row::fitted(parameter, Filler::Secret, None, &text, true)
        });
    }
    rows
}

fn by_input<'a>(name: &'static str, parameter: &'a TemplateParameter, given: Given<'_>) -> Option<Row<'a>> {
    let Some(field) = names::field(name) else { return computed(name, parameter, given, true) };
    let there = given.on_stack.is_some_and(|names| names.contains(&parameter.name));
    match given.written.get(name)? {
        // What the stack does not have cannot be kept.
        ParameterValue::Previous if there => {
            Some(Row::of(parameter, Filler::Field(field), Some(ParameterValue::Previous)))
        }
        ParameterValue::Previous => None,
        ParameterValue::Text(text) => {
            Some(Row::fitted(parameter, Filler::Field(field), Some(field), text, parameter.no_echo))
        }
        ParameterValue::Secret(text) => Some(Row::fitted(parameter, Filler::Field(field), Some(field), text, true)),
    }
}

/// A computed value: because an input behind it is written, or (`asked` is false) because the template has no default. An
/// own template's defaults win over what the plugin would fill in.
fn computed<'a>(
    name: &'static str,
    parameter: &'a TemplateParameter,
    given: Given<'_>,
    asked: bool,
) -> Option<Row<'a>> {
    let text = given.derived.get(name)?;
    let derived = DERIVED.iter().find(|derived| derived.name == name);
    let written =
        derived.is_some_and(|derived| derived.from.iter().any(|path| !given.inputs.at(&Path::field(path)).is_null()));
    let wanted = if asked { written } else { parameter.default.is_none() };
    wanted.then(|| Row::fitted(parameter, Filler::Derived(name), None, text, derived.is_some_and(|it| it.secret)))
}
