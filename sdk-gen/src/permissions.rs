//! The least policies of the deploying user and of CloudFormation's role, and the page about them, from the table in
//! `schema/src/permissions.rs`.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use starburst_schema::permissions::{CLOUD_FORMATION, Need, PLUGIN, TYPES};

use crate::artifact::Artifact;

/// IAM's limit of a managed policy without white space. Source: IAM quotas, read November 2026.
#[cfg(test)]
const MANAGED: usize = 6_144;
const CALLER: &str = "schema/generated/policies/caller.json";
const RESOURCES: &str = "schema/generated/policies/resources.json";

/// Both policies and their page.
pub fn files() -> Vec<Artifact> {
    vec![
        Artifact::new(CALLER, text(&caller())),
        Artifact::new(RESOURCES, text(&resources())),
        Artifact::new("docs/permissions.md", page()),
    ]
}

fn text(policy: &Value) -> String {
    format!("{policy:#}\n")
}

fn policy(statements: Vec<Value>) -> Value {
    json!({ "Version": "2012-10-17", "Statement": statements })
}

/// What the plugin itself calls.
fn caller() -> Value {
    policy(PLUGIN.iter().map(statement).collect())
}

/// What CloudFormation calls: a statement for each service.
fn resources() -> Value {
    let mut services: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for action in TYPES.iter().flat_map(|need| need.actions) {
        let service = action.split_once(':').map_or(*action, |(service, _)| service);
        services.entry(service).or_default().insert(action);
    }
    let mut statements: Vec<Value> = CLOUD_FORMATION.iter().map(statement).collect();
    statements.extend(services.iter().map(|(service, actions)| {
        json!({ "Sid": format!("Types{service}"), "Effect": "Allow", "Action": actions, "Resource": "*" })
    }));
    policy(statements)
}

fn statement(need: &Need) -> Value {
    let mut statement = json!({ "Sid": need.id, "Effect": "Allow", "Action": need.actions, "Resource": need.resource });
    if let Some(service) = need.passed_to {
        statement["Condition"] = json!({ "StringEquals": { "iam:PassedToService": service } });
    }
    statement
}

fn page() -> String {
    let mut page = String::from(
        "<!-- Generated from schema/src/permissions.rs by `cargo run -p sdk-gen -- permissions`. -->\n\
         # Permissions\n\n\
         Two policies, as small as the code allows. Both fit into a managed policy each.\n\n\
         | file | for whom |\n| --- | --- |\n\
         | [`caller.json`](../schema/generated/policies/caller.json) | whoever runs `pulumi` or `terraform`: what the plugin calls itself |\n\
         | [`resources.json`](../schema/generated/policies/resources.json) | what CloudFormation calls to make the cluster: the \
         role in `stack.roleArn`; or the caller too, where no role is given |\n\n\
         `pulumi-resource-starburst permissions caller` and `… permissions resources` print them.\n\n\
         ```sh\n\
         pulumi-resource-starburst permissions caller > caller.json\n\
         aws iam create-policy --policy-name starburst-caller --policy-document file://caller.json\n\
         ```\n\n\
         With a role, the caller cannot make anything but through CloudFormation, and rolls may last longer than the caller's \
         credentials. The role trusts `cloudformation.amazonaws.com`.\n\n\
         Narrow them further for your account: replace `*` in ARNs by account, region and the beginning of your stacks' names \
         (the stack's resources carry them), and `arn:*:s3:::*` by the buckets that your inputs name. `ec2.instanceProfile` given: \
         take `iam:` out of `resources.json` but for `iam:PassRole`. `ec2.kmsKeyId` given: add `kms:CreateGrant`, \
         `kms:DescribeKey`, `kms:GenerateDataKeyWithoutPlaintext` and `kms:ReEncrypt*` on that key.\n\n\
         What the nodes themselves may do is another policy: the output `nodePolicy` of `getJointTemplate`.\n\n\
         The tests compare the caller's policy with every call that the model of AWS recorded, run a whole life under it, and \
         take rights away one by one. CloudFormation's own calls are from its documentation, and were not seen on AWS.\n\n\
         ## What the plugin calls\n\n",
    );
    page.push_str("| for | actions |\n| --- | --- |\n");
    for need in PLUGIN {
        page.push_str(&format!("| {} | {} |\n", need.why, list(need.actions)));
    }
    page.push_str("\n## What CloudFormation calls\n\n| for | actions |\n| --- | --- |\n");
    for need in CLOUD_FORMATION {
        page.push_str(&format!("| {} | {} |\n", need.why, list(need.actions)));
    }
    for need in TYPES {
        page.push_str(&format!("| `{}` | {} |\n", need.kind, list(need.actions)));
    }
    page
}

fn list(actions: &[&str]) -> String {
    actions.iter().map(|action| format!("`{action}`")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_fits_into_a_managed_policy() {
        for policy in [caller(), resources()] {
            let size = policy.to_string().len();
            assert!(size <= MANAGED, "{size}");
        }
    }

    #[test]
    fn every_type_of_the_template_has_its_rights_and_no_other() {
        let template: Value = serde_json::from_str(starburst_core::template::JSON).unwrap_or_default();
        let resources = template["Resources"].as_object().cloned().unwrap_or_default();
        let made: BTreeSet<&str> = resources.values().filter_map(|resource| resource["Type"].as_str()).collect();
        let known: BTreeSet<&str> = TYPES.iter().map(|need| need.kind).collect();
        assert_eq!(made, known);
    }
}
