//! How others wait for a stack, as sections 4 of the marks and 2 of the demands describe it: replicas of two loops, on
//! the model, over an operation that somebody else began. Written from those descriptions, not the tools themselves.

use anyhow::{Context, Result, ensure};
use serde_json::{Value as Json, json};
use starburst_tests::fake::{Timestamp, World};

/// A loop and what it cost.
#[derive(Debug, Clone, Copy)]
pub struct Waited {
    /// Calls.
    pub calls: usize,
    /// When it noticed the end.
    pub noticed: Timestamp,
}

/// DescribeStacks alone: after 10 s, then `first` seconds doubling to 10 s.
pub fn aws_cloudformation_stack(world: &World, stack: &str, first: i64) -> Result<Waited> {
    let (mut calls, mut pause) = (0, first * 1000);
    world.advance_to(world.now().plus_ms(10_000));
    loop {
        calls += 1;
        if is_over(world, stack)? {
            return Ok(Waited { calls, noticed: world.now() });
        }
        ensure!(calls < 10_000, "it never ends");
        world.advance_to(world.now().plus_ms(pause));
        pause = (pause * 2).min(10_000);
    }
}

/// Events every 2 s, as many pages as there are events that it has not seen, and DescribeStacks every 5 s.
pub fn cdk(world: &World, stack: &str) -> Result<Waited> {
    let began = world.now();
    let (mut calls, mut seen) = (0, newest(world, stack)?);
    for second in 0..100_000 {
        world.advance_to(began.plus_ms(second * 1000));
        if second > 0 && second % 2 == 0 {
            let (pages, now) = pages(world, stack, &seen)?;
            (calls, seen) = (calls + pages, now);
        }
        if second % 5 == 0 {
            calls += 1;
            if is_over(world, stack)? {
                return Ok(Waited { calls, noticed: world.now() });
            }
        }
    }
    anyhow::bail!("it never ends")
}

fn call(world: &World, action: &str, params: Json) -> Result<Json> {
    world.call("cloudformation", action, params).map_err(|error| anyhow::anyhow!("{action}: {error}"))
}

fn is_over(world: &World, stack: &str) -> Result<bool> {
    let answer = call(world, "DescribeStacks", json!({ "StackName": stack }))?;
    let status = answer["Stacks"][0]["StackStatus"].as_str().context("no status")?;
    Ok(!status.ends_with("_IN_PROGRESS"))
}

fn page(world: &World, stack: &str, next: &Json) -> Result<Json> {
    let mut params = json!({ "StackName": stack });
    if !next.is_null() {
        params["NextToken"] = next.clone();
    }
    call(world, "DescribeStackEvents", params)
}

fn newest(world: &World, stack: &str) -> Result<String> {
    let first = page(world, stack, &Json::Null)?;
    Ok(first["StackEvents"][0]["EventId"].as_str().context("no event")?.to_owned())
}

/// Reads until an event that was seen; gives the pages read and the newest event.
fn pages(world: &World, stack: &str, seen: &str) -> Result<(usize, String)> {
    let (mut pages, mut next, mut newest) = (0, Json::Null, None);
    loop {
        let answer = page(world, stack, &next)?;
        pages += 1;
        let events = answer["StackEvents"].as_array().context("no events")?;
        let ids: Vec<&str> = events.iter().filter_map(|event| event["EventId"].as_str()).collect();
        newest = newest.or_else(|| ids.first().map(|id| (*id).to_owned()));
        next = answer["NextToken"].clone();
        if ids.contains(&seen) || next.is_null() {
            return Ok((pages, newest.unwrap_or_default()));
        }
    }
}
