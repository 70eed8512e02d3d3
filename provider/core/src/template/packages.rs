//! The packages that nodes install unless inputs name others: where they are published, and their checksums. Knows
//! nothing of how they are fetched; the node script has the same addresses, which a test compares.

/// Where Alluxio is published. Its publisher gives no checksum that could be compared here, so none is pinned.
const ALLUXIO: &str = "https://downloads.alluxio.io/downloads/files/2.9.4/alluxio-2.9.4-bin.tar.gz";
/// `URI SHA-256` a line; `#` begins a comment.
const PINNED: [&str; 2] = [include_str!("bootstrap/engine.txt"), include_str!("bootstrap/metastore.txt")];

/// The archive of Python packages that Superset's node takes from a mirror. It is published nowhere: `docs/nodes.md`
/// says how it is made.
pub const SUPERSET_ARCHIVE: &str = "superset-6.1.0-wheels.tar";

/// A file that nodes fetch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Package {
    /// Where it is published, `https://…`.
    pub uri: &'static str,
    /// Its SHA-256 in lower-case hex, where one is pinned.
    pub sha256: Option<&'static str>,
}

impl Package {
    /// Its name in a mirror: the last segment of its URI.
    #[must_use]
    pub fn file(&self) -> &'static str {
        self.uri.rsplit('/').next().unwrap_or(self.uri)
    }
}

/// All of them: the engine, Alluxio, and what a metastore's node needs.
#[must_use]
pub fn defaults() -> Vec<Package> {
    let lines = PINNED.iter().flat_map(|text| text.lines()).filter(|line| !line.starts_with('#'));
    let pinned = lines.filter_map(|line| line.split_once(' '));
    let pinned = pinned.map(|(uri, sha256)| Package { uri, sha256: Some(sha256) });
    pinned.chain([Package { uri: ALLUXIO, sha256: None }]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_script_fetches_the_same() {
        let script = include_str!("bootstrap/base.sh");
        let default = |name: &str| {
            let line = script.lines().find_map(|line| line.strip_prefix(&format!("readonly {name}=")));
            line.unwrap_or_default().to_owned()
        };
        let uris: Vec<&str> = defaults().iter().map(|package| package.uri).collect();
        for name in ["DEFAULT_PRESTO", "DEFAULT_ALLUXIO"] {
            assert!(uris.contains(&default(name).as_str()), "{name}");
        }
        let superset = include_str!("bootstrap/superset.sh");
        assert!(superset.contains(SUPERSET_ARCHIVE), "{SUPERSET_ARCHIVE}");
    }

    #[test]
    fn every_line_of_the_pins_is_a_package_with_a_checksum_and_a_name_of_its_own() {
        let all = defaults();
        let lines = PINNED.iter().flat_map(|text| text.lines()).filter(|line| line.starts_with("https://")).count();
        assert_eq!(all.len(), lines + 1);
        let mut files: Vec<&str> = all.iter().map(Package::file).collect();
        files.sort_unstable();
        files.dedup();
        assert_eq!(files.len(), all.len());
        for package in all.iter().filter(|package| package.uri != ALLUXIO) {
            assert!(package.sha256.is_some_and(|sha| sha.len() == 64), "{}", package.uri);
        }
    }
}
