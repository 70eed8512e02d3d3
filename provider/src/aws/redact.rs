//! Keeps secrets out of texts that come from AWS: a failed call may quote the value that it refuses. Knows values only,
//! not what they are for.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

/// What stands in a text instead of a secret.
pub const MASK: &str = "[secret]";

/// Shorter texts are not replaced: they would be found inside ordinary words.
const SHORTEST: usize = 6;

/// The secrets that this process has seen, shared by all clients of a configuration.
#[derive(Clone, Default)]
pub struct Redactor {
    secrets: Arc<Mutex<BTreeSet<String>>>,
}

impl std::fmt::Debug for Redactor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Redactor")
    }
}

impl Redactor {
    /// Remembers a secret of at least six characters, and each of its lines that is as long; each also as it stands
    /// inside a JSON document, which is how services quote the documents that they refuse.
    pub fn register(&self, secret: &str) {
        let whole = std::iter::once(secret);
        let lines = secret.lines().map(str::trim);
        let mut secrets = self.secrets.lock().unwrap_or_else(PoisonError::into_inner);
        for part in whole.chain(lines).filter(|part| part.chars().count() >= SHORTEST) {
            let quoted = serde_json::Value::from(part).to_string();
            let escaped = quoted.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(part);
            for form in [part, escaped] {
                if !secrets.contains(form) {
                    secrets.insert(form.to_owned());
                }
            }
        }
    }

    /// The text with [`MASK`] in place of every secret.
    #[must_use]
    pub fn redact(&self, text: &str) -> String {
        let secrets = self.secrets.lock().unwrap_or_else(PoisonError::into_inner);
        let mut found: Vec<&String> = secrets.iter().filter(|secret| text.contains(secret.as_str())).collect();
        // The longest first, so that a secret that holds another one leaves no rest behind.
        found.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        found.into_iter().fold(text.to_owned(), |text, secret| text.replace(secret.as_str(), MASK))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replaces_every_occurrence_of_the_longest_match() {
        let redactor = Redactor::default();
        redactor.register("hunter2!");
        redactor.register("hunter2!hunter3");
        let text = redactor.redact("value 'hunter2!hunter3' and 'hunter2!' refused");
        assert_eq!(text, "value '[secret]' and '[secret]' refused");
    }

    #[test]
    fn leaves_short_texts_alone() {
        let redactor = Redactor::default();
        redactor.register("admin");
        assert_eq!(redactor.redact("administrator"), "administrator");
    }

    #[test]
    fn replaces_the_lines_of_a_secret_one_by_one() {
        let redactor = Redactor::default();
        redactor.register("-----BEGIN KEY-----\n  c2VjcmV0\n-----END KEY-----\n");
        assert!(!redactor.redact("line 2: c2VjcmV0 is unexpected").contains("c2VjcmV0"));
    }

    #[test]
    fn replaces_a_secret_inside_a_document() {
        let redactor = Redactor::default();
        redactor.register("pass\"word\\7");
        let document = serde_json::json!({ "password": "pass\"word\\7" }).to_string();
        assert_eq!(redactor.redact(&document), r#"{"password":"[secret]"}"#);
    }

    #[test]
    fn shares_secrets_between_copies_and_does_not_print_them() {
        let redactor = Redactor::default();
        redactor.clone().register("swordfish");
        assert_eq!(redactor.redact("swordfish"), MASK);
        assert!(!format!("{redactor:?}").contains("swordfish"));
    }
}
