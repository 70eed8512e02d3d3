//! Logs, metrics and alarms: the joint template's own agent configuration at work on nodes whose servers say what real
//! ones said (recorded from Trino 476 and Alluxio 2.9.4), and what becomes of it in CloudWatch.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, ensure};
use serde_json::{Value, json};
use starburst_core::template::{BODY, COORDINATORS, WORKERS};
use starburst_tests::clients::or_skip;
use starburst_tests::fake::services::metrics::Metric;
use starburst_tests::fake::services::outside::LOG_STREAM;
use starburst_tests::fake::state::Place;
use starburst_tests::fake::{self, ACCOUNT, World, seed};
use starburst_tests::real::{self, RealWorld, world::REGION};

const STACK: &str = "watched";
const TOPIC: &str = "arn:aws:sns:us-east-1:123456789012:pages";
const LIMIT: Duration = Duration::from_secs(240);
/// Published by AWS itself without being asked; the model does not.
const OF_EC2: (&str, &str) = ("AWS/EC2", "CPUUtilization");
const BOOT: &str = "exec bash node.sh boot";
/// The nodes run the template's script, with other servers.
const BOOT_WITH_STAND_INS: &str = "aws s3 cp --quiet s3://analytics-data/stand-ins.sh . && \
    sed -i '/^read_configuration$/e cat stand-ins.sh' node.sh && exec bash node.sh boot";
const RECORDED: [(&str, &str); 3] = [
    ("coordinator", include_str!("monitoring/coordinator.txt")),
    ("worker", include_str!("monitoring/worker.txt")),
    ("alluxio", include_str!("monitoring/alluxio.txt")),
];

fn place() -> Place {
    Place { account: ACCOUNT.to_owned(), region: REGION.to_owned() }
}

/// Begins a stack of one coordinator and one worker, with metrics and a topic for alarms.
fn create(model: &World, body: &str) -> Result<()> {
    let values = [
        ("VPC", seed::VPC),
        ("Subnet", seed::PUBLIC_SUBNET),
        ("SecurityGroups", seed::SECURITY_GROUP),
        ("WorkersCount", "1"),
        ("AlluxioS3RootMount", "s3://analytics-data/alluxio"),
        ("EnableCloudWatchMetrics", "yes"),
        ("AlarmTopic", TOPIC),
    ];
    let given = values.map(|(name, value)| json!({ "ParameterKey": name, "ParameterValue": value }));
    let request = json!({ "StackName": STACK, "TemplateBody": body, "Parameters": given,
        "Capabilities": ["CAPABILITY_IAM"], "OnFailure": "DO_NOTHING" });
    model.call("cloudformation", "CreateStack", request).map_err(|error| anyhow!("{error}")).map(drop)
}

/// The id that a resource of the stack got.
fn physical(model: &World, logical: &str) -> Result<String> {
    let found = model.with(|w| {
        let stack = w.region(&place()).stacks.values().next();
        stack.and_then(|stack| Some(stack.resources.get(logical)?.physical.clone()))
    });
    found.with_context(|| format!("the stack has no {logical}"))
}

/// Every metric of the dashboard, as the model made it of the template.
fn shown(model: &World) -> Result<Vec<Metric>> {
    let key = ("AWS::CloudWatch::Dashboard".to_owned(), physical(model, "Dashboard")?);
    let body = model.with(|w| Some(w.region(&place()).objects.get(&key)?.properties["DashboardBody"].clone()));
    let body: Value = serde_json::from_str(body.as_ref().and_then(Value::as_str).context("the dashboard has a body")?)?;
    let widgets = body["widgets"].as_array().context("the dashboard has widgets")?;
    let mut all = Vec::new();
    for widget in widgets {
        ensure!(widget["properties"]["region"] == REGION, "a widget is of another region: {widget}");
        let metrics = widget["properties"]["metrics"].as_array().context("a widget has metrics")?;
        let mut before: Vec<String> = Vec::new();
        for line in metrics {
            before = written_out(line, &before)?;
            let pairs = before[2..].chunks(2).map(|pair| (pair[0].clone(), pair[1].clone())).collect();
            all.push(Metric::new(&before[0], &before[1], pairs));
        }
    }
    Ok(all)
}

/// A line of a widget without its abbreviations: `.` is what stands above, `...` all of it but for what follows.
fn written_out(line: &Value, before: &[String]) -> Result<Vec<String>> {
    let words: Vec<&str> = line.as_array().context("a metric is a list")?.iter().filter_map(Value::as_str).collect();
    if let Some(("...", rest)) = words.split_first().map(|(first, rest)| (*first, rest)) {
        let kept = before.len().checked_sub(rest.len()).context("there is something above")?;
        return Ok(before[..kept].iter().cloned().chain(rest.iter().map(|word| (*word).to_owned())).collect());
    }
    let full = words.iter().enumerate().map(|(at, word)| match *word {
        "." => before.get(at).cloned().context("there is something above"),
        word => Ok(word.to_owned()),
    });
    let full = full.collect::<Result<Vec<_>>>()?;
    ensure!(full.len() >= 4 && full.len() % 2 == 0, "names and values of dimensions are pairs: {line}");
    Ok(full)
}

/// Lines that arrived in a log stream whose name begins so.
fn logged(model: &World, stream: &str) -> Vec<String> {
    model.with(|w| {
        let objects = &w.region(&place()).objects;
        let streams = objects.iter().filter(|((kind, id), _)| {
            kind == LOG_STREAM && id.split_once(':').is_some_and(|(_, name)| name.starts_with(stream))
        });
        let events = streams.flat_map(|(_, stream)| stream.properties.as_array().cloned().unwrap_or_default());
        events.filter_map(|event| event["message"].as_str().map(str::to_owned)).collect()
    })
}

/// Waits until a list is empty.
fn until_none<T: std::fmt::Debug>(world: &RealWorld, what: &str, left: impl Fn() -> Result<Vec<T>>) -> Result<()> {
    let deadline = Instant::now() + LIMIT / 2;
    loop {
        let missing = left()?;
        if missing.is_empty() {
            return Ok(());
        }
        ensure!(Instant::now() < deadline, "{what}: {missing:#?}\n{}", world.logs());
        std::thread::sleep(Duration::from_millis(500));
    }
}

fn watched(base: &Path) -> Result<()> {
    let world = RealWorld::start(base, &real::Options { packages: false, ..real::Options::default() })?;
    let model = &world.model;
    world.put(seed::BUCKET, "stand-ins.sh", include_bytes!("monitoring/stand-ins.sh"))?;
    for (name, text) in RECORDED {
        world.put(seed::BUCKET, &format!("recorded/{name}.txt"), text.as_bytes())?;
    }
    ensure!(BODY.contains(BOOT), "user data starts the script");
    create(model, &BODY.replace(BOOT, BOOT_WITH_STAND_INS))?;
    until_none(&world, "the stack is not complete", || {
        let status = model.stack_status(REGION, STACK).unwrap_or_default();
        ensure!(!status.contains("FAILED"), "{status}\n{}", world.logs());
        Ok(Some(status).filter(|status| status != "CREATE_COMPLETE").into_iter().collect())
    })?;
    let widgets = shown(model)?;
    ensure!(widgets.len() > 10, "the dashboard shows little: {widgets:?}");
    until_none(&world, "a widget shows what nobody publishes", || {
        let published: BTreeSet<Metric> = model.with(|w| w.region(&place()).metrics.data.keys().cloned().collect());
        let of_ec2 = |metric: &Metric| (metric.namespace.as_str(), metric.name.as_str()) == OF_EC2;
        Ok(widgets.iter().filter(|metric| !published.contains(metric) && !of_ec2(metric)).cloned().collect())
    })?;
    values_are_those_of_the_servers(model)?;
    no_more_than_the_documented_metrics(model)?;
    until_none(&world, "a log did not arrive", || {
        let streams = [
            "node-coordinator-i-",
            "node-worker-i-",
            "presto-coordinator-i-",
            "presto-worker-i-",
            "alluxio-coordinator-i-",
            "metrics-coordinator-i-",
            "metrics-worker-i-",
        ];
        Ok(streams.into_iter().filter(|stream| logged(model, stream).is_empty()).collect())
    })?;
    let steps = logged(model, "node-worker-i-");
    ensure!(steps.iter().any(|line| line.contains("status: ready")), "the node's log is another: {steps:#?}");
    Ok(())
}

/// The last value of each is that of the recording, in its unit.
fn values_are_those_of_the_servers(model: &World) -> Result<()> {
    let group =
        |logical: &str| Ok::<_, anyhow::Error>(vec![("AutoScalingGroupName".into(), physical(model, logical)?)]);
    let expected = [
        ("Coordinators", "trino_execution_name_QueryManager_RunningQueries", 1.0),
        ("Coordinators", "trino_execution_name_QueryManager_FailedQueries", 0.0),
        ("Coordinators", "Cluster_BytesReadCache", 5_000_000.0),
        ("Workers", "trino_memory_type_MemoryPool_name_general_ReservedBytes", 195_355_991.0),
    ];
    for (logical, name, value) in expected {
        let metric = Metric::new("Starburst", name, group(logical)?);
        let last = model.with(|w| w.region(&place()).metrics.data.get(&metric).and_then(|data| data.last().cloned()));
        let last = last.with_context(|| format!("{name} has no value"))?;
        ensure!((last.value - value).abs() < 0.5, "{name} is {value} in the recording, and {last:?} here");
    }
    let memory = Metric::new("Starburst", "mem_used_percent", group("Workers")?);
    let data = model.with(|w| w.region(&place()).metrics.data.get(&memory).cloned()).context("no memory")?;
    ensure!(data.iter().all(|one| one.unit == "Percent" && one.value > 0.0 && one.value < 100.0), "{data:?}");
    Ok(())
}

/// What CloudWatch charges for: a fixed number for each group, however many nodes it has.
fn no_more_than_the_documented_metrics(model: &World) -> Result<()> {
    let own = model.with(|w| w.region(&place()).metrics.data.keys().filter(|m| m.namespace == "Starburst").count());
    ensure!(own == 13, "a coordinators' group publishes 10 metrics and a workers' group 3, and these are {own}");
    Ok(())
}

#[test]
fn every_widget_shows_what_nodes_publish_and_every_log_arrives() -> Result<()> {
    let name = "every_widget_shows_what_nodes_publish_and_every_log_arrives";
    let run = || {
        // Inside there is no network: what can only be had with one is there before.
        real::image::find()?;
        real::inside(&format!("monitoring::{name}"), LIMIT, watched)
    };
    or_skip(name, run())
}

/// The joint template on the model alone, complete.
fn simulated() -> Result<std::sync::Arc<World>> {
    let model = World::new(fake::WorldConfig::simulated(&fake::SimClock::new()));
    create(&model, BODY)?;
    model.settle(100_000);
    ensure!(model.stack_status(REGION, STACK).as_deref() == Some("CREATE_COMPLETE"), "the stack is not complete");
    Ok(model)
}

/// Lets minutes pass, and says which alarms told the topic so far.
fn minutes(model: &World, minutes: usize) -> Result<Vec<String>> {
    for _ in 0..minutes {
        model.advance_to(model.now().plus_ms(60_000));
        model.look_at_metrics();
    }
    let told = model.with(|w| w.region(&place()).metrics.notifications.clone());
    ensure!(told.iter().all(|one| one["TopicArn"] == TOPIC && one["NewStateValue"] == "ALARM"), "{told:?}");
    Ok(told.iter().filter_map(|one| one["AlarmName"].as_str().map(str::to_owned)).collect())
}

/// Takes all nodes away from a group, behind its back: it launches no others.
fn lose(model: &World, group: &str) {
    model.with(|w| {
        let group = w.region(&place()).groups.get_mut(group);
        group.into_iter().for_each(|group| group.instances.clear());
    });
}

#[test]
fn a_missing_worker_is_told_to_the_topic_once_and_after_a_quarter_of_an_hour() -> Result<()> {
    let model = simulated()?;
    let alarm = physical(&model, "WorkersMissing")?;
    assert_eq!(minutes(&model, 20)?, Vec::<String>::new(), "nothing is wrong");
    lose(&model, &physical(&model, WORKERS)?);
    assert_eq!(minutes(&model, 13)?, Vec::<String>::new(), "a roll takes as long");
    assert_eq!(minutes(&model, 5)?, [alarm.as_str()]);
    assert_eq!(minutes(&model, 20)?, [alarm.as_str()], "it is told once");
    Ok(())
}

#[test]
fn a_missing_coordinator_is_told_to_the_topic_after_five_minutes() -> Result<()> {
    let model = simulated()?;
    assert_eq!(minutes(&model, 6)?, Vec::<String>::new(), "nothing is wrong");
    lose(&model, &physical(&model, COORDINATORS)?);
    assert_eq!(minutes(&model, 3)?, Vec::<String>::new(), "three minutes are no alarm");
    assert_eq!(minutes(&model, 3)?, [physical(&model, "CoordinatorsMissing")?]);
    Ok(())
}
