//! Reference pages: inputs, outputs, provider settings, error codes.

use starburst_schema::codes::CODES;
use starburst_schema::naming::snake_case;
use starburst_schema::{Clients, Exposure, FIELDS, Kind, OUTPUTS, PROVIDER_CONFIG, SECTIONS};

use crate::artifact::Artifact;
use crate::pulumi_types::{description, token};

const HEAD: &str = "<!-- Generated from the table in schema/src by `cargo run -p sdk-gen -- reference`. -->\n";

/// All pages.
pub fn pages() -> Vec<Artifact> {
    vec![
        Artifact::new("docs/reference/inputs.md", inputs()),
        Artifact::new("docs/reference/outputs.md", outputs()),
        Artifact::new("docs/reference/provider.md", provider()),
        Artifact::new("docs/reference/error-codes.md", error_codes()),
    ]
}

fn inputs() -> String {
    let mut page = format!("{HEAD}# Inputs of `starburst:PrestoAlluxioCluster`\n\nNames are Pulumi's; Terraform writes them in snake_case, as `{}`. Required inputs are marked with \\*. A secret never leaves the plugin but to AWS.\n", snake_case("ec2.workerCount"));
    for section in SECTIONS.iter().filter(|section| !section.path.contains('.')) {
        page.push_str(&format!("\n## `{}`\n{}\n\n", section.path, section.doc));
        let below = format!("{}.", section.path);
        for field in FIELDS.iter().filter(|field| field.path.starts_with(&below)) {
            let mark = if field.required { " \\*" } else { "" };
            let mut tags = vec![kind(field.kind)];
            if field.is_secret() {
                tags.push("secret");
            }
            if field.clients == Clients::TerraformOnly {
                tags.push("Terraform only");
            }
            page.push_str(&format!("### `{}`{mark}\n*{}* — {}\n\n", field.path, tags.join(", "), description(field)));
            if let Some(parameter) = field.parameter {
                let aliases = match parameter.aliases {
                    [] => String::new(),
                    aliases => format!(" (also known as `{}`)", aliases.join("`, `")),
                };
                page.push_str(&format!("Template parameter: `{}`{aliases}. ", parameter.name));
            }
            page.push_str(&format!("Example: `{}`\n\n", field.example));
        }
    }
    if let Some(region) = FIELDS.iter().find(|field| !field.path.contains('.')) {
        page.push_str(&format!("\n## `{}`\n{}\n", region.path, description(region)));
    }
    page
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
    let mut page = format!("{HEAD}# Outputs of `starburst:PrestoAlluxioCluster`\n\nThe inputs are outputs too.\n\n| output | | meaning |\n| --- | --- | --- |\n");
    for output in OUTPUTS {
        let secret = if output.exposure == Exposure::Secret { "secret" } else { "" };
        page.push_str(&format!("| `{}` | {secret} | {} |\n", output.name, output.doc));
    }
    page
}

fn provider() -> String {
    let mut page = format!("{HEAD}# Settings of the provider\n\nAll are optional but a region, which may come from the environment. Types: `{}` and its neighbours.\n\n| setting | environment | meaning |\n| --- | --- | --- |\n", token("providerAssumeRole"));
    for setting in PROVIDER_CONFIG {
        let environment: Vec<String> = setting.environment.iter().map(|name| format!("`{name}`")).collect();
        page.push_str(&format!("| `{}` | {} | {} |\n", setting.name, environment.join(" "), setting.doc));
    }
    page
}

fn error_codes() -> String {
    let mut page = format!("{HEAD}# Error codes\n\nSB1… the program can be corrected, nothing was changed · SB2… denied · SB3… refused or in conflict · SB4… an operation failed · SB5… the plugin stopped watching · SB6… a node · SB9… a mistake of the plugin.\n");
    for code in CODES.iter().flat_map(|codes| codes.iter()) {
        page.push_str(&format!("\n## {code}: {}\n**Cause.** {}\n\n**Cure.** {}\n", code.title, code.cause, code.cure));
    }
    page
}
