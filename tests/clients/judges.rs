//! Programs that judge what is generated: the template and the script of its nodes (`cfn-lint`, `checkov`,
//! `shellcheck`), the registry documentation (`tfplugindocs`).
//! It must not know which of their findings are excused.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::Value as Json;
use tempfile::TempDir;

use super::command::{Run, run};
use super::missing::{Missing, skipped};
use super::{place, python};

/// Each takes some ten seconds on an idle machine.
const LIMIT: Duration = Duration::from_secs(10 * 60);
/// Port of the discard service: where a proxy stands that answers nothing.
const NO_PROXY: &str = "http://127.0.0.1:9";

/// What a judge says of a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The rule or check by its id, such as `E3002` or `CKV_AWS_149`.
    pub rule: String,
    /// The judge's own level; empty where it has none.
    pub level: String,
    /// Path in the template, or the logical id of the resource.
    pub place: String,
    /// The judge's words.
    pub message: String,
}

/// What `checkov` found in a template.
#[derive(Debug, Clone)]
pub struct Scan {
    /// Failed checks; `place` is the logical id.
    pub findings: Vec<Finding>,
    /// Number of checks that passed.
    pub passed: u64,
    /// Number of resources that were looked at.
    pub resources: u64,
}

/// All findings of `cfn-lint`, of every level.
pub fn cfn_lint(template: &Path) -> Result<Vec<Finding>> {
    let run = judge("cfn-lint", &["--format", "json", "--"], template)?;
    let text = |json: &Json| json.as_str().unwrap_or_default().to_owned();
    // Its status tells levels apart, which the findings do as well; without findings to read it is a failure of its own.
    let found: Vec<Json> = serde_json::from_str(&run.stdout).with_context(|| format!("no findings in JSON: {run}"))?;
    let path = |json: &Json| {
        let parts = json.as_array().into_iter().flatten();
        parts.map(|part| part.as_str().map_or_else(|| part.to_string(), str::to_owned)).collect::<Vec<_>>().join("/")
    };
    let finding = |json: &Json| Finding {
        rule: text(&json["Rule"]["Id"]),
        level: text(&json["Level"]),
        place: path(&json["Location"]["Path"]),
        message: text(&json["Message"]),
    };
    Ok(found.iter().map(finding).collect())
}

/// What `checkov` finds without any download. It looks at no resource whose condition is false with the defaults of
/// the parameters.
pub fn checkov(template: &Path) -> Result<Scan> {
    let offline = ["--framework", "cloudformation", "--skip-download", "--quiet", "--compact", "-o", "json", "-f"];
    let run = judge("checkov", &offline, template)?;
    let report: Json = serde_json::from_str(&run.stdout).with_context(|| format!("no report in JSON: {run}"))?;
    let summary = &report["summary"];
    ensure!(summary["parsing_errors"] == 0, "checkov does not understand the template: {run}");
    let text = |json: &Json| json.as_str().unwrap_or_default().to_owned();
    let finding = |json: &Json| Finding {
        rule: text(&json["check_id"]),
        level: String::new(),
        place: text(&json["resource"]).rsplit('.').next().unwrap_or_default().to_owned(),
        message: text(&json["check_name"]),
    };
    let failed = report["results"]["failed_checks"].as_array().context("a report has failed_checks")?;
    Ok(Scan {
        findings: failed.iter().map(finding).collect(),
        passed: summary["passed"].as_u64().unwrap_or_default(),
        resources: summary["resource_count"].as_u64().unwrap_or_default(),
    })
}

/// What `tfplugindocs` says of the registry documentation in a provider's folder, given what a client prints for
/// `providers schema -json`; an error when it finds fault.
pub fn tfplugindocs(folder: &Path, providers_schema: &Json) -> Result<Run> {
    let schema = TempDir::with_prefix("judge-").context("making a temporary folder")?;
    let file = schema.path().join("schema.json");
    // It knows providers of no other namespace than the official ones by their source, and any by its name.
    let mut named = providers_schema.clone();
    let all = named["provider_schemas"].as_object_mut().context("there are no schemas of providers")?;
    let ours = all.values().next().cloned().context("there is no provider")?;
    *all = std::iter::once(("starburst".to_owned(), ours)).collect();
    std::fs::write(&file, named.to_string()).context("writing the schema")?;
    let mut command = Command::new(super::tools::tfplugindocs()?);
    command.args(["validate", "--provider-name", "starburst", "--providers-schema"]).arg(&file);
    command.arg("--provider-dir").arg(folder).env("CHECKPOINT_DISABLE", "1");
    run(&mut command, LIMIT)?.success()
}

/// What `shellcheck` says of a script, in the form `file:line:column: level: message`; nothing when all is well.
pub fn shellcheck(script: &Path) -> Result<String> {
    let judged = run(Command::new(shellcheck_program()?).args(["--norc", "--format=gcc"]).arg(script), LIMIT)?;
    // 1: findings; everything above: it could not do its work.
    ensure!(matches!(judged.status.code(), Some(0 | 1)), "{judged}");
    Ok(judged.stdout)
}

/// The pinned program where its package has one for this machine, else the one on `PATH`.
fn shellcheck_program() -> Result<PathBuf> {
    let pinned = match python::judges() {
        Ok(bin) => Some(bin.join("shellcheck")).filter(|program| program.is_file()),
        Err(error) if skipped("shellcheck", &error).is_some() => None,
        Err(error) => return Err(error),
    };
    let found = pinned.or_else(|| place::on_path("shellcheck"));
    Ok(found.ok_or_else(|| Missing::new("shellcheck", "it judges the script of the nodes; install shellcheck"))?)
}

/// Runs a judge in an empty folder, deaf to settings of the user and cut off from everything outside this machine.
fn judge(name: &str, arguments: &[&str], template: &Path) -> Result<Run> {
    let program = python::judges()?.join(name);
    let home = TempDir::with_prefix("judge-").context("making a temporary folder")?;
    let mut command = Command::new(program);
    command.args(arguments).arg(template).current_dir(home.path()).env_clear();
    if let Some(path) = std::env::var_os("PATH") {
        command.env("PATH", path);
    }
    command.env("HOME", home.path()).env("TMPDIR", home.path()).env("LANG", "C.UTF-8");
    command.env("LOG_LEVEL", "ERROR").env("CKV_SKIP_PACKAGE_UPDATE_CHECK", "true").env("BC_SKIP_MAPPING", "true");
    command.env("HTTP_PROXY", NO_PROXY).env("HTTPS_PROXY", NO_PROXY);
    run(&mut command, LIMIT)
}
