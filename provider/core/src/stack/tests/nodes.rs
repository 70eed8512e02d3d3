//! Single nodes while a group is changed: lines, numbers, calls, refusals.

use std::collections::BTreeMap;

use async_trait::async_trait;

use super::scripts::Script;
use super::unused::Unused;
use super::world::*;
use crate::failure::Client;
use crate::ports::*;
use crate::stack::{Fields, Followed, Follower, Goal, Operation, Outcome};
use crate::time::Timestamp;

/// A node: id, launch template version, and from which second on it is in which lifecycle state, saying what.
type Node = (&'static str, &'static str, &'static [(u64, &'static str, &'static str)]);

/// A worker group in time; a node's last state is `Terminated`, and then it is no longer listed.
struct Fleet {
    world: World,
    began: u64,
    desired: u32,
    nodes: &'static [Node],
    /// How many reads of groups and of tags are answered before they are refused so.
    refuses: Option<(&'static str, usize, CallErrorKind)>,
}

impl Fleet {
    fn new(script: Script, desired: u32, nodes: &'static [Node]) -> Self {
        let world = World::new(vec![script]);
        world.state().page = 50;
        let began = world.state().now;
        Self { world, began, desired, nodes, refuses: None }
    }

    fn ports(&self) -> Ports<'_> {
        Ports { auto_scaling: self, compute: self, ..self.world.ports() }
    }

    fn update(&self) -> Outcome {
        let id = self.world.with_stack(true, &[("@", "CREATE_COMPLETE")]);
        let fields = Fields::default().with_status_tag("starburst:status");
        let update = Operation { id: Some(id), fields, timeout: seconds(4 * 3600), ..operation(Goal::Update) };
        self.world.drive(crate::stack::run(self.ports(), update)).unwrap()
    }

    fn now(&self) -> u64 {
        (self.world.state().now - self.began) / 1000
    }

    fn states(&self) -> Vec<(Node, &'static str, &'static str)> {
        let now = self.now();
        let state = |node: &Node| {
            let (_, state, says) = node.2.iter().rev().find(|(from, ..)| *from <= now)?;
            (*state != "Terminated").then_some((*node, *state, *says))
        };
        self.nodes.iter().filter_map(state).collect()
    }

    fn call(&self, action: &'static str) -> Called<()> {
        let mut state = self.world.state();
        let now = state.now;
        state.calls.push((now, action));
        let made = state.calls.iter().filter(|(_, made)| *made == action).count();
        match self.refuses {
            Some((refused, after, kind)) if refused == action && made > after => {
                Err(CallError { kind, action: action.into(), code: "Refused".into(), message: "no".into() })
            }
            _ => Ok(()),
        }
    }

    /// Lines of nodes, with what would pass marked.
    fn lines(&self) -> Vec<String> {
        let text = |line: &Progress| match line {
            Progress::Status(text) => format!("~{}", text.render(Client::Pulumi)),
            other => other.text().render(Client::Pulumi),
        };
        let all = self.world.state().lines.iter().map(|(_, line)| text(line)).collect::<Vec<_>>();
        all.into_iter().filter(|line| line.contains("node") && !line.contains("Workers")).collect()
    }

    fn calls(&self, action: &str) -> usize {
        self.world.state().calls.iter().filter(|(_, made)| *made == action).count()
    }
}

#[async_trait]
impl AutoScaling for Fleet {
    async fn groups(&self, names: &[String]) -> Called<Vec<Group>> {
        assert_eq!(names, ["physical-Workers"]);
        self.call("DescribeAutoScalingGroups")?;
        let instance = |(node, state, _): (Node, &str, &str)| GroupInstance {
            id: node.0.into(),
            lifecycle_state: state.into(),
            launch_template_version: node.1.into(),
            ..GroupInstance::default()
        };
        let instances = self.states().into_iter().map(instance).collect();
        let name = "physical-Workers".into();
        let launch_template_version = "2".into();
        Ok(vec![Group { name, desired: self.desired, launch_template_version, instances, ..Group::default() }])
    }
    async fn set_sizes(&self, _: &str, _: u32, _: u32, _: u32) -> Called<()> {
        panic!("a look changes nothing")
    }
    async fn failed_activities(&self, _: &str) -> Called<Vec<String>> {
        Ok(Vec::new())
    }
}

#[async_trait]
impl Compute for Fleet {
    async fn subnet(&self, id: &str) -> Called<Option<Subnet>> {
        Unused.subnet(id).await
    }
    async fn vpc(&self, id: &str) -> Called<Option<Vpc>> {
        Unused.vpc(id).await
    }
    async fn security_groups(&self, ids: &[String]) -> Called<Vec<SecurityGroup>> {
        Unused.security_groups(ids).await
    }
    async fn key_pair_exists(&self, name: &str) -> Called<bool> {
        Unused.key_pair_exists(name).await
    }
    async fn route_tables(&self, vpc_id: &str) -> Called<Vec<RouteTable>> {
        Unused.route_tables(vpc_id).await
    }
    async fn vpc_endpoints(&self, vpc_id: &str) -> Called<Vec<VpcEndpoint>> {
        Unused.vpc_endpoints(vpc_id).await
    }
    async fn instance_types(&self, names: &[String]) -> Called<Vec<InstanceType>> {
        Unused.instance_types(names).await
    }
    async fn offered_types(&self, zone: &str, pattern: Option<&str>) -> Called<Vec<String>> {
        Unused.offered_types(zone, pattern).await
    }
    async fn image(&self, id: &str) -> Called<Option<Image>> {
        Unused.image(id).await
    }
    async fn newest_image(&self, architecture: &str) -> Called<Option<Image>> {
        Unused.newest_image(architecture).await
    }
    async fn tag_of(&self, instances: &[String], key: &str) -> Called<BTreeMap<String, String>> {
        assert_eq!(key, "starburst:status");
        self.call("DescribeTags")?;
        let told = self
            .states()
            .into_iter()
            .filter(|(node, _, says)| !says.is_empty() && instances.iter().any(|id| id == node.0));
        Ok(told.map(|(node, _, says)| (node.0.to_owned(), says.to_owned())).collect())
    }
    async fn tag(&self, ids: &[String], tags: &BTreeMap<String, String>) -> Called<()> {
        Unused.tag(ids, tags).await
    }
}

/// Two workers are replaced one by one: a new one first, then each old one drains.
fn roll() -> Script {
    vec![
        (0, "@", "UPDATE_IN_PROGRESS", "User Initiated"),
        (10, "Workers", "UPDATE_IN_PROGRESS", ""),
        (12, "Workers", "UPDATE_IN_PROGRESS", "Rolling update initiated. Terminating 2 obsolete instance(s)"),
        (190, "Workers", "UPDATE_IN_PROGRESS", "Received SUCCESS signal with UniqueId i-c"),
        (191, "Workers", "UPDATE_IN_PROGRESS", "Terminating instance(s) [i-a]; replacing with 1 new instance(s)."),
        (1000, "Workers", "UPDATE_IN_PROGRESS", "Successfully terminated instance(s) [i-a] (Progress 50%)."),
        (1190, "Workers", "UPDATE_IN_PROGRESS", "Received SUCCESS signal with UniqueId i-d"),
        (1191, "Workers", "UPDATE_IN_PROGRESS", "Terminating instance(s) [i-b]; replacing with 0 new instance(s)."),
        (1500, "Workers", "UPDATE_IN_PROGRESS", "Successfully terminated instance(s) [i-b] (Progress 100%)."),
        (1502, "Workers", "UPDATE_COMPLETE", ""),
        (1503, "@", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", ""),
        (1505, "@", "UPDATE_COMPLETE", ""),
    ]
}

static ROLLING: &[Node] = &[
    (
        "i-a",
        "1",
        &[
            (0, "InService", "ready"),
            (191, "Terminating:Wait", "ready"),
            (220, "Terminating:Wait", "draining, 2 queries left"),
            (500, "Terminating:Wait", "draining, 1 query left"),
            (800, "Terminating:Wait", "drained"),
            (990, "Terminated", ""),
        ],
    ),
    (
        "i-b",
        "1",
        &[
            (0, "InService", "ready"),
            (1191, "Terminating:Wait", "draining"),
            (1400, "Terminating:Wait", "drained"),
            (1498, "Terminated", ""),
        ],
    ),
    ("i-c", "2", &[(20, "Pending", ""), (60, "InService", "booting"), (188, "InService", "ready")]),
    ("i-d", "2", &[(1000, "Pending", ""), (1060, "InService", "booting"), (1188, "InService", "ready")]),
];

#[test]
fn every_change_of_a_node_is_told_once_and_in_order() {
    let fleet = Fleet::new(roll(), 3, ROLLING);
    assert!(matches!(fleet.update(), Outcome::Succeeded { .. }));
    assert_eq!(
        fleet.lines(),
        [
            "workers: new node 1 of 2 (i-c): launching",
            "workers: new node 1 of 2 (i-c): booting",
            "workers: new node 1 of 2 (i-c): ready",
            "workers: node 1 of 2 (i-a): leaving",
            "workers: node 1 of 2 (i-a): draining, 2 queries left",
            "~workers: node 1 of 2 (i-a): draining, 1 query left",
            "workers: node 1 of 2 (i-a): drained",
            "workers: node 1 of 2 (i-a): gone",
            "workers: new node 2 of 2 (i-d): launching",
            "workers: new node 2 of 2 (i-d): booting",
            "workers: new node 2 of 2 (i-d): ready",
            "workers: node 2 of 2 (i-b): draining",
            "workers: node 2 of 2 (i-b): drained",
            "workers: node 2 of 2 (i-b): gone",
        ]
    );
}

/// A node goes before the first look, and the second one only after it.
static QUICK: &[Node] = &[
    ("i-a", "1", &[(0, "InService", "ready"), (4, "Terminated", "")]),
    ("i-b", "1", &[(0, "InService", "ready"), (40, "Terminating:Wait", "draining"), (90, "Terminated", "")]),
    ("i-c", "2", &[(1, "InService", "ready")]),
    ("i-d", "2", &[(10, "InService", "booting"), (39, "InService", "ready")]),
];

#[test]
fn nodes_that_go_before_the_first_look_are_counted() {
    let script = vec![
        (0, "@", "UPDATE_IN_PROGRESS", "User Initiated"),
        (0, "Workers", "UPDATE_IN_PROGRESS", ""),
        (1, "Workers", "UPDATE_IN_PROGRESS", "Rolling update initiated. Terminating 2 obsolete instance(s) in batches"),
        (2, "Workers", "UPDATE_IN_PROGRESS", "Received SUCCESS signal with UniqueId i-c"),
        (4, "Workers", "UPDATE_IN_PROGRESS", "Successfully terminated instance(s) [i-a] (Progress 50%)."),
        (39, "Workers", "UPDATE_IN_PROGRESS", "Received SUCCESS signal with UniqueId i-d"),
        (91, "Workers", "UPDATE_IN_PROGRESS", "Successfully terminated instance(s) [i-b] (Progress 100%)."),
        (92, "Workers", "UPDATE_COMPLETE", ""),
        (95, "@", "UPDATE_COMPLETE", ""),
    ];
    let fleet = Fleet::new(script, 2, QUICK);
    assert!(matches!(fleet.update(), Outcome::Succeeded { .. }));
    assert_eq!(
        fleet.lines(),
        [
            "workers: new node 1 of 2 (i-c): ready",
            "workers: node 1 of 2 (i-a): gone",
            "workers: new node 2 of 2 (i-d): booting",
            "workers: new node 2 of 2 (i-d): ready",
            "workers: node 2 of 2 (i-b): draining",
            "workers: node 2 of 2 (i-b): gone",
        ]
    );
}

#[test]
fn nodes_cost_a_tenth_of_a_call_a_second_and_delay_nothing() {
    let plain = World::new(vec![roll()]);
    plain.state().page = 50;
    let id = plain.with_stack(true, &[("@", "CREATE_COMPLETE")]);
    plain.run(Operation { id: Some(id), timeout: seconds(4 * 3600), ..operation(Goal::Update) }).unwrap();
    let fleet = Fleet::new(roll(), 3, ROLLING);
    fleet.update();
    let (with, without) = (fleet.world.state().calls.len() as u64, plain.state().calls.len() as u64);
    let took = fleet.world.state().now - fleet.began;
    assert!((with - without) * 1_000_000 <= 100 * took, "{with} and {without} calls in {took} ms");
    assert!(with * 1_000_000 <= 400 * took, "{with} calls in {took} ms");
    assert_eq!(fleet.world.state().now, plain.state().now, "the end is noticed at the same time");
    assert!(fleet.calls("DescribeTags") < fleet.calls("DescribeAutoScalingGroups"), "tags only of nodes that change");
}

#[test]
fn a_scale_in_counts_those_that_leave() {
    let script = vec![
        (0, "@", "UPDATE_IN_PROGRESS", "User Initiated"),
        (1, "Workers", "UPDATE_IN_PROGRESS", ""),
        (400, "Workers", "UPDATE_COMPLETE", ""),
        (401, "@", "UPDATE_COMPLETE", ""),
    ];
    static NODES: &[Node] = &[
        (
            "i-a",
            "2",
            &[(0, "InService", "ready"), (3, "Terminating:Wait", "draining, 1 query left"), (200, "Terminated", "")],
        ),
        ("i-b", "2", &[(0, "InService", "ready")]),
        (
            "i-c",
            "2",
            &[
                (0, "InService", "ready"),
                (60, "Terminating:Wait", "not drained within 60 seconds"),
                (300, "Terminated", ""),
            ],
        ),
    ];
    let fleet = Fleet::new(script, 1, NODES);
    fleet.update();
    assert_eq!(
        fleet.lines(),
        [
            "workers: node 1 of 2 (i-a): draining, 1 query left",
            "workers: node 2 of 2 (i-c): not drained within 60 seconds",
            "workers: node 1 of 2 (i-a): gone",
            "workers: node 2 of 2 (i-c): gone",
        ]
    );
}

#[test]
fn a_refused_read_is_said_once_and_ends_the_reading() {
    for (kind, ends) in [
        (CallErrorKind::Denied, true),
        (CallErrorKind::Throttled, true),
        (CallErrorKind::Other, true),
        (CallErrorKind::Transport, false),
    ] {
        let mut fleet = Fleet::new(roll(), 3, ROLLING);
        fleet.refuses = Some(("DescribeAutoScalingGroups", 2, kind));
        assert!(matches!(fleet.update(), Outcome::Succeeded { .. }), "{kind:?}");
        let said = fleet.lines().iter().filter(|line| line.starts_with("what each node does is not shown")).count();
        assert_eq!(said, usize::from(ends), "{kind:?}");
        assert_eq!(fleet.calls("DescribeAutoScalingGroups") == 3, ends, "{kind:?}");
    }
}

#[test]
fn without_the_right_to_read_tags_the_lifecycle_is_told() {
    let mut fleet = Fleet::new(roll(), 3, ROLLING);
    fleet.refuses = Some(("DescribeTags", 0, CallErrorKind::Denied));
    fleet.update();
    assert_eq!(fleet.calls("DescribeTags"), 1);
    let lines = fleet.lines();
    assert!(lines[0].starts_with("what nodes say of themselves is not shown: AWS answered DescribeTags"), "{lines:?}");
    assert!(lines.contains(&"workers: node 1 of 2 (i-a): leaving".to_owned()), "{lines:?}");
    assert!(lines.contains(&"workers: new node 1 of 2 (i-c): in service".to_owned()), "{lines:?}");
}

#[test]
fn a_node_writes_one_short_line_and_no_more() {
    static NODES: &[Node] = &[(
        "i-a",
        "2",
        &[(
            0,
            "Pending",
            "failed: line 7\nand\u{1b}[31m much more that nobody wants to read, word after word after word after word after word after word after word",
        )],
    )];
    let script = vec![
        (0, "@", "UPDATE_IN_PROGRESS", "User Initiated"),
        (1, "Workers", "UPDATE_IN_PROGRESS", ""),
        (60, "Workers", "UPDATE_COMPLETE", ""),
        (61, "@", "UPDATE_COMPLETE", ""),
    ];
    let fleet = Fleet::new(script, 1, NODES);
    fleet.update();
    let lines = fleet.lines();
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(lines[0].starts_with("workers: new node 1 of 1 (i-a): failed: line 7 and [31m much"), "{lines:?}");
    assert!(!lines[0].contains(char::is_control) && lines[0].len() < 200, "{lines:?}");
}

#[test]
fn one_who_follows_sees_the_same_nodes() {
    let acting = Fleet::new(roll(), 3, ROLLING);
    acting.update();
    let fleet = Fleet::new(roll(), 3, ROLLING);
    let id = fleet.world.with_stack(false, &[("@", "CREATE_COMPLETE")]);
    fleet.world.drive(fleet.world.rollback_stack(&id, "token")).unwrap().unwrap();
    let fields = Fields::default().with_status_tag("starburst:status");
    let mut follower = Follower::new(NAME, fields, Timestamp(fleet.began), None);
    let end = fleet.world.drive(follower.follow(fleet.ports())).unwrap().unwrap();
    assert!(matches!(end, Followed::Well(_)), "{end:?}");
    assert_eq!(fleet.lines(), acting.lines());
}

#[test]
fn nothing_waits_for_a_read_that_hangs() {
    struct Hangs<'a>(&'a Fleet);
    #[async_trait]
    impl AutoScaling for Hangs<'_> {
        async fn groups(&self, _: &[String]) -> Called<Vec<Group>> {
            self.0.call("DescribeAutoScalingGroups")?;
            std::future::pending().await
        }
        async fn set_sizes(&self, _: &str, _: u32, _: u32, _: u32) -> Called<()> {
            panic!("a look changes nothing")
        }
        async fn failed_activities(&self, _: &str) -> Called<Vec<String>> {
            Ok(Vec::new())
        }
    }
    let quick = Fleet::new(roll(), 3, ROLLING);
    quick.update();
    let fleet = Fleet::new(roll(), 3, ROLLING);
    let id = fleet.world.with_stack(true, &[("@", "CREATE_COMPLETE")]);
    let fields = Fields::default().with_status_tag("starburst:status");
    let update = Operation { id: Some(id), fields, timeout: seconds(4 * 3600), ..operation(Goal::Update) };
    let hangs = Hangs(&fleet);
    let ports = Ports { auto_scaling: &hangs, ..fleet.ports() };
    let outcome = fleet.world.drive(crate::stack::run(ports, update)).unwrap();
    assert!(matches!(outcome, Outcome::Succeeded { .. }));
    assert_eq!(fleet.world.state().now, quick.world.state().now);
    assert_eq!(fleet.calls("DescribeAutoScalingGroups"), 1, "one at a time");
}
