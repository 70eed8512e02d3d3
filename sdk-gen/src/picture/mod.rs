//! Draws the joint stack from the template: every resource in the box that a person knows it by, with what brings it in,
//! what it leans on, and who may reach it. Knows the template's tree; nothing of what a node runs.

mod boxes;
mod references;
mod svg;

use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use self::boxes::{ARROWS, PARTS, Part};
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
    let legend =
        "dashed: only with the input that is named below the title · drawn from schema/generated/joint-template.json";
    canvas.text(28, 56, legend, Style::Small, Anchor::Start);
    canvas.area(300, 78, 660, 668, "your subnet (network.subnetId)");
    canvas.area(990, 78, 268, 668, "AWS services");
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

/// Lines of each box: `Slot1 … Slot5: network interface`.
fn sorted(template: &Value) -> Result<Vec<Vec<String>>> {
    let mut found: Vec<BTreeMap<(String, String), Vec<String>>> = vec![BTreeMap::new(); PARTS.len()];
    for (id, resource) in template["Resources"].as_object().context("the template has resources")? {
        let at = PARTS.iter().position(|part| part.holds(id));
        let at = at.with_context(|| format!("{id} has no box: give it one in sdk-gen/src/picture/boxes.rs"))?;
        let stem = id.trim_end_matches(|c: char| c.is_ascii_digit()).to_owned();
        let kind = resource["Type"].as_str().unwrap_or_default().rsplit("::").next().unwrap_or_default().to_owned();
        let endpoint = kind == "VPCEndpoint";
        let key = if endpoint { ("Endpoint".to_owned(), kind) } else { (stem, kind) };
        found[at].entry(key).or_default().push(id.clone());
    }
    let lines = found.iter().map(|all| all.iter().flat_map(|((_, kind), ids)| line(kind, ids)).collect());
    let lines: Vec<Vec<String>> = lines.collect();
    for (part, lines) in PARTS.iter().zip(&lines) {
        ensure!(!lines.is_empty(), "the box {} stands for nothing", part.title);
    }
    Ok(lines)
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

/// Boxes that everything leans on are named instead of drawn to.
fn leaned_on(leans: &BTreeMap<(usize, usize), u32>, title: &str) -> Vec<&'static str> {
    let hubs = ["Access", "Role and secrets", "Monitoring"];
    let from = PARTS.iter().position(|part| part.title == title);
    let drawn = |to: &str| ARROWS.iter().any(|(one, other, _)| *one == title && *other == to);
    let to = leans.keys().filter(|(one, _)| Some(*one) == from).map(|(_, to)| PARTS[*to].title);
    to.filter(|to| hubs.contains(to) && !drawn(to)).collect()
}

fn draw(canvas: &mut Canvas, part: &Part, lines: &[String], leans: &[&str]) -> Result<()> {
    let (_, _, _, height) = part.at;
    canvas.part(part.at, part.title, part.input.unwrap_or(part.purpose), part.input.is_some())?;
    for (at, line) in lines.iter().enumerate() {
        canvas.inside(part.at, 64 + 18 * u32::try_from(at)?, line, Style::Line)?;
    }
    if !leans.is_empty() {
        canvas.inside(part.at, height - 10, &format!("uses {}", leans.join(", ").to_lowercase()), Style::Small)?;
    }
    Ok(())
}

/// Clients come in by the ports of the security group's rules.
fn clients(canvas: &mut Canvas, template: &Value) -> Result<()> {
    let rules = template.pointer("/Resources/SecurityGroup/Properties/SecurityGroupIngress/Fn::If/1");
    let rules = rules.and_then(Value::as_array).context("the security group has rules")?;
    let at = (28, 570, 230, 150);
    canvas.part(at, "Clients", "of networks in the prefix list", false)?;
    for (line, rule) in rules.iter().enumerate() {
        let port =
            rule["FromPort"].as_u64().map_or_else(|| "presto.httpPort".to_owned(), |port| format!("port {port}"));
        let text = format!("{}: {port}", rule["Description"].as_str().unwrap_or_default());
        canvas.inside(at, 64 + 18 * u32::try_from(line)?, &text, Style::Line)?;
    }
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
