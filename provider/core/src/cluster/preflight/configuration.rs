//! What a configuration folder may not hold, and what its catalogs do past the cache. Knows property files; reads nothing.

use starburst_schema::codes::input::{CONFIGURATION_NEEDED, NOT_CACHED};
use starburst_schema::fields::presto;

use crate::cluster::validate::Found;
use crate::failure::Message;
use crate::path::Path;
use crate::ports::LocalEntry;
use crate::value::Value;

/// Connectors that read files in S3.
const OF_FILES: &[&str] = &["hive", "hive-hadoop2", "iceberg", "delta_lake", "delta-lake", "hudi"];
/// The catalog that the node writes; one of the folder is laid over it.
const OURS: &str = "etc/catalog/hive.properties";
/// Alluxio's S3 interface on each node of Presto.
const CACHE: &str = "127.0.0.1:39999";

/// Rules of one folder.
pub fn rules(path: &Path, inputs: &Value, entries: &[LocalEntry], found: &mut Found) {
    let worker = *path == Path::from(&presto::WORKER_CONFIGURATION);
    let port = inputs.at(&Path::from(&presto::HTTP_PORT)).as_integer().unwrap_or(8080).to_string();
    for entry in entries {
        let text = String::from_utf8_lossy(&entry.content);
        match entry.name.as_str() {
            "etc/config.properties" => {
                for (key, value) in properties(&text) {
                    let why = match key {
                        "http-server.http.enabled" if value == "false" => "without HTTP the node cannot watch Presto",
                        "http-server.http.port" if value != port => "the port is another input",
                        "access-control.config-files" if worker => "it replaces the rule that permits draining",
                        _ => continue,
                    };
                    taken_away(path, &entry.name, &format!("{key}={value}"), why, found);
                }
            }
            "etc/access-control.properties" if worker => {
                taken_away(path, &entry.name, "access control", "it replaces the rule that permits draining", found);
            }
            // Both folders hold the same catalogs: one warning is enough.
            name if !worker && name.starts_with("etc/catalog/") && name != OURS => {
                past_the_cache(path, name, &text, found)
            }
            _ => {}
        }
    }
}

fn taken_away(path: &Path, file: &str, what: &str, why: &str, found: &mut Found) {
    let message = Message::new(format!("`{file}` sets {what}: {why}"));
    let instead = match what.split('=').next() {
        Some("http-server.http.port") => Message::new("write the port in ").field(&presto::HTTP_PORT),
        Some("http-server.http.enabled") => Message::new("remove it; with ")
            .field(&presto::HTTPS_CERTIFICATE_SECRET_ARN)
            .text(" clients get in by TLS alone"),
        _ => Message::new("move it to ").field(&presto::COORDINATOR_CONFIGURATION),
    };
    found.error_at(&CONFIGURATION_NEEDED, path.clone(), message, instead);
}

fn past_the_cache(path: &Path, name: &str, text: &str, found: &mut Found) {
    let of_files = properties(text).any(|(key, value)| key == "connector.name" && OF_FILES.contains(&value));
    if of_files && !text.contains(CACHE) {
        let message = Message::new(format!("`{name}` reads S3 itself: nothing of it is cached"));
        let instead = Message::new(format!("give it the endpoint http://{CACHE}/api/v1/s3 to read through Alluxio"));
        found.warn_at(&NOT_CACHED, path.clone(), message, instead);
    }
}

/// Keys and values of a property file.
fn properties(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let lines = text.lines().map(str::trim).filter(|line| !line.starts_with('#'));
    lines.filter_map(|line| line.split_once('=')).map(|(key, value)| (key.trim(), value.trim()))
}
