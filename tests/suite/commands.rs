//! Commands for people that reach AWS and make no stack: `doctor` and `packages mirror`, as processes beside the model
//! of AWS; and shell completion. `watch` has a file of its own.

use std::convert::Infallible;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use sha2::{Digest, Sha256};
use starburst_tests::clients::{Run, command, plugin};
use starburst_tests::fake::{self, seed};
use tempfile::TempDir;

/// Bound on each command; it takes a second.
const LIMIT: Duration = Duration::from_secs(120);

struct Aws {
    world: Arc<fake::World>,
    server: fake::Server,
    /// Where the command runs.
    folder: TempDir,
}

impl Aws {
    async fn start() -> Result<Self> {
        let world = fake::World::new(fake::WorldConfig::real(1.0));
        let server = fake::serve(Arc::clone(&world)).await?;
        Ok(Self { world, server, folder: TempDir::with_prefix("commands-")? })
    }

    async fn run(&self, arguments: &[&str]) -> Result<Run> {
        let program = tokio::task::spawn_blocking(plugin::pulumi).await??;
        let mut command = Command::new(program);
        command::reaching(&mut command, &self.server.endpoint);
        command.args(arguments).args(["--region", "us-east-1"]).current_dir(self.folder.path());
        tokio::task::spawn_blocking(move || command::run(&mut command, LIMIT)).await?
    }

    fn deny(&self, action: &str) {
        self.world.settings(|settings| settings.denied.push(action.to_owned()));
    }

    fn count(&self, action: &str) -> usize {
        self.world.calls().iter().filter(|call| call.action == action).count()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_doctor_finds_nothing_wrong_and_makes_nothing() -> Result<()> {
    let aws = Aws::start().await?;
    let run = aws.run(&["doctor", "--subnet", seed::PRIVATE_SUBNET, "--bucket", seed::BUCKET]).await?.success()?;
    for line in [
        "ok    region                                us-east-1",
        "in account 123456789012",
        "ok    cloudformation:DescribeStacks",
        "ok    s3:ListBucket",
        "ok    ec2:RunInstances                      allowed (dry run)",
        "ok    ec2:CreateNetworkInterface            allowed (dry run)",
        "0 failed, 0 in doubt",
    ] {
        ensure!(run.stdout.contains(line), "no line {line}\n{run}");
    }
    ensure!(!run.stdout.contains('\u{1b}'), "colours without a terminal: {}", run.stdout);
    for call in aws.world.calls() {
        let harmless = ["Describe", "Get", "Head"].iter().any(|read| call.action.starts_with(read));
        ensure!(harmless || call.outcome.contains("DryRunOperation"), "{}: {}", call.action, call.outcome);
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_doctor_names_each_right_that_is_missing() -> Result<()> {
    let aws = Aws::start().await?;
    aws.deny("ec2:RunInstances");
    aws.deny("cloudformation:DescribeStacks");
    let run = aws.run(&["doctor"]).await?.failure()?;
    for line in ["FAIL  ec2:RunInstances", "FAIL  cloudformation:DescribeStacks", "2 failed", "permissions caller"] {
        ensure!(run.stdout.contains(line), "no line {line}\n{run}");
    }
    ensure!(run.stdout.contains("-     ec2:CreateNetworkInterface            not asked: give --subnet"), "{run}");
    let absent = aws.run(&["doctor", "--subnet", "subnet-00000000000000000"]).await?.failure()?;
    ensure!(absent.stdout.contains("there is no subnet-00000000000000000 here"), "{absent}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_doctor_stops_where_nobody_is_known() -> Result<()> {
    let aws = Aws::start().await?;
    let program = tokio::task::spawn_blocking(plugin::pulumi).await??;
    let mut command = Command::new(program);
    command::reaching(&mut command, &aws.server.endpoint);
    command.args(["doctor", "--region", "us-east-1"]).env("AWS_ACCESS_KEY_ID", "AKIAEXPIRED000000001");
    let run = tokio::task::spawn_blocking(move || command::run(&mut command, LIMIT)).await??.failure()?;
    ensure!(run.stdout.contains("FAIL  credentials") && run.stdout.contains("aws sso login"), "{run}");
    ensure!(!run.stdout.contains("cloudformation:"), "asked on without credentials: {run}");
    Ok(())
}

/// A publisher of packages on loopback: every path is there, with its own name as content.
async fn publisher() -> Result<(String, Arc<AtomicUsize>)> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let count = Arc::clone(&count);
            let serve = service_fn(move |request: Request<Incoming>| {
                count.fetch_add(1, Ordering::SeqCst);
                let body = Full::new(Bytes::from(content(request.uri().path())));
                async move { Ok::<_, Infallible>(Response::new(body)) }
            });
            tokio::spawn(hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), serve));
        }
    });
    Ok((format!("http://{address}"), asked))
}

fn content(path: &str) -> String {
    format!("content of {path}")
}

fn sha256(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mirror_is_filled_checked_and_not_filled_twice() -> Result<()> {
    let aws = Aws::start().await?;
    let (host, asked) = publisher().await?;
    let pinned = format!("{host}/a/p-1.tar.gz#sha256={}", sha256(&content("/a/p-1.tar.gz")));
    let (loose, mirror) = (format!("{host}/b/q-2.jar"), format!("s3://{}/mirror/", seed::BUCKET));
    let fill = ["packages", "mirror", &mirror, "--without-defaults", "--package", &pinned, "--package", &loose];

    let first = aws.run(&fill).await?.success()?;
    ensure!(first.stdout.contains("stored    p-1.tar.gz") && first.stdout.contains("stored    q-2.jar"), "{first}");
    ensure!(first.stdout.contains("2 files are there, the checksums of 2 compared by S3"), "{first}");
    let sums = aws.world.with(|state| {
        let region = state.places.values().find(|region| region.buckets.contains_key(seed::BUCKET))?;
        region.buckets[seed::BUCKET].objects.get("mirror/SHA256SUMS").map(|object| object.0.clone())
    });
    let sums = String::from_utf8(sums.context("the mirror has no SHA256SUMS")?)?;
    let line = |path: &str, file: &str| format!("{}  {file}\n", sha256(&content(path)));
    assert_eq!(sums, line("/a/p-1.tar.gz", "p-1.tar.gz") + &line("/b/q-2.jar", "q-2.jar"));

    let (fetched, put) = (asked.load(Ordering::SeqCst), aws.count("PutObject"));
    let again = aws.run(&fill).await?.success()?;
    ensure!(again.stdout.contains("there     p-1.tar.gz"), "{again}");
    assert_eq!(asked.load(Ordering::SeqCst), fetched, "fetched again");
    assert_eq!(aws.count("PutObject"), put + 1, "only the list is written again");
    aws.run(&["packages", "mirror", &mirror, "--check"]).await?.success()?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn another_checksum_stores_nothing_and_a_damaged_mirror_is_told() -> Result<()> {
    let aws = Aws::start().await?;
    let (host, _) = publisher().await?;
    let wrong = format!("{host}/p-1.tar.gz#sha256={}", sha256("something else"));
    let mirror = format!("s3://{}/mirror", seed::BUCKET);
    let refused =
        aws.run(&["packages", "mirror", &mirror, "--without-defaults", "--package", &wrong]).await?.failure()?;
    ensure!(refused.stderr.contains("nothing was kept") && refused.stderr.contains("p-1.tar.gz"), "{refused}");
    assert_eq!(aws.count("PutObject"), 0);
    ensure!(!aws.folder.path().join("starburst-packages/p-1.tar.gz").exists(), "a file that nobody wants was kept");

    let none = aws.run(&["packages", "mirror", &mirror, "--check"]).await?.failure()?;
    ensure!(none.stderr.contains("has no SHA256SUMS"), "{none}");
    aws.world.with(|state| {
        for region in state.places.values_mut() {
            if let Some(bucket) = region.buckets.get_mut(seed::BUCKET) {
                let list = format!("{}  p-1.tar.gz\nnonsense\n", sha256("x"));
                bucket.objects.insert("mirror/SHA256SUMS".to_owned(), (list.into(), state.now, String::new()));
            }
        }
    });
    let damaged = aws.run(&["packages", "mirror", &mirror, "--check"]).await?.failure()?;
    for text in ["p-1.tar.gz is listed and not there", "no line of sha256sum: nonsense"] {
        ensure!(damaged.stderr.contains(text), "{text}: {damaged}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_arguments_of_a_mirror_are_told_before_anything_is_fetched() -> Result<()> {
    let aws = Aws::start().await?;
    let (host, asked) = publisher().await?;
    let elsewhere = aws.run(&["packages", "mirror", "https://bucket/prefix"]).await?.failure()?;
    ensure!(elsewhere.stderr.contains("give s3://BUCKET/PREFIX"), "{elsewhere}");
    let absent = aws.run(&["packages", "mirror", "s3://nobody-has-this/x"]).await?.failure()?;
    ensure!(absent.stderr.contains("s3://nobody-has-this/x (s3:ListBucket)"), "{absent}");
    let mirror = format!("s3://{}/m", seed::BUCKET);
    let (one, other) = (format!("{host}/a/p.jar"), format!("{host}/b/p.jar"));
    let packages = ["--without-defaults", "--package", &one, "--package", &other, "--package", "s3://x/y"];
    let twice = aws.run(&[&["packages", "mirror", &mirror][..], &packages].concat()).await?.failure()?;
    ensure!(twice.stderr.contains("it has a p.jar already") && twice.stderr.contains("needs no mirror"), "{twice}");
    let offline = aws.run(&["packages", "mirror", &mirror, "--offline"]).await?.failure()?;
    ensure!(offline.stderr.contains("lacks: trino-server-"), "{offline}");
    assert_eq!((asked.load(Ordering::SeqCst), aws.count("PutObject")), (0, 0));
    Ok(())
}

#[test]
fn policies_are_printed() -> Result<()> {
    for (whose, action) in [("caller", "cloudformation:CreateStack"), ("resources", "iam:CreateRole")] {
        let run = command::run(Command::new(plugin::pulumi()?).args(["permissions", whose]), LIMIT)?.success()?;
        let policy: serde_json::Value = serde_json::from_str(&run.stdout)?;
        assert_eq!(policy["Version"], "2012-10-17");
        ensure!(policy.to_string().contains(action), "{whose}: {policy}");
    }
    Ok(())
}

#[test]
fn shells_complete_the_name_that_the_program_was_started_by() -> Result<()> {
    let links = TempDir::new()?;
    let terraform = links.path().join("terraform-provider-starburst_v0.0.1");
    std::os::unix::fs::symlink(plugin::pulumi()?, &terraform)?;
    for (program, name) in
        [(plugin::pulumi()?, "pulumi-resource-starburst"), (terraform, "terraform-provider-starburst")]
    {
        for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
            let run = command::run(Command::new(&program).args(["completion", shell]), LIMIT)?.success()?;
            ensure!(run.stdout.contains(name) && run.stdout.contains("doctor"), "{shell}: {}", run.stdout);
        }
        let script = TempDir::new()?;
        let file = script.path().join("completion.bash");
        let run = command::run(Command::new(&program).args(["completion", "bash"]), LIMIT)?.success()?;
        fs::write(&file, run.stdout)?;
        check(&file)?;
    }
    Ok(())
}

fn check(script: &Path) -> Result<()> {
    command::run(Command::new("bash").arg("-n").arg(script), LIMIT)?.success().map(drop)
}
