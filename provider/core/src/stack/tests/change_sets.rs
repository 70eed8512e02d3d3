//! Updates by change set: what was previewed is what is executed, nothing is left behind, nobody else's is touched.

use async_trait::async_trait;

use super::scripts::*;
use super::world::*;
use crate::failure::FailureKind;
use crate::ports::*;
use crate::stack::{ChangeSet, ChangeSetUse, Goal, Operation, Outcome, Prepared, Shown};

#[async_trait]
impl ChangeSets for World {
    async fn change_sets(&self, _: &str) -> Called<Vec<ChangeSetSummary>> {
        self.play("ListChangeSets", |state| {
            let now = state.now;
            let shown = |set: &Made| ChangeSetSummary {
                name: set.name.clone(),
                status: if now < set.ready { "CREATE_PENDING" } else { "CREATE_COMPLETE" }.into(),
                execution: if now < set.ready { "UNAVAILABLE" } else { set.execution }.into(),
            };
            Ok(state.sets.iter().map(shown).collect())
        })
        .await
    }

    async fn create_change_set(&self, _: &str, name: &str, _: &StackRequest) -> Called<()> {
        self.play("CreateChangeSet", |state| {
            if state.sets.iter().any(|set| set.name == name) {
                return Err(error(CallErrorKind::AlreadyExists, "CreateChangeSet", "ChangeSet already exists"));
            }
            let ready = state.now + 4_000;
            state.sets.push(Made { name: name.into(), execution: "AVAILABLE", ready });
            Ok(())
        })
        .await
    }

    async fn change_set(&self, _: &str, name: &str, values: bool, next: Option<&str>) -> Called<Option<ChangeSetPage>> {
        self.play("DescribeChangeSet", |state| {
            let Some(set) = state.sets.iter().find(|set| set.name == name) else { return Ok(None) };
            let mut page = ChangeSetPage { id: format!("arn:{name}"), ..ChangeSetPage::default() };
            if state.now < set.ready {
                page.status = "CREATE_IN_PROGRESS".into();
                return Ok(Some(page));
            }
            if !state.set_fails.is_empty() {
                page.status = "FAILED".into();
                page.reason = state.set_fails.into();
                return Ok(Some(page));
            }
            page.status = "CREATE_COMPLETE".into();
            page.execution = set.execution.into();
            // With values AWS may leave changes out, and says so in a word.
            let mut all = state.changes.clone();
            if values && all.len() > 2 {
                all.truncate(2);
                page.reason =
                    "[WARN] --include-property-values option can return incomplete ChangeSet data because: …".into();
            }
            let from: usize = next.and_then(|next| next.parse().ok()).unwrap_or(0);
            page.changes = all.iter().skip(from).take(1).cloned().collect();
            page.next = (from + 1 < all.len()).then(|| (from + 1).to_string());
            Ok(Some(page))
        })
        .await
    }

    async fn execute_change_set(&self, stack: &str, name: &str, request: &StackRequest) -> Called<()> {
        self.play("ExecuteChangeSet", |state| {
            let known = state.sets.iter().any(|set| set.name == name && set.execution == "AVAILABLE");
            let Some(at) = state.find(stack).filter(|_| known) else {
                return Err(error(CallErrorKind::NotFound, "ExecuteChangeSet", "ChangeSet does not exist"));
            };
            state.sets.clear();
            state.accept(at, "execute", &request.token);
            Ok(())
        })
        .await
    }

    async fn delete_change_set(&self, _: &str, name: &str) -> Called<()> {
        self.play("DeleteChangeSet", |state| {
            state.sets.retain(|set| set.name != name);
            Ok(())
        })
        .await
    }

    async fn validation_findings(&self, _: &str) -> Called<Vec<ValidationFinding>> {
        self.play("DescribeEvents", |_| {
            let finding = ValidationFinding {
                name: "NAME_CONFLICT_VALIDATION".into(),
                reason: "Resource of type 'AWS::Logs::LogGroup' with identifier 'X' already exists.".into(),
                path: "/Resources/LogGroup/Properties".into(),
                fails: true,
                ..ValidationFinding::default()
            };
            Ok(vec![finding])
        })
        .await
    }
}

fn change(logical_id: &str, action: &str, replacement: &str) -> ResourceChange {
    ResourceChange {
        logical_id: logical_id.into(),
        resource_type: "AWS::EC2::Thing".into(),
        action: action.into(),
        replacement: replacement.into(),
        ..ResourceChange::default()
    }
}

fn ready() -> (World, String) {
    let world = World::new(vec![updated(), updated()]);
    let id = world.with_stack(true, &[("@", "CREATE_IN_PROGRESS"), ("A", "CREATE_COMPLETE"), ("@", "CREATE_COMPLETE")]);
    world.state().changes =
        vec![change("A", "Modify", "False"), change("B", "Add", ""), change("C", "Modify", "Conditional")];
    (world, id)
}

fn update(id: &str, change_set: ChangeSetUse) -> Operation {
    Operation { id: Some(id.to_owned()), change_set, ..operation(Goal::Update) }
}

fn preview(world: &World, id: &str, renew: bool) -> Prepared {
    match world.run(update(id, ChangeSetUse::Preview { renew })).unwrap() {
        Outcome::Previewed { prepared, .. } => prepared,
        other => panic!("{other:?}"),
    }
}

fn made(prepared: Prepared) -> ChangeSet {
    match prepared {
        Prepared::Made(set) => *set,
        other => panic!("{other:?}"),
    }
}

fn execute(world: &World, id: &str) -> Outcome {
    world.run(update(id, ChangeSetUse::Execute(Shown::default()))).unwrap()
}

fn failure(outcome: &Outcome) -> &crate::failure::Failure {
    outcome.failure().unwrap_or_else(|| panic!("{outcome:?}"))
}

#[test]
fn what_was_previewed_is_executed_and_nothing_stays() {
    let (world, id) = ready();
    let set = made(preview(&world, &id, true));
    let told: Vec<_> = set.changes.iter().map(|change| change.logical_id.as_str()).collect();
    assert_eq!(told, ["A", "B", "C"], "no change is dropped though AWS leaves one out beside values");
    assert_eq!(world.sets(), [set.name.as_str()]);
    assert!(world.state().accepted.is_empty(), "a preview leaves the stack alone");
    assert!(matches!(execute(&world, &id), Outcome::Succeeded { .. }));
    assert_eq!(world.state().accepted, ["execute"]);
    assert_eq!(world.actions().iter().filter(|action| **action == "CreateChangeSet").count(), 1);
    assert!(world.sets().is_empty());
}

#[test]
fn a_second_preview_finds_the_first_and_leaves_one() {
    let (world, id) = ready();
    let first = made(preview(&world, &id, true));
    assert_eq!(made(preview(&world, &id, true)).name, first.name);
    let mut other = update(&id, ChangeSetUse::Preview { renew: true });
    other.request = Some(request("another"));
    world.run(other).unwrap();
    assert_eq!(world.sets().len(), 1);
    assert_ne!(world.sets(), [first.name]);
}

#[test]
fn a_stack_that_moved_in_between_is_a_conflict_without_any_change() {
    let (world, id) = ready();
    made(preview(&world, &id, true));
    assert!(matches!(world.run(update(&id, ChangeSetUse::No)).unwrap(), Outcome::Succeeded { .. }));
    world.state().sets[0].execution = "OBSOLETE";
    world.state().accepted.clear();
    let mut again = update(&id, ChangeSetUse::Execute(Shown::default()));
    again.request = Some(request("update"));
    // The very same update has been carried out: another one of the same request is what is asked.
    let outcome = world.run(again).unwrap();
    assert!(matches!(outcome, Outcome::Unchanged { .. }), "{outcome:?}");
    let (world, id) = ready();
    let name = made(preview(&world, &id, true)).name;
    world.state().scripts.push_front(updated());
    let mut foreign = update(&id, ChangeSetUse::No);
    foreign.request = Some(request("foreign"));
    world.run(foreign).unwrap();
    world.state().accepted.clear();
    let outcome = execute(&world, &id);
    assert_eq!(failure(&outcome).kind, FailureKind::Conflict);
    assert!(world.state().accepted.is_empty());
    assert_eq!(world.sets(), [name.as_str()], "nothing was made or removed either");
    assert_eq!(preview(&world, &id, false), Prepared::Moved);
    let renewed = made(preview(&world, &id, true)).name;
    assert_ne!(renewed, name);
    assert_eq!(world.sets(), [renewed]);
}

#[test]
fn one_that_is_gone_is_made_anew_unless_it_does_more_than_was_shown() {
    let (world, id) = ready();
    assert!(matches!(execute(&world, &id), Outcome::Succeeded { .. }));
    let (world, id) = ready();
    world.state().changes.push(change("Journal1", "Modify", "True"));
    let outcome = execute(&world, &id);
    let failed = failure(&outcome);
    assert_eq!(failed.kind, FailureKind::Conflict);
    assert!(failed.render(crate::failure::Client::Pulumi).contains("Journal1"));
    assert!(world.state().accepted.is_empty() && world.sets().is_empty());
}

#[test]
fn a_change_set_without_changes_goes_and_nothing_is_done() {
    let (world, id) = ready();
    world.state().set_fails = "The submitted information didn't contain changes. Submit different information.";
    assert!(made(preview(&world, &id, true)).changes.is_empty());
    assert!(world.sets().is_empty());
    assert!(matches!(execute(&world, &id), Outcome::Unchanged { .. }));
    assert!(world.sets().is_empty() && world.state().accepted.is_empty());
}

#[test]
fn early_validation_is_told_with_what_it_found() {
    let (world, id) = ready();
    world.state().set_fails =
        "The following hook(s)/validation failed: [AWS::EarlyValidation::ResourceExistenceCheck]. To troubleshoot…";
    let outcome = world.run(update(&id, ChangeSetUse::Preview { renew: true })).unwrap();
    let text = failure(&outcome).render(crate::failure::Client::Pulumi);
    assert!(text.contains("LogGroup") && text.contains("already exists"), "{text}");
    assert!(world.sets().is_empty());
}

#[test]
fn a_stack_that_is_not_ready_is_only_told() {
    let world = World::new(vec![]);
    let id = world.with_stack(true, &[("@", "CREATE_COMPLETE"), ("@", "UPDATE_ROLLBACK_FAILED")]);
    assert_eq!(preview(&world, &id, true), Prepared::NotReady("UPDATE_ROLLBACK_FAILED".into()));
    assert!(!world.actions().contains(&"CreateChangeSet"));
}

#[test]
fn an_update_by_change_set_that_is_killed_anywhere_happens_once() {
    let prepare = || {
        let (world, id) = ready();
        made(preview(&world, &id, true));
        let operation = update(&id, ChangeSetUse::Execute(Shown::default()));
        (world, operation)
    };
    let good = |outcome: &Outcome| matches!(outcome, Outcome::Succeeded { .. } | Outcome::Unchanged { .. });
    assert!(super::kill::survives(prepare, &["execute"], good) > 40);
}

#[test]
fn a_lost_reply_leaves_one_change_set_and_one_update() {
    for action in ["ListChangeSets", "CreateChangeSet", "DescribeChangeSet", "ExecuteChangeSet"] {
        let (world, id) = ready();
        world.state().faulty.insert(action, (Fault::LostReply, 1));
        let outcome = execute(&world, &id);
        assert!(matches!(outcome, Outcome::Succeeded { .. }), "{action}: {outcome:?}");
        assert_eq!(world.state().accepted, ["execute"], "{action}");
        let creations = world.actions().iter().filter(|made| **made == "CreateChangeSet").count();
        assert!(creations <= 2 && world.sets().is_empty(), "{action}");
    }
}
