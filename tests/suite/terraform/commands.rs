//! The commands of a client, for tests in which nothing may go wrong: an error that is told fails the test.

use anyhow::{Result, ensure};
use serde_json::Value as Json;

use super::bench::{Applied, Planned, TerraformBench};
use super::client::{Told, errors};

impl TerraformBench {
    /// `validate` without an error.
    pub async fn validate(&self, config: &Json) -> Result<Vec<Told>> {
        well(self.try_validate(config).await?, "validate")
    }

    /// `plan` without an error.
    pub async fn plan(&mut self, config: &Json) -> Result<Planned> {
        let planned = self.try_plan(config).await?;
        Ok(Planned { told: well(planned.told.clone(), "plan")?, ..planned })
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
