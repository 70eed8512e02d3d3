//! The command `watch` as a process, beside operations of others on the model of AWS in real time: its lines, its ends,
//! and that it changes nothing. How it judges each end is tested in the core.

use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, ensure};
use serde_json::{Value as Json, json};
use starburst_tests::clients::{Run, Running, command, plugin};
use starburst_tests::fake::{self, Phase};

/// Bound on everything here; a busy machine needs a fraction of it.
const LIMIT: Duration = Duration::from_secs(120);
/// Virtual seconds a second: the stack below takes about two minutes of AWS.
const SPEED: f64 = 20.0;
/// Name of the stack.
const STACK: &str = "analytics-dev";
const REGION: &str = "us-east-1";

/// The model in real time, on loopback.
struct Aws {
    world: Arc<fake::World>,
    server: fake::Server,
}

impl Aws {
    async fn start() -> Result<Self> {
        let world = fake::World::new(fake::WorldConfig::real(SPEED));
        let server = fake::serve(Arc::clone(&world)).await?;
        Ok(Self { world, server })
    }

    /// What somebody else does; it is no call of the watcher's.
    fn call(&self, action: &str, request: Json) -> Result<Json> {
        let answer = self.world.call("cloudformation", action, request).map_err(|error| anyhow!("{action}: {error}"));
        self.world.clear_calls();
        answer
    }

    /// Begins to create a stack that takes about two minutes of AWS; answers its ARN.
    fn create(&self) -> Result<String> {
        let body = json!({ "Resources": {
            "Group": { "Type": "AWS::EC2::SecurityGroup", "Properties": {
                "GroupDescription": "nodes", "VpcId": fake::seed::VPC } },
            "Profile": { "Type": "AWS::IAM::InstanceProfile", "Properties": { "Roles": ["nodes"] } },
        } });
        let request = json!({
            "StackName": STACK, "TemplateBody": body.to_string(), "Capabilities": ["CAPABILITY_IAM"],
        });
        let made = self.call("CreateStack", request)?;
        made["StackId"].as_str().map(str::to_owned).with_context(|| format!("no ARN: {made}"))
    }

    fn watch(&self, program: &std::path::Path, arguments: &[&str]) -> Command {
        let mut command = Command::new(program);
        command.arg("watch").args(arguments).args(["--endpoint-url", &self.server.endpoint]);
        command::reaching(&mut command, &self.server.endpoint);
        command.env_remove("AWS_ENDPOINT_URL");
        command
    }

    /// Runs the command to its end, beside the model.
    async fn watched(&self, arguments: &[&str]) -> Result<Run> {
        let program = executable().await?;
        let mut command = self.watch(&program, arguments);
        tokio::task::spawn_blocking(move || command::run(&mut command, LIMIT)).await?
    }

    /// The watcher's calls read, each at least once.
    fn reads_only(&self) -> Result<()> {
        let calls: Vec<String> = self.world.calls().into_iter().map(|call| call.action).collect();
        ensure!(!calls.is_empty(), "nothing was asked");
        let reads = ["DescribeStacks", "DescribeStackEvents", "DescribeScalingActivities"];
        ensure!(calls.iter().all(|call| reads.contains(&call.as_str())), "{calls:?}");
        Ok(())
    }
}

/// The plugin's executable; the first use may build it.
async fn executable() -> Result<std::path::PathBuf> {
    tokio::task::spawn_blocking(plugin::pulumi).await?
}

fn ended(run: &Run, code: i32) -> Result<()> {
    ensure!(run.status.code() == Some(code), "not {code}: {run}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_create_is_shown_to_its_end() -> Result<()> {
    let aws = Aws::start().await?;
    executable().await?;
    let id = aws.create()?;
    // The region is that of the ARN.
    let run = aws.watched(&[&id]).await?;
    ended(&run, 0)?;
    let lines: Vec<&str> = run.stdout.lines().collect();
    let own = format!("{STACK} (AWS::CloudFormation::Stack): ");
    for line in [
        &format!("stack {STACK}: following what is under way"),
        "Group (AWS::EC2::SecurityGroup): created, ",
        "Profile (AWS::IAM::InstanceProfile): creating, ",
        &format!("{own}created, 2 of 2 begun resources done"),
        &format!("stack {id}: ended well, it is in CREATE_COMPLETE"),
    ] {
        let found = lines.iter().filter(|found| found.starts_with(line)).count();
        ensure!(found >= 1, "{line} is missing: {run}");
    }
    let mut once = lines.clone();
    once.dedup();
    assert_eq!(once.len(), lines.len(), "a line twice: {run}");
    ensure!(run.stderr.is_empty(), "{run}");
    aws.reads_only()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failure_is_told_with_its_cause_in_the_words_of_the_programs_name() -> Result<()> {
    let program = executable().await?;
    let folder = tempfile::tempdir()?;
    let terraform = folder.path().join("terraform-provider-starburst_v0.1.0");
    std::os::unix::fs::symlink(&program, &terraform)?;
    for (program, words) in [(&program, "`pulumi up`"), (&terraform, "`terraform apply`")] {
        let aws = Aws::start().await?;
        aws.world.fail_resource("Profile", Phase::Create, "The role nodes cannot be found.", 1);
        aws.create()?;
        let mut command = aws.watch(program, &[STACK, "--region", REGION]);
        let run = tokio::task::spawn_blocking(move || command::run(&mut command, LIMIT)).await??;
        ended(&run, 1)?;
        for part in ["SB4001: ", "cause: Profile (AWS::IAM::InstanceProfile): The role nodes cannot be found.", words] {
            ensure!(run.stderr.contains(part), "{part} is missing: {run}");
        }
        ensure!(run.stdout.contains("Profile (AWS::IAM::InstanceProfile): failed to create: The role"), "{run}");
        aws.reads_only()?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nothing_is_under_way_it_ends_at_once() -> Result<()> {
    let aws = Aws::start().await?;
    let absent = aws.watched(&[STACK, "--region", REGION]).await?;
    ended(&absent, 1)?;
    ensure!(absent.stderr.contains(&format!("there is no stack {STACK}")) && absent.stdout.is_empty(), "{absent}");
    let never = aws.watched(&[STACK, "--region", REGION, "--follow", "--timeout", "2s"]).await?;
    ended(&never, 1)?;
    aws.create()?;
    let first = aws.watched(&[STACK, "--region", REGION]).await?;
    ended(&first, 0)?;
    let second = aws.watched(&[STACK, "--region", REGION]).await?;
    ended(&second, 0)?;
    assert_eq!(second.stdout, format!("stack {STACK}: nothing is under way, it is in CREATE_COMPLETE\n"));
    aws.reads_only()
}

#[tokio::test(flavor = "multi_thread")]
async fn following_waits_for_each_operation_until_it_is_interrupted() -> Result<()> {
    let program = executable().await?;
    let aws = Aws::start().await?;
    let mut command = aws.watch(&program, &[STACK, "--region", REGION, "--follow"]);
    let mut running = Running::spawn(&mut command, LIMIT)?;
    running.until("not there yet; waiting for its creation", LIMIT)?;
    aws.create()?;
    running.until("ended well, it is in CREATE_COMPLETE; waiting for the next operation", LIMIT)?;
    aws.call("DeleteStack", json!({ "StackName": STACK }))?;
    running.until("Group (AWS::EC2::SecurityGroup): deleting", LIMIT)?;
    running.interrupt()?;
    let run = tokio::task::spawn_blocking(move || running.wait(&mut |_| ())).await??;
    ended(&run, 130)?;
    aws.reads_only()
}

#[tokio::test(flavor = "multi_thread")]
async fn time_that_is_over_is_told_and_aws_goes_on() -> Result<()> {
    let aws = Aws::start().await?;
    executable().await?;
    aws.create()?;
    let run = aws.watched(&[STACK, "--region", REGION, "--timeout", "1s"]).await?;
    ended(&run, 1)?;
    ensure!(run.stderr.contains("did not end within 1 s; CloudFormation goes on"), "{run}");
    let stack = aws.call("DescribeStacks", json!({ "StackName": STACK }))?;
    assert_eq!(stack["Stacks"][0]["StackStatus"], "CREATE_IN_PROGRESS");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_arguments_are_refused_before_anything_is_asked() -> Result<()> {
    let aws = Aws::start().await?;
    let arn = format!("arn:aws:cloudformation:eu-west-1:123456789012:stack/{STACK}/0a1b");
    for (arguments, code, said) in [
        (&[][..], 2, "<STACK>"),
        (&[STACK, "--timeout", "soon"], 2, "15m"),
        (&[STACK], 1, "region"),
        (&[&arn, "--region", REGION], 1, "eu-west-1"),
    ] {
        let run = aws.watched(arguments).await?;
        ended(&run, code).with_context(|| format!("{arguments:?}"))?;
        ensure!(run.stderr.contains(said), "{said} is missing: {run}");
    }
    assert_eq!(aws.world.calls().len(), 0);
    let help = aws.watched(&["--help"]).await?;
    ended(&help, 0)?;
    ensure!(help.stdout.contains("pulumi-resource-starburst watch analytics-dev --region"), "{help}");
    Ok(())
}
