//! The folder is whole, and every page has what a registry asks of it.

use std::collections::BTreeSet;

use starburst_schema::FIELDS;
use starburst_schema::naming::snake_case;
use starburst_schema::provider_config::PROVIDER_CONFIG;
use starburst_schema::terraform::others::{self, FUNCTIONS};
use starburst_schema::terraform::{Attribute, resource};

use super::{GUIDES, files};

const ROOT: &str = "schema/generated/registry/";
/// Most bytes of a page that a registry takes.
const MOST_BYTES: usize = 500_000;

/// The text of the page at a path below the folder of pages.
fn page(path: &str) -> String {
    let whole = format!("{ROOT}docs/{path}");
    let found = files().into_iter().find(|file| file.path() == whole);
    found.map(|file| file.content().to_owned()).unwrap_or_else(|| panic!("there is no page {path}"))
}

fn each<'a>(attributes: &'a [Attribute], all: &mut Vec<&'a Attribute>) {
    for attribute in attributes {
        all.push(attribute);
        each(attribute.children(), all);
    }
}

#[test]
fn everything_that_the_provider_offers_has_its_page_and_nothing_else_has_one() {
    let mut expected: BTreeSet<String> = [
        "index.md",
        "resources/presto_alluxio_cluster.md",
        "data-sources/presto_alluxio_cluster.md",
        "data-sources/joint_template.md",
        "ephemeral-resources/superset_admin_password.md",
        "list-resources/presto_alluxio_cluster.md",
    ]
    .map(|path| format!("{ROOT}docs/{path}"))
    .into();
    expected.extend(FUNCTIONS.iter().map(|function| format!("{ROOT}docs/functions/{}.md", function.name)));
    expected.extend(GUIDES.iter().map(|guide| guide.path.to_owned()));
    let found: Vec<String> =
        files().iter().map(|file| file.path().to_owned()).filter(|path| path.contains("/docs/")).collect();
    assert_eq!(found.len(), expected.len(), "a page is made twice");
    assert_eq!(found.into_iter().collect::<BTreeSet<_>>(), expected);
}

#[test]
fn every_page_begins_with_the_front_matter_that_a_registry_reads() {
    for file in files().iter().filter(|file| file.path().contains("/docs/")) {
        let path = file.path();
        let (head, text) = file
            .content()
            .strip_prefix("---\n")
            .and_then(|rest| rest.split_once("\n---\n\n"))
            .unwrap_or_else(|| panic!("{path} has no front matter"));
        let (title, about) = match head.lines().collect::<Vec<_>>().as_slice() {
            [title, "description: |-", about] if path.ends_with("/index.md") => (*title, *about),
            [title, "subcategory: \"\"", "description: |-", about] if !path.ends_with("/index.md") => (*title, *about),
            _ => panic!("{path}: {head}"),
        };
        let title = title.strip_prefix("page_title: \"").and_then(|rest| rest.strip_suffix('"'));
        assert!(title.is_some_and(|title| !title.is_empty() && !title.contains('"')), "{path}: {title:?}");
        assert!(about.starts_with("  ") && about.trim().ends_with('.'), "{path}: {about}");
        assert!(text.starts_with("# "), "{path} has no heading");
        assert!(file.content().len() < MOST_BYTES, "{path} is too long");
    }
}

#[test]
fn every_attribute_has_its_line_on_its_page() {
    let trees = [
        ("resources/presto_alluxio_cluster.md", resource::cluster()),
        ("data-sources/presto_alluxio_cluster.md", others::cluster_data_source()),
        ("data-sources/joint_template.md", others::joint_template_data_source()),
        ("ephemeral-resources/superset_admin_password.md", others::superset_admin_password()),
        ("list-resources/presto_alluxio_cluster.md", others::list_resource()),
        ("index.md", others::provider()),
    ];
    for (path, tree) in trees {
        let page = page(path);
        let schema = page.split_once("\n## Schema\n").unwrap_or_else(|| panic!("{path} has no schema")).1;
        let schema = schema.split("\n## ").next().unwrap_or_default();
        let mut all = Vec::new();
        each(&tree, &mut all);
        let lines = schema.lines().filter(|line| line.starts_with("- `")).count();
        assert_eq!(lines, all.len(), "{path}");
        for attribute in all {
            let line = format!("\n- `{}` (", attribute.name);
            assert!(schema.contains(&line), "{path}: {}", attribute.name);
        }
    }
}

#[test]
fn every_nested_schema_that_is_pointed_to_is_there_once() {
    let page = page("resources/presto_alluxio_cluster.md");
    let targets: Vec<&str> = page.split("(#").skip(1).filter_map(|rest| rest.split(')').next()).collect();
    assert!(targets.len() > 10, "{targets:?}");
    for target in targets {
        assert_eq!(page.matches(&format!("<a id=\"{target}\"></a>")).count(), 1, "{target}");
    }
}

#[test]
fn the_table_of_effects_and_the_lines_say_what_a_change_of_every_field_does() {
    let page = page("resources/presto_alluxio_cluster.md");
    let table = page.split_once("## What a change does").map_or("", |(_, rest)| rest);
    let table = table.split("\n## ").next().unwrap_or_default();
    let depends = ["stack.template.", "stack.template_version"];
    for field in FIELDS {
        let name = snake_case(field.path);
        let expected = usize::from(!depends.iter().any(|prefix| name.starts_with(prefix)));
        assert_eq!(table.matches(&format!("`{name}`")).count(), expected, "{name}");
    }
    assert!(!page.contains("preview says"), "Terraform has plans, not previews");
}

#[test]
fn secrets_are_marked_and_defaults_and_parameters_are_told() {
    let page = page("resources/presto_alluxio_cluster.md");
    let line = |start: &str| page.lines().find(|line| line.starts_with(start)).unwrap_or_default().to_owned();
    assert!(line("- `password_wo` ").starts_with("- `password_wo` (String, Sensitive, Write-only) "));
    assert!(line("- `password` ").starts_with("- `password` (String, Sensitive) "));
    assert!(line("- `worker_count` ").contains("Template parameter: `WorkersCount`."));
    assert!(line("- `worker_instance_type` ").contains("Default: `r4.4xlarge`."));
    assert!(line("- `worker_instance_type` ").contains("A change rolls the workers."));
}

#[test]
fn every_environment_variable_of_a_setting_is_told() {
    let page = page("index.md");
    for variable in PROVIDER_CONFIG.iter().flat_map(|setting| setting.environment) {
        assert!(page.contains(&format!("`{variable}`")), "{variable}");
    }
}
