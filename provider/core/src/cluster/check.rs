//! Inputs to normal form and violations, without any IO.

use super::api::{CheckRequest, Checked};
use super::validate::{self, Found, View};

/// Checks what a user wrote. A rule that meets an unknown value says nothing; everything else is told at once.
#[must_use]
pub fn check(request: &CheckRequest<'_>) -> Checked {
    let mut found = Found::default();
    let mut inputs = validate::normalise(request.asker.client, request.inputs, &mut found);
    validate::settle_name(&mut inputs, request.prior, request.naming, &mut found);
    let view = View::new(&inputs, request.prior, found.paths());
    validate::run(&view, &mut found);
    Checked { inputs, violations: found.into_sorted() }
}
