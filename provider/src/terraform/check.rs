//! Validation: what a configuration says, to normal form and diagnostics by attribute. Calls no AWS.

use starburst_core::cluster::{self, StackNaming};
use starburst_core::failure::{Severity, Violation};
use starburst_core::value::Value;

use super::provider::Provider;
use super::shapes::CLUSTER;
use super::wire::{ClientCapabilities, Diagnostic, validate_resource_config as wire};
use super::{diagnostics, identity, tree};

/// The oldest clients that keep write-only values out of their state.
const WRITE_ONLY_CLIENTS: &str = "Terraform 1.11 and OpenTofu 1.11";

/// Inputs in normal form, local files with their digest, and what there is to correct.
pub struct Checked {
    /// Inputs for the core.
    pub inputs: Value,
    /// All violations, errors and warnings.
    pub violations: Vec<Violation>,
}

impl Checked {
    /// Errors alone.
    pub fn errors(&self) -> Vec<Violation> {
        self.violations.iter().filter(|found| found.severity == Severity::Error).cloned().collect()
    }
}

/// Checks inputs against the rules that need no AWS. `prior`: the inputs of a cluster that exists.
pub async fn checked(provider: &Provider, mut inputs: Value, prior: Option<&Value>) -> Checked {
    let mut violations = cluster::local_files::digest_local_paths(provider.world().files(), &mut inputs).await;
    let checked = against_rules(&inputs, prior);
    violations.extend(checked.violations);
    Checked { inputs: checked.inputs, violations }
}

fn against_rules(inputs: &Value, prior: Option<&Value>) -> cluster::Checked {
    let asker = identity::asker(inputs);
    cluster::check(&cluster::CheckRequest { asker: &asker, inputs, prior, naming: &StackNaming::Required })
}

/// Validates a configuration, whether or not the cluster exists: Terraform does not say.
pub async fn validate(provider: &Provider, request: wire::Request) -> Vec<Diagnostic> {
    let config = match diagnostics::decoded(request.config.as_ref(), &CLUSTER) {
        Ok(Some(config)) => config,
        Ok(None) => return Vec::new(),
        Err(told) => return told,
    };
    let mut found = forms(&config, request.client_capabilities.as_ref());
    let mut inputs = tree::inputs(&config, &CLUSTER);
    let written = inputs.clone();
    let unreadable = cluster::local_files::digest_local_paths(provider.world().files(), &mut inputs).await;
    found.extend(diagnostics::violations(&unreadable, &CLUSTER));
    let fresh = against_rules(&inputs, None).violations;
    let existing = against_rules(&inputs, Some(&written)).violations;
    // What only a new cluster needs is told by its plan, and what only an existing one refuses as well.
    let always = fresh.iter().filter(|violation| existing.contains(violation));
    found.extend(always.map(|violation| diagnostics::violation(violation, &CLUSTER)));
    found
}

/// The forms of a secret: one of them, and a write-only one with its version and a client that can.
fn forms(config: &Value, capabilities: Option<&ClientCapabilities>) -> Vec<Diagnostic> {
    let able = capabilities.is_some_and(|capabilities| capabilities.write_only_attributes_allowed);
    let mut found = Vec::new();
    for form in tree::forms(config, &CLUSTER) {
        let mut refuse = |key: &str, summary: &str, detail: String| {
            let path = form.beside(key);
            found.push(diagnostics::at(diagnostics::error(summary, detail), &path, &CLUSTER));
        };
        let name = form.name();
        // What is not known yet may turn out to be null.
        let given = |value: &Value| !value.is_null() && !value.is_unknown();
        let open = form.write_only.is_unknown() || form.version.is_unknown();
        let (written, version) = (given(form.write_only), given(form.version));
        if written && !able {
            let detail = format!(
                "{name}_wo needs a client that keeps it out of the state: {WRITE_ONLY_CLIENTS}. Use that, or name a secret of Secrets Manager instead."
            );
            refuse(&form.write_only_key, "WriteOnly Attribute Not Allowed", detail);
        }
        if written && given(form.stored) {
            let detail = format!("{name} and {name}_wo are two forms of one secret: keep one of them.");
            refuse(&form.write_only_key, "A secret is given twice", detail);
        }
        if written != version && !open {
            let (there, missing, key) = if written {
                (format!("{name}_wo"), format!("{name}_wo_version"), &form.write_only_key)
            } else {
                (format!("{name}_wo_version"), format!("{name}_wo"), &form.version_key)
            };
            let detail = format!(
                "{there} comes with {missing}: a client that does not store a secret sees by its version that there is another one. Write both, such as {name}_wo_version = 1, or neither."
            );
            refuse(key, "A write-only secret needs its version", detail);
        }
    }
    found
}
