//! The node script: the parts in `bootstrap/`, joined, without what is there for readers, packed for the template.
//! Knows how user data and script find each other; no resource of the template but the launch templates' user data.

use std::io::Read as _;

use anyhow::{Context, Result, ensure};
use liblzma::read::XzEncoder;
use liblzma::stream::{LzmaOptions, Stream};
use num_bigint::BigUint;
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use crate::artifact::root;

const SOURCES: &str = "provider/core/src/template/bootstrap";
/// Parts of the node script, in order: the first begins it, the last starts it, between them are functions.
const PARTS: [&str; 16] = [
    "base",
    "packages",
    "slots",
    "services",
    "sizes",
    "alluxio",
    "catalog",
    "presto",
    "configuration",
    "clients",
    "metastore",
    "superset",
    "observe",
    "drain",
    "watch",
    "main",
];

/// Where the node script has the list of `metastore.txt`.
const PACKAGES: &str = "METASTORE_PACKAGES";
/// What all of them begin with; the script puts it before them.
const CENTRAL: &str = "https://repo1.maven.org/maven2/";
/// Where it has the one checksum of all that is listed there.
const CHECKSUM: &str = "METASTORE_CHECKSUM";

/// The node script as nodes get it.
pub struct NodeScript {
    /// What Bash runs.
    pub text: String,
    /// For the metadata: packed and in base 92.
    pub packed: String,
}

impl NodeScript {
    /// Joins the parts and takes the names of the configuration's values out of `resources`. Python unpacks it:
    /// cloud-init, which runs user data, is written in it; LZMA and base 92 are an eighth shorter than zlib and base 64.
    pub fn read(resources: &mut Map<String, Value>) -> Result<Self> {
        let mut joined = String::new();
        for part in PARTS {
            joined.push_str(&bare(&source(part)?));
        }
        let joined = with_packages(&joined)?;
        let names = values_alone(resources)?;
        let (shebang, rest) = joined.split_once('\n').context("the script begins with a line of its own")?;
        let text = format!("{shebang}\ndeclare -A NAMES=({names})\n{rest}");
        Ok(Self { packed: base92(&packed(&text)?), text })
    }

    /// What a node runs first: `user-data.sh`, with the digest of the node script in it, so that a change of the script
    /// rolls the nodes. The template puts the configuration behind it.
    pub fn user_data(&self) -> Result<String> {
        let digest = hex(&Sha256::digest(self.text.as_bytes()));
        Ok(bare(&source("user-data")?).replace("DIGEST", &digest) + "#CONFIGURATION\n")
    }
}

/// The script as LZMA, which Python's standard library reads. No bits for positions: shell has no alignment.
fn packed(text: &str) -> Result<Vec<u8>> {
    let mut options = LzmaOptions::new_preset(9).context("options of LZMA")?;
    let stream = Stream::new_lzma_encoder(options.position_bits(0)).context("an encoder of LZMA")?;
    let mut bytes = Vec::new();
    XzEncoder::new_stream(text.as_bytes(), stream).read_to_end(&mut bytes).context("packing the node script")?;
    Ok(bytes)
}

fn source(part: &str) -> Result<String> {
    let path = root().join(SOURCES).join(format!("{part}.sh"));
    std::fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))
}

/// The script with the list of what the metastore consists of, and one checksum: that of what `sha256sum` says of the files
/// in their order. One for each would need a kilobyte of every template.
fn with_packages(script: &str) -> Result<String> {
    let path = root().join(SOURCES).join("metastore.txt");
    let list = std::fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
    let (mut uris, mut sums) = (Vec::new(), Sha256::new());
    for line in list.lines().filter(|line| !line.starts_with('#')) {
        let (uri, sum) = line.split_once(' ').with_context(|| format!("{line}: a line is URI and SHA-256"))?;
        sums.update(format!("{sum}  {}\n", uri.rsplit('/').next().unwrap_or(uri)));
        uris.push(uri.strip_prefix(CENTRAL).with_context(|| format!("{uri} is not of Maven Central"))?);
    }
    ensure!(script.matches(PACKAGES).count() == 1, "the node script has no place for the metastore's packages");
    Ok(script.replace(PACKAGES, &uris.join(" ")).replace(CHECKSUM, &hex(&sums.finalize())))
}

/// Lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Takes the names of the configuration's values out of user data, where each role has them once more in every template
/// body; returns them by role, as the script declares them.
fn values_alone(resources: &mut Map<String, Value>) -> Result<String> {
    let mut roles = Vec::new();
    for resource in resources.values_mut() {
        let data = "/Properties/LaunchTemplateData/UserData/Fn::Base64/Fn::Join/1/1/Fn::Sub";
        let Some(configuration) = resource.pointer_mut(data) else { continue };
        let text = if configuration.is_array() { &mut configuration[0] } else { configuration };
        let lines = text.as_str().context("the configuration of a node is a text")?;
        let pairs: Option<Vec<_>> = lines.lines().map(|line| line.split_once('=')).collect();
        let (names, values): (Vec<_>, Vec<_>) =
            pairs.context("each line of a node's configuration is NAME=VALUE")?.into_iter().unzip();
        ensure!(names.starts_with(&FIRST), "the configuration of a node begins with {FIRST:?}");
        roles.push(format!("[{}]='{}'", values[0], names.join(" ")));
        *text = json!(values.join("\n") + "\n");
    }
    roles.sort();
    Ok(roles.join(" "))
}

/// What a node's configuration begins with: user data reads it by position.
const FIRST: [&str; 3] = ["role", "resource", "stack"];

/// The script without what is there for readers of the repository: whole-line comments, empty lines, indentation. Texts
/// that the script writes as they stand are left alone: from `<<WORD` to a line with that word.
fn bare(script: &str) -> String {
    let (mut kept, mut end) = (String::new(), None::<&str>);
    for line in script.lines() {
        let text = if end.is_some() { line } else { line.trim_start() };
        if end == Some(line) {
            end = None;
        } else if end.is_none() {
            if text.is_empty() || (text.starts_with('#') && !text.starts_with("#!")) {
                continue;
            }
            end = here_document(text);
        }
        kept.push_str(text);
        kept.push('\n');
    }
    kept
}

/// The word that ends the text which begins below this line.
fn here_document(line: &str) -> Option<&str> {
    let word = line.rsplit_once("<<")?.1.trim_matches('\'');
    (!word.is_empty() && word.bytes().all(|byte| byte.is_ascii_uppercase())).then_some(word)
}

/// One number in base 92, its digits the characters from `#` to `~`. The one that YAML escapes is written as `!`.
fn base92(bytes: &[u8]) -> String {
    let digits = BigUint::from_bytes_be(bytes).to_radix_be(92);
    digits.into_iter().map(|digit| char::from(digit + b'#')).map(|c| if c == '\\' { '!' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base_92_is_one_number() {
        assert_eq!(base92(&[91]), "~");
        assert_eq!(base92(&[57]), "!", "a backslash would be two characters in the body");
        assert_eq!(base92(&[1, 0]), "%k", "256 is 2 times 92 and 72");
    }

    #[test]
    fn texts_below_a_here_document_keep_their_indentation() {
        let script = "#!/bin/bash\nif a; then\n  # why\n  cat <<'TEXT'\n  # kept\n\nTEXT\n  b\nfi\n";
        assert_eq!(bare(script), "#!/bin/bash\nif a; then\ncat <<'TEXT'\n  # kept\n\nTEXT\nb\nfi\n");
    }
}
