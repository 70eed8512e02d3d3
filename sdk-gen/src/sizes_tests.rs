//! The table of sizes in `docs/nodes.md` against the rule that nodes follow, by running that very function.

use std::process::Command;

use starburst_schema::FIELDS;

use crate::artifact::root;

const RULE: &str = "provider/core/src/template/bootstrap/sizes.sh";

/// Runs the node's function on a machine of so many MiB: cache, Alluxio, its S3 interface and heap in MiB, or its reason.
fn shared_out(role: &str, mib: u64) -> Result<Vec<f64>, String> {
    let percent = FIELDS.iter().find(|field| field.path == "alluxio.workerStorage.percent").unwrap();
    let script = format!(
        r#"set -Eeuo pipefail
        fail() {{ echo "$1"; exit 3; }}
        awk() {{ command awk "$1" <<<'MemTotal: {} kB'; }}
        declare -A CONF=([role]={role} [storage]=memory [storage_percent]={})
        source {RULE}
        memory
        echo "$CACHE $ALLUXIO_HEAP $PROXY_HEAP $HEAP""#,
        mib * 1024,
        // Without a default in the table the node's own counts.
        percent.default.unwrap_or(""),
    );
    let done = Command::new("bash").args(["-c", &script]).current_dir(root()).output().unwrap();
    let said = String::from_utf8(done.stdout).unwrap();
    match done.status.code() {
        Some(0) => Ok(said.split_whitespace().map(|number| number.parse().unwrap()).collect()),
        Some(3) => Err(said),
        other => panic!("bash ended with {other:?}: {}", String::from_utf8_lossy(&done.stderr)),
    }
}

#[test]
fn the_table_of_sizes_says_what_nodes_do() {
    let page = std::fs::read_to_string(root().join("docs/nodes.md")).unwrap();
    let (_, table) = page.split_once("| instance type |").expect("docs/nodes.md has the table of sizes");
    let rows: Vec<&str> = table.lines().skip(2).take_while(|line| line.starts_with('|')).collect();
    assert!(rows.len() >= 5, "docs/nodes.md lists {} instance types", rows.len());
    for row in rows {
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        let gib: u64 = cells[1].parse().unwrap();
        let worker = shared_out("worker", gib * 1024).unwrap();
        let coordinator = shared_out("coordinator", gib * 1024).unwrap();
        assert_eq!(coordinator[..3], [0.0, worker[1], worker[2]], "a coordinator caches nothing");
        let ruled: Vec<String> =
            worker.iter().chain(&coordinator[3..]).map(|mib| format!("{:.1}", mib / 1024.0)).collect();
        assert_eq!(cells[2..], ruled, "the row of {} in docs/nodes.md (left) and {RULE} (right)", cells[0]);
    }
}

#[test]
fn a_machine_without_room_for_presto_is_refused_by_what_to_change() {
    let reason = shared_out("worker", 4096).unwrap_err();
    assert!(reason.contains("choose a larger instance type or a smaller alluxio.workerStorage.percent"), "{reason}");
}
