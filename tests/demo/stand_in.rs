//! The worlds of the demo: an endpoint, ids that exist there, and a look from outside through the real SDK.

use std::sync::Arc;

use anyhow::{Context, Result, anyhow};
use starburst_core::ports::{AutoScaling, CloudFormation, Group, Stack};
use starburst_provider::aws::{Aws as Clients, AwsConfig, StaticKeys};

use super::Aws;
use crate::clients::MiniStack;
use crate::fake;

/// A running stand-in.
pub struct StandIn {
    endpoint: String,
    keys: (String, String),
    runtime: tokio::runtime::Runtime,
    clients: Clients,
    /// Ids that a program needs: configuration key and value.
    pub ids: Vec<(String, String)>,
    /// What it cannot do, by name, with the reason.
    pub cannot: Vec<(&'static str, &'static str)>,
    _alive: Alive,
}

/// Keeps the stand-in running.
enum Alive {
    Model { world: Arc<fake::World>, _server: fake::Server },
    MiniStack { _process: MiniStack },
}

/// Region of the demo.
pub const REGION: &str = "us-east-1";

impl StandIn {
    /// Starts a stand-in; `speed` is that of the model, in virtual seconds a second.
    pub fn start(aws: Aws, speed: f64) -> Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
        match aws {
            Aws::Model => Self::model(runtime, speed),
            Aws::Ministack => Self::ministack(runtime),
        }
    }

    /// The model of AWS, where that is the stand-in.
    pub fn world(&self) -> Option<&Arc<fake::World>> {
        match &self._alive {
            Alive::Model { world, .. } => Some(world),
            Alive::MiniStack { .. } => None,
        }
    }

    fn model(runtime: tokio::runtime::Runtime, speed: f64) -> Result<Self> {
        let world = fake::World::new(fake::WorldConfig::real(speed));
        let server = runtime.block_on(fake::serve(Arc::clone(&world)))?;
        let ids = [
            ("vpcId", fake::seed::VPC),
            ("subnetId", fake::seed::PUBLIC_SUBNET),
            ("securityGroupIds[0]", fake::seed::SECURITY_GROUP),
            ("s3RootMount", "s3://analytics-data/alluxio"),
        ];
        let ids = ids.map(|(key, value)| (key.to_owned(), value.to_owned())).to_vec();
        let endpoint = server.endpoint.clone();
        let keys = ("AKIAMODELOFAWS000001".to_owned(), "a-key-for-the-model".to_owned());
        let clients = clients(&runtime, &endpoint, &keys)?;
        Ok(Self {
            endpoint,
            keys,
            runtime,
            clients,
            ids,
            cannot: Vec::new(),
            _alive: Alive::Model { world, _server: server },
        })
    }

    fn ministack(runtime: tokio::runtime::Runtime) -> Result<Self> {
        let ministack = MiniStack::start()?;
        let endpoint = ministack.endpoint();
        let env = ministack.env();
        let of = |name: &str| {
            env.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone()).context("MiniStack's credentials")
        };
        let keys = (of("AWS_ACCESS_KEY_ID")?, of("AWS_SECRET_ACCESS_KEY")?);
        let clients = clients(&runtime, &endpoint, &keys)?;
        let ids = seed_ministack(&runtime, &endpoint, &keys)?;
        let cannot = vec![
            ("interfaces, volumes, prefix lists", "MiniStack's CloudFormation does not know these resource types"),
            ("nodes of a group", "MiniStack keeps groups made by CloudFormation as records without instances"),
            ("the batches of a roll", "MiniStack replaces a launch template version in one step"),
        ];
        let _alive = Alive::MiniStack { _process: ministack };
        Ok(Self { endpoint, keys, runtime, clients, ids, cannot, _alive })
    }

    /// Environment variables that point a client at the stand-in.
    pub fn env(&self) -> Vec<(String, String)> {
        let basic = if self.cannot.is_empty() { "no" } else { "yes" };
        [
            (starburst_provider::outside::BASIC_RESOURCES, basic),
            ("AWS_ENDPOINT_URL", self.endpoint.as_str()),
            ("AWS_REGION", REGION),
            ("AWS_ACCESS_KEY_ID", &self.keys.0),
            ("AWS_SECRET_ACCESS_KEY", &self.keys.1),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec()
    }

    /// The stack as AWS shows it.
    pub fn stack(&self, name: &str) -> Result<Option<Stack>> {
        self.runtime.block_on(self.clients.cloud_formation.describe_stack(name)).map_err(|error| anyhow!("{error:?}"))
    }

    /// The worker group of a stack.
    pub fn workers(&self, stack: &Stack) -> Result<Group> {
        let resources = self
            .runtime
            .block_on(self.clients.cloud_formation.stack_resources(&stack.id))
            .map_err(|error| anyhow!("{error:?}"))?;
        let name = resources
            .into_iter()
            .find(|resource| resource.logical_id == starburst_core::template::WORKERS)
            .context("the stack has no worker group")?
            .physical_id;
        let groups =
            self.runtime.block_on(self.clients.auto_scaling.groups(&[name])).map_err(|error| anyhow!("{error:?}"))?;
        groups.into_iter().next().context("the worker group is not there")
    }

    /// What an operator does in the console: another desired capacity.
    pub fn set_desired(&self, group: &Group, desired: u32) -> Result<()> {
        let sizes =
            self.clients.auto_scaling.set_sizes(&group.name, group.min.min(desired), desired, group.max.max(desired));
        self.runtime.block_on(sizes).map_err(|error| anyhow!("{error:?}"))
    }

    /// What an operator does in the console: another value of a group's tag.
    pub fn set_tag(&self, group: &Group, key: &str, value: &str) -> Result<()> {
        let tags = [(key.to_owned(), value.to_owned(), true)];
        let tagged = self.clients.auto_scaling.set_tags(&group.name, &tags);
        self.runtime.block_on(tagged).map_err(|error| anyhow!("{error:?}"))
    }

    /// People's queries, of some minutes each, run on the stack's cluster from now on, where the stand-in has nodes.
    pub fn begin_queries(&self, stack: &str) {
        if let Some(world) = self.world() {
            world.load(REGION, stack, Some(QUERIES));
            world.observe(REGION, stack);
        }
    }

    /// Ends them, and tells how they went and how many workers served at the least.
    pub fn end_queries(&self, stack: &str) -> Option<fake::cluster::Report> {
        let world = self.world()?;
        let report = world.observed(REGION, stack);
        world.load(REGION, stack, None);
        Some(report)
    }
}

/// Two waves of splits of two to six virtual minutes: long enough to see a worker drain.
const QUERIES: fake::cluster::Load =
    fake::cluster::Load { every: 30_000, splits: 8, waves: 2, split: (120_000, 360_000) };

fn clients(runtime: &tokio::runtime::Runtime, endpoint: &str, keys: &(String, String)) -> Result<Clients> {
    let static_keys = StaticKeys { access_key: keys.0.clone(), secret_key: keys.1.clone(), token: None };
    let config = AwsConfig {
        region: Some(REGION.to_owned()),
        endpoint_url: Some(endpoint.to_owned()),
        static_keys: Some(static_keys),
        ..AwsConfig::default()
    };
    runtime.block_on(starburst_provider::aws::clients(&config)).map_err(|why| anyhow!(why))
}

/// Makes in MiniStack what a user brings along: it comes with a default VPC, the rest is made here.
fn seed_ministack(
    runtime: &tokio::runtime::Runtime,
    endpoint: &str,
    keys: &(String, String),
) -> Result<Vec<(String, String)>> {
    let credentials = aws_credential_types::Credentials::new(&keys.0, &keys.1, None, None, "demo");
    runtime.block_on(async {
        let config = aws_config::defaults(aws_config::BehaviorVersion::latest())
            .region(aws_config::Region::new(REGION))
            .endpoint_url(endpoint)
            .credentials_provider(credentials)
            .load()
            .await;
        let ec2 = aws_sdk_ec2::Client::new(&config);
        let vpc = ec2.create_vpc().cidr_block("10.40.0.0/16").send().await.context("making a VPC in MiniStack")?;
        let vpc = vpc.vpc().and_then(|vpc| vpc.vpc_id()).context("MiniStack's VPC")?.to_owned();
        let subnet = ec2.create_subnet().vpc_id(&vpc).cidr_block("10.40.1.0/24").send().await?;
        let subnet = subnet.subnet().and_then(|subnet| subnet.subnet_id()).context("MiniStack's subnet")?.to_owned();
        public_network(&ec2, &vpc, &subnet).await?;
        let group = ec2.create_security_group().vpc_id(&vpc).group_name("analytics").description("analytics").send();
        let group = group.await?.group_id().context("MiniStack's security group")?.to_owned();
        let s3 =
            aws_sdk_s3::Client::from_conf(aws_sdk_s3::config::Builder::from(&config).force_path_style(true).build());
        s3.create_bucket().bucket("analytics-data").send().await.context("making a bucket in MiniStack")?;
        let ids = [
            ("vpcId", vpc),
            ("subnetId", subnet),
            ("securityGroupIds[0]", group),
            ("s3RootMount", "s3://analytics-data/alluxio".to_owned()),
        ];
        Ok(ids.map(|(key, value)| (key.to_owned(), value)).to_vec())
    })
}

/// A subnet whose nodes have a way out, and a VPC whose hosts have names.
async fn public_network(ec2: &aws_sdk_ec2::Client, vpc: &str, subnet: &str) -> Result<()> {
    let on = || aws_sdk_ec2::types::AttributeBooleanValue::builder().value(true).build();
    ec2.modify_vpc_attribute().vpc_id(vpc).enable_dns_hostnames(on()).send().await.context("naming hosts")?;
    ec2.modify_subnet_attribute().subnet_id(subnet).map_public_ip_on_launch(on()).send().await.context("addresses")?;
    let gateway = ec2.create_internet_gateway().send().await.context("making an internet gateway")?;
    let gateway =
        gateway.internet_gateway().and_then(|gateway| gateway.internet_gateway_id()).context("its id")?.to_owned();
    ec2.attach_internet_gateway().internet_gateway_id(&gateway).vpc_id(vpc).send().await.context("attaching it")?;
    let table = ec2.create_route_table().vpc_id(vpc).send().await.context("making a route table")?;
    let table = table.route_table().and_then(|table| table.route_table_id()).context("its id")?.to_owned();
    let route = ec2.create_route().route_table_id(&table).destination_cidr_block("0.0.0.0/0").gateway_id(&gateway);
    route.send().await.context("making a route")?;
    ec2.associate_route_table().route_table_id(&table).subnet_id(subnet).send().await.context("associating it")?;
    Ok(())
}
