//! A package in the folder: found there, or downloaded, with its checksum compared. Knows nothing of S3.

use std::io::{IsTerminal as _, Read as _, Write as _};
use std::path::Path;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use sha2::{Digest as _, Sha256};

use super::Wanted;

/// Time for a connection, and the longest silence within an answer.
const SILENCE: Duration = Duration::from_secs(60);
/// How much of a file is hashed at once.
const BLOCK: usize = 1 << 20;

/// Makes sure that the file lies in the folder with the checksum that is wanted; answers its SHA-256, lower-case hex.
pub async fn present(wanted: &Wanted, folder: &Path, count: &str) -> Result<String, String> {
    let path = folder.join(&wanted.file);
    if path.is_file() {
        let found = sha256(&path)?;
        match &wanted.sha256 {
            Some(expected) if *expected != found => {
                eprintln!("{count}  {}: the file in the folder has another checksum; fetching it again", wanted.file);
            }
            _ => return Ok(found),
        }
    }
    let Some(uri) = &wanted.uri else { return Err(format!("{} is gone", path.display())) };
    let bar = bar(&format!("{count}  fetching {}", wanted.file));
    let found = download(uri, &path, wanted.sha256.as_deref(), &bar).await;
    bar.finish_and_clear();
    found.map_err(|why| format!("{uri}: {why}"))
}

/// Writes beside the file first: a download that breaks off leaves nothing under its name.
async fn download(uri: &str, path: &Path, expected: Option<&str>, bar: &ProgressBar) -> Result<String, String> {
    // Another part of the process may have chosen the same provider already.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let client = reqwest::Client::builder().connect_timeout(SILENCE).read_timeout(SILENCE).build();
    let client = client.map_err(|error| whole(&error))?;
    let answer = client.get(uri).send().await.and_then(reqwest::Response::error_for_status);
    let mut answer = answer.map_err(|error| whole(&error))?;
    if let Some(length) = answer.content_length() {
        bar.set_length(length);
    }
    let folder = path.parent().unwrap_or_else(|| Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(|error| error.to_string())?;
    let mut hash = Sha256::new();
    while let Some(block) = answer.chunk().await.map_err(|error| whole(&error))? {
        hash.update(&block);
        file.write_all(&block).map_err(|error| error.to_string())?;
        bar.inc(u64::try_from(block.len()).unwrap_or_default());
    }
    let found = hex(&hash.finalize());
    if let Some(expected) = expected.filter(|expected| *expected != found) {
        return Err(format!("has SHA-256 {found}, not {expected}: nothing was kept"));
    }
    file.persist(path).map_err(|error| error.to_string())?;
    Ok(found)
}

/// An error with its causes: the outermost says "error sending request" alone.
fn whole(error: &reqwest::Error) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        text.push_str(&format!(": {inner}"));
        cause = inner.source();
    }
    text
}

/// SHA-256 of a file, lower-case hex.
pub fn sha256(path: &Path) -> Result<String, String> {
    let unreadable = |error: std::io::Error| format!("{} cannot be read: {error}", path.display());
    let mut file = std::fs::File::open(path).map_err(unreadable)?;
    let (mut hash, mut block) = (Sha256::new(), vec![0; BLOCK]);
    loop {
        let read = file.read(&mut block).map_err(unreadable)?;
        if read == 0 {
            return Ok(hex(&hash.finalize()));
        }
        hash.update(block.get(..read).unwrap_or_default());
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A bar on a terminal; elsewhere one line.
pub fn bar(what: &str) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        eprintln!("{what}");
    }
    let style = ProgressStyle::with_template("{msg}  {bytes}/{total_bytes}  {bytes_per_sec}  {eta}");
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar.set_message(what.to_owned());
    bar
}
