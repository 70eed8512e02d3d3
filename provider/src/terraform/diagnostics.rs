//! What users read: violations and failures as diagnostics with the path of their attribute. Knows how to word, and
//! decides nothing.

use starburst_core::failure::{Client, Failure, FailureKind, Message, Severity, Violation};
use starburst_core::path::{Path, Step};
use starburst_core::value::Value;
use starburst_schema::naming::snake_case;
use starburst_schema::terraform::{Attribute, Shape};

use super::decode::{Malformed, decode};
use super::wire::attribute_path::Step as WireStep;
use super::wire::attribute_path::step::Selector;
use super::wire::diagnostic::Severity as WireSeverity;
use super::wire::{AttributePath, Diagnostic, DynamicValue};

/// An error of the whole request.
pub fn error(summary: impl Into<String>, detail: impl Into<String>) -> Diagnostic {
    Diagnostic { severity: WireSeverity::Error.into(), summary: summary.into(), detail: detail.into(), attribute: None }
}

/// A warning of the whole request.
pub fn warning(summary: impl Into<String>, detail: impl Into<String>) -> Diagnostic {
    Diagnostic { severity: WireSeverity::Warning.into(), ..error(summary, detail) }
}

/// The same at a place of the configuration; the root is no place.
pub fn at(mut diagnostic: Diagnostic, path: &Path, attributes: &[Attribute]) -> Diagnostic {
    let path = attribute_path(path, attributes);
    diagnostic.attribute = (!path.steps.is_empty()).then_some(path);
    diagnostic
}

/// A violation at its attribute.
pub fn violation(violation: &Violation, attributes: &[Attribute]) -> Diagnostic {
    let summary = format!("{}: {}", violation.code, violation.code.title);
    let place = violation.path.render(Client::Terraform.casing());
    let words = violation.render(Client::Terraform);
    // The code stands in the summary already.
    let words = words.strip_prefix(&format!("{}: ", violation.code)).unwrap_or(&words).to_owned();
    let detail = if place.is_empty() { words } else { format!("{place}: {words}") };
    let diagnostic = match violation.severity {
        Severity::Error => error(summary, detail),
        Severity::Warning => warning(summary, detail),
    };
    at(diagnostic, &violation.path, attributes)
}

/// All violations, in their order.
pub fn violations(found: &[Violation], attributes: &[Attribute]) -> Vec<Diagnostic> {
    found.iter().map(|found| violation(found, attributes)).collect()
}

/// A failure: its violations one by one, else one diagnostic with causes and hints, at the input that fixes it.
pub fn failure(failure: &Failure, attributes: &[Attribute]) -> Vec<Diagnostic> {
    if failure.kind == FailureKind::Invalid && !failure.violations.is_empty() {
        return violations(&failure.violations, attributes);
    }
    let text = failure.render(Client::Terraform);
    let (summary, detail) = text.split_once('\n').unwrap_or((&text, ""));
    // An empty detail would leave the user without a next step.
    let detail = if detail.is_empty() { failure.code.cure.to_owned() } else { unindented(detail) };
    let path = failure.causes.iter().find_map(|cause| cause.field.clone()).unwrap_or_default();
    vec![at(error(summary, detail), &path, attributes)]
}

/// What a plan brings about, as one warning; nothing for nothing.
pub fn notes(summary: &str, notes: &[Message]) -> Vec<Diagnostic> {
    if notes.is_empty() {
        return Vec::new();
    }
    let lines: Vec<String> = notes.iter().map(|note| format!("- {}", note.render(Client::Terraform))).collect();
    vec![warning(summary, lines.join("\n"))]
}

/// Lines that a run reported as warnings.
pub fn warnings(lines: Vec<String>) -> Vec<Diagnostic> {
    let split = |line: String| match line.split_once('\n') {
        Some((first, rest)) => warning(first, rest),
        None => warning("Presto and Alluxio cluster", line),
    };
    lines.into_iter().map(split).collect()
}

/// An object of the client's; one that cannot be read is told.
///
/// # Errors
/// One diagnostic.
pub fn decoded(value: Option<&DynamicValue>, attributes: &[Attribute]) -> Result<Option<Value>, Vec<Diagnostic>> {
    decode(value, attributes).map_err(|found| vec![malformed(&found)])
}

/// A value of the client's that means nothing.
pub fn malformed(malformed: &Malformed) -> Diagnostic {
    let bug = &starburst_schema::codes::bug::BUG;
    error(format!("{bug}: a value of the client cannot be read"), format!("{malformed}. {}", bug.cure))
}

/// The answer of a call that panicked. What the panic said stays away: it may quote a value.
pub fn after_panic() -> Diagnostic {
    let bug = &starburst_schema::codes::bug::BUG;
    error(format!("{bug}: {}", bug.title), bug.cure)
}

/// A path as the client knows it, as deep as the attributes reach. Elements of sets cannot be named: the path stops at
/// the set.
pub fn attribute_path(path: &Path, attributes: &[Attribute]) -> AttributePath {
    let mut level = attributes;
    let mut shape: Option<&Shape> = None;
    let mut steps = Vec::new();
    for step in path.steps() {
        let selector = match (step, shape) {
            (_, Some(Shape::Set)) => break,
            (Step::Index(at), _) => Selector::ElementKeyInt(i64::try_from(*at).unwrap_or(i64::MAX)),
            (Step::Key(key), Some(Shape::Map)) => Selector::ElementKeyString(key.clone()),
            (Step::Key(key), _) => match level.iter().find(|attribute| attribute.key == *key) {
                Some(attribute) => {
                    level = attribute.children();
                    shape = Some(&attribute.shape);
                    steps.push(WireStep { selector: Some(Selector::AttributeName(snake_case(key))) });
                    continue;
                }
                None => break,
            },
        };
        steps.push(WireStep { selector: Some(selector) });
        if !matches!(shape, Some(Shape::Objects(_))) {
            break;
        }
    }
    AttributePath { steps }
}

fn unindented(text: &str) -> String {
    text.lines().map(|line| line.strip_prefix("  ").unwrap_or(line)).collect::<Vec<_>>().join("\n")
}
