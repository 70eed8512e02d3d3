//! Generates what is checked in from the table of fields. Knows the table and the template's fragments, no AWS.
//!
//! Begin with `artifact`: what a generated file is, and the modes write, check and dry run.

mod artifact;
mod pulumi_schema;
mod pulumi_types;
mod reference;
mod template;

use std::process::ExitCode;

use artifact::{Artifact, Mode};
use clap::Parser;

/// Writes the generated files, or proves that none is stale.
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
    /// Everything below.
    All,
    /// The joint template, as it is sent and as it is read.
    Template,
    /// The Pulumi schema.
    PulumiSchema,
    /// The reference pages in `docs/reference/`.
    Reference,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let mode = match (arguments.check, arguments.dry_run) {
        (true, _) => Mode::Check,
        (_, true) => Mode::DryRun,
        _ => Mode::Write,
    };
    match artifacts(arguments.what).and_then(|artifacts| artifact::process(&artifacts, mode)) {
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

fn artifacts(what: What) -> anyhow::Result<Vec<Artifact>> {
    let wanted = |one: What| what == What::All || what == one;
    let mut artifacts = Vec::new();
    if wanted(What::Template) {
        let joint = template::joint_template()?;
        artifacts.push(Artifact::new("schema/generated/joint-template.json", template::compact(&joint)));
        artifacts.push(Artifact::new("schema/generated/joint-template.yaml", template::yaml(&joint)));
    }
    if wanted(What::PulumiSchema) {
        artifacts.push(Artifact::new("schema/generated/pulumi-schema.json", pulumi_schema::generate()?));
    }
    if wanted(What::Reference) {
        artifacts.extend(reference::pages());
    }
    Ok(artifacts)
}
