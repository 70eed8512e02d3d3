//! The handle of the model: a lock around the state, the callers, the call log, and what a test may do behind
//! CloudFormation's back.

use super::error::{Answer, ApiError};
use super::faults::Effect;
use super::lag;
use super::reach;
use super::services::{autoscaling, cloudformation, ec2, json, outside, s3, sts};
use super::settings::WorldConfig;
use super::state::{Place, State};
use super::time::{Clock, SimClock, Timestamp};
use serde_json::Value;
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::watch;

/// The account of callers that name no other.
pub const ACCOUNT: &str = "123456789012";

/// Who calls, from where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    pub key: String,
    pub place: Place,
}

/// One call as it was answered.
#[derive(Clone, Debug)]
pub struct CallRecord {
    pub at: Timestamp,
    pub service: String,
    pub action: String,
    /// Parameters; values of template parameters and secrets are blanked.
    pub params: Value,
    /// `ok`, or the error.
    pub outcome: String,
}

#[derive(Debug, Default)]
struct Log {
    calls: Vec<CallRecord>,
    tokens: BTreeMap<String, (f64, Timestamp)>,
}

/// The model of AWS.
pub struct World {
    clock: Clock,
    call_time: i64,
    state: Mutex<State>,
    log: Mutex<Log>,
    /// How many calls were held so far.
    held: watch::Sender<usize>,
}

impl std::fmt::Debug for World {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("World").field("clock", &self.clock).finish_non_exhaustive()
    }
}

impl World {
    /// An empty world; every account and region is seeded when first touched.
    #[must_use]
    pub fn new(config: WorldConfig) -> Arc<Self> {
        let mut state = State::new(config.seed, config.durations, config.settings);
        state.now = config.clock.now();
        Self::of(config.clock, config.call_time, state)
    }

    fn of(clock: Clock, call_time: i64, state: State) -> Arc<Self> {
        let held = watch::Sender::new(0);
        Arc::new(Self { clock, call_time, state: Mutex::new(state), log: Mutex::new(Log::default()), held })
    }

    /// A second world that goes on by itself from here, on a clock of its own and with an empty log. `None` while
    /// anything is still to happen, or in real time.
    #[must_use]
    pub fn copied(&self) -> Option<(Arc<Self>, SimClock)> {
        let clock = SimClock::new();
        clock.advance_to(self.clock.now());
        let state = self.state().copied()?;
        matches!(self.clock, Clock::Simulated(_))
            .then(|| (Self::of(Clock::Simulated(clock.clone()), self.call_time, state), clock))
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn log(&self) -> MutexGuard<'_, Log> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The present time of the model.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Runs what is due now.
    pub fn advance(&self) {
        let now = self.clock.now();
        self.state().advance_to(now);
    }

    /// Moves a simulated clock to `to` and runs what is due.
    pub fn advance_to(&self, to: Timestamp) {
        if let Clock::Simulated(clock) = &self.clock {
            clock.advance_to(to);
        }
        self.advance();
    }

    /// Publishes what Auto Scaling tells of its groups every minute, and lets the alarms look at all metrics.
    pub fn look_at_metrics(&self) {
        self.with(super::services::metrics::look);
    }

    /// From now on instances are real machines, which boot by themselves.
    pub fn use_machines(&self, machines: Arc<dyn super::machines::Machines>) {
        self.state().machines = super::machines::Slot(Some(machines));
    }

    /// When the next event is due.
    #[must_use]
    pub fn next_wakeup(&self) -> Option<Timestamp> {
        self.state().next_wakeup()
    }

    /// Jumps from event to event until no stack of any place moves, at most `limit` events. Simulated clocks only.
    pub fn settle(&self, limit: usize) {
        for _ in 0..limit {
            let moving =
                self.with(|w| w.places.values().flat_map(|r| r.stacks.values()).any(super::stacks::Stack::moving));
            let Some(next) = self.next_wakeup().filter(|_| moving) else { return };
            self.advance_to(next);
        }
    }

    /// Gives the state to a test, brought up to the present.
    pub fn with<T>(&self, run: impl FnOnce(&mut State) -> T) -> T {
        let mut state = self.state();
        state.advance_to(self.clock.now());
        lag::keep(&mut state);
        run(&mut state)
    }

    /// A call without HTTP by the default account in `us-east-1`.
    pub fn call(&self, service: &str, action: &str, params: Value) -> Answer {
        self.call_in("us-east-1", service, action, params)
    }

    /// A call without HTTP by the default account in this region.
    pub fn call_in(&self, region: &str, service: &str, action: &str, params: Value) -> Answer {
        self.answer(Ok(Self::default_caller(region)), service, action, &params)
    }

    fn default_caller(region: &str) -> Caller {
        Caller { key: "AKIAMODEL".into(), place: place(region) }
    }

    /// Whether a service can be reached from an address: see [`reach`]. Clients on loopback are not in the VPC.
    #[must_use]
    pub fn reached_from(&self, address: IpAddr, region: &str, service: &str) -> bool {
        if address.is_loopback() {
            return true;
        }
        let address = address.to_string();
        self.with(|w| {
            let here = |place: &Place| region.is_empty() || place.region == region;
            w.places.iter().filter(|(place, _)| here(place)).all(|(_, found)| reach::reaches(found, &address, service))
        })
    }

    /// The caller of a signed request. The scope is key id, date, region, service. A key id of twelve digits is the
    /// account; one that contains `INVALID`, `BADSIGNATURE` or `EXPIRED` is answered accordingly.
    pub fn caller(&self, scope: &[String], token: &str, authorization: &str) -> Result<Caller, ApiError> {
        let key = scope.first().map(String::as_str).unwrap_or_default();
        if key.is_empty() && authorization.is_empty() {
            return Err(ApiError::new(403, "MissingAuthenticationToken", "Request is missing Authentication Token"));
        }
        if key.contains("INVALID") {
            return Err(ApiError::new(
                403,
                "InvalidClientTokenId",
                "The security token included in the request is invalid.",
            ));
        }
        if key.contains("BADSIGNATURE") {
            return Err(ApiError::new(
                403,
                "SignatureDoesNotMatch",
                "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.",
            ));
        }
        if key.contains("EXPIRED") || token.contains("EXPIRED") {
            return Err(ApiError::new(403, "ExpiredToken", "The security token included in the request is expired"));
        }
        let is_account = key.len() == 12 && key.bytes().all(|b| b.is_ascii_digit());
        let account = if is_account { key } else { ACCOUNT }.to_owned();
        let region = scope.get(2).filter(|r| !r.is_empty()).cloned().unwrap_or_else(|| "us-east-1".into());
        Ok(Caller { key: key.to_owned(), place: Place { account, region } })
    }

    /// Answers a call; faults are the wire's business.
    pub fn answer(&self, caller: Result<Caller, ApiError>, service: &str, action: &str, params: &Value) -> Answer {
        let caller = caller.map_err(|e| service_error(service, e))?;
        self.limit(&caller, service, action)?;
        if self.call_time > 0
            && let Clock::Simulated(clock) = &self.clock
        {
            clock.advance_to(clock.now().plus_ms(self.call_time));
        }
        let now = self.clock.now();
        let answer = {
            let mut w = self.state();
            w.advance_to(now);
            if w.settings.refuses(service, action) {
                Err(denied(&caller.place, service, action))
            } else {
                lag::answer(&mut w, &caller.place, service, action, |w| {
                    dispatch(w, &caller.place, service, action, params)
                })
            }
        };
        if answer.is_ok() {
            self.note(service, action, params, "ok");
        }
        answer
    }

    /// Answers an S3 request.
    pub fn s3(&self, caller: Result<Caller, ApiError>, request: &s3::Request<'_>) -> Result<s3::Reply, ApiError> {
        let caller = caller.map_err(|e| service_error("s3", e))?;
        let action = s3::action(request);
        let reply = self.with(|w| {
            if w.settings.refuses("s3", action) {
                return Err(ApiError::new(403, "AccessDenied", "Access Denied"));
            }
            s3::call(w, &caller.place, request)
        });
        if reply.is_ok() {
            self.note("s3", action, &serde_json::json!({ "Bucket": request.bucket, "Key": request.key }), "ok");
        }
        reply
    }

    /// Takes a token from the bucket of this call, if it has one.
    fn limit(&self, caller: &Caller, service: &str, action: &str) -> Result<(), ApiError> {
        let name = format!("{service}:{action}");
        let Some((rate, burst)) = self.state().settings.rates.get(&name).copied() else { return Ok(()) };
        let now = self.clock.now();
        let mut log = self.log();
        let key = format!("{name}:{}:{}", caller.place.account, caller.place.region);
        let (left, at) = log.tokens.get(&key).copied().unwrap_or((burst, now));
        let left = (left + (now.0 - at.0) as f64 / 1000.0 * rate).min(burst);
        if left < 1.0 {
            log.tokens.insert(key, (left, now));
            return Err(ApiError::throttling());
        }
        log.tokens.insert(key, (left - 1.0, now));
        Ok(())
    }

    /// The effect primed for this call.
    pub fn strike(&self, service: &str, action: &str) -> Option<Effect> {
        self.state().faults.strike(service, action)
    }

    /// Keeps a call without a reply for ever, and tells the test that it has come so far.
    pub async fn hold(&self) {
        self.held.send_modify(|held| *held += 1);
        std::future::pending().await
    }

    /// How many calls were held so far.
    #[must_use]
    pub fn held(&self) -> usize {
        *self.held.borrow()
    }

    /// Waits until this many calls were held.
    pub async fn until_held(&self, calls: usize) {
        // It fails when the sender is gone, which is a part of this very world.
        let _ = self.held.subscribe().wait_for(|held| *held >= calls).await;
    }

    /// A fresh request id.
    pub fn request_id(&self) -> String {
        self.state().ids.uuid()
    }

    /// Writes a line of the call log.
    pub fn note(&self, service: &str, action: &str, params: &Value, outcome: &str) {
        let record = CallRecord {
            at: self.clock.now(),
            service: service.to_owned(),
            action: action.to_owned(),
            params: redact(params),
            outcome: outcome.to_owned(),
        };
        self.log().calls.push(record);
    }

    /// Writes a line of the call log for an error.
    pub fn note_error(&self, service: &str, action: &str, params: &Value, error: &ApiError) {
        self.note(service, action, params, &error.to_string());
    }

    /// All calls so far, oldest first.
    #[must_use]
    pub fn calls(&self) -> Vec<CallRecord> {
        self.log().calls.clone()
    }

    /// Forgets the calls so far.
    pub fn clear_calls(&self) {
        self.log().calls.clear();
    }
}

pub(super) fn place(region: &str) -> Place {
    Place { account: ACCOUNT.into(), region: region.into() }
}

fn dispatch(w: &mut State, place: &Place, service: &str, action: &str, params: &Value) -> Answer {
    match service {
        "cloudformation" => cloudformation::call(w, place, action, params),
        "autoscaling" => autoscaling::call(w, place, action, params),
        "ec2" => ec2::call(w, place, action, params),
        "sts" => sts::call(w, place, action, params),
        "iam" => sts::iam(w, place, action, params),
        "secretsmanager" => json::secretsmanager(w, place, action, params),
        "logs" => outside::logs(w, place, action, params),
        "monitoring" => outside::monitoring(w, place, action, params),
        "ssm" => json::ssm(w, place, action, params),
        _ => Err(ApiError::new(404, "UnknownService", format!("The model does not know the service {service}"))),
    }
}

/// The error of a bad caller in the codes of the service.
fn service_error(service: &str, e: ApiError) -> ApiError {
    match (service, e.code.as_str()) {
        ("ec2", "InvalidClientTokenId") => {
            ApiError::new(401, "AuthFailure", "AWS was not able to validate the provided access credentials")
        }
        ("ec2", "ExpiredToken") => ApiError::new(400, "RequestExpired", "Request has expired."),
        ("s3", "InvalidClientTokenId") => ApiError::new(
            403,
            "InvalidAccessKeyId",
            "The AWS Access Key Id you provided does not exist in our records.",
        ),
        ("secretsmanager" | "ssm", "InvalidClientTokenId") => {
            ApiError::new(400, "UnrecognizedClientException", e.message)
        }
        ("secretsmanager" | "ssm", "ExpiredToken") => ApiError::new(400, "ExpiredTokenException", e.message),
        _ => e,
    }
}

fn denied(place: &Place, service: &str, action: &str) -> ApiError {
    let user = format!("arn:{}:iam::{}:user/analyst", place.partition(), place.account);
    if service == "ec2" {
        let text = format!(
            "You are not authorized to perform this operation. User: {user} is not authorized to perform: ec2:{action} because no identity-based policy allows the ec2:{action} action"
        );
        return ApiError::new(403, "UnauthorizedOperation", text);
    }
    let code = if matches!(service, "secretsmanager" | "ssm") { "AccessDeniedException" } else { "AccessDenied" };
    let status = if code == "AccessDenied" { 403 } else { 400 };
    ApiError::new(
        status,
        code,
        format!(
            "User: {user} is not authorized to perform: {service}:{action} because no identity-based policy allows the {service}:{action} action"
        ),
    )
}

/// Parameters for the log: long texts cut, values that may be secret blanked.
fn redact(params: &Value) -> Value {
    match params {
        Value::Object(map) => Value::Object(
            map.iter()
                .map(|(k, v)| {
                    let blank = matches!(k.as_str(), "ParameterValue" | "SecretString" | "SecretBinary");
                    let long = v.as_str().is_some_and(|s| s.len() > 512);
                    (
                        k.clone(),
                        if blank {
                            Value::from("…")
                        } else if long {
                            Value::from("(long)")
                        } else {
                            redact(v)
                        },
                    )
                })
                .collect(),
        ),
        Value::Array(items) => Value::Array(items.iter().map(redact).collect()),
        other => other.clone(),
    }
}
