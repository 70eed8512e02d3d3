//! Failures and what follows from them: R23, R35 to R37, R54 to R59, the catalogue F….

use super::*;
use crate::fake::{NodeFate, Phase};

#[test]
fn f4_a_bad_image_fails_the_creation_and_leaves_nothing() {
    let w = world();
    create(&w, &template(&policy(1, 1)), &[("Image", "ami-00000000000000000")]).unwrap();
    w.settle(100_000);
    assert_eq!(status(&w), "ROLLBACK_COMPLETE");
    let failed = reasons(&w, "Group", "CREATE_FAILED");
    assert!(failed[0].contains("The image id '[ami-00000000000000000]' does not exist"), "{failed:?}");
    assert_eq!(
        reasons(&w, "s", "ROLLBACK_IN_PROGRESS"),
        ["The following resource(s) failed to create: [Group]. Rollback requested by user."]
    );
    let left = w.with(|s| s.places.values().map(|r| r.groups.len() + r.objects.len()).sum::<usize>());
    assert_eq!(left, 0);
    let again = update(&w, &template(&policy(1, 1)), &[]).unwrap_err();
    assert!(again.message.ends_with("is in ROLLBACK_COMPLETE state and can not be updated."), "R12: {again}");
}

#[test]
fn f4_a_bad_image_in_an_update_restores_the_old_values() {
    let template = template(&policy(1, 1));
    let w = created(&template, &[]);
    update(&w, &template, &[("Image", "ami-00000000000000000"), ("Workers", "5")]).unwrap();
    w.settle(100_000);
    assert_eq!(status(&w), "UPDATE_ROLLBACK_COMPLETE");
    let described = w.call("cloudformation", "DescribeStacks", json!({ "StackName": "s" })).unwrap();
    let shown = described["Stacks"][0]["Parameters"].as_array().unwrap().clone();
    let value = |name: &str| shown.iter().find(|p| p["ParameterKey"] == name).unwrap()["ParameterValue"].clone();
    assert_eq!(value("Workers"), "3");
    assert_eq!(value("Image"), crate::fake::seed::IMAGE_X86);
    assert_eq!(value("Password"), "****", "R32");
    assert_eq!(group(&w), (3, 3, 9, vec![1, 1, 1]));
    assert_eq!(update(&w, &template, &[]).unwrap_err().message, "No updates are to be performed.");
}

#[test]
fn f13_silent_nodes_fail_a_creation_after_exactly_the_timeout() {
    let w = world();
    w.node_fate("*", NodeFate::Silent, 100);
    let begun = w.now();
    create(&w, &template(&policy(1, 1)), &[]).unwrap();
    w.settle(100_000);
    assert_eq!(status(&w), "ROLLBACK_COMPLETE");
    assert_eq!(
        reasons(&w, "Group", "CREATE_FAILED"),
        ["Received 0 SUCCESS signal(s) out of 3.  Unable to satisfy 100% MinSuccessfulInstancesPercent requirement"]
    );
    assert!(reasons(&w, "Group", "UPDATE_IN_PROGRESS")[0].starts_with("Failed to receive 3 resource signal(s)"));
    assert!(w.now().0 - begun.0 > 900_000);
}

#[test]
fn f15_silence_in_the_rollback_too_ends_stuck_and_can_be_continued() {
    let template = template(&policy(1, 1));
    let w = created(&template, &[]);
    w.node_fate("*", NodeFate::Silent, 2);
    update(&w, &template, &[("Kind", "r5.2xlarge")]).unwrap();
    w.settle(100_000);
    assert_eq!(status(&w), "UPDATE_ROLLBACK_FAILED");
    assert_eq!(reasons(&w, "s", "UPDATE_ROLLBACK_FAILED"), ["The following resource(s) failed to update: [Group]."]);
    w.call("cloudformation", "ContinueUpdateRollback", json!({ "StackName": "s" })).unwrap();
    w.settle(100_000);
    assert_eq!(status(&w), "UPDATE_ROLLBACK_COMPLETE", "R56");
    assert_eq!(group(&w).3, [1, 1, 1]);
}

#[test]
fn r55_a_failed_resource_can_be_skipped() {
    let template = template(&policy(1, 1));
    let w = created(&template, &[]);
    w.fail_resource("Group", Phase::Update, "no", 1);
    w.fail_resource("Group", Phase::Restore, "still no", 9);
    update(&w, &template, &[("Workers", "4")]).unwrap();
    w.settle(100_000);
    assert_eq!(status(&w), "UPDATE_ROLLBACK_FAILED");
    let wrong =
        w.call("cloudformation", "ContinueUpdateRollback", json!({ "StackName": "s", "ResourcesToSkip": ["Role"] }));
    assert!(wrong.is_err());
    w.call("cloudformation", "ContinueUpdateRollback", json!({ "StackName": "s", "ResourcesToSkip": ["Group"] }))
        .unwrap();
    w.settle(100_000);
    assert_eq!(status(&w), "UPDATE_ROLLBACK_COMPLETE");
}

#[test]
fn r23_siblings_are_cancelled_after_the_cause() {
    let w = world();
    w.fail_resource("Access", Phase::Create, "first cause", 1);
    let mut template = template(&policy(1, 1));
    template["Resources"]["Endpoint"] = json!({ "Type": "AWS::EC2::VPCEndpoint", "Properties": {
        "VpcId": crate::fake::seed::VPC, "ServiceName": "com.amazonaws.us-east-1.s3" } });
    create(&w, &template, &[]).unwrap();
    w.settle(100_000);
    let events = w.events("us-east-1", "s");
    let failed: Vec<(&str, &str)> =
        events.iter().filter(|e| e.1 == "CREATE_FAILED").map(|e| (e.0.as_str(), e.2.as_str())).collect();
    assert_eq!(failed[0], ("Access", "first cause"));
    assert!(failed[1..].iter().all(|f| f.1 == "Resource creation cancelled") && failed.len() > 1);
    assert!(
        reasons(&w, "s", "ROLLBACK_IN_PROGRESS")[0]
            .starts_with("The following resource(s) failed to create: [Access, ")
    );
}

#[test]
fn r22_the_rollback_is_another_operation_with_the_same_token() {
    let w = world();
    w.fail_resource("Role", Phase::Create, "no", 1);
    create(&w, &template(&policy(1, 1)), &[]).unwrap();
    w.settle(100_000);
    let events: Vec<(String, Option<String>, String)> = w.with(|s| {
        s.places
            .values()
            .flat_map(|r| r.stacks.values())
            .flat_map(|s| &s.events)
            .map(|e| (e.operation.clone(), e.token.clone(), e.status.clone()))
            .collect()
    });
    let mut operations: Vec<&str> = events.iter().map(|e| e.0.as_str()).collect();
    operations.dedup();
    assert_eq!(operations.len(), 2);
    assert!(events.iter().all(|e| e.1.as_deref() == Some("create-1")));
}

#[test]
fn r54_cancel_rolls_back() {
    let template = template(&policy(1, 1));
    let w = created(&template, &[]);
    update(&w, &template, &[("Kind", "r5.2xlarge")]).unwrap();
    w.advance_to(w.now().plus_ms(60_000));
    assert_eq!(status(&w), "UPDATE_IN_PROGRESS");
    w.call("cloudformation", "CancelUpdateStack", json!({ "StackName": "s" })).unwrap();
    assert_eq!(status(&w), "UPDATE_ROLLBACK_IN_PROGRESS");
    assert_eq!(
        w.call("cloudformation", "CancelUpdateStack", json!({ "StackName": "s" })).unwrap_err().message,
        "CancelUpdateStack cannot be called from current stack status"
    );
    w.settle(100_000);
    assert_eq!((status(&w).as_str(), group(&w).3), ("UPDATE_ROLLBACK_COMPLETE", vec![1, 1, 1]));
    assert_eq!(reasons(&w, "Group", "UPDATE_FAILED"), ["Resource update cancelled"]);
}

#[test]
fn f33_a_rollback_that_cannot_delete_then_retained() {
    let w = world();
    w.fail_resource("Group", Phase::Create, "no", 1);
    w.fail_resource("Role", Phase::Delete, "in use", 2);
    create(&w, &template(&policy(1, 1)), &[]).unwrap();
    w.settle(100_000);
    assert_eq!(status(&w), "ROLLBACK_FAILED");
    let arn = w.with(|s| s.places.values().flat_map(|r| r.stacks.keys().cloned()).next().unwrap());
    let delete = |extra: Value| {
        let mut p = json!({ "StackName": arn });
        p.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        w.call("cloudformation", "DeleteStack", p)
    };
    assert!(delete(json!({ "RetainResources": ["Role"] })).is_err(), "R58");
    delete(json!({})).unwrap();
    w.settle(100_000);
    assert_eq!(status(&w), "DELETE_FAILED");
    assert_eq!(reasons(&w, "s", "DELETE_FAILED"), ["The following resource(s) failed to delete: [Role]. "]);
    delete(json!({ "RetainResources": ["Role"] })).unwrap();
    w.settle(100_000);
    assert_eq!(w.stack_status("us-east-1", &arn).as_deref(), Some("DELETE_COMPLETE"));
}

#[test]
fn f17_f18_what_is_in_use_is_not_deleted() {
    let w = created(
        &json!({ "Resources": {
        "Store": { "Type": "AWS::S3::Bucket" },
        "Other": { "Type": "AWS::SNS::Topic" } } }),
        &[],
    );
    w.with(|s| {
        for region in s.places.values_mut() {
            for (name, bucket) in &mut region.buckets {
                if name.starts_with("s-store") {
                    bucket.objects.insert("k".into(), (Vec::new(), crate::fake::Timestamp(0), String::new()));
                }
            }
        }
    });
    w.call("cloudformation", "DeleteStack", json!({ "StackName": "s" })).unwrap();
    w.settle(100_000);
    assert_eq!(status(&w), "DELETE_FAILED");
    assert!(
        reasons(&w, "Store", "DELETE_FAILED")[0]
            .contains("The bucket you tried to delete is not empty (Service: S3, Status Code: 409")
    );
    assert_eq!(reasons(&w, "Other", "DELETE_COMPLETE").len(), 1);
}

#[test]
fn r37_f34_clean_up_is_tried_three_times() {
    let topic = |name: &str| json!({ "Resources": { "T": { "Type": "AWS::SNS::Topic", "Properties": { "TopicName": name } } } });
    let w = created(&topic("a"), &[]);
    w.fail_resource("T", Phase::Delete, "no", 3);
    update(&w, &topic("b"), &[]).unwrap();
    w.settle(100_000);
    assert_eq!(status(&w), "UPDATE_COMPLETE");
    assert_eq!(reasons(&w, "T", "DELETE_FAILED").len(), 3);
    assert_eq!(reasons(&w, "s", "UPDATE_COMPLETE"), ["Update successful. One or more resources could not be deleted."]);
    assert_eq!(
        reasons(&w, "T", "UPDATE_IN_PROGRESS"),
        [
            "Requested update requires the creation of a new physical resource; hence creating one.",
            "Resource creation Initiated",
        ]
    );
}

#[test]
fn r35_f30_disabled_rollback_keeps_the_split_state() {
    let template = template(&policy(1, 1));
    let w = created(&template, &[]);
    w.fail_resource("Group", Phase::Update, "no", 1);
    let call = json!({ "StackName": "s", "TemplateBody": template.to_string(), "DisableRollback": true,
        "Parameters": parameters(&[("Kind", "r5.2xlarge")]), "Capabilities": ["CAPABILITY_IAM"] });
    w.call("cloudformation", "UpdateStack", call).unwrap();
    w.settle(100_000);
    assert_eq!(status(&w), "UPDATE_FAILED");
    assert!(update(&w, &template, &[]).unwrap_err().message.contains("non-terminal [UPDATE_FAILED] state"), "R11");
    w.call("cloudformation", "RollbackStack", json!({ "StackName": "s" })).unwrap();
    w.settle(100_000);
    assert_eq!(status(&w), "UPDATE_ROLLBACK_COMPLETE", "R57");
}

#[test]
fn r75_failed_launches_stand_in_the_activities_only() {
    let w = world();
    w.no_capacity("r5.xlarge");
    create(&w, &template(&policy(1, 1)), &[]).unwrap();
    w.settle(100_000);
    assert_eq!(status(&w), "ROLLBACK_COMPLETE");
    assert!(reasons(&w, "Group", "CREATE_FAILED")[0].starts_with("Received 0 SUCCESS signal(s) out of 3."));
    let found = w.call("autoscaling", "DescribeScalingActivities", json!({ "IncludeDeletedGroups": true })).unwrap();
    let message = found["Activities"].to_string();
    assert!(message.contains("We currently do not have sufficient r5.xlarge capacity"), "F1");
    assert!(message.contains("Launching EC2 instance failed."));
}

#[test]
fn f35_a_group_without_signals_names_the_last_activity() {
    let mut template = template(&policy(1, 1));
    template["Resources"]["Group"].as_object_mut().unwrap().remove("CreationPolicy");
    let w = world();
    w.fail_launches("Group", "Client.InternalError: Client error on launch", 99);
    create(&w, &template, &[]).unwrap();
    w.settle(100_000);
    assert!(
        reasons(&w, "Group", "CREATE_FAILED")[0]
            .starts_with("Group did not stabilize. Last scaling activity: Client.InternalError")
    );
}

#[test]
fn f26_the_create_timeout() {
    let w = world();
    w.node_fate("*", NodeFate::Silent, 100);
    w.call(
        "cloudformation",
        "CreateStack",
        json!({
        "StackName": "s", "TemplateBody": template(&policy(1, 1)).to_string(), "TimeoutInMinutes": 5,
        "Capabilities": ["CAPABILITY_IAM"] }),
    )
    .unwrap();
    w.settle(100_000);
    assert_eq!(
        reasons(&w, "s", "ROLLBACK_IN_PROGRESS"),
        ["Stack creation time exceeded the specified timeout. Rollback requested by user."]
    );
    assert_eq!(reasons(&w, "Group", "CREATE_FAILED"), ["Resource creation cancelled"]);
}
