//! The plugin's own record in the template's metadata: version and operational inputs, so that an import finds what
//! the stack itself does not hold. Holds no secret.

use serde_json::{Map, Value};

use super::{BODY, LARGEST_BODY, VERSION};

/// Where the record stands in the bundled template.
const MARK: &str = "\"Starburst\":{\"TemplateVersion\":";

/// What a template says of itself.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Bundled {
    /// Version of the bundled template.
    pub version: u32,
    /// Operational inputs by field path.
    pub settings: Map<String, Value>,
}

/// The bundled template with these settings in its metadata; the body as it is when there are none. What does not fit is
/// left out, the longest values first: an import then proposes the default.
#[must_use]
pub fn with_settings(settings: &Value) -> String {
    let body = BODY.trim_end();
    let mut all: Vec<_> =
        settings.as_object().into_iter().flatten().map(|(key, value)| (value.to_string(), key)).collect();
    all.sort_by_key(|(text, key)| (text.len(), *key));
    let (from, mark) = (format!("{MARK}{VERSION}"), ",\"Settings\":");
    let (mut kept, mut size) = (Map::new(), body.len() + mark.len() + 2);
    for (text, key) in all {
        // Key and value with their quotes, colon and comma.
        size += key.len() + text.len() + 4;
        if size > LARGEST_BODY {
            break;
        }
        kept.insert(key.clone(), settings[key].clone());
    }
    if kept.is_empty() {
        return body.to_owned();
    }
    body.replacen(&from, &format!("{from}{mark}{}", Value::Object(kept)), 1)
}

/// Whether a template is a bundled one, of whatever version, and what it records.
#[must_use]
pub fn recognise(body: &str) -> Option<Bundled> {
    // Metadata stands in a line of its own, in JSON, so that no YAML parser is needed.
    let line = body.lines().find_map(|line| line.strip_prefix("Metadata: "))?;
    let metadata: Value = serde_json::from_str(line).ok()?;
    let record = metadata.get("Starburst")?;
    Some(Bundled {
        version: u32::try_from(record.get("TemplateVersion")?.as_u64()?).ok()?,
        settings: record.get("Settings").and_then(Value::as_object).cloned().unwrap_or_default(),
    })
}

#[cfg(test)]
mod tests {
    use super::{VERSION, recognise, with_settings};

    #[test]
    fn settings_come_back_from_the_metadata() {
        let settings = serde_json::json!({ "ec2.workerScaling": "external", "stack.onConflict": "wait" });
        let bundled = recognise(&with_settings(&settings)).unwrap_or_default();
        assert_eq!(bundled.version, VERSION);
        assert_eq!(serde_json::Value::Object(bundled.settings), settings);
    }

    #[test]
    fn settings_that_do_not_fit_a_request_are_left_out_longest_first() {
        let policy = "p".repeat(2_000);
        let settings = serde_json::json!({ "stack.policyBody": policy, "stack.onConflict": "wait" });
        let body = with_settings(&settings);
        assert!(body.len() <= super::LARGEST_BODY, "{} bytes", body.len());
        let bundled = recognise(&body).unwrap_or_default();
        assert_eq!(serde_json::Value::Object(bundled.settings), serde_json::json!({ "stack.onConflict": "wait" }));
    }

    #[test]
    fn a_foreign_template_is_not_recognised() {
        assert_eq!(recognise("{\"Resources\":{}}"), None);
        assert_eq!(recognise("Metadata: {\"Starburst\":{}}\nResources:\n"), None);
        assert_eq!(recognise("Resources: {}"), None);
    }
}
