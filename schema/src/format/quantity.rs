//! Texts that hold a number with its unit: batches of nodes, lengths of time.

/// A number of nodes, or a share of them in percent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BatchSize {
    /// So many nodes, 1 to 1000.
    Nodes(u32),
    /// So many percent, 1 to 100.
    Percent(u32),
}

/// `2` or `10%`; `None` for anything else, for zero, for more than 1000 nodes and for more than 100 %.
#[must_use]
pub fn parse_batch_size(text: &str) -> Option<BatchSize> {
    match text.strip_suffix('%') {
        Some(share) => number(share).filter(|share| (1..=100).contains(share)).map(BatchSize::Percent),
        None => number(text).filter(|nodes| (1..=1000).contains(nodes)).map(BatchSize::Nodes),
    }
}

/// Seconds of `90s`, `15m` or `2h`; `None` for anything else, for zero and for what no `u64` holds.
#[must_use]
pub fn parse_duration(text: &str) -> Option<u64> {
    let unit = text.chars().last()?;
    let count: u64 = number(text.strip_suffix(unit)?)?;
    let seconds = match unit {
        's' => count,
        'm' => count.checked_mul(60)?,
        'h' => count.checked_mul(3600)?,
        _ => return None,
    };
    (seconds > 0).then_some(seconds)
}

/// Digits alone: `parse` also takes a plus sign.
fn number<N: std::str::FromStr>(text: &str) -> Option<N> {
    text.chars().all(|c| c.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}
