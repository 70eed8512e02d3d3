//! Fifty engines at once against one account's limits, one event after the other in virtual time. HTTP cannot carry
//! this, because nobody knows which of fifty open connections answers before time moves on: the ports call the model in
//! process, and pauses that the SDK would make between its attempts are made on the model's clock.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};

use anyhow::{Result, ensure};
use serde_json::{Value as Json, json};
use starburst_core::ports::{
    CallError, CallErrorKind, Called, Clock as _, OnFailure, Ports, StackRequest, TemplateSource,
};
use starburst_core::stack::{self, Goal, Operation, Outcome, OwnerTag};
use starburst_core::time::{Millis, Timestamp};
use starburst_provider::aws::{self, Aws, AwsConfig};
use starburst_provider::files::ProgramFiles;
use starburst_tests::fake::durations::Durations;
use starburst_tests::fake::{ApiError, SimClock, World, WorldConfig};

/// Attempts of a call, as the plugin's SDK makes them.
const ATTEMPTS: u32 = 5;
/// The longest first pause between two attempts, milliseconds; each further one may be twice as long.
const PAUSE: u64 = 500;
/// Milliseconds between two clients' beginnings.
const APART: u64 = 200;

/// What a crowd met.
#[derive(Debug)]
pub struct Met {
    /// How every operation ended that did not end well.
    pub failed: Vec<String>,
    /// Calls that were answered with Throttling.
    pub throttled: usize,
    /// All calls.
    pub calls: usize,
    /// The longest that a stack's end was not noticed, virtual milliseconds.
    pub latest: i64,
}

/// Creates this many stacks of ten minutes at once, with this many calls a second of each kind and its burst.
pub async fn create(stacks: usize, rate: f64) -> Result<Met> {
    let clock = SimClock::new();
    let durations = Durations { instance_profile: 120_000, ..Durations::default() };
    let world = World::new(WorldConfig { durations, ..WorldConfig::simulated(&clock) });
    world.settings(|settings| {
        let actions = ["CreateStack", "DescribeStacks", "DescribeStackEvents"];
        settings.rates = actions.into_iter().map(|action| (format!("cloudformation:{action}"), (rate, rate))).collect();
    });
    let config = AwsConfig { region: Some("us-east-1".to_owned()), ..AwsConfig::default() };
    let rest = aws::clients(&config).await.map_err(|why| anyhow::anyhow!("{why}"))?;
    let crowd = Crowd { world, clock, rest, wakes: Mutex::default(), files: ProgramFiles::here() };
    crowd.run(stacks)
}

pub(super) struct Crowd {
    world: Arc<World>,
    clock: SimClock,
    /// Ports that a stack which goes well never asks.
    rest: Aws,
    /// When each engine wants to go on, virtual milliseconds.
    wakes: Mutex<BTreeMap<usize, u64>>,
    files: ProgramFiles,
}

impl Crowd {
    /// The present, virtual milliseconds.
    pub fn now(&self) -> u64 {
        u64::try_from(self.clock.now().0).unwrap_or_default()
    }

    /// Every engine in turn until none can go on, then the time of the earliest wake-up.
    fn run(&self, stacks: usize) -> Result<Met> {
        let engines: Vec<_> = (0..stacks).map(|number| One { crowd: self, number }).collect();
        let mut runs: Vec<Option<Pin<Box<dyn Future<Output = Outcome> + '_>>>> =
            engines.iter().map(|one| Some(Box::pin(one.create()) as Pin<Box<_>>)).collect();
        let (mut failed, mut latest, mut context) = (Vec::new(), 0, Context::from_waker(Waker::noop()));
        let limit = self.now() + 3_600_000;
        while runs.iter().any(Option::is_some) {
            ensure!(self.now() < limit, "{} have not ended in an hour", runs.iter().flatten().count());
            for (number, run) in runs.iter_mut().enumerate() {
                let due = self.wakes().get(&number).is_none_or(|time| *time <= self.now());
                let Some(running) = run.as_mut().filter(|_| due) else { continue };
                self.wakes().remove(&number);
                let Poll::Ready(outcome) = running.as_mut().poll(&mut context) else { continue };
                latest = latest.max(self.late(number));
                if !matches!(outcome, Outcome::Succeeded { .. }) {
                    failed.push(format!("{number}: {outcome:?}"));
                }
                *run = None;
                self.wakes().remove(&number);
            }
            let next = self.wakes().values().min().copied();
            if let Some(next) = next {
                self.clock.advance_to(starburst_tests::fake::Timestamp(i64::try_from(next)?));
            }
        }
        let calls = self.world.calls();
        let throttled = calls.iter().filter(|call| call.outcome.contains("Throttling")).count();
        Ok(Met { failed, throttled, calls: calls.len(), latest })
    }

    /// This engine wants to go on then, at the latest.
    pub fn wake(&self, number: usize, time: u64) {
        self.wakes().entry(number).and_modify(|other| *other = time.min(*other)).or_insert(time);
    }

    fn wakes(&self) -> std::sync::MutexGuard<'_, BTreeMap<usize, u64>> {
        self.wakes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Milliseconds since the end of this stack.
    fn late(&self, number: usize) -> i64 {
        let ended = self.world.with(|state| {
            let stacks = state.places.values().flat_map(|place| place.stacks.values());
            let mut ours = stacks.filter(|stack| stack.name == name(number));
            ours.next().and_then(|stack| stack.events.last().map(|event| event.at))
        });
        ended.map_or(0, |ended| self.clock.now().0 - ended.0)
    }
}

fn name(number: usize) -> String {
    format!("crowd-{number}")
}

/// One engine's view of the world.
pub(super) struct One<'a> {
    /// All of them.
    pub crowd: &'a Crowd,
    /// Which one it is.
    pub number: usize,
}

impl One<'_> {
    async fn create(&self) -> Outcome {
        self.sleep_until(Timestamp(self.crowd.now() + self.number as u64 * APART)).await;
        let crowd = self.crowd;
        let rest = crowd.rest.ports(&crowd.files, self, self, self);
        let mut operation = Operation::new(Goal::Create, name(self.number));
        operation.owner = OwnerTag { key: "owner".to_owned(), value: name(self.number) };
        operation.request = Some(request(&operation.owner));
        operation.timeout = Millis::from_seconds(3600);
        stack::run(Ports { cloud_formation: self, ..rest }, operation).await
    }

    /// A call with the SDK's attempts.
    pub async fn call(&self, action: &str, params: Json) -> Called<Json> {
        let mut attempt = 0;
        loop {
            attempt += 1;
            let answer = self.crowd.world.call("cloudformation", action, params.clone());
            let error = match answer {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            self.crowd.world.note_error("cloudformation", action, &params, &error);
            if error.code != "Throttling" || attempt == ATTEMPTS {
                return Err(call_error(action, &error));
            }
            // The SDK draws it; here it follows from engine and attempt.
            let drawn = (self.number as u64 * 7919 + self.crowd.now() * 31 + u64::from(attempt) * 104_729) % 1000;
            let pause = (PAUSE << (attempt - 1)) * drawn / 1000;
            self.sleep_until(Timestamp(self.crowd.now() + pause)).await;
        }
    }
}

/// Ten minutes of instance profiles, one after the other, and a topic.
fn request(owner: &OwnerTag) -> StackRequest {
    let profile = |after: Option<&str>| {
        let mut resource = json!({ "Type": "AWS::IAM::InstanceProfile", "Properties": { "Roles": ["nodes"] } });
        if let Some(after) = after {
            resource["DependsOn"] = json!(after);
        }
        resource
    };
    let resources = json!({
        "Topic": { "Type": "AWS::SNS::Topic" },
        "One": profile(None), "Two": profile(Some("One")), "Three": profile(Some("Two")),
        "Four": profile(Some("Three")), "Five": profile(Some("Four")),
    });
    StackRequest {
        template: TemplateSource::Body(json!({ "Resources": resources }).to_string()),
        parameters: BTreeMap::new(),
        tags: BTreeMap::from([(owner.key.clone(), owner.value.clone())]),
        capabilities: vec!["CAPABILITY_IAM".to_owned()],
        role_arn: None,
        notification_arns: Vec::new(),
        policy_body: None,
        rollback_triggers: Vec::new(),
        monitoring_minutes: None,
        on_failure: OnFailure::Rollback,
        express: false,
        token: String::new(),
    }
}

fn call_error(action: &str, error: &ApiError) -> CallError {
    let kind = match error.code.as_str() {
        "Throttling" => CallErrorKind::Throttled,
        "AlreadyExistsException" => CallErrorKind::AlreadyExists,
        _ if error.message.contains("does not exist") => CallErrorKind::NotFound,
        _ => CallErrorKind::Refused,
    };
    let (action, code, message) = (format!("cloudformation:{action}"), error.code.clone(), error.message.clone());
    CallError { kind, action, code, message }
}
