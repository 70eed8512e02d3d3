//! `AWS::SecretsManager::Secret`: given or generated values with versions.

use super::{Made, Outcome, Request, handler_error};
use crate::fake::intrinsics::text;
use crate::fake::stacks::Resource;
use crate::fake::state::{Secret, State};
use serde_json::{Map, Value, json};

fn value(w: &mut State, r: &Request) -> String {
    let Some(wish) = r.properties.get("GenerateSecretString") else { return r.text("SecretString") };
    let length = wish.get("PasswordLength").map(text).and_then(|l| l.parse().ok()).unwrap_or(32usize);
    let excluded = wish.get("ExcludeCharacters").map(text).unwrap_or_default();
    let mut password = String::new();
    while password.len() < length {
        let digits = w.ids.hex(64);
        password.extend(digits.chars().filter(|c| !excluded.contains(*c)));
    }
    password.truncate(length);
    match (wish.get("SecretStringTemplate"), wish.get("GenerateStringKey")) {
        (Some(template), Some(key)) => {
            let mut tree: Value = serde_json::from_str(&text(template)).unwrap_or_else(|_| json!({}));
            if let Some(map) = tree.as_object_mut() {
                map.insert(text(key), json!(password));
            }
            tree.to_string()
        }
        _ => password,
    }
}

/// Makes the secret with its first version.
pub fn create(w: &mut State, r: &Request) -> Result<Made, String> {
    let own = r.text("Name");
    let name = if own.is_empty() { r.generated_name(w) } else { own };
    if w.region(&r.place).secrets.values().any(|s| s.name == name && s.deleted.is_none()) {
        let message = format!(
            "The operation failed because the secret {name} already exists. (Service: SecretsManager, Status Code: 400)"
        );
        return Err(handler_error(w, &message, "AlreadyExists"));
    }
    let arn = r.place.arn("secretsmanager", &format!("secret:{name}-{}", &w.ids.suffix()[..6]));
    let (value, version, now) = (value(w, r), w.ids.uuid(), w.now);
    let secret = Secret {
        arn: arn.clone(),
        name,
        versions: vec![(version, value, vec!["AWSCURRENT".into()])],
        description: r.text("Description"),
        tags: tags(r),
        created: now,
        deleted: None,
    };
    w.region(&r.place).secrets.insert(arn.clone(), secret);
    let attributes = Map::from_iter([("Id".to_owned(), json!(arn))]);
    Ok(Made { physical: arn, attributes, outcome: Outcome::After(w.durations.resource) })
}

fn tags(r: &Request) -> Value {
    let set = r.tag_set();
    set.as_array().into_iter().flatten().map(|t| json!({ "Key": t["key"], "Value": t["value"] })).collect()
}

/// Adds a version when the value's definition changed.
pub fn update(w: &mut State, r: &Request, old: &Resource) -> Result<Made, String> {
    let changed =
        ["SecretString", "GenerateSecretString"].iter().any(|k| old.properties.get(*k) != r.properties.get(*k));
    let fresh = changed.then(|| (w.ids.uuid(), value(w, r)));
    let missing = handler_error(w, "Secrets Manager can't find the specified secret.", "NotFound");
    let secret = w.region(&r.place).secrets.get_mut(&old.physical).ok_or(missing)?;
    secret.tags = tags(r);
    secret.description = r.text("Description");
    if let Some((id, value)) = fresh {
        put_version(secret, id, value);
    }
    Ok(Made {
        physical: old.physical.clone(),
        attributes: old.attributes.clone(),
        outcome: Outcome::After(w.durations.resource),
    })
}

/// Makes a version the current one, the former one the previous one.
pub fn put_version(secret: &mut Secret, id: String, value: String) {
    for (_, _, stages) in &mut secret.versions {
        let current = stages.iter().any(|s| s == "AWSCURRENT");
        stages.clear();
        if current {
            stages.push("AWSPREVIOUS".into());
        }
    }
    secret.versions.push((id, value, vec!["AWSCURRENT".into()]));
}

/// Removes the secret.
pub fn delete(w: &mut State, r: &Request, old: &Resource) -> Result<Outcome, String> {
    w.region(&r.place).secrets.remove(&old.physical);
    Ok(Outcome::After(w.durations.cleanup))
}
