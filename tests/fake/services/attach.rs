//! EC2's calls that attach interfaces and volumes to instances, and move addresses between interfaces. Knows no groups
//! and no stacks.

use crate::fake::error::{Answer, ApiError};
use crate::fake::intrinsics::text;
use crate::fake::machines;
use crate::fake::resources::network;
use crate::fake::stacks::checks::get;
use crate::fake::state::{Place, State};
use serde_json::{Value, json};

/// Answers one of them; `None` for an action that is not here.
pub fn call(w: &mut State, place: &Place, action: &str, p: &serde_json::Value) -> Option<Answer> {
    Some(match action {
        "AttachNetworkInterface" => attach_interface(w, place, &get(p, "NetworkInterfaceId"), p),
        "DetachNetworkInterface" => detach_interface(w, place, &get(p, "AttachmentId")),
        "AssignPrivateIpAddresses" => assign(w, place, &get(p, "NetworkInterfaceId"), p),
        "AttachVolume" => attach_volume(w, place, &get(p, "VolumeId"), p),
        "DetachVolume" => detach_volume(w, place, &get(p, "VolumeId")),
        _ => return None,
    })
}

fn refused(code: &str, message: String) -> ApiError {
    ApiError::new(400, code, message)
}

/// The instance of the call, which has to run.
fn instance(w: &mut State, place: &Place, id: &str) -> Result<(), ApiError> {
    let found = w.region(place).ec2("instance", id);
    let state = found.and_then(|i| i.pointer("/instanceState/name")).map(text);
    match state.as_deref() {
        Some("running" | "pending") => Ok(()),
        Some(state) => Err(refused("IncorrectState", format!("Instance '{id}' is in state '{state}'"))),
        None => Err(refused("InvalidInstanceID.NotFound", format!("The instance ID '{id}' does not exist"))),
    }
}

fn attach_interface(w: &mut State, place: &Place, id: &str, p: &serde_json::Value) -> Answer {
    let owner = get(p, "InstanceId");
    instance(w, place, &owner)?;
    let attachment = format!("eni-attach-{}", w.ids.hex(17));
    let missing =
        refused("InvalidNetworkInterfaceID.NotFound", format!("The networkInterface ID '{id}' does not exist"));
    let object = w.region(place).kind("network-interface").get_mut(id).ok_or(missing)?;
    if !machines::holder(object).is_empty() {
        return Err(refused("InvalidNetworkInterface.InUse", format!("Interface: [{id}] in use.")));
    }
    machines::attached(object, &owner, &attachment, &get(p, "DeviceIndex"));
    let address = text(&object["privateIpAddress"]);
    if let Some(real) = &w.machines.0 {
        real.attach_interface(&owner, id, &address);
    }
    Ok(json!({ "attachmentId": attachment, "networkCardIndex": 0 }))
}

fn detach_interface(w: &mut State, place: &Place, attachment: &str) -> Answer {
    let text = format!("The network interface attachment '{attachment}' does not exist.");
    let missing = refused("InvalidAttachmentID.NotFound", text);
    let all = w.region(place).kind("network-interface");
    let found = all.iter_mut().find(|(_, object)| {
        object.pointer("/attachment/attachmentId").and_then(serde_json::Value::as_str) == Some(attachment)
    });
    let (id, object) = found.ok_or(missing)?;
    let (id, owner) = (id.clone(), machines::holder(object));
    machines::detached(object);
    if let Some(real) = &w.machines.0 {
        real.detach_interface(&owner, &id);
    }
    Ok(json!({ "return": true }))
}

/// Gives an interface the named addresses; with `AllowReassignment` also those that another one holds as secondary.
fn assign(w: &mut State, place: &Place, id: &str, p: &Value) -> Answer {
    let wanted: Vec<String> =
        p.get("PrivateIpAddress").and_then(Value::as_array).into_iter().flatten().map(text).collect();
    let moves = get(p, "AllowReassignment") == "true";
    let all = w.region(place).kind("network-interface");
    if !all.contains_key(id) {
        let text = format!("The networkInterface ID '{id}' does not exist");
        return Err(refused("InvalidNetworkInterfaceID.NotFound", text));
    }
    let mut told = Vec::new();
    for address in &wanted {
        let entry = json!({ "privateIpAddress": address, "primary": false });
        let holder = all.iter().find(|(_, object)| network::addresses(object).contains(address));
        let holder = holder.map(|(id, object)| (id.clone(), object["privateIpAddress"] == address.as_str()));
        match holder {
            Some((holder, _)) if holder == id => continue,
            Some((_, primary)) if primary || !moves => {
                let text = format!("[{address}] is already assigned to another interface.");
                return Err(refused("InvalidParameterValue", text));
            }
            Some((holder, _)) => {
                let other = all.get_mut(&holder).and_then(|object| object["privateIpAddressesSet"].as_array_mut());
                other.into_iter().for_each(|set| set.retain(|one| *one != entry));
                told.push((address.clone(), all.get(&holder).map(machines::holder).unwrap_or_default()));
            }
            None => {}
        }
        let set = all.get_mut(id).and_then(|object| object["privateIpAddressesSet"].as_array_mut());
        set.into_iter().for_each(|set| set.push(entry.clone()));
    }
    if let Some(real) = &w.machines.0 {
        told.iter().for_each(|(address, from)| real.move_address(address, from));
    }
    let assigned: Vec<Value> = wanted.iter().map(|address| json!({ "privateIpAddress": address })).collect();
    Ok(json!({ "networkInterfaceId": id, "assignedPrivateIpAddressesSet": assigned }))
}

fn attach_volume(w: &mut State, place: &Place, id: &str, p: &serde_json::Value) -> Answer {
    let (owner, device) = (get(p, "InstanceId"), get(p, "Device"));
    instance(w, place, &owner)?;
    let missing = refused("InvalidVolume.NotFound", format!("The volume '{id}' does not exist."));
    let object = w.region(place).kind("volume").get_mut(id).ok_or(missing)?;
    let holder = machines::holder(object);
    if !holder.is_empty() {
        return Err(refused("VolumeInUse", format!("{id} is already attached to an instance")));
    }
    machines::attached(object, &owner, "", &device);
    if let Some(real) = &w.machines.0 {
        real.attach_volume(&owner, id);
    }
    Ok(json!({ "volumeId": id, "instanceId": owner, "device": device, "status": "attaching" }))
}

fn detach_volume(w: &mut State, place: &Place, id: &str) -> Answer {
    let missing = refused("InvalidVolume.NotFound", format!("The volume '{id}' does not exist."));
    let object = w.region(place).kind("volume").get_mut(id).ok_or(missing)?;
    let owner = machines::holder(object);
    if owner.is_empty() {
        return Err(refused("IncorrectState", format!("Volume '{id}' is in the 'available' state.")));
    }
    machines::detached(object);
    if let Some(real) = &w.machines.0 {
        real.detach_volume(&owner, id);
    }
    Ok(json!({ "volumeId": id, "instanceId": owner, "status": "detaching" }))
}
