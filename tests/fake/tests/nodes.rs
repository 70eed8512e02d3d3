//! Nodes of a cluster: registration, drain, slots, health checks, reads that lie behind. R76, R79, R80, R82.

use super::*;
use crate::fake::cluster::{Load, Role, watch};
use crate::fake::state::Place;

const HOOK: &str = "120 fail";

fn place() -> Place {
    Place { account: super::super::ACCOUNT.into(), region: "us-east-1".into() }
}

/// Coordinators and workers with a draining hook.
fn cluster() -> Value {
    let mut template = template(&policy(3, 1));
    let mut group = template["Resources"].as_object_mut().unwrap().remove("Group").unwrap();
    template["Outputs"]["Name"]["Value"] = json!({ "Ref": "Workers" });
    group["Properties"]["LifecycleHookSpecificationList"] = json!([{
        "LifecycleHookName": "drain", "LifecycleTransition": "autoscaling:EC2_INSTANCE_TERMINATING",
        "HeartbeatTimeout": 600, "DefaultResult": "CONTINUE", "NotificationMetadata": HOOK }]);
    let mut coordinators = group.clone();
    for (name, size) in [("MinSize", 1), ("MaxSize", 1), ("DesiredCapacity", 1)] {
        coordinators["Properties"][name] = json!(size);
    }
    coordinators["CreationPolicy"]["ResourceSignal"]["Count"] = json!(1);
    coordinators["UpdatePolicy"] = policy(0, 1);
    group["DependsOn"] = json!("Coordinators");
    template["Resources"]["Workers"] = group;
    template["Resources"]["Coordinators"] = coordinators;
    template
}

fn instances(w: &World, logical: &str) -> Vec<String> {
    w.with(|s| {
        let groups = &s.region(&place()).groups;
        let found = groups.values().find(|g| g.logical == logical).unwrap();
        found.instances.iter().map(|i| i.id.clone()).collect()
    })
}

fn told(w: &World, id: &str) -> String {
    let answer = w
        .call(
            "ec2",
            "DescribeTags",
            json!({ "Filter": [
            { "Name": "resource-id", "Value": [id] }, { "Name": "key", "Value": ["starburst:status"] }] }),
        )
        .unwrap();
    answer["tagSet"][0]["value"].as_str().unwrap_or_default().to_owned()
}

fn pass(w: &World, seconds: i64) {
    w.advance_to(w.now().plus_ms(seconds * 1000));
}

fn shrink(w: &World, to: usize) {
    assert!(w.set_group_size("us-east-1", "Workers", to, to, 9));
}

#[test]
fn r80_a_worker_waits_for_a_coordinator_before_it_signals() {
    let w = created(&cluster(), &[]);
    let coordinator = instances(&w, "Coordinators")[0].clone();
    w.call("ec2", "TerminateInstances", json!({ "InstanceId": [coordinator] })).unwrap();
    shrink(&w, 4);
    pass(&w, 110);
    let newest = instances(&w, "Workers")[3].clone();
    assert_eq!(told(&w, &newest), "booting");
    pass(&w, 300);
    assert_eq!(told(&w, &newest), "ready", "the coordinator was replaced");
}

#[test]
fn r76_a_worker_drains_its_queries_then_alluxio_then_answers_its_hook() {
    let w = created(&cluster(), &[]);
    let load = Load { every: 5_000, splits: 6, waves: 1, split: (100_000, 100_000) };
    assert!(w.load("us-east-1", "s", Some(load)));
    pass(&w, 60);
    w.observe("us-east-1", "s");
    shrink(&w, 2);
    let order = w.observed("us-east-1", "s").orders[0].clone();
    assert_eq!((order.role, order.all), (Role::Worker, 13));
    assert_eq!(told(&w, &order.id), format!("draining, {} queries left", order.own));
    pass(&w, 102);
    assert!(told(&w, &order.id).starts_with("draining") || told(&w, &order.id) == "drained", "{}", told(&w, &order.id));
    pass(&w, 90);
    let report = w.observed("us-east-1", "s");
    assert_eq!((report.failed.len(), report.cut_off.len(), report.decommissioned), (0, 0, 1));
    assert!(report.dropped_blocks > 0 && report.workers == 2);
    assert_eq!(instances(&w, "Workers").len(), 2);
}

#[test]
fn r76_at_the_limit_of_the_hooks_metadata_the_rest_is_cut_off() {
    let w = created(&cluster(), &[]);
    // The one that scale-in takes.
    let victim = instances(&w, "Workers").into_iter().min().unwrap();
    assert!(w.endless_query("us-east-1", "s", &victim));
    w.observe("us-east-1", "s");
    shrink(&w, 2);
    pass(&w, 115);
    assert_eq!(told(&w, &victim), "draining, 1 query left");
    pass(&w, 6);
    assert_eq!(told(&w, &victim), "not drained within 120 seconds");
    pass(&w, 90);
    assert_eq!(w.observed("us-east-1", "s").cut_off, [victim]);
    let hooks = w
        .call("autoscaling", "DescribeLifecycleHooks", {
            let name = w.with(|s| {
                let groups = &s.region(&place()).groups;
                groups.values().find(|g| g.logical == "Workers").unwrap().name.clone()
            });
            json!({ "AutoScalingGroupName": name })
        })
        .unwrap();
    assert_eq!(hooks["LifecycleHooks"][0]["NotificationMetadata"], HOOK);
}

#[test]
fn r79_an_unhealthy_instance_is_replaced_unless_that_is_suspended() {
    for suspended in [false, true] {
        let w = created(&cluster(), &[]);
        let name = w.with(|s| {
            let groups = &s.region(&place()).groups;
            groups.values().find(|g| g.logical == "Workers").unwrap().name.clone()
        });
        let group = json!({ "AutoScalingGroupName": name, "ScalingProcesses": ["ReplaceUnhealthy"] });
        if suspended {
            w.call("autoscaling", "SuspendProcesses", group.clone()).unwrap();
        }
        let victim = instances(&w, "Workers")[0].clone();
        w.call("ec2", "TerminateInstances", json!({ "InstanceId": [victim] })).unwrap();
        // Nobody answers the hook of a dead node: its heartbeat has to end.
        pass(&w, 900);
        assert_eq!(instances(&w, "Workers").contains(&victim), suspended);
        w.call("autoscaling", "ResumeProcesses", group).unwrap();
        pass(&w, 900);
        let now = instances(&w, "Workers");
        assert!(now.len() == 3 && !now.contains(&victim));
    }
}

#[test]
fn r82_reads_that_lie_behind_do_not_know_a_fresh_instance() {
    let w = created(&cluster(), &[]);
    w.settings(|s| s.lag = 15_000);
    shrink(&w, 4);
    pass(&w, 2);
    shrink(&w, 5);
    let fresh = instances(&w, "Workers")[4].clone();
    let look = || w.call("ec2", "DescribeInstances", json!({ "InstanceId": [fresh] }));
    assert_eq!(look().unwrap_err().code, "InvalidInstanceID.NotFound");
    pass(&w, 30);
    assert!(look().is_ok());
}

#[test]
fn nodes_and_queries_follow_from_the_seed() {
    let run = || {
        let w = created(&cluster(), &[]);
        w.load("us-east-1", "s", Some(Load::default()));
        pass(&w, 600);
        w.observe("us-east-1", "s");
        update(&w, &cluster(), &[("Kind", "r5.2xlarge")]).unwrap();
        w.settle(100_000);
        let report = w.observed("us-east-1", "s");
        (report.in_flight, report.cache_hits, report.orders.iter().map(|o| (o.at, o.own)).collect::<Vec<_>>())
    };
    assert_eq!(run(), run());
}

#[test]
fn a_roll_that_does_not_wait_for_hooks_goes_on_while_nodes_drain() {
    let most_leaving = |waits: bool| {
        let w = created(&cluster(), &[]);
        w.settings(|s| (s.roll_waits_for_hook, s.failure_of_leaving_nodes) = (waits, false));
        for id in instances(&w, "Workers") {
            assert!(w.endless_query("us-east-1", "s", &id));
        }
        w.with(|s| s.durations.instance_boot = 30_000);
        w.observe("us-east-1", "s");
        update(&w, &cluster(), &[("Kind", "r5.2xlarge")]).unwrap();
        let (mut most, mut low) = (0, usize::MAX);
        while status(&w).ends_with("IN_PROGRESS") {
            w.advance_to(w.next_wakeup().unwrap());
            let arn = w.with(|s| s.region(&place()).stacks.keys().next().unwrap().clone());
            low = low.min(w.with(|s| watch::serving(s, &arn, Role::Worker)));
            let groups = |s: &mut crate::fake::state::State| {
                let region = s.region(&place());
                region.groups.values().flat_map(|g| &g.instances).filter(|i| i.state == "Terminating:Wait").count()
            };
            most = most.max(w.with(groups));
        }
        assert_eq!(status(&w), "UPDATE_COMPLETE");
        assert_eq!((low, w.observed("us-east-1", "s").workers), (3, 3), "the floor holds");
        most
    };
    assert_eq!(most_leaving(true), 1, "one batch at a time");
    assert!(most_leaving(false) > 1);
}
