//! Which inputs decide whether a resource is there: from its condition to parameters, from these to fields of the table.
//! Knows no resource and no condition by name.

use std::collections::BTreeSet;

use serde_json::Value;
use starburst_schema::{DERIVED, FIELDS};

/// Paths of inputs, sorted.
pub type Inputs = BTreeSet<&'static str>;

/// What decides over a resource.
#[derive(Debug, Clone, Default)]
pub struct Deciding {
    /// Inputs whose values the condition compares.
    pub directly: Inputs,
    /// Inputs that parameters which the plugin derives are computed from.
    pub derived: Inputs,
}

impl Deciding {
    /// Of a resource; of one without a condition nothing.
    pub fn of(template: &Value, resource: &Value) -> Self {
        let mut parameters = BTreeSet::new();
        if let Some(name) = resource["Condition"].as_str() {
            from_condition(template, name, &mut parameters);
        }
        let derived = DERIVED.iter().filter(|derived| parameters.contains(derived.name));
        Self {
            directly: parameters.iter().filter_map(|name| input(name)).collect(),
            derived: derived.flat_map(|derived| derived.from).copied().collect(),
        }
    }

    /// Whether an input is among them.
    pub fn has(&self, input: &str) -> bool {
        self.directly.contains(input) || self.derived.contains(input)
    }
}

/// The input that a parameter carries.
pub fn input(parameter: &str) -> Option<&'static str> {
    FIELDS.iter().find(|field| field.parameter.is_some_and(|of| of.name == parameter)).map(|field| field.path)
}

/// The parameters that stand in a tree.
pub fn parameters<'a>(tree: &'a Value, found: &mut BTreeSet<&'a str>) {
    match tree {
        Value::Object(members) => {
            found.extend(members.get("Ref").and_then(Value::as_str));
            members.values().for_each(|member| parameters(member, found));
        }
        Value::Array(items) => items.iter().for_each(|item| parameters(item, found)),
        _ => {}
    }
}

/// CloudFormation refuses conditions that go round, so this ends.
fn from_condition<'a>(template: &'a Value, name: &str, found: &mut BTreeSet<&'a str>) {
    let condition = &template["Conditions"][name];
    parameters(condition, found);
    let mut others = Vec::new();
    named(condition, &mut others);
    others.into_iter().for_each(|other| from_condition(template, other, found));
}

fn named<'a>(tree: &'a Value, others: &mut Vec<&'a str>) {
    match tree {
        Value::Object(members) => {
            others.extend(members.get("Condition").and_then(Value::as_str));
            members.values().for_each(|member| named(member, others));
        }
        Value::Array(items) => items.iter().for_each(|item| named(item, others)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn inputs_are_found_through_conditions_that_name_others() {
        let template = json!({ "Conditions": {
            "Outer": { "Fn::And": [{ "Condition": "Inner" }, { "Fn::Equals": [{ "Ref": "VpcEndpoints" }, "yes"] }] },
            "Inner": { "Fn::Equals": [{ "Ref": "LaunchSuperset" }, "yes"] },
        } });
        let deciding = Deciding::of(&template, &json!({ "Condition": "Outer" }));
        assert_eq!(deciding.directly, Inputs::from(["superset.enabled"]));
        assert!(deciding.has("network.vpcEndpoints") && !deciding.has("presto.httpPort"));
        assert!(Deciding::of(&template, &json!({})).directly.is_empty());
    }
}
