//! The calls of the scripted CloudFormation, its clock, and what it takes down of progress.

use std::task::Poll;

use async_trait::async_trait;

use super::*;

#[async_trait]
impl CloudFormation for World {
    async fn describe_stack(&self, stack: &str) -> Called<Option<Stack>> {
        self.play("DescribeStacks", |state| Ok(state.find(stack).map(|at| state.entries[at].shown(state.now)))).await
    }

    async fn list_stacks(&self, _: Option<&str>) -> Called<(Vec<Stack>, Option<String>)> {
        Err(error(CallErrorKind::Other, "ListStacks", "unused"))
    }

    async fn create_stack(&self, name: &str, protected: bool, request: &StackRequest) -> Called<String> {
        self.play("CreateStack", |state| {
            let known = state
                .entries
                .iter()
                .find(|entry| entry.tokens.contains(&request.token))
                .map(|entry| entry.stack.id.clone());
            match (known, state.repeat, state.find(name)) {
                (Some(id), Repeat::SameId, _) => return Ok(id),
                (Some(_), Repeat::TokenReused, _) => {
                    return Err(error(
                        CallErrorKind::TokenReused,
                        "CreateStack",
                        "A client request token already exists.",
                    ));
                }
                (_, _, Some(_)) => {
                    return Err(error(CallErrorKind::AlreadyExists, "CreateStack", "Stack already exists"));
                }
                _ => {}
            }
            let id = format!("arn:aws:cloudformation:us-east-1:1:stack/{name}/{}", state.entries.len());
            let stack = Stack {
                id: id.clone(),
                name: name.into(),
                tags: request.tags.clone(),
                termination_protection: protected,
                ..Stack::default()
            };
            state.entries.push(Entry { stack, tokens: vec![], events: vec![] });
            let at = state.entries.len() - 1;
            state.accept(at, "create", &request.token);
            Ok(id)
        })
        .await
    }

    async fn update_stack(&self, stack: &str, request: &StackRequest) -> Called<Updated> {
        self.play("UpdateStack", |state| {
            let Some(at) = state.find(stack) else {
                return Err(error(CallErrorKind::NotFound, "UpdateStack", "Stack does not exist"));
            };
            if state.entries[at].tokens.contains(&request.token) {
                return Ok(Updated::Started);
            }
            let status = state.entries[at].shown(state.now).status;
            if status.ends_with("_IN_PROGRESS") {
                let words = "Stack:ARN is in UPDATE_IN_PROGRESS state and can not be updated.";
                return Err(error(CallErrorKind::Refused, "UpdateStack", words));
            }
            if state.nothing_to_do {
                return Ok(Updated::NothingToDo);
            }
            state.accept(at, "update", &request.token);
            Ok(Updated::Started)
        })
        .await
    }

    async fn delete_stack(&self, request: &DeleteRequest) -> Called<()> {
        self.play("DeleteStack", |state| {
            let Some(at) = state.find(&request.stack_id) else { return Ok(()) };
            if state.entries[at].stack.termination_protection {
                let words = "Stack [analytics] cannot be deleted while TerminationProtection is enabled";
                return Err(error(CallErrorKind::Refused, "DeleteStack", words));
            }
            if !["DELETE_IN_PROGRESS", "DELETE_COMPLETE"].contains(&state.entries[at].shown(state.now).status.as_str())
            {
                let what = if request.retain.is_empty() {
                    "delete".into()
                } else {
                    format!("delete -{}", request.retain.join(","))
                };
                state.accept(at, &what, &request.token);
            }
            Ok(())
        })
        .await
    }

    async fn cancel_update(&self, stack: &str, token: &str) -> Called<()> {
        self.play("CancelUpdateStack", |state| {
            if let Some(at) = state.find(stack) {
                state.accept(at, "cancel", token);
            }
            Ok(())
        })
        .await
    }

    async fn continue_update_rollback(&self, stack: &str, skip: &[String], token: &str) -> Called<()> {
        self.play("ContinueUpdateRollback", |state| {
            if let Some(at) = state.find(stack) {
                state.accept(at, &format!("continue {}", skip.join(",")), token);
            }
            Ok(())
        })
        .await
    }

    async fn rollback_stack(&self, stack: &str, token: &str) -> Called<()> {
        self.play("RollbackStack", |state| {
            if let Some(at) = state.find(stack) {
                state.accept(at, "rollback", token);
            }
            Ok(())
        })
        .await
    }

    async fn set_termination_protection(&self, stack: &str, on: bool) -> Called<()> {
        self.play("UpdateTerminationProtection", |state| {
            if let Some(at) = state.find(stack) {
                state.entries[at].stack.termination_protection = on;
            }
            Ok(())
        })
        .await
    }

    async fn set_stack_policy(&self, _: &str, _: &str) -> Called<()> {
        Err(error(CallErrorKind::Other, "SetStackPolicy", "unused"))
    }

    async fn stack_events(&self, stack: &str, next: Option<&str>) -> Called<EventPage> {
        self.play("DescribeStackEvents", |state| {
            if let Some(events) = state.nested.get(stack) {
                return Ok(EventPage { events: events.clone(), next: None });
            }
            let Some(at) = state.find(stack) else {
                return Err(error(CallErrorKind::NotFound, "DescribeStackEvents", "Stack does not exist"));
            };
            let visible: Vec<&StackEvent> =
                state.entries[at].events.iter().rev().filter(|event| event.time.0 <= state.now).collect();
            let from: usize = next.and_then(|next| next.parse().ok()).unwrap_or(0);
            let to = (from + state.page).min(visible.len());
            let events = visible[from..to].iter().map(|event| (*event).clone()).collect();
            Ok(EventPage { events, next: (to < visible.len()).then(|| to.to_string()) })
        })
        .await
    }

    async fn stack_resources(&self, _: &str) -> Called<Vec<StackResource>> {
        Err(error(CallErrorKind::Other, "ListStackResources", "unused"))
    }

    async fn template(&self, _: &str) -> Called<String> {
        Err(error(CallErrorKind::Other, "GetTemplate", "unused"))
    }
}

#[async_trait]
impl AutoScaling for World {
    async fn groups(&self, _: &[String]) -> Called<Vec<Group>> {
        Err(error(CallErrorKind::Other, "DescribeAutoScalingGroups", "unused"))
    }

    async fn set_sizes(&self, _: &str, _: u32, _: u32, _: u32) -> Called<()> {
        Err(error(CallErrorKind::Other, "UpdateAutoScalingGroup", "unused"))
    }

    async fn failed_activities(&self, _: &str) -> Called<Vec<String>> {
        self.play("DescribeScalingActivities", |state| Ok(state.activities.clone())).await
    }
}

#[async_trait]
impl Clock for World {
    fn now(&self) -> Timestamp {
        Timestamp(self.state().now)
    }

    async fn sleep_until(&self, time: Timestamp) {
        if self.state().killed {
            return std::future::pending().await;
        }
        let cancelled_first = {
            let mut state = self.state();
            let cancel = state.cancel_at.filter(|at| *at > state.now && *at <= time.0);
            state.now = cancel.unwrap_or_else(|| time.0.max(state.now));
            cancel.is_some()
        };
        if cancelled_first {
            std::future::pending::<()>().await;
        }
    }
}

#[async_trait]
impl Cancellation for World {
    fn is_cancelled(&self) -> bool {
        let state = self.state();
        state.cancel_at.is_some_and(|at| at <= state.now)
    }

    async fn cancelled(&self) {
        std::future::poll_fn(|_| if self.is_cancelled() { Poll::Ready(()) } else { Poll::Pending }).await;
    }
}

impl ProgressSink for World {
    fn report(&self, progress: Progress) {
        let mut state = self.state();
        let now = state.now;
        state.lines.push((now, progress));
    }
}
