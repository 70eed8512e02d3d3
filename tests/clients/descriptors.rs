//! The official descriptors of Pulumi's protocol, as the Python package of the pinned version carries them.
//! It must not know our own descriptors; a test compares the two.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};

use super::command::run;
use super::{place, python};

/// The files of the protocol that the plugin speaks, without `.proto`; `status` is Google's.
pub const FILES: [&str; 7] = ["provider", "plugin", "alias", "engine", "errors", "resource_status", "status"];

const SCRIPT: &str = r#"
import importlib, sys
for name in sys.argv[2:]:
    module = importlib.import_module(f"pulumi.runtime.proto.{name}_pb2")
    with open(f"{sys.argv[1]}/{name}.pb", "wb") as file:
        file.write(module.DESCRIPTOR.serialized_pb)
"#;

/// A folder with one serialised `FileDescriptorProto` for each of [`FILES`], named `<file>.pb`.
pub fn official() -> Result<PathBuf> {
    let bin = python::Environment::Clients.bin()?;
    let digest =
        place::digest_of(&[place::pins().join("python/requirements.txt"), place::pins().join("descriptors.rs")])?;
    let folder = place::tool_folder("descriptors");
    place::fill_once(&folder, &digest, |empty| {
        let mut command = Command::new(bin.join("python"));
        command.args(["-c", SCRIPT]).arg(empty).args(FILES);
        run(&mut command, Duration::from_secs(120))?.success().context("reading the official descriptors")?;
        Ok(())
    })?;
    Ok(folder)
}
