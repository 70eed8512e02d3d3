//! The plugin's own record in the template's metadata: version and operational inputs, so that an import finds what
//! the stack itself does not hold. Holds no secret.

use serde_json::{Map, Value};

use super::{BODY, VERSION};

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

/// The bundled template with these settings in its metadata; the body as it is when there are none.
#[must_use]
pub fn with_settings(settings: &Value) -> String {
    let empty = settings.as_object().is_none_or(Map::is_empty);
    let from = format!("{MARK}{VERSION}");
    if empty {
        return BODY.trim_end().to_owned();
    }
    BODY.trim_end().replacen(&from, &format!("{from},\"Settings\":{settings}"), 1)
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
    fn a_foreign_template_is_not_recognised() {
        assert_eq!(recognise("{\"Resources\":{}}"), None);
        assert_eq!(recognise("Metadata: {\"Starburst\":{}}\nResources:\n"), None);
        assert_eq!(recognise("Resources: {}"), None);
    }
}
