//! Real machines behind instances: what they are told, and what EC2 attaches to them. *Ours*, D.

use super::*;
use crate::fake::machines::{Launch, Machines};
use crate::fake::state::Place;
use std::sync::Mutex;

/// Writes down what it is told.
#[derive(Default)]
struct Recorder(Mutex<Vec<String>>);

impl Recorder {
    fn say(&self, text: String) {
        self.0.lock().unwrap().push(text);
    }
}

impl Machines for Recorder {
    fn launch(&self, launch: Launch) {
        self.say(format!("launch {} {} {} {}", launch.id, launch.address, launch.memory, launch.user_data));
    }
    fn terminate(&self, id: &str) {
        self.say(format!("terminate {id}"));
    }
    fn attach_interface(&self, id: &str, interface: &str, address: &str) {
        self.say(format!("attach {interface} {address} {id}"));
    }
    fn detach_interface(&self, id: &str, interface: &str) {
        self.say(format!("detach {interface} {id}"));
    }
    fn move_address(&self, address: &str, from: &str) {
        self.say(format!("move {address} from {from}"));
    }
    fn attach_volume(&self, id: &str, volume: &str) {
        self.say(format!("attach {volume} {id}"));
    }
    fn detach_volume(&self, id: &str, volume: &str) {
        self.say(format!("detach {volume} {id}"));
    }
}

/// A stack of one node whose machine is recorded, an interface and a volume; the node's id.
fn launched() -> (Arc<World>, Arc<Recorder>, String) {
    let mut template = template(&policy(0, 1));
    template["Resources"]["Launch"]["Properties"]["LaunchTemplateData"]["UserData"] = json!({ "Fn::Base64": "#!" });
    template["Resources"]["Slot"] = json!({ "Type": "AWS::EC2::NetworkInterface", "Properties": {
        "SubnetId": crate::fake::seed::PRIVATE_SUBNET } });
    template["Resources"]["Journal"] = json!({ "Type": "AWS::EC2::Volume", "Properties": {
        "AvailabilityZone": "us-east-1a", "Size": 1 } });
    let (w, recorder) = (world(), Arc::new(Recorder::default()));
    w.use_machines(recorder.clone());
    create(&w, &template, &[("Workers", "1"), ("Most", "1")]).unwrap();
    for _ in 0..200 {
        w.advance_to(w.now().plus_ms(1000));
    }
    let told = recorder.0.lock().unwrap().clone();
    let id = told[0].split(' ').nth(1).unwrap().to_owned();
    (w, recorder, id)
}

fn only(w: &World, kind: &'static str) -> String {
    let place = Place { account: super::super::ACCOUNT.into(), region: "us-east-1".into() };
    w.with(|s| s.region(&place).kind(kind).keys().next().cloned().unwrap())
}

#[test]
fn a_machine_is_launched_with_its_user_data_and_signals_by_itself() {
    let (w, recorder, id) = launched();
    let told = recorder.0.lock().unwrap().clone();
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].ends_with(" 32768 IyE="), "{told:?}");
    assert_eq!(status(&w), "CREATE_IN_PROGRESS", "nobody signals for it");
    let signal = json!({ "StackName": "s", "LogicalResourceId": "Group", "UniqueId": id, "Status": "SUCCESS" });
    w.call("cloudformation", "SignalResource", signal).unwrap();
    w.settle(100_000);
    assert_eq!(status(&w), "CREATE_COMPLETE");
}

#[test]
fn what_one_instance_holds_is_free_when_that_is_terminated() {
    let (w, recorder, id) = launched();
    let (slot, volume) = (only(&w, "network-interface"), only(&w, "volume"));
    let interface = json!({ "NetworkInterfaceId": slot, "InstanceId": id, "DeviceIndex": "1" });
    w.call("ec2", "AttachNetworkInterface", interface.clone()).unwrap();
    let again = w.call("ec2", "AttachNetworkInterface", interface.clone()).unwrap_err();
    assert_eq!(again.code, "InvalidNetworkInterface.InUse");
    let device = json!({ "VolumeId": volume, "InstanceId": id, "Device": "/dev/sdj" });
    w.call("ec2", "AttachVolume", device.clone()).unwrap();
    assert_eq!(w.call("ec2", "AttachVolume", device.clone()).unwrap_err().code, "VolumeInUse");

    w.call("ec2", "TerminateInstances", json!({ "InstanceId": [id] })).unwrap();
    assert_eq!(w.call("ec2", "AttachVolume", device).unwrap_err().code, "IncorrectState");
    w.advance_to(w.now().plus_ms(61_000));
    let shown = w.call("ec2", "DescribeNetworkInterfaces", json!({ "NetworkInterfaceId": [slot] })).unwrap();
    assert_eq!(shown.pointer("/networkInterfaceSet/0/status"), Some(&json!("available")));
    let told = recorder.0.lock().unwrap().clone();
    assert!(told[1].starts_with(&format!("attach {slot} 10.0.")), "{told:?}");
    assert_eq!(told[2..4], [format!("attach {volume} {id}"), format!("terminate {id}")]);
}
