//! Derived parameters: what CloudFormation cannot compute, from inputs and from what the reads of AWS found.

use std::collections::BTreeMap;

use super::api::Plan;
use super::preflight::Facts;
use crate::value::Value;

/// What derived parameters are computed from.
pub struct From<'a> {
    /// Checked inputs.
    pub inputs: &'a Value,
    /// What the reads found.
    pub facts: &'a Facts,
    /// What was computed before.
    pub stored: &'a BTreeMap<String, String>,
    /// What changes.
    pub plan: &'a Plan,
}

/// All derived parameters by name.
#[must_use]
pub fn derive(from: &From<'_>) -> BTreeMap<String, String> {
    from.stored.clone()
}
