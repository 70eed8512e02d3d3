//! GenerateResourceConfig: the configuration that a stored state needs. What a program need not write is left out:
//! defaults, what the plugin fills in, outputs, secrets.

use starburst_core::cluster::defaults::default_of;
use starburst_core::cluster::own_template::is_given;
use starburst_core::cluster::same;
use starburst_core::path::Path;
use starburst_core::value::Value;
use starburst_schema::terraform::{Attribute, Mode, Part};

use super::encode::encode;
use super::shapes::CLUSTER;
use super::wire::generate_resource_config as wire;
use super::{diagnostics, tree};

/// Answers a request.
pub fn generate(request: &wire::Request) -> wire::Response {
    match diagnostics::decoded(request.state.as_ref(), &CLUSTER) {
        Ok(state) => {
            let config = state.map(|state| written(&CLUSTER, &state, is_given(&state)));
            wire::Response { config: Some(encode(config.as_ref(), &CLUSTER)), diagnostics: Vec::new() }
        }
        Err(diagnostics) => wire::Response { config: None, diagnostics },
    }
}

fn written(attributes: &[Attribute], state: &Value, own: bool) -> Value {
    let of = |attribute: &Attribute| {
        let value = state.at(&Path::root().key(&attribute.key));
        let kept = match attribute.role {
            Part::Section => {
                let section = written(attribute.children(), value, own);
                let hollow = attribute.mode != Mode::Required && tree::is_hollow(&section);
                if hollow { Value::Null } else { section }
            }
            Part::Input(field) if field.is_secret() => Value::Null,
            // What another template's parameters have is nothing that the plugin would choose again.
            Part::Input(field) if own && field.parameter.is_some() => value.clone(),
            Part::Input(field) if field.computed && attribute.mode != Mode::Required => Value::Null,
            Part::Input(field) if same(field, value, &default_of(field)) => Value::Null,
            Part::Input(_) | Part::Timeouts | Part::Timeout => value.clone(),
            _ => Value::Null,
        };
        (attribute.key.clone(), kept)
    };
    Value::Map(attributes.iter().map(of).collect())
}
