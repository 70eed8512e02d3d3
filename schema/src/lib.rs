//! The one table of `starburst:PrestoAlluxioCluster`: every input, derived parameter, output, provider setting and
//! error code is written down here once. Both protocol schemas, the template's parameters, validation, the reference
//! pages and the SDKs are made from it.
//!
//! Knows nothing of AWS, of either client, or of any other crate of this workspace. Begin with [`field::Field`], then
//! [`fields::FIELDS`].
#![deny(missing_docs)]

pub mod check;
pub mod codes;
pub mod derived;
pub mod field;
pub mod fields;
pub mod format;
pub mod naming;
pub mod outputs;
pub mod permissions;
pub mod provider_config;
pub mod terraform;

pub use codes::Code;
pub use derived::{DERIVED, Derived};
pub use field::{
    Clients, Constraint, Effect, Exposure, Field, Kind, Parameter, ParameterEncoding, ParameterType, Role,
};
pub use fields::{FIELDS, SECTIONS, Section};
pub use format::Format;
pub use outputs::{Answer, JOINT_TEMPLATE_OUTPUTS, LOOKUP_OUTPUTS, OUTPUTS, Output, OutputKind, Reach};
pub use provider_config::{PROVIDER_CONFIG, Setting};
