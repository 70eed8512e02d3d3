//! What to write or run when a resource of the stack fails: a catalogue of AWS's words. Field names come from the
//! caller as data: nothing here knows one.
//!
//! Source of the words: the failure catalogue F1–F35 that the model of AWS is written from; read November 2026.

use std::collections::BTreeMap;

use crate::path::Path;

/// What a failure is about, where an input may stand behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Topic {
    /// The image of a node.
    Image,
    /// The instance type of a node.
    InstanceType,
    /// The key pair.
    KeyPair,
    /// The security groups.
    SecurityGroup,
    /// The subnet, and with it the zone.
    Subnet,
    /// The instance profile.
    InstanceProfile,
    /// The VPC endpoints.
    VpcEndpoints,
    /// The role that CloudFormation acts as.
    Role,
    /// How long a node may take to boot.
    BootTimeout,
    /// What a node runs when it boots.
    BootScript,
    /// The stack policy.
    StackPolicy,
    /// The key of volumes.
    Encryption,
    /// The sizes of a group.
    Sizes,
    /// The placement of nodes.
    Placement,
    /// The alarms that roll an operation back.
    RollbackTriggers,
    /// What happens to a failed operation.
    OnFailure,
    /// The tags.
    Tags,
    /// Termination protection.
    TerminationProtection,
    /// Resources that a second delete leaves alone.
    Retain,
    /// Resources that a continued rollback skips.
    Skip,
    /// What happens when another operation runs.
    OnConflict,
    /// The stack's name.
    StackName,
    /// The timeout of the operation.
    Timeout,
}

/// Which inputs stand behind the template's resources and behind topics.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Fields {
    resources: BTreeMap<String, Path>,
    topics: BTreeMap<(Topic, String), Path>,
    status_tag: Option<String>,
}

impl Fields {
    /// The tag in which instances of the template's groups say how they are. Without one, no node is looked at.
    #[must_use]
    pub fn with_status_tag(mut self, key: impl Into<String>) -> Self {
        self.status_tag = Some(key.into());
        self
    }

    /// See [`Fields::with_status_tag`].
    #[must_use]
    pub fn status_tag(&self) -> Option<&str> {
        self.status_tag.as_deref()
    }

    /// The input behind a resource as a whole.
    #[must_use]
    pub fn resource(mut self, logical_id: impl Into<String>, path: Path) -> Self {
        self.resources.insert(logical_id.into(), path);
        self
    }

    /// The input behind a topic, whatever resource failed.
    #[must_use]
    pub fn topic(self, topic: Topic, path: Path) -> Self {
        self.topic_of(topic, "", path)
    }

    /// The input behind a topic of one resource: the workers' image is another input than the coordinators'.
    #[must_use]
    pub fn topic_of(mut self, topic: Topic, logical_id: impl Into<String>, path: Path) -> Self {
        self.topics.insert((topic, logical_id.into()), path);
        self
    }

    /// The input behind a topic for a resource.
    #[must_use]
    pub fn find(&self, topic: Topic, logical_id: &str) -> Option<&Path> {
        self.topics.get(&(topic, logical_id.to_owned())).or_else(|| self.topics.get(&(topic, String::new())))
    }

    /// The input behind a resource as a whole.
    #[must_use]
    pub fn of_resource(&self, logical_id: &str) -> Option<&Path> {
        self.resources.get(logical_id)
    }
}

/// One entry of the catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hint {
    /// Its number in the failure catalogue.
    pub id: &'static str,
    /// Words of AWS, lower case; all of a group must occur, any group is enough.
    pub words: &'static [&'static [&'static str]],
    /// What it is about.
    pub topic: Option<Topic>,
    /// What to write or run.
    pub text: &'static str,
}

const fn hint(
    id: &'static str,
    words: &'static [&'static [&'static str]],
    topic: Option<Topic>,
    text: &'static str,
) -> Hint {
    Hint { id, words, topic, text }
}

/// The catalogue; the first entry that fits wins, so narrower ones come first.
pub const CATALOGUE: &[Hint] = &[
    hint(
        "F1",
        &[&["do not have sufficient", "capacity"], &["insufficientinstancecapacity"]],
        Some(Topic::InstanceType),
        "the zone has no capacity for this instance type now: choose another type or a subnet in another zone, or try again later",
    ),
    hint(
        "F2",
        &[&["more vcpu capacity than your current vcpu limit"], &["vcpulimitexceeded"]],
        Some(Topic::InstanceType),
        "the account's vCPU quota is used up: ask for a higher one with `aws service-quotas request-service-quota-increase --service-code ec2`, or use fewer or smaller nodes",
    ),
    hint(
        "F3",
        &[&["requested instance type", "not supported in your requested availability zone"]],
        Some(Topic::InstanceType),
        "the zone of the subnet does not offer this instance type: choose another type, or a subnet in a zone that offers it",
    ),
    hint(
        "F11",
        &[&["placement groups may not be used"]],
        Some(Topic::Placement),
        "instances of this type cannot be placed in the placement group: choose another type or leave the group out",
    ),
    hint(
        "F5",
        &[&["architecture", "does not match the architecture"]],
        Some(Topic::Image),
        "image and instance type have different processor architectures: choose an image for the architecture of the type",
    ),
    hint(
        "F4",
        &[&["image id", "does not exist"], &["ami id", "does not exist"], &["invalidamiid"]],
        Some(Topic::Image),
        "the image does not exist in this region or is not shared with this account: choose one that `aws ec2 describe-images` shows",
    ),
    hint(
        "F6",
        &[&["invalid iam instance profile"]],
        Some(Topic::InstanceProfile),
        "the instance profile is not known to EC2: check its name; one that was made seconds ago needs a second attempt",
    ),
    hint(
        "F7",
        &[&["key pair", "does not exist"], &["invalidkeypair.notfound"]],
        Some(Topic::KeyPair),
        "the key pair does not exist in this region: create or import it, or name another",
    ),
    hint(
        "F8",
        &[&["security group", "does not exist"], &["invalidgroup.notfound"]],
        Some(Topic::SecurityGroup),
        "a security group is gone: name one that exists; a rollback goes on once a group with that id is there again or the resource is skipped",
    ),
    hint(
        "F6",
        &[&["valid fully-formed launch template"]],
        None,
        "Auto Scaling does not accept the launch template: AWS's words name the value",
    ),
    hint(
        "F10",
        &[&["permissions error performing a tagging operation"]],
        Some(Topic::Tags),
        "the caller or the role may not tag: allow the tagging actions of the service, such as ec2:CreateTags",
    ),
    hint(
        "F9",
        &[&["is not authorized to perform"], &["accessdenied"], &["unauthorizedoperation"]],
        Some(Topic::Role),
        "allow the action that AWS names for the identity that CloudFormation acts as",
    ),
    hint(
        "F12",
        &[&["private-dns-enabled cannot be set"], &["conflicting dns domain"]],
        Some(Topic::VpcEndpoints),
        "the VPC has an endpoint with this private name already: reuse it instead of making another; after the deletion of one, wait some minutes",
    ),
    hint(
        "F14",
        &[&["failure signal"]],
        Some(Topic::BootScript),
        "a node reported that its boot failed: its console output (`aws ec2 get-console-output`) or the boot log in the cluster's log group says why",
    ),
    hint(
        "F13",
        &[&["failed to receive", "resource signal"], &["success signal(s) out of"]],
        Some(Topic::BootTimeout),
        "a node did not report in time that it is ready: look at the boot log in the cluster's log group, and check that the subnet has a way to the services that the boot needs; a slow boot needs a longer timeout",
    ),
    hint(
        "F16",
        &[&["launchconfiguration", "not found"]],
        None,
        "the rollback needs an object that somebody deleted: make it anew, or skip the resource when the rollback is continued",
    ),
    hint(
        "F17",
        &[&["has a dependent object"], &["has dependencies and cannot be deleted"], &["dependencyviolation"]],
        Some(Topic::Retain),
        "something outside the stack uses the resource, most often a network interface (`aws ec2 describe-network-interfaces`): remove it and delete again, or retain the resource",
    ),
    hint(
        "F18",
        &[&["bucket you tried to delete is not empty"]],
        Some(Topic::Retain),
        "empty the bucket and delete again, or retain it",
    ),
    hint(
        "F20",
        &[&["role arn is invalid or cannot be assumed"]],
        Some(Topic::Role),
        "CloudFormation cannot assume the role: check that it exists and trusts cloudformation.amazonaws.com",
    ),
    hint(
        "F21",
        &[&["cannot be deleted as it is in use by"]],
        None,
        "another stack imports a value that this stack exports: change that stack first",
    ),
    hint(
        "F22",
        &[&["terminationprotection is enabled"]],
        Some(Topic::TerminationProtection),
        "switch termination protection off with an update first, then delete",
    ),
    hint(
        "F23",
        &[&["rate exceeded"], &["requestlimitexceeded"], &["request limit exceeded"]],
        None,
        "AWS throttled CloudFormation itself: run the same command again with less in parallel",
    ),
    hint(
        "F25",
        &[&["security token included in the request is"], &["expiredtoken"]],
        Some(Topic::Role),
        "the credentials that the stack works with ended before it did: run the same command again with fresh ones, or give the stack a role of its own",
    ),
    hint(
        "F26",
        &[&["creation time exceeded the specified timeout"]],
        None,
        "the creation ran into the stack's own time limit: find the resource that was still in progress",
    ),
    hint(
        "F29",
        &[&["denied by stack policy"]],
        Some(Topic::StackPolicy),
        "the stack policy forbids this change: relax it first",
    ),
    hint(
        "F30",
        &[&["replacement type updates not supported on stack with disable-rollback"]],
        Some(Topic::OnFailure),
        "this change replaces a resource, which needs rollback: let failed operations roll back",
    ),
    hint(
        "F31",
        &[
            &["mininstancesinservice must be less than"],
            &["desired capacity", "must be"],
            &["desiredcapacity", "maxsize"],
        ],
        Some(Topic::Sizes),
        "the sizes of the group contradict each other: the number kept in service must be below the largest size",
    ),
    hint(
        "F35",
        &[&["client.invalidkmskey"], &["client.internalerror"]],
        Some(Topic::Encryption),
        "EC2 could not use the key of the volumes: Auto Scaling's service role needs a grant on it, and the key must be enabled",
    ),
    hint(
        "F28",
        &[&["already exists"]],
        None,
        "something of that name exists outside the stack: remove or rename it, or choose another name",
    ),
    hint(
        "custom",
        &[&["custom-named resource requires replacing"]],
        None,
        "the resource has a fixed name and has to be replaced: rename it",
    ),
    hint(
        "F19",
        &[&["did not stabilize"], &["notstabilized"], &["exceeded attempts to wait"]],
        None,
        "the resource did not settle: the last scaling activity (`aws autoscaling describe-scaling-activities`) says what holds it",
    ),
    hint(
        "F32",
        &[&["rollback trigger"], &["alarm", "went to alarm"]],
        Some(Topic::RollbackTriggers),
        "an alarm that guards the stack went off: look at the alarm's history",
    ),
    hint(
        "limit",
        &[&["servicelimitexceeded"], &["limitexceeded"], &["maximum number of"], &["quota"]],
        None,
        "a quota of the account is used up: ask for a higher one, or remove what is not needed",
    ),
];

/// The entry that fits AWS's words.
#[must_use]
pub fn find(reason: &str) -> Option<&'static Hint> {
    let reason = reason.to_lowercase();
    CATALOGUE.iter().find(|hint| hint.words.iter().any(|group| group.iter().all(|word| reason.contains(word))))
}

#[cfg(test)]
mod tests {
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
            (
                "F3",
                "Your requested instance type (x1) is not supported in your requested Availability Zone (us-east-1e).",
            ),
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
            (
                "F10",
                "Encountered a permissions error performing a tagging operation, please add required tag permissions.",
            ),
            (
                "F11",
                "Placement groups may not be used with instances of type 't2.micro'. Launching EC2 instance failed.",
            ),
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
}
