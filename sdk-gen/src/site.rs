//! The documentation as a static site, built from the Markdown pages by Sphinx. How it reads them: `docs/site/conf.py`.

use std::process::Command;

use anyhow::Result;

use crate::artifact::root;
use crate::tool;

/// Where the site is made, relative to the repository's root.
pub const OUT: &str = "target/site";
const PINS: &str = "docs/site/requirements.txt";

/// Builds the site anew; what Sphinx warns of is an error.
pub fn build() -> Result<()> {
    let root = root();
    tool::need(&["python3"])?;
    let python = tool::python(&root.join("target/site-tools"), &root.join(PINS))?;
    let out = root.join(OUT);
    tool::empty(&out)?;
    let mut sphinx = Command::new(python);
    sphinx.args(["-m", "sphinx", "-q", "-W", "--keep-going", "-E", "-b", "html", "-d"]);
    sphinx.arg(root.join("target/site-tools/doctrees")).arg("-c").arg(root.join("docs/site"));
    tool::run("building the site", sphinx.arg(root.join("docs")).arg(&out))?;
    println!("{}", out.join("index.html").display());
    Ok(())
}
