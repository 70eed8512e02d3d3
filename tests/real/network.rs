//! The network of the nodes: one bridge for all subnets of the VPC, one network namespace for each node. Knows neither
//! instances nor AWS.

use std::net::Ipv4Addr;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use sha2::{Digest as _, Sha256};

/// Address of this side: the router's place in the first subnet of the seeded VPC.
pub const HERE: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 1);
/// Bits of the VPC's network.
const BITS: u8 = 16;
/// Address of the instance metadata service.
pub const METADATA: Ipv4Addr = Ipv4Addr::new(169, 254, 169, 254);
const BRIDGE: &str = "vpc";

/// Runs a program to its end; its errors are the error.
pub fn run(program: &str, arguments: &[&str]) -> Result<()> {
    let done = Command::new(program).args(arguments).output().with_context(|| format!("starting {program}"))?;
    let errors = String::from_utf8_lossy(&done.stderr);
    ensure!(done.status.success(), "{program} {}: {errors}", arguments.join(" "));
    Ok(())
}

fn ip(line: &str) -> Result<()> {
    run("ip", &line.split_whitespace().collect::<Vec<_>>())
}

/// Makes the bridge, this side's addresses on it, and a place for named namespaces that ends with the mounts.
pub fn prepare() -> Result<()> {
    run("mount", &["-t", "tmpfs", "tmpfs", "/run"])?;
    ip("link set lo up")?;
    ip(&format!("link add {BRIDGE} type bridge"))?;
    ip(&format!("addr add {HERE}/{BITS} dev {BRIDGE}"))?;
    ip(&format!("link set {BRIDGE} up"))?;
    ip(&format!("addr add {METADATA}/32 dev lo"))
}

/// The path under which a process can enter a namespace.
#[must_use]
pub fn path(namespace: &str) -> String {
    format!("/run/netns/{namespace}")
}

/// A namespace with one interface `eth0` on the bridge.
pub fn join(namespace: &str, address: &str) -> Result<()> {
    ip(&format!("netns add {namespace}"))?;
    ip(&format!("-n {namespace} link set lo up"))?;
    plug(namespace, "eth0", namespace, address)?;
    ip(&format!("-n {namespace} route add {METADATA} dev eth0 src {address}"))
}

/// The hardware address of an interface, which it keeps on whichever node it is.
#[must_use]
pub fn hardware(id: &str) -> String {
    let digest = Sha256::digest(id.as_bytes());
    let hex: Vec<String> = digest.iter().take(5).map(|byte| format!("{byte:02x}")).collect();
    format!("02:{}", hex.join(":"))
}

/// A VPC delivers packets to the interface that holds their address, whatever a system answers to. A bridge asks the
/// systems: the one that held the address must not answer any more, and nobody may remember that it did.
pub fn move_address(address: &str, from: Option<&str>, namespaces: &[&str]) -> Result<()> {
    if let Some(from) = from
        && let Some(device) = device(from, address)?
    {
        ip(&format!("-n {from} address del {address}/32 dev {device}"))?;
    }
    for namespace in namespaces {
        ip(&format!("-n {namespace} neighbour flush to {address}"))?;
    }
    ip(&format!("neighbour flush to {address}"))
}

/// Whether a namespace has an address.
pub fn answers(namespace: &str, address: &str) -> Result<bool> {
    Ok(device(namespace, address)?.is_some())
}

fn device(namespace: &str, address: &str) -> Result<Option<String>> {
    let shown = Command::new("ip").args(["-n", namespace, "-o", "-4", "address"]).output().context("starting ip")?;
    let shown = String::from_utf8_lossy(&shown.stdout).into_owned();
    let line = shown.lines().find(|line| line.contains(&format!(" {address}/")));
    Ok(line.and_then(|line| line.split_whitespace().nth(1)).map(str::to_owned))
}

/// One more interface of a namespace. `id` gives it its hardware address.
pub fn plug(namespace: &str, interface: &str, id: &str, address: &str) -> Result<()> {
    let (hardware, outer) = (hardware(id), outer(id));
    ip(&format!("link add {outer} type veth peer name {interface} address {hardware} netns {namespace}"))?;
    ip(&format!("link set {outer} master {BRIDGE} up"))?;
    ip(&format!("-n {namespace} addr add {address}/{BITS} dev {interface}"))?;
    ip(&format!("-n {namespace} link set {interface} up"))
}

/// Takes an interface away, with its peer.
pub fn unplug(id: &str) -> Result<()> {
    ip(&format!("link del {}", outer(id)))
}

/// Removes a namespace with its interfaces.
pub fn leave(namespace: &str) -> Result<()> {
    // The interface goes at once; the namespace would keep it until its last process is reaped.
    let _ = unplug(namespace);
    ip(&format!("netns del {namespace}"))
}

/// Names of interfaces have at most 15 characters.
fn outer(id: &str) -> String {
    let digest = Sha256::digest(id.as_bytes());
    let hex: String = digest.iter().take(6).map(|byte| format!("{byte:02x}")).collect();
    format!("v-{hex}")
}
