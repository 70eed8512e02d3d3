//! The command that says whether this machine, these credentials and this account can make a cluster: reads and dry
//! runs of EC2 alone. Changes nothing in AWS.

use std::process::ExitCode;

use anstyle::{AnsiColor, Style};
use clap::Args;
use starburst_core::failure::{Client, Failure};
use starburst_core::ports::{
    AutoScaling as _, CallError, CallErrorKind, Called, Clock as _, CloudFormation as _, Compute as _, Identity as _,
    ObjectStore as _,
};
use starburst_core::template::{self, LARGEST_BODY};
use starburst_core::time::Millis;

use super::place::Place;
use super::watch::tell;
use crate::aws::Aws;
use crate::aws::dry_run::DryRun;
use crate::clock::SystemClock;
use crate::outside::Outside;
use crate::{log, panic};

/// A name that nothing has: looking for it shows whether one may look.
const NOBODY: &str = "starburst-doctor";
/// The default timeout of a create: credentials that end before it may end in the middle.
const CREATE: Millis = Millis::from_seconds(60 * 60);
/// Instance types that a cluster has unless inputs say otherwise.
const TYPES: [&str; 2] = ["r4.4xlarge", "m5.large"];

/// What to look at besides the account.
#[derive(Debug, Args)]
pub struct Doctor {
    #[command(flatten)]
    place: Place,
    /// Subnet that a cluster shall live in (`network.subnetId`).
    #[arg(long, value_name = "ID")]
    subnet: Option<String>,
    /// Bucket of `alluxio.s3RootMount` or `stack.assetBucket`.
    #[arg(long, value_name = "NAME")]
    bucket: Option<String>,
}

/// The end of the help text.
pub const AFTER: &str = "\
Makes nothing: reads, and calls of EC2 with DryRun, which say only whether they would be allowed. Rights that no dry run \
can tell (IAM, Secrets Manager, CloudWatch, Auto Scaling's writes) show first in an apply; the command `permissions` prints them all.

Ends with 0 when nothing is wrong, else with 1.";

/// Looks at everything and says what it found.
pub fn run(doctor: &Doctor, client: Client) -> ExitCode {
    panic::tell_the_place_alone();
    log::start(log::Reader::Person);
    match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime.block_on(examine(doctor)).unwrap_or_else(|failure| tell(&failure, client)),
        Err(error) => {
            eprintln!("the program cannot start: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn examine(doctor: &Doctor) -> Result<ExitCode, Failure> {
    let mut report = Report::default();
    report.well("plugin", &format!("{}, joint template {}", env!("CARGO_PKG_VERSION"), template::VERSION));
    let body = template::BODY.len();
    report.well(
        "template",
        &format!("{body} of {LARGEST_BODY} bytes; {} are left for recorded settings", LARGEST_BODY - body),
    );
    let aws = Outside::clients(&doctor.place.settings(None)).await?;
    report.well("region", &aws.identity.region());
    if !credentials(&aws, &mut report).await {
        return Ok(report.end());
    }
    reads(doctor, &aws, &mut report).await;
    dry_runs(doctor, &aws, &mut report).await;
    Ok(report.end())
}

/// Who calls; without an answer nothing else can be asked.
async fn credentials(aws: &Aws, report: &mut Report) -> bool {
    let caller = match aws.identity.caller().await {
        Ok(caller) => caller,
        Err(error) => {
            report.ill("credentials", &words(&error), cure(&error));
            return false;
        }
    };
    report.well("credentials", &format!("{} in account {}", caller.arn, caller.account));
    if let Some(end) = aws.identity.credentials_expire() {
        let left = end - SystemClock.now();
        if left < CREATE {
            let why = format!("they end in {left}, and a create may take {CREATE}");
            report.doubt("credentials", &why, "renew them first: when they end, the next run goes on");
        }
    }
    true
}

async fn reads(doctor: &Doctor, aws: &Aws, report: &mut Report) {
    let stack = aws.cloud_formation.describe_stack(NOBODY).await;
    report.asked("cloudformation:DescribeStacks", stack.map(|_| String::new()));
    let groups = aws.auto_scaling.groups(&[NOBODY.to_owned()]).await;
    report.asked("autoscaling:DescribeAutoScalingGroups", groups.map(|_| String::new()));
    let types: Vec<String> = TYPES.iter().map(|name| (*name).to_owned()).collect();
    let known = aws.compute.instance_types(&types).await;
    report.asked(
        "ec2:DescribeInstanceTypes",
        known.map(|known| format!("{} of {} known here", known.len(), TYPES.len())),
    );
    if let Some(bucket) = &doctor.bucket {
        let found = aws.objects.bucket(bucket).await;
        report.asked("s3:ListBucket", found.map(|region| format!("{bucket} {}", region.unwrap_or_default())));
    }
}

async fn dry_runs(doctor: &Doctor, aws: &Aws, report: &mut Report) {
    let mut zone = format!("{}a", aws.identity.region());
    let mut vpc = None;
    if let Some(id) = &doctor.subnet {
        match aws.compute.subnet(id).await {
            Ok(Some(subnet)) => {
                let free =
                    format!("{} {} in {}, {} addresses free", id, subnet.cidr, subnet.zone, subnet.free_addresses);
                report.well("subnet", &free);
                zone.clone_from(&subnet.zone);
                vpc = Some(subnet.vpc_id);
            }
            Ok(None) => report.ill("subnet", &format!("there is no {id} here"), "look at its id, region and account"),
            Err(error) => report.asked("ec2:DescribeSubnets", Err(error)),
        }
    }
    let mut all =
        vec![DryRun::CreateSecurityGroup(vpc.clone()), DryRun::CreateVolume(zone), DryRun::CreateLaunchTemplate];
    match (&doctor.subnet, &vpc) {
        (Some(subnet), Some(_)) => all.push(DryRun::CreateNetworkInterface(subnet.clone())),
        _ => report.skipped("ec2:CreateNetworkInterface", "not asked: give --subnet"),
    }
    match aws.compute.newest_image("x86_64").await {
        Ok(Some(image)) => {
            report.well("ec2:DescribeImages", &format!("newest Amazon Linux 2023 is {}", image.id));
            all.push(DryRun::RunInstances(image.id, doctor.subnet.clone().filter(|_| vpc.is_some())));
        }
        Ok(None) => report.skipped("ec2:RunInstances", "not asked: there is no Amazon Linux 2023 here"),
        Err(error) => report.asked("ec2:DescribeImages", Err(error)),
    }
    for what in all {
        let name = format!("ec2:{}", what.action());
        match aws.compute.may(&what).await {
            Err(error) if error.kind != CallErrorKind::Denied => {
                report.doubt(
                    &name,
                    &format!("a dry run could not tell: {}", words(&error)),
                    "the command `permissions` prints what is needed",
                );
            }
            answer => report.asked(&name, answer.map(|()| "allowed (dry run)".to_owned())),
        }
    }
}

fn words(error: &CallError) -> String {
    match error.code.as_str() {
        "" => error.message.clone(),
        code => format!("{code}: {}", error.message),
    }
}

fn cure(error: &CallError) -> &'static str {
    match error.kind {
        CallErrorKind::Denied => {
            "grant this action to the caller; the command `permissions caller` prints the whole policy"
        }
        CallErrorKind::Credentials => {
            "log in again (`aws sso login`, or new keys), or name another profile with --profile"
        }
        CallErrorKind::Transport => "is there a way to AWS from here? HTTPS_PROXY, DNS and AWS_CA_BUNDLE decide",
        CallErrorKind::NotFound => "look at its name, region and account",
        _ => "try again; STARBURST_LOG=debug shows each call",
    }
}

/// What was found so far, printed line by line.
#[derive(Default)]
struct Report {
    ills: usize,
    doubts: usize,
}

impl Report {
    fn line(mark: &str, colour: AnsiColor, name: &str, text: &str) {
        let style = Style::new().fg_color(Some(colour.into())).bold();
        anstream::println!("{style}{mark:<5}{style:#} {name:<37} {text}");
    }

    fn well(&mut self, name: &str, text: &str) {
        Self::line("ok", AnsiColor::Green, name, text);
    }

    fn skipped(&mut self, name: &str, text: &str) {
        Self::line("-", AnsiColor::BrightBlack, name, text);
    }

    fn doubt(&mut self, name: &str, text: &str, cure: &str) {
        self.doubts += 1;
        Self::line("warn", AnsiColor::Yellow, name, text);
        anstream::println!("      {cure}");
    }

    fn ill(&mut self, name: &str, text: &str, cure: &str) {
        self.ills += 1;
        Self::line("FAIL", AnsiColor::Red, name, text);
        anstream::println!("      {cure}");
    }

    fn asked(&mut self, name: &str, answer: Called<String>) {
        match answer {
            Ok(text) => self.well(name, &text),
            Err(error) => self.ill(name, &words(&error), cure(&error)),
        }
    }

    fn end(&self) -> ExitCode {
        let code = if self.ills == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE };
        anstream::println!("\n{} failed, {} in doubt", self.ills, self.doubts);
        code
    }
}
