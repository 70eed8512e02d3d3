//! A real browser without a screen: Chromium of the distribution, driven by Playwright. Knows two places: Superset's page
//! and the documentation's site.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, ensure};

use super::command::run;
use super::python::Environment;
use super::{debian, place};

/// Bound on a look at the site.
const LIMIT: Duration = Duration::from_secs(180);
/// The package, and its program below a root.
const PACKAGE: &str = "chromium-headless-shell";
const PROGRAM: &str = "usr/lib/chromium/chromium-headless-shell";

/// A browser.
#[derive(Debug, Clone)]
pub struct Browser {
    root: PathBuf,
    python: PathBuf,
}

/// Finds the browser, or fetches it; needs the network the first time.
///
/// # Errors
/// [`super::Missing`] where neither this machine has it nor `apt-get` can fetch it.
pub fn find() -> Result<Browser> {
    let python = Environment::Browser.bin()?.join("python");
    if Path::new("/").join(PROGRAM).is_file() {
        return Ok(Browser { root: PathBuf::from("/"), python });
    }
    let root = place::tool_folder("chromium");
    place::fill_once(&root, "1", |folder| debian::fetch("Chromium", &[PACKAGE], folder))?;
    ensure!(root.join(PROGRAM).is_file(), "the packages of Chromium hold no {PROGRAM}");
    Ok(Browser { root, python })
}

impl Browser {
    /// Logs into Superset as `admin`, runs a query in SQL Lab, waits for `expected` in its result and keeps a picture of
    /// the page, also where it fails.
    ///
    /// # Errors
    /// What the browser says of the step that did not come to its end.
    pub fn superset_query(&self, url: &str, password: &str, query: &str, expected: &str, picture: &Path) -> Result<()> {
        let mut script = Command::new(&self.python)
            .arg(place::pins().join("python/superset_query.py"))
            .arg(self.root.join(PROGRAM))
            .args([url, query, expected])
            .arg(picture)
            .env("LD_LIBRARY_PATH", self.libraries())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .context("starting the browser's script")?;
        // The password is no argument of a process.
        script.stdin.take().context("the script reads its input")?.write_all(password.as_bytes())?;
        let done = script.wait_with_output()?;
        let said = String::from_utf8_lossy(&done.stdout);
        println!("{}", said.trim());
        ensure!(done.status.success(), "{}\n{}", String::from_utf8_lossy(&done.stderr), picture.display());
        Ok(())
    }

    /// Opens the documentation's site in a folder, searches it for a word and keeps a picture of its front page.
    ///
    /// # Errors
    /// What the browser says of the step that did not come to its end.
    pub fn look_at_site(&self, site: &Path, word: &str, picture: &Path) -> Result<()> {
        let mut script = Command::new(&self.python);
        script.arg(place::pins().join("python/look_at_site.py")).arg(self.root.join(PROGRAM)).arg(site).arg(word);
        script.arg(picture).env("LD_LIBRARY_PATH", self.libraries());
        run(&mut script, LIMIT)?.success().map(drop)
    }

    /// Where its shared libraries lie when it is no program of this machine.
    fn libraries(&self) -> String {
        let folders = ["usr/lib/x86_64-linux-gnu", "usr/lib/x86_64-linux-gnu/pulseaudio", "usr/lib/aarch64-linux-gnu"];
        folders.map(|at| self.root.join(at).display().to_string()).join(":")
    }
}
