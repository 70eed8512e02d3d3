//! The same roll as a user of Terraform sees it: the plan's warning states batches and floor, the apply keeps them.

use anyhow::{Context, Result, ensure};
use regex::Regex;
use serde_json::json;
use starburst_tests::fake::cluster::Load;

use super::world::{batches, pass};
use crate::harness::{REGION, STACK};
use crate::terraform::bench::TerraformBench;
use crate::terraform::lifecycle::{three_workers, with};

fn number(text: &str, pattern: &str) -> Result<usize> {
    let found = Regex::new(pattern)?.captures(text).and_then(|found| found.get(1)?.as_str().parse().ok());
    found.with_context(|| format!("no {pattern} in: {text}"))
}

#[tokio::test]
async fn a_roll_of_a_plan_costs_no_query_and_keeps_what_the_plan_stated() -> Result<()> {
    for waits in [true, false] {
        let mut bench = TerraformBench::new().await?;
        bench.model.settings(|settings| settings.roll_waits_for_hook = waits);
        bench.apply(&three_workers()).await?;
        bench.model.load(REGION, STACK, Some(Load::default()));
        pass(&bench.model, 300_000);
        let bigger = with(three_workers(), "/ec2/worker_instance_type", json!("r5.4xlarge"));
        let told: String = bench.plan(&bigger).await?.told.iter().map(|told| told.text()).collect();
        let (stated, floor) = (number(&told, r"in (\d+) batch")?, number(&told, r"at least (\d+) of")?);
        let events = bench.model.events(REGION, STACK).len();
        bench.model.observe(REGION, STACK);
        bench.apply(&bigger).await?;
        pass(&bench.model, 600_000);
        let report = bench.model.observed(REGION, STACK);
        ensure!(report.failed.is_empty() && report.cut_off.is_empty(), "{:?}", report.failed);
        ensure!(report.in_flight > 20 && report.workers >= floor, "{} in service, {floor} stated", report.workers);
        assert_eq!(batches(&bench.model, "Workers", events), vec![1; stated]);
    }
    Ok(())
}
