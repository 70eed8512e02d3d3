//! Both clients side by side: every step is done by each against its own model, and what they did is compared.

use std::collections::BTreeSet;
use std::sync::Arc;

use anyhow::{Result, anyhow, ensure};
use serde_json::{Value as Json, json};
use starburst_provider::pulumi::wire::diff_response::DiffChanges;
use starburst_schema::terraform::{Attribute, resource};
use starburst_tests::fake;

use super::compare::{
    Calls, camel, effective_inputs, place, plain, pulumi_outputs, snake, stacks, stored_inputs, terraform_outputs,
};
use crate::harness::{Bench, Stored, Trouble, URN};
use crate::terraform::bench::{Phase, TerraformBench};
use crate::terraform::client::{Told, errors};
use crate::terraform::core::Action;

/// How a step ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Done.
    Done(Action),
    /// Wrong, with code and path of each violation.
    Refused(BTreeSet<(u16, String)>),
    /// Failed, with the codes in the words that the user reads.
    Failed(BTreeSet<String>),
}

/// Two clients and two models.
pub struct Both {
    /// The Pulumi side.
    pub pulumi: Bench,
    /// The Terraform side.
    pub terraform: TerraformBench,
    /// Attributes as the table has them.
    pub attributes: Vec<Attribute>,
    /// How the last apply ended under Terraform; under Pulumi it may have had nothing to store.
    pub last: Option<Outcome>,
    stored: Option<Stored>,
    pulumi_calls: Vec<(Phase, fake::CallRecord)>,
}

impl Both {
    /// Two fresh models, virtual time.
    pub async fn new() -> Result<Self> {
        Ok(Self::with(Bench::new().await?, TerraformBench::new().await?))
    }

    /// The same where everything is over in an instant.
    pub async fn instant() -> Result<Self> {
        Ok(Self::with(Bench::instant().await?, TerraformBench::instant().await?))
    }

    fn with(pulumi: Bench, terraform: TerraformBench) -> Self {
        let attributes = resource::cluster();
        Self { pulumi, terraform, attributes, last: None, stored: None, pulumi_calls: Vec::new() }
    }

    /// Both models.
    pub fn models(&self) -> [Arc<fake::World>; 2] {
        [Arc::clone(&self.pulumi.model), Arc::clone(&self.terraform.model)]
    }

    /// Attributes in Terraform's state file.
    pub fn state(&self) -> Result<Json> {
        self.terraform.attributes()
    }

    /// The same program for Terraform, with the owner that Pulumi has by itself.
    pub fn config(&self, program: &Json) -> Json {
        let mut config = snake(program, &self.attributes);
        if config["stack"].is_object() {
            config["stack"]["owner"] = json!(URN);
        }
        config
    }

    fn clear(&mut self) {
        self.pulumi.model.clear_calls();
        self.pulumi_calls.clear();
        self.terraform.clear_calls();
    }

    /// Books what Pulumi's side called.
    fn book(&mut self, phase: Phase) {
        let calls = self.pulumi.model.calls();
        self.pulumi.model.clear_calls();
        self.pulumi_calls.extend(calls.into_iter().map(|call| (phase, call)));
    }

    /// One apply by each client; both do the same and end alike.
    pub async fn apply(&mut self, program: &Json) -> Result<Outcome> {
        self.clear();
        let pulumi = self.pulumi_apply(program).await?;
        let config = self.config(program);
        let applied = self.terraform.try_apply(&config).await.map_err(|why| anyhow!("Terraform: {why:#}"))?;
        let terraform = self.outcome(applied.action, &applied.told);
        self.compare(&pulumi, &terraform)?;
        self.last = Some(terraform);
        Ok(pulumi)
    }

    fn outcome(&self, action: Action, told: &[Told]) -> Outcome {
        let errors = errors(told);
        if errors.is_empty() {
            return Outcome::Done(action);
        }
        let place = |told: &Told| Some((told.code()?, place(&camel(&told.path, &self.attributes))));
        let violations: Option<BTreeSet<_>> = errors.iter().map(|told| place(told)).collect();
        match violations {
            Some(violations) if violations.iter().all(|(code, _)| *code < 2000) => Outcome::Refused(violations),
            _ => Outcome::Failed(errors.iter().flat_map(|told| codes(&told.text())).collect()),
        }
    }

    async fn pulumi_apply(&mut self, program: &Json) -> Result<Outcome> {
        let olds = self.stored.clone();
        let (inputs, failures) = self.pulumi.check(olds.as_ref().map(|stored| &stored.inputs), program).await?;
        if !failures.is_empty() {
            return Ok(Outcome::Refused(failures.iter().map(violation).collect()));
        }
        let Some(stored) = olds else { return self.pulumi_create(&inputs, Action::Create).await };
        let diff = self.pulumi.diff(&stored, &inputs).await?;
        if diff.changes == DiffChanges::DiffNone as i32 {
            // The engine keeps what the program says now.
            self.stored = Some(Stored { inputs, ..stored });
            return Ok(Outcome::Done(Action::NoOp));
        }
        if !diff.replaces.is_empty() {
            ensure!(diff.delete_before_replace, "Terraform's default is to destroy first, too");
            if let Err(trouble) = self.pulumi.create_with(&inputs, true).await? {
                self.book(Phase::Plan);
                return Ok(refused(&trouble));
            }
            self.book(Phase::Plan);
            let deleted = self.pulumi.delete(&stored).await;
            self.book(Phase::Delete);
            if let Err(status) = deleted {
                return Ok(Outcome::Failed(codes(status.message())));
            }
            self.stored = None;
            return self.pulumi_create(&inputs, Action::Replace).await;
        }
        if let Err(trouble) = self.pulumi.update_with(&stored, &inputs, true).await? {
            self.book(Phase::Plan);
            return Ok(refused(&trouble));
        }
        self.book(Phase::Plan);
        let updated = self.pulumi.update_with(&stored, &inputs, false).await?;
        self.book(Phase::Apply);
        Ok(match updated {
            Ok(stored) => {
                self.stored = Some(stored);
                Outcome::Done(Action::Update)
            }
            Err(trouble) => {
                self.stored = trouble.partial.or(Some(stored));
                Outcome::Failed(codes(&trouble.text))
            }
        })
    }

    async fn pulumi_create(&mut self, inputs: &Json, action: Action) -> Result<Outcome> {
        if action == Action::Create {
            let preview = self.pulumi.create_with(inputs, true).await?;
            self.book(Phase::Plan);
            if let Err(trouble) = preview {
                return Ok(refused(&trouble));
            }
        }
        let made = self.pulumi.create_with(inputs, false).await?;
        self.book(Phase::Apply);
        Ok(match made {
            Ok(stored) => {
                self.stored = Some(stored);
                Outcome::Done(action)
            }
            Err(trouble) => {
                self.stored = trouble.partial;
                Outcome::Failed(codes(&trouble.text))
            }
        })
    }

    /// What the last step changed in AWS: names of calls, in order.
    pub fn changes(&self) -> Vec<String> {
        let changes = Calls::of(self.pulumi_calls.clone()).changes;
        let name = |call: String| call.split([' ', ':']).nth(1).unwrap_or_default().to_owned();
        changes.into_iter().map(name).collect()
    }

    /// One refresh by each client; whether the cluster is there.
    pub async fn refresh(&mut self) -> Result<bool> {
        self.clear();
        let stored = self.stored.clone().ok_or_else(|| anyhow!("nothing to refresh"))?;
        self.stored = self.pulumi.refresh(&stored).await?;
        self.book(Phase::Read);
        self.terraform.refresh().await?;
        self.compare_calls()?;
        self.compare_state()?;
        Ok(self.stored.is_some())
    }

    /// One import by each client into an empty state.
    pub async fn import(&mut self, id: &str) -> Result<()> {
        self.clear();
        self.stored = self.pulumi.import(id).await?;
        self.book(Phase::Read);
        self.terraform.store(None);
        self.terraform.import(id).await?;
        ensure!(self.stored.is_some(), "there is no {id}");
        self.compare_calls()?;
        self.compare_state()
    }

    /// One destruction by each client, which goes well.
    pub async fn destroy(&mut self) -> Result<()> {
        let outcome = self.try_destroy().await?;
        ensure!(outcome == Outcome::Done(Action::Delete), "{outcome:?}");
        Ok(())
    }

    /// One destruction by each client.
    pub async fn try_destroy(&mut self) -> Result<Outcome> {
        self.clear();
        let stored = self.stored.clone().ok_or_else(|| anyhow!("nothing to destroy"))?;
        let deleted = self.pulumi.delete(&stored).await;
        self.book(Phase::Delete);
        let pulumi = match deleted {
            Ok(()) => {
                self.stored = None;
                Outcome::Done(Action::Delete)
            }
            Err(status) => Outcome::Failed(codes(status.message())),
        };
        let applied = self.terraform.try_destroy().await?;
        let terraform = self.outcome(applied.action, &applied.told);
        self.compare(&pulumi, &terraform)?;
        Ok(pulumi)
    }

    fn compare(&self, pulumi: &Outcome, terraform: &Outcome) -> Result<()> {
        let alike = match (pulumi, terraform) {
            // A preview of Pulumi's is refused in one text.
            (Outcome::Failed(codes), Outcome::Refused(violations)) => {
                *codes == violations.iter().map(|(code, _)| format!("SB{code}")).collect()
            }
            // What a program says is stored by an update, also where it means nothing to AWS; who stores what differs.
            (Outcome::Done(Action::NoOp | Action::Update), Outcome::Done(Action::NoOp | Action::Update)) => {
                pulumi == terraform || self.changes().is_empty()
            }
            (pulumi, terraform) => pulumi == terraform,
        };
        ensure!(alike, "the ends differ: Pulumi {pulumi:?}\nTerraform {terraform:?}");
        self.compare_calls()?;
        self.compare_state()
    }

    fn compare_calls(&self) -> Result<()> {
        let pulumi = Calls::of(self.pulumi_calls.clone());
        let terraform = Calls::of(self.terraform.calls());
        let changes = |calls: &Calls| calls.changes.join("\n  ");
        ensure!(
            pulumi.changes == terraform.changes,
            "the changes differ: Pulumi\n  {}\nTerraform\n  {}",
            changes(&pulumi),
            changes(&terraform)
        );
        for (phase, reads) in &pulumi.reads {
            let others = terraform.reads.get(phase).cloned().unwrap_or_default();
            ensure!(
                *reads == others,
                "the reads of {phase:?} differ: Pulumi alone {:#?}\nTerraform alone {:#?}",
                reads.difference(&others).collect::<Vec<_>>(),
                others.difference(reads).collect::<Vec<_>>()
            );
        }
        let [one, other] = self.models().map(|model| stacks(&model));
        ensure!(one == other, "the stacks differ: {}", difference(&one, &other, ""));
        Ok(())
    }

    fn compare_state(&self) -> Result<()> {
        let state = self.state()?;
        ensure!(self.stored.is_none() == state.is_null(), "Pulumi has {:?}\nTerraform {state}", self.stored);
        let Some(stored) = &self.stored else { return Ok(()) };
        let (inputs, filled) = effective_inputs(&stored.inputs);
        let others = stored_inputs(&state, &self.attributes);
        for (path, value) in &inputs {
            if *path == "stack.owner" || filled.contains(path) {
                continue;
            }
            let other = others.get(path).cloned().unwrap_or_default();
            ensure!(*value == other, "{path} is {value} under Pulumi and {other} under Terraform");
        }
        let outputs = pulumi_outputs(&stored.outputs, &self.attributes);
        let others = terraform_outputs(&state, &self.attributes);
        for (name, value) in &outputs {
            let other = &others[name];
            ensure!(value == other, "output {name} is {value} under Pulumi and {other} under Terraform");
        }
        Ok(())
    }
}

/// Every code in what a user reads.
pub fn codes(text: &str) -> BTreeSet<String> {
    let at = text.match_indices("SB").filter_map(|(at, _)| text.get(at..at + 6));
    at.filter(|code| code.bytes().skip(2).all(|digit| digit.is_ascii_digit())).map(str::to_owned).collect()
}

/// Code and path of a failure of Pulumi's check.
pub fn violation((path, reason): &(String, String)) -> (u16, String) {
    let code = reason.find("SB").and_then(|at| reason.get(at + 2..at + 6)).and_then(|code| code.parse().ok());
    (code.unwrap_or_default(), place(path))
}

/// A preview that says no: the violations, which stand one a line, or the failure.
fn refused(trouble: &Trouble) -> Outcome {
    Outcome::Failed(codes(&plain(&trouble.text)))
}

/// The first difference between two values.
fn difference(one: &Json, other: &Json, path: &str) -> String {
    match (one, other) {
        (Json::Object(map), Json::Object(others)) => {
            let keys: BTreeSet<&String> = map.keys().chain(others.keys()).collect();
            let at = keys.into_iter().find(|key| one[key.as_str()] != other[key.as_str()]);
            at.map_or_else(String::new, |key| {
                difference(&one[key.as_str()], &other[key.as_str()], &format!("{path}.{key}"))
            })
        }
        (Json::Array(items), Json::Array(others)) if items.len() == others.len() => {
            let at = (0..items.len()).find(|at| items[*at] != others[*at]);
            at.map_or_else(String::new, |at| difference(&items[at], &others[at], &format!("{path}[{at}]")))
        }
        _ => format!("{path}: {one} under Pulumi, {other} under Terraform"),
    }
}
