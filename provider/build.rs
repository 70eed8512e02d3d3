//! Compiles the project's own protocol files, and keeps their descriptors for the test that compares them with the
//! official ones. Needs no `protoc`.

use std::path::PathBuf;

use prost::Message;

const FILES: [&str; 6] = [
    "pulumi/provider.proto",
    "pulumi/plugin.proto",
    "pulumi/alias.proto",
    "pulumi/engine.proto",
    "pulumi/errors.proto",
    "pulumi/status.proto",
];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo:rerun-if-changed=proto");
    let descriptors = protox::compile(FILES, ["proto"])?;
    let out = PathBuf::from(std::env::var("OUT_DIR")?);
    std::fs::write(out.join("pulumi.pb"), descriptors.encode_to_vec())?;
    tonic_prost_build::configure().generate_default_stubs(true).btree_map(".").compile_fds(descriptors)?;
    Ok(())
}
