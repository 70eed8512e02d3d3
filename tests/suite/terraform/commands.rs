//! The commands of a client. Every phase of a command has a provider of its own, as every phase has a process. A
//! diagnostic of severity error fails the test; the methods that begin with `try_` hand it out instead.

use anyhow::{Result, ensure};
use serde_json::Value as Json;

use super::bench::{Applied, Phase, Planned, TerraformBench};
use super::client::{Told, errors};
use super::core::Action;

/// The commands, with whatever is told.
impl TerraformBench {
    /// `refresh`: what is there now, stored when nothing went wrong.
    pub async fn try_refresh(&mut self) -> Result<Applied> {
        self.restart().await?;
        let mut told = Vec::new();
        let read = self.refreshed(&mut told).await?;
        if errors(&told).is_empty() {
            let tainted = self.stored().is_some_and(|stored| stored.tainted);
            self.keep(read.as_ref(), tainted);
        }
        Ok(Applied { action: Action::NoOp, state: self.attributes()?, told })
    }

    /// `apply`: whatever is told.
    pub async fn try_apply(&mut self, config: &Json) -> Result<Applied> {
        let planned = self.try_plan(config).await?;
        if !errors(&planned.told).is_empty() {
            return Ok(Applied { action: planned.action, state: self.attributes()?, told: planned.told });
        }
        self.restart().await?;
        self.apply_planned(planned, config).await
    }

    /// `destroy`: whatever is told.
    pub async fn try_destroy(&mut self) -> Result<Applied> {
        self.restart().await?;
        let mut told = Vec::new();
        let prior = self.refreshed(&mut told).await?;
        let mut done = Applied { action: Action::Delete, state: Json::Null, told };
        if !errors(&done.told).is_empty() {
            done.state = self.attributes()?;
            return Ok(done);
        }
        self.keep(prior.as_ref(), self.stored().is_some_and(|stored| stored.tainted));
        let Some(prior) = prior else { return Ok(done) };
        self.mark(Phase::Plan);
        let planned = self.client().plan(Some(&prior), &Json::Null, &Json::Null).await?;
        ensure!(planned.state.is_null(), "the plan of a destruction is not null");
        done.told.extend(planned.told);
        if errors(&done.told).is_empty() {
            self.restart().await?;
            self.remove(Some(&prior), planned.private, &mut done).await?;
        }
        done.state = self.attributes()?;
        Ok(done)
    }

    /// `import` by id, or by identity where the id is empty: whatever is told.
    pub async fn try_import(&mut self, id: &str, identity: &Json) -> Result<Applied> {
        self.restart().await?;
        self.mark(Phase::Read);
        let (object, mut told) = self.client().import(id, identity).await?;
        if let Some(object) = object {
            let (read, _, found) = self.client().read(&object).await?;
            told.extend(found);
            if read.is_none() && errors(&told).is_empty() {
                let (is_error, path) = (true, String::new());
                let summary = "Cannot import non-existent remote object".to_owned();
                told.push(Told { is_error, summary, detail: format!("There is no {id}."), path });
            }
            if errors(&told).is_empty() {
                self.keep(read.as_ref(), false);
            }
        }
        Ok(Applied { action: Action::NoOp, state: self.attributes()?, told })
    }
}

/// The commands where nothing may go wrong.
impl TerraformBench {
    /// `validate` without an error.
    pub async fn validate(&self, config: &Json) -> Result<Vec<Told>> {
        well(self.try_validate(config).await?, "validate")
    }

    /// `plan` without an error.
    pub async fn plan(&mut self, config: &Json) -> Result<Planned> {
        let mut planned = self.try_plan(config).await?;
        planned.told = well(planned.told, "plan")?;
        Ok(planned)
    }

    /// `apply` without an error.
    pub async fn apply(&mut self, config: &Json) -> Result<Applied> {
        let applied = self.try_apply(config).await?;
        Ok(Applied { told: well(applied.told, "apply")?, ..applied })
    }

    /// `refresh` without an error.
    pub async fn refresh(&mut self) -> Result<Applied> {
        let applied = self.try_refresh().await?;
        Ok(Applied { told: well(applied.told, "refresh")?, ..applied })
    }

    /// `destroy` without an error.
    pub async fn destroy(&mut self) -> Result<Applied> {
        let applied = self.try_destroy().await?;
        Ok(Applied { told: well(applied.told, "destroy")?, ..applied })
    }

    /// `import` by id without an error.
    pub async fn import(&mut self, id: &str) -> Result<Applied> {
        let applied = self.try_import(id, &Json::Null).await?;
        Ok(Applied { told: well(applied.told, "import")?, ..applied })
    }

    /// `apply` that must fail: what it left.
    pub async fn failing_apply(&mut self, config: &Json) -> Result<Applied> {
        let applied = self.try_apply(config).await?;
        ensure!(!errors(&applied.told).is_empty(), "the apply went well: {}", applied.state);
        Ok(applied)
    }
}

fn well(told: Vec<Told>, command: &str) -> Result<Vec<Told>> {
    let errors: Vec<String> = errors(&told).iter().map(|told| format!("{} ({})", told.text(), told.path)).collect();
    ensure!(errors.is_empty(), "{command}: {}", errors.join("\n"));
    Ok(told)
}
