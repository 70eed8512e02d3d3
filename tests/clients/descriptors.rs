//! The official descriptors: of Pulumi's protocol as the Python package of the pinned version carries them, of
//! Terraform's as Go modules do. It must not know our own descriptors; a test compares the two.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};

use super::command::run;
use super::tools::{self, Tool};
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

/// Files of plugin protocol 6 and of the services beside it, as others carry them.
#[derive(Debug, Clone)]
pub struct TerraformFiles {
    /// The protocol as the library for providers in Go has it.
    pub plugin_go: PathBuf,
    /// The protocol as OpenTofu has it.
    pub opentofu: PathBuf,
    /// The services beside it, as go-plugin has them.
    pub go_plugin: [PathBuf; 3],
}

/// The official files, from the pinned modules; downloaded now if this is the first time.
pub fn terraform() -> Result<TerraformFiles> {
    let module = |tool, path| tools::module_folder(tool, path);
    let plugin_go = module(Tool::Protocol, "github.com/hashicorp/terraform-plugin-go")?;
    let go_plugin = module(Tool::Protocol, "github.com/hashicorp/go-plugin")?;
    let opentofu = module(Tool::Tofu, "github.com/opentofu/opentofu")?;
    Ok(TerraformFiles {
        plugin_go: plugin_go.join("tfprotov6/internal/tfplugin6/tfplugin6.proto"),
        opentofu: opentofu.join("docs/plugin-protocol/tfplugin6.10.proto"),
        go_plugin: ["controller", "stdio", "broker"]
            .map(|name| go_plugin.join(format!("internal/plugin/grpc_{name}.proto"))),
    })
}
