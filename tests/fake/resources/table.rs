//! What the model knows of each resource type, as data: identity, replacement, attributes, tags.

/// Whether a changed property replaces the object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recreation {
    Never,
    Conditionally,
    Always,
}

/// How a physical id looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Identity {
    /// A prefix and 17 hexadecimal digits.
    Id(&'static str),
    /// The name property, else a generated name.
    Name,
    /// A generated name in lower case.
    LowerName,
    /// An ARN of this service whose resource part begins so.
    Arn(&'static str, &'static str),
    /// A queue's URL.
    Url,
    /// A handler of its own gives it.
    Own,
}

/// One type.
#[derive(Clone, Copy, Debug)]
pub struct Type {
    pub name: &'static str,
    pub identity: Identity,
    /// Property that names the object, empty for none.
    pub name_property: &'static str,
    pub required: &'static [&'static str],
    /// Properties whose change replaces the object.
    pub replace: &'static [&'static str],
    /// Properties whose change may replace it.
    pub conditional: &'static [&'static str],
    /// What `GetAtt` answers; empty means that any name is accepted.
    pub attributes: &'static [&'static str],
    /// Attributes that a change in place may alter.
    pub volatile: &'static [&'static str],
    pub taggable: bool,
    /// Whether its event ids are in the modern form.
    pub modern: bool,
}

const fn t(name: &'static str, identity: Identity) -> Type {
    Type {
        name,
        identity,
        name_property: "",
        required: &[],
        replace: &[],
        conditional: &[],
        attributes: &[],
        volatile: &[],
        taggable: true,
        modern: true,
    }
}

use Identity::{Arn, Id, LowerName, Name, Own, Url};

/// All types.
pub static TYPES: &[Type] = &[
    Type {
        replace: &["GroupName", "GroupDescription", "VpcId"],
        name_property: "GroupName",
        required: &["GroupDescription"],
        attributes: &["GroupId", "VpcId", "Id"],
        ..t("AWS::EC2::SecurityGroup", Id("sg-"))
    },
    Type {
        replace: &[
            "CidrIp",
            "CidrIpv6",
            "FromPort",
            "ToPort",
            "IpProtocol",
            "GroupId",
            "GroupName",
            "SourceSecurityGroupId",
            "SourcePrefixListId",
            "SourceSecurityGroupName",
        ],
        required: &["IpProtocol"],
        attributes: &["Id"],
        taggable: false,
        ..t("AWS::EC2::SecurityGroupIngress", Id("sgr-"))
    },
    Type {
        replace: &[
            "CidrIp",
            "CidrIpv6",
            "FromPort",
            "ToPort",
            "IpProtocol",
            "GroupId",
            "DestinationSecurityGroupId",
            "DestinationPrefixListId",
        ],
        required: &["IpProtocol"],
        attributes: &["Id"],
        taggable: false,
        ..t("AWS::EC2::SecurityGroupEgress", Id("sgr-"))
    },
    Type {
        replace: &["LaunchTemplateName"],
        name_property: "LaunchTemplateName",
        required: &["LaunchTemplateData"],
        attributes: &["LatestVersionNumber", "DefaultVersionNumber", "LaunchTemplateId"],
        volatile: &["LatestVersionNumber"],
        taggable: true,
        ..t("AWS::EC2::LaunchTemplate", Id("lt-"))
    },
    Type {
        replace: &["AvailabilityZone", "Encrypted", "KmsKeyId", "SnapshotId", "OutpostArn"],
        required: &["AvailabilityZone"],
        attributes: &["VolumeId"],
        modern: false,
        ..t("AWS::EC2::Volume", Id("vol-"))
    },
    Type {
        replace: &["SubnetId", "PrivateIpAddress", "InterfaceType"],
        required: &["SubnetId"],
        attributes: &["Id", "PrimaryPrivateIpAddress", "SecondaryPrivateIpAddresses", "VpcId", "PrimaryIpv6Address"],
        ..t("AWS::EC2::NetworkInterface", Id("eni-"))
    },
    Type {
        replace: &["ServiceName", "VpcId", "VpcEndpointType"],
        required: &["VpcId"],
        attributes: &["Id", "CreationTimestamp", "DnsEntries", "NetworkInterfaceIds"],
        ..t("AWS::EC2::VPCEndpoint", Id("vpce-"))
    },
    Type {
        replace: &["Domain", "NetworkBorderGroup"],
        attributes: &["AllocationId", "PublicIp"],
        modern: false,
        ..t("AWS::EC2::EIP", Own)
    },
    Type {
        replace: &["AllocationId", "EIP"],
        conditional: &["InstanceId", "NetworkInterfaceId"],
        attributes: &["Id"],
        taggable: false,
        ..t("AWS::EC2::EIPAssociation", Id("eipassoc-"))
    },
    Type {
        replace: &["AddressFamily"],
        required: &["AddressFamily", "MaxEntries", "PrefixListName"],
        attributes: &["Arn", "OwnerId", "PrefixListId", "Version"],
        volatile: &["Version"],
        ..t("AWS::EC2::PrefixList", Id("pl-"))
    },
    Type {
        replace: &["Device", "InstanceId", "VolumeId"],
        taggable: false,
        ..t("AWS::EC2::VolumeAttachment", Id("attach-"))
    },
    Type {
        replace: &["ImageId", "SubnetId", "KeyName", "AvailabilityZone", "NetworkInterfaces", "PrivateIpAddress"],
        conditional: &["InstanceType", "UserData", "SecurityGroupIds", "EbsOptimized", "LaunchTemplate"],
        attributes: &[
            "AvailabilityZone",
            "PrivateDnsName",
            "PrivateIp",
            "PublicDnsName",
            "PublicIp",
            "InstanceId",
            "VpcId",
        ],
        modern: false,
        ..t("AWS::EC2::Instance", Id("i-"))
    },
    Type {
        replace: &["RoleName", "Path"],
        name_property: "RoleName",
        required: &["AssumeRolePolicyDocument"],
        attributes: &["Arn", "RoleId"],
        modern: false,
        ..t("AWS::IAM::Role", Name)
    },
    Type {
        replace: &["InstanceProfileName", "Path"],
        name_property: "InstanceProfileName",
        required: &["Roles"],
        attributes: &["Arn"],
        taggable: false,
        ..t("AWS::IAM::InstanceProfile", Name)
    },
    Type {
        required: &["PolicyName", "PolicyDocument"],
        attributes: &["Id"],
        taggable: false,
        modern: false,
        ..t("AWS::IAM::Policy", Name)
    },
    Type {
        replace: &["ManagedPolicyName", "Path", "Description"],
        name_property: "ManagedPolicyName",
        attributes: &["PolicyArn"],
        taggable: false,
        ..t("AWS::IAM::ManagedPolicy", Arn("iam", "policy/"))
    },
    Type {
        replace: &["AutoScalingGroupName", "InstanceId"],
        name_property: "AutoScalingGroupName",
        required: &["MinSize", "MaxSize"],
        attributes: &["AutoScalingGroupARN"],

        modern: false,
        ..t("AWS::AutoScaling::AutoScalingGroup", Name)
    },
    Type {
        replace: &["AutoScalingGroupName", "LifecycleHookName"],
        required: &["AutoScalingGroupName", "LifecycleTransition"],
        taggable: false,
        ..t("AWS::AutoScaling::LifecycleHook", Name)
    },
    Type {
        replace: &["AutoScalingGroupName"],
        required: &["AutoScalingGroupName"],
        attributes: &["PolicyName", "Arn"],
        taggable: false,
        ..t("AWS::AutoScaling::ScalingPolicy", Arn("autoscaling", "scalingPolicy:"))
    },
    Type { replace: &["AutoScalingGroupName"], taggable: false, ..t("AWS::AutoScaling::ScheduledAction", Name) },
    Type { replace: &["Name"], name_property: "Name", attributes: &["Id"], ..t("AWS::SecretsManager::Secret", Own) },
    Type { taggable: false, ..t("AWS::SecretsManager::ResourcePolicy", Arn("secretsmanager", "secret:")) },
    Type {
        replace: &["LogGroupName"],
        name_property: "LogGroupName",
        attributes: &["Arn"],
        ..t("AWS::Logs::LogGroup", Name)
    },
    Type { replace: &["LogGroupName", "LogStreamName"], taggable: false, ..t("AWS::Logs::LogStream", Name) },
    Type { replace: &["FilterName", "LogGroupName"], taggable: false, ..t("AWS::Logs::MetricFilter", Name) },
    Type {
        replace: &["DashboardName"],
        name_property: "DashboardName",
        required: &["DashboardBody"],
        taggable: false,
        modern: false,
        ..t("AWS::CloudWatch::Dashboard", Name)
    },
    Type {
        replace: &["AlarmName"],
        name_property: "AlarmName",
        required: &["ComparisonOperator", "EvaluationPeriods"],
        attributes: &["Arn"],
        ..t("AWS::CloudWatch::Alarm", Name)
    },
    Type {
        replace: &["AlarmName"],
        name_property: "AlarmName",
        required: &["AlarmRule"],
        attributes: &["Arn"],
        ..t("AWS::CloudWatch::CompositeAlarm", Name)
    },
    Type {
        replace: &["TopicName", "FifoTopic"],
        name_property: "TopicName",
        attributes: &["TopicArn", "TopicName"],
        ..t("AWS::SNS::Topic", Arn("sns", ""))
    },
    Type { taggable: false, ..t("AWS::SNS::TopicPolicy", Name) },
    Type {
        replace: &["TopicArn", "Protocol", "Endpoint"],
        taggable: false,
        attributes: &["Arn"],
        ..t("AWS::SNS::Subscription", Arn("sns", ""))
    },
    Type {
        replace: &["QueueName", "FifoQueue"],
        name_property: "QueueName",
        attributes: &["Arn", "QueueName", "QueueUrl"],
        ..t("AWS::SQS::Queue", Url)
    },
    Type {
        required: &["Queues", "PolicyDocument"],
        taggable: false,
        attributes: &["Id"],
        ..t("AWS::SQS::QueuePolicy", Name)
    },
    Type {
        replace: &["FunctionName", "PackageType"],
        name_property: "FunctionName",
        required: &["Code", "Role"],
        attributes: &["Arn"],
        ..t("AWS::Lambda::Function", Name)
    },
    Type {
        replace: &["FunctionName", "Action", "Principal", "SourceArn", "SourceAccount"],
        taggable: false,
        attributes: &["Id"],
        ..t("AWS::Lambda::Permission", Name)
    },
    Type {
        replace: &["EventSourceArn"],
        taggable: false,
        attributes: &["Id"],
        ..t("AWS::Lambda::EventSourceMapping", Name)
    },
    Type {
        replace: &["Name", "EventBusName"],
        name_property: "Name",
        attributes: &["Arn"],
        taggable: false,
        ..t("AWS::Events::Rule", Name)
    },
    Type {
        replace: &["Name"],
        name_property: "Name",
        required: &["Type", "Value"],
        attributes: &["Type", "Value"],
        volatile: &["Value"],
        ..t("AWS::SSM::Parameter", Name)
    },
    Type {
        replace: &["BucketName"],
        name_property: "BucketName",
        attributes: &["Arn", "DomainName", "RegionalDomainName", "DualStackDomainName", "WebsiteURL"],
        ..t("AWS::S3::Bucket", LowerName)
    },
    Type {
        replace: &["Bucket"],
        required: &["Bucket", "PolicyDocument"],
        taggable: false,
        ..t("AWS::S3::BucketPolicy", Name)
    },
    Type { replace: &["KeySpec", "KeyUsage"], attributes: &["Arn", "KeyId"], ..t("AWS::KMS::Key", Name) },
    Type { taggable: false, ..t("AWS::KMS::Alias", Name) },
    Type {
        replace: &["TopicName"],
        taggable: false,
        attributes: &["Data"],
        modern: false,
        ..t("AWS::CloudFormation::WaitCondition", Own)
    },
    Type { taggable: false, modern: false, ..t("AWS::CloudFormation::WaitConditionHandle", Own) },
    Type {
        replace: &["Engine", "DBInstanceIdentifier", "MasterUsername"],
        attributes: &["Endpoint.Address", "Endpoint.Port", "DBInstanceArn"],
        ..t("AWS::RDS::DBInstance", LowerName)
    },
];

/// A type by name; none for what CloudFormation would not recognise either.
#[must_use]
pub fn known(name: &str) -> Option<&'static Type> {
    TYPES.iter().find(|t| t.name == name)
}

/// Whether a change of this top-level property replaces the object.
#[must_use]
pub fn recreation(kind: &str, property: &str) -> Recreation {
    match known(kind) {
        Some(t) if t.replace.contains(&property) => Recreation::Always,
        Some(t) if t.conditional.contains(&property) => Recreation::Conditionally,
        _ => Recreation::Never,
    }
}
