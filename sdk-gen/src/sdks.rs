//! The SDKs, made from the checked-in Pulumi schema by the official generators. They are built, not checked in.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::artifact::root;

const LANGUAGES: &[&str] = &["nodejs", "python", "go"];
const SCHEMA: &str = "schema/generated/pulumi-schema.json";

/// The folder of each language's SDK, relative to the repository's root.
fn folder(language: &str) -> String {
    format!("target/sdks/{language}")
}

/// Writes the SDK of every language; needs Go, and compiles the generators the first time.
pub fn build() -> Result<()> {
    let root = root();
    for language in LANGUAGES {
        let out: PathBuf = root.join(folder(language));
        let status = Command::new("go")
            .args(["run", "."])
            .arg(root.join(SCHEMA))
            .arg(language)
            .arg(&out)
            .current_dir(root.join("sdk-gen/go"))
            .status()
            .context("starting `go`; the generators need Go 1.25 or newer on PATH")?;
        if !status.success() {
            bail!("the generator for {language} ended with {status}");
        }
        println!("written    {}", folder(language));
    }
    Ok(())
}

/// Says where the SDKs go.
pub fn list() {
    for language in LANGUAGES {
        println!("           {}  by the generator for {language}", folder(language));
    }
}
