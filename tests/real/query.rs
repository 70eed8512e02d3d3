//! A query over Trino's REST interface, as its own clients ask. Knows no nodes.

use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

/// Rows of the answer to a statement, asked at `coordinator` (`http://host:port`).
///
/// # Errors
///
/// The engine's own words where the query fails, or that it took longer than `limit`.
pub fn query(coordinator: &str, sql: &str, limit: Duration) -> Result<Vec<Value>> {
    query_as(&["-H", "X-Trino-User: test"], coordinator, sql, limit)
}

/// The same, with what `curl` needs to be let in.
///
/// # Errors
///
/// Those of [`query`].
pub fn query_as(who: &[&str], coordinator: &str, sql: &str, limit: Duration) -> Result<Vec<Value>> {
    let deadline = Instant::now() + limit;
    let mut answer = ask(who, &["-X", "POST", "--data-binary", sql, &format!("{coordinator}/v1/statement")])?;
    let mut rows = Vec::new();
    loop {
        if let Some(error) = answer.get("error") {
            bail!("{sql}: {}", error["message"].as_str().unwrap_or_default());
        }
        rows.extend(answer["data"].as_array().cloned().unwrap_or_default());
        let Some(next) = answer["nextUri"].as_str().map(str::to_owned) else { return Ok(rows) };
        ensure!(Instant::now() < deadline, "{sql} takes longer than {limit:?}");
        answer = ask(who, &[&next])?;
    }
}

fn ask(who: &[&str], arguments: &[&str]) -> Result<Value> {
    let done = Command::new("curl").args(["-sS", "-f", "-m", "60"]).args(who).args(arguments).output()?;
    ensure!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    serde_json::from_slice(&done.stdout).context("the engine's answer")
}
