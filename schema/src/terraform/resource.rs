//! The attributes of the resource, from the table. Knows no other resource, data source or function.

use crate::field::{Exposure, Field, Kind};
use crate::fields::{FIELDS, REGION, SECTIONS, stack};
use crate::naming::snake_case;
use crate::outputs::{OUTPUTS, Output};

use super::{Attribute, Mode, Part, Shape, spelled};

/// Ending of the name of a secret's write-only form.
const WRITE_ONLY: &str = "Wo";
/// Ending of the name of the version of a write-only form.
const WRITE_ONLY_VERSION: &str = "WoVersion";
/// Ending of the name of a local file's digest.
const DIGEST: &str = "Digest";
/// Ending of the name of an output that names the secret of another output.
const SECRET_ARN: &str = "SecretArn";
/// Operations that a user may limit, with what their limit is when none is given.
const TIMEOUTS: &[(&str, &str)] = &[
    ("create", "Longest time for a create, such as `90m` or `1h30m`. Absent: 60 minutes."),
    (
        "update",
        "Longest time for an update, such as `90m`. Absent: the larger of 60 minutes and one and a half times what \
         the plan says of its rolls.",
    ),
    ("delete", "Longest time for a delete, such as `90m`. Absent: 60 minutes."),
];

/// All attributes of the resource: id, sections in the order of the table, `region`, outputs, `timeouts`.
#[must_use]
pub fn cluster() -> Vec<Attribute> {
    let id = Attribute::computed("id", Shape::Text, "ARN of the CloudFormation stack.").role(Part::Id);
    let mut all = vec![id];
    all.extend(level(""));
    all.extend(OUTPUTS.iter().filter(|output| output.name != REGION.path).map(output));
    all.push(timeouts());
    all
}

/// The attributes directly below a dotted path of the table; the empty path for the top.
fn level(prefix: &str) -> Vec<Attribute> {
    let below = |path: &'static str| {
        if prefix.is_empty() { Some(path) } else { path.strip_prefix(prefix).and_then(|rest| rest.strip_prefix('.')) }
    };
    let mut attributes: Vec<Attribute> = Vec::new();
    for field in FIELDS {
        let Some(rest) = below(field.path) else { continue };
        match rest.split_once('.') {
            Some((key, _)) if attributes.iter().any(|attribute| attribute.key == key) => {}
            Some((key, _)) => attributes.push(section(prefix, key)),
            None => attributes.extend(leaf(rest, field)),
        }
    }
    attributes
}

fn section(prefix: &str, key: &str) -> Attribute {
    let path = if prefix.is_empty() { key.to_owned() } else { format!("{prefix}.{key}") };
    let doc = SECTIONS.iter().find(|section| section.path == path).map_or("", |section| section.doc);
    let children = level(&path);
    let required = children.iter().any(|child| child.mode == Mode::Required);
    let mode = if required { Mode::Required } else { Mode::OptionalComputed };
    Attribute::computed(key, Shape::Object(children), doc).role(Part::Section).mode(mode)
}

/// A field, and the attributes that stand beside it under Terraform alone.
fn leaf(key: &str, field: &'static Field) -> Vec<Attribute> {
    let mut input =
        Attribute::computed(key, Shape::from(field.kind), field.doc).role(Part::Input(field)).mode(mode(field));
    if field.path == REGION.path {
        return vec![input.role(Part::Region(field)).mode(Mode::OptionalComputed)];
    }
    if field.is_secret() {
        return secret(key, field, input);
    }
    if !matches!(field.kind, Kind::File | Kind::Folder) {
        return vec![input];
    }
    input.doc.push_str(" A local path starts at the folder in which Terraform runs.");
    let doc =
        format!("SHA-256 of the content of a local `{}`: what differs in a plan when the content does.", input.name);
    vec![input, Attribute::computed(&format!("{key}{DIGEST}"), Shape::Text, &doc).role(Part::Digest(field))]
}

fn secret(key: &str, field: &'static Field, input: Attribute) -> Vec<Attribute> {
    let name = snake_case(key);
    let mut stored = input.sensitive();
    stored.doc.push_str(&format!(
        " Terraform keeps it in plain text in the state: `{name}_wo`{} is the safer form.",
        if has_secret_arn(field) { format!(" or `{name}_secret_arn`") } else { String::new() }
    ));
    let doc = format!("The same as `{name}`, never stored: needs `{name}_wo_version` and a client from version 1.11.");
    let mut write_only = Attribute::computed(&format!("{key}{WRITE_ONLY}"), stored.shape.clone(), &doc);
    write_only.write_only = true;
    let write_only = write_only.sensitive().role(Part::WriteOnly(field)).mode(Mode::Optional);
    let doc = format!("Any number; another one sends `{name}_wo` again.");
    let version = Attribute::computed(&format!("{key}{WRITE_ONLY_VERSION}"), Shape::Number, &doc);
    vec![stored, write_only, version.role(Part::WriteOnlyVersion(field)).mode(Mode::Optional)]
}

/// Whether the table has a field that names the secret of Secrets Manager instead.
#[must_use]
pub fn has_secret_arn(field: &Field) -> bool {
    let path = format!("{}{SECRET_ARN}", field.path);
    FIELDS.iter().any(|other| other.path == path)
}

/// Terraform proposes no name for the stack, so that one is required. What else a new cluster needs depends on its template,
/// and the check says it.
fn mode(field: &Field) -> Mode {
    if field.path == stack::NAME.path {
        Mode::Required
    } else if field.default.is_some() || field.computed {
        Mode::OptionalComputed
    } else {
        Mode::Optional
    }
}

/// A leaf of an object in a list.
pub(super) fn element(field: &'static Field) -> Attribute {
    let mode = if field.required { Mode::Required } else { mode(field) };
    Attribute::computed(field.path, Shape::from(field.kind), field.doc).role(Part::Input(field)).mode(mode)
}

/// A secret that AWS can be asked for at any time is not stored; the attribute names where it lies.
fn output(output: &'static Output) -> Attribute {
    let shape = Shape::from(output.kind);
    match (output.exposure, &shape) {
        (Exposure::Secret, Shape::Text) => {
            let doc = format!(
                "ARN of the secret in Secrets Manager with this value, which the ephemeral resource `starburst_{}` reads: \
                 {}",
                snake_case(output.name),
                spelled(output.doc)
            );
            Attribute::computed(&format!("{}{SECRET_ARN}", output.name), Shape::Text, &doc)
                .role(Part::SecretArn(output))
        }
        (Exposure::Secret, _) => {
            Attribute::computed(output.name, shape, output.doc).sensitive().role(Part::Output(output))
        }
        (Exposure::Plain, _) => Attribute::computed(output.name, shape, output.doc).role(Part::Output(output)),
    }
}

fn timeouts() -> Attribute {
    let limits = TIMEOUTS
        .iter()
        .map(|(key, doc)| Attribute::computed(key, Shape::Text, doc).role(Part::Timeout).mode(Mode::Optional))
        .collect();
    Attribute::computed("timeouts", Shape::Object(limits), "How long operations may take.")
        .role(Part::Timeouts)
        .mode(Mode::Optional)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn each<'a>(attributes: &'a [Attribute], all: &mut Vec<&'a Attribute>) {
        for attribute in attributes {
            all.push(attribute);
            each(attribute.children(), all);
        }
    }

    #[test]
    fn every_field_and_every_output_has_its_attribute() {
        let tree = cluster();
        let mut all = Vec::new();
        each(&tree, &mut all);
        for field in FIELDS {
            let count = all.iter().filter(
                |attribute| matches!(attribute.role, Part::Input(of) | Part::Region(of) if std::ptr::eq(of, *field)),
            );
            assert_eq!(count.count(), 1, "{}", field.path);
        }
        for output in OUTPUTS {
            let there = all.iter().any(
                |attribute| matches!(attribute.role, Part::Output(of) | Part::SecretArn(of) if of.name == output.name),
            );
            assert!(there || output.name == REGION.path, "{}", output.name);
        }
    }

    #[test]
    fn names_are_unique_among_neighbours_and_well_formed() {
        fn level(attributes: &[Attribute]) {
            let names: BTreeSet<&str> = attributes.iter().map(|attribute| attribute.name.as_str()).collect();
            assert_eq!(names.len(), attributes.len());
            for attribute in attributes {
                let name = &attribute.name;
                assert!(name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_'), "{name}");
                assert!(!attribute.doc.is_empty(), "{name} has no description");
                level(attribute.children());
            }
        }
        level(&cluster());
    }

    #[test]
    fn what_a_section_requires_makes_it_required() {
        let modes: Vec<(String, Mode)> =
            cluster().into_iter().map(|attribute| (attribute.name, attribute.mode)).collect();
        let of = |name: &str| modes.iter().find(|(found, _)| found == name).map(|(_, mode)| *mode);
        assert_eq!(of("stack"), Some(Mode::Required));
        for optional in
            ["network", "ec2", "alluxio", "presto", "hive_metastore", "s3", "monitoring", "superset", "packages"]
        {
            assert_eq!(of(optional), Some(Mode::OptionalComputed), "{optional}");
        }
    }

    #[test]
    fn a_secret_has_its_forms_and_no_plain_output() {
        let tree = cluster();
        let mut all = Vec::new();
        each(&tree, &mut all);
        for field in FIELDS.iter().filter(|field| field.is_secret()) {
            let forms = all.iter().filter(|attribute| {
                matches!(attribute.role,
                    Part::Input(of) | Part::WriteOnly(of) | Part::WriteOnlyVersion(of) if of.path == field.path)
            });
            assert_eq!(forms.count(), 3, "{}", field.path);
        }
        assert!(all.iter().all(|attribute| attribute.name != "superset_admin_password"));
        assert!(all.iter().any(|attribute| attribute.name == "superset_admin_password_secret_arn"));
    }
}
