//! Compiles the project's own protocol files, and keeps their descriptors for the test that compares them with the
//! official ones. Needs no `protoc`.

use std::path::PathBuf;

use prost::Message;

/// Files of each front end's protocols, by the name under which their descriptors are kept.
const PROTOCOLS: [(&str, &[&str]); 2] = [
    (
        "pulumi.pb",
        &[
            "pulumi/provider.proto",
            "pulumi/plugin.proto",
            "pulumi/alias.proto",
            "pulumi/engine.proto",
            "pulumi/errors.proto",
            "pulumi/status.proto",
            "pulumi/resource_status.proto",
        ],
    ),
    (
        "terraform.pb",
        &[
            "terraform/tfplugin6.proto",
            "terraform/grpc_controller.proto",
            "terraform/grpc_stdio.proto",
            "terraform/grpc_broker.proto",
        ],
    ),
];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo:rerun-if-changed=proto");
    let out = PathBuf::from(std::env::var("OUT_DIR")?);
    for (kept, files) in PROTOCOLS {
        let descriptors = protox::compile(files, ["proto"])?;
        std::fs::write(out.join(kept), descriptors.encode_to_vec())?;
        tonic_prost_build::configure().generate_default_stubs(true).btree_map(".").compile_fds(descriptors)?;
    }
    Ok(())
}
