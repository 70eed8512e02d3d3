//! Values that do not fit into the parameter of the bundled template that carries them. A template of the user's own has
//! bounds of its own, which CloudFormation checks. Knows no field by name but that template.

use starburst_schema::codes::input::TOO_LONG;
use starburst_schema::fields::stack;
use starburst_schema::{FIELDS, Field, Parameter, ParameterEncoding};

use super::{Found, Rule, View};
use crate::cluster::parameters;
use crate::failure::Message;
use crate::path::Path;
use crate::template;

/// The rules.
pub static RULES: &[Rule] = &[too_long];

/// Bytes that the value of this field can have. The bounds of the template keep user data within its own.
pub fn room(view: &View<'_>, field: &Field) -> usize {
    let own = [&stack::TEMPLATE_URL, &stack::TEMPLATE_BODY, &stack::TEMPLATE_CURRENT];
    let parameter = field.parameter.filter(|_| own.into_iter().all(|template| view.absent(template)));
    parameter.map_or(LONGEST_PARAMETER, |parameter| template::longest_value(parameter.name))
}

/// Bytes that a parameter's value can have. Source: CloudFormation quotas.
const LONGEST_PARAMETER: usize = 4096;

/// Lists are measured as they travel, joined by commas. Maps have a rule of their own, and local files travel as the
/// URI of their upload. A value that is wrong already is told once.
fn too_long(view: &View<'_>, found: &mut Found) {
    for field in FIELDS {
        let own_rule = |parameter: Parameter| parameter.encoding == ParameterEncoding::KeyValues;
        if field.parameter.is_none_or(own_rule) || view.is_local(field) {
            continue;
        }
        let Some(bytes) = parameters::encode(field, &view.value(field)).map(|text| text.len()) else { continue };
        let (path, room) = (Path::from(*field), room(view, field));
        if bytes > room && !found.paths().any(|told| *told == path) {
            let message = Message::new(format!("the value takes {bytes} bytes, and there is room for {room}"));
            found.error_at(&TOO_LONG, path, message, Message::new("write a shorter value"));
        }
    }
}
