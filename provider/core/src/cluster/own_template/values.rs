//! A value in the spelling that a template takes: allowed values are matched regardless of case, of `yes` and `true`, and
//! of the spellings that the vendor's documents mix.

use starburst_schema::{Field, ParameterEncoding};

use crate::ports::TemplateParameter;

/// Our word and what the vendor's templates call it. Source: the vendor's documentation of release 332, pages on
/// deployment and on the metastore, which differ from each other.
const SPELLINGS: &[(&str, &[&str])] = &[
    ("standalone", &["Standalone (ephemeral)"]),
    ("glue", &["AWS Glue Data Catalog"]),
    ("mysql", &["External MySQL RDBMS", "External MySQL RDBS"]),
    ("postgresql", &["External PostgreSQL RDBMS", "External PostgreSQL RDBS"]),
    ("external", &["External Hive Metastore Service"]),
];

/// The text in the template's spelling.
///
/// # Errors
/// None of the allowed values means this.
pub fn fit(field: Option<&Field>, text: &str, parameter: &TemplateParameter) -> Result<String, ()> {
    let words = spellings(field, text);
    if parameter.allowed.is_empty() {
        // A template without a list still tells by its default how it writes a flag.
        let default = parameter.default.as_deref().unwrap_or_default();
        let flag = words.iter().find(|word| is_flag(default) && is_flag(word) && style(word) == style(default));
        return Ok(flag.cloned().unwrap_or_else(|| text.to_owned()));
    }
    let alike = |allowed: &&String| words.iter().any(|word| simplified(word) == simplified(allowed));
    let exact = parameter.allowed.iter().find(|allowed| *allowed == text);
    exact.or_else(|| parameter.allowed.iter().find(alike)).cloned().ok_or(())
}

/// Our text for a value of the template: the way back.
#[must_use]
pub fn ours(field: &Field, text: &str) -> String {
    let Some(parameter) = field.parameter else { return text.to_owned() };
    match parameter.encoding {
        ParameterEncoding::YesNo if simplified(text) == "true" => "yes".to_owned(),
        ParameterEncoding::YesNo if simplified(text) == "false" => "no".to_owned(),
        ParameterEncoding::YesNo => text.to_lowercase(),
        ParameterEncoding::Literal(literals) => {
            let same = |word: &&(&str, &str)| {
                spellings(Some(field), word.1).iter().any(|spelling| simplified(spelling) == simplified(text))
            };
            literals.iter().find(same).map_or_else(|| text.to_owned(), |(_, literal)| (*literal).to_owned())
        }
        _ => text.to_owned(),
    }
}

fn spellings(field: Option<&Field>, text: &str) -> Vec<String> {
    let mut words = vec![text.to_owned()];
    match field.and_then(|field| field.parameter).map(|parameter| parameter.encoding) {
        Some(ParameterEncoding::Literal(_)) => {
            let vendor = SPELLINGS.iter().find(|(ours, _)| *ours == text).map_or(&[][..], |(_, all)| *all);
            words.extend(vendor.iter().map(|word| (*word).to_owned()));
        }
        // Derived parameters have flags too.
        Some(ParameterEncoding::YesNo) | None => match text {
            "yes" => words.push("true".to_owned()),
            "no" => words.push("false".to_owned()),
            _ => {}
        },
        _ => {}
    }
    words
}

fn is_flag(text: &str) -> bool {
    matches!(simplified(text).as_str(), "yes" | "no" | "true" | "false")
}

/// Whether a flag is written as `true` and `false`.
fn style(flag: &str) -> bool {
    matches!(simplified(flag).as_str(), "true" | "false")
}

fn simplified(text: &str) -> String {
    text.chars().filter(|c| c.is_ascii_alphanumeric()).flat_map(char::to_lowercase).collect()
}
