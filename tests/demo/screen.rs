//! What the demo prints: numbered steps, the client's own lines indented, a summary. Colours on a terminal only.

use std::io::IsTerminal;
use std::time::{Duration, Instant};

/// The demo's screen.
pub struct Screen {
    colour: bool,
    started: Instant,
    step: usize,
    done: Vec<(String, String, Duration)>,
}

impl Screen {
    /// An empty screen; the clock starts.
    pub fn new() -> Self {
        let colour = std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
        Self { colour, started: Instant::now(), step: 0, done: Vec::new() }
    }

    /// Begins a step; the command is what a user would type.
    pub fn step(&mut self, title: &str, command: &str) {
        self.step += 1;
        println!("\n{}", self.paint("1", &format!("{}. {title}", self.step)));
        if !command.is_empty() {
            println!("   {}", self.paint("36", &format!("$ {command}")));
        }
    }

    /// One line of the client.
    pub fn line(&self, text: &str) {
        if !text.trim().is_empty() {
            println!("   {} {text}", self.paint("2", "│"));
        }
    }

    /// What was found to be so.
    pub fn found(&mut self, what: &str, fact: &str, took: Duration) {
        println!("   {} {fact}", self.paint("32", "✓"));
        self.done.push((what.to_owned(), fact.to_owned(), took));
    }

    /// What this world leaves out, and why.
    pub fn left_out(&mut self, what: &str, why: &str) {
        println!("   {} left out: {what}: {why}", self.paint("33", "–"));
        self.done.push((what.to_owned(), format!("left out: {why}"), Duration::ZERO));
    }

    /// The table at the end.
    pub fn summary(&self, headline: &str) {
        println!("\n{}", self.paint("1", headline));
        let width = self.done.iter().map(|(what, ..)| what.chars().count()).max().unwrap_or(0);
        for (what, fact, took) in &self.done {
            let seconds = if took.is_zero() { "      –".to_owned() } else { format!("{:5.1} s", took.as_secs_f64()) };
            println!("  {what:<width$}  {seconds}  {fact}");
        }
        println!("  {:<width$}  {:5.1} s", "all", self.started.elapsed().as_secs_f64());
    }

    fn paint(&self, code: &str, text: &str) -> String {
        if self.colour { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }
}
