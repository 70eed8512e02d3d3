//! STS and the IAM read.

use crate::fake::error::{Answer, ApiError};
use crate::fake::stacks::checks::get;
use crate::fake::state::{Place, State};
use serde_json::{Value, json};

/// Answers one STS call.
pub fn call(w: &mut State, place: &Place, action: &str, p: &Value) -> Answer {
    let partition = place.partition();
    match action {
        "GetCallerIdentity" => Ok(json!({
            "Arn": format!("arn:{partition}:iam::{}:user/analyst", place.account),
            "UserId": "AIDAMODELOFAWSANALYST", "Account": place.account,
        })),
        "AssumeRole" => {
            let role = get(p, "RoleArn");
            if w.settings.unusable_roles.contains(&role) || !role.contains(":role/") {
                let text = format!(
                    "User: arn:{partition}:iam::{}:user/analyst is not authorized to perform: sts:AssumeRole on resource: {role}",
                    place.account
                );
                return Err(ApiError::new(403, "AccessDenied", text));
            }
            let account = role.split(':').nth(4).unwrap_or_default();
            let name = role.rsplit('/').next().unwrap_or_default();
            let session = get(p, "RoleSessionName");
            Ok(json!({
                "Credentials": {
                    "AccessKeyId": account, "SecretAccessKey": "model", "SessionToken": "model",
                    "Expiration": w.now.plus_ms(3_600_000).iso(),
                },
                "AssumedRoleUser": {
                    "AssumedRoleId": format!("AROAMODEL:{session}"),
                    "Arn": format!("arn:{partition}:sts::{account}:assumed-role/{name}/{session}"),
                },
            }))
        }
        _ => Err(ApiError::new(
            400,
            "InvalidAction",
            format!("Could not find operation {action} for version 2011-06-15"),
        )),
    }
}

/// Answers one IAM call.
pub fn iam(w: &mut State, place: &Place, action: &str, p: &Value) -> Answer {
    if action != "GetInstanceProfile" {
        return Err(ApiError::new(
            400,
            "InvalidAction",
            format!("Could not find operation {action} for version 2010-05-08"),
        ));
    }
    let name = get(p, "InstanceProfileName");
    let made = w.region(place).objects.contains_key(&("AWS::IAM::InstanceProfile".to_owned(), name.clone()));
    if !made && !w.settings.instance_profiles.contains(&name) {
        return Err(ApiError::new(404, "NoSuchEntity", format!("Instance Profile {name} cannot be found.")));
    }
    let arn = format!("arn:{}:iam::{}:instance-profile/{name}", place.partition(), place.account);
    Ok(json!({ "InstanceProfile": {
        "InstanceProfileName": name, "InstanceProfileId": "AIPAMODEL", "Arn": arn, "Path": "/", "Roles": [],
        "CreateDate": "2026-01-05T08:00:00Z",
    } }))
}
