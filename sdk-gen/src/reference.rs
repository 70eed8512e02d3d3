//! Reference pages: inputs, outputs, provider settings, template parameters, error codes. Knows Markdown, and the table.

use starburst_schema::codes::CODES;
use starburst_schema::naming::snake_case;
use starburst_schema::{
    Clients, DERIVED, Exposure, FIELDS, Field, Kind, OUTPUTS, OutputKind, PROVIDER_CONFIG, SECTIONS, Section,
};

use crate::artifact::Artifact;
use crate::pulumi_types::description;

const HEAD: &str = "<!-- Generated from the table in schema/src by `cargo run -p sdk-gen -- reference`. -->\n";

/// All pages.
pub fn pages() -> Vec<Artifact> {
    vec![
        Artifact::new("docs/reference/inputs.md", inputs()),
        Artifact::new("docs/reference/outputs.md", outputs()),
        Artifact::new("docs/reference/provider.md", provider()),
        Artifact::new("docs/reference/parameters.md", parameters()),
        Artifact::new("docs/reference/error-codes.md", error_codes()),
    ]
}

fn inputs() -> String {
    let mut page = format!(
        "{HEAD}# Inputs of `starburst:PrestoAlluxioCluster`\n\n\
         Names are Pulumi's; Terraform writes them in snake_case, so `ec2.workerCount` is `{}`. Inputs marked with \\* \
         are required for a new cluster; on an existing one, absent means that the stack keeps what it has. A secret \
         never leaves the plugin but to AWS.\n",
        snake_case("ec2.workerCount")
    );
    for section in SECTIONS {
        if section.path.contains('.') {
            continue;
        }
        page.push_str(&format!("\n## `{}`\n\n{}\n", section.path, section.doc));
        let below = format!("{}.", section.path);
        let mut object = "";
        for field in FIELDS.iter().filter(|field| field.path.starts_with(&below)) {
            if let Some(nested) = entered(field, &mut object) {
                page.push_str(&format!("\n**`{}`:** {}\n", nested.path, nested.doc));
            }
            page.push_str(&input(field));
        }
    }
    for field in FIELDS.iter().filter(|field| !field.path.contains('.')) {
        page.push_str(&format!("\n## `{}`\n\n{}", field.path, body(field)));
    }
    page
}

/// The nested object that begins with this field, if one does.
fn entered(field: &Field, object: &mut &'static str) -> Option<&'static Section> {
    let (parent, _) = field.path.rsplit_once('.')?;
    let nested = SECTIONS.iter().find(|section| section.path == parent && section.path.contains('.'));
    let path = nested.map_or("", |section| section.path);
    let changed = path != *object;
    *object = path;
    nested.filter(|_| changed)
}

fn input(field: &Field) -> String {
    let mark = if field.required { " \\*" } else { "" };
    format!("\n### `{}`{mark}\n\n{}", field.path, body(field))
}

/// Everything but the heading.
fn body(field: &Field) -> String {
    let mut tags = vec![kind(field.kind)];
    if field.is_secret() {
        tags.push("secret");
    }
    if field.clients == Clients::TerraformOnly {
        tags.push("Terraform only");
    }
    let mut text = format!("*{}* — {}\n", tags.join(", "), description(field));
    if let Kind::Objects(leaves) = field.kind {
        text.push('\n');
        for leaf in leaves {
            text.push_str(&format!("- `{}`: {} Example: `{}`\n", leaf.path, leaf.doc, leaf.example));
        }
    }
    text.push('\n');
    if let Some(parameter) = field.parameter {
        let aliases = match parameter.aliases {
            [] => String::new(),
            aliases => format!(" (in other templates `{}`)", aliases.join("`, `")),
        };
        text.push_str(&format!("Template parameter: `{}`{aliases}. ", parameter.name));
    }
    text.push_str(&format!("Example: `{}`\n", field.example));
    text
}

fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Bool => "boolean",
        Kind::Integer => "whole number",
        Kind::Text => "text",
        Kind::Choice(_) => "one of a closed set",
        Kind::List => "list of texts",
        Kind::Set => "set of texts",
        Kind::Map => "map of texts",
        Kind::File => "text or asset",
        Kind::Folder => "text or archive",
        Kind::Objects(_) => "list of objects",
    }
}

fn outputs() -> String {
    let mut page = format!(
        "{HEAD}# Outputs of `starburst:PrestoAlluxioCluster`\n\n\
         The inputs are outputs too. The last column names the outputs of the stack that are read, first one first; \
         where it is empty the plugin computes the value.\n\n\
         | output | type | meaning | read from |\n| --- | --- | --- | --- |\n"
    );
    for output in OUTPUTS {
        let kind = match output.kind {
            OutputKind::Text => "text",
            OutputKind::Integer => "whole number",
            OutputKind::Map => "map of texts",
            OutputKind::List => "list of texts",
        };
        let secret = if output.exposure == Exposure::Secret { ", secret" } else { "" };
        let keys: Vec<String> = output.stack_outputs.iter().map(|key| format!("`{key}`")).collect();
        page.push_str(&format!("| `{}` | {kind}{secret} | {} | {} |\n", output.name, output.doc, keys.join(" ")));
    }
    page
}

fn provider() -> String {
    let mut page = format!(
        "{HEAD}# Settings of the provider\n\n\
         All are optional but the region, which may come from the environment. The environment variable that is set \
         first in the list counts where the setting is absent. Credentials that are not given here come from the \
         chain of the AWS SDK.\n\n\
         | setting | type | environment | meaning |\n| --- | --- | --- | --- |\n"
    );
    for setting in PROVIDER_CONFIG {
        let secret = if setting.exposure == Exposure::Secret { ", secret" } else { "" };
        let environment: Vec<String> = setting.environment.iter().map(|name| format!("`{name}`")).collect();
        page.push_str(&format!(
            "| `{}` | {}{secret} | {} | {} |\n",
            setting.name,
            kind(setting.kind),
            environment.join(" "),
            setting.doc
        ));
    }
    page
}

/// For those who launch the template themselves, or through Service Catalog.
fn parameters() -> String {
    let mut page = format!(
        "{HEAD}# Parameters of the joint template\n\n\
         Whoever launches the template by hand gives the parameters marked with \\* and what else is wanted; the \
         others have defaults. Derived parameters are the plugin's: their defaults suit a launch by hand.\n\n\
         ## Inputs\n\n| parameter | type | input |\n| --- | --- | --- |\n"
    );
    for (field, parameter) in FIELDS.iter().filter_map(|field| field.parameter.map(|parameter| (field, parameter))) {
        let mark = if field.required { " \\*" } else { "" };
        let hidden = if field.is_secret() { ", NoEcho" } else { "" };
        let kind = parameter.kind.as_cloudformation();
        page.push_str(&format!("| `{}`{mark} | `{kind}`{hidden} | `{}` |\n", parameter.name, field.path));
    }
    page.push_str("\n## Derived\n\n| parameter | type | default | meaning |\n| --- | --- | --- | --- |\n");
    for derived in DERIVED {
        let hidden = if derived.secret { ", NoEcho" } else { "" };
        let kind = derived.kind.as_cloudformation();
        let default = if derived.default.is_empty() { String::new() } else { format!("`{}`", derived.default) };
        page.push_str(&format!("| `{}` | `{kind}`{hidden} | {default} | {} |\n", derived.name, derived.doc));
    }
    page
}

fn error_codes() -> String {
    let mut page = format!(
        "{HEAD}# Error codes\n\n\
         A code never changes its meaning. `pulumi-resource-starburst explain SB1001` prints the same text.\n\n\
         | codes | |\n| --- | --- |\n\
         | SB1… | the program can be corrected; nothing was changed |\n\
         | SB2… | AWS, or a guard, denied it; nothing was changed |\n\
         | SB3… | AWS refused it, or something is in the way; nothing was changed |\n\
         | SB4… | an operation failed |\n\
         | SB5… | the plugin stopped watching an operation |\n\
         | SB6… | a node is not well |\n\
         | SB9… | a mistake of the plugin |\n"
    );
    for code in CODES.iter().flat_map(|codes| codes.iter()) {
        page.push_str(&format!("\n## {code}: {}\n\n{}\n\n{}\n", code.title, code.cause, code.cure));
    }
    page
}

#[cfg(test)]
mod tests {
    use super::{DERIVED, FIELDS, OUTPUTS, PROVIDER_CONFIG, inputs, outputs, parameters, provider};

    #[test]
    fn every_row_has_its_place_on_a_page_once() {
        let page = inputs();
        for field in FIELDS {
            assert_eq!(page.matches(&format!("## `{}`", field.path)).count(), 1, "{}", field.path);
        }
        let page = outputs();
        for output in OUTPUTS {
            assert_eq!(page.matches(&format!("\n| `{}` |", output.name)).count(), 1, "{}", output.name);
        }
        let page = provider();
        for setting in PROVIDER_CONFIG {
            assert_eq!(page.matches(&format!("\n| `{}` |", setting.name)).count(), 1, "{}", setting.name);
        }
    }

    #[test]
    fn every_parameter_has_its_line_once() {
        let page = parameters();
        let of_fields = FIELDS.iter().filter_map(|field| field.parameter).map(|parameter| parameter.name);
        for name in of_fields.chain(DERIVED.iter().map(|derived| derived.name)) {
            assert_eq!(page.matches(&format!("\n| `{name}`")).count(), 1, "{name}");
        }
        assert!(DERIVED.iter().all(|derived| !derived.doc.contains('|')), "a bar would cut the table");
    }

    #[test]
    fn nested_objects_are_introduced_once() {
        let page = inputs();
        for nested in super::SECTIONS.iter().filter(|section| section.path.contains('.')) {
            assert_eq!(page.matches(&format!("**`{}`:**", nested.path)).count(), 1, "{}", nested.path);
        }
    }
}
