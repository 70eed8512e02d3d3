//! Objects that need no behaviour of their own: roles, profiles, log groups, alarms, topics, parameters, buckets.

use super::table::{Identity, known};
use super::{Made, Outcome, Request, attributes, handler_error};
use crate::fake::groups::signals;
use crate::fake::stacks::Resource;
use crate::fake::state::{Bucket, Object, State};
use serde_json::{Value, json};

/// Makes the object under its own or a generated name.
pub fn create(w: &mut State, r: &Request) -> Result<Made, String> {
    let physical = identity(w, r);
    let key = (r.kind.clone(), physical.clone());
    let taken = w.region(&r.place).objects.contains_key(&key)
        || (r.kind == "AWS::S3::Bucket" && w.region(&r.place).buckets.contains_key(&physical));
    if taken {
        let message = format!("Resource of type '{}' with identifier '{physical}' already exists.", r.kind);
        return Err(handler_error(w, &message, "AlreadyExists"));
    }
    store(w, r, &physical);
    let attributes = attributes::of(w, r, &physical);
    let outcome = match r.kind.as_str() {
        "AWS::IAM::InstanceProfile" => Outcome::After(w.durations.instance_profile),
        "AWS::CloudFormation::WaitCondition" => signals::wait_condition(w, r),
        _ => Outcome::After(w.durations.resource),
    };
    Ok(Made { physical, attributes, outcome })
}

fn identity(w: &mut State, r: &Request) -> String {
    let Some(kind) = known(&r.kind) else { return r.generated_name(w) };
    let named = r.text(kind.name_property);
    let named = (!kind.name_property.is_empty() && !named.is_empty()).then_some(named);
    match kind.identity {
        Identity::Id(prefix) => format!("{prefix}{}", w.ids.hex(17)),
        Identity::Name => named.unwrap_or_else(|| r.generated_name(w)),
        Identity::LowerName => named.unwrap_or_else(|| r.generated_name(w).to_lowercase()),
        Identity::Arn(service, prefix) => {
            let name = named.unwrap_or_else(|| r.generated_name(w));
            r.place.arn(service, &format!("{prefix}{name}"))
        }
        Identity::Url => {
            let name = named.unwrap_or_else(|| r.generated_name(w));
            format!("https://sqs.{}.amazonaws.com/{}/{name}", r.place.region, r.place.account)
        }
        Identity::Own => {
            let id = w.ids.uuid();
            if r.kind.ends_with("Handle") {
                format!("https://cloudformation-waitcondition-{}.s3.amazonaws.com/{id}", r.place.region)
            } else {
                format!("{}/{}", r.stack, r.logical)
            }
        }
    }
}

fn store(w: &mut State, r: &Request, physical: &str) {
    let now = w.now;
    let mut properties = r.properties.clone();
    if let Some(map) = properties.as_object_mut()
        && known(&r.kind).is_some_and(|k| k.taggable)
    {
        map.insert("Tags".into(), r.tag_set());
    }
    let region = w.region(&r.place);
    region.objects.insert((r.kind.clone(), physical.to_owned()), Object { properties, stack: r.stack.clone() });
    match r.kind.as_str() {
        "AWS::SSM::Parameter" => drop(region.ssm.insert(physical.to_owned(), r.text("Value"))),
        "AWS::S3::Bucket" => {
            region.buckets.entry(physical.to_owned()).or_insert_with(|| Bucket { created: now, ..Bucket::default() });
        }
        _ => {}
    }
}

/// Stores the new properties.
pub fn update(w: &mut State, r: &Request, old: &Resource) -> Result<Made, String> {
    let key = (r.kind.clone(), old.physical.clone());
    if !w.region(&r.place).objects.contains_key(&key) {
        let message = format!("Resource of type '{}' with identifier '{}' was not found.", r.kind, old.physical);
        return Err(handler_error(w, &message, "NotFound"));
    }
    store(w, r, &old.physical);
    let mut fresh = attributes::of(w, r, &old.physical);
    for (name, value) in &old.attributes {
        // An attribute that a change in place cannot alter keeps its first answer.
        if !known(&r.kind).is_some_and(|k| k.volatile.contains(&name.as_str())) {
            fresh.insert(name.clone(), value.clone());
        }
    }
    Ok(Made { physical: old.physical.clone(), attributes: fresh, outcome: Outcome::After(w.durations.resource) })
}

/// Removes the object; one that is gone already counts as removed.
pub fn delete(w: &mut State, r: &Request, old: &Resource) -> Result<Outcome, String> {
    let cleanup = w.durations.cleanup;
    let full = w.region(&r.place).buckets.get(&old.physical).is_some_and(|b| !b.objects.is_empty());
    if r.kind == "AWS::S3::Bucket" && full {
        let request = w.ids.suffix();
        let message = format!(
            "The bucket you tried to delete is not empty (Service: S3, Status Code: 409, Request ID: {request})"
        );
        return Err(handler_error(w, &message, "GeneralServiceException"));
    }
    let region = w.region(&r.place);
    region.objects.remove(&(r.kind.clone(), old.physical.clone()));
    match r.kind.as_str() {
        "AWS::SSM::Parameter" => drop(region.ssm.remove(&old.physical)),
        "AWS::S3::Bucket" => drop(region.buckets.remove(&old.physical)),
        _ => {}
    }
    Ok(Outcome::After(cleanup))
}

/// The properties of an object, for assertions of tests.
pub fn properties(w: &mut State, place: &crate::fake::state::Place, kind: &str, physical: &str) -> Option<Value> {
    w.region(place).objects.get(&(kind.to_owned(), physical.to_owned())).map(|o| json!(o.properties))
}
