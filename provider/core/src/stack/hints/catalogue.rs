//! What AWS says when something fails, and what to do about it. Knows no input: a topic stands for it.
//!
//! Source of the words: the failure catalogue F1–F35 that the model of AWS is written from; read November 2026.

use super::{Hint, Topic};

const fn hint(
    id: &'static str,
    words: &'static [&'static [&'static str]],
    topic: Option<Topic>,
    text: &'static str,
) -> Hint {
    Hint { id, words, topic, text }
}

/// The catalogue; the first entry that fits wins, so narrower ones come first and vague ones last.
pub const CATALOGUE: &[Hint] = &[
    hint(
        "F1",
        &[&["do not have sufficient", "capacity"], &["insufficientinstancecapacity"]],
        Some(Topic::InstanceType),
        "the zone has no capacity for this instance type now: choose another type or a subnet in another zone, or try again later",
    ),
    hint(
        "F2",
        &[
            &["more vcpu capacity than your current vcpu limit"],
            &["vcpulimitexceeded"],
            &["more instances", "than your current instance limit"],
            &["instancelimitexceeded"],
        ],
        Some(Topic::InstanceType),
        "the account's quota of vCPUs is used up: on the Service Quotas page of Amazon EC2 raise Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances (`aws service-quotas request-service-quota-increase --service-code ec2 --quota-code L-1216C47A --desired-value VCPUS`), or use fewer or smaller nodes",
    ),
    hint(
        "F3",
        &[&["requested instance type", "not supported in your requested availability zone"]],
        Some(Topic::InstanceType),
        "the zone of the subnet does not offer this instance type: choose another type, or a subnet in a zone that offers it",
    ),
    hint(
        "type",
        &[&["invalid instance type"], &["instance type", "does not exist"], &["invalid value", "for instancetype"]],
        Some(Topic::InstanceType),
        "there is no such instance type in this region: choose one that `aws ec2 describe-instance-type-offerings` shows",
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
        &[
            &["image id", "does not exist"],
            &["ami id", "does not exist"],
            &["invalidamiid"],
            &["not authorized for images"],
            &["ami cannot be described"],
        ],
        Some(Topic::Image),
        "the image does not exist in this region or is not shared with this account: choose one that `aws ec2 describe-images` shows",
    ),
    hint(
        "F6",
        &[&["invalid iam instance profile"], &["instance profile", "cannot be found"]],
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
        "subnet",
        &[&["not enough free addresses"], &["insufficientfreeaddressesinsubnet"], &["insufficient", "free addresses"]],
        Some(Topic::Subnet),
        "the subnet has no free address left: choose a larger or emptier subnet, or use fewer nodes (`aws ec2 describe-subnets` shows AvailableIpAddressCount)",
    ),
    hint(
        "subnet",
        &[&["subnet id", "does not exist"], &["invalidsubnetid"]],
        Some(Topic::Subnet),
        "the subnet does not exist in this region: name one that `aws ec2 describe-subnets` shows",
    ),
    hint(
        "vpc",
        &[&["vpc id", "does not exist"], &["invalidvpcid"]],
        Some(Topic::Vpc),
        "the VPC does not exist in this region: name one that `aws ec2 describe-vpcs` shows",
    ),
    hint(
        "volume",
        &[&["volume of size", "smaller than snapshot"]],
        Some(Topic::RootVolume),
        "the image is larger than the volume: choose a larger volume",
    ),
    hint(
        "F8",
        &[
            &["security group", "does not exist"],
            &["invalidgroup.notfound"],
            &["security group", "belong to different networks"],
        ],
        Some(Topic::SecurityGroup),
        "a security group is gone or of another VPC: name one that exists in the cluster's VPC; a rollback goes on once a group with that id is there again or the resource is skipped",
    ),
    hint(
        "F6",
        &[&["valid fully-formed launch template"]],
        None,
        "Auto Scaling does not accept the launch template: AWS's words name the value",
    ),
    hint(
        "F10",
        &[
            &["permissions error performing a tagging operation"],
            &["not authorized to perform: ec2:createtags"],
            &["iam permissions to process tags"],
        ],
        Some(Topic::Tags),
        "the caller or the role may not tag: allow the tagging actions of the service, such as ec2:CreateTags",
    ),
    hint(
        "hook",
        &[&["the following hook(s) failed"], &["hook_complete_failed"]],
        None,
        "a CloudFormation hook of the account refuses this resource: its owner says what it wants; `aws cloudformation list-type-registrations` and the Hooks page of the console show it",
    ),
    hint(
        "F9",
        &[&["is not authorized to perform"], &["accessdenied"], &["unauthorizedoperation"]],
        Some(Topic::Role),
        "allow the action that AWS names for the identity that CloudFormation acts as: the caller, or the stack's own role",
    ),
    hint(
        "F12",
        &[&["private-dns-enabled cannot be set"], &["conflicting dns domain"]],
        Some(Topic::VpcEndpoints),
        "the VPC has an endpoint with this private name already: reuse it instead of making another; after the deletion of one, wait some minutes",
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
        &[&["role arn is invalid or cannot be assumed"], &["role", "cannot be assumed"]],
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
        &[
            &["rate exceeded"],
            &["requestlimitexceeded"],
            &["request limit exceeded"],
            &["handlererrorcode: throttling"],
        ],
        None,
        "AWS throttled CloudFormation itself: run the same command again with less in parallel",
    ),
    hint(
        "F25",
        &[&["security token included in the request is"], &["expiredtoken"]],
        Some(Topic::Role),
        "the credentials that the stack works with ended before it did: run the same command again with fresh ones, which also continues a rollback that stopped for it, or give the stack a role of its own",
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
        "F32",
        &[&["rollback trigger"], &["alarm", "went to alarm"]],
        Some(Topic::RollbackTriggers),
        "an alarm that guards the stack went off: look at the alarm's history",
    ),
    hint(
        "limit",
        &[&["vpcendpointlimitexceeded"], &["maximum number of vpc endpoints"]],
        Some(Topic::VpcEndpoints),
        "the VPC has as many interface endpoints as its quota allows: on the Service Quotas page of Amazon VPC raise Interface VPC endpoints per VPC, or let nodes with a way out do without endpoints",
    ),
    hint(
        "limit",
        &[&["servicelimitexceeded"], &["limitexceeded"], &["maximum number of"], &["quota"]],
        None,
        "a quota of the account is used up: ask for a higher one, or remove what is not needed",
    ),
    // These say only that nodes are missing: what a scaling activity says beside them goes first.
    hint(
        "F14",
        &[&["failure signal"]],
        Some(Topic::BootScript),
        "a node reported that its boot failed: its boot log says at which step, its tag starburst:status in one line, and its console output (`aws ec2 get-console-output`) when there is no log",
    ),
    hint(
        "F13",
        &[&["failed to receive", "resource signal"], &["success signal(s) out of"], &["waitcondition timed out"]],
        Some(Topic::BootTimeout),
        "the signal was never sent: a node did not report in time that it is ready. Look at its boot log, and check that the subnet has a way to the services that the boot needs; a slow boot needs a longer timeout",
    ),
    hint(
        "F19",
        &[&["did not stabilize"], &["notstabilized"], &["exceeded attempts to wait"]],
        None,
        "the resource did not settle: the last scaling activity (`aws autoscaling describe-scaling-activities`) says what holds it",
    ),
];
