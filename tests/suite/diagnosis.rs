//! The corpus of failed operations: every stream goes through the stack engine as AWS's answers would, and through the
//! way in which `aws_cloudformation_stack` builds its message. What is asserted is printed as one line.
//!
//! Begin with `tests/corpus/diagnosis`: one file a stream, with what has to be named. It must not know how the cause is
//! found.

mod corpus;
mod engine;
mod peer;
mod shuffled;

use std::collections::BTreeSet;
use std::fmt::Write as _;

use anyhow::{Result, ensure};
use starburst_core::failure::{Client, Failure};

use corpus::Stream;

/// Share that has to be right, in percent. Source: issue of the stack engine, "first cause right in ≥ 95 %".
const SHARE: usize = 95;
/// Streams, and those of them that others wrote.
const LEAST: (usize, usize) = (44, 15);

#[derive(Default)]
struct Score {
    causes: usize,
    inputs: (usize, usize),
    hints: (usize, usize),
    cancelled: usize,
    misses: String,
}

impl Score {
    fn count(&mut self, stream: &Stream, failure: &Failure) {
        let expected = &stream.expect;
        let first = failure.causes.first();
        let named = first.map(|cause| cause.logical_id.as_str()).unwrap_or_default();
        let reason = first.map(|cause| cause.reason.as_str()).unwrap_or_default();
        if named == stream.logical_id(&expected.cause) && reason.contains(&expected.reason) {
            self.causes += 1;
        } else {
            self.miss(stream, "cause", &expected.cause, &format!("{named}: {reason}"));
        }
        let input = first.and_then(|cause| cause.field.as_ref()).map(|path| path.render(Client::Pulumi.casing()));
        self.inputs.1 += usize::from(expected.input.is_some());
        if input == expected.input {
            self.inputs.0 += usize::from(expected.input.is_some());
        } else {
            self.miss(stream, "input", &format!("{:?}", expected.input), &format!("{input:?}"));
        }
        if let Some(word) = &expected.hint {
            self.hints.1 += 1;
            let hints: Vec<String> = failure.hints.iter().map(|hint| hint.render(Client::Pulumi)).collect();
            if hints.iter().any(|hint| hint.contains(word)) {
                self.hints.0 += 1;
            } else {
                self.miss(stream, "hint", word, &format!("{hints:?}"));
            }
        }
        let cancelled: BTreeSet<String> = stream.cancelled().map(|id| stream.logical_id(id)).collect();
        if failure.causes.iter().any(|cause| cancelled.contains(&cause.logical_id) || is_cancelled(&cause.reason)) {
            self.cancelled += 1;
            self.miss(stream, "cancelled", "none", named);
        }
    }

    fn miss(&mut self, stream: &Stream, what: &str, expected: &str, found: &str) {
        let _ = writeln!(self.misses, "{:40} {what:9} expected {expected}, found {found}", stream.name);
    }
}

fn is_cancelled(text: &str) -> bool {
    text.to_lowercase().contains("cancelled")
}

#[test]
fn diagnosis_names_the_first_true_cause_of_every_stream() -> Result<()> {
    let streams = corpus::read()?;
    let quoted = streams.iter().filter(|stream| !stream.is_own()).count();
    ensure!((streams.len(), quoted) >= LEAST && quoted >= LEAST.1, "the corpus is too small: {quoted} quoted");
    let (mut score, mut peer) = (Score::default(), peer::Score::default());
    for stream in &streams {
        score.count(stream, &engine::failure(stream)?);
        peer.count(stream);
    }
    let all = streams.len();
    print!("{}", score.misses);
    println!(
        "diagnosis: {all} streams ({quoted} not ours): first cause right {}, cancelled named {}, input path right {}/{}, \
         hint right {}/{}; aws_cloudformation_stack: first reason right {}, contains it anywhere {}, cancellations shown \
         {}, logical ids 0, input paths 0",
        score.causes,
        score.cancelled,
        score.inputs.0,
        score.inputs.1,
        score.hints.0,
        score.hints.1,
        peer.first,
        peer.anywhere,
        peer.cancelled,
    );
    ensure!(score.cancelled == 0, "a cancelled sibling was named");
    ensure!(score.causes * 100 >= all * SHARE, "first causes");
    ensure!(score.inputs.0 * 100 >= score.inputs.1 * SHARE, "inputs");
    ensure!(score.hints.0 * 100 >= score.hints.1 * SHARE, "hints");
    ensure!(score.causes > peer.first, "the peer's message is as good");
    Ok(())
}

#[test]
fn each_failure_of_the_catalogue_that_ends_in_one_has_a_stream() -> Result<()> {
    // Not there: F22 is refused before an operation begins, F24 is the caller's own, and the stack goes on.
    let streams = corpus::read()?;
    for number in (1..=35).filter(|number| ![22, 24].contains(number)) {
        let name = format!("F{number}");
        let has = |stream: &Stream| stream.source.split([' ', '(', ')', ',', ';']).any(|word| word == name);
        ensure!(streams.iter().any(has), "no stream of {name}");
    }
    Ok(())
}

#[test]
fn an_input_that_a_stream_expects_is_an_input_of_the_resource() -> Result<()> {
    for stream in corpus::read()? {
        if let Some(input) = &stream.expect.input {
            ensure!(starburst_schema::fields::find(input).is_some(), "{}: {input}", stream.name);
        }
    }
    Ok(())
}
