//! A cluster of real nodes as its user has it: a program, a client, the queries, and what the nodes say where something
//! fails. Knows no scenario.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use super::{RealWorld, query, s3, world};
use crate::clients::pulumi::{DESTROY, UP};
use crate::clients::{Line, Options, Program, PulumiProject, Run, node_packages, plugin};
use crate::fake::seed;

/// For one command of the client.
const LIMIT: Duration = Duration::from_secs(20 * 60);
/// A query that every worker takes part in.
const COUNT: &str = "SELECT count(*) FROM tpch.tiny.orders";
/// For an answer of the engine.
const QUERY: Duration = Duration::from_secs(300);

/// What the cluster is to be.
#[derive(Debug, Clone, Copy)]
pub struct Wanted {
    pub coordinators: u32,
    pub workers: u32,
    /// As `hiveMetastore.type` says it.
    pub metastore: &'static str,
}

/// A world and a client that made nothing yet.
pub struct Cluster {
    pub world: RealWorld,
    pub project: PulumiProject,
    begun: Instant,
}

impl Cluster {
    pub fn new(base: &Path, wanted: Wanted) -> Result<Self> {
        let world = RealWorld::start(base, &world::Options::default())?;
        Self::with(base, world, wanted)
    }

    /// In a world that holds something already.
    pub fn with(base: &Path, world: RealWorld, wanted: Wanted) -> Result<Self> {
        Self::of(world, wanted, program(base, wanted)?)
    }

    /// With a mistake in the program: its text where it is right, and where it is not.
    pub fn with_a_mistake(base: &Path, wanted: Wanted, right: &str, wrong: &str) -> Result<Self> {
        let text = program(base, wanted)?;
        ensure!(text.contains(right), "the program has no {right}");
        let world = RealWorld::start(base, &world::Options::default())?;
        Self::of(world, wanted, text.replacen(right, wrong, 1))
    }

    /// With a program of the scenario's own.
    pub fn of(world: RealWorld, wanted: Wanted, program: String) -> Result<Self> {
        let options = Options::new(Program::Yaml(program));
        let project = PulumiProject::with(Options {
            plugin: Some(plugin::folder()?.to_path_buf()),
            env: world.env(),
            limit: LIMIT,
            ..options
        })?;
        project.config_set_all(&[
            ("workerCount", &wanted.workers.to_string()),
            ("refresh", "r1"),
            ("percent", "10"),
        ])?;
        Ok(Self { world, project, begun: Instant::now() })
    }

    pub fn say(&self, text: &str) {
        println!("{:>4} s  {text}", self.begun.elapsed().as_secs());
    }

    /// One command of the client, with what the nodes logged where it fails.
    pub fn act(&self, arguments: &[&str]) -> Result<()> {
        self.command(arguments, &mut |_| {})?;
        self.say(arguments.first().unwrap_or(&"pulumi"));
        Ok(())
    }

    /// The same; `each` gets the client's lines while it runs.
    pub fn command(&self, arguments: &[&str], each: &mut dyn FnMut(&Line)) -> Result<Run> {
        let run = self.project.stream(arguments, each)?;
        ensure!(run.status.success(), "{}\n{}", run.text(), self.world.logs());
        Ok(run)
    }

    pub fn with_logs(&self, error: &anyhow::Error) -> anyhow::Error {
        anyhow::anyhow!("{error:#}\n{}", self.world.logs())
    }

    /// Instances of a group that run.
    pub fn nodes(&self, role: &str) -> Vec<String> {
        let name = |instance: &Value| {
            let tags = instance["tagSet"].as_array().cloned().unwrap_or_default();
            tags.iter()
                .any(|tag| tag["key"] == "Name" && tag["value"].as_str().is_some_and(|name| name.ends_with(role)))
        };
        let all = self.world.instances().into_iter().filter(name);
        all.filter_map(|instance| instance["instanceId"].as_str().map(str::to_owned)).collect()
    }

    /// Where clients reach the cluster, as the stack says.
    pub fn coordinator(&self) -> Result<String> {
        let outputs = self.project.outputs()?;
        Ok(outputs["coordinatorUrl"].as_str().context("the cluster has a URL")?.to_owned())
    }

    pub fn query(&self, sql: &str) -> Result<Vec<Value>> {
        query::query(&self.coordinator()?, sql, QUERY).map_err(|error| self.with_logs(&error))
    }

    /// `pulumi up`; then as many workers run, and a query is answered.
    pub fn up_and_ask(&self, workers: usize) -> Result<()> {
        self.act(UP)?;
        let rows = self.query(COUNT)?;
        self.say("a query is answered");
        ensure!(rows == [json!([15_000])], "the tiny orders are 15,000, and not {rows:?}");
        let running = self.nodes("worker").len();
        ensure!(running == workers, "{workers} workers are wanted, and {running} run");
        Ok(())
    }

    /// `pulumi destroy`; then nothing is left of any node.
    pub fn down(&self) -> Result<()> {
        self.act(DESTROY)?;
        ensure!(self.world.instances().is_empty(), "an instance is left");
        let left = self.world.end()?;
        ensure!(left.is_empty(), "nodes leave behind: {left:#?}");
        Ok(())
    }
}

/// A stack of small nodes with a package of the user's own, and their configuration folders below `base`. Workers keep a
/// tenth of their memory for the cache, so that Trino has enough.
pub fn program(base: &Path, wanted: Wanted) -> Result<String> {
    let configuration = configuration(base)?;
    Ok(format!(
        "name: real-nodes
runtime: yaml
config:
  workerCount: {{ type: integer }}
  refresh: {{ type: string }}
  percent: {{ type: integer }}
resources:
  analytics:
    type: starburst:PrestoAlluxioCluster
    properties:
      network: {{ vpcId: {vpc}, subnetId: {subnet}, securityGroupIds: [{group}] }}
      ec2:
        workerCount: ${{workerCount}}
        workerInstanceType: t3.large
        coordinatorInstanceType: t3.large
        haCoordinatorCount: {coordinators}
        rollingUpdate: {{ minInService: 1, bootTimeout: 10m, drainTimeout: 5m }}
      presto:
        packageUri: '{mirror}/{engine}'
        packageSha256: '{sum}'
        coordinatorConfiguration: '{folder}/coordinator'
        workerConfiguration: '{folder}/worker'
      alluxio:
        s3RootMount: 's3://{bucket}/alluxio'
        workerStorage: {{ percent: '${{percent}}' }}
        properties: {{ alluxio.test.revision: '${{refresh}}' }}
      hiveMetastore: {{ type: {metastore} }}
      s3: {{ endpoint: '{s3}' }}
      packages: {{ mirrorUri: '{mirror}' }}
      stack: {{ assetBucket: {bucket} }}
outputs:
  coordinatorUrl: ${{analytics.coordinatorUrl}}
",
        vpc = seed::VPC,
        subnet = seed::PUBLIC_SUBNET,
        group = seed::SECURITY_GROUP,
        coordinators = wanted.coordinators,
        metastore = wanted.metastore,
        engine = node_packages::SMALL_ENGINE,
        sum = node_packages::sha256_of(node_packages::SMALL_ENGINE)?,
        folder = configuration.display(),
        bucket = seed::BUCKET,
        s3 = s3::endpoint(),
        mirror = RealWorld::mirror(),
    ))
}

/// The configuration folders of the nodes: catalogs with data of their own, and a smaller heap than the node would have.
/// A worker that leaves gives the coordinator ten seconds to notice, where Trino's default is two minutes: with five, on
/// a machine at three times its load, a query was sent to a worker that had ended.
fn configuration(base: &Path) -> Result<PathBuf> {
    let folder = base.join("configuration");
    for (role, own) in [("coordinator", ""), ("worker", "shutdown.grace-period=10s\n")] {
        let etc = folder.join(role).join("etc");
        std::fs::create_dir_all(etc.join("catalog"))?;
        for catalog in ["tpch", "blackhole"] {
            std::fs::write(etc.join(format!("catalog/{catalog}.properties")), format!("connector.name={catalog}\n"))?;
        }
        std::fs::write(etc.join("jvm.config"), "-Xmx1400M\n")?;
        std::fs::write(etc.join("config.properties"), own)?;
    }
    Ok(folder)
}
