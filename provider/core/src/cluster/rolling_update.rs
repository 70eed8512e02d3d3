//! The arithmetic of CloudFormation's rolling update of an Auto Scaling group. Knows no input and no template: numbers
//! go in, and the numbers that a user can watch come out.
//!
//! Source: AWS documents the attributes (template reference, UpdatePolicy attribute); how batch, temporary size and last
//! round follow from them was measured on real rolls. The rows of those measurements are the test below.

/// A group as a rolling update meets it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Group {
    /// Nodes that are replaced.
    pub obsolete: u32,
    /// Desired capacity when the roll begins; more than [`Group::obsolete`] where new nodes came first.
    pub desired: u32,
    /// MaxSize.
    pub max: u32,
    /// MinInstancesInService.
    pub in_service: u32,
    /// MaxBatchSize.
    pub batch: u32,
}

/// What CloudFormation does with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Course {
    /// Nodes that are terminated at once; the last round may hold fewer.
    pub batch: u32,
    /// Rounds of termination.
    pub rounds: u32,
    /// Nodes at most: the temporary size, or the desired capacity where the group does not grow.
    pub largest: u32,
    /// Nodes in service at the least.
    pub lowest: u32,
    /// How often launched nodes are waited for.
    pub boots: u32,
}

impl Course {
    /// The course of a roll. A group whose MinInstancesInService is not below its MaxSize is refused by AWS; here it
    /// counts as one below.
    #[must_use]
    pub fn of(group: Group) -> Self {
        let Group { obsolete, desired, max, .. } = group;
        if obsolete == 0 {
            return Self { largest: desired, lowest: desired, ..Self::default() };
        }
        let in_service = group.in_service.min(max.saturating_sub(1));
        let batch = group.batch.min(obsolete).min(max.saturating_sub(in_service)).max(1);
        let largest = if desired < max { max.min(desired.max(in_service.saturating_add(batch))) } else { desired };
        let rounds = obsolete.div_ceil(batch);
        let last = obsolete - (rounds - 1) * batch;
        // The last round launches only what the nodes that are left fall short of the size before.
        let last_launched = last.min(desired.saturating_sub(largest.saturating_sub(last)));
        let boots = u32::from(largest > desired) + (rounds - 1) + u32::from(last_launched > 0);
        Self { batch, rounds, largest, lowest: largest.saturating_sub(batch), boots }
    }
}

#[cfg(test)]
mod tests {
    use super::{Course, Group};

    #[test]
    fn the_measured_rolls_come_out_with_the_same_numbers() {
        // Obsolete, desired, max, in service, batch; then batch, rounds, temporary size, low-water mark.
        type Row = ((u32, u32, u32, u32, u32), (u32, u32, u32, u32));
        let rows: [Row; 8] = [
            ((5, 5, 10, 5, 10), (5, 1, 10, 5)),
            ((3, 3, 5, 3, 1), (1, 3, 4, 3)),
            ((2, 2, 4, 1, 1), (1, 2, 2, 1)),
            ((6, 6, 9, 3, 9), (6, 1, 9, 3)),
            ((6, 6, 9, 6, 9), (3, 2, 9, 6)),
            ((9, 9, 9, 3, 9), (6, 2, 9, 3)),
            ((9, 9, 9, 8, 9), (1, 9, 9, 8)),
            ((3, 9, 9, 3, 9), (3, 1, 9, 6)),
        ];
        for ((obsolete, desired, max, in_service, batch), expected) in rows {
            let course = Course::of(Group { obsolete, desired, max, in_service, batch });
            let shown = (course.batch, course.rounds, course.largest, course.lowest);
            assert_eq!(shown, expected, "{obsolete} / {max} / {in_service} / {batch}");
        }
    }

    #[test]
    fn nodes_are_waited_for_when_they_come_first_and_after_each_round_but_one_that_needs_none() {
        let boots =
            |desired, max, in_service, batch| Course::of(Group { obsolete: 3, desired, max, in_service, batch }).boots;
        assert_eq!(boots(3, 4, 3, 1), 3, "one first, one after each of two rounds, none after the last");
        assert_eq!(boots(3, 4, 2, 1), 3, "none first, one after each round");
        assert_eq!(boots(3, 6, 3, 3), 1, "all first");
    }

    #[test]
    fn a_group_without_nodes_has_nothing_to_roll() {
        let empty = Course::of(Group { obsolete: 0, desired: 0, max: 1, in_service: 0, batch: 1 });
        assert_eq!((empty.rounds, empty.boots, empty.lowest), (0, 0, 0));
    }
}
