//! Calls, statuses, events, tokens: R3, R4, R9, R13, R15 to R18, R21, R25, R33, R34, R51, R52.

use super::*;
use crate::fake::RepeatedTokens;

const TOPIC: &str = r#"{"Resources": {"T": {"Type": "AWS::SNS::Topic"}}}"#;

#[test]
fn r9_r18_a_create_starts_after_its_answer() {
    let w = world();
    create(&w, &template(&policy(1, 1)), &[]).unwrap();
    assert_eq!(status(&w), "CREATE_IN_PROGRESS");
    assert_eq!(w.events("us-east-1", "s").len(), 1);
    w.settle(100_000);
    let role: Vec<(String, String)> =
        w.events("us-east-1", "s").into_iter().filter(|e| e.0 == "Role").map(|e| (e.1, e.2)).collect();
    assert_eq!(
        role,
        [
            ("CREATE_IN_PROGRESS".into(), String::new()),
            ("CREATE_IN_PROGRESS".into(), "Resource creation Initiated".into()),
            ("CREATE_COMPLETE".into(), String::new()),
        ]
    );
}

#[test]
fn r13_r21_deleted_names_are_free_and_arns_stay() {
    let template = template(&policy(1, 1));
    let w = created(&template, &[]);
    let arn = w.call("cloudformation", "DescribeStacks", json!({ "StackName": "s" })).unwrap()["Stacks"][0]["StackId"]
        .clone();
    w.call("cloudformation", "DeleteStack", json!({ "StackName": "s" })).unwrap();
    w.settle(100_000);
    let gone = w.call("cloudformation", "DescribeStacks", json!({ "StackName": "s" })).unwrap_err();
    assert_eq!(gone.message, "Stack with id s does not exist");
    assert_eq!(
        w.call("cloudformation", "DescribeStacks", json!({ "StackName": arn })).unwrap()["Stacks"][0]["StackStatus"],
        "DELETE_COMPLETE"
    );
    let order: Vec<String> = w
        .events("us-east-1", arn.as_str().unwrap())
        .into_iter()
        .filter(|e| e.1 == "DELETE_COMPLETE")
        .map(|e| e.0)
        .collect();
    let at = |id: &str| order.iter().position(|o| o == id).unwrap();
    assert!(at("Group") < at("Launch") && at("Launch") < at("Access"), "{order:?}");
    let again = w.call("cloudformation", "CreateStack", json!({ "StackName": "s", "TemplateBody": TOPIC })).unwrap();
    assert_ne!(again["StackId"], arn);
    w.advance_to(w.now().plus_ms(91 * 86_400_000));
    assert!(w.call("cloudformation", "DescribeStacks", json!({ "StackName": arn })).is_err());
}

#[test]
fn r15_r16_deletion() {
    let w = world();
    w.call("cloudformation", "DeleteStack", json!({ "StackName": "unknown" })).unwrap();
    w.call(
        "cloudformation",
        "CreateStack",
        json!({ "StackName": "s", "TemplateBody": TOPIC, "EnableTerminationProtection": true }),
    )
    .unwrap();
    w.settle(1000);
    let refused = w.call("cloudformation", "DeleteStack", json!({ "StackName": "s" })).unwrap_err();
    assert_eq!(refused.message, "Stack [s] cannot be deleted while TerminationProtection is enabled");
    w.call(
        "cloudformation",
        "UpdateTerminationProtection",
        json!({ "StackName": "s", "EnableTerminationProtection": "false" }),
    )
    .unwrap();
    w.call("cloudformation", "DeleteStack", json!({ "StackName": "s" })).unwrap();
    let before = w.events("us-east-1", "s").len();
    w.call("cloudformation", "DeleteStack", json!({ "StackName": "s" })).unwrap();
    assert_eq!(w.events("us-east-1", "s").len(), before);
}

#[test]
fn r15_a_delete_stops_a_creation() {
    let w = world();
    let arn = create(&w, &template(&policy(1, 1)), &[]).unwrap()["StackId"].clone();
    w.advance_to(w.now().plus_ms(10_000));
    w.call("cloudformation", "DeleteStack", json!({ "StackName": "s" })).unwrap();
    w.settle(100_000);
    assert_eq!(w.stack_status("us-east-1", arn.as_str().unwrap()).as_deref(), Some("DELETE_COMPLETE"));
    assert_eq!(w.with(|s| s.places.values().map(|r| r.groups.len() + r.objects.len()).sum::<usize>()), 0);
}

#[test]
fn r25_retained_resources_are_skipped() {
    let w = created(&json!({ "Resources": { "T": { "Type": "AWS::SNS::Topic", "DeletionPolicy": "Retain" } } }), &[]);
    let arn = w.call("cloudformation", "DescribeStacks", json!({ "StackName": "s" })).unwrap()["Stacks"][0]["StackId"]
        .clone();
    w.call("cloudformation", "DeleteStack", json!({ "StackName": "s" })).unwrap();
    w.settle(1000);
    let events = w.events("us-east-1", arn.as_str().unwrap());
    assert!(events.iter().any(|e| e.0 == "T" && e.1 == "DELETE_SKIPPED"));
    assert_eq!(w.with(|s| s.places.values().map(|r| r.objects.len()).sum::<usize>()), 1);
}

#[test]
fn r17_pages_do_not_shift_when_events_arrive() {
    let template = template(&policy(1, 1));
    let w = created(&template, &[]);
    let mut seen = Vec::new();
    let mut token = Value::Null;
    loop {
        let mut p = json!({ "StackName": "s" });
        if token.is_string() {
            p["NextToken"] = token.clone();
        }
        let page = w.call("cloudformation", "DescribeStackEvents", p).unwrap();
        seen.extend(page["StackEvents"].as_array().unwrap().iter().map(|e| e["EventId"].to_string()));
        if seen.len() == 10 {
            update(&w, &template, &[("Workers", "4")]).unwrap();
        }
        token = page["NextToken"].clone();
        if token.is_null() {
            break;
        }
    }
    let count = seen.len();
    seen.sort();
    seen.dedup();
    assert_eq!((seen.len(), count > 10), (count, true), "R4: several pages, no event twice");
}

#[test]
fn r33_limits_at_and_above_the_edge() {
    let body = |length: usize| {
        let bare =
            json!({ "Description": "", "Resources": { "T": { "Type": "AWS::SNS::Topic" } }, "Metadata": { "x": "" } })
                .to_string();
        json!({ "Description": "", "Resources": { "T": { "Type": "AWS::SNS::Topic" } }, "Metadata": { "x": "a".repeat(length - bare.len()) } }).to_string()
    };
    let w = world();
    assert_eq!(body(51_200).len(), 51_200);
    w.call("cloudformation", "ValidateTemplate", json!({ "TemplateBody": body(51_200) })).unwrap();
    let refused = w.call("cloudformation", "ValidateTemplate", json!({ "TemplateBody": body(51_201) })).unwrap_err();
    assert!(refused.message.ends_with(
        "at 'templateBody' failed to satisfy constraint: Member must have length less than or equal to 51200"
    ));
    for (name, good) in [("a".repeat(128), true), ("a".repeat(129), false), ("1a".into(), false), ("a_b".into(), false)]
    {
        let made = w.call("cloudformation", "CreateStack", json!({ "StackName": name, "TemplateBody": TOPIC }));
        assert_eq!(made.is_ok(), good, "{name}");
    }
}

#[test]
fn bad_templates_are_refused_with_the_known_texts() {
    let w = world();
    let check = |body: &str| {
        w.call("cloudformation", "ValidateTemplate", json!({ "TemplateBody": body }))
            .map(|_| String::new())
            .unwrap_or_else(|e| e.message)
    };
    assert_eq!(check("a: b: c"), "Template format error: YAML not well-formed.");
    assert!(check("{").starts_with("Template format error: JSON not well-formed."));
    assert_eq!(
        check(r#"{"Resources": {"A": {"Type": "AWS::No::Thing"}}}"#),
        "Template format error: Unrecognized resource types: [AWS::No::Thing]"
    );
    assert_eq!(
        check(r#"{"Resources": {"A": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": {"Ref": "B"}}}}}"#),
        "Template format error: Unresolved resource dependencies [B] in the Resources block of the template"
    );
    let cycle = r#"{"Resources": {"A": {"Type": "AWS::SNS::Topic", "DependsOn": "B"}, "B": {"Type": "AWS::SNS::Topic", "DependsOn": "A"}}}"#;
    assert_eq!(check(cycle), "Circular dependency between resources: [A, B]");
}

#[test]
fn yaml_with_short_tags_works() {
    let body = "Parameters:\n  N: {Type: String, Default: x}\nResources:\n  T:\n    Type: AWS::SNS::Topic\n    Properties:\n      TopicName: !Sub '${N}-${AWS::Region}'\nOutputs:\n  Name: {Value: !GetAtt T.TopicName}\n";
    let w = world();
    w.call("cloudformation", "CreateStack", json!({ "StackName": "s", "TemplateBody": body })).unwrap();
    w.settle(1000);
    let shown = w.call("cloudformation", "DescribeStacks", json!({ "StackName": "s" })).unwrap();
    assert_eq!(shown["Stacks"][0]["Outputs"][0]["OutputValue"], "x-us-east-1");
}

#[test]
fn r34_roles() {
    let w = world();
    let refused = w.call(
        "cloudformation",
        "CreateStack",
        json!({ "StackName": "s", "TemplateBody": TOPIC, "RoleARN": "arn:aws:iam::123456789012:nothing" }),
    );
    assert_eq!(refused.unwrap_err().message, "Role ARN is invalid or cannot be assumed");
}

#[test]
fn typed_parameters_are_checked_at_once() {
    let w = world();
    let body =
        r#"{"Parameters": {"V": {"Type": "AWS::EC2::VPC::Id"}}, "Resources": {"T": {"Type": "AWS::SNS::Topic"}}}"#;
    let refused = w.call(
        "cloudformation",
        "CreateStack",
        json!({ "StackName": "s", "TemplateBody": body, "Parameters": parameters(&[("V", "vpc-1")]) }),
    );
    assert_eq!(
        refused.unwrap_err().message,
        "Parameter validation failed: parameter value vpc-1 for parameter name V does not exist"
    );
}

#[test]
fn r51_r52_repeated_tokens() {
    for (mode, expected) in [
        (RepeatedTokens::SameAnswer, None),
        (RepeatedTokens::AlreadyExists, Some("AlreadyExistsException")),
        (RepeatedTokens::TokenAlreadyExists, Some("TokenAlreadyExistsException")),
    ] {
        let w = world();
        w.settings(|s| s.repeated_tokens = mode);
        let first = create(&w, &template(&policy(1, 1)), &[]).unwrap();
        let second = create(&w, &template(&policy(1, 1)), &[]);
        match expected {
            None => assert_eq!(second.unwrap()["StackId"], first["StackId"]),
            Some(code) => assert_eq!(second.unwrap_err().code, code),
        }
        w.settle(100_000);
        assert_eq!(reasons(&w, "s", "CREATE_IN_PROGRESS").len(), 1);
    }
}

#[test]
fn r3_regions_share_nothing() {
    let w = world();
    w.call_in("eu-west-1", "cloudformation", "CreateStack", json!({ "StackName": "s", "TemplateBody": TOPIC }))
        .unwrap();
    assert!(w.call("cloudformation", "DescribeStacks", json!({ "StackName": "s" })).is_err());
    assert!(w.call_in("eu-west-1", "cloudformation", "DescribeStacks", json!({ "StackName": "s" })).is_ok());
}

#[test]
fn secrets_are_generated_and_resolved() {
    let w = created(
        &json!({ "Resources": {
        "S": { "Type": "AWS::SecretsManager::Secret", "Properties": { "GenerateSecretString": {
            "SecretStringTemplate": "{\"user\":\"admin\"}", "GenerateStringKey": "password", "PasswordLength": 20 } } },
        "P": { "Type": "AWS::SSM::Parameter", "Properties": { "Type": "String",
            "Value": { "Fn::Sub": "{{resolve:secretsmanager:${S}:SecretString:user}}" } } } },
        "Outputs": { "V": { "Value": { "Fn::GetAtt": ["P", "Value"] } } } }),
        &[],
    );
    let shown = w.call("cloudformation", "DescribeStacks", json!({ "StackName": "s" })).unwrap();
    assert_eq!(shown["Stacks"][0]["Outputs"][0]["OutputValue"], "admin");
}

#[test]
fn ec2_reads_honour_filters() {
    let w = world();
    let found = w.call("ec2", "DescribeSubnets", json!({ "Filter": [{ "Name": "vpc-id", "Value": [crate::fake::seed::VPC] }, { "Name": "tag:Name", "Value": ["priv*"] }] })).unwrap();
    assert_eq!(found["subnetSet"][0]["subnetId"], crate::fake::seed::PRIVATE_SUBNET);
    assert_eq!(found["subnetSet"].as_array().unwrap().len(), 1);
    let missing = w.call("ec2", "DescribeVpcs", json!({ "VpcId": ["vpc-1"] })).unwrap_err();
    assert_eq!(
        (missing.code.as_str(), missing.message.as_str()),
        ("InvalidVpcID.NotFound", "The vpc ID 'vpc-1' does not exist")
    );
    let offered = w.call("ec2", "DescribeInstanceTypeOfferings", json!({ "LocationType": "availability-zone",
        "Filter": [{ "Name": "location", "Value": ["us-east-1a"] }, { "Name": "instance-type", "Value": ["r7g.4xlarge"] }] })).unwrap();
    assert_eq!(offered["instanceTypeOfferingSet"], json!([]));
}

#[test]
fn r6_token_buckets_refill() {
    let w = world();
    w.settings(|s| {
        s.rates.insert("sts:GetCallerIdentity".into(), (1.0, 2.0));
    });
    let call = || w.call("sts", "GetCallerIdentity", json!({}));
    assert!(call().is_ok() && call().is_ok());
    assert_eq!(call().unwrap_err().message, "Rate exceeded");
    w.advance_to(w.now().plus_ms(1_000));
    assert!(call().is_ok());
}
