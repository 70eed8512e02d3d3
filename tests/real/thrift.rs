//! Two questions to a Hive metastore in Thrift's binary protocol: which databases there are, and one more of them.
//! Source: Thrift's specification of that protocol, and `hive_metastore.thrift`. Knows nothing of nodes.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};

const PORT: u16 = 9083;
/// For one answer.
const ANSWER: Duration = Duration::from_secs(30);
/// Version 1 of the protocol, and that the message is a call.
const CALL: [u8; 4] = [0x80, 0x01, 0x00, 0x01];
/// The same for its answer.
const REPLY: [u8; 4] = [0x80, 0x01, 0x00, 0x02];
const STRING: u8 = 11;
const STRUCT: u8 = 12;
const LIST: u8 = 15;

/// Names of the metastore's databases.
///
/// # Errors
/// A metastore that does not answer, or answers something else.
pub fn databases(address: &str) -> Result<Vec<String>> {
    let (kind, field, mut stream) = call(address, "get_all_databases", &[0])?;
    ensure!((kind, field) == (LIST, 0), "the metastore answers with field {field} of type {kind}");
    let [_, a, b, c, d] = take(&mut stream)?;
    (0..u32::from_be_bytes([a, b, c, d])).map(|_| text(&mut stream)).collect()
}

/// Makes a database below the metastore's own folder.
///
/// # Errors
/// What the metastore says against it.
pub fn create_database(address: &str, name: &str) -> Result<()> {
    let mut arguments = vec![STRUCT, 0, 1, STRING, 0, 1];
    put(&mut arguments, name)?;
    arguments.extend([0, 0]);
    let (kind, field, mut stream) = call(address, "create_database", &arguments)?;
    if kind == 0 {
        return Ok(());
    }
    // An exception: a structure whose first member is its text.
    let [STRING, _, _] = take(&mut stream)? else { bail!("the metastore answers with exception {field}") };
    bail!("the metastore answers: {}", text(&mut stream)?)
}

/// Calls a method; gives type and number of the first field of its answer, and the stream behind them.
fn call(address: &str, method: &str, arguments: &[u8]) -> Result<(u8, u16, TcpStream)> {
    let address = SocketAddr::new(address.parse().context("reading an address")?, PORT);
    let mut stream = TcpStream::connect_timeout(&address, ANSWER).context("connecting to the metastore")?;
    stream.set_read_timeout(Some(ANSWER))?;
    let mut message = CALL.to_vec();
    put(&mut message, method)?;
    message.extend([0, 0, 0, 1]);
    message.extend(arguments);
    stream.write_all(&message)?;
    let begin: [u8; 4] = take(&mut stream)?;
    ensure!(begin == REPLY, "the metastore answers {begin:?}");
    text(&mut stream)?;
    let [_, _, _, _, kind]: [u8; 5] = take(&mut stream)?;
    let field = if kind == 0 { 0 } else { u16::from_be_bytes(take(&mut stream)?) };
    Ok((kind, field, stream))
}

fn put(message: &mut Vec<u8>, text: &str) -> Result<()> {
    message.extend(u32::try_from(text.len())?.to_be_bytes());
    message.extend(text.as_bytes());
    Ok(())
}

fn text(stream: &mut TcpStream) -> Result<String> {
    let mut bytes = vec![0; u32::from_be_bytes(take(stream)?) as usize];
    stream.read_exact(&mut bytes)?;
    Ok(String::from_utf8(bytes)?)
}

fn take<const N: usize>(stream: &mut TcpStream) -> Result<[u8; N]> {
    let mut bytes = [0; N];
    stream.read_exact(&mut bytes).context("reading the metastore's answer")?;
    Ok(bytes)
}
