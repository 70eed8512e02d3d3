//! Draws the joint stack from the template: every resource in the box that a person knows it by, with what brings it in,
//! what it leans on, and who may reach it. Knows the template's tree; nothing of what a node runs.

mod boxes;
mod inputs;
mod references;
mod svg;

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use self::boxes::{ARROWS, PARTS, Part};
use self::inputs::{Deciding, Inputs, input, parameters};
use self::references::between;
use self::svg::{Anchor, Canvas, Style};

const WIDTH: u32 = 1268;
const HEIGHT: u32 = 768;
/// The bucket, which is the user's and no resource of the stack.
const BUCKET: (u32, u32, u32, u32) = (1010, 120, 230, 104);

/// The picture as SVG.
///
/// # Errors
/// A resource without a box, a box without a resource, an arrow without a reference.
pub fn joint_stack(template: &Value) -> Result<String> {
    let parts = sorted(template)?;
    let leans = between(template, |id| PARTS.iter().position(|part| part.holds(id)));
    let mut canvas = Canvas::new(
        WIDTH,
        HEIGHT,
        "The joint stack",
        "Coordinators, workers, Hive metastore and Superset in a subnet of your VPC, with what surrounds them.",
    );
    canvas.text(28, 34, "The joint stack", Style::Title, Anchor::Start);
    let legend = "dashed, or “by”: the named input decides whether it is there · drawn from schema/generated/joint-template.json";
    canvas.text(28, 56, legend, Style::Small, Anchor::Start);
    canvas.area(306, 78, 648, 668, "your subnet (network.subnetId)");
    canvas.area(996, 78, 258, 668, "AWS services");
    for (part, lines) in PARTS.iter().zip(&parts) {
        draw(&mut canvas, part, lines, &leaned_on(&leans, part.title))?;
    }
    canvas.part(BUCKET, "S3", "your bucket: tables, packages", false)?;
    canvas.text(1024, 184, "alluxio.s3RootMount", Style::Line, Anchor::Start);
    ensure!(permits_root_mount(template), "the role permits nothing at the root mount");
    for (from, to, label) in ARROWS {
        let there = leans.get(&(place(from)?, place(to)?)).copied().unwrap_or_default();
        ensure!(there > 0, "nothing in {from} refers to {to}: the arrow is not the template's");
        canvas.arrow(PARTS[place(from)?].at, PARTS[place(to)?].at, label, false);
    }
    canvas.arrow(PARTS[place("Workers")?].at, BUCKET, "reads", true);
    clients(&mut canvas, template)?;
    Ok(canvas.finish())
}

/// Index of a box by its title.
fn place(title: &str) -> Result<usize> {
    PARTS.iter().position(|part| part.title == title).with_context(|| format!("no box is called {title}"))
}

/// A line of a box, and how it looks.
type Line = (String, Style);

/// Lines of each box: `Slot1 … Slot5: network interface`, below them the inputs that decide over them.
fn sorted(template: &Value) -> Result<Vec<Vec<Line>>> {
    let resources = template["Resources"].as_object().context("the template has resources")?;
    let mut found: Vec<BTreeMap<(String, String), Vec<String>>> = vec![BTreeMap::new(); PARTS.len()];
    for (id, resource) in resources {
        let at = PARTS.iter().position(|part| part.holds(id));
        let at = at.with_context(|| format!("{id} has no box: give it one in sdk-gen/src/picture/boxes.rs"))?;
        let stem = id.trim_end_matches(|c: char| c.is_ascii_digit()).to_owned();
        let kind = resource["Type"].as_str().unwrap_or_default().rsplit("::").next().unwrap_or_default().to_owned();
        let endpoint = kind == "VPCEndpoint";
        let key = if endpoint { ("Endpoint".to_owned(), kind) } else { (stem, kind) };
        found[at].entry(key).or_default().push(id.clone());
    }
    let mut all = Vec::new();
    for (part, groups) in PARTS.iter().zip(&found) {
        let mut lines = Vec::new();
        let mut switched = 0;
        for ((_, kind), ids) in groups {
            let deciding: Vec<Deciding> = ids.iter().map(|id| Deciding::of(template, &resources[id])).collect();
            let by_box = part.input.is_some_and(|input| deciding.iter().all(|one| one.has(input)));
            switched += usize::from(by_box);
            lines.extend(line(kind, ids).into_iter().map(|line| (line, Style::Line)));
            lines.extend(ids.iter().filter_map(|id| hooks(&resources[id])).map(|hook| (hook, Style::Small)));
            let unlike_its_box = part.input.map(|_| "always there".to_owned());
            if let Some(note) = decided(&deciding).or(unlike_its_box).filter(|_| !by_box) {
                lines.extend(wrapped(&note, part.at).into_iter().map(|line| (line, Style::Small)));
            }
        }
        ensure!(!lines.is_empty(), "the box {} stands for nothing", part.title);
        let input = part.input.unwrap_or_default();
        ensure!(part.input.is_none() || switched > 0, "{input} decides over nothing in the box {}", part.title);
        all.push(lines);
    }
    Ok(all)
}

/// The lifecycle hooks of a group, which are no resources of their own.
fn hooks(resource: &Value) -> Option<String> {
    let hooks = resource["Properties"]["LifecycleHookSpecificationList"].as_array()?;
    let names: Vec<&str> = hooks.iter().filter_map(|hook| hook["LifecycleHookName"].as_str()).collect();
    Some(format!("with lifecycle hook {}", names.join(", ")))
}

/// What inputs decide: whether any of some resources is there, or how many of them; none where no input does.
fn decided(resources: &[Deciding]) -> Option<String> {
    let (first, others) = resources.split_first()?;
    let of_all: Inputs = first.directly.iter().filter(|at| others.iter().all(|one| one.has(at))).copied().collect();
    let of_any: Inputs = resources.iter().flat_map(|one| &one.directly).copied().collect();
    let (word, inputs) = if of_all.is_empty() { ("count by", of_any) } else { ("by", of_all) };
    let inputs: Vec<&str> = inputs.into_iter().collect();
    (!inputs.is_empty()).then(|| format!("{word} {}", inputs.join(" or ")))
}

/// A text in small letters in lines as wide as a box.
fn wrapped(text: &str, (_, _, width, _): svg::Place) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.is_empty() => word.clone_into(line),
            Some(line) if svg::fits(&format!("{line} {word}"), width, Style::Small) => *line = format!("{line} {word}"),
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

fn line(kind: &str, ids: &[String]) -> Vec<String> {
    let words = words(kind);
    match ids {
        // What the id says already is not said twice.
        [one] if one.len() + words.len() > 30 => vec![one.clone()],
        [one] => vec![format!("{one}: {words}")],
        [first, .., last] if kind != "VPCEndpoint" => vec![format!("{first} … {last}: {words}")],
        many => {
            let names: Vec<&str> = many.iter().map(|id| id.trim_end_matches("Endpoint")).collect();
            names.chunks(5).map(|chunk| chunk.join(", ")).collect()
        }
    }
}

/// `AutoScalingGroup` as `auto scaling group`; abbreviations stay.
fn words(kind: &str) -> String {
    if kind.chars().all(char::is_uppercase) {
        return kind.to_owned();
    }
    let mut text = String::new();
    for c in kind.chars() {
        if c.is_uppercase() && !text.is_empty() {
            text.push(' ');
        }
        text.push(c.to_ascii_lowercase());
    }
    text.replace("e i p", "Elastic IP")
}

/// Boxes that a box refers to without an arrow: named in it, or the picture would be full of lines.
fn leaned_on(leans: &BTreeMap<(usize, usize), u32>, title: &str) -> Vec<&'static str> {
    let from = PARTS.iter().position(|part| part.title == title);
    let drawn = |to: &str| ARROWS.iter().any(|(one, other, _)| *one == title && *other == to);
    let to = leans.keys().filter(|(one, _)| Some(*one) == from).map(|(_, to)| PARTS[*to].title);
    to.filter(|to| !drawn(to)).collect()
}

fn draw(canvas: &mut Canvas, part: &Part, lines: &[Line], leans: &[&str]) -> Result<()> {
    let (_, _, _, height) = part.at;
    canvas.part(part.at, part.title, part.input.unwrap_or(part.purpose), part.input.is_some())?;
    let end = list(canvas, part.at, lines)?;
    if !leans.is_empty() {
        // As titles within a sentence, but for abbreviations.
        let names: Vec<String> = leans.iter().map(|name| lower(name)).collect();
        let uses = wrapped(&format!("refers to {}", names.join(", ")), part.at);
        let top = height.saturating_sub(10 + 14 * u32::try_from(uses.len().saturating_sub(1))?);
        ensure!(end + 16 <= top, "the lines of the box {} run into each other: give it more height", part.title);
        for (at, line) in uses.iter().enumerate() {
            canvas.inside(part.at, top + 14 * u32::try_from(at)?, line, Style::Small)?;
        }
    }
    Ok(())
}

/// Writes lines below the head of a box; where the last one stands.
fn list(canvas: &mut Canvas, at: svg::Place, lines: &[Line]) -> Result<u32> {
    let mut down = 46;
    for (text, style) in lines {
        let small = matches!(style, Style::Small);
        down += if small { 15 } else { 18 };
        canvas.inside(at, down, text, *style)?;
    }
    Ok(down)
}

/// `Role and secrets` as it stands within a sentence; `VPC endpoints` stays.
fn lower(title: &str) -> String {
    let abbreviated = title.chars().nth(1).is_some_and(char::is_uppercase);
    if abbreviated { title.to_owned() } else { title.to_lowercase() }
}

/// Clients come in by the ports of the security group's rules.
fn clients(canvas: &mut Canvas, template: &Value) -> Result<()> {
    let rules = template.pointer("/Resources/SecurityGroup/Properties/SecurityGroupIngress/Fn::If/1");
    let rules = rules.and_then(Value::as_array).context("the security group has rules")?;
    let at = (28, 570, 220, 166);
    canvas.part(at, "Clients", "of networks in the prefix list", false)?;
    let mut lines = Vec::new();
    for rule in rules {
        let name = rule["Description"].as_str().context("a rule of the security group has no description")?;
        match rule["FromPort"].as_u64() {
            Some(port) => lines.push((format!("{name}: port {port}"), Style::Line)),
            None => {
                let mut named = BTreeSet::new();
                parameters(&rule["FromPort"], &mut named);
                let inputs: Vec<&str> = named.into_iter().filter_map(input).collect();
                ensure!(!inputs.is_empty(), "the port of the rule {name} comes from no input");
                lines.push((format!("{name}: the port of"), Style::Line));
                lines.extend(wrapped(&inputs.join(" or "), at).into_iter().map(|line| (line, Style::Small)));
            }
        }
    }
    list(canvas, at, &lines)?;
    canvas.arrow(at, PARTS[place("Access")?].at, "come in through", true);
    Ok(())
}

fn permits_root_mount(template: &Value) -> bool {
    template["Resources"]["Role"].to_string().contains("AlluxioS3RootMount")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template;

    #[test]
    fn every_resource_stands_in_one_box_and_every_arrow_in_the_template() {
        let (joint, _) = template::joint_template().unwrap();
        let picture = joint_stack(&joint).unwrap();
        for id in ["LogGroup", "Workers", "SupersetVolume", "PublicAddress"] {
            assert!(picture.contains(id), "{id}");
        }
        for id in joint["Resources"].as_object().unwrap().keys() {
            let boxes: Vec<&str> = PARTS.iter().filter(|part| part.holds(id)).map(|part| part.title).collect();
            assert_eq!(boxes.len(), 1, "{id} stands in {boxes:?}");
        }
    }

    #[test]
    fn every_reference_between_boxes_is_drawn_or_named() {
        let (joint, _) = template::joint_template().unwrap();
        let leans = between(&joint, |id| PARTS.iter().position(|part| part.holds(id)));
        assert!(leaned_on(&leans, "Monitoring").contains(&"Workers"), "alarms watch the groups");
        for (from, to) in leans.keys().map(|(from, to)| (PARTS[*from].title, PARTS[*to].title)) {
            let drawn = ARROWS.iter().any(|(one, other, _)| (*one, *other) == (from, to));
            assert!(drawn != leaned_on(&leans, from).contains(&to), "{from} to {to}: either drawn or named");
        }
        assert!(!leaned_on(&leans, "Workers").contains(&"Coordinators"), "an arrow says it already");
        assert!(!leaned_on(&leans, "Coordinators").contains(&"Superset"), "nothing refers there");
    }

    #[test]
    fn optional_resources_name_the_input_that_decides_over_them() {
        let (joint, _) = template::joint_template().unwrap();
        let lines: Vec<Line> = sorted(&joint).unwrap().concat();
        let after = |id: &str| {
            let at = lines.iter().position(|(line, _)| line.starts_with(id)).unwrap();
            lines[at + 1].0.clone()
        };
        assert_eq!(after("Dashboard"), "by monitoring.cloudWatchMetrics");
        assert_eq!(after("MetastorePassword"), "by hiveMetastore.password");
        assert_eq!(after("Slot1"), "count by ec2.haCoordinatorCount");
        assert_eq!(after("EndpointGroup"), "always there");
        assert_eq!(after("Workers"), "with lifecycle hook drain");
        assert!(!after("SupersetNode").starts_with("by"), "its box says it");
    }

    #[test]
    fn a_box_is_not_called_optional_by_an_input_that_decides_over_nothing_in_it() {
        let (mut joint, _) = template::joint_template().unwrap();
        joint["Conditions"]["HasSuperset"] = serde_json::json!({ "Fn::Equals": ["yes", "yes"] });
        let error = joint_stack(&joint).unwrap_err().to_string();
        assert!(error.contains("superset.enabled decides over nothing in the box Superset"), "{error}");
    }

    #[test]
    fn clients_come_in_by_the_ports_of_the_rules() {
        let (mut joint, _) = template::joint_template().unwrap();
        let rules = "/Resources/SecurityGroup/Properties/SecurityGroupIngress/Fn::If/1";
        joint.pointer_mut(rules).unwrap()[3]["FromPort"] = serde_json::json!(9099);
        let picture = joint_stack(&joint).unwrap();
        assert!(picture.contains("Superset: port 9099") && picture.contains("presto.httpPort"), "{picture}");
    }

    #[test]
    fn a_resource_without_a_box_is_told_where_to_put_it() {
        let (mut joint, _) = template::joint_template().unwrap();
        joint["Resources"]["Novelty"] = serde_json::json!({ "Type": "AWS::SNS::Topic" });
        let error = joint_stack(&joint).unwrap_err().to_string();
        assert!(error.contains("Novelty has no box") && error.contains("boxes.rs"), "{error}");
    }

    #[test]
    fn an_arrow_that_the_template_does_not_have_is_refused() {
        let (mut joint, _) = template::joint_template().unwrap();
        joint["Resources"]["Superset"]["DependsOn"] = Value::Null;
        assert!(joint_stack(&joint).unwrap_err().to_string().contains("nothing in Superset refers to Coordinators"));
    }
}
