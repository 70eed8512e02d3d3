//! Generates what is checked in from the table of fields. Knows the table and the template's fragments, no AWS.
//!
//! Begin with `artifact`: what a generated file is, and the modes write, check and dry run.

mod artifact;
mod compact_yaml;
#[cfg(test)]
mod compatible_tests;
mod node_script;
mod permissions;
mod picture;
mod pulumi_schema;
mod pulumi_types;
mod reference;
mod registry;
mod release;
mod sdks;
mod short_conditions;
mod site;
#[cfg(test)]
mod sizes_tests;
mod statuses;
mod template;
#[cfg(test)]
mod template_versions_tests;
mod tool;

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
    #[command(flatten, next_help_heading = "For `release`")]
    release: release::Options,
    #[command(flatten, next_help_heading = "For `release` and `sdks`")]
    tools: sdks::Tools,
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
    /// The policies of the deploying user and of CloudFormation's role, and `docs/permissions.md`.
    Permissions,
    /// The pages and examples that a registry of Terraform providers reads.
    RegistryDocs,
    /// The SDKs in `target/sdks/`, by the official generators, with an npm tarball and a Python wheel; needs Go, Node and
    /// Python, and nothing of it is checked in.
    Sdks,
    /// The documentation as a static site in `target/site/`, by Sphinx; needs Python. A broken link is an error.
    Site,
    /// Every file that users install, for this machine's platform, in `target/release-files/`: the plugin for both
    /// clients, the SDKs' packages, checksums, bill of materials, changelog entry. The same sources give the same bytes.
    Release,
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
        (What::Sdks, Mode::Write) => sdks::build(&arguments.tools, release::epoch()?).map(|_| list(&sdks::artifacts())),
        (What::Sdks, Mode::DryRun) => Ok(list(&sdks::artifacts())),
        (What::Release, Mode::Write) => release::make(&arguments.release, &arguments.tools).map(|()| true),
        (What::Release, Mode::DryRun) => Ok(list(&release::names())),
        (What::Site, Mode::Write) => site::build().map(|()| true),
        (What::Site, Mode::DryRun) => Ok(list(&[site::OUT.to_owned()])),
        (What::Sdks | What::Release | What::Site, Mode::Check) => {
            anyhow::bail!("these are not checked in, so none can be stale; leave out --check")
        }
        (what, mode) => artifact::process(&artifacts(what)?, mode),
    }
}

/// Prints what is made outside of what is checked in.
fn list(names: &[String]) -> bool {
    for name in names {
        println!("{name}");
    }
    true
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
    if wanted(What::Permissions) {
        artifacts.extend(permissions::files());
    }
    if wanted(What::RegistryDocs) {
        artifacts.extend(registry::files());
    }
    Ok(artifacts)
}
