//! What can be observed of a model, as text to compare: without ids, addresses and times, which two runs of the same
//! operation never share. Knows no operation.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use base64::Engine as _;
use regex::Regex;
use serde_json::{Value as Json, json};
use starburst_tests::fake::World;
use starburst_tests::fake::groups::Group;
use starburst_tests::fake::stacks::Stack;
use starburst_tests::fake::state::Region;

/// Ids as EC2, CloudFormation and Secrets Manager write them, addresses, and moments.
static PASSING: LazyLock<Regex> = LazyLock::new(|| {
    let forms = [
        r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
        r"\b[a-z]+-[0-9a-f]{8,17}\b",
        r"-[A-Z0-9]{12}(-[A-Z0-9]{6})?\b",
        r"\b\d{1,3}([.-]\d{1,3}){3}\b",
        r"\d{4}-\d\d-\d\dT[0-9:.]+Z",
    ];
    Regex::new(&forms.join("|")).unwrap_or_else(|error| panic!("{error}"))
});

/// Everything that a user can see of the world.
pub fn of(world: &World) -> String {
    let seen = world.with(|state| {
        let places = state.places.iter().map(|(place, region)| (place.region.clone(), observed(region)));
        json!(places.collect::<BTreeMap<_, _>>())
    });
    serde_json::to_string_pretty(&plain(&seen)).unwrap_or_default()
}

fn observed(region: &Region) -> Json {
    let objects = region.objects.iter().map(|((kind, _), object)| json!([kind, object.properties]));
    let secrets = region.secrets.values().map(|secret| {
        let versions: Vec<_> = secret.versions.iter().map(|(_, value, stages)| json!([given(value), stages])).collect();
        json!([secret.name, versions, secret.tags, secret.deleted.is_some()])
    });
    let buckets = region.buckets.iter().map(|(name, bucket)| (name, bucket.objects.keys().collect::<Vec<_>>()));
    // Instances and their volumes stand in the groups: how long a terminated one is shown is a matter of time.
    let lasting = region.ec2.iter().filter(|(kind, _)| !matches!(**kind, "instance" | "volume"));
    json!({
        "stacks": sorted(region.stacks.values().map(stack)),
        "groups": sorted(region.groups.values().map(group)),
        "ec2": lasting.map(|(kind, found)| (*kind, found.len())).collect::<BTreeMap<_, _>>(),
        "objects": sorted(objects),
        "secrets": sorted(secrets),
        "buckets": buckets.collect::<BTreeMap<_, _>>(),
    })
}

/// A secret's value; one that AWS made up is another one each time.
fn given(value: &str) -> &str {
    let made_up = value.len() == 64 && value.bytes().all(|byte| byte.is_ascii_hexdigit());
    if made_up { "made up" } else { value }
}

fn stack(stack: &Stack) -> Json {
    let outputs = stack.outputs.iter().map(|output| (&output.key, &output.value));
    let parameters = stack.config.parameters.iter().map(|(name, value)| (name, format!("{value:?}")));
    let resources = stack
        .resources
        .values()
        .map(|resource| json!([resource.logical, resource.kind, resource.status, resource.tags, resource.properties]));
    json!({
        "name": stack.name,
        "status": stack.status,
        "operations": stack.operations.iter().map(|(_, kind)| *kind).collect::<Vec<_>>(),
        "template": stack.config.template.body,
        "parameters": parameters.collect::<BTreeMap<_, _>>(),
        "tags": stack.config.tags,
        "capabilities": stack.config.capabilities,
        "protected": stack.protected,
        "role": stack.role_arn,
        "outputs": outputs.collect::<BTreeMap<_, _>>(),
        "resources": sorted(resources),
    })
}

fn group(group: &Group) -> Json {
    let instances = group.instances.iter().map(|instance| json!([instance.kind, instance.state]));
    json!({
        "of": group.logical,
        "sizes": [group.min, group.desired, group.max],
        "instances": sorted(instances),
        "suspended": group.suspended,
        "hooks": group.hooks.keys().collect::<Vec<_>>(),
        "tags": group.tags,
    })
}

fn plain(value: &Json) -> Json {
    match value {
        Json::String(text) => {
            // User data is shown in base64, with ids in it.
            let decoded = base64::engine::general_purpose::STANDARD.decode(text).ok().filter(|_| text.len() > 256);
            let text = decoded.map_or_else(|| text.clone(), |bytes| String::from_utf8_lossy(&bytes).into_owned());
            json!(PASSING.replace_all(&text, "#"))
        }
        Json::Array(items) => items.iter().map(plain).collect(),
        Json::Object(map) => Json::Object(map.iter().map(|(key, value)| (key.clone(), plain(value))).collect()),
        other => other.clone(),
    }
}

fn sorted(items: impl Iterator<Item = Json>) -> Vec<Json> {
    let mut items: Vec<Json> = items.map(|item| plain(&item)).collect();
    items.sort_by_cached_key(Json::to_string);
    items
}
