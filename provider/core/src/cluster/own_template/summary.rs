//! What a template declares, from its text alone: for the terminal, where nothing is asked of AWS.

use serde_json::Value as Json;

use super::text::Tree;
use crate::ports::{TemplateParameter, TemplateSummary};

/// The summary that CloudFormation would give. Capabilities are told from resource types and names; what macros add is not
/// known here.
#[must_use]
pub fn summary_of(tree: &Tree) -> TemplateSummary {
    let declared = tree["Parameters"].as_object().into_iter().flatten();
    let resources = || tree["Resources"].as_object().into_iter().flatten();
    let mut types: Vec<String> = resources().map(|(_, one)| plain(&one["Type"])).collect();
    types.sort_unstable();
    types.dedup();
    let transforms = match &tree["Transform"] {
        Json::Null => Vec::new(),
        Json::Array(all) => all.iter().map(plain).collect(),
        one => vec![plain(one)],
    };
    let identity = |kind: &str| IDENTITIES.iter().any(|(known, _)| *known == kind);
    let named = resources().any(|(_, one)| {
        let kind = plain(&one["Type"]);
        let name = IDENTITIES.iter().find(|(known, _)| *known == kind).map(|(_, name)| *name);
        name.is_some_and(|name| !name.is_empty() && !one["Properties"][name].is_null())
    });
    let mut capabilities = Vec::new();
    if named {
        capabilities.push("CAPABILITY_NAMED_IAM".to_owned());
    } else if types.iter().any(|kind| identity(kind)) {
        capabilities.push("CAPABILITY_IAM".to_owned());
    }
    let identities: Vec<&str> = types.iter().map(String::as_str).filter(|kind| identity(kind)).collect();
    let reason = if identities.is_empty() { String::new() } else { format!("[{}]", identities.join(", ")) };
    TemplateSummary {
        parameters: declared.map(|(name, row)| parameter(name, row)).collect(),
        capabilities,
        capabilities_reason: reason,
        resource_types: types,
        transforms,
    }
}

/// Resource types that need an acknowledgement, and the property by which they get a name of their own. Source: AWS
/// CloudFormation API reference, CreateStack, Capabilities.
const IDENTITIES: &[(&str, &str)] = &[
    ("AWS::IAM::AccessKey", ""),
    ("AWS::IAM::Group", "GroupName"),
    ("AWS::IAM::InstanceProfile", "InstanceProfileName"),
    ("AWS::IAM::ManagedPolicy", "ManagedPolicyName"),
    ("AWS::IAM::Policy", ""),
    ("AWS::IAM::Role", "RoleName"),
    ("AWS::IAM::User", "UserName"),
    ("AWS::IAM::UserToGroupAddition", ""),
];

fn parameter(name: &str, row: &Json) -> TemplateParameter {
    TemplateParameter {
        name: name.to_owned(),
        kind: plain(&row["Type"]),
        default: (!row["Default"].is_null()).then(|| plain(&row["Default"])),
        allowed: row["AllowedValues"].as_array().into_iter().flatten().map(plain).collect(),
        no_echo: plain(&row["NoEcho"]) == "true",
        description: plain(&row["Description"]),
    }
}

/// A scalar as CloudFormation writes it.
pub(super) fn plain(value: &Json) -> String {
    match value {
        Json::Null => String::new(),
        Json::String(text) => text.clone(),
        other => other.to_string(),
    }
}
