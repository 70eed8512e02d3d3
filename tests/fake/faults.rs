//! What a test primes: faults of calls, and failures of resources. It knows no wire format.

use super::error::ApiError;

/// What happens to a call.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// The service's throttling error.
    Throttle,
    /// An error with this status, code and message.
    Error(ApiError),
    /// The connection breaks before the call has an effect.
    ResetBefore,
    /// The call takes effect, then the connection breaks: the reply is lost.
    LostReply,
    /// The call has no effect and no reply: the connection stays open. [`super::World::until_held`] tells the test.
    HoldBefore,
    /// The call takes effect and has no reply: the connection stays open.
    HoldAfter,
    /// The reply comes this many real milliseconds late.
    Delay(u64),
    /// `ExpiredToken`, status 403.
    ExpiredToken,
}

/// One primed fault of calls.
#[derive(Clone, Debug)]
pub struct Fault {
    /// Service, for example `cloudformation`; empty for any.
    pub service: String,
    /// Action, for example `CreateStack`; empty for any.
    pub action: String,
    /// How many matching calls pass first.
    pub skip: u32,
    /// How many calls it then hits.
    pub times: u32,
    /// What happens.
    pub effect: Effect,
}

/// When a primed resource failure strikes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// When the object is to be made.
    Create,
    /// When it is to be changed.
    Update,
    /// When a rollback restores it.
    Restore,
    /// When it is to be deleted.
    Delete,
}

/// One primed failure of a resource.
#[derive(Clone, Debug)]
pub struct ResourceFault {
    /// Logical id or type name, for example `Workers` or `AWS::IAM::Role`.
    pub resource: String,
    /// The phase in which it strikes.
    pub phase: Phase,
    /// The reason that the event carries.
    pub reason: String,
    /// How often it strikes.
    pub times: u32,
}

/// How nodes behave that the groups launch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum NodeFate {
    /// Boots and signals SUCCESS.
    #[default]
    Healthy,
    /// Boots and never signals.
    Silent,
    /// Signals FAILURE.
    Fails,
}

/// Everything primed, with counters.
#[derive(Clone, Debug, Default)]
pub struct Faults {
    pub calls: Vec<Fault>,
    pub resources: Vec<ResourceFault>,
    /// Fates of nodes by the group's logical id (or `*`), with how many launches they hold for.
    pub nodes: Vec<(String, NodeFate, u32)>,
    /// Text of failing launches by the group's logical id (or `*`), with how many launches they hold for.
    pub launches: Vec<(String, String, u32)>,
    /// Instance types that zones lack capacity for.
    pub no_capacity: Vec<String>,
}

impl Faults {
    /// The effect on this call, if one is primed; uses it up.
    pub fn strike(&mut self, service: &str, action: &str) -> Option<Effect> {
        let hit = self.calls.iter_mut().find(|f| {
            (f.service.is_empty() || f.service == service)
                && (f.action.is_empty() || f.action == action)
                && (f.skip > 0 || f.times > 0)
        })?;
        if hit.skip > 0 {
            hit.skip -= 1;
            return None;
        }
        hit.times -= 1;
        Some(hit.effect.clone())
    }

    /// The reason with which this resource fails now, if primed; uses it up.
    pub fn resource(&mut self, logical: &str, kind: &str, phase: Phase) -> Option<String> {
        let hit = self
            .resources
            .iter_mut()
            .find(|f| (f.resource == logical || f.resource == kind) && f.phase == phase && f.times > 0)?;
        hit.times -= 1;
        Some(hit.reason.clone())
    }

    /// The fate of the node that this group launches now.
    pub fn node(&mut self, logical: &str) -> NodeFate {
        let hit = self.nodes.iter_mut().find(|(id, _, n)| (id == logical || id == "*") && *n > 0);
        hit.map_or(NodeFate::Healthy, |hit| {
            hit.2 -= 1;
            hit.1
        })
    }

    /// The text with which this group's next launch fails, if primed.
    pub fn launch(&mut self, logical: &str) -> Option<String> {
        let hit = self.launches.iter_mut().find(|(id, _, n)| (id == logical || id == "*") && *n > 0)?;
        hit.2 -= 1;
        Some(hit.1.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_skips_then_strikes_then_ends() {
        let mut faults = Faults::default();
        faults.calls.push(Fault {
            service: "cloudformation".into(),
            action: "CreateStack".into(),
            skip: 1,
            times: 2,
            effect: Effect::Throttle,
        });
        let struck: Vec<bool> = (0..4).map(|_| faults.strike("cloudformation", "CreateStack").is_some()).collect();
        assert_eq!(struck, [false, true, true, false]);
        assert!(faults.strike("ec2", "CreateStack").is_none());
    }
}
