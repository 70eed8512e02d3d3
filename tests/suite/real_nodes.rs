//! Real nodes: the bundled template's own user data boots Trino and Alluxio on network namespaces of this machine, a
//! client of the plugin makes, scales, rolls and destroys the stack. Skipped by name without root, `ip` or Java.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use starburst_tests::clients::missing::or_skip;
use starburst_tests::clients::pulumi::{DESTROY, UP};
use starburst_tests::clients::{Options, Program, PulumiProject, plugin, tools};
use starburst_tests::fake::seed;
use starburst_tests::real::{self, RealWorld};

/// For one run from the first to the last command.
const LIMIT: Duration = Duration::from_secs(20 * 60);

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
        rollingUpdate: {{ bootTimeout: 10m, drainTimeout: 5m }}
      presto: {{ coordinatorConfiguration: '{folder}', workerConfiguration: '{folder}' }}
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

/// The configuration folder of every node: a catalog with data of its own, and a smaller heap than the node would have.
fn configuration(base: &Path) -> Result<std::path::PathBuf> {
    let folder = base.join("configuration");
    std::fs::create_dir_all(folder.join("etc/catalog"))?;
    std::fs::write(folder.join("etc/catalog/tpch.properties"), "connector.name=tpch\n")?;
    std::fs::write(folder.join("etc/jvm.config"), "-Xmx1400M\n")?;
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

    fn ask(&self, sql: &str) -> Result<Vec<Value>> {
        let answered = real::query::query(&self.coordinator()?, sql, QUERY);
        answered.with_context(|| self.world.logs())
    }
}

#[test]
fn a_cluster_of_real_nodes_answers_grows_rolls_and_goes() -> Result<()> {
    let name = "real_nodes::a_cluster_of_real_nodes_answers_grows_rolls_and_goes";
    let run = || {
        // Built outside, where the network is.
        plugin::folder()?;
        tools::pulumi()?;
        real::inside(name, LIMIT, whole_life)
    };
    or_skip(name, run())
}

fn whole_life(base: &Path) -> Result<()> {
    let story = Story::new(base)?;
    story.act(UP)?;
    let count = "SELECT count(*) FROM tpch.tiny.orders";
    ensure!(story.ask(count)? == [json!([15_000])], "the tiny orders are 15,000");
    story.say("the first query is answered");
    ensure!(story.nodes("worker").len() == 2, "two workers run");

    story.project.config_set("workerCount", "3")?;
    story.act(UP)?;
    ensure!(story.nodes("worker").len() == 3, "three workers run");
    ensure!(story.ask(count)? == [json!([15_000])], "the tiny orders are 15,000");

    let before = ids(&story.nodes(""));
    story.project.config_set("refresh", "r2")?;
    story.act(UP)?;
    let after = ids(&story.nodes(""));
    ensure!(
        after.len() == 4 && after.iter().all(|id| !before.contains(id)),
        "every node is another: {before:?} {after:?}"
    );
    ensure!(story.ask(count)? == [json!([15_000])], "the tiny orders are 15,000");

    story.act(DESTROY)?;
    ensure!(story.world.instances().is_empty(), "an instance is left");
    let left = story.world.end()?;
    ensure!(left.is_empty(), "nodes leave behind: {left:#?}");
    Ok(())
}

fn ids(instances: &[Value]) -> Vec<String> {
    instances.iter().filter_map(|instance| instance["instanceId"].as_str().map(str::to_owned)).collect()
}
