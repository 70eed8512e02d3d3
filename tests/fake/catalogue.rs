//! A catalogue of instance types: memory, cores, architecture, instance store, zones. Figures are those of the public
//! EC2 instance type pages.

use serde_json::{Value, json};

/// One instance type.
#[derive(Clone, Copy, Debug)]
pub struct Spec {
    pub name: &'static str,
    pub vcpus: u32,
    /// MiB.
    pub memory: u64,
    pub architecture: &'static str,
    /// Instance store: number of disks and GB of each; 0 for none.
    pub disks: (u32, u32),
    /// Zone letters that do not offer it.
    pub missing_in: &'static str,
}

const X86: &str = "x86_64";
const ARM: &str = "arm64";

const fn s(name: &'static str, vcpus: u32, gib: u64, architecture: &'static str, disks: (u32, u32)) -> Spec {
    Spec { name, vcpus, memory: gib * 1024, architecture, disks, missing_in: "" }
}

/// All types.
pub static SPECS: &[Spec] = &[
    s("t3.medium", 2, 4, X86, (0, 0)),
    s("t3.large", 2, 8, X86, (0, 0)),
    s("t3.xlarge", 4, 16, X86, (0, 0)),
    s("m5.large", 2, 8, X86, (0, 0)),
    s("m5.xlarge", 4, 16, X86, (0, 0)),
    s("m5.2xlarge", 8, 32, X86, (0, 0)),
    s("m5.4xlarge", 16, 64, X86, (0, 0)),
    s("m5d.2xlarge", 8, 32, X86, (1, 300)),
    s("m6g.xlarge", 4, 16, ARM, (0, 0)),
    s("m6g.2xlarge", 8, 32, ARM, (0, 0)),
    s("m6i.2xlarge", 8, 32, X86, (0, 0)),
    Spec { name: "r4.xlarge", vcpus: 4, memory: 31_232, architecture: X86, disks: (0, 0), missing_in: "c" },
    Spec { name: "r4.2xlarge", vcpus: 8, memory: 62_464, architecture: X86, disks: (0, 0), missing_in: "c" },
    Spec { name: "r4.4xlarge", vcpus: 16, memory: 124_928, architecture: X86, disks: (0, 0), missing_in: "c" },
    Spec { name: "r4.8xlarge", vcpus: 32, memory: 249_856, architecture: X86, disks: (0, 0), missing_in: "c" },
    s("r5.large", 2, 16, X86, (0, 0)),
    s("r5.xlarge", 4, 32, X86, (0, 0)),
    s("r5.2xlarge", 8, 64, X86, (0, 0)),
    s("r5.4xlarge", 16, 128, X86, (0, 0)),
    s("r5.8xlarge", 32, 256, X86, (0, 0)),
    s("r5d.xlarge", 4, 32, X86, (1, 150)),
    s("r5d.2xlarge", 8, 64, X86, (1, 300)),
    s("r5d.4xlarge", 16, 128, X86, (2, 300)),
    s("r6g.2xlarge", 8, 64, ARM, (0, 0)),
    s("r6g.4xlarge", 16, 128, ARM, (0, 0)),
    Spec { name: "r6gd.4xlarge", vcpus: 16, memory: 131_072, architecture: ARM, disks: (1, 950), missing_in: "a" },
    s("r6i.4xlarge", 16, 128, X86, (0, 0)),
    Spec { name: "r7g.4xlarge", vcpus: 16, memory: 131_072, architecture: ARM, disks: (0, 0), missing_in: "a" },
    s("i3.2xlarge", 8, 61, X86, (1, 1900)),
    s("i3.4xlarge", 16, 122, X86, (2, 1900)),
    s("c5.4xlarge", 16, 32, X86, (0, 0)),
];

/// A type by name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Spec> {
    SPECS.iter().find(|s| s.name == name)
}

/// Whether a zone offers a type.
#[must_use]
pub fn offered(spec: &Spec, zone: &str) -> bool {
    !zone.ends_with(|c| spec.missing_in.contains(c))
}

/// A type in the shape of DescribeInstanceTypes.
#[must_use]
pub fn describe(s: &Spec) -> Value {
    let mut shape = json!({
        "instanceType": s.name, "currentGeneration": !s.name.starts_with("r4"), "freeTierEligible": false,
        "supportedUsageClasses": ["on-demand", "spot"], "supportedRootDeviceTypes": ["ebs"],
        "supportedVirtualizationTypes": ["hvm"], "bareMetal": false, "hypervisor": "nitro",
        "processorInfo": { "supportedArchitectures": [s.architecture] },
        "vCpuInfo": { "defaultVCpus": s.vcpus, "defaultCores": s.vcpus / 2 },
        "memoryInfo": { "sizeInMiB": s.memory },
        "instanceStorageSupported": s.disks.0 > 0,
        "networkInfo": { "maximumNetworkInterfaces": 4, "ipv4AddressesPerInterface": 15 },
    });
    if let (true, Some(map)) = (s.disks.0 > 0, shape.as_object_mut()) {
        map.insert(
            "instanceStorageInfo".into(),
            json!({
                "totalSizeInGB": s.disks.0 * s.disks.1,
                "disks": [{ "sizeInGB": s.disks.1, "count": s.disks.0, "type": "ssd" }],
                "nvmeSupport": "required",
            }),
        );
    }
    shape
}
