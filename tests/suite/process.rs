//! The plugin's executable as a process: the port line, signals, what strangers send to the port, and the commands for
//! people. What its answers mean is tested elsewhere.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use prost::Message as _;
use starburst_provider::pulumi::wire;
use starburst_tests::clients::{Run, Running, command, plugin};
use tonic::codegen::http::uri::PathAndQuery;
use tonic::transport::{Channel, Endpoint};

/// Bound on everything here; a busy machine needs a fraction of it.
const LIMIT: Duration = Duration::from_secs(120);
/// What the engine allows for one message, in bytes.
const LARGEST_MESSAGE: usize = 400 * 1024 * 1024;
/// How an HTTP/2 connection begins.
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// A plugin that listens on a port, attached to by nobody.
struct Serving {
    process: Running,
    port: u16,
}

impl Serving {
    async fn start() -> Result<Self> {
        // The first start may build the plugin; a thread of its own keeps the test's runtime free.
        tokio::task::spawn_blocking(|| {
            let mut process = Running::spawn(&mut Command::new(plugin::pulumi()?), LIMIT)?;
            let line = process.until("", LIMIT)?;
            let port = line.text.parse().with_context(|| format!("the first line is no port: {line:?}"))?;
            Ok(Self { process, port })
        })
        .await?
    }

    async fn connect(&self) -> Result<tonic::client::Grpc<Channel>> {
        let channel = Endpoint::from_shared(format!("http://127.0.0.1:{}", self.port))?.connect().await?;
        Ok(tonic::client::Grpc::new(channel).max_encoding_message_size(usize::MAX))
    }

    /// A stranger's connection.
    fn stranger(&self) -> Result<TcpStream> {
        let stream = TcpStream::connect(("127.0.0.1", self.port))?;
        stream.set_read_timeout(Some(Duration::from_secs(5)))?;
        Ok(stream)
    }

    /// It is there and answers a new client.
    async fn answers(&self) -> Result<()> {
        let mut client = self.connect().await?;
        let info: wire::PluginInfo = call(&mut client, "GetPluginInfo", Vec::new()).await?;
        ensure!(info.version.split('.').count() >= 3, "a version: {:?}", info.version);
        Ok(())
    }

    async fn interrupt(self) -> Result<Run> {
        self.process.interrupt()?;
        tokio::task::spawn_blocking(move || self.process.wait(&mut |_| ())).await?
    }
}

/// A message of any bytes at all, right or wrong.
#[derive(Debug, Clone, Default)]
struct RawCodec;

impl tonic::codec::Codec for RawCodec {
    type Encode = Vec<u8>;
    type Decode = Vec<u8>;
    type Encoder = Self;
    type Decoder = Self;
    fn encoder(&mut self) -> Self {
        Self
    }
    fn decoder(&mut self) -> Self {
        Self
    }
}

impl tonic::codec::Encoder for RawCodec {
    type Item = Vec<u8>;
    type Error = tonic::Status;
    fn encode(&mut self, item: Vec<u8>, to: &mut tonic::codec::EncodeBuf<'_>) -> Result<(), tonic::Status> {
        bytes::BufMut::put_slice(to, &item);
        Ok(())
    }
}

impl tonic::codec::Decoder for RawCodec {
    type Item = Vec<u8>;
    type Error = tonic::Status;
    fn decode(&mut self, from: &mut tonic::codec::DecodeBuf<'_>) -> Result<Option<Vec<u8>>, tonic::Status> {
        let mut message = vec![0; bytes::Buf::remaining(from)];
        bytes::Buf::copy_to_slice(from, &mut message);
        Ok(Some(message))
    }
}

/// A call with a message of these bytes.
async fn call<A: prost::Message + Default>(
    client: &mut tonic::client::Grpc<Channel>,
    method: &str,
    message: Vec<u8>,
) -> Result<A> {
    client.ready().await?;
    let path = PathAndQuery::try_from(format!("/pulumirpc.ResourceProvider/{method}"))?;
    let answer = client.unary(tonic::Request::new(message), path, RawCodec).await?;
    Ok(A::decode(answer.into_inner().as_slice())?)
}

#[tokio::test]
async fn the_first_line_is_the_port_and_an_interrupt_ends_it_well() -> Result<()> {
    let serving = Serving::start().await?;
    ensure!(serving.port > 0, "a port");
    serving.answers().await?;
    let run = serving.interrupt().await?.success()?;
    assert_eq!(run.stdout.lines().count(), 1, "nothing but the port on standard output: {}", run.stdout);
    Ok(())
}

#[tokio::test]
async fn an_idle_connection_holds_up_no_end() -> Result<()> {
    let serving = Serving::start().await?;
    let _client = serving.connect().await?;
    let mut half = serving.stranger()?;
    half.write_all(&PREFACE[..10])?;
    serving.interrupt().await?.success()?;
    Ok(())
}

#[tokio::test]
async fn what_strangers_send_does_not_end_it() -> Result<()> {
    let serving = Serving::start().await?;
    let noise: Vec<u8> = (0..100_000_u32).map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes()[3]).collect();
    // A frame of each type with a length that is not there, and one that is longer than any may be.
    let frames: Vec<u8> = (0..=10).flat_map(|kind| [0, 0, 9, kind, 0xff, 0xff, 0xff, 0xff, 0xff]).collect();
    let huge = [0xff, 0xff, 0xff, 0, 0, 0, 0, 0, 1];
    let sent: [Vec<u8>; 7] = [
        Vec::new(),
        noise.clone(),
        b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n".to_vec(),
        PREFACE[..12].to_vec(),
        [PREFACE, &noise].concat(),
        [PREFACE, &frames].concat(),
        [PREFACE, &huge].concat(),
    ];
    let mut open = Vec::new();
    for bytes in sent {
        // The plugin may hang up in the middle of it.
        for shut in [true, false] {
            let mut stream = serving.stranger()?;
            let _ = stream.write_all(&bytes);
            if shut {
                let _ = stream.shutdown(std::net::Shutdown::Write);
                let _ = stream.take(1 << 20).read_to_end(&mut Vec::new());
            } else {
                open.push(stream);
            }
        }
        serving.answers().await?;
    }
    drop(open);
    serving.answers().await?;
    serving.interrupt().await?.success()?;
    Ok(())
}

#[tokio::test]
async fn messages_that_cannot_be_read_are_refused_and_the_next_is_answered() -> Result<()> {
    let serving = Serving::start().await?;
    let mut client = serving.connect().await?;
    for method in ["CheckConfig", "Configure", "Check", "Diff", "Create", "Update", "Delete", "Read", "Invoke", "List"]
    {
        // A length-delimited field that ends before it is over; a group that never closes; no field number at all.
        for bytes in [vec![0x0a, 0xff, 0xff, 0xff, 0x7f, 1], vec![0x0b], vec![0x00, 0x00], vec![0xff; 64]] {
            let refused = call::<wire::CheckResponse>(&mut client, method, bytes.clone()).await;
            ensure!(refused.is_err(), "{method} takes {bytes:x?}");
        }
        let empty = call::<wire::PluginInfo>(&mut client, "GetPluginInfo", Vec::new()).await?;
        ensure!(!empty.version.is_empty(), "{method}");
    }
    let unheard = call::<wire::CheckResponse>(&mut client, "NoSuchMethod", Vec::new()).await;
    let unheard = unheard.err().context("an unknown method")?;
    let code = unheard.downcast_ref::<tonic::Status>().map(tonic::Status::code);
    assert_eq!(code, Some(tonic::Code::Unimplemented));
    serving.answers().await?;
    serving.interrupt().await?.success()?;
    Ok(())
}

/// Nests a value so deep that a careless reader runs out of stack.
#[tokio::test]
async fn a_value_nested_without_end_is_refused() -> Result<()> {
    let serving = Serving::start().await?;
    let mut client = serving.connect().await?;
    // Field 6 of a Value is a list, field 1 of a list a Value.
    let mut value = Vec::new();
    for _ in 0..5_000 {
        for tag in [0x0a, 0x32] {
            let mut outer = vec![tag];
            prost::encoding::encode_varint(value.len() as u64, &mut outer);
            outer.extend_from_slice(&value);
            value = outer;
        }
    }
    let mut entry = vec![0x0a, 1, b'a', 0x12];
    prost::encoding::encode_varint(value.len() as u64, &mut entry);
    entry.extend_from_slice(&value);
    let mut fields = vec![0x0a];
    prost::encoding::encode_varint(entry.len() as u64, &mut fields);
    fields.extend_from_slice(&entry);
    let mut request = wire::CheckRequest { urn: crate::harness::URN.to_owned(), ..Default::default() }.encode_to_vec();
    request.push(0x1a);
    prost::encoding::encode_varint(fields.len() as u64, &mut request);
    request.extend_from_slice(&fields);
    ensure!(call::<wire::CheckResponse>(&mut client, "Check", request).await.is_err(), "it is refused");
    serving.answers().await?;
    serving.interrupt().await?.success()?;
    Ok(())
}

#[tokio::test]
async fn a_message_above_the_limit_is_refused() -> Result<()> {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let serving = Serving::start().await?;
    // Only the length is sent, so that no side needs the memory: preface, settings, headers, the first bytes of data.
    let mut stream = tokio::net::TcpStream::connect(("127.0.0.1", serving.port)).await?;
    let mut sent = PREFACE.to_vec();
    sent.extend_from_slice(&[0, 0, 0, 4, 0, 0, 0, 0, 0]);
    let mut block = vec![0x83, 0x86];
    for (name, value) in [
        (":path", "/pulumirpc.ResourceProvider/Check"),
        (":authority", "localhost"),
        ("content-type", "application/grpc"),
        ("te", "trailers"),
    ] {
        block.push(0x00);
        for text in [name, value] {
            block.push(u8::try_from(text.len())?);
            block.extend_from_slice(text.as_bytes());
        }
    }
    sent.extend_from_slice(&[0, 0, u8::try_from(block.len())?, 1, 4, 0, 0, 0, 1]);
    sent.extend_from_slice(&block);
    let length = u32::try_from(LARGEST_MESSAGE + 1)?.to_be_bytes();
    sent.extend_from_slice(&[0, 0, 5, 0, 0, 0, 0, 0, 1, 0]);
    sent.extend_from_slice(&length);
    stream.write_all(&sent).await?;
    let mut answer = Vec::new();
    let refused = async {
        while !refuses(&answer) {
            let read = stream.read_buf(&mut answer).await?;
            ensure!(read > 0, "hung up without a word: {answer:x?}");
        }
        Ok(())
    };
    tokio::time::timeout(LIMIT, refused).await.context("no answer")??;
    serving.answers().await?;
    serving.interrupt().await?.success()?;
    Ok(())
}

/// Whether these HTTP/2 frames hold headers of stream 1 that end it: a status without a message.
fn refuses(mut frames: &[u8]) -> bool {
    const HEADERS: u8 = 1;
    const END_STREAM: u8 = 1;
    while let [a, b, c, kind, flags, s, t, u, v, rest @ ..] = frames {
        let length = u32::from_be_bytes([0, *a, *b, *c]) as usize;
        let stream = u32::from_be_bytes([*s, *t, *u, *v]);
        if rest.len() < length {
            return false;
        }
        if (stream, *kind) == (1, HEADERS) && flags & END_STREAM != 0 {
            return true;
        }
        frames = &rest[length..];
    }
    false
}

fn with(arguments: &[&str]) -> Result<Run> {
    command::run(Command::new(plugin::pulumi()?).args(arguments), LIMIT)
}

#[test]
fn commands_for_people_print_and_end_well() -> Result<()> {
    let version = with(&["--version"])?.success()?;
    ensure!(version.stdout.starts_with("pulumi-resource-starburst "), "{}", version.stdout);
    ensure!(version.stdout.trim().ends_with(env!("CARGO_PKG_VERSION")), "{}", version.stdout);
    for help in [["--help"], ["-h"], ["help"]] {
        let help = with(&help)?.success()?;
        ensure!(help.stdout.contains("template") && help.stdout.contains("explain"), "{}", help.stdout);
    }
    let explained = with(&["explain", "SB1001"])?.success()?;
    for word in ["SB1001", "Cause:", "Cure:"] {
        ensure!(explained.stdout.contains(word), "{word}: {}", explained.stdout);
    }
    let template = with(&["template"])?.success()?;
    ensure!(template.stdout.contains("Parameters:"), "no template");
    ensure!(template.stdout.contains("AWS::AutoScaling::AutoScalingGroup"), "no group");
    Ok(())
}

#[test]
fn commands_that_do_not_exist_are_refused_with_a_hint() -> Result<()> {
    for arguments in [&["explian"][..], &["templates"], &["explain"], &["explain", "SB9999"], &["template", "more"]] {
        let run = with(arguments)?.failure().with_context(|| format!("{arguments:?}"))?;
        ensure!(run.stdout.is_empty(), "{arguments:?}: {}", run.stdout);
        let hint = run.stderr.contains("--help") || run.stderr.contains("SB1001");
        ensure!(hint, "{arguments:?} without a hint: {}", run.stderr);
    }
    Ok(())
}
