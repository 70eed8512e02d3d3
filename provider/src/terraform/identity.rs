//! Who is who: the owner of a stack, and the identity by which clients know a resource. Knows neither state nor plan.

use starburst_core::cluster::{self, Asker};
use starburst_core::failure::Client;
use starburst_core::path::Path;
use starburst_core::value::Value;
use starburst_schema::terraform::{Attribute, IDENTITY, IDENTITY_VERSION, Mode, Shape};

use super::decode::{Malformed, decode, decode_stored};
use super::encode::encode;
use super::wire::resource_identity_schema::IdentityAttribute;
use super::wire::{RawState, ResourceIdentityData, ResourceIdentitySchema};

/// Key of the identity's one attribute, as values of the core have it.
const KEY: &str = starburst_schema::outputs::STACK_ID;

fn attributes() -> [Attribute; 1] {
    [Attribute::computed(KEY, Shape::Text, "ARN of the CloudFormation stack.").mode(Mode::Required)]
}

/// Who asks for a cluster of these inputs: what the user wrote, else the stack's name, because Terraform does not tell
/// a provider the address of a resource.
pub fn asker(inputs: &Value) -> Asker {
    Asker { client: Client::Terraform, owner: cluster::request::owner_of(inputs) }
}

/// The identity's schema.
pub fn schema() -> ResourceIdentitySchema {
    let attributes = attributes().into_iter().map(|attribute| IdentityAttribute {
        name: attribute.name,
        r#type: b"\"string\"".to_vec(),
        required_for_import: true,
        optional_for_import: false,
        description: attribute.doc,
    });
    ResourceIdentitySchema { version: IDENTITY_VERSION, identity_attributes: attributes.collect() }
}

/// The identity of a stack; none for an id that is not known.
pub fn of(id: &Value) -> Option<ResourceIdentityData> {
    id.as_text().filter(|id| !id.is_empty())?;
    let value = Value::Map(std::iter::once((KEY.to_owned(), id.clone())).collect());
    Some(ResourceIdentityData { identity_data: Some(encode(Some(&value), &attributes())) })
}

/// The ARN in an identity; `None` where there is none.
pub fn id_in(identity: Option<&ResourceIdentityData>) -> Result<Option<String>, Malformed> {
    let data = identity.and_then(|identity| identity.identity_data.as_ref());
    Ok(decode(data, &attributes())?.and_then(|value| text_of(&value)))
}

/// The ARN in a stored identity.
pub fn id_in_stored(raw: Option<&RawState>) -> Result<Option<String>, Malformed> {
    Ok(decode_stored(raw, &attributes())?.and_then(|value| text_of(&value)))
}

fn text_of(value: &Value) -> Option<String> {
    value.at(&Path::root().key(KEY)).as_text().filter(|id| !id.is_empty()).map(str::to_owned)
}

/// The name of the attribute, for messages.
pub const NAME: &str = IDENTITY;
