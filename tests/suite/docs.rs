//! The documentation: every local link of every page leads somewhere, every command that a page names exists, and the site
//! builds and shows in a real browser.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use regex::Regex;
use starburst_tests::clients::missing::or_skip;
use starburst_tests::clients::{browser, command, place, plugin};

/// Bound on building the site; the first time installs Sphinx.
const LIMIT: Duration = Duration::from_secs(600);
/// Folders without pages of ours.
const NOT_OURS: [&str; 5] = ["target", ".git", "node_modules", "venv", "sdks"];

/// Every Markdown page of the repository, with its text.
fn pages() -> Result<Vec<(PathBuf, String)>> {
    let ours = |entry: &walkdir::DirEntry| !NOT_OURS.iter().any(|name| entry.file_name() == *name);
    let mut pages = Vec::new();
    for entry in walkdir::WalkDir::new(place::workspace()).sort_by_file_name().into_iter().filter_entry(ours) {
        let path = entry?.into_path();
        if path.extension().is_some_and(|extension| extension == "md") {
            let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
            pages.push((path, text));
        }
    }
    ensure!(pages.len() > 50, "where are the pages? {}", pages.len());
    Ok(pages)
}

/// The anchors of a page, as GitHub makes them from headings.
fn anchors(text: &str) -> BTreeSet<String> {
    let headings = text.lines().filter(|line| line.starts_with('#'));
    headings
        .map(|line| {
            let kept = |letter: &char| letter.is_alphanumeric() || matches!(letter, ' ' | '-' | '_');
            let text = line.trim_start_matches('#').trim().to_lowercase();
            text.chars().filter(kept).map(|letter| if letter == ' ' { '-' } else { letter }).collect()
        })
        .collect()
}

#[test]
fn every_local_link_leads_somewhere() -> Result<()> {
    let link = Regex::new(r"\]\(([^)\s]+)\)")?;
    let mut broken = Vec::new();
    for (page, text) in pages()? {
        let folder = page.parent().unwrap_or(Path::new("/"));
        for target in link.captures_iter(&text).filter_map(|found| found.get(1)).map(|target| target.as_str()) {
            // Registry pages have anchors of their own, which `registry.rs` lets their judge look at.
            if target.contains("://") || target.starts_with("mailto:") || target.starts_with("#nestedatt--") {
                continue;
            }
            let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
            let path = if file.is_empty() { page.clone() } else { folder.join(file) };
            let there = path.exists()
                && (anchor.is_empty() || fs::read_to_string(&path).is_ok_and(|text| anchors(&text).contains(anchor)));
            if !there {
                broken.push(format!("{}: {target}", page.display()));
            }
        }
    }
    ensure!(broken.is_empty(), "links that lead nowhere:\n{}", broken.join("\n"));
    Ok(())
}

#[test]
fn every_command_that_a_page_names_exists() -> Result<()> {
    let help = command::run(Command::new(plugin::pulumi()?).arg("--help"), LIMIT)?.success()?.stdout;
    let ours =
        Regex::new(r"(?:pulumi-resource-starburst|terraform-provider-starburst(?:_v[0-9.]+)?) ([a-z]{4,})(?: |$)")?;
    let flags = Regex::new(r"sdk-gen -- ([a-z-]+)")?;
    let generator = command::run(Command::new(plugin::generator()?).arg("--help"), LIMIT)?.success()?.stdout;
    let (mut seen, mut unknown) = (BTreeSet::new(), Vec::new());
    for (page, text) in pages()? {
        // Only what stands in code is a command.
        let code: String = text.split('`').skip(1).step_by(2).collect::<Vec<_>>().join("\n");
        for (pattern, help) in [(&ours, &help), (&flags, &generator)] {
            for name in pattern.captures_iter(&code).filter_map(|found| found.get(1)).map(|name| name.as_str()) {
                seen.insert(name.to_owned());
                if !help.contains(&format!("{name} "))
                    && !help.contains(&format!("{name}\n"))
                    && !help.contains(&format!("{name}:"))
                {
                    unknown.push(format!("{}: {name}", page.display()));
                }
            }
        }
    }
    ensure!(unknown.is_empty(), "commands that do not exist:\n{}", unknown.join("\n"));
    for name in ["watch", "doctor", "explain", "packages", "permissions", "release"] {
        ensure!(seen.contains(name), "no page names {name}: {seen:?}");
    }
    Ok(())
}

#[test]
fn every_version_that_a_page_names_is_the_present_one() -> Result<()> {
    let named = Regex::new(r"starburst(?:@| v|_v|/|_)(\d+\.\d+\.\d+)")?;
    let mut seen = 0;
    for (page, text) in
        pages()?.into_iter().filter(|(page, _)| !page.components().any(|part| part.as_os_str() == "changes"))
    {
        for version in named.captures_iter(&text).filter_map(|found| found.get(1)) {
            seen += 1;
            assert_eq!(version.as_str(), plugin::VERSION, "{}", page.display());
        }
    }
    ensure!(seen > 3, "no page names a version");
    Ok(())
}

fn site() -> Result<()> {
    command::run(Command::new(plugin::generator()?).arg("site"), LIMIT)?.success()?;
    let site = place::workspace().join("target/site");
    let pictures = place::target().join("tmp");
    fs::create_dir_all(&pictures)?;
    browser::find()?.look_at_site(&site, "drain", &pictures.join("site.png"))
}

#[test]
fn the_site_builds_and_shows_in_a_browser() -> Result<()> {
    or_skip("the_site_builds_and_shows_in_a_browser", site())
}
