//! What drift is found and reverted with: CloudFormation's own detection, drift-aware change sets, and the live rules
//! and launch data of EC2. Plain data; knows no call.

/// How far a drift detection is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DriftDetection {
    /// `DETECTION_IN_PROGRESS`, `DETECTION_COMPLETE` or `DETECTION_FAILED` (whose results are still usable).
    pub status: String,
    /// AWS's words on a failed one.
    pub reason: String,
}

/// A resource as drift detection found it. Resources of types without support are absent.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ResourceDrift {
    /// Logical id.
    pub logical_id: String,
    /// CloudFormation resource type.
    pub resource_type: String,
    /// `IN_SYNC`, `MODIFIED`, `DELETED`, `NOT_CHECKED` or `UNKNOWN`.
    pub status: String,
    /// What differs, for a modified one.
    pub differences: Vec<PropertyDifference>,
}

/// One property that differs from the template.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PropertyDifference {
    /// JSON pointer into the resource's properties.
    pub path: String,
    /// The template's value as text.
    pub expected: String,
    /// The live value as text.
    pub actual: String,
}

/// A change set as far as its maker needs to know.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ChangeSetState {
    /// `CREATE_PENDING`, `CREATE_IN_PROGRESS`, `CREATE_COMPLETE`, `FAILED`, …
    pub status: String,
    /// AWS's words.
    pub reason: String,
    /// Execution status: `AVAILABLE` when it can be executed.
    pub execution: String,
    /// Whether AWS compares with what exists; absent from places that do not know drift-aware change sets.
    pub reverts_drift: bool,
}

/// A security group of a stack with what it lets in.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AccessGroup {
    /// Group id.
    pub id: String,
    /// Logical id in the stack.
    pub logical_id: String,
    /// One entry for each source of each rule.
    pub ingress: Vec<IngressRule>,
}

/// Traffic that a security group lets in.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct IngressRule {
    /// `tcp`, `udp`, `icmp`, or `-1` for all.
    pub protocol: String,
    /// First port; `None` where the protocol has none.
    pub from_port: Option<i64>,
    /// Last port.
    pub to_port: Option<i64>,
    /// A network, or the id of a security group or a prefix list.
    pub source: String,
}

/// What a version of a launch template says, as far as inputs decide it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LaunchData {
    /// Image.
    pub image_id: String,
    /// Instance type.
    pub instance_type: String,
    /// Key pair; empty for none.
    pub key_name: String,
    /// Name of the instance profile; empty for none.
    pub instance_profile: String,
    /// Security groups, in order.
    pub security_group_ids: Vec<String>,
    /// Volumes, in order.
    pub volumes: Vec<LaunchVolume>,
    /// User data as AWS keeps it, in Base64.
    pub user_data: String,
}

/// A volume of launch data; absent values are empty.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LaunchVolume {
    /// Size in GiB.
    pub size: String,
    /// Volume type.
    pub kind: String,
    /// Operations per second.
    pub iops: String,
    /// Key.
    pub kms_key_id: String,
}
