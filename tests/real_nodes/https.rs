//! HTTPS with a password file: clients come in by name and password over TLS alone, workers and the watch go on over HTTP.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::json;
use starburst_tests::real::{self, RealWorld};

use starburst_tests::real::cluster::{Cluster, Wanted, program};

/// A coordinator and a worker.
const MEMORY: u64 = 6;
const QUERY: &str = "SELECT count(*) FROM tpch.tiny.nation";
/// `alice` with the password `a-password`, as Trino's password file has it: PBKDF2 with 1,000 rounds.
const PASSWORDS: &str = "alice:1000:5b4240333032306164:3e6c289e6bd8152a92a71e79d25671d43d12bb6593399697ca746b17c00438056f94239\
                         208f4b6da75ce8ccffd85973a1e56c6a83d96315f81d054cdcb38224e\n";

#[test]
fn clients_come_in_by_password_over_tls_and_the_coordinator_is_not_taken_for_dead() -> Result<()> {
    let name = "https::clients_come_in_by_password_over_tls_and_the_coordinator_is_not_taken_for_dead";
    crate::in_a_long_world(name, MEMORY, |base| {
        let world = RealWorld::start(base, &real::Options::default())?;
        // The clients' address is the second one of the first slot, whatever that will be.
        let names: Vec<String> = (4..64).map(|last| format!("10.0.0.{last}")).collect();
        let made = rcgen::generate_simple_self_signed(names).context("a certificate")?;
        let secret = world.model.call(
            "secretsmanager",
            "CreateSecret",
            json!({ "Name": "tls", "SecretString": format!("{}{}", made.cert.pem(), made.signing_key.serialize_pem()) }),
        );
        let arn = secret.map_err(|error| anyhow::anyhow!("{error}"))?["ARN"].as_str().context("an ARN")?.to_owned();
        let wanted = Wanted { coordinators: 1, workers: 1, metastore: "none" };
        let text = program(base, wanted)?;
        let etc = base.join("configuration/coordinator/etc");
        std::fs::write(etc.join("password.db"), PASSWORDS)?;
        let file = "password-authenticator.name=file\nfile.password-file=/opt/starburst/presto/etc/password.db\n";
        std::fs::write(etc.join("password-authenticator.properties"), file)?;
        std::fs::write(etc.join("config.properties"), "http-server.authentication.type=PASSWORD\n")?;
        let https = format!("https: {{ certificateSecretArn: '{arn}' }}\n        packageUri");
        let cluster = Cluster::of(world, wanted, text.replacen("packageUri", &https, 1))?;
        cluster.act(starburst_tests::clients::pulumi::UP)?;
        let url = cluster.coordinator()?;
        ensure!(url.starts_with("https://") && url.ends_with(":8443"), "the cluster's URL is {url}");
        let certificate = base.join("tls.pem");
        std::fs::write(&certificate, made.cert.pem())?;
        let certificate = certificate.display().to_string();
        let ask = |password: &str| {
            let who = format!("alice:{password}");
            real::query::query_as(&["--cacert", &certificate, "-u", &who], &url, QUERY, Duration::from_secs(120))
        };
        let rows = ask("a-password").map_err(|error| cluster.with_logs(&error))?;
        ensure!(rows == [json!([25])], "{rows:?}");
        ensure!(ask("another").is_err(), "another password is taken");
        let open = url.replace("https:", "http:").replace(":8443", ":8080");
        ensure!(
            real::query::query(&open, QUERY, Duration::from_secs(20)).is_err(),
            "a query without a password is taken"
        );
        // Longer than the watch waits before it ends what hangs.
        let before = cluster.nodes("");
        std::thread::sleep(Duration::from_secs(200));
        ensure!(ask("a-password").is_ok() && cluster.nodes("") == before, "the coordinator was taken for dead");
        cluster.say("asked by password over TLS");
        cluster.down()
    })
}
