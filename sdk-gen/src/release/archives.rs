//! The plugin as both clients install it: a tarball for Pulumi; for Terraform a zip, the registry's manifest and the
//! checksums that are signed. Layouts: <https://www.pulumi.com/docs/iac/build-with-pulumi/publishing-packages/> and
//! <https://developer.hashicorp.com/terraform/registry/providers/publishing>.

use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use flate2::{Compression, GzBuilder};
use serde_json::json;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use super::{VERSION, notes, sums_of};
use crate::artifact::root;

const EXECUTABLE: u32 = 0o755;
const PLAIN: u32 = 0o644;

/// This machine's platform as Go spells it, which both clients do: `linux`, `amd64`.
pub fn platform() -> (&'static str, &'static str) {
    let system = match std::env::consts::OS {
        "macos" => "darwin",
        other => other,
    };
    let machine = match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    };
    (system, machine)
}

/// The tarball that `pulumi plugin install` takes.
pub fn pulumi() -> String {
    let (system, machine) = platform();
    format!("pulumi-resource-starburst-v{VERSION}-{system}-{machine}.tar.gz")
}

/// The zip of a registry and of a filesystem mirror.
pub fn terraform() -> String {
    let (system, machine) = platform();
    format!("terraform-provider-starburst_{VERSION}_{system}_{machine}.zip")
}

/// The registry's manifest.
pub fn manifest() -> String {
    format!("terraform-provider-starburst_{VERSION}_manifest.json")
}

/// The checksums that a registry asks to be signed.
pub fn sums() -> String {
    format!("terraform-provider-starburst_{VERSION}_SHA256SUMS")
}

/// One file of an archive.
struct Member {
    name: String,
    mode: u32,
    content: Vec<u8>,
}

/// Writes all four. `epoch`: the time of every member.
pub fn write(plugin: &Path, out: &Path, epoch: u64) -> Result<()> {
    let program = read(plugin)?;
    let others = [("CHANGELOG.md", notes::notes()?.into_bytes()), ("LICENSE", read(&root().join("LICENSE"))?)];
    let with = |name: String| {
        let mut members: Vec<Member> = others
            .iter()
            .map(|(name, content)| Member { name: (*name).to_owned(), mode: PLAIN, content: content.clone() })
            .collect();
        members.push(Member { name, mode: EXECUTABLE, content: program.clone() });
        members
    };
    tarball(&out.join(pulumi()), &with("pulumi-resource-starburst".to_owned()), epoch)?;
    zipped(&out.join(terraform()), &with(format!("terraform-provider-starburst_v{VERSION}")), epoch)?;
    let protocols = json!({ "version": 1, "metadata": { "protocol_versions": ["6.0"] } });
    fs::write(out.join(manifest()), serde_json::to_string_pretty(&protocols)? + "\n")?;
    fs::write(out.join(sums()), sums_of(out, &[terraform(), manifest()])?)?;
    Ok(())
}

fn read(path: &Path) -> Result<Vec<u8>> {
    let mut content = Vec::new();
    let file = File::open(path).with_context(|| format!("opening {}", path.display()));
    file?.read_to_end(&mut content).with_context(|| format!("reading {}", path.display()))?;
    Ok(content)
}

fn tarball(path: &PathBuf, members: &[Member], epoch: u64) -> Result<()> {
    let file = File::create(path).with_context(|| format!("making {}", path.display()))?;
    // The compressed stream has a time and a name of its own, which stay empty.
    let mut archive = tar::Builder::new(GzBuilder::new().write(file, Compression::best()));
    for member in members {
        let mut header = tar::Header::new_ustar();
        header.set_size(u64::try_from(member.content.len())?);
        header.set_mode(member.mode);
        header.set_mtime(epoch);
        header.set_uid(0);
        header.set_gid(0);
        archive.append_data(&mut header, &member.name, member.content.as_slice())?;
    }
    archive.into_inner()?.finish()?;
    Ok(())
}

fn zipped(path: &PathBuf, members: &[Member], epoch: u64) -> Result<()> {
    let file = File::create(path).with_context(|| format!("making {}", path.display()))?;
    let mut archive = ZipWriter::new(file);
    for member in members {
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
        let options = options.compression_level(Some(9)).unix_permissions(member.mode).last_modified_time(time(epoch)?);
        archive.start_file(member.name.as_str(), options)?;
        archive.write_all(&member.content)?;
    }
    archive.finish()?;
    Ok(())
}

/// A zip's time has no zone: that of the release is UTC.
fn time(epoch: u64) -> Result<DateTime> {
    let (date, second) = super::sbom::civil(epoch);
    let (year, month, day) = date;
    let clock = (u8::try_from(second / 3600)?, u8::try_from(second / 60 % 60)?, u8::try_from(second % 60)?);
    DateTime::from_date_and_time(year, month, day, clock.0, clock.1, clock.2).context("a time that a zip can hold")
}
