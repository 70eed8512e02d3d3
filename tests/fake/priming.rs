//! What a test does to a world: primes faults, edits what exists behind CloudFormation's back, looks.

use super::faults::{Effect, Fault, NodeFate, Phase, ResourceFault};
use super::groups::scaling;
use super::settings::Settings;
use super::stacks::checks;
use super::world::{World, place};

impl World {
    /// Primes a fault of calls: `skip` matching calls pass, the next `times` are hit.
    pub fn fault(&self, service: &str, action: &str, skip: u32, times: u32, effect: Effect) {
        let fault = Fault { service: service.into(), action: action.into(), skip, times, effect };
        self.state().faults.calls.push(fault);
    }

    /// Primes the failure of a resource by logical id or type.
    pub fn fail_resource(&self, resource: &str, phase: Phase, reason: &str, times: u32) {
        let fault = ResourceFault { resource: resource.into(), phase, reason: reason.into(), times };
        self.state().faults.resources.push(fault);
    }

    /// Primes the fate of the next `times` nodes of a group, by logical id or `*`.
    pub fn node_fate(&self, logical: &str, fate: NodeFate, times: u32) {
        self.state().faults.nodes.push((logical.into(), fate, times));
    }

    /// Primes the failure of the next `times` launches of a group, by logical id or `*`.
    pub fn fail_launches(&self, logical: &str, text: &str, times: u32) {
        self.state().faults.launches.push((logical.into(), text.into(), times));
    }

    /// Lets a type run out of capacity.
    pub fn no_capacity(&self, instance_type: &str) {
        self.state().faults.no_capacity.push(instance_type.into());
    }

    /// Changes settings.
    pub fn settings(&self, change: impl FnOnce(&mut Settings)) {
        change(&mut self.state().settings);
    }

    /// Sets a group's size behind CloudFormation's back, by name or by logical id. False when there is none.
    pub fn set_group_size(&self, region: &str, group: &str, min: usize, desired: usize, max: usize) -> bool {
        let place = place(region);
        self.with(|w| {
            let groups = &mut w.region(&place).groups;
            let Some(found) = groups.values_mut().find(|g| g.name == group || g.logical == group) else { return false };
            (found.min, found.desired, found.max) = (min, desired, max);
            let name = found.name.clone();
            scaling::reconcile(w, &place, &name);
            true
        })
    }

    /// Sets an alarm's state by ARN; a rollback trigger in ALARM takes its stack's operation back.
    pub fn set_alarm(&self, region: &str, arn: &str, on: bool) {
        let place = place(region);
        self.with(|w| super::stacks::alarms::set(w, &place, arn, on));
    }

    /// Puts a text into a bucket of the seeded world, as somebody else would. False when there is no such bucket.
    pub fn put_object(&self, region: &str, bucket: &str, key: &str, text: &str) -> bool {
        let place = place(region);
        self.with(|w| {
            let now = w.now;
            let Some(bucket) = w.region(&place).buckets.get_mut(bucket) else { return false };
            bucket.objects.insert(key.to_owned(), (text.as_bytes().to_vec(), now, String::new()));
            true
        })
    }

    /// Removes every trace of a stack, as if another account's cleaner had taken it. False when there is none.
    pub fn remove_stack(&self, region: &str, name: &str) -> bool {
        let place = place(region);
        self.with(|w| {
            let found = checks::find(w.region(&place), name);
            found.is_some_and(|arn| w.region(&place).stacks.remove(&arn).is_some())
        })
    }

    /// Sets a tag of a stack behind the owner's back. False when there is none.
    pub fn set_stack_tag(&self, region: &str, name: &str, key: &str, value: &str) -> bool {
        let place = place(region);
        self.with(|w| {
            let found = checks::find(w.region(&place), name);
            found.and_then(|arn| w.stack(&arn)).is_some_and(|s| {
                s.config.tags.insert(key.to_owned(), value.to_owned());
                for resource in s.resources.values_mut() {
                    resource.tags.insert(key.to_owned(), value.to_owned());
                }
                true
            })
        })
    }

    /// Removes an EC2 object (`security-group`, `image`, `key-pair`, …). False when there is none.
    pub fn remove_ec2(&self, region: &str, kind: &'static str, id: &str) -> bool {
        let place = place(region);
        self.with(|w| w.region(&place).kind(kind).remove(id).is_some())
    }

    /// Status of a stack by name or ARN.
    #[must_use]
    pub fn stack_status(&self, region: &str, name: &str) -> Option<String> {
        let place = place(region);
        self.with(|w| {
            let arn = checks::find(w.region(&place), name)?;
            w.stack(&arn).map(|s| s.status.clone())
        })
    }

    /// Every event of a stack, oldest first: logical id, status, reason.
    #[must_use]
    pub fn events(&self, region: &str, name: &str) -> Vec<(String, String, String)> {
        let place = place(region);
        self.with(|w| {
            let arn = checks::find(w.region(&place), name).unwrap_or_default();
            w.stack(&arn)
                .map(|s| s.events.iter().map(|e| (e.logical.clone(), e.status.clone(), e.reason.clone())).collect())
                .unwrap_or_default()
        })
    }
}
