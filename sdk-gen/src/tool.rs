//! Programs that generate and pack: started with a line that says what they do, and named with the way to get them when
//! they are missing. Knows nothing of what they make.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, bail};

/// How a program is obtained.
const INSTALLS: [(&str, &str); 7] = [
    ("go", "install Go 1.26.6 or newer: https://go.dev/dl"),
    ("node", "install Node.js 20 or newer: https://nodejs.org/en/download"),
    ("npm", "install Node.js 20 or newer, which brings it: https://nodejs.org/en/download"),
    ("python3", "install Python 3.11 or newer with its venv module (on Debian: apt install python3-venv)"),
    ("cargo", "install Rust: https://rustup.rs"),
    ("git", "install git"),
    ("rustc", "install Rust: https://rustup.rs"),
];

/// Looks for programs before anything is begun.
///
/// # Errors
/// Every program that is not on the path, with the way to get it: a line each.
pub fn need(names: &[&str]) -> Result<()> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let missing = missing(names, std::env::split_paths(&path).collect::<Vec<_>>().as_slice());
    if missing.is_empty() { Ok(()) } else { bail!("{}", missing.join("\n")) }
}

fn missing(names: &[&str], folders: &[PathBuf]) -> Vec<String> {
    let there = |name: &str| {
        let file = format!("{name}{}", std::env::consts::EXE_SUFFIX);
        folders.iter().any(|folder| folder.join(&file).is_file())
    };
    let missing = names.iter().filter(|name| !there(name));
    missing.map(|name| format!("{name} is needed and not on the PATH: {}", install(name))).collect()
}

/// Runs a program to its end; its output is shown only when it fails.
///
/// # Errors
/// A program that is missing, with the way to get it, and one that failed, with what it printed.
pub fn run(what: &str, command: &mut Command) -> Result<String> {
    eprint!("{what} … ");
    let begun = Instant::now();
    let name = command.get_program().to_string_lossy().into_owned();
    let done = match command.stdin(Stdio::null()).output() {
        Ok(done) => done,
        Err(error) => {
            eprintln!("failed");
            bail!("{name} cannot be started ({error}): {}", install(&name))
        }
    };
    if done.status.success() {
        eprintln!("{:.1} s", begun.elapsed().as_secs_f32());
        return Ok(String::from_utf8_lossy(&done.stdout).into_owned());
    }
    eprintln!("failed");
    let (out, err) = (String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
    bail!("{name} ended with {}\n{out}{err}", done.status)
}

/// The Python of a virtual environment with the pinned packages, made now if it is not there.
///
/// # Errors
/// Those of [`run`], and a folder that cannot be made.
pub fn python(folder: &Path, pins: &Path) -> Result<PathBuf> {
    let wanted = fs::read_to_string(pins).with_context(|| format!("reading {}", pins.display()))?;
    let (python, done) = (folder.join("bin/python"), folder.join("installed.txt"));
    // Written last, so that a broken-off installation is made anew.
    if fs::read_to_string(&done).is_ok_and(|installed| installed == wanted) {
        return Ok(python);
    }
    empty(folder)?;
    run("making a virtual environment (once)", Command::new("python3").args(["-m", "venv"]).arg(folder))?;
    let mut pip = Command::new(&python);
    pip.args([
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--no-input",
        "--require-hashes",
        "-r",
    ]);
    run("installing what is pinned (once)", pip.arg(pins))?;
    fs::write(&done, wanted)?;
    Ok(python)
}

/// An empty folder at this path, whatever was there.
///
/// # Errors
/// What the file system says.
pub fn empty(folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| format!("emptying {}", folder.display()))?;
    }
    fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))
}

fn install(name: &str) -> &'static str {
    INSTALLS.iter().find(|(known, _)| *known == name).map_or("is its path right?", |(_, how)| how)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_program_is_named_with_the_way_to_get_it() {
        let missing = run("nothing", &mut Command::new("/nowhere/go"));
        assert!(missing.is_err_and(|error| error.to_string().contains("cannot be started")));
        assert!(install("go").contains("go.dev"));
    }

    #[test]
    fn every_missing_program_is_named_at_once() {
        let said = missing(&["go", "node"], &[PathBuf::from("/nowhere")]);
        assert_eq!(said.len(), 2);
        assert!(said.iter().zip(["go is needed", "node is needed"]).all(|(line, start)| line.starts_with(start)));
    }

    #[test]
    fn a_failure_shows_what_was_printed() {
        let failed = run("failing", Command::new("sh").args(["-c", "echo out; echo err >&2; exit 3"]));
        assert!(failed.is_err_and(|error| error.to_string().contains("out\nerr")));
    }
}
