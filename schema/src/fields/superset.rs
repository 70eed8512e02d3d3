//! Fields of section `superset`: Apache Superset.

use crate::field::{Constraint, Effect, Field, Kind, Parameter, SUPERSET};
use crate::format::Format;

/// `superset.enabled`.
pub static ENABLED: Field = Field::new("superset.enabled", Kind::Bool)
    .default("false")
    .parameter(Parameter::yes_no("LaunchSuperset"))
    .doc("Whether the stack has a node with Apache Superset.")
    .example("true");

/// `superset.instanceType`.
pub static INSTANCE_TYPE: Field = Field::new("superset.instanceType", Kind::Text)
    .default("\"m5.large\"")
    .constraints(&[Constraint::Form(Format::InstanceType)])
    .effect(Effect::Roll(SUPERSET))
    .parameter(Parameter::text("SupersetInstanceType"))
    .doc("EC2 instance type of the Superset node; without effect until `superset.enabled`.")
    .example("\"m5.xlarge\"");

/// All fields of this section, in order.
pub static FIELDS: &[&Field] = &[&ENABLED, &INSTANCE_TYPE];
