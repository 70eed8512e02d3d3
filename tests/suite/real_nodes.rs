//! Real nodes: the bundled template's own user data boots Trino and Alluxio on network namespaces of this machine, a
//! client of the plugin makes, scales, rolls and destroys the stack. Skipped by name without root, `ip` or Java.

mod one;
mod user_data;

use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use starburst_tests::clients::missing::or_skip;
use starburst_tests::clients::pulumi::{DESTROY, UP};
use starburst_tests::clients::{Missing, Options, Program, PulumiProject, judges, node_packages, place, plugin, tools};
use starburst_tests::fake::seed;
use starburst_tests::real::{self, RealWorld};

/// For one run from the first to the last command.
const LIMIT: Duration = Duration::from_secs(20 * 60);

/// A query that every worker takes part in.
const COUNT: &str = "SELECT count(*) FROM tpch.tiny.orders";
/// Memory of a coordinator and three workers with their heaps of 1.4 GB, the client and the world, in GiB.
const CLUSTER: u64 = 9;
/// For an answer of the engine.
const QUERY: Duration = Duration::from_secs(120);

/// A stack of small nodes. Workers keep a tenth of their memory for the cache, so that Trino has enough.
fn program(configuration: &Path) -> Program {
    Program::Yaml(format!(
        "name: real-nodes
runtime: yaml
config:
  workerCount: {{ type: integer }}
  refresh: {{ type: string }}
resources:
  analytics:
    type: starburst:PrestoAlluxioCluster
    properties:
      network: {{ vpcId: {vpc}, subnetId: {subnet}, securityGroupIds: [{group}] }}
      ec2:
        workerCount: ${{workerCount}}
        workerInstanceType: t3.large
        coordinatorInstanceType: t3.large
        rollingUpdate: {{ minInService: 1, bootTimeout: 10m, drainTimeout: 5m }}
      presto: {{ coordinatorConfiguration: '{folder}/coordinator', workerConfiguration: '{folder}/worker' }}
      alluxio:
        s3RootMount: 's3://{bucket}/alluxio'
        workerStorage: {{ percent: 10 }}
        properties: {{ alluxio.test.revision: '${{refresh}}' }}
      s3: {{ endpoint: '{s3}' }}
      packages: {{ mirrorUri: '{mirror}' }}
      stack: {{ assetBucket: {bucket} }}
outputs:
  stackName: ${{analytics.stackName}}
",
        vpc = seed::VPC,
        subnet = seed::PUBLIC_SUBNET,
        group = seed::SECURITY_GROUP,
        folder = configuration.display(),
        bucket = seed::BUCKET,
        s3 = real::s3::endpoint(),
        mirror = RealWorld::mirror(),
    ))
}

/// The configuration folders of the nodes: a catalog with data of its own, and a smaller heap than the node would have.
/// A worker that leaves gives the coordinator a few seconds to notice, where Trino's default is two minutes.
fn configuration(base: &Path) -> Result<std::path::PathBuf> {
    let folder = base.join("configuration");
    for (role, own) in [("coordinator", ""), ("worker", "shutdown.grace-period=5s\n")] {
        let etc = folder.join(role).join("etc");
        std::fs::create_dir_all(etc.join("catalog"))?;
        std::fs::write(etc.join("catalog/tpch.properties"), "connector.name=tpch\n")?;
        std::fs::write(etc.join("jvm.config"), "-Xmx1400M\n")?;
        std::fs::write(etc.join("config.properties"), own)?;
    }
    Ok(folder)
}

/// A world and a client that made nothing yet.
struct Story {
    world: RealWorld,
    project: PulumiProject,
    begun: Instant,
}

impl Story {
    fn new(base: &Path) -> Result<Self> {
        let world = RealWorld::start(base, &real::Options::default())?;
        let options = Options::new(program(&configuration(base)?));
        let project = PulumiProject::with(Options {
            plugin: Some(plugin::folder()?.to_path_buf()),
            env: world.env(),
            limit: LIMIT,
            ..options
        })?;
        project.config_set_all(&[("workerCount", "2"), ("refresh", "r1")])?;
        Ok(Self { world, project, begun: Instant::now() })
    }

    fn say(&self, text: &str) {
        println!("{:>4} s  {text}", self.begun.elapsed().as_secs());
    }

    /// One command of the client, with what the nodes logged where it fails.
    fn act(&self, arguments: &[&str]) -> Result<()> {
        let run = self.project.run(arguments)?;
        if run.status.success() {
            self.say(arguments[0]);
            return Ok(());
        }
        anyhow::bail!("{}\n{}", run.text(), self.world.logs())
    }

    fn with_logs(&self, error: &anyhow::Error) -> anyhow::Error {
        anyhow::anyhow!("{error:#}\n{}", self.world.logs())
    }

    /// Instances of a group that run.
    fn nodes(&self, role: &str) -> Vec<Value> {
        let name = |instance: &Value| {
            let tags = instance["tagSet"].as_array().cloned().unwrap_or_default();
            tags.iter()
                .any(|tag| tag["key"] == "Name" && tag["value"].as_str().is_some_and(|name| name.ends_with(role)))
        };
        self.world.instances().into_iter().filter(name).collect()
    }

    /// Where the one coordinator of the stack answers.
    fn coordinator(&self) -> Result<String> {
        let address = self.world.interfaces().into_iter().next().context("the stack has no slot")?;
        Ok(format!("http://{address}:8080"))
    }

    /// `pulumi up`; then as many workers run, and a query is answered.
    fn up_and_ask(&self, workers: usize) -> Result<()> {
        self.act(UP)?;
        let answered = real::query::query(&self.coordinator()?, COUNT, QUERY);
        let rows = answered.map_err(|error| self.with_logs(&error))?;
        self.say("a query is answered");
        ensure!(rows == [json!([15_000])], "the tiny orders are 15,000, and not {rows:?}");
        let running = self.nodes("worker").len();
        ensure!(running == workers, "{workers} workers are wanted, and {running} run");
        Ok(())
    }

    /// An object of the root mount is read through Alluxio, with the keys that the metadata service gives a node.
    fn read_through_alluxio(&self) -> Result<()> {
        self.world.s3.store().put(seed::BUCKET, "alluxio/hello.txt", b"from S3\n")?;
        let workers = ids(&self.nodes("worker"));
        let worker = workers.first().context("a worker runs")?;
        let home = "/opt/starburst/alluxio";
        let shell = format!(
            "java=(/usr/lib/jvm/java-17-amazon-corretto*/bin/java) && exec \"${{java[0]}}\" -Dalluxio.home={home} \
             -Dalluxio.conf.dir={home}/conf -Dalluxio.logs.dir=/tmp -cp '{home}/conf:{home}/assembly/*' \
             alluxio.cli.fs.FileSystemShell cat /hello.txt"
        );
        let read = self.world.on(worker, "bash", &["-c", &shell]).map_err(|error| self.with_logs(&error))?;
        ensure!(read.contains("from S3"), "Alluxio reads another object: {read}");
        let counted = self.world.s3.store().counted(seed::BUCKET);
        ensure!(counted.bytes >= 8 && counted.refused == 0, "S3 counts something else: {counted:?}");
        self.say("an object is read through Alluxio");
        Ok(())
    }

    /// `pulumi destroy`; then nothing is left of any node.
    fn down(&self) -> Result<()> {
        self.act(DESTROY)?;
        ensure!(self.world.instances().is_empty(), "an instance is left");
        let left = self.world.end()?;
        ensure!(left.is_empty(), "nodes leave behind: {left:#?}");
        Ok(())
    }
}

/// A test inside namespaces of its own; what can only be built with a network is built before.
/// `memory` is what the nodes of the test take, in GiB.
fn real_nodes(name: &str, memory: u64, body: impl FnOnce(&Path) -> Result<()>) -> Result<()> {
    let needs = || {
        if memory >= CLUSTER {
            node_packages::mirror()?;
        }
        plugin::folder()?;
        tools::pulumi()?;
        Ok(())
    };
    in_a_world(&format!("real_nodes::{name}"), memory, needs, body)
}

/// The same for tests of any module; `needs` gets what is needed while there is a network.
pub fn in_a_world(
    name: &str,
    memory: u64,
    needs: impl FnOnce() -> Result<()>,
    body: impl FnOnce(&Path) -> Result<()>,
) -> Result<()> {
    // One world at a time: two cores boot no two clusters.
    static ALONE: Mutex<()> = Mutex::new(());
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let run = || {
        let free = free_memory();
        if free < memory {
            let why = format!("the nodes of this test take as much, and {free} GiB are free");
            return Err(Missing::new(format!("{memory} GiB of memory"), why).into());
        }
        // Inside there is no network: what can only be had with one is there before.
        real::image::find()?;
        needs()?;
        real::inside(name, LIMIT, body)
    };
    or_skip(name, run())
}

/// GiB that a test may take.
fn free_memory() -> u64 {
    let text = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("MemAvailable:")).unwrap_or_default();
    line.trim().trim_end_matches("kB").trim().parse::<u64>().unwrap_or_default() / 1024 / 1024
}

/// Whether the long forms are wanted too, each of which takes many minutes.
fn full() -> bool {
    std::env::var_os("STARBURST_REAL_NODES").is_some_and(|wanted| wanted == "full")
}

#[test]
fn a_cluster_of_real_nodes_answers_grows_and_leaves_nothing() -> Result<()> {
    real_nodes("a_cluster_of_real_nodes_answers_grows_and_leaves_nothing", CLUSTER, |base| {
        let story = Story::new(base)?;
        story.up_and_ask(2)?;
        story.project.config_set("workerCount", "3")?;
        story.up_and_ask(3)?;
        story.read_through_alluxio()?;
        story.down()
    })
}

#[test]
fn a_roll_replaces_every_real_node() -> Result<()> {
    if !full() {
        let missing = Missing::new("STARBURST_REAL_NODES=full", "a roll of real nodes takes ten minutes");
        return or_skip("a_roll_replaces_every_real_node", Err(missing.into()));
    }
    real_nodes("a_roll_replaces_every_real_node", CLUSTER, |base| {
        let story = Story::new(base)?;
        story.up_and_ask(2)?;
        let before = ids(&story.nodes(""));
        story.project.config_set("refresh", "r2")?;
        story.up_and_ask(2)?;
        let after = ids(&story.nodes(""));
        let others = after.iter().all(|id| !before.contains(id));
        ensure!(after.len() == 3 && others, "every node is another: {before:?} {after:?}");
        story.down()
    })
}

fn ids(instances: &[Value]) -> Vec<String> {
    instances.iter().filter_map(|instance| instance["instanceId"].as_str().map(str::to_owned)).collect()
}

#[test]
fn shellcheck_finds_nothing_in_the_stand_ins_of_the_image() -> Result<()> {
    let check = || {
        let folder = place::workspace().join("tests/real/image");
        for entry in std::fs::read_dir(&folder)? {
            let said = judges::shellcheck(&entry?.path())?;
            ensure!(said.is_empty(), "{said}");
        }
        Ok(())
    };
    or_skip("shellcheck_finds_nothing_in_the_stand_ins_of_the_image", check())
}
