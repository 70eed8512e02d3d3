//! The resource `starburst:PrestoAlluxioCluster` as free functions over plain data.
//!
//! [`check`] (no IO) turns what a user wrote into normal form and violations · [`plan`] (no IO) says what a change
//! does · [`preview`] adds the rules and facts that need reads of AWS · [`create`], [`update`], [`delete`] carry it
//! out · [`read`] answers what is there. Both front ends call these and nothing else. Knows neither client's wire
//! form; the client is named only where a message must be spelled.

mod api;
mod apply;
mod assets;
mod change_set;
mod check;
pub mod defaults;
mod derive;
#[cfg(test)]
mod derive_tests;
mod diagnosis;
mod diff;
mod drift;
mod filled;
pub mod guard;
mod instance_types;
mod joint_template;
pub mod local_files;
mod lookup;
mod newer_image;
mod notes;
mod observe;
pub mod outputs;
pub mod own_template;
pub mod parameters;
mod plan;
#[cfg(test)]
mod plan_tests;
mod preflight;
mod preview;
mod properties;
mod provisioned_product;
mod read;
pub mod request;
mod revert;
mod rolling_update;
mod rolls;
#[cfg(test)]
mod rolls_tests;
mod sizes;
mod standing;
pub mod state;
mod tags;
mod update_request;
mod validate;

pub use api::*;
pub use apply::{create, delete, update};
pub use check::check;
pub use diagnosis::fields_of_resources;
pub use diff::same;
pub use filled::{filled, is_under_way, is_unsettled};
pub use joint_template::joint_template;
pub use lookup::lookup;
pub use plan::{plan, plan_under, refuse_errors};
pub use preview::preview;
pub use properties::{parse_alluxio_properties, stack_name_from_arn};
pub use read::{list, read};
