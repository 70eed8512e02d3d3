//! Documentation texts of the table in Terraform's spelling.

use crate::fields::{FIELDS, SECTIONS};
use crate::naming::snake_case;
use crate::outputs::OUTPUTS;
use crate::provider_config::PROVIDER_CONFIG;

/// The text with every name in backticks that stands in the table spelled in snake_case; values stay as they are.
#[must_use]
pub fn spelled(doc: &str) -> String {
    let parts = doc.split('`').enumerate().map(|(at, part)| match at % 2 {
        1 if is_name(part) => snake_case(part),
        _ => part.to_owned(),
    });
    parts.collect::<Vec<_>>().join("`")
}

fn is_name(text: &str) -> bool {
    FIELDS.iter().any(|field| field.path == text)
        || SECTIONS.iter().any(|section| section.path == text)
        || OUTPUTS.iter().any(|output| output.name == text)
        || PROVIDER_CONFIG.iter().any(|setting| setting.name == text)
}

#[cfg(test)]
mod tests {
    use super::spelled;

    #[test]
    fn names_are_spelled_and_values_are_kept() {
        let doc = "Give this or `hiveMetastore.passwordSecretArn`; see `stackOutputs`. `cancelUpdate` rolls back.";
        let told = "Give this or `hive_metastore.password_secret_arn`; see `stack_outputs`. `cancelUpdate` rolls back.";
        assert_eq!(spelled(doc), told);
    }
}
