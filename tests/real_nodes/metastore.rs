//! The node of the metastore alone: the bundled template's own user data boots a real Hive metastore over Derby, real
//! PostgreSQL and real MariaDB. Skipped by name without root, `ip`, Java or a database server.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use starburst_tests::clients::node_packages;
use starburst_tests::fake::seed;
use starburst_tests::real::databases::{self, Database, Kind};
use starburst_tests::real::{self, RealWorld, thrift};

const STACK: &str = "meta";
/// For one boot, or for a metastore that systemd starts again.
const LIMIT: Duration = Duration::from_secs(240);
/// Memory of one metastore, one database and the world, in GiB.
const MEMORY: u64 = 3;
/// What of the template the metastore leans on.
const RESOURCES: [&str; 11] = [
    "SecurityGroup",
    "LogGroup",
    "Role",
    "InstanceProfile",
    "Access",
    "NodeSecrets",
    "MetastorePassword",
    "MetastoreSlot",
    "MetastoreVolume",
    "MetastoreNode",
    "Metastore",
];
/// Every character that shells, XML, properties and Hadoop's configuration read as something else.
const PASSWORD: &str = r#"it's \u0041 a "<secret>" & $HOME ü %s"#;

/// The bundled template with nothing but the metastore's node in it.
fn template() -> Result<String> {
    let mut template: Value = serde_json::from_str(starburst_core::template::JSON)?;
    template["Outputs"] = json!({});
    let resources = template["Resources"].as_object_mut().context("the template has resources")?;
    resources.retain(|name, _| RESOURCES.contains(&name.as_str()));
    ensure!(resources.len() == RESOURCES.len(), "the template has other names");
    Ok(template.to_string())
}

/// A stack of one node.
struct Node {
    world: RealWorld,
}

impl Node {
    /// Creates the stack and waits until the node signals: whether it came up.
    fn boot(world: RealWorld, own: &[(&str, &str)]) -> Result<(Self, bool)> {
        let (mirror, s3) = (RealWorld::mirror(), real::s3::endpoint());
        let mount = format!("s3://{}/alluxio", seed::BUCKET);
        let mut parameters = vec![
            ("VPC", seed::VPC),
            ("Subnet", seed::PUBLIC_SUBNET),
            ("SecurityGroups", seed::SECURITY_GROUP),
            ("WorkersCount", "1"),
            ("AvailabilityZone", "us-east-1a"),
            ("ImageId", seed::IMAGE_X86),
            ("AlluxioS3RootMount", &mount),
            ("PackageMirror", &mirror),
            ("S3Endpoint", &s3),
            ("BootTimeout", "PT5M"),
        ];
        parameters.extend_from_slice(own);
        let named = |(name, value): &(&str, &str)| json!({ "ParameterKey": name, "ParameterValue": value });
        let parameters: Vec<Value> = parameters.iter().map(named).collect();
        let request = json!({ "StackName": STACK, "TemplateBody": template()?, "OnFailure": "DO_NOTHING",
            "Parameters": parameters, "Capabilities": ["CAPABILITY_IAM"] });
        let node = Self { world };
        node.call("cloudformation", "CreateStack", request)?;
        let status = node.wait("the stack", || {
            let status = node.world.model.stack_status(real::world::REGION, STACK).unwrap_or_default();
            Ok((!status.ends_with("IN_PROGRESS")).then_some(status))
        })?;
        Ok((node, status == "CREATE_COMPLETE"))
    }

    fn call(&self, service: &str, action: &str, parameters: Value) -> Result<Value> {
        self.world.model.call(service, action, parameters).map_err(|error| anyhow::anyhow!("{action}: {error}"))
    }

    /// What `look` gives once it gives something; what the node logged where it does not in time.
    fn wait<T>(&self, what: &str, mut look: impl FnMut() -> Result<Option<T>>) -> Result<T> {
        let deadline = Instant::now() + LIMIT;
        loop {
            if let Some(found) = look()? {
                return Ok(found);
            }
            ensure!(Instant::now() < deadline, "{what} is not there in time:\n{}", self.world.logs());
            std::thread::sleep(Duration::from_millis(200));
        }
    }

    /// The id of the one node that runs, and the status that it gave itself.
    fn status(&self) -> Result<(String, String)> {
        let instances = self.world.instances();
        let [instance] = instances.as_slice() else { anyhow::bail!("{} nodes run", instances.len()) };
        let tags = instance["tagSet"].as_array().cloned().unwrap_or_default();
        let status = tags.iter().find(|tag| tag["key"] == "starburst:status");
        let status = status.and_then(|tag| tag["value"].as_str()).unwrap_or_default();
        Ok((instance["instanceId"].as_str().unwrap_or_default().to_owned(), status.to_owned()))
    }

    fn on(&self, command: &str) -> Result<String> {
        self.world.on(&self.status()?.0, "bash", &["-c", command])
    }

    /// The address of the slot.
    fn address(&self) -> Result<String> {
        self.world.interfaces().into_iter().next().context("the stack has a slot")
    }

    /// Runs the boot again with another value of the template's line `name`: the status that it ends with. A boot that
    /// failed is ended then: outside of an operation it would have its group replace the node.
    fn boot_with(&self, name: &str, value: &str) -> Result<String> {
        let id = self.status()?.0;
        let again = format!(
            "cd /opt/starburst; export HOME=/root AWS_DEFAULT_REGION={}
            aws ec2 create-tags --resources {id} --tags Key=starburst:status,Value=again
            eval \"$(grep -m 1 '^declare -A NAMES' node.sh)\"
            line=$(tr ' ' '\n' <<<\"${{NAMES[metastore]}}\" | grep -nx {name})
            sed -i \"${{line%:*}}s|.*|{value}|\" node.conf; rm -f reason
            setsid bash node.sh boot >/var/log/again.log 2>&1 </dev/null & echo $! >/run/again",
            real::world::REGION
        );
        self.on(&again)?;
        let ended = self.wait("the end of the boot", || {
            let status = self.status()?.1;
            Ok((status.starts_with("boot failed") || status == "ready").then_some(status))
        })?;
        if ended != "ready" {
            self.on("kill -KILL -- -$(cat /run/again)")?;
        }
        Ok(ended)
    }

    /// What `text` of a failed boot must say.
    fn refused(&self, status: &str, text: &str) -> Result<()> {
        println!("{status}");
        let told = status.starts_with("boot failed: preparing the database: ") && status.contains(text);
        ensure!(told, "not {text:?}, but {status:?}:\n{}", self.world.logs());
        ensure!(status.len() <= 256, "the reason is cut off: {status}");
        Ok(())
    }

    /// Ends the node; the group's next one boots. The slot's address is the same.
    fn replaced(&self) -> Result<()> {
        let (before, _) = self.status()?;
        self.call("ec2", "TerminateInstances", json!({ "InstanceId": [before] }))?;
        self.wait("the next node", || {
            Ok(self.status().ok().filter(|(id, status)| *id != before && status == "ready").map(drop))
        })?;
        Ok(())
    }

    /// The names of all databases once the metastore answers.
    fn databases(&self) -> Result<Vec<String>> {
        let address = self.address()?;
        self.wait("the metastore", || Ok(thrift::databases(&address).ok()))
    }

    /// No argument of a process, no log and no file that others may read holds the password.
    fn keeps_its_secret(&self) -> Result<()> {
        let words = "u0041 a|<secret>|lt;secret>";
        let seen = format!(
            "{{ ps -eo args; cat /opt/starburst/node.log /var/log/*.log; }} | grep -aE \"{words}\" | grep -v grep; find /opt/starburst /var/lib/starburst /etc/systemd -type f -perm /077 -exec grep -lE \"{words}\" {{}} +; true"
        );
        let seen = self.on(&seen)?;
        ensure!(seen.is_empty(), "the password is seen: {seen}");
        let mode = self.on("stat -c '%a %U' /opt/starburst/metastore/conf/metastore-site.xml")?;
        ensure!(mode == "600 metastore\n", "{mode}");
        Ok(())
    }

    /// Says when what was done, and what the metastore takes; ends all; nothing is left.
    fn end(&self) -> Result<()> {
        let seen = "grep -E ' (step|status): | making ' /opt/starburst/node.log | tail -n 9; ps -C java -o rss=,time=";
        println!("{}", self.on(seen)?);
        let left = self.world.end()?;
        ensure!(left.is_empty(), "the node leaves behind: {left:#?}");
        Ok(())
    }
}

/// A world of one node and the servers of `kinds`.
fn one(name: &str, kinds: &[Kind], body: impl FnOnce(RealWorld, Vec<Database>) -> Result<()>) -> Result<()> {
    let needs = || {
        node_packages::mirror()?;
        kinds.iter().try_for_each(|kind| databases::find(*kind).map(drop))
    };
    crate::in_a_world_with(&format!("metastore::{name}"), MEMORY, needs, |base: &Path| {
        let world = RealWorld::start(base, &real::Options::default())?;
        let start = |kind: &Kind| Database::start(*kind, &databases::find(*kind)?);
        let servers = kinds.iter().map(start).collect::<Result<Vec<_>>>()?;
        for server in &servers {
            println!("{}", server.version()?);
        }
        body(world, servers)
    })
}

#[test]
fn a_standalone_metastore_keeps_its_databases_when_it_is_killed_and_when_its_node_goes() -> Result<()> {
    one("a_standalone_metastore_keeps_its_databases_when_it_is_killed_and_when_its_node_goes", &[], |world, _| {
        let (node, up) = Node::boot(world, &[("MetastoreType", "standalone")])?;
        ensure!(up, "the node does not come up:\n{}", node.world.logs());
        ensure!(node.databases()? == ["default"], "a new metastore has one database");
        thrift::create_database(&node.address()?, "sales").map_err(|error| node.with_logs(&error))?;
        node.on("kill -KILL -- -$(cat /run/services/metastore.pid)")?;
        ensure!(node.databases()? == ["default", "sales"], "a killed metastore forgets");
        node.replaced()?;
        ensure!(node.databases()? == ["default", "sales"], "a new node has another metastore");
        let folder = node.world.s3.store().get(seed::BUCKET, "alluxio/warehouse/sales.db/");
        ensure!(folder.is_some(), "the metastore made no folder in S3");
        node.end()
    })
}

impl Node {
    fn with_logs(&self, error: &anyhow::Error) -> anyhow::Error {
        anyhow::anyhow!("{error:#}\n{}", self.world.logs())
    }
}

/// One kind of server in its own words.
struct Dialect {
    /// The template's word for it.
    name: &'static str,
    kind: Kind,
    /// How the name of the table VERSION and of its columns is quoted.
    quote: &'static str,
}

const POSTGRESQL: Dialect = Dialect { name: "postgresql", kind: Kind::PostgreSql, quote: "\"" };
const MARIADB: Dialect = Dialect { name: "mysql", kind: Kind::MariaDb, quote: "`" };

impl Dialect {
    /// Three databases: empty, with a schema of another version, and with a table of somebody else's.
    fn prepare(&self, server: &Database) -> Result<()> {
        for database in ["hive", "older", "strange"] {
            server.sql("", &format!("create database {database}"))?;
        }
        let (all, q) = ("create table thing (id int)", self.quote);
        server.sql("strange", all)?;
        let version = format!("{q}VERSION{q} ({q}VER_ID{q} int, {q}SCHEMA_VERSION{q} varchar(127))");
        server.sql("older", &format!("create table {version}"))?;
        server.sql("older", &format!("insert into {q}VERSION{q} values (1, '2.3.0')"))?;
        let user = if self.kind == Kind::MariaDb { "'hive'@'%'" } else { "hive" };
        server.sql("", &format!("create user {user}"))?;
        self.password(server, PASSWORD)?;
        for database in ["hive", "older", "strange"] {
            if self.kind == Kind::MariaDb {
                server.sql("", &format!("grant all on {database}.* to {user}"))?;
            } else {
                server.sql(
                    database,
                    "grant all on schema public to hive; grant select on all tables in schema public to hive",
                )?;
            }
        }
        Ok(())
    }

    /// Gives the user of the metastore a password.
    fn password(&self, server: &Database, password: &str) -> Result<()> {
        let quoted = password.replace('\'', "''");
        let statement = match self.kind {
            Kind::PostgreSql => format!("alter user hive password '{quoted}'"),
            Kind::MariaDb => format!("alter user 'hive'@'%' identified by '{}'", quoted.replace('\\', "\\\\")),
        };
        server.sql("", &statement).map(drop)
    }

    fn tables(&self, server: &Database, database: &str) -> Result<u32> {
        let schema = if self.kind == Kind::MariaDb { database } else { "public" };
        let count = format!("select count(*) from information_schema.tables where table_schema = '{schema}'");
        Ok(server.sql(database, &count)?.parse()?)
    }

    /// The boots over one server: each that must fail does, for its reason; an empty database gets the schema; the next
    /// boot uses it as it is.
    fn boots(&self, name: &str) -> Result<()> {
        one(name, &[self.kind], |world, servers| {
            let server = servers.first().context("the server runs")?;
            self.prepare(server)?;
            let host = real::network::HERE.to_string();
            let own = [
                ("MetastoreType", self.name),
                ("ExternalMetastoreHost", &host),
                ("ExternalRdbmsMetastoreUserName", "hive"),
                ("ExternalRdbmsMetastorePassword", PASSWORD),
                ("ExternalRdbmsMetastoreDatabaseName", "older"),
            ];
            let (node, up) = Node::boot(world, &own)?;
            ensure!(!up, "a node comes up over a schema of another version");
            let version = "hiveMetastore.databaseName older has a schema of version 2.3.0, not 3.1.0";
            node.refused(&node.status()?.1, version)?;
            node.refused(&node.boot_with("database", "strange")?, "strange has tables, but no schema of a metastore")?;
            for database in ["older", "strange"] {
                ensure!(self.tables(server, database)? == 1, "{database} was touched");
            }
            node.refused(&node.boot_with("database", "absent")?, "hiveMetastore.databaseName absent does not exist")?;
            if self.kind == Kind::PostgreSql {
                // Since PostgreSQL 15 nobody but its owner makes tables in a new database.
                server.sql("", "create database closed")?;
                node.refused(&node.boot_with("database", "closed")?, "permission denied for schema public")?;
            }
            self.password(server, "another")?;
            node.refused(&node.boot_with("database", "hive")?, "refuses hiveMetastore.userName hive or its password")?;
            self.password(server, PASSWORD)?;
            node.refused(&node.boot_with("port", "81")?, &format!("hiveMetastore.host {host}:81 cannot be reached"))?;
            ensure!(self.tables(server, "hive")? == 0, "a boot that failed made tables");
            self.comes_up(&node, server)?;
            node.end()
        })
    }

    /// The boot with the right values makes the schema and tells nobody the password; one more boot uses that schema.
    fn comes_up(&self, node: &Node, server: &Database) -> Result<()> {
        let watch = "for ((i = 0; i < 300; i++)); do ps -eo args; sleep 0.3; done";
        node.on(&format!("setsid bash -c '{watch}' >/var/log/arguments.log 2>&1 </dev/null &"))?;
        for comment in ["Hive release version 3.1.0", "kept"] {
            let status = node.boot_with("port", "0")?;
            ensure!(status == "ready", "{status}:\n{}", node.world.logs());
            let q = self.quote;
            let told = server.sql("hive", &format!("select {q}VERSION_COMMENT{q} from {q}VERSION{q}"))?;
            ensure!(told == comment, "the schema is of {told:?}, not of {comment:?}");
            let name = comment.replace([' ', '.'], "_").to_lowercase();
            thrift::create_database(&node.address()?, &name).map_err(|error| node.with_logs(&error))?;
            node.keeps_its_secret()?;
            server.sql("hive", &format!("update {q}VERSION{q} set {q}VERSION_COMMENT{q} = 'kept'"))?;
        }
        ensure!(self.tables(server, "hive")? > 70, "the schema has fewer tables");
        Ok(())
    }
}

#[test]
fn over_postgresql_the_schema_is_made_in_an_empty_database_only() -> Result<()> {
    POSTGRESQL.boots("over_postgresql_the_schema_is_made_in_an_empty_database_only")
}

#[test]
fn over_mariadb_the_schema_is_made_in_an_empty_database_only() -> Result<()> {
    MARIADB.boots("over_mariadb_the_schema_is_made_in_an_empty_database_only")
}
