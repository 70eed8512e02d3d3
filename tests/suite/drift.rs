//! Drift through the real SDK against the model, in virtual time: every edit of the table is seen on its input or in a
//! named note, planned back, brought back by one apply, and gone at the next refresh. Both front ends count their calls.

mod edits;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, Result, anyhow, ensure};
use serde_json::{Value as Json, json};
use starburst_core::cluster::{self, Asker, CheckRequest, Prior, StackNaming};
use starburst_core::failure::Client;
use starburst_core::path::Casing;
use starburst_core::ports::{Progress, ProgressSink};
use starburst_core::value::Value;
use starburst_provider::world::Connection;
use starburst_tests::fake::{self, seed};

use self::edits::{EDITS, Edit, Nodes, Outside, Shown};
use crate::harness::{Bench, REGION, STACK};
use crate::lifecycle::three_workers;
use crate::model_world::{self, Never, Started};
use crate::terraform::bench::TerraformBench;

/// What was said on the way.
#[derive(Default)]
struct Said(Mutex<Vec<String>>);

impl ProgressSink for Said {
    fn report(&self, progress: Progress) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(progress.text().render(Client::Pulumi));
    }
}

/// A cluster, its program and who edits it.
struct Drifting {
    started: Started,
    connection: Arc<dyn Connection>,
    asker: Asker,
    said: Said,
    prior: Prior,
    /// What the last refresh told.
    notes: Vec<String>,
}

fn program() -> Json {
    let mut program = three_workers();
    program["ec2"]["haCoordinatorCount"] = json!(3);
    program["ec2"]["keyName"] = json!("analytics");
    program["hiveMetastore"] = json!({ "type": "standalone" });
    program["superset"] = json!({ "enabled": true });
    program["presto"] = json!({ "allowExternalAccessOnHttp": true, "externalAccessCidrs": ["203.0.113.0/24"] });
    let topic = format!("arn:aws:sns:us-east-1:{}:alarms", fake::ACCOUNT);
    program["monitoring"] = json!({ "cloudWatchMetrics": true, "alarmTopicArn": topic });
    let role = format!("arn:aws:iam::{}:role/deploy", fake::ACCOUNT);
    program["stack"] = json!({ "name": STACK, "tags": { "team": "analytics" }, "roleArn": role });
    program
}

impl Drifting {
    async fn start() -> Result<Self> {
        let started = model_world::start(model_world::instantly()).await?;
        started.model.with(|state| state.settings.drift_types.push("AWS::CloudWatch::Dashboard".to_owned()));
        let config = Value::from(&json!({ "region": REGION }));
        let connection = started.world.connect(&config).await.map_err(|failure| anyhow!("{failure:?}"))?;
        let asker = Asker { client: Client::Pulumi, owner: crate::harness::URN.to_owned() };
        let prior = Prior { id: String::new(), inputs: Value::Null, outputs: Value::Null };
        let mut made = Self { started, connection, asker, said: Said::default(), prior, notes: Vec::new() };
        let inputs = made.checked(&program())?;
        let ports = made.connection.ports(&Never, &made.said);
        let applied = cluster::create(ports, &made.asker, made.connection.settings(), &inputs, None).await;
        let applied = applied.map_err(|failed| anyhow!("create: {:?}", failed.failure))?;
        made.prior = Prior { id: applied.id, inputs, outputs: applied.outputs };
        Ok(made)
    }

    fn checked(&self, program: &Json) -> Result<Value> {
        let naming = StackNaming::Propose(STACK.to_owned());
        let inputs = Value::from(program);
        let request = CheckRequest { asker: &self.asker, inputs: &inputs, prior: None, naming: &naming };
        let checked = cluster::check(&request);
        let errors: Vec<String> = checked.violations.iter().map(|found| format!("{found:?}")).collect();
        ensure!(errors.iter().all(|found| found.contains("Warning")), "{errors:?}");
        Ok(checked.inputs)
    }

    /// A refresh: what a plan shows afterwards, and the notes on drift.
    async fn refresh(&mut self, program: &Value) -> Result<(Vec<String>, Vec<String>)> {
        let ports = self.connection.ports(&Never, &self.said);
        let read = cluster::read(ports, self.connection.settings(), &self.prior.id, Some(&self.prior)).await;
        let read = read.map_err(|failure| anyhow!("read: {failure:?}"))?.context("it is gone")?;
        self.notes = read.notes.iter().map(|note| note.render(Client::Pulumi)).collect();
        self.prior = Prior { id: read.id, inputs: read.inputs, outputs: read.outputs };
        let plan = cluster::plan(Some(&self.prior), program);
        let paths = plan.changes.iter().map(|change| change.path.render(Casing::Camel)).collect();
        let drift = |note: &&String| note.starts_with("drift: ") && !note.contains("resources compared");
        Ok((paths, self.notes.iter().filter(drift).cloned().collect()))
    }

    /// A refresh with this depth, and everything that it told.
    async fn told(&mut self, depth: &str) -> Result<Vec<String>> {
        let mut program = program();
        program["stack"]["driftDetection"] = json!(depth);
        let inputs = self.checked(&program)?;
        self.prior.inputs = inputs.clone();
        let (paths, _) = self.refresh(&inputs).await?;
        ensure!(paths.is_empty(), "{paths:?}");
        Ok(self.notes.clone())
    }

    /// Ids of the instances of all groups that do not leave.
    fn nodes(&self) -> BTreeSet<String> {
        self.started.model.with(|state| {
            let groups = state.places.values().flat_map(|region| region.groups.values());
            let instances = groups.flat_map(|group| group.instances.iter());
            instances.filter(|one| !one.state.starts_with("Terminat")).map(|one| one.id.clone()).collect()
        })
    }

    fn set_status(&self, status: &str) -> Result<()> {
        let found = self
            .started
            .model
            .with(|state| state.stack(&self.prior.id).map(|stack| stack.status = status.to_owned()).is_some());
        ensure!(found, "there is a stack");
        Ok(())
    }

    async fn apply(&mut self, program: &Value) -> Result<()> {
        let ports = self.connection.ports(&Never, &self.said);
        let done = cluster::update(ports, &self.asker, self.connection.settings(), &self.prior, program, None).await;
        let done = done.map_err(|failed| anyhow!("update: {:?}", failed.failure))?;
        self.prior = Prior { id: done.id, inputs: program.clone(), outputs: done.outputs };
        Ok(())
    }
}

/// How one edit went.
struct Score {
    right: bool,
    reverted: bool,
    /// Whether nodes went only where the preview said so.
    foreseen: bool,
    story: String,
}

async fn one(bench: &mut Drifting, edit: &Edit, number: usize) -> Result<Score> {
    let mut program = program();
    program["stack"]["driftDetection"] = json!(if edit.full { "full" } else { "quick" });
    let inputs = bench.checked(&program)?;
    bench.apply(&inputs).await?;
    (edit.make)(&Outside { model: &bench.started.model })?;
    let (paths, notes) = bench.refresh(&inputs).await?;
    let right = match edit.shown {
        Shown::On(wanted) => paths == wanted,
        Shown::Note(words) => paths.is_empty() && notes.iter().any(|note| words.iter().all(|word| note.contains(word))),
    };
    // A note has no input whose change would bring an update about: any other one does.
    if matches!(edit.shown, Shown::Note(_)) {
        program["monitoring"]["logRetentionDays"] = json!(if number.is_multiple_of(2) { 7 } else { 14 });
    }
    let next = bench.checked(&program)?;
    let plan = cluster::plan(Some(&bench.prior), &next);
    let moves = !plan.rolls.is_empty() || !plan.restart.is_empty() || !plan.replace.is_empty();
    let before = bench.nodes();
    bench.apply(&next).await?;
    let after = bench.nodes();
    let foreseen = if moves { edit.nodes == Nodes::May } else { after.is_subset(&before) || before.is_subset(&after) };
    let (left, left_notes) = bench.refresh(&next).await?;
    let reverted = left.is_empty() && left_notes.is_empty();
    let (rolls, restart) = (plan.rolls.len(), plan.restart.len());
    let story = format!(
        "{}: {paths:?} {notes:?}, left {left:?} {left_notes:?}; {rolls} rolls and {restart} restarts told, nodes before \
         {before:?} and after {after:?}",
        edit.name
    );
    Outside { model: &bench.started.model }.delete_versions()?;
    Ok(Score { right, reverted, foreseen, story })
}

#[tokio::test]
async fn edits_outside_are_shown_on_their_inputs_and_brought_back() -> Result<()> {
    let mut bench = Drifting::start().await?;
    let (mut fields, mut right, mut notes, mut named, mut reverted, mut foreseen) = (0, 0, 0, 0, 0, 0);
    let mut wrong = Vec::new();
    for (number, edit) in EDITS.iter().enumerate() {
        let score = one(&mut bench, edit, number).await.with_context(|| edit.name)?;
        match edit.shown {
            Shown::On(_) => (fields, right) = (fields + 1, right + usize::from(score.right)),
            Shown::Note(_) => (notes, named) = (notes + 1, named + usize::from(score.right)),
        }
        reverted += usize::from(score.reverted);
        foreseen += usize::from(score.foreseen);
        if !score.right || score.reverted != edit.reverted || !score.foreseen {
            wrong.push(score.story);
        }
    }
    bench.started.model.clear_calls();
    let quick = bench.checked(&program())?;
    bench.prior.inputs = quick.clone();
    let before = bench.started.model.calls().len();
    bench.refresh(&quick).await?;
    let calls = bench.started.model.calls().len() - before;
    println!(
        "drift: {right} of {fields} on the right field, {named} of {notes} named in a note, {reverted} reverted, \
         {foreseen} with no node replaced that the preview did not name, refresh without change {calls} calls"
    );
    ensure!(fields >= 25 && right * 25 >= fields * 24, "{}", wrong.join("\n"));
    ensure!(wrong.len() <= fields / 25, "{}", wrong.join("\n"));
    ensure!(calls <= 5, "{calls} calls");
    Ok(())
}

#[tokio::test]
async fn other_tags_never_bring_a_launch_template_version_of_somebody_else_into_the_cluster() -> Result<()> {
    let mut bench = Drifting::start().await?;
    let by_name = EDITS.iter().find(|edit| edit.name == "type of workers in a launch template version");
    let (edit, mut tagged) = (by_name.context("no such edit")?, program());
    tagged["stack"]["tags"]["team"] = json!("finance");
    let (inputs, tagged) = (bench.checked(&program())?, bench.checked(&tagged)?);
    (edit.make)(&Outside { model: &bench.started.model })?;
    bench.refresh(&inputs).await?;
    let nodes = bench.nodes();
    bench.started.model.clear_calls();
    let refused = bench.apply(&tagged).await.err().context("it rolled under the foreign version")?.to_string();
    ensure!(refused.contains("1150") && refused.contains("apply once without the change of tags"), "{refused}");
    let changed = bench.started.model.calls().into_iter().any(|call| call.action.contains("Update"));
    ensure!(!changed && bench.nodes() == nodes, "something was called");

    bench.apply(&inputs).await?;
    let nodes = bench.nodes();
    let refused = bench.apply(&tagged).await.err().context("it rolled over")?.to_string();
    ensure!(refused.contains("aws ec2 delete-launch-template-versions --launch-template-id lt-"), "{refused}");
    Outside { model: &bench.started.model }.delete_versions()?;
    bench.apply(&tagged).await?;
    assert_eq!(bench.nodes(), nodes, "tags replace no node");
    Ok(())
}

#[tokio::test]
async fn both_clients_show_and_revert_the_same_edit_within_five_calls() -> Result<()> {
    let edit = |model: &fake::World| {
        let outside = Outside { model };
        let by_name = EDITS.iter().find(|edit| edit.name == "type of workers in a launch template version");
        (by_name.context("no such edit")?.make)(&outside)
    };
    let bench = Bench::instant().await?;
    let stored = bench.create(&three_workers()).await?.map_err(|trouble| anyhow!("{}", trouble.text))?;
    bench.model.clear_calls();
    bench.refresh(&stored).await?.context("it is gone")?;
    let calls = bench.model.calls().len();
    ensure!(calls <= 5, "a refresh without change makes {calls} calls");
    edit(&bench.model)?;
    let fresh = bench.refresh(&stored).await?.context("it is gone")?;
    let checked = bench.checked(Some(&fresh.inputs), &three_workers()).await?;
    let diff = bench.diff(&fresh, &checked).await?;
    assert_eq!(diff.detailed_diff.keys().map(String::as_str).collect::<Vec<_>>(), ["ec2.workerInstanceType"]);
    let back = bench.update(&fresh, &three_workers()).await?.map_err(|trouble| anyhow!("{}", trouble.text))?;
    assert_eq!(bench.refresh(&back).await?.context("it is gone")?.inputs, stored.inputs);

    let mut terraform = TerraformBench::instant().await?;
    let mut config = json!({ "ec2": { "worker_count": 3 }, "alluxio": { "s3_root_mount": "s3://analytics-data/alluxio" },
        "stack": { "name": STACK, "owner": "suite/dev/joint" } });
    config["network"] = json!({ "vpc_id": seed::VPC, "subnet_id": seed::PUBLIC_SUBNET,
        "security_group_ids": [seed::SECURITY_GROUP] });
    terraform.apply(&config).await?;
    terraform.clear_calls();
    terraform.refresh().await?;
    let calls = terraform.calls().len();
    ensure!(calls <= 5, "a refresh without change makes {calls} calls");
    edit(&terraform.model)?;
    let planned = terraform.plan(&config).await?;
    ensure!(
        planned.changes.iter().any(|change| change.starts_with("ec2.worker_instance_type")),
        "{:?}",
        planned.changes
    );
    terraform.apply(&config).await?;
    assert_eq!(terraform.plan(&config).await?.action, crate::terraform::core::Action::NoOp);
    Ok(())
}

#[tokio::test]
async fn a_full_detection_counts_what_it_did_not_compare() -> Result<()> {
    let mut bench = Drifting::start().await?;
    let told = bench.told("full").await?;
    let count = told.iter().find(|note| note.contains("resources compared")).context("no count")?;
    let stack = json!({ "StackName": STACK });
    let all = bench.started.model.call("cloudformation", "DescribeStackResources", stack);
    let all = all.map_err(|error| anyhow!("{error}"))?;
    let all = all.pointer("/StackResources").and_then(Json::as_array).context("no resources")?.clone();
    let types = bench.started.model.with(|state| state.settings.drift_types.clone());
    let compared = all.iter().filter(|one| types.iter().any(|kind| one["ResourceType"] == kind.as_str())).count();
    let wanted = format!("drift: {compared} of {} resources compared, {} not (AWS::", all.len(), all.len() - compared);
    ensure!(count.starts_with(&wanted), "{count} instead of {wanted}");
    Ok(())
}

#[tokio::test]
async fn a_detection_that_failed_is_told_and_what_it_found_is_used() -> Result<()> {
    let mut bench = Drifting::start().await?;
    bench
        .started
        .model
        .with(|state| state.settings.drift_failure = Some("Access to one resource was denied".to_owned()));
    let mut program = program();
    program["stack"]["driftDetection"] = json!("full");
    let inputs = bench.checked(&program)?;
    bench.apply(&inputs).await?;
    let edit = EDITS.iter().find(|edit| edit.name == "retention of the logs").context("no such edit")?;
    (edit.make)(&Outside { model: &bench.started.model })?;
    let (paths, notes) = bench.refresh(&inputs).await?;
    assert_eq!(paths, ["monitoring.logRetentionDays"]);
    ensure!(notes.iter().any(|note| note.contains("partial") && note.contains("was denied")), "{notes:?}");
    Ok(())
}

#[tokio::test]
async fn switched_off_it_reads_the_stack_alone_and_says_nothing() -> Result<()> {
    let mut bench = Drifting::start().await?;
    let outside = Outside { model: &bench.started.model };
    (EDITS.first().context("no edits")?.make)(&outside)?;
    bench.started.model.clear_calls();
    assert_eq!(bench.told("off").await?, Vec::<String>::new());
    let calls: Vec<String> = bench.started.model.calls().into_iter().map(|call| call.action).collect();
    assert_eq!(calls, ["DescribeStacks", "GetSecretValue"]);
    Ok(())
}

#[tokio::test]
async fn a_status_without_detection_gets_the_quick_comparison_and_a_word() -> Result<()> {
    let mut bench = Drifting::start().await?;
    bench.set_status("UPDATE_FAILED")?;
    let told = bench.told("full").await?;
    ensure!(told.iter().any(|note| note.contains("detects none in UPDATE_FAILED")), "{told:?}");
    Ok(())
}

#[tokio::test]
async fn a_half_deleted_stack_is_said_with_what_is_missing() -> Result<()> {
    let mut bench = Drifting::start().await?;
    let group = Outside { model: &bench.started.model }.physical("Metastore")?;
    bench.started.model.with(|state| {
        state.places.values_mut().for_each(|region| drop(region.groups.remove(&group)));
    });
    bench.set_status("DELETE_FAILED")?;
    let told = bench.told("quick").await?;
    ensure!(told.iter().any(|note| note.contains("is in DELETE_FAILED")), "{told:?}");
    ensure!(told.iter().any(|note| note.contains("drift: Metastore was removed")), "{told:?}");
    Ok(())
}
