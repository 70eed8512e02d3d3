//! Updates and change sets: R28 to R34, R38, R42 to R47.

use super::*;

#[test]
fn r29_nothing_to_do_is_refused() {
    let mut template = template(&policy(1, 1));
    let w = created(&template, &[]);
    template["Outputs"]["More"] = json!({ "Value": "x" });
    template["Resources"]["Role"]["DeletionPolicy"] = json!("Retain");
    template["Resources"]["Group"]["UpdatePolicy"]["AutoScalingRollingUpdate"]["MaxBatchSize"] = json!(2);
    assert_eq!(update(&w, &template, &[]).unwrap_err().message, "No updates are to be performed.");
    assert_eq!(status(&w), "CREATE_COMPLETE");
}

#[test]
fn r29_changed_metadata_of_a_resource_is_a_change_of_it_alone() {
    let mut template = template(&policy(1, 1));
    let w = created(&template, &[]);
    let before = w.events("us-east-1", "s").len();
    template["Resources"]["Role"]["Metadata"] = json!({ "Revision": 2 });
    update(&w, &template, &[]).unwrap();
    w.settle(1_000_000);
    assert_eq!(status(&w), "UPDATE_COMPLETE");
    let events = w.events("us-east-1", "s");
    let told = format!("{:?}", &events[..events.len() - before]);
    assert!(told.contains("Role") && !told.contains("Group") && !told.contains("DELETE"), "{told}");
    assert_eq!(update(&w, &template, &[]).unwrap_err().message, "No updates are to be performed.");
}

#[test]
fn r19_only_what_changes_has_events_and_r10_the_clean_up_status_appears() {
    let template = template(&policy(1, 1));
    let w = created(&template, &[]);
    let before = w.events("us-east-1", "s").len();
    update(&w, &template, &[("Workers", "5")]).unwrap();
    w.settle(100_000);
    let events = w.events("us-east-1", "s").split_off(before);
    assert!(events.iter().all(|e| e.0 == "s" || e.0 == "Group"), "{events:?}");
    let stack: Vec<&str> = events.iter().filter(|e| e.0 == "s").map(|e| e.1.as_str()).collect();
    assert_eq!(stack, ["UPDATE_IN_PROGRESS", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", "UPDATE_COMPLETE"]);
    assert_eq!(group(&w), (5, 5, 9, vec![1; 5]));
}

#[test]
fn r28_parameters() {
    let template = template(&policy(1, 1));
    let w = created(&template, &[("Workers", "4")]);
    let call = |p: Value| {
        w.call(
            "cloudformation",
            "UpdateStack",
            json!({
        "StackName": "s", "UsePreviousTemplate": true, "Parameters": p, "Capabilities": ["CAPABILITY_IAM"] }),
        )
        .map_err(|e| e.message)
    };
    assert_eq!(
        call(json!([{ "ParameterKey": "Workers", "UsePreviousValue": true }])),
        Err("No updates are to be performed.".into())
    );
    assert!(call(json!([{ "ParameterKey": "Workers", "UsePreviousValue": true, "ParameterValue": "1" }])).is_err());
    assert_eq!(
        call(json!([{ "ParameterKey": "Nope", "ParameterValue": "1" }])),
        Err("Parameters: [Nope] do not exist in the template".into())
    );
    assert_eq!(
        call(json!([{ "ParameterKey": "Workers", "ParameterValue": "x" }])),
        Err("Parameter 'Workers' must be a number.".into())
    );
    call(json!([])).unwrap();
    w.settle(100_000);
    assert_eq!(group(&w).1, 3, "an absent parameter takes the template's default");
}

#[test]
fn r30_r41_tags() {
    let template = template(&policy(1, 1));
    let w = created(&template, &[]);
    let call = |tags: Value| {
        w.call(
            "cloudformation",
            "UpdateStack",
            json!({
        "StackName": "s", "UsePreviousTemplate": true, "Tags": tags, "Capabilities": ["CAPABILITY_IAM"] }),
        )
    };
    call(json!([{ "Key": "team", "Value": "a" }])).unwrap();
    w.settle(100_000);
    let role = w.with(|s| {
        s.places
            .values()
            .flat_map(|r| r.objects.iter())
            .find(|(k, _)| k.0 == "AWS::IAM::Role")
            .map(|(_, o)| o.properties["Tags"].to_string())
            .unwrap()
    });
    assert!(role.contains("team") && role.contains("aws:cloudformation:stack-name"), "{role}");
    assert_eq!(update(&w, &template, &[]).unwrap_err().message, "No updates are to be performed.", "absent tags stay");
    call(json!("")).unwrap();
    w.settle(100_000);
    let shown = w.call("cloudformation", "DescribeStacks", json!({ "StackName": "s" })).unwrap();
    assert_eq!(shown["Stacks"][0]["Tags"], json!([]));
}

#[test]
fn r31_capabilities() {
    let w = world();
    let mut named = template(&policy(1, 1));
    named["Resources"]["Role"]["Properties"]["RoleName"] = json!("mine");
    let refused = create(&w, &named, &[]).unwrap_err();
    assert_eq!(
        (refused.code.as_str(), refused.message.as_str()),
        ("InsufficientCapabilitiesException", "Requires capabilities : [CAPABILITY_NAMED_IAM]")
    );
}

#[test]
fn r38_a_stack_policy_denies() {
    let template = template(&policy(1, 1));
    let w = created(&template, &[]);
    let body = json!({ "Statement": [
        { "Effect": "Deny", "Action": "Update:Modify", "Principal": "*", "Resource": "LogicalResourceId/Group" },
        { "Effect": "Allow", "Action": "Update:*", "Principal": "*", "Resource": "*" }] });
    w.call("cloudformation", "SetStackPolicy", json!({ "StackName": "s", "StackPolicyBody": body.to_string() }))
        .unwrap();
    update(&w, &template, &[("Workers", "4")]).unwrap();
    w.settle(100_000);
    assert_eq!(status(&w), "UPDATE_ROLLBACK_COMPLETE");
    assert_eq!(
        reasons(&w, "Group", "UPDATE_FAILED"),
        [
            "Action denied by stack policy: Statement [#1] does not allow [Update:Modify] for resource [LogicalResourceId/Group];"
        ]
    );
}

#[test]
fn r42_to_r46_change_sets() {
    let template = template(&policy(1, 1));
    let w = created(&template, &[]);
    let make = |name: &str, p: &[(&str, &str)]| {
        w.call("cloudformation", "CreateChangeSet", json!({
        "StackName": "s", "ChangeSetName": name, "UsePreviousTemplate": true, "Parameters": parameters(p), "Capabilities": ["CAPABILITY_IAM"] })).unwrap()
    };
    let show = |name: &str| {
        w.call(
            "cloudformation",
            "DescribeChangeSet",
            json!({ "StackName": "s", "ChangeSetName": name, "IncludePropertyValues": "true" }),
        )
        .unwrap()
    };
    make("none", &[]);
    let set = make("grow", &[("Workers", "5")]);
    make("type", &[("Kind", "r5.2xlarge")]);
    assert_eq!(show("grow")["Status"], "CREATE_PENDING");
    w.advance_to(w.now().plus_ms(10_000));
    let none = show("none");
    assert_eq!((none["Status"].as_str(), none["ExecutionStatus"].as_str()), (Some("FAILED"), Some("UNAVAILABLE")));
    assert!(none["StatusReason"].as_str().unwrap().starts_with("The submitted information didn't contain changes."));
    let kind = show("type");
    assert_eq!(kind["Changes"].as_array().unwrap().len(), 2, "template and group");
    assert!(kind["Changes"].to_string().contains("{{changeSet:KNOWN_AFTER_APPLY}}"), "R44");
    let execute =
        |name: &str| w.call("cloudformation", "ExecuteChangeSet", json!({ "StackName": "s", "ChangeSetName": name }));
    assert_eq!(execute("none").unwrap_err().code, "InvalidChangeSetStatus");
    execute("grow").unwrap();
    w.settle(100_000);
    assert_eq!((status(&w).as_str(), group(&w).1), ("UPDATE_COMPLETE", 5));
    assert_eq!(execute("type").unwrap_err().code, "ChangeSetNotFound", "R45");
    let kept = w.call("cloudformation", "DescribeChangeSet", json!({ "ChangeSetName": set["Id"] })).unwrap();
    assert_eq!(kept["ExecutionStatus"], "EXECUTE_COMPLETE");
    make("late", &[("Workers", "6")]);
    w.advance_to(w.now().plus_ms(10_000));
    update(&w, &template, &[("Workers", "4")]).unwrap();
    w.settle(100_000);
    assert_eq!(show("late")["ExecutionStatus"], "OBSOLETE", "R46");
}

#[test]
fn r47_r14_a_create_change_set_leaves_a_stack_in_review() {
    let w = world();
    let body = template(&policy(1, 1));
    w.call("cloudformation", "CreateChangeSet", json!({
        "StackName": "s", "ChangeSetName": "c", "ChangeSetType": "CREATE", "TemplateBody": body.to_string(), "Capabilities": ["CAPABILITY_IAM"] })).unwrap();
    w.advance_to(w.now().plus_ms(10_000));
    assert_eq!(status(&w), "REVIEW_IN_PROGRESS");
    create(&w, &body, &[]).unwrap();
    w.settle(100_000);
    assert_eq!(status(&w), "CREATE_COMPLETE");
    let shown =
        w.call("cloudformation", "DescribeChangeSet", json!({ "StackName": "s", "ChangeSetName": "c" })).unwrap();
    assert_eq!(shown["ExecutionStatus"], "OBSOLETE");
}

#[test]
fn r84_r86_drift_of_a_group_is_found() {
    let template = template(&policy(1, 1));
    let w = created(&template, &[]);
    w.set_group_size("us-east-1", "Group", 4, 4, 9);
    let id = w.call("cloudformation", "DetectStackDrift", json!({ "StackName": "s" })).unwrap();
    let ask = || w.call("cloudformation", "DescribeStackDriftDetectionStatus", id.clone()).unwrap();
    assert_eq!(ask()["DetectionStatus"], "DETECTION_IN_PROGRESS");
    w.advance_to(w.now().plus_ms(30_000));
    assert_eq!(ask()["StackDriftStatus"], "DRIFTED");
    let found = w
        .call(
            "cloudformation",
            "DescribeStackResourceDrifts",
            json!({ "StackName": "s", "StackResourceDriftStatusFilters": ["MODIFIED"] }),
        )
        .unwrap();
    let differences = found["StackResourceDrifts"][0]["PropertyDifferences"].as_array().unwrap().clone();
    assert!(
        differences
            .iter()
            .any(|d| d["PropertyPath"] == "/DesiredCapacity" && d["ExpectedValue"] == "3" && d["ActualValue"] == "4")
    );
}

#[test]
fn r39_f32_an_alarm_takes_an_update_back() {
    let template = template(&policy(1, 1));
    let alarm = "arn:aws:cloudwatch:us-east-1:123456789012:alarm:errors";
    let w = created(&template, &[]);
    let rollback = json!({ "MonitoringTimeInMinutes": 10, "RollbackTriggers": [{ "Arn": alarm, "Type": "AWS::CloudWatch::Alarm" }] });
    let call = |workers: &str| {
        w.call(
            "cloudformation",
            "UpdateStack",
            json!({
            "StackName": "s", "UsePreviousTemplate": true, "Parameters": parameters(&[("Workers", workers)]),
            "RollbackConfiguration": rollback, "Capabilities": ["CAPABILITY_IAM"] }),
        )
        .unwrap()
    };
    call("4");
    w.settle(100_000);
    assert_eq!(status(&w), "UPDATE_ROLLBACK_COMPLETE", "a trigger that does not exist fails the operation");
    w.set_alarm("us-east-1", alarm, false);
    call("4");
    w.advance_to(w.now().plus_ms(5 * 60_000));
    assert_eq!(status(&w), "UPDATE_IN_PROGRESS", "the window delays the end");
    w.set_alarm("us-east-1", alarm, true);
    w.settle(100_000);
    assert_eq!((status(&w).as_str(), group(&w).1), ("UPDATE_ROLLBACK_COMPLETE", 3));
    assert!(reasons(&w, "Group", "UPDATE_FAILED").is_empty());
    w.set_alarm("us-east-1", alarm, false);
    call("5");
    w.settle(100_000);
    assert_eq!((status(&w).as_str(), group(&w).1), ("UPDATE_COMPLETE", 5));
}
