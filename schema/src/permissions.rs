//! IAM actions that deploying a cluster needs: those that the plugin calls itself, and those that CloudFormation calls for
//! each type of resource, in the caller's name or in that of `stack.roleArn`. Policies and their page are made from it.
//!
//! Sources: the plugin's own code for the first; for the second the `handlers.permissions` of each type's schema in the
//! CloudFormation registry and the Service Authorization Reference, read November 2026. Tests compare the first with the
//! calls that the model of AWS recorded, and the types of the second with the template. CloudFormation's own calls were
//! not observed: no real AWS was at hand.

/// Actions that the plugin calls, with one purpose.
#[derive(Debug, Clone, Copy)]
pub struct Need {
    /// Statement id of the policy: letters and digits.
    pub id: &'static str,
    /// What for; half a sentence.
    pub why: &'static str,
    /// IAM actions, `service:Action`, sorted.
    pub actions: &'static [&'static str],
    /// Resource of the policy's statement.
    pub resource: &'static str,
    /// Service that a passed role may go to, for `iam:PassRole`.
    pub passed_to: Option<&'static str>,
}

/// What CloudFormation does for resources of a type.
#[derive(Debug, Clone, Copy)]
pub struct TypeNeed {
    /// CloudFormation type.
    pub kind: &'static str,
    /// IAM actions to create, read, change, tag and delete one, sorted.
    pub actions: &'static [&'static str],
}

const fn need(id: &'static str, why: &'static str, actions: &'static [&'static str]) -> Need {
    Need { id, why, actions, resource: "*", passed_to: None }
}

const STACKS: &str = "arn:*:cloudformation:*:*:stack/*";

/// What the plugin calls itself.
pub static PLUGIN: &[Need] = &[
    need("Caller", "which account and identity calls (no policy can deny it)", &["sts:GetCallerIdentity"]),
    need(
        "Look",
        "checks before a preview, node lines during a roll, refresh",
        &[
            "autoscaling:DescribeAutoScalingGroups",
            "autoscaling:DescribeScalingActivities",
            "cloudformation:DescribeEvents",
            "cloudformation:DescribeStackDriftDetectionStatus",
            "cloudformation:DescribeStacks",
            "ec2:DescribeImages",
            "ec2:DescribeInstanceTypeOfferings",
            "ec2:DescribeInstanceTypes",
            "ec2:DescribeKeyPairs",
            "ec2:DescribeLaunchTemplateVersions",
            "ec2:DescribeRouteTables",
            "ec2:DescribeSecurityGroups",
            "ec2:DescribeSubnets",
            "ec2:DescribeTags",
            "ec2:DescribeVpcAttribute",
            "ec2:DescribeVpcEndpoints",
            "ec2:DescribeVpcs",
            "ec2:GetManagedPrefixListEntries",
        ],
    ),
    Need {
        resource: STACKS,
        ..need(
            "Stack",
            "the one stack behind a cluster",
            &[
                "cloudformation:CancelUpdateStack",
                "cloudformation:ContinueUpdateRollback",
                "cloudformation:CreateChangeSet",
                "cloudformation:CreateStack",
                "cloudformation:DeleteChangeSet",
                "cloudformation:DeleteStack",
                "cloudformation:DescribeChangeSet",
                "cloudformation:DescribeStackEvents",
                "cloudformation:DescribeStackResourceDrifts",
                "cloudformation:DetectStackDrift",
                "cloudformation:DetectStackResourceDrift",
                "cloudformation:ExecuteChangeSet",
                "cloudformation:GetTemplate",
                "cloudformation:GetTemplateSummary",
                "cloudformation:ListChangeSets",
                "cloudformation:ListStackResources",
                "cloudformation:RollbackStack",
                "cloudformation:SetStackPolicy",
                "cloudformation:TagResource",
                "cloudformation:UntagResource",
                "cloudformation:UpdateStack",
                "cloudformation:UpdateTerminationProtection",
            ],
        )
    },
    need(
        "Sizes",
        "a worker count that somebody changed, and tags of running nodes",
        &["autoscaling:CreateOrUpdateTags", "autoscaling:UpdateAutoScalingGroup", "ec2:CreateTags"],
    ),
    Need {
        resource: "arn:*:s3:::*",
        ..need(
            "Files",
            "whether buckets and objects that inputs name exist; local folders go to `stack.assetBucket`",
            &["s3:DeleteObject", "s3:GetObject", "s3:ListBucket", "s3:PutObject"],
        )
    },
    Need {
        resource: "arn:*:secretsmanager:*:*:secret:*",
        ..need(
            "Secrets",
            "Superset's password for the output; whether a secret was rotated",
            &["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"],
        )
    },
    Need {
        passed_to: Some("cloudformation.amazonaws.com"),
        resource: "arn:*:iam::*:role/*",
        ..need("ServiceRole", "`stack.roleArn`; leave it out without one", &["iam:PassRole"])
    },
];

/// What CloudFormation needs beside the types: roles that it hands to nodes, and Auto Scaling's own role the first time.
pub static CLOUD_FORMATION: &[Need] = &[
    Need {
        passed_to: Some("ec2.amazonaws.com"),
        resource: "arn:*:iam::*:role/*",
        ..need("NodeRole", "the nodes' role, the stack's own or that of `ec2.instanceProfile`", &["iam:PassRole"])
    },
    Need {
        resource: "arn:*:iam::*:role/aws-service-role/autoscaling.amazonaws.com/*",
        ..need(
            "AutoScalingRole",
            "Auto Scaling's service-linked role, once in an account",
            &["iam:CreateServiceLinkedRole"],
        )
    },
    need(
        "Launch",
        "EC2 Auto Scaling asks whether the creator of a group may launch from its launch template",
        &["ec2:RunInstances"],
    ),
];

/// What CloudFormation calls, by type.
pub static TYPES: &[TypeNeed] = &[
    TypeNeed {
        kind: "AWS::AutoScaling::AutoScalingGroup",
        actions: &[
            "autoscaling:CreateAutoScalingGroup",
            "autoscaling:CreateOrUpdateTags",
            "autoscaling:DeleteAutoScalingGroup",
            "autoscaling:DeleteLifecycleHook",
            "autoscaling:DeleteTags",
            "autoscaling:DescribeAutoScalingGroups",
            "autoscaling:DescribeLifecycleHooks",
            "autoscaling:DescribeScalingActivities",
            "autoscaling:DisableMetricsCollection",
            "autoscaling:EnableMetricsCollection",
            "autoscaling:PutLifecycleHook",
            "autoscaling:ResumeProcesses",
            "autoscaling:SuspendProcesses",
            "autoscaling:TerminateInstanceInAutoScalingGroup",
            "autoscaling:UpdateAutoScalingGroup",
        ],
    },
    TypeNeed {
        kind: "AWS::CloudWatch::Alarm",
        actions: &[
            "cloudwatch:DeleteAlarms",
            "cloudwatch:DescribeAlarms",
            "cloudwatch:ListTagsForResource",
            "cloudwatch:PutMetricAlarm",
            "cloudwatch:TagResource",
            "cloudwatch:UntagResource",
        ],
    },
    TypeNeed {
        kind: "AWS::CloudWatch::Dashboard",
        actions: &["cloudwatch:DeleteDashboards", "cloudwatch:GetDashboard", "cloudwatch:PutDashboard"],
    },
    TypeNeed {
        kind: "AWS::EC2::EIP",
        actions: &[
            "ec2:AllocateAddress",
            "ec2:CreateTags",
            "ec2:DeleteTags",
            "ec2:DescribeAddresses",
            "ec2:ReleaseAddress",
        ],
    },
    TypeNeed {
        kind: "AWS::EC2::EIPAssociation",
        actions: &["ec2:AssociateAddress", "ec2:DescribeAddresses", "ec2:DisassociateAddress"],
    },
    TypeNeed {
        kind: "AWS::EC2::LaunchTemplate",
        actions: &[
            "ec2:CreateLaunchTemplate",
            "ec2:CreateLaunchTemplateVersion",
            "ec2:CreateTags",
            "ec2:DeleteLaunchTemplate",
            "ec2:DeleteTags",
            "ec2:DescribeLaunchTemplateVersions",
            "ec2:DescribeLaunchTemplates",
        ],
    },
    TypeNeed {
        kind: "AWS::EC2::NetworkInterface",
        actions: &[
            "ec2:AssignPrivateIpAddresses",
            "ec2:CreateNetworkInterface",
            "ec2:CreateTags",
            "ec2:DeleteNetworkInterface",
            "ec2:DeleteTags",
            "ec2:DescribeNetworkInterfaces",
            "ec2:DetachNetworkInterface",
            "ec2:ModifyNetworkInterfaceAttribute",
            "ec2:UnassignPrivateIpAddresses",
        ],
    },
    TypeNeed {
        kind: "AWS::EC2::PrefixList",
        actions: &[
            "ec2:CreateManagedPrefixList",
            "ec2:CreateTags",
            "ec2:DeleteManagedPrefixList",
            "ec2:DeleteTags",
            "ec2:DescribeManagedPrefixLists",
            "ec2:GetManagedPrefixListEntries",
            "ec2:ModifyManagedPrefixList",
        ],
    },
    TypeNeed {
        kind: "AWS::EC2::SecurityGroup",
        actions: &[
            "ec2:AuthorizeSecurityGroupEgress",
            "ec2:AuthorizeSecurityGroupIngress",
            "ec2:CreateSecurityGroup",
            "ec2:CreateTags",
            "ec2:DeleteSecurityGroup",
            "ec2:DeleteTags",
            "ec2:DescribeSecurityGroups",
            "ec2:RevokeSecurityGroupEgress",
            "ec2:RevokeSecurityGroupIngress",
        ],
    },
    TypeNeed {
        kind: "AWS::EC2::SecurityGroupIngress",
        actions: &[
            "ec2:AuthorizeSecurityGroupIngress",
            "ec2:DescribeSecurityGroupRules",
            "ec2:RevokeSecurityGroupIngress",
            "ec2:UpdateSecurityGroupRuleDescriptionsIngress",
        ],
    },
    TypeNeed {
        kind: "AWS::EC2::VPCEndpoint",
        actions: &[
            "ec2:CreateTags",
            "ec2:CreateVpcEndpoint",
            "ec2:DeleteTags",
            "ec2:DeleteVpcEndpoints",
            "ec2:DescribeVpcEndpoints",
            "ec2:ModifyVpcEndpoint",
            "route53:AssociateVPCWithHostedZone",
        ],
    },
    TypeNeed {
        kind: "AWS::EC2::Volume",
        actions: &[
            "ec2:CreateSnapshot",
            "ec2:CreateTags",
            "ec2:CreateVolume",
            "ec2:DeleteTags",
            "ec2:DeleteVolume",
            "ec2:DescribeSnapshots",
            "ec2:DescribeVolumes",
            "ec2:DescribeVolumesModifications",
            "ec2:DetachVolume",
            "ec2:ModifyVolume",
        ],
    },
    TypeNeed {
        kind: "AWS::IAM::InstanceProfile",
        actions: &[
            "iam:AddRoleToInstanceProfile",
            "iam:CreateInstanceProfile",
            "iam:DeleteInstanceProfile",
            "iam:GetInstanceProfile",
            "iam:RemoveRoleFromInstanceProfile",
        ],
    },
    TypeNeed {
        kind: "AWS::IAM::Role",
        actions: &[
            "iam:AttachRolePolicy",
            "iam:CreateRole",
            "iam:DeleteRole",
            "iam:DeleteRolePermissionsBoundary",
            "iam:DeleteRolePolicy",
            "iam:DetachRolePolicy",
            "iam:GetRole",
            "iam:GetRolePolicy",
            "iam:ListAttachedRolePolicies",
            "iam:ListRolePolicies",
            "iam:PutRolePermissionsBoundary",
            "iam:PutRolePolicy",
            "iam:TagRole",
            "iam:UntagRole",
            "iam:UpdateAssumeRolePolicy",
        ],
    },
    TypeNeed {
        kind: "AWS::Logs::LogGroup",
        actions: &[
            "logs:CreateLogGroup",
            "logs:DeleteLogGroup",
            "logs:DescribeLogGroups",
            "logs:ListTagsForResource",
            "logs:PutRetentionPolicy",
            "logs:TagResource",
            "logs:UntagResource",
        ],
    },
    TypeNeed {
        kind: "AWS::SecretsManager::Secret",
        actions: &[
            "secretsmanager:CreateSecret",
            "secretsmanager:DeleteSecret",
            "secretsmanager:DescribeSecret",
            "secretsmanager:GetRandomPassword",
            "secretsmanager:TagResource",
            "secretsmanager:UntagResource",
            "secretsmanager:UpdateSecret",
        ],
    },
];

/// The IAM action behind a call of the API, where the two have other names.
#[must_use]
pub fn action_of(service: &str, call: &str) -> String {
    let action = match (service, call) {
        ("s3", "HeadBucket" | "ListObjectsV2") => "ListBucket",
        ("s3", "HeadObject") => "GetObject",
        (_, call) => call,
    };
    format!("{service}:{action}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn actions_are_sorted_and_stand_once() {
        let lists = PLUGIN.iter().chain(CLOUD_FORMATION).map(|need| (need.id, need.actions));
        for (name, actions) in lists.chain(TYPES.iter().map(|need| (need.kind, need.actions))) {
            assert!(actions.is_sorted_by(|a, b| a < b), "{name}");
            assert!(actions.iter().all(|action| action.split_once(':').is_some()), "{name}");
        }
        assert!(TYPES.is_sorted_by(|a, b| a.kind < b.kind));
    }
}
