//! The changelog entry of a release: the fragments of `docs/changes/` and what `CHANGELOG.md` has under "Unreleased".

use std::fs;

use anyhow::{Context, Result};

use super::VERSION;
use crate::artifact::root;

const FRAGMENTS: &str = "docs/changes";

/// Name of the file.
pub fn file() -> String {
    format!("CHANGELOG-v{VERSION}.md")
}

/// The entry as Markdown.
pub fn notes() -> Result<String> {
    let changelog = fs::read_to_string(root().join("CHANGELOG.md")).context("reading CHANGELOG.md")?;
    let mut parts = vec![format!("# {VERSION}")];
    parts.extend(unreleased(&changelog));
    let folder = fs::read_dir(root().join(FRAGMENTS)).with_context(|| format!("reading {FRAGMENTS}"))?;
    let mut fragments: Vec<_> = folder.collect::<Result<Vec<_>, _>>()?.into_iter().map(|entry| entry.path()).collect();
    fragments.sort();
    for fragment in fragments.iter().filter(|path| path.extension().is_some_and(|extension| extension == "md")) {
        let text = fs::read_to_string(fragment).with_context(|| format!("reading {}", fragment.display()))?;
        parts.push(text.trim().to_owned());
    }
    Ok(parts.join("\n\n") + "\n")
}

fn unreleased(changelog: &str) -> Option<String> {
    let section = changelog.split("\n## Unreleased\n").nth(1)?.split("\n## ").next()?.trim();
    (!section.is_empty()).then(|| section.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_entry_holds_every_fragment_under_the_version() {
        let notes = notes().unwrap_or_default();
        assert!(notes.starts_with(&format!("# {VERSION}\n")), "{notes}");
        assert!(notes.contains("stack.preview = changeSet"), "the engine's fragment");
    }

    #[test]
    fn only_what_is_unreleased_is_taken() {
        let text = "# Changelog\n\n## Unreleased\n- new\n\n## 0.0.1\n- old\n";
        assert_eq!(unreleased(text).as_deref(), Some("- new"));
        assert_eq!(unreleased("# Changelog\n\n## Unreleased\n\n## 0.0.1\n- old\n"), None);
    }
}
