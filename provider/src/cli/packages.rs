//! The command that builds the mirror which `packages.mirrorUri` names: fetches what nodes install, compares checksums,
//! uploads it, and looks at what was stored. The list of checksums comes last, so that a mirror half made is none.

mod fetch;
mod store;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Subcommand};
use starburst_core::failure::Client;
use starburst_core::template::packages;

use super::place::Place;
use super::watch::tell;
use crate::outside::Outside;
use crate::{log, panic};
use store::Mirror;

/// Software of the nodes.
#[derive(Debug, Subcommand)]
pub enum Packages {
    /// Fill an s3:// prefix with everything that nodes install, for subnets without a way out.
    #[command(after_help = AFTER)]
    Mirror(MirrorArguments),
}

/// What goes where.
#[derive(Debug, Args)]
pub struct MirrorArguments {
    /// Where the mirror is, s3://BUCKET/PREFIX: what `packages.mirrorUri` will say.
    mirror: String,
    #[command(flatten)]
    place: Place,
    /// Folder in which downloads are kept and looked for; what is there already is not fetched again.
    #[arg(long, value_name = "DIR", default_value = "starburst-packages")]
    folder: PathBuf,
    /// A package of your own besides, as presto.packageUri and the like name it; may be given several times. Compared
    /// with HEX when it ends with #sha256=HEX.
    #[arg(long = "package", value_name = "URI")]
    packages: Vec<String>,
    /// Leave out what nodes install when no input names anything else.
    #[arg(long, requires = "packages")]
    without_defaults: bool,
    /// Download nothing: everything must lie in the folder.
    #[arg(long)]
    offline: bool,
    /// Fetch and upload nothing: look at the mirror that is there.
    #[arg(long, conflicts_with_all = ["offline", "folder"])]
    check: bool,
}

const AFTER: &str = "\
The defaults are 1.2 GB. Run again after an interruption: what is fetched and stored already is not moved twice. Alluxio's \
publisher pins no checksum: what was fetched first is what the mirror's SHA256SUMS says from then on.

Superset's node takes its Python packages from an archive that is published nowhere: make superset-6.1.0-wheels.tar as \
docs/nodes.md says, and put it into the folder first.

The caller needs s3:PutObject and s3:GetObject on the prefix and s3:ListBucket on the bucket; the nodes read it by their \
instance profile.

Example:
  pulumi-resource-starburst packages mirror s3://my-bucket/packages --region eu-central-1";

/// A file that the mirror shall have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// Where it is published; none for a file that lies in the folder only.
    pub uri: Option<String>,
    /// Its name in the mirror.
    pub file: String,
    /// SHA-256, lower-case hex, where one is known beforehand.
    pub sha256: Option<String>,
}

/// Carries the command out.
pub fn run(command: &Packages, client: Client) -> ExitCode {
    let Packages::Mirror(arguments) = command;
    panic::tell_the_place_alone();
    log::start(log::Reader::Person);
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("the program cannot start: {error}");
            return ExitCode::FAILURE;
        }
    };
    runtime.block_on(async {
        let clients = match Outside::clients(&arguments.place.settings(None)).await {
            Ok(clients) => clients,
            Err(failure) => return tell(&failure, client),
        };
        match mirror(arguments, &clients.objects).await {
            Ok(()) => ExitCode::SUCCESS,
            Err(why) => {
                eprintln!("error: {why}");
                ExitCode::FAILURE
            }
        }
    })
}

async fn mirror(arguments: &MirrorArguments, objects: &crate::aws::s3::S3Client) -> Result<(), String> {
    let mirror = Mirror::at(&arguments.mirror, objects)?;
    mirror.reachable().await?;
    if arguments.check {
        return mirror.check().await;
    }
    let wanted = wanted(arguments)?;
    std::fs::create_dir_all(&arguments.folder)
        .map_err(|error| format!("{} cannot be made: {error}", arguments.folder.display()))?;
    if arguments.offline {
        all_there(&wanted, &arguments.folder)?;
    }
    let mut sums = Vec::new();
    for (at, one) in wanted.iter().enumerate() {
        let count = format!("{} of {}", at + 1, wanted.len());
        let sha256 = fetch::present(one, &arguments.folder, &count).await?;
        mirror.upload(&arguments.folder.join(&one.file), &one.file, &sha256, &count).await?;
        sums.push((sha256, one.file.clone()));
    }
    mirror.finish(&sums).await?;
    mirror.check().await
}

/// Everything that the mirror shall have; all that is wrong with the arguments at once.
fn wanted(arguments: &MirrorArguments) -> Result<Vec<Wanted>, String> {
    let mut all = Vec::new();
    if !arguments.without_defaults {
        all.extend(packages::defaults().iter().map(|package| Wanted {
            uri: Some(package.uri.to_owned()),
            file: package.file().to_owned(),
            sha256: package.sha256.map(str::to_owned),
        }));
        if arguments.folder.join(packages::SUPERSET_ARCHIVE).is_file() {
            all.push(Wanted { uri: None, file: packages::SUPERSET_ARCHIVE.to_owned(), sha256: None });
        } else {
            eprintln!(
                "{} is not in the folder: a cluster with Superset needs it (see --help)",
                packages::SUPERSET_ARCHIVE
            );
        }
    }
    let mut wrong = Vec::new();
    for text in &arguments.packages {
        match own(text) {
            Ok(package) if all.iter().any(|other| other.file == package.file) => {
                wrong.push(format!("--package {text}: the mirror is flat, and it has a {} already", package.file));
            }
            Ok(package) => all.push(package),
            Err(why) => wrong.push(format!("--package {text}: {why}")),
        }
    }
    if wrong.is_empty() { Ok(all) } else { Err(wrong.join("\nerror: ")) }
}

/// A package of the user's: `URI` or `URI#sha256=HEX`.
fn own(text: &str) -> Result<Wanted, String> {
    let (uri, sha256) = match text.split_once("#sha256=") {
        Some((uri, hex)) => (uri, Some(hex.to_ascii_lowercase())),
        None => (text, None),
    };
    if !(uri.starts_with("https://") || uri.starts_with("http://")) {
        return Err("give an http(s):// URI; what lies at s3:// needs no mirror".to_owned());
    }
    if sha256.as_ref().is_some_and(|hex| hex.len() != 64 || !hex.bytes().all(|byte| byte.is_ascii_hexdigit())) {
        return Err("a SHA-256 has 64 hexadecimal digits".to_owned());
    }
    let file = uri.rsplit('/').next().unwrap_or_default().to_owned();
    if file.is_empty() {
        return Err("the URI ends without a file's name".to_owned());
    }
    Ok(Wanted { uri: Some(uri.to_owned()), file, sha256 })
}

fn all_there(wanted: &[Wanted], folder: &Path) -> Result<(), String> {
    let missing: Vec<&str> =
        wanted.iter().filter(|one| !folder.join(&one.file).is_file()).map(|one| one.file.as_str()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(format!("{} lacks: {}; run once without --offline, or put them there", folder.display(), missing.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_of_ones_own_may_carry_its_checksum() {
        let sum = "Ab".repeat(32);
        let given = own(&format!("https://host/a/p-1.tar.gz#sha256={sum}"));
        assert_eq!(
            given,
            Ok(Wanted {
                uri: Some("https://host/a/p-1.tar.gz".to_owned()),
                file: "p-1.tar.gz".to_owned(),
                sha256: Some(sum.to_ascii_lowercase()),
            })
        );
        assert!(own("https://host/p.tar.gz").is_ok_and(|one| one.sha256.is_none()));
        for wrong in ["s3://b/p.tar.gz", "p.tar.gz", "https://host/", "https://host/p#sha256=12"] {
            assert!(own(wrong).is_err(), "{wrong}");
        }
    }
}
