//! One node: a network namespace with an address, a root file system of its own, and the processes that its user data
//! starts. Dropping it ends all of them. Knows nothing of AWS.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result};

use super::image::Image;
use super::{network, s3};
use crate::fake::machines::Launch;

/// A running node.
#[derive(Debug)]
pub struct Machine {
    id: String,
    folder: PathBuf,
    process: Child,
    interfaces: Vec<String>,
    ended: bool,
}

impl Machine {
    /// Starts it. `base` holds the folders of all nodes and the volumes, `endpoint` is that of the model of AWS.
    pub fn launch(launch: &Launch, base: &Path, image: &Image, endpoint: &str) -> Result<Self> {
        let folder = folder(base, &launch.id);
        fs::create_dir_all(&folder).with_context(|| format!("making {}", folder.display()))?;
        fs::create_dir_all(base.join("volumes"))?;
        let facts = [
            ("host", format!("ip-{}.ec2.internal", launch.address.replace('.', "-"))),
            ("image", image.folder.display().to_string()),
            ("jdk17", image.java_17.display().to_string()),
            ("jdk25", image.java_25.display().to_string()),
            ("aws", image.aws.display().to_string()),
            ("volumes", base.join("volumes").display().to_string()),
            ("endpoint", endpoint.to_owned()),
            ("s3", s3::endpoint()),
        ];
        fs::write(folder.join("facts"), facts.map(|(name, value)| format!("{name}={value}\n")).concat())?;
        let binds: String = image.binds.iter().map(|bind| format!("{}\n", bind.display())).collect();
        fs::write(folder.join("binds"), binds)?;
        fs::write(folder.join("user-data"), &launch.user_data)?;
        fs::write(folder.join("meminfo"), meminfo(launch.memory * 1024))?;
        network::join(&launch.id, &launch.address)?;
        let log = File::create(folder.join("init.log"))?;
        let process = Command::new("nsenter")
            .arg(format!("--net={}", network::path(&launch.id)))
            .args(["setpriv", "--pdeathsig", "KILL", "unshare"])
            .args(["--mount", "--pid", "--uts", "--ipc", "--fork", "--kill-child", "bash"])
            .arg(image.folder.join("init"))
            .arg(&folder)
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()
            .with_context(|| format!("starting {}", launch.id))?;
        Ok(Self { id: launch.id.clone(), folder, process, interfaces: Vec::new(), ended: false })
    }

    /// Whether its system still runs.
    pub fn runs(&mut self) -> bool {
        matches!(self.process.try_wait(), Ok(None))
    }

    /// One more interface.
    pub fn attach_interface(&mut self, interface: &str, address: &str) -> Result<()> {
        let name = format!("eth{}", self.interfaces.len() + 1);
        network::plug(&self.id, &name, interface, address)?;
        self.interfaces.push(interface.to_owned());
        Ok(())
    }

    /// Takes it away.
    pub fn detach_interface(&mut self, interface: &str) -> Result<()> {
        self.interfaces.retain(|one| one != interface);
        network::unplug(interface)
    }

    /// Shows a volume's device: a file with the path of the folder that stands for its content.
    pub fn attach_volume(&self, base: &Path, volume: &str) -> Result<()> {
        fs::create_dir_all(base.join("volumes").join(volume))?;
        fs::write(self.device(volume), format!("/run/volumes/{volume}\n")).context("showing a volume")
    }

    /// Takes it away.
    pub fn detach_volume(&self, volume: &str) -> Result<()> {
        fs::remove_file(self.device(volume)).context("hiding a volume")
    }

    fn device(&self, volume: &str) -> PathBuf {
        let name = format!("nvme-Amazon_Elastic_Block_Store_{}", volume.replacen('-', "", 1));
        self.folder.join("disks").join(name)
    }

    /// Ends every process of it, and removes its interfaces and its disk. What it logged stays.
    pub fn end(&mut self) {
        if std::mem::replace(&mut self.ended, true) {
            return;
        }
        // Its first process ends with this one, and with that all others; each step may have nothing left to do.
        let _ = self.process.kill();
        let _ = self.process.wait();
        for interface in &self.interfaces {
            let _ = network::unplug(interface);
        }
        let _ = network::leave(&self.id);
        let kept = self.folder.join("node.log");
        let _ = fs::copy(self.folder.join("disk/opt/node.log"), kept);
        for part in ["opt", "data", "tmp", "var/lib"] {
            let _ = fs::remove_dir_all(self.folder.join("disk").join(part));
        }
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        self.end();
    }
}

/// A command that runs on a node as root, with the path that services have.
pub fn command(base: &Path, id: &str, program: &str) -> Result<Command> {
    let pid = fs::read_to_string(folder(base, id).join("pid")).with_context(|| format!("{id} does not run"))?;
    let mut command = Command::new("nsenter");
    command
        .args(["--target", pid.trim(), "--mount", "--pid", "--net", "--uts", "--ipc", "--root", "--"])
        .args([
            "env",
            "-C",
            "/",
            "-i",
            "HOME=/root",
            "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            program,
        ])
        .stdin(Stdio::null());
    Ok(command)
}

/// The folder of a node.
#[must_use]
pub fn folder(base: &Path, id: &str) -> PathBuf {
    base.join("nodes").join(id)
}

/// What `/proc/meminfo` of a machine of this size says at first.
fn meminfo(total: u64) -> String {
    let line = |name: &str, kib: u64| format!("{:<16}{kib:>8} kB\n", format!("{name}:"));
    let free = total - total / 10;
    [
        ("MemTotal", total),
        ("MemFree", free),
        ("MemAvailable", free),
        ("Buffers", 0),
        ("Cached", 0),
        ("SwapTotal", 0),
        ("SwapFree", 0),
    ]
    .map(|(name, kib)| line(name, kib))
    .concat()
}
