//! Who may reach the nodes: rules of the stack's security groups and its prefix list, against the template.

use std::collections::BTreeSet;

use serde_json::Value as Json;
use starburst_schema::fields::presto;

use super::Seen;
use super::expected::{Expected, text};
use super::fields::{Difference, put};
use crate::cluster::defaults::effective;
use crate::cluster::request::texts;
use crate::failure::Message;
use crate::ports::{AccessGroup, IngressRule, Ports, Stack};
use crate::value::Value;

/// Type of a rule that is a resource of its own.
const SEPARATE_RULE: &str = "AWS::EC2::SecurityGroupIngress";
/// Logical id of the prefix list.
const LIST: &str = "Access";

/// What differs at the borders of the cluster.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Opened {
    /// Networks that may reach the cluster and that the template does not let in.
    added: BTreeSet<String>,
    /// Networks that the template lets in and that are gone.
    removed: BTreeSet<String>,
}

/// Compares rules and networks; what cannot be read is said.
pub async fn compare(ports: Ports<'_>, stack: &Stack, expected: &Expected<'_>, seen: &mut Seen) {
    if stack.parameters.get("ResourceTypes").is_some_and(|types| types == "basic") {
        return;
    }
    let groups = match ports.compute.access_groups(&stack.id).await {
        Ok(groups) => groups,
        Err(error) => {
            seen.notes.push(Message::new(format!("drift: security groups were not compared: {}", error.message)));
            return;
        }
    };
    let list = groups.iter().flat_map(|group| &group.ingress).map(|rule| rule.source.clone());
    let list = list.into_iter().find(|source| source.starts_with("pl-"));
    for (logical_id, kind) in expected.resources() {
        if kind != "AWS::EC2::SecurityGroup" {
            continue;
        }
        match groups.iter().find(|group| group.logical_id == logical_id) {
            Some(group) => compare_rules(stack, expected, &groups, group, list.as_deref(), seen),
            None => seen.found(Difference::gone(&logical_id)),
        }
    }
    let Some(list) = list else { return };
    match ports.compute.prefix_list(&list).await {
        Ok(entries) => compare_list(expected, &entries, seen),
        Err(error) => {
            seen.notes.push(Message::new(format!("drift: prefix list {list} was not compared: {}", error.message)));
        }
    }
}

/// A rule of the template under the names that EC2 has for its sources.
fn rule(written: &Json, groups: &[AccessGroup], list: Option<&str>) -> IngressRule {
    let source = ["CidrIp", "SourceSecurityGroupId", "SourcePrefixListId"].iter().find_map(|key| written.get(*key));
    let source = source.map(text).unwrap_or_default();
    let source = match source.strip_prefix("${").and_then(|rest| rest.split(['}', '.']).next()) {
        Some(LIST) => list.unwrap_or_default().to_owned(),
        Some(id) => groups.iter().find(|group| group.logical_id == id).map(|own| own.id.clone()).unwrap_or_default(),
        None => source,
    };
    let port = |name: &str| text(&written[name]).parse().ok();
    IngressRule { protocol: text(&written["IpProtocol"]), from_port: port("FromPort"), to_port: port("ToPort"), source }
}

fn compare_rules(
    stack: &Stack,
    expected: &Expected<'_>,
    groups: &[AccessGroup],
    group: &AccessGroup,
    list: Option<&str>,
    seen: &mut Seen,
) {
    let id = group.logical_id.as_str();
    let written = expected.properties(id)["SecurityGroupIngress"].as_array().cloned().unwrap_or_default();
    let mut wanted: Vec<(String, String, IngressRule)> = written
        .iter()
        .enumerate()
        .map(|(at, own)| (id.to_owned(), format!("/SecurityGroupIngress/{at}"), rule(own, groups, list)))
        .collect();
    for (other, _) in expected.resources().into_iter().filter(|(_, kind)| kind == SEPARATE_RULE) {
        let properties = expected.properties(&other);
        if text(&properties["GroupId"]).starts_with(&format!("${{{id}")) {
            wanted.push((other, String::new(), rule(&properties, groups, list)));
        }
    }
    let mut extra: Vec<IngressRule> =
        group.ingress.iter().filter(|live| !wanted.iter().any(|(_, _, own)| own == *live)).cloned().collect();
    let missing = wanted.into_iter().filter(|(_, _, own)| !group.ingress.contains(own));
    for (resource, property, own) in missing {
        // The same source on another port is the same rule, changed.
        let moved = extra.iter().position(|live| live.source == own.source && live.protocol == own.protocol);
        let Some(moved) = moved.map(|at| extra.remove(at)).filter(|_| !property.is_empty()) else {
            seen.drifted.insert(resource.clone());
            seen.notes.push(Difference::new(&resource, &property, words(&own), "").note(expected));
            continue;
        };
        for (name, was, is) in [("FromPort", own.from_port, moved.from_port), ("ToPort", own.to_port, moved.to_port)] {
            let port = |port: Option<i64>| port.map(|port| port.to_string()).unwrap_or_default();
            if was != is {
                seen.found(Difference::new(id, &format!("{property}/{name}"), port(was), port(is)));
            }
        }
    }
    for live in extra {
        seen.drifted.insert(id.to_owned());
        let http = stack.parameters.get("PrestoHttpPort").and_then(|port| port.parse().ok());
        let is_network = live.source.contains('/');
        if is_network && live.from_port <= http && http <= live.to_port && http.is_some() {
            seen.opened.added.insert(live.source);
        } else {
            seen.notes.push(Difference::new(id, "/SecurityGroupIngress", "", words(&live)).note(expected));
        }
    }
}

fn words(rule: &IngressRule) -> String {
    let ports = match (rule.from_port, rule.to_port) {
        (Some(from), Some(to)) if from == to => format!(" {from}"),
        (Some(from), Some(to)) => format!(" {from}-{to}"),
        _ => String::new(),
    };
    format!("{}{ports} from {}", rule.protocol, rule.source)
}

fn compare_list(expected: &Expected<'_>, entries: &[String], seen: &mut Seen) {
    let written = expected.properties(LIST)["Entries"].as_array().cloned().unwrap_or_default();
    let wanted: BTreeSet<String> = written.iter().map(|entry| text(&entry["Cidr"])).collect();
    let live: BTreeSet<String> = entries.iter().cloned().collect();
    if wanted == live {
        return;
    }
    seen.drifted.insert(LIST.to_owned());
    seen.opened.added.extend(live.difference(&wanted).cloned());
    seen.opened.removed.extend(wanted.difference(&live).cloned());
}

impl Opened {
    /// Writes the networks that reach the cluster into the inputs; what no input says is answered.
    pub fn put(&self, inputs: &mut Value, expected: &Expected<'_>) -> Vec<Message> {
        let was_open = effective(inputs, &presto::ALLOW_EXTERNAL_ACCESS_ON_HTTP).as_bool() == Some(true);
        let mut networks = if was_open { texts(inputs, &presto::EXTERNAL_ACCESS_CIDRS) } else { Vec::new() };
        let mut notes = Vec::new();
        for gone in &self.removed {
            match networks.iter().position(|own| own == gone) {
                Some(at) => drop(networks.remove(at)),
                // Loopback networks only hold places.
                None if gone.starts_with("127.") => {}
                None => notes.push(Difference::new(LIST, "/Entries", gone.clone(), "").note(expected)),
            }
        }
        networks.extend(self.added.iter().filter(|network| !networks.contains(network)).cloned().collect::<Vec<_>>());
        if self == &Self::default() {
            return notes;
        }
        let open = !networks.is_empty();
        if open != was_open {
            put(inputs, &presto::ALLOW_EXTERNAL_ACCESS_ON_HTTP, Value::Bool(open));
        }
        let list = networks.into_iter().map(Value::Text).collect();
        if open {
            put(inputs, &presto::EXTERNAL_ACCESS_CIDRS, Value::List(list));
        }
        notes
    }
}
