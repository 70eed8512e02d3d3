//! What a node runs first, with stand-ins for `aws`, `curl` and `sleep`: it finds the node script that it was made with,
//! or says why it cannot.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Output};

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use starburst_tests::clients::place;
use tempfile::TempDir;

const START: &str = "exec bash node.sh boot";
const CONFIGURATION: &str = "worker\nWorkers\nanalytics\n8080\n";

/// A folder for the node, and programs that write down how they are called. `metadata` is what CloudFormation answers.
struct Node {
    folder: TempDir,
    home: String,
}

impl Node {
    fn new(metadata: &str) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let home = folder.path().join("starburst").display().to_string();
        let bin = folder.path().join("bin");
        fs::create_dir(&bin)?;
        fs::write(folder.path().join("metadata"), metadata)?;
        let calls = folder.path().join("calls").display().to_string();
        let answer = folder.path().join("metadata").display().to_string();
        program(&bin, "curl", "echo us-east-1")?;
        program(&bin, "sleep", "exit 0")?;
        program(&bin, "aws", &format!("echo \"$*\" >>{calls}\n[[ $2 != describe-stack-resource ]] || cat {answer}"))?;
        Ok(Self { folder, home })
    }

    /// Runs the template's user data, which only checks the syntax of the script that it finds.
    fn run(&self) -> Result<Output> {
        let template: Value = serde_json::from_str(starburst_core::template::JSON)?;
        let body = template["Mappings"]["Bootstrap"]["Node"]["Body"].as_str().context("the bootstrap has a body")?;
        ensure!(body.contains(START), "user data starts the script");
        let moved = body.replace("/opt/starburst", &self.home).replace(START, "exec bash -n node.sh");
        let script = self.folder.path().join("user-data");
        fs::write(&script, format!("{moved}{CONFIGURATION}"))?;
        let path = format!("{}:{}", self.folder.path().join("bin").display(), std::env::var("PATH")?);
        Ok(Command::new("bash").arg(&script).env("PATH", path).output()?)
    }

    fn calls(&self) -> String {
        fs::read_to_string(self.folder.path().join("calls")).unwrap_or_default()
    }
}

fn program(folder: &Path, name: &str, body: &str) -> Result<()> {
    let file = folder.join(name);
    fs::write(&file, format!("#!/bin/bash\n{body}\n"))?;
    Ok(fs::set_permissions(&file, fs::Permissions::from_mode(0o755))?)
}

/// Packs another script as `sdk-gen` packs the node script.
const PACK: &str = "import lzma
n, text = int.from_bytes(lzma.compress(b'echo other', format=lzma.FORMAT_ALONE), 'big'), ''
while n: n, text = n // 92, chr(n % 92 + 35) + text
print(text.replace(chr(92), '!'))";

#[test]
fn user_data_lays_out_the_configuration_and_the_script_that_it_was_made_with() -> Result<()> {
    let template: Value = serde_json::from_str(starburst_core::template::JSON)?;
    let node = Node::new(&template["Resources"]["LogGroup"]["Metadata"].to_string())?;
    let run = node.run()?;
    let said = String::from_utf8_lossy(&run.stderr);
    ensure!(run.status.success() && said.is_empty(), "{said}");
    assert_eq!(fs::read_to_string(format!("{}/node.conf", node.home))?, CONFIGURATION);
    let script = fs::read_to_string(format!("{}/node.sh", node.home))?;
    assert_eq!(script, fs::read_to_string(place::workspace().join("schema/generated/node.sh"))?);
    assert_eq!(node.calls().lines().count(), 1, "one call: {}", node.calls());
    assert!(node.calls().contains("--stack-name analytics --logical-resource-id LogGroup"), "{}", node.calls());
    Ok(())
}

#[test]
fn a_script_of_another_version_is_not_run_and_the_node_says_so() -> Result<()> {
    // Base 85 of `echo other`, packed.
    let other = Command::new("python3").args(["-c", PACK]).output()?;
    let packed = String::from_utf8(other.stdout)?;
    let node = Node::new(&serde_json::json!({ "Bootstrap": packed.trim() }).to_string())?;
    let run = node.run()?;
    assert!(!run.status.success());
    let calls = node.calls();
    assert_eq!(calls.matches("describe-stack-resource").count(), 40, "ten minutes are waited: {calls}");
    assert!(calls.contains("boot failed: no node script in the metadata"), "{calls}");
    assert!(calls.contains("signal-resource --stack-name analytics --logical-resource-id Workers"), "{calls}");
    Ok(())
}
