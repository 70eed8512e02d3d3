//! Words of AWS and the entry that each has to find.

use super::*;

#[test]
fn words_of_aws_find_their_entry() {
    for (id, reason) in [
        (
            "F1",
            "We currently do not have sufficient r5.4xlarge capacity in the Availability Zone you requested (us-east-1a).",
        ),
        (
            "F2",
            "You have requested more vCPU capacity than your current vCPU limit of 32 allows for the instance bucket",
        ),
        ("F3", "Your requested instance type (x1) is not supported in your requested Availability Zone (us-east-1e)."),
        ("F4", "The image id '[ami-0123]' does not exist"),
        ("F4", "The AMI ID ami-0123 does not exist. Launching EC2 instance failed."),
        (
            "F5",
            "The requested instance type's architecture (x86_64) does not match the architecture in the manifest for ami-1 (arm64)",
        ),
        (
            "F6",
            "You must use a valid fully-formed launch template. Value (X) for parameter iamInstanceProfile.name is invalid. Invalid IAM Instance Profile name",
        ),
        ("F7", "The key pair 'X' does not exist. Launching EC2 instance failed."),
        (
            "F8",
            "The security group 'sg-1' does not exist (Service: AmazonEC2; Status Code: 400; Error Code: InvalidGroup.NotFound; )",
        ),
        (
            "F9",
            "API: iam:CreateRole User: arn:aws:iam::1:user/x is not authorized to perform: iam:CreateRole on resource: r",
        ),
        ("F10", "Encountered a permissions error performing a tagging operation, please add required tag permissions."),
        ("F11", "Placement groups may not be used with instances of type 't2.micro'. Launching EC2 instance failed."),
        (
            "F12",
            "private-dns-enabled cannot be set because there is already a conflicting DNS domain for s in the VPC vpc-1",
        ),
        (
            "F13",
            "Failed to receive 3 resource signal(s) for the current batch.  Each resource signal timeout is counted as a FAILURE.",
        ),
        (
            "F13",
            "Received 0 SUCCESS signal(s) out of 6.  Unable to satisfy 100% MinSuccessfulInstancesPercent requirement",
        ),
        (
            "F14",
            "Received 1 FAILURE signal(s) out of 1.  Unable to satisfy 100% MinSuccessfulInstancesPercent requirement",
        ),
        ("F16", "AutoScalingGroup's LaunchConfiguration X not found"),
        (
            "F17",
            "resource sg-1 has a dependent object (Service: AmazonEC2; Status Code: 400; Error Code: DependencyViolation)",
        ),
        ("F18", "The bucket you tried to delete is not empty (Service: S3, Status Code: 409)"),
        ("F20", "Role ARN is invalid or cannot be assumed"),
        ("F21", "Export X cannot be deleted as it is in use by S"),
        ("F22", "Stack [X] cannot be deleted while TerminationProtection is enabled"),
        ("F23", "Rate exceeded (Service: X; Error Code: Throttling)"),
        ("F25", "The security token included in the request is expired"),
        ("F26", "Stack creation time exceeded the specified timeout. Rollback requested by user."),
        ("F28", "analytics-log already exists"),
        (
            "F29",
            "Action denied by stack policy: Statement [#1] does not allow [Update:Replace] for resource [LogicalResourceId/X];",
        ),
        ("F30", "Replacement type updates not supported on stack with disable-rollback."),
        ("F31", "MinInstancesInService must be less than the autoscaling group's MaxSize"),
        (
            "F35",
            "Group did not stabilize. Last scaling activity: Termination Reason: Client.InvalidKMSKey.InvalidState: The KMS key",
        ),
        ("F35", "Client.InternalError: Client error on launch"),
        (
            "F35",
            "Termination Reason: Client.InternalError: Client error on launch Failed to receive 1 resource signal(s) for the current batch.",
        ),
        ("F19", "Group did not stabilize. {current/minSize/maxSize} group size = {0/1/1}"),
    ] {
        assert_eq!(find(reason).map(|hint| hint.id), Some(id), "{reason}");
    }
    assert_eq!(find("Internal Failure"), None);
}

#[test]
fn a_topic_of_a_resource_wins_over_the_general_one() {
    let fields =
        Fields::default().topic(Topic::Image, Path::field("a")).topic_of(Topic::Image, "Workers", Path::field("b"));
    assert_eq!(fields.find(Topic::Image, "Workers"), Some(&Path::field("b")));
    assert_eq!(fields.find(Topic::Image, "Coordinators"), Some(&Path::field("a")));
    assert_eq!(fields.find(Topic::KeyPair, "Workers"), None);
}
