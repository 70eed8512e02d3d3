//! The plugin's executable as Terraform and OpenTofu start it: handshake, mutual TLS, the services beside the
//! provider's, and how it ends. What the provider answers is tested elsewhere.

mod client;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use rustls::SupportedProtocolVersion;
use rustls::version::{TLS12, TLS13};
use starburst_provider::terraform::go_plugin::grpc_broker_client::GrpcBrokerClient;
use starburst_provider::terraform::go_plugin::grpc_controller_client::GrpcControllerClient;
use starburst_provider::terraform::go_plugin::grpc_stdio_client::GrpcStdioClient;
use starburst_provider::terraform::go_plugin::{ConnInfo, Empty};
use starburst_provider::terraform::wire;
use starburst_provider::terraform::wire::provider_client::ProviderClient;
use starburst_tests::clients::{Run, Running, command, plugin};
use tempfile::TempDir;
use tonic::transport::Channel;

use self::client::Identity;

/// Bound on everything here; a busy machine needs a fraction of it.
const LIMIT: Duration = Duration::from_secs(120);
/// Bound on the end of a process. Clients give it two seconds; the rest is for a busy machine.
const END: Duration = Duration::from_secs(10);
const COOKIE: (&str, &str) =
    ("TF_PLUGIN_MAGIC_COOKIE", "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2");
const BOTH: &[&SupportedProtocolVersion] = &[&TLS13, &TLS12];

/// The executable under the name that clients look for, in a folder of its own that is also its folder for temporary
/// files; nothing of the environment but what is given.
fn named(folder: &Path, variables: &[(&str, &str)]) -> Result<Command> {
    let program = folder.join("terraform-provider-starburst_v0.1.0");
    if !program.exists() {
        std::os::unix::fs::symlink(plugin::pulumi()?, &program)?;
    }
    let mut command = Command::new(program);
    command.env_clear().env("TMPDIR", folder).envs(variables.iter().copied());
    Ok(command)
}

/// A plugin whose first line was read.
struct Started {
    process: Running,
    line: String,
    folder: TempDir,
}

impl Started {
    /// Started by a client with these variables beside the cookie.
    async fn with(variables: &[(&str, &str)]) -> Result<Self> {
        Self::of([&[COOKIE, ("PLUGIN_PROTOCOL_VERSIONS", "6,5")], variables].concat(), &[]).await
    }

    async fn of(variables: Vec<(&str, &str)>, arguments: &[&'static str]) -> Result<Self> {
        let variables: Vec<(String, String)> =
            variables.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let arguments = arguments.to_vec();
        // The first start may build the plugin; a thread of its own keeps the test's runtime free.
        tokio::task::spawn_blocking(move || {
            let folder = tempfile::tempdir()?;
            let mut command = named(folder.path(), &[])?;
            command.envs(variables).args(&arguments);
            // Standard error may come first; both kinds of line have a sign that nothing else has.
            let first = if arguments.is_empty() { "|grpc|" } else { "TF_REATTACH_PROVIDERS=" };
            let mut process = Running::spawn(&mut command, LIMIT)?;
            let line = process.until(first, LIMIT)?.text;
            Ok(Self { process, line, folder })
        })
        .await?
    }

    fn field(&self, index: usize) -> Result<&str> {
        self.line.split('|').nth(index).with_context(|| format!("field {index} of {:?}", self.line))
    }

    fn socket(&self) -> Result<PathBuf> {
        Ok(PathBuf::from(self.field(3)?))
    }

    /// The plugin's certificate.
    fn certificate(&self) -> Result<Vec<u8>> {
        Ok(STANDARD_NO_PAD.decode(self.field(5)?)?)
    }

    async fn connect(&self, identity: Option<&Identity>) -> Result<Channel> {
        client::encrypted(&self.socket()?, &self.certificate()?, identity, BOTH).await
    }

    fn signal(&self, name: &str) -> Result<()> {
        let status = Command::new("kill").args([name, &self.process.pid().to_string()]).status()?;
        ensure!(status.success(), "{name}: {status}");
        Ok(())
    }

    /// Waits for the end, which nobody helps along, and checks that nothing was left behind.
    async fn ended(self) -> Result<Run> {
        let Self { process, folder, line } = self;
        let since = Instant::now();
        let run = tokio::task::spawn_blocking(move || process.wait(&mut |_| ())).await??.success()?;
        ensure!(since.elapsed() < END, "it took {:?} to end", since.elapsed());
        let mut left = std::fs::read_dir(folder.path())?.filter_map(Result::ok).map(|entry| entry.file_name());
        ensure!(left.all(|name| name.to_string_lossy().starts_with("terraform-")), "the socket of {line} is left");
        Ok(run)
    }
}

/// Any call of the provider.
async fn schema(channel: &Channel) -> Result<()> {
    let mut provider = ProviderClient::new(channel.clone()).max_decoding_message_size(64 << 20);
    let answer = provider.get_provider_schema(wire::get_provider_schema::Request {}).await?.into_inner();
    ensure!(answer.provider.is_some() && answer.diagnostics.is_empty(), "no schema of the provider");
    Ok(())
}

async fn shut_down(channel: &Channel) -> Result<()> {
    GrpcControllerClient::new(channel.clone()).shutdown(Empty {}).await?;
    Ok(())
}

#[tokio::test]
async fn the_line_names_version_socket_and_certificate() -> Result<()> {
    let identity = Identity::of_terraforms_kind()?;
    let plugin = Started::with(&[("PLUGIN_CLIENT_CERT", &identity.pem)]).await?;
    let fields: Vec<&str> = plugin.line.split('|').collect();
    assert_eq!((fields.len(), fields[0], fields[1], fields[2], fields[4]), (6, "1", "6", "unix", "grpc"));
    ensure!(plugin.socket()?.starts_with(plugin.folder.path()) && plugin.socket()?.exists(), "{}", plugin.line);
    ensure!(!fields[5].contains('=') && plugin.certificate()?.len() > 100, "{}", plugin.line);
    shut_down(&plugin.connect(Some(&identity)).await?).await?;
    let run = plugin.ended().await?;
    assert_eq!(run.stdout.lines().count(), 1, "nothing but the line on standard output: {}", run.stdout);
    assert_eq!(run.stderr, "", "nothing on standard error unless a log is asked for");
    Ok(())
}

#[tokio::test]
async fn its_client_is_answered_in_either_version_of_tls() -> Result<()> {
    let identity = Identity::of_terraforms_kind()?;
    let plugin = Started::with(&[("PLUGIN_CLIENT_CERT", &identity.pem)]).await?;
    for version in [&TLS13, &TLS12] {
        let channel = client::encrypted(&plugin.socket()?, &plugin.certificate()?, Some(&identity), &[version]).await?;
        schema(&channel).await.with_context(|| format!("{version:?}"))?;
    }
    shut_down(&plugin.connect(Some(&identity)).await?).await?;
    plugin.ended().await?;
    Ok(())
}

#[tokio::test]
async fn whoever_is_not_its_client_is_refused_and_the_client_is_still_answered() -> Result<()> {
    let identity = Identity::of_terraforms_kind()?;
    let stranger = Identity::of_terraforms_kind()?;
    let thief = identity.stolen_by(&stranger);
    let plugin = Started::with(&[("PLUGIN_CLIENT_CERT", &identity.pem), ("TF_LOG", "WARN")]).await?;
    for (who, shown) in [("nobody", None), ("a stranger", Some(&stranger)), ("a thief", Some(&thief))] {
        for version in [&TLS13, &TLS12] {
            let channel = client::encrypted(&plugin.socket()?, &plugin.certificate()?, shown, &[version]).await;
            // With TLS 1.3 a client learns only at its first call that it was refused.
            let refused = match channel {
                Ok(channel) => schema(&channel).await.is_err(),
                Err(_) => true,
            };
            ensure!(refused, "{who} is answered with {version:?}");
        }
    }
    ensure!(schema(&client::plain(&plugin.socket()?).await?).await.is_err(), "answered without TLS");
    let channel = plugin.connect(Some(&identity)).await?;
    schema(&channel).await?;
    shut_down(&channel).await?;
    let run = plugin.ended().await?;
    ensure!(run.stderr.lines().count() >= 6, "each refusal is told in the log: {}", run.stderr);
    for line in run.stderr.lines() {
        let line: serde_json::Value = serde_json::from_str(line).with_context(|| line.to_owned())?;
        ensure!(line["@level"] == "warn" && line["@message"].is_string() && line["@timestamp"].is_string(), "{line}");
    }
    Ok(())
}

#[tokio::test]
async fn a_client_without_certificate_gets_a_plain_connection() -> Result<()> {
    let identity = Identity::of_terraforms_kind()?;
    let disabled = [("PLUGIN_CLIENT_CERT", identity.pem.as_str()), ("TF_DISABLE_PLUGIN_TLS", "1")];
    for variables in [&[][..], &disabled] {
        let plugin = Started::with(variables).await?;
        ensure!(plugin.line.ends_with("|grpc|"), "{}", plugin.line);
        let channel = client::plain(&plugin.socket()?).await?;
        schema(&channel).await?;
        shut_down(&channel).await?;
        plugin.ended().await?;
    }
    Ok(())
}

#[tokio::test]
async fn the_clients_folder_and_its_question_about_multiplexing_are_honoured() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().to_str().context("path")?;
    let plugin = Started::with(&[("PLUGIN_UNIX_SOCKET_DIR", path), ("PLUGIN_MULTIPLEX_GRPC", "true")]).await?;
    ensure!(plugin.line.ends_with("|grpc||false"), "{}", plugin.line);
    assert_eq!(plugin.socket()?.parent(), Some(folder.path()));
    shut_down(&client::plain(&plugin.socket()?).await?).await?;
    plugin.ended().await?;
    assert_eq!(std::fs::read_dir(folder.path())?.count(), 0, "the socket is left");
    Ok(())
}

#[tokio::test]
async fn a_client_of_another_version_reads_which_one_is_served() -> Result<()> {
    let plugin = Started::of(vec![COOKIE, ("PLUGIN_PROTOCOL_VERSIONS", "5"), ("TF_LOG", "ERROR")], &[]).await?;
    assert_eq!(plugin.field(1)?, "6");
    plugin.signal("-TERM")?;
    let run = plugin.ended().await?;
    ensure!(run.stderr.contains("protocol 5") && run.stderr.contains("OpenTofu"), "{}", run.stderr);
    Ok(())
}

#[tokio::test]
async fn without_the_cookie_it_tells_a_person_what_it_is() -> Result<()> {
    tokio::task::spawn_blocking(|| {
        let folder = tempfile::tempdir()?;
        for variables in [&[][..], &[(COOKIE.0, "another")]] {
            let run = command::run(&mut named(folder.path(), variables)?, LIMIT)?;
            assert_eq!((run.status.code(), run.stdout.as_str()), (Some(1), ""));
            for part in ["Terraform", "OpenTofu", "presto-alluxio/starburst", "--help"] {
                ensure!(run.stderr.contains(part), "{part}: {}", run.stderr);
            }
        }
        let help = command::run(named(folder.path(), &[])?.arg("--help"), LIMIT)?.success()?;
        ensure!(help.stdout.contains("explain"), "{}", help.stdout);
        Ok(())
    })
    .await?
}

#[tokio::test]
async fn open_streams_do_not_hold_up_its_end() -> Result<()> {
    let identity = Identity::of_terraforms_kind()?;
    let plugin = Started::with(&[("PLUGIN_CLIENT_CERT", &identity.pem)]).await?;
    let channel = plugin.connect(Some(&identity)).await?;
    let mut output = GrpcStdioClient::new(channel.clone()).stream_stdio(()).await?.into_inner();
    let offers = tokio_stream::pending::<ConnInfo>();
    let mut broker = GrpcBrokerClient::new(channel.clone()).start_stream(offers).await?.into_inner();
    let moment = Duration::from_millis(300);
    let (printed, opened) =
        (tokio::time::timeout(moment, output.message()).await, tokio::time::timeout(moment, broker.message()).await);
    ensure!(printed.is_err() && opened.is_err(), "a stream is not silent, or ended: {printed:?} {opened:?}");
    shut_down(&channel).await?;
    // An end that is cut off would be an error here.
    let (printed, opened) = (output.message().await, broker.message().await);
    ensure!(matches!((&printed, &opened), (Ok(None), Ok(None))), "a stream is cut off: {printed:?} {opened:?}");
    plugin.ended().await?;
    Ok(())
}

#[tokio::test]
async fn a_stream_that_never_ends_does_not_hold_up_its_end() -> Result<()> {
    let plugin = Started::with(&[]).await?;
    let channel = client::plain(&plugin.socket()?).await?;
    let mut health = client::health(&channel, "plugin").await?;
    assert_eq!(health.message().await?.context("health")?.status, 1);
    shut_down(&channel).await?;
    plugin.ended().await?;
    Ok(())
}

#[tokio::test]
async fn an_interrupt_is_the_clients_to_judge_and_a_termination_is_not() -> Result<()> {
    let plugin = Started::with(&[]).await?;
    let channel = client::plain(&plugin.socket()?).await?;
    for _ in 0..3 {
        plugin.process.interrupt()?;
        schema(&channel).await?;
    }
    schema(&client::plain(&plugin.socket()?).await?).await?;
    shut_down(&channel).await?;
    plugin.ended().await?;
    let plugin = Started::with(&[]).await?;
    let _open = GrpcStdioClient::new(client::plain(&plugin.socket()?).await?).stream_stdio(()).await?;
    plugin.signal("-TERM")?;
    plugin.ended().await?;
    Ok(())
}

#[tokio::test]
async fn it_ends_when_its_client_is_gone() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().to_path_buf();
    // The shell is the client: it starts the plugin, reads the line and ends without a word.
    let script = "\"$0\" >line & until [ -s line ]; do sleep 0.05; done; cat line";
    let run = tokio::task::spawn_blocking(move || {
        let plugin = named(&path, &[])?.get_program().to_owned();
        let mut shell = Command::new("sh");
        shell.args(["-c", script]).arg(plugin).current_dir(&path).env("TMPDIR", &path).env(COOKIE.0, COOKIE.1);
        command::run(&mut shell, LIMIT)?.success()
    })
    .await??;
    let socket = PathBuf::from(run.stdout.split('|').nth(3).context("socket")?);
    ensure!(socket.starts_with(folder.path()), "{}", run.stdout);
    let deadline = Instant::now() + Duration::from_secs(60);
    while socket.exists() {
        ensure!(Instant::now() < deadline, "it outlives its client");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    Ok(())
}

#[tokio::test]
async fn a_message_of_several_mebibytes_is_taken() -> Result<()> {
    let plugin = Started::with(&[]).await?;
    let channel = client::plain(&plugin.socket()?).await?;
    let config = wire::DynamicValue { msgpack: vec![0xc0; 9 << 20], json: Vec::new() };
    let request = wire::validate_provider_config::Request { config: Some(config) };
    let answer = ProviderClient::new(channel.clone()).validate_provider_config(request).await;
    let too_large = answer.err().filter(|status| status.code() == tonic::Code::OutOfRange);
    ensure!(too_large.is_none(), "{too_large:?}");
    shut_down(&channel).await?;
    plugin.ended().await?;
    Ok(())
}

#[tokio::test]
async fn clients_come_and_go_while_a_person_debugs_it() -> Result<()> {
    let plugin = Started::of(vec![], &["--debug"]).await?;
    let json = plugin.line.strip_prefix("TF_REATTACH_PROVIDERS='").and_then(|rest| rest.strip_suffix('\''));
    let plugins: serde_json::Value = serde_json::from_str(json.context("a line for a shell")?)?;
    let plugins = plugins.as_object().context("plugins by address")?;
    assert_eq!(plugins.len(), 2, "{}", plugin.line);
    for (address, attach) in plugins {
        ensure!(address.ends_with("/presto-alluxio/starburst"), "{address}");
        assert_eq!((&attach["Pid"], &attach["Test"]), (&plugin.process.pid().into(), &true.into()));
        let socket = PathBuf::from(attach["Addr"]["String"].as_str().context("socket")?);
        for _ in 0..2 {
            let (one, other) = (client::plain(&socket).await?, client::plain(&socket).await?);
            schema(&one).await?;
            shut_down(&one).await?;
            schema(&other).await?;
        }
    }
    plugin.process.interrupt()?;
    let run = plugin.ended().await?;
    ensure!(run.stderr.contains("environment"), "{}", run.stderr);
    Ok(())
}
