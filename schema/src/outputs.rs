//! Outputs of the resource: name, shape, secrecy, where the stack answers them, what can change them.

use crate::field::Exposure;

/// One output of the resource.
#[derive(Debug, Clone, Copy)]
pub struct Output {
    /// camelCase name; unique, also against the sections of the inputs.
    pub name: &'static str,
    /// The shape of the value.
    pub kind: OutputKind,
    /// Whether it is wrapped as a secret.
    pub exposure: Exposure,
    /// Output keys of templates that answer it, ours first, then vendors' names; empty where the plugin computes it.
    pub stack_outputs: &'static [&'static str],
    /// Whether every cluster has a value.
    pub always: bool,
    /// Which changes make it unknown in a preview.
    pub reach: Reach,
    /// One sentence for users.
    pub doc: &'static str,
}

/// The shape of an output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutputKind {
    /// A text.
    Text,
    /// A whole number.
    Integer,
    /// Text by text key.
    Map,
    /// A list of texts.
    List,
}

/// Which changes can alter an output. A replacement of the stack alters every output but those named `Never`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Follows from the inputs alone (the stack's name, the region).
    Never,
    /// Only a replacement.
    Replacement,
    /// A replacement, or a change of a field with one of these paths (a section's path covers its fields).
    Fields(&'static [&'static str]),
    /// Any update.
    AnyUpdate,
}

/// All outputs, in the order in which documentation lists them.
pub static OUTPUTS: &[Output] = &[];
