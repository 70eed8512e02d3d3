//! Rolls through the core and the real adapter, on the model of AWS in virtual time: what the preview says is what
//! CloudFormation does, nodes are shown one by one, and a size that is the operators' stays theirs.

use std::sync::{Arc, Mutex};

use anyhow::{Context, Result, anyhow, ensure};
use serde_json::{Value as Json, json};
use starburst_core::cluster::{self, Asker, PreviewUse, Prior};
use starburst_core::failure::Client;
use starburst_core::path::Path;
use starburst_core::ports::{Cancellation, Progress, ProgressSink};
use starburst_core::value::Value;
use starburst_provider::world::Connection;
use starburst_tests::fake::{self, seed};

use crate::model_world::{self, Started};

/// Nobody cancels, and every line is kept.
#[derive(Default)]
struct Lines(Mutex<Vec<String>>);

#[async_trait::async_trait]
impl Cancellation for Lines {
    fn is_cancelled(&self) -> bool {
        false
    }
    async fn cancelled(&self) {
        std::future::pending().await
    }
}

impl ProgressSink for Lines {
    fn report(&self, progress: Progress) {
        if let Ok(mut lines) = self.0.lock() {
            lines.push(progress.text().render(Client::Pulumi));
        }
    }
}

/// A cluster of three workers.
struct Roll {
    started: Started,
    connection: Arc<dyn Connection>,
    prior: Prior,
}

fn inputs(ec2: Json) -> Value {
    let mut ec2 = ec2;
    ec2["workerCount"] = json!(3);
    Value::from(&json!({
        "network": {
            "vpcId": seed::VPC, "subnetId": seed::PUBLIC_SUBNET, "securityGroupIds": [seed::SECURITY_GROUP],
        },
        "ec2": ec2,
        "alluxio": { "s3RootMount": "s3://analytics-data/alluxio" },
        "stack": { "name": "rolls" },
    }))
}

fn asker() -> Asker {
    Asker { client: Client::Pulumi, owner: "urn:rolls".into() }
}

impl Roll {
    async fn of(ec2: Json) -> Result<Self> {
        let started = model_world::start(fake::durations::Durations::default()).await?;
        let config = Value::from(&json!({ "region": "us-east-1" }));
        let connection = started.world.connect(&config).await.map_err(|failure| anyhow!("{failure:?}"))?;
        let (lines, inputs) = (Lines::default(), inputs(ec2));
        let ports = connection.ports(&lines, &lines);
        let made = cluster::create(ports, &asker(), connection.settings(), &inputs, None).await;
        let made = made.map_err(|failed| anyhow!("{}", failed.failure.render(Client::Pulumi)))?;
        let prior = Prior { id: made.id, inputs, outputs: made.outputs };
        Ok(Self { started, connection, prior })
    }

    /// Refreshes without a change: the notes, and how many calls it took.
    async fn refresh(&self) -> Result<(Vec<String>, usize)> {
        let lines = Lines::default();
        let ports = self.connection.ports(&lines, &lines);
        self.started.model.clear_calls();
        let read = cluster::read(ports, self.connection.settings(), &self.prior.id, Some(&self.prior)).await;
        let read = read.map_err(|failure| anyhow!("{}", failure.render(Client::Pulumi)))?.context("it is gone")?;
        ensure!(read.inputs == self.prior.inputs, "a refresh shows a difference: {:?}", read.inputs);
        let notes = read.notes.iter().map(|note| note.render(Client::Pulumi)).collect();
        Ok((notes, self.started.model.calls().len()))
    }

    /// AWS publishes another image.
    fn publish(&self, id: &str) {
        self.started.model.with(|state| {
            for region in state.places.values_mut() {
                let images = region.kind("image");
                if let Some(mut image) = images.get(seed::IMAGE_X86).cloned() {
                    image["imageId"] = json!(id);
                    image["creationDate"] = json!("2026-11-16T22:01:33.000Z");
                    images.insert(id.to_owned(), image);
                }
            }
        });
    }

    /// The images of the workers.
    fn images(&self) -> Result<Vec<String>> {
        let ids = self.ids()?;
        Ok(self.started.model.with(|state| {
            let regions = state.places.values();
            let instances = regions.flat_map(|region| ids.iter().filter_map(|id| region.ec2("instance", id)));
            instances.filter_map(|instance| instance["imageId"].as_str().map(str::to_owned)).collect()
        }))
    }

    /// Previews and updates: the preview, and the lines of both.
    async fn update(&mut self, after: &Value) -> Result<(cluster::Plan, Vec<String>)> {
        let (lines, settings) = (Lines::default(), self.connection.settings());
        let ports = self.connection.ports(&lines, &lines);
        let shown = PreviewUse::Shown;
        let previewed = cluster::preview(ports, &asker(), settings, Some(&self.prior), after, shown, None).await;
        let previewed = previewed.map_err(|failure| anyhow!("{}", failure.render(Client::Pulumi)))?;
        self.started.model.clear_calls();
        let updated = cluster::update(ports, &asker(), settings, &self.prior, after, None).await;
        let updated = updated.map_err(|failed| anyhow!("update: {}", failed.failure.render(Client::Pulumi)))?;
        self.prior = Prior { id: updated.id, inputs: after.clone(), outputs: updated.outputs };
        let lines = lines.0.into_inner().map_err(|_| anyhow!("poisoned"))?;
        Ok((previewed.plan, lines))
    }

    /// Operators scale the workers from three to five, between two and twenty.
    fn scaled_by_operators(&self) -> Result<()> {
        let sizes = json!({
            "AutoScalingGroupName": self.workers()?, "MinSize": 2, "DesiredCapacity": 5, "MaxSize": 20,
        });
        let scaled = self.started.model.call("autoscaling", "UpdateAutoScalingGroup", sizes);
        scaled.map(drop).map_err(|error| anyhow!("{error:?}"))
    }

    fn workers(&self) -> Result<String> {
        let name = self.prior.outputs.at(&Path::field("workerAutoScalingGroupName"));
        name.as_text().map(str::to_owned).context("no worker group")
    }

    /// Smallest, desired and largest size.
    fn sizes(&self) -> Result<(usize, usize, usize)> {
        let name = self.workers()?;
        self.started.model.with(|state| {
            let mut groups = state.places.values().flat_map(|region| region.groups.values());
            let found = groups.find(|group| group.name == name).context("the group is gone")?;
            Ok((found.min, found.desired, found.max))
        })
    }

    fn ids(&self) -> Result<Vec<String>> {
        let name = self.workers()?;
        self.started.model.with(|state| {
            let mut groups = state.places.values().flat_map(|region| region.groups.values());
            let found = groups.find(|group| group.name == name).context("the group is gone")?;
            Ok(found.instances.iter().map(|instance| instance.id.clone()).collect())
        })
    }
}

/// Whether CloudFormation announced what the preview said.
fn announced(plan: &cluster::Plan, lines: &[String]) -> Result<()> {
    let roll = plan.rolls.first().context("no roll in the preview")?;
    let start = format!("Terminating {} obsolete instance(s) in batches of {}", roll.nodes, roll.batch_size);
    ensure!(lines.iter().any(|line| line.contains(&start)), "`{start}` is not among {lines:#?}");
    let size = format!("setting autoscaling group MinSize and DesiredCapacity to {}.", roll.largest);
    ensure!(lines.iter().any(|line| line.contains(&size)), "`{size}` is not among {lines:#?}");
    let rounds = lines.iter().filter(|line| line.contains("Terminating instance(s) [")).count();
    assert_eq!(rounds, usize::try_from(roll.batches)?, "batches: {lines:#?}");
    Ok(())
}

#[tokio::test]
async fn a_roll_goes_as_the_preview_says() -> Result<()> {
    for batch in ["1", "2"] {
        let settings = json!({ "rollingUpdate": { "maxBatchSize": batch } });
        let mut roll = Roll::of(settings.clone()).await?;
        let mut after = inputs(settings);
        after.put(&Path::field("ec2.workerInstanceType"), Value::text("r5.4xlarge"));
        let (plan, lines) = roll.update(&after).await?;
        announced(&plan, &lines)?;
    }
    Ok(())
}

#[tokio::test]
async fn each_node_of_a_roll_is_told_and_costs_little() -> Result<()> {
    let mut roll = Roll::of(json!({})).await?;
    let tag = json!([{ "Key": "starburst:status", "Value": "draining, 2 queries left" }]);
    let tagged = json!({ "ResourceId": roll.ids()?, "Tag": tag });
    roll.started.model.call("ec2", "CreateTags", tagged).map_err(|error| anyhow!("{error:?}"))?;
    let mut after = inputs(json!({}));
    after.put(&Path::field("ec2.workerInstanceType"), Value::text("r5.4xlarge"));
    let began = roll.started.model.now().0;
    let (_, lines) = roll.update(&after).await?;
    for number in 1..=3 {
        for (node, said) in [("node", "draining"), ("node", "gone"), ("new node", "ready")] {
            let begin = format!("workers: {node} {number} of 3 (i-");
            let told = lines.iter().any(|line| line.starts_with(&begin) && line.contains(said));
            ensure!(told, "`{begin}…{said}` is not among {lines:#?}");
        }
    }
    let took = (roll.started.model.now().0 - began) / 1000;
    let calls = roll.started.model.calls().len();
    println!("a roll of 3 workers: {took} s, {calls} calls");
    ensure!(took > 600, "it took {took} s");
    ensure!(calls as f64 <= 0.4 * took as f64, "{calls} calls in {took} s");
    Ok(())
}

#[tokio::test]
async fn a_size_that_is_the_operators_is_rolled_and_kept() -> Result<()> {
    let external = json!({ "workerScaling": "external" });
    let mut roll = Roll::of(external.clone()).await?;
    roll.scaled_by_operators()?;
    let mut after = inputs(external);
    after.put(&Path::field("ec2.workerInstanceType"), Value::text("r5.4xlarge"));
    let (plan, lines) = roll.update(&after).await?;
    assert_eq!(plan.rolls.first().map(|roll| (roll.nodes, roll.floor, roll.largest)), Some((5, 5, 6)));
    announced(&plan, &lines)?;
    assert_eq!(roll.sizes()?, (2, 5, 20), "smallest, desired and largest size as operators set them");
    Ok(())
}

#[tokio::test]
async fn a_roll_that_is_rolled_back_gives_operators_their_size_back() -> Result<()> {
    let external = json!({ "workerScaling": "external" });
    let mut roll = Roll::of(external.clone()).await?;
    roll.scaled_by_operators()?;
    let mut after = inputs(external);
    after.put(&Path::field("ec2.workerInstanceType"), Value::text("r5.4xlarge"));
    roll.started.model.fail_launches("Workers", "There is no room for r5.4xlarge.", 1_000);
    let told = roll.update(&after).await.err().context("it went well")?.to_string();
    ensure!(told.contains("back in its former state"), "{told}");
    assert_eq!(roll.sizes()?, (2, 5, 20), "smallest, desired and largest size as operators set them");
    Ok(())
}

#[tokio::test]
async fn a_newer_image_is_a_word_at_a_refresh_and_replaces_no_node_until_it_is_asked_for() -> Result<()> {
    const NEWER: &str = "ami-0fffffffffffffff1";
    let mut roll = Roll::of(json!({})).await?;
    let (notes, calls) = roll.refresh().await?;
    ensure!(notes.is_empty() && calls <= 5, "{calls} calls, {notes:?}");
    roll.publish(NEWER);
    let (notes, calls) = roll.refresh().await?;
    ensure!(notes.len() == 1 && notes[0].contains(NEWER) && notes[0].contains("ec2.imageRefresh"), "{notes:?}");
    ensure!(calls <= 5, "{calls} calls");

    let before = roll.ids()?;
    let mut more = inputs(json!({}));
    more.put(&Path::field("ec2.workerCount"), Value::integer(5));
    let (plan, _) = roll.update(&more).await?;
    let after = roll.ids()?;
    ensure!(plan.rolls.is_empty() && before.iter().all(|id| after.contains(id)), "{before:?} and {after:?}");
    assert_eq!(roll.images()?, vec![seed::IMAGE_X86; 5]);

    let mut refreshed = more.clone();
    refreshed.put(&Path::field("ec2.imageRefresh"), Value::text("2026-11"));
    let (plan, _) = roll.update(&refreshed).await?;
    assert_eq!(plan.rolls.len(), 2, "coordinators and workers");
    assert_eq!(roll.images()?, vec![NEWER; 5]);
    Ok(())
}
