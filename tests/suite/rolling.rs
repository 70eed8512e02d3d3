//! Rolls under load: queries run on the simulated cluster while the plugin changes it, and none of them fails. The
//! numbers that a preview states, batches and floor, are held against what the model of AWS measured, in both of the
//! ways in which CloudFormation may treat instances that still wait in their terminating hook.

mod broken;
mod limits;
mod sizes;
mod terraform;
mod world;

use anyhow::{Context, Result, ensure};
use serde_json::{Value as Json, json};
use starburst_schema::Role;
use starburst_tests::fake::seed;

use crate::lifecycle::three_workers;
use world::{Rolled, loaded, roll, with};

/// One change that must cost no query.
struct Case {
    name: &'static str,
    before: Json,
    after: Json,
    workers: (usize, usize),
    coordinators: usize,
}

fn workers(count: usize) -> Json {
    with(three_workers(), "/ec2/workerCount", json!(count))
}

fn rolling(inputs: Json, settings: Json) -> Json {
    with(inputs, "/ec2/rollingUpdate", settings)
}

fn case(name: &'static str, before: Json, pointer: &str, value: Json) -> Case {
    let after = with(before.clone(), pointer, value);
    let count = |inputs: &Json, pointer: &str| {
        inputs.pointer(pointer).and_then(Json::as_u64).and_then(|count| usize::try_from(count).ok()).unwrap_or(1)
    };
    let sizes = (count(&before, "/ec2/workerCount"), count(&after, "/ec2/workerCount"));
    let coordinators = count(&after, "/ec2/haCoordinatorCount");
    Case { name, before, after, workers: sizes, coordinators }
}

fn cases() -> Vec<Case> {
    const TYPE: &str = "/ec2/workerInstanceType";
    let bigger = || json!("r5.4xlarge");
    let old_images = with(workers(3), "/ec2/imageId", json!(seed::OLD_X86));
    let three_coordinators = with(workers(3), "/ec2/haCoordinatorCount", json!(3));
    vec![
        case("workers 8 to 4", workers(8), "/ec2/workerCount", json!(4)),
        case("workers 3 to 5", workers(3), "/ec2/workerCount", json!(5)),
        case("instance type", workers(3), TYPE, bigger()),
        case(
            "instance type and count",
            workers(3),
            "/ec2",
            json!({ "workerCount": 5, "workerInstanceType": "r5.4xlarge" }),
        ),
        case(
            "instance type and smaller count",
            workers(5),
            "/ec2",
            json!({ "workerCount": 3, "workerInstanceType": "r5.4xlarge" }),
        ),
        case("worker image", workers(3), "/ec2/workerImageId", json!(seed::OLD_X86)),
        case("image of all", old_images, "/ec2/imageId", json!(seed::IMAGE_X86)),
        case(
            "worker configuration",
            workers(4),
            "/presto/workerConfiguration",
            json!("s3://analytics-data/worker.zip"),
        ),
        case("batches of 2", rolling(workers(8), json!({ "maxBatchSize": "2" })), TYPE, bigger()),
        case("batches of 2 of 5", rolling(workers(5), json!({ "maxBatchSize": "2" })), TYPE, bigger()),
        case("batches of 25%", rolling(workers(8), json!({ "maxBatchSize": "25%" })), TYPE, bigger()),
        case("one less in service", rolling(workers(4), json!({ "minInService": 3 })), TYPE, bigger()),
        case(
            "two less in service, by 2",
            rolling(workers(4), json!({ "minInService": 2, "maxBatchSize": "2" })),
            TYPE,
            bigger(),
        ),
        case("as many in service as there are", rolling(workers(4), json!({ "minInService": 4 })), TYPE, bigger()),
        case("one coordinator", workers(3), "/ec2/coordinatorInstanceType", bigger()),
        case("three coordinators", three_coordinators, "/ec2/coordinatorInstanceType", bigger()),
    ]
}

#[derive(Default)]
struct Score {
    cases: usize,
    in_flight: usize,
    most: usize,
    failed: usize,
    floors: usize,
    batches: usize,
    wrong: Vec<String>,
}

impl Score {
    fn take(&mut self, case: &Case, waits: bool, rolled: &Rolled) {
        let mut say = |text: String| self.wrong.push(format!("{} (CloudFormation waits: {waits}): {text}", case.name));
        if let Err(trouble) = &rolled.result {
            say(format!("the update fails: {}", trouble.text));
        }
        let report = &rolled.report;
        for why in report.failed.iter().chain(&report.cut_off) {
            say(format!("a query fails: {why}"));
        }
        let sizes = [
            (Role::Worker, case.workers, report.workers, rolled.worker_batches.len()),
            (
                Role::Coordinator,
                (case.coordinators, case.coordinators),
                report.coordinators,
                rolled.coordinator_batches.len(),
            ),
        ];
        let (mut floor_kept, mut as_previewed) = (true, true);
        for (role, (there, then), low, batches) in sizes {
            let floor = rolled.floor(role, there, then).unwrap_or(0);
            if low < floor {
                floor_kept = false;
                say(format!("{role:?}: {low} in service, the preview says at least {floor}"));
            }
            if batches != rolled.previewed(role) {
                as_previewed = false;
                say(format!("{role:?}: {batches} batches, the preview says {}", rolled.previewed(role)));
            }
        }
        self.cases += 1;
        self.failed += report.failed.len() + report.cut_off.len();
        self.in_flight += report.in_flight;
        self.most = self.most.max(report.most_in_flight);
        self.floors += usize::from(floor_kept);
        self.batches += usize::from(as_previewed);
    }
}

#[tokio::test]
async fn no_query_fails_the_floor_holds_and_batches_are_as_previewed() -> Result<()> {
    let mut score = Score::default();
    for case in cases() {
        for waits in [true, false] {
            let (bench, stored) = loaded(&case.before, waits).await.context(case.name)?;
            let rolled = roll(&bench, &stored, &case.after).await.context(case.name)?;
            score.take(&case, waits, &rolled);
        }
    }
    let Score { cases, in_flight, most, failed, floors, batches, wrong } = score;
    println!(
        "rolling: {cases} cases, {in_flight} queries in flight during rolls (most at once {most}), failed {failed}, floor kept {floors}/{cases}, batches as previewed {batches}/{cases}"
    );
    ensure!(wrong.is_empty(), "{}", wrong.join("\n"));
    Ok(())
}
