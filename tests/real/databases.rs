//! Real database servers for the metastore: PostgreSQL and MariaDB of the distribution, found on this machine or fetched
//! into the build folder without being installed. They run as an unprivileged user inside the world's namespaces.
//! Must not know what is kept in them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

use super::network::{HERE, run};
use crate::clients::{command, debian, place};

/// For one step of a fetch, and for a server to answer.
const LIMIT: Duration = Duration::from_secs(120);
/// User and group without rights of any kind.
const NOBODY: &str = "65534";
/// Where servers and their data lie: in the memory of the world, open to that user whatever lies above the build folder.
const PLACE: &str = "/run/databases";

/// Which server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// PostgreSQL.
    PostgreSql,
    /// MariaDB, for the type `mysql`.
    MariaDb,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::PostgreSql => "postgresql",
            Self::MariaDb => "mariadb",
        }
    }

    /// Packages of the distribution: the server, and the client by which tests look into it.
    fn packages(self) -> &'static [&'static str] {
        match self {
            Self::PostgreSql => &["postgresql"],
            Self::MariaDb => &["mariadb-server-core", "mariadb-client-core"],
        }
    }

    /// The server's program below a root.
    fn server(self, root: &Path) -> Option<PathBuf> {
        let found = match self {
            Self::PostgreSql => {
                let releases = fs::read_dir(root.join("usr/lib/postgresql")).ok()?.flatten();
                releases.map(|release| release.path().join("bin/postgres")).filter(|file| file.is_file()).max()?
            }
            Self::MariaDb => root.join("usr/sbin/mariadbd"),
        };
        found.is_file().then_some(found)
    }
}

/// Finds the server below `/`, or fetches it; needs the network the first time. The answer is the root that it is below.
///
/// # Errors
/// [`Missing`] where neither this machine has it nor `apt-get` can fetch it.
pub fn find(kind: Kind) -> Result<PathBuf> {
    let system = Path::new("/");
    if kind == Kind::PostgreSql && kind.server(system).is_some() {
        return Ok(system.to_path_buf());
    }
    let folder = place::tool_folder(kind.name());
    place::fill_once(&folder, "1", |folder| debian::fetch(kind.name(), kind.packages(), folder))?;
    ensure!(kind.server(&folder).is_some(), "the packages of {} hold no server", kind.name());
    Ok(folder)
}

/// A running server on this side's address and its usual port; dropping it ends it.
#[derive(Debug)]
pub struct Database {
    kind: Kind,
    root: PathBuf,
    data: PathBuf,
    process: Child,
}

impl Database {
    /// Starts an empty one. Its user `root` (`postgres`) is let in by the socket alone.
    ///
    /// # Errors
    /// A server that cannot be set up or does not answer in time; with what it logged.
    pub fn start(kind: Kind, found: &Path) -> Result<Self> {
        let base = Path::new(PLACE).join(kind.name());
        let (root, data) = (base.join("root"), base.join("data"));
        for folder in [&root, &data] {
            fs::create_dir_all(folder)?;
        }
        let root = if found == Path::new("/") {
            found.to_path_buf()
        } else {
            run("mount", &["--bind", &found.display().to_string(), &root.display().to_string()])?;
            root
        };
        run("chown", &["-R", NOBODY, &data.display().to_string()])?;
        let server = kind.server(&root).context("the server is there")?;
        let log = fs::File::create(base.join("log"))?;
        let mut starts = match kind {
            Kind::PostgreSql => postgresql(&root, &server, &data)?,
            Kind::MariaDb => mariadb(&root, &server, &data)?,
        };
        let process =
            starts.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log).spawn().context("starting it")?;
        let mut database = Self { kind, root, data, process };
        let deadline = Instant::now() + LIMIT;
        while let Err(error) = database.sql("", "select 1") {
            let ended = database.process.try_wait()?.is_some();
            let log = fs::read_to_string(base.join("log")).unwrap_or_default();
            ensure!(!ended && Instant::now() < deadline, "{error:#}\n{log}");
            std::thread::sleep(Duration::from_millis(200));
        }
        Ok(database)
    }

    /// What the server calls itself.
    pub fn version(&self) -> Result<String> {
        self.sql("", "select version()")
    }

    /// What statements print, by the server's own client: a line for each row, columns separated by tabs.
    ///
    /// # Errors
    /// What the client says, for statements that fail.
    pub fn sql(&self, database: &str, statements: &str) -> Result<String> {
        let mut client = match self.kind {
            Kind::PostgreSql => {
                let psql = self.kind.server(&self.root).context("the server is there")?.with_file_name("psql");
                let mut client = unprivileged(&self.root, &psql);
                client.args(["-X", "-q", "-t", "-A", "-F", "\t", "-v", "ON_ERROR_STOP=1", "-U", "postgres", "-h"]);
                client.arg(&self.data).args(["-d", if database.is_empty() { "postgres" } else { database }, "-c"]);
                client
            }
            Kind::MariaDb => {
                let mut client = Command::new(self.root.join("usr/bin/mariadb"));
                client.env("LD_LIBRARY_PATH", libraries(&self.root));
                client.args(["--no-defaults", "-N", "-B", "-u", "root", "-S"]).arg(self.data.join("socket"));
                client.args(["-D", if database.is_empty() { "mysql" } else { database }, "-e"]);
                client
            }
        };
        Ok(command::run(client.arg(statements), LIMIT)?.success()?.stdout.trim_end().to_owned())
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A program of `root` as the user without rights, which ends with this process.
fn unprivileged(root: &Path, program: &Path) -> Command {
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "KILL", "--reuid", NOBODY, "--regid", NOBODY, "--clear-groups"]).arg(program);
    command.current_dir("/").env("LC_ALL", "C.UTF-8");
    if root != Path::new("/") {
        command.env("LD_LIBRARY_PATH", libraries(root));
    }
    command
}

fn libraries(root: &Path) -> String {
    let below = fs::read_dir(root.join("usr/lib")).into_iter().flatten().flatten().map(|entry| entry.path());
    let all: Vec<String> = below
        .filter(|path| path.to_string_lossy().ends_with("-linux-gnu"))
        .map(|path| path.display().to_string())
        .collect();
    all.join(":")
}

fn postgresql(root: &Path, server: &Path, data: &Path) -> Result<Command> {
    let mut make = unprivileged(root, &server.with_file_name("initdb"));
    make.args(["-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync", "-D"])
        .arg(data.join("pg"));
    command::run(&mut make, LIMIT)?.success().context("setting up PostgreSQL")?;
    fs::write(data.join("pg/pg_hba.conf"), "local all all trust\nhost all all 10.0.0.0/16 scram-sha-256\n")?;
    let mut server = unprivileged(root, server);
    server.arg("-D").arg(data.join("pg")).arg("-h").arg(HERE.to_string()).arg("-k").arg(data);
    server.args(["-c", "fsync=off", "-c", "shared_buffers=32MB", "-c", "dynamic_shared_memory_type=mmap"]);
    Ok(server)
}

fn mariadb(root: &Path, server: &Path, data: &Path) -> Result<Command> {
    let share = root.join("usr/share/mysql");
    let mut tables = "create database mysql;\nuse mysql;\n".to_owned();
    for part in ["mysql_system_tables.sql", "mysql_performance_tables.sql", "mysql_system_tables_data.sql"] {
        tables.push_str(&fs::read_to_string(share.join(part)).with_context(|| format!("reading {part}"))?);
    }
    let script = data.join("tables.sql");
    fs::write(&script, tables)?;
    let own = |socket: bool| {
        let mut own = unprivileged(root, server);
        own.args(["--no-defaults", "--innodb-log-file-size=8M", "--innodb-use-native-aio=0"]);
        own.arg(format!("--datadir={}", data.join("my").display()))
            .arg(format!("--lc-messages-dir={}", share.display()));
        if socket {
            own.arg(format!("--bind-address={HERE}")).arg(format!("--socket={}", data.join("socket").display()));
            own.arg(format!("--pid-file={}", data.join("pid").display()));
        }
        own
    };
    fs::create_dir_all(data.join("my"))?;
    run("chown", &[NOBODY, &data.join("my").display().to_string()])?;
    let done = own(false).arg("--bootstrap").stdin(fs::File::open(&script)?).output()?;
    ensure!(done.status.success(), "setting up MariaDB: {}", String::from_utf8_lossy(&done.stderr));
    Ok(own(true))
}
