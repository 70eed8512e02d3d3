//! Where a template of the user's comes from.

use starburst_schema::fields::stack as fields;

use crate::cluster::defaults::effective;
use crate::path::Path;
use crate::value::Value;

/// Where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// An object in S3.
    Url(String),
    /// The inputs themselves.
    Body(String),
    /// The stack, which keeps what it has.
    Current,
}

/// The source that the inputs name; `None` for the bundled template, and while it is not known.
#[must_use]
pub fn source(inputs: &Value) -> Option<Source> {
    let text = |field| effective(inputs, field).as_text().map(str::to_owned);
    let given = text(&fields::TEMPLATE_URL).map(Source::Url);
    let given = given.or_else(|| text(&fields::TEMPLATE_BODY).map(Source::Body));
    given.or_else(|| (effective(inputs, &fields::TEMPLATE_CURRENT).as_bool() == Some(true)).then_some(Source::Current))
}

/// Whether a change swaps the bundled template and one of the user's: every resource of the one is made, and every resource
/// of the other is removed.
#[must_use]
pub fn is_swapped(prior: &Value, inputs: &Value) -> bool {
    is_given(prior) != is_given(inputs) && source(inputs) != Some(Source::Current)
}

/// Whether the inputs name a template of the user's, known or not.
#[must_use]
pub fn is_given(inputs: &Value) -> bool {
    // Asked for every value in effect: most programs have no such section.
    if inputs.at(&Path::field(fields::TEMPLATE_PREFIX)).is_null() {
        return false;
    }
    let named = [&fields::TEMPLATE_URL, &fields::TEMPLATE_BODY];
    named.iter().any(|field| !effective(inputs, field).is_null())
        || matches!(effective(inputs, &fields::TEMPLATE_CURRENT).as_bool(), Some(true))
}
