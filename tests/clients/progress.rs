//! Says on stderr that something slow is under way: nothing for two seconds, then a line at least every ten.
//! It must not print on stdout, which belongs to data.

use std::io::{IsTerminal, Write};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

/// How long something may take before it is mentioned.
const SILENCE: Duration = Duration::from_secs(2);
/// How often it is mentioned again where lines cannot be redrawn.
const REPEAT: Duration = Duration::from_secs(10);

/// A line that lives as long as the work: dropping it ends it.
#[derive(Debug)]
pub struct Progress {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Progress {
    /// Starts to watch; `subject` says what is done, for example `building pulumi 3.259.0`.
    pub fn start(subject: impl Into<String>) -> Self {
        let subject = subject.into();
        let (stop, stopped) = mpsc::channel();
        let thread = std::thread::spawn(move || {
            let started = Instant::now();
            if stopped.recv_timeout(SILENCE) != Err(RecvTimeoutError::Timeout) {
                return;
            }
            if std::io::stderr().is_terminal() {
                redraw(&subject, &stopped, started);
            } else {
                repeat(&subject, &stopped, started);
            }
            say(&format!("{subject}: ended after {} s", started.elapsed().as_secs()));
        });
        Self { stop: Some(stop), thread: Some(thread) }
    }
}

/// Prints past the test runner's capture; where standard error is closed nobody wants to know.
fn say(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

fn redraw(subject: &str, stopped: &mpsc::Receiver<()>, started: Instant) {
    let bar = ProgressBar::new_spinner().with_elapsed(started.elapsed());
    if let Ok(style) = ProgressStyle::with_template("{spinner} {msg}: {elapsed}") {
        bar.set_style(style);
    }
    bar.set_message(subject.to_owned());
    bar.enable_steady_tick(Duration::from_millis(200));
    // Either a message or a closed channel: both mean that the work ended.
    let _ = stopped.recv();
    bar.finish_and_clear();
}

fn repeat(subject: &str, stopped: &mpsc::Receiver<()>, started: Instant) {
    loop {
        say(&format!("{subject}: {} s", started.elapsed().as_secs()));
        if stopped.recv_timeout(REPEAT) != Err(RecvTimeoutError::Timeout) {
            return;
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
