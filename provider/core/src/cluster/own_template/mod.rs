//! A template of the user's in place of the bundled one: what it declares is read from AWS, inputs reach its parameters by
//! name, and what it does to nodes is read from its update policies.
//!
//! `source` where it comes from · `reading` the calls · `names` an input's parameter · `values` its text in the template's
//! own spelling · `mapping` all parameters of a request · `rules` what is refused · `text` YAML and JSON as a tree ·
//! `report` a template for people at a terminal · `policies` what a change does to groups · `foreseen` what a preview says · `table` the mapping in words · `adoption` a running stack as inputs.

mod adoption;
mod foreseen;
mod mapping;
mod names;
mod policies;
mod reading;
mod report;
mod rules;
mod source;
mod summary;
mod table;
mod text;
mod values;

pub use adoption::{adopted, is_a_cluster, refreshed};
pub use foreseen::foreseen;
pub use mapping::{Filler, Given, Mapped, Row, computable, map};
pub use policies::on_change;
pub use reading::{Own, read, sensitive_outputs};
pub use report::report;
pub use rules::violations;
pub use source::{Source, is_given, is_swapped, source};
pub use summary::summary_of;
pub use table::lines;
pub use text::{Tree, tree};
