//! SB1130…: rules that need reads of AWS.

use super::Code;

/// The VPC does not exist.
pub static VPC_ABSENT: Code = Code::new(
    1130,
    "the VPC does not exist",
    "AWS does not know the VPC in this account and region.",
    "Write the id of an existing VPC, or correct the region.",
);

/// The subnet does not exist.
pub static SUBNET_ABSENT: Code = Code::new(
    1131,
    "the subnet does not exist",
    "AWS does not know the subnet in this account and region.",
    "Write the id of an existing subnet, or correct the region.",
);

/// The subnet is in another VPC.
pub static SUBNET_ELSEWHERE: Code = Code::new(
    1132,
    "the subnet is in another VPC",
    "All parts of a cluster stand in one VPC.",
    "Write a subnet of the VPC, or the subnet's VPC.",
);

/// The subnet has too few free addresses.
pub static SUBNET_FULL: Code = Code::new(
    1133,
    "the subnet has too few free addresses",
    "Each node and each coordinator slot takes an address.",
    "Use a larger subnet or fewer nodes.",
);

/// A security group does not exist.
pub static GROUP_ABSENT: Code = Code::new(
    1134,
    "a security group does not exist",
    "AWS does not know the security group in this account and region.",
    "Write the id of an existing security group.",
);

/// A security group is in another VPC.
pub static GROUP_ELSEWHERE: Code = Code::new(
    1135,
    "a security group is in another VPC",
    "Nodes take security groups of their own VPC only.",
    "Write a security group of the VPC.",
);

/// The key pair does not exist.
pub static KEY_PAIR_ABSENT: Code = Code::new(
    1136,
    "the key pair does not exist",
    "AWS does not know the key pair in this account and region.",
    "Write the name of an existing key pair, or use Session Manager.",
);

/// The instance type is not offered.
pub static TYPE_NOT_OFFERED: Code = Code::new(
    1137,
    "the instance type is not offered",
    "AWS does not offer the type, or not in the subnet's zone.",
    "Write the type that the message names, or use a subnet of another zone.",
);

/// The image does not exist.
pub static IMAGE_ABSENT: Code = Code::new(
    1138,
    "the image does not exist",
    "AWS does not know the image, or the account may not use it.",
    "Write the id of an image of this region.",
);

/// The image is for another architecture.
pub static IMAGE_ARCHITECTURE: Code = Code::new(
    1139,
    "the image is for another architecture",
    "An image runs only on instance types of its architecture.",
    "Write an image of the type's architecture, or another type.",
);

/// The bucket does not exist.
pub static BUCKET_ABSENT: Code = Code::new(
    1140,
    "the bucket does not exist",
    "S3 does not know the bucket.",
    "Make the bucket first, or correct its name.",
);

/// The bucket is in another region.
pub static BUCKET_ELSEWHERE: Code = Code::new(
    1141,
    "the bucket is in another region",
    "Reads across regions are slow and cost transfer.",
    "Use a bucket of the cluster's region.",
);

/// A rule was not checked.
pub static NOT_CHECKED: Code = Code::new(
    1142,
    "a rule was not checked",
    "The caller may not make the read that the rule needs, or AWS refused it.",
    "Allow the action that the message names, to learn of mistakes before anything is made.",
);

/// A route table is not one of the VPC.
pub static ROUTE_TABLE_ABSENT: Code = Code::new(
    1143,
    "a route table is not one of the VPC",
    "The S3 gateway endpoint takes route tables of the cluster's VPC only.",
    "Write route tables of the VPC.",
);

/// Endpoints need DNS host names in the VPC.
pub static NO_DNS_NAMES: Code = Code::new(
    1144,
    "endpoints need DNS host names in the VPC",
    "Endpoints answer to the services' own names only where the VPC has DNS host names.",
    "Switch DNS host names on for the VPC, or make no endpoints.",
);

/// The change takes longer than the credentials live.
pub static LONGER_THAN_CREDENTIALS: Code = Code::new(
    1149,
    "the change takes longer than the credentials live",
    "Without a service role CloudFormation acts with a session of the caller's credentials, and stops in the middle of \
     a roll when they expire.",
    "Give the stack a service role, or use credentials that live longer.",
);

/// A launch template has a newest version that this program did not make.
pub static FOREIGN_LAUNCH_VERSION: Code = Code::new(
    1150,
    "a launch template has a newest version that this program did not make",
    "A change of tags makes CloudFormation read the number of the newest version, whoever made it, and roll the group to \
     that version.",
    "Delete the version, or bring the cluster back first where its group uses it.",
);
