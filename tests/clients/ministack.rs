//! MiniStack, a CloudFormation engine that nobody here wrote, on a free loopback port for as long as the value lives.
//! It must not know what is deployed on it.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use tempfile::TempDir;

use super::progress::Progress;
use super::python::Environment;

/// Ready in one second on an idle machine; several times that beside a build.
const START_LIMIT: Duration = Duration::from_secs(60);
/// In the server's temporary folder; a pipe that nobody reads would stop it.
const LOG: &str = "ministack.log";
/// MiniStack takes an access key id of twelve digits for the root user of that account.
const ACCOUNT: &str = "123456789012";
const REGION: &str = "us-east-1";

/// A running MiniStack; dropping it ends the process that was started.
#[derive(Debug)]
pub struct MiniStack {
    process: Child,
    address: SocketAddr,
    folder: TempDir,
}

impl MiniStack {
    /// Starts it and waits until it answers.
    ///
    /// Callers are authenticated and policies and capabilities are enforced (`AUTH=true`), as AWS does.
    pub fn start() -> Result<Self> {
        let python = Environment::Clients.bin()?.join("python");
        let folder = TempDir::with_prefix("ministack-").context("making a temporary folder")?;
        let address = free_address()?;
        let mut command = Command::new(python);
        command
            .args(["-m", "ministack"])
            .current_dir(folder.path())
            .env("GATEWAY_PORT", address.port().to_string())
            .env("BIND_HOST", "127.0.0.1")
            .env("MINISTACK_HOST", "127.0.0.1")
            .env("AUTH", "true")
            .env("HOME", folder.path())
            .env("TMPDIR", folder.path())
            .env_remove("PERSIST_STATE");
        for name in ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"] {
            command.env_remove(name);
        }
        let log = File::create(folder.path().join(LOG)).context("making the log of MiniStack")?;
        command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        let _progress = Progress::start("starting MiniStack");
        let process = command.spawn().context("starting MiniStack")?;
        let mut ministack = Self { process, address, folder };
        ministack.wait_until_ready()?;
        Ok(ministack)
    }

    /// `http://127.0.0.1:<port>`, for every service.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The region of [`MiniStack::env`].
    pub fn region(&self) -> &'static str {
        REGION
    }

    /// The process id of the server.
    pub fn pid(&self) -> u32 {
        self.process.id()
    }

    /// Endpoint, region and the root user's credentials, as the AWS SDK reads them from its environment.
    pub fn env(&self) -> Vec<(String, String)> {
        [
            ("AWS_ENDPOINT_URL", self.endpoint()),
            ("AWS_REGION", REGION.to_owned()),
            ("AWS_ACCESS_KEY_ID", ACCOUNT.to_owned()),
            ("AWS_SECRET_ACCESS_KEY", "not-a-secret".to_owned()),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .to_vec()
    }

    /// What it printed so far, for messages.
    pub fn log(&self) -> String {
        fs::read(self.folder.path().join(LOG))
            .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
            .unwrap_or_default()
    }

    /// Forgets everything that was made.
    pub fn reset(&self) -> Result<()> {
        let answer = self.post("/_ministack/reset").context("resetting MiniStack")?;
        if answer.starts_with("HTTP/1.1 200") { Ok(()) } else { bail!("MiniStack does not reset: {answer}") }
    }

    fn wait_until_ready(&mut self) -> Result<()> {
        let deadline = Instant::now() + START_LIMIT;
        loop {
            if self.get("/_ministack/health").is_ok_and(|answer| answer.starts_with("HTTP/1.1 200")) {
                return Ok(());
            }
            if let Some(status) = self.process.try_wait().context("looking at MiniStack")? {
                bail!("MiniStack ended with {status} while it started:\n{}", self.log());
            }
            if Instant::now() > deadline {
                bail!("MiniStack does not answer on {} after {START_LIMIT:?}:\n{}", self.address, self.log());
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    fn get(&self, path: &str) -> Result<String> {
        self.request("GET", path)
    }

    fn post(&self, path: &str) -> Result<String> {
        self.request("POST", path)
    }

    fn request(&self, method: &str, path: &str) -> Result<String> {
        let mut connection = TcpStream::connect_timeout(&self.address, Duration::from_secs(2))?;
        connection.set_read_timeout(Some(Duration::from_secs(10)))?;
        write!(
            connection,
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
            self.address
        )?;
        let mut answer = Vec::new();
        connection.read_to_end(&mut answer)?;
        Ok(String::from_utf8_lossy(&answer).into_owned())
    }
}

impl Drop for MiniStack {
    fn drop(&mut self) {
        // Both fail when the server has ended already, which is what is wanted.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// An address whose port was free a moment ago; a server that is given a port cannot be told to choose one.
fn free_address() -> Result<SocketAddr> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("finding a free port")?;
    Ok(listener.local_addr()?)
}

#[cfg(test)]
mod tests {
    use super::super::missing::or_skip;
    use super::*;

    #[test]
    fn it_answers_and_ends_with_its_value() -> Result<()> {
        or_skip("it_answers_and_ends_with_its_value", answers_and_ends())
    }

    fn answers_and_ends() -> Result<()> {
        let ministack = MiniStack::start()?;
        let address = ministack.address;
        ministack.reset()?;
        drop(ministack);
        assert!(TcpStream::connect_timeout(&address, Duration::from_secs(2)).is_err());
        Ok(())
    }
}
