//! Progress for clients that have no channel for it: lines appended to a file that the user names in the environment.
//! Holds no wire form. Nothing that goes wrong with the file reaches the operation.

use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use starburst_core::failure::Client;
use starburst_core::ports::{Clock as _, Progress, ProgressSink};
use starburst_core::time::Timestamp;

use crate::clock::SystemClock;

/// Environment variable that names the file; unset or empty means none.
pub const PROGRESS_FILE: &str = "STARBURST_PROGRESS_FILE";

/// The lines of one operation: one a report, appended as `2026-11-30T09:15:02Z STACK MESSAGE`, also by several
/// processes at once. Warnings begin with `warning: ` there, and are kept for the caller whether or not there is a
/// file. Messages hold no secret, so neither does the file.
#[derive(Debug)]
pub struct ProgressFile {
    stack: String,
    client: Client,
    path: Option<PathBuf>,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// `None` where no file is asked for, and once it could not be written.
    file: Option<File>,
    warnings: Vec<String>,
}

impl ProgressFile {
    /// The file that the environment names, for the lines of an operation on this stack; messages are spelled for
    /// this client.
    #[must_use]
    pub fn from_env(stack: &str, client: Client) -> Self {
        let path = std::env::var_os(PROGRESS_FILE).filter(|path| !path.is_empty());
        Self::at(path.map(PathBuf::from), stack, client)
    }

    /// The same with that file; without one, only warnings are kept.
    #[must_use]
    pub fn at(path: Option<PathBuf>, stack: &str, client: Client) -> Self {
        let file = path.as_deref().and_then(|path| open(path).map_err(|why| unwritable(path, &why)).ok());
        let state = Mutex::new(State { file, warnings: Vec::new() });
        Self { stack: stack.to_owned(), client, path, state }
    }

    /// The warnings of the operation so far, oldest first; a second call answers those that came since.
    #[must_use]
    pub fn take_warnings(&self) -> Vec<String> {
        std::mem::take(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner).warnings)
    }
}

impl ProgressSink for ProgressFile {
    fn report(&self, progress: Progress) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let text = match progress {
            Progress::Warning(message) => {
                let text = message.render(self.client);
                state.warnings.push(text.clone());
                format!("warning: {text}")
            }
            other => other.text().render(self.client),
        };
        let Some(file) = &mut state.file else { return };
        let line = line(SystemClock.now(), &self.stack, &text);
        // One write, so that lines of several processes do not mix.
        if let Err(error) = file.write_all(line.as_bytes()) {
            unwritable(self.path.as_deref().unwrap_or(Path::new(PROGRESS_FILE)), &error.to_string());
            state.file = None;
        }
    }
}

fn open(path: &Path) -> Result<File, String> {
    if is_pipe(path) {
        return Err("it is a pipe, which would hold up the operation until somebody reads it".to_owned());
    }
    OpenOptions::new().append(true).create(true).open(path).map_err(|error| error.to_string())
}

#[cfg(unix)]
fn is_pipe(path: &Path) -> bool {
    use std::os::unix::fs::FileTypeExt as _;
    std::fs::metadata(path).is_ok_and(|found| found.file_type().is_fifo())
}

#[cfg(not(unix))]
fn is_pipe(_: &Path) -> bool {
    false
}

/// Said once an operation: no further line is tried.
fn unwritable(path: &Path, why: &str) {
    tracing::warn!(
        "progress is not written: {PROGRESS_FILE} names {}, and {why}; name a file that can be written",
        path.display()
    );
}

/// One line of the file. Line ends and other control characters in a message become blanks.
fn line(time: Timestamp, stack: &str, text: &str) -> String {
    let text = text.replace(char::is_control, " ");
    format!("{} {stack} {text}\n", rfc3339(time))
}

/// UTC with whole seconds: `2026-11-30T09:15:02Z`.
fn rfc3339(time: Timestamp) -> String {
    let seconds = time.0 / 1000;
    let (mut day, second) = (seconds / 86_400, seconds % 86_400);
    let mut year = 1970;
    while day >= days_of(year) {
        day -= days_of(year);
        year += 1;
    }
    let february = days_of(year) - 337;
    let mut month = 1;
    for days in [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30] {
        if day < days {
            break;
        }
        day -= days;
        month += 1;
    }
    let (hour, minute) = (second / 3600, second / 60 % 60);
    format!("{year:04}-{month:02}-{:02}T{hour:02}:{minute:02}:{:02}Z", day + 1, second % 60)
}

fn days_of(year: u64) -> u64 {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    if leap { 366 } else { 365 }
}

#[cfg(test)]
mod tests {
    use starburst_core::failure::{Advice, Message};

    use super::*;

    fn status(text: &str) -> Progress {
        Progress::Status(Message::new(text))
    }

    #[test]
    fn times_are_those_of_the_calendar() {
        for (seconds, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_399, "2000-02-28T23:59:59Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (1_009_843_199, "2001-12-31T23:59:59Z"),
            (1_709_251_199, "2024-02-29T23:59:59Z"),
            (1_709_251_200, "2024-03-01T00:00:00Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
        ] {
            assert_eq!(rfc3339(Timestamp(seconds * 1000 + 999)), text);
        }
    }

    #[test]
    fn every_report_is_one_line_after_those_that_are_there() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("progress.log");
        std::fs::write(&path, "before\n").expect("a file");
        let file = ProgressFile::at(Some(path.clone()), "analytics", Client::Terraform);
        file.report(status("one\r\nline\u{1b}[31m"));
        ProgressFile::at(Some(path.clone()), "other", Client::Terraform).report(status("between"));
        file.report(Progress::Warning(Message::new("run ").command(Advice::Refresh)));
        let written = std::fs::read_to_string(&path).expect("text");
        let lines: Vec<&str> = written.lines().collect();
        let [before, one, between, warning] = lines.as_slice() else { panic!("{written}") };
        assert_eq!(*before, "before");
        let (time, rest) = one.split_at("2026-11-30T09:15:02Z".len());
        assert!(time.ends_with('Z') && time.as_bytes().get(10) == Some(&b'T'), "{one}");
        assert_eq!(rest, " analytics one  line [31m");
        assert!(between.ends_with("Z other between"), "{between}");
        assert!(warning.ends_with("Z analytics warning: run `terraform apply -refresh-only`"), "{warning}");
    }

    #[test]
    fn warnings_are_kept_with_and_without_a_file_and_taken_once() {
        let folder = tempfile::tempdir().expect("a folder");
        for path in [None, Some(folder.path().join("progress.log")), Some(folder.path().to_owned())] {
            let file = ProgressFile::at(path, "analytics", Client::Pulumi);
            file.report(status("nothing"));
            file.report(Progress::Info(Message::new("nothing")));
            file.report(Progress::Warning(Message::new("run ").command(Advice::Refresh)));
            assert_eq!(file.take_warnings(), ["run `pulumi refresh`"]);
            assert_eq!(file.take_warnings(), Vec::<String>::new());
        }
    }

    #[test]
    fn a_file_that_cannot_be_opened_or_written_fails_nothing() {
        let folder = tempfile::tempdir().expect("a folder");
        let missing = folder.path().join("no").join("such").join("folder");
        for path in [folder.path().to_owned(), missing, PathBuf::from("/dev/full")] {
            let file = ProgressFile::at(Some(path), "analytics", Client::Pulumi);
            file.report(status("one"));
            file.report(status("two"));
            assert!(file.state.lock().expect("a lock").file.is_none());
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_pipe_is_not_waited_for() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("pipe");
        let made = std::process::Command::new("mkfifo").arg(&path).status().expect("mkfifo");
        assert!(made.success());
        ProgressFile::at(Some(path), "analytics", Client::Pulumi).report(status("nobody reads"));
    }
}
