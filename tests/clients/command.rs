//! Runs an external program with a bound on its time, keeps what it prints, and can interrupt it by its process id.
//! It must not know which program that is.

use std::fmt;
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

/// How long a program that ran out of time may take to end by itself after an interrupt.
const GRACE: Duration = Duration::from_secs(15);
/// How long to wait for the rest of the output of a program that ended: a grandchild may hold its pipes open.
const REST: Duration = Duration::from_secs(2);
const TICK: Duration = Duration::from_millis(50);

/// Where a line was printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    Stdout,
    Stderr,
}

/// One line that the program printed, without its line end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub stream: Stream,
    pub text: String,
}

/// A program that ended by itself.
#[derive(Debug, Clone)]
pub struct Run {
    /// The program and its arguments, for messages.
    pub command: String,
    pub status: ExitStatus,
    pub stdout: String,
    pub stderr: String,
    pub elapsed: Duration,
}

impl Run {
    /// The same run if its status is 0; otherwise an error with everything that it printed.
    pub fn success(self) -> Result<Self> {
        if self.status.success() { Ok(self) } else { bail!("{self}") }
    }

    /// The same run if its status is not 0; otherwise an error with everything that it printed.
    pub fn failure(self) -> Result<Self> {
        if self.status.success() { bail!("expected a failure: {self}") } else { Ok(self) }
    }

    /// Standard output and standard error, one after the other.
    pub fn text(&self) -> String {
        format!("{}{}", self.stdout, self.stderr)
    }
}

impl fmt::Display for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { command, status, stdout, stderr, elapsed } = self;
        write!(f, "`{command}` ended with {status} after {:.1} s\n{stdout}{stderr}", elapsed.as_secs_f64())
    }
}

/// A program that runs. Dropping it kills it.
#[derive(Debug)]
pub struct Running {
    command: String,
    child: Child,
    lines: Receiver<Line>,
    open: bool,
    stdout: String,
    stderr: String,
    started: Instant,
    limit: Duration,
}

/// Runs the program to its end, at most for `limit`.
pub fn run(command: &mut Command, limit: Duration) -> Result<Run> {
    Running::spawn(command, limit)?.wait(&mut |_| ())
}

impl Running {
    /// Starts the program without standard input; `limit` counts from now.
    pub fn spawn(command: &mut Command, limit: Duration) -> Result<Self> {
        let text = describe(command);
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .with_context(|| format!("starting `{text}`"))?;
        let (sender, lines) = mpsc::channel();
        if let Some(pipe) = child.stdout.take() {
            forward(pipe, Stream::Stdout, sender.clone());
        }
        if let Some(pipe) = child.stderr.take() {
            forward(pipe, Stream::Stderr, sender);
        }
        Ok(Self {
            command: text,
            child,
            lines,
            open: true,
            stdout: String::new(),
            stderr: String::new(),
            started: Instant::now(),
            limit,
        })
    }

    /// The process id.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Sends SIGINT to this process alone, as Ctrl-C would to a program that started its children in groups of their own.
    pub fn interrupt(&self) -> Result<()> {
        let status =
            Command::new("kill").args(["-INT", &self.pid().to_string()]).status().context("starting `kill`")?;
        if status.success() { Ok(()) } else { bail!("`{}` could not be interrupted: {status}", self.command) }
    }

    /// Reads on until a line contains `needle`; an error if the program ends or `limit` passes first.
    pub fn until(&mut self, needle: &str, limit: Duration) -> Result<Line> {
        let deadline = Instant::now() + limit;
        while Instant::now() < deadline {
            match self.next(TICK) {
                Some(line) if line.text.contains(needle) => return Ok(line),
                Some(_) => {}
                None if self.open => {}
                None => break,
            }
        }
        bail!("`{}` did not print {needle:?} within {limit:?}:\n{}{}", self.command, self.stdout, self.stderr)
    }

    /// Waits for the end and hands every further line to `each` as it comes.
    ///
    /// A program that takes longer than its limit is interrupted, then killed, and an error tells what it printed.
    pub fn wait(mut self, each: &mut dyn FnMut(&Line)) -> Result<Run> {
        let mut interrupted = None;
        loop {
            if let Some(line) = self.next(TICK) {
                each(&line);
                continue;
            }
            if let Some(status) = self.child.try_wait().context("waiting for a program")? {
                let until = Instant::now() + REST;
                while self.open && Instant::now() < until {
                    if let Some(line) = self.next(TICK) {
                        each(&line);
                    }
                }
                return self.end(status, interrupted.is_some());
            }
            if !self.open {
                std::thread::sleep(TICK);
            }
            match interrupted {
                None if self.started.elapsed() > self.limit => {
                    // Whether it can still be interrupted does not matter: it is killed after the grace.
                    let _ = self.interrupt();
                    interrupted = Some(Instant::now());
                }
                Some(since) if since.elapsed() > GRACE => self.child.kill().context("killing a program")?,
                _ => {}
            }
        }
    }

    fn next(&mut self, limit: Duration) -> Option<Line> {
        match self.lines.recv_timeout(limit) {
            Ok(line) => {
                let kept = match line.stream {
                    Stream::Stdout => &mut self.stdout,
                    Stream::Stderr => &mut self.stderr,
                };
                kept.push_str(&line.text);
                kept.push('\n');
                Some(line)
            }
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => {
                self.open = false;
                None
            }
        }
    }

    fn end(mut self, status: ExitStatus, out_of_time: bool) -> Result<Run> {
        let run = Run {
            command: std::mem::take(&mut self.command),
            status,
            stdout: std::mem::take(&mut self.stdout),
            stderr: std::mem::take(&mut self.stderr),
            elapsed: self.started.elapsed(),
        };
        if out_of_time {
            bail!("not done within {:?}: {run}", self.limit);
        }
        Ok(run)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Both fail when the program has ended already, which is what is wanted.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn forward(pipe: impl Read + Send + 'static, stream: Stream, sender: Sender<Line>) {
    std::thread::spawn(move || {
        let mut reader = BufReader::new(pipe);
        let mut bytes = Vec::new();
        while reader.read_until(b'\n', &mut bytes).is_ok_and(|read| read > 0) {
            let text = String::from_utf8_lossy(&bytes).trim_end_matches(['\r', '\n']).to_owned();
            bytes.clear();
            if sender.send(Line { stream, text }).is_err() {
                return;
            }
        }
    });
}

fn describe(command: &Command) -> String {
    std::iter::once(command.get_program())
        .chain(command.get_args())
        .map(|part| part.to_string_lossy())
        .collect::<Vec<_>>()
        .join(" ")
}

/// Lets a command for people reach a stand-in of AWS alone: keys that it takes, nothing of this machine's own settings,
/// and no question to a metadata service.
pub fn reaching(command: &mut Command, endpoint: &str) {
    command.env("AWS_ENDPOINT_URL", endpoint);
    command.env("AWS_ACCESS_KEY_ID", "AKIAMODELOFAWS000001").env("AWS_SECRET_ACCESS_KEY", "a-key-for-the-model");
    command.env("AWS_CONFIG_FILE", "/dev/null").env("AWS_EC2_METADATA_DISABLED", "true");
    for name in ["AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_SESSION_TOKEN"] {
        command.env_remove(name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_secs(20);

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn output_and_status_are_kept_apart() -> Result<()> {
        let run = run(&mut shell("echo out; echo err >&2; exit 3"), LONG)?;
        assert_eq!((run.stdout.as_str(), run.stderr.as_str()), ("out\n", "err\n"));
        assert_eq!(run.status.code(), Some(3));
        assert!(run.clone().failure().is_ok() && run.success().is_err());
        Ok(())
    }

    #[test]
    fn an_endless_program_is_ended_and_its_output_told() {
        let error = run(&mut shell("echo begun; exec sleep 60"), Duration::from_millis(200)).unwrap_err();
        assert!(error.to_string().contains("begun"), "{error}");
    }

    #[test]
    fn a_program_can_be_interrupted_after_a_certain_line() -> Result<()> {
        // A shell cannot trap a signal that was ignored when it started, as it is in some background jobs.
        let mut command = Command::new("env");
        let script = "trap 'echo stopped; exit 7' INT; echo ready; while :; do sleep 0.05; done";
        command.args(["--default-signal=INT", "sh", "-c", script]);
        let mut running = Running::spawn(&mut command, LONG)?;
        running.until("ready", LONG)?;
        running.interrupt()?;
        let run = running.wait(&mut |_| ())?;
        assert_eq!((run.status.code(), run.stdout.as_str()), (Some(7), "ready\nstopped\n"));
        Ok(())
    }
}
