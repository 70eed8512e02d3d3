//! Derived parameters: what CloudFormation cannot compute and the plugin computes from inputs and reads of AWS.
//! Each has a default that is safe when the template is launched by hand.

use crate::field::ParameterType;

/// One derived template parameter.
#[derive(Debug, Clone, Copy)]
pub struct Derived {
    /// Its name in the bundled template; unique among all parameters.
    pub name: &'static str,
    /// Its CloudFormation type.
    pub kind: ParameterType,
    /// The value that the template has without the plugin.
    pub default: &'static str,
    /// The paths of the fields whose change makes the plugin compute it anew.
    pub from: &'static [&'static str],
    /// Whether the value is a secret (then the parameter is NoEcho).
    pub secret: bool,
    /// What it is and how it is computed, in one sentence.
    pub doc: &'static str,
}

/// All derived parameters, in the order in which they stand in the template.
pub static DERIVED: &[Derived] = &[];
