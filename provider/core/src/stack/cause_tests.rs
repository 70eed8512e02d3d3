//! Streams of events with the cause that has to be named.

use std::collections::BTreeMap;

use super::*;
use crate::path::Path;
use crate::stack::Topic;

/// Oldest first: logical id (`@` for the stack), type, status, reason.
type Stream<'a> = &'a [(&'a str, &'a str, &'a str, &'a str)];

fn events(stream: Stream<'_>) -> Vec<StackEvent> {
    let event = |(at, (logical_id, kind, status, reason)): (usize, &(&str, &str, &str, &str))| StackEvent {
        id: at.to_string(),
        stack_id: "arn:root".into(),
        logical_id: (*logical_id).into(),
        physical_id: if *logical_id == "@" { "arn:root".into() } else { format!("id-{logical_id}") },
        resource_type: if *logical_id == "@" { "AWS::CloudFormation::Stack" } else { kind }.into(),
        status: (*status).into(),
        reason: (*reason).into(),
        ..StackEvent::default()
    };
    stream.iter().enumerate().map(event).collect()
}

fn diagnosed(stream: Stream<'_>) -> Diagnosis {
    diagnose(&events(stream), &Evidence::default(), &Fields::default())
}

#[test]
fn the_first_true_cause_is_named() {
    let table: &[(&str, &str, Stream<'_>)] = &[
        (
            "Role",
            "F9",
            &[
                ("@", "", "CREATE_IN_PROGRESS", "User Initiated"),
                ("Vpc", "T", "CREATE_FAILED", "Resource creation cancelled"),
                (
                    "Role",
                    "AWS::IAM::Role",
                    "CREATE_FAILED",
                    "API: iam:CreateRole User: u is not authorized to perform: iam:CreateRole on resource: r",
                ),
                (
                    "@",
                    "",
                    "ROLLBACK_IN_PROGRESS",
                    "The following resource(s) failed to create: [Vpc, Role]. Rollback requested by user.",
                ),
                ("@", "", "ROLLBACK_COMPLETE", ""),
            ],
        ),
        (
            "Workers",
            "F13",
            &[
                ("@", "", "CREATE_IN_PROGRESS", "User Initiated"),
                (
                    "Workers",
                    GROUP,
                    "UPDATE_IN_PROGRESS",
                    "Failed to receive 3 resource signal(s) for the current batch.  Each resource signal timeout is counted as a FAILURE.",
                ),
                (
                    "Workers",
                    GROUP,
                    "CREATE_FAILED",
                    "Received 0 SUCCESS signal(s) out of 3.  Unable to satisfy 100% MinSuccessfulInstancesPercent requirement",
                ),
                ("@", "", "ROLLBACK_IN_PROGRESS", "The following resource(s) failed to create: [Workers]. "),
            ],
        ),
        (
            "Workers",
            "F14",
            &[
                ("@", "", "UPDATE_IN_PROGRESS", "User Initiated"),
                ("Workers", GROUP, "UPDATE_IN_PROGRESS", "Received FAILURE signal with UniqueId i-1"),
                ("Other", GROUP, "UPDATE_FAILED", "Resource update cancelled"),
                (
                    "Workers",
                    GROUP,
                    "UPDATE_FAILED",
                    "Received 1 FAILURE signal(s) out of 1.  Unable to satisfy 100% MinSuccessfulInstancesPercent requirement",
                ),
                ("@", "", "UPDATE_ROLLBACK_IN_PROGRESS", "The following resource(s) failed to update: [Workers]."),
                ("@", "", "UPDATE_ROLLBACK_COMPLETE", ""),
            ],
        ),
        (
            "Group",
            "F8",
            &[
                ("@", "", "UPDATE_IN_PROGRESS", "User Initiated"),
                ("Template", "T", "UPDATE_FAILED", "Rate exceeded"),
                ("@", "", "UPDATE_ROLLBACK_IN_PROGRESS", "The following resource(s) failed to update: [Template]."),
                (
                    "Group",
                    "T",
                    "UPDATE_FAILED",
                    "The security group 'sg-1' does not exist (Service: AmazonEC2; Status Code: 400; Error Code: InvalidGroup.NotFound; Request ID: x)",
                ),
                ("@", "", "UPDATE_ROLLBACK_FAILED", "The following resource(s) failed to update: [Group]."),
            ],
        ),
        (
            "@",
            "F26",
            &[
                ("@", "", "CREATE_IN_PROGRESS", "User Initiated"),
                ("A", "T", "CREATE_FAILED", "Resource creation cancelled"),
                (
                    "@",
                    "",
                    "ROLLBACK_IN_PROGRESS",
                    "Stack creation time exceeded the specified timeout. Rollback requested by user.",
                ),
                ("@", "", "ROLLBACK_COMPLETE", ""),
            ],
        ),
        (
            "Endpoint",
            "F12",
            &[
                ("@", "", "CREATE_IN_PROGRESS", "User Initiated"),
                (
                    "Endpoint",
                    "AWS::EC2::VPCEndpoint",
                    "CREATE_FAILED",
                    "Resource handler returned message: \"private-dns-enabled cannot be set because there is already a conflicting DNS domain for s.us-east-1.amazonaws.com in the VPC vpc-1 (Service: Ec2, Status Code: 400, Request ID: r)\" (RequestToken: t, HandlerErrorCode: GeneralServiceException)",
                ),
                ("@", "", "ROLLBACK_IN_PROGRESS", "The following resource(s) failed to create: [Endpoint]. "),
            ],
        ),
    ];
    for (logical_id, hint, stream) in table {
        let diagnosis = diagnosed(stream);
        let cause = diagnosis.causes.first().unwrap_or_else(|| panic!("{logical_id} {hint}: no cause"));
        assert_eq!(cause.logical_id, *logical_id, "{hint}");
        let text = crate::stack::hints::CATALOGUE
            .iter()
            .filter(|entry| entry.id == *hint)
            .map(|entry| Message::new(entry.text));
        assert!(text.into_iter().any(|text| diagnosis.hints.first() == Some(&text)), "{hint}: {:?}", diagnosis.hints);
        assert!(diagnosis.causes.iter().all(|cause| !cause.reason.contains("cancelled")), "{hint}");
    }
}

#[test]
fn signals_that_are_missing_are_in_the_words() {
    let diagnosis = diagnosed(&[
        ("Workers", GROUP, "UPDATE_IN_PROGRESS", "Failed to receive 1 resource signal(s) for the current batch."),
        ("Workers", GROUP, "CREATE_FAILED", "Received 0 SUCCESS signal(s) out of 1."),
    ]);
    assert_eq!(
        diagnosis.causes[0].reason,
        "Failed to receive 1 resource signal(s) for the current batch. Received 0 SUCCESS signal(s) out of 1."
    );
}

#[test]
fn independent_failures_stand_beside_each_other() {
    let diagnosis = diagnosed(&[
        ("@", "", "CREATE_IN_PROGRESS", "User Initiated"),
        ("A", "T", "CREATE_FAILED", "Internal Failure"),
        ("B", "T", "CREATE_FAILED", "Rate exceeded"),
        ("C", "T", "CREATE_FAILED", "Resource creation cancelled"),
        ("@", "", "CREATE_FAILED", "The following resource(s) failed to create: [A, B, C]."),
    ]);
    let ids: Vec<&str> = diagnosis.causes.iter().map(|cause| cause.logical_id.as_str()).collect();
    assert_eq!(ids, ["A", "B"]);
    assert_eq!(diagnosis.causes[0].follows, 1);
}

#[test]
fn wrapping_is_taken_off() {
    for (wrapped, plain) in [
        (
            "Resource handler returned message: \"The thing is busy (Service: Ec2, Status Code: 400, Request ID: a-b)\" (RequestToken: t, HandlerErrorCode: ResourceConflict)",
            "The thing is busy [ResourceConflict]",
        ),
        (
            "resource sg-1 has a dependent object (Service: AmazonEC2; Status Code: 400; Error Code: DependencyViolation; Request ID: r; Proxy: null)",
            "resource sg-1 has a dependent object [DependencyViolation]",
        ),
        ("Internal Failure", "Internal Failure"),
        ("odd (Service: never closed", "odd (Service: never closed"),
        ("Resource handler returned message: \"cut off", "cut off"),
    ] {
        assert_eq!(unwrap_reason(wrapped), plain);
    }
}

#[test]
fn the_input_of_that_very_resource_is_named() {
    let stream: Stream<'_> = &[("Workers", GROUP, "CREATE_FAILED", "The image id '[ami-1]' does not exist")];
    let fields = Fields::default()
        .topic(Topic::Image, Path::field("image"))
        .topic_of(Topic::Image, "Workers", Path::field("workerImage"))
        .resource("Topic", Path::field("alarms"));
    let diagnosis = diagnose(&events(stream), &Evidence::default(), &fields);
    assert_eq!(diagnosis.causes[0].field, Some(Path::field("workerImage")));
    let stream: Stream<'_> = &[("Topic", "AWS::SNS::Topic", "CREATE_FAILED", "Internal Failure")];
    let diagnosis = diagnose(&events(stream), &Evidence::default(), &fields);
    assert_eq!(diagnosis.causes[0].field, Some(Path::field("alarms")));
}

#[test]
fn a_nested_cause_is_asked_for_and_then_unfolded() {
    let arn = "arn:aws:cloudformation:us-east-1:1:stack/inner/1";
    let stream: Stream<'_> = &[
        ("Big", "AWS::CloudFormation::Stack", "CREATE_FAILED", "Resource creation cancelled"),
        (
            "Inner",
            "AWS::CloudFormation::Stack",
            "CREATE_FAILED",
            "Embedded stack arn:aws:cloudformation:us-east-1:1:stack/inner/1 was not successfully created: The following resource(s) failed to create: [Y]. ",
        ),
    ];
    let diagnosis = diagnosed(stream);
    assert_eq!(diagnosis.missing, [arn]);
    let inner = events(&[
        ("Z", "T", "CREATE_FAILED", "Resource creation cancelled"),
        ("Y", "T", "CREATE_FAILED", "Rate exceeded"),
    ]);
    let evidence = Evidence { nested: BTreeMap::from([(arn.to_owned(), inner)]), ..Evidence::default() };
    let diagnosis = diagnose(&events(stream), &evidence, &Fields::default());
    assert!(diagnosis.missing.is_empty());
    assert_eq!(
        (diagnosis.causes[0].logical_id.as_str(), diagnosis.causes[0].reason.as_str()),
        ("Inner.Y", "Rate exceeded")
    );
}

#[test]
fn what_a_delete_and_a_rollback_left_is_listed() {
    let left = events(&[
        ("A", "T", "DELETE_FAILED", "x"),
        ("B", "T", "DELETE_FAILED", "x"),
        ("B", "T", "DELETE_COMPLETE", ""),
        ("A", "T", "DELETE_FAILED", "x"),
    ]);
    assert_eq!(not_deleted(&left), ["A"]);
    let rolled = events(&[
        ("A", "T", "UPDATE_FAILED", "x"),
        ("@", "", "UPDATE_ROLLBACK_IN_PROGRESS", "y"),
        ("A", "T", "UPDATE_COMPLETE", ""),
        ("B", "T", "UPDATE_FAILED", "z"),
        ("@", "", "UPDATE_ROLLBACK_FAILED", "y"),
    ]);
    assert_eq!(not_rolled_back(&rolled), ["B"]);
}

#[test]
fn the_activity_of_a_group_is_the_cause_behind_missing_signals() {
    let stream: Stream<'_> = &[(
        "Workers",
        GROUP,
        "CREATE_FAILED",
        "Received 0 SUCCESS signal(s) out of 1.  Unable to satisfy 100% requirement",
    )];
    let words =
        "We currently do not have sufficient r5.4xlarge capacity in the Availability Zone you requested (us-east-1a).";
    let activities = BTreeMap::from([("id-Workers".to_owned(), vec!["At 12:00".to_owned(), words.to_owned()])]);
    let fields = Fields::default().topic(Topic::InstanceType, Path::field("type"));
    let diagnosis = diagnose(&events(stream), &Evidence { activities, ..Evidence::default() }, &fields);
    assert!(diagnosis.causes[0].reason.starts_with(words));
    assert_eq!(diagnosis.causes[0].field, Some(Path::field("type")));
    assert!(diagnosis.hints[0].render(crate::failure::Client::Pulumi).contains("zone has no capacity"));
}
