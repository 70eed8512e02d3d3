//! The resources of the stack as views of the engine: rows beneath the cluster in its display and its state. Asked for by
//! an environment variable, and told at the end of an operation, when it is known whether the cluster stays in the
//! engine's state: a view without its owner would break that state.
//!
//! Once there are views in the state, they are kept in step whether or not the variable is set.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use prost_types::value::Kind;
use prost_types::{Struct, Value as Wire};
use starburst_core::ports::StackEvent;
use tonic::transport::Endpoint;

use super::wire::resource_status_client::ResourceStatusClient;
use super::wire::view_step::{Op, Status};
use super::wire::{PublishViewStepsRequest, View, ViewStep, ViewStepState};

/// Environment variable that asks for views: `1` or `true`. Unset or anything else means none.
pub const VIEWS: &str = "STARBURST_PULUMI_VIEWS";

/// Input of a view: type and name of its cluster's URN when it was made.
const CLUSTER: &str = "cluster";

/// How long the engine may take to take the views.
const LIMIT: Duration = Duration::from_secs(5);

/// Where views go, and what the state has of them.
#[derive(Debug, Clone, Default)]
pub struct Target {
    /// Whether the engine says that it takes views.
    pub supported: bool,
    /// Address of the engine's service for this operation.
    pub address: String,
    /// What makes the operation known there.
    pub token: String,
    /// Views that the state has.
    pub old: Vec<View>,
}

/// What became of the cluster in the engine's state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    /// It is there, and its operation went well.
    Stays,
    /// It is there, and its operation failed.
    Fails,
    /// It is removed.
    Goes,
}

/// Views of one operation.
#[derive(Debug, Default)]
pub struct Views {
    target: Target,
    /// Type and name of the cluster's URN.
    owner: String,
    seen: Mutex<Seen>,
}

/// What the events of an operation told.
#[derive(Debug, Default)]
struct Seen {
    stack_id: String,
    /// Status of the stack that was told last.
    stack: String,
    /// Resources by logical id; `None` for a removed one.
    resources: BTreeMap<String, Option<Shown>>,
}

/// A resource of the stack.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Shown {
    kind: String,
    physical_id: String,
    status: String,
    reason: String,
}

impl Views {
    /// Views of the cluster of that URN; none where they are neither asked for nor in the state already.
    #[must_use]
    pub fn of(urn: &str, target: Target) -> Option<Self> {
        let asked = std::env::var(VIEWS).is_ok_and(|wanted| wanted == "1" || wanted == "true");
        Self::asked(asked, urn, target)
    }

    /// The same where it is said whether they are asked for.
    pub(super) fn asked(asked: bool, urn: &str, target: Target) -> Option<Self> {
        let possible = target.supported && !target.address.is_empty() && !target.token.is_empty();
        // What a renamed stack of Pulumi's or project changes is no part of it.
        let owner = urn.splitn(3, "::").nth(2).unwrap_or_default().to_owned();
        (possible && (asked || !target.old.is_empty())).then(|| Self { target, owner, seen: Mutex::default() })
    }

    /// Takes an event of the stack.
    pub fn take(&self, event: &StackEvent) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.stack_id.clone_from(&event.stack_id);
        if event.is_of_stack() {
            seen.stack.clone_from(&event.status);
            return;
        }
        if !["_COMPLETE", "_FAILED", "_SKIPPED"].iter().any(|end| event.status.ends_with(end)) {
            return;
        }
        let physical_id = event.physical_id.clone();
        // The object of a resource that was replaced goes later, under the same logical id.
        let now = seen.resources.get(&event.logical_id).and_then(Option::as_ref);
        if event.status.starts_with("DELETE_") && now.is_some_and(|now| now.physical_id != physical_id) {
            return;
        }
        if matches!(event.status.as_str(), "DELETE_COMPLETE" | "DELETE_SKIPPED") {
            seen.resources.insert(event.logical_id.clone(), None);
            return;
        }
        let reason = if event.status.ends_with("_FAILED") { event.reason.clone() } else { String::new() };
        let shown = Shown { kind: event.resource_type.clone(), physical_id, status: event.status.clone(), reason };
        seen.resources.insert(event.logical_id.clone(), Some(shown));
    }

    /// Tells the engine what became of the views; a reason where it does not take them.
    pub async fn publish(self, owner: Owner) -> Option<String> {
        if owner != Owner::Goes && self.is_renamed() {
            let text = "the cluster has another name or parent than before, and the engine (seen with 3.259.0) leaves the \
                        former views behind in its state: remove each with `pulumi state delete URN`, or the next \
                        `pulumi destroy` ends with a snapshot integrity failure; the URNs are in `pulumi stack --show-urns`";
            return Some(text.to_owned());
        }
        let steps = self.steps(owner);
        if steps.is_empty() {
            return None;
        }
        let request = PublishViewStepsRequest { token: self.target.token.clone(), steps };
        let sent = async {
            let endpoint =
                Endpoint::from_shared(format!("http://{}", self.target.address)).map_err(|why| why.to_string())?;
            let channel =
                endpoint.connect_timeout(LIMIT).timeout(LIMIT).connect().await.map_err(|why| why.to_string())?;
            let answer = ResourceStatusClient::new(channel).publish_view_steps(request).await;
            answer.map(drop).map_err(|status| status.message().to_owned())
        };
        let why =
            tokio::time::timeout(LIMIT, sent).await.unwrap_or_else(|_| Err("it does not answer".to_owned())).err()?;
        Some(format!("the engine does not take the stack's resources as views: {why}; unset {VIEWS} to do without"))
    }

    /// Whether this very operation gives the cluster another URN, by an alias. The engine still knows its views as those
    /// of the former one, and ends with a panic when a step names them.
    pub(super) fn is_renamed(&self) -> bool {
        self.target.old.iter().any(|view| text_of(view.inputs.as_ref(), CLUSTER) != Some(&self.owner))
    }

    pub(super) fn steps(&self, owner: Owner) -> Vec<ViewStep> {
        let old: BTreeMap<&str, &View> = self.target.old.iter().map(|view| (view.name.as_str(), view)).collect();
        if owner == Owner::Goes {
            return old.values().map(|view| step(Op::Delete, Some(of_view(view)), None)).collect();
        }
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let named: BTreeMap<String, Option<ViewStepState>> = seen
            .resources
            .iter()
            .map(|(id, shown)| {
                let name = self.name(id, &seen.stack_id);
                let shown = shown.as_ref().filter(|shown| !seen.left_behind(shown));
                (name.clone(), shown.map(|shown| self.state(name, id, shown)))
            })
            .collect();
        let untouched = old.iter().filter(|(name, _)| !named.contains_key(**name));
        let mut steps: Vec<ViewStep> =
            untouched.map(|(_, view)| step(Op::Same, Some(of_view(view)), Some(of_view(view)))).collect();
        for (name, new) in named {
            // Only what the state has may be named as old.
            let before = old.get(name.as_str()).map(|view| of_view(view));
            steps.extend(match (before, new) {
                (None, None) => None,
                (None, Some(new)) => Some(step(Op::Create, None, Some(new))),
                (Some(before), None) => Some(step(Op::Delete, Some(before), None)),
                (Some(before), Some(new)) if before.r#type == new.r#type => {
                    let op = if before.outputs == new.outputs { Op::Same } else { Op::Update };
                    Some(step(op, Some(before), Some(new)))
                }
                // Another type is another resource to the engine; the old one keeps its row until the next operation.
                (Some(before), Some(_)) => Some(step(Op::Delete, Some(before), None)),
            });
        }
        if owner == Owner::Fails {
            steps.iter_mut().for_each(fail);
        }
        steps
    }

    /// Unique in the engine's state: two clusters have the same logical ids, and so have a cluster and a replacement
    /// that is made before the old one goes.
    fn name(&self, logical_id: &str, stack_id: &str) -> String {
        let unique = stack_id.rsplit('/').next().and_then(|uuid| uuid.split('-').next()).unwrap_or_default();
        let (_, owner) = self.owner.split_once("::").unwrap_or_default();
        format!("{owner}-{logical_id}-{unique}")
    }

    fn state(&self, name: String, logical_id: &str, shown: &Shown) -> ViewStepState {
        ViewStepState {
            r#type: type_token(&shown.kind),
            name,
            inputs: Some(texts([(CLUSTER, self.owner.as_str())])),
            outputs: Some(texts([
                ("logicalId", logical_id),
                ("physicalId", &shown.physical_id),
                ("status", &shown.status),
                ("reason", &shown.reason),
            ])),
            ..ViewStepState::default()
        }
    }
}

impl Seen {
    /// Whether the stack ended without this object, which could not be deleted: it is nobody's any more.
    fn left_behind(&self, shown: &Shown) -> bool {
        shown.status == "DELETE_FAILED" && matches!(self.stack.as_str(), "UPDATE_COMPLETE" | "UPDATE_ROLLBACK_COMPLETE")
    }
}

/// Those that are not empty.
fn texts<const N: usize>(rows: [(&str, &str); N]) -> Struct {
    let rows = rows.into_iter().filter(|(_, text)| !text.is_empty());
    let wire = |text: &str| Wire { kind: Some(Kind::StringValue(text.to_owned())) };
    Struct { fields: rows.map(|(name, text)| (name.to_owned(), wire(text))).collect() }
}

fn text_of<'a>(texts: Option<&'a Struct>, name: &str) -> Option<&'a str> {
    match texts?.fields.get(name)?.kind.as_ref()? {
        Kind::StringValue(text) => Some(text),
        _ => None,
    }
}

/// A type of CloudFormation's as a type token of this package: `AWS::EC2::Volume` is `starburst:aws/ec2:Volume`.
fn type_token(kind: &str) -> String {
    let mut parts = kind.split("::").skip(1);
    let service = parts.next().unwrap_or("other").to_lowercase();
    let name: String = parts.collect();
    format!("starburst:aws/{service}:{}", if name.is_empty() { "Resource" } else { &name })
}

fn of_view(view: &View) -> ViewStepState {
    let View { r#type, name, parent_type, parent_name, inputs, outputs } = view.clone();
    ViewStepState { r#type, name, parent_type, parent_name, inputs, outputs }
}

fn step(op: Op, old: Option<ViewStepState>, new: Option<ViewStepState>) -> ViewStep {
    let shown = new.as_ref().or(old.as_ref());
    let (kind, name) = shown.map(|shown| (shown.r#type.clone(), shown.name.clone())).unwrap_or_default();
    ViewStep { status: Status::Ok.into(), op: op.into(), r#type: kind, name, old, new, ..ViewStep::default() }
}

/// Shows a resource that failed just now as failed. Only where the cluster failed too: the engine ends a command with a
/// failure for any step that has an error, also for one that keeps or removes a view.
fn fail(step: &mut ViewStep) {
    if !matches!(step.op(), Op::Create | Op::Update) {
        return;
    }
    let outputs = step.new.as_ref().and_then(|new| new.outputs.as_ref());
    if text_of(outputs, "status").is_some_and(|status| status.ends_with("_FAILED")) {
        step.error = text_of(outputs, "reason").unwrap_or_default().to_owned();
        step.set_status(Status::PartialFailure);
    }
}
