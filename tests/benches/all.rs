//! `cargo bench-all`: speed and size of the plugin as tables, with the marks they are held against. Medians; nothing
//! is asserted by the clock. Ratios are against a peer of the same run.
//!
//! The bench itself is built without optimisation, to share what the tests compile: the plugin under measurement is
//! the released one, and the client's share of a call's time is in the figures.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use starburst_provider::pulumi::wire;
use starburst_tests::clients::{Options, Program, PulumiProject, place};
use starburst_tests::fake;
use tonic::codegen::http::uri::PathAndQuery;

#[path = "parts/many.rs"]
mod many;
#[path = "parts/terraform.rs"]
mod terraform;

/// Runs of a measurement of the process.
const STARTS: usize = 20;
/// Runs of a measurement of one call.
const CALLS: usize = 200;
/// Runs of a whole preview, each side; they alternate.
const PREVIEWS: usize = 10;

fn main() -> Result<()> {
    // `cargo test --benches` and `cargo bench --list` only want to know that this builds.
    if std::env::args().any(|argument| argument == "--test" || argument == "--list") {
        println!("0 tests, 0 benchmarks");
        return Ok(());
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let plugin = build()?;
    println!("\nPlugin of profile dist; medians (lowest to highest); the machine is shared and noisy.\n");
    let mut table = Table::default();
    let size = std::fs::metadata(&plugin)?.len();
    table.row("binary, stripped", &format!("{:.1} MB", size as f64 / 1e6), "≤ 25 MB");
    process(&plugin, &mut table)?;
    large_template(&plugin, &mut table)?;
    runtime.block_on(calls(&plugin, &mut table))?;
    previews(&plugin, &runtime, &mut table)?;
    many::measure(&plugin, &runtime, &mut table)?;
    terraform::measure(&plugin, &runtime, &mut table)?;
    table.print();
    Ok(())
}

/// Names an executable to measure instead of building one, for comparisons of two builds.
const PLUGIN: &str = "STARBURST_BENCH_PLUGIN";

/// Builds the plugin as it is released.
fn build() -> Result<PathBuf> {
    if let Some(path) = std::env::var_os(PLUGIN) {
        return Ok(PathBuf::from(path));
    }
    let status = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .current_dir(place::workspace())
        .args([
            "build",
            "--quiet",
            "--locked",
            "--workspace",
            "--bin",
            "pulumi-resource-starburst",
            "--profile",
            "dist",
        ])
        .status()?;
    anyhow::ensure!(status.success(), "building the plugin of profile dist");
    Ok(place::target().join("dist/pulumi-resource-starburst"))
}

#[derive(Default)]
struct Table(Vec<[String; 3]>);

impl Table {
    fn row(&mut self, what: &str, measured: &str, mark: &str) {
        self.0.push([what.to_owned(), measured.to_owned(), mark.to_owned()]);
    }
    fn times(&mut self, what: &str, times: &mut [Duration], mark: &str) {
        times.sort();
        let ms = |time: Option<&Duration>| time.map_or(0.0, |time| time.as_secs_f64() * 1000.0);
        let (low, mid, high) = (ms(times.first()), ms(times.get(times.len() / 2)), ms(times.last()));
        self.row(what, &format!("{mid:.2} ms ({low:.2} to {high:.2})"), mark);
    }
    fn print(&self) {
        let width = |column: usize| self.0.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
        for row in &self.0 {
            println!("  {:<a$}  {:<b$}  {}", row[0], row[1], row[2], a = width(0), b = width(1));
        }
    }
}

/// A running plugin; dropping it ends the process that was started.
struct Running {
    child: Child,
    port: u16,
    took: Duration,
}

impl Running {
    fn start(plugin: &Path) -> Result<Self> {
        Self::start_with(plugin, &[])
    }
    fn start_with(plugin: &Path, env: &[(String, String)]) -> Result<Self> {
        let begun = Instant::now();
        let mut child = Command::new(plugin)
            .envs(env.iter().cloned())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .context("starting the plugin")?;
        let mut line = String::new();
        BufReader::new(child.stdout.take().context("its output")?).read_line(&mut line)?;
        let took = begun.elapsed();
        let port = line.trim().parse().with_context(|| format!("the port line says {line:?}"))?;
        Ok(Self { child, port, took })
    }
    /// Resident memory in MB, and its highest value so far.
    fn memory(&self) -> Result<(f64, f64)> {
        let (now, peak) = Self::memory_of(Path::new(&format!("/proc/{}", self.child.id())))?;
        Ok((now / 1e6, peak / 1e6))
    }
    /// The same of any process, in bytes, by its folder in `/proc`.
    fn memory_of(process: &Path) -> Result<(f64, f64)> {
        let status = std::fs::read_to_string(process.join("status"))?;
        let of = |name: &str| {
            let line = status.lines().find(|line| line.starts_with(name)).unwrap_or_default();
            line.split_whitespace().nth(1).and_then(|kib| kib.parse::<f64>().ok()).unwrap_or(0.0) * 1024.0
        };
        Ok((of("VmRSS:"), of("VmHWM:")))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn process(plugin: &Path, table: &mut Table) -> Result<()> {
    let mut times = Vec::new();
    let mut idle = 0.0;
    for _ in 0..STARTS {
        let running = Running::start(plugin)?;
        times.push(running.took);
        idle = running.memory()?.0;
    }
    table.times("start to port line", &mut times, "≤ 20 ms");
    table.row("idle memory", &format!("{idle:.1} MB"), "≤ 20 MB");
    Ok(())
}

/// A template of a user's, as large as CloudFormation takes it, looked at from the start of the process to its end.
fn large_template(plugin: &Path, table: &mut Table) -> Result<()> {
    // As many parameters and resources as CloudFormation takes, and text until a megabyte is full.
    const LINE: &str = "              a line of a script that is as long as such lines are ${AWS::StackName}\n";
    let mut text = "Parameters:\n  WorkersCount: { Type: Number }\n".to_owned();
    for number in 1..200 {
        text.push_str(&format!("  Parameter{number}: {{ Type: String, Default: value }}\n"));
    }
    text.push_str("Resources:\n");
    for number in 0..500 {
        text.push_str(&format!(
            "  Queue{number}:\n    Type: AWS::SQS::Queue\n    Properties:\n      QueueName: !Sub \"${{AWS::StackName}}-{number}\"\n      Tags:\n        - Key: text\n          Value: !Sub |\n{}",
            LINE.repeat(22)
        ));
    }
    let folder = tempfile::TempDir::with_prefix("bench-")?;
    std::fs::write(folder.path().join("large.yaml"), text)?;
    let mut times = Vec::new();
    for _ in 0..STARTS {
        let begun = Instant::now();
        let run = Command::new(plugin).args(["template", "check", "large.yaml"]).current_dir(&folder).output()?;
        times.push(begun.elapsed());
        anyhow::ensure!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    }
    table.times("template check of 1 MB, from start to end", &mut times, "≤ 50 ms");
    Ok(())
}

/// Times of single calls over gRPC on loopback, the client's own time included.
async fn calls(plugin: &Path, table: &mut Table) -> Result<()> {
    let running = Running::start(plugin)?;
    let channel =
        tonic::transport::Endpoint::from_shared(format!("http://127.0.0.1:{}", running.port))?.connect().await?;
    let mut client = tonic::client::Grpc::new(channel).max_decoding_message_size(64 << 20);
    let mut schema = Vec::new();
    let mut check_and_diff = Vec::new();
    for _ in 0..CALLS {
        let begun = Instant::now();
        let _: wire::GetSchemaResponse = unary(&mut client, "GetSchema", wire::GetSchemaRequest::default()).await?;
        schema.push(begun.elapsed());
        let begun = Instant::now();
        let checked: wire::CheckResponse = unary(&mut client, "Check", check_request()).await?;
        let diff = wire::DiffRequest {
            id: "arn:aws:cloudformation:us-east-1:123456789012:stack/bench/0".to_owned(),
            urn: check_request().urn,
            olds: checked.inputs.clone(),
            old_inputs: checked.inputs.clone(),
            news: checked.inputs,
            ..Default::default()
        };
        let _: wire::DiffResponse = unary(&mut client, "Diff", diff).await?;
        check_and_diff.push(begun.elapsed());
    }
    table.times("GetSchema", &mut schema, "≤ 5 ms");
    table.times("Check + Diff", &mut check_and_diff, "≤ 5 ms");
    let (now, peak) = running.memory()?;
    table.row("memory after these calls", &format!("{now:.1} MB (peak {peak:.1} MB)"), "≤ 30 MB");
    Ok(())
}

async fn unary<Q, A>(client: &mut tonic::client::Grpc<tonic::transport::Channel>, call: &str, request: Q) -> Result<A>
where
    Q: prost::Message + Send + Sync + 'static,
    A: prost::Message + Default + Send + Sync + 'static,
{
    client.ready().await?;
    let path = PathAndQuery::try_from(format!("/pulumirpc.ResourceProvider/{call}"))?;
    let codec = tonic_prost::ProstCodec::<Q, A>::default();
    Ok(client.unary(tonic::Request::new(request), path, codec).await?.into_inner())
}

fn check_request() -> wire::CheckRequest {
    let text = |text: &str| prost_types::Value { kind: Some(prost_types::value::Kind::StringValue(text.to_owned())) };
    let object = |fields: Vec<(&str, prost_types::Value)>| prost_types::Value {
        kind: Some(prost_types::value::Kind::StructValue(prost_types::Struct {
            fields: fields.into_iter().map(|(key, value)| (key.to_owned(), value)).collect(),
        })),
    };
    let list = prost_types::ListValue { values: vec![text(fake::seed::SECURITY_GROUP)] };
    let groups = prost_types::Value { kind: Some(prost_types::value::Kind::ListValue(list)) };
    let count = prost_types::Value { kind: Some(prost_types::value::Kind::NumberValue(3.0)) };
    let network = object(vec![
        ("vpcId", text(fake::seed::VPC)),
        ("subnetId", text(fake::seed::PUBLIC_SUBNET)),
        ("securityGroupIds", groups),
    ]);
    let news = prost_types::Struct {
        fields: [
            ("network".to_owned(), network),
            ("ec2".to_owned(), object(vec![("workerCount", count)])),
            ("alluxio".to_owned(), object(vec![("s3RootMount", text("s3://analytics-data/alluxio"))])),
        ]
        .into(),
    };
    wire::CheckRequest {
        urn: "urn:pulumi:dev::bench::starburst:index:PrestoAlluxioCluster::joint".to_owned(),
        news: Some(news),
        ..Default::default()
    }
}

/// A preview without changes, beside a preview of a program without any resource.
fn previews(plugin: &Path, runtime: &tokio::runtime::Runtime, table: &mut Table) -> Result<()> {
    let world = fake::World::new(fake::WorldConfig::real(600.0));
    let server = runtime.block_on(fake::serve(world))?;
    let env = model(&server);
    let folder = plugin.parent().context("the plugin's folder")?.to_path_buf();
    let project = |program: String| {
        let options = Options::new(Program::Yaml(program));
        PulumiProject::with(Options { plugin: Some(folder.clone()), env: env.clone(), ..options })
    };
    let mut watched = project(program(1))?;
    let attached = Running::start_with(plugin, &env)?;
    watched.set_env("PULUMI_DEBUG_PROVIDERS", &format!("starburst:{}", attached.port));
    for run in [watched.up()?, watched.destroy()?] {
        run.success()?;
    }
    table.row("peak memory of a whole up and destroy", &format!("{:.1} MB", attached.memory()?.1), "≤ 30 MB");
    drop(attached);
    let with = project(program(1))?;
    let without = project(program(0))?;
    for project in [&with, &without] {
        project.up()?.success()?;
    }
    let (mut own, mut peer) = (Vec::new(), Vec::new());
    for _ in 0..PREVIEWS {
        own.push(with.preview(&["--expect-no-changes"])?.success()?.elapsed);
        peer.push(without.preview(&[])?.success()?.elapsed);
    }
    own.sort();
    peer.sort();
    let (own_median, peer_median) = (own[own.len() / 2], peer[peer.len() / 2]);
    table.times("preview without change", &mut own, "");
    table.times("the same program without a resource", &mut peer, "");
    let more = own_median.saturating_sub(peer_median);
    let ratio = own_median.as_secs_f64() / peer_median.as_secs_f64();
    table.row("difference, ratio", &format!("{:.0} ms, {ratio:.2}", more.as_secs_f64() * 1000.0), "≤ 300 ms");
    Ok(())
}

/// What leads the plugin to a model of AWS.
fn model(server: &fake::Server) -> Vec<(String, String)> {
    let env = [
        ("AWS_ENDPOINT_URL", server.endpoint.as_str()),
        ("AWS_REGION", "us-east-1"),
        ("AWS_ACCESS_KEY_ID", "AKIAMODELOFAWS000001"),
        ("AWS_SECRET_ACCESS_KEY", "a-key-for-the-model"),
    ];
    env.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec()
}

/// A program with so many clusters of the same inputs.
fn program(clusters: usize) -> String {
    let head = "name: bench\nruntime: yaml\n";
    if clusters == 0 {
        return format!("{head}outputs:\n  nothing: true\n");
    }
    let cluster = format!(
        "    type: starburst:PrestoAlluxioCluster\n    properties:\n      network:\n        vpcId: {}\n        subnetId: {}\n        securityGroupIds: [{}]\n      ec2: {{ workerCount: 3 }}\n      alluxio: {{ s3RootMount: \"s3://analytics-data/alluxio\" }}\n",
        fake::seed::VPC,
        fake::seed::PUBLIC_SUBNET,
        fake::seed::SECURITY_GROUP
    );
    let all = (0..clusters).map(|number| format!("  joint{number}:\n{cluster}"));
    format!("{head}resources:\n{}", all.collect::<String>())
}
