//! The rolling update: R60 to R74.

use super::*;
use crate::fake::NodeFate;
use crate::fake::state::Place;

/// Rolls N instances with M, s and b, and gives batches, the temporary size and the low-water mark.
fn roll(n: usize, most: usize, keep: usize, batch: usize) -> (Vec<usize>, Option<usize>, usize) {
    let template = template(&policy(keep, batch));
    let (workers, max) = (n.to_string(), most.to_string());
    let sizes = [("Workers", workers.as_str()), ("Most", max.as_str())];
    let w = created(&template, &sizes);
    let given = [sizes[0], sizes[1], ("Kind", "r5.2xlarge")];
    update(&w, &template, &given).unwrap();
    let place = Place { account: super::super::ACCOUNT.into(), region: "us-east-1".into() };
    let mut low = usize::MAX;
    while status(&w).ends_with("IN_PROGRESS") {
        low = low.min(w.with(|s| s.region(&place).groups.values().next().map_or(0, |g| g.in_service())));
        w.advance_to(w.next_wakeup().unwrap());
    }
    assert_eq!(status(&w), "UPDATE_COMPLETE");
    let (min, desired, _, versions) = group(&w);
    assert_eq!((min, desired, versions), (n, n, vec![2; n]), "sizes return to the template's");
    let texts = reasons(&w, "Group", "UPDATE_IN_PROGRESS");
    let batches = texts
        .iter()
        .filter_map(|t| t.strip_prefix("Terminating instance(s) [")?.split_once(']'))
        .map(|(ids, _)| ids.split(',').count())
        .collect();
    let temporary = texts.iter().find_map(|t| {
        t.strip_prefix("Temporarily setting autoscaling group MinSize and DesiredCapacity to ")?
            .trim_end_matches('.')
            .parse()
            .ok()
    });
    (batches, temporary, low)
}

#[test]
fn r60_rows_of_the_table() {
    assert_eq!(roll(5, 10, 5, 10), (vec![5], Some(10), 5));
    assert_eq!(roll(3, 5, 3, 1), (vec![1, 1, 1], Some(4), 3));
    assert_eq!(roll(2, 4, 1, 1), (vec![1, 1], Some(2), 1));
    assert_eq!(roll(6, 9, 3, 9), (vec![6], Some(9), 3));
    assert_eq!(roll(6, 9, 6, 9), (vec![3, 3], Some(9), 6));
    assert_eq!(roll(9, 9, 3, 9), (vec![6, 3], None, 3));
    assert_eq!(roll(9, 9, 8, 9), (vec![1; 9], None, 8));
}

#[test]
fn r60_rollback_row_rolls_only_the_new_ones() {
    // Six old, three new that never signal; desired is then nine of nine without a size in the template.
    let mut template = template(&policy(3, 9));
    template["Resources"]["Group"]["Properties"].as_object_mut().unwrap().remove("DesiredCapacity");
    let w = created(&template, &[("Workers", "6")]);
    w.node_fate("Group", NodeFate::Silent, 3);
    update(&w, &template, &[("Workers", "6"), ("Kind", "r5.2xlarge")]).unwrap();
    w.settle(100_000);
    assert_eq!(status(&w), "UPDATE_ROLLBACK_COMPLETE");
    let texts = reasons(&w, "Group", "UPDATE_IN_PROGRESS");
    assert!(texts.contains(&"Failed to receive 3 resource signal(s) for the current batch.  Each resource signal timeout is counted as a FAILURE.".to_owned()));
    assert_eq!(
        reasons(&w, "Group", "UPDATE_FAILED"),
        ["Received 0 SUCCESS signal(s) out of 6.  Unable to satisfy 100% MinSuccessfulInstancesPercent requirement"]
    );
    assert!(texts.iter().any(|t| t.starts_with("Rolling update initiated. Terminating 3 obsolete instance(s) in batches of 3, while keeping at least 3 instance(s) in service.")));
    // R68: the raised desired capacity stays.
    assert_eq!(group(&w), (6, 9, 9, vec![1; 9]));
}

#[test]
fn r61_texts_are_exact() {
    let template = template(&policy(3, 1));
    let w = created(&template, &[("Most", "5")]);
    update(&w, &template, &[("Most", "5"), ("Kind", "r5.2xlarge")]).unwrap();
    w.settle(100_000);
    let texts = reasons(&w, "Group", "UPDATE_IN_PROGRESS");
    assert!(texts.contains(&"Rolling update initiated. Terminating 3 obsolete instance(s) in batches of 1, while keeping at least 3 instance(s) in service. Waiting on resource signals with a timeout of PT10M when new instances are added to the autoscaling group.".to_owned()), "{texts:#?}");
    assert!(
        texts.contains(
            &"New instance(s) added to autoscaling group - Waiting on 1 resource signal(s) with a timeout of PT10M."
                .to_owned()
        )
    );
    let progress: Vec<&str> = texts.iter().filter_map(|t| t.split_once("(Progress ")).map(|(_, p)| p).collect();
    assert_eq!(progress, ["33%).", "67%).", "100%)."]);
    assert!(texts.iter().any(|t| t.ends_with("replacing with 0 new instance(s).")));
}

#[test]
fn r63_r31_keep_must_be_below_the_largest_size() {
    let template = template(&policy(3, 1));
    let w = created(&template, &[("Most", "3")]);
    update(&w, &template, &[("Most", "3"), ("Kind", "r5.2xlarge")]).unwrap();
    w.settle(100_000);
    assert_eq!(status(&w), "UPDATE_ROLLBACK_COMPLETE");
    assert_eq!(
        reasons(&w, "Group", "UPDATE_FAILED"),
        ["MinInstancesInService must be less than the autoscaling group's MaxSize"]
    );
    assert_eq!(group(&w).3, [1, 1, 1]);
}

#[test]
fn r64_a_failure_signal_fails_the_roll_at_once() {
    let template = template(&policy(2, 1));
    let w = created(&template, &[("Workers", "3"), ("Most", "3")]);
    w.node_fate("Group", NodeFate::Fails, 1);
    update(&w, &template, &[("Workers", "3"), ("Most", "3"), ("Kind", "r5.2xlarge")]).unwrap();
    w.settle(100_000);
    assert_eq!(status(&w), "UPDATE_ROLLBACK_COMPLETE");
    assert_eq!(
        reasons(&w, "Group", "UPDATE_FAILED"),
        ["Received 1 FAILURE signal(s) out of 3.  Unable to satisfy 100% MinSuccessfulInstancesPercent requirement"]
    );
    let refused = w.call(
        "cloudformation",
        "SignalResource",
        json!({
        "StackName": "s", "LogicalResourceId": "Group", "UniqueId": "i-1", "Status": "SUCCESS" }),
    );
    assert!(refused.unwrap_err().message.ends_with("is in UPDATE_ROLLBACK_COMPLETE state and cannot be signaled"));
}

#[test]
fn r72_unmodified_sizes_can_be_ignored() {
    for (ignore, expected) in [(false, 3), (true, 5)] {
        let mut policy = policy(1, 1);
        policy["AutoScalingScheduledAction"] = json!({ "IgnoreUnmodifiedGroupSizeProperties": ignore });
        let mut template = template(&policy);
        let w = created(&template, &[]);
        assert!(w.set_group_size("us-east-1", "Group", 3, 5, 9));
        template["Resources"]["Group"]["Properties"]["HealthCheckGracePeriod"] = json!(60);
        update(&w, &template, &[]).unwrap();
        w.settle(100_000);
        assert_eq!((status(&w).as_str(), group(&w).1), ("UPDATE_COMPLETE", expected), "ignore: {ignore}");
    }
}

#[test]
fn r73_without_update_policy_old_instances_stay() {
    let template = template(&json!({}));
    let w = created(&template, &[]);
    update(&w, &template, &[("Kind", "r5.2xlarge")]).unwrap();
    w.settle(100_000);
    assert_eq!((status(&w).as_str(), group(&w).3), ("UPDATE_COMPLETE", vec![1, 1, 1]));
}

#[test]
fn r71_a_replacing_update_makes_a_second_group() {
    let template = template(&json!({ "AutoScalingReplacingUpdate": { "WillReplace": true } }));
    let w = created(&template, &[]);
    let before = w.with(|s| s.places.values().flat_map(|r| r.groups.keys().cloned()).collect::<Vec<_>>());
    update(&w, &template, &[("Kind", "r5.2xlarge")]).unwrap();
    w.settle(100_000);
    assert_eq!((status(&w).as_str(), group(&w).3), ("UPDATE_COMPLETE", vec![2, 2, 2]));
    let after = w.with(|s| s.places.values().flat_map(|r| r.groups.keys().cloned()).collect::<Vec<_>>());
    assert_eq!(after.len(), 1);
    assert_ne!(before, after);
}

#[test]
fn r74_no_instances_roll_at_once() {
    let template = template(&policy(0, 1));
    let w = created(&template, &[("Workers", "0")]);
    update(&w, &template, &[("Workers", "0"), ("Kind", "r5.2xlarge")]).unwrap();
    w.settle(100_000);
    assert_eq!(status(&w), "UPDATE_COMPLETE");
}

#[test]
fn r76_a_termination_hook_holds_until_the_node_has_drained() {
    let mut template = template(&policy(1, 1));
    template["Resources"]["Hook"] = json!({ "Type": "AWS::AutoScaling::LifecycleHook", "Properties": {
        "AutoScalingGroupName": { "Ref": "Group" }, "LifecycleTransition": "autoscaling:EC2_INSTANCE_TERMINATING",
        "HeartbeatTimeout": 600 } });
    let w = created(&template, &[]);
    assert!(w.set_group_size("us-east-1", "Group", 2, 2, 9));
    let waiting = |w: &World| {
        w.with(|s| {
            s.places
                .values()
                .flat_map(|r| r.groups.values())
                .flat_map(|g| &g.instances)
                .filter(|i| i.state == "Terminating:Wait")
                .count()
        })
    };
    assert_eq!(waiting(&w), 1);
    w.advance_to(w.now().plus_ms(91_000));
    assert_eq!(waiting(&w), 0);
    w.advance_to(w.now().plus_ms(61_000));
    assert_eq!(
        w.with(|s| s.places.values().flat_map(|r| r.groups.values()).map(|g| g.instances.len()).sum::<usize>()),
        2
    );
}
