//! What users see while an operation runs: every stack event of it once and in AWS's order, under Pulumi by the engine's
//! log, under Terraform by the progress file, however AWS cuts its answers.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, Result, anyhow, ensure};
use regex::Regex;
use serde_json::{Value as Json, json};
use starburst_core::cluster::{self, Asker, CheckRequest, Prior, StackNaming};
use starburst_core::failure::Client;
use starburst_core::value::Value;
use starburst_provider::progress_file::ProgressFile;
use starburst_provider::pulumi::wire;
use starburst_provider::pulumi::wire::engine_server::{Engine, EngineServer};
use starburst_provider::pulumi::wire::resource_provider_server::ResourceProvider as _;
use starburst_tests::fake::durations::Durations;
use starburst_tests::fake::{self, Effect, Phase};
use tokio::net::TcpListener;
use tonic::transport::server::TcpIncoming;
use tonic::{Request, Response, Status};

use crate::harness::{Bench, REGION, STACK, URN};
use crate::lifecycle::three_workers;
use crate::model_world::{self, Never};

/// An engine that keeps what it is told.
#[derive(Clone, Default)]
struct Told(Arc<Mutex<Vec<String>>>);

#[tonic::async_trait]
impl Engine for Told {
    async fn log(&self, request: Request<wire::LogRequest>) -> Result<Response<()>, Status> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(request.into_inner().message);
        Ok(Response::new(()))
    }
}

impl Told {
    async fn listen(&self) -> Result<String> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?.to_string();
        let server = tonic::transport::Server::builder().add_service(EngineServer::new(self.clone()));
        tokio::spawn(server.serve_with_incoming(TcpIncoming::from(listener)));
        Ok(address)
    }

    fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Resource, type and status of an event.
type Event = (String, String, String);

/// All events of the stack, oldest first.
fn events(model: &fake::World, stack: &str) -> Result<Vec<Event>> {
    let (mut all, mut next) = (Vec::new(), Json::Null);
    loop {
        let params = json!({ "StackName": stack, "NextToken": next });
        let page = model.call("cloudformation", "DescribeStackEvents", params).map_err(|why| anyhow!("{why}"))?;
        for event in page["StackEvents"].as_array().context("no events")? {
            let text = |name: &str| event[name].as_str().unwrap_or_default().to_owned();
            all.push((text("LogicalResourceId"), text("ResourceType"), text("ResourceStatus")));
        }
        next = page["NextToken"].clone();
        if next.is_null() {
            break;
        }
    }
    all.reverse();
    Ok(all)
}

/// What the lines say of events: resource, type, and what became of it.
fn told(lines: &[String]) -> Result<Vec<Event>> {
    let form = Regex::new(r"(?:^|Z \S+ )([A-Za-z0-9-]+) \((AWS::[A-Za-z0-9:]+)\): ([a-z, ]+)")?;
    let part = |found: &regex::Captures<'_>, at: usize| {
        found.get(at).map_or("", |part| part.as_str()).trim_end_matches([' ', ',']).to_owned()
    };
    let found = lines.iter().filter_map(|line| form.captures(line));
    Ok(found.map(|found| (part(&found, 1), part(&found, 2), part(&found, 3))).collect())
}

/// Whether the words fit the status.
fn fits(words: &str, status: &str) -> bool {
    match status {
        _ if status.ends_with("_FAILED") => words.starts_with("failed to"),
        _ if status.contains("ROLLBACK") => words.contains("roll"),
        _ if status.contains("CLEANUP") => words.contains("removing"),
        _ if status.ends_with("_IN_PROGRESS") => words.ends_with("ing"),
        _ => words.ends_with("ed"),
    }
}

fn same(what: &str, lines: &[String], expected: &[Event]) -> Result<()> {
    let told = told(lines)?;
    let of = |events: &[Event]| events.iter().map(|(id, kind, _)| format!("{id} {kind}")).collect::<Vec<_>>();
    ensure!(!expected.is_empty() && of(&told) == of(expected), "{what}: told {:#?}\nAWS has {expected:#?}", told);
    for ((id, _, words), (_, _, status)) in told.iter().zip(expected) {
        ensure!(fits(words, status), "{what}: {id} is in {status}, and the line says {words:?}");
    }
    Ok(())
}

fn program(extra: &[(&str, &str, Json)]) -> Json {
    let mut program = three_workers();
    for (section, field, value) in extra {
        program[*section][*field] = value.clone();
    }
    program
}

/// Events in pages of three, and a reading that is throttled now and then.
fn make_it_hard(model: &fake::World) {
    model.settings(|settings| settings.event_page_size = 3);
    for skip in [2, 9, 17, 30] {
        model.fault("cloudformation", "DescribeStackEvents", skip, 1, Effect::Throttle);
    }
}

fn changes() -> [Json; 2] {
    let roll = program(&[("ec2", "workerInstanceType", json!("r5.4xlarge"))]);
    let mut fails = roll.clone();
    fails["monitoring"] = json!({ "logRetentionDays": 7 });
    [roll, fails]
}

#[tokio::test]
async fn every_event_reaches_the_engine_once_and_in_order() -> Result<()> {
    let (bench, engine) = (Bench::new().await?, Told::default());
    make_it_hard(&bench.model);
    let greeting = wire::ProviderHandshakeRequest { engine_address: engine.listen().await?, ..Default::default() };
    bench.provider().handshake(Request::new(greeting)).await.map_err(|status| anyhow!("{status}"))?;
    let [roll, fails] = changes();

    let stored = bench.create(&three_workers()).await?.map_err(|trouble| anyhow!("{}", trouble.text))?;
    let made = events(&bench.model, &stored.id)?;
    let lines = engine.take();
    same("create", &lines, &made)?;
    let resources: BTreeSet<&str> = made.iter().map(|(id, ..)| id.as_str()).filter(|id| *id != STACK).collect();
    let all = format!("created, {0} of {0} resources done", resources.len());
    ensure!(lines.iter().any(|line| line.ends_with(&all)), "no line says {all}: {lines:#?}");

    let stored = bench.update(&stored, &roll).await?.map_err(|trouble| anyhow!("{}", trouble.text))?;
    let rolled = events(&bench.model, &stored.id)?;
    same("roll", &engine.take(), &rolled[made.len()..])?;

    bench.model.fail_resource("AWS::Logs::LogGroup", Phase::Update, "quota", 1);
    bench.update(&stored, &fails).await?.err().context("the update went well")?;
    let failed = events(&bench.model, &stored.id)?;
    same("failed update", &engine.take(), &failed[rolled.len()..])?;

    bench.delete(&stored).await.map_err(|status| anyhow!("{status}"))?;
    same("delete", &engine.take(), &events(&bench.model, &stored.id)?[failed.len()..])
}

#[tokio::test]
async fn a_run_that_joins_tells_the_whole_operation_once() -> Result<()> {
    let (bench, engine) = (Bench::new().await?, Told::default());
    let greeting = wire::ProviderHandshakeRequest { engine_address: engine.listen().await?, ..Default::default() };
    bench.provider().handshake(Request::new(greeting)).await.map_err(|status| anyhow!("{status}"))?;
    bench.model.fault("cloudformation", "DescribeStackEvents", 12, 1_000, Effect::ExpiredToken);
    bench.model.fault("cloudformation", "DescribeStacks", 3, 1_000, Effect::ExpiredToken);
    bench.create(&three_workers()).await?.err().context("the first run went to its end")?;
    let before = told(&engine.take())?;
    bench.model.with(|state| state.faults.calls.clear());
    let stored = bench.create(&three_workers()).await?.map_err(|trouble| anyhow!("{}", trouble.text))?;
    let all = events(&bench.model, &stored.id)?;
    ensure!(!before.is_empty() && before.len() < all.len(), "{before:?}");
    for (at, (id, ..)) in before.iter().enumerate() {
        ensure!(*id == all[at].0, "the first run told {id} where AWS has {:?}", all[at]);
    }
    same("joined create", &engine.take(), &all)
}

#[tokio::test]
async fn every_event_is_in_the_progress_file_once_and_in_order() -> Result<()> {
    let started = model_world::start(Durations::default()).await?;
    make_it_hard(&started.model);
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("progress.log");
    let config = Value::from(&json!({ "region": REGION }));
    let connection = started.world.connect(&config).await.map_err(|failure| anyhow!("{failure:?}"))?;
    let asker = Asker { client: Client::Terraform, owner: URN.to_owned() };
    let checked = |program: &Json| {
        let (inputs, naming) = (Value::from(program), StackNaming::Propose(STACK.to_owned()));
        cluster::check(&CheckRequest { asker: &asker, inputs: &inputs, prior: None, naming: &naming }).inputs
    };
    let file = || ProgressFile::at(Some(path.clone()), STACK, Client::Terraform);
    let new_lines = || -> Result<Vec<String>> {
        let lines = std::fs::read_to_string(&path)?.lines().map(str::to_owned).collect();
        std::fs::remove_file(&path)?;
        Ok(lines)
    };
    let settings = connection.settings();
    let [roll, fails] = changes();

    let (inputs, sink) = (checked(&three_workers()), file());
    let made = cluster::create(connection.ports(&Never, &sink), &asker, settings, &inputs, None).await;
    let made = made.map_err(|failed| anyhow!("{:?}", failed.failure))?;
    let created = events(&started.model, &made.id)?;
    same("create", &new_lines()?, &created)?;

    let prior = Prior { id: made.id, inputs, outputs: made.outputs };
    let (inputs, sink) = (checked(&roll), file());
    let changed = cluster::update(connection.ports(&Never, &sink), &asker, settings, &prior, &inputs, None).await;
    let changed = changed.map_err(|failed| anyhow!("{:?}", failed.failure))?;
    let rolled = events(&started.model, &prior.id)?;
    same("roll", &new_lines()?, &rolled[created.len()..])?;

    started.model.fail_resource("AWS::Logs::LogGroup", Phase::Update, "quota", 1);
    let prior = Prior { id: changed.id, inputs, outputs: changed.outputs };
    let (inputs, sink) = (checked(&fails), file());
    let failed = cluster::update(connection.ports(&Never, &sink), &asker, settings, &prior, &inputs, None).await;
    ensure!(failed.is_err(), "the update went well");
    same("failed update", &new_lines()?, &events(&started.model, &prior.id)?[rolled.len()..])
}
