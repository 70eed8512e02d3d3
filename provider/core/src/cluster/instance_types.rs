//! What the name of an instance type tells: generation, architecture, local disks. Names that do not tell are left to
//! the reads of AWS. Source: EC2, instance type naming conventions.

/// The parts of `r5dn.4xlarge`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Name<'a> {
    /// `r5dn`.
    pub family: &'a str,
    /// `r`.
    pub letters: &'a str,
    /// `5`.
    pub generation: u32,
    /// `dn`; without what follows a hyphen.
    pub attributes: &'a str,
    /// `4xlarge`.
    pub size: &'a str,
}

/// The parts of a name; `None` for names of another form, such as `u-6tb1.metal`.
#[must_use]
pub fn parse(name: &str) -> Option<Name<'_>> {
    let (family, size) = name.split_once('.')?;
    let digits = family.find(|c: char| c.is_ascii_digit())?;
    let (letters, rest) = family.split_at(digits);
    let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    let (generation, attributes) = rest.split_at(end);
    let attributes = attributes.split('-').next().unwrap_or_default();
    if letters.is_empty() || !letters.chars().all(|c| c.is_ascii_lowercase()) {
        return None;
    }
    Some(Name { family, letters, generation: generation.parse().ok()?, attributes, size })
}

/// `arm64` or `x86_64`, by name.
#[must_use]
pub fn architecture_of(name: &str) -> &'static str {
    let arm = parse(name).is_some_and(|name| name.attributes.contains('g') || name.family == "a1");
    if arm { "arm64" } else { "x86_64" }
}

/// Whether the name alone tells that the type has no local disks: general, compute and memory families since the
/// fourth generation carry a `d` when they have some.
#[must_use]
pub fn surely_diskless(name: &str) -> bool {
    parse(name).is_some_and(|name| match name.letters {
        "t" => true,
        "m" | "c" | "r" => name.generation >= 4 && !name.attributes.contains('d'),
        _ => false,
    })
}

/// Sizes in order: `nano` … `large`, `xlarge`, `2xlarge`, … `metal`.
#[must_use]
pub fn size_rank(size: &str) -> u32 {
    const SMALL: &[&str] = &["nano", "micro", "small", "medium", "large", "xlarge"];
    if let Some(at) = SMALL.iter().position(|small| *small == size) {
        return u32::try_from(at).unwrap_or_default();
    }
    match size.strip_suffix("xlarge").and_then(|times| times.parse::<u32>().ok()) {
        Some(times) => 5 + times,
        None => 1000,
    }
}

/// The offered type that is nearest to one that is not: the same family in the nearest size, else the same size in
/// the nearest newer generation, of the same architecture where there is one.
#[must_use]
pub fn nearest_offered<'a>(wanted: &str, offered: &'a [String]) -> Option<&'a str> {
    let wanted = parse(wanted)?;
    let candidates = offered.iter().filter_map(|name| Some((parse(name)?, name.as_str())));
    candidates
        .filter(|(name, _)| name.letters == wanted.letters)
        .filter(|(name, _)| name.family == wanted.family || name.size == wanted.size)
        .min_by_key(|(name, text)| {
            let other_family = name.family != wanted.family;
            let older = name.generation < wanted.generation;
            let other_architecture = name.attributes.contains('g') != wanted.attributes.contains('g');
            let other_disks = name.attributes.contains('d') != wanted.attributes.contains('d');
            let generations = name.generation.abs_diff(wanted.generation);
            let sizes = size_rank(name.size).abs_diff(size_rank(wanted.size));
            (other_family, older, other_architecture, other_disks, generations, sizes, name.attributes.len(), *text)
        })
        .map(|(_, text)| text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_architecture_and_missing_disks() {
        for (name, architecture, diskless) in [
            ("r4.4xlarge", "x86_64", true),
            ("r5d.4xlarge", "x86_64", false),
            ("r6gd.4xlarge", "arm64", false),
            ("m7i-flex.large", "x86_64", true),
            ("c6gn.large", "arm64", true),
            ("i3.large", "x86_64", false),
            ("g4dn.xlarge", "x86_64", false),
            ("u-6tb1.metal", "x86_64", false),
            ("t4g.small", "arm64", true),
            ("r3.large", "x86_64", false),
        ] {
            assert_eq!((architecture_of(name), surely_diskless(name)), (architecture, diskless), "{name}");
        }
    }

    #[test]
    fn the_nearest_offered_type_is_of_the_family_or_newer() {
        let offered = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let rows: &[(&str, &[&str], Option<&str>)] = &[
            ("r4.4xlarge", &["r4.2xlarge", "r4.16xlarge", "r5.4xlarge"], Some("r4.2xlarge")),
            ("r4.4xlarge", &["r5.4xlarge", "r6g.4xlarge", "r7i.4xlarge"], Some("r5.4xlarge")),
            ("r5.4xlarge", &["r4.4xlarge", "r6i.4xlarge"], Some("r6i.4xlarge")),
            ("r6g.large", &["r7i.large", "r8g.large"], Some("r8g.large")),
            ("r5.4xlarge", &["m5.4xlarge"], None),
        ];
        for (wanted, names, expected) in rows {
            assert_eq!(nearest_offered(wanted, &offered(names)), *expected, "{wanted}");
        }
    }
}
