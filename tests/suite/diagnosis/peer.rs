//! The message of Terraform's `aws_cloudformation_stack` for a stream, built as its source was read to build it: the
//! joined reasons of all failed events of the operation, newest first as AWS lists them, cancellations included; of the
//! stack's own events those whose status begins with `ROLLBACK_`. Logical ids, types, nested stacks and scaling
//! activities play no part.
//!
//! Source: hashicorp/terraform-provider-aws, internal/service/cloudformation/stack.go, commit 01606926. A replica of our
//! own, not its code.

use super::corpus::{Event, Stream};

/// How often its message says what a user needs.
#[derive(Default)]
pub struct Score {
    /// Messages whose first reason is the cause's.
    pub first: usize,
    /// Messages that hold the cause's reason anywhere.
    pub anywhere: usize,
    /// Messages that show a cancelled sibling.
    pub cancelled: usize,
}

impl Score {
    /// Counts a stream.
    pub fn count(&mut self, stream: &Stream) {
        let reasons = reasons(stream);
        let right = |reason: &&str| reason.contains(&stream.expect.reason);
        self.first += usize::from(reasons.first().is_some_and(right));
        self.anywhere += usize::from(reasons.iter().any(right));
        self.cancelled += usize::from(reasons.iter().any(|reason| reason.contains("cancelled")));
    }
}

fn reasons(stream: &Stream) -> Vec<&str> {
    let ended = stream.events.iter().rev().find(|event| event.id == "@").map_or("", |event| event.status.as_str());
    // Its waiter does not know a paused update, and ends without reasons.
    if stream.operation == "update" && ended == "UPDATE_FAILED" {
        return Vec::new();
    }
    let counts = |event: &&Event| {
        let failed = match stream.operation.as_str() {
            "delete" => event.status == "DELETE_FAILED",
            // A create that deleted itself says why in the event that begins the deletion.
            "create" if ended.starts_with("DELETE_") && event.id == "@" && event.status == "DELETE_IN_PROGRESS" => true,
            _ => event.status.ends_with("_FAILED") || event.id == "@" && event.status.starts_with("ROLLBACK_"),
        };
        failed && !event.reason.is_empty()
    };
    stream.events.iter().rev().filter(counts).map(|event| event.reason.as_str()).collect()
}

#[test]
fn the_replica_joins_all_reasons_and_drops_the_ids() -> anyhow::Result<()> {
    let streams = super::corpus::read()?;
    let stream = streams.iter().find(|stream| stream.name == "public-f5-52");
    let stream = stream.ok_or_else(|| anyhow::anyhow!("the stream is gone"))?;
    let reasons = reasons(stream);
    // As the thread quotes the provider's message.
    anyhow::ensure!(
        reasons.first().is_some_and(|first| first.starts_with("The following resource(s) failed to delete"))
    );
    anyhow::ensure!(reasons.get(1).is_some_and(|second| second.starts_with("The bucket you tried to delete")));
    Ok(())
}
