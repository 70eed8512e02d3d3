//! The nearest of several spellings. Knows no field.

/// The candidate that is most like what was written; `None` when nothing is close enough to be meant.
#[must_use]
pub fn nearest<'a>(written: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let plain = simplified(written);
    let room = plain.chars().count().max(3) / 3;
    candidates
        .into_iter()
        .map(|candidate| (distance(&plain, &simplified(candidate)), candidate))
        .filter(|(steps, _)| *steps <= room)
        .min_by_key(|(steps, _)| *steps)
        .map(|(_, candidate)| candidate)
}

/// Lower case without hyphens and underscores, so that another casing is no distance.
fn simplified(text: &str) -> String {
    text.chars().filter(|c| !matches!(c, '_' | '-' | ' ')).flat_map(char::to_lowercase).collect()
}

/// Insertions, deletions, replacements and swaps of neighbours between two texts.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (row, left) in a.iter().enumerate() {
        let mut next = vec![row + 1];
        for (column, right) in b.iter().enumerate() {
            let get = |line: &[usize], at: usize| line.get(at).copied().unwrap_or(usize::MAX / 2);
            let mut steps = (get(&last, column) + usize::from(left != right))
                .min(get(&last, column + 1) + 1)
                .min(get(&next, column) + 1);
            let swapped = row > 0 && column > 0 && a.get(row - 1) == Some(right) && b.get(column - 1) == Some(left);
            if swapped {
                steps = steps.min(get(&before_last, column - 1) + 1);
            }
            next.push(steps);
        }
        before_last = std::mem::replace(&mut last, next);
    }
    last.last().copied().unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn another_casing_a_slip_and_a_swap_are_near_and_the_rest_is_not() {
        let names = ["workerCount", "workerScaling", "keyName"];
        assert_eq!(nearest("worker_count", names), Some("workerCount"));
        assert_eq!(nearest("workersCount", names), Some("workerCount"));
        assert_eq!(nearest("kyeName", names), Some("keyName"));
        assert_eq!(nearest("colour", names), None);
        assert_eq!(nearest("", names), None);
    }
}
