//! What the plugin keeps in the client's state beside inputs and outputs: plain data with a version, because another
//! build of the plugin reads it after a crash. Holds no secret.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::api::{Prior, STATE_KEY};
use super::own_template::Own;
use crate::stack::Stub;
use crate::template;
use crate::value::Value;

/// The newest form that this build writes.
pub const STATE_VERSION: u32 = 1;

/// What a later run needs and AWS does not give back.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ClusterState {
    /// Form of this record.
    pub version: u32,
    /// Version of the bundled template that the stack has; 0 for a template of the user's.
    pub template_version: u32,
    /// Derived parameters by name, as they were computed when the inputs behind them last changed.
    pub derived: BTreeMap<String, String>,
    /// Where uploaded files lie: field path to URI.
    pub uploaded: BTreeMap<String, String>,
    /// Launch template versions that the last apply left the groups with, by logical id.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub versions: BTreeMap<String, String>,
    /// Logical ids of resources that the last refresh found changed and that CloudFormation has to bring back.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub drifted: BTreeSet<String>,
    /// Inputs whose live value the last refresh found at resources other than nodes, each with the text of its parameter
    /// as the stack was deployed: to bring that back touches no node.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub drifted_inputs: BTreeMap<String, String>,
    /// Default tags of the provider that the stack has; absent in records that say nothing of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_tags: Option<BTreeMap<String, String>>,
    /// Keys of outputs of a user's template that show what is hidden.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub sensitive_outputs: BTreeSet<String>,
    /// The operation that was under way when the plugin stopped watching.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation: Option<Stub>,
}

impl ClusterState {
    /// The record in a prior; an empty one where there is none (an import), `Err` with the version for one that a
    /// newer plugin wrote.
    ///
    /// # Errors
    /// The version, when it is newer than this build knows.
    pub fn of(prior: Option<&Prior>) -> Result<Self, u32> {
        Self::among(prior.map_or(&Value::Null, |prior| &prior.outputs))
    }

    /// The same record, looked for among outputs.
    ///
    /// # Errors
    /// See [`ClusterState::of`].
    pub fn among(outputs: &Value) -> Result<Self, u32> {
        let Some(text) = outputs.as_map().and_then(|outputs| outputs.get(STATE_KEY)).and_then(Value::as_text) else {
            return Ok(Self { version: STATE_VERSION, ..Self::default() });
        };
        let state: Self = serde_json::from_str(text).unwrap_or_default();
        if state.version > STATE_VERSION { Err(state.version) } else { Ok(state) }
    }

    /// Notes which template the next operation leaves the stack with: the user's, else the bundled one of this build where
    /// the stack is new or had the user's before (`fresh`), else the bundled one that it has.
    pub fn own(&mut self, own: Option<&Own>, fresh: bool) {
        match own {
            Some(own) => {
                self.template_version = 0;
                self.sensitive_outputs = own.sensitive.clone();
            }
            None if fresh => {
                self.template_version = template::VERSION;
                self.sensitive_outputs.clear();
            }
            None => {}
        }
    }

    /// The form in which it stands among the outputs: one text, so that no client reformats it.
    #[must_use]
    pub fn to_value(&self) -> Value {
        Value::Text(serde_json::to_string(self).unwrap_or_default())
    }
}
