//! The plugin under Terraform: start, schema, and whole commands beside the official provider of AWS, which holds the
//! same template as an `aws_cloudformation_stack` on the same stand-in.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use serde_json::json;
use starburst_provider::terraform::wire;
use starburst_provider::terraform::wire::provider_client::ProviderClient;
use starburst_tests::clients::terraform::{APPLY, Planned, ProjectOptions};
use starburst_tests::clients::{Client, TerraformProject, place, plugin};
use starburst_tests::demo::Aws;
use starburst_tests::demo::driver::variables;
use starburst_tests::demo::stand_in::StandIn;
use tempfile::TempDir;

use super::{CALLS, STARTS, Table};

#[path = "../../suite/handshake/client.rs"]
#[allow(dead_code, reason = "the tests use the rest of it")]
mod client;

/// Runs of a whole command, each side; they alternate. The peer takes some ten seconds for each.
const COMMANDS: usize = 3;
/// Virtual seconds of the model in a second: a cluster is there in less than one.
const SPEED: f64 = 600.0;
const COOKIE: &str = "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2";

/// Measures, and says what it left out.
pub fn measure(built: &Path, runtime: &tokio::runtime::Runtime, table: &mut Table) -> Result<()> {
    let folder = TempDir::with_prefix("bench-")?;
    let plugin = folder.path().join(plugin::TERRAFORM_PLUGIN);
    std::fs::copy(built, &plugin).context("giving the plugin its other name")?;
    starts(&plugin, table)?;
    runtime.block_on(schema(&plugin, table))?;
    match plugin::aws_provider_mirror() {
        Ok(mirror) => beside(built, &mirror, table),
        Err(why) => {
            println!("left out: the comparison with the AWS provider: {why}\n");
            Ok(())
        }
    }
}

fn command(plugin: &Path) -> Command {
    let mut command = Command::new(plugin);
    command.env("TF_PLUGIN_MAGIC_COOKIE", COOKIE).env("PLUGIN_PROTOCOL_VERSIONS", "5,6");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    command
}

/// The line that a started plugin prints, the process and the time it took.
fn line(mut command: Command) -> Result<(String, std::process::Child, Duration)> {
    let begun = Instant::now();
    let mut child = command.spawn().context("starting the plugin")?;
    let mut line = String::new();
    BufReader::new(child.stdout.take().context("its output")?).read_line(&mut line)?;
    Ok((line, child, begun.elapsed()))
}

fn end(mut child: std::process::Child) {
    let _ = child.kill();
    let _ = child.wait();
}

fn starts(plugin: &Path, table: &mut Table) -> Result<()> {
    let identity = client::Identity::of_terraforms_kind()?;
    let mut times = Vec::new();
    for _ in 0..STARTS {
        let mut tls = command(plugin);
        tls.env("PLUGIN_CLIENT_CERT", &identity.pem);
        let (_, child, took) = line(tls)?;
        end(child);
        times.push(took);
    }
    table.times("Terraform: start to handshake line, with TLS", &mut times, "≤ 20 ms");
    Ok(())
}

async fn schema(plugin: &Path, table: &mut Table) -> Result<()> {
    let (line, child, _) = line(command(plugin))?;
    let socket = line.split('|').nth(3).context("the handshake line names no socket")?.to_owned();
    let mut provider =
        ProviderClient::new(client::plain(Path::new(&socket)).await?).max_decoding_message_size(64 << 20);
    let mut times = Vec::new();
    for _ in 0..CALLS {
        let begun = Instant::now();
        provider.get_provider_schema(wire::get_provider_schema::Request {}).await?;
        times.push(begun.elapsed());
    }
    end(child);
    table.times("Terraform: GetProviderSchema", &mut times, "≤ 5 ms");
    Ok(())
}

/// What one command took: wall time, and the provider's peak memory in bytes.
struct Took(Duration, u64);

fn beside(built: &Path, mirror: &Path, table: &mut Table) -> Result<()> {
    let stand_in = StandIn::start(Aws::Model, SPEED)?;
    let ours = ours(&stand_in, built)?;
    let theirs = theirs(&stand_in, mirror)?;
    let (mut own, mut peer) = (Commands::default(), Commands::default());
    for _ in 0..COMMANDS {
        own.round(&ours)?;
        peer.round(&theirs)?;
    }
    for (name, own, peer, mark) in [
        ("no-change plan", &own.plan, &peer.plan, 20.0),
        ("create", &own.create, &peer.create, 15.0),
        ("update", &own.update, &peer.update, 15.0),
    ] {
        let (mine, other) = (median(own), median(peer));
        let ratio = other.as_secs_f64() / mine.as_secs_f64();
        let text = format!("{:.2} s against {:.2} s: 1/{ratio:.0}", mine.as_secs_f64(), other.as_secs_f64());
        table.row(&format!("tofu, {name}, beside aws_cloudformation_stack"), &text, &format!("≤ 1/{mark:.0}"));
    }
    let memory = |commands: &Commands| {
        let all = commands.plan.iter().chain(&commands.create).chain(&commands.update);
        all.map(|took| took.1).max().unwrap_or_default() as f64 / 1e6
    };
    let (mine, other) = (memory(&own), memory(&peer));
    table.row(
        "peak memory of the provider",
        &format!("{mine:.1} MB against {other:.0} MB: 1/{:.0}", other / mine),
        "≤ 1/20",
    );
    let size = |path: &Path| -> Result<f64> { Ok(std::fs::metadata(path)?.len() as f64 / 1e6) };
    let (mine, other) = (size(built)?, size(&executable(mirror)?)?);
    table.row("file", &format!("{mine:.1} MB against {other:.0} MB: 1/{:.0}", other / mine), "≤ 1/30");
    Ok(())
}

fn median(all: &[Took]) -> Duration {
    let mut times: Vec<Duration> = all.iter().map(|took| took.0).collect();
    times.sort();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

#[derive(Default)]
struct Commands {
    plan: Vec<Took>,
    create: Vec<Took>,
    update: Vec<Took>,
}

impl Commands {
    /// Create, a plan without change, an update in place, destroy.
    fn round(&mut self, project: &TerraformProject) -> Result<()> {
        set_tag(project, "before")?;
        self.create.push(timed(project, APPLY)?);
        self.plan.push(timed(project, &["plan", "-input=false", "-no-color"])?);
        anyhow::ensure!(project.planned()? == Planned::Empty, "a plan without change is empty");
        set_tag(project, "after")?;
        self.update.push(timed(project, APPLY)?);
        project.destroy()?.success().map(drop)
    }
}

fn set_tag(project: &TerraformProject, tag: &str) -> Result<()> {
    project.write("tag.auto.tfvars.json", &json!({ "tag": tag }).to_string())
}

/// Runs a command and looks at its provider's peak memory for as long as it runs.
fn timed(project: &TerraformProject, arguments: &[&str]) -> Result<Took> {
    let running = project.spawn(arguments)?;
    let (client, over, peak) = (running.pid(), Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
    let watcher = {
        let (over, peak) = (over.clone(), peak.clone());
        std::thread::spawn(move || {
            while !over.load(Ordering::Relaxed) {
                peak.fetch_max(peak_of_children(client), Ordering::Relaxed);
                std::thread::sleep(Duration::from_millis(5));
            }
        })
    };
    let run = running.wait(&mut |_| ());
    over.store(true, Ordering::Relaxed);
    let _ = watcher.join();
    Ok(Took(run?.success()?.elapsed, peak.load(Ordering::Relaxed)))
}

/// The highest resident memory, in bytes, that a provider started by this client had so far.
fn peak_of_children(client: u32) -> u64 {
    let processes = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let of = |folder: PathBuf| -> Option<u64> {
        let status = std::fs::read_to_string(folder.join("status")).ok()?;
        let field = |name: &str| status.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
        if field("PPid:")? != client.to_string() || !field("Name:")?.starts_with("terraform-pro") {
            return None;
        }
        field("VmHWM:")?.split_whitespace().next()?.parse::<u64>().ok().map(|kib| kib * 1024)
    };
    processes.filter_map(|process| of(process.path())).max().unwrap_or_default()
}

/// The quick start with one tag that changes.
fn ours(stand_in: &StandIn, built: &Path) -> Result<TerraformProject> {
    let folder = place::workspace().join("examples/terraform/quickstart");
    let mut options = ProjectOptions::of_folder(Client::Tofu, &folder)?;
    options.files.push(("tag.tf".to_owned(), "variable \"tag\" {}\n".to_owned()));
    for (_, text) in &mut options.files {
        *text = text.replace("{ environment = \"dev\" }", "{ environment = var.tag }");
    }
    let project =
        TerraformProject::new(ProjectOptions { env: stand_in.env(), plugin: Some(built.to_path_buf()), ..options })?;
    project.set_variables(&json!(variables(stand_in)))?;
    Ok(project)
}

/// The same template and parameters in a stack of the official provider.
fn theirs(stand_in: &StandIn, mirror: &Path) -> Result<TerraformProject> {
    let ids = variables(stand_in);
    let endpoint = stand_in.env().into_iter().find(|(name, _)| name == "AWS_ENDPOINT_URL").context("the endpoint")?.1;
    let groups = ids["security_group_ids"].as_array().and_then(|groups| groups[0].as_str()).unwrap_or_default();
    let text = format!(
        r#"terraform {{
  required_providers {{
    aws = {{ source = "registry.terraform.io/hashicorp/aws" }}
  }}
}}
provider "aws" {{
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
  skip_region_validation      = true
  endpoints {{ cloudformation = "{endpoint}" }}
}}
variable "tag" {{}}
resource "aws_cloudformation_stack" "joint" {{
  name          = "peer-dev"
  template_body = file("joint.yaml")
  capabilities  = ["CAPABILITY_IAM"]
  parameters = {{
    VPC                = {}
    Subnet             = {}
    SecurityGroups     = "{groups}"
    WorkersCount       = 3
    AlluxioS3RootMount = {}
  }}
  tags = {{ environment = var.tag }}
}}
"#,
        ids["vpc_id"], ids["subnet_id"], ids["s3_root_mount"]
    );
    let files = [("main.tf", text.as_str()), ("joint.yaml", starburst_core::template::BODY)];
    TerraformProject::new(ProjectOptions {
        env: stand_in.env(),
        mirror: Some(mirror.to_path_buf()),
        ..ProjectOptions::new(Client::Tofu, &files)
    })
}

/// The peer's executable in its mirror.
fn executable(mirror: &Path) -> Result<PathBuf> {
    let files = walkdir::WalkDir::new(mirror).into_iter().filter_map(Result::ok);
    let of = |entry: &walkdir::DirEntry| entry.file_name().to_string_lossy().starts_with("terraform-provider-aws");
    files
        .filter(|entry| entry.file_type().is_file())
        .find(of)
        .map(walkdir::DirEntry::into_path)
        .context("no executable")
}
