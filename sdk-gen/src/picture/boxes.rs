//! What a person knows of the joint stack, as boxes with a place on the picture, and which resources each stands for.
//! Knows nothing of references and of drawing.

/// A box of the picture.
#[derive(Debug, Clone, Copy)]
pub struct Part {
    /// Its title; also its name in [`ARROWS`].
    pub title: &'static str,
    /// One line on what it is for.
    pub purpose: &'static str,
    /// The input that brings it into the stack; none where it is always there.
    pub input: Option<&'static str>,
    /// Left, top, width, height.
    pub at: (u32, u32, u32, u32),
    /// Logical ids, or what they begin with before a `*`, or end with after one. The first box that fits has the resource.
    pub resources: &'static [&'static str],
}

/// All boxes. A resource of the template that fits none of them is an error: it gets its place here.
pub const PARTS: [Part; 9] = [
    Part {
        title: "Coordinators",
        purpose: "Presto coordinator, Alluxio master",
        input: None,
        at: (320, 120, 270, 206),
        resources: &["CoordinatorNode", "Coordinators", "Slot*", "Journal*"],
    },
    Part {
        title: "Workers",
        purpose: "Presto worker, Alluxio cache",
        input: None,
        at: (670, 120, 270, 140),
        resources: &["WorkerNode", "Workers"],
    },
    Part {
        title: "Hive metastore",
        purpose: "a group of one; address and data outlive the node",
        input: Some("hiveMetastore.type"),
        at: (670, 372, 270, 196),
        resources: &["Metastore", "MetastoreNode", "MetastorePassword", "MetastoreSlot", "MetastoreVolume"],
    },
    Part {
        title: "Superset",
        purpose: "a group of one; address and data outlive the node",
        input: Some("superset.enabled"),
        at: (320, 372, 270, 196),
        resources: &["Superset", "SupersetNode", "SupersetPassword", "SupersetSlot", "SupersetVolume"],
    },
    Part {
        title: "Elastic IP",
        purpose: "follows the one address of clients",
        input: Some("presto.allowExternalAccessOnHttp"),
        at: (28, 140, 220, 124),
        resources: &["PublicAddress*"],
    },
    Part {
        title: "Access",
        purpose: "who may come in; node to node",
        input: None,
        at: (28, 372, 220, 124),
        resources: &["Access", "SecurityGroup", "NodeToNode"],
    },
    Part {
        title: "VPC endpoints",
        purpose: "the ways to AWS of a subnet without a way out",
        input: Some("network.vpcEndpoints"),
        at: (320, 590, 620, 144),
        resources: &["EndpointGroup", "*Endpoint"],
    },
    Part {
        title: "Role and secrets",
        purpose: "what nodes may do, and know",
        input: None,
        at: (1010, 256, 230, 230),
        resources: &["Role", "InstanceProfile", "NodeSecrets", "SharedSecret"],
    },
    Part {
        title: "Monitoring",
        purpose: "logs, metrics, the node script",
        input: None,
        at: (1010, 516, 230, 216),
        resources: &["LogGroup", "Dashboard", "CoordinatorsMissing", "WorkersMissing"],
    },
];

/// Arrows between boxes, each with what it says. Every one is backed by a reference of the template from the first to the
/// second.
pub const ARROWS: [(&str, &str, &str); 3] = [
    ("Workers", "Coordinators", "register"),
    ("Superset", "Coordinators", "asks"),
    ("Elastic IP", "Coordinators", "Slot 1"),
];

impl Part {
    /// Whether a resource belongs here.
    pub fn holds(&self, logical_id: &str) -> bool {
        self.resources.iter().any(|pattern| match (pattern.strip_suffix('*'), pattern.strip_prefix('*')) {
            (Some(start), _) => logical_id.starts_with(start),
            (_, Some(end)) => logical_id.ends_with(end),
            _ => *pattern == logical_id,
        })
    }
}
