//! Generates what is checked in from the table of fields. Knows the table and the template's fragments, no AWS.
//!
//! Begin with `artifact`: what a generated file is, and the modes write, check and dry run.

mod artifact;
mod compact_yaml;
mod node_script;
mod picture;
mod pulumi_schema;
mod pulumi_types;
mod reference;
mod registry;
mod sdks;
mod short_conditions;
#[cfg(test)]
mod sizes_tests;
mod statuses;
mod template;

use std::process::ExitCode;

use artifact::{Artifact, Mode};
use clap::Parser;

/// Writes the generated files, or proves that none is stale.
///
/// Everything comes from the table in `schema/src` and the template's fragments in `provider/core/src/template`; run
/// it after a change there and commit what it writes.
#[derive(Debug, Parser)]
#[command(name = "sdk-gen", version)]
struct Arguments {
    /// What to generate.
    #[arg(value_enum, default_value_t = What::All)]
    what: What,
    /// Write nothing: show what differs and end with status 1 if anything does.
    #[arg(long, conflicts_with = "dry_run")]
    check: bool,
    /// Write nothing: list the files and their sizes.
    #[arg(long)]
    dry_run: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum What {
    /// Every file that is checked in.
    All,
    /// The joint template, as it is sent and as it is read.
    Template,
    /// The Pulumi schema.
    PulumiSchema,
    /// The reference pages in `docs/reference/`.
    Reference,
    /// The pages and examples that a registry of Terraform providers reads.
    RegistryDocs,
    /// The SDKs in `target/sdks/`, by the official generators; needs Go, and nothing of it is checked in.
    Sdks,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(&arguments) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => {
            eprintln!("Generated files are stale. Run: cargo run -p sdk-gen -- all");
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Does what was asked; `false` when a check found a stale file.
fn run(arguments: &Arguments) -> anyhow::Result<bool> {
    match (arguments.what, mode(arguments)) {
        (What::Sdks, Mode::Write) => sdks::build().map(|()| true),
        (What::Sdks, Mode::DryRun) => {
            sdks::list();
            Ok(true)
        }
        (What::Sdks, Mode::Check) => anyhow::bail!("SDKs are not checked in, so none can be stale; leave out --check"),
        (what, mode) => artifact::process(&artifacts(what)?, mode),
    }
}

fn mode(arguments: &Arguments) -> Mode {
    match (arguments.check, arguments.dry_run) {
        (true, _) => Mode::Check,
        (_, true) => Mode::DryRun,
        _ => Mode::Write,
    }
}

fn artifacts(what: What) -> anyhow::Result<Vec<Artifact>> {
    let wanted = |one: What| what == What::All || what == one;
    let mut artifacts = Vec::new();
    if wanted(What::Template) {
        let (joint, script) = template::joint_template()?;
        artifacts.push(Artifact::new("schema/generated/node.sh", script.text));
        artifacts.push(Artifact::new("schema/generated/joint-stack.svg", picture::joint_stack(&joint)?));
        artifacts.push(Artifact::new("schema/generated/joint-template.json", template::compact(&joint)));
        artifacts.push(Artifact::new("schema/generated/joint-template.yaml", template::yaml(&joint)?));
    }
    if wanted(What::PulumiSchema) {
        artifacts.push(Artifact::new("schema/generated/pulumi-schema.json", pulumi_schema::generate()?));
    }
    if wanted(What::Reference) {
        artifacts.extend(reference::pages());
        artifacts.push(statuses::page());
    }
    if wanted(What::RegistryDocs) {
        artifacts.extend(registry::files());
    }
    Ok(artifacts)
}
