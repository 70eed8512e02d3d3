//! Files of Maven Central by `curl`, each kept under its SHA-256 and fetched once; what was cut off is continued.
//! It must not know what the files are for.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};

use super::pins::Package;
use crate::clients::command::run;
use crate::clients::missing::Missing;
use crate::clients::place;
use crate::clients::progress::Progress;

/// The largest file has 820 MB: at 1 MB a second a quarter of an hour.
const FILE_LIMIT: Duration = Duration::from_secs(40 * 60);
/// How many files are fetched at a time.
const AT_A_TIME: usize = 4;
const CENTRAL: &str = "https://repo1.maven.org/maven2";
/// `curl`'s exit statuses for no name, no connection, and a time limit: the network is not there.
const UNREACHABLE: [&str; 3] = ["curl: (6)", "curl: (7)", "curl: (28)"];

/// Fetches those of `packages` that `kept` does not hold yet.
pub(super) fn all(packages: &[Package], kept: &Path) -> Result<()> {
    fs::create_dir_all(kept).with_context(|| format!("making {}", kept.display()))?;
    let wanted: Vec<_> = packages.iter().filter(|package| !kept.join(&package.sha256).is_file()).collect();
    if wanted.is_empty() {
        return Ok(());
    }
    let curl = place::on_path("curl").ok_or_else(|| Missing::new("curl", "it downloads what nodes install"))?;
    let base = mirror_of_central();
    let count = wanted.len();
    let _progress = Progress::start(format!("downloading {count} packages of nodes (once, up to 1.4 GB)"));
    let queue = Mutex::new(wanted.into_iter());
    let next = || queue.lock().ok().and_then(|mut queue| queue.next());
    std::thread::scope(|scope| {
        let work = || -> Result<()> {
            while let Some(package) = next() {
                one(&curl, package, base.as_deref(), kept)?;
            }
            Ok(())
        };
        let threads: Vec<_> = (0..AT_A_TIME).map(|_| scope.spawn(work)).collect();
        threads.into_iter().try_for_each(|thread| thread.join().unwrap_or_else(|_| bail!("a download ended early")))
    })
}

fn one(curl: &Path, package: &Package, base: Option<&str>, kept: &Path) -> Result<()> {
    let uri = match (base, package.uri.strip_prefix(CENTRAL)) {
        (Some(base), Some(path)) => format!("{base}{path}"),
        _ => package.uri.clone(),
    };
    let part = kept.join(format!("{}.part", package.sha256));
    let mut command = Command::new(curl);
    command.args(["-sSfL", "--connect-timeout", "20", "--retry", "5", "-C", "-", "-o"]).arg(&part).arg(&uri);
    let ended = run(&mut command, FILE_LIMIT)?;
    if UNREACHABLE.iter().any(|status| ended.stderr.contains(status)) {
        return Err(Missing::new(uri, "the packages of nodes come from there; connect to the network").into());
    }
    // A whole file that was not renamed is refused by the server as a range: its checksum decides.
    let found = if part.is_file() { sha256(&part)? } else { String::new() };
    if found != package.sha256 {
        let _ = fs::remove_file(&part);
        ended.success().with_context(|| format!("downloading {uri}"))?;
        bail!("{uri} has the SHA-256 {found}, its pin says {}; run again, or correct the pin", package.sha256);
    }
    fs::rename(&part, kept.join(&package.sha256)).with_context(|| format!("keeping {uri}"))
}

/// Lower-case hex SHA-256 of a file of any size.
pub(super) fn sha256(file: &Path) -> Result<String> {
    let mut reader = File::open(file).with_context(|| format!("opening {}", file.display()))?;
    let (mut hash, mut buffer) = (Sha256::new(), vec![0; 1 << 20]);
    loop {
        let count = reader.read(&mut buffer).with_context(|| format!("reading {}", file.display()))?;
        if count == 0 {
            return Ok(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect());
        }
        hash.update(&buffer[..count]);
    }
}

/// The mirror of Maven Central in the user's own Maven settings, if one is there; proxies are `curl`'s own business.
fn mirror_of_central() -> Option<String> {
    let settings = PathBuf::from(std::env::var_os("HOME")?).join(".m2/settings.xml");
    mirror_in(&fs::read_to_string(settings).ok()?)
}

fn mirror_in(settings: &str) -> Option<String> {
    let comments = regex::Regex::new("(?s)<!--.*?-->").ok()?;
    let settings = comments.replace_all(settings, "");
    let value = |text: &str, name: &str| -> Option<String> {
        let (_, rest) = text.split_once(&format!("<{name}>"))?;
        Some(rest.split_once(&format!("</{name}>"))?.0.trim().to_owned())
    };
    settings.split("<mirror>").skip(1).find_map(|mirror| {
        let of = value(mirror, "mirrorOf")?;
        let central = of.split(',').any(|name| matches!(name.trim(), "central" | "*" | "external:*"));
        let excluded = of.split(',').any(|name| name.trim() == "!central");
        (central && !excluded).then(|| value(mirror, "url"))?.map(|url| url.trim_end_matches('/').to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_users_mirror_of_central_is_taken_and_others_are_not() {
        let settings = |of: &str| {
            format!("<settings><mirror><mirrorOf>{of}</mirrorOf><url>https://m.example/c/</url></mirror></settings>")
        };
        for of in ["central", "*", "a, central"] {
            assert_eq!(mirror_in(&settings(of)).as_deref(), Some("https://m.example/c"), "{of}");
        }
        for of in ["other", "*,!central", "external:http:*"] {
            assert_eq!(mirror_in(&settings(of)), None, "{of}");
        }
        assert_eq!(mirror_in(&format!("<!-- {} -->", settings("central"))), None);
    }
}
