//! What a change does.

use super::api::{Plan, Prior};
use crate::value::Value;

/// What carrying out these inputs does to the cluster; `None` for one that does not exist yet.
#[must_use]
pub fn plan(_prior: Option<&Prior>, _inputs: &Value) -> Plan {
    Plan::default()
}
