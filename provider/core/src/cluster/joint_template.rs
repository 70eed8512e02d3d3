//! What a reviewer, or Service Catalog, asks of the bundled template: its text, its version, what it can create and
//! what its nodes may do. Calls nothing.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;
use starburst_schema::outputs::{BODY, NODE_POLICY, RESOURCE_TYPES, VERSION};

use crate::template;
use crate::value::Value;

/// The bundled template as a map with the values of [`starburst_schema::JOINT_TEMPLATE_OUTPUTS`], by name.
#[must_use]
pub fn joint_template() -> Value {
    let template: Json = serde_json::from_str(template::JSON).unwrap_or_default();
    let types: BTreeSet<&str> = resources(&template).filter_map(|resource| resource["Type"].as_str()).collect();
    Value::Map(BTreeMap::from([
        (BODY.to_owned(), Value::text(template::BODY)),
        (VERSION.to_owned(), Value::integer(i64::from(template::VERSION))),
        (RESOURCE_TYPES.to_owned(), Value::List(types.into_iter().map(Value::text).collect())),
        (NODE_POLICY.to_owned(), Value::text(node_policy(&template))),
    ]))
}

fn resources(template: &Json) -> impl Iterator<Item = &Json> {
    template["Resources"].as_object().into_iter().flat_map(serde_json::Map::values)
}

/// Every statement of the policies that the nodes' role can have, as one policy document: also those that depend on a
/// condition. Values that the stack gives, such as its own ARN, stay as the template writes them.
fn node_policy(template: &Json) -> String {
    let roles = resources(template).filter(|resource| resource["Type"] == "AWS::IAM::Role");
    let policies = roles.filter_map(|role| role["Properties"]["Policies"].as_array()).flatten();
    let statements = policies.filter_map(|policy| policy["PolicyDocument"]["Statement"].as_array()).flatten();
    let mut all = Vec::new();
    statements.for_each(|statement| branches(statement, &mut all));
    serde_json::json!({"Version": "2012-10-17", "Statement": all}).to_string()
}

/// A statement, or those of all branches of a condition.
fn branches<'a>(statement: &'a Json, all: &mut Vec<&'a Json>) {
    match statement.get("Fn::If").and_then(Json::as_array).map(Vec::as_slice) {
        Some([_, yes, no]) => {
            branches(yes, all);
            branches(no, all);
        }
        _ if statement["Ref"] == "AWS::NoValue" => {}
        _ => all.push(statement),
    }
}

#[cfg(test)]
mod tests {
    use starburst_schema::JOINT_TEMPLATE_OUTPUTS;

    use super::*;

    #[test]
    fn every_answer_of_the_table_is_there_and_no_other() {
        let told = joint_template();
        let told: Vec<&String> = told.as_map().into_iter().flatten().map(|(name, _)| name).collect();
        let rows: BTreeSet<&str> = JOINT_TEMPLATE_OUTPUTS.iter().map(|answer| answer.name).collect();
        assert_eq!(told, Vec::from_iter(rows));
    }

    #[test]
    fn the_policy_of_the_nodes_is_all_their_statements() {
        let role = |sid: &str| {
            serde_json::json!({"Type": "AWS::IAM::Role", "Properties": {"Policies": [
                {"PolicyName": "p", "PolicyDocument": {"Statement": [{"Sid": sid}]}}]}})
        };
        let other = serde_json::json!({"Type": "AWS::Logs::LogGroup", "Properties": {}});
        let template = serde_json::json!({"Resources": {"A": role("a"), "B": role("b"), "C": other}});
        let policy: Json = serde_json::from_str(&node_policy(&template)).expect("JSON");
        assert_eq!(policy["Statement"], serde_json::json!([{"Sid": "a"}, {"Sid": "b"}]));
    }

    #[test]
    fn a_statement_under_a_condition_stands_without_it() {
        let either = serde_json::json!({"Fn::If": ["C", {"Sid": "a"}, {"Fn::If": ["D", {"Sid": "b"}, {"Sid": "c"}]}]});
        let maybe = serde_json::json!({"Fn::If": ["C", {"Sid": "d"}, {"Ref": "AWS::NoValue"}]});
        let template = serde_json::json!({"Resources": {"A": {"Type": "AWS::IAM::Role", "Properties": {"Policies": [
            {"PolicyName": "p", "PolicyDocument": {"Statement": [either, maybe]}}]}}}});
        let policy: Json = serde_json::from_str(&node_policy(&template)).expect("JSON");
        let sids: Vec<&str> =
            policy["Statement"].as_array().into_iter().flatten().filter_map(|s| s["Sid"].as_str()).collect();
        assert_eq!(sids, ["a", "b", "c", "d"]);
    }
}
