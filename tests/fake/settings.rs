//! What a world is made with: settings, clock, seed.

use super::durations::Durations;
use super::early_validation::Finding;
use super::time::{Clock, SimClock};
use std::collections::BTreeMap;

/// The answer to a repeated call with the same token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum RepeatedTokens {
    /// The first answer again, nothing started.
    #[default]
    SameAnswer,
    /// As if no token had been given.
    AlreadyExists,
    /// `TokenAlreadyExistsException`.
    TokenAlreadyExists,
}

/// Settings that a test may change.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Entries of a page of every list but events.
    pub page_size: usize,
    /// Events of a page.
    pub event_page_size: usize,
    pub repeated_tokens: RepeatedTokens,
    pub stack_quota: usize,
    /// Role ARNs that cannot be assumed.
    pub unusable_roles: Vec<String>,
    /// Instance profiles that exist without a stack.
    pub instance_profiles: Vec<String>,
    /// Types that drift detection supports.
    pub drift_types: Vec<String>,
    /// What early validation finds in every change set, beside names that are taken.
    pub validations: Vec<Finding>,
    /// Logical ids that a change set leaves out when values are asked for, which its status reason says.
    pub left_out_with_values: Vec<String>,
    /// AWS's words on a drift detection that ends as DETECTION_FAILED with the results that it has.
    pub drift_failure: Option<String>,
    /// Actions that the caller may not use, as `service:Action`.
    pub denied: Vec<String>,
    /// IAM actions that callers have, `service:Action`; none for all of them.
    pub allowed: Option<Vec<String>>,
    /// Whether a roll waits until leaving instances have left their terminating hook; else it goes on while they
    /// still drain.
    pub roll_waits_for_hook: bool,
    /// Whether the FAILURE signal of an instance that leaves ends a roll.
    pub failure_of_leaving_nodes: bool,
    /// How far reads of EC2 and Auto Scaling lie behind, in milliseconds; 0 for not at all.
    pub lag: i64,
    /// Calls a second by `service:Action` with the burst; empty by default.
    pub rates: BTreeMap<String, (f64, f64)>,
}

impl Default for Settings {
    fn default() -> Self {
        let drift = [
            "AWS::AutoScaling::AutoScalingGroup",
            "AWS::AutoScaling::LifecycleHook",
            "AWS::EC2::SecurityGroup",
            "AWS::EC2::SecurityGroupIngress",
            "AWS::EC2::PrefixList",
            "AWS::EC2::LaunchTemplate",
            "AWS::IAM::InstanceProfile",
            "AWS::Logs::LogGroup",
            "AWS::S3::Bucket",
            "AWS::SNS::Topic",
            "AWS::SQS::Queue",
            "AWS::CloudWatch::Alarm",
        ];
        Self {
            page_size: 20,
            event_page_size: 10,
            repeated_tokens: RepeatedTokens::default(),
            stack_quota: 2000,
            unusable_roles: Vec::new(),
            instance_profiles: vec!["analytics-nodes".into()],
            drift_types: drift.map(str::to_owned).to_vec(),
            validations: Vec::new(),
            left_out_with_values: Vec::new(),
            drift_failure: None,
            denied: Vec::new(),
            allowed: None,
            roll_waits_for_hook: true,
            failure_of_leaving_nodes: true,
            lag: 0,
            rates: BTreeMap::new(),
        }
    }
}

/// How a world is made.
#[derive(Clone, Debug)]
pub struct WorldConfig {
    pub clock: Clock,
    pub seed: u64,
    pub durations: Durations,
    pub settings: Settings,
    /// Virtual milliseconds that every call takes; moves a simulated clock by itself, so that clients that sleep in
    /// real time see progress. 0 for none.
    pub call_time: i64,
}

impl WorldConfig {
    /// On a clock that the test moves.
    #[must_use]
    pub fn simulated(clock: &SimClock) -> Self {
        Self::on(Clock::Simulated(clock.clone()))
    }

    /// In real time, `speed` virtual seconds a second.
    #[must_use]
    pub fn real(speed: f64) -> Self {
        Self::on(Clock::real(speed))
    }

    fn on(clock: Clock) -> Self {
        Self { clock, seed: 1, durations: Durations::default(), settings: Settings::default(), call_time: 0 }
    }
}

impl Settings {
    /// Whether callers may not do this: a call that is denied, or whose IAM action is not among those allowed.
    #[must_use]
    pub fn refuses(&self, service: &str, call: &str) -> bool {
        let action = starburst_schema::permissions::action_of(service, call);
        self.denied.contains(&format!("{service}:{call}"))
            // No policy can deny it (STS API reference, GetCallerIdentity).
            || (self.allowed.as_ref().is_some_and(|allowed| !allowed.contains(&action)) && call != "GetCallerIdentity")
    }
}
