//! All of it together: the model of AWS at real speed, its server, the metadata service, S3 and the nodes. Runs in the
//! namespaces of [`super::inside`].

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::Value;

use super::credentials::Vault;
use super::machines::Nodes;
use super::network::{self, HERE};
use super::s3::S3;
use super::web::Web;
use super::{image, machine, metadata};
use crate::clients::node_packages;
use crate::fake::resources::network::addresses;
use crate::fake::state::Place;
use crate::fake::{self, ACCOUNT, World, WorldConfig};

/// Port of the model of AWS on this side's address.
const PORT: u16 = 8000;
/// Region of the world.
pub const REGION: &str = "us-east-1";
/// Bucket of the packages.
pub const PACKAGES: &str = "packages";
/// Where the package mirror lies in it.
const MIRROR: &str = "mirror";

/// What a world is made with.
#[derive(Debug, Clone)]
pub struct Options {
    /// How long the keys of a node live.
    pub keys: Duration,
    /// Whether nodes find the package mirror.
    pub packages: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { keys: Duration::from_secs(6 * 3600), packages: true }
    }
}

/// A running world; dropping it ends its nodes.
pub struct RealWorld {
    /// The model of AWS.
    pub model: Arc<World>,
    /// The S3 of the nodes.
    pub s3: Arc<S3>,
    nodes: Arc<Nodes>,
    base: PathBuf,
    _servers: (fake::Server, Web, Web),
    runtime: tokio::runtime::Runtime,
}

impl RealWorld {
    /// Starts everything below `base`.
    pub fn start(base: &Path, options: &Options) -> Result<Self> {
        let image = image::find()?;
        let packages = options.packages.then(node_packages::mirror).transpose()?;
        network::prepare()?;
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
        let mut config = WorldConfig::real(1.0);
        quick(&mut config.durations);
        let model = World::new(config);
        let place = Place { account: ACCOUNT.to_owned(), region: REGION.to_owned() };
        model.with(|w| {
            let created = w.now;
            let bucket = fake::state::Bucket { created, ..fake::state::Bucket::default() };
            w.region(&place).buckets.insert(PACKAGES.to_owned(), bucket);
        });
        let vault = Arc::new(Vault::new(options.keys));
        let s3 = S3::new(base.join("objects"), Arc::clone(&vault), Arc::clone(&model), place.clone());
        if let Some(packages) = packages {
            s3.store().of_folder(PACKAGES, MIRROR, &packages)?;
        }
        s3.store().make(fake::seed::BUCKET);
        let servers = runtime.block_on(async {
            let server = fake::serve_at(Arc::clone(&model), SocketAddr::from((HERE, PORT))).await?;
            let metadata = metadata::start(Arc::clone(&model), place.clone(), vault).await?;
            anyhow::Ok((server, metadata, s3.start().await?))
        })?;
        let endpoint = servers.0.endpoint.clone();
        let nodes = Nodes::start(base.to_path_buf(), image, endpoint, &model, place);
        model.use_machines(Arc::clone(&nodes) as Arc<dyn fake::machines::Machines>);
        Ok(Self { model, s3, nodes, base: base.to_path_buf(), _servers: servers, runtime })
    }

    /// URI of the package mirror.
    #[must_use]
    pub fn mirror() -> String {
        format!("s3://{PACKAGES}/{MIRROR}")
    }

    /// Variables that point a client at this world.
    #[must_use]
    pub fn env(&self) -> Vec<(String, String)> {
        [
            ("AWS_ENDPOINT_URL", format!("http://{HERE}:{PORT}").as_str()),
            ("AWS_REGION", REGION),
            ("AWS_ACCESS_KEY_ID", "AKIAMODELOFAWS000001"),
            ("AWS_SECRET_ACCESS_KEY", "a-key-for-the-model"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec()
    }

    /// Puts an object where both the plugin and the nodes find it.
    pub fn put(&self, bucket: &str, key: &str, bytes: &[u8]) -> Result<()> {
        let body = bytes.to_vec();
        self.model.with(|w| {
            let now = w.now;
            let place = Place { account: ACCOUNT.to_owned(), region: REGION.to_owned() };
            let bucket = w.region(&place).buckets.entry(bucket.to_owned()).or_default();
            bucket.objects.insert(key.to_owned(), (body, now, "application/octet-stream".to_owned()));
        });
        self.s3.store().put(bucket, key, bytes).map(drop)
    }

    /// The instances that run, as EC2 shows them.
    #[must_use]
    pub fn instances(&self) -> Vec<Value> {
        self.model.with(|w| {
            let place = Place { account: ACCOUNT.to_owned(), region: REGION.to_owned() };
            let all = w.region(&place).kind("instance").values();
            all.filter(|i| i.pointer("/instanceState/name") == Some(&Value::from("running"))).cloned().collect()
        })
    }

    /// Own addresses of the interfaces that stacks made.
    #[must_use]
    pub fn interfaces(&self) -> Vec<String> {
        self.model.with(|w| {
            let place = Place { account: ACCOUNT.to_owned(), region: REGION.to_owned() };
            let all = w.region(&place).kind("network-interface").values();
            all.filter_map(|interface| interface["privateIpAddress"].as_str().map(str::to_owned)).collect()
        })
    }

    /// The instance to which EC2 delivers what is sent to a private address of an interface; empty for none.
    #[must_use]
    pub fn holder(&self, address: &str) -> String {
        self.model.with(|w| {
            let place = Place { account: ACCOUNT.to_owned(), region: REGION.to_owned() };
            let mut all = w.region(&place).kind("network-interface").values();
            let found = all.find(|interface| addresses(interface).iter().any(|one| one == address));
            found.map(fake::machines::holder).unwrap_or_default()
        })
    }

    /// The instances whose systems answer for an address.
    pub fn answering(&self, address: &str) -> Result<Vec<String>> {
        let ids =
            self.instances().into_iter().filter_map(|instance| instance["instanceId"].as_str().map(str::to_owned));
        let mut answering = Vec::new();
        for id in ids {
            if network::answers(&id, address)? {
                answering.push(id);
            }
        }
        Ok(answering)
    }

    /// Ends an instance as somebody with the right to would, behind the stack's back.
    pub fn terminate(&self, id: &str) -> Result<()> {
        let parameters = serde_json::json!({ "InstanceId": [id] });
        self.model.call("ec2", "TerminateInstances", parameters).map(drop).map_err(|error| anyhow::anyhow!("{error}"))
    }

    /// What a command on a node prints, as root. Errors with what it says where it fails.
    pub fn on(&self, id: &str, program: &str, arguments: &[&str]) -> Result<String> {
        let done = machine::command(&self.base, id, program)?.args(arguments).output()?;
        let (said, failed) = (String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
        anyhow::ensure!(done.status.success(), "{program} on {id}: {said}{failed}");
        Ok(said.into_owned())
    }

    /// What a node logged: its own log and what its services printed last.
    #[must_use]
    pub fn log(&self, id: &str) -> String {
        let folder = machine::folder(&self.base, id);
        let mut files = vec![folder.join("init.log"), folder.join("node.log"), folder.join("disk/opt/node.log")];
        let logs = ["disk/var/log", "disk/var/log/starburst"].map(|part| std::fs::read_dir(folder.join(part)));
        let services = logs.into_iter().flatten().flatten().flatten();
        files
            .extend(services.map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|end| end == "log")));
        let mut out = String::new();
        for file in files {
            let Ok(text) = std::fs::read(&file) else { continue };
            let text = String::from_utf8_lossy(&text).into_owned();
            let lines: Vec<&str> = text.lines().collect();
            let last = lines[lines.len().saturating_sub(60)..].join("\n");
            out.push_str(&format!("--- {}\n{last}\n", file.file_name().unwrap_or_default().to_string_lossy()));
        }
        out
    }

    /// What every node logged so far, for a failure's message.
    #[must_use]
    pub fn logs(&self) -> String {
        let nodes = std::fs::read_dir(self.base.join("nodes")).into_iter().flatten().flatten();
        let ids = nodes.map(|entry| entry.file_name().to_string_lossy().into_owned());
        ids.map(|id| format!("===== {id}\n{}", self.log(&id))).collect()
    }

    /// Runs something asynchronous on this world's runtime.
    pub fn block_on<T>(&self, work: impl Future<Output = T>) -> T {
        self.runtime.block_on(work)
    }

    /// Ends all nodes, and says what of them is left: processes, mounts, namespaces.
    pub fn end(&self) -> Result<Vec<String>> {
        self.nodes.end();
        left()
    }
}

impl Drop for RealWorld {
    fn drop(&mut self) {
        self.nodes.end();
    }
}

/// What nodes leave behind in this process's namespaces.
pub fn left() -> Result<Vec<String>> {
    let mut left = Vec::new();
    for entry in std::fs::read_dir("/run/netns").into_iter().flatten().flatten() {
        left.push(format!("namespace {}", entry.file_name().to_string_lossy()));
    }
    let mounts = std::fs::read_to_string("/proc/self/mountinfo").context("reading the mounts")?;
    left.extend(mounts.lines().filter(|line| line.contains("/nodes/i-")).map(|line| format!("mount {line}")));
    for entry in std::fs::read_dir("/proc").context("reading the processes")?.flatten() {
        let line = std::fs::read_to_string(entry.path().join("cmdline")).unwrap_or_default();
        if line.contains("/nodes/i-") || line.contains("/opt/starburst") {
            left.push(format!("process {}", line.replace('\0', " ")));
        }
    }
    Ok(left)
}

/// What takes long at AWS and shows nothing here.
fn quick(durations: &mut fake::durations::Durations) {
    durations.instance_profile = 2_000;
    durations.vpc_endpoint = 2_000;
    durations.instance_running = 1_000;
    durations.instance_termination = 5_000;
    durations.health_check = 5_000;
}
