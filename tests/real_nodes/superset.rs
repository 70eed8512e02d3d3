//! Superset of the stack: a user logs in with the password that the cluster gives, and asks the cluster in SQL Lab, in a
//! real browser. The picture of the page is kept.

use std::process::Command;

use anyhow::{Context, Result, ensure};
use starburst_tests::clients::pulumi::UP;
use starburst_tests::clients::{Missing, browser, node_packages, place};
use starburst_tests::real::RealWorld;
use starburst_tests::real::cluster::{Cluster, Wanted, program};
use starburst_tests::real::world::{Options, PACKAGES};

/// A coordinator, a worker, Superset and the browser.
const MEMORY: u64 = 8;
const QUERY: &str = "SELECT count(*) AS orders FROM tpch.tiny.orders";
/// Where the mirror has its checksums.
const SUMS: &str = "mirror/SHA256SUMS";

#[test]
fn a_user_logs_in_with_the_clusters_password_and_asks_the_cluster() -> Result<()> {
    let name = "superset::a_user_logs_in_with_the_clusters_password_and_asks_the_cluster";
    let needs = || {
        node_packages::mirror()?;
        browser::find()?;
        node_packages::superset()?;
        python_of_nodes()
    };
    crate::in_a_world_with(name, MEMORY, needs, |base| {
        let world = RealWorld::start(base, &Options::default())?;
        with_superset(&world)?;
        let text = program(base, Wanted { coordinators: 1, workers: 1, metastore: "none" })?;
        let superset = "superset: { enabled: true, instanceType: t3.large }\n      stack:";
        let text = text.replacen("stack:", superset, 1)
            + "  url: ${analytics.supersetUrl}\n  password: ${analytics.supersetAdminPassword}\n";
        let cluster = Cluster::of(world, Wanted { coordinators: 1, workers: 1, metastore: "none" }, text)?;
        cluster.act(UP)?;
        let output = |name: &str| {
            let run = cluster.project.run(&["stack", "output", name, "--show-secrets"])?.success()?;
            anyhow::Ok(run.stdout.trim().to_owned())
        };
        let (url, password) = (output("url")?, output("password")?);
        ensure!(password.len() == 32, "the password has {} characters", password.len());
        let shown = cluster.project.run(&["stack", "output"])?.success()?;
        ensure!(!shown.stdout.contains(&password), "the password is shown without being asked for");
        let picture = place::target().join("tmp/superset.png");
        let asked = browser::find()?.superset_query(&url, &password, QUERY, "15000", &picture);
        asked.map_err(|error| cluster.with_logs(&error))?;
        cluster.say(&format!("a query is answered in the browser: {}", picture.display()));
        let node = cluster.nodes("superset").pop().context("a node of Superset runs")?;
        let seen = "ps -eo args; cat /opt/starburst/*.log /var/log/starburst/*";
        let seen = cluster.world.on(&node, "bash", &["-c", seen])?;
        ensure!(seen.contains("gunicorn") && !seen.contains(&password), "the password is in an argument or a log");
        let key = cluster.world.on(&node, "stat", &["-c", "%a %U", "/var/lib/starburst/key"])?;
        ensure!(key.trim() == "600 superset", "others may read the key of Superset: {key}");
        cluster.down()
    })
}

/// Adds the wheels of Superset to the package mirror.
fn with_superset(world: &RealWorld) -> Result<()> {
    let (folder, line) = node_packages::superset()?;
    let sums = std::fs::read_to_string(node_packages::mirror()?.join("SHA256SUMS"))?;
    world.s3.store().of_folder(PACKAGES, "mirror", &folder)?;
    world.s3.store().put(PACKAGES, SUMS, format!("{sums}{line}").as_bytes()).map(drop)
}

/// The Python that nodes install is the machine's own in this world.
fn python_of_nodes() -> Result<()> {
    let tried = Command::new("/usr/bin/python3.11").args(["-c", "import ensurepip, venv"]).output();
    let why = "nodes of Superset run on it; install python3.11-venv";
    match tried {
        Ok(done) if done.status.success() => Ok(()),
        _ => Err(Missing::new("/usr/bin/python3.11 with venv", why).into()),
    }
}
