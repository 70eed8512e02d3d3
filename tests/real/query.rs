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
    let statement = format!("{coordinator}/v1/statement");
    let mut answer = ask(who, deadline, &["-X", "POST", "--data-binary", sql, &statement])?;
    let mut rows = Vec::new();
    loop {
        if let Some(error) = answer.get("error") {
            bail!("{sql}: {}", error["message"].as_str().unwrap_or_default());
        }
        rows.extend(answer["data"].as_array().cloned().unwrap_or_default());
        let Some(next) = answer["nextUri"].as_str().map(str::to_owned) else { return Ok(rows) };
        answer = match ask(who, deadline, &[&next]) {
            Ok(answer) => answer,
            Err(error) => {
                // Nobody waits for it any more: a coordinator that drains would, for minutes.
                let _ = ask(who, Instant::now() + CANCEL, &["-X", "DELETE", &next]);
                return Err(error.context(format!("{sql} within {limit:?}")));
            }
        };
    }
}

/// For the cancellation of a query.
const CANCEL: Duration = Duration::from_secs(2);

fn ask(who: &[&str], deadline: Instant, arguments: &[&str]) -> Result<Value> {
    let left = deadline.saturating_duration_since(Instant::now());
    ensure!(!left.is_zero(), "the time is over");
    let seconds = format!("{:.1}", left.as_secs_f64().clamp(0.1, 60.0));
    let done = Command::new("curl").args(["-sS", "-f", "-m", &seconds]).args(who).args(arguments).output()?;
    ensure!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    serde_json::from_slice(&done.stdout).context("the engine's answer")
}
