//! Services of the JSON 1.1 protocol: Secrets Manager and the parameter reads of Systems Manager.

use crate::fake::error::{Answer, ApiError};
use crate::fake::resources::secrets::put_version;
use crate::fake::stacks::checks::get;
use crate::fake::state::{Place, Secret, State};
use serde_json::{Value, json};

fn missing() -> ApiError {
    ApiError::new(400, "ResourceNotFoundException", "Secrets Manager can't find the specified secret.")
}

fn find<'a>(w: &'a mut State, place: &Place, id: &str) -> Result<&'a mut Secret, ApiError> {
    w.region(place)
        .secrets
        .values_mut()
        .find(|s| {
            s.deleted.is_none() && (s.arn == id || s.name == id || s.arn.rsplit_once('-').is_some_and(|(a, _)| a == id))
        })
        .ok_or_else(missing)
}

/// Answers one Secrets Manager call.
pub fn secretsmanager(w: &mut State, place: &Place, action: &str, p: &Value) -> Answer {
    let id = get(p, "SecretId");
    match action {
        "CreateSecret" => create(w, place, p),
        "PutSecretValue" | "UpdateSecret" => {
            let token = get(p, "ClientRequestToken");
            let version = if token.is_empty() { w.ids.uuid() } else { token };
            let value = get(p, "SecretString");
            let secret = find(w, place, &id)?;
            if !secret.versions.iter().any(|v| v.0 == version) {
                put_version(secret, version.clone(), value);
            }
            Ok(json!({ "ARN": secret.arn, "Name": secret.name, "VersionId": version, "VersionStages": ["AWSCURRENT"] }))
        }
        "GetSecretValue" => {
            let (stage, version) = (get(p, "VersionStage"), get(p, "VersionId"));
            let stage = if stage.is_empty() { "AWSCURRENT".to_owned() } else { stage };
            let secret = find(w, place, &id)?;
            let found =
                secret.versions.iter().find(|v| if version.is_empty() { v.2.contains(&stage) } else { v.0 == version });
            let (version, value, stages) = found.ok_or_else(missing)?;
            Ok(json!({
                "ARN": secret.arn, "Name": secret.name, "VersionId": version, "SecretString": value,
                "VersionStages": stages, "CreatedDate": secret.created.seconds(),
            }))
        }
        "DescribeSecret" => {
            let secret = find(w, place, &id)?;
            let stages: serde_json::Map<String, Value> =
                secret.versions.iter().filter(|v| !v.2.is_empty()).map(|v| (v.0.clone(), json!(v.2))).collect();
            Ok(json!({
                "ARN": secret.arn, "Name": secret.name, "Description": secret.description, "Tags": secret.tags,
                "VersionIdsToStages": stages, "CreatedDate": secret.created.seconds(),
            }))
        }
        "ListSecretVersionIds" => {
            let secret = find(w, place, &id)?;
            let versions: Vec<Value> =
                secret.versions.iter().map(|v| json!({ "VersionId": v.0, "VersionStages": v.2 })).collect();
            Ok(json!({ "ARN": secret.arn, "Name": secret.name, "Versions": versions }))
        }
        "DeleteSecret" => {
            let now = w.now;
            let secret = find(w, place, &id)?;
            secret.deleted = Some(now);
            let answer = json!({ "ARN": secret.arn, "Name": secret.name, "DeletionDate": now.seconds() });
            let arn = secret.arn.clone();
            if get(p, "ForceDeleteWithoutRecovery") == "true" {
                w.region(place).secrets.remove(&arn);
            }
            Ok(answer)
        }
        "TagResource" => {
            let secret = find(w, place, &id)?;
            secret.tags = p.get("Tags").cloned().unwrap_or_default();
            Ok(json!({}))
        }
        _ => Err(ApiError::new(400, "UnknownOperationException", action)),
    }
}

fn create(w: &mut State, place: &Place, p: &Value) -> Answer {
    let name = get(p, "Name");
    let token = get(p, "ClientRequestToken");
    if let Ok(existing) = find(w, place, &name) {
        if !token.is_empty() && existing.versions.iter().any(|v| v.0 == token) {
            return Ok(json!({ "ARN": existing.arn, "Name": existing.name, "VersionId": token }));
        }
        let text = format!("The operation failed because the secret {name} already exists.");
        return Err(ApiError::new(400, "ResourceExistsException", text));
    }
    let version = if token.is_empty() { w.ids.uuid() } else { token };
    let arn = place.arn("secretsmanager", &format!("secret:{name}-{}", &w.ids.suffix()[..6]));
    let secret = Secret {
        arn: arn.clone(),
        name: name.clone(),
        versions: vec![(version.clone(), get(p, "SecretString"), vec!["AWSCURRENT".into()])],
        description: get(p, "Description"),
        tags: p.get("Tags").cloned().unwrap_or_else(|| json!([])),
        created: w.now,
        deleted: None,
    };
    w.region(place).secrets.insert(arn.clone(), secret);
    Ok(json!({ "ARN": arn, "Name": name, "VersionId": version }))
}

/// Answers one Systems Manager call.
pub fn ssm(w: &mut State, place: &Place, action: &str, p: &Value) -> Answer {
    let region = w.region(place);
    let shape = |name: &str, value: &String| json!({ "Name": name, "Type": "String", "Value": value, "Version": 1, "DataType": "text" });
    match action {
        "GetParameter" => {
            let name = get(p, "Name");
            let value = region.ssm.get(&name).ok_or_else(|| ApiError::new(400, "ParameterNotFound", ""))?;
            Ok(json!({ "Parameter": shape(&name, value) }))
        }
        "GetParameters" => {
            let names = crate::fake::stacks::checks::list(p, "Names");
            let (good, bad): (Vec<String>, Vec<String>) = names.into_iter().partition(|n| region.ssm.contains_key(n));
            let found: Vec<Value> = good.iter().filter_map(|n| Some(shape(n, region.ssm.get(n)?))).collect();
            Ok(json!({ "Parameters": found, "InvalidParameters": bad }))
        }
        _ => Err(ApiError::new(400, "UnknownOperationException", action)),
    }
}
