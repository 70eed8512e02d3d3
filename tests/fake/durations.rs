//! How long things take, in virtual milliseconds: one table, so that a test can shorten or stretch it.
//! Sources: section 11 of the behaviour reference; all inferred but for the termination time.

/// Durations of the model, in virtual milliseconds.
#[derive(Clone, Debug)]
pub struct Durations {
    /// From the acceptance of a call to the start of its first resource.
    pub stack_start: i64,
    /// Between a resource's first event and the creation of its object.
    pub event: i64,
    /// A resource without an entry of its own.
    pub resource: i64,
    /// Instance profile until it is complete.
    pub instance_profile: i64,
    /// VPC endpoint until it is available.
    pub vpc_endpoint: i64,
    /// One clean-up deletion.
    pub cleanup: i64,
    /// Change set until it can be read.
    pub change_set: i64,
    /// Drift detection.
    pub drift: i64,
    /// Launch call to `running` (then the launch hook or InService follows).
    pub instance_running: i64,
    /// Launch call to the node's own signal.
    pub instance_boot: i64,
    /// A node's own work while a launch hook holds it.
    pub launch_hook: i64,
    /// A node's drain while a termination hook holds it; of a worker of the cluster: how long Presto waits at least.
    pub drain: i64,
    /// Between two looks of a draining node.
    pub drain_look: i64,
    /// An Alluxio worker's decommission.
    pub decommission: i64,
    /// From the failure of a node to the health check that finds it.
    pub health_check: i64,
    /// Termination without a hook.
    pub instance_termination: i64,
    /// How long a terminated instance stays describable.
    pub terminated_visible: i64,
    /// Wait before a failed launch is tried again; doubles up to 16 times.
    pub launch_retry: i64,
    /// CloudFormation's own limit for a group without signals.
    pub stabilisation_limit: i64,
}

impl Default for Durations {
    fn default() -> Self {
        Self {
            stack_start: 2_000,
            event: 1_000,
            resource: 3_000,
            instance_profile: 120_000,
            vpc_endpoint: 80_000,
            cleanup: 4_000,
            change_set: 5_000,
            drift: 20_000,
            instance_running: 20_000,
            instance_boot: 100_000,
            launch_hook: 30_000,
            drain: 90_000,
            drain_look: 15_000,
            decommission: 10_000,
            health_check: 60_000,
            instance_termination: 60_000,
            terminated_visible: 3_600_000,
            launch_retry: 30_000,
            stabilisation_limit: 3_600_000,
        }
    }
}
